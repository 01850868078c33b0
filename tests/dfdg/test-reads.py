# SPDX-License-Identifier: EUPL-1.2
# What the planner reads of DFDG about a citizen: groups, categories, deadlines, an a-kasse's meetings, another number.
# Also tests: citizen-judge, citizen-reading, dfdg-read, frist-client, placement-inquiry, visitering-client.
"""The judge is the planner's database, and what DFDG was asked."""

import datetime
import time

import testlib
from dfdg_world import FUND, UNIT, Citizens, DfdgWorld, municipality

BARRED = 9  # informationsmøde: barred for contact group 2 below
DAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(days=20)
GROUP_CALLS = ("GetKontaktgrupper", "GetKontaktgruppeHistorik")


def at(hour, minute=0):
    """An instant of a day some weeks ahead, while the advisors are at work."""
    return DAY + datetime.timedelta(hours=hour, minutes=minute)


def place():
    """The usual municipality, in which one type of interview is not for everybody."""
    return municipality().add("settings", unit=UNIT, key=f"type-barred:{BARRED}:2", value="yes")


def register(world, cpr, hour, kind=BARRED, **members):
    """RegisterBooking by an indkalder: the answer as text."""
    named = {"ReBookingPossible": "false", "CancellationPossible": "false", "CompulsoryAttendance": "true", "InterviewTypeIdentifier": kind}
    named |= {"InterviewFormTypeIdentifier": 1, "Title": "Samtale", **members}
    end = at(hour, 30)
    return world.user_call("RegisterBooking", cpr=cpr, unit=UNIT, start=at(hour).isoformat(), end=end.isoformat(), contact=2, worker="89000-01", **named)


def facts(world, kind):
    """{number: value} of one kind of fact."""
    return dict(world.query("SELECT c.cpr, f.value FROM citizen_fact f JOIN citizen c USING (citizen_id) WHERE f.kind = ?", kind))


def reading_world(**settings):
    """A world whose user is an indkalder, so that nobody takes it for a case system."""
    world = DfdgWorld(place(), settings={f"dfdg-client demo/{key}": value for key, value in settings.items()})
    for caller in world.callers:
        if caller.name == "user":
            caller.roles = "indkalder"
    return world


def test_judged():
    """The contact group is asked for when a rule goes by it, kept, and not asked for again."""
    with reading_world() as world:
        good, bad = Citizens.new(), Citizens.new()
        world.act("citizen", cpr=good, unit=UNIT, group=1)
        world.act("citizen", cpr=bad, unit=UNIT, group=2)
        world.settle()
        before = world.simulator.n_calls(*GROUP_CALLS)
        testlib.equal("PlannerFault" in register(world, good, 9, 7), False, "a type for all")
        testlib.equal(world.simulator.n_calls(*GROUP_CALLS), before, "asked for a type without a rule")
        answer = register(world, good, 10)
        testlib.equal("PlannerFault" in answer, False, answer)
        asked = world.simulator.n_calls(*GROUP_CALLS)
        testlib.equal(asked > before, True, "asked")
        answer = register(world, bad, 11)
        testlib.equal("990019" in answer and "contact group 2" in answer, True, answer)
        asked = world.simulator.n_calls(*GROUP_CALLS)
        testlib.equal("990019" in register(world, bad, 12), True, "refused again")
        testlib.equal("PlannerFault" in register(world, good, 13, Force="true"), False, "allowed again")
        testlib.equal(world.simulator.n_calls(*GROUP_CALLS), asked, "asked again within a day")
        testlib.equal(facts(world, "contact-group"), {good: "1", bad: "2"}, "facts")


def test_no_answer_no_guess():
    """No answer, a late one, nonsense, an unknown citizen: refused with a reason; a repeat has its answer all the same."""
    with reading_world(**{"placement-max-age-h": 0}) as world:
        cpr, stranger = Citizens.new(), Citizens.new()
        world.act("citizen", cpr=cpr, unit=UNIT, group=1)
        world.settle()
        key = "30000000-0000-4000-8000-000000000009"
        first = register(world, cpr, 9, BookingIdentifier=key)
        testlib.equal("PlannerFault" in first, False, first)
        for kind, more in (("status", {"status": 500}), ("broken", {}), ("drop", {}), ("delay", {"delay_s": 8})):
            world.simulator.fault("answer", kind, method="GetKontaktgruppeHistorik", times=-1, **more)
            begun = time.monotonic()
            answer = register(world, cpr, 10)
            testlib.equal("990035" in answer and "nothing was changed" in answer, True, f"{kind}: {answer}")
            testlib.note(f"{kind}: answered after {time.monotonic() - begun:.1f} s")
            testlib.equal(register(world, cpr, 9, BookingIdentifier=key) == first, True, f"{kind}: the repeat")
            world.act("calm")
        answer = register(world, stranger, 11)
        testlib.equal("<" in answer and "1010" in answer, True, answer)
        testlib.equal(world.count("SELECT count(*) FROM booking"), 1, "bookings")
        world.simulator.fault("answer", "delay", method="GetKontaktgrupper", delay_s=0.8)
        answer = register(world, cpr, 12, Force="true")
        testlib.equal("PlannerFault" in answer, False, f"0.8 s are usual: {answer}")


def test_self_booking_never_waits():
    """While PersonVisiteringService hangs, citizens book as ever, and it is not asked for them."""
    with reading_world(**{"judge-placement": "always", "placement-max-age-h": 0}) as world:
        for method in (*GROUP_CALLS, "GetPersonkategorier", "GetPersonkategoriHistorik"):
            world.simulator.fault("answer", "delay", method=method, times=-1, delay_s=60)
        cpr = Citizens.new()
        begun = time.monotonic()
        key = world.act("jobnet/book", cpr=cpr, unit=UNIT)["id"]
        world.act("jobnet/cancel", cpr=cpr, id=key)
        testlib.note(f"booked and cancelled within {time.monotonic() - begun:.1f} s")
        world.settle()
        testlib.equal(world.simulator.n_calls(*GROUP_CALLS, "GetPersonkategoriHistorik"), 0, "asked")
        testlib.equal(world.query("SELECT state FROM booking WHERE identifier = ?", key), [("cancelled",)], "the booking")


def told(carrier):
    """Messages of groups, categories, deadlines and membership: read where they are thin."""
    with DfdgWorld(place(), carrier=carrier) as world:
        cpr = Citizens.new()
        world.act("citizen", cpr=cpr, unit=UNIT)
        world.act("kss/book", cpr=cpr, unit=UNIT, start=at(9).isoformat(), advisor="89000-01", minutes=30, samtaleType=12)
        world.settle()
        world.act("kss/place", cpr=cpr, kind="group", code=2)
        world.act("kss/place", cpr=cpr, kind="category", code=5)
        world.act("kss/deadline", cpr=cpr, kind=7, days=14)
        world.act("fund/join", cpr=cpr, fund=FUND)
        world.settle()
        testlib.equal(facts(world, "contact-group"), {cpr: "2"}, "group")
        testlib.equal(facts(world, "category"), {cpr: "5"}, "category")
        testlib.equal(facts(world, "unemployment-fund"), {cpr: FUND}, "a-kasse")
        testlib.equal(world.query("SELECT interview_type, status FROM deadline"), [(7, 1)], "deadline")
        world.act("kss/place", cpr=cpr, kind="group", code=1)
        world.act("kss/book", cpr=cpr, unit=UNIT, start=(at(10) - datetime.timedelta(days=10)).isoformat(), advisor="89000-02", minutes=30)
        world.settle()
        testlib.equal(facts(world, "contact-group"), {cpr: "1"}, "another group")
        testlib.equal(world.query("SELECT interview_type, status FROM deadline"), [(7, 2)], "deadline met")
        testlib.equal(world.count("SELECT count(*) FROM dfdg_event WHERE state IN ('parked', 'unknown')"), 0, "left over")


def test_told_by_push():
    """WSB: thin."""
    told("wsb")


def test_told_by_queue():
    """WSRM: with content."""
    told("wsrm")


def test_number():
    """Another number: bookings and what waits follow; the old number finds them still."""
    with DfdgWorld(place()) as world:
        old, new = Citizens.new(), Citizens.new()
        world.act("citizen", cpr=old, unit=UNIT, group=1)
        key = world.act("jobnet/book", cpr=old, unit=UNIT)["id"]
        other = world.act("kss/book", cpr=old, unit=UNIT, start=at(13).isoformat(), advisor="89000-01", minutes=30)["id"]
        world.settle()
        world.simulator.fault("answer", "status", method="GetIndkaldelse", status=503, times=3)
        world.act("kss/change", id=other, starttidspunkt=at(14).isoformat())
        world.act("kss/cpr", old=old, new=new)
        world.act("kss/change", id=other, starttidspunkt=at(15).isoformat())
        third = world.act("kss/book", cpr=new, unit=UNIT, start=at(11).isoformat(), advisor="89000-01", minutes=30)["id"]
        world.settle()
        world.assert_same_stock()
        testlib.equal({world.own_stock()[one][0] for one in (key, other, third)}, {new}, "whose they are")
        testlib.equal(world.count("SELECT count(*) FROM citizen WHERE cpr = ? AND successor_id IS NOT NULL", old), 1, "the former number")
        testlib.equal(world.count("SELECT count(*) FROM dfdg_event WHERE state <> 'done'"), 0, "messages that are left")


testlib.run(globals())
