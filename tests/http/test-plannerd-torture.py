# SPDX-License-Identifier: EUPL-1.2
# The listener's torture, done to plannerd itself: crowds, floods, silence and smuggling leave it serving, flat and clean.

import urllib.parse

import testlib
import torture
from planner_process import PATH, Caller, Municipality, PlannerProcess


def run_check(name):
    """One check on a server of its own."""
    place = Municipality().jobcenter("89000")
    place.offer("10000000-0000-4000-8000-000000000001", "89000", 7)
    timeout_s = 1 if name in torture.IMPATIENT else 30
    # What only the listener's own small server offers: a late reply, a large one, an echo.
    settings = {"limits/max-body-bytes": 1024 * 1024}
    settings |= {f"limits/{what}-timeout-ms": timeout_s * 1000 for what in ("request", "reply")}
    with PlannerProcess(place, [Caller("plain", plain=True)], settings=settings) as planner:
        target = torture.Target(
            port=urllib.parse.urlsplit(planner.url).port,
            pid=planner.process.pid,
            path=PATH + "?xsd",
            post_path=PATH,
            request_timeout_s=timeout_s,
            reply_timeout_s=timeout_s,
            connections=testlib.budget("plannerd-torture"),
        )
        try:
            torture.CHECKS[name](target)
        except torture.Skip as reason:
            raise testlib.Skip(str(reason)) from None


def add_tests(names):
    """One test for each check of the suite."""
    for name in torture.CHECKS:
        names["test_" + name.replace("-", "_")] = lambda name=name: run_check(name)


add_tests(globals())
testlib.run(globals())
