#!/bin/sh
# Writes a root file system, made of what is installed here, to the standard output as a tar.
# It has a static busybox for a shell, the libraries that a JVM needs, a user "service" (65532) and /tmp.
# Usage: root-file-system.sh [--library NAME | FILE | FOLDER] ...
# A program comes with its libraries. Symbolic links become what they lead to.
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

put() {
  if [ ! -e "$root$1" ]; then
    mkdir -p "$root$(dirname "$1")"
    cp -RL --preserve=mode,timestamps "$1" "$root$1"
  fi
}

# Without the links that lead nowhere, as to sources or documentation that are not installed.
put_folder() {
  (cd / && find -L ".$1" -type l) >"$root.lost"
  tar -C / -ch --no-wildcards --exclude-from="$root.lost" ".$1" | tar -C "$root" -x
  rm "$root.lost"
}

with_libraries() {
  put "$1"
  for needed in $(ldd "$1" 2>/dev/null | awk '/=> \//{print $3} /^\t\/.*ld-/{print $1}'); do
    put "$needed"
  done
}

library() {
  found=$(/sbin/ldconfig -p | awk -v name="$1" '$1 == name {print $NF; exit}')
  [ -n "$found" ] || { echo "there is no library $1" >&2; exit 1; }
  with_libraries "$found"
}

busybox=$(command -v busybox) || { echo "there is no busybox: install busybox-static" >&2; exit 1; }
mkdir -p "$root/bin" "$root/etc" "$root/proc" "$root/sys" "$root/dev" "$root/run" "$root/home/service"
mkdir -m 1777 "$root/tmp"
cp -L "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
printf 'root:x:0:0:root:/root:/bin/sh\nservice:x:65532:65532:service:/home/service:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nservice:x:65532:\nnogroup:x:65534:\nnobody:x:65533:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libz.so.1 libstdc++.so.6 libgcc_s.so.1; do
  library "$name"
done
while [ $# -gt 0 ]; do
  case $1 in
    --library) library "$2"; shift ;;
    *) if [ -d "$1" ]; then put_folder "$1"; else with_libraries "$1"; fi ;;
  esac
  shift
done
# The same bytes make the same layer.
tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner -c .
