# SPDX-License-Identifier: EUPL-1.2
# Many messages for one citizen at once, and many changes: applied and told in their order, each once, through kill -9.
"""Order is seen by what it decides: all meetings of a burst are at one time with one advisor, and whoever is applied first has the
time; all others are flagged. Messages that cannot be applied stand among them. Budget row: bursts, of each carrier."""

import datetime
import random
import time

import testlib
from chaos import APPLIED_OUT_OF_ORDER
from dfdg_world import UNIT, Citizens, DfdgWorld

ADVISORS = ("89000-01", "89000-02")  # each citizen has one
N_MEETINGS = 6
KINDS = (7, 12, 11, 2)  # of interviews: one citizen has one of each at a time
MADE = 1
SETTLE_S = 120
FIRST_DAY = datetime.date.today() + datetime.timedelta(days=20)
EVENTS = "SELECT count(*) FROM dfdg_event"


def start_of(number):
    """The time of burst NUMBER: eight a day."""
    return f"{FIRST_DAY + datetime.timedelta(days=number // 8)}T{8 + number % 8:02}:00:00+01:00"


def fill(world, dice, number, citizens):
    """DFDG tells of a burst for each citizen, turn by turn. ({citizen: [ids in order]}, ids of messages that nobody can apply)"""
    told, strays = {cpr: [] for cpr in citizens}, 0
    for _ in range(N_MEETINGS):
        for cpr, advisor in zip(citizens, ADVISORS):
            if dice.random() < 0.25:
                strays += 1
                world.act("stray", system="planner", cpr=cpr, header={"EksternIdentifier": f"gift {number} {strays}"})
            words = {"start": start_of(number), "minutes": 30, "advisor": advisor}
            told[cpr].append(world.act("kss/book", cpr=cpr, unit=UNIT, **words)["id"])
    return told, strays


def kill_over(world, dice, waiting):
    """While they are worked, as often as it takes until none of WAITING is left; at least once."""
    n_kills, deadline = 0, time.monotonic() + SETTLE_S
    while not n_kills or world.count(waiting):
        testlib.equal(time.monotonic() < deadline, True, f"all are worked within {SETTLE_S} s")
        time.sleep(dice.uniform(0, 0.12) if n_kills < 3 else 0.3)
        world.kill()
        world.start()
        n_kills += 1
    return n_kills


def burst(world, dice, number, citizens):
    """Told while DFDG does not answer, so that they stand in line; then it does."""
    world.simulator.fault("answer", "status", "GetIndkaldelse", status=503, times=-1)
    before = world.count(EVENTS)
    told, strays = fill(world, dice, number, citizens)
    n_told = sum(map(len, told.values())) + strays
    testlib.wait_for(lambda: world.count(EVENTS) == before + n_told, SETTLE_S, "all are stored")
    world.kill()
    world.act("calm")
    # due at once, so that nobody waits for the next try of the first
    world.start()
    world.control("dfdg", "retry", "--all-parked")
    n_kills = kill_over(world, dice, EVENTS + " WHERE state = 'new'")
    world.settle(SETTLE_S)
    for keys in told.values():
        rows = {key: (conflict, revision) for key, conflict, revision in world.query("SELECT identifier, conflict, revision FROM booking")}
        wanted = [(0, 1)] + [(1, 1)] * (N_MEETINGS - 1)
        testlib.equal([rows.get(key) for key in keys], wanted, "who has the time, in the order of the messages: (flagged, revision)")
    return n_kills, strays


def judge(world, n_strays):
    """Each once, in order, and only what cannot be applied is put aside."""
    world.assert_same_stock()
    testlib.equal(world.query(APPLIED_OUT_OF_ORDER), [], "messages of one citizen that were applied out of order")
    twice = "SELECT external_id, count(*) FROM dfdg_event WHERE state = 'done' GROUP BY external_id HAVING count(*) <> 1 ORDER BY 1"
    testlib.equal(world.query(twice), [], "messages that were stored twice")
    testlib.equal(world.count(EVENTS + " WHERE state = 'parked' AND external_id LIKE 'gift %'"), n_strays, "put aside")
    testlib.equal(world.query("SELECT message_id, reason FROM dfdg_event WHERE state NOT IN ('done', 'parked') ORDER BY event_id"), [], "not applied")


def bursts_by(carrier):
    """As many as the share allows."""
    dice = random.Random(testlib.seed())
    n_kills = n_strays = 0
    with DfdgWorld(carrier=carrier, expected_alarms=("event=wsb-no-message",)) as world:
        n_bursts = testlib.budget("bursts")
        for number in range(n_bursts):
            kills, strays = burst(world, dice, number, [Citizens.new() for _ in ADVISORS])
            n_kills, n_strays = n_kills + kills, n_strays + strays
        judge(world, n_strays)
        testlib.note(f"{carrier}: {n_bursts} bursts, {world.count(EVENTS)} messages, {n_kills} kills, {n_strays} put aside")


def tell(world, dice, number):
    """Bookings of ours for two citizens, turn by turn, while DFDG answers nobody. {citizen: [ids in order]}"""
    told = {}
    for kind, hour in zip(KINDS, range(len(KINDS))):
        for cpr, advisor in list(zip(world.citizens, ADVISORS)):
            start = datetime.datetime.fromisoformat(start_of(8 * number + hour))
            told.setdefault(cpr, []).append(world.register(cpr, start, advisor, InterviewTypeIdentifier=kind))
            if dice.random() < 0.5:
                key = dice.choice(told[cpr])
                answer = world.user_call("UpdateBooking", cpr=cpr, BookingIdentifier=key, Description=f"Tekst {hour}")
                testlib.equal("PlannerFault" in answer, False, answer)
    return told


def test_told():
    """The other way: what was registered here while DFDG was down is told in its order, each once, through kill -9."""
    dice = random.Random(testlib.seed())
    n_kills, n_bursts = 0, testlib.budget("bursts")
    with DfdgWorld(carrier="none") as world:
        for number in range(n_bursts):
            world.citizens = [Citizens.new() for _ in ADVISORS]
            world.simulator.fault("answer", "status", status=503, times=-1)
            told = tell(world, dice, number)
            world.kill()
            world.act("calm")
            world.start()
            n_kills += kill_over(world, dice, "SELECT count(*) FROM outbox WHERE state = 'waiting'")
            made = [key for key, kind, _ in world.simulator.ask("changes")["changes"] if kind == MADE]
            for keys in told.values():
                testlib.equal([key for key in made if key in keys], keys, "registered at DFDG, in the order of their making here")
        world.settle()
        world.assert_same_stock()
        testlib.equal(world.query("SELECT state, count(*) FROM outbox WHERE state <> 'sent' GROUP BY 1"), [], "not told")
        testlib.note(f"{n_bursts} bursts, {world.count('SELECT count(*) FROM outbox')} changes, {n_kills} kills")


def test_pushed():
    """By webhook."""
    bursts_by("wsb")


def test_fetched():
    """By queue."""
    bursts_by("wsrm")


testlib.run(globals())
