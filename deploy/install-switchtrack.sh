#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Installs the switch-track on Debian 12: programs, user, group, configuration and systemd units. Safe to repeat: what you edited stays.
#
# usage: deploy/install-switchtrack.sh [--prefix FOLDER] [--build FOLDER] [--no-packages] [--no-build]
#        deploy/install-switchtrack.sh --uninstall [--purge] [--prefix FOLDER]
#   --prefix FOLDER  where programs go (/usr/local)
#   --build FOLDER   where to build (build-service)
#   --no-packages    uses the Debian packages that are there
#   --no-build       uses the programs that are there, such as those of deploy/install-service.sh
#   --uninstall      stops and removes units and programs (these stay where plannerd is installed too);
#                    --purge removes configuration, keys, registry, call log, user and group as well
# A switchtrackd that runs is upgraded without a failed call. Run it as root. It prints what is left to do: docs/switchtrack-install.md.
set -euo pipefail
cd "$(dirname "$0")/.."

usage ()
{
    sed -n 's/^# \{0,1\}//; /^usage/,/^A switchtrackd/p' deploy/install-switchtrack.sh
}

prefix=/usr/local build=yes action=install purge=no options=()
while [ $# -gt 0 ]; do
    case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift ;;
    --build) options+=(--build "${2:?--build needs a folder}"); shift ;;
    --no-packages) options+=(--no-packages) ;;
    --no-build) build=no ;;
    --uninstall) action=uninstall ;;
    --purge) purge=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done
[ "$(id -u)" -eq 0 ] || { echo "install-switchtrack.sh: run it as root" >&2; exit 1; }
if [ $purge = yes ] && [ $action = install ]; then
    echo "install-switchtrack.sh: --purge goes with --uninstall" >&2
    exit 2
fi

unit_folder=/etc/systemd/system
units=$(cd deploy/switchtrack && echo *.service *.socket *.timer)
sockets=$(cd deploy/switchtrack && echo *.socket)
timers=$(cd deploy/switchtrack && echo *.timer)
config=/etc/switchtrack/switchtrackd.conf
changed=no

# No systemd is running in a chroot or an image that is being made: files are put in place all the same.
control ()
{
    [ -d /run/systemd/system ] || return 0
    systemctl "$@"
}

uninstall ()
{
    local unit
    # Sockets first: a caller would start the service again.
    # shellcheck disable=SC2086
    control disable --now --quiet $sockets $timers switchtrackd.service 2>/dev/null || true
    for unit in $units; do
        rm -f "$unit_folder/$unit"
        rm -rf "$unit_folder/$unit.d"
    done
    rm -f "$prefix/lib/sysusers.d/switchtrack.conf" "$prefix/lib/tmpfiles.d/switchtrack.conf"
    if [ ! -e "$prefix/lib/systemd/system/plannerd.service" ]; then
        deploy/install-service.sh --programs --uninstall --prefix "$prefix"
    fi
    control daemon-reload
    if [ $purge = no ]; then
        echo "removed; /etc/switchtrack and /var/lib/switchtrack stay (--purge removes them)"
        return
    fi
    rm -rf /etc/switchtrack /var/lib/switchtrack
    if id switchtrack >/dev/null 2>&1; then userdel switchtrack; fi
    if getent group switchtrack-admin >/dev/null; then groupdel switchtrack-admin; fi
    echo "removed with configuration, keys, registry, call log, user and group"
}

# The files name /usr/local; another prefix is put in its place.
install_file ()
{
    install -d "$(dirname "$2")"
    sed "s#/usr/local/#$prefix/#g" "deploy/switchtrack/$1" >"$2.new"
    chmod 0644 "$2.new"
    if [ -e "$2" ] && ! cmp -s "$2" "$2.new"; then changed=yes; fi
    mv "$2.new" "$2"
}

install_units ()
{
    local unit
    for unit in $units; do
        install_file "$unit" "$unit_folder/$unit"
    done
    units_changed=$changed
    install_file switchtrack.sysusers "$prefix/lib/sysusers.d/switchtrack.conf"
    install_file switchtrack.tmpfiles "$prefix/lib/tmpfiles.d/switchtrack.conf"
    systemd-sysusers "$prefix/lib/sysusers.d/switchtrack.conf"
    systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/switchtrack.conf"
}

# set_key GROUP KEY VALUE: in the sample, where it stands empty or by its default, commented out
set_key ()
{
    sed -i "/^\[$1\]\$/,/^\[/ s|^#\{0,1\}$2=.*\$|$2=$3|" "$config.new"
    grep -q "^$2=$3\$" "$config.new" || { echo "install-switchtrack.sh: the sample has no $2 in [$1]" >&2; return 1; }
}

write_config ()
{
    local keys=/run/credentials/switchtrackd.service tls=/etc/switchtrack/tls
    [ ! -e "$config" ] || return 0
    # The sample's caller is an example only.
    "$prefix/bin/switchtrackd" --print-config-sample | sed '/^\[caller NAME\]/,$ s#^[^\#]#\#&#' >"$config.new"
    set_key registry path /var/lib/switchtrack/registry.db
    set_key calls path /var/lib/switchtrack/calls.db
    set_key admin socket /run/switchtrack/admin.socket
    set_key service certificate $tls/server.pem
    set_key service key $keys/server.key
    set_key service trust $tls/trust.pem
    set_key upstream certificate $tls/upstream.pem
    set_key upstream key $keys/upstream.key
    chown root:switchtrack "$config.new"
    chmod 0640 "$config.new"
    mv "$config.new" "$config"
}

# New programs are taken up; callers notice nothing.
take_up ()
{
    # shellcheck disable=SC2086
    control enable --quiet $sockets $timers switchtrackd.service
    # shellcheck disable=SC2086
    control start $timers
    [ -d /run/systemd/system ] || return 0
    systemctl is-active --quiet switchtrackd.service || return 0
    systemctl kill --kill-whom=main --signal=SIGUSR2 switchtrackd.service
    echo "switchtrackd was told to hand over to the new program: journalctl -u switchtrackd | grep event=upgrade"
    if [ "$units_changed" = yes ]; then
        echo "A unit has changed too; it is in force after systemctl restart switchtrackd.service (callers wait in the backlog meanwhile)"
    fi
}

print_rest ()
{
    cat <<HELP
Installed: $prefix/bin/switchtrackd, $prefix/bin/switchtrackctl, units in $unit_folder, configuration $config.
Left to do, unless it is done; docs/switchtrack-install.md has every step as commands:
  1. certificates in /etc/switchtrack/tls: server.pem and trust.pem for callers, upstream.pem for Planners (0644); server.key and upstream.key (root, 0600)
  2. in $config: a group [caller NAME] for each caller, [people] approvers=NAME;NAME;…
  3. those people's accounts: usermod --append --groups switchtrack-admin NAME
  4. systemctl start switchtrackd;   journalctl -u switchtrackd -n 5 says what is wrong
  5. the first registry, proposed by one of them and approved by another
HELP
}

if [ $action = uninstall ]; then
    uninstall
    exit 0
fi
[ $build = no ] || deploy/install-service.sh --programs --prefix "$prefix" ${options[@]+"${options[@]}"}
[ -x "$prefix/bin/switchtrackd" ] || { echo "install-switchtrack.sh: $prefix/bin/switchtrackd is not there: run it without --no-build" >&2; exit 1; }
install_units
write_config
control daemon-reload
take_up
print_rest
