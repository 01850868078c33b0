# SPDX-License-Identifier: EUPL-1.2
# Asking for times only loses no time: what is kept of a partial text equals what is kept of the whole one, on every server.
"""The corpus of strange calendars and a list of our own go into each server; each item is read both ways and reduced as an
import would. A server that honours the partial request must not say more than was asked for."""

import importlib.util
import pathlib

import caldav_servers
import testlib
from caldav_servers import event

HERE = pathlib.Path(__file__).parent
CORPUS = testlib.SOURCE / "tests" / "corpus"
PERSONAL = ("SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "COMMENT", "CATEGORIES", "VALARM", "CONTACT", "HEMMELIG")

_spec = importlib.util.spec_from_file_location("test_remote", HERE / "test-remote.py")
test_remote = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(test_remote)

TIMED = ("20270104T080000Z", "20270104T083000Z")
PRIVATE = ("SUMMARY:HEMMELIG", "DESCRIPTION:HEMMELIG", "LOCATION:HEMMELIG", "CATEGORIES:HEMMELIG", "COMMENT:HEMMELIG")
OWN = {
    "plain": (),
    "private": ("CLASS:PRIVATE", *PRIVATE),
    "tentative": ("STATUS:TENTATIVE", *PRIVATE),
    "cancelled": ("STATUS:CANCELLED",),
    "free": ("TRANSP:TRANSPARENT", *PRIVATE),
    "away": ("X-MICROSOFT-CDO-BUSYSTATUS:OOF",),
    "elsewhere": ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "TRANSP:TRANSPARENT"),
    "ours": ("X-PLANNER-REF:her:booking:4711", "SEQUENCE:3"),
    "series": ("RRULE:FREQ=WEEKLY;COUNT=6", "EXDATE:20270111T080000Z", "RDATE:20270120T090000Z", *PRIVATE),
    "declined": (
        "ORGANIZER:mailto:anden@kommune.example",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:vejleder@kommune.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:anden@kommune.example",
        *PRIVATE,
    ),
    "alarm": ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:HEMMELIG", "TRIGGER:-PT10M", "END:VALARM"),
}
EXCEPTION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//events//DA
BEGIN:VTIMEZONE
TZID:Romance Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:moved
DTSTAMP:20260101T000000Z
DTSTART;TZID=Romance Standard Time:20270104T090000
DTEND;TZID=Romance Standard Time:20270104T093000
RRULE:FREQ=DAILY;COUNT=5
SUMMARY:HEMMELIG
END:VEVENT
BEGIN:VEVENT
UID:moved
DTSTAMP:20260101T000000Z
RECURRENCE-ID;TZID=Romance Standard Time:20270105T090000
DTSTART;TZID=Romance Standard Time:20270105T140000
DURATION:PT1H
SUMMARY:HEMMELIG
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def items():
    """{name: text} of everything that is tried; one item a file."""
    texts = {name: event(name, *TIMED, *lines) for name, lines in OWN.items()}
    texts["all-day"] = event("all-day", ";VALUE=DATE:20270104", ";VALUE=DATE:20270106", *PRIVATE)
    texts["floating"] = event("floating", "20270104T080000", "20270104T083000")
    texts["moved"] = EXCEPTION
    files = sorted((CORPUS / "producers").glob("*.ics")) + sorted((CORPUS / "icalendar" / "events").glob("*.ics"))
    files += sorted((CORPUS / "icalendar" / "calendars").glob("*.ics"))
    for path in files:
        text = path.read_bytes()
        if b"BEGIN:VCALENDAR" not in text:
            text = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//events//DA\r\n" + text.strip() + b"\r\nEND:VCALENDAR\r\n"
        texts["c-" + path.stem.replace(" ", "-")] = text
    return texts


def try_server(server):
    """Stores what the server takes, reads each both ways, compares what is kept."""
    calendar = server.make_calendar("u1", "arbejde")
    headers = {"Content-Type": "text/calendar; charset=utf-8"}
    with test_remote.Remote(calendar.url, calendar) as remote:
        stored = {}
        for name, text in items().items():
            key = remote.ask("key", name)[0][1]
            if calendar.ask("PUT", key, text, headers).status in (200, 201, 204):
                stored[key] = name
        testlib.equal(set(OWN) - set(stored.values()), set(), f"{server.name} takes the plain ones")
        keys = list(remote.listing("all")[0])
        partial = remote.fetch(keys, "reduce")
        texts = remote.fetch(keys)
        differing = []
        for key in keys:
            whole = remote.fetch([key], "reduce-whole")[key]
            if partial[key] != whole:
                differing.append((stored.get(key, key), partial[key], whole))
        print(f"# {server.name}: {len(keys)} of {len(items())} items stored and read both ways", flush=True)
        testlib.equal(differing, [], f"{server.name}: kept of the part and of the whole")
        if server.name == "Cyrus":
            said = [word for word in PERSONAL if any(word in text for _, _, text in texts.values())]
            testlib.equal(said, [], "Cyrus says what was not asked for")


def _make_test(kind):
    def test():
        if kind.missing():
            raise testlib.Skip(f"{kind.name} is not installed: no {kind.missing()}")
        with kind() as server:
            try_server(server)

    return test


for _kind in caldav_servers.SERVERS:
    globals()["test_" + _kind.name.lower()] = _make_test(_kind)

testlib.run(globals())
