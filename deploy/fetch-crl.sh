#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Fetches revocation lists, checks them against their authority, and puts them in place in one step each. For a timer.
#
# usage: deploy/fetch-crl.sh --trust FILE --into FOLDER [--bundle FILE] [--timeout S] [--of FILE]... [URL]...
#   --trust FILE     PEM: authorities, those that sign the lists among them ([dfdg] trust)
#   --into FOLDER    where the lists go, PEM, one file for each URL ([dfdg] crl)
#   --bundle FILE    all lists of FOLDER in one file as well, for nginx (ssl_crl)
#   --timeout S      for one list (60)
#   --of FILE        PEM: certificates whose own lists are fetched: callers', and issuing authorities'
#   URL              http, https or file address of a list, PEM or DER
# An authority may issue its list in parts, each at its own address: the parts that the callers' certificates name are
# needed (--of). A list that cannot be fetched, is wrongly signed, out of date, older than the one in place, or of
# another issuer or part changes nothing; the exit status is 1 then, and every reason stands on stderr.
set -euo pipefail
umask 022

usage ()
{
    sed -n 's/^# \{0,1\}//; /^usage/,/^exit status/p' "$0" >&2
    exit 2
}

trust='' into='' bundle='' timeout=60 certificates=()
while [ $# -gt 0 ]; do
    case $1 in
    --trust) trust=${2:?--trust needs a file}; shift 2 ;;
    --into) into=${2:?--into needs a folder}; shift 2 ;;
    --bundle) bundle=${2:?--bundle needs a file}; shift 2 ;;
    --timeout) timeout=${2:?--timeout needs a number}; shift 2 ;;
    --of) certificates+=("${2:?--of needs a file}"); shift 2 ;;
    -*) usage ;;
    *) break ;;
    esac
done
if [ -z "$trust" ] || [ -z "$into" ] || [ $(($# + ${#certificates[@]})) -eq 0 ]; then usage; fi
mkdir -p "$into"
exec 9>"$into/.lock"
flock -n 9 || { echo "fetch-crl: another one is at work in $into" >&2; exit 1; }
# Names with a dot in front are not read by plannerd; the rename is within one file system.
work=$(mktemp -d "$into/.fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT

# when FILE FIELD: a date of the list, in seconds
when ()
{
    date -d "$(openssl crl -in "$1" -noout "-$2" | cut -d= -f2)" +%s
}

# part FILE: which part of its issuer's list it is; nothing for the whole. OpenSSL has no -ext for lists.
part ()
{
    openssl crl -in "$1" -noout -text | awk '
        /^ *X509v3 Issuing Distrib/ { inside = 1; next }
        { match($0, /[^ ]/) }
        RSTART <= 13 { inside = 0 }
        inside { sub(/^ +/, ""); gsub(/   +/, "\n"); print }'
}

# fits URL FILE OLD: whether FILE may take OLD's place. Whoever sits between us and the authority can answer with another
# list of good signature; that one would leave the certificates of this one without theirs.
fits ()
{
    local new
    [ "$(openssl crl -in "$2" -noout -issuer)" = "$(openssl crl -in "$3" -noout -issuer)" ] || return 1
    new=$(part "$2")
    [ -z "$new" ] || grep -qxF "URI:$1" <<<"$new" || [ "$new" = "$(part "$3")" ]
}

# points FILE: the addresses of lists in the certificates of FILE
points ()
{
    local text='' line
    while IFS= read -r line; do
        text+=$line$'\n'
        if [ "$line" = '-----END CERTIFICATE-----' ]; then
            openssl x509 -noout -ext crlDistributionPoints <<<"$text" 2>/dev/null | sed -n 's|^ *URI:\(https\{0,1\}://.*\)|\1|p; s|^ *URI:\(file://.*\)|\1|p'
            text=''
        fi
    done <"$1"
}

# refuse URL REASON
refuse ()
{
    echo "fetch-crl: $1: $2" >&2
    return 1
}

# fetch URL: 0 when the list in place is the newest there is
fetch ()
{
    local url=$1 raw=$work/raw list=$work/list name form
    name=$(basename "${url%%\?*}" | tr -c 'A-Za-z0-9.\n_-' _)-$(printf %s "$url" | sha256sum | cut -c1-8).pem
    curl -fsSL --proto '=http,https,file' --proto-redir '=http,https' --max-time "$timeout" --max-filesize 67108864 \
        -o "$raw" "$url" 2>"$work/error" || { refuse "$url" "cannot be fetched: $(tail -n 1 "$work/error")"; return; }
    form=DER
    ! grep -qa -e '-----BEGIN X509 CRL-----' "$raw" || form=PEM
    openssl crl -inform $form -in "$raw" -out "$list" 2>/dev/null || { refuse "$url" 'is no revocation list'; return; }
    openssl crl -in "$list" -noout -CAfile "$trust" 2>&1 | grep -q '^verify OK' ||
        { refuse "$url" "is not signed by an authority of $trust"; return; }
    [ "$(when "$list" nextupdate)" -gt "$(date +%s)" ] || { refuse "$url" 'is out of date: its next update is due'; return; }
    if [ -f "$into/$name" ] && ! fits "$url" "$list" "$into/$name"; then
        refuse "$url" "is of another issuer or part than the list in place; when that is right, remove $into/$name"
        return
    fi
    if [ -f "$into/$name" ] && [ "$(when "$list" lastupdate)" -lt "$(when "$into/$name" lastupdate)" ]; then
        refuse "$url" 'is older than the list in place'
        return
    fi
    # The same list again leaves the file alone, so that nobody reads it anew.
    if ! cmp -s "$list" "$into/$name"; then
        if ! sync "$list" || ! mv "$list" "$into/$name"; then
            refuse "$url" "cannot be put into $into"
            return
        fi
        echo "fetch-crl: $name: next update $(openssl crl -in "$into/$name" -noout -nextupdate | cut -d= -f2)"
    fi
}

failed=0
found=()
for certificate in "${certificates[@]}"; do
    own=$(points "$certificate" | sort -u) || failed=1
    [ -n "$own" ] || { echo "fetch-crl: $certificate: names no list that can be fetched" >&2; failed=1; }
    while IFS= read -r url; do [ -z "$url" ] || found+=("$url"); done <<<"$own"
done
readarray -t urls < <(printf '%s\n' "$@" "${found[@]}" | awk 'NF && !seen[$0]++')
for url in "${urls[@]}"; do
    fetch "$url" || failed=1
done
if [ -n "$bundle" ]; then
    find "$into" -maxdepth 1 -name '[!.]*.pem' | LC_ALL=C sort | xargs -r -d '\n' cat >"$work/bundle"
    if ! cmp -s "$work/bundle" "$bundle"; then
        cp "$work/bundle" "$bundle.new.$$"
        mv "$bundle.new.$$" "$bundle"
    fi
fi
exit $failed
