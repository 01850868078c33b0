# SPDX-License-Identifier: EUPL-1.2
# plannerd keeps calendars in step by itself: one dead server and one that lives, age, early runs, a stop in the middle, a thousand at rest.
# Also tests: sync-work.
"""The calendars are on a server of our own; they are bound in the database before plannerd starts. Budget row: sync-idle."""

import contextlib
import datetime
import os
import re
import signal
import sqlite3
import time
import urllib.error
import urllib.request

import caldav_fake
import testlib
from caldav_servers import event
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import message

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
FAST = {"sync/interval-s": 2, "sync/busy-interval-s": 1, "sync/idle-interval-s": 30, "sync/fresh-min": 1}
# Runs that fail, and what they lead to, are what these tests are about.
ALARMS = ()


class World(PlannerProcess):
    """N_ADVISORS of one unit, with an offer of all of them."""

    def __init__(self, n_advisors, **settings):
        place = Municipality().jobcenter(UNIT, n_advisors=n_advisors).offer(OFFER, UNIT, 7)
        self.advisors = place.advisors(UNIT)
        self.secrets = testlib.make_folder()
        every = {**FAST, "sync/secrets-dir": self.secrets, **{f"sync/{key}".replace("_", "-"): value for key, value in settings.items()}}
        super().__init__(place, [Caller("dfdg", "dfdg", plain=True)], settings=every, expected_alarms=ALARMS)
        self.n_citizens = 0

    def bind(self, advisor, calendar, auth="basic"):
        """As plannerctl sync connect leaves it, without asking the server."""
        secret = self.secrets / "calendar"
        secret.touch(mode=0o600)
        secret.write_text(calendar.password + "\n", encoding="utf-8")
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            tenant, resource = connection.execute("SELECT tenant_id, resource_id FROM resource WHERE resource_key = ?", (advisor,)).fetchone()
            made = connection.execute(
                "INSERT INTO calendar (tenant_id, resource_id, calendar_key, origin, fresh_until_us) VALUES (?, ?, 'sync-1', 'sync', 1)", (tenant, resource)
            )
            connection.execute(
                "INSERT INTO sync_binding (tenant_id, resource_id, calendar_id, url, auth, user_name, secret, direction, created_us)"
                " VALUES (?, ?, ?, ?, ?, ?, 'calendar', 3, ?)",
                (tenant, resource, made.lastrowid, calendar.url, auth, calendar.user, int(time.time() * 1e6)),
            )

    def call(self, operation, **members):
        """One SOAP call; its answer as text."""
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        request = urllib.request.Request(self.url, message(operation, **members).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def offered(self):
        """{advisor: sorted starts} of the week after the next."""
        start = datetime.datetime.combine(datetime.date.today() + datetime.timedelta(days=8), datetime.time(), datetime.timezone.utc)
        span = {"from_time": start.isoformat(), "to_time": (start + datetime.timedelta(days=7)).isoformat()}
        answer = self.call("GetSelfbookTimeslots", cpr=testlib.cpr(4_999_999), offer=OFFER, **span)
        assert "Fault" not in answer, answer
        found = {}
        for time_text, who in zip(re.findall("<StartTime>([^<]+)", answer), re.findall("<CaseWorkerIdentifier>([^<]+)", answer)):
            found.setdefault(who, []).append(time_text)
        return {who: sorted(times) for who, times in found.items()}

    def book(self, advisor, start):
        """CreateBooking; the identifier."""
        self.n_citizens += 1
        answer = self.call("CreateBooking", cpr=testlib.cpr(5_000_000 + self.n_citizens), offer=OFFER, start=start, contact=1, worker=advisor)
        found = re.search("<BookingIdentifier>([^<]+)", answer)
        assert found, answer
        return found.group(1)

    def page(self, path):
        """(status, text) of a page of the health face."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name):
        """The value of a line of /metrics."""
        found = re.search(rf"(?m)^{re.escape(name)} (\S+)$", self.page("/metrics")[1])
        return float(found.group(1)) if found else None


def appointment(days, hour, uid):
    """Half an hour of somebody else's business, in UTC."""
    start = datetime.datetime.combine(datetime.date.today() + datetime.timedelta(days=days), datetime.time(hour))
    return event(uid, f":{start:%Y%m%dT%H%M%SZ}", f":{start + datetime.timedelta(minutes=30):%Y%m%dT%H%M%SZ}", "SUMMARY:Hemmelig kanarie")


def test_one_server_is_dead():
    """The other advisor goes on; a dead calendar's advisor is withheld, counted and explained, and comes back."""
    well, dead, world = caldav_fake.FakeServer(), caldav_fake.FakeServer(), World(2)
    first, second = world.advisors
    mine, other = well.make_calendar("u1", "arbejde"), dead.make_calendar("u2", "arbejde")
    well.fill(mine, {"a": appointment(9, 10, "a")})
    dead.fill(other, {"b": appointment(9, 11, "b")})
    world.bind(first, mine)
    world.bind(second, other)
    with well, world:
        testlib.equal(world.health("ready"), 200, "a dead calendar is no reason not to serve")
        testlib.wait_for(lambda: first in world.offered(), 60, "the advisor whose server lives is offered")
        testlib.equal(second in world.offered(), False, "the other is not")
        taken = [start for start in world.offered()[first] if "T10:00" in start or "T11:00" in start]
        testlib.wait_for(lambda: world.page("/health/sync")[0] == 503, 30, "health tells of it")
        testlib.equal(world.metric("planner_sync_withheld_resources"), 1, "withheld")
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM sync_binding WHERE health = 'unreachable'") == 1, 60, "it was tried")
        told = world.control("explain", OFFER, taken[-1][:16], "--advisor", second)
        assert "never been read whole (unreachable)" in told, told
        # A booking is in the calendar within seconds, although the other server takes its time to fail.
        began = time.monotonic()
        booking = world.book(first, world.offered()[first][0])
        testlib.wait_for(lambda: any(booking in text for text in mine.texts().values()), 60, "the booking is in the calendar")
        print(f"# a booking was in its calendar after {time.monotonic() - began:.1f} s")
        dead.start()
        testlib.wait_for(lambda: second in world.offered(), 180, "the other is offered again")
        testlib.wait_for(lambda: world.page("/health/sync")[0] == 200, 30, "health is well again")
        log = world.log.read_text(encoding="utf-8")
        dead.stop()
        assert "outcome=unreachable" in log and "Hemmelig" not in log and other.path not in log, "what the log says"


def test_knowledge_grows_old():
    """Beyond its limit an advisor is not offered; when the server is back he is."""
    server, world = caldav_fake.FakeServer(), World(1)
    world.bind(world.advisors[0], server.make_calendar("u1", "arbejde"))
    with server, world:
        testlib.wait_for(world.offered, 60, "offered")
        server.stop()
        began = time.monotonic()
        testlib.wait_for(lambda: not world.offered(), 120, "not offered any more")
        print(f"# not offered {time.monotonic() - began:.0f} s after the server died, limit 60 s")
        testlib.equal(world.health("ready"), 200, "ready all the same")
        server.start()
        testlib.wait_for(world.offered, 180, "offered again")


def test_a_password_is_refused():
    """Two tries, then it is paused with the reason; a person puts it right and resumes."""
    server, world = caldav_fake.FakeServer(), World(1)
    calendar = server.make_calendar("u1", "arbejde")
    world.bind(world.advisors[0], calendar)
    (world.secrets / "calendar").write_text("forkert\n", encoding="utf-8")
    with server, world:
        paused = "SELECT count(*) FROM sync_binding WHERE state = 'paused' AND why LIKE '%twice%'"
        testlib.wait_for(lambda: world.count(paused) == 1, 60, "paused")
        n_asked = len(server.seen)
        time.sleep(4)
        testlib.equal(len(server.seen), n_asked, "nobody is asked any more")
        assert "forkert" not in world.log.read_text(encoding="utf-8"), "the password is in no log"
        (world.secrets / "calendar").write_text(calendar.password + "\n", encoding="utf-8")
        world.control("sync", "resume", world.advisors[0])
        testlib.wait_for(world.offered, 60, "offered")


def test_stop_in_the_middle():
    """SIGTERM while a server hangs: a clean stop within the time; the next start makes it good."""
    server, world = caldav_fake.FakeServer(), World(2)
    calendars = [server.make_calendar(f"u{number}", "arbejde") for number in range(2)]
    for number, (advisor, calendar) in enumerate(zip(world.advisors, calendars)):
        server.fill(calendar, {f"a{number}": appointment(9, 10, f"a{number}")})
        world.bind(advisor, calendar)
    with server, contextlib.ExitStack() as stack:
        with server.manner("REPORT PROPFIND", caldav_fake.hang(60, before=True)):
            stack.enter_context(world)
            testlib.wait_for(lambda: world.metric('planner_sync_calendars{state="running"}') == 2, 60, "both hang")
            began = time.monotonic()
            world.process.send_signal(signal.SIGTERM)
            world.process.wait(60)
            print(f"# stopped after {time.monotonic() - began:.2f} s")
            testlib.equal(world.stop(), 0, "exit status")
        world.start()
        testlib.wait_for(lambda: len(world.offered()) == 2, 60, "both are offered")
        # In the middle of a write: whether it was done is looked up, and it stands there once.
        with server.manner("PUT", caldav_fake.hang(60)):
            booking = world.book(world.advisors[0], world.offered()[world.advisors[0]][0])
            testlib.wait_for(lambda: any(request.method == "PUT" for request in server.seen), 60, "it is being written")
            testlib.equal(world.stop(), 0, "exit status")
        world.start()
        testlib.wait_for(lambda: sum(booking in text for text in calendars[0].texts().values()) == 1, 60, "the booking is there once")
        time.sleep(5)
        testlib.equal(sum(booking in text for text in calendars[0].texts().values()), 1, "and stays so")


def memory_kb(world):
    """RSS of plannerd."""
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{world.process.pid}/status", encoding="ascii").read()).group(1))


def test_many_at_rest():
    """Nothing changes: each calendar costs one request a turn, and the database nothing. Figures are told, not judged."""
    if "PLANNER_BUDGET" not in os.environ:
        raise testlib.Skip("two turns of all calendars take minutes: PLANNER_BUDGET=100 meson test sync-scheduler")
    n_calendars = testlib.budget("sync-idle")
    slow = {"interval_s": 600, "busy_interval_s": 600, "idle_interval_s": 600, "fresh_min": 600}
    server, world = caldav_fake.FakeServer(), World(n_calendars, **slow)
    for number, advisor in enumerate(world.advisors):
        calendar = server.make_calendar("tjeneste", f"k{number}")
        server.fill(calendar, {"a": appointment(9, 10, f"a{number}")})
        world.bind(advisor, calendar)
    with server, world:
        empty_kb = memory_kb(world)
        testlib.wait_for(lambda: world.metric('planner_sync_calendars{state="stale"}') == 0, 600, "all are read")
        read_kb = memory_kb(world)
        changes = world.count("SELECT coalesce(max(change_id), 0) FROM change")
        server.forget_seen()
        n_before = world.metric('planner_sync_runs_total{outcome="quiet"}')
        testlib.equal(world.stop(), 0, "exit status")
        world.start()
        began = time.monotonic()
        testlib.wait_for(lambda: world.metric('planner_sync_runs_total{outcome="quiet"}') >= n_calendars, 600, "a turn of all")
        took_s = time.monotonic() - began
        cost = server.cost()
        mean_ms = 1000 * world.metric("planner_sync_run_seconds_sum") / world.metric("planner_sync_run_seconds_count")
        testlib.equal(cost["requests"], n_calendars, "requests of a turn in which nothing changed")
        testlib.equal(world.count("SELECT coalesce(max(change_id), 0) FROM change"), changes, "change rows")
        print(
            f"# {n_calendars} calendars: {empty_kb} kB before, {read_kb} kB after the first turn, {memory_kb(world)} kB after a quiet one; quiet before: {n_before};"
            f" turn spread over a minute: {took_s:.1f} s, a run {mean_ms:.1f} ms on average, {cost['bytes_up'] / n_calendars:.0f} + {cost['bytes_down'] / n_calendars:.0f} bytes each,"
            f" {cost['connections']} connections"
        )


if __name__ == "__main__":
    testlib.run(globals())
