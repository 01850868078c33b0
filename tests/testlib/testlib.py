# SPDX-License-Identifier: EUPL-1.2
# What Python tests share: TAP, seeds, shares, CPR numbers, free ports, servers stopped by pid, XML differences.
"""A test file defines functions named test_* and ends in `testlib.run(globals())`.

A function passes when it returns, fails when it raises, is skipped when it raises Skip(reason).
"""

import atexit
import difflib
import fcntl
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ElementTree

SOURCE = pathlib.Path(os.environ.get("PLANNER_SRCDIR", pathlib.Path(__file__).parents[2]))
BUILD = pathlib.Path(os.environ.get("PLANNER_BUILDDIR", SOURCE / "build"))
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
N_CPR = 5644800


class Skip(Exception):
    """Raised by a test that cannot run here; its text is the reason that the log shows."""


# TAP ------------------------------------------------------------------------------------------------


def note(text):
    """Prints TEXT as TAP comments."""
    for line in str(text).splitlines():
        print("#", line, flush=True)


def _run_one(number, name, function):
    try:
        function()
    except Skip as reason:
        print(f"ok {number} {name} # SKIP {reason}", flush=True)
        return True
    except Exception:  # pylint: disable=broad-except
        note(traceback.format_exc())
        print(f"not ok {number} {name}", flush=True)
        return False
    print(f"ok {number} {name}", flush=True)
    return True


def run(names):
    """Runs every test_* function of NAMES (a module's globals()) in its order, speaks TAP, exits."""
    wanted = sys.argv[1:]
    tests = [
        (key[5:].replace("_", "-"), value)
        for key, value in names.items()
        if key.startswith("test_") and callable(value)
    ]
    if wanted:
        tests = [test for test in tests if test[0] in wanted]
    print(f"1..{len(tests)}", flush=True)
    passed = [_run_one(i + 1, name, function) for i, (name, function) in enumerate(tests)]
    sys.exit(0 if all(passed) and tests else 1)


def equal(actual, expected, what="value"):
    """Fails, showing both, unless ACTUAL is EXPECTED."""
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


# Seeds and shares -----------------------------------------------------------------------------------

_seed = None


def seed():
    """The seed of this run: PLANNER_SEED, or a fresh one; printed the first time."""
    global _seed  # pylint: disable=global-statement
    if _seed is None:
        _seed = int(os.environ.get("PLANNER_SEED", random.SystemRandom().randrange(2**32)))
        note(f"PLANNER_SEED={_seed}")
    return _seed


def generator():
    """A random.Random started from seed(); each call starts the same sequence."""
    return random.Random(seed())


def budget_table():
    """tests/budget as {name: (ci, long, unit, test)}."""
    table = {}
    for line in (SOURCE / "tests" / "budget").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and not words[0].startswith("#"):
            name, ci_share, long_share, unit, test = words
            if name in table or int(ci_share) < 1 or int(long_share) < int(ci_share):
                raise ValueError(f"tests/budget: bad row {name}")
            table[name] = (int(ci_share), int(long_share), unit, test)
    return table


def budget(name):
    """How many rounds this run does: the CI share of NAME in tests/budget, scaled by PLANNER_BUDGET percent, or its long share."""
    ci_share, long_share, unit, _ = budget_table()[name]
    given = os.environ.get("PLANNER_BUDGET", "100")
    share = long_share if given == "long" else max(1, ci_share * int(given) // 100)
    note(f"{name}: {share} {unit}")
    return share


# CPR ------------------------------------------------------------------------------------------------


def passes_modulus_11(number):
    """Whether the ten digits of NUMBER pass the check that real ones passed until 2007."""
    return sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS)) % 11 == 0


def cpr(n):
    """The N-th impossible civil registration number; the same as testlib_cpr() in C."""
    if not 0 <= n < N_CPR:
        raise ValueError(f"no impossible number {n}")
    day, month, year = n % 28 + 1, n // 28 % 12 + 1, 58 + n // (28 * 12) % 42
    seventh, serial = 5 + n // (28 * 12 * 42) % 4, n // (28 * 12 * 42 * 4)
    number = f"{day:02}{month:02}{year:02}{seventh}{serial:02}1"
    return number[:9] + "2" if passes_modulus_11(number) else number


# Folders, ports, servers ----------------------------------------------------------------------------


def make_folder():
    """An empty folder, removed with its content when the program ends."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="planner-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_taken_ports = []


def _take_port(port):
    """Whether PORT is this program's until it ends: no other test that asks is given it, while it listens or not."""
    folder = pathlib.Path(tempfile.gettempdir(), f"planner-test-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    claim = (folder / str(port)).open("w", encoding="ascii")  # pylint: disable=consider-using-with
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        claim.close()
        return False
    _taken_ports.append(claim)
    return True


def free_port():
    """A TCP port on 127.0.0.1 that nobody uses now, and that the system gives to no outgoing connection meanwhile."""
    first, last = 15000, 32000
    chance = random.SystemRandom()
    for _ in range(1000):
        port = chance.randrange(first, last)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        if _take_port(port):
            return port
    raise AssertionError(f"no free port between {first} and {last}")


# A busy machine stands still for seconds: whatever is waited for, nobody gives up sooner. It costs time only where a test fails.
LEAST_PATIENCE_S = 60


def wait_for(check, timeout_s, what):
    """Calls CHECK until it answers something true, which is returned; fails after TIMEOUT_S seconds, or LEAST_PATIENCE_S when that is more."""
    patience_s = max(timeout_s, LEAST_PATIENCE_S)
    deadline = time.monotonic() + patience_s
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {patience_s} s")
        time.sleep(0.02)


def port_answers(port, host="127.0.0.1"):
    """Whether something accepts connections on PORT."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


class Server:
    """A program that listens on PORT, started on entry, ended by its pid on exit. Its output is in LOG."""

    def __init__(self, arguments, port, log=None, environment=None, timeout_s=LEAST_PATIENCE_S):
        self.arguments = [str(argument) for argument in arguments]
        self.port = port
        self.log = pathlib.Path(log) if log else make_folder() / "server.log"
        self.environment = {**os.environ, "G_DEBUG": "fatal-criticals", **(environment or {})}
        self.timeout_s = timeout_s
        self.pass_fds = ()
        self.process = None

    def start(self):
        """Starts the program and waits until its port answers."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                pass_fds=self.pass_fds,
            )
        atexit.register(self.kill)
        wait_for(
            lambda: self.process.poll() is not None or port_answers(self.port),
            self.timeout_s,
            self.arguments[0],
        )
        if self.process.poll() is not None:
            raise AssertionError(f"{self.arguments[0]} ended with {self.process.returncode}:\n{self.tail()}")
        return self

    def stop(self, timeout_s=LEAST_PATIENCE_S):
        """Sends SIGTERM and answers the exit status; fails when the program does not end in TIMEOUT_S seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.arguments[0]} did not stop on SIGTERM:\n{self.tail()}") from None

    def kill(self):
        """Ends the program with SIGKILL, if it still runs."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def tail(self, n_lines=40):
        """The last lines of its output."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-n_lines:])

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        if kind is not None:
            note(self.tail())
            self.kill()
            return
        equal(self.stop(), 0, "exit status of " + self.arguments[0])


# XML ------------------------------------------------------------------------------------------------


def canonical_xml(text):
    """TEXT in canonical form, without comments and indentation, one tag a line."""
    return ElementTree.canonicalize(text, strip_text=True).replace("><", ">\n<")


def assert_xml_equal(actual, expected):
    """Fails, with the difference, unless both documents have the same canonical form."""
    lines = [canonical_xml(text).splitlines() for text in (expected, actual)]
    if lines[0] != lines[1]:
        raise AssertionError("\n".join(difflib.unified_diff(*lines, "expected", "actual", lineterm="", n=2)))
