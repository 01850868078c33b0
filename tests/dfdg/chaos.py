# SPDX-License-Identifier: EUPL-1.2
# Who acts at random on both sides of a DfdgWorld while the line and plannerd break, and what must be true when all is calm again.
"""Actors are threads with dice of their own; every step is written down, and shown when the judge says no. The judge reads the
two databases: plannerd's rows, and the simulator's stock and changes."""

import datetime
import json
import random
import re
import threading
import time
import urllib.error
import uuid
import zoneinfo

import testlib
from dfdg_world import FUND, UNIT, ActorRefused, Citizens, instant

ZONE = zoneinfo.ZoneInfo("Europe/Copenhagen")
ADVISORS = (f"{UNIT}-01", f"{UNIT}-02")
FIRST_DAY = datetime.date.today() + datetime.timedelta(days=10)
N_DAYS = 12
PATIENCE_S = 60
# Shares of bookings: of self-bookings that DFDG does not write down, of caseworkers' that it refuses.
FORGETS, REFUSES = 0.15, 0.1
SHORTEST_LIFE_S, LONGEST_LIFE_S, COMMON_START_S = 0.2, 1.5, 0.5
MADE, CHANGED, GONE = 1, 2, 3


class Script:
    """Lines of what was done, in the order in which it began."""

    def __init__(self):
        self.lines, self.lock, self.started = [], threading.Lock(), time.monotonic()

    def add(self, who, *words):
        """A line."""
        with self.lock:
            self.lines.append(f"{time.monotonic() - self.started:8.3f} {who:10} {' '.join(map(str, words))}")

    def show(self):
        """All of it, as comments."""
        testlib.note("the script of the run:")
        for line in self.lines:
            testlib.note(line)


class Town:
    """Citizens and bookings that the actors know of. No number stands in the script: citizens have an index."""

    def __init__(self, world, n_citizens):
        self.world, self.script, self.lock = world, Script(), threading.Lock()
        self.numbers = [Citizens.new() for _ in range(n_citizens)]
        self.bookings = {}  # id → (who made it, index of the citizen)
        self.forgotten = set()  # ids of what DFDG was to write down and did not
        self.n_strays = self.n_numbers = 0
        self.ahead_s = 0  # plannerd's clock
        self.failure = None  # of somebody without whom the others cannot go on
        for cpr in self.numbers:
            world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND, group=1)

    def add(self, key, maker, citizen):
        """A booking came to be."""
        with self.lock:
            self.bookings[key.lower()] = (maker, citizen)

    def some(self, dice, *makers):
        """The id of a booking that one of MAKERS made, or None."""
        with self.lock:
            found = [key for key, (maker, _) in self.bookings.items() if maker in makers]
        return dice.choice(found) if found else None

    def cpr_of(self, key):
        """The number of its citizen."""
        return self.numbers[self.bookings[key][1]]


def start_at(dice):
    """A half hour of a day to come, with its offset."""
    day = FIRST_DAY + datetime.timedelta(days=dice.randrange(N_DAYS))
    return datetime.datetime.combine(day, datetime.time(dice.randrange(8, 15), dice.choice((0, 30))), ZONE)


class Actor(threading.Thread):
    """Does N_STEPS things of its table, one after the other. What it was told no for is part of the script."""

    def __init__(self, town, name, dice, n_steps):
        super().__init__(name=name, daemon=True)
        self.town, self.world, self.dice, self.n_steps = town, town.world, dice, n_steps
        self.failure = None
        self.counts = {}

    def run(self):
        try:
            for _ in range(self.n_steps):
                if self.town.failure:
                    return
                self.step()
                time.sleep(self.dice.random() * 0.03)
        except BaseException as error:  # pylint: disable=broad-exception-caught
            self.failure = error

    def step(self):
        """One thing."""
        steps = self.steps()
        name = self.dice.choices([row[0] for row in steps], [row[1] for row in steps])[0]
        try:
            said = getattr(self, name)()
        except ActorRefused as no:
            said = f"no: {no.answer}"
        self.counts[name] = self.counts.get(name, 0) + 1
        self.town.script.add(self.name, name, said)

    def steps(self):
        """(method, weight)."""
        raise NotImplementedError


class Jobnet(Actor):
    """Citizens."""

    def steps(self):
        return [("book", 4), ("move", 2), ("cancel", 1), ("accept", 1)]

    def book(self):
        """Books the offer's first free time, or one of the next."""
        citizen = self.dice.randrange(len(self.town.numbers))
        key, cpr = str(uuid.UUID(int=self.dice.getrandbits(128))), self.town.numbers[citizen]
        if self.dice.random() < FORGETS:
            self.world.simulator.fault("register", "forget", "CreateBooking", cpr=cpr)
        self.world.act("jobnet/book", cpr=cpr, unit=UNIT, key=key)
        if key in self.world.simulator.ask("stock"):
            self.town.add(key, "jobnet", citizen)
            return citizen, key
        self.town.forgotten.add(key)
        return citizen, key, "forgotten by DFDG"

    def _own(self, *makers):
        key = self.town.some(self.dice, *makers)
        return (key, self.town.cpr_of(key)) if key else (None, None)

    def move(self):
        """To the first other free time."""
        key, cpr = self._own("jobnet", "user")
        return key, key and self.world.act("jobnet/move", cpr=cpr, id=key)["start"]

    def cancel(self):
        """Calls off."""
        key, cpr = self._own("jobnet")
        return key, key and self.world.act("jobnet/cancel", cpr=cpr, id=key)

    def accept(self):
        """Confirms: a case system's or a caseworker's."""
        key, cpr = self._own("kss", "user")
        return key, key and self.world.act("jobnet/accept", cpr=cpr, id=key)


class Others(Actor):
    """The case system, the a-kasse, DFDG itself, and somebody who sends what nobody can read."""

    def steps(self):
        return [("book", 5), ("change", 4), ("cancel", 2), ("fund_book", 1), ("fund_cancel", 1), ("participant", 1), ("stray", 1), ("number", 1), ("group", 1)]

    def book(self):
        """A case system's booking, now and then with an advisor whom nobody knows, or in a time that is taken."""
        citizen = self.dice.randrange(len(self.town.numbers))
        advisor = self.dice.choice((*ADVISORS, *ADVISORS, *ADVISORS, "ukendt-07"))
        more = {"skalAccepteres": self.dice.random() < 0.3, "telefonnummer": self.dice.choice((None, "00000000"))}
        start = start_at(self.dice).isoformat()
        key = self.world.act("kss/book", cpr=self.town.numbers[citizen], unit=UNIT, start=start, advisor=advisor, minutes=30, **more)["id"]
        self.town.add(key, "kss", citizen)
        return citizen, key, start, advisor

    def change(self):
        """Time, advisor or words."""
        key, start = self.town.some(self.dice, "kss"), start_at(self.dice).isoformat()
        change = self.dice.choice(
            (
                {"starttidspunkt": start},
                {"medarbejder": {"identifikation": self.dice.choice(ADVISORS)}},
                {"titel": f"Samtale {self.dice.randrange(1000)}", "beskrivelse": None, "moedepligt": False},
            )
        )
        return key, list(change), key and self.world.act("kss/change", id=key, **change) and start

    def cancel(self):
        """Calls off."""
        key = self.town.some(self.dice, "kss")
        return key, key and self.world.act("kss/cancel", id=key)

    def fund_book(self):
        """A joint interview."""
        citizen = self.dice.randrange(len(self.town.numbers))
        cpr = self.town.numbers[citizen]
        key = self.world.act("fund/book", cpr=cpr, fund=FUND, start=start_at(self.dice).isoformat(), kind=17, minutes=30, advisor=self.dice.choice(ADVISORS))["id"]
        self.town.add(key, "fund", citizen)
        return citizen, key

    def fund_cancel(self):
        """Calls it off."""
        key = self.town.some(self.dice, "fund")
        return key, key and self.world.act("fund/cancel", id=key)

    def participant(self):
        """An authority takes part."""
        key = self.town.some(self.dice, "fund")
        return key, key and self.world.act("fund/participant", id=key, navn=f"A-kasse {self.dice.randrange(10)}")

    def number(self):
        """A citizen gets another number."""
        citizen, new = self.dice.randrange(len(self.town.numbers)), Citizens.new()
        self.world.act("kss/cpr", old=self.town.numbers[citizen], new=new)
        self.town.numbers[citizen] = new
        self.town.n_numbers += 1
        return citizen

    def group(self):
        """A citizen gets another contact group."""
        citizen = self.dice.randrange(len(self.town.numbers))
        return citizen, self.world.act("kss/place", cpr=self.town.numbers[citizen], kind="group", code=self.dice.choice((1, 2, 13)))

    def stray(self):
        """A message that can never be applied, in the order of a citizen like all others."""
        self.town.n_strays += 1
        cpr = self.dice.choice(self.town.numbers)
        return self.world.act("stray", system="planner", cpr=cpr, header={"EksternIdentifier": f"gift {self.town.n_strays}"})


class Caseworkers(Actor):
    """The municipality's own user by SOAP, and an operator with plannerctl: each asks again until an answer comes."""

    def steps(self):
        return [("register", 4), ("update", 3), ("delete", 1), ("ctl_move", 1), ("ctl_cancel", 0.5)]

    def _call(self, operation, **members):
        deadline = time.monotonic() + PATIENCE_S
        text = ""
        while time.monotonic() < deadline and not self.town.failure:
            try:
                text = self.world.user_call(operation, **members)
            except (OSError, urllib.error.URLError, ValueError) as gone:
                text = str(type(gone).__name__)
                time.sleep(0.05)
                continue
            code = re.search(r"Code>(\d+)<", text) if "PlannerFault" in text else None
            if code and int(code.group(1)) in (990012, 990025, 990034, 990013, 990024):
                time.sleep(0.05)
                continue
            return int(code.group(1)) if code else "ok"
        raise AssertionError(f"{operation}: no answer within {PATIENCE_S} s: {text}")

    def register(self):
        """A caseworker books, in a time that is free or not."""
        citizen, start, key = self.dice.randrange(len(self.town.numbers)), start_at(self.dice), str(uuid.UUID(int=self.dice.getrandbits(128)))
        if self.dice.random() < REFUSES:
            self.world.simulator.fault("answer", "refuse", "CreateIndkaldelse", cpr=self.town.numbers[citizen], code=1014)
        contact = self.dice.choice((1, 2))
        may_move = self.dice.random() < 0.5
        named = {"ReBookingPossible": str(may_move).lower(), "CancellationPossible": "false", "CompulsoryAttendance": "true"}
        if may_move:
            named["ReBookingDeadline"] = (start - datetime.timedelta(days=2)).isoformat()
        named |= {"CitizenShouldAcceptBooking": self.dice.choice(("true", "false")), "InterviewTypeIdentifier": 7, "InterviewFormTypeIdentifier": 1}
        end = start + datetime.timedelta(minutes=30)
        said = self._call(
            "RegisterBooking",
            **{"cpr": self.town.numbers[citizen], "unit": UNIT, "booking": key, "start": start.isoformat(), "end": end.isoformat()},
            **{"contact": contact, "worker": self.dice.choice(ADVISORS), "Title": "Jobsamtale", **named},
        )
        if said == "ok":
            self.town.add(key, "user", citizen)
        return citizen, key, start.isoformat(), said

    def _revision(self, key):
        rows = self.world.query("SELECT revision FROM booking WHERE identifier = ?", key)
        return rows[0][0] if rows else 1

    def update(self):
        """Another time, or other words."""
        key = self.town.some(self.dice, "user", "user", "jobnet")
        if not key:
            return None
        start, words = start_at(self.dice), {"Description": f"Om ansøgning {self.dice.randrange(1000)}"}
        if self.dice.random() < 0.6:
            words = {"start": start.isoformat(), "end": (start + datetime.timedelta(minutes=30)).isoformat()}
        return key, list(words), self._call("UpdateBooking", cpr=self.town.cpr_of(key), booking=key, Revision=self._revision(key), **words)

    def delete(self):
        """Calls off."""
        key = self.town.some(self.dice, "user", "jobnet")
        return key, key and self._call("DeleteBooking", cpr=self.town.cpr_of(key), booking=key, Revision=self._revision(key))

    def _control(self, *words):
        try:
            return "ok" if self.world.control(*words) is not None else None
        except AssertionError as no:
            return f"no: {str(no).splitlines()[-1][:160]}"

    def ctl_move(self):
        """plannerctl move booking."""
        key, start = self.town.some(self.dice, "user", "jobnet"), start_at(self.dice)
        return key, key and self._control("move", "booking", key, f"{start:%Y-%m-%d %H:%M}", "--advisor", self.dice.choice(ADVISORS))

    def ctl_cancel(self):
        """plannerctl cancel booking."""
        key = self.town.some(self.dice, "user", "jobnet")
        return key, key and self._control("cancel", "booking", key)


class Killer(threading.Thread):
    """kill -9 and a new start, at moments of the dice."""

    def __init__(self, town, dice):
        super().__init__(name="killer")
        self.town, self.dice, self.over = town, dice, threading.Event()
        self.n_kills, self.failure = 0, None
        self.slowness = 1  # of this machine and this build: lives are as much longer as starts are

    def run(self):
        try:
            while not self.over.wait((SHORTEST_LIFE_S + self.dice.random() ** 2 * LONGEST_LIFE_S) * self.slowness):
                self.town.world.kill()
                self.town.script.add(self.name, "killed")
                self.n_kills += 1
                self._start()
        except BaseException as error:  # pylint: disable=broad-exception-caught
            self.failure = self.town.failure = error

    def _start(self):
        """plannerd leaves the database to a plannerctl that has it, and is started again, as systemd does."""
        started = time.monotonic()
        deadline = started + PATIENCE_S
        while True:
            try:
                self.town.world.start()
                self.slowness = max(1, (time.monotonic() - started) / COMMON_START_S)
                return
            except AssertionError as no:
                self.town.script.add(self.name, "not started:", str(no).splitlines()[-1][:200])
                if time.monotonic() > deadline:
                    raise


# The judge --------------------------------------------------------------------------------------------


def _one_line(text, joint=", "):
    return joint.join(line for line in (text or "").split("\n") if line) or None


def _address(text):
    lines = (text or "").split("\n")
    return f"{lines[0]}, {lines[1]} {lines[2]}" if len(lines) == 3 else _one_line(text)


def _day(value_us, start_us):
    """The last day on which a right stands: never behind the meeting's."""
    if not value_us:
        return None
    days = [instant(us).astimezone(ZONE).date() for us in (value_us - 1, start_us)]
    return min(days).isoformat()


OURS = (
    "SELECT b.identifier, c.cpr, u.organisation_key, coalesce(r.resource_key, b.foreign_advisor) AS advisor, b.* FROM booking b JOIN citizen c USING (citizen_id)"
    " JOIN unit u USING (unit_id) LEFT JOIN resource r ON r.resource_id = b.advisor_id WHERE b.state = 'booked'"
)
FLAGS = {"ombookningMulig": "rebook_possible", "aflysningMulig": "cancel_possible", "moedepligt": "compulsory"}
FLAGS |= {"skalAccepteres": "should_accept", "accepteret": "accepted"}
WORDS = {"titel": "title", "beskrivelse": "description", "lokation": "location", "digitaltMoedelink": "meeting_link", "telefonnummer": "telephone"}
CODES = {"samtaleType": "interview_type", "moedeGruppeType": "form_type", "samtaleform": "contact_type"}


def our_view(row):
    """A booking of plannerd's database (a dict) in DFDG's words."""
    seen = {"borger": row["cpr"], "jobcenterKode": row["organisation_key"], "medarbejder": row["advisor"]}
    seen |= {"start": instant(row["start_us"]), "slut": instant(row["end_us"])}
    seen |= {name: bool(row[column]) for name, column in FLAGS.items()}
    seen |= {name: row[column] or None for name, column in WORDS.items()}
    seen |= {name: row[column] for name, column in CODES.items()}
    seen["adresse"], seen["kontaktmuligheder"] = _address(row["address"]), _one_line(row["contact_options"])
    if row["rebook_possible"]:
        seen["fristForOmbookning"] = _day(row["rebook_deadline_us"], row["start_us"])
    if row["cancel_possible"]:
        seen["fristForAflysning"] = _day(row["cancel_deadline_us"], row["start_us"])
    return seen


def their_view(doc):
    """A booking of DFDG's."""
    start = datetime.datetime.fromisoformat(doc["starttidspunkt"]).astimezone(datetime.timezone.utc)
    end = datetime.datetime.fromisoformat(doc["sluttidspunkt"]).astimezone(datetime.timezone.utc)
    seen = {"borger": doc["civilregistrationIdentifier"], "jobcenterKode": doc["jobcenterKode"], "medarbejder": doc["medarbejder"]["identifikation"]}
    seen |= {"start": start, "slut": end} | {name: bool(doc.get(name)) for name in FLAGS}
    seen |= {name: doc.get(name) or None for name in (*WORDS, *CODES, "adresse", "kontaktmuligheder")}
    seen |= {limit: doc.get(limit) for right, limit in (("ombookningMulig", "fristForOmbookning"), ("aflysningMulig", "fristForAflysning")) if doc.get(right)}
    return seen


def rows_of(world, sql):
    """Rows as dicts; the first of two columns of one name counts."""
    import sqlite3  # pylint: disable=import-outside-toplevel

    connection = sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=60)
    try:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(reversed(list(zip(names, row)))) for row in cursor.fetchall()]
    finally:
        connection.close()


def differences(world):
    """{id: (member, ours, DFDG's) …} of every booking that differs, one that only one side has included."""
    ours = {row["identifier"].lower(): our_view(row) for row in rows_of(world, OURS)}
    theirs = {key: their_view(doc) for key, doc in world.simulator.stock().items() if doc["oprettetAf"]["organisationType"] != 5 or doc["samtaleType"] == 17}
    found = {}
    for key in ours.keys() | theirs.keys():
        if key not in ours or key not in theirs:
            found[key] = "only the Planner's" if key in ours else "only DFDG's"
        elif ours[key] != theirs[key]:
            names = [name for name in ours[key].keys() | theirs[key].keys() if ours[key].get(name) != theirs[key].get(name) and name != "borger"]
            found[key] = [(name, str(ours[key].get(name)), str(theirs[key].get(name))) for name in sorted(names)] or "another citizen's"
    return found


SHOWN = (
    "SELECT subject FROM outbox WHERE state IN ('refused', 'held') UNION SELECT subject FROM echo_watch WHERE is_flagged = 1"
    " UNION SELECT external_id FROM dfdg_event WHERE state = 'parked' AND external_id IS NOT NULL"
)
OUT_OF_ORDER = (
    "SELECT a.event_id, b.event_id FROM dfdg_event a JOIN dfdg_event b ON a.citizen_id = b.citizen_id AND a.external_id = b.external_id"
    " AND a.event_id < b.event_id AND a.system_id <> -1 AND b.system_id <> -1"
    " WHERE a.entity_type = 90000 AND a.state = 'done' AND b.state = 'done' AND (a.done_us > b.done_us OR (a.carrier = 'wsb' AND a.event_us > b.event_us))"
    # fetched service by service: they may be stored against their times, and until the change of the number has come both numbers
    # have an order of their own
    " AND (a.carrier = 'wsb' OR a.event_us <= b.event_us)"
    " AND (a.carrier = 'wsb' OR NOT EXISTS (SELECT 1 FROM dfdg_event n WHERE n.citizen_id = a.citizen_id AND n.entity_type = 100010 AND n.event_id > a.event_id))"
)
ARRIVED_OUT_OF_ORDER = (
    "SELECT a.event_id, b.event_id FROM dfdg_event a JOIN dfdg_event b ON a.citizen_id = b.citizen_id AND a.event_id < b.event_id"
    " WHERE a.carrier = 'wsb' AND b.carrier = 'wsb' AND a.system_id <> -1 AND b.system_id <> -1 AND a.event_us > b.event_us"
)
# A later message of a thing or of a kind may be done with an earlier one; whose number changes gets another's messages among the own.
APPLIED_OUT_OF_ORDER = (
    "SELECT a.event_id, b.event_id FROM dfdg_event a JOIN dfdg_event b ON a.citizen_id = b.citizen_id AND a.event_id < b.event_id"
    " WHERE a.state = 'done' AND b.state = 'done' AND a.done_us > b.done_us"
    " AND NOT EXISTS (SELECT 1 FROM dfdg_event c WHERE c.citizen_id = b.citizen_id AND c.entity_type = b.entity_type"
    " AND c.event_id < a.event_id AND c.done_us = b.done_us)"
    " AND NOT EXISTS (SELECT 1 FROM dfdg_event n WHERE n.citizen_id = a.citizen_id AND n.entity_type = 100010) ORDER BY a.event_id, b.event_id LIMIT 20"
)
# All but what the planner asks itself: whether a lost echo is there, and whether a change that it came upon was told of.
OF_DFDG = "SELECT message_id FROM dfdg_event WHERE system_id <> -1 OR (message_id NOT LIKE 'echo%' AND message_id NOT LIKE 'unseen:%')"
APPLIED = ("registered", "changed", "cancelled")


def judge_stock(town):
    """Field by field. What DFDG forgot or refused may differ; that, and nothing else, is shown to a person."""
    world = town.world
    found = differences(world)
    refused = {row[0] for row in world.query("SELECT DISTINCT subject FROM outbox WHERE state IN ('refused', 'held')")}
    n_refusals = world.simulator.ask("faults")["counts"].get("answer/refuse", 0)
    testlib.equal(len(refused) <= n_refusals, True, f"bookings that wait for a person: {refused}; refusals by DFDG: {n_refusals}")
    explained = town.forgotten | refused
    testlib.equal({key: what for key, what in found.items() if key not in explained}, {}, "bookings that differ: (member, the Planner's, DFDG's)")
    shown = {row[0] for row in world.query(SHOWN)}
    testlib.equal(sorted(set(found) - shown), [], "bookings that differ, and nobody is told")
    return {"differ": len(found), "forgotten": len(town.forgotten), "refused": len(refused)}


def judge_journal(town):
    """Every change of a booking stands once in the journal, and every message that changed something changed it once."""
    world = town.world
    rows = world.query(
        "SELECT b.identifier, b.revision, count(j.sequence) FROM booking b LEFT JOIN journal j ON j.subject = b.identifier AND j.tenant_id = b.tenant_id"
        " GROUP BY b.booking_id HAVING b.revision <> count(j.sequence) ORDER BY b.booking_id"
    )
    testlib.equal(rows, [], "bookings whose revision is not the number of their journal rows")
    marks = ", ".join(f"'{word}'" for word in APPLIED)
    rows = world.query(
        "SELECT b.identifier, (SELECT count(*) FROM journal j WHERE j.subject = b.identifier AND j.tenant_id = b.tenant_id AND j.actor = 'dfdg' AND j.kind <> 'booking-conflict-ended'),"
        f" (SELECT count(DISTINCT e.done_us) FROM dfdg_event e WHERE e.external_id = b.identifier AND e.state = 'done' AND e.reason IN ({marks}))"
        " FROM booking b WHERE b.origin = 'unemployment-fund' ORDER BY b.booking_id"
    )
    testlib.equal([row for row in rows if row[1] != row[2]], [], "(booking, changes in the journal, messages that changed it)")
    return world.count(f"SELECT count(*) FROM dfdg_event WHERE state = 'done' AND reason IN ({marks})")


def judge_messages(town):
    """None lost, none doubled, each citizen's in order, and what cannot be applied put aside."""
    world = town.world
    told = set(world.simulator.ask("messages")) | set(world.simulator.ask("queued")["ids"])
    held = {row[0] for row in world.query(OF_DFDG)}
    testlib.equal(sorted(told ^ held), [], "messages that only one side knows")
    testlib.equal(world.query(ARRIVED_OUT_OF_ORDER), [], "messages of one citizen that were stored out of order")
    testlib.equal(world.query(OUT_OF_ORDER), [], "messages of one booking that were applied out of order")
    testlib.equal(world.query(APPLIED_OUT_OF_ORDER), [], "messages of one citizen that were applied out of order")
    rows = world.query("SELECT external_id, reason FROM dfdg_event WHERE state = 'parked' ORDER BY event_id")
    poison = [row for row in rows if row[0].startswith("gift")]
    testlib.equal(len(poison), town.n_strays, "messages that nobody can apply, put aside")
    testlib.equal([row for row in rows if not row[0].startswith("gift")], [], "other messages that were put aside")
    testlib.equal(world.query("SELECT external_id, state, reason FROM dfdg_event WHERE state NOT IN ('done', 'parked') AND entity_type = 90000"), [], "not applied")
    return len(held)


def judge_changes(town):
    """What DFDG carried out for us: no self-booking is registered, each change once, made before changed before called off."""
    world = town.world
    told, is_over = {}, set()
    for key, kind, system in world.simulator.ask("changes")["changes"]:
        testlib.equal(key in is_over and kind != GONE, False, f"{key} is changed after its end")
        is_over |= {key} if kind == GONE else set()
        if system == "planner":
            told.setdefault(key, []).append(kind)
    wrong = {key: kinds for key, kinds in told.items() if MADE in kinds and town.bookings.get(key, ("user",))[0] != "user"}
    testlib.equal(wrong, {}, "bookings that DFDG or others made, and we registered")
    testlib.equal({key: kinds for key, kinds in told.items() if kinds.count(MADE) > 1 or MADE in kinds[1:]}, {}, "registered late or twice")
    rows = dict(world.query("SELECT subject, count(*) FROM outbox GROUP BY subject"))
    # a registration whose answer was lost is told as a change too, when DFDG has changed the booking here meanwhile
    for key, n in world.query("SELECT subject, count(*) FROM journal WHERE actor = 'dfdg' AND kind LIKE 'booking%' GROUP BY subject"):
        rows[key] = rows[key] + n if key in rows else 0
    often = {key: (len(kinds), rows.get(key, 0)) for key, kinds in told.items() if len(kinds) > rows.get(key, 0)}
    testlib.equal(often, {}, "bookings that were told of more often than there were changes: (calls carried out, changes)")
    return sum(map(len, told.values()))


def judge_claims(town):
    """Nobody sits in two meetings, and plannerctl finds nothing wrong with the database."""
    overlaps = (
        "SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.claim_id < b.claim_id"
        " WHERE a.exclusive = 1 AND b.exclusive = 1 AND a.start_us < b.end_us AND b.start_us < a.end_us"
    )
    testlib.equal(town.world.count(overlaps), 0, "clashes")
    town.world.control("verify")


def judge(town):
    """All of it; what was judged, by name."""
    judge_claims(town)
    seen = {"numbers": town.n_numbers, "messages": judge_messages(town), "told": judge_changes(town), "applied": judge_journal(town)}
    return seen | judge_stock(town)


def dump(town):
    """What a person needs to understand a failure; no numbers of citizens."""
    town.script.show()
    for sql in (
        "SELECT event_id, citizen_id, entity_type, change_type, external_id, event_us, state, attempts, reason, done_us FROM dfdg_event ORDER BY event_id",
        "SELECT outbox_id, citizen_id, kind, subject, revision, state, attempts, added_us, last_try_us, reason FROM outbox ORDER BY outbox_id",
        "SELECT subject, revision, added_us, attempts, is_flagged, reason FROM echo_watch ORDER BY echo_id",
        "SELECT subject, at_us, actor, kind FROM journal WHERE kind LIKE 'booking%' ORDER BY sequence",
    ):
        testlib.note(sql)
        for row in town.world.query(sql):
            testlib.note(row)
    testlib.note(json.dumps(town.world.simulator.ask("changes")))


def make_dice(seed, *names):
    """Dice of each actor from one seed."""
    return {name: random.Random(f"{seed}-{name}") for name in names}
