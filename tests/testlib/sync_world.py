# SPDX-License-Identifier: EUPL-1.2
# plannerd, plannerctl and advisors with calendars on somebody else's server: what tests and measurements of sync share.
"""SyncWorld is a PlannerProcess with a folder of secrets. Runs happen when a test says so, unless SETTINGS enable plannerd's own. Bookings are made over SOAP; what a calendar should take is worked out by icalendar, not by us."""

import datetime
import json
import os
import random
import re
import subprocess
import urllib.error
import urllib.request

import calendar_readers
import testlib
from caldav_servers import event
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import message

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
QUIET = {"sync/enabled": "false", "sync/fresh-min": 10080}
UTC = datetime.timezone.utc
ZONE = calendar_readers.ZONE


class SyncWorld(PlannerProcess):
    """A municipality of N_ADVISORS whose calendars can be connected. With an open offer of 30 minutes of each advisor."""

    def __init__(self, n_advisors=2, settings=None, unit_settings=None, expected_alarms=(), hours=("08:00", "16:00")):
        place = Municipality().jobcenter(UNIT, n_advisors=n_advisors, hours=hours).offer(OFFER, UNIT, 7)
        for key, value in (unit_settings or {}).items():
            place.add("settings", unit=UNIT, key=key, value=value)
        self.secrets = testlib.make_folder() / "secrets"
        self.secrets.mkdir(mode=0o700)
        every = {**QUIET, "sync/secrets-dir": self.secrets, **(settings or {})}
        super().__init__(place, [Caller("dfdg", plain=True)], settings=every, expected_alarms=expected_alarms)
        self.n_citizens = 0
        self.said = []  # everything that commands printed

    # Commands

    def secret(self, name, text):
        """A file with a password or token."""
        path = self.secrets / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return name

    def ctl(self, *words):
        """The result of a command, as it prints with --json."""
        text = self.control("--config", self.folder / "planner.conf", "--json", *words)
        self.said.append(text)
        return json.loads(text)["result"] if text.strip() else {}

    def connect(self, advisor, calendar, *words, url=None, direction="both"):
        """Connects an advisor with a caldav_servers.Calendar."""
        secret = self.secret(f"{advisor}-secret", calendar.password)
        words = ("--auth", "basic", "--user", calendar.user, "--secret", secret, "--direction", direction, *words)
        return self.ctl("sync", "connect", advisor, "--url", url or calendar.url, *words)

    def try_ctl(self, *words):
        """(exit status, both outputs) of a command that may fail."""
        program = [testlib.BUILD / "planner" / "plannerctl", "--data-dir", testlib.SOURCE / "data", "--database", self.database]
        command = [str(word) for word in (*program, "--config", self.folder / "planner.conf", "--json", *words)]
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        self.said.append(done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    def run(self, advisor, *words):
        """One run that ends well; what it did."""
        return self.ctl("sync", "run", advisor, *words)["runs"][0]

    def status(self, advisor):
        """The line of one advisor: state, remedy and the rest."""
        return next(row for row in self.ctl("sync", "status", advisor)["calendars"])

    # Bookings

    def call(self, operation, **members):
        """One SOAP call; its answer as text."""
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        request = urllib.request.Request(self.url, message(operation, **members).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def new_citizen(self):
        """A number that nobody was given before."""
        self.n_citizens += 1
        return testlib.cpr(5_000_000 + self.n_citizens)

    def free(self, day, n_days=1, advisor=None):
        """Starts (UTC) that are offered from local midnight of DAY on, of one advisor or anybody."""
        start = datetime.datetime.combine(day, datetime.time(), ZONE)
        span = {"from_time": start.isoformat(), "to_time": (start + datetime.timedelta(days=n_days)).isoformat()}
        answer = self.call("GetSelfbookTimeslots", cpr=testlib.cpr(4_999_999), offer=OFFER, **span)
        if "Fault" in answer:
            raise AssertionError(answer)
        rows = zip(re.findall("<StartTime>([^<]+)", answer), re.findall("<CaseWorkerIdentifier>([^<]+)", answer))
        times = {datetime.datetime.fromisoformat(time).astimezone(UTC) for time, who in rows if advisor in (None, who)}
        return sorted(times)

    def book(self, start, advisor, cpr=None):
        """CreateBooking; (identifier, number of the citizen)."""
        number = cpr or self.new_citizen()
        answer = self.call("CreateBooking", cpr=number, offer=OFFER, start=start.isoformat(), contact=1, worker=advisor)
        found = re.search("<BookingIdentifier>([^<]+)", answer)
        if not found:
            raise AssertionError(f"CreateBooking at {start}: {answer}")
        return found.group(1), number

    def cancel(self, booking):
        """CancelBooking of what book() answered."""
        answer = self.call("CancelBooking", cpr=booking[1], booking=booking[0])
        testlib.equal("Fault" in answer, False, answer)

    def move(self, booking, start, advisor):
        """RescheduleBooking of what book() answered."""
        answer = self.call("RescheduleBooking", cpr=booking[1], booking=booking[0], start=start.isoformat(), worker=advisor)
        testlib.equal("Fault" in answer, False, answer)

    def bookings(self, advisor):
        """{(start, end)} in UTC of the advisor's live bookings, from the database."""
        rows = self.query(
            "SELECT b.start_us, b.end_us FROM booking b JOIN resource r ON r.resource_id = b.advisor_id"
            " WHERE r.resource_key = ? AND b.state = 'booked'",
            advisor,
        )
        return {(instant(start), instant(end)) for start, end in rows}

    def busy(self, advisor):
        """Sorted [(start, end)] in UTC of the time that the advisor's calendars take, joined where they touch."""
        rows = self.query(
            "SELECT s.start_us, s.end_us FROM busy_span s JOIN resource r ON r.resource_id = s.resource_id"
            " WHERE r.resource_key = ? AND s.class <> 'free'",
            advisor,
        )
        return joined((instant(start), instant(end)) for start, end in rows)


# Events of a town hall -------------------------------------------------------------------------------

VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Europe/Copenhagen
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
""".replace(
    "\n", "\r\n"
)


def zoned(start):
    """A local time as a property with its parameter."""
    return f";TZID=Europe/Copenhagen:{start:%Y%m%dT%H%M%S}"


def appointment(chance, uid, today, *lines):
    """One event of some 800 bytes within half a year around TODAY: mostly timed, some series, all-day, free, cancelled, in UTC."""
    start = datetime.datetime.combine(today, datetime.time(chance.randrange(7, 20), chance.choice([0, 15, 30])))
    start += datetime.timedelta(days=chance.randrange(-30, 150))
    end = start + datetime.timedelta(minutes=chance.choice([15, 30, 60, 90]))
    words = [
        f"SUMMARY:Aftale {uid}",
        f"LOCATION:Lokale {chance.randrange(40)}",
        "DESCRIPTION:" + "Om dagens punkter. " * 10,
        *lines,
    ]
    kind = chance.randrange(20)
    if kind == 0:
        words.append("RRULE:FREQ=WEEKLY;COUNT=10")
    if kind == 1:
        words += ["RRULE:FREQ=DAILY;COUNT=5", f"EXDATE;TZID=Europe/Copenhagen:{start + datetime.timedelta(days=2):%Y%m%dT%H%M%S}"]
    if kind == 2:
        words.append("TRANSP:TRANSPARENT")
    if kind == 3:
        words.append("STATUS:CANCELLED")
    if kind == 4:
        return event(uid, f";VALUE=DATE:{start:%Y%m%d}", f";VALUE=DATE:{start + datetime.timedelta(days=1):%Y%m%d}", *words)
    if kind == 5:
        return event(uid, *(f"{time.replace(tzinfo=ZONE).astimezone(UTC):%Y%m%dT%H%M%SZ}" for time in (start, end)), *words)
    return event(uid, zoned(start), zoned(end), *words).replace("BEGIN:VEVENT", VTIMEZONE + "BEGIN:VEVENT", 1)


def appointments(n_events, seed=3, name="a"):
    """{name: text} of N_EVENTS."""
    chance = random.Random(seed)
    today = datetime.date.today()
    return {f"{name}{number}": appointment(chance, f"{name}{number}", today) for number in range(n_events)}


# Judging ----------------------------------------------------------------------------------------------


def instant(value_us):
    """A column of microseconds as an instant."""
    return datetime.datetime.fromtimestamp(value_us / 1e6, UTC)


def joined(spans):
    """Spans sorted, those that touch or overlap made one."""
    found = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif end > start:
            found.append((start, end))
    return found


def expected_busy(texts, first, last):
    """What foreign events TEXTS take between two days, by icalendar alone: what is not ours, not free, not cancelled."""
    foreign = [
        text
        for text in texts
        if "X-PLANNER-REF" not in text and "TRANSP:TRANSPARENT" not in text and "STATUS:CANCELLED" not in text
    ]
    return joined((start, end) for _, start, end, _ in calendar_readers.expand(foreign, first, last))


def cut_to(spans, first, last):
    """The part of SPANS between local midnights of two days."""
    low, high = (datetime.datetime.combine(day, datetime.time(), ZONE).astimezone(UTC) for day in (first, last))
    return [(max(start, low), min(end, high)) for start, end in spans if end > low and start < high]


def own(texts):
    """{reference: text} of the events that plannerd wrote; fails when one reference stands twice."""
    found = {}
    for text in texts:
        mark = re.search(r"(?m)^X-PLANNER-REF:(.*?)\r?$", text.replace("\r\n ", ""))
        if mark:
            testlib.equal(mark.group(1) in found, False, f"{mark.group(1)} stands once")
            found[mark.group(1)] = text
    return found


def own_times(texts):
    """{(start, end)} of the events that plannerd wrote, by icalendar."""
    import icalendar  # pylint: disable=import-outside-toplevel

    found = set()
    for text in own(texts).values():
        for one in icalendar.Calendar.from_ical(text).walk("VEVENT"):
            found.add((one["DTSTART"].dt.astimezone(UTC), one["DTEND"].dt.astimezone(UTC)))
    return found
