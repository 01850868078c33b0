#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# The torture suite against the listener's own small server.
"""Also tests: torture. The same checks can be aimed at any server: see torture.py --help."""

import testlib
import torture

SERVER = testlib.BUILD / "tests" / "http" / "listener-server"


def run_check(name):
    """Starts a server, runs the check NAME on it, and stops the server."""
    port = testlib.free_port()
    timeout_s = 1 if name in torture.IMPATIENT else 30
    arguments = [SERVER, f"--port={port}", f"--request-timeout={timeout_s * 1000}", f"--reply-timeout={timeout_s * 1000}"]
    with testlib.Server(arguments, port) as server:
        target = torture.Target(
            port=port,
            pid=server.process.pid,
            path="/fixed",
            post_path="/echo",
            later="/later?200",
            large="/large?50000000",
            request_timeout_s=timeout_s,
            reply_timeout_s=timeout_s,
            connections=testlib.budget("listener-torture"),
        )
        torture.CHECKS[name](target)


def add_tests(names):
    """One test for each check of the suite."""
    for name in torture.CHECKS:
        names["test_" + name.replace("-", "_")] = lambda name=name: run_check(name)


add_tests(globals())
testlib.run(globals())
