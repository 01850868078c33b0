# SPDX-License-Identifier: EUPL-1.2
# plannerctl as a program: on a database of its own, and through a plannerd that has the database.
# Also tests: ctl-call, ctl-client, ctl-message, ctl-command, ctl-completion, ctl-explain, ctl-export, ctl-files, ctl-help, ctl-import, ctl-list, ctl-manual, ctl-missing, ctl-program, ctl-start,
# ctl-print, ctl-printers, ctl-verify, ctl-week, planner-admin.
"""Exit codes, text and JSON, the lock, the admin socket, and that a citizen's number comes from no argument."""
import datetime
import json
import re
import shlex
import shutil
import socket
import subprocess

import testlib

CTL = testlib.BUILD / "planner" / "plannerctl"
DAEMON = testlib.BUILD / "planner" / "plannerd"
DATA = testlib.SOURCE / "data"
DEMO = DATA / "demo"
OFFER = "89000000-0000-4000-8000-000000000001"
CLOSED = f"{datetime.date.today().year + 1}-12-24T10:00"


def ctl(database, *arguments, code=0, text=None):
    """Runs plannerctl and answers its output; fails unless it ends with CODE."""
    result = subprocess.run([CTL, "--database", database, "--data-dir", DATA, *arguments], input=text, capture_output=True, text=True, timeout=60, check=False)
    if result.returncode != code:
        raise AssertionError(f"{arguments}: {result.returncode}, not {code}\n{result.stdout}\n{result.stderr}")
    return result.stdout + result.stderr


def ask(database, *arguments, code=0):
    """The same with --json: the answer."""
    text = ctl(database, "--json", *arguments, code=code)
    return json.loads(text)


REFUSED = (
    ({"unit": "89000", "colour": "red"}, "list-bookings has no argument colour"),
    ({"unit": ["89000"]}, "unit must be text"),
    ({"unit": "89000", "from": "2027-02-30"}, "from must be a date, YYYY-MM-DD"),
    ({"unit": "89000", "cancelled": "yes"}, "cancelled must be true or false"),
)


def post(database, command, arguments):
    """The status and the fault's text that the admin socket answers."""
    body = json.dumps(arguments).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(f"{database}.socket")
        head = f"POST /admin/v1/{command} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, body = answer.split(b"\r\n\r\n", 1)
    return int(head.split()[1]), json.loads(body)["error"]["text"]


def make_demo():
    database = testlib.make_folder() / "planner.db"
    ctl(database, "create")
    ctl(database, "import", DEMO)
    return database


def test_help_names_every_command_and_code():
    text = ctl("none.db", "--help")
    for word in ("create", "import FOLDER", "list units", "show unit KEY", "show week", "explain", "verify", "Exit codes", "--json"):
        assert word in text, word


def test_the_documents_list_every_command():
    rows = ctl("none.db", "--print-markdown").strip().splitlines()
    assert len(rows) > 10
    document = (testlib.SOURCE / "docs" / "plannerctl.md").read_text(encoding="utf-8")
    head = "| command | |\n|---|---|\n"
    table = document.split(head, 1)[1].split("\n\n", 1)[0]
    testlib.equal(table.splitlines(), rows, "the table in docs/plannerctl.md: paste what plannerctl --print-markdown says")


def quoted_in(path):
    """The command lines of plannerctl in a document or script: what stands in backticks, and lines that begin with it."""
    text = path.read_text(encoding="utf-8")
    lines = re.findall(r"^ *(?:plannerctl|planner) .*$", text, re.M) + re.findall(r"(?<=`)(?:plannerctl|planner) [^`\n]*(?=`)", text)
    lines += re.findall(r"^ExecStart=\S*/(plannerctl .*)$", text, re.M)
    for line in lines:
        for part in re.split(r" && | \| |; |, then ", re.sub(r" +# .*| > .*", "", line)):
            if re.match(r"planner(ctl)? ", part):
                yield part.replace("\\|", "|")


def is_pattern(words):
    """A usage, with brackets or dots; help; or a name in running text."""
    return any(c in word for word in words for c in "[…") or "COMMAND" in words or words == ["--help"]


def test_the_documents_quote_commands_that_exist():
    """With their options, and as many words as they take; a command's name alone is one too."""
    verbs = {row.split("`")[1].split(" ", 1)[0] for row in ctl("none.db", "--print-markdown").strip().splitlines()}
    folder = testlib.make_folder()
    n_lines = 0
    wrong = []
    places = [*sorted((testlib.SOURCE / "docs").glob("*.md")), testlib.SOURCE / "README.md"]
    places += sorted(path for path in (testlib.SOURCE / "deploy").rglob("*") if path.is_file())
    for path in places:
        for line in quoted_in(path):
            words = shlex.split(line)[1:]
            while words and words[0] in ("--database", "--tenant", "--data-dir"):
                words = words[2:]
            words = [word for word in words if word != "--json"]
            if is_pattern(words) or words[0] in verbs and len(words) == 1:
                continue
            if line.startswith("planner ") and words[0] not in verbs:
                continue
            n_lines += 1
            if all(re.fullmatch(r"[a-z-]+", word) for word in words) and words[0] != "completion":
                words.append("--help")
            words = [word.split("|")[0] if words[0] == "completion" else word for word in words]
            done = subprocess.run(
                [CTL, "--database", folder / "none.db", *words], cwd=folder, input="", capture_output=True, text=True, timeout=60, check=False
            )
            if done.returncode == 2:
                wrong.append(f"{path.name}: {line}: {done.stderr}")
    testlib.equal(wrong, [])
    assert n_lines > 60, n_lines


def test_the_manual_page_has_no_faults():
    page = ctl("none.db", "--print-manual")
    checked = subprocess.run(["groff", "-ww", "-k", "-man", "-Tutf8", "-z"], input=page, capture_output=True, text=True, timeout=60, check=False)
    testlib.equal((checked.returncode, checked.stderr), (0, ""), "groff")
    for row in ctl("none.db", "--print-markdown").strip().splitlines():
        usage = row.split("`")[1].replace("\\|", "|").replace("-", "\\-")
        assert f".SS {usage}\n" in page, usage


def complete(*words, program=("bash",)):
    """What the bash completion offers behind WORDS, the last of them half typed."""
    script = ctl("none.db", "completion", "bash")
    script += 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _plannerctl; printf "%s\\n" "${COMPREPLY[@]}"\n'
    done = subprocess.run([*program, "-c", script, "bash", "plannerctl", *words], capture_output=True, text=True, timeout=60, check=True, cwd=DEMO)
    testlib.equal(done.stderr, "")
    return done.stdout.split()


def test_completion_in_bash():
    assert {"create", "list", "show", "--database"} <= set(complete(""))
    assert {"units", "bookings"} <= set(complete("--database", "x.db", "list", ""))
    testlib.equal(complete("list", "bookings", "--ca"), ["--cancelled"])
    testlib.equal(complete("list", "bookings", "--unit", ""), [])
    testlib.equal(complete("import", "units"), ["units.csv"])
    testlib.equal(complete("--database", "units"), ["units.csv"])
    testlib.equal(complete("completion", "z"), ["zsh"])


def test_completion_in_other_shells():
    for shell, program in (("zsh", "zsh"), ("fish", "fish")):
        script = ctl("none.db", "completion", shell)
        assert "--cancelled" in script or "-l cancelled" in script
        if shutil.which(program):
            subprocess.run([program, "-n", "-c", script], check=True, timeout=60)
    ctl("none.db", "completion", "tcsh", code=2)
    ctl("none.db", "completion", code=2)


def test_exit_codes():
    folder = testlib.make_folder()
    database = folder / "planner.db"
    ctl(database, "nonsense", code=2)
    ctl(database, code=2)
    ctl(database, "list", "unicorns", code=2)
    ctl(database, "show", "unit", code=2)
    ctl(database, "import", "--unknown", code=2)
    assert "there is show unit" in ctl(database, "show", code=2)
    ctl(database, "list", "units", "more", code=2)
    ctl(database, "list", "units", "--cancelled", code=2)
    assert "usage: plannerctl show week RESOURCE [--date DATE]" in ctl(database, "show", "week", code=2)
    assert "date must be a date" in ctl(database, "show-week", "90000001", "--date", "monday", code=1)
    assert "create makes it" in ctl(database, "list", "units", code=3)
    assert not database.exists(), "a reading command made a database"
    ctl(folder / "no" / "planner.db", "create", code=3)
    ctl(database, "create", "--key", "demo", "--name", "Demo")
    ctl(database, "show", "unit", "70000", code=1)
    ctl(database, "import", folder / "missing", code=1)


def test_lists_and_records():
    database = make_demo()
    assert len(ask(database, "list", "advisors")["result"]["advisors"]) == 24
    assert len(ask(database, "list", "rooms")["result"]["rooms"]) == 6
    assert [unit["unit"] for unit in ask(database, "list", "units")["result"]["units"]] == ["89000", "89001"]
    offers = ask(database, "list", "offers")["result"]["offers"]
    assert len(offers) >= 8
    shown = ask(database, "show", "offer", OFFER)["result"]["offer"]
    assert len(shown.pop("version")) == 16
    assert shown == next(offer for offer in offers if offer["identifier"] == OFFER)
    text = ctl(database, "list", "advisors")
    assert text.splitlines()[0].split()[0] == "RESOURCE" and "Vejleder 24" in text
    assert "Vejleder 01" in ctl(database, "show", "week", "90000001")
    assert "hold-minutes" in ctl(database, "show", "unit", "89001")
    ctl(database, "list", "bookings", code=1)
    assert ask(database, "list", "bookings", "--unit", "89000")["result"]["bookings"] == []


def test_callers_are_read_from_the_file_alone():
    """No database is there, and none is made."""
    folder = testlib.make_folder()
    (folder / "planner.conf").write_text("[dfdg]\nport=0\n[caller kss]\ntenant=demo\nroles=kss;indkalder\n", encoding="ascii")
    callers = ask(folder / "planner.db", "list", "callers", folder / "planner.conf")["result"]["callers"]
    assert [caller["caller"] for caller in callers] == ["kss"]
    assert "kss" in ctl(folder / "planner.db", "list", "callers", folder / "planner.conf")
    assert [path.name for path in folder.iterdir()] == ["planner.conf"]
    ctl(folder / "planner.db", "list", "callers", folder / "none.conf", code=3)


def test_lists_tell_who_is_retired():
    database = make_demo()
    ctl(database, "retire", "advisor", "90000004", "--keep-meetings")
    assert "90000004" not in ctl(database, "list", "advisors")
    lines = ctl(database, "list", "advisors", "--all").splitlines()
    assert lines[0].split()[-1] == "RETIRED", lines[0]
    assert [line for line in lines if line.startswith("90000004")][0].split()[-1][:4] == str(datetime.date.today().year)


def test_import_tells_lines():
    folder = testlib.make_folder()
    shutil.copytree(DEMO, folder / "demo")
    with (folder / "demo" / "units.csv").open("a", encoding="utf-8") as file:
        file.write("99999;Nobody;;;\n")
    database = folder / "planner.db"
    ctl(database, "create")
    text = ctl(database, "import", folder / "demo", code=1)
    assert "units.csv:6: unit 99999" in text, text
    assert ask(database, "list", "units", code=1)["error"].startswith("the database has no tenant")
    problems = ask(database, "import", folder / "demo", code=1)["result"]["problems"]
    testlib.equal([(problem["file"], problem["line"]) for problem in problems], [("units.csv", 6)])
    ctl(database, "import", folder / "demo", "--partial")
    ctl(database, "import", folder / "demo", "--partial", "--dry-run")


def test_a_citizens_number_comes_from_a_file_only():
    database = make_demo()
    number = testlib.cpr(7)
    text = ctl(database, "explain", OFFER, "2027-02-01T10:00", "--citizen-file", "-", text=f"{number[:6]}-{number[6:]}\n")
    assert number not in text and "citizen rules: unknown" in text
    assert number not in ctl(database, "explain", OFFER, "2027-02-01T10:00", "--citizen-file", "-", text=number + "\n")
    ctl(database, "explain", OFFER, "2027-02-01T10:00", "--citizen-file", "-", text="12\n", code=1)
    ctl(database, "explain", OFFER, "2027-02-01T10:00", "--cpr", number, code=2)


def test_explain_names_reasons():
    database = make_demo()
    holiday = ask(database, "explain", OFFER, CLOSED)["result"]
    assert holiday["offered"] is False and "closed-day" in {reason["verdict"] for reason in holiday["reasons"]}
    ctl(database, "explain", OFFER, "tomorrow", code=1)
    ctl(database, "explain", "89000000", "2027-02-01T10:00", code=1)
    ctl(database, "explain", OFFER, "2027-03-28T02:30", code=1)


def test_verify():
    database = make_demo()
    answer = ask(database, "verify")["result"]
    assert answer["sound"] is True and answer["journal_rows"] >= 1


def read_tree(folder):
    """Name inside the folder to content; every file is its owner's alone."""
    for path in folder.rglob("*"):
        testlib.equal(path.stat().st_mode & 0o077, 0, str(path))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_is_an_import():
    database = make_demo()
    ctl(database, "block", "time", "90000001", "2030-01-07", "--text", 'kursus; "hele" dagen')
    first, second = database.with_name("first"), database.with_name("second")
    ctl(database, "export", first)
    other = testlib.make_folder() / "planner.db"
    ctl(other, "create")
    ctl(other, "import", first)
    ctl(other, "export", second)
    testlib.equal(read_tree(second), read_tree(first))
    onto_itself = ask(database, "import", first)["result"]["tables"]
    testlib.equal({name: count["added"] + count["changed"] for name, count in onto_itself.items() if count["added"] + count["changed"]}, {})
    ctl(database, "export", first, code=1)  # not empty
    ctl(database, "export", database.with_name("third"), "--citizens", code=1)  # without records
    records = database.with_name("fourth")
    ctl(database, "export", records, "--records", "--icalendar")
    names = read_tree(records)
    assert {"bookings.jsonl", "sessions.jsonl", "journal.jsonl"} < set(names)
    assert b"time-blocked" in names["journal.jsonl"]
    ctl(other, "import", records, "--dry-run")  # what is beside the tables is passed over


def test_missing_times_are_a_table():
    text = ctl(make_demo(), "report", "missing", "times")
    testlib.equal(text.splitlines(), [
        "unit,offer,title,reason,answers,citizens,first,last", "", "at,unit,offer,title,reason,asked_from,asked_to,call"])


def monday_in_two_weeks():
    """A day on which the demo's advisor works and no holiday lies: the first Monday in two weeks that explain knows as open."""
    today = datetime.date.today()
    return today + datetime.timedelta(days=14 - today.weekday())


def explained(database, start):
    """What explain says of one advisor: the names of the noes."""
    result = ask(database, "explain", OFFER, start, "--advisor", "90000001")["result"]
    return {reason["verdict"] for advisor in result["advisors"] for reason in advisor["reasons"]}


def test_through_plannerd():
    database = make_demo()
    plain, health = testlib.free_port(), testlib.free_port()
    config = database.with_name("plannerd.conf")
    config.write_text(
        f"[database]\npath={database}\nschema-dir={DATA}/schema/sqlite\ndata-dir={DATA}\n"
        f"[dfdg]\nport=0\n[plain]\nport={plain}\ncaller=demo\n[health]\nport={health}\n"
        "[caller demo]\ntenant=demo\nroles=dfdg;indkalder;kss\nunits=89000;89001\n",
        encoding="utf-8",
    )
    server = testlib.Server([DAEMON, "--config", config], health).start()
    testlib.wait_for(lambda: database.with_name("planner.db.socket").exists(), 10, "the admin socket")
    assert len(ask(database, "list", "advisors")["result"]["advisors"]) == 24
    assert "Vejleder 01, week" in ctl(database, "show", "week", "90000001")
    assert ask(database, "explain", OFFER, CLOSED)["result"]["offered"] is False
    again = ask(database, "import", DEMO)["result"]
    assert again["written"] and again["expanded"] == 0
    ctl(database, "show", "unit", "70000", code=1)
    day = monday_in_two_weeks()
    before = explained(database, f"{day}T09:00")
    blocked = ask(database, "block", "time", "90000001", f"{day}T08:45", f"{day}T10:00", "--text", "syg")["result"]
    testlib.equal(explained(database, f"{day}T09:00"), before | {"busy"}, "blocked at once")
    ask(database, "remove", "time", "90000001", blocked["time"]["id"])
    testlib.equal(explained(database, f"{day}T09:00"), before, "and free again")
    exported = database.with_name("exported")
    ctl(database, "export", exported)
    assert "resources.csv" in read_tree(exported)
    assert ask(database, "verify")["result"]["sound"] is True
    for arguments, fault in REFUSED:
        testlib.equal(post(database, "list-bookings", arguments), (422, fault))
    testlib.equal(post(database, "show-unit", {}), (422, "unit is missing"))
    testlib.equal(post(database, "show-unit", {"unit": "89000", "tenant": 7}), (422, "tenant must be text"))
    ctl(database, "--socket", database.with_name("nobody"), "list", "units", code=3)
    testlib.equal(server.stop(), 0, "exit status of plannerd")
    assert len(ask(database, "list", "advisors")["result"]["advisors"]) == 24


testlib.run(globals())
