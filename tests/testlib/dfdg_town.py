# SPDX-License-Identifier: EUPL-1.2
# A town at random: citizens, a case system, an a-kasse and the municipality's own users do what they may, in any order.
"""Town(world, chance).step() does one thing; what is refused is refused by rule, and counted. When all is quiet both sides must agree."""

import collections
import datetime
import re
import zoneinfo

import testlib
from dfdg_world import FUND, UNIT, ActorRefused, Citizens

ZONE = zoneinfo.ZoneInfo("Europe/Copenhagen")
# What is done, and how often among all.
WEIGHTS = {
    "jobnet_book": 6,
    "jobnet_move": 4,
    "jobnet_cancel": 2,
    "jobnet_accept": 2,
    "kss_book": 6,
    "kss_change": 4,
    "kss_cancel": 4,
    "user_register": 6,
    "user_move": 4,
    "user_delete": 2,
    "fund_book": 2,
    "fund_change": 1,
    "fund_participant": 1,
    "number_changes": 1,
    "group_changes": 1,
}
LEFT_TO_A_PERSON = (
    "SELECT 'event', entity_name, change_type, reason FROM dfdg_event WHERE state = 'parked'"
    " UNION ALL SELECT 'change', kind, attempts, reason FROM outbox WHERE state IN ('refused', 'held')"
    " UNION ALL SELECT 'echo', subject, attempts, reason FROM echo_watch WHERE is_flagged = 1 LIMIT 10"
)


class Town:
    """N_CITIZENS and the advisors of WORLD; CHANCE is a random.Random; nothing WITHOUT names is done."""

    def __init__(self, world, chance, n_citizens=40, n_days=20, advisors=("89000-01", "89000-02", "en-anden"), without=()):
        self.weights = {name: weight for name, weight in WEIGHTS.items() if name not in without}
        self.world, self.chance, self.advisors = world, chance, advisors
        self.day = datetime.date.today() + datetime.timedelta(days=7)
        self.n_days = n_days
        self.citizens = [Citizens.new() for _ in range(n_citizens)]
        for cpr in self.citizens:
            world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND, group=1)
        self.done, self.refused = collections.Counter(), collections.Counter()

    def step(self):
        """One thing; its name."""
        name = self.chance.choices(list(self.weights), list(self.weights.values()))[0]
        try:
            is_done = getattr(self, "_" + name)()
        except ActorRefused:
            is_done = False
        (self.done if is_done else self.refused)[name] += 1
        return name

    # Choosing

    def _start(self):
        day = self.day + datetime.timedelta(days=self.chance.randrange(self.n_days))
        return datetime.datetime.combine(day, datetime.time(self.chance.randrange(8, 16), self.chance.choice((0, 30))), ZONE)

    def _citizen(self):
        return self.chance.choice(self.citizens)

    def _booking(self, *roles):
        """(id, document) of one that DFDG has by these roles, or None."""
        rows = sorted((key, doc) for key, doc in self.world.simulator.stock().items() if doc["_rolle"] in roles)
        return self.chance.choice(rows) if rows else None

    # Doing

    def _jobnet_book(self):
        self.world.act("jobnet/book", cpr=self._citizen(), unit=UNIT, start=self._start().isoformat(), advisor=self.chance.choice(self.advisors[:2]))
        return True

    def _of_jobnet(self, path, *roles, **words):
        found = self._booking(*roles)
        if not found:
            return False
        self.world.act(path, cpr=found[1]["civilregistrationIdentifier"], id=found[0], **words)
        return True

    def _jobnet_move(self):
        return self._of_jobnet("jobnet/move", "jobnet", start=self._start().isoformat(), advisor=self.chance.choice(self.advisors[:2]))

    def _jobnet_cancel(self):
        return self._of_jobnet("jobnet/cancel", "jobnet")

    def _jobnet_accept(self):
        return self._of_jobnet("jobnet/accept", "kss", through_planner=False)

    def _kss_book(self):
        start, advisor = self._start().isoformat(), self.chance.choice(self.advisors)
        kind = self.chance.choice((4, 12))  # citizens book 7 themselves, once
        self.world.act("kss/book", cpr=self._citizen(), unit=UNIT, start=start, minutes=30, advisor=advisor, skalAccepteres=True, samtaleType=kind)
        return True

    def _kss_change(self):
        found = self._booking("kss")
        changes = self.chance.choice(({"starttidspunkt": self._start().isoformat()}, {"titel": f"Samtale {self.chance.randrange(99)}"}))
        return bool(found and self.world.act("kss/change", id=found[0], **changes))

    def _kss_cancel(self):
        found = self._booking("kss")
        return bool(found) and self.world.act("kss/cancel", id=found[0]) == {}

    def _user(self, operation, key, cpr, **words):
        answer = self.world.user_call(operation, cpr=cpr, booking=key, **words)
        return not re.search("PlannerFault", answer)

    def _user_register(self):
        try:
            self.world.register(self._citizen(), self._start(), self.chance.choice(self.advisors[:2]))
        except AssertionError:
            return False
        return True

    def _own(self):
        rows = self.world.query(
            "SELECT b.identifier, c.cpr FROM booking b JOIN citizen c USING (citizen_id)"
            " WHERE b.state = 'booked' AND b.origin = 'indkalder' ORDER BY b.booking_id"
        )
        return self.chance.choice(rows) if rows else None

    def _user_move(self):
        found, start = self._own(), self._start()
        end = start + datetime.timedelta(minutes=30)
        return bool(found) and self._user("UpdateBooking", *found, start=start.isoformat(), end=end.isoformat())

    def _user_delete(self):
        found = self._own()
        return bool(found) and self._user("DeleteBooking", *found)

    def _fund_book(self):
        words = {"start": self._start().isoformat(), "minutes": 30, "advisor": self.chance.choice(self.advisors[:2])}
        self.world.act("fund/book", cpr=self._citizen(), fund=FUND, kind=self.chance.choice((7, 15, 17, 17, 17)), **words)
        return True

    def _fund_change(self):
        found = self._booking("akasse")
        return bool(found and self.world.act("fund/change", id=found[0], starttidspunkt=self._start().isoformat()))

    def _fund_participant(self):
        found = self._booking("akasse")
        return bool(found and self.world.act("fund/participant", id=found[0], navn=f"Myndighed {self.chance.randrange(9)}"))

    def _number_changes(self):
        place, new = self.chance.randrange(len(self.citizens)), Citizens.new()
        self.world.act("kss/cpr", old=self.citizens[place], new=new)
        self.citizens[place] = new
        return True

    def _group_changes(self):
        self.world.act("kss/place", cpr=self._citizen(), kind="group", code=self.chance.choice((1, 2, 13)))
        return True

    # Judging

    def judge(self):
        """Quiet now: the same stock, every message taken, and nothing left to a person."""
        self.world.simulator.act("calm")
        self.world.settle(300)
        self.world.assert_same_stock()
        testlib.equal(self.world.query(LEFT_TO_A_PERSON), [], "what waits for a person")
        counts = self.world.simulator.ask("messages")
        testlib.equal([key for key, count in counts.items() if not count["done"]], [], "messages that were never taken")
        testlib.note(f"done {dict(self.done)}, refused {dict(self.refused)}, {len(counts)} messages, {self.world.simulator.ask('faults')['counts']}")
