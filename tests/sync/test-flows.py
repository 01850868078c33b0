# SPDX-License-Identifier: EUPL-1.2
# plannerd and plannerctl against real CalDAV servers: what the two sides know of each other after every kind of edit.
"""What a calendar should take is worked out by icalendar and recurring_ical_events; what stands in it is read by the harness's own
client. A front counts requests and lets a server misbehave where it does not by itself. Budget row: sync-events."""

import re

import caldav_fake
import caldav_servers
import calendar_readers
import testlib
from caldav_servers import event
from sync_world import appointments, own, zoned
from town import ADVISOR, Town, days, edit, moment, settle, shifted

# A thousand on Cyrus; what costs others more, they get less of. The long share is for all of them.
SHARE = {"DAViCal": 10, "Radicale": 5, "Xandikos": 5}

# Flows ------------------------------------------------------------------------------------------------


def try_in(town):
    """Initial, then edits, deletions and new ones."""
    row = town.run()
    testlib.equal(row["outcome"], "done", f"the first run: {row}")
    town.check("the first run")
    settle(town, "after the first run")
    town.check_quiet("after the first run")
    texts = sorted(town.calendar.texts().items())
    for name, _ in texts[:5]:
        town.calendar.delete(name)
    for (name, _), text in zip(texts[5:15], appointments(10, seed=5, name="ny").values()):
        uid = re.search(r"UID:(\S+)", text).group(1)
        town.calendar.put(name, text.replace(f"UID:{uid}", f"UID:{name}"))
    for name, text in appointments(7, seed=6, name="mer").items():
        town.calendar.put(name, text)
    row = town.run()
    testlib.equal(row["outcome"], "done", f"edits: {row}")
    town.check("edits, deletions and new ones")
    settle(town, "after the edits")


def try_out(town):
    """Bookings made, moved, cancelled."""
    world = town.world
    bookings = [world.book(start, ADVISOR) for start in world.free(days(9), 5, ADVISOR)[:6]]
    town.run()
    town.check("bookings")
    settle(town, "after the bookings")
    free = world.free(days(16), 5, ADVISOR)
    world.move(bookings[0], free[0], ADVISOR)
    world.move(bookings[1], free[1], ADVISOR)
    world.cancel(bookings[2])
    town.run()
    town.check("moves and a cancellation")
    settle(town, "after the moves")
    town.check_quiet("after the moves")
    return bookings


def try_brief(town):
    """A meeting is deleted in the calendar before anybody read that it is there: not every server tells of that."""
    before = town.world.bookings(ADVISOR)
    town.world.book(town.world.free(days(25), 3, ADVISOR)[0], ADVISOR)
    references = set(own(town.calendar.texts().values()))
    town.run()
    (new,) = set(own(town.calendar.texts().values())) - references
    edit(town, new, None)
    settle(town, "a new meeting was deleted at once", 4)
    testlib.equal(len(town.world.bookings(ADVISOR)), len(before) + 1, "bookings")


def try_disputes(town):
    """A person moves, deletes and writes on our events; a person is faster than we are."""
    world, calendar = town.world, town.calendar
    before = world.bookings(ADVISOR)
    references = sorted(own(calendar.texts().values()))
    edit(town, references[0], shifted)
    edit(town, references[1], None)
    note = "Husk \u00e6sken med kort\\, og n\u00f8glen"
    edit(town, references[2], lambda text: text.replace("END:VEVENT", f"DESCRIPTION:{note}\r\nX-MIN-EGEN:7\r\nEND:VEVENT"))
    settle(town, "a person moved, deleted and wrote on our events", 4)
    testlib.equal(world.bookings(ADVISOR), before, "no booking was changed by it")
    found = {row["kind"] for row in world.ctl("sync", "conflicts", ADVISOR, "--all")["conflicts"]}
    testlib.equal({"moved", "deleted"} <= found, True, f"both are told: {found}")
    identifier = references[2].rsplit(":", 1)[1]
    cpr = world.query("SELECT c.cpr FROM booking b JOIN citizen c USING (citizen_id) WHERE b.identifier = ?", identifier)[0][0]
    world.move((identifier, cpr), world.free(days(23), 3, ADVISOR)[0], ADVISOR)
    settle(town, "the one that was written on was moved")
    text = own(calendar.texts().values())[references[2]].replace("\r\n ", "")
    testlib.equal((note in text, "X-MIN-EGEN:7" in text), (True, True), f"the person's words stand: {text}")
    # Between our reading and our writing.
    start = world.free(days(24), 3, ADVISOR)[0]
    world.move((identifier, cpr), start, ADVISOR)

    def faster(request, proceed):
        edit(town, references[2], lambda text: text.replace("END:VEVENT", "COMMENT:Hurtig\r\nEND:VEVENT"))
        return proceed()

    with town.front.manner("PUT", faster, times=1):
        town.run()
    settle(town, "a person was faster", 4)
    text = own(calendar.texts().values())[references[2]]
    testlib.equal("COMMENT:Hurtig" in text, True, "what the faster person wrote stands")


def try_losses(town):
    """Forgotten tokens, another server's start, both with edits meanwhile."""
    n_writes = lambda: sum(request.method in ("PUT", "DELETE") for request in town.front.seen)
    town.front.forget_seen()
    town.server.forget_tokens(town.calendar)
    settle(town, "forgotten tokens")
    names = sorted(name for name in town.calendar.list() if name.startswith("mer"))
    town.calendar.delete(names[0])
    town.server.forget_tokens(town.calendar)
    town.calendar.put("efter", event("efter", zoned(moment(30, 12)), zoned(moment(30, 13))))
    town.run() if town.server.refuses_forgotten_tokens else town.run("--full")
    settle(town, "forgotten tokens, and edits")
    town.server.restart()
    town.calendar.put("igen", event("igen", zoned(moment(31, 12)), zoned(moment(31, 13))))
    settle(town, "the server was started again")
    testlib.equal(n_writes(), 0, "nothing was sent for it")
    town.server.stop()
    status, text = town.world.try_ctl("sync", "run", ADVISOR)
    testlib.equal("unreachable" in text, True, f"a server that is down: {status} {text}")
    town.server.start()
    settle(town, "the server was down")


# Guard ------------------------------------------------------------------------------------------------


def try_guard(town):
    """An emptied calendar, half a listing, a lost right, another calendar in its place: nothing is taken away unasked."""
    world = town.world
    settle(town, "before the guard")
    busy, bookings = world.busy(ADVISOR), world.bookings(ADVISOR)

    def held(what, *outcomes, words=()):
        status, text = world.try_ctl("sync", "run", ADVISOR, *words)
        testlib.equal(any(outcome in text for outcome in outcomes), True, f"{town.server.name}, {what}: {status} {text}")
        testlib.equal((world.busy(ADVISOR), world.bookings(ADVISOR)), (busy, bookings), f"{town.server.name}, {what}")

    half = caldav_fake.keep_responses(lambda number: number % 2 == 0)
    with town.front.manner("PROPFIND sync-collection calendar-query", half):
        held("half a listing that looks whole", "guarded", words=("--full",))
    # The listing is whole again: nothing has disappeared.
    world.try_ctl("sync", "run", ADVISOR, "--full")
    settle(town, "the listing is whole again", 4)
    if town.server.knows_rights:
        town.server.deny(town.calendar, "")
        held("a lost right", "forbidden", "gone")
        town.server.deny(town.calendar, "rw")
        settle(town, "the right is back")
    texts = town.calendar.texts()
    town.calendar.clear()
    held("an emptied calendar", "guarded")
    held("an emptied calendar, again", "guarded")
    town.calendar.fill(texts)
    world.try_ctl("sync", "run", ADVISOR, "--full")
    settle(town, "the calendar is full again", 4)
    town.calendar.remove()
    held("the calendar is gone", "gone", "guarded", "cursor")
    town.calendar.make()
    # A server that tells everything to an unknown token tells nothing of an empty calendar.
    held("another calendar in its place", "astray", "guarded", *([] if town.server.refuses_forgotten_tokens else ["quiet"]))
    held("another calendar in its place, read whole", "astray", "guarded", words=("--full",))
    town.calendar.fill(texts)


def try_agreed(server):
    """A person agrees to what was held back: foreign time goes, our meetings come again."""
    with Town(server, 30) as town:
        world = town.world
        town.run()
        for start in world.free(days(10), 3, ADVISOR)[:3]:
            world.book(start, ADVISOR)
        settle(town, "before it is emptied")
        town.calendar.clear()
        world.try_ctl("sync", "run", ADVISOR)
        testlib.equal(world.status(ADVISOR)["state"], "guarded", "it is held back")
        world.ctl("sync", "agree", ADVISOR, "--yes", "--digest", world.status(ADVISOR)["digest"])
        settle(town, "a person agreed", 4)
        testlib.equal(world.busy(ADVISOR), [], "foreign time is gone")
        testlib.equal(len(world.bookings(ADVISOR)), 3, "no booking is gone")
        testlib.equal(len(town.calendar.list()), 3, "our meetings stand there again")


# Every server -----------------------------------------------------------------------------------------


def try_server(server):
    """One way through everything, the second half with fewer events."""
    n_events = testlib.budget("sync-events") // SHARE.get(server.name, 1)
    with Town(server, n_events) as town:
        try_in(town)
        try_out(town)
        try_brief(town)
        try_disputes(town)
    with Town(server, 60) as town:
        town.run()
        for start in town.world.free(days(10), 3, ADVISOR)[:4]:
            town.world.book(start, ADVISOR)
        for name, text in appointments(3, seed=6, name="mer").items():
            town.calendar.put(name, text)
        settle(town, "begin")
        try_losses(town)
        try_guard(town)
    try_agreed(server)


def _make_test(kind):
    def test():
        if kind.missing():
            raise testlib.Skip(f"{kind.name} is not installed: no {kind.missing()}")
        calendar_readers.need()
        with kind() as server:
            try_server(server)

    return test


for _kind in caldav_servers.SERVERS:
    globals()["test_" + _kind.name.lower()] = _make_test(_kind)

testlib.run(globals())
