#!/bin/bash
# A Debian 12 that is booted for tests, in a container of systemd-nspawn, with an "outside" that leads nowhere.
#
#   lab/machine.sh root                makes the Debian that machines are copies of, if it is not there
#   lab/machine.sh up NAME MEDIUM [FIRST ADDRESS]
#                                      boots one with a folder as its medium; prints the process id that Ansible enters.
#                                      FIRST: a machine whose network it shares, at ADDRESS
#   lab/machine.sh pid NAME            the same, after a reboot another one
#   lab/machine.sh inside NAME CMD…    runs a command in it
#   lab/machine.sh outside NAME CMD…   runs a command beyond its network card, as Twilio would
#   lab/machine.sh reboot NAME
#   lab/machine.sh down NAME
#
# Its network card and what lies beyond are in namespaces of their own. Its default route leads to the outside, where
# nothing is but what a test starts there: so what its firewall refuses is refused by the firewall and by nothing else.
set -euo pipefail

lab=${ANTESALA_LAB:-/var/cache/antesala-lab}
# Debian's packages: from where this machine has its own.
mirror=${ANTESALA_LAB_MIRROR:-$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
  awk '$1 ~ /^http/ && $2 !~ /-security$/ {print $1; exit}')}
# A small Debian as an installer leaves it; all else must come from the bundle.
include=systemd,systemd-sysv,dbus,python3,python3-apt,iproute2,udev,kmod,ca-certificates,openssl,adduser,logrotate
box=198.51.100.1 beyond=198.51.100.2 elsewhere=203.0.113.9

cached_root() {
  local root=$lab/root-$(printf '%s' "$include" | sha256sum | cut -c1-8)
  mkdir -p "$lab"
  exec 8>"$lab/root.lock"
  flock 8
  if [ ! -d "$root" ]; then
    rm -rf "$root.half"
    debootstrap --variant=minbase --include="$include" bookworm "$root.half" "$mirror" >"$lab/debootstrap.log" 2>&1 ||
      { tail -5 "$lab/debootstrap.log" >&2; exit 1; }
    rm -rf "$root.half"/var/cache/apt/archives/*.deb
    mv "$root.half" "$root"
  fi
  flock -u 8
  printf '%s\n' "$root"
}

outside() {
  ip netns add "$1-out"
  ip -n "$1-out" link add eth0 type bridge
  ip -n "$1-out" address add "$beyond/24" dev eth0
  ip -n "$1-out" address add "$elsewhere/32" dev lo
  for link in lo eth0; do ip -n "$1-out" link set "$link" up; done
  mkdir -p "/etc/netns/$1-out"
  printf '127.0.0.1 localhost\n%s bot.hospital.example\n' "$box" >"/etc/netns/$1-out/hosts"
}

network() {
  local name=$1 first=$2 address=$3
  [ "$name" != "$first" ] || outside "$name"
  ip netns add "$name-in"
  ip -n "$name-in" link add eth0 type veth peer name "to-${address##*.}" netns "$first-out"
  ip -n "$first-out" link set "to-${address##*.}" master eth0 up
  ip -n "$name-in" address add "$address/24" dev eth0
  for link in lo eth0; do ip -n "$name-in" link set "$link" up; done
  ip -n "$name-in" route add default via "$beyond"
}

leader() {
  local found
  for _ in $(seq 600); do
    found=$(pgrep --parent "$(cat "$lab/$1/nspawn.pid")" --exact 'systemd' || true)
    [ -n "$found" ] && [ "$found" != "${2:-}" ] && { printf '%s\n' "$found"; return; }
    sleep 0.1
  done
  echo "$1 has no first process; its console: $lab/$1/console.log" >&2
  return 1
}

# Nothing of the build machine comes along, its environment neither.
enter() (
  pid=$1; shift
  cd /
  nsenter --target "$pid" --mount --uts --ipc --net --pid --root --wd -- \
    /usr/bin/env -i PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb "$@"
)

booted() {
  local pid state
  pid=$(leader "$1" "${2:-}")
  # Its bus needs a moment before it can be asked.
  for _ in $(seq 600); do
    state=$(enter "$pid" systemctl is-system-running 2>/dev/null || true)
    case $state in running | degraded) printf '%s\n' "$pid"; return ;; esac
    sleep 0.1
  done
  echo "$1 did not boot (${state:-no answer}); its console: $lab/$1/console.log" >&2
  return 1
}

# Units of the same name would share a control group, with its filters and signals, in two machines at a time: so each
# machine has a group of its own.
groups() {
  local base
  for base in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    [ ! -f "$base/cgroup.procs" ] || printf '%s\n' "$base/antesala-$1"
  done
}

boot() {
  local name=$1 run=$lab/$1 medium group
  medium=$(cat "$run/medium")
  for group in $(groups "$name"); do mkdir -p "$group"; done
  # shellcheck disable=SC2016
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 setsid bash -c '
    for group in $1; do echo $$ >"$group/cgroup.procs"; done
    shift
    exec "$@"' boot "$(groups "$name")" systemd-nspawn --quiet -D "$run/root" --boot --register=no --keep-unit \
    --machine "$name" --network-namespace-path="/run/netns/$name-in" --resolv-conf=off --timezone=off \
    --bind-ro="$medium:/srv/antesala/media" \
    --capability=CAP_BPF,CAP_NET_ADMIN,CAP_SYSLOG,CAP_PERFMON --system-call-filter=bpf --console=pipe \
    >"$run/console.log" 2>&1 </dev/null 8>&- 9>&- &
  echo $! >"$run/nspawn.pid"
  booted "$name"
}

up() {
  local name=$1 medium=$2 first=${3:-$1} address=${4:-$box} root run
  root=$(cached_root)
  run=$lab/$name
  mkdir -p "$run"/{upper,work,root}
  mount -t overlay "antesala-$name" -o "lowerdir=$root,upperdir=$run/upper,workdir=$run/work" "$run/root"
  rm -f "$run/root/etc/resolv.conf"
  systemd-id128 new >"$run/root/etc/machine-id"
  echo "$name" >"$run/root/etc/hostname"
  printf '127.0.0.1 localhost %s\n%s api.twilio.com\n%s elsewhere.example\n' "$name" "$beyond" "$elsewhere" \
    >"$run/root/etc/hosts"
  network "$name" "$first" "$address"
  printf '%s\n' "$medium" >"$run/medium"
  boot "$name"
}

down() {
  local name=$1 run group pid=""
  run=$lab/$name
  [ -f "$run/nspawn.pid" ] && pid=$(cat "$run/nspawn.pid")
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    kill -KILL "$pid"
    tail --pid="$pid" -f /dev/null
  fi
  # The outside goes with the machine that came first: it is to go last.
  for side in in out; do
    ip netns pids "$name-$side" 2>/dev/null | xargs --no-run-if-empty kill -KILL || true
    ip netns delete "$name-$side" 2>/dev/null || true
  done
  rm -rf "/etc/netns/$name-out"
  if mountpoint --quiet "$run/root"; then umount --lazy "$run/root"; fi
  # A group goes when the last process in it is gone.
  for group in $(groups "$name"); do
    [ ! -d "$group" ] || timeout 60 bash -c 'until find "$1" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.2; done' rm "$group" || true
  done
  rm -rf "$run"
}

verb=${1:-} name=${2:-}
[ "$verb" != root ] || { cached_root; exit; }
[ -n "$name" ] || { sed -n '4,12s/^# *//p' "$0" >&2; exit 2; }
shift 2
case $verb in
  up) up "$name" "$@" ;;
  pid) leader "$name" ;;
  inside) enter "$(leader "$name")" "$@" ;;
  outside) ip netns exec "$name-out" "$@" ;;
  reboot)
    # nspawn ends when its machine reboots, and leaves it to its caller to start it again.
    enter "$(leader "$name")" systemctl reboot || true
    tail --pid="$(cat "$lab/$name/nspawn.pid")" -f /dev/null
    boot "$name" ;;
  down) down "$name" ;;
  *) sed -n '4,12s/^# *//p' "$0" >&2; exit 2 ;;
esac
