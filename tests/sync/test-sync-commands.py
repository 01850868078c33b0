# SPDX-License-Identifier: EUPL-1.2
# plannerctl sync against plannerd and a real Radicale: connect, run, disagree, decide, undo, agree, part; and every wrong input.
# Also tests: ctl-sync, sync-commands-connect, sync-commands-part, sync-commands-run, sync-commands-undo, sync-probing.
"""The scheduler is switched off, so that runs happen when a command says so."""

import datetime
import json
import pathlib
import re
import subprocess
import threading
import zoneinfo

import caldav_fake
import caldav_servers
import testlib
from caldav_servers import event
from planner_process import Caller, Municipality, PlannerProcess

CTL = testlib.BUILD / "planner" / "plannerctl"
UNIT = "89000"
ADVISOR = f"{UNIT}-01"
OTHER = f"{UNIT}-02"
OFFER = "89000000-0000-4000-8000-000000000001"
DAY = datetime.date.today() + datetime.timedelta(days=7)


class World:
    """plannerd without a scheduler, a Radicale with two calendars, secrets, and citizens who book."""

    def __init__(self, **settings):
        self.secrets = testlib.make_folder()
        self.write_secret("kode", caldav_servers.PASSWORD)
        self.write_secret("forkert", "en-anden-kode")
        municipality = Municipality().jobcenter(UNIT, n_advisors=2, n_rooms=1)
        for n, advisor in enumerate((ADVISOR, OTHER)):
            municipality.offer(OFFER[:-1] + str(n + 1), UNIT, 7, advisors=advisor)
        settings = {"sync/enabled": "false", "sync/secrets-dir": self.secrets, **{f"sync/{key}": value for key, value in settings.items()}}
        self.planner = PlannerProcess(municipality, [Caller("dfdg", plain=True)], settings=settings, expected_alarms=["command.*refused"])
        self.server = caldav_servers.Radicale()
        self.citizens = 0

    def __enter__(self):
        self.server.start()
        self.work = self.server.make_calendar("v1", "arbejde")
        self.home = self.server.make_calendar("v1", "privat")
        self.planner.start()
        return self

    def __exit__(self, *_):
        try:
            self.planner.stop()
        finally:
            self.server.stop()

    def write_secret(self, name, text, mode=0o600):
        """A file in secrets-dir."""
        path = self.secrets / name
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(mode)

    def ctl(self, *arguments, code=0, options=()):
        """Runs plannerctl with --json, fails unless it ends with CODE; answers the result and the error's text."""
        command = [CTL, "--data-dir", testlib.SOURCE / "data", "--database", self.planner.database, "--json", *options, *arguments]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != code:
            raise AssertionError(f"{arguments}: {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
        assert caldav_servers.PASSWORD not in done.stdout + done.stderr
        answer = json.loads(done.stdout) if done.stdout else {}
        return answer.get("result", {}), answer.get("error", done.stderr)

    def connect(self, *more, calendar=None, advisor=ADVISOR, code=0):
        """Connects, as v1 with the right password unless MORE says otherwise."""
        address = (calendar or self.work).url
        return self.ctl("sync", "connect", advisor, "--url", address, "--user", "v1", "--secret", "kode", *more, code=code)

    def run(self, *more, code=0, advisor=ADVISOR):
        """One run; answers what the first calendar's did."""
        result, error = self.ctl("sync", "run", advisor, *more, code=code)
        return (result.get("runs") or [{}])[0] if code == 0 else error

    def status(self, advisor=ADVISOR):
        """The line of the advisor's first calendar."""
        return self.ctl("sync", "status", advisor)[0]["calendars"][0]

    def book(self, hour, offer=OFFER):
        """A new citizen's booking on DAY at HOUR o'clock; its identifier."""
        self.citizens += 1
        path = self.planner.folder / "citizen"
        path.write_text(testlib.cpr(self.citizens) + "\n", encoding="ascii")
        result, _ = self.ctl("register", "booking", offer, f"{DAY}T{hour:02}:00", "--citizen-file", path)
        return result["booking"]["booking"]

    def start_of(self, booking):
        """When the booking starts, wall time."""
        return self.ctl("show", "booking", booking)[0]["booking"]["start"][11:16]

    def last_run(self):
        """Number of the last ordinary run that did something."""
        runs = self.ctl("sync", "runs", ADVISOR)[0]["runs"]
        return str(next(run["run"] for run in runs if run["mode"] == "run"))

    def busy(self):
        """How many stretches of the advisors' own time are known."""
        return self.planner.count("SELECT count(*) FROM busy_span WHERE class <> 'free'")

    def ours(self):
        """{name: text} of our events in the work calendar."""
        return {name: text for name, text in self.work.texts().items() if "X-PLANNER-REF" in text}


def utc(hour):
    """DAY at HOUR o'clock UTC, as iCalendar writes it."""
    return f"{DAY:%Y%m%d}T{hour:02}0000Z"


def move(text, hours):
    """The event with its times moved by so many hours; zones that come with it stay."""
    head, body = text.split("BEGIN:VEVENT", 1)
    later = lambda found: f"{found.group(1)}{int(found.group(2)) + hours:02}"
    return head + "BEGIN:VEVENT" + re.sub(r"(DT(?:START|END)[^\r\n]*\d{8}T)(\d\d)", later, body)


def start_in(text):
    """When an event starts, as an instant."""
    zone, stamp = re.search(r"DTSTART(?:;TZID=([^:]+))?:(\d{8}T\d{6})Z?\r?\n", text.split("BEGIN:VEVENT", 1)[1]).groups()
    wall = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%S")
    return wall.replace(tzinfo=zoneinfo.ZoneInfo(zone or "UTC")).timestamp()


# Wrong input ----------------------------------------------------------------------------------------


def test_wrong_input_says_what_to_do():
    """Message and exit status of each; nothing is kept of any."""
    with World() as world:
        url, way = world.work.url, ("--user", "v1", "--secret", "kode")
        closed = f"http://127.0.0.1:{testlib.free_port()}/v1/arbejde/"
        world.write_secret("åben".encode().hex(), "x", mode=0o644)
        cases = (
            (("89000-99", "--url", url, *way), 1, "89000-99"),
            ((ADVISOR, *way), 2, "url"),
            ((ADVISOR, "--url", url, "--user", "v1"), 1, "secret is missing"),
            ((ADVISOR, "--url", url, "--secret", "kode"), 1, "user is missing"),
            ((ADVISOR, "--url", url, "--user", "v1", "--secret", "../kode"), 1, "secret must be the name of a file"),
            ((ADVISOR, "--url", url, "--user", "v1", "--secret", "mangler"), 3, "mangler"),
            ((ADVISOR, "--url", url, "--user", "v1", "--secret", "åben".encode().hex()), 3, "chmod 600"),
            ((ADVISOR, "--url", url, "--user", "v1", "--secret", "forkert"), 1, "login"),
            ((ADVISOR, "--url", closed, *way), 3, "connect"),
            ((ADVISOR, "--url", world.server.calendar("v1", "intet").url, *way), 1, ""),
            ((ADVISOR, "--url", f"http://127.0.0.1:{world.server.port}/v1/", *way), 1, "--calendar"),
            ((ADVISOR, "--url", "ftp://cal.kommune.example/", *way, "--without-test"), 1, "url must be an address"),
            ((ADVISOR, "--url", "https://v1:k@cal.kommune.example/", *way, "--without-test"), 1, "name or a password"),
            ((ADVISOR, "--url", url, *way, "--direction", "sideways"), 1, "in|out|both"),
            ((ADVISOR, "--url", url, *way, "--limit", "3"), 1, "limit"),
        )
        for arguments, code, said in cases:
            _, error = world.ctl("sync", "connect", *arguments, code=code)
            if said not in str(error):
                raise AssertionError(f"{arguments}: {error!r} does not say {said!r}")
            testlib.equal(world.planner.count("SELECT count(*) FROM sync_binding"), 0, "connections kept")
        for arguments, code, said in (
            (("run", ADVISOR), 1, "sync connect"),
            (("run",), 1, "--all"),
            (("run", ADVISOR, "--all"), 1, "not both"),
            (("preview", "89000-99"), 1, "89000-99"),
            (("show", "run", "7"), 1, "no run 7"),
            (("undo", "7"), 1, "no run 7"),
            (("show", "conflict", "7"), 1, "no conflict 7"),
            (("resolve", "7", "--take", "planner"), 1, "no conflict 7"),
            (("resolve", "7", "--take", "both"), 1, "planner|calendar"),
            (("resolve", "7"), 2, "take"),
            (("agree", ADVISOR), 1, "sync connect"),
            (("disconnect", ADVISOR), 1, "sync connect"),
            (("test", ADVISOR), 1, "sync connect"),
            (("change", ADVISOR, "--limit", "30"), 1, "sync connect"),
        ):
            _, error = world.ctl("sync", *arguments, code=code)
            if said not in str(error):
                raise AssertionError(f"{arguments}: {error!r} does not say {said!r}")


# From connecting to parting --------------------------------------------------------------------------


def test_connect_run_and_part():
    """Two calendars of one advisor; the first takes bookings."""
    with World() as world:
        world.home.put("læge", event("læge", utc(8), utc(9), "SUMMARY:Læge"))
        found, error = world.ctl(
            *("sync", "connect", ADVISOR, "--url", f"http://127.0.0.1:{world.server.port}/"), *("--user", "v1", "--secret", "kode"), code=1
        )
        testlib.equal(sorted(row["url"].rsplit("/", 2)[1] for row in found["calendars"]), ["arbejde", "privat"])
        result, _ = world.connect("--dry-run")
        testlib.equal(world.planner.count("SELECT count(*) FROM sync_binding"), 0, "after a dry run")
        result, _ = world.connect()
        testlib.equal({row["outcome"] for row in result["steps"]} <= {"ok", "warning", "skipped"}, True, str(result["steps"]))
        testlib.equal(world.work.list(), {}, "the test's event is away")
        _, error = world.connect(code=1)
        testlib.equal("connected already" in str(error), True, str(error))
        _, error = world.connect(calendar=world.home, code=1)
        testlib.equal("bookings go into one calendar" in str(error), True, str(error))
        world.connect("--direction", "in", "--calendar", "privat", calendar=world.home)
        testlib.equal([world.status()["state"], world.status()["offered"]], ["new", "no, never read"])

        result, _ = world.ctl("sync", "run", ADVISOR)
        testlib.equal([run["outcome"] for run in result["runs"]], ["done", "done"], str(result))
        testlib.equal([world.status()["state"], world.status()["offered"]], ["ok", "yes"])
        testlib.equal(world.busy(), 1, "stretches of busy time")
        booking = world.book(12)
        testlib.equal(world.status()["waiting"], True, "a booking that is not in the calendar")
        preview, _ = world.ctl("sync", "preview", ADVISOR, "--binding", "1")
        testlib.equal([row["what"] for row in preview["events"]], ["create"])
        testlib.equal(world.ours(), {}, "after a preview")
        testlib.equal(world.run("--binding", "1")["created"], 1)
        (text,) = world.ours().values()
        assert testlib.cpr(1) not in text and testlib.cpr(1)[:6] not in text, text
        world.run("--binding", "1")
        testlib.equal(world.run("--binding", "1")["outcome"], "quiet")
        shown, _ = world.ctl("sync", "show", "run", world.last_run())
        testlib.equal([row["what"] for row in shown["changes"]], ["sent-create"])
        result, _ = world.ctl("sync", "test", ADVISOR, "--write")
        testlib.equal({row["outcome"] for row in result["steps"]} <= {"ok", "warning", "skipped"}, True)

        world.ctl("cancel", "booking", booking)
        world.book(13)
        parting, _ = world.ctl("sync", "disconnect", ADVISOR, "--binding", "1", "--remove-events")
        testlib.equal(parting["dry_run"], True)
        testlib.equal(len(world.ours()), 1, "before a word is said")
        world.ctl("sync", "disconnect", ADVISOR, "--binding", "1", "--remove-events", "--yes")
        testlib.equal(world.ours(), {}, "our events after parting")
        world.ctl("sync", "disconnect", ADVISOR, "--yes")
        testlib.equal([world.busy(), world.planner.count("SELECT count(*) FROM sync_item")], [0, 0])
        testlib.equal(list(world.home.list()), ["læge"], "the advisor's own appointment stays")
        testlib.equal(world.ctl("verify")[0]["sound"], True)


def conflict_of(world):
    """The one open conflict's number and kind."""
    (row,) = world.ctl("sync", "conflicts", ADVISOR)[0]["conflicts"]
    return str(row["conflict"]), row["kind"]


def test_conflicts_are_decided():
    """Moved and deleted in the calendar, with the unit asking; then put back by itself."""
    with World() as world:
        world.ctl("set", "setting", "sync-on-move", "ask")
        world.ctl("set", "setting", "sync-on-delete", "ask")
        world.connect()
        world.run()
        booking = world.book(9)
        world.run()
        before = world.start_of(booking)
        ((name, text),) = world.ours().items()

        world.work.put(name, move(text, 2))
        world.run()
        number, kind = conflict_of(world)
        testlib.equal(kind, "moved")
        sides = {row["what"]: row for row in world.ctl("sync", "show", "conflict", number)[0]["sides"]}
        testlib.equal(sides["start"]["planner"] == sides["start"]["calendar"], False, "two versions")
        world.ctl("sync", "resolve", number, "--take", "planner")
        testlib.equal(world.run()["updated"], 1)
        testlib.equal(start_in(world.ours()[name]), start_in(text), "put back")

        world.work.put(name, move(world.ours()[name], 2))
        world.run()
        number, _ = conflict_of(world)
        world.ctl("sync", "resolve", number, "--take", "calendar", "--dry-run")
        testlib.equal(world.start_of(booking), before)
        world.ctl("sync", "resolve", number, "--take", "calendar")
        testlib.equal(world.start_of(booking), f"{int(before[:2]) + 2:02}:00")
        _, error = world.ctl("sync", "resolve", number, "--take", "planner", code=1)
        testlib.equal("waits for nobody" in str(error), True, str(error))
        run = world.run()
        testlib.equal([run["updated"], run["created"], run["removed"]], [0, 0, 0], "both sides agree")

        world.work.delete(name)
        world.run()
        number, kind = conflict_of(world)
        testlib.equal(kind, "deleted")
        world.ctl("sync", "resolve", number, "--take", "planner")
        testlib.equal(world.run()["created"], 1)
        ((name, text),) = world.ours().items()
        world.work.delete(name)
        world.run()
        number, _ = conflict_of(world)
        world.ctl("sync", "resolve", number, "--take", "calendar")
        testlib.equal(world.ctl("show", "booking", booking)[0]["booking"]["state"], "cancelled")
        world.run()
        testlib.equal(world.ours(), {}, "of a cancelled booking")

        world.ctl("set", "setting", "sync-on-move", "put-back")
        world.book(10)
        world.run()
        ((name, text),) = world.ours().items()
        world.work.put(name, move(text, 1))
        testlib.equal(world.run()["updated"], 1, "put back by itself")
        testlib.equal(world.ctl("sync", "conflicts", ADVISOR)[0]["conflicts"], [])
        kept = world.ctl("sync", "conflicts", ADVISOR, "--all")[0]["conflicts"]
        testlib.equal([row["decision"] for row in kept][0], "put-back")
        testlib.equal(world.ctl("verify")[0]["sound"], True)


def test_a_run_is_undone():
    """An appointment that came, an event that was sent: away again until a person says go on."""
    with World() as world:
        world.connect()
        world.run()
        world.work.put("ny", event("ny", utc(8), utc(9)))
        booking = world.book(12)
        testlib.equal([world.run()["created"], world.busy()], [1, 1])
        number = world.last_run()
        shown, _ = world.ctl("sync", "undo", number)
        testlib.equal([shown["dry_run"], shown["appointments"], [row["what"] for row in shown["events"]]], [True, 1, ["take the event away"]])
        testlib.equal([world.busy(), len(world.ours())], [1, 1], "before a word is said")
        done, _ = world.ctl("sync", "undo", number, "--yes")
        testlib.equal([world.busy(), world.ours(), done["removed"]], [0, {}, 1])
        testlib.equal(list(world.work.list()), ["ny"], "the advisor's own appointment stays")
        testlib.equal([world.status()["state"], world.status()["why"]], ["paused", f"run {number} was undone"])
        error = world.run(code=1)
        testlib.equal("paused" in str(error), True, str(error))
        again, _ = world.ctl("sync", "undo", number, "--yes")
        testlib.equal([world.busy(), world.ours(), again["events"][0]["left"]], [0, {}, "changed since by a later run"])

        world.ctl("sync", "resume", ADVISOR)
        testlib.equal([world.run()["created"], world.busy(), len(world.ours())], [1, 1, 1], "equal again")
        (text,) = world.ours().values()

        moved = int(world.start_of(booking)[:2]) + 1
        world.ctl("move", "booking", booking, f"{DAY}T{moved:02}:00")
        world.work.delete("ny")
        testlib.equal([world.run()["updated"], world.busy()], [1, 0])
        world.ctl("sync", "undo", world.last_run(), "--yes")
        testlib.equal(world.busy(), 1, "what had gone is back")
        (again,) = world.ours().values()
        testlib.equal(start_in(again), start_in(text), "the event as it was")
        world.ctl("sync", "resume", ADVISOR)
        testlib.equal([world.run()["outcome"], world.busy()], ["guarded", 1], "the only one is merely absent from a listing")
        world.ctl("sync", "agree", ADVISOR, "--yes", "--digest", world.status()["digest"])
        world.run()
        testlib.equal(world.busy(), 0)
        (after,) = world.ours().values()
        testlib.equal(start_in(after) - start_in(text), 3600, "the booking's own time")
        testlib.equal(world.ctl("verify")[0]["sound"], True)


def test_a_mass_disappearance_is_agreed_to():
    """Held back, shown by counts and times, and gone with a person's word; a pause in between changes nothing."""
    with World() as world:
        for i in range(14):
            world.work.put(f"n{i}", event(f"n{i}", utc(8 + i % 6), utc(9 + i % 6)))
        world.connect()
        world.run()
        known = world.busy()
        world.work.clear()
        run = world.run()
        testlib.equal([run["outcome"], world.busy(), world.status()["state"]], ["guarded", known, "guarded"])
        shown, _ = world.ctl("sync", "agree", ADVISOR)
        testlib.equal([shown["dry_run"], shown["appointments_gone"], len(shown["appointments"]) > 0], [True, 14, True])
        testlib.equal(set(shown["appointments"][0]), {"start", "end"}, "of others' appointments only times are shown")
        world.ctl("sync", "pause", ADVISOR, "--why", "ferie")
        world.ctl("sync", "resume", ADVISOR)
        testlib.equal([world.run()["outcome"], world.busy()], ["guarded", known])
        _, error = world.ctl("sync", "agree", ADVISOR, "--yes", code=1)
        testlib.equal("--digest" in str(error), True, f"nothing is agreed to unseen: {error}")
        _, error = world.ctl("sync", "agree", ADVISOR, "--yes", "--digest", "0" * 8, code=1)
        testlib.equal("look at it again" in str(error), True, str(error))
        testlib.equal(world.status()["digest"], shown["digest"], "status shows the same digest")
        world.ctl("sync", "agree", ADVISOR, "--yes", "--digest", shown["digest"])
        testlib.equal([world.run()["outcome"], world.busy(), world.status()["state"]], ["done", 0, "ok"])


def test_an_owner_retires():
    """The connection stays, is left alone, and says so."""
    with World() as world:
        world.connect(advisor=OTHER)
        world.ctl("retire", "offer", OFFER[:-1] + "2")
        world.ctl("retire", "advisor", OTHER)
        line = world.status(OTHER)
        testlib.equal([line["state"], line["offered"], "next_run" in line, "disconnect" in line["to_do"]], ["retired", "retired", False, True])
        testlib.equal(world.ctl("sync", "status")[0]["times_withheld"], 0, "withheld by calendars")


def test_a_connection_changes():
    """Secret, limit, and another calendar at a new address, which nobody takes for the old one."""
    with World() as world:
        for i in range(12):
            world.work.put(f"n{i}", event(f"n{i}", utc(8 + i % 6), utc(9 + i % 6)))
        world.connect()
        world.run()
        known = world.busy()
        _, error = world.ctl("sync", "change", ADVISOR, "--secret", "forkert", code=1)
        testlib.equal("login" in str(error), True, str(error))
        world.ctl("sync", "change", ADVISOR, "--limit", "30")
        testlib.equal(world.status()["limit_minutes"], 30)
        _, error = world.ctl("sync", "change", ADVISOR, "--direction", "in", code=1)
        testlib.equal("disconnect" in str(error), True, str(error))
        _, error = world.ctl("sync", "change", ADVISOR, "--url", world.home.url, code=1)
        testlib.equal("another calendar" in str(error), True, str(error))
        changed, _ = world.ctl("sync", "change", ADVISOR, "--url", world.home.url, "--force")
        testlib.equal(changed["another_calendar"], True)
        testlib.equal([world.run()["outcome"], world.busy()], ["guarded", known], "the old one's time stays")
        exported = testlib.make_folder() / "ud"
        subprocess.run(
            [CTL, "--data-dir", testlib.SOURCE / "data", "--database", world.planner.database, "export", exported],
            capture_output=True,
            check=True,
            timeout=60,
        )
        table = pathlib.Path(exported, "sync-bindings.csv").read_text(encoding="utf-8")
        assert world.home.url in table and caldav_servers.PASSWORD not in table, table


def test_one_run_at_a_time():
    """While a run waits for a slow server, everything that would change what it goes by says so; then it goes."""
    with World() as world, caldav_fake.Front(world.server) as front:
        world.ctl("set", "setting", "sync-on-move", "ask")
        way = ("--user", "v1", "--secret", "kode")
        world.ctl("sync", "connect", ADVISOR, "--url", front.url(world.work), *way)
        world.run()
        world.book(9)
        world.run()
        ((name, text),) = world.ours().items()
        world.work.put(name, move(text, 2))
        world.run()
        number, _ = conflict_of(world)
        slow = threading.Thread(target=world.run)
        with front.manner("REPORT", caldav_fake.hang(8, before=True), times=1):
            front.forget_seen()
            slow.start()
            testlib.wait_for(lambda: any(request.method == "REPORT" for request in front.seen), 60, "the slow run asks")
            for words in (
                ("run", ADVISOR),
                ("resolve", number, "--take", "planner"),
                ("change", ADVISOR, "--limit", "30", "--without-test"),
                ("disconnect", ADVISOR, "--yes"),
            ):
                _, error = world.ctl("sync", *words, code=3)
                testlib.equal("under way" in str(error), True, f"{words}: {error}")
            slow.join()
        world.ctl("sync", "resume", ADVISOR)
        world.ctl("sync", "resolve", number, "--take", "planner")
        testlib.equal(world.run()["updated"], 1)


def test_a_refused_login():
    """Said as such by run, status and test; right again when the secret is."""
    with World() as world:
        world.connect()
        world.run()
        world.write_secret("kode", "noget andet")
        error = world.run(code=1)
        testlib.equal("denied" in str(error), True, str(error))
        line = world.status()
        testlib.equal([line["state"], line["offered"], "secret" in line["to_do"]], ["denied", "yes", True], str(line))
        _, error = world.ctl("sync", "test", ADVISOR, code=1)
        testlib.equal("login" in str(error), True, str(error))
        world.write_secret("kode", caldav_servers.PASSWORD, mode=0o640)
        error = world.run(code=3)
        testlib.equal("chmod 600" in str(error), True, str(error))
        testlib.equal(world.status()["state"], "secret")
        world.write_secret("kode", caldav_servers.PASSWORD)
        world.run()
        testlib.equal(world.status()["state"], "ok")


def test_without_plannerd():
    """The same commands on the database itself, with plannerd's configuration."""
    with World() as world:
        world.connect()
        testlib.equal(world.planner.stop(), 0)
        try:
            options = ("--config", world.planner.folder / "planner.conf")
            _, error = world.ctl("sync", "run", ADVISOR, options=("--config", "/nowhere/planner.conf"), code=3)
            result, _ = world.ctl("sync", "run", "--all", "--full", options=options)
            testlib.equal([run["outcome"] for run in result["runs"]], ["done"])
            testlib.equal(world.status()["state"], "ok")
            text = subprocess.run(
                [CTL, "--data-dir", testlib.SOURCE / "data", "--database", world.planner.database, "sync", "status"],
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            ).stdout
            testlib.equal(text.splitlines()[0].split()[:4], ["RESOURCE", "NUMBER", "FLOWS", "STATE"], text)
        finally:
            world.planner.start()


testlib.run(globals())
