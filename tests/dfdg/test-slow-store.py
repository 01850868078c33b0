# SPDX-License-Identifier: EUPL-1.2
# A disk whose every flush lasts, while DFDG pushes as fast as it can: bounded memory, some are told to come again, nothing is lost.
"""Budget row: slow-pushes. The pushes come from bench-load over more connections than messages are held at a time; whatever was not
answered 200 comes again with all others, as often as it takes. No DFDG answers: the messages are kept, and wait."""

import json
import os
import pathlib
import subprocess
import uuid

import testlib
from planner_process import Caller, Municipality, PlannerProcess

# 256 messages are held at a time: first a crowd, then as many as fit.
CROWD, FITTING, N_CROWDED = 300, 100, 2
FLUSH_MS = 40
MOST_ROUNDS = 20
MOST_GROWTH_MB = 96  # 300 connections with TLS are the most of it
# The address sanitizer keeps 256 MB of what was freed, and room around everything.
SANITIZED_GROWTH_MB = 1024
SAMPLE = (pathlib.Path(__file__).parent / "indkaldelse-wsb-t3.txt").read_text(encoding="utf-8").split("\n", maxsplit=1)[0]


def write_messages(path, n_messages):
    """A message a line; their ids."""
    ids = [str(uuid.uuid4()) for _ in range(n_messages)]
    header = json.loads(SAMPLE)
    with path.open("w", encoding="utf-8") as lines:
        for number, key in enumerate(ids):
            header |= {"BeskedIdentifier": key, "Identifikation": testlib.cpr(number), "EksternIdentifier": str(uuid.uuid4())}
            lines.write(json.dumps(header) + '{"Indkaldelsehaendelsestype":1}\n')
    return ids


def push_all(planner, path, n_connections):
    """Every line once; what the generator saw."""
    certificate, key = planner.certificates.client("dfdg")
    command = [testlib.BUILD / "tests" / "bench" / "bench-load", "--port", planner.tls_port, "--path", "/wsb/v1", "--bodies", path, "--once"]
    command += ["--connections", n_connections, "--duration-ms", 600000, "--trust", planner.certificates.authority[0]]
    command += ["--certificate", certificate, "--key", key]
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # the generator's end is not what is judged
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, env=environment)
    testlib.equal(done.returncode, 0, done.stderr)
    return json.loads(done.stdout)


def memory_mb(planner, name):
    """VmRSS or VmHWM of plannerd."""
    text = pathlib.Path(f"/proc/{planner.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith(name + ":"))


def test_slow_store():
    """All are stored once, in little memory; a citizen's question is answered meanwhile and afterwards."""
    if not (testlib.BUILD / "tests" / "bench" / "bench-load").exists():
        raise testlib.Skip("bench-load is not built, for want of a library: deploy/install.sh bench")
    place, settings = Municipality().jobcenter("89000", n_advisors=1), {"dfdg-client demo/environment": "T3"}
    planner = PlannerProcess(place, [Caller("dfdg", roles="dfdg")], settings=settings, expected_alarms=("event=hidden-error", "event=wsb-not-stored"))
    orders, n_messages = planner.folder / "disk", testlib.budget("slow-pushes")
    planner.environment |= {"LD_PRELOAD": str(testlib.BUILD / "tests" / "fault" / "libbad-disk.so"), "PLANNER_TEST_DISK": str(orders)}
    ids = write_messages(planner.folder / "pushes", n_messages)
    with planner:
        orders.write_text(f"delay {FLUSH_MS}", encoding="ascii")
        before, n_busy = memory_mb(planner, "VmRSS"), 0
        for number in range(MOST_ROUNDS):
            seen = push_all(planner, planner.folder / "pushes", CROWD if number < N_CROWDED else FITTING)
            testlib.equal((seen["errors"], seen["unanswered"]), (0, 0), "connections that broke")
            n_busy += seen["bad"]
            if seen["bad"] == 0:
                break
        grown = memory_mb(planner, "VmHWM") - before
        testlib.note(f"{n_messages} messages in {number + 1} rounds, {n_busy} were told to come again, {grown:.0f} MB more")
        testlib.equal(seen["bad"], 0, f"messages that are still refused in round {MOST_ROUNDS}")
        testlib.equal(n_busy > 0, True, "some were told to come again")
        most_mb = SANITIZED_GROWTH_MB if b"__asan_init" in (testlib.BUILD / "planner" / "plannerd").read_bytes() else MOST_GROWTH_MB
        testlib.equal(grown < most_mb, True, f"memory grew by {grown:.0f} MB")
        testlib.equal(planner.health(), 200, "ready")
        testlib.equal({row[0] for row in planner.query("SELECT message_id FROM dfdg_event")}, set(ids), "messages that are kept")
        orders.write_text("", encoding="ascii")


testlib.run(globals())
