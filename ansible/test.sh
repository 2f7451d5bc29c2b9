#!/bin/bash
# Applies the playbook for real: a booted Debian with no route outside, installed from a bundle alone.
#
#   ansible/test.sh [BUNDLE]     without a bundle, one is built first (profile cpu, without the engine)
#
# It needs root, debootstrap and systemd-nspawn. Stages can be chosen: STAGES="install again verify" ansible/test.sh
# KEEP=1 leaves the machine running, for lab/machine.sh inside NAME.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD python=$PWD/../.venv/bin
lab=${ANTESALA_LAB:-/var/cache/antesala-lab}
name=lab$$
stages=${STAGES:-install again check verify answer killed planted broken upgrade reboot}
log=$lab/log-$name
mkdir -p "$log"

step() { printf '\n== %s  (%s s)\n' "$*" "$SECONDS"; }
fail() { printf '\nFAILED: %s; logs: %s\n' "$*" "$log" >&2; exit 1; }
# Neither settings nor caches of the build machine reach the playbook or the box.
play() {
  (cd / && env -i PATH="$python:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$lab/home" LANG=C.UTF-8 ANSIBLE_NOCOLOR=1 \
    LAB_PID="$("$here/lab/machine.sh" pid "$name")" LAB_CERTIFICATES="$certificates" LAB_KEY="$key.pub" \
    ANSIBLE_CONFIG="$here/ansible.cfg" ansible-playbook -i "$here/lab/inventory" "$here/$1" \
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

mkdir -p "$lab/home"
certificates=$lab/certificates key=$lab/key/bundle
lab/certificates.sh "$certificates"
media=$lab/media-$name
# The box sees the medium as it would a stick; what lies on it are whole bundles.
mkdir -p "$media" "$lab/key"
if [ -z "${1:-}" ]; then
  step 'A bundle'
  "$python/appliance" bundle build "$media/bundle" --profile cpu --without-engine --key "$key.key"
else
  key=${BUNDLE_KEY:?the key that signed the bundle, without .key or .pub}
  cp --archive --link "$1" "$media/bundle"
fi
bundle=$media/bundle shown=bundle
release=$(sed -n 's/.*"release": "\(.*\)",/\1/p' "$bundle/bundle.json")
show() { shown=$1; }

down() {
  [ -z "${KEEP:-}" ] || { echo "kept: $name"; return; }
  lab/machine.sh down "$name"
  rm -rf "$media"
}
trap down EXIT

step 'A bare Debian'
lab/machine.sh up "$name" "$media" >/dev/null
inside ip route
inside timeout 3 bash -c 'exec 3<>/dev/tcp/203.0.113.10/443' 2>/dev/null && fail 'the box can get out'

if stage install; then
  step 'Installed from the bundle alone'
  play site.yml >"$log/install.txt" || { tail -40 "$log/install.txt"; fail install; }
  tail -3 "$log/install.txt"
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

if stage reboot; then
  step 'After a reboot everything is as before'
  lab/machine.sh reboot "$name" >/dev/null
  answered rebooted
  verify rebooted
fi
step 'All of it holds'
inside systemd-analyze security --no-pager 'antesala-*' 2>/dev/null | sed -n '1p;/antesala/p' || true
