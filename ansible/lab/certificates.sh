#!/bin/bash
# An authority for tests, and certificates for names of the hospital's, for Twilio's and for Redis: certificates.sh DIR
set -euo pipefail
mkdir -p "$1"
cd "$1"
# They end after a month: what is older than three weeks is made anew, all of it.
[ -z "$(find . -name ca.crt -mtime +21)" ] || rm -f ./*.crt ./*.key
[ -f ca.crt ] ||
  openssl req -x509 -newkey ed25519 -noenc -days 30 -subj '/CN=Antesala lab' -keyout ca.key -out ca.crt 2>/dev/null
sign() {
  [ ! -f "$1.crt" ] || return 0
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -subj "/CN=$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 \
    -extfile <(printf 'subjectAltName=%s' "$3") -out "$1.half" 2>/dev/null
  rm "$1.csr"
  mv "$1.half" "$1.crt"
}
sign hospital bot.hospital.example DNS:bot.hospital.example
sign twilio api.twilio.com DNS:api.twilio.com
sign redis redis DNS:localhost,IP:127.0.0.1
sign engine engine.hospital.example DNS:engine.hospital.example
stores=DNS:store-1.hospital.example,DNS:store-2.hospital.example,DNS:watch-1.hospital.example
sign stores stores "$stores,DNS:localhost,IP:127.0.0.1"
