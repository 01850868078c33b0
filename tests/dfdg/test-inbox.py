# SPDX-License-Identifier: EUPL-1.2
# What others register in DFDG becomes meetings here, by both carriers, through trouble and kill -9.
# Also tests: inbox-work, queue-watch.
"""The judge is the simulator's stock and the planner's database; the dice of the simulator have a seed."""

import datetime
import random
import sqlite3
import threading
import time

import testlib
from dfdg_world import FUND, UNIT, ActorRefused, Citizens, DfdgWorld

DAY = datetime.date.today() + datetime.timedelta(days=20)
KNOWN = "89000-01"
SETTLE_S = 90


def assert_true(condition, what):
    """Fails with WHAT."""
    testlib.equal(bool(condition), True, what)


def at(hour, minute=0):
    """A time of a day some weeks ahead, Danish winter or summer."""
    return f"{DAY}T{hour:02}:{minute:02}:00+01:00"


def new_events(world):
    """How many messages wait here."""
    return world.count("SELECT count(*) FROM dfdg_event WHERE state = 'new'")


def settle(world):
    """Waits until DFDG has nothing to tell and nothing waits here."""
    world.act("hurry")

    def is_quiet():
        idle = world.simulator.ask("idle")
        return not any(idle.values()) and new_events(world) == 0

    testlib.wait_for(is_quiet, SETTLE_S, "quiet on both sides")


def same_stock(world):
    """Both sides hold the same meetings."""
    ours, theirs = world.own_stock(), world.their_stock()
    testlib.equal({key: ours[key] for key in ours if ours[key] != theirs.get(key)}, {}, "ours that differ")
    testlib.equal(set(theirs) - set(ours), set(), "theirs that we lack")


def outcomes(world, booking):
    """How the messages of a booking were done, in order."""
    return [row[0] for row in world.query("SELECT state || ' ' || coalesce(reason, '') FROM dfdg_event WHERE external_id = ? ORDER BY event_id", booking)]


def clashes(world):
    """Exclusive claims of one advisor that overlap: there may be none."""
    return world.count(
        "SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.claim_id < b.claim_id"
        " WHERE a.exclusive = 1 AND b.exclusive = 1 AND a.start_us < b.end_us AND b.start_us < a.end_us"
    )


def book(world, hour, cpr=None, minute=0, **more):
    """A case system's booking with an advisor whom we know; its id."""
    more = {"advisor": KNOWN, "minutes": 30} | more
    return world.act("kss/book", cpr=cpr or Citizens.new(), unit=UNIT, start=at(hour, minute), **more)["id"]


def life_of(carrier):
    """Made, moved, accepted, called off by a case system; the citizen may not move it."""
    with DfdgWorld(carrier=carrier) as world:
        cpr = Citizens.new()
        booking = book(world, 10, cpr, skalAccepteres=True)
        settle(world)
        same_stock(world)
        row = world.query("SELECT origin, state, conflict, advisor_id IS NOT NULL FROM booking WHERE identifier = ?", booking)
        testlib.equal(row, [("kss", "booked", 0, 1)], "the booking here")
        try:
            world.act("jobnet/move", cpr=cpr, id=booking, start=at(12), force=True)
            raise AssertionError("the citizen moved what a case system made")
        except ActorRefused:
            pass
        world.act("kss/change", id=booking, starttidspunkt=at(11), sluttidspunkt=at(11, 30))
        settle(world)
        same_stock(world)
        world.act("jobnet/accept", cpr=cpr, id=booking)
        settle(world)
        same_stock(world)
        world.act("kss/cancel", id=booking)
        settle(world)
        same_stock(world)
        testlib.equal(world.query("SELECT state FROM booking WHERE identifier = ?", booking), [("cancelled",)], "in the end")
        testlib.equal(world.count("SELECT count(*) FROM claim"), 0, "claims that are left")
        testlib.equal(world.count("SELECT count(*) FROM outbox"), 0, "told to DFDG by us")
        testlib.equal(world.simulator.n_calls("CreateIndkaldelse"), 0, "CreateIndkaldelse")


def test_pushed():
    """By webhook."""
    life_of("wsb")


def test_fetched():
    """By queue."""
    life_of("wsrm")


def test_joint_and_strange():
    """Type 17 with its authorities; an advisor nobody knows; a time that is taken."""
    with DfdgWorld() as world:
        cpr = Citizens.new()
        world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND)
        joint = world.act("fund/book", cpr=cpr, fund=FUND, start=at(9), kind=17)["id"]
        world.act("fund/participant", id=joint, navn="A-kassen")
        stranger = book(world, 10, advisor="nobody-07")
        first = book(world, 13)
        second = book(world, 13)
        settle(world)
        same_stock(world)
        testlib.equal(world.count("SELECT count(*) FROM participant p JOIN booking b USING (booking_id) WHERE b.identifier = ?", joint), 1, "participants")
        testlib.equal(world.query("SELECT foreign_advisor FROM booking WHERE identifier = ?", stranger), [("nobody-07",)], "the advisor nobody knows")
        flags = world.query("SELECT sum(conflict) FROM booking WHERE identifier IN (?, ?)", first, second)
        testlib.equal(flags, [(1,)], "conflicts of two at one time")
        testlib.equal(clashes(world), 0, "clashes")
        reports = world.count("SELECT count(*) FROM inbox WHERE kind = 'dfdg-report'")
        assert_true(reports >= 2, "reported")


def test_own_echo():
    """A self-booking's echo changes nothing here, and DFDG is not told of it."""
    with DfdgWorld() as world:
        cpr = Citizens.new()
        booking = world.act("jobnet/book", cpr=cpr, unit=UNIT)["id"]
        settle(world)
        same_stock(world)
        testlib.equal(set(outcomes(world, booking)), {"done echo"}, "how the echo was done")
        testlib.equal(world.query("SELECT revision FROM booking WHERE identifier = ?", booking), [(1,)], "revision")
        testlib.equal(world.simulator.n_calls("CreateIndkaldelse"), 0, "CreateIndkaldelse")
        testlib.equal(world.count("SELECT count(*) FROM outbox"), 0, "told by us")


def test_poison():
    """A message that cannot be applied is put aside; its citizen and the others go on."""
    with DfdgWorld() as world:
        cpr, other = Citizens.new(), Citizens.new()
        world.act("stray", system="planner", cpr=cpr, header={"EksternIdentifier": "a b"})
        good, last = book(world, 10, cpr), book(world, 11, other)
        settle(world)
        same_stock(world)
        testlib.equal(outcomes(world, good), ["done registered"], "behind it")
        testlib.equal(outcomes(world, last), ["done registered"], "of another")
        rows = world.query("SELECT reason FROM dfdg_event WHERE state = 'parked'")
        testlib.equal([row[0].split(":")[0] for row in rows], ["strange-id"], "put aside")


def test_killed_before_it_is_stored():
    """kill -9 between the fetch and the commit, which a locked database holds up: DFDG was not told that the messages arrived."""
    with DfdgWorld(carrier="wsrm") as world:
        lock = sqlite3.connect(world.database, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        bookings = [book(world, hour) for hour in (9, 10, 11)]
        fetches = world.simulator.n_calls("GetIndkaldelseVersion1")
        testlib.wait_for(lambda: world.simulator.n_calls("GetIndkaldelseVersion1") > fetches, 60, "they are fetched")
        time.sleep(0.5)
        world.kill()
        lock.execute("ROLLBACK")
        lock.close()
        world.start()
        settle(world)
        same_stock(world)
        testlib.equal([outcomes(world, booking) for booking in bookings], [["done registered"]] * 3, "each once")


def test_not_let_in():
    """While DFDG refuses our questions, messages wait; then all is applied."""
    with DfdgWorld() as world:
        world.simulator.fault("answer", "status", "GetIndkaldelse", status=403, times=-1)
        bookings = [book(world, hour) for hour in (9, 10, 11)]
        testlib.wait_for(lambda: world.simulator.n_calls("GetIndkaldelse") >= 4, 60, "asked again and again")
        testlib.equal(world.count("SELECT count(*) FROM dfdg_event WHERE state <> 'new'"), 0, "given up")
        world.act("calm")
        settle(world)
        same_stock(world)
        testlib.equal([outcomes(world, booking) for booking in bookings], [["done registered"]] * 3, "in the end")


def act_at_random(world, dice, living, citizens):
    """One thing that a case system does."""
    kind = dice.random()
    try:
        if kind < 0.5 or not living:
            living.append(book(world, dice.randrange(8, 15), dice.choice(citizens), dice.choice((0, 30)), advisor=dice.choice(("89000-01", "89000-02", "x"))))
        elif kind < 0.8:
            hour = dice.randrange(8, 15)
            world.act("kss/change", id=dice.choice(living), starttidspunkt=at(hour), sluttidspunkt=at(hour, 30))
        else:
            world.act("kss/cancel", id=living.pop(dice.randrange(len(living))))
    except ActorRefused:
        pass  # DFDG has rules of its own


def kill_now_and_then(world, dice, stop, n_kills):
    """kill -9 and a new start, at moments of the dice."""
    while not stop.is_set():
        time.sleep(dice.uniform(0.05, 0.6))
        world.kill()
        n_kills.append(1)
        world.start()


def in_trouble(carrier):
    """Random work, random trouble, kill -9: in the end both sides hold the same, and nothing twice."""
    dice = testlib.generator()
    rounds = testlib.budget("inbox-trouble")
    with DfdgWorld(carrier=carrier, expected_alarms=("event=wsb-no-message",)) as world:
        world.act("random", seed=dice.randrange(10**6), probabilities={"push": 0.3, "answer": 0.2})
        citizens = [Citizens.new() for _ in range(5)]
        living, n_kills, stop = [], [], threading.Event()
        killer = threading.Thread(target=kill_now_and_then, args=(world, random.Random(dice.random()), stop, n_kills))
        killer.start()
        try:
            for _ in range(rounds):
                act_at_random(world, dice, living, citizens)
                time.sleep(0.02)
        finally:
            stop.set()
            killer.join()
        world.act("calm")
        settle(world)
        testlib.note(f"{rounds} acts, {len(n_kills)} kills, {world.count('SELECT count(*) FROM dfdg_event')} messages")
        testlib.equal(world.query("SELECT message_id, reason FROM dfdg_event WHERE state NOT IN ('done')"), [], "not done")
        same_stock(world)
        testlib.equal(clashes(world), 0, "clashes")
        testlib.equal(world.count("SELECT count(*) FROM outbox"), 0, "told by us")


def test_pushed_in_trouble():
    """By webhook."""
    in_trouble("wsb")


def test_fetched_in_trouble():
    """By queue."""
    in_trouble("wsrm")


testlib.run(globals())
