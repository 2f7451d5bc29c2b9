#!/bin/bash
# An authority for tests, and certificates for the hospital's name, for Twilio's and for Redis: certificates.sh DIR
set -euo pipefail
mkdir -p "$1"
cd "$1"
[ -f ca.crt ] && exit 0
openssl req -quiet -x509 -newkey ed25519 -noenc -days 30 -subj '/CN=Antesala lab' -keyout ca.key -out ca.half 2>/dev/null ||
  openssl req -x509 -newkey ed25519 -nodes -days 30 -subj '/CN=Antesala lab' -keyout ca.key -out ca.half 2>/dev/null
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.half -CAkey ca.key -CAcreateserial -days 30 \
    -extfile <(printf 'subjectAltName=%s' "$3") -out "$1.crt" 2>/dev/null
  rm "$1.csr"
}
sign hospital bot.hospital.example DNS:bot.hospital.example
sign twilio api.twilio.com DNS:api.twilio.com
sign redis redis DNS:localhost,IP:127.0.0.1
mv ca.half ca.crt
