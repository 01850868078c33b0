# SPDX-License-Identifier: EUPL-1.2
# A disk that is full, slow or failing: changes are refused whole, reading goes on, and what was answered is there.
"""A limit on file sizes stands in for the full disk; a preloaded library makes flushes last or fail."""

import concurrent.futures
import datetime
import http.client
import re
import resource
import urllib.parse

import testlib
from planner_process import NAMESPACE, PATH, Caller, Municipality, PlannerProcess

OFFER = "10000000-0000-4000-8000-000000000001"
REFUSED = {990012, 990025}


def post(planner, operation, body):
    """Status and text of one call."""
    text = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{body}</{operation}></s:Body></s:Envelope>'
    )
    connection = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(planner.url).port, timeout=30)
    try:
        connection.request("POST", PATH, text.encode(), {"Content-Type": "text/xml; charset=utf-8"})
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def day(n_days):
    """Midnight in N_DAYS days."""
    return (datetime.date.today() + datetime.timedelta(days=n_days)).isoformat() + "T00:00:00"


def person(number):
    """The citizen's element."""
    return f"<PersonCivilRegistrationIdentifier>{testlib.cpr(number)}</PersonCivilRegistrationIdentifier>"


def times(planner, number):
    """Free starts of three weeks."""
    body = (
        f"{person(number)}<InterviewOptionID>{OFFER}</InterviewOptionID>"
        f"<BookingOptionIntervalStartTime>{day(2)}</BookingOptionIntervalStartTime>"
        f"<BookingOptionIntervalEndTime>{day(23)}</BookingOptionIntervalEndTime>"
    )
    status, text = post(planner, "GetSelfbookTimeslots", body)
    testlib.equal(status, 200, text)
    return re.findall("<StartTime>([^<]*)", text)


def book(planner, number, start):
    """The booking's identifier, or the code of the fault."""
    body = (
        f"{person(number)}<BookingStartTime>{start}</BookingStartTime><InterviewOptionID>{OFFER}</InterviewOptionID>"
        "<InterviewContactTypeIdentifier>1</InterviewContactTypeIdentifier>"
    )
    text = post(planner, "CreateBooking", body)[1]
    fault = re.search(r"<Code>(\d+)<", text)
    return int(fault.group(1)) if fault else re.search("<BookingIdentifier>([^<]*)", text).group(1)


def identifier_of(answer):
    """The identifier, or nothing where it was a fault."""
    return None if isinstance(answer, int) else answer


def limit(planner, n_bytes):
    """No file of the server may grow beyond N_BYTES."""
    resource.prlimit(planner.process.pid, resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))


def test_full_disk():
    """SQLite meets the same errors as on a real one."""
    place = Municipality().jobcenter("89000", n_advisors=6).offer(OFFER, "89000", 7)
    alarms = ["event=call .* outcome=(busy|error)", "event=hidden-error", "event=message"]
    with PlannerProcess(place, [Caller("plain", plain=True)], expected_alarms=alarms) as planner:
        starts = times(planner, 0)
        booked = [book(planner, number, starts[number]) for number in range(5)]
        limit(planner, 4096)
        free = len(times(planner, 6))
        refused = [book(planner, number, starts[number]) for number in range(6, 12)]
        testlib.equal(set(refused) <= REFUSED, True, f"answers on a full disk: {refused}")
        testlib.equal(len(times(planner, 6)), free, "free times on a full disk")
        testlib.equal(planner.health("semantic"), 200, "slot query on a full disk")
        limit(planner, resource.RLIM_INFINITY)
        booked += [book(planner, number, starts[number]) for number in range(6, 12)]
        testlib.equal(kept(planner), set(booked), "bookings after there was room again")
        testlib.equal(planner.query("PRAGMA quick_check")[0][0], "ok", "the file")


class BadDisk(PlannerProcess):
    """plannerd whose flushes do as they are told."""

    def __init__(self, expected_alarms=()):
        place = Municipality().jobcenter("89000", n_advisors=6).offer(OFFER, "89000", 7)
        super().__init__(place, [Caller("plain", plain=True)], expected_alarms=expected_alarms)
        self.orders = self.folder / "disk"
        library = testlib.BUILD / "tests" / "fault" / "libbad-disk.so"
        self.environment.update({"LD_PRELOAD": str(library), "PLANNER_TEST_DISK": str(self.orders)})

    def order(self, text):
        """From the next flush on: `delay N` in milliseconds, `fail`, or nothing."""
        self.orders.write_text(text, encoding="ascii")


def kept(planner):
    """Identifiers in the database."""
    return {row[0] for row in planner.query("SELECT identifier FROM booking")}


def test_flushes_fail():
    """Nobody is told of a booking whose flush failed; what was answered outlives the process."""
    alarms = ["event=call .* outcome=(busy|error)", "event=hidden-error", "event=message"]
    planner = BadDisk(alarms).start()
    starts = times(planner, 0)
    booked = [book(planner, number, starts[number]) for number in range(4)]
    planner.order("fail")
    refused = [book(planner, number, starts[number]) for number in range(4, 8)]
    testlib.equal(set(refused) <= REFUSED, True, f"answers while flushes fail: {refused}")
    testlib.equal(kept(planner), set(booked), "bookings while flushes fail")
    planner.order("")
    booked += [book(planner, number, starts[number]) for number in range(4, 8)]
    planner.kill()
    planner.start()
    testlib.equal(kept(planner), set(booked), "bookings after a kill")
    testlib.equal(planner.stop(), 0, "exit status")


def book_late(planner, starts):
    """A citizen whose booking was committed after the deadline, and the bookings that were answered meanwhile."""
    answered = set()
    for number in range(1, 9):
        planner.order("delay 6000")
        testlib.equal(book(planner, number, starts[number]), 990012, "answer when the deadline has passed")
        testlib.equal(len(times(planner, 0)) > 0, True, "reading meanwhile")
        planner.order("")
        # Its turn comes after the first one's, whatever became of that.
        answered.add(testlib.wait_for(lambda: identifier_of(book(planner, 50 + number, starts[50 + number])), 60, "the next"))
        if kept(planner) != answered:
            return number, answered
        # It stood behind a flush of the planner's own, a sign of life: refused while it waited, and never run.
    raise AssertionError("eight calls, and each stood behind a flush of the planner's own")


def test_late_commit():
    """A flush that outlasts the deadline: the caller is told busy, the log tells of the change, the repeat gets its answer."""
    alarms = ["event=call .* outcome=busy", "event=hidden-error"]
    with BadDisk(alarms) as planner:
        starts = times(planner, 0)
        number, answered = book_late(planner, starts)
        testlib.equal("event=late-commit" in planner.log.read_text(encoding="utf-8"), True, "a line about the late commit")
        booking = book(planner, number, starts[number])
        testlib.equal(kept(planner), answered | {booking}, "one booking after the repeat")
        if "outcome=replay" not in planner.log.read_text(encoding="utf-8"):
            raise AssertionError("the repeat was not answered from memory")


def test_slow_flushes_are_shared():
    """Flushes of 50 ms: forty callers at once need a few of them, not forty."""
    with BadDisk() as planner:
        starts = times(planner, 0)
        planner.order("delay 50")
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda number: book(planner, number, starts[number]), range(40)))
        testlib.equal([answer for answer in answers if isinstance(answer, int)], [], "faults")
        testlib.equal(kept(planner), set(answers), "bookings")
        lines = [line for line in planner.log.read_text(encoding="utf-8").splitlines() if "CreateBooking" in line]
        longest_ms = max(int(re.search(r"duration_us=(\d+)", line).group(1)) for line in lines) / 1000
        testlib.note(f"slowest of forty: {longest_ms:.0f} ms")
        testlib.equal(longest_ms < 40 * 50, True, "slowest call, ms")


testlib.run(globals())
