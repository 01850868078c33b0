#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# The torture suite against the listener's own small server.
"""Also tests: torture. The same checks can be aimed at any server: see torture.py --help."""

import testlib
import torture

SERVER = testlib.BUILD / "tests" / "http" / "listener-server"
REQUEST_TIMEOUT_S = 1.0
REPLY_TIMEOUT_S = 1.0


def run_check(name):
    """Starts a server, runs the check NAME on it, and stops the server."""
    port = testlib.free_port()
    arguments = [
        SERVER,
        f"--port={port}",
        f"--request-timeout={int(REQUEST_TIMEOUT_S * 1000)}",
        f"--reply-timeout={int(REPLY_TIMEOUT_S * 1000)}",
    ]
    with testlib.Server(arguments, port) as server:
        target = torture.Target(
            port=port,
            pid=server.process.pid,
            path="/fixed",
            post_path="/echo",
            later="/later?200",
            large="/large?50000000",
            request_timeout_s=REQUEST_TIMEOUT_S,
            reply_timeout_s=REPLY_TIMEOUT_S,
            connections=testlib.budget("listener-torture"),
        )
        torture.CHECKS[name](target)


def add_tests(names):
    """One test for each check of the suite."""
    for name in torture.CHECKS:
        names["test_" + name.replace("-", "_")] = lambda name=name: run_check(name)


add_tests(globals())
testlib.run(globals())
