# SPDX-License-Identifier: EUPL-1.2
# The same races on a plannerd whose first guard is switched off: the database refuses by itself.

import asyncio
import datetime

import races
import testlib
from soap_client import Line

PROGRAM = testlib.BUILD / "tests" / "races" / "plannerd-unguarded"


async def book_over_a_blocking_claim(planner):
    """The code that a citizen gets for a time that only a blocking claim covers, which only the first guard minds."""
    dfdg = await Line(planner.url).open()
    kss = await Line(planner.tls_url, planner.certificates.context("kss")).open()
    begin = (await races.list_starts(dfdg, testlib.cpr(0), races.OFFER))[0]
    end = (datetime.datetime.fromisoformat(begin) + datetime.timedelta(minutes=30)).isoformat()
    first, second = f"{races.UNIT}-01", f"{races.UNIT}-02"
    where = {"offer": races.OFFER, "start": begin, "contact": 1}
    # A summons to the second advisor while its citizen sits with the first collides: it blocks, exclusively it does not.
    answers = [
        await dfdg.call("CreateBooking", cpr=testlib.cpr(1), worker=first, **where),
        await kss.call("RegisterBooking", **races.summons(testlib.cpr(1), start=begin, end=end, worker=second)),
    ]
    testlib.equal([answer.code for answer in answers], [0, 0], "codes before")
    testlib.equal(planner.count("SELECT count(*) FROM claim WHERE exclusive = 0"), 1, "blocking claims")
    code = (await dfdg.call("CreateBooking", cpr=testlib.cpr(2), worker=second, **where)).code
    dfdg.close()
    kss.close()
    return code


def test_first_guard_is_off():
    for program, code in ((None, races.SLOT_TAKEN), (PROGRAM, 0)):
        with races.start(n_advisors=2, program=program) as planner:
            found = asyncio.run(book_over_a_blocking_claim(planner))
            testlib.equal(found, code, "code over a blocking claim")


def test_one_slot():
    with races.start(n_advisors=1, program=PROGRAM) as planner:
        races.one_slot(planner, testlib.budget("race-unguarded"))


def test_twelve_seats():
    with races.start(n_advisors=1, program=PROGRAM) as planner:
        races.seats(planner, testlib.budget("race-unguarded"))


testlib.run(globals())
