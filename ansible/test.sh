#!/bin/bash
# Applies the playbook for real: a booted Debian with no route outside, installed from a bundle alone.
#
#   ansible/test.sh [BUNDLE]                 answers are approved texts: no engine
#   ansible/test.sh --profile cpu [BUNDLE]   with vLLM on the CPU, behind its router: 6 GB of memory, and minutes more
#
# Without a bundle, one is built first. It needs root, debootstrap and systemd-nspawn.
# Stages can be chosen: STAGES="install again verify" ansible/test.sh
# KEEP=1 leaves the machine running, for lab/machine.sh inside NAME.
set -euo pipefail
engine=no
if [ "${1:-}" = --profile ]; then
  [ "${2:-}" = cpu ] || { echo "--profile: expected cpu, got '${2:-}': no other was ever run here" >&2; exit 2; }
  engine=yes
  shift 2
fi
given=${1:+$(realpath "$1")}
cd "$(dirname "$0")"
here=$PWD python=$PWD/../.venv/bin
lab=${ANTESALA_LAB:-/var/cache/antesala-lab}
name=lab$$
stages=${STAGES:-install again check verify engine answer killed planted broken upgrade restore rotate reboot}
inventories=(-i "$here/lab/inventory")
[ "$engine" = no ] || inventories+=(-i "$here/lab/engine")
log=$lab/log-$name
mkdir -p "$log"

step() { printf '\n== %s  (%s s)\n' "$*" "$SECONDS"; }
fail() { printf '\nFAILED: %s; logs: %s\n' "$*" "$log" >&2; exit 1; }
[ -x "$python/ansible-playbook" ] || fail "expected $python/ansible-playbook; run: pip install -e '.[test,playbook]'"
# Neither settings nor caches of the build machine reach the playbook or the box.
play() {
  (cd / && env -i PATH="$python:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$lab/home" LANG=C.UTF-8 ANSIBLE_NOCOLOR=1 \
    LAB_PID="$("$here/lab/machine.sh" pid "$name")" LAB_CERTIFICATES="$certificates" LAB_KEY="$key.pub" \
    ANSIBLE_CONFIG="$here/ansible.cfg" ANSIBLE_CONNECTION_PLUGINS="$here/lab/plugins" \
    ANSIBLE_CALLBACKS_ENABLED=ansible.posix.profile_tasks ansible-playbook "${inventories[@]}" "$here/$1" \
    -e antesala_bundle_dir="/srv/antesala/media/$shown" "${@:2}")
}
inside() { lab/machine.sh inside "$name" "$@"; }
outside() { lab/machine.sh outside "$name" env SSL_CERT_FILE="$certificates/ca.crt" "$python/python" lab/outside.py "$certificates" "$@"; }
changed() { sed -n 's/^box .*changed=\([0-9]*\).*/\1/p' "$1"; }
stage() { case " $stages " in *" $1 "*) return 0 ;; esac; return 1; }
serves() { [ "$(inside antesala-switch --show | sed -n 's/^release: //p')" = "$1" ] || fail "expected release $1"; }
answered() {
  outside ask 'Can I drink water before surgery?' >"$log/$1.txt" || { cat "$log/$1.txt"; fail "no answer: $1"; }
  grep -q '2 hours' "$log/$1.txt" || { cat "$log/$1.txt"; fail "another answer: $1"; }
  echo "answered: $(sed -n 2p "$log/$1.txt" | cut -c1-70)…"
}
# A conversation that goes on is not opened again: only the first reply says what the assistant is.
ana=12025550101 bram=12025550102
writes() {
  outside ask "$2" --patient "$1" >"$log/$3.txt" || { cat "$log/$3.txt"; fail "no answer: $3"; }
  case $4 in
    opens) grep -q 'AI assistant' "$log/$3.txt" || fail "$3: expected a conversation that begins" ;;
    'goes on') grep -q 'AI assistant' "$log/$3.txt" && fail "$3: expected a conversation that goes on" ;;
  esac
  grep -q "$5" "$log/$3.txt" || { cat "$log/$3.txt"; fail "another answer: $3"; }
  echo "$3: the conversation $4, with an answer"
}
whole() { inside antesala audit verify | tail -1; }

mkdir -p "$lab/home"
certificates=$lab/certificates key=$lab/key/bundle
lab/certificates.sh "$certificates"
media=$lab/media-$name
# The box sees the medium as it would a stick; what lies on it are whole bundles.
mkdir -p "$media" "$lab/key"
# The bundle and the bare Debian come from two places: both at a time.
lab/machine.sh root >"$log/root.txt" 2>&1 &
root=$!
if [ -z "$given" ]; then
  step 'A bundle'
  with=(--without-engine)
  [ "$engine" = no ] || with=()
  "$python/appliance" bundle build "$media/bundle" --profile cpu "${with[@]}" --key "$key.key"
else
  key=${BUNDLE_KEY:?the key that signed the bundle, without .key or .pub}
  cp --archive --link "$given" "$media/bundle"
fi
bundle=$media/bundle shown=bundle
release=$(sed -n 's/.*"release": "\(.*\)",/\1/p' "$bundle/bundle.json")
show() { shown=$1; }

down() {
  wait "$root" 2>/dev/null || true
  [ -z "${KEEP:-}" ] || { echo "kept: $name"; return; }
  lab/machine.sh down "$name"
  rm -rf "$media"
}
trap down EXIT

step 'A bare Debian'
wait "$root" || { cat "$log/root.txt"; fail 'no Debian'; }
lab/machine.sh up "$name" "$media" >/dev/null
inside ip route
inside timeout 3 bash -c 'exec 3<>/dev/tcp/203.0.113.10/443' 2>/dev/null && fail 'the box can get out'

if stage install; then
  step 'Installed from the bundle alone'
  play site.yml >"$log/install.txt" || { tail -40 "$log/install.txt"; fail install; }
  grep "^box " "$log/install.txt"
fi
if stage again; then
  step 'A second run changes nothing'
  play site.yml >"$log/again.txt" || { tail -40 "$log/again.txt"; fail again; }
  [ "$(changed "$log/again.txt")" = 0 ] || { grep -B3 '^changed' "$log/again.txt"; fail 'the second run changed something'; }
fi
if stage check; then
  step '--check has nothing to change'
  play site.yml --check >"$log/check.txt" || { tail -40 "$log/check.txt"; fail check; }
  [ "$(changed "$log/check.txt")" = 0 ] || { grep -B3 '^changed' "$log/check.txt"; fail '--check would change something'; }
fi
verify() {
  play verify.yml -e verify_reports="$log/reports" >"$log/$1.txt" || { grep -E 'FAIL|Error' "$log/$1.txt"; fail verify; }
  grep -Eo '[0-9]+ checks, [0-9]+ failed' "$log/$1.txt" | tail -1
}
if stage verify; then step verify.yml; verify verify; fi
if stage engine && [ "$engine" = yes ]; then
  step 'vLLM writes, on loopback alone, and tells nobody'
  written() {
    inside curl --silent --fail http://127.0.0.1:8000/metrics |
      awk '/^vllm:generation_tokens_total/ {sum += $2} END {print sum + 0}'
  }
  before=$(written)
  answered engine
  after=$(written)
  awk -v a="$before" -v b="$after" 'BEGIN { exit !(b > a) }' || fail "vLLM was not asked: $before tokens before, $after after"
  echo "tokens that vLLM wrote: $before before, $after after; asked through its router"
  lab/machine.sh outside "$name" timeout 3 bash -c 'exec 3<>/dev/tcp/198.51.100.1/8000' 2>/dev/null &&
    fail 'vLLM is open to the outside'
fi
if stage answer; then step 'A signed webhook is answered, through front door, proxy and TLS'; answered answer; fi

if stage killed; then
  step 'Every service that is killed comes back'
  inside bash -ec '
    mapfile -t units < <(systemctl list-units --no-legend --plain --state=running "antesala-*.service" | cut -d" " -f1)
    for unit in "${units[@]}"; do
      before=$(systemctl show -p MainPID --value "$unit")
      kill -KILL "$before"
    done
    for unit in "${units[@]}"; do
      for _ in $(seq 600); do
        now=$(systemctl show -p MainPID --value "$unit")
        [ "$now" != 0 ] && systemctl is-active --quiet "$unit" && break
        sleep 0.2
      done
      systemctl is-active --quiet "$unit" && echo "$unit came back" || { echo "$unit did not"; exit 1; }
    done'
  answered killed
fi

if stage planted; then
  step 'A planted call from the gateway and from vLLM: refused, counted, in the report'
  outside silent >"$log/silent.txt" 2>&1 &
  silent=$!
  for user in antesala antesala-vllm; do
    inside setpriv --reuid="$user" --regid="$user" --clear-groups timeout 5 \
      bash -c 'exec 3<>/dev/tcp/203.0.113.9/443' 2>&1 | tail -1 && true
  done
  kill "$silent"
  [ -s "$log/silent.txt" ] && fail 'a planted call got out'
  inside systemctl start antesala-counters.service
  inside antesala audit report --from 2020-01-01 --to 2100-01-01 --out /root/report >"$log/report.txt" ||
    { cat "$log/report.txt"; fail 'no report'; }
  for user in antesala antesala_vllm; do
    inside python3 -c '
import json, sys
found = json.dumps(json.load(open("/root/report/report.json")))
at = found.find(sys.argv[1] + chr(34))
print("in the report:", found[at:at + 70]); sys.exit(at < 0)' "egress_refused_$user" || fail "$user is not in the report"
  done
fi

if stage broken; then
  step 'A broken release: the one before keeps serving, without a webhook lost'
  "$python/python" lab/release.py "$bundle" "$media/broken" 9.9.0 "$key.key" --broken
  show broken
  touch "$log/wanted"
  outside steady "$log/wanted" >"$log/steady.txt" 2>&1 &
  steady=$!
  play site.yml --tags appliance,models,knowledge,gateway,worker >"$log/broken.txt" && fail 'a broken release was taken'
  serves "$release"
  rm "$log/wanted"
  wait "$steady" || { cat "$log/steady.txt"; fail 'webhooks were not taken meanwhile'; }
  cat "$log/steady.txt"
  inside journalctl --identifier antesala-switch --output cat | tail -4
  answered broken
fi
if stage upgrade; then
  step 'An upgrade, and the way back'
  next=$("$python/python" lab/release.py "$bundle" "$media/next" 9.9.1 "$key.key")
  show next
  play site.yml --tags appliance,models,knowledge,gateway,worker >"$log/upgrade.txt" || { tail -40 "$log/upgrade.txt"; fail upgrade; }
  serves "$next"
  answered upgraded
  inside antesala-switch --back
  serves "$release"
  answered returned
  show bundle
fi

if stage restore; then
  step 'The values are lost: a backup brings conversations back, and nobody who was erased'
  writes "$ana" 'Can I drink water before surgery?' ana-before opens '2 hours'
  writes "$bram" 'Can I drink water before surgery?' bram-before opens '2 hours'
  inside systemctl start antesala-backup.service
  backup=$(inside bash -c 'ls /var/backups/antesala/antesala-*.tar.gz | tail -1')
  writes "$bram" 'Delete my data' bram-erased any 'has been erased'
  inside bash -ec '
    systemctl stop antesala-redis@values.service
    rm -rf /var/lib/antesala-redis/values/*
    systemctl start antesala-redis@values.service'
  inside antesala-restore "$backup"
  writes "$ana" 'And coffee?' ana-restored 'goes on' '2 hours'
  writes "$bram" 'Can I drink water before surgery?' bram-restored opens '2 hours'
  answered restored
  whole
fi
if stage rotate; then
  step 'The master key is rotated, by the runbook'
  writes "$ana" 'Can I drink tea before surgery?' ana-old-key any '2 hours'
  inside systemctl stop 'antesala-gateway@*' 'antesala-worker@*'
  inside antesala keys rotate --id rotated
  inside antesala-switch --restart >"$log/rotated.txt"
  inside antesala keys list
  writes "$ana" 'And coffee?' ana-new-key 'goes on' '2 hours'
  answered rotated
  whole
fi
if stage reboot; then
  step 'After a reboot everything is as before'
  lab/machine.sh reboot "$name" >/dev/null
  answered rebooted
  verify rebooted
fi
step 'All of it holds'
inside systemd-analyze security --no-pager 'antesala-*' 2>/dev/null | sed -n '1p;/antesala/p' || true
