# SPDX-License-Identifier: EUPL-1.2
# The races themselves: many callers on one slot, many on twelve seats, and everything at once on fifty advisors.

import asyncio
import datetime
import uuid

import ledger_judge
import testlib
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import Crowd, Line, message

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
GROUP_OFFER = "10000000-0000-4000-8000-000000000002"
OTHER_OFFER = "10000000-0000-4000-8000-000000000003"
ROOM_OFFER = "10000000-0000-4000-8000-000000000004"
N_SEATS = 12
N_ON_ONE_SLOT = 200
N_ON_SEATS = 500

SLOT_TAKEN = 990001
DEADLINE_PASSED = 990006
SLOT_NOT_OFFERED = 990014
ALREADY_BOOKED = 990018
CONFLICT = 990024

PLAIN = [Caller("dfdg", "dfdg", plain=True), Caller("kss", "kss"), Caller("indkalder", "indkalder")]


def start(n_advisors, program=None, **arguments):
    """plannerd with one jobcenter; the plain face is DFDG's."""
    town = Municipality().jobcenter(UNIT, n_advisors=n_advisors, n_rooms=3)
    rooms = "|".join(f"{UNIT}-rum-{i + 1}" for i in range(3))
    town.offer(OFFER, UNIT, 7, duration=30, grid=30)
    town.offer(GROUP_OFFER, UNIT, 9, form="group", seats=N_SEATS, duration=60, grid=60)
    town.offer(OTHER_OFFER, UNIT, 4, duration=30, grid=30, after=15)
    town.offer(ROOM_OFFER, UNIT, 11, duration=30, grid=30, rooms=rooms)
    return PlannerProcess(town, PLAIN, program=program, **arguments)


def interval(first_day=2, last_day=40):
    """The interval of a listing, in days from now."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    day = datetime.timedelta(days=1)
    return {"from_time": (now + first_day * day).isoformat(), "to_time": (now + last_day * day).isoformat()}


async def list_starts(line, cpr, offer, **when):
    """Start times that OFFER has, each once, in order."""
    answer = await line.call("GetSelfbookTimeslots", cpr=cpr, offer=offer, **interval(**when))
    return list(dict.fromkeys(answer.find_all("StartTime")))


def summons(cpr, **members):
    """Members of a RegisterBooking."""
    rights = {"ReBookingPossible": "false", "CancellationPossible": "false", "CompulsoryAttendance": "true"}
    kind = {"InterviewTypeIdentifier": 12, "InterviewFormTypeIdentifier": 1, "Title": "Samtale"}
    return {"cpr": cpr, "unit": UNIT, "contact": 1, **rights, **kind, **members}


def split(answers, allowed):
    """Those that went well; fails unless all others are refused with a code in ALLOWED."""
    strange = sorted({answer.code for answer in answers} - allowed - {0})
    if strange:
        example = next(answer.text for answer in answers if answer.code == strange[0])
        raise AssertionError(f"unexpected codes {strange}: {example}")
    return [answer for answer in answers if answer.code == 0]


class Citizens:
    """Impossible numbers, each handed out once."""

    def __init__(self, first=0):
        self.next = first

    def take(self, n_citizens):
        """N_CITIZENS numbers that nobody had before."""
        first = self.next
        self.next += n_citizens
        return [testlib.cpr(number) for number in range(first, self.next)]


async def _one_slot(planner, n_rounds, allowed):
    citizens = Citizens()
    async with Crowd(planner.url, N_ON_ONE_SLOT) as crowd:
        starts = await list_starts(crowd.lines[0], *citizens.take(1), OFFER)
        for number in range(n_rounds):
            people = citizens.take(N_ON_ONE_SLOT)
            where = {"offer": OFFER, "start": starts[number]}
            if number % 2 == 1:
                where["worker"] = f"{UNIT}-01"
            if number % 3 == 2:
                held = await crowd.shoot([message("GetBookingDetails", cpr=cpr, **where) for cpr in people])
                winners = split(held, allowed)
                testlib.equal(len(winners), 1, f"reservations in round {number}")
                owner, where = people[held.index(winners[0])], {}
                people = [owner] * N_ON_ONE_SLOT
                where["reservation"] = winners[0].find("ReservationIdentifier")
            answers = await crowd.shoot([message("CreateBooking", cpr=cpr, contact=1, **where) for cpr in people])
            winners = split(answers, allowed)
            # With one reservation all callers are the same citizen: one booking, told to each of them.
            testlib.equal(len(winners), N_ON_ONE_SLOT if "reservation" in where else 1, f"winners in round {number}")
            testlib.equal(len({answer.body() for answer in winners}), 1, f"bookings answered in round {number}")


def one_slot(planner, n_rounds, allowed=frozenset({SLOT_TAKEN})):
    """Two hundred citizens want one time, N_ROUNDS times over: one gets it, whether it is reserved first or booked at once."""
    asyncio.run(_one_slot(planner, n_rounds, allowed))
    testlib.equal(planner.count("SELECT count(*) FROM booking"), n_rounds, "bookings")
    ledger_judge.judge(planner)


async def _seats(planner, n_rounds, allowed):
    citizens = Citizens()
    async with Crowd(planner.url, N_ON_SEATS) as crowd:
        starts = await list_starts(crowd.lines[0], *citizens.take(1), GROUP_OFFER)
        for number in range(n_rounds):
            people = citizens.take(N_ON_SEATS)
            where = {"offer": GROUP_OFFER, "start": starts[number], "worker": f"{UNIT}-01"}
            calls = [message("CreateBooking", cpr=cpr, contact=1, **where) for cpr in people]
            if number % 2 == 1:
                held = await crowd.shoot([message("GetBookingDetails", cpr=cpr, **where) for cpr in people])
                tokens = [answer.find("ReservationIdentifier") for answer in held]
                testlib.equal(len(split(held, allowed)), N_SEATS, f"seats reserved in round {number}")
                calls = [
                    message("CreateBooking", cpr=cpr, contact=1, reservation=token)
                    if token
                    else message("CreateBooking", cpr=cpr, contact=1, **where)
                    for cpr, token in zip(people, tokens)
                ]
            winners = split(await crowd.shoot(calls), allowed)
            testlib.equal(len(winners), N_SEATS, f"seats given in round {number}")
            testlib.equal(len(set(answer.find("GroupIdentifier") for answer in winners)), 1, "sessions")


def seats(planner, n_rounds, allowed=frozenset({SLOT_TAKEN})):
    """Five hundred citizens want twelve seats: twelve get one, whether they reserve first or not."""
    asyncio.run(_seats(planner, n_rounds, allowed))
    testlib.equal(planner.count("SELECT count(*) FROM seat"), n_rounds * N_SEATS, "seats")
    ledger_judge.judge(planner)


# Everything at once ---------------------------------------------------------------------------------


class Booked:
    """What the answers told a caller about one of its bookings."""

    def __init__(self, cpr, answer):
        self.cpr = cpr
        self.identifier = answer.find("BookingIdentifier")
        self.state = "booked"
        self.update(answer)

    def update(self, answer):
        """Takes over what ANSWER tells, unless it is the stored one of an equal move before the booking was accepted."""
        if int(answer.find("Revision")) < getattr(self, "revision", 0):
            return
        self.start = answer.find("BookingStartTime")
        self.worker = answer.find("CaseWorkerIdentifier")
        self.revision = int(answer.find("Revision"))


class Player:
    """One caller: citizens of its own, a line of its own, and a memory of every answer."""

    def __init__(self, number, line, starts, chance):
        self.line, self.starts, self.chance = line, starts, chance
        self.people = [testlib.cpr(1000 + 20 * number + i) for i in range(20)]
        self.bookings = []
        self.n_refused = 0
        self.n_done = 0

    async def call(self, operation, allowed, **members):
        """The answer when it went well; None when it was refused as may happen."""
        answer = await self.line.call(operation, **members)
        self.n_done += 1
        if answer.code and answer.code not in allowed:
            raise AssertionError(f"{operation}: {answer.text}")
        self.n_refused += answer.code != 0
        return None if answer.code else answer

    def remember(self, cpr, made):
        """A new booking; one that stands and is answered once more is none."""
        standing = [one.identifier for one in self.bookings if one.state == "booked"]
        if made and made.find("BookingIdentifier") not in standing:
            self.bookings.append(Booked(cpr, made))

    def live(self):
        """One of the bookings that stand, or None."""
        standing = [one for one in self.bookings if one.state == "booked"]
        return self.chance.choice(standing) if standing else None

    def target(self):
        """A time that others want too, at an advisor or at anybody."""
        worker = f"{UNIT}-{self.chance.randrange(50) + 1:02}" if self.chance.random() < 0.5 else None
        return {"start": self.chance.choice(self.starts), "worker": worker}

    async def turn(self):
        """One thing that a caller does."""
        raise NotImplementedError


OFFERS = [OFFER, OTHER_OFFER, GROUP_OFFER, ROOM_OFFER]
TAKEN = {SLOT_TAKEN, ALREADY_BOOKED, SLOT_NOT_OFFERED}


class Citizen(Player):
    """Books, moves, accepts and cancels as DFDG does for citizens."""

    async def book(self):
        """By reservation, at once, or at once with an identifier of its own."""
        cpr, way = self.chance.choice(self.people), self.chance.random()
        where = {"offer": self.chance.choice(OFFERS), **self.target()}
        if way < 0.4:
            held = await self.call("GetBookingDetails", TAKEN, cpr=cpr, **where)
            if held is None or self.chance.random() < 0.1:
                return
            where = {"reservation": held.find("ReservationIdentifier")}
        elif way < 0.6:
            where["booking"] = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        made = await self.call("CreateBooking", TAKEN, cpr=cpr, contact=1, **where)
        self.remember(cpr, made)

    async def move(self, booked):
        """By reservation or at once."""
        whose = {"cpr": booked.cpr, "booking": booked.identifier}
        where = self.target()
        if self.chance.random() < 0.5:
            held = await self.call("GetBookingDetails", TAKEN, **whose, **where)
            if held is None:
                return
            where = {"reservation": held.find("ReservationIdentifier")}
        moved = await self.call("RescheduleBooking", TAKEN, **whose, **where)
        if moved:
            booked.update(moved)

    async def turn(self):
        booked, what = self.live(), self.chance.random()
        if booked is None or what < 0.4:
            await self.book()
        elif what < 0.7:
            await self.move(booked)
        else:
            operation = "AcceptBooking" if what < 0.75 else "CancelBooking"
            answer = await self.call(operation, set(), cpr=booked.cpr, booking=booked.identifier)
            booked.update(answer)
            booked.state = "booked" if what < 0.75 else "cancelled"


class Summoner(Player):
    """Registers, changes and deletes as the municipality's own systems do; what it is refused depends on its role."""

    def members(self):
        """Time and advisor of a summons."""
        target = self.target()
        begin = datetime.datetime.fromisoformat(target["start"])
        return {
            "start": begin.isoformat(),
            "end": (begin + datetime.timedelta(minutes=30)).isoformat(),
            "worker": target["worker"] or f"{UNIT}-01",
        }

    async def turn(self):
        booked, what = self.live(), self.chance.random()
        if booked is None or what < 0.5:
            cpr = self.chance.choice(self.people)
            made = await self.call("RegisterBooking", TAKEN, **summons(cpr, **self.members()))
            self.remember(cpr, made)
        elif what < 0.75:
            whose = {"cpr": booked.cpr, "booking": booked.identifier}
            changed = await self.call("UpdateBooking", TAKEN, **whose, **self.members())
            if changed:
                booked.update(changed)
        else:
            booked.update(await self.call("DeleteBooking", set(), cpr=booked.cpr, booking=booked.identifier))
            booked.state = "cancelled"


def judge_memory(planner, players):
    """What the callers were told is what stands there: nothing lost, nothing invented, nothing elsewhere."""
    rows = {
        identifier: (start_us, worker, state, revision)
        for identifier, start_us, worker, state, revision in planner.query(
            "SELECT identifier, start_us, resource_key, state, revision"
            " FROM booking JOIN resource ON resource_id = advisor_id"
        )
    }
    told = {}
    for player in players:
        for one in player.bookings:
            start_us = int(datetime.datetime.fromisoformat(one.start).timestamp()) * 1000000
            revision = one.revision
            # A summons that collided is told to nobody when the other goes and it becomes exclusive.
            if isinstance(player, Summoner) and one.identifier in rows:
                testlib.equal(rows[one.identifier][3] >= revision, True, "revision of a summons")
                revision = rows[one.identifier][3]
            testlib.equal(one.identifier in told, False, "two bookings of one identifier")
            told[one.identifier] = (start_us, one.worker, one.state, revision)
    for identifier in sorted(set(rows) | set(told)):
        testlib.equal(rows.get(identifier), told.get(identifier), f"{identifier} by table, by answers")


async def _mixed(planner, n_calls, chance, n_players):
    async with Crowd(planner.url, n_players - 4) as crowd:
        starts = (await list_starts(crowd.lines[0], testlib.cpr(0), OFFER, last_day=5))[:24]
        players = [Citizen(number, line, starts, chance) for number, line in enumerate(crowd.lines)]
        for name in ("kss", "indkalder") * 2:
            line = await Line(planner.tls_url, planner.certificates.context(name)).open()
            players.append(Summoner(len(players), line, starts, chance))

        async def play(player):
            while sum(one.n_done for one in players) < n_calls:
                await player.turn()

        await asyncio.gather(*(play(player) for player in players))
        for player in players[-4:]:
            player.line.close()
    return players


def mixed(planner, n_calls, n_players=32):
    """Holds, bookings, moves, cancellations and summons of 32 callers on 50 advisors, until N_CALLS are answered."""
    players = asyncio.run(_mixed(planner, n_calls, testlib.generator(), n_players))
    n_refused = sum(player.n_refused for player in players)
    testlib.note(f"{sum(player.n_done for player in players)} calls, {n_refused} refused")
    judge_memory(planner, players)
    placed = ledger_judge.judge(planner)
    n_standing = sum(one.state == "booked" for one in placed.values())
    testlib.note(f"{len(placed)} bookings, {n_standing} of them stand")
    if not 0 < n_refused < n_calls or n_standing == 0:
        raise AssertionError("the callers did not meet: nothing was raced for")


# Listing meanwhile ----------------------------------------------------------------------------------

N_STANDING = 60
PAGE = 7


async def _list_pages(line):
    """Identifiers of all bookings of the unit, page by page."""
    identifiers, cursor = [], None
    while True:
        answer = await line.call("GetBookings", unit=UNIT, Cursor=cursor, MaxCount=PAGE)
        page = answer.find_all("BookingIdentifier")
        testlib.equal(answer.code, 0, "code of a page")
        testlib.equal(len(page) <= PAGE, True, "page is no longer than asked for")
        identifiers += page
        cursor = answer.find("NextCursor")
        if cursor is None:
            return identifiers


async def _book_standing(line):
    starts = await list_starts(line, testlib.cpr(0), OFFER, first_day=20, last_day=30)
    calls = [
        {"cpr": testlib.cpr(500 + i), "offer": OFFER, "start": starts[i % len(starts)], "contact": 1}
        for i in range(N_STANDING)
    ]
    made = [await line.call("CreateBooking", **call) for call in calls]
    return {answer.find("BookingIdentifier") for answer in made}


async def _paging(planner, n_listings, chance):
    async with Crowd(planner.url, 8) as crowd:
        standing = await _book_standing(crowd.lines[0])
        testlib.equal(len(standing), N_STANDING, "bookings that stand")
        starts = (await list_starts(crowd.lines[0], testlib.cpr(0), OFFER, last_day=5))[:24]
        players = [Citizen(number, line, starts, chance) for number, line in enumerate(crowd.lines)]
        pager = await Line(planner.tls_url, planner.certificates.context("indkalder")).open()
        is_over = False

        async def play(player):
            while not is_over:
                await player.turn()

        plays = [asyncio.create_task(play(player)) for player in players]
        number = 0
        # On a slow disk many pages fit into one commit: it goes on until enough has changed.
        while number < n_listings or (sum(player.n_done for player in players) < n_listings and number < 100 * n_listings):
            seen = await _list_pages(pager)
            number += 1
            testlib.equal(len(seen), len(set(seen)), f"bookings in listing {number}, each once")
            testlib.equal(standing - set(seen), set(), f"standing bookings that listing {number} hides")
        is_over = True
        await asyncio.gather(*plays)
        pager.close()
        return sum(player.n_done for player in players)


def paging(planner, n_listings):
    """Bookings are listed page by page while others are made, moved and cancelled: whatever stands all the time is there once."""
    n_calls = asyncio.run(_paging(planner, n_listings, testlib.generator()))
    testlib.note(f"{n_calls} changes meanwhile")
    if n_calls < n_listings:
        raise AssertionError("nothing changed while the pages were read")
