# SPDX-License-Identifier: EUPL-1.2
# Citizens on Jobnet, through the simulator and the Planner's SOAP face, whatever happens on the line: one booking on both sides.
"""No events here: the Planner takes none from this DFDG. Mutual TLS."""

import datetime

import testlib
from dfdg_world import OFFER, UNIT, ActorRefused, Citizens, DfdgWorld, municipality

STEPS = "GetSelfbookInterviewOptions GetSelfbookTimeslots GetBookingDetails CreateBooking RescheduleBooking CancelBooking".split()
TAKEN = 990001
CHANGES = ("CreateIndkaldelse", "UpdateIndkaldelse", "DeleteIndkaldelse")


def new_citizen(world):
    """A citizen of contact group 1."""
    cpr = Citizens.new()
    world.act("citizen", cpr=cpr, unit=UNIT, group=1)
    return cpr


def live(world, cpr):
    """Ids of a citizen's bookings, which both sides have alike."""
    ours, theirs = world.own_stock(), world.their_stock()
    testlib.equal(ours, theirs, "the Planner's stock")
    return [key for key, row in ours.items() if row[0] == cpr]


def test_whole_way():
    """Offers, times, booked, moved, cancelled; another cannot take the same time."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        offers = world.act("jobnet/offers", cpr=cpr, unit=UNIT)["offers"]
        testlib.equal([(one["id"], one["type"]) for one in offers], [(OFFER, 7)])
        times = world.act("jobnet/times", cpr=cpr, offer=OFFER)["times"]
        start, advisor = times[3]
        key = world.act("jobnet/book", cpr=cpr, unit=UNIT, start=start, advisor=advisor)["id"]
        testlib.equal(live(world, cpr), [key])
        doc = world.simulator.stock()[key]
        testlib.equal((doc["oprettetAf"]["brugertype"], doc["selvbooket"], doc["medarbejder"]["identifikation"]), (1, True, advisor))
        try:
            world.act("jobnet/book", cpr=new_citizen(world), unit=UNIT, start=start, advisor=advisor)
            raise AssertionError("booked twice")
        except ActorRefused as no:
            testlib.equal(no.codes, [TAKEN])
        moved = world.act("jobnet/move", cpr=cpr, id=key)["start"]
        testlib.equal((live(world, cpr), moved != start), ([key], True))
        world.act("jobnet/cancel", cpr=cpr, id=key)
        testlib.equal(live(world, cpr), [])
        testlib.equal(world.simulator.n_calls(*CHANGES), 0, "registered by DFDG, and by nobody again")


def test_trouble_at_each_step():
    """An answer that is lost, a request that is cut, a slow line, a wrong certificate, a call that comes twice: each step, each trouble."""
    with DfdgWorld(carrier="none", simulator_settings={"answer_timeout_s": 60}) as world:
        for kind in ("lose", "half", "drip", "repeat", "certificate", "drop", "delay"):
            cpr = new_citizen(world)
            for step in STEPS:
                world.simulator.fault("jobnet", kind, step, cpr=cpr, certificate="other", delay_s=0.05)
            key = world.act("jobnet/book", cpr=cpr, unit=UNIT)["id"]
            testlib.equal(live(world, cpr), [key], kind)
            world.act("jobnet/move", cpr=cpr, id=key)
            testlib.equal(live(world, cpr), [key], f"{kind}, moved")
            world.act("jobnet/cancel", cpr=cpr, id=key)
            testlib.equal(live(world, cpr), [], f"{kind}, cancelled")
        counts = world.simulator.ask("faults")["counts"]
        testlib.equal(sum(counts.values()) >= 6 * 7, True, f"trouble happened: {counts}")
        testlib.equal(world.simulator.n_calls(*CHANGES), 0)


def test_details_that_dfdg_refuses():
    """A meeting in person without any place: DFDG refuses our details, reports the error to us, and nothing is booked."""
    place = municipality()
    place.tables["units"][0]["address"] = ""
    with DfdgWorld(place, carrier="none") as world:
        cpr = new_citizen(world)
        try:
            world.act("jobnet/book", cpr=cpr, unit=UNIT)
            raise AssertionError("booked without a place")
        except ActorRefused as no:
            testlib.equal(no.answer["refused"][0][1].split(":")[0], "adresse")
        testlib.equal(live(world, cpr), [])
        log = world.simulator.ask("log")["log"]
        testlib.equal([line["svar"] for line in log if line["hvad"] == "ReportError"], [200])


def test_moved_before_its_deadline():
    """A meeting that a caseworker made, with a deadline of its own, moved to before that: DFDG takes the move, the deadline comes along."""
    with DfdgWorld() as world:
        cpr = new_citizen(world)
        start = datetime.datetime.combine(datetime.date.today() + datetime.timedelta(days=20), datetime.time(10), datetime.timezone(datetime.timedelta(hours=1)))
        deadline = start - datetime.timedelta(days=2)
        key = world.register(cpr, start, "89000-01", contact=1, ReBookingPossible="true", ReBookingDeadline=deadline.isoformat())
        world.settle()
        moved = world.act("jobnet/move", cpr=cpr, id=key)["start"]
        testlib.equal(datetime.datetime.fromisoformat(moved) < deadline, True, "the first free time lies before the deadline")
        world.settle()
        testlib.equal(live(world, cpr), [key])
        doc = world.simulator.stock()[key]
        testlib.equal(doc["fristForOmbookning"], doc["starttidspunkt"][:10], "its deadline is the meeting's day")


def test_silence():
    """The Planner is away: Jobnet gives up, DFDG writes nothing down; the citizen books when it is back."""
    with DfdgWorld(carrier="none", simulator_settings={"jobnet_patience": 2}) as world:
        cpr = new_citizen(world)
        world.kill()
        try:
            world.act("jobnet/book", cpr=cpr, unit=UNIT)
            raise AssertionError("booked by nobody")
        except ActorRefused as no:
            testlib.equal("silence" in no.answer, True, no.answer)
        testlib.equal(world.simulator.stock(), {})
        world.start()
        key = world.act("jobnet/book", cpr=cpr, unit=UNIT)["id"]
        testlib.equal(live(world, cpr), [key])


testlib.run(globals())
