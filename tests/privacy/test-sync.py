# SPDX-License-Identifier: EUPL-1.2
# Words in every part of other people's appointments, through every kind of run; then all that was written anywhere is searched.
"""And the other way: what we write into calendars is searched for citizens' numbers and for what callers said of a meeting."""

import datetime
import re
import urllib.request

import caldav_fake as f
import caldav_servers
import testlib
from canary import Canaries, Words, word_forms
from caldav_servers import event
from sync_world import UNIT, ZONE, SyncWorld, zoned

ADVISOR = "89000-01"
WORDS, NUMBERS = Words(), Canaries()
TODAY = datetime.date.today()
TEXTS = []  # (where, bytes) of everything that left the program
# Properties of an event that say what it is about, where, and with whom.
PROSE = {
    "SUMMARY": "{}",
    "DESCRIPTION": "Om {} og andet",
    "LOCATION": "{}",
    "CATEGORIES": "A,{}",
    "COMMENT": "{}",
    "CONTACT": "{}",
    "URL": "https://{}.example/",
    "ATTACH": "https://x.example/{}.pdf",
    "CONFERENCE;VALUE=URI": "https://x.example/{}",
    "RELATED-TO": "{}",
    "RESOURCES": "{}",
    "REQUEST-STATUS": "2.0;{}",
    "GEO;X-A={}": "55.7;12.5",
    "ORGANIZER;CN={}": "mailto:{}@x.example",
    "ATTENDEE;CN={};PARTSTAT=ACCEPTED": "mailto:{}@x.example",
    "X-ALT-DESC;FMTTYPE=text/html": "<p>{}</p>",
    "X-{}": "{}",
    "X-MICROSOFT-LOCATIONS": '[{{"DisplayName":"{}"}}]',
    "STRUCTURED-DATA;VALUE=TEXT": "{}",
    "IMAGE;VALUE=URI": "https://x.example/{}.png",
    "STYLED-DESCRIPTION": "{}",
    "NAME": "{}",
    "COLOR": "{}",
}


def when(n_days, hour):
    """A start or end."""
    return zoned(datetime.datetime.combine(TODAY + datetime.timedelta(days=n_days), datetime.time(hour)))


def prose(road):
    """Lines with a word in every property."""
    lines = []
    for name, value in PROSE.items():
        word = WORDS.new(f"{road}: {name}")
        lines.append(f"{name.format(word)}:{value.format(word)}")
    alarm = WORDS.new(f"{road}: VALARM")
    return [*lines, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", f"DESCRIPTION:{alarm}", "END:VALARM"]


def fold(text):
    """Lines as long as the RFC allows."""
    return "\r\n".join(re.sub(r"(.{70})(?=.)", "\\1\r\n ", line) for line in text.split("\r\n"))


def appointments(road):
    """{name: text} of every kind of appointment, with words in names and UIDs too."""
    made = {}

    def add(kind, start, end, *lines, change=lambda text: text):
        name, uid = WORDS.new(f"{road}, {kind}: href"), WORDS.new(f"{road}, {kind}: UID")
        made[name] = fold(change(event(uid, start, end, *lines, *prose(f"{road}, {kind}"))))

    add("plain", when(5, 8), when(5, 9))
    add("private", when(5, 10), when(5, 11), "CLASS:PRIVATE")
    add("confidential series", when(6, 8), when(6, 9), "CLASS:CONFIDENTIAL", "RRULE:FREQ=DAILY;COUNT=5")
    add("free", when(7, 8), when(7, 9), "TRANSP:TRANSPARENT")
    add("cancelled", when(7, 10), when(7, 11), "STATUS:CANCELLED")
    word = WORDS.new(f"{road}: parameter")
    add("parameter", f";X-P={word}" + when(8, 8), when(8, 9))
    add(
        "whole day",
        f";VALUE=DATE:{TODAY + datetime.timedelta(days=9):%Y%m%d}",
        f";VALUE=DATE:{TODAY + datetime.timedelta(days=10):%Y%m%d}",
    )
    calendar_words = [WORDS.new(f"{road}: {name}") for name in ("X-WR-CALNAME", "PRODID")]
    add(
        "calendar's own properties", when(10, 8), when(10, 9),
        change=lambda text: text.replace("BEGIN:VEVENT", f"X-WR-CALNAME:{calendar_words[0]}\r\nX-PUBLISHED:{calendar_words[1]}\r\nBEGIN:VEVENT"),
    )  # fmt: skip
    broken = "X-BROKEN-ONE:1"
    add("broken rule", when(11, 8), when(11, 9), broken, f"RRULE:FREQ={WORDS.new(road + ': RRULE')}")
    add("broken start", ":" + WORDS.new(f"{road}: DTSTART"), when(11, 9), broken)
    add("not closed", when(12, 8), when(12, 9), broken, change=lambda text: text.replace("END:VEVENT", ""))
    add("control characters", when(12, 10), when(12, 11), broken, f"SUMMARY:\x01{WORDS.new(road + ': control')}\x02")
    add("a to-do", when(13, 8), when(13, 9), change=lambda text: text.replace("VEVENT", "VTODO").replace("DTEND", "DUE"))
    return made


def take(where, text):
    """Something left the program."""
    TEXTS.append((where, text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")))


def run(world, *words):
    """A command; what it says is kept."""
    status, text = world.try_ctl(*words)
    take("plannerctl " + " ".join(map(str, words)), text)
    return status, text


def scrape(world):
    """Metrics and health."""
    for question in ("metrics", "health/ready", "health/sync", "health/live"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{world.health_port}/{question}", timeout=60) as answer:
                take(question, answer.read())
        except urllib.error.HTTPError as error:
            take(question, error.read())


def ask(world):
    """What callers see of the advisor."""
    for day in range(3, 15, 4):
        start = datetime.datetime.combine(TODAY + datetime.timedelta(days=day), datetime.time(), ZONE)
        span = {"from_time": start.isoformat(), "to_time": (start + datetime.timedelta(days=4)).isoformat()}
        answer = world.call("GetSelfbookTimeslots", cpr=testlib.cpr(1), offer="10000000-0000-4000-8000-000000000001", **span)
        take("GetSelfbookTimeslots", answer)
    take("GetBookings", world.call("GetBookings", unit=UNIT, MaxCount=100))


def look(world):
    """Every command that shows something of calendars."""
    for words in (
        ("sync", "status"),
        ("sync", "status", ADVISOR),
        ("sync", "conflicts", "--all"),
        ("sync", "preview", ADVISOR),
        ("sync", "runs", ADVISOR),
        ("sync", "test", ADVISOR),
        ("show", "advisor", ADVISOR),
        ("verify",),
        ("doctor",),
    ):
        run(world, *words)
    for row in world.query("SELECT run_id FROM sync_run ORDER BY run_id"):
        run(world, "sync", "show", "run", row[0])
    scrape(world)
    ask(world)


# Roads ------------------------------------------------------------------------------------------------


def drive_edits(world, calendar):
    """First reading, changes, deletions, a full reading."""
    texts = appointments("first")
    if isinstance(calendar.server, caldav_servers.Radicale):
        # It would break on them itself.
        texts = {name: text for name, text in texts.items() if "BROKEN-" not in text and "VTODO" not in text}
    calendar.fill(texts)
    run(world, "sync", "run", ADVISOR)
    look(world)
    for name, text in zip(list(texts)[:4], appointments("changed").values()):
        same = re.search(r"UID:(\w+)", texts[name]).group(1)
        calendar.put(name, re.sub(r"UID:\w+", f"UID:{same}", text, count=1))
    calendar.delete(list(texts)[4])
    run(world, "sync", "run", ADVISOR)
    run(world, "sync", "run", ADVISOR, "--full")
    look(world)
    # What cannot be read takes all of the advisor's time, and nothing more could be booked.
    for name in list(calendar.list()):
        text = calendar.get(name)
        if "BROKEN-" in text:
            calendar.delete(name)
    run(world, "sync", "run", ADVISOR)


def n_roads(roads):
    """How many of them this run takes: other ones each time."""
    return min(len(roads), testlib.budget("sync-error-roads"))


def drive_errors(world, server, calendar):
    """Words in everything that a server can say when it says no."""

    def page(code, road, **headers):
        word = WORDS.new(road)
        body = f"<html><title>{word}</title><body>{word}</body></html>"
        return f.Reply(
            code,
            {"Content-Type": "text/html", **{name.replace("_", "-"): value.format(word) for name, value in headers.items()}},
            body,
        )

    roads = [
        page(code, f"page with {code}")
        for code in (200, 207, 400, 401, 403, 404, 405, 409, 412, 418, 423, 429, 500, 502, 503, 507)
    ]
    roads += [
        page(302, "redirect", Location="http://x.example/{0}?{0}={0}"),
        page(301, "redirect on the same server", Location="/{0}/?{0}"),
        page(401, "realm", WWW_Authenticate='Basic realm="{}"'),
        page(503, "Retry-After", Retry_After="{}"),
        page(200, "content type", Content_Type="text/{}"),
        page(500, "a header", X_Fejl="{}"),
    ]
    word = WORDS.new("description of an error")
    dav = f'<D:error xmlns:D="DAV:"><D:{word}/><D:responsedescription>{word}</D:responsedescription></D:error>'
    roads += [f.Reply(code, {"Content-Type": "application/xml"}, dav) for code in (403, 409, 500)]
    word = WORDS.new("broken XML")
    roads += [f.Reply(207, {"Content-Type": "application/xml"}, f'<multistatus xmlns="DAV:"><{word}>{word}') for _ in range(1)]
    word = WORDS.new("a response's description")
    inner = f"<response><href>{calendar.path}{word}.ics</href><status>HTTP/1.1 500 {word}</status><responsedescription>{word}</responsedescription></response>"
    roads += [f.Reply(207, {"Content-Type": "application/xml"}, f'<multistatus xmlns="DAV:">{inner}</multistatus>')]
    chance = testlib.generator()
    for what in ("*", "calendar-multiget GET", "PUT DELETE"):
        for number, reply in sorted(chance.sample(list(enumerate(roads)), n_roads(roads)), key=lambda pair: pair[0]):
            calendar.put(f"stoej{number}", event(WORDS.new("UID of what was read in trouble"), when(14, 8), when(14, 9)))
            if what == "PUT DELETE":
                world.move(world.booking, world.free(TODAY + datetime.timedelta(days=20 + number), 4, ADVISOR)[0], ADVISOR)
            with server.manner(what, lambda request, proceed, answer=reply: answer):
                run(world, "sync", "run", ADVISOR)
            run(world, "sync", "status", ADVISOR)
            run(world, "sync", "resume", ADVISOR)
        run(world, "sync", "run", ADVISOR)
    look(world)


def drive_guard(world, calendar):
    """An emptied calendar, agreed to; an undo."""
    texts = calendar.texts()
    calendar.clear()
    run(world, "sync", "run", ADVISOR)
    run(world, "sync", "agree", ADVISOR)
    look(world)
    run(world, "sync", "agree", ADVISOR, "--yes")
    run(world, "sync", "run", ADVISOR)
    newest = world.query("SELECT max(run_id) FROM sync_run")[0][0]
    run(world, "sync", "undo", newest, "--yes")
    calendar.fill(texts)
    run(world, "sync", "resume", ADVISOR)
    run(world, "sync", "run", ADVISOR, "--full")


def drive_exports(world):
    """Everything that writes files."""
    folder = testlib.make_folder()
    run(world, "export", folder / "out", "--records", "--citizens", "--icalendar")
    run(world, "backup", folder / "backup.db")
    for path in folder.rglob("*"):
        if path.is_file():
            take(f"export: {path.name}", path.read_bytes())


# The other way ----------------------------------------------------------------------------------------


def drive_bookings(world):
    """Meetings with numbers and words in everything that a caller may say."""
    number = NUMBERS.new("CreateBooking")
    world.booking = world.book(world.free(TODAY + datetime.timedelta(days=16), 5, ADVISOR)[0], ADVISOR, number)
    number, title, text = NUMBERS.new("RegisterBooking"), WORDS.new("out: Title"), WORDS.new("out: Description")
    start = datetime.datetime.combine(TODAY + datetime.timedelta(days=17), datetime.time(10), ZONE)
    members = {
        "unit": UNIT,
        "start": start.isoformat(),
        "end": (start + datetime.timedelta(minutes=30)).isoformat(),
        "InterviewTypeIdentifier": 4,
        "InterviewFormTypeIdentifier": 1,
        "contact": 1,
        "worker": ADVISOR,
        "Title": f"Samtale med {title} {number}",
        "ReBookingPossible": "false",
        "CancellationPossible": "false",
        "CompulsoryAttendance": "true",
        "Force": "true",
    }
    answer = world.call("RegisterBooking", cpr=number, **members)
    identifier = re.search("<BookingIdentifier>([^<]+)", answer)
    testlib.equal(identifier is not None, True, answer)
    world.call("UpdateBooking", cpr=number, booking=identifier[1], Revision=1, Description=f"{text} {number}")


def search_calendar(calendar, what):
    """What stands in the calendar of ours tells nothing of a citizen."""
    ours = [(name, text.replace("\r\n ", "").encode()) for name, text in calendar.texts().items() if "X-PLANNER-REF" in text]
    testlib.equal(len(ours) >= 2, True, f"{what}: our meetings are there: {len(ours)}")
    testlib.equal(NUMBERS.traces_in(ours), [], f"{what}: numbers in our events")
    said = {form for word, road in WORDS.roads.items() if road.startswith("out:") for form in word_forms(word).values()}
    for name, text in ours:
        testlib.equal(
            [form for form in said if form in text or form in name.encode()], [], f"{what}: words of callers in our events"
        )
        for name_of_property in ("ATTENDEE", "ORGANIZER", "DESCRIPTION"):
            testlib.equal(name_of_property.encode() in text, False, f"{what}: {name_of_property} in our event:\n{text.decode()}")


# Judging ----------------------------------------------------------------------------------------------


def search(world, roads):
    """Whatever is on disk and whatever was said."""
    for path in sorted(world.folder.glob("planner.db*")):
        if path.is_file():
            TEXTS.append((path.name, path.read_bytes()))
    TEXTS.append(("log", world.log.read_bytes()))
    take("every command", "\n".join(world.said))
    own_words = {word for word, road in WORDS.roads.items() if road.startswith("out:")}
    found = [trace for trace in WORDS.traces_in(TEXTS) if not trace[1].startswith("out:")]
    testlib.note(f"{len(WORDS.roads) - len(own_words)} words in {roads}, {len(TEXTS)} writings searched")
    shown = sorted({f"{road} ({form}) in {where}" for where, road, form in found})
    testlib.equal(shown[:20], [], f"words of other people's appointments, {len(shown)} in all")


def try_server(server, with_errors):
    """All roads on one server."""
    calendar = server.make_calendar("u1", "arbejde")
    settings = {"sync/answer-timeout-s": 5, "log/level": "debug", "sync/metrics-per-calendar": "true"}
    world = SyncWorld(n_advisors=2, settings=settings)
    with world:
        run(world, "sync", "connect", "89000-02", "--url", calendar.url, "--user", "ingen", "--secret", "findes-ikke")
        take("connect", str(world.connect(ADVISOR, calendar)))
        run(world, "sync", "run", ADVISOR)  # who was never read is not offered
        drive_bookings(world)
        drive_edits(world, calendar)
        search_calendar(calendar, server.name)
        if with_errors:
            drive_errors(world, server, calendar)
        drive_guard(world, calendar)
        look(world)
        drive_exports(world)
        search_calendar(calendar, server.name)
    search(world, server.name)


def test_a_planted_word_is_found():
    word = WORDS.new("planted")
    for name, text in word_forms(word).items():
        testlib.equal(WORDS.traces_in([("here", b"x=" + text + b" y")]) != [], True, f"{name} is found")


def test_fake():
    with f.FakeServer() as server:
        try_server(server, True)


def test_radicale():
    # It gives whole events whatever is asked for.
    if caldav_servers.Radicale.missing():
        raise testlib.Skip("Radicale is not installed")
    with caldav_servers.Radicale() as server:
        try_server(server, False)


testlib.run(globals())
