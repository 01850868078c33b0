#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
# Runs the iCalendar oracle again, where its packages are installed, and compares with what is committed.
import importlib.util
import os
import subprocess
import sys
import tempfile

CORPUS = os.path.join(os.environ.get("PLANNER_SRCDIR", "."), "tests", "corpus")


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def main():
    print("1..1")
    missing = [name for name in ("icalendar", "recurring_ical_events") if not importlib.util.find_spec(name)]
    if missing:
        print("ok 1 expectations # SKIP not installed:", ", ".join(missing))
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(CORPUS, "ical-oracle.py"), "--write", folder], check=True)
        fresh, stored = sorted(os.listdir(folder)), sorted(os.listdir(os.path.join(CORPUS, "expected")))
        changed = sorted(set(fresh) ^ set(stored))
        for name in set(fresh) & set(stored):
            if read(os.path.join(folder, name)) != read(os.path.join(CORPUS, "expected", name)):
                changed.append(name)
    for name in changed:
        print("#", name, "is not what the oracle says today")
    print("not ok 1 expectations" if changed or not fresh else "ok 1 expectations")


if __name__ == "__main__":
    main()
