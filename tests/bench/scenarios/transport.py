# SPDX-License-Identifier: EUPL-1.2
# TLS with client certificates beside plain HTTP: kept connections, and a new connection for every call.
"""P-256, TLS 1.3; the client is GnuTLS within bench-load. plannerd's TLS face always wants a certificate; a fixed reply behind
libmicrohttpd shows what TLS costs without the operation."""

import harness
import peers
import testlib
import world


def tls_options(planner, resume=False):
    """What the generator needs to call the TLS face."""
    certificate, key = planner.certificates.client("dfdg")
    return {"trust": planner.certificates.authority[0], "certificate": certificate, "key": key, "resume": resume}


def fixed_replies(bench, planner, n_bytes):
    """libmicrohttpd with a fixed reply: plain, TLS, TLS that asks for a certificate."""
    pair = [*planner.certificates.server]
    plain = peers.bare_microhttpd(bench, n_bytes)
    tls = peers.bare_microhttpd(bench, n_bytes, *pair)
    mutual = peers.bare_microhttpd(bench, n_bytes, *pair, planner.certificates.authority[0])
    return plain, tls, mutual


def contenders_of(planner, fixed, is_new):
    """Everything that is compared; with a new connection for every call, resumption too."""
    tls = tls_options(planner)
    trust = {"trust": tls["trust"]}
    path = harness.Contender.of_planner("", planner).path
    made = [
        harness.Contender.of_planner("plannerd, plain", planner),
        harness.Contender("plannerd, client certificate", planner, planner.tls_port, path, **tls),
    ]
    if is_new:
        resumed = tls_options(planner, True)
        made.append(harness.Contender("plannerd, client certificate, resumption asked for", planner, planner.tls_port, path, **resumed))
    names = ("fixed reply, plain", "fixed reply, TLS", "fixed reply, client certificate")
    for name, server, options in zip(names, fixed, ({}, trust, tls)):
        made.append(harness.Contender(name, server, server.port, "/", **options))
    return made


def run(bench):
    """Kept connections, then new ones."""
    planner = world.planner_of(world.town(), core=bench.core_of_server)
    fixed = fixed_replies(bench, planner, 2048)
    with harness.Started([planner, *fixed]):
        slots = world.list_slots(planner)
        bodies = world.listing_bodies(testlib.make_folder(), "tls", slots, world.TEAM_OFFER, (8, 10.5))
        kept = contenders_of(planner, fixed, False)
        harness.alternate(bench, kept, 0.75, bodies=bodies)
        bench.add("tls-kept", "Kept connections, 32", kept)
        new = contenders_of(planner, fixed, True)
        # Few at a time: a handshake that is under way when the window ends has cost CPU and is not counted.
        harness.alternate(bench, new, 0.75, 2 * bench.window_ms, bodies=bodies, reconnect=True, connections=8)
        for one in new:
            n_calls = sum(window["calls"] for window in one.windows)
            one.facts["resumed_percent"] = round(100 * sum(window["resumed"] for window in one.windows) / max(1, n_calls))
        bench.add("tls-new", "A new connection for every call, 8 at a time", new)


