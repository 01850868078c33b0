# SPDX-License-Identifier: EUPL-1.2
# The admin socket and plannerctl with wrong JSON, wrong types and huge arguments, and import folders that nobody should import.
"""Each is refused in words and changes nothing; plannerd lives on, and plannerctl ends with the exit code that the docs promise."""

import json
import os
import re
import shutil
import subprocess
import time

import testlib
from bad_world import World

DATA = testlib.SOURCE / "data"
CTL = testlib.BUILD / "planner" / "plannerctl"
CPR = testlib.cpr(4001)

_world = None


def world():
    """The plannerd of this file."""
    global _world  # pylint: disable=global-statement
    if _world is None:
        _world = World().start()
    return _world


# The socket -------------------------------------------------------------------------------------------


def ask(path, body, method="POST"):
    """Status and text of one request."""
    return world().ask_admin(path, body, method)


DEEP = b"[" * 500000
# Body: (bytes, status).
BODIES = {
    "nothing": (b"", 400),
    "blanks": (b" \n", 400),
    "a list": (b"[]", 400),
    "null": (b"null", 400),
    "a number": (b"1", 400),
    "a text": (b'"a"', 400),
    "never closed": (b'{"unit": "89000"', 400),
    "a text never closed": (b'{"unit": "89000', 400),
    "without quotes": (b"{unit: 89000}", 400),
    "in single quotes": (b"{'unit': '89000'}", 400),
    "a comment": (b'/* [[[ */ {"unit": "89000"}', 400),
    "half a million brackets": (DEEP, 400),
    "half a million objects": (b'{"a":' * 500000, 400),
    "33 levels": (b'{"unit":' + b"[" * 32 + b"]" * 32 + b"}", 400),
    "a NUL": (b'{"unit": "89\x00000"}', 400),
    "a NUL by escape": (b'{"unit": "89000\\u0000x"}', 400),
    "half a character": (b'{"unit": "\\ud800x"}', 400),
    "half a character in a name": (b'{"un\\udc00it": "x"}', 400),
    "latin-1": ('{"unit": "æ"}'.encode("latin-1"), 400),
    "UTF-16": ('{"unit": "89000"}'.encode("utf-16"), 400),
    "overlong UTF-8": (b'{"unit": "\xc0\x80"}', 400),
    "a number beyond 64 bits": (b'{"unit": 99999999999999999999}', 400),
    "an exponent": (b'{"unit": 1e999}', 400),
    "XML": (b"<unit>89000</unit>", 400),
    "a name of 64 KB": (b'{"' + b"a" * 65536 + b'": 1}', 422),
    "23 MB": (b'{"unit": "' + b"x" * 23 * 1024 * 1024 + b'"}', 413),
}

PATHS = {
    "/admin/v1/": 404,
    "/admin/v1/nonsense": 404,
    "/admin/v1/list-units/": 404,
    "/admin/v1/../v1/list-units": 404,
    "/admin/v1/LIST-UNITS": 404,
    "/admin/v2/list-units": 404,
    "/admin/v1/list-units%00": 404,
    "/": 404,
    "/soap/ExternalBookingService/v3": 404,
    "/metrics": 404,
}


def test_bodies():
    """Whatever the body, each is answered in JSON or refused by size."""
    before, wrong = world().digests(), []
    for name, (body, expected) in BODIES.items():
        try:
            status, text = ask("/admin/v1/list-bookings", body)
        except (BrokenPipeError, ConnectionResetError):
            # Refused while it was still being sent.
            status, text = 413, ""
        if status != expected or (status != 413 and not json.loads(text)["error"]["text"]):
            wrong.append(f"{name}: {status} {text[:200]}")
    testlib.equal(wrong, [], "answers")
    world().assert_same(before)


def test_paths_and_methods():
    """What is no command is none."""
    for path, expected in PATHS.items():
        testlib.equal(ask(path, b"{}")[0], expected, path)
    testlib.equal(ask("/admin/v1/list-units", None, "GET")[0], 405, "GET")
    testlib.equal(ask("/admin/v1/list-units", b"{}", "DELETE")[0], 405, "DELETE")


def commands():
    """Names of all commands, and of all arguments that any of them has."""
    table = (testlib.SOURCE / "planner" / "ops" / "admin-table.c").read_text(encoding="utf-8")
    rows = [line for line in table.splitlines() if line.lstrip().startswith('{ "')]
    names = [re.match(r'\s*\{ "([^"]+)"', row).group(1) for row in rows if "is_local" not in row]
    testlib.equal(len(names) > 20, True, "commands")
    arguments = {"tenant", "unit", "resource", "advisor", "offer", "booking", "citizen", "cpr", "time", "date", "from", "to"}
    arguments |= {"files", "key", "name", "cursor", "limit", "reason", "sequence"}
    return names, sorted(arguments)


WRONG_VALUES = (7, -1, True, None, [], {}, ["a"], {"a": 1}, "", "x" * 70000, "\n", "'; DROP TABLE booking --", "../../etc/passwd", "\u202e", CPR)


# Refused, and yet an answer: that nothing is held of a citizen. That it was asked for stays in the journal: test_look_up_of_nobody.
TELLS = ("show-citizen", {"cpr": CPR})


def judge(name, body, status, error):
    """Fails unless one answer is one, or is refused in words."""
    if status not in (200, 422) or (status == 422) != (error is not None):
        raise AssertionError(f"{name} {str(body)[:100]}: {status} {error}")
    if error and not error["text"].strip():
        raise AssertionError(f"{name} {str(body)[:100]}: refused without a word")


def ask_all(name, bodies):
    """Asks one command with each of BODIES. Answers (when, status, body) of each in brief."""
    asked = []
    for body in bodies:
        if (name, body) == TELLS:
            continue
        begin = time.strftime("%H:%M:%S", time.gmtime())
        status, text = ask(f"/admin/v1/{name}", json.dumps(body).encode())
        judge(name, body, status, json.loads(text).get("error"))
        asked.append((begin, status, str(body)[:60]))
    return asked


def test_every_command_with_every_wrong_argument():
    """Types, lengths, signs: refused in words or answered, never a fault of ours; what is refused changed nothing."""
    names, arguments = commands()
    dice, n_values, refused, answered = testlib.generator(), testlib.budget("bad-admin"), 0, 0
    before = world().digests()
    for name in names:
        bodies = [{}, {"nonsense": 1}]
        for argument in arguments:
            bodies += [{argument: value} for value in dice.sample(WRONG_VALUES, min(n_values, len(WRONG_VALUES)))]
        asked = ask_all(name, bodies)
        n_answered = sum(status == 200 for _, status, _ in asked)
        refused, answered = refused + len(asked) - n_answered, answered + n_answered
        # A command without any need for arguments may do its work.
        if n_answered:
            before = world().digests()
        else:
            world().assert_same(before, "\n".join([f"all refused of {name}:", *map(str, asked)]))
    testlib.note(f"{len(names)} commands: {refused} refused, {answered} answered")
    log = world().log.read_text(encoding="utf-8")
    testlib.equal("level=error" in log, False, "a fault of ours in the log")
    testlib.equal(all(line.startswith("time=") for line in log.splitlines()), True, "one event, one line")


def test_look_up_of_nobody():
    """That nothing is held of a citizen is told once the journal has that it was asked, and nothing but that is left."""
    name, body = TELLS
    journal = "SELECT kind, subject, actor FROM journal WHERE kind <> 'retention-run' ORDER BY sequence"
    before, rows = world().digests(), world().query(journal)
    # After the last test there may be several municipalities.
    status, text = ask(f"/admin/v1/{name}", json.dumps({**body, "tenant": "demo"}).encode())
    testlib.equal((status, json.loads(text)["error"]["text"]), (422, "nothing is held of this citizen"), "answer")
    testlib.equal(world().query(journal), [*rows, ("citizen-looked-up", "citizen:0", "plannerctl")], "journal")
    after = world().digests()
    changed = [table for table in after if after[table] != before[table]]
    testlib.equal(changed, ["journal", "journal_payload"], "tables that changed")
    testlib.equal(CPR in str(world().query("SELECT payload FROM journal_payload ORDER BY sequence")), False, "the number in the journal")


# plannerctl -------------------------------------------------------------------------------------------


def ctl(database, *arguments, text=None):
    """Exit code and output of plannerctl."""
    command = [CTL, "--database", database, "--data-dir", DATA, *arguments]
    done = subprocess.run(
        command, input=text, capture_output=True, timeout=120, check=False, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    )
    return done.returncode, done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")


def test_arguments_of_plannerctl():
    """Huge, odd and binary words on the command line: exit code 1 or 2 and a sentence."""
    for words in (
        ["list", "units", "x" * 100000],
        ["show", "unit", "x" * 100000],
        ["show", "unit", b"\xff\xfe"],
        ["show", "unit", ""],
        ["show", "booking", "%s%n%s"],
        ["list", "bookings", "--unit", "89000", "--from", "9" * 5000],
        ["list", "bookings", "--unit", "89000", "--from", "2026-02-30"],
        ["explain", "x", "9999-99-99T99:99"],
        ["--nonsense"],
        ["list"],
        [""],
    ):
        code, output = ctl(world().database, *words)
        testlib.equal((code in (1, 2), output.strip() != ""), (True, True), f"{str(words)[:80]}: {code} {output[:300]}")


def write(folder, name, content):
    """A file of a folder, with its folders."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


TENANT = "tenant;name\ndemo;Kommune demo\n"
UNITS = "unit;name\n"
OFFER_COLUMNS = "identifier;unit;title;interview_type;duration;contact_types;advisors\n"
EVENT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n"
# Name: ({file: content}, a word of what is said). Every one is refused.
FILES = {
    "a binary table": ({"units.csv": bytes(range(256)) * 10}, "UTF-8"),
    "a table with a NUL": ({"units.csv": b"unit;name\n89\x00001;x\n"}, "UTF-8"),
    "a table in UTF-16": ({"units.csv": (UNITS + "89001;x\n").encode("utf-16")}, "UTF-8"),
    "a table in latin-1": ({"units.csv": (UNITS + "89001;Sønder\n").encode("latin-1")}, "UTF-8"),
    "an empty table": ({"units.csv": ""}, "no header"),
    "a million columns": ({"units.csv": ";".join(f"c{i}" for i in range(1000000)) + "\n"}, "100 fields"),
    "a million empty columns": ({"units.csv": ";" * 1000000}, "100 fields"),
    "a field of a megabyte": ({"units.csv": UNITS + "89001;" + "x" * 1024 * 1024 + "\n"}, "65536"),
    "a quote never closed": ({"units.csv": UNITS + '89001;"' + "x\n" * 100000}, "never closed"),
    "a table of 17 MB": ({"units.csv": UNITS + "89001;x\n" * 2200000}, "too large"),
    "a hundred thousand wrong rows": ({"units.csv": UNITS + "x;y\n" * 100000}, "units.csv:"),
    "a row of two units": ({"units.csv": UNITS + "89001;a\n89001;b\n"}, "already"),
    "a unit with a sign": ({"units.csv": UNITS + "-8901;a\n"}, "89"),
    "a unit in Arabic digits": ({"units.csv": UNITS + "\u0668\u0669\u0660\u0660\u0661;a\n"}, "units.csv:2"),
    "a number for a name's place": ({"resources.csv": "resource;kind;name;email;units\nx;robot;y;z;89000\n"}, "resources.csv:2"),
    "an unknown table": ({"weapons.csv": "a;b\n"}, "no meaning"),
    "JSON that is binary": ({"offers.json": bytes(range(256))}, "UTF-8"),
    "JSON half a million deep": ({"offers.json": DEEP}, "nested"),
    "JSON of another shape": ({"offers.json": '{"a": 1}'}, "not a list"),
    "JSON of numbers": ({"offers.json": "[1, 2]"}, "not an object"),
    "JSON of wrong types": ({"offers.json": '[{"identifier": {"a": 1}, "duration": [[1]], "title": 1.5}]'}, "neither text"),
    "JSON with a number beyond 64 bits": ({"offers.json": '[{"duration": 99999999999999999999}]'}, "too long"),
    "JSON with a NUL": ({"offers.json": '[{"title": "a\\u0000b"}]'}, "NUL"),
    "JSON with unknown members": ({"offers.json": '[{"colour": "red"}]'}, "not known"),
    "JSON cut off": ({"offers.json": '[{"identifier": "x"'}, "offers.json"),
    "an offer longer than a day": (
        {"offers.csv": OFFER_COLUMNS + "10000000-0000-4000-8000-0000000000aa;89000;x;7;99999;1;all\n"}, "offers.csv:2"),
    "a calendar that is none": ({"calendars/89000-01/a.ics": bytes(range(256)) * 100}, "not iCalendar"),
    "a calendar of HTML": ({"calendars/89000-01/a.ics": "<html>503</html>"}, "not iCalendar"),
    "a calendar that is cut": ({"calendars/89000-01/a.ics": EVENT[:60]}, "calendars/89000-01/a.ics"),
    "a calendar nested too deeply": (
        {"calendars/89000-01/a.ics": "BEGIN:VCALENDAR\r\n" + "BEGIN:X\r\n" * 100000 + "END:VCALENDAR\r\n"}, "calendars/89000-01/a.ics"),
    "a calendar of 100,000 events": (
        {"calendars/89000-01/a.ics": "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\nDTSTART:20300101T080000Z\r\nEND:VEVENT\r\n" * 100000
         + "END:VCALENDAR\r\n"}, "calendars/89000-01/a.ics"),
    "a calendar of nobody's": ({"calendars/nobody/a.ics": EVENT % "DTSTART:20300101T080000Z\r\n"}, "no resource"),
    "a calendar whose folder decodes to no text": ({"calendars/%92/a.ics": EVENT % "DTSTART:20300101T080000Z\r\n"}, "whose it is"),
    "working time that is none": ({"availability/89000-01.ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}, "availability/89000-01.ics"),
    "a file where nothing is looked for": ({"a/b/c.csv": UNITS}, "no meaning"),
}


def links(folder):
    """Folders whose files are none: (what is said, how to make them)."""
    made = {}

    def make(name, function, word):
        place = write(folder / name, "tenant.csv", TENANT)
        function(place)
        made[name] = (place, word)

    make("a link to nothing", lambda place: os.symlink("nowhere", place / "units.csv"), "cannot be read")
    make("a link to itself", lambda place: os.symlink("units.csv", place / "units.csv"), "cannot be read")
    make("a device without end", lambda place: os.symlink("/dev/zero", place / "units.csv"), "no ordinary file")
    make("a pipe", lambda place: os.mkfifo(place / "units.csv"), "no ordinary file")
    make("a folder for a table", lambda place: (place / "units.csv").mkdir(), None)
    make("a link to the folder itself", lambda place: os.symlink(".", place / "again"), "no meaning")
    make("a name that is no UTF-8", lambda place: (os.fsencode(place) and open(os.fsencode(place) + b"/\xff.csv", "wb").close()), "UTF-8")
    make("a file of 3 GB", lambda place: os.truncate(os.open(place / "units.csv", os.O_CREAT | os.O_WRONLY), 3 << 30), "too large")
    return made


_own = None


def own_database():
    """A database without a server."""
    global _own  # pylint: disable=global-statement
    if _own is None:
        _own = testlib.make_folder() / "planner.db"
        testlib.equal(ctl(_own, "create", "--key", "demo", "--name", "Demo")[0], 0, "create")
    return _own


def check_folder(name, folder, word):
    """Imports it on a database without a server and through plannerd: refused both times, in the same words."""
    own = own_database()
    for database in (own, world().database):
        code, output = ctl(database, "import", folder)
        wanted = 0 if word is None else 1
        # Whose calendar it is comes first, and the new database knows nobody.
        told = word is None or word in output or (database == own and "there is no resource" in output)
        if code != wanted or not told:
            raise AssertionError(f"{name}: exit code {code}\n{output[:1500]}")


def test_import_folders():
    """Binary, huge, deep, cut, linked, piped: exit code 1, a word that tells, and nothing written."""
    before = world().digests()
    for name, (files, word) in FILES.items():
        folder = testlib.make_folder()
        for file, content in {"tenant.csv": TENANT, **files}.items():
            write(folder, file, content)
        check_folder(name, folder, word)
        shutil.rmtree(folder)
    for name, (folder, word) in links(testlib.make_folder()).items():
        check_folder(name, folder, word)
    for name, path in (("a missing folder", "/nonexistent"), ("a file for a folder", __file__), ("a pipe", "/dev/null")):
        testlib.equal(ctl(world().database, "import", path)[0] in (1, 3), True, name)
    changed = [table for table, digest in world().digests().items() if digest != before[table]]
    testlib.note(f"changed by the one good folder, twice the same: {changed}")
    testlib.equal({"booking", "claim", "citizen"} & set(changed), set(), "tables that changed")


def test_lives_on():
    """After all that."""
    testlib.equal(world().health(), 200, "readiness")
    testlib.equal("sound" in world().control("--json", "--tenant", "demo", "verify"), True, "verify")
    testlib.note(f"{world().worst_bytes // 1024} KiB at worst")
    testlib.equal(world().stop(), 0, "exit status")


testlib.run(globals())
