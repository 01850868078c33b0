#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Puts the switch-track's units, user and first configuration in place, after deploy/install-service.sh has installed the programs. Safe to repeat.
#
#   deploy/install-switchtrack.sh [--prefix FOLDER] [--remove]
#
# --remove takes the units away; /etc/switchtrack and /var/lib/switchtrack stay.
set -euo pipefail
cd "$(dirname "$0")/switchtrack"

prefix=/usr/local
remove=no
while [ $# -gt 0 ]; do
    case "$1" in
        --prefix) prefix=${2:?a folder is missing}; shift ;;
        --remove) remove=yes ;;
        *) echo "install-switchtrack.sh: $1 is not expected; --prefix FOLDER, --remove" >&2; exit 2 ;;
    esac
    shift
done
unit_folder=/etc/systemd/system
config=/etc/switchtrack/switchtrackd.conf
units=$(echo *.service *.socket)

# No systemd is running in a chroot or an image that is being made: files are put in place all the same.
control ()
{
    [ ! -d /run/systemd/system ] || systemctl "$@"
}

if [ $remove = yes ]; then
    # shellcheck disable=SC2086
    control disable --now --quiet $units 2>/dev/null || true
    for unit in $units; do rm -f "$unit_folder/$unit"; done
    rm -f "$prefix/lib/sysusers.d/switchtrack.conf" "$prefix/lib/tmpfiles.d/switchtrack.conf"
    control daemon-reload
    echo "removed; /etc/switchtrack and /var/lib/switchtrack stay"
    exit 0
fi
[ -x "$prefix/bin/switchtrackd" ] || { echo "install-switchtrack.sh: $prefix/bin/switchtrackd is not there: run deploy/install-service.sh first" >&2; exit 1; }
install -d "$unit_folder" "$prefix/lib/sysusers.d" "$prefix/lib/tmpfiles.d"
for unit in $units; do
    sed "s#/usr/local/#$prefix/#g" "$unit" >"$unit_folder/$unit.new"
    chmod 0644 "$unit_folder/$unit.new"
    mv "$unit_folder/$unit.new" "$unit_folder/$unit"
done
install -m 0644 switchtrack.sysusers "$prefix/lib/sysusers.d/switchtrack.conf"
install -m 0644 switchtrack.tmpfiles "$prefix/lib/tmpfiles.d/switchtrack.conf"
systemd-sysusers "$prefix/lib/sysusers.d/switchtrack.conf"
systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/switchtrack.conf"
if [ ! -e "$config" ]; then
    credentials=/run/credentials/switchtrackd.service
    "$prefix/bin/switchtrackd" --print-config-sample | sed \
        -e '/^\[registry\]/,/^\[learned/ s#^path=$#path=/var/lib/switchtrack/registry.db#' \
        -e '/^\[calls\]/,/^\[upstream/ s#^path=$#path=/var/lib/switchtrack/calls.db#' \
        -e "/^\[service\]/,/^\[plain/ s#^\#certificate=\$#certificate=/etc/switchtrack/tls/server.pem#" \
        -e "/^\[service\]/,/^\[plain/ s#^\#key=\$#key=$credentials/server.key#" \
        -e "/^\[service\]/,/^\[plain/ s#^\#trust=\$#trust=/etc/switchtrack/tls/trust.pem#" \
        -e "/^\[upstream\]/,/^\[probe/ s#^\#certificate=\$#certificate=/etc/switchtrack/tls/upstream.pem#" \
        -e "/^\[upstream\]/,/^\[probe/ s#^\#key=\$#key=$credentials/upstream.key#" \
        -e '/^\[caller NAME\]/,$ s#^[^\#]#\#&#' >"$config.new"
    chown root:switchtrack "$config.new"
    chmod 0640 "$config.new"
    mv "$config.new" "$config"
fi
control daemon-reload
control enable --quiet switchtrackd-service.socket switchtrackd-status.socket switchtrackd.service
control try-restart switchtrackd.service
echo "Installed: units in $unit_folder, configuration $config. Certificates and callers are yours: docs/switchtrack.md"
