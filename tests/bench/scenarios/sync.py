# SPDX-License-Identifier: EUPL-1.2
# plannerctl sync run beside vdirsyncer sync: same servers, events and machine, by turns; and a thousand calendars in one pass.
"""Both are whole processes, as an admin starts them: wall time, CPU and peak memory are the kernel's (wait4). Requests and bytes
are counted by nginx, which stands before the server for both. The servers' files lie in memory where there is room."""

import datetime
import os
import random
import shutil
import statistics
import subprocess
import time

import caldav_servers
import calendar_readers
import testlib
from caldav_servers import event
from sync_world import VTIMEZONE, SyncWorld, zoned

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
ADVISOR = "89000-{:02}"
N_CHANGED = 10
N_UPLOAD = 200  # more are not sent to one calendar within an hour
ROUNDS = {"initial": 3, "quiet": 5, "changes": 5, "upload": 1}
# DAViCal and Xandikos take a request as long as others take a hundred: 10,000 events there are the long budget of a person.
LARGE = {"Radicale": 10000, "Xandikos": 10000, "Cyrus": 10000}
N_IDLE = 1000
N_IDLE_PEER = 20


def events(n_events, first=0):
    """{name: text} of some 850 bytes each, with a zone; every twentieth a weekly series. Spread over a year around today."""
    chance, made = random.Random(first + 3), {}
    today = datetime.date.today()
    for number in range(first, first + n_events):
        start = datetime.datetime.combine(today, datetime.time(chance.randrange(7, 20), chance.choice([0, 15, 30])))
        start += datetime.timedelta(days=chance.randrange(-180, 180))
        end = start + datetime.timedelta(minutes=chance.choice([30, 60]))
        words = [f"SUMMARY:Aftale {number}", f"LOCATION:Lokale {number % 40}", "DESCRIPTION:" + "Om dagens punkter. " * 10]
        if number % 20 == 0:
            words.append("RRULE:FREQ=WEEKLY;COUNT=10")
        text = event(f"bench-{number}", zoned(start), zoned(end), *words)
        made[f"bench-{number}"] = text.replace("BEGIN:VEVENT", VTIMEZONE + "BEGIN:VEVENT", 1)
    return made


# Counting ---------------------------------------------------------------------------------------------


class Counter(testlib.Server):
    """nginx before a server: hands everything on, and writes a line for each request."""

    def __init__(self, server):
        self.folder = testlib.make_folder()
        port = testlib.free_port()
        self.lines = self.folder / "requests"
        (self.folder / "logs").mkdir()
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error;"
            f"events {{ worker_connections 512; }} http {{ {temporary} log_format short '$request_length $bytes_sent';"
            f"upstream behind {{ server 127.0.0.1:{server.port}; keepalive 32; }}"
            f"server {{ listen 127.0.0.1:{port}; access_log {self.lines} short; client_max_body_size 0; keepalive_requests 1000000;"
            "location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection '';"
            "proxy_set_header Host $http_host; proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 900s; } } }",
            encoding="utf-8",
        )
        super().__init__([NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf", "-g", "daemon off;"], port)

    def url(self, calendar):
        """Address of a calendar of the server behind."""
        return f"http://127.0.0.1:{self.port}{calendar.path}"

    def take(self):
        """(requests, bytes both ways) since the last call."""
        text = self.lines.read_text(encoding="ascii") if self.lines.exists() else ""
        if text:
            self.lines.write_text("", encoding="ascii")  # nginx appends
        rows = [[int(word) for word in line.split()] for line in text.splitlines()]
        return {"requests": len(rows), "kb": round(sum(map(sum, rows)) / 1000, 1)}


def timed(command, environment, counter, folder):
    """One process from start to end: seconds, CPU seconds, peak MB, requests, kB."""
    counter.take()
    with (folder / "output").open("wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    time.sleep(0.05)  # nginx writes its line after the answer
    seen = {"s": round(seconds, 4), "cpu_s": round(usage.ru_utime + usage.ru_stime, 4), "mb": round(usage.ru_maxrss / 1024, 1)}
    seen |= counter.take()
    if process.returncode != 0:
        text = (folder / "output").read_text(encoding="utf-8", errors="replace")
        return {**seen, "failed": text.strip()[-400:] or "no word"}
    return seen


# Contenders -------------------------------------------------------------------------------------------


class Ours:
    """plannerctl on a database of its own; plannerd does not run."""

    name = "plannerctl"

    def __init__(self, world):
        self.world, self.folder = world, testlib.make_folder()
        self.n_advisors = 0
        self.environment = {**os.environ, "G_DEBUG": ""}

    def fresh(self, calendar, url, direction="in"):
        """An advisor who has never seen the calendar. One calendar of one advisor: the others are let go."""
        if self.n_advisors:
            self.world.ctl("sync", "disconnect", self.advisor, "--yes")
        self.n_advisors += 1
        self.advisor = ADVISOR.format(self.n_advisors)
        self.world.connect(self.advisor, calendar, "--without-test", url=url, direction=direction)

    def command(self):
        """What is measured."""
        program = testlib.BUILD / "planner" / "plannerctl"
        options = ["--data-dir", testlib.SOURCE / "data", "--database", self.world.database]
        return [program, *options, "--config", self.world.folder / "planner.conf", "--json", "sync", "run", self.advisor]

    def sync(self, counter):
        """One run."""
        return timed(self.command(), self.environment, counter, self.folder)

    def n_items(self):
        """What it knows of the calendar."""
        return self.world.count(
            "SELECT count(*) FROM sync_item i JOIN sync_binding b USING (binding_id)"
            " JOIN resource r ON r.resource_id = b.resource_id WHERE r.resource_key = ?",
            self.advisor,
        )


class Theirs:
    """vdirsyncer between the calendar and a folder."""

    name = "vdirsyncer"

    def __init__(self):
        self.folder = testlib.make_folder()
        self.pair = None

    def fresh(self, calendar, url, texts=None):
        """A pair that has never run; TEXTS are what it has to upload."""
        self.pair = calendar_readers.Vdirsyncer(url, calendar.user, calendar.password)
        for name, text in (texts or {}).items():
            (self.pair.items / f"{name}.ics").write_text(text, encoding="utf-8", newline="")
        self.pair.discover()

    def sync(self, counter):
        """One run."""
        return timed(self.pair.command("sync", "it"), self.pair.environment, counter, self.folder)

    def n_items(self):
        """What it knows of the calendar."""
        return len(self.pair.texts())


def turns(contenders, number):
    """Who goes first changes from round to round."""
    turn = number % len(contenders)
    return contenders[turn:] + contenders[:turn]


def change(calendar, number):
    """N_CHANGED of everything: four edits, two deletions, four new ones."""
    made = events(N_CHANGED, 1_000_000 + number * 100)
    new, edited = list(made.items())[:4], list(made.values())[4:8]
    names = sorted(name for name in calendar.list() if name.startswith("bench-"))
    random.Random(number).shuffle(names)
    for name, text in new:
        calendar.put(name, text)
    for name, text in zip(names[:4], edited):
        uid = text.split("UID:")[1].split("\r\n")[0]
        calendar.put(name, text.replace(f"UID:{uid}", f"UID:{name}"))
    for name in names[4:6]:
        calendar.delete(name)


def run_download(bench, server, counter, world, n_events):
    """Initial, no change, ten changes; both read the same calendar."""
    calendar = server.make_calendar("u1", f"bench{n_events}")
    calendar.fill(events(n_events))
    calendar.list()  # a server that reads new files only now does it before anything is measured
    contenders = [Ours(world), Theirs()]
    url = counter.url(calendar)
    seen = {case: {one.name: [] for one in contenders} for case in ("initial", "quiet", "changes")}
    for number in range(1 if bench.small else ROUNDS["initial"] if n_events <= 1000 else 1):
        for one in turns(contenders, number):
            one.fresh(calendar, url)
            seen["initial"][one.name].append(one.sync(counter))
    alive = [one for one in contenders if "failed" not in seen["initial"][one.name][-1]]
    if len(alive) < len(contenders):
        server.kill()  # it may be busy for minutes with what nobody waits for any more, and hears no signal
        server.start()
    for one in alive:
        testlib.equal(one.n_items(), n_events, f"events that {one.name} has of {server.name}")
    for case in ("quiet", "changes"):
        for number in range(1 if bench.small else ROUNDS[case] if n_events <= 1000 else 2):
            if case == "changes":
                change(calendar, number)
            for one in turns(alive, number):
                seen[case][one.name].append(one.sync(counter))
    n_left = len(calendar.list())
    for one in alive:
        testlib.equal(one.n_items(), n_left, f"events that {one.name} has of {server.name} in the end")
    calendar.remove()
    return {f"{case} {n_events:,}": rows for case, rows in seen.items()}


def run_upload(bench, server, counter, world, n_events):
    """Meetings of one advisor into an empty calendar; as many files by vdirsyncer into another."""
    ours, theirs = Ours(world), Theirs()
    mine, other = server.make_calendar("u1", "ud"), server.make_calendar("u1", "udandre")
    advisor = ADVISOR.format(99)
    world.start()
    day, n_booked = datetime.date.today(), 0
    while n_booked < n_events:
        day += datetime.timedelta(days=1)
        testlib.equal((day - datetime.date.today()).days < 50, True, "days are left to book")
        for start in world.free(day, advisor=advisor)[: n_events - n_booked]:
            world.book(start, advisor)
            n_booked += 1
    world.stop()
    ours.n_advisors, ours.advisor = 0, advisor
    world.connect(advisor, mine, "--without-test", url=counter.url(mine), direction="both")
    theirs.fresh(other, counter.url(other), events(n_events))
    seen = {ours.name: [ours.sync(counter)], theirs.name: [theirs.sync(counter)]}
    testlib.equal(len(mine.list()), n_events, f"meetings in {server.name}")
    testlib.equal(len(other.list()), n_events, f"vdirsyncer's events in {server.name}")
    world.ctl("sync", "disconnect", advisor, "--yes")
    return {f"upload {n_events:,}": seen}


# A thousand calendars ---------------------------------------------------------------------------------


def run_idle(bench, n_calendars):
    """One pass over the calendars of so many advisors in which nothing changed, on Cyrus; vdirsyncer over a few of them."""
    with caldav_servers.Cyrus() as server, Counter(server) as counter:
        world = SyncWorld(n_advisors=n_calendars)
        calendars = []
        for number in range(n_calendars):
            calendar = server.make_calendar(f"u{number + 1}", "arbejde")
            calendar.fill(events(5, number * 5))
            advisor = f"89000-{number + 1:02}"
            world.connect(advisor, calendar, "--without-test", url=counter.url(calendar), direction="both")
            calendars.append(calendar)
            calendar.ask("OPTIONS", headers={"Connection": "close"})
        ours = Ours(world)
        ours.advisor = "--all"
        first = ours.sync(counter)
        seen = {"first": first, "ours": [ours.sync(counter) for _ in range(1 if bench.small else 3)]}
        pairs = []
        for calendar in calendars[: 2 if bench.small else N_IDLE_PEER]:
            one = Theirs()
            one.fresh(calendar, counter.url(calendar))
            one.sync(counter)
            pairs.append(one)
        seen["theirs"] = [one.sync(counter) for one in pairs]
        seen["calendars"] = n_calendars
        for one in [first, *seen["ours"], *seen["theirs"]]:
            testlib.equal(one.get("failed"), None, "a pass")
        return seen


def median_of(rows, key):
    """Of the runs that ended well."""
    values = [row[key] for row in rows if "failed" not in row]
    return statistics.median(values) if values else None


def run(bench):
    """Every server that is installed; the others are named."""
    if not shutil.which("vdirsyncer"):
        raise testlib.Skip("vdirsyncer is not installed: deploy/install.sh test")
    if not NGINX:
        raise testlib.Skip("nginx is not installed: deploy/install.sh test")
    found = bench.figures["sync"] = {}
    if caldav_servers.Cyrus.missing() is None:
        bench.figures["sync_idle"] = run_idle(bench, 5 if bench.small else N_IDLE)
        bench.say("  Cyrus, many calendars")
    # The slowest last.
    for kind in sorted(caldav_servers.SERVERS, key=lambda kind: kind is caldav_servers.Xandikos):
        if kind.missing():
            bench.missing[f"sync on {kind.name}"] = f"no {kind.missing()}: deploy/install.sh test"
            continue
        sizes = [30] if bench.small else [1000, LARGE.get(kind.name)]
        with kind() as server, Counter(server) as counter:
            world = SyncWorld(n_advisors=99, hours=("06:00", "22:00"))
            found[kind.name] = {}
            for n_events in filter(None, sizes):
                found[kind.name] |= run_download(bench, server, counter, world, n_events)
                bench.say(f"  {kind.name}, {n_events:,} events")
            found[kind.name] |= run_upload(bench, server, counter, world, 10 if bench.small else N_UPLOAD)
            bench.say(f"  {kind.name}, upload")
