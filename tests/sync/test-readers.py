# SPDX-License-Identifier: EUPL-1.2
# What other clients make of the events that plannerd writes: khal, vdirsyncer, python3-caldav, icalendar, each on every server.
"""Times are held against the database's bookings, on both sides of a change of the clock if one is near; what a person's own
events looked like is held against what they look like afterwards."""

import datetime
import re

import caldav_servers
import calendar_readers
import testlib
from caldav_servers import event
from sync_world import own, zoned
from town import ADVISOR, TODAY, Town, days, moment, settle

SPAN = 80


def series():
    """Recurring events as people have them: {name: text}."""
    start = moment(6, 12)
    day = datetime.timedelta(days=1)
    local = lambda time: f"{time:%Y%m%dT%H%M%S}"
    moved = event(
        "rykket", zoned(start), zoned(start + datetime.timedelta(hours=1)), "RRULE:FREQ=DAILY;COUNT=10", "SUMMARY:Serie"
    )
    instance = [
        "BEGIN:VEVENT", "UID:rykket", "DTSTAMP:20260101T000000Z", f"RECURRENCE-ID;TZID=Europe/Copenhagen:{local(start + 3 * day)}",
        f"DTSTART;TZID=Europe/Copenhagen:{local(start + 3 * day + datetime.timedelta(hours=2))}",
        f"DTEND;TZID=Europe/Copenhagen:{local(start + 3 * day + datetime.timedelta(hours=3))}", "SUMMARY:Serie\\, rykket", "END:VEVENT",
    ]  # fmt: skip
    return {
        "rykket": moved.replace("END:VCALENDAR", "\r\n".join([*instance, "END:VCALENDAR"])),
        "uge": event("uge", zoned(moment(7, 13)), zoned(moment(7, 14)), "RRULE:FREQ=WEEKLY;BYDAY=MO,TH", "SUMMARY:Hver uge"),
        "uden": event(
            "uden", zoned(moment(8, 15)), zoned(moment(8, 16)), "RRULE:FREQ=DAILY;COUNT=6",
            f"EXDATE;TZID=Europe/Copenhagen:{local(moment(10, 15))}", "SUMMARY:Med en undtagelse",
        ),
        "heldag": event("heldag", f";VALUE=DATE:{days(30):%Y%m%d}", f";VALUE=DATE:{days(32):%Y%m%d}", "SUMMARY:Kursus", "TRANSP:TRANSPARENT"),
    }  # fmt: skip


def times_of(rows, uids):
    """{(start, end)} of rows of UIDS."""
    return {(start, end) for uid, start, end, _ in rows if uid in uids}


def read_everywhere(town, what):
    """Our meetings by every reader; answers icalendar's rows of everything."""
    calendar = town.calendar
    live = {(start, end) for start, end in town.world.bookings(ADVISOR)}
    pair = calendar_readers.Vdirsyncer(calendar.url, calendar.user, calendar.password)
    pair.discover()
    pair.sync()
    texts = calendar.texts()
    testlib.equal(len(pair.texts()), len(texts), f"{what}: what vdirsyncer has")
    rows = calendar_readers.expand(texts.values(), TODAY, days(SPAN))
    testlib.equal(calendar_readers.expand(pair.texts().values(), TODAY, days(SPAN)), rows, f"{what}: vdirsyncer's copy")
    listed = calendar_readers.read_by_caldav(calendar.url, calendar.user, calendar.password)
    testlib.equal(calendar_readers.expand(listed, TODAY, days(SPAN)), rows, f"{what}: python3-caldav's copy")
    uids = {re.search(r"(?m)^UID:(.*?)\r?$", text.replace("\r\n ", "")).group(1) for text in own(texts.values()).values()}
    testlib.equal(times_of(rows, uids), live, f"{what}: our meetings by icalendar")
    testlib.equal(times_of(calendar_readers.Khal(pair.items).list(TODAY, SPAN), uids), live, f"{what}: our meetings by khal")
    path = next(pair.items / f"{name}.ics" for name, text in pair.texts().items() if "X-PLANNER-REF" in text)
    shown = calendar_readers.Khal(pair.items).printics(path)
    testlib.equal("1 events found" in shown, True, f"{what}: khal printics: {shown}")
    testlib.equal({row[3] for row in rows if row[0] in uids} - {""} != set(), True, f"{what}: our meetings have a title")
    return rows, uids


def foreign_rows(rows, uids):
    """What is not ours."""
    return [row for row in rows if row[0] not in uids]


def form_of(text):
    """Properties of an event, in no order: what a rewriting server may not lose."""
    return sorted(
        line
        for line in text.replace("\r\n ", "").replace("\r\n", "\n").split("\n")
        if line and not line.startswith(("PRODID", "DTSTAMP"))
    )


def try_server(server):
    """Made, moved, written on, moved again; foreign series beside them."""
    with Town(server, 0) as town:
        world, calendar = town.world, town.calendar
        calendar.fill(series())
        before = {name: form_of(text) for name, text in calendar.texts().items()}
        town.run()
        starts = [world.free(days(n_days), 1, ADVISOR) for n_days in range(3, SPAN - 2, 11)]
        bookings = [world.book(free[len(free) // 2], ADVISOR) for free in starts if free]
        testlib.equal(len(bookings) >= 5, True, f"there is something to read: {len(bookings)}")
        settle(town, "bookings")
        rows, uids = read_everywhere(town, f"{server.name}, bookings")
        strangers = foreign_rows(rows, uids)
        testlib.equal(len(strangers) > 20, True, "foreign occurrences are read")
        # An advisor writes on one of ours, with another client's habits.
        reference, text = sorted(own(calendar.texts().values()).items())[0]
        name = next(name for name, found in calendar.texts().items() if reference in found.replace("\r\n ", ""))
        notes = (
            "DESCRIPTION:Husk m\u00f8delokalet\\, og n\u00f8glen\r\nX-MOZ-GENERATION:3\r\nCATEGORIES:R\u00f8d\r\n"
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:P\u00e5mindelse\r\nEND:VALARM\r\n"
        )
        calendar.put(name, text.replace("END:VEVENT", notes + "END:VEVENT", 1))
        settle(town, "an advisor wrote on one")
        identifier = reference.rsplit(":", 1)[1]
        booking = next(booking for booking in bookings if booking[0] == identifier)
        world.move(booking, world.free(days(5), 2, ADVISOR)[-1], ADVISOR)
        world.cancel(next(booking for booking in bookings if booking[0] != identifier))
        settle(town, "moved and cancelled")
        rows, uids = read_everywhere(town, f"{server.name}, moved and cancelled")
        text = own(calendar.texts().values())[reference].replace("\r\n ", "")
        for line in ("Husk m\u00f8delokalet", "X-MOZ-GENERATION:3", "R\u00f8d", "BEGIN:VALARM", "P\u00e5mindelse", "TRIGGER"):
            testlib.equal(line in text, True, f"{server.name}: {line} stands after the move:\n{text}")
        testlib.equal(foreign_rows(rows, uids), strangers, f"{server.name}: foreign occurrences are what they were")
        after = {name: form_of(text) for name, text in calendar.texts().items() if name in before}
        testlib.equal(after, before, f"{server.name}: foreign events are what they were")


def _make_test(kind):
    def test():
        if kind.missing():
            raise testlib.Skip(f"{kind.name} is not installed: no {kind.missing()}")
        calendar_readers.need("khal", "vdirsyncer")
        with kind() as server:
            try_server(server)

    return test


for _kind in caldav_servers.SERVERS:
    globals()["test_" + _kind.name.lower()] = _make_test(_kind)

testlib.run(globals())
