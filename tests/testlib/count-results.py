# SPDX-License-Identifier: EUPL-1.2
# Counts the TAP lines of Meson's test logs, shows what failed, ends in `N passed, N failed, N skipped`.
"""count-results.py NAME=LOG.json...

A program that ends badly without a failing line of its own (a crash, a time-out) counts as one failure more, and a program
that says no line at all but ends well counts as one pass.
"""
import json
import re
import sys

LINE = re.compile(r"^(not )?ok\b\s*\d*\s*(.*)$")
SHOWN_LINES = 60


def count(test):
    """(passed, failed, skipped) of one test of the log."""
    lines = [match for match in map(LINE.match, test.get("stdout", "").splitlines()) if match]
    skipped = sum(not line.group(1) and bool(re.search(r"#\s*SKIP", line.group(2), re.I)) for line in lines)
    failed = sum(bool(line.group(1)) for line in lines)
    passed = len(lines) - skipped - failed
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        return (passed, failed, skipped) if lines else (1, 0, 0)
    if test["result"] == "SKIP":
        return passed, failed, max(skipped, 1)
    return passed, max(failed, 1), skipped


def show(run, test):
    """Prints the end of what a failed test said, failing lines with the comments before them."""
    print(f"-- {run}: {test['name']}: {test['result']} after {test['duration']:.1f} s")
    lines = test.get("stdout", "").splitlines() + test.get("stderr", "").splitlines()
    lines = [line for line in lines if not re.match(r"^ok\b|^# (Start|End) of ", line)]
    for line in lines[-SHOWN_LINES:]:
        print("   ", line)


def main():
    totals = [0, 0, 0]
    for argument in sys.argv[1:]:
        run, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as log:
            for line in log:
                test = json.loads(line)
                counted = count(test)
                totals = [a + b for a, b in zip(totals, counted)]
                if counted[1]:
                    show(run, test)
    print(f"{totals[0]} passed, {totals[1]} failed" + (f", {totals[2]} skipped" if totals[2] else ""))
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main())
