# SPDX-License-Identifier: EUPL-1.2
# Backups taken under load, restored, tried out, pruned; and everything that a restore must refuse.
# Also tests: admin-backup, admin-restore, admin-test-restore, ctl-progress, restored-copy.
"""The real programs. A backup taken while callers book holds exactly what was committed at one moment; a restore ends what was
alive then, keeps what it replaces, and refuses what is damaged, foreign, of another schema or still in use."""

import asyncio
import datetime
import json
import os
import pathlib
import resource
import shutil
import socket
import sqlite3
import subprocess
import threading
import time

import testlib
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import Line

CTL = testlib.BUILD / "planner" / "plannerctl"
DATA = testlib.SOURCE / "data"
OFFER = "89000000-0000-4000-8000-000000000001"
N_CALLERS = 4


def ctl(database, *arguments, code=0, **options):
    """The answer of plannerctl --json, which must end with CODE."""
    command = [CTL, "--json", "--data-dir", DATA, "--database", database, *arguments]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False, **options)
    if done.returncode != code:
        raise AssertionError(f"{arguments}: {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout) if done.stdout else {"error": done.stderr}


def make_planner():
    municipality = Municipality().jobcenter("89000", n_advisors=8)
    municipality.offer(OFFER, "89000", "7", grid=30)
    return PlannerProcess(municipality, [Caller("plain", plain=True)])


def start_of(day, slot):
    """The start of a half hour of a later day, as callers write it."""
    date = datetime.date.today() + datetime.timedelta(days=2 + day)
    return f"{date}T{8 + slot // 2:02}:{slot % 2 * 30:02}:00"


async def book(url, n_calls, first, booked):
    """Books one free time after another for new citizens; BOOKED grows by identifiers."""
    line = await Line(url).open()
    for number in range(first, first + n_calls):
        slot = number % 14
        answer = await line.call(
            "CreateBooking", cpr=testlib.cpr(number), offer=OFFER, start=start_of(number // 14 % 20, slot), contact=1,
            worker=f"89000-{number % 8 + 1:02}",
        )
        if answer.status == 200:
            booked.append(answer.find("BookingIdentifier"))
    line.close()


class Load:
    """Callers that book until it is left; the backup is taken inside."""

    def __init__(self, url):
        self.url, self.booked, self.threads = url, [], []

    def __enter__(self):
        for i in range(N_CALLERS):
            work = book(self.url, 150, i * 1000, self.booked)
            self.threads.append(threading.Thread(target=asyncio.run, args=(work,)))
        for thread in self.threads:
            thread.start()
        testlib.wait_for(lambda: len(self.booked) > 20, 30, "some bookings")
        return self

    def __exit__(self, kind, value, trace):
        for thread in self.threads:
            thread.join()


def rows(database, sql):
    connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_backup_under_load_and_restore():
    planner = make_planner()
    with planner:
        with Load(planner.url) as load:
            before = len(load.booked)
            made = ctl(planner.database, "backup")["result"]
            after = len(load.booked)
        assert len(load.booked) > before > 0
        assert before <= made["bookings"] <= after + N_CALLERS, (before, made, after)
        testlib.equal(os.stat(made["file"]).st_mode & 0o7777, 0o600)
        tried = ctl(planner.database, "test", "restore")["result"]
        assert tried["backup"] == made["file"] and tried["sound"] and tried["bookings"] == made["bookings"], tried
        assert tried["slot_answer_bytes"] > 500 and tried["faults"] == [], tried
        assert "stop plannerd" in ctl(planner.database, "restore", made["file"], code=3)["error"]
        # A reservation that is alive, and a message that waits, when the next backup is made.
        options = asyncio.run(reserve(planner.url, testlib.cpr(9000)))
        last = ctl(planner.database, "backup", planner.folder / "last.db")["result"]
        testlib.equal(planner.count("SELECT count(*) FROM hold"), 1)
    n_waiting = len(rows(planner.database, "SELECT 1 FROM outbox WHERE state = 'waiting'"))
    n_journal = rows(planner.database, "SELECT max(sequence) FROM journal")[0][0]
    done = ctl(planner.database, "restore", last["file"])["result"]
    testlib.equal((done["reservations_ended"], done["messages_held_back"]), (1, n_waiting))
    testlib.equal(done["journal_entries_after_backup"], n_journal - last["journal_sequence"])
    testlib.equal(rows(planner.database, "SELECT count(*) FROM hold")[0][0], 0)
    testlib.equal(rows(planner.database, "SELECT count(*) FROM outbox WHERE state = 'waiting'")[0][0], 0)
    testlib.equal(rows(planner.database, "SELECT count(*) FROM journal WHERE kind = 'database-restored'")[0][0], 1)
    assert ctl(planner.database, "verify")["result"]["sound"]
    replaced = pathlib.Path(done["replaced"])
    testlib.equal(rows(replaced, "PRAGMA quick_check"), [("ok",)])
    # The first backup: bookings made after it are gone from the database, and still stand in the replaced one.
    done = ctl(planner.database, "restore", made["file"])["result"]
    testlib.equal(rows(planner.database, "SELECT count(*) FROM booking")[0][0], made["bookings"])
    assert len(rows(replaced, "SELECT 1 FROM booking")) >= len(load.booked)
    with planner:
        answer = asyncio.run(create(planner.url, testlib.cpr(9000), options))
        assert answer.code == 990003, answer.text
        asyncio.run(book(planner.url, 5, 5000, load.booked))
        assert ctl(planner.database, "verify")["result"]["sound"]


def test_restored_calendars_are_looked_at_first():
    planner = make_planner()
    with planner:
        pass
    connection = sqlite3.connect(planner.database)
    with connection:
        connection.execute("INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin)"
                           " SELECT 900, tenant_id, resource_id, 'sync-1', 'sync' FROM resource ORDER BY resource_id LIMIT 1")
        connection.execute("INSERT INTO sync_binding (tenant_id, resource_id, calendar_id, url, auth, direction, cursor, full_due_us,"
                           " created_us) SELECT tenant_id, resource_id, 900, 'https://calendar.example/', 'none', 3, 'c1', 9, 1"
                           " FROM calendar WHERE calendar_id = 900")
    connection.close()
    made = ctl(planner.database, "backup", planner.folder / "sync.db")["result"]
    testlib.equal(rows(made["file"], "SELECT looks_first, cursor, full_due_us FROM sync_binding"), [(0, "c1", 9)])
    ctl(planner.database, "restore", made["file"])
    testlib.equal(rows(planner.database, "SELECT looks_first, cursor, full_due_us FROM sync_binding"), [(1, None, 0)])


async def reserve(url, number):
    """A reservation: its identifier and its start."""
    line = await Line(url).open()
    answer = await line.call("GetBookingDetails", cpr=number, offer=OFFER, start=start_of(25, 3), worker="89000-01", contact=1)
    line.close()
    testlib.equal(answer.status, 200, answer.text)
    return answer.find("ReservationIdentifier"), start_of(25, 3)


async def create(url, number, reservation):
    line = await Line(url).open()
    answer = await line.call(
        "CreateBooking", cpr=number, offer=OFFER, start=reservation[1], worker="89000-01", contact=1, reservation=reservation[0],
    )
    line.close()
    return answer


def make_database(folder):
    database = folder / "planner.db"
    ctl(database, "create")
    ctl(database, "import", DATA / "demo")
    return database


def test_restore_refuses_what_is_not_whole():
    folder = testlib.make_folder()
    database = make_database(folder)
    backup = pathlib.Path(ctl(database, "backup", folder / "good.db")["result"]["file"])
    manifest = pathlib.Path(f"{backup}.manifest")
    before = database.read_bytes()
    whole, text = backup.read_bytes(), manifest.read_text(encoding="ascii")
    foreign = folder / "foreign.db"
    sqlite3.connect(foreign).execute("CREATE TABLE x (y)").connection.commit()
    dice = testlib.generator()
    for _ in range(20):
        damaged = bytearray(whole)
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        backup.write_bytes(damaged)
        assert "damaged" in ctl(database, "restore", backup, code=1)["error"]
    backup.write_bytes(whole[: len(whole) // 2])
    ctl(database, "restore", backup, code=1)
    backup.write_bytes(whole)
    manifest.write_text(text.replace("tenants: demo", "tenants: other"), encoding="ascii")
    assert "manifest" in ctl(database, "restore", backup, code=1)["error"]
    manifest.unlink()
    assert "no finished backup" in ctl(database, "restore", backup, code=1)["error"]
    ctl(database, "restore", foreign, code=1)
    ctl(database, "restore", folder / "missing.db", code=1)
    testlib.equal(database.read_bytes(), before, "the database")
    testlib.equal(sorted(path.name for path in folder.glob("*.re*")), [], "what refused restores leave")


def forge(backup, change):
    """A backup whose content was changed by CHANGE and whose manifest was made to fit: only the content can tell."""
    connection = sqlite3.connect(backup)
    change(connection)
    connection.commit()
    connection.close()
    digest = subprocess.run(["sha256sum", backup], capture_output=True, text=True, check=True).stdout.split()[0]
    manifest = pathlib.Path(f"{backup}.manifest")
    lines = manifest.read_text(encoding="ascii").splitlines()[:-1]
    facts = {"sha256": digest, "bytes": os.stat(backup).st_size, "schema": rows(backup, "PRAGMA user_version")[0][0]}
    lines = [f"{line.split(': ')[0]}: {facts.get(line.split(': ')[0], line.split(': ', 1)[1])}" for line in lines]
    body = "\n".join(lines) + "\n"
    last = subprocess.run(["sha256sum"], input=body, capture_output=True, text=True, check=True).stdout.split()[0]
    manifest.write_text(f"{body}manifest-sha256: {last}\n", encoding="ascii")


def test_restore_looks_behind_the_manifest():
    folder = testlib.make_folder()
    database = make_database(folder)
    before = database.read_bytes()
    cases = {
        "newer": ("PRAGMA user_version = 9999", "has schema 9999"),
        "none": ("PRAGMA user_version = 0", "has schema 0"),
        "seal": ("UPDATE journal_payload SET payload = payload || ' '", "journal"),
        "tenant": ("UPDATE tenant SET tenant_key = 'other'", "something else than its manifest"),
    }
    for name, (sql, word) in cases.items():
        backup = folder / f"{name}.db"
        ctl(database, "backup", backup)
        forge(backup, lambda connection, sql=sql: connection.executescript(sql))
        error = ctl(database, "restore", backup, code=1)["error"]
        assert word in error, (name, error)
    testlib.equal(database.read_bytes(), before, "the database")


def test_a_folder_keeps_dated_backups():
    folder = testlib.make_folder()
    database = make_database(folder)
    store = folder / "store"
    store.mkdir()
    names = []
    for days in (40, 20, 5):
        made = pathlib.Path(ctl(database, "backup", store)["result"]["file"])
        # As if it had been made days ago.
        text = pathlib.Path(f"{made}.manifest").read_text(encoding="ascii").splitlines()[:-1]
        at = int(next(line for line in text if line.startswith("made-us")).split(": ")[1]) - days * 86400 * 10**6
        made.rename(store / f"planner-{days}.db")
        stamp = datetime.datetime.fromtimestamp(at // 10**6, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = [f"made-us: {at}" if line.startswith("made-us") else f"made: {stamp}" if line.startswith("made:") else line for line in text]
        body = "\n".join(text) + "\n"
        digest = subprocess.run(["sha256sum"], input=body, capture_output=True, text=True, check=True).stdout.split()[0]
        pathlib.Path(f"{made}.manifest").unlink()
        (store / f"planner-{days}.db.manifest").write_text(f"{body}manifest-sha256: {digest}\n", encoding="ascii")
        names.append(f"planner-{days}.db")
    (store / "planner-notes.db").write_text("not a backup\n", encoding="ascii")
    assert ctl(database, "test-restore", store)["result"]["backup"].endswith("planner-5.db")
    done = ctl(database, "backup", store, "--keep-days", "14")["result"]
    testlib.equal([pathlib.Path(path).name for path in done["pruned"]], names[:2])
    left = sorted(path.name for path in store.glob("*.db"))
    assert "planner-5.db" in left and "planner-notes.db" in left and len(left) == 3, left
    ctl(database, "backup", folder / "one.db", "--keep-days", "14", code=1)
    ctl(database, "test-restore", folder / "empty", code=1)
    testlib.equal(list(folder.glob("*.test-restore")), [])


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000))


def test_a_full_disk_leaves_nothing_half():
    folder = testlib.make_folder()
    database = make_database(folder)
    store = folder / "store"
    store.mkdir()
    ctl(database, "backup", store, code=3, preexec_fn=small_files)
    testlib.equal(list(store.iterdir()), [])
    good = ctl(database, "backup", store)["result"]["file"]
    before = database.read_bytes()
    ctl(database, "restore", good, code=3, preexec_fn=small_files)
    testlib.equal(database.read_bytes(), before)
    testlib.equal(list(folder.glob("*.restoring")), [])


def test_a_killed_backup_leaves_no_backup():
    folder = testlib.make_folder()
    database = make_database(folder)
    store = folder / "store"
    store.mkdir()
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE ballast (x BLOB)")
    connection.executemany("INSERT INTO ballast VALUES (zeroblob(10000))", [()] * 6000)
    connection.commit()
    connection.close()
    command = [CTL, "--data-dir", DATA, "--database", database, "--progress", "backup", store]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline().startswith("backup: ")
        process.kill()
    left = [path.name for path in store.iterdir()]
    assert left and all(".db.part" in name for name in left), left
    ctl(database, "test-restore", store, code=1)
    whole = pathlib.Path(ctl(database, "backup", store)["result"]["file"])
    testlib.equal(sorted(store.iterdir()), [whole, pathlib.Path(f"{whole}.manifest")])
    ctl(database, "test-restore", store)


def test_restore_onto_a_bare_machine_and_over_a_ruin():
    folder, elsewhere = testlib.make_folder(), testlib.make_folder()
    database = make_database(folder)
    backup = ctl(database, "backup", folder / "b.db")["result"]["file"]
    fresh = elsewhere / "planner.db"
    done = ctl(fresh, "restore", backup)["result"]
    assert "replaced" not in done and ctl(fresh, "verify")["result"]["sound"]
    database.write_bytes(b"ruin" * 5000)
    pathlib.Path(f"{database}-wal").write_bytes(b"log of the ruin")
    done = ctl(database, "restore", backup)["result"]
    assert pathlib.Path(done["replaced"]).read_bytes().startswith(b"ruin")
    assert pathlib.Path(f"{done['replaced']}-wal").read_bytes() == b"log of the ruin"
    assert ctl(database, "verify")["result"]["sound"]
    testlib.equal(len(ctl(database, "list", "advisors")["result"]["advisors"]), 24)


def ask(path, head, body=""):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(str(path))
        connection.sendall(f"{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body.encode())}\r\n".encode())
        connection.sendall(b"Content-Type: application/json\r\nPlanner-Call: 00000000-0000-4000-8000-00000000abcd\r\n\r\n" + body.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split()[1]), json.loads(answer.split(b"\r\n\r\n", 1)[1])


def test_progress_over_the_socket():
    planner = make_planner()
    path = f"{planner.database}.socket"
    progress = "GET /admin/v1/progress/00000000-0000-4000-8000-00000000abcd"
    files = {str(file.relative_to(DATA / "demo")): file.read_text(encoding="utf-8") for file in (DATA / "demo").rglob("*.*") if file.suffix in (".csv", ".json", ".ics")}
    files["tenant.csv"] = "tenant;name\ndemo;Demo\n"
    answers, seen = [], set()
    with planner:
        testlib.equal(ask(path, progress)[0], 404)
        body = json.dumps({"files": files, "partial": True})
        thread = threading.Thread(target=lambda: answers.append(ask(path, "POST /admin/v1/import", body)))
        thread.start()
        while thread.is_alive():
            status, answer = ask(path, progress)
            if status == 200:
                seen.add(answer["result"]["what"])
            time.sleep(0.002)
        thread.join()
        testlib.equal(answers[0][0], 200, answers)
        testlib.equal(ask(path, progress)[0], 404)
    assert seen & {"waiting", "calendars"}, seen


testlib.run(globals())
