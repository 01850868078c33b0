# SPDX-License-Identifier: EUPL-1.2
# A disk that takes no more: changes are refused whole, reading goes on, and when there is room again nothing is missing.

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


def limit(planner, n_bytes):
    """No file of the server may grow beyond N_BYTES."""
    resource.prlimit(planner.process.pid, resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))


def test_full_disk():
    """The limit on file sizes stands in for the disk: SQLite meets the same errors."""
    place = Municipality().jobcenter("89000", n_advisors=6).offer(OFFER, "89000", 7)
    alarms = ["event=call .* outcome=(busy|error)", "event=hidden-error", "event=message"]
    with PlannerProcess(place, [Caller("plain", plain=True)], expected_alarms=alarms) as planner:
        starts = times(planner, 0)
        kept = [book(planner, number, starts[number]) for number in range(5)]
        limit(planner, 4096)
        free = len(times(planner, 6))
        refused = [book(planner, number, starts[number]) for number in range(6, 12)]
        testlib.equal(set(refused) <= REFUSED, True, f"answers on a full disk: {refused}")
        testlib.equal(len(times(planner, 6)), free, "free times on a full disk")
        testlib.equal(planner.health("semantic"), 200, "slot query on a full disk")
        limit(planner, resource.RLIM_INFINITY)
        kept += [book(planner, number, starts[number]) for number in range(6, 12)]
        rows = {row[0] for row in planner.query("SELECT identifier FROM booking")}
        testlib.equal(rows, set(kept), "bookings after there was room again")
        testlib.equal(planner.query("PRAGMA quick_check")[0][0], "ok", "the file")


testlib.run(globals())
