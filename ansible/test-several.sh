#!/bin/bash
# Applies the roles of Redis and its sentinels to three booted Debians, and pulls the cable of the master.
#
#   BUNDLE_KEY=KEY ansible/test-several.sh BUNDLE     KEY: what signed it, without .key or .pub
#
# It needs what test.sh needs. Not here: gateways, workers and vLLM on servers of their own.
set -euo pipefail
given=$(realpath "${1:?a bundle; make one with: appliance bundle build DIR --profile cpu --without-engine --key KEY.key}")
key=${BUNDLE_KEY:?the key that signed the bundle, without .key or .pub}
cd "$(dirname "$0")"
here=$PWD python=$PWD/../.venv/bin
lab=${ANTESALA_LAB:-/var/cache/antesala-lab}
name=lab$$ log=$lab/log-lab$$ certificates=$lab/certificates
declare -A address=([store-1]=198.51.100.1 [store-2]=198.51.100.11 [watch-1]=198.51.100.12)
boxes=(store-1 store-2 watch-1)
password=$(sed -n 's/^redis_password: //p' lab/several/group_vars/all/site.yml)
mkdir -p "$log" "$lab/home"
lab/certificates.sh "$certificates"

step() { printf '\n== %s  (%s s)\n' "$*" "$SECONDS"; }
fail() { printf '\nFAILED: %s; logs: %s\n' "$*" "$log" >&2; exit 1; }
machine() { "$here/lab/machine.sh" "$1" "$name-$2" "${@:3}"; }
play() {
  local box pids=()
  for box in "${boxes[@]}"; do pids+=("LAB_PID_${box/-/_}=$(machine pid "$box")"); done
  (cd / && env -i PATH="$python:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$lab/home" LANG=C.UTF-8 ANSIBLE_NOCOLOR=1 \
    "${pids[@]}" LAB_CERTIFICATES="$certificates" LAB_KEY="$key.pub" ANSIBLE_CONFIG="$here/ansible.cfg" \
    ANSIBLE_CONNECTION_PLUGINS="$here/lab/plugins" ansible-playbook -i "$here/lab/several" "$here/$1" \
    -e antesala_bundle_dir=/srv/antesala/media "${@:2}")
}
# Whom each sentinel that can be asked takes for the master.
master() {
  machine inside "$1" env REDISCLI_AUTH="$password" redis-cli --tls --cacert /etc/antesala/sentinel/ca.crt \
    -h 127.0.0.1 -p 26379 --user appliance --no-auth-warning sentinel get-master-addr-by-name values | head -1
}
role() { machine inside "$1" env REDISCLI_AUTH="$password" redis-cli -s /run/antesala-redis-values/redis.sock \
  --user monitor --pass "$(sed -n 's/^redis_monitor_password: //p' lab/several/group_vars/all/site.yml)" \
  --no-auth-warning info replication | tr -d '\r' | sed -n 's/^role://p'; }
# Waits for a command to print what is expected, five minutes at most.
until_prints() {
  local wanted=$1 said=
  shift
  for _ in $(seq 600); do
    said=$("$@" 2>/dev/null || true)
    [ "$said" != "$wanted" ] || return 0
    sleep 0.5
  done
  fail "expected '$wanted' of: $*; got '$said'"
}
down() {
  rm -f "$log/wanted"
  [ -z "${KEEP:-}" ] || { echo "kept: $name"; return; }
  for box in watch-1 store-2 store-1; do machine down "$box"; done
}
trap down EXIT

step 'Three bare Debians'
machine up store-1 "$given" >/dev/null
for box in store-2 watch-1; do machine up "$box" "$given" "$name-store-1" "${address[$box]}" >/dev/null; done
for box in "${boxes[@]}"; do echo "${address[$box]} $box.hospital.example"; done >>"/etc/netns/$name-store-1-out/hosts"

step 'Redis, its replica, and three sentinels'
play site.yml >"$log/install.txt" || { tail -40 "$log/install.txt"; fail install; }
grep 'changed=' "$log/install.txt"
until_prints store-1.hospital.example master watch-1
until_prints slave role store-2
play verify.yml -e verify_reports="$log/reports" >"$log/verify.txt" || { grep -E 'FAIL|Error' "$log/verify.txt"; fail verify; }
grep -Eo '[0-9]+ checks, [0-9]+ failed' "$log/verify.txt"

places=store-1.hospital.example:26379,store-2.hospital.example:26379,watch-1.hospital.example:26379
steadily() {
  touch "$log/wanted"
  machine outside store-1 env SSL_CERT_FILE="$certificates/ca.crt" "$python/python" lab/failover.py \
    "sentinels://appliance:$password@$places/values?port=6380" "sentinels://appliance:$password@$places/keys?port=6381" \
    "$log/wanted" >"$log/failover.txt" 2>&1 &
  steady=$!
}

step 'The cable of the master is pulled: the inbox goes on at its replica'
steadily
sleep 5
ip -n "$name-store-1-in" link set eth0 down
until_prints store-2.hospital.example master watch-1
until_prints master role store-2
sleep 5
ip -n "$name-store-1-in" link set eth0 up
rm "$log/wanted"
wait "$steady" || { cat "$log/failover.txt"; fail 'the inbox did not go on'; }
cat "$log/failover.txt"

step 'The former master is a replica when its cable is back, and after a reboot'
ip -n "$name-store-1-in" route replace default via 198.51.100.2
until_prints slave role store-1
machine reboot store-1 >/dev/null
until_prints slave role store-1
until_prints store-2.hospital.example master store-1

step 'The playbook does not take the failover back'
play site.yml >"$log/again.txt" || { tail -40 "$log/again.txt"; fail again; }
grep 'changed=' "$log/again.txt"
! grep -q 'changed=[1-9]' "$log/again.txt" || { grep '^changed' -B3 "$log/again.txt"; fail 'the second run changed something'; }
[ "$(role store-2)" = master ] || fail 'the master moved'
step 'All of it holds'
