# Boots systemd as process 1 of namespaces of its own. It sees the files and the network of the host; /run, /opt, /tmp, /var/tmp, its
# cgroups and what is written to /etc are its own, and it knows no units but those of a folder.
# Usage: sh boot-systemd.sh FOLDER CGROUP, where FOLDER has the folder "units", and CGROUP is made in every hierarchy
set -e
# Whoever has started this holds its standard input open, and all of it ends when that ends.
exec 3<&0
(cat <&3 >/dev/null; kill -KILL $$ 2>/dev/null) >/dev/null 2>&1 &
exec 3<&-
export FOLDER="$1"
if [ -d /sys/fs/cgroup/systemd ]; then
  export HIERARCHY=/sys/fs/cgroup/systemd TYPE='cgroup -o none,name=systemd'
else
  export HIERARCHY=/sys/fs/cgroup TYPE=cgroup2
fi
for procs in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do
  hierarchy=${procs%/*}
  # Several names may lead to one hierarchy, and those below one are groups.
  [ -f "$procs" ] && [ ! -L "$hierarchy" ] && mountpoint -q "$hierarchy" || continue
  mkdir "$hierarchy/$2"
  for inherited in cpuset.cpus cpuset.mems; do
    [ ! -f "$hierarchy/cpuset.cpu_exclusive" ] || cat "$hierarchy/$inherited" >"$hierarchy/$2/$inherited"
  done
  echo $$ >"$hierarchy/$2/cgroup.procs"
done
exec unshare --pid --fork --kill-child --mount --mount-proc --uts --ipc --cgroup --propagation private sh -ec '
  umount -R /sys/fs/cgroup
  mount -t tmpfs -o mode=755 cgroups /sys/fs/cgroup
  mkdir -p "$HIERARCHY"
  mount -t $TYPE cgroups "$HIERARCHY"
  mount -t tmpfs -o mode=755 run /run
  mkdir -p /run/lock /run/etc/upper /run/etc/work /run/folder
  mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work etc /etc
  mount -t tmpfs -o mode=755 opt /opt
  mount --bind "$FOLDER" /run/folder
  mount -t tmpfs -o mode=1777 tmp /tmp
  mount -t tmpfs -o mode=1777 tmp /var/tmp
  mkdir -p "$FOLDER"
  mount --bind /run/folder "$FOLDER"
  # Credentials are mounted by a helper of systemd, and have to reach it.
  mount --make-rshared /
  exec env -i PATH="$PATH" container=test SYSTEMD_UNIT_PATH="$FOLDER/units" \
    /lib/systemd/systemd --system --unit=boot.target --log-target=journal --show-status=0
'
