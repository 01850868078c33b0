# SPDX-License-Identifier: EUPL-1.2
# A Planner that is away while everybody calls: thousands of failed calls are one disturbance, one alarm, and little memory.

import http.server
import json
import socket
import threading
import time

import testlib
from track_world import TrackWorld, list_options

UNIT = "46100"
CPR = testlib.cpr(7)
N_CALLERS = 4


class Hook(http.server.ThreadingHTTPServer):
    """A webhook that keeps what it is told."""

    def __init__(self):
        hook = self
        self.taken = []

        class Handler(http.server.BaseHTTPRequestHandler):
            """One delivery."""

            def do_POST(self):  # pylint: disable=invalid-name
                """Taken."""
                hook.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments):  # pylint: disable=arguments-differ
                """Silent."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def of(self, event):
        """Deliveries of EVENT."""
        return [message for message in self.taken if message["event"] == event]


def memory_kib(track):
    """Resident memory of the gateway."""
    with open(f"/proc/{track.process.pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def size(path):
    """Bytes of a database, with what it has not folded in yet."""
    return sum(one.stat().st_size for one in path.parent.glob(path.name + "*") if one.is_file())


def read_answer(stream):
    """Status and body of the next answer."""
    head = [stream.readline()]
    while head[-1] not in (b"\r\n", b""):
        head.append(stream.readline())
    length = next(int(line.split(b":")[1]) for line in head if line.lower().startswith(b"content-length:"))
    return int(head[0].split()[1]), stream.read(length)


def call_many(port, path, body, n_calls, seen):
    """The same call again and again on one connection; counts answers by whether they say that there was no contact."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 60) as line, line.makefile("rb") as stream:
        for _ in range(n_calls):
            line.sendall(head.encode() + body)
            status, answer = read_answer(stream)
            seen.append(status == 500 and b"4769" in answer)


def storm(here, n_calls):
    """Calls of some at once; their answers, and how many a second there were."""
    seen, started = [], time.monotonic()
    port, path = here.track.plain_port, "/" + here.track.plain_url.split("/", 3)[3]
    callers = [
        threading.Thread(target=call_many, args=(port, path, list_options(UNIT, CPR), n_calls // N_CALLERS, seen)) for _ in range(N_CALLERS)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return seen, len(seen) / (time.monotonic() - started)


def test_storm():
    """Nothing that is kept of failed calls grows with their number, but their lines and rows."""
    hook, n_calls = Hook(), testlib.budget("track-storm") // N_CALLERS * N_CALLERS
    settings = {"escalation/steps": "0:webhook", "escalation/webhooks": hook.url}
    with TrackWorld([], [UNIT], settings) as here:
        track = here.track
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call before")
        here.peer.stop()
        storm(here, 400)
        testlib.wait_for(lambda: hook.of("disturbance"), 30, "the alarm comes")
        before = memory_kib(track), size(track.registry), len(track.log_text())
        seen, rate = storm(here, n_calls)
        grown = memory_kib(track) - before[0], size(track.registry) - before[1]
        n_line = (len(track.log_text()) - before[2]) / n_calls
        print(f"# {n_calls} failed calls, {rate:.0f} a second: {grown[0]} KiB of memory, {grown[1]} bytes of registry, {n_line:.0f} bytes of log each")
        testlib.equal([len(seen), all(seen)], [n_calls, True], "each is told that there is no contact")
        testlib.equal(track.keeps_freed or grown[0] < 24 * 1024, True, f"memory: {grown[0]} KiB more")
        testlib.equal(grown[1] < 8 * 1024 * 1024, True, f"registry: {grown[1]} bytes more")
        opened = track.control("disturbances")["result"]["disturbances"]
        testlib.equal(len(opened), 1, "disturbances")
        evidence = json.dumps(track.control("disturbance", opened[0]["id"]))
        testlib.equal(len(evidence) < 512 * 1024, True, f"what is kept of it: {len(evidence)} bytes")
        testlib.equal(len(hook.of("disturbance")), 1, "alarms")
        wanted = n_calls + 400
        testlib.wait_for(lambda: track.rows("SELECT count(*) FROM call WHERE outcome = 'refused'")[0][0] == wanted, 60, "every call has its row")
        testlib.equal(here.track.get("/status.json")[0], 200, "the status is shown")


testlib.run(globals())
