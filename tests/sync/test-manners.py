# SPDX-License-Identifier: EUPL-1.2
# The real plannerd with an advisor on a server that misbehaves: what an admin is told, what is lost (nothing), how it ends.
"""Each manner is met by a run that has something to fetch and something to send. Whatever happens: no busy time and no booking is
taken away, no meeting stands in the calendar twice, no byte of an answer is in log, database or output; and when the manner ends,
a few runs make both sides equal."""


import caldav_fake as f
import calendar_readers
import testlib
from caldav_servers import event
from sync_world import own, zoned
from town import ADVISOR, Town, days, moment, settle

SETTINGS = {"sync/answer-timeout-s": 2, "sync/total-timeout-s": 6, "sync/connect-timeout-s": 2, "sync/max-answer-bytes": 2 << 20}
SECRET = "HEMMELIG-4711"
PAGE = f"<html><body><h1>Velkommen</h1>{SECRET}</body></html>"
XML = "application/xml"
ANY = "PROPFIND REPORT GET PUT DELETE OPTIONS"

# name; requests that meet it; the manner; words of which the run's outcome or the state must show one ('' = nothing to see);
# 'send' rows let the reading through and meet the writing.
READ = [
    ("redirect to itself", ANY, f.redirect(301, "{path}"), "astray"),
    ("redirect loop of 308", ANY, f.redirect(308, "{path}x/"), "astray gone"),
    ("302 to another server", ANY, f.redirect(302, "http://127.0.0.1:9{path}"), "astray"),
    ("401", ANY, f.status(401, {"WWW-Authenticate": 'Basic realm="x"'}), "denied"),
    ("403", ANY, f.status(403), "forbidden"),
    ("404", ANY, f.status(404), "gone"),
    ("409", ANY, f.status(409), "failed changed"),
    ("410", ANY, f.status(410), "gone"),
    ("412", ANY, f.status(412), "failed changed cursor"),
    ("423", ANY, f.status(423), "busy"),
    ("429 with Retry-After", ANY, f.status(429, {"Retry-After": "3"}), "busy"),
    ("500", ANY, f.status(500), "failed"),
    ("503 with a date", ANY, f.status(503, {"Retry-After": f.http_date(2)}), "busy"),
    ("507", ANY, f.status(507), "failed full"),
    ("HTML with 200", ANY, f.text(200, "text/html", PAGE), "nonsense"),
    ("garbage XML", ANY, f.text(207, XML, f"<multistatus xmlns='DAV:'><{SECRET}"), "nonsense"),
    ("half answers", ANY, f.cut(0.5), "unreachable nonsense"),
    ("half documents", "REPORT PROPFIND", f.cut_cleanly(0.6), "nonsense"),
    ("nobody listens", ANY, f.deaf, "unreachable"),
    ("silence", ANY, f.hang(4), "unreachable"),
    ("entities", "REPORT PROPFIND", f.entities, "nonsense"),
    ("a file by an entity", "REPORT PROPFIND", f.outside_entity("/etc/passwd"), "nonsense"),
    ("a huge answer", "REPORT PROPFIND", f.huge(32 << 20), "too-large nonsense"),
    ("a gzip bomb", "REPORT PROPFIND", f.gzip_bomb(128 << 20), "too-large nonsense"),
    # One item alone: whether it or the server is broken nobody can tell.
    ("500 in the middle", "calendar-multiget GET", f.status(500), "failed done"),
    ("the right is lost in the middle", "calendar-multiget GET", f.status(403), "forbidden done"),
    ("the password is changed in the middle", "calendar-multiget GET", f.status(401), "denied"),
    ("a slow drip", ANY, f.drip(600, 0.01), ""),
    ("the token is forgotten", "sync-collection", f.precondition(403, "valid-sync-token"), "cursor done quiet"),
    ("no ETags", ANY, f.without_header("etag"), ""),
    ("weak ETags", ANY, f.changed(lambda text: text.replace("<getetag>", "<getetag>W/")), ""),
]
WRITE = [
    ("403 need-privileges to a write", "PUT DELETE", f.precondition(403, "need-privileges"), "forbidden"),
    ("403 valid-calendar-data", "PUT", f.precondition(403, "valid-calendar-data", f.CALDAV), "refused conflict"),
    ("404 to a write", "PUT DELETE", f.status(404), ""),
    ("409 to a write", "PUT", f.status(409), ""),
    ("412 to a write", "PUT DELETE", f.status(412), ""),
    ("413 to a write", "PUT", f.status(413), "refused conflict"),
    ("423 to a write", "PUT DELETE", f.status(423), "busy"),
    ("429 to a write", "PUT DELETE", f.status(429, {"Retry-After": "2"}), "busy"),
    ("500 to a write", "PUT DELETE", f.status(500), ""),
    ("503 to a write", "PUT DELETE", f.status(503), "busy"),
    ("507 to a write", "PUT", f.status(507), "full"),
    ("a write is done, the answer lost", "PUT DELETE", f.silent, ""),
    ("a write is lost", "PUT DELETE", f.deaf, ""),
    ("a write is done too late", "PUT DELETE", f.hang(4, before=True), ""),
    ("a page to a write", "PUT DELETE", f.text(200, "text/html", PAGE), ""),
    ("no ETag to a write", "PUT", f.without_header("etag"), ""),
    ("500 to a write that was done", "PUT DELETE", lambda request, proceed: proceed() and f.Reply(500), ""),
]


def hurry(town):
    """Lets what waits after a failure go at once: the test has no patience, the clock is real."""
    import sqlite3  # pylint: disable=import-outside-toplevel

    connection = sqlite3.connect(town.world.database, timeout=60)
    with connection:
        connection.execute("UPDATE sync_link SET not_before_us = 0")
        connection.execute("UPDATE sync_binding SET next_try_us = 0")
    connection.close()


def disturb(town, number):
    """Something to fetch, something to send: answers the booking that was moved."""
    name = f"s{number}"
    text = event(name, zoned(moment(20 + number % 30, 18)), zoned(moment(20 + number % 30, 19)), f"SUMMARY:{SECRET}")
    town.calendar.put(name, text)
    world = town.world
    booking = town.bookings[number % len(town.bookings)]
    free = world.free(days(7 + number % 40), 6, ADVISOR)
    if not free:
        raise AssertionError(f"the advisor is not offered before manner {number}: {world.ctl('sync', 'status', ADVISOR)}")
    world.move(booking, free[number % len(free)], ADVISOR)


def meet(town, number, row):
    """One manner from beginning to end; answers what was wrong."""
    name, what, act, words = row
    world, wrong = town.world, []
    busy = world.busy(ADVISOR)
    disturb(town, number)
    live = world.bookings(ADVISOR)
    with town.server.manner(what, act):
        _, text = world.try_ctl("sync", "run", ADVISOR)
        state = str(world.ctl("sync", "status", ADVISOR))
        # Once more: a second failure may be taken otherwise, a written event must not be written twice.
        world.try_ctl("sync", "run", ADVISOR)
    if words and not any(word in text or word in state for word in words.split()):
        wrong.append(f"{name}: neither of {words} in {text.strip()[-300:]} nor in {state[-400:]}")
    gone = [span for span in busy if not any(start <= span[0] and span[1] <= end for start, end in world.busy(ADVISOR))]
    if gone:
        wrong.append(f"{name}: busy time was lost: {gone[:3]}")
    if world.bookings(ADVISOR) != live:
        wrong.append(f"{name}: bookings changed")
    own(town.calendar.texts().values())  # fails when one stands twice
    try:
        recover(town)
        settle(town, f"after {name}", 5)
    except AssertionError as error:
        wrong.append(f"{name}: does not recover: {error}")
    return wrong


def recover(town):
    """What the status tells an admin to do."""
    hurry(town)
    for row in town.world.ctl("sync", "status", ADVISOR)["calendars"]:
        if row["state"] in ("paused", "denied"):
            town.world.try_ctl("sync", "resume", ADVISOR)
    for row in town.world.ctl("sync", "conflicts", ADVISOR)["conflicts"]:
        town.world.try_ctl("sync", "resolve", row["conflict"], "--take", "planner")


def search(town):
    """Nothing of the answers is anywhere."""
    world = town.world
    places = [("log", world.log.read_bytes())]
    places += [(path.name, path.read_bytes()) for path in world.folder.glob("planner.db*") if path.is_file()]
    places += [("output", "\n".join(world.said).encode())]
    for where, content in places:
        for word in (SECRET, "root:x:", "Velkommen", "Om dagens punkter", "Lokale"):
            testlib.equal(word.encode() in content, False, f"{word} in {where}")


def run_table(rows):
    """Every row on one server, one after the other."""
    calendar_readers.need()
    wrong = []
    with f.FakeServer() as server, Town(server, 30, settings=SETTINGS) as town:
        settle(town, "the first reading")
        town.bookings = [town.world.book(start, ADVISOR) for start in town.world.free(days(9), 5, ADVISOR)[:5]]
        settle(town, "in the beginning")
        for number, row in enumerate(rows):
            wrong += meet(town, number, row)
        search(town)
    testlib.equal(wrong, [], f"of {len(rows)} manners")


def test_reading():
    run_table(READ)


def test_writing():
    run_table(WRITE)


testlib.run(globals())
