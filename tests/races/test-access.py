# SPDX-License-Identifier: EUPL-1.2
# A certificate of unit B gets nothing and changes nothing of unit A by any identifier, and neither does another municipality's.

import asyncio
import datetime

import races
import testlib
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import Line

A, B, C = "89000", "88000", "87000"
A_OFFER = races.OFFER
A_GROUP_OFFER = races.GROUP_OFFER
B_OFFER = races.OTHER_OFFER
C_OFFER = "10000000-0000-4000-8000-000000000004"
NOT_VALID = 1014
KEY_REUSED = 990020
ACCESS_DENIED = 990023
TABLES = (
    "booking claim hold used_hold seat group_session journal outbox inbox stored_answer citizen_fact citizen owner change"
).split()

CALLERS = [
    Caller("dfdg-a", "dfdg", A),
    Caller("dfdg-b", "dfdg", B),
    Caller("indkalder-a", "indkalder", A),
    Caller("indkalder-b", "indkalder", B),
    Caller("kss-b", "kss", B),
    Caller("dfdg-c", "dfdg", tenant="other"),
    Caller("indkalder-c", "indkalder", tenant="other"),
]


def start():
    town = Municipality().jobcenter(A).jobcenter(B)
    town.offer(A_OFFER, A, 7, title="Hemmelig A").offer(B_OFFER, B, 9)
    town.offer(A_GROUP_OFFER, A, 9, title="Hemmelig A", form="group", seats=3)
    other = Municipality("other").jobcenter(C).offer(C_OFFER, C, 7)
    return PlannerProcess([town, other], CALLERS)


class World:
    """What unit A has: a booking, a reservation, a summons to a group, and every identifier of them."""

    def __init__(self, planner):
        self.planner = planner
        self.lines = {}
        self.cpr, self.holding_cpr, self.summoned_cpr = (testlib.cpr(number) for number in (1, 2, 3))

    async def open(self):
        """Lines of all callers, and A's records, made by A's own callers."""
        certificates = self.planner.certificates
        for caller in CALLERS:
            self.lines[caller.name] = await Line(self.planner.tls_url, certificates.context(caller.name)).open()
        dfdg, indkalder = self.lines["dfdg-a"], self.lines["indkalder-a"]
        self.starts = await races.list_starts(dfdg, self.cpr, A_OFFER)
        create = {"offer": A_OFFER, "contact": 1, "worker": f"{A}-01"}
        made = await dfdg.call("CreateBooking", cpr=self.cpr, start=self.starts[0], **create)
        held = await dfdg.call("GetBookingDetails", cpr=self.holding_cpr, offer=A_OFFER, start=self.starts[1])
        self.booking = made.find("BookingIdentifier")
        self.token = held.find("ReservationIdentifier")
        seated = await dfdg.call("CreateBooking", cpr=testlib.cpr(5), start=self.starts[8], offer=A_GROUP_OFFER, contact=1)
        self.session = seated.find("GroupIdentifier")
        self.group = "aaaaaaaa-0000-4000-8000-000000000001"
        summons = self.registration(A, f"{A}-02", cpr=self.summoned_cpr)
        summoned = await indkalder.call("RegisterBooking", **summons, GroupIdentifier=self.group)
        self.summoned = summoned.find("BookingIdentifier")
        testlib.equal(None in (self.booking, self.token, self.summoned, self.session), False, "A's own calls are refused")
        return self

    def registration(self, unit, worker, cpr, start=None):
        """Members of a RegisterBooking of half an hour."""
        begin = start or self.starts[4]
        end = (datetime.datetime.fromisoformat(begin) + datetime.timedelta(minutes=30)).isoformat()
        return {**races.summons(cpr, start=begin, end=end, worker=worker), "unit": unit}

    def snapshot(self):
        """Everything that a call could change, of every tenant, also behind its answer."""
        self.planner.settle()
        rows = self.planner.rows_of_callers()
        return {table: rows[table] for table in TABLES}

    def secrets(self):
        """Texts that only unit A may read."""
        return [self.booking, self.token, self.summoned, self.group, self.session, "Hemmelig A", f"{A}-01@", f"{A}-02@"]

    async def attempt(self, caller, operation, **members):
        """One call that must get nothing and change nothing; answers its code."""
        before = self.snapshot()
        answer = await self.lines[caller].call(operation, **members)
        given = [str(value) for value in members.values()]
        told = [secret for secret in self.secrets() if secret in answer.text and secret not in given]
        testlib.equal(told, [], f"{operation} by {caller} tells")
        if answer.code == 0 and answer.find("BookingIdentifier"):
            raise AssertionError(f"{operation} by {caller} with {members} went well:\n{answer.text}")
        after = self.snapshot()
        changed = [table for table in TABLES if before[table] != after[table]]
        testlib.equal(changed, [], f"tables changed by {operation} of {caller}")
        return answer.code

    def close(self):
        """Hangs up everywhere."""
        for line in self.lines.values():
            line.close()


async def foreign_dfdg(world, caller, offer):
    """DFDG's calls with A's citizen, offer, booking, reservation, case worker."""
    citizen, when = {"cpr": world.cpr}, races.interval()
    at = {"start": world.starts[2]}
    attempts = [
        ("GetSelfbookInterviewOptions", {**citizen, "unit": A, "ContactGroupTypeIdentifier": 1}),
        ("GetSelfbookCaseWorkers", {**citizen, "offer": A_OFFER}),
        ("GetSelfbookCaseWorkers", {**citizen, "booking": world.booking}),
        ("GetSelfbookTimeslots", {**citizen, "offer": A_OFFER, **when}),
        ("GetSelfbookTimeslots", {**citizen, "booking": world.booking, **when}),
        ("GetSelfbookTimeslots", {**citizen, "offer": offer, "worker": f"{A}-01", **when}),
        ("GetBookingDetails", {**citizen, "offer": A_OFFER, **at}),
        ("GetBookingDetails", {**citizen, "booking": world.booking, **at}),
        ("GetBookingDetails", {"cpr": world.holding_cpr, "offer": A_OFFER, "start": world.starts[1]}),
        ("GetBookingDetails", {**citizen, "offer": offer, "worker": f"{A}-01", **at}),
        ("CreateBooking", {**citizen, "contact": 1, "offer": A_OFFER, **at}),
        ("CreateBooking", {"cpr": world.holding_cpr, "contact": 1, "reservation": world.token}),
        ("CreateBooking", {**citizen, "contact": 1, "offer": offer, "worker": f"{A}-01", **at}),
        ("CreateBooking", {**citizen, "contact": 1, "offer": A_OFFER, "booking": world.booking, **at}),
        ("RescheduleBooking", {**citizen, "booking": world.booking, **at}),
        ("RescheduleBooking", {**citizen, "booking": world.booking, "reservation": world.token}),
        ("CancelBooking", {**citizen, "booking": world.booking}),
        ("CancelBooking", {"cpr": world.summoned_cpr, "booking": world.summoned}),
        ("AcceptBooking", {**citizen, "booking": world.booking}),
    ]
    codes = [await world.attempt(caller, operation, **members) for operation, members in attempts]
    testlib.note(f"{caller}: {codes}")
    testlib.equal(codes.count(0), 0, f"calls of {caller} that went well")


async def foreign_indkalder(world, caller):
    """The municipality's calls with A's unit, advisor and bookings."""
    citizen = {"cpr": world.summoned_cpr, "booking": world.summoned}
    attempts = [
        ("GetBookings", {"unit": A, "MaxCount": 100}),
        ("GetBookings", {"worker": f"{A}-01", "MaxCount": 100}),
        ("GetBookings", {"cpr": world.cpr, "MaxCount": 100}),
        ("GetBookings", {"cpr": world.cpr, "MaxCount": 1, "Cursor": 0, "IncludeCancelled": "true"}),
        ("RegisterBooking", world.registration(A, f"{A}-01", testlib.cpr(4), world.starts[6])),
        ("UpdateBooking", {**citizen, "Description": "overtaget"}),
        ("UpdateBooking", {**citizen, "start": world.starts[7], "Force": "true"}),
        ("DeleteBooking", citizen),
        ("DeleteBooking", {"cpr": world.cpr, "booking": world.booking}),
    ]
    for operation, members in attempts:
        code = await world.attempt(caller, operation, **members)
        if code == 0 and operation != "GetBookings":
            raise AssertionError(f"{operation} by {caller} went well")


async def wrong_role(world):
    """Whoever is DFDG registers nothing; whoever is not books for no citizen."""
    summons = world.registration(A, f"{A}-01", testlib.cpr(4), world.starts[6])
    booking = {"cpr": world.cpr, "booking": world.booking}
    attempts = [
        ("dfdg-a", "RegisterBooking", summons),
        ("dfdg-a", "UpdateBooking", {**booking, "Description": "x"}),
        ("dfdg-a", "DeleteBooking", booking),
        ("dfdg-a", "GetBookings", {"unit": A, "MaxCount": 1}),
        ("indkalder-a", "CreateBooking", {"cpr": world.cpr, "contact": 1, "offer": A_OFFER, "start": world.starts[2]}),
        ("indkalder-a", "CancelBooking", booking),
    ]
    for caller, operation, members in attempts:
        testlib.equal(await world.attempt(caller, operation, **members), ACCESS_DENIED, f"{operation} by {caller}")


async def same_names(world):
    """Identifiers are the municipality's own: another one's booking may have the same, and is another booking."""
    before = world.snapshot()["booking"]
    register = world.registration(C, f"{C}-01", testlib.cpr(4), world.starts[6])
    made = await world.lines["indkalder-c"].call("RegisterBooking", **register, booking=world.booking)
    testlib.equal((made.code, made.find("BookingIdentifier")), (0, world.booking), "code and identifier")
    testlib.equal(world.snapshot()["booking"][: len(before)], before, "bookings that were there")
    taken = world.registration(B, f"{B}-01", testlib.cpr(4), world.starts[6])
    refused = await world.attempt("indkalder-b", "RegisterBooking", **taken, booking=world.booking)
    testlib.equal(refused, KEY_REUSED, "code inside the municipality")


async def foreign_session(world):
    """No seat in a session of unit A for those who know its group id."""
    own = world.registration(B, f"{B}-01", testlib.cpr(4), world.starts[6])
    for caller in ("indkalder-b", "kss-b"):
        members = {**own, "GroupIdentifier": world.session, "InterviewFormTypeIdentifier": 2}
        testlib.equal(await world.attempt(caller, "RegisterBooking", **members), NOT_VALID, f"code of {caller}")


async def same_group(world):
    """A group of unit B that has the name of one of unit A does not share its time."""
    line = world.lines["kss-b"]
    summons = world.registration(B, f"{B}-01", testlib.cpr(6), world.starts[4])
    made = await line.call("RegisterBooking", **summons, GroupIdentifier=world.group)
    testlib.equal(made.code, 0, "code")
    owners = world.planner.query("SELECT DISTINCT owner_id FROM booking WHERE group_identifier = ?", world.group)
    testlib.equal(len(owners), 2, "owners of two groups")


def run(scene):
    """SCENE on a fresh world."""

    async def play(planner):
        world = await World(planner).open()
        try:
            await scene(world)
        finally:
            world.close()

    with start() as planner:
        asyncio.run(play(planner))


def test_dfdg_of_another_unit():
    run(lambda world: foreign_dfdg(world, "dfdg-b", B_OFFER))


def test_dfdg_of_another_municipality():
    run(lambda world: foreign_dfdg(world, "dfdg-c", C_OFFER))


def test_indkalder_of_another_unit():
    run(lambda world: foreign_indkalder(world, "indkalder-b"))


def test_kss_of_another_unit():
    run(lambda world: foreign_indkalder(world, "kss-b"))


def test_indkalder_of_another_municipality():
    run(lambda world: foreign_indkalder(world, "indkalder-c"))


def test_wrong_role():
    run(wrong_role)


def test_same_names():
    run(same_names)


def test_foreign_session():
    run(foreign_session)


def test_same_group():
    run(same_group)


testlib.run(globals())
