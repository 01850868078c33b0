#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# Changes of ours become calls of DFDG, once, in order and whole, through every fault that an answer can have and through restarts.
"""Also tests: dfdg-echo, dfdg-runner, dfdg-start, indkaldelse-load, outbox-dispatch. Judged by what DFDG holds in the end, by how often it carried a call out, and by what waits for a person."""

import datetime
import time

import testlib
from dfdg_world import OFFER, UNIT, ActorRefused, Citizens, DfdgWorld

ROWS = "SELECT kind, state, attempts, coalesce(reason, '') FROM outbox ORDER BY outbox_id"
CREATE, UPDATE, DELETE = "CreateIndkaldelse", "UpdateIndkaldelse", "DeleteIndkaldelse"


def new_citizen(world):
    """A citizen of the unit, of contact group 1."""
    cpr = Citizens.new()
    world.act("citizen", cpr=cpr, unit=UNIT, group=1)
    return cpr


def start_at(hours):
    """Noon in Copenhagen on a working day in some days, and so many hours on."""
    day = datetime.date.today() + datetime.timedelta(days=14)
    day -= datetime.timedelta(days=max(0, day.weekday() - 4))
    return datetime.datetime.combine(day, datetime.time(7), datetime.timezone.utc) + datetime.timedelta(hours=hours)


def advisor(world, n=0):
    """The key of an advisor of the municipality."""
    return world.query("SELECT resource_key FROM resource WHERE kind = 'advisor' ORDER BY resource_key")[n][0]


def register(world, cpr, hours=0, **members):
    """A booking of an indkalder, by telephone."""
    return world.register(cpr, start_at(hours), advisor(world), **members)


def change(world, cpr, key, **members):
    """UpdateBooking."""
    answer = world.user_call("UpdateBooking", cpr=cpr, BookingIdentifier=key, **members)
    testlib.equal("PlannerFault" in answer, False, answer)


def call_off(world, cpr, key):
    """DeleteBooking."""
    answer = world.user_call("DeleteBooking", cpr=cpr, BookingIdentifier=key)
    testlib.equal("PlannerFault" in answer, False, answer)


def states(world):
    """[(kind, state)] of the outbox."""
    return [row[:2] for row in world.query(ROWS)]


def wait_for(world, what, wanted):
    """Until WHAT () is WANTED."""
    try:
        testlib.wait_for(lambda: what() == wanted, 60, f"{wanted}")
    except AssertionError:
        testlib.note(f"{what()} instead of {wanted}; {world.query(ROWS)}")
        raise


def carried_out(world, method):
    """How many calls of METHOD DFDG carried out."""
    return world.simulator.ask("calls")["done"].get(method, 0)


def test_register_change_call_off():
    """DFDG has the booking as we have it, then as it is changed, then no more; each told once, with what the law wants."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        key = register(world, cpr)
        world.settle()
        world.assert_same_stock()
        caller = world.query("SELECT actor FROM journal WHERE subject = ?", key)[0][0]
        testlib.equal(world.simulator.ask("users")[key], [2, caller], "whom the call names")
        doc = world.simulator.stock()[key]
        testlib.equal((doc["jobcenterKode"], doc["titel"], doc["moedepligt"]), (UNIT, "Jobsamtale", True))
        testlib.equal((doc["samtaleType"], doc["moedeGruppeType"], doc["samtaleform"]), (7, 1, 2))
        testlib.equal(doc["medarbejder"]["identifikation"], advisor(world))
        change(world, cpr, key, Description="Ny tekst")
        world.settle()
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Ny tekst")
        call_off(world, cpr, key)
        world.settle()
        testlib.equal(world.simulator.stock(), {})
        testlib.equal([carried_out(world, method) for method in (CREATE, UPDATE, DELETE)], [1, 1, 1])
        testlib.equal(states(world), [("register", "sent"), ("update", "sent"), ("delete", "sent")])
        testlib.equal(cpr in world.log.read_text(encoding="utf-8"), False, "the citizen's number in the log")


def test_every_fault_of_an_answer():
    """Hung up, lost after the effect, cut, no JSON, in drops, every status that may pass: carried out once, and DFDG has it."""
    faults = [{"kind": kind} for kind in ("drop", "lose", "half", "broken", "drip", "delay")]
    faults += [{"kind": kind, "status": status} for kind in ("status", "late-status") for status in (408, 429, 500, 502, 503, 504)]
    with DfdgWorld(carrier="none") as world:
        keys = {}
        for hours, fault in enumerate(faults):
            cpr = new_citizen(world)
            for method in (CREATE, UPDATE, DELETE):
                world.simulator.fault("answer", method=method, cpr=cpr, delay_s=0.05, **fault)
            keys[register(world, cpr, hours / 2)] = cpr
        world.settle()
        world.assert_same_stock()
        for key, cpr in keys.items():
            change(world, cpr, key, Description="Ny tekst")
        world.settle()
        testlib.equal({doc["beskrivelse"] for doc in world.simulator.stock().values()}, {"Ny tekst"})
        for key, cpr in keys.items():
            call_off(world, cpr, key)
        world.settle()
        testlib.equal(world.simulator.stock(), {})
        testlib.equal({state for _, state in states(world)}, {"sent"})
        testlib.equal(carried_out(world, CREATE), len(faults), "each registered once")


def test_lost_answer_and_restart():
    """The answer is lost after the effect and plannerd ends before it asks again: the repeat is known by its id, and is no second booking."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "lose", method=CREATE, times=1)
        world.simulator.fault("answer", "status", method=CREATE, status=503, times=2)
        key = register(world, cpr)
        wait_for(world, lambda: carried_out(world, CREATE), 1)
        world.restart()
        change(world, cpr, key, Description="Ny tekst")
        world.settle()
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Ny tekst")
        testlib.equal(carried_out(world, CREATE), 1)
        testlib.equal({state for _, state in states(world)}, {"sent"})


def test_refused_after_it_was_registered():
    """DFDG has taken the registration and refuses the change that came meanwhile: tried again, it is a change and no second registration."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "lose", method=CREATE, times=1)
        world.simulator.fault("answer", "status", method=CREATE, status=503, times=2)
        world.simulator.fault("answer", "refuse", method=UPDATE, code=1014, times=1)
        key = register(world, cpr)
        wait_for(world, lambda: carried_out(world, CREATE), 1)
        change(world, cpr, key, Description="Ny tekst")
        wait_for(world, lambda: states(world), [("update", "refused"), ("update", "held")])
        world.control("dfdg", "retry", "--all-refused")
        wait_for(world, lambda: states(world), [("update", "sent"), ("update", "sent")])
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Ny tekst")
        testlib.equal(carried_out(world, CREATE), 1)


def test_answer_that_is_no_summons():
    """DFDG shows what cannot be read: a person sees the row with the reason, and the citizen's other booking goes on."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "lose", method=CREATE, times=1)
        world.simulator.fault("answer", "status", method="GetIndkaldelse", status=200, body="{}", content_type="application/json", times=-1)
        register(world, cpr)
        other = register(world, cpr, 2, InterviewTypeIdentifier=12)
        wait_for(world, lambda: states(world), [("register", "refused"), ("register", "sent")])
        testlib.equal("indkaldelseIdentifier is missing" in world.query(ROWS)[0][3], True, world.query(ROWS))
        testlib.equal(other in world.simulator.stock(), True)


def test_killed_between_call_and_receipt():
    """kill -9 while DFDG takes its time over the answer."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "drip", method=CREATE, times=1)
        key = register(world, cpr)
        wait_for(world, lambda: carried_out(world, CREATE), 1)
        world.kill()
        world.start()
        world.settle()
        world.assert_same_stock()
        testlib.equal((list(world.simulator.stock()), carried_out(world, CREATE)), ([key], 1))


def test_refused():
    """A refusal waits with its reason, holds the booking's later changes and nobody else's; the number in DFDG's text is kept nowhere."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "refuse", method=CREATE, cpr=cpr, code=8107, times=1)
        first = register(world, cpr)
        wait_for(world, lambda: states(world), [("register", "refused")])
        change(world, cpr, first, Description="Ny tekst")
        second = register(world, cpr, 2, InterviewTypeIdentifier=12)
        wait_for(world, lambda: states(world), [("register", "refused"), ("update", "held"), ("register", "sent")])
        testlib.equal(list(world.simulator.stock()), [second])
        reason = world.query(ROWS)[0][3]
        testlib.equal(("8107" in reason, cpr in reason), (True, False), reason)
        wait_for(world, lambda: world.health("dfdg"), 503)


def test_refused_and_outdated():
    """DFDG refuses what has been changed while it made up its mind: what there is now is told, and nobody is asked."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "refuse", method=CREATE, cpr=cpr, code=1014, times=1, delay_s=2)
        key = register(world, cpr)
        wait_for(world, lambda: world.simulator.n_calls(CREATE), 1)
        change(world, cpr, key, Description="Ny tekst")
        world.settle()
        testlib.equal(states(world), [("register", "sent"), ("update", "sent")])
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Ny tekst")


def test_refused_and_called_off_there():
    """A refused change of a meeting that the citizen has called off at DFDG waits for nobody any more."""
    with DfdgWorld() as world:
        cpr = new_citizen(world)
        key = world.act("jobnet/book", cpr=cpr, unit=UNIT)["id"]
        world.settle()
        world.simulator.fault("answer", "refuse", method=UPDATE, cpr=cpr, code=1014, times=1)
        change(world, cpr, key, Description="Ny tekst")
        wait_for(world, lambda: states(world), [("update", "refused")])
        world.act("jobnet/cancel", cpr=cpr, id=key, through_planner=False)
        wait_for(world, lambda: states(world), [("update", "dropped")])
        testlib.equal(world.query(ROWS)[0][3], "DFDG called it off itself")
        testlib.equal((world.own_stock(), world.simulator.stock()), ({}, {}))


def test_refused_while_an_echo_is_lost():
    """A move that DFDG has forgotten is shown although a change of ours stands refused, and the citizen's other messages go on."""
    with DfdgWorld(settings={"dfdg-client demo/echo-limit-min": 1}) as world:
        cpr = new_citizen(world)
        key = world.act("jobnet/book", cpr=cpr, unit=UNIT, start=start_at(0).isoformat(), advisor=advisor(world))["id"]
        world.settle()
        world.simulator.fault("answer", "refuse", method=UPDATE, cpr=cpr, code=1014, times=1)
        change(world, cpr, key, Description="Ny tekst")
        wait_for(world, lambda: states(world), [("update", "refused")])
        world.simulator.fault("register", "forget", "RescheduleBooking", cpr=cpr)
        world.act("jobnet/move", cpr=cpr, id=key, start=start_at(1).isoformat(), advisor=advisor(world))
        world.restart(later_s=3600)
        wait_for(world, lambda: world.query("SELECT subject, is_flagged FROM echo_watch"), [(key, 1)])
        other = world.act("kss/book", cpr=cpr, unit=UNIT, start=start_at(3).isoformat(), advisor=advisor(world), samtaleType=12)["id"]
        wait_for(world, lambda: other in world.own_stock(), True)
        world.control("dfdg", "retry", "--all-refused")
        world.settle()
        world.assert_same_stock()


def test_refused_for_the_order():
    """What DFDG refuses while other changes of the citizen wait is told again behind them, before a person is asked."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "status", method="*", status=503, times=1, cpr=cpr)
        first = register(world, cpr)
        second = register(world, cpr, 2, InterviewTypeIdentifier=12)
        world.simulator.fault("answer", "refuse", method=CREATE, cpr=cpr, code=990410, times=1)
        world.settle()
        testlib.equal(set(world.simulator.stock()), {first, second})
        testlib.equal(states(world), [("register", "sent"), ("register", "sent")])


def test_called_off_before_it_was_told():
    """While DFDG is down a booking is made and called off: nothing is sent. One whose registration was tried is called off for certain."""
    settings = {f"dfdg-client demo/{key}-timeout-s": 5 for key in ("answer", "total")}
    with DfdgWorld(carrier="none", settings=settings) as world:
        tried = new_citizen(world)
        world.simulator.fault("answer", "drop", times=-1, cpr=tried)
        key = register(world, tried)
        wait_for(world, lambda: world.query("SELECT attempts > 0 FROM outbox")[0][0], 1)
        call_off(world, tried, key)
        world.simulator.fault("answer", "drop", times=-1)
        before = world.simulator.n_calls(CREATE, DELETE)
        wait_for(world, lambda: world.simulator.n_calls(CREATE, DELETE) > before + 2, True)
        testlib.equal(world.simulator.stock(), {})
        world.act("calm")
        world.settle(300)
        testlib.equal(world.simulator.stock(), {})
        testlib.equal(carried_out(world, CREATE), 0, "never registered")


def test_self_booking_causes_no_call():
    """What DFDG asked for it registers itself: no CreateIndkaldelse; a watch waits for the echo."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.act("jobnet/book", cpr=cpr, unit=UNIT, offer=OFFER)
        world.settle()
        testlib.equal(world.simulator.n_calls(CREATE, UPDATE, DELETE), 0)
        testlib.equal(world.count("SELECT count(*) FROM echo_watch WHERE is_flagged = 0"), 1)
        testlib.equal(world.count("SELECT count(*) FROM outbox"), 0)


def test_lost_echo():
    """No event comes. DFDG has it: cleared. DFDG has forgotten it: flagged to a person, and the time is not freed."""
    with DfdgWorld(carrier="none") as world:
        known, forgotten = new_citizen(world), new_citizen(world)
        world.act("jobnet/book", cpr=known, unit=UNIT, offer=OFFER)
        world.simulator.fault("register", "forget", method="*", cpr=forgotten)
        try:
            world.act("jobnet/book", cpr=forgotten, unit=UNIT, offer=OFFER)
        except ActorRefused:
            pass
        testlib.equal(world.count("SELECT count(*) FROM booking WHERE state = 'booked'"), 2)
        world.restart(later_s=16 * 60)
        wait_for(world, lambda: world.query("SELECT is_flagged FROM echo_watch"), [(1,)])
        testlib.equal(world.count("SELECT count(*) FROM booking WHERE state = 'booked'"), 2, "nothing is freed")
        wait_for(world, lambda: world.health("dfdg"), 503)


def test_lost_move():
    """DFDG forgets a move that it asked for: what it has is no newer than ours, so nothing moves back, and a person is asked."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        key = world.act("jobnet/book", cpr=cpr, unit=UNIT, offer=OFFER)["id"]
        world.simulator.fault("register", "forget", method="*", cpr=cpr)
        try:
            world.act("jobnet/move", cpr=cpr, id=key)
        except ActorRefused:
            pass
        start = world.query("SELECT start_us FROM booking")
        world.restart(later_s=16 * 60)
        wait_for(world, lambda: world.query("SELECT is_flagged FROM echo_watch"), [(1,)])
        testlib.equal("starttidspunkt" in world.query("SELECT reason FROM echo_watch")[0][0], True)
        testlib.equal(world.query("SELECT start_us FROM booking"), start, "the booking stands where it was moved to")


def test_down_and_up():
    """While DFDG is down one citizen at a time tries it, so the others have lost nothing when it is back: they go at once."""
    with DfdgWorld(carrier="none") as world:
        citizens = [new_citizen(world) for _ in range(12)]
        world.simulator.fault("answer", "status", status=503, times=-1)
        for n, cpr in enumerate(citizens):
            register(world, cpr, n / 2)
        wait_for(world, lambda: world.health("dfdg"), 503)
        before = world.simulator.n_calls(CREATE)
        time.sleep(10)
        tried = world.simulator.n_calls(CREATE) - before
        # Eight may have been under way when the third failed, and 1, 3 and 7 seconds later one is tried. Each for itself would
        # be 24 or more; slow machines make it fewer.
        testlib.equal(tried <= 12, True, f"{tried} calls of {len(citizens)} citizens in ten seconds")
        world.act("calm")
        world.settle(300)
        world.assert_same_stock()
        testlib.equal((len(world.simulator.stock()), carried_out(world, CREATE)), (12, 12))
        wait_for(world, lambda: world.health("dfdg"), 200)


def test_changed_there_meanwhile():
    """What a case system changed and told of is applied before ours is told; it counts, and a person hears that ours was overtaken."""
    with DfdgWorld() as world:
        cpr = new_citizen(world)
        key = register(world, cpr)
        world.settle()
        wait_for(world, lambda: world.count("SELECT count(*) FROM dfdg_event WHERE state = 'new'"), 0)
        world.simulator.fault("answer", "status", "GetIndkaldelse", status=503, times=2)
        world.act("kss/change", id=key, beskrivelse="Deres")
        wait_for(world, lambda: world.count("SELECT count(*) FROM dfdg_event WHERE attempts > 0 AND state = 'new'"), 1)
        change(world, cpr, key, Description="Vores")
        world.settle()
        world.assert_same_stock()
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Deres")
        testlib.equal(states(world), [("register", "sent"), ("update", "dropped")])
        testlib.equal(world.count("SELECT count(*) FROM inbox WHERE kind = 'dfdg-report' AND payload LIKE '%overtaken%'"), 1, "reports")


def test_changed_there_and_told_late():
    """A case system's change whose message is on its way still is not overwritten: DFDG is looked at before it is told."""
    with DfdgWorld() as world:
        cpr = new_citizen(world)
        key = register(world, cpr)
        world.settle()
        world.simulator.fault("push", "hold", "wsb", cpr=cpr, delay_s=300)
        world.act("kss/change", id=key, beskrivelse="Deres")
        change(world, cpr, key, Description="Vores")
        wait_for(world, lambda: "has not told of yet" in world.query(ROWS)[1][3], True)
        testlib.equal(world.count("SELECT count(*) FROM dfdg_event WHERE entity_type = 90000"), 1, "messages so far")
        world.act("hurry")
        world.settle()
        world.assert_same_stock()
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Deres")
        testlib.equal((states(world), carried_out(world, UPDATE)), ([("register", "sent"), ("update", "dropped")], 0))
        testlib.equal(world.count("SELECT count(*) FROM inbox WHERE kind = 'dfdg-report' AND payload LIKE '%overtaken%'"), 1, "reports")


def test_changed_there_and_never_told():
    """The same when the message never comes, with a number of our own system or without: after some looks DFDG is asked, and its counts."""
    with DfdgWorld(settings={"dfdg-client demo/system": -1}) as world:
        cpr = new_citizen(world)
        key = register(world, cpr)
        change(world, cpr, key, Description="Vores")
        world.settle()
        world.simulator.fault("push", "drop", "wsb", cpr=cpr)
        world.act("kss/change", id=key, beskrivelse="Deres")
        change(world, cpr, key, Description="Vores igen")
        for hour in range(1, 7):
            attempts = world.query(ROWS)[2][2]
            if states(world)[2][1] != "waiting":
                break
            wait_for(world, lambda n=attempts: world.query(ROWS)[2][2] > n or states(world)[2][1] != "waiting", True)
            world.restart(later_s=3600 * hour)
        world.settle()
        world.assert_same_stock()
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Deres")
        testlib.equal([state for _, state in states(world)], ["sent", "sent", "dropped"])
        testlib.equal(world.count("SELECT count(*) FROM inbox WHERE kind = 'dfdg-report' AND payload LIKE '%overtaken%'"), 1, "reports")
        change(world, cpr, key, Description="Vores til sidst")
        world.settle()
        testlib.equal(world.simulator.stock()[key]["beskrivelse"], "Vores til sidst")


def test_clock_set_back_meanwhile():
    """A clock that is set back while plannerd runs puts nothing off until it has caught up."""
    with DfdgWorld(carrier="none", settings={"database/ignore-clock": "true"}) as world:
        clock = world.folder / "clock"
        clock.write_text("43200", encoding="ascii")
        world.environment["PLANNER_TEST_CLOCK_FILE"] = str(clock)
        world.restart(later_s=1)
        world.simulator.fault("answer", "status", CREATE, status=503, times=2)
        keys = [register(world, new_citizen(world))]
        wait_for(world, lambda: world.query(ROWS)[0][2] > 0, True)
        # in one step: nobody reads half of it
        (world.folder / "clock.new").write_text("0", encoding="ascii")
        (world.folder / "clock.new").rename(clock)
        wait_for(world, lambda: states(world), [("register", "sent")])
        keys.append(register(world, new_citizen(world), 2))
        world.settle()
        testlib.equal((sorted(world.simulator.stock()), carried_out(world, CREATE)), (sorted(keys), 2), "registered")


def test_clock_set_back():
    """What was put off by a clock that ran ahead does not wait until the right one has caught up."""
    with DfdgWorld(carrier="none", settings={"database/ignore-clock": "true"}) as world:
        world.restart(later_s=2 * 86400)
        world.simulator.fault("answer", "status", CREATE, status=503, times=-1)
        register(world, new_citizen(world))
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM outbox WHERE not_before_us > 0") == 1, 60, "put off")
        world.act("calm")
        world.restart()
        wait_for(world, lambda: states(world), [("register", "sent")])
        testlib.equal(carried_out(world, CREATE), 1, "CreateIndkaldelse")


def test_after_seven_days():
    """DFDG has forgotten the request id of a registration whose answer was lost: it is asked what it has, and nothing is made twice."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "lose", method=CREATE, times=1)
        world.simulator.fault("answer", "status", method="*", status=503, times=-1)
        key = register(world, cpr)
        wait_for(world, lambda: world.simulator.n_calls(CREATE) > 1, True)
        world.restart(later_s=8 * 86400)
        world.act("calm")
        before = world.simulator.n_calls(CREATE)
        world.settle()
        testlib.equal(states(world), [("register", "sent")])
        testlib.equal((list(world.simulator.stock()), carried_out(world, CREATE)), ([key], 1))
        testlib.equal(world.simulator.n_calls(CREATE) - before <= 1, True, "asked before it is told again")


def test_order_of_a_citizen():
    """Ten changes of three bookings of one citizen, with trouble at random calls: DFDG ends with what we have."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        world.act("random", seed=testlib.seed(), probabilities={"answer": 0.4}, delay_s=0.02)
        keys = [register(world, cpr, hours, InterviewTypeIdentifier=kind) for hours, kind in ((0, 7), (2, 12), (4, 11))]
        for n in range(3):
            for key in keys[: 3 - n]:
                change(world, cpr, key, Description=f"Tekst {n}")
        call_off(world, cpr, keys[2])
        world.act("calm")
        world.settle(300)
        world.assert_same_stock()
        stock = world.simulator.stock()
        testlib.equal([stock[key]["beskrivelse"] for key in keys[:2]], ["Tekst 2", "Tekst 1"])


testlib.run(globals())
