#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Makes an authority, a server certificate, client certificates (P-256) and a revocation list for demonstrations. Safe to repeat.
#
# usage: deploy/make-certificates.sh FOLDER [CLIENT]...     (default: client)
#        deploy/make-certificates.sh FOLDER --revoke CLIENT
# FOLDER gets ca.pem, server.pem, server.key, CLIENT.pem, CLIENT.key, crl.pem; what expires within 30 days is made anew.
set -euo pipefail
umask 077
[ $# -ge 1 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
folder=$1
shift
revoke=''
if [ "${1-}" = --revoke ]; then
    revoke=${2:?--revoke needs a client}
    shift 2
    set -- "$revoke"
fi
[ $# -gt 0 ] || set -- client
mkdir -p "$folder"
cd "$folder"

is_fresh ()
{
    [ -f "$1.pem" ] && [ -f "$1.key" ] && openssl x509 -in "$1.pem" -noout -checkend 2592000 >/dev/null
}

make_key ()
{
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null
}

# make_leaf NAME SUBJECT EXTENSIONS
make_leaf ()
{
    make_key "$1"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16 | sed 's/^./4/')" \
        -days 825 -sha256 -extfile <(printf '%s\n' 'basicConstraints=critical,CA:FALSE' \
            'keyUsage=critical,digitalSignature' "$3") -out "$1.pem" 2>/dev/null
    rm "$1.csr"
}

# authority WORDS...: openssl ca, whose only memory is what was revoked
authority ()
{
    touch crl.index
    openssl ca -config <(printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s/crl.index\ndefault_md=sha256\n' "$PWD") -cert ca.pem -keyfile ca.key "$@" 2>/dev/null
}

if ! is_fresh ca; then
    make_key ca
    openssl req -x509 -new -key ca.key -subj '/O=Kommunal Planner/CN=Demo authority' -days 3650 -sha256 \
        -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out ca.pem
    rm -f server.pem crl.index
    for client; do rm -f "$client.pem"; done
fi
is_fresh server || make_leaf server '/O=Kommunal Planner/CN=localhost' $'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'
for client; do
    is_fresh "$client" || make_leaf "$client" "/O=Demo/serialNumber=UI:DK-O:G:$(cat /proc/sys/kernel/random/uuid)/CN=$client" 'extendedKeyUsage=clientAuth'
done
if [ -n "$revoke" ]; then
    # Whoever is on the list already stays there.
    authority -revoke "$revoke.pem" || true
fi
authority -gencrl -crldays 365 -out crl.new
mv crl.new crl.pem
