# SPDX-License-Identifier: EUPL-1.2
# What the gateway adds to a call: switchtrackd, HAProxy and nginx in front of one plannerd, and plannerd called directly.
"""The same listing call by four ways, with mutual TLS in and out and in plain HTTP. HAProxy and nginx do less: they neither read the
call nor check the answer. The CPU is that of the way alone, without plannerd's; plannerd runs on the same core as they do."""

import contextlib
import hashlib
import json
import os
import signal
import sqlite3
import time

import harness
import peers
import testlib
import track_world
import world
from scenarios.idle import Idle, raise_descriptors
from soap_client import message

N_IDLE = 10000
LONG_DAYS = 20
HAPROXY = """global
  maxconn 5000
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  option http-keep-alive
frontend plain
  bind 127.0.0.1:{plain}
  default_backend plain
backend plain
  http-reuse always
  server planner 127.0.0.1:{planner.plain_port} maxconn 1000
frontend tls
  bind 127.0.0.1:{tls} ssl crt {server} ca-file {authority} verify required ssl-min-ver TLSv1.2
  default_backend tls
backend tls
  http-reuse always
  server planner 127.0.0.1:{planner.tls_port} maxconn 1000 ssl crt {client} ca-file {authority} verify required
"""
NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
worker_rlimit_nofile 65536;
events {{ worker_connections 20000; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300s; client_body_buffer_size 64k; proxy_buffers 64 16k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream plain {{ server 127.0.0.1:{planner.plain_port}; keepalive 200; keepalive_requests 100000000; }}
  upstream tls {{ server 127.0.0.1:{planner.tls_port}; keepalive 200; keepalive_requests 100000000; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_max_temp_file_size 0;
  server {{ listen 127.0.0.1:{plain} backlog=4096; location / {{ proxy_pass http://plain; }} }}
  server {{
    listen 127.0.0.1:{tls} ssl backlog=4096;
    ssl_certificate {certificates.server[0]}; ssl_certificate_key {certificates.server[1]};
    ssl_client_certificate {authority}; ssl_verify_client on; ssl_protocols TLSv1.2 TLSv1.3;
    location / {{
      proxy_pass https://tls; proxy_ssl_certificate {dfdg[0]}; proxy_ssl_certificate_key {dfdg[1]};
      proxy_ssl_trusted_certificate {authority}; proxy_ssl_verify on; proxy_ssl_name localhost; proxy_ssl_protocols TLSv1.2 TLSv1.3;
    }}
  }}
}}
"""


class Proxy(peers.Peer):
    """A reverse proxy with a plain face and one with mutual TLS."""

    def __init__(self, bench, planner, template, command):
        folder, self.tls_port = testlib.make_folder(), testlib.free_port()
        folder.chmod(0o755)
        port, certificates = testlib.free_port(), planner.certificates
        (folder / "server.pem").write_text("".join(one.read_text(encoding="ascii") for one in certificates.server), encoding="ascii")
        names = {"planner": planner, "plain": port, "tls": self.tls_port, "folder": folder, "certificates": certificates}
        names |= {"authority": certificates.authority[0], "dfdg": certificates.client("dfdg"), "client": certificates.combined("dfdg")}
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "conf").write_text(template.format(server=folder / "server.pem", user=user, **names), encoding="utf-8")
        super().__init__(["taskset", "-c", bench.core_of_server, *command, folder / "conf"], port)


def proxies(bench, planner):
    """(name, Proxy) of those that this machine has, and why others are missing."""
    made, missing = [], {}
    makers = [
        ("HAProxy", HAPROXY, "haproxy", ["/usr/sbin/haproxy", "-db", "-f"]),
        ("nginx", NGINX, "nginx", ["/usr/sbin/nginx", "-e", "/dev/null", "-c"]),
    ]
    for name, template, program, command in makers:
        try:
            peers.need(program)
            made.append((name, Proxy(bench, planner, template, command)))
        except testlib.Skip as reason:
            missing[name] = str(reason)
    return made, missing


def track_of(bench, planner, to_tls, max_connections=1000):
    """switchtrackd that sends every call of the unit to PLANNER; started by the caller, then publish()."""
    certificate, key = planner.certificates.client("dfdg")
    settings = {"upstream/certificate": certificate, "upstream/key": key, "limits/max-connections": max_connections}
    settings["limits/idle-timeout-ms"] = 300000
    track = track_world.TrackProcess(testlib.make_folder(), planner.certificates, settings)
    track.planner_url = planner.tls_url if to_tls else planner.url
    track.arguments = ["taskset", "-c", bench.core_of_server, *track.arguments]
    track.environment.pop("G_DEBUG", None)
    return track


def publish(track):
    """Makes a registry of one Planner and one unit the one in force."""
    endpoint = track_world.TrackWorld.endpoint("planner", track.planner_url, max_parallel=500)
    document = {"format": track_world.FORMAT, "endpoints": [endpoint], "units": [{"code": world.UNIT, "endpoint": "planner"}]}
    text, now_us = json.dumps(document), time.time_ns() // 1000
    with contextlib.closing(sqlite3.connect(track.registry, timeout=10)) as connection, connection:
        connection.execute(
            "INSERT INTO revision (at_us, kind, document, digest, author, approver, approved_us, reason)"
            " VALUES (?, 'change', ?, ?, 'anna', 'bent', ?, 'bench')",
            (now_us, text, hashlib.sha256(text.encode()).hexdigest(), now_us),
        )
    track.process.send_signal(signal.SIGHUP)
    testlib.wait_for(lambda: track.get("/health/ready")[0] == 200, 20, "switchtrackd becomes ready")


def teach(track, path):
    """The listing calls carry an option and no unit: whoever asked for the options before has shown whose it is."""
    contender = harness.Contender("", track, track.plain_port, path)
    texts = [message("GetSelfbookInterviewOptions", cpr=testlib.cpr(world.FIRST_READER), JobCenterCode=world.UNIT, ContactGroupTypeIdentifier=2)]
    testlib.wait_for(lambda: contender.post_all(texts)[0].status == 200, 20, "switchtrackd passes a call")


def contenders_of(planner, tracks, others, tls):
    """The direct call first, then every way in front of it."""
    path = harness.Contender.of_planner("", planner).path
    certificate, key = planner.certificates.client("dfdg")
    options = {"trust": planner.certificates.authority[0], "certificate": certificate, "key": key} if tls else {}
    ways = [("switchtrackd", tracks[tls], tracks[tls].tls_port if tls else tracks[tls].plain_port)]
    ways += [(name, proxy, proxy.tls_port if tls else proxy.port) for name, proxy in others]
    direct = harness.Contender("plannerd, direct", planner, planner.tls_port if tls else planner.plain_port, path, **options)
    return [direct] + [harness.Contender(name, server, port, path, **options) for name, server, port in ways]


def measure_idle(bench, planner, bodies, long_bodies):
    """A gateway with many silent connections beside one without, of the same plannerd: with short answers, which are held whole,
    and with long ones, which stream."""
    n_idle = 100 if bench.small else N_IDLE
    raise_descriptors(n_idle + 1000)
    tracks = [track_of(bench, planner, False, n_idle + 500) for _ in range(2)]
    with harness.Started(tracks):
        path = harness.Contender.of_planner("", planner).path
        for track in tracks:
            publish(track)
            teach(track, path)
        before = harness.memory_mb([tracks[1].process.pid])[0]
        with Idle(bench, tracks[1], n_idle):
            names = ("switchtrackd, nobody idle", f"switchtrackd, {n_idle:,} idle")
            made = [harness.Contender(name, track, track.plain_port, path) for name, track in zip(names, tracks)]
            harness.alternate(bench, made, 0.5, bodies=bodies)
            for one in made:
                one.facts["rss_mb"], one.facts["pss_mb"] = harness.memory_mb(one.pids())
            made[1].facts["kb_each"] = round((made[1].facts["rss_mb"] - before) * 1024 / n_idle, 1)
            bench.add("gateway-idle", "Connections at the gateway that say nothing, 32 that call", made)
            made = [harness.Contender(name, track, track.plain_port, path) for name, track in zip(names, tracks)]
            harness.alternate(bench, made, 0.5, bodies=long_bodies)
            for one in made:
                one.facts["rss_mb"], one.facts["pss_mb"] = harness.memory_mb(one.pids())
            n_kb = sum(one["bytes"] for one in made[1].windows) / sum(one["calls"] for one in made[1].windows) / 1000
            bench.add("gateway-idle-stream", f"The same with answers of {n_kb:,.0f} kB, which stream", made)


def run(bench):
    """Mutual TLS and plain, many connections and one; then 10,000 idle ones."""
    planner = world.planner_of(world.town(), core=bench.core_of_server)
    with harness.Started([planner]):
        slots = world.list_slots(planner)
        bodies = world.listing_bodies(testlib.make_folder(), "gateway", slots, world.TEAM_OFFER, (8, 10.5))
        long_bodies = world.listing_bodies(testlib.make_folder(), "gateway-long", slots, world.TEAM_OFFER, (0, 24 * LONG_DAYS))
        others, missing = proxies(bench, planner)
        bench.missing |= missing
        tracks = {tls: track_of(bench, planner, tls) for tls in (False, True)}
        with harness.Started([*tracks.values(), *(proxy for _, proxy in others)]):
            for track in tracks.values():
                publish(track)
                teach(track, harness.Contender.of_planner("", planner).path)
            for tls, word in ((True, "mutual TLS in and out"), (False, "plain HTTP in and out")):
                for n_connections in (32, 1):
                    made = contenders_of(planner, tracks, others, tls)
                    harness.alternate(bench, made, 0.5, bodies=bodies, connections=n_connections)
                    name = f"gateway-{'tls' if tls else 'plain'}-{n_connections}"
                    bench.add(name, f"{word}, {n_connections} {'connections' if n_connections > 1 else 'connection'}", made)
        measure_idle(bench, planner, bodies, long_bodies)
