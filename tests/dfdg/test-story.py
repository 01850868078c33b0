# SPDX-License-Identifier: EUPL-1.2
# The whole story of citizens, a case system, an a-kasse and advisors, with plannerd between them, over pushes and over the queue.
"""Each carrier tells the same story, and both stocks are equal after each chapter."""

import datetime
import zoneinfo

import testlib
from dfdg_world import FUND, OFFER, UNIT, ActorRefused, Citizens, DfdgWorld, municipality

ADVISOR, OTHER = "89000-01", "89000-02"
ZONE = zoneinfo.ZoneInfo("Europe/Copenhagen")
DAY = datetime.date.today() + datetime.timedelta(days=8)
DAY_LONG = datetime.timedelta(days=1)
UTC = datetime.timezone.utc
# Of a deadline for booking; and an absence that closes those of a citizen.
OPEN, MET, CLOSED, CLOSES_DEADLINES = 1, 2, 3, 56
CANNOT_BE_MOVED = 990007


def at(hour, minute=0, day=DAY):
    """A Danish time of DAY."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), ZONE)


class Story:
    """A world, and what the chapters share."""

    def __init__(self, world):
        self.world = world

    def settled(self):
        """All is told; both sides hold the same."""
        self.world.settle()
        self.world.assert_same_stock()

    def settled_but(self, *keys):
        """All is told; both sides hold the same but for what DFDG does not have."""
        self.world.settle()
        ours = {key: row for key, row in self.world.own_stock().items() if key not in keys}
        testlib.equal(ours, self.world.their_stock(), "the Planner's stock, but for what DFDG forgot")

    def new_citizen(self, **facts):
        """Somebody of contact group 1."""
        cpr = Citizens.new()
        self.world.act("citizen", cpr=cpr, unit=UNIT, **{"group": 1, **facts})
        return cpr

    def is_offered(self, start, advisor):
        """Whether Jobnet shows this time of this advisor."""
        first = start - datetime.timedelta(hours=1)
        times = self.world.act("jobnet/times", cpr=Citizens.new(), offer=OFFER, first=first.isoformat(), days=1)["times"]
        return any(datetime.datetime.fromisoformat(time) == start and who == advisor for time, who in times)

    # Chapters

    def citizen_books(self):
        """A self-booking is registered by DFDG; its echo is recognised and causes no call."""
        cpr = self.new_citizen()
        key = self.world.act("jobnet/book", cpr=cpr, unit=UNIT, start=at(9).isoformat(), advisor=ADVISOR)["id"]
        self.settled()
        self.echoed(key)
        self.world.act("jobnet/move", cpr=cpr, id=key, start=at(10).isoformat(), advisor=OTHER)
        self.settled()
        self.echoed(key)
        testlib.equal(self.world.own_stock()[key][:4], (cpr, UNIT, OTHER, at(10).astimezone(UTC)))
        testlib.equal((self.is_offered(at(9), ADVISOR), self.is_offered(at(10), OTHER)), (True, False))
        testlib.equal(self.world.count("SELECT conflict FROM booking WHERE identifier = ?", key), 0)
        testlib.equal(self.world.simulator.n_calls("CreateIndkaldelse", "UpdateIndkaldelse", "DeleteIndkaldelse"), 0, "calls about it")

    def echoed(self, key):
        """Nobody waits for the echo of this booking any more, and nobody is asked about it."""
        testlib.wait_for(lambda: self.world.count("SELECT count(*) FROM echo_watch WHERE subject = ?", key) == 0, 60, "the echo is recognised")

    def case_system_books(self):
        """A booking of the KSS lands in the advisor's calendar; the citizen cannot move it, and it is changed by the KSS."""
        cpr = self.new_citizen()
        key = self.world.act("kss/book", cpr=cpr, unit=UNIT, start=at(11).isoformat(), minutes=30, advisor=ADVISOR)["id"]
        self.settled()
        testlib.equal(self.world.query("SELECT origin, conflict FROM booking WHERE identifier = ?", key), [("kss", 0)])
        testlib.equal((self.is_offered(at(11), ADVISOR), self.is_offered(at(11), OTHER)), (False, True))
        try:
            self.world.act("jobnet/move", cpr=cpr, id=key, start=at(13).isoformat(), advisor=ADVISOR, force=True)
            raise AssertionError("the citizen moved a booking of the KSS")
        except ActorRefused as no:
            testlib.equal(no.codes, [CANNOT_BE_MOVED])
        self.world.act("kss/change", id=key, starttidspunkt=at(12).isoformat())
        self.settled()
        testlib.equal((self.is_offered(at(11), ADVISOR), self.is_offered(at(12), ADVISOR)), (True, False))
        self.world.act("kss/cancel", id=key)
        self.settled()
        testlib.equal(self.is_offered(at(12), ADVISOR), True, "free again")

    def case_system_collides(self):
        """A booking of the KSS over a taken time is taken, and flagged; one for an advisor nobody knows is kept and stands on the unit."""
        first, second = self.new_citizen(), self.new_citizen()
        self.world.act("jobnet/book", cpr=first, unit=UNIT, start=at(14).isoformat(), advisor=ADVISOR)
        key = self.world.act("kss/book", cpr=second, unit=UNIT, start=at(14).isoformat(), minutes=30, advisor=ADVISOR)["id"]
        unknown = self.world.act("kss/book", cpr=second, unit=UNIT, start=at(15).isoformat(), minutes=30, advisor="en-anden")["id"]
        self.settled()
        testlib.equal(self.world.count("SELECT conflict FROM booking WHERE identifier = ?", key), 1, "flagged")
        found = self.world.query("SELECT advisor_id, foreign_advisor FROM booking WHERE identifier = ?", unknown)
        testlib.equal(found, [(None, "en-anden")])

    def advisor_books(self):
        """What the municipality's own user registers, changes and cancels is told to DFDG; the citizen accepts."""
        cpr = self.new_citizen()
        key = self.world.register(cpr, at(9, 30), ADVISOR, CitizenShouldAcceptBooking="true")
        self.settled()
        doc = self.world.simulator.stock()[key]
        testlib.equal((doc["oprettetAf"]["systemIdentifier"], doc["samtaleform"], doc["skalAccepteres"], doc["accepteret"]), (40, 2, True, False))
        testlib.equal(self.world.query("SELECT origin FROM booking WHERE identifier = ?", key), [("indkalder",)], "still ours")
        answer = self.world.user_call("UpdateBooking", cpr=cpr, booking=key, start=at(10, 30).isoformat(), end=at(11).isoformat())
        testlib.equal("PlannerFault" in answer, False, answer)
        self.settled()
        self.world.act("jobnet/accept", cpr=cpr, id=key)
        self.settled()
        testlib.equal((self.world.own_stock()[key][5], self.world.simulator.stock()[key]["accepteret"]), (True, True))
        testlib.equal(self.is_offered(at(10, 30), ADVISOR), False)
        answer = self.world.user_call("DeleteBooking", cpr=cpr, booking=key)
        testlib.equal("PlannerFault" in answer, False, answer)
        self.settled()
        testlib.equal((key in self.world.simulator.stock(), self.is_offered(at(10, 30), ADVISOR)), (False, True))
        testlib.equal(self.world.simulator.ask("calls")["done"].get("CreateIndkaldelse"), 1, "told once")

    def citizen_accepts_an_event(self):
        """Accepting a booking of the KSS comes as an event only."""
        cpr = self.new_citizen()
        key = self.world.act("kss/book", cpr=cpr, unit=UNIT, start=at(13, 30).isoformat(), minutes=30, advisor=OTHER, skalAccepteres=True)["id"]
        self.settled()
        self.world.act("jobnet/accept", cpr=cpr, id=key, through_planner=False)
        self.settled()
        testlib.equal(self.world.own_stock()[key][5], True)

    def fund_joins(self):
        """A joint interview of the a-kasse comes with its participants; its own interviews do not come."""
        cpr = self.new_citizen(fund=FUND)
        key = self.world.act("fund/book", cpr=cpr, fund=FUND, start=at(8).isoformat(), minutes=30, advisor=OTHER, participants=[{"navn": "A-kassen"}])["id"]
        own = [self.world.act("fund/book", cpr=cpr, fund=FUND, start=at(8).isoformat(), kind=kind)["id"] for kind in (7, 12, 15)]
        self.settled()
        testlib.equal(self.world.query("SELECT origin FROM booking WHERE identifier = ?", key), [("unemployment-fund",)])
        names = self.world.query("SELECT name FROM participant JOIN booking USING (booking_id) WHERE identifier = ?", key)
        testlib.equal(names, [("A-kassen",)])
        testlib.equal([one for one in own if one in self.world.own_stock()], [])

    def deadlines_end_with_the_day(self):
        """A deadline for booking whose last day is the meeting's is met; a meeting may be moved within its own day when that is the limit."""
        cpr = self.new_citizen()
        late, met = (self.world.act("kss/deadline", cpr=cpr, days=days, sidsteAfholdelsesdato=day.isoformat())["id"] for days, day in ((6, DAY - DAY_LONG), (8, DAY)))
        self.settled()
        status = lambda key: self.world.count("SELECT status FROM deadline WHERE identifier = ?", key)  # noqa: E731
        testlib.equal((status(late), status(met)), (OPEN, OPEN))
        key = self.world.register(cpr, at(12), OTHER, ReBookingPossible="true", ReBookingDeadline=at(12).isoformat())
        self.settled()
        testlib.equal((status(late), status(met)), (OPEN, MET))
        for hour in (11, 14):
            self.world.act("jobnet/move", cpr=cpr, id=key, start=at(hour).isoformat(), advisor=OTHER)
            self.settled()
            self.echoed(key)
            testlib.equal(self.world.simulator.stock()[key]["fristForOmbookning"], DAY.isoformat(), "the limit is the meeting's day")
        self.world.act("kss/absence", cpr=cpr, code=CLOSES_DEADLINES)
        self.settled()
        testlib.equal((status(late), status(met)), (CLOSED, MET))
        testlib.equal("PlannerFault" in self.world.user_call("DeleteBooking", cpr=cpr, booking=key), False, "called off")
        self.settled()

    def number_changes(self):
        """A citizen's number changes: bookings and history follow, and what comes later is the same citizen's."""
        old, new = self.new_citizen(), Citizens.new()
        key = self.world.act("jobnet/book", cpr=old, unit=UNIT, start=at(15, 30).isoformat(), advisor=OTHER)["id"]
        self.settled()
        self.world.act("kss/cpr", old=old, new=new)
        self.settled()
        testlib.equal(self.world.own_stock()[key][0], new)
        self.world.act("jobnet/cancel", cpr=new, id=key)
        self.settled()
        testlib.equal(key in self.world.own_stock(), False)


CHAPTERS = "citizen_books case_system_books case_system_collides advisor_books citizen_accepts_an_event fund_joins deadlines_end_with_the_day number_changes".split()


def tell(carrier):
    """The story over one carrier."""
    with DfdgWorld(municipality(), carrier=carrier) as world:
        for chapter in CHAPTERS:
            testlib.note(f"{carrier}: {chapter}")
            getattr(Story(world), chapter)()


def test_story_by_pushes():
    """DFDG pushes."""
    tell("wsb")


def test_story_by_queue():
    """The Planner fetches."""
    tell("wsrm")


def test_lost_echo():
    """An echo that never comes is asked for: what DFDG has is well, what it has not is flagged, and nothing is freed."""
    with DfdgWorld(municipality()) as world:
        story = Story(world)
        lost, forgotten, moved = (story.new_citizen() for _ in range(3))
        world.simulator.fault("push", "drop", cpr=lost)
        world.simulator.fault("register", "forget", "CreateBooking", cpr=forgotten)
        world.simulator.fault("register", "forget", "RescheduleBooking", cpr=moved)
        kept = world.act("jobnet/book", cpr=lost, unit=UNIT, start=at(9).isoformat(), advisor=ADVISOR)["id"]
        absent = world.act("jobnet/book", cpr=forgotten, unit=UNIT, start=at(10).isoformat(), advisor=ADVISOR)["id"]
        elsewhere = world.act("jobnet/book", cpr=moved, unit=UNIT, start=at(11).isoformat(), advisor=ADVISOR)["id"]
        story.settled_but(absent)
        world.act("jobnet/move", cpr=moved, id=elsewhere, start=at(12).isoformat(), advisor=ADVISOR)
        world.settle()
        world.restart(later_s=3600)
        flagged = lambda: {row[0] for row in world.query("SELECT subject FROM echo_watch WHERE is_flagged = 1")}  # noqa: E731
        testlib.wait_for(lambda: absent in flagged(), 60, "flagged")
        told = lambda: world.query("SELECT 1 FROM echo_watch WHERE subject = ? AND reason LIKE '%starttidspunkt%'", elsewhere)  # noqa: E731
        testlib.wait_for(told, 60, "the other time at DFDG is told")
        story.echoed(kept)
        testlib.equal(set(world.own_stock()), {kept, absent, elsewhere}, "nothing is freed")
        testlib.equal([story.is_offered(at(hour), ADVISOR) for hour in (9, 10, 12)], [False] * 3)
        testlib.equal(world.simulator.n_calls("CreateIndkaldelse", "UpdateIndkaldelse", "DeleteIndkaldelse"), 0)


testlib.run(globals())
