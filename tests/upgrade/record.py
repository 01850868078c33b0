# SPDX-License-Identifier: EUPL-1.2
# Records a release: its database after real traffic, and the exact answers that the next release must give again.
"""From the tree, with the release's own source and build folders:

    PLANNER_SRCDIR=SOURCE PLANNER_BUILDDIR=BUILD PYTHONPATH=SOURCE/tests/testlib python3 tests/upgrade/record.py NAME

Writes tests/upgrade/NAME.db.xz and tests/upgrade/NAME.json.xz. docs/operations.md and HACKING.md say when."""

import json
import lzma
import pathlib
import random
import sqlite3
import sys
import time

import testlib
from traffic import GROUP_OFFER, OFFER, UNIT, Line, Traffic, town
from soap_client import message

FOLDER = pathlib.Path(__file__).parent
N_THREADS, N_LIVES = 4, 40
SEED = 20261122


def hold_some(planner, traffic):
    """Reservations that are alive when the old program stops: for each what a CreateBooking needs."""
    line, holds = Line(planner.url), []
    for number in range(90000, 90060):
        cpr, offer, start = testlib.cpr(number), traffic.draw([OFFER, GROUP_OFFER]), traffic.start(60)
        token = traffic.reserve(line, cpr, offer, start)
        if token:
            holds.append({"cpr": cpr, "offer": offer, "start": start, "token": token})
        if len(holds) == 6:
            return holds
    raise AssertionError("too few reservations")


def read_some(planner, traffic):
    """Questions whose answers follow from the database alone."""
    line = Line(planner.url)
    day = traffic.first
    cpr = testlib.cpr(95000)
    texts = [
        message("GetSelfbookInterviewOptions", cpr=cpr, unit=UNIT, ContactGroupTypeIdentifier=None),
        message("GetSelfbookCaseWorkers", cpr=cpr, offer=OFFER),
        message("GetSelfbookTimeslots", cpr=cpr, offer=OFFER, from_time=f"{day}T00:00:00", to_time=f"{day.replace(day=28)}T23:00:00"),
        message("GetBookings", unit=UNIT, IntervalStartTime=f"{day}T00:00:00", IntervalEndTime=f"{day.replace(day=30)}T00:00:00", IncludeCancelled="true"),
    ]
    return [{"text": text, "answer": line.post(text)} for text in texts]


def pack(database):
    """The database as one file without a log, compressed."""
    copy = testlib.make_folder() / "copy.db"
    connection = sqlite3.connect(database)
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    return lzma.compress(copy.read_bytes(), preset=9 | lzma.PRESET_EXTREME)


def main(name):
    """Traffic, repeats, reads, reservations; then the clean stop."""
    planner = town()
    dice = random.Random(SEED)
    with planner:
        traffic = Traffic(planner.url, dice)
        for thread in traffic.start_threads(N_THREADS, N_LIVES):
            thread.join()
        repeats = traffic.last_changes()
        line = Line(planner.url)
        for change in repeats:
            testlib.equal(line.post(change["text"]), change["answer"], f"the old program's own repeat of {change['operation']}")
        holds = hold_some(planner, traffic)
        reads = read_some(planner, traffic)
        recorded_s = int(time.time())
        schema = planner.query("PRAGMA user_version")[0][0]
    record = {
        "recorded_s": recorded_s, "first_day": traffic.first.isoformat(), "schema": schema, "holds": holds, "reads": reads,
        "repeats": [{key: change[key] for key in ("operation", "text", "answer", "booking")} for change in repeats],
    }
    (FOLDER / f"{name}.db.xz").write_bytes(pack(planner.database))
    text = json.dumps(record, ensure_ascii=False, indent=0).encode()
    (FOLDER / f"{name}.json.xz").write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
    counts = {}
    for change in repeats:
        counts[change["operation"]] = counts.get(change["operation"], 0) + 1
    print(f"schema {schema}, {len(traffic.changes)} changes, repeats {counts}, {len(holds)} reservations, {len(reads)} reads")


if __name__ == "__main__":
    main(sys.argv[1])
