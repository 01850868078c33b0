# SPDX-License-Identifier: EUPL-1.2
# A repeat is one booking and one answer: in parallel, in sequence, and when the server was killed in between.

import asyncio
import uuid

import ledger_judge
import races
import testlib
from soap_client import Crowd, Line, message

N_CALLERS = 50


async def calls_of_one_booking(line, cpr, start, kind):
    """A CreateBooking that is keyed by its content, by its caller's identifier, or by its reservation."""
    where = {"offer": races.OFFER, "start": start, "worker": f"{races.UNIT}-01"}
    if kind == 1:
        where["booking"] = str(uuid.uuid4())
    elif kind == 2:
        held = await line.call("GetBookingDetails", cpr=cpr, **where)
        where = {"reservation": held.find("ReservationIdentifier")}
    return message("CreateBooking", cpr=cpr, contact=1, **where)


async def repeat_in_parallel(planner, n_rounds):
    async with Crowd(planner.url, N_CALLERS) as crowd:
        starts = await races.list_starts(crowd.lines[0], testlib.cpr(0), races.OFFER)
        for number in range(n_rounds):
            cpr = testlib.cpr(number + 1)
            call = await calls_of_one_booking(crowd.lines[0], cpr, starts[number], number % 3)
            answers = races.split(await crowd.shoot([call] * N_CALLERS), set())
            testlib.equal(len(answers), N_CALLERS, "answers that went well")
            testlib.equal(len({answer.text for answer in answers}), 1, "different answers")


def test_repeated_in_parallel():
    n_rounds = testlib.budget("race-repeat")
    with races.start(n_advisors=1) as planner:
        asyncio.run(repeat_in_parallel(planner, n_rounds))
        testlib.equal(planner.count("SELECT count(*) FROM booking"), n_rounds, "bookings")
        ledger_judge.judge(planner)


async def call_once(planner, text):
    line = await Line(planner.url).open()
    answer = await line.post(text)
    line.close()
    return answer


async def make_calls(planner, n_calls):
    line = await Line(planner.url).open()
    starts = await races.list_starts(line, testlib.cpr(0), races.OFFER)
    calls = [await calls_of_one_booking(line, testlib.cpr(i + 1), starts[i], i % 3) for i in range(n_calls)]
    line.close()
    return calls


def test_repeated_after_a_kill():
    with races.start(n_advisors=1) as planner:
        calls = asyncio.run(make_calls(planner, 3))
        before = [asyncio.run(call_once(planner, call)).text for call in calls]
        planner.kill()
        planner.start()
        after = [asyncio.run(call_once(planner, call)).text for call in calls]
        testlib.equal(after, before, "answers after the kill")
        testlib.equal(planner.count("SELECT count(*) FROM booking"), len(calls), "bookings")
        ledger_judge.judge(planner)


async def book_cancel_book(planner):
    cpr, line = testlib.cpr(1), await Line(planner.url).open()
    start = (await races.list_starts(line, cpr, races.OFFER))[0]
    create = {"cpr": cpr, "offer": races.OFFER, "start": start, "contact": 1}
    first = (await line.call("CreateBooking", **create)).find("BookingIdentifier")
    gone = await line.call("CancelBooking", cpr=cpr, booking=first)
    testlib.equal(gone.code, 0, "code of the cancellation")
    second = (await line.call("CreateBooking", **create)).find("BookingIdentifier")
    line.close()
    return first, second


def test_book_cancel_book():
    with races.start(n_advisors=1) as planner:
        first, second = asyncio.run(book_cancel_book(planner))
        if second is None or first == second:
            raise AssertionError(f"{first} then {second}: not two bookings")
        states = planner.query("SELECT identifier, state FROM booking ORDER BY booking_id")
        testlib.equal(states, [(first, "cancelled"), (second, "booked")], "bookings")


async def move_to_and_fro(planner):
    cpr, line = testlib.cpr(1), await Line(planner.url).open()
    here, there = (await races.list_starts(line, cpr, races.OFFER))[:2]
    made = await line.call("CreateBooking", cpr=cpr, offer=races.OFFER, start=here, contact=1)
    booking = made.find("BookingIdentifier")
    for target in (there, here, there):
        # Each move comes twice: the second is the same move, answered with the same bytes.
        answers = [await line.call("RescheduleBooking", cpr=cpr, booking=booking, start=target) for _ in range(2)]
        testlib.equal(answers[0].text, answers[1].text, "answer of a repeated move")
        testlib.equal(answers[0].find("BookingStartTime"), target, "time after the move")
    line.close()


def test_moves_to_and_fro():
    with races.start(n_advisors=1) as planner:
        asyncio.run(move_to_and_fro(planner))
        moves = planner.count("SELECT count(*) FROM journal WHERE kind = 'booking-moved'")
        testlib.equal(moves, 3, "moves")
        ledger_judge.judge(planner)


testlib.run(globals())
