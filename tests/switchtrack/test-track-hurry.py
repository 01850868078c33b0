# SPDX-License-Identifier: EUPL-1.2
# A service that is stopped or started again behind an upgrade: the predecessor, which rests for its callers' sake, does not hold it up, and answers what is under way.

import http.client
import os
import re
import signal
import threading
import time

import testlib
from track_world import TrackWorld, list_options

UNIT, CPR = "46100", testlib.cpr(5)
IDLE_S = 60
HEAD = {"Content-Type": "text/xml; charset=utf-8"}


def connect(track):
    """A kept connection on the plain face."""
    return http.client.HTTPConnection("127.0.0.1", track.plain_port, timeout=30)


def ask(connection):
    """One call on it; its status."""
    connection.request("POST", "/soap/ExternalBookingService/v3", list_options(UNIT, CPR), HEAD)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_predecessor_hurries():
    """With a kept connection at rest and a slow call under way, a SIGTERM behind an upgrade ends it as soon as that call is answered."""
    with TrackWorld([], [UNIT], {"limits/idle-timeout-ms": IDLE_S * 1000}) as world:
        track, old = world.track, world.track.process
        resting, slow, statuses = connect(track), connect(track), []
        testlib.equal((ask(resting), ask(slow)), (200, 200), "calls before")
        world.peer.delay_s = 3.0
        late = threading.Thread(target=lambda: statuses.append(ask(slow)))
        late.start()
        testlib.wait_for(lambda: len(world.peer.calls) == 3, 20, "the slow call has reached the Planner")
        world.peer.delay_s = 0.0
        old.send_signal(signal.SIGUSR2)
        successor = lambda: re.search(r"event=upgrade successor=(\d+)", track.log_text())
        testlib.wait_for(successor, 30, "a successor")
        new = int(successor().group(1))
        try:
            testlib.equal(ask(connect(track)), 200, "a call to the successor")
            time.sleep(0.5)
            testlib.equal(old.poll(), None, "the predecessor rests while nobody is in a hurry")
            # As systemd does it: every process of the service.
            old.send_signal(signal.SIGTERM)
            testlib.equal(old.wait(IDLE_S - 15), 0, f"exit status of the predecessor, well before {IDLE_S} s")
            late.join(30)
            testlib.equal(statuses, [200], "the call that was under way")
        finally:
            os.kill(new, signal.SIGTERM)
            testlib.wait_for(lambda: track.log_text().count("event=stopped") == 2, 30, "the successor stops")


if __name__ == "__main__":
    testlib.run(globals())
