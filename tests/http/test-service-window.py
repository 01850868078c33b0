# SPDX-License-Identifier: EUPL-1.2
# A planned service window in a running plannerd: announced, on, told to callers, readiness, metrics and log, ended by hand.
"""Times are seconds ahead; nothing depends on how long a step takes, only on their order."""

import datetime
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request

import testlib
from planner_process import NAMESPACE, PATH, Caller, Municipality, PlannerProcess

OFFER = "10000000-0000-4000-8000-000000000001"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"


def new_planner():
    """Two units, of which the second has no offer."""
    town = Municipality().jobcenter("89000").jobcenter("89100").offer(OFFER, "89000", 7)
    return PlannerProcess(town, [Caller("kss", plain=True)])


def instant(seconds):
    """So many seconds from now, as plannerctl reads it."""
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return now.strftime("%Y-%m-%dT%H:%M:%S") + "Z"


def post(planner, operation, body):
    """Status, fault code or nothing, Retry-After, text."""
    text = (
        f'<s:Envelope xmlns:s="{SOAP_12}"><s:Body><{operation} xmlns="{NAMESPACE}">'
        f"<PersonCivilRegistrationIdentifier>{testlib.cpr(1)}</PersonCivilRegistrationIdentifier>{body}</{operation}></s:Body></s:Envelope>"
    )
    connection = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(planner.url).port, timeout=30)
    try:
        connection.request("POST", PATH, text.encode(), {"Content-Type": "application/soap+xml; charset=utf-8"})
        reply = connection.getresponse()
        answer = reply.read().decode()
    finally:
        connection.close()
    code = re.search(r"<Code>(\d+)</Code>", answer)
    return reply.status, int(code.group(1)) if code else None, reply.headers["Retry-After"], answer


def ask_times(planner):
    """GetSelfbookTimeslots of the offer."""
    day = datetime.date.today() + datetime.timedelta(days=2)
    return post(
        planner,
        "GetSelfbookTimeslots",
        f"<InterviewOptionID>{OFFER}</InterviewOptionID><BookingOptionIntervalStartTime>{day}T00:00:00</BookingOptionIntervalStartTime>"
        f"<BookingOptionIntervalEndTime>{day}T23:00:00</BookingOptionIntervalEndTime>",
    )


def book(planner):
    """CreateBooking of a time that is free."""
    day = datetime.date.today() + datetime.timedelta(days=2)
    return post(
        planner,
        "CreateBooking",
        f"<BookingStartTime>{day}T09:00:00</BookingStartTime><InterviewOptionID>{OFFER}</InterviewOptionID>"
        "<InterviewContactTypeIdentifier>1</InterviewContactTypeIdentifier>",
    )


def get(planner, path):
    """Status and text of the health face."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{planner.health_port}{path}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metric(planner, name):
    """The value of a metric without labels."""
    return float(re.search(rf"^{name} (\S+)$", get(planner, "/metrics")[1], re.M).group(1))


def announce(planner, *options):
    """A window of an hour from two seconds ahead on; its number."""
    text = planner.control("--json", "add", "service", "window", instant(2), instant(3602), "Ny version", "--force", *options)
    return str(json.loads(text)["result"]["window"]["window"])


def wait_for_event(planner, state, window):
    """The line of the log that tells of the window's start or end."""
    pattern = re.compile(rf'event=service-window state="?{state}"? window="?{window}"?.*')
    return testlib.wait_for(
        lambda: pattern.search(planner.log.read_text(encoding="utf-8")), 30, f"window {window}: {state}"
    ).group(0)


def test_closed_window_from_announcement_to_end():
    """Nothing is restarted: the running program takes a window up, keeps it, and lets it go when it is cancelled."""
    with new_planner() as planner:
        testlib.equal(metric(planner, "planner_service_window_start_seconds"), 0, "no window")
        window = announce(planner)
        assert metric(planner, "planner_service_window_end_seconds") - metric(planner, "planner_service_window_start_seconds") == 3600
        line = wait_for_event(planner, "start", window)
        assert "kind=closed" in line and "Ny version" in line, line
        status, code, retry, text = ask_times(planner)
        testlib.equal((status, code), (500, 990034), "answer of a reading call")
        assert 3000 < int(retry) <= 3601, retry
        assert "calls are refused until" in text and "Ny version" in text, text
        testlib.equal(book(planner)[1], 990034, "answer of a change")
        status, text = get(planner, "/health/ready")
        testlib.equal(status, 503, "readiness")
        assert re.search(r"closed for planned service until \S+: Ny version", text), text
        testlib.equal(get(planner, "/health/live")[0], 200, "liveness")
        testlib.equal(metric(planner, "planner_service_window_active"), 1, "active")
        assert 'outcome="closed"} 1' in get(planner, "/metrics")[1]
        planner.control("cancel", "service", "window", window)
        testlib.equal(ask_times(planner)[0], 200, "answer after the end")
        wait_for_event(planner, "end", window)
        testlib.equal(get(planner, "/health/ready")[0], 200, "readiness after the end")
        testlib.equal(book(planner)[0], 200, "a change after the end")


def test_changes_alone_and_other_units():
    """Reading goes on; a window of another unit is only told."""
    with new_planner() as planner:
        other = announce(planner, "--unit", "89100")
        wait_for_event(planner, "start", other)
        testlib.equal(ask_times(planner)[0], 200, "answer of the unit that is not closed")
        planner.control("cancel", "service", "window", other)
        window = announce(planner, "--kind", "changes")
        wait_for_event(planner, "start", window)
        testlib.equal(ask_times(planner)[0], 200, "answer of a reading call")
        testlib.equal(book(planner)[1], 990034, "answer of a change")
        status, text = get(planner, "/health/ready")
        testlib.equal(status, 200, "readiness")
        assert re.match(r"ok\nservice window \(changes\) until \S+: Ny version\n", text), text


def test_window_of_a_stopped_planner():
    """What plannerctl announces while nobody serves is there at the next start."""
    planner = new_planner()
    window = announce(planner)
    super(PlannerProcess, planner).start()
    try:
        wait_for_event(planner, "start", window)
        testlib.equal(ask_times(planner)[1], 990034, "answer")
    finally:
        planner.stop()


def test_notice_is_asked_for():
    """Without --force a window must be announced two days ahead."""
    planner = new_planner()
    try:
        planner.control("add", "service", "window", instant(3600), instant(7200), "Ny version")
    except AssertionError as refusal:
        assert "48 hours ahead" in str(refusal), refusal
    else:
        raise AssertionError("a window was announced too late")
    planner.control("add", "service", "window", instant(50 * 3600), instant(51 * 3600), "Ny version")


if __name__ == "__main__":
    testlib.run(globals())
