#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Installs the Debian packages of the named groups of deploy/packages, and node's modules for group test. Safe to repeat.
#
# usage: deploy/install.sh GROUP...     (run, build, test, bench)
set -euo pipefail
cd "$(dirname "$0")/.."

as_root ()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "install.sh: run it as root, or install sudo: $*" >&2
        return 1
    fi
}

is_there ()
{
    # Node from elsewhere brings npm along; Debian's npm would throw it out.
    [ "$1" = npm ] && command -v npm >/dev/null && return 0
    # Only there so that Cyrus brings no mail daemon: a machine that sends mail keeps what it has.
    [ "$1" = msmtp-mta ] && [ -x /usr/sbin/sendmail ] && return 0
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Some of the judges are services. Their packages must start none here, neither now nor at the next boot.
install_quietly ()
{
    local policy=/usr/sbin/policy-rc.d status=0 service
    local -a services=()
    for service in cyrus-imapd radicale saslauthd postgresql; do
        [ -e "/lib/systemd/system/$service.service" ] || [ -e "/etc/init.d/$service" ] || services+=("$service")
    done
    if [ -e $policy ]; then
        policy=
    else
        printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin $policy
    fi
    # dpkg need not flush every file on a machine that can install again.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io "$@" >/dev/null || status=$?
    [ -z "$policy" ] || as_root rm -f $policy
    for service in "${services[@]}"; do
        command -v systemctl >/dev/null || break
        as_root systemctl disable --quiet "$service" 2>/dev/null || true
    done
    return $status
}

install_packages ()
{
    local group package missing=()
    while read -r group package _; do
        case " $* " in
        *" $group "*) is_there "$package" || missing+=("$package") ;;
        esac
    done < <(grep -v '^#' deploy/packages)
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
    as_root apt-get update -qq
    install_quietly "${missing[@]}"
}

install_node_modules ()
{
    local folder=$1
    [ -f $folder/package-lock.json ] || return 0
    cmp -s $folder/package-lock.json $folder/node_modules/.installed-lock && return 0
    echo "installing node modules of $folder"
    (cd $folder && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
    cp $folder/package-lock.json $folder/node_modules/.installed-lock
}

if [ $# -eq 0 ]; then
    sed -n 's/^# usage: /usage: /p' "$0" >&2
    exit 2
fi
for group; do
    grep -q "^$group " deploy/packages || { echo "install.sh: no group $group in deploy/packages" >&2; exit 2; }
done
install_packages "$@"
case " $* " in
*" test "*)
    install_node_modules tests/interop/node
    install_node_modules tests/switchtrack/node
    ;;
esac
