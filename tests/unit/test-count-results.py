# SPDX-License-Identifier: EUPL-1.2
# Tests of the program that counts the results of a test run and decides the exit status of deploy/test.sh.
import json
import subprocess
import sys

import testlib

PROGRAM = testlib.SOURCE / "tests" / "testlib" / "count-results.py"


def run(*tests):
    """(last line, exit status, all lines) for a log of (result, stdout) pairs."""
    log = testlib.make_folder() / "log.json"
    rows = [
        {"name": f"t{i}", "result": result, "stdout": stdout, "stderr": "", "duration": 1.0}
        for i, (result, stdout) in enumerate(tests)
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, PROGRAM, f"tests={log}"], capture_output=True, text=True, check=False
    )
    testlib.equal(done.stderr, "", "messages")
    return done.stdout.splitlines()[-1], done.returncode, done.stdout


def check(tests, line, status):
    """Fails unless a log of TESTS ends in LINE and STATUS."""
    found = run(*tests)
    testlib.equal(found[:2], (line, status), found[2])


def test_passes_and_skips():
    check(
        [("OK", "1..3\nok 1 a\nok 2 /b/c\nok 3 d # SKIP no such server\n"), ("OK", "ok 1 a\n")],
        "3 passed, 0 failed, 1 skipped",
        0,
    )


def test_no_skips_are_not_told():
    check([("OK", "ok 1 a\n")], "1 passed, 0 failed", 0)


def test_failing_line():
    check([("FAIL", "ok 1 a\n# why\nnot ok 2 b\n"), ("OK", "ok 1 a\n")], "2 passed, 1 failed", 1)


def test_crash_and_time_out_are_failures():
    check([("ERROR", "1..2\nok 1 a\n"), ("TIMEOUT", "")], "1 passed, 2 failed", 1)


def test_nothing_run_is_a_failure():
    check([], "0 passed, 0 failed", 1)


def test_skipped_program():
    check([("SKIP", "1..0 # SKIP no server\n"), ("OK", "ok 1 a\n")], "1 passed, 0 failed, 1 skipped", 0)


def test_failure_shows_its_reason():
    text = run(("FAIL", "ok 1 a\n# expected 1, got 2\nnot ok 2 b\n"))[2]
    assert "# expected 1, got 2" in text and "ok 1 a" not in text, text


testlib.run(globals())
