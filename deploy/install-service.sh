#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Installs programs, user, configuration and systemd units on Debian 12, and enables them. Safe to repeat: what you edited stays.
#
# usage: deploy/install-service.sh [--prefix FOLDER] [--build FOLDER] [--face dfdg|proxied] [--no-packages]
#        deploy/install-service.sh --programs [--prefix FOLDER] [--build FOLDER] [--no-packages]
#        deploy/install-service.sh --uninstall [--purge] [--prefix FOLDER]
#   --prefix FOLDER  where programs go (/usr/local)
#   --build FOLDER   where to build (build-service)
#   --face NAME      dfdg: plannerd ends TLS itself on port 8443 (the default); proxied: a reverse proxy on this machine does
#   --no-packages    uses the Debian packages that are there
#   --programs       programs, manual pages and data only: for a machine that serves no planner
#   --uninstall      stops and removes programs and units; --purge removes configuration, data, backups and user too.
#                    Where the switch-track is installed the programs stay, for it runs from them
# Run it as root. It prints what is left to do.
set -euo pipefail
cd "$(dirname "$0")/.."

usage ()
{
    sed -n 's/^# \{0,1\}//; /^usage/,/^Run it/p' deploy/install-service.sh
}

prefix=/usr/local build=build-service face=dfdg packages=yes programs=with-units action=install purge=no
while [ $# -gt 0 ]; do
    case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift ;;
    --build) build=${2:?--build needs a folder}; shift ;;
    --face) face=${2:?--face needs dfdg or proxied}; shift ;;
    --no-packages) packages=no ;;
    --programs) programs=only ;;
    --uninstall) action=uninstall ;;
    --purge) purge=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done
case $face in
dfdg | proxied) ;;
*) echo "install-service.sh: --face is dfdg or proxied" >&2; exit 2 ;;
esac
[ "$(id -u)" -eq 0 ] || { echo "install-service.sh: run it as root" >&2; exit 1; }

unit_folder=$prefix/lib/systemd/system
units=$(cd deploy/systemd && echo *.service *.socket *.timer)
timers=$(cd deploy/systemd && echo *.timer)
config=/etc/planner/plannerd.conf

# No systemd is running in a chroot or an image that is being made: files are put in place all the same.
control ()
{
    [ -d /run/systemd/system ] || return 0
    systemctl "$@"
}

remove_programs ()
{
    if [ -f "$prefix/lib/kommunal-planner/installed" ]; then
        # The list of a first installation has folders, too.
        # shellcheck disable=SC2016
        xargs -r -d '\n' sh -c 'for file; do [ -d "$file" ] || rm -f "$file"; done' sh <"$prefix/lib/kommunal-planner/installed"
    fi
    rm -rf "$prefix/share/kommunal-planner" "$prefix/lib/kommunal-planner"
}

uninstall ()
{
    local unit
    for unit in $units; do
        control disable --now "$unit" 2>/dev/null || true
        rm -f "$unit_folder/$unit"
        rm -rf "/etc/systemd/system/$unit.d"
    done
    rm -f "$prefix/lib/sysusers.d/planner.conf" "$prefix/lib/tmpfiles.d/planner.conf"
    if [ -e /etc/systemd/system/switchtrackd.service ]; then
        echo "the switch-track runs from the same programs: they stay until deploy/install-switchtrack.sh --uninstall"
    else
        remove_programs
    fi
    control daemon-reload
    if [ $purge = no ]; then
        echo "removed; /etc/planner and /var/lib/planner stay (--purge removes them)"
        return
    fi
    rm -rf /etc/planner /var/lib/planner
    if id planner >/dev/null 2>&1; then userdel planner; fi
    echo "removed with configuration, data, backups and user"
}

# What is installed and nothing else: the tests' programs would take minutes.
list_targets ()
{
    meson introspect "$build" --targets | python3 -c '
import json, os, sys
for target in json.load(sys.stdin):
    for path in target["filename"] if target["installed"] else []:
        print(os.path.relpath(path, os.path.abspath(sys.argv[1])))' "$build"
}

build_and_install ()
{
    [ $packages = no ] || deploy/install.sh run build
    if [ ! -f "$build/build.ninja" ]; then
        meson setup "$build" --prefix "$prefix" --libdir lib --buildtype debugoptimized >/dev/null
    fi
    meson configure "$build" -Dprefix="$prefix"
    # shellcheck disable=SC2046
    ninja -C "$build" $(list_targets) >"$build/install.log" 2>&1 || { tail -n 40 "$build/install.log" >&2; return 1; }
    meson install -C "$build" --no-rebuild --quiet
    install -d "$prefix/lib/kommunal-planner"
    grep '^/' "$build/meson-logs/install-log.txt" >"$prefix/lib/kommunal-planner/installed"
    if [ -f deploy/fetch-crl.sh ]; then
        install -m 0755 deploy/fetch-crl.sh "$prefix/lib/kommunal-planner/fetch-crl.sh"
    fi
}

# The files name /usr/local; another prefix is put in its place.
install_unit ()
{
    install -d "$(dirname "$2")"
    sed "s#/usr/local/#$prefix/#g" "deploy/systemd/$1" >"$2.new"
    chmod 0644 "$2.new"
    mv "$2.new" "$2"
}

install_units ()
{
    local unit
    for unit in $units; do
        install_unit "$unit" "$unit_folder/$unit"
    done
    install_unit planner.sysusers "$prefix/lib/sysusers.d/planner.conf"
    install_unit planner.tmpfiles "$prefix/lib/tmpfiles.d/planner.conf"
    systemd-sysusers "$prefix/lib/sysusers.d/planner.conf"
    systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/planner.conf"
}

# The proxy has the key then, and there is no credential to be loaded.
write_drop_in ()
{
    local folder=/etc/systemd/system/plannerd.service.d
    if [ "$face" = dfdg ]; then
        rm -f "$folder/proxied.conf"
        return
    fi
    install -d "$folder"
    printf '# Made by deploy/install-service.sh --face proxied\n[Service]\nLoadCredential=\n' >"$folder/proxied.conf"
}

# set_key GROUP KEY VALUE: in the sample, where it stands empty or by its default, commented out
set_key ()
{
    sed -i "/^\[$1\]\$/,/^\[/ s|^#\{0,1\}$2=.*\$|$2=$3|" "$config.new"
    grep -q "^$2=$3\$" "$config.new" || { echo "install-service.sh: the sample has no $2 in [$1]" >&2; return 1; }
}

write_config ()
{
    [ ! -e "$config" ] || return 0
    # The sample's caller is an example only.
    "$prefix/bin/plannerd" --print-config-sample | sed '/^\[caller NAME\]/,$ s#^[^\#]#\#&#' >"$config.new"
    set_key database path /var/lib/planner/planner.db
    set_key dfdg trust /etc/planner/tls/trust.pem
    set_key sync secrets-dir /var/lib/planner/secrets
    if [ "$face" = dfdg ]; then
        set_key dfdg certificate /etc/planner/tls/server.pem
        set_key dfdg key /run/credentials/plannerd.service/server.key
    else
        set_key dfdg port 0
        set_key proxied socket /run/planner-proxied.socket
    fi
    chown root:planner "$config.new"
    chmod 0640 "$config.new"
    mv "$config.new" "$config"
}

enable_units ()
{
    local other=proxied
    [ "$face" = dfdg ] || other=dfdg
    control daemon-reload
    control disable --now --quiet "plannerd-$other.socket" 2>/dev/null || true
    # shellcheck disable=SC2086
    control enable --quiet "plannerd-$face.socket" plannerd-health.socket plannerd.service $timers
    # shellcheck disable=SC2086
    control start $timers
    # New programs are taken up; callers wait in the sockets meanwhile.
    control try-restart plannerd.service
}

print_rest ()
{
    cat <<HELP
Installed: $prefix/bin/plannerd, $prefix/bin/plannerctl, units in $unit_folder, configuration $config.
Left to do, unless it is done:
  1. certificates: /etc/planner/tls/server.pem and server.key (root, 0600), trust.pem; with a proxy only trust.pem
  2. callers: a group [caller NAME] each in $config
  3. a municipality:
       alias planner='runuser -u planner -- plannerctl --database /var/lib/planner/planner.db'
       planner create --key KEY --name 'NAME Kommune' && planner import FOLDER
  4. revocation lists: CRL_URLS="URL ..." in /etc/planner/crl.env, crl=/var/lib/planner/crl in [dfdg];   systemctl start plannerd-crl
  5. systemctl start plannerd-$face.socket plannerd-health.socket plannerd.service;   journalctl -u plannerd -n 5 says what is wrong
HELP
}

if [ $action = uninstall ] && [ $programs = only ]; then
    remove_programs
    exit 0
fi
if [ $action = uninstall ]; then
    uninstall
    exit 0
fi
build_and_install
[ $programs = with-units ] || exit 0
install_units
write_drop_in
write_config
enable_units
print_rest
