# SPDX-License-Identifier: EUPL-1.2
# The record of availability through calls, a clean restart, kill -9 and a pause: what the report says of each.
"""Real clocks: figures are held to what this test itself saw, within what the record promises (a sign of life each 10 s)."""

import json
import signal
import time
import urllib.error
import urllib.request

import testlib
from planner_process import Caller, Municipality, PlannerProcess

# A sign of life is written each 10 s; a slow machine gets as much again.
BEAT_S = 20


def report(planner, *options):
    """What plannerctl availability says."""
    return json.loads(planner.control("--json", "availability", *options))["result"]


def spans(planner):
    """Start, last sign of life and end of every run, in seconds."""
    return planner.query("SELECT start_us / 1e6, seen_us / 1e6, ended FROM uptime_span ORDER BY span_id")


def ask(planner, n_calls):
    """So many requests that are no SOAP: the caller's fault each."""
    for _ in range(n_calls):
        request = urllib.request.Request(planner.url, b"<a/>", {"Content-Type": "text/xml; charset=utf-8"})
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as error:
            error.close()


def wait_for_run(planner, n_runs):
    """Until the N-th run has its first sign of life."""
    testlib.wait_for(lambda: len(spans(planner)) == n_runs, 60, f"run {n_runs} begins")


def test_kill_restart_and_counts():
    """kill -9 loses at most what came since the last sign of life; the gap counts, and says how it came about."""
    planner = PlannerProcess(Municipality().jobcenter("89000"), [Caller("kss", plain=True)])
    planner.start()
    wait_for_run(planner, 1)
    ask(planner, 7)
    testlib.wait_for(
        lambda: planner.count("SELECT coalesce(sum(n_calls), 0) FROM uptime_count WHERE outcome = 'fault'") == 7,
        60,
        "seven calls are durable",
    )
    killed_s = time.time()
    planner.process.send_signal(signal.SIGKILL)
    planner.process.wait(timeout=60)
    down_since_s = spans(planner)[0][1]
    assert killed_s - BEAT_S < down_since_s <= killed_s + 1, (killed_s, down_since_s)
    testlib.equal(spans(planner)[0][2], "open", "how a killed run ends")
    time.sleep(3)
    planner.start()
    wait_for_run(planner, 2)
    testlib.equal(planner.stop(), 0, "exit status")
    stopped = spans(planner)[1]
    testlib.equal(stopped[2], "stopped", "how a stopped run ends")
    planner.start()
    wait_for_run(planner, 3)
    found = report(planner)
    testlib.equal([outage["cause"] for outage in found["outages"]], ["lost", "stopped"], "causes")
    testlib.equal({outage["ended"] for outage in found["outages"]}, {"started again"}, "ends")
    seen = spans(planner)
    gaps = [seen[1][0] - seen[0][1], seen[2][0] - seen[1][1]]
    assert gaps[0] >= 3, gaps
    for outage, gap in zip(found["outages"], gaps):
        assert abs(outage["seconds"] - gap) < 1e-3, (outage, gap)
    assert abs(found["down_s"] - sum(gaps)) < 1e-3, found
    assert abs(found["longest_outage_s"] - max(gaps)) < 1e-3, found
    assert abs(found["measured_s"] - found["up_s"] - found["down_s"]) < 1e-3, found
    testlib.equal(found["calls"]["callers_fault"], 7, "calls")
    planner.stop()


def test_short_pause_is_nothing():
    """A process that stands still for two seconds has one run; a minute's standstill is tried with a clock in tests/ops."""
    with PlannerProcess(Municipality().jobcenter("89000"), [Caller("kss", plain=True)]) as planner:
        wait_for_run(planner, 1)
        before_s = spans(planner)[0][1]
        planner.process.send_signal(signal.SIGSTOP)
        time.sleep(2)
        planner.process.send_signal(signal.SIGCONT)
        testlib.wait_for(lambda: spans(planner)[0][1] > before_s + 2, 60, "the next sign of life")
        testlib.equal(len(spans(planner)), 1, "runs after a short pause")


if __name__ == "__main__":
    testlib.run(globals())
