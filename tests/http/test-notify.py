# SPDX-License-Identifier: EUPL-1.2
# What plannerd tells a service manager, and the sockets that it takes from one, without a service manager.
"""Also tests: planner-systemd."""

import os
import re
import select
import signal
import socket
import subprocess
import time
import urllib.request

import testlib
from planner_process import Caller, Municipality, PlannerProcess

CALLERS = [Caller("kss", plain=True)]


class Listening:
    """A datagram socket that hears what a service manager would."""

    def __init__(self):
        self.path = testlib.make_folder() / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.heard = []

    def wait_for(self, word, timeout_s=30):
        """The first message from now on that holds WORD; what came before it is kept in heard."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if select.select([self.socket], [], [], 1)[0]:
                text = self.socket.recv(4096).decode()
                self.heard.append(text)
                if word in text:
                    return text
        raise AssertionError(f"{word} was not heard, only {self.heard}")


def planner_told(listening, **environment):
    """A plannerd that tells LISTENING."""
    planner = PlannerProcess(Municipality().jobcenter("89000"), CALLERS)
    planner.environment.update({"NOTIFY_SOCKET": str(listening.path), **environment})
    return planner


def test_ready_reload_stop():
    """READY comes once it serves, RELOADING and READY around a reload, STOPPING first of all at the end."""
    listening = Listening()
    with planner_told(listening) as planner:
        listening.wait_for("READY=1")
        testlib.equal(planner.health(), 200, "readiness when READY was told")
        listening.wait_for("STATUS=serving")
        before_s = time.monotonic()
        planner.process.send_signal(signal.SIGHUP)
        reloading = listening.wait_for("RELOADING=1")
        told_s = int(re.search(r"MONOTONIC_USEC=(\d+)", reloading).group(1)) / 1e6
        assert before_s <= told_s <= time.monotonic(), reloading
        listening.wait_for("READY=1")
        n_heard = len(listening.heard)
        planner.process.send_signal(signal.SIGTERM)
        listening.wait_for("STOPPING=1")
        assert not any("WATCHDOG" in text for text in listening.heard), "nobody watches, so nobody is to be told"
        assert n_heard > 0
    testlib.equal(planner.process.returncode, 0, "exit status")


def test_watchdog_is_fed():
    """A third of the interval is how often it is fed; a stopped loop feeds nobody."""
    listening = Listening()
    with planner_told(listening, WATCHDOG_USEC="6000000") as planner:
        listening.wait_for("WATCHDOG=1")
        listening.wait_for("WATCHDOG=1")
        planner.process.send_signal(signal.SIGSTOP)
        # What was sent before the stop is read first.
        time.sleep(0.5)
        while select.select([listening.socket], [], [], 0)[0]:
            listening.socket.recv(4096)
        silent = not select.select([listening.socket], [], [], 5)[0]
        planner.process.send_signal(signal.SIGCONT)
        assert silent, "a stopped program told that it lives"
        listening.wait_for("WATCHDOG=1")


def test_sockets_by_name():
    """A socket that is handed over is served under the name of its face, and stays open for the next."""
    planner = PlannerProcess(Municipality().jobcenter("89000"), CALLERS)
    handed = socket.create_server(("127.0.0.1", 0))
    port = handed.getsockname()[1]

    def run(names):
        # Descriptor 3 is the first, and LISTEN_PID must be the program's own.
        command = ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh", *planner.arguments]
        environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": names, "ASAN_OPTIONS": "detect_leaks=0"}
        with planner.log.open("ab") as output:
            return subprocess.Popen(
                command, stdout=output, stderr=output, env=environment, pass_fds=(3,), preexec_fn=lambda: os.dup2(handed.fileno(), 3)
            )

    spare = os.open("/dev/null", os.O_RDONLY)
    try:
        wrong = run("nobody")
        assert wrong.wait(timeout=60) != 0, "a name that no face has"
        assert "nobody" in planner.log.read_text(encoding="utf-8")
        process = run("health")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=60) as answer:
                testlib.equal(answer.status, 200, "health over the handed socket")
            assert not testlib.port_answers(planner.health_port), "the configured port is bound too"
        finally:
            process.terminate()
            testlib.equal(process.wait(timeout=60), 0, "exit status")
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
    finally:
        os.close(spare)
        handed.close()


if __name__ == "__main__":
    testlib.run(globals())
