# SPDX-License-Identifier: EUPL-1.2
# kill -9 under load at random points: what was answered is there after the restart, once, and a repeat gets the same answer.
"""Callers book, reserve and book, move and cancel without pause; at a random moment the server is killed and started again. Then
every call that was under way is repeated, byte for byte, as a client does that got no answer; what was answered before is
repeated too. One long-lived database goes through all the kills, so that what one leaves behind meets the next."""

import collections
import datetime
import http.client
import queue
import re
import threading
import time
import urllib.parse

import testlib
from planner_process import NAMESPACE, PATH, Caller, Municipality, PlannerProcess

OFFER = "10000000-0000-4000-8000-000000000001"
GROUP_OFFER = "10000000-0000-4000-8000-000000000002"
N_CALLERS = 8
N_ADVISORS = 12
HEADERS = {"Content-Type": "text/xml; charset=utf-8"}
TAKEN = {990001, 990014, 990018}


def envelope(operation, body):
    """A whole request."""
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{body}</{operation}></s:Body></s:Envelope>'
    ).encode()


def element(text, name):
    """Text of the first element NAME, or nothing."""
    found = re.search(rf"<{name}>([^<]*)<", text)
    return found.group(1) if found else None


class Line:
    """A connection that is made anew when it breaks."""

    def __init__(self, planner):
        self.port = urllib.parse.urlsplit(planner.url).port
        self.connection = None

    def post(self, text):
        """Status and text; raises OSError or HTTPException when no whole answer came."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            self.connection.request("POST", PATH, text, HEADERS)
            reply = self.connection.getresponse()
            return reply.status, reply.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise


class Change:
    """A request that changes something, and its answer when one came."""

    def __init__(self, kind, number, text, booking=None):
        self.kind, self.number, self.text, self.booking = kind, number, text, booking
        self.answer = None

    def was_done(self):
        """Whether the answer said so."""
        return self.answer is not None and self.answer[0] == 200


class Load:
    """What the callers do, and what they were told."""

    def __init__(self, planner, dice, slots):
        self.planner, self.dice, self.slots = planner, dice, slots
        self.numbers = queue.SimpleQueue()
        for number in range(100000):
            self.numbers.put(number)
        self.lock = threading.Lock()
        self.changes = []
        self.is_over = threading.Event()

    def draw(self, choices):
        """One of CHOICES, by the seeded generator."""
        with self.lock:
            return self.dice.choice(choices)

    def change(self, line, change):
        """Sends CHANGE and notes it: first that it was sent, then what came back."""
        with self.lock:
            self.changes.append(change)
        change.answer = line.post(change.text)
        return change

    def one_life(self, line):
        """A citizen books, and then perhaps moves or cancels."""
        number = self.numbers.get()
        person = f"<PersonCivilRegistrationIdentifier>{testlib.cpr(number)}</PersonCivilRegistrationIdentifier>"
        offer = self.draw([OFFER, OFFER, GROUP_OFFER])
        start = f"<BookingStartTime>{self.draw(self.slots)}</BookingStartTime>"
        contact = "<InterviewContactTypeIdentifier>1</InterviewContactTypeIdentifier>"
        option = f"<InterviewOptionID>{offer}</InterviewOptionID>"
        body = person + start + option + contact
        if self.draw([True, False]):
            answer = line.post(envelope("GetBookingDetails", person + option + start))[1]
            token = element(answer, "ReservationIdentifier")
            if token is None:
                return
            body = f"{person}{contact}<ReservationIdentifier>{token}</ReservationIdentifier>"
        created = self.change(line, Change("create", number, envelope("CreateBooking", body)))
        if not created.was_done():
            return
        created.booking = element(created.answer[1], "BookingIdentifier")
        named = f"{person}<BookingIdentifier>{created.booking}</BookingIdentifier>"
        what = self.draw(["keep", "keep", "move", "cancel"])
        if what == "move":
            start = f"<BookingStartTime>{self.draw(self.slots)}</BookingStartTime>"
            self.change(line, Change("move", number, envelope("RescheduleBooking", named + start), created.booking))
        elif what == "cancel":
            self.change(line, Change("cancel", number, envelope("CancelBooking", named), created.booking))

    def run(self):
        """One caller's thread, until the server is gone."""
        line = Line(self.planner)
        while not self.is_over.is_set():
            try:
                self.one_life(line)
            except (OSError, http.client.HTTPException):
                return


def under_load(planner, load, seconds):
    """Callers at work; the server is killed in the middle of it."""
    load.is_over.clear()
    threads = [threading.Thread(target=load.run) for _ in range(N_CALLERS)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    planner.kill()
    load.is_over.set()
    for thread in threads:
        thread.join()


def repeat(load, line):
    """What was under way is asked again. The last change of a booking that was answered must be answered the same."""
    last = {}
    for change in load.changes:
        if change.booking is not None:
            last[change.booking] = change
    n_open = 0
    for change in load.changes:
        before = change.answer
        if before is None:
            n_open += 1
            change.answer = line.post(change.text)
            if change.was_done():
                change.booking = change.booking or element(change.answer[1], "BookingIdentifier")
                last[change.booking] = change
        elif change.was_done() and last[change.booking] is change:
            testlib.equal(line.post(change.text), before, f"repeat of an answered {change.kind}")
    return n_open


def state_of(load):
    """Booking by booking, what the answers say: moved or created to a start, or cancelled."""
    states = {}
    for change in load.changes:
        if not change.was_done():
            code = int(element(change.answer[1], "Code"))
            if code not in TAKEN and not (change.kind == "create" and code in (990002, 990003)):
                raise AssertionError(f"{change.kind}: {change.answer}")
            continue
        start = datetime.datetime.fromisoformat(element(change.answer[1], "BookingStartTime"))
        states[change.booking] = "cancelled" if change.kind == "cancel" else start.timestamp() * 1e6
    return states


def check(planner, states):
    """The database holds what was answered, once, and nothing else; no two exclusive claims overlap."""
    rows = planner.query("SELECT identifier, state, start_us FROM booking")
    kept = {row[0]: "cancelled" if row[1] == "cancelled" else float(row[2]) for row in rows}
    testlib.equal(len(kept), len(rows), "identifiers are unique")
    missing = {key: state for key, state in states.items() if kept.get(key) != state}
    testlib.equal(missing, {}, "answered and not so in the database")
    invented = set(kept) - set(states)
    testlib.equal(invented, set(), "bookings that no caller was told of, even after the repeats")
    overlaps = planner.count(
        "SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.claim_id < b.claim_id"
        " AND a.start_us < b.end_us AND b.start_us < a.end_us"
        " WHERE a.exclusive = 1 AND b.exclusive = 1 AND a.owner_id <> b.owner_id"
    )
    testlib.equal(overlaps, 0, "overlapping exclusive claims")
    testlib.equal(planner.query("PRAGMA quick_check")[0][0], "ok", "the file")


def town():
    """One unit, an offer of one seat and one of many, hours every day."""
    place = Municipality().jobcenter("89000", n_advisors=N_ADVISORS)
    place.offer(OFFER, "89000", 7, grid=15)
    place.offer(GROUP_OFFER, "89000", 9, form="group", seats=12, duration=60, grid=60)
    return PlannerProcess(place, [Caller("plain", plain=True)], settings={"log/level": "warning"})


def starts():
    """Starts within working hours over the coming weeks, as a client writes them."""
    first = datetime.date.today() + datetime.timedelta(days=2)
    days = [(first + datetime.timedelta(days=n)).isoformat() for n in range(28)]
    return [f"{day}T{hour:02}:{minute:02}:00" for day in days for hour in range(8, 15) for minute in (0, 15, 30, 45)]


def test_kills():
    """One database through all of them."""
    planner, dice = town(), testlib.generator()
    load = Load(planner, dice, starts())
    n_points, n_changes, n_open, counts = testlib.budget("kill-points"), 0, 0, collections.Counter()
    states = {}
    planner.start()
    for _ in range(n_points):
        under_load(planner, load, dice.uniform(0.02, 0.6))
        planner.start()
        n_open += repeat(load, Line(planner))
        states.update(state_of(load))
        check(planner, states)
        counts.update(change.kind for change in load.changes if change.was_done())
        n_changes += len(load.changes)
        load.changes.clear()
    testlib.note(f"{n_points} kills: {n_changes} changes asked for, {n_open} without an answer; done: {dict(counts)}")
    testlib.equal(planner.stop(), 0, "exit status")
    testlib.equal(n_open > 0 or n_points < 5, True, "a kill met a change under way")
    planner.control("list", "units")


testlib.run(globals())
