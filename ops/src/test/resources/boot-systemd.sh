# Boots systemd as process 1 of namespaces of its own. It sees the files and the network of the host; /run, /opt, its cgroups and what is
# written to /etc are its own, and it knows no units but those of a folder.
# Usage: sh boot-systemd.sh UNITS CGROUP
set -e
export UNITS="$1"
if [ -d /sys/fs/cgroup/systemd ]; then
  export HIERARCHY=/sys/fs/cgroup/systemd TYPE='cgroup -o none,name=systemd'
else
  export HIERARCHY=/sys/fs/cgroup TYPE=cgroup2
fi
mkdir "$HIERARCHY/$2"
echo $$ >"$HIERARCHY/$2/cgroup.procs"
exec unshare --pid --fork --kill-child --mount --mount-proc --uts --ipc --cgroup --propagation private sh -ec '
  umount -R /sys/fs/cgroup
  mount -t tmpfs -o mode=755 cgroups /sys/fs/cgroup
  mkdir -p "$HIERARCHY"
  mount -t $TYPE cgroups "$HIERARCHY"
  mount -t tmpfs -o mode=755 run /run
  mkdir -p /run/lock /run/etc/upper /run/etc/work
  mount -t overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work etc /etc
  mount -t tmpfs -o mode=755 opt /opt
  # Credentials are mounted by a helper of systemd, and have to reach it.
  mount --make-rshared /
  exec env -i PATH="$PATH" container=test SYSTEMD_UNIT_PATH="$UNITS" \
    /lib/systemd/systemd --system --unit=boot.target --log-target=journal --show-status=0
'
