# SPDX-License-Identifier: EUPL-1.2
# deploy/run.sh --with-switchtrack: the printed commands book through the gateway, a planner that hangs is seen, Ctrl-C stops both, a second run resumes.

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request

import testlib

SCRIPT = testlib.SOURCE / "deploy" / "run.sh"
PORTS = ("--port", "--tls-port", "--health-port", "--track-port", "--track-tls-port", "--status-port")
WANTED = [r"offer \S+ at \S+", r"reservation \S+ until \S+", r"booked \S+ at \S+ with .+", r"moved to \S+", r"cancelled, status 3"]


class Demo:
    """run.sh --with-switchtrack in FOLDER, on free ports, over the programs that are built already."""

    def __init__(self, folder):
        self.folder, self.output = folder, folder.parent / "output"
        self.ports = {option: testlib.free_port() for option in PORTS}
        self.process = None

    def __enter__(self):
        arguments = [SCRIPT, "--no-install", "--build", testlib.BUILD, "--dir", self.folder, "--with-switchtrack"]
        arguments += [word for option, port in self.ports.items() for word in (option, port)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                [str(word) for word in arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        testlib.wait_for(lambda: "# --- end" in self.text() or self.process.poll() is not None, 90, "run.sh")
        testlib.equal(self.process.poll(), None, f"exit status of run.sh\n{self.text()}\n")
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(60)

    def text(self):
        """What it printed so far."""
        return self.output.read_text(encoding="utf-8")

    def book(self):
        """The printed commands with the line for the switch-track, as the comment says."""
        commands = re.search(r"^# --- begin\n(.*?)^# --- end$", self.text(), re.M | re.S).group(1)
        other = re.search(r"switch-track instead:\n#   (url=.*)$", commands, re.M).group(1)
        testlib.equal(f":{self.ports['--track-port']}/" in other, True, other)
        commands = re.sub(r"^url=http:.*$", lambda match: other, commands, count=1, flags=re.M)
        done = subprocess.run(["bash", "-s"], input=commands, capture_output=True, text=True, check=False, timeout=60)
        for line in WANTED:
            assert re.search(f"^{line}$", done.stdout, re.M), f"no line {line}:\n{done.stdout}\n{done.stderr}"

    def type(self, *words):
        """The printed switchtrackctl; what it says to people."""
        command = re.search(r'^ +T="([^"]+)"$', self.text(), re.M).group(1).split()
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False, timeout=60)
        testlib.equal(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def control(self, *words):
        """Its result."""
        return json.loads(self.type("--json", *words))["result"]

    def get(self, path):
        """Status and text of the status face."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['--status-port']}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def interrupt(self):
        """Ctrl-C: SIGINT to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        testlib.equal(self.process.wait(60), 0, f"exit status after Ctrl-C\n{self.text()}\n")


def test_demo():
    """Two runs in one folder, the second on other ports."""
    if not shutil.which("curl") or not shutil.which("openssl"):
        raise testlib.Skip("curl or openssl is missing")
    folder = pathlib.Path(testlib.make_folder()) / "demo"
    with Demo(folder) as demo:
        demo.book()
        operations = lambda: {call["operation"] for call in demo.control("calls", "--kind", "call")["calls"]}
        testlib.wait_for(lambda: "CancelBooking" in operations(), 20, "the call log has the booking's calls")
        testlib.equal({"CreateBooking", "RescheduleBooking"} <= operations(), True, "calls that went through the gateway")
        testlib.equal(demo.type("disturbances"), "none\n", "a list of nothing, for people")
        health = demo.type("health")
        assert "\naddresses of demo\nurl " in health and "{" not in health, f"a table each, for people:\n{health}"
        server = int(re.search(r"kill -STOP (\d+);", demo.text()).group(1))
        os.kill(server, signal.SIGSTOP)
        try:
            down = lambda: demo.control("health")["endpoints"][0]["state"] == "down"
            testlib.wait_for(down, 60, "the planner that hangs is known to be down")
            testlib.equal((demo.get("/status")[0], demo.get("/health/ready")[0]), (200, 200), "the status page meanwhile")
            [open_one] = demo.control("disturbances")["disturbances"]
        finally:
            os.kill(server, signal.SIGCONT)
        testlib.equal("<html" in demo.control("evidence", open_one["id"], "--language", "da")["content"], True, "evidence")
        demo.interrupt()
    with Demo(folder) as demo:
        # The planner's port has changed, and the registry with it.
        demo.book()
        testlib.equal(demo.control("status")["revision"], 2, "revisions")
        demo.interrupt()
    log = (folder / "switchtrackd.log").read_text(encoding="utf-8")
    testlib.equal(log.count("event=stopped"), 2, "clean stops")


if __name__ == "__main__":
    testlib.run(globals())
