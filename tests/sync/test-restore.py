# SPDX-License-Identifier: EUPL-1.2
# A backup that is older than what stands in the calendars: what was booked, moved and cancelled since, on a real server.
"""Nothing that takes an advisor's time may be offered after the restore, before a run and behind it; no event may be changed or taken away
before a person agrees; what the database lost must be told."""

import datetime

import caldav_servers
import testlib
from caldav_servers import event
from sync_world import SyncWorld, own_times

ADVISOR, OTHER = "89000-01", "89000-02"
DAY = datetime.date.today() + datetime.timedelta(days=9)
HALF_HOUR = datetime.timedelta(minutes=30)


def restore(world, path):
    """Stops plannerd, puts the backup back, starts it again."""
    world.stop()
    world.control("restore", path)
    world.start()


def at(hour, minute=0):
    """DAY at that time UTC."""
    return datetime.datetime.combine(DAY, datetime.time(hour, minute), datetime.timezone.utc)


def prepare(world, calendar, direction):
    """Kept and moved are booked; a backup; then one is moved, one is booked, one more is cancelled, and all of it is sent."""
    world.connect(ADVISOR, calendar, direction=direction)
    world.run(ADVISOR)
    times = {name: at(9 + n) for n, name in enumerate(("kept", "moved", "cancelled", "new"))}
    bookings = {name: world.book(times[name], ADVISOR) for name in ("kept", "moved", "cancelled")}
    testlib.equal(world.run(ADVISOR)["created"], 3)
    backup = world.folder / "old.db"
    world.control("backup", backup)
    world.move(bookings["moved"], at(14), ADVISOR)
    world.cancel(bookings["cancelled"])
    bookings["new"] = world.book(times["new"], ADVISOR)
    calendar.put("egen", event("egen", f":{at(15):%Y%m%dT%H%M%SZ}", f":{at(15, 30):%Y%m%dT%H%M%SZ}"))
    world.run(ADVISOR)
    testlib.equal(own_times(calendar.texts().values()), {(start, start + HALF_HOUR) for start in (at(9), at(14), at(12))}, "sent")
    restore(world, backup)
    return bookings


def open_conflicts(world):
    """{kind: number} of what a person has to decide; each kind once."""
    rows = world.ctl("sync", "conflicts", ADVISOR)["conflicts"]
    found = {row["kind"]: str(row["conflict"]) for row in rows}
    testlib.equal(len(found), len(rows), str(rows))
    return found


def try_server(kind):
    """From the backup to the end."""
    if kind.missing():
        raise testlib.Skip(f"{kind.name} is not installed")
    with kind() as server, SyncWorld() as world:
        calendar = server.make_calendar("u1", "arbejde")
        bookings = prepare(world, calendar, "both")
        before = calendar.texts()
        testlib.equal([world.status(ADVISOR)[name] for name in ("state", "offered")], ["old", "no, too old"])
        testlib.equal(world.free(DAY, 1, ADVISOR), [], "offered before the first run")
        for _ in range(3):
            world.run(ADVISOR)
            testlib.equal(calendar.texts(), before, "nothing is changed before a person agrees")
            line = world.status(ADVISOR)
            testlib.equal([line["state"], "restored" in line["why"], line["offered"]], ["guarded", True, "no, too old"])
            testlib.equal(world.free(DAY, 1, ADVISOR), [], "offered before a person agreed")
            testlib.equal(sorted(open_conflicts(world)), ["deleted", "lost", "moved"])
        known = set(world.busy(ADVISOR))
        testlib.equal({(at(12), at(12, 30)), (at(15), at(15, 30))} <= known, True, f"what was read: {known}")

        numbers = open_conflicts(world)
        sides = world.ctl("sync", "show", "conflict", numbers["lost"])
        testlib.equal("not in the database" in str(sides), True, str(sides))
        world.ctl("sync", "resolve", numbers["moved"], "--take", "calendar")
        world.ctl("sync", "resolve", numbers["deleted"], "--take", "calendar")
        world.ctl("sync", "resolve", numbers["lost"], "--take", "planner")
        testlib.equal(world.bookings(ADVISOR), {(at(9), at(9, 30)), (at(14), at(14, 30))}, "as the calendar has it")
        testlib.equal(world.free(DAY, 1, ADVISOR), [], "offered before a person agreed")
        digest = world.ctl("sync", "agree", ADVISOR)["digest"]
        world.ctl("sync", "agree", ADVISOR, "--yes", "--digest", digest)
        run = world.run(ADVISOR)
        testlib.equal([run["updated"], run["removed"], run["created"]], [0, 0, 0], "both sides agree")
        testlib.equal(own_times(calendar.texts().values()), {(start, start + HALF_HOUR) for start in (at(9), at(12), at(14))}, "events")
        testlib.equal([world.status(ADVISOR)[name] for name in ("state", "offered")], ["ok", "yes"])
        free = set(world.free(DAY, 1, ADVISOR))
        testlib.equal([start.hour for start in (at(9), at(12), at(14), at(15)) if start in free], [], "taken time that is offered")
        testlib.equal([start.hour for start in (at(10), at(11)) if start not in free], [], "free time that is not offered")
        testlib.equal(world.run(ADVISOR)["outcome"], "quiet")
        testlib.equal(world.ctl("verify")["sound"], True)

        # The lost one is booked anew: its old event is taken out of the calendar first.
        (stray,) = [name for name, text in calendar.texts().items() if (at(12), at(12, 30)) in own_times([text])]
        calendar.delete(stray)
        world.run(ADVISOR)
        world.book(at(12), ADVISOR, bookings["new"][1])
        testlib.equal(world.run(ADVISOR)["created"], 1)
        testlib.equal(own_times(calendar.texts().values()), {(start, start + HALF_HOUR) for start in (at(9), at(12), at(14))}, "once each")


def test_a_backup_of_now_asks_nobody():
    """Nothing was changed since: one run, and everything is offered again."""
    with caldav_servers.Radicale() as server, SyncWorld() as world:
        calendar = server.make_calendar("u1", "arbejde")
        world.connect(ADVISOR, calendar)
        world.run(ADVISOR)
        world.book(at(9), ADVISOR)
        world.run(ADVISOR)
        backup = world.folder / "now.db"
        world.control("backup", backup)
        before = calendar.texts()
        restore(world, backup)
        testlib.equal(world.free(DAY, 1, ADVISOR), [], "offered before the first run")
        world.run(ADVISOR)
        testlib.equal([world.status(ADVISOR)[name] for name in ("state", "offered")], ["ok", "yes"])
        testlib.equal(at(10) in world.free(DAY, 1, ADVISOR), True, "offered again")
        testlib.equal(calendar.texts(), before, "nothing is written")
        testlib.equal(open_conflicts(world), {})


def test_calendars_that_flow_one_way():
    """In: read before anything is offered. Out: never read, and its owner is offered."""
    with caldav_servers.Radicale() as server, SyncWorld() as world:
        calendars = {advisor: server.make_calendar(f"u{n}", "arbejde") for n, advisor in enumerate((ADVISOR, OTHER))}
        for advisor, direction in ((ADVISOR, "in"), (OTHER, "out")):
            world.connect(advisor, calendars[advisor], direction=direction)
            world.run(advisor)
        backup = world.folder / "now.db"
        world.control("backup", backup)
        calendars[ADVISOR].put("egen", event("egen", f":{at(9):%Y%m%dT%H%M%SZ}", f":{at(9, 30):%Y%m%dT%H%M%SZ}"))
        restore(world, backup)
        testlib.equal([world.free(DAY, 1, ADVISOR), at(9) in world.free(DAY, 1, OTHER)], [[], True], "before the first run")
        world.run(ADVISOR)
        free = world.free(DAY, 1, ADVISOR)
        testlib.equal([at(9) in free, at(10) in free], [False, True], "behind it")


def test_radicale():
    try_server(caldav_servers.Radicale)


def test_xandikos():
    try_server(caldav_servers.Xandikos)


def test_cyrus():
    try_server(caldav_servers.Cyrus)


testlib.run(globals())
