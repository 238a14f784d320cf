#!/bin/sh
# Runs a Docker Engine with everything of its own in a folder, until the standard input ends, even by the death of whoever
# writes to it. Leaves nothing behind then: no process, no mount, no folder.
# Usage: own-docker-engine.sh FOLDER
set -u
folder=$1
dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" -H "unix://$folder/docker.sock" \
  --iptables=false --bridge=none >"$folder/log" 2>&1 </dev/null &
engine=$!
cat >/dev/null
for container in $(docker -H "unix://$folder/docker.sock" ps -q); do
  docker -H "unix://$folder/docker.sock" kill "$container" >/dev/null
done
kill "$engine" 2>/dev/null
wait "$engine"
awk -v folder="$folder/" 'index($2, folder) == 1 {print $2}' /proc/self/mounts | sort -r | while read -r mount; do
  umount "$mount"
done
rm -rf --one-file-system "$folder"
