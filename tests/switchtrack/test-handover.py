#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# Upgrades under load: successor after successor takes the sockets over, and no client sees a call fail.
"""Also tests: track-handover. Once with a small server that can be told to fail, once with switchtrackd between callers and a Planner."""

import contextlib
import fcntl
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

import testlib
import track_world

N_UPGRADES = testlib.budget("track-handover")
N_KEPT, N_FRESH, N_RESTING, N_LOCAL = 6, 4, 4, 1
PATIENCE_S = 60
UNIT = "46100"


class Local(http.client.HTTPConnection):
    """HTTP over the unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_S)
        self.unix_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(str(self.unix_path))


class Server:
    """The small server, whoever it is just now."""

    def __init__(self, folder):
        self.unix_path, self.fault = folder / "socket", folder / "fault"
        program = testlib.BUILD / "tests" / "switchtrack" / "handover-server"
        self.log = open(folder / "log", "w", encoding="utf-8")
        self.first = subprocess.Popen(
            [str(program), str(self.unix_path), str(self.fault)], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        self.port = int(self.first.stdout.readline())
        self.pids = [self.first.pid]

    def ask(self):
        """The process that answers a fresh connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("GET", "/now")
        return int(connection.getresponse().read())

    def upgrade(self):
        """Asks for a successor; waits until it is the only one that takes connections."""
        old = self.pids[-1]
        os.kill(old, signal.SIGUSR2)
        until = time.monotonic() + PATIENCE_S
        n_new = 0
        while n_new < 20 and time.monotonic() < until:
            pid = self.ask()
            n_new = n_new + 1 if pid not in self.pids else 0
            time.sleep(0.01)
        if n_new == 20:
            self.pids.append(pid)
        return n_new == 20

    def said(self):
        """All that the processes said."""
        return pathlib.Path(self.log.name).read_text(encoding="utf-8")

    def stop(self):
        """Ends whoever is still there; all of them are ours."""
        for pid in self.pids:
            if pathlib.Path(f"/proc/{pid}/comm").exists() and is_ours(pid):
                os.kill(pid, signal.SIGKILL)
        self.first.wait()
        self.log.close()


def is_ours(pid):
    """Whether the process is still our server and no later one of that number."""
    try:
        return b"handover-server" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


class Client(threading.Thread):
    """Calls on and on and counts; KEPT keeps its connection until told that it was the last answer, and rests REST seconds."""

    def __init__(self, connect, kept, rest_s=0.0, path="/now"):
        super().__init__(daemon=True)
        self.make, self.kept, self.rest_s, self.path = connect, kept, rest_s, path
        self.stopping, self.answered, self.failures, self.n_connections = threading.Event(), {}, [], 0

    def run(self):
        connection = None
        while not self.stopping.is_set():
            try:
                if connection is None:
                    connection, self.n_connections = self.make(), self.n_connections + 1
                connection.request("GET", self.path, headers={} if self.kept else {"Connection": "close"})
                answer = connection.getresponse()
                pid = int(answer.read())
                self.answered[pid] = self.answered.get(pid, 0) + 1
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append(repr(error))
                connection = None
            self.stopping.wait(self.rest_s)


def start_clients(server):
    """Fresh, kept, kept and resting longer than any upgrade, with late answers, and over the unix socket."""

    def tcp():
        return http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)

    clients = [Client(tcp, True, 0.002) for _ in range(N_KEPT)] + [Client(tcp, False, 0.002) for _ in range(N_FRESH)]
    clients += [Client(tcp, True, 2.5) for _ in range(N_RESTING)] + [Client(tcp, True, 0.0, "/late") for _ in range(N_KEPT)]
    clients += [Client(lambda: Local(server.unix_path), False, 0.01) for _ in range(N_LOCAL)]
    for client in clients:
        client.start()
    return clients


def check_upgrades(server, clients):
    """Successor after successor."""
    reached = [server.upgrade() for _ in range(N_UPGRADES)]
    assert all(reached), f"{reached.count(True)} of {N_UPGRADES} successors took over"
    gone = server.pids[1:-1]
    until = time.monotonic() + PATIENCE_S
    while any(is_ours(pid) for pid in gone) and time.monotonic() < until:
        time.sleep(0.1)
    server.first.wait(PATIENCE_S)
    assert not any(is_ours(pid) for pid in gone), "a predecessor did not end"
    testlib.equal([client.failures for client in clients], [[] for _ in clients], "failures")
    while any(len(client.answered) < 2 for client in clients) and time.monotonic() < until:
        time.sleep(0.1)
    assert all(len(client.answered) > 1 for client in clients), [client.answered for client in clients]
    n_answered = sum(sum(client.answered.values()) for client in clients)
    n_connections = sum(client.n_connections for client in clients)
    testlib.note(f"{N_UPGRADES} upgrades, {n_answered} calls answered on {n_connections} connections, 0 failed")


def check_failure(server, fault):
    """A successor that does not become ready changes nothing."""
    server.fault.write_text(fault, encoding="utf-8")
    before = server.said().count("successor")
    os.kill(server.pids[-1], signal.SIGUSR2)
    until = time.monotonic() + PATIENCE_S
    while server.said().count("successor") == before and time.monotonic() < until:
        time.sleep(0.05)
    testlib.equal(server.said().count("successor"), before + 1, f"words about a successor told to {fault}")
    testlib.equal([server.ask() for _ in range(5)], [server.pids[-1]] * 5, "who answers")
    server.fault.unlink()


def run_with_load(check):
    """Starts a server and its clients, and lets CHECK work on both."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(pathlib.Path(folder))
        try:
            clients = start_clients(server)
            check(server, clients)
            for client in clients:
                client.stopping.set()
            for client in clients:
                client.join(PATIENCE_S)
            testlib.equal([client.failures for client in clients], [[] for _ in clients], "failures")
        finally:
            server.stop()


def test_upgrades():
    """No call fails over repeated upgrades, on fresh, kept and resting connections, over TCP and the unix socket."""
    run_with_load(check_upgrades)


def test_no_successor():
    """One that dies and one that hangs: the old one goes on as if nothing had been, and can be upgraded later."""

    def check(server, clients):
        for fault in ("die", "hang"):
            check_failure(server, fault)
        assert server.upgrade(), "no successor after the failed ones"

    run_with_load(check)


class Caller(threading.Thread):
    """Calls a unit through switchtrackd on and on, on one connection or on fresh ones, in plain HTTP or with its certificate."""

    def __init__(self, world, number, kept, tls):
        super().__init__(daemon=True)
        self.world, self.number, self.kept, self.tls = world, number, kept, tls
        self.stopping, self.n_answered, self.failures = threading.Event(), 0, []

    def connect(self):
        """A new connection."""
        track = self.world.track
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", track.plain_port, timeout=PATIENCE_S)
        context = self.world.certificates.context("dfdg")
        return http.client.HTTPSConnection("127.0.0.1", track.tls_port, timeout=PATIENCE_S, context=context)

    def run(self):
        connection, kind = None, {"Content-Type": "text/xml; charset=utf-8"}
        while not self.stopping.is_set():
            body = track_world.list_options(UNIT, testlib.cpr(self.number * 100000 + self.n_answered))
            try:
                connection = connection or self.connect()
                connection.request("POST", track_world.PATH, body, kind if self.kept else {**kind, "Connection": "close"})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 200 or b"InterviewOptionIdentifier" not in text:
                    raise ValueError(f"{answer.status} {text[:300]}")
                self.n_answered += 1
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append(repr(error))
                connection = None


def upgrade_track(world, pids):
    """One more successor of switchtrackd, by its own word in the log."""
    os.kill(pids[-1], signal.SIGUSR2)

    def successors():
        return [int(pid) for pid in re.findall(r"event=upgrade successor=(\d+)", world.track.log_text())]

    testlib.wait_for(lambda: len(successors()) == len(pids), PATIENCE_S, "a successor")
    pids.append(successors()[-1])


def is_track(pid):
    """Whether the process is still a switchtrackd of ours."""
    try:
        return b"switchtrackd" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_switchtrackd():
    """switchtrackd is upgraded again and again while calls come by both faces: none fails, none is made twice."""
    with track_world.TrackWorld([], [UNIT], {"limits/idle-timeout-ms": 3000}) as world:
        pids = [world.track.process.pid]
        callers = [Caller(world, 2 * number + tls, number < 3, tls) for number in range(4) for tls in (False, True)]
        for caller in callers:
            caller.start()
        try:
            for _ in range(N_UPGRADES):
                upgrade_track(world, pids)
                time.sleep(0.3)
        finally:
            for caller in callers:
                caller.stopping.set()
            for caller in callers:
                caller.join(PATIENCE_S)
            testlib.wait_for(lambda: not any(is_track(pid) for pid in pids[1:-1]), PATIENCE_S, "predecessors end")
            if len(pids) > 1:
                os.kill(pids[-1], signal.SIGTERM)
            testlib.wait_for(lambda: not any(is_track(pid) for pid in pids[1:]), PATIENCE_S, "the last one ends")
        n_answered = sum(caller.n_answered for caller in callers)
        testlib.equal([caller.failures for caller in callers], [[] for _ in callers], "failures")
        testlib.equal(len(world.peer.calls), n_answered, "calls that the Planner got")
        testlib.note(f"{N_UPGRADES} upgrades of switchtrackd, {n_answered} calls answered, 0 failed")


class Upgradable:
    """A world whose switchtrackd is a file of its own, so that another can be put in its place, with callers on it."""

    def __init__(self, settings=None, n_callers=2):
        self.world = track_world.TrackWorld([], [UNIT], {"limits/idle-timeout-ms": 3000, **(settings or {})})
        self.good = self.world.track.arguments[0]
        self.program = self.world.folder / "switchtrackd"
        self.install(self.good)
        self.world.track.arguments[0] = str(self.program)
        self.callers = [Caller(self.world, 10 + 2 * number + tls, number == 0, tls) for number in range(n_callers) for tls in (False, True)]

    def install(self, path):
        """Another program in the place of ours, as a package does it: a new file, renamed."""
        shutil.copy(path, self.program.with_suffix(".new"))
        os.replace(self.program.with_suffix(".new"), self.program)

    def write(self, text, mode=0o755):
        """A program that is none."""
        made = self.world.folder / "bad"
        made.write_bytes(text)
        made.chmod(mode)
        self.install(made)

    def __enter__(self):
        self.world.__enter__()
        self.pids = [self.world.track.process.pid]
        for caller in self.callers:
            caller.start()
        return self

    def upgrade(self):
        """Asks for a successor and waits until it serves."""
        upgrade_track(self.world, self.pids)

    def said(self, word):
        """Lines about upgrades with WORD in them."""
        return [line for line in self.world.track.log_text().splitlines() if "event=upgrade" in line and word in line]

    def child(self):
        """The process that is to be the next: none of those known, it speaks into our log, and has been told that it succeeds. Nobody's child but the first process's."""
        log = os.path.realpath(self.world.track.log)
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                parent = int((folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
                ours = os.path.realpath(folder / "fd" / "2") == log and b"SWITCHTRACK_SUCCEEDS=" in (folder / "environ").read_bytes()
                if ours and int(folder.name) not in self.pids and parent not in self.pids:
                    return int(folder.name)
        return None

    def __exit__(self, *details):
        for caller in self.callers:
            caller.stopping.set()
        for caller in self.callers:
            caller.join(PATIENCE_S)
        for pid in self.pids[1:]:
            with contextlib.suppress(ProcessLookupError):
                if is_track(pid):
                    os.kill(pid, signal.SIGTERM)
        testlib.wait_for(lambda: not any(is_track(pid) for pid in self.pids[1:]), PATIENCE_S, "all of them end")
        self.world.__exit__(*details)


def hand_sockets(track):
    """Has TRACK started as a service manager does it: the sockets of its faces are bound before, and stay when it goes."""
    sockets = [socket.create_server(("127.0.0.1", port), backlog=512) for port in (track.tls_port, track.plain_port)]
    # Numbers above those that a shell can be told of in every form.
    handed = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD, 20) for one in sockets]
    words = [f"{3 + i}<&{number} {number}<&-" for i, number in enumerate(handed)]
    track.arguments = ["bash", "-c", f'LISTEN_PID=$$ exec "$@" {" ".join(words)}', "bash", *track.arguments]
    track.environment.update({"LISTEN_FDS": "2", "LISTEN_FDNAMES": "service:plain"})
    track.pass_fds = tuple(handed)
    return sockets


def test_restarts():
    """Stopped and started again and again on sockets of a service manager: callers wait, none fails, on fresh and on kept connections."""
    world = track_world.TrackWorld([], [UNIT])
    sockets = hand_sockets(world.track)
    with world:
        callers = [Caller(world, 2 * number + tls, number < 2, tls) for number in range(3) for tls in (False, True)]
        for caller in callers:
            caller.start()
        for _ in range(N_UPGRADES):
            time.sleep(0.4)
            world.track.process.send_signal(signal.SIGTERM)
            testlib.equal(world.track.process.wait(60), 0, "exit status")
            world.track.start()
        for caller in callers:
            caller.stopping.set()
        for caller in callers:
            caller.join(PATIENCE_S)
        n_answered = sum(caller.n_answered for caller in callers)
        testlib.equal([caller.failures for caller in callers], [[] for _ in callers], "failures")
        testlib.equal(len(world.peer.calls), n_answered, "calls that the Planner got")
        testlib.note(f"{N_UPGRADES} restarts, {n_answered} calls answered, 0 failed")
    for one in sockets:
        one.close()


def alarm(world):
    """What the status face says is wrong with the gateway, and the metric."""
    status = json.loads(world.track.get("/status.json")[1])
    metric = re.search(r"^switchtrack_alarm (\d)$", world.track.get("/metrics")[1], re.M).group(1)
    return status.get("alarm"), int(metric)


def fail_upgrade(here, how):
    """One upgrade that must come to nothing; HOW does what makes it fail once it was asked for."""
    before = len(here.said("failed=")) + len(here.said("refused="))
    os.kill(here.pids[-1], signal.SIGUSR2)
    how()
    testlib.wait_for(lambda: len(here.said("failed=")) + len(here.said("refused=")) > before, PATIENCE_S, "it is told")
    words, metric = alarm(here.world)
    testlib.equal(("goes on" in (words or ""), metric), (True, 1), f"alarm {words}")


def kill_child(here):
    """SIGKILL to the successor as soon as there is one."""
    os.kill(testlib.wait_for(here.child, PATIENCE_S, "a child"), signal.SIGKILL)


def test_programs_that_cannot_start():
    """No program, no right, garbage, one that ends, one that hangs and is killed, one whose configuration is broken: the old one goes on, says so, and can be upgraded later; no call fails."""
    with Upgradable() as here:
        faults = {
            "gone": here.program.unlink,
            "no right": lambda: here.write(b"#!/bin/sh\n", 0o644),
            "garbage": lambda: here.write(b"\x7fELF" + bytes(100)),
            "text": lambda: here.write(b"this is no program\n"),
            "ends": lambda: here.write(b"#!/bin/sh\nexit 0\n"),
            "lies": lambda: here.write(b"#!/bin/sh\necho no >&$((${SWITCHTRACK_SUCCEEDS%% *}))\n"),
        }
        for name, put in faults.items():
            put()
            fail_upgrade(here, lambda: None)
            testlib.note(f"{name}: {here.said('ed=')[-1][60:]}")
        here.write(b"#!/bin/sh\nexec sleep 100\n")
        fail_upgrade(here, lambda: kill_child(here))
        here.install(here.good)
        configuration = here.world.track.configuration.read_text(encoding="utf-8")
        here.world.track.configuration.write_text(configuration + "[nothing]\nx=y\n", encoding="utf-8")
        fail_upgrade(here, lambda: None)
        here.world.track.configuration.write_text(configuration, encoding="utf-8")
        testlib.equal(here.pids[-1], here.world.track.process.pid, "who serves")
        here.upgrade()
        testlib.wait_for(lambda: alarm(here.world) == (None, 0), PATIENCE_S, "the alarm ends with the upgrade")
    n_answered = sum(caller.n_answered for caller in here.callers)
    testlib.equal([caller.failures for caller in here.callers], [[] for _ in here.callers], "failures")
    testlib.equal(len(here.world.peer.calls), n_answered, "calls that the Planner got")
    testlib.note(f"{n_answered} calls answered beside failing upgrades, 0 failed")


def test_upgrades_in_haste():
    """Asked for again before the first is done, and at once afterwards, while predecessors still rest: one successor each, and nothing that one of them learned is unknown to the next."""
    with Upgradable({"limits/idle-timeout-ms": 40000}) as here:
        track = here.world.track
        kept = http.client.HTTPConnection("127.0.0.1", track.plain_port, timeout=PATIENCE_S)
        kind = {"Content-Type": "text/xml; charset=utf-8"}
        register = track_world.request("RegisterBooking", PersonCivilRegistrationIdentifier=testlib.cpr(1), JobCenterCode=UNIT)
        kept.request("POST", track_world.PATH, register, kind)
        kept.getresponse().read()
        resting = http.client.HTTPConnection("127.0.0.1", track.plain_port, timeout=PATIENCE_S)
        resting.request("GET", track_world.PATH + "?xsd")
        resting.getresponse().read()
        for _ in range(3):
            for _ in range(2):
                os.kill(here.pids[-1], signal.SIGUSR2)
                time.sleep(0.01)
            here.upgrade()
        testlib.equal(len(here.said("successor=")), 3, "successors")
        kept.request("POST", track_world.PATH, register, kind)
        booking = track_world.Reply(200, {}, kept.getresponse().read()).element("BookingIdentifier")
        cancel = track_world.request("CancelBooking", PersonCivilRegistrationIdentifier=testlib.cpr(2), BookingIdentifier=booking)
        testlib.equal(here.world.call(cancel).status, 200, "what the first one learned, asked of the last")
        testlib.equal(sum(is_track(pid) for pid in here.pids) > 1, True, "predecessors still rest")
        testlib.note(f"{len(here.said('refused='))} further wishes refused")
    testlib.equal([caller.failures for caller in here.callers], [[] for _ in here.callers], "failures")


class Hook(http.server.ThreadingHTTPServer):
    """Takes alarms."""

    def __init__(self):
        hook = self
        self.taken = []

        class Handler(http.server.BaseHTTPRequestHandler):
            """One alarm."""

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


def test_one_of_them_probes_and_tells():
    """While predecessors rest, Planners are probed by the newest alone, and people are told once."""
    hook = Hook()
    settings = {
        "limits/idle-timeout-ms": 40000,
        "probe/interval-s": 1,
        "escalation/steps": "0:webhook",
        "escalation/webhooks": hook.url,
        "escalation/confirm-failures": 1,
    }
    with Upgradable(settings, n_callers=0) as here:
        kept = http.client.HTTPConnection("127.0.0.1", here.world.track.plain_port, timeout=PATIENCE_S)
        kept.request("GET", track_world.PATH + "?xsd")
        kept.getresponse().read()

        def probes():
            return len([call for call in here.world.peer.calls if "0000000000" in call[2]])

        testlib.wait_for(lambda: probes() > 1, PATIENCE_S, "probes before")
        for _ in range(3):
            here.upgrade()
        before, started = probes(), time.monotonic()
        time.sleep(4)
        testlib.wait_for(lambda: probes() > before, PATIENCE_S, "probes after")
        n_probes, spent_s = probes() - before, time.monotonic() - started
        testlib.equal(is_track(here.pids[0]), True, "the first one still rests")
        testlib.note(f"{n_probes} probes in {spent_s:.1f} s beside {sum(is_track(pid) for pid in here.pids)} processes")
        testlib.equal(n_probes <= spent_s + 2, True, f"{n_probes} probes in {spent_s:.1f} s")
        here.world.peer.stop()

        def told():
            return [one for one in hook.taken if one["event"] == "disturbance"]

        testlib.wait_for(told, PATIENCE_S, "people are told")
        here.upgrade()
        time.sleep(2.5)
        testlib.equal(len(told()), 1, "times that people were told")
        here.world.peer.restart()
    hook.shutdown()


if __name__ == "__main__":
    testlib.run(globals())
