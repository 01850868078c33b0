#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Installs what is missing, builds, makes the demo municipality and certificates, and serves it. Safe to repeat: it resumes the data.
#
# usage: deploy/run.sh [--port N] [--tls-port N] [--health-port N] [--dir FOLDER] [--build FOLDER] [--no-install]
#                      [--with-dfdg [--dfdg-port N] [--page-port N]]
#                      [--with-switchtrack [--track-port N] [--track-tls-port N] [--status-port N]]
#   --port N         plain HTTP on 127.0.0.1 (8080)
#   --tls-port N     the DFDG face, TLS with client certificates, on 127.0.0.1 (8443)
#   --health-port N  health and metrics on 127.0.0.1 (9464)
#   --dir FOLDER     database, certificates, configuration and log (var/demo)
#   --build FOLDER   where to build (build)
#   --no-install     uses what the machine has
#   --with-dfdg      starts a simulated DFDG beside it, with a page on which you play citizen and caseworker
#   --dfdg-port N    its services, TLS with client certificates, on 127.0.0.1 (8444)
#   --page-port N    its page, on 127.0.0.1 (8081)
#   --with-switchtrack  starts the gateway in front of it; with --with-dfdg the simulated DFDG books through the gateway
#   --track-port N   its plain HTTP on 127.0.0.1 (8082)
#   --track-tls-port N  its TLS with client certificates, on 127.0.0.1 (8445)
#   --status-port N  its status page and metrics, on 127.0.0.1 (9465)
# Ctrl-C stops it cleanly.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
source_folder=$PWD

usage ()
{
    sed -n 's/^# \{0,1\}//; /^usage:/,/^Ctrl/p' "$source_folder/deploy/run.sh"
}

port=8080 tls_port=8443 health_port=9464 dir=$source_folder/var/demo build=$source_folder/build install=yes
with_dfdg=no dfdg_port=8444 page_port=8081
with_track=no track_port=8082 track_tls_port=8445 status_port=9465
while [ $# -gt 0 ]; do
    case $1 in
    --port) port=${2:?--port needs a number}; shift ;;
    --tls-port) tls_port=${2:?--tls-port needs a number}; shift ;;
    --health-port) health_port=${2:?--health-port needs a number}; shift ;;
    --dir) dir=$(cd "$here" && realpath -m "${2:?--dir needs a folder}"); shift ;;
    --build) build=$(cd "$here" && realpath -m "${2:?--build needs a folder}"); shift ;;
    --no-install) install=no ;;
    --with-dfdg) with_dfdg=yes ;;
    --dfdg-port) dfdg_port=${2:?--dfdg-port needs a number}; shift ;;
    --page-port) page_port=${2:?--page-port needs a number}; shift ;;
    --with-switchtrack) with_track=yes ;;
    --track-port) track_port=${2:?--track-port needs a number}; shift ;;
    --track-tls-port) track_tls_port=${2:?--track-tls-port needs a number}; shift ;;
    --status-port) status_port=${2:?--status-port needs a number}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

# check_port OPTION NUMBER: a port that nobody has; somebody else's program would be taken for ours.
check_port ()
{
    if ! [[ $2 =~ ^[0-9]{1,5}$ ]] || [ "$((10#$2))" -lt 1 ] || [ "$((10#$2))" -gt 65535 ]; then
        echo "run.sh: $1 must be a port, 1 to 65535, not $2" >&2
        exit 2
    fi
    if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then
        echo "run.sh: port $2 is taken: end what has it, or choose another with $1" >&2
        exit 1
    fi
}

check_port --port "$port"
check_port --tls-port "$tls_port"
check_port --health-port "$health_port"
if [ $with_dfdg = yes ]; then
    check_port --dfdg-port "$dfdg_port"
    check_port --page-port "$page_port"
fi
if [ $with_track = yes ]; then
    check_port --track-port "$track_port"
    check_port --track-tls-port "$track_tls_port"
    check_port --status-port "$status_port"
fi
path=/soap/ExternalBookingService/v3
# What the simulated DFDG knows this Planner as.
system_identifier=20000000-0000-4000-8000-000000000002
plannerd=$build/planner/plannerd
plannerctl=("$build/planner/plannerctl" --database "$dir/planner.db" --data-dir "$source_folder/data")
switchtrackctl=("$build/switchtrack-client/switchtrackctl" --config "$dir/switchtrackd.conf")
# Whom the simulated DFDG calls.
planner_port=$tls_port
[ $with_track = no ] || planner_port=$track_tls_port

[ $install = no ] || deploy/install.sh run build

build_programs ()
{
    # The same options as deploy/test.sh, which then uses the folder as it is.
    if [ ! -f "$build/build.ninja" ]; then
        meson setup "$build" -Dwerror=true
        echo "${CC-} -Dwerror=true" >"$build/options"
    fi
    local programs=(planner/plannerd planner/plannerctl)
    [ $with_track = no ] || programs+=(switchtrack-client/switchtrackd switchtrack-client/switchtrackctl)
    ninja -C "$build" "${programs[@]}"
}

fingerprint ()
{
    openssl x509 -in "$dir/tls/$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//'
}

write_config ()
{
    cat >"$dir/plannerd.conf" <<CONFIG
# Made by deploy/run.sh at every start. Every key: plannerd --print-config-sample
[database]
path=$dir/planner.db
schema-dir=$source_folder/data/schema/sqlite
data-dir=$source_folder/data

[dfdg]
address=127.0.0.1
port=$tls_port
certificate=$dir/tls/server.pem
key=$dir/tls/server.key
trust=$dir/tls/ca.pem
crl=$dir/tls/crl.pem

[plain]
port=$port
caller=demo

[health]
port=$health_port

# Everybody on this machine, by the plain face: every role of the demo's units.
[caller demo]
tenant=demo
roles=dfdg;indkalder;kss
units=89000;89001

[caller client]
tenant=demo
roles=dfdg
units=89000;89001
fingerprint=$(fingerprint client)

[caller kss]
tenant=demo
roles=indkalder;kss
units=89000;89001
fingerprint=$(fingerprint kss)
CONFIG
    [ $with_dfdg = no ] || write_dfdg_config
    [ $with_track = no ] || write_track_config
}

write_dfdg_config ()
{
    local base=https://127.0.0.1:$dfdg_port
    cat >>"$dir/plannerd.conf" <<CONFIG

# The simulated DFDG.
[dfdg-client demo]
environment=DEMO
carrier=wsb
organisation-type=8
organisation-code=89000
user-identifier=CVR:00000000-UUID:kommunal-planner
system=40
system-identifier=$system_identifier
certificate=$dir/tls/planner.pem
key=$dir/tls/planner.key
ca-file=$dir/tls/ca.pem
indkaldelse-url=$base/indkaldelse
abonnement-url=$base/abonnement
frist-url=$base/frist
visitering-url=$base/visitering
besked-url=$base/besked
kodeliste-url=$base/kodeliste
CONFIG
    cat >"$dir/dfdg.json" <<CONFIG
{"port": $dfdg_port, "control_port": 0, "planner": "https://127.0.0.1:$planner_port", "database": "$dir/dfdg.db",
 "certificate": "$dir/tls/server.pem", "key": "$dir/tls/server.key", "trust": "$dir/tls/ca.pem",
 "client": {"certificate": "$dir/tls/client.pem", "key": "$dir/tls/client.key", "trust": "$dir/tls/ca.pem"},
 "settings": {"environment": "DEMO"},
 "systems": [{"name": "planner", "number": 40, "role": "planner", "organisations": [[8, "89000"], [8, "89001"]], "carriers": ["wsb"],
   "identifier": "$system_identifier", "title": "Kommunal Planner", "webhook_base": "https://127.0.0.1:$tls_port",
   "fingerprint": "$(fingerprint planner | tr -d : | tr A-F a-f)"}],
 "subscribe": [$(for entity in 90000 90001 100008 60010 100009 100010; do
     printf '%s["planner", 8, "89000", %d, "/wsb/v1"]' "${separator-}" $entity
     separator=', '
 done)],
 "page": {"port": $page_port, "unit": "89000",
   "citizens": [["Borger A, dagpenge", "0801585001", 1], ["Borger B, dagpenge", "0901585001", 1], ["Borger C, kontanthjælp", "1001585001", 2]],
   "advisors": [["90000001", "Vejleder 01"], ["90000002", "Vejleder 02"], ["90000007", "Vejleder 07"]]}}
CONFIG
}

start_dfdg ()
{
    tests/dfdg-simulator/main.py --config "$dir/dfdg.json" >>"$dir/dfdg.log" 2>&1 &
    dfdg=$!
}

write_track_config ()
{
    cat >>"$dir/plannerd.conf" <<CONFIG

# The gateway, on behalf of DFDG.
[caller gateway]
tenant=demo
roles=dfdg
units=89000;89001
fingerprint=$(fingerprint gateway)
CONFIG
    cat >"$dir/switchtrackd.conf" <<CONFIG
# Made by deploy/run.sh at every start. Every key: switchtrackd --print-config-sample
[service]
address=127.0.0.1
port=$track_tls_port
certificate=$dir/tls/server.pem
key=$dir/tls/server.key
trust=$dir/tls/ca.pem
crl=$dir/tls/crl.pem

[plain]
port=$track_port
caller=client

[status]
port=$status_port

[people]
approvers=$(id -un)

[registry]
path=$dir/registry.db
schema-dir=$source_folder/data/schema/track-registry

[calls]
path=$dir/calls.db
schema-dir=$source_folder/data/schema/track-log
lines-dir=$dir/calls

[upstream]
certificate=$dir/tls/gateway.pem
key=$dir/tls/gateway.key
trust=$dir/tls/ca.pem

[probe]
interval-s=2

[caller client]
fingerprint=$(fingerprint client)
CONFIG
}

# The demo's registry. In service every revision is one person's proposal and another's approval; a demo has one account, so this
# one goes into the database by itself, and only while no switchtrackd is there.
write_registry ()
{
    "${switchtrackctl[@]}" status >/dev/null
    python3 - "$dir/registry.db" "https://127.0.0.1:$tls_port$path" <<'PYTHON'
import hashlib, json, sqlite3, sys, time
endpoint = {"name": "demo", "urls": [sys.argv[2]], "contract": "3", "owner": "Demo Kommune", "probe_unit": "89000"}
units = [{"code": code, "endpoint": "demo", "name": name} for code, name in (("89000", "Demo Kommune"), ("89001", "Demo Kommune, filial"))]
document = json.dumps({"format": "switch-track-registry-1", "endpoints": [endpoint], "units": units})
with sqlite3.connect(sys.argv[1]) as database:
    newest = database.execute("SELECT document FROM revision ORDER BY revision DESC LIMIT 1").fetchone()
    # What was changed by commands stays, unless the planner has moved.
    if newest is None or sys.argv[2] not in newest[0]:
        now = time.time_ns() // 1000
        digest = hashlib.sha256(document.encode()).hexdigest()
        database.execute("INSERT INTO revision (at_us, kind, document, digest, author, approver, approved_us, reason)"
                         " VALUES (?, 'change', ?, ?, 'run.sh', 'demo', ?, 'the demo')", (now, document, digest, now))
PYTHON
}

start_track ()
{
    write_registry
    "$build/switchtrack-client/switchtrackd" --config "$dir/switchtrackd.conf" 2>>"$dir/switchtrackd.log" &
    track=$!
}

make_demo ()
{
    [ -f "$dir/imported" ] && return 0
    "${plannerctl[@]}" create --key demo >/dev/null
    "${plannerctl[@]}" import "$source_folder/data/demo" >"$dir/import.log" || { cat "$dir/import.log" >&2; return 1; }
    touch "$dir/imported"
}

print_page ()
{
    cat <<HELP

A simulated DFDG stands beside it. Its page, on which you play citizen and caseworker and watch the messages:

  page       http://127.0.0.1:$page_port/
  services   https://127.0.0.1:$dfdg_port   with $dir/tls/planner.pem
  log        $dir/dfdg.log
HELP
}

print_track ()
{
    cat <<HELP

The switch-track stands in front of it: the same contract, and each call goes to the Planner that the registry names.

  plain      http://127.0.0.1:$track_port$path
  TLS face   https://127.0.0.1:$track_tls_port$path   with $dir/tls/client.pem
  status     http://127.0.0.1:$status_port/status   and /status.json, /metrics, /health/ready
  log        $dir/switchtrackd.log

The booking below goes through it when you take the line that says so; then, in another shell:

  T="${switchtrackctl[*]}"
  \$T calls                  # each of them, why it went there, how long it took
  \$T health; \$T status
  kill -STOP $server; sleep 30; kill -CONT $server     # the Planner hangs; meanwhile look at the status page, then
  \$T disturbances; \$T evidence ID --language da >evidence.html

A change of the registry needs two accounts of the machine; the demo is one person's: docs/switchtrack-install.md.
HELP
}

print_commands ()
{
    cat <<HELP
Kommunal Planner serves the demo municipality (units 89000 and 89001); Ctrl-C stops it.

  contract   http://127.0.0.1:$port$path?wsdl   (and ?xsd)
  plain      http://127.0.0.1:$port$path
  DFDG face  https://127.0.0.1:$tls_port$path   with $dir/tls/client.pem
  health     http://127.0.0.1:$health_port/health/ready   and /health/semantic, /metrics
  admin      ${plannerctl[*]} list advisors
  log        $dir/plannerd.log

A whole booking, ready to paste into another shell:

# --- begin
url=http://127.0.0.1:$port$path tls=
# Over mutual TLS instead:
#   url=https://127.0.0.1:$tls_port$path tls='--cacert $dir/tls/ca.pem --cert $dir/tls/client.pem --key $dir/tls/client.key'
HELP
    [ $with_track = no ] || printf '# Through the switch-track instead:\n#   url=http://127.0.0.1:%s tls=\n' "$track_port$path"
    sed '1,2d' deploy/booking-commands.sh
    echo "# --- end"
}

stop ()
{
    kill -TERM "$server" ${dfdg:+"$dfdg"} ${track:+"$track"} 2>/dev/null || true
}

# await_answer PID URL LOG: until the program answers; tells why when it has ended.
await_answer ()
{
    for ((i = 0; i < 200; i++)); do
        ! curl -fs -o /dev/null "$2" || return 0
        kill -0 "$1" 2>/dev/null || break
        sleep 0.05
    done
    kill -0 "$1" 2>/dev/null && return 0
    tail -n 5 "$3" >&2
    stop
    exit 1
}

build_programs >"${TMPDIR:-/tmp}/planner-build-$$.log" 2>&1 || { tail -n 40 "${TMPDIR:-/tmp}/planner-build-$$.log"; exit 1; }
rm -f "${TMPDIR:-/tmp}/planner-build-$$.log"
umask 077
mkdir -p "$dir"
clients=(client kss)
[ $with_dfdg = no ] || clients+=(planner)
[ $with_track = no ] || clients+=(gateway)
deploy/make-certificates.sh "$dir/tls" "${clients[@]}"
make_demo
write_config
dfdg='' track=''
[ $with_dfdg = no ] || start_dfdg
"$plannerd" --config "$dir/plannerd.conf" 2>>"$dir/plannerd.log" &
server=$!
trap stop INT TERM
await_answer "$server" "http://127.0.0.1:$health_port/health/ready" "$dir/plannerd.log"
[ $with_dfdg = no ] || await_answer "$dfdg" "http://127.0.0.1:$page_port/" "$dir/dfdg.log"
if [ $with_track = yes ]; then
    start_track
    await_answer "$track" "http://127.0.0.1:$status_port/health/ready" "$dir/switchtrackd.log"
fi
[ $with_dfdg = no ] || print_page
[ $with_track = no ] || print_track
print_commands
# The first wait ends when a signal comes, the second when the program has stopped.
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do
    status=0
    wait "$server" || status=$?
done
stop
[ -z "$track" ] || wait "$track" || true
echo "stopped; the data stays in $dir"
exit "$status"
