# SPDX-License-Identifier: EUPL-1.2
# deploy/run.sh: serves the demo, its printed commands book as printed, Ctrl-C stops it, a second run resumes the data.

import asyncio
import datetime
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess

import testlib
from planner_process import NAMESPACE
from soap_client import HEAD, TAIL, Line

SCRIPT = testlib.SOURCE / "deploy" / "run.sh"
GROUP_OFFER = "89000000-0000-4000-8000-000000000005"
JOINT_OFFER = "89000000-0000-4000-8000-000000000006"
MARK_OF_FUND_901 = "5d6a3c1e-0b5f-4a7e-9a43-89000000aa03"
TUESDAY, WEDNESDAY = 1, 2
SLOT_TAKEN = 990001
WANTED = [r"offer \S+ at \S+", r"reservation \S+ until \S+", r"booked \S+ at \S+ with .+", r"moved to \S+", r"cancelled, status 3"]


class Demo:
    """run.sh in a folder of its own, on free ports, over the programs that are built already."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = [testlib.free_port() for _ in range(3)]
        self.output = folder.parent / "output"
        self.process = None

    def start(self):
        """Starts it as a group of its own, as a shell does, and waits for the commands."""
        arguments = [str(SCRIPT), "--no-install", "--build", str(testlib.BUILD), "--dir", str(self.folder)]
        for option, port in zip(("--port", "--tls-port", "--health-port"), self.ports):
            arguments += [option, str(port)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        testlib.wait_for(lambda: "# --- end" in self.text() or self.process.poll() is not None, 60, "run.sh")
        testlib.equal(self.process.poll(), None, f"exit status of run.sh\n{self.text()}\n")
        return self

    def text(self):
        """What it printed so far."""
        return self.output.read_text(encoding="utf-8")

    def commands(self):
        """The printed commands, from begin to end."""
        return re.search(r"^# --- begin\n(.*?)^# --- end$", self.text(), re.M | re.S).group(1)

    def interrupt(self):
        """Ctrl-C: SIGINT to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        testlib.equal(self.process.wait(30), 0, f"exit status after Ctrl-C\n{self.text()}\n")

    def stop(self):
        """Whatever happens, nothing is left running."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.stop()


def paste(commands):
    """Runs COMMANDS in a shell; answers its output, and fails unless it tells a whole booking."""
    done = subprocess.run(["bash", "-s"], input=commands, capture_output=True, text=True, check=False, timeout=60)
    for line in WANTED:
        if not re.search(f"^{line}$", done.stdout, re.M):
            raise AssertionError(f"no line {line}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def over_tls(commands):
    """COMMANDS with the line for mutual TLS in place of the plain one, as the comment says."""
    other = re.search(r"^#   (url=https.*)$", commands, re.M).group(1)
    return re.sub(r"^url=http:.*$", lambda match: other, commands, count=1, flags=re.M)


def revoke(folder, commands):
    """The demo's client is revoked: plannerd finds the new list by itself, and refuses its handshake."""
    call = re.search(r"^url=(\S+) tls='([^']+)'", commands, re.M)
    ask = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", *call.group(2).split(), call.group(1) + "?wsdl"]

    def told():
        done = subprocess.run(ask, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout, done.stderr

    testlib.equal(told()[0], "200", "before")
    script = SCRIPT.parent / "make-certificates.sh"
    subprocess.run([script, folder / "tls", "--revoke", "client"], check=True, capture_output=True)
    testlib.wait_for(lambda: "revoked" in told()[1], 60, "the client's certificate is refused")


def bookings(folder):
    """How many the database holds."""
    connection = sqlite3.connect(f"file:{folder / 'planner.db'}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT count(*) FROM booking").fetchone()[0]
    finally:
        connection.close()


async def times_of(line, cpr, offer):
    """Starts of six weeks."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    interval = {"from_time": now.isoformat(), "to_time": (now + datetime.timedelta(days=42)).isoformat()}
    return (await line.call("GetSelfbookTimeslots", cpr=cpr, offer=offer, **interval)).find_all("StartTime")


async def meet(url):
    """Thirteen citizens want the information meeting's twelve seats; answers what each was told."""
    line = await Line(url).open()
    seat = {"offer": GROUP_OFFER, "start": (await times_of(line, testlib.cpr(0), GROUP_OFFER))[0], "contact": 1}
    answers = [await line.call("CreateBooking", cpr=testlib.cpr(number), **seat) for number in range(1, 14)]
    line.close()
    testlib.equal(len({answer.find("GroupIdentifier") for answer in answers[:12]}), 1, "meetings")
    return [answer.code for answer in answers]


async def joint_weekdays(url, mark):
    """On which days the joint interview is offered to a citizen with MARK."""
    line, cpr = await Line(url).open(), testlib.cpr(20)
    marks = f"<PersonGroupProjectIdentifier>{mark}</PersonGroupProjectIdentifier>" if mark else ""
    operation = "GetSelfbookInterviewOptions"
    facts = (
        f"<PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier><JobCenterCode>89000</JobCenterCode>"
        "<ContactGroupTypeIdentifier>1</ContactGroupTypeIdentifier>"
        f"<PersonGroupProjectIdentifierCollection>{marks}</PersonGroupProjectIdentifierCollection>"
    )
    answer = await line.post(f'{HEAD}<{operation} xmlns="{NAMESPACE}">{facts}</{operation}>{TAIL}')
    testlib.equal(JOINT_OFFER in answer.text, True, answer.text)
    times = await times_of(line, cpr, JOINT_OFFER)
    line.close()
    return {datetime.datetime.fromisoformat(time).weekday() for time in times}


def test_demo():
    """Two runs in one folder."""
    if not shutil.which("curl") or not shutil.which("openssl"):
        raise testlib.Skip("curl or openssl is missing")
    folder = pathlib.Path(testlib.make_folder()) / "demo"
    with Demo(folder) as demo:
        commands = demo.commands()
        offers = paste(commands)
        testlib.equal(offers.count("<Title>") >= 3, True, "offers for a citizen of contact group 1")
        paste(over_tls(commands))
        url = re.search(r"^url=(\S+)", commands, re.M).group(1)
        testlib.equal(asyncio.run(joint_weekdays(url, None)), {WEDNESDAY}, "days of the joint interview for anybody")
        # What DFDG tells of a citizen is known a moment after it was answered.
        known = lambda: asyncio.run(joint_weekdays(url, MARK_OF_FUND_901)) == {TUESDAY, WEDNESDAY}
        testlib.wait_for(known, 10, "days of the joint interview for members of a-kasse 901")
        testlib.equal(asyncio.run(meet(url)), [0] * 12 + [SLOT_TAKEN], "seats of the demo's group meeting")
        revoke(folder, over_tls(commands))
        demo.interrupt()
    testlib.equal(bookings(folder), 2 + 12, "bookings after the first run")
    with Demo(folder) as demo:
        paste(demo.commands())
        demo.interrupt()
    testlib.equal(bookings(folder), 3 + 12, "bookings after the second run")
    log = (folder / "plannerd.log").read_text(encoding="utf-8")
    testlib.equal(log.count("event=stopped"), 2, "clean stops")
    testlib.equal("level=error" in log, False, "errors in the log")


def test_help():
    """Asked for, it is no failure."""
    done = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=False)
    testlib.equal((done.returncode, "--tls-port" in done.stdout), (0, True), done.stdout)


def test_wrong_option():
    """Says how it is used."""
    done = subprocess.run([SCRIPT, "--wrong"], capture_output=True, text=True, check=False)
    testlib.equal((done.returncode, "--tls-port" in done.stderr), (2, True), done.stderr)


testlib.run(globals())
