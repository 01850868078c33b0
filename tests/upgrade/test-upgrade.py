# SPDX-License-Identifier: EUPL-1.2
# A database of the previous release, made under traffic, is upgraded: what was answered is answered again, byte for byte.
# Also tests: store-upgrade.
"""schema-N.db.xz and schema-N.json.xz were written by record.py and the release of that schema. The clock of the new program
stands where the recording ended, so that the test means the same next year."""

import datetime
import json
import lzma
import os
import pathlib
import re
import resource
import shutil
import sqlite3
import subprocess
import time

import testlib
from soap_client import message
from traffic import OFFER, Line, Traffic, judge, town

FOLDER = testlib.SOURCE / "tests" / "upgrade"
RECORDS = sorted(path.name.split(".")[0] for path in FOLDER.glob("*.json.xz"))
SHIFT = testlib.BUILD / "tests" / "upgrade" / "libshift-clock.so"
DATA = testlib.SOURCE / "data"
CTL = testlib.BUILD / "planner" / "plannerctl"
NEWEST = len(list((DATA / "schema" / "sqlite").glob("*.sql")))


def load(name):
    """The recording of NAME and its database's bytes."""
    record = json.loads(lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes()))
    return record, lzma.decompress((FOLDER / f"{name}.db.xz").read_bytes())


def set_clock(record, seconds):
    """From here on programs start SECONDS after the recording's end."""
    os.environ["LD_PRELOAD"] = str(SHIFT)
    os.environ["PLANNER_TEST_CLOCK_S"] = str(record["recorded_s"] + seconds - int(time.time()))


def upgraded(record, content):
    """plannerd over the old release's database, not started."""
    planner = town([])
    for path in planner.folder.glob("planner.db*"):
        path.unlink()
    planner.database.write_bytes(content)
    planner.environment.update({key: os.environ[key] for key in ("LD_PRELOAD", "PLANNER_TEST_CLOCK_S")})
    planner.expected_alarms = ()
    testlib.equal(planner.query("PRAGMA user_version")[0][0], record["schema"])
    return planner


def without_request(text):
    """An answer without the id that every fault gets anew."""
    return re.sub(r"<RequestId>[^<]*</RequestId>", "", text)


def use_hold(line, hold):
    """A booking from a reservation that the old release gave."""
    return line.post(message("CreateBooking", cpr=hold["cpr"], contact=1, reservation=hold["token"]))


def crowd_out(line, holds):
    """Of the six advisors at the time of a reservation that is still alive, one at least is not to be had."""
    for hold in holds[3:]:
        if hold["offer"] != OFFER:
            continue
        texts = [message("CreateBooking", cpr=testlib.cpr(97000 + i), offer=OFFER, start=hold["start"], contact=1) for i in range(7)]
        n_booked = sum(line.post(text)[0] == 200 for text in texts)
        assert n_booked < 6, "a reserved time was given away"
        return


def one_upgrade(name):
    """Everything that must hold behind the upgrade of NAME."""
    record, content = load(name)
    set_clock(record, 60)
    planner = upgraded(record, content)
    n_before = planner.count("SELECT count(*) FROM booking")
    with planner:
        testlib.equal(planner.query("PRAGMA user_version")[0][0], NEWEST)
        backups = list((planner.folder / "backups").glob(f"planner-before-upgrade-from-schema-{record['schema']}-*.db"))
        testlib.equal(len(backups), 1, "backups from before the upgrade")
        judge(planner)
        line = Line(planner.url)
        for change in record["repeats"]:
            testlib.equal(line.post(change["text"]), change["answer"], f"{change['operation']} asked again")
        testlib.equal(planner.count("SELECT count(*) FROM booking"), n_before, "bookings after the repeats")
        for read in record["reads"]:
            status, text = line.post(read["text"])
            testlib.equal([status, without_request(text)], [read["answer"][0], without_request(read["answer"][1])], "a read")
        for hold in record["holds"][:3]:
            status, text = use_hold(line, hold)
            testlib.equal(status, 200, text)
        crowd_out(line, record["holds"])
        traffic = Traffic(planner.url, testlib.generator(), 50000, datetime.date.fromisoformat(record["first_day"]))
        for thread in traffic.start_threads(4, 20):
            thread.join()
        done = traffic.last_changes()
        assert len(done) > 20, len(done)
        for change in done:
            testlib.equal(line.post(change["text"]), change["answer"], f"a new {change['operation']} asked again")
        judge(planner)
    later(record, planner)
    old_release_lives(record, content, backups[0])


def later(record, planner):
    """Two hours on the reservations that nobody used have ended."""
    set_clock(record, 7200)
    planner.environment.update({"PLANNER_TEST_CLOCK_S": os.environ["PLANNER_TEST_CLOCK_S"]})
    with planner:
        line = Line(planner.url)
        for hold in record["holds"][3:]:
            status, text = use_hold(line, hold)
            assert status == 500 and "<Code>990002</Code>" in text, text
        testlib.equal(planner.count("SELECT count(*) FROM hold"), 0)
        judge(planner)
        testlib.equal(len(list((planner.folder / "backups").iterdir())), 2, "a start without an upgrade makes no backup")


def old_release_lives(record, content, backup):
    """The backup holds the old release's database: what that release would go on with."""
    facts = {}
    for name, path in (("old", testlib.make_folder() / "old.db"), ("backup", backup)):
        if name == "old":
            path.write_bytes(content)
        connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        facts[name] = [(table, connection.execute(f"SELECT count(*) FROM {table}").fetchall()) for table in tables]
        facts[name].append(connection.execute("PRAGMA user_version").fetchall())
        connection.close()
    testlib.equal(facts["backup"], facts["old"], "tables and rows of the backup")


def test_upgrade():
    """Every release that is recorded."""
    assert RECORDS, "no recording"
    for name in RECORDS:
        testlib.note(name)
        one_upgrade(name)


def ctl(database, schema_parent, *arguments, **options):
    """plannerctl with a data folder of its own."""
    command = [CTL, "--data-dir", schema_parent, "--database", database, *arguments]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False, **options)


def data_folder(*more):
    """A copy of the data folder with further migrations (name, text)."""
    folder = testlib.make_folder() / "data"
    shutil.copytree(DATA, folder)
    for number, (name, text) in enumerate(more, NEWEST + 1):
        (folder / "schema" / "sqlite" / f"{number:04}-{name}.sql").write_text(text, encoding="utf-8")
    return folder


def facts_of(database):
    """Schema, schema version and rows."""
    connection = sqlite3.connect(database)
    facts = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    facts += connection.execute("PRAGMA user_version").fetchall() + connection.execute("SELECT count(*) FROM booking").fetchall()
    connection.close()
    return facts


def test_a_migration_that_fails_changes_nothing():
    """Whichever of several it is, and however it fails: the old release's database stays as it is."""
    record, content = load(RECORDS[0])
    set_clock(record, 60)
    cases = {
        "syntax": [("good", "CREATE TABLE extra (x INTEGER) STRICT;"), ("bad", "CREATE TABLE another (x INTEGER) STRICT; NONSENSE;")],
        "key": [("orphan", "PRAGMA defer_foreign_keys = ON; DELETE FROM tenant;")],
        "constraint": [("twice", "INSERT INTO tenant SELECT * FROM tenant;")],
    }
    for name, more in cases.items():
        database = testlib.make_folder() / "planner.db"
        database.write_bytes(content)
        before = facts_of(database)
        done = ctl(database, data_folder(*more), "list", "units")
        assert done.returncode != 0, (name, done.stdout, done.stderr)
        testlib.equal(facts_of(database), before, name)
        assert ctl(database, DATA, "verify").returncode == 0, name


def small_files():
    """As a disk that is nearly full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (400000, 400000))


def test_no_upgrade_without_a_backup():
    """No room for it, no upgrade."""
    record, content = load(RECORDS[0])
    set_clock(record, 60)
    database = testlib.make_folder() / "planner.db"
    database.write_bytes(content)
    assert len(content) > 400000
    before = facts_of(database)
    done = ctl(database, DATA, "list", "units", preexec_fn=small_files)
    assert done.returncode == 3 and "without a backup" in done.stderr, done.stderr
    testlib.equal(facts_of(database), before)
    testlib.equal(list((database.parent / "backups").iterdir()), [])


def test_a_newer_schema_is_refused():
    """By plannerd and plannerctl, in a sentence, and nothing is touched."""
    record, content = load(RECORDS[0])
    set_clock(record, 60)
    planner = upgraded(record, content)
    connection = sqlite3.connect(planner.database)
    connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    connection.close()
    done = ctl(planner.database, DATA, "list", "units")
    sentence = f"the database has schema {NEWEST + 1}, this program knows 1 to {NEWEST}"
    assert done.returncode == 3 and sentence in done.stderr, done.stderr
    try:
        planner.start()
    except AssertionError as error:
        assert sentence in str(error), error
    else:
        raise AssertionError("plannerd served a schema that it does not know")
    assert not pathlib.Path(planner.folder / "backups").exists()


testlib.run(globals())
