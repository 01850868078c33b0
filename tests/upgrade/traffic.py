# SPDX-License-Identifier: EUPL-1.2
# Traffic that outlives a program: citizens who book, reserve, move, cancel and accept, summonses that are made, changed and deleted.
"""Every change is kept with its request and its exact answer, so that another program over the same database can be asked again."""

import datetime
import http.client
import queue
import re
import threading
import urllib.parse
import uuid

import testlib
from planner_process import PATH, Caller, Municipality, PlannerProcess
from soap_client import message

UNIT, SUB_UNIT = "89000", "89001"
OFFER = "89000000-0000-4000-8000-000000000001"
ROOM_OFFER = "89000000-0000-4000-8000-000000000002"
GROUP_OFFER = "89000000-0000-4000-8000-000000000003"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
SUMMONS_TYPE = 12


def element(text, name):
    """Text of the first element NAME, or nothing."""
    found = re.search(rf"<(?:\w+:)?{name}>([^<]*)<", text)
    return found.group(1) if found else None


def town(municipalities=None):
    """One main centre with rooms, a sub-centre, offers of one and of many seats; MUNICIPALITIES [] when a database has them."""
    place = Municipality().jobcenter(UNIT, n_advisors=6, n_rooms=2)
    place.add("units", unit=SUB_UNIT, name="Jobcenter Nord", main_unit=UNIT)
    place.offer(OFFER, UNIT, 7, grid=15, after=10)
    place.offer(ROOM_OFFER, UNIT, 8, rooms=f"{UNIT}-rum-1|{UNIT}-rum-2", should_accept="yes")
    place.offer(GROUP_OFFER, UNIT, 9, form="group", seats=8, duration=60, grid=60)
    places = [place] if municipalities is None else municipalities
    return PlannerProcess(places, [Caller("plain", plain=True)], settings={"log/level": "warning"})


class Line:
    """A connection that is made anew when it breaks, if asked to."""

    def __init__(self, url):
        self.port = urllib.parse.urlsplit(url).port
        self.connection = None

    def post(self, text):
        """Status and text; OSError or HTTPException when no whole answer came."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self.connection.request("POST", PATH, text.encode(), HEADERS)
            reply = self.connection.getresponse()
            return [reply.status, reply.read().decode()]
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise


class Traffic:
    """What the callers do, and what they were told."""

    def __init__(self, url, dice, first_citizen=0, first=None):
        self.url, self.dice = url, dice
        self.citizens = queue.SimpleQueue()
        for number in range(first_citizen, first_citizen + 100000):
            self.citizens.put(number)
        self.lock = threading.Lock()
        self.changes = []
        self.is_over = threading.Event()
        self.first = (first or datetime.date.today()) + datetime.timedelta(days=2)

    def draw(self, choices):
        """One of CHOICES."""
        with self.lock:
            return self.dice.choice(choices)

    def start(self, step=15):
        """A start within working hours over the coming weeks."""
        with self.lock:
            day = self.first + datetime.timedelta(days=self.dice.randrange(25))
            minute = 8 * 60 + self.dice.randrange(6 * 60 // step) * step
        return f"{day}T{minute // 60:02}:{minute % 60:02}:00"

    def change(self, line, operation, booking=None, **members):
        """Sends a change; keeps it from the moment it is sent. Its answer's text when it was done."""
        change = {"operation": operation, "text": message(operation, **members), "answer": None, "booking": booking}
        with self.lock:
            self.changes.append(change)
        change["answer"] = line.post(change["text"])
        if change["answer"][0] != 200:
            return None
        change["booking"] = booking or element(change["answer"][1], "BookingIdentifier")
        return change["answer"][1]

    def reserve(self, line, cpr, offer, start):
        """A reservation's token, or nothing."""
        return element(line.post(message("GetBookingDetails", cpr=cpr, offer=offer, start=start))[1], "ReservationIdentifier")

    def book(self, line, cpr, offer):
        """One booking, by one of the ways there are."""
        start = self.start(60 if offer == GROUP_OFFER else 30)
        way = self.draw(["plain", "reserved", "named"])
        if way == "reserved":
            token = self.reserve(line, cpr, offer, start)
            return token and self.change(line, "CreateBooking", cpr=cpr, contact=1, reservation=token)
        named = str(uuid.UUID(int=self.dice.getrandbits(128), version=4)) if way == "named" else None
        return self.change(line, "CreateBooking", cpr=cpr, offer=offer, start=start, contact=1, BookingIdentifier=named)

    def citizen(self, line):
        """A citizen books, and then perhaps moves, accepts or cancels."""
        cpr = testlib.cpr(self.citizens.get())
        answer = self.book(line, cpr, self.draw([OFFER, OFFER, ROOM_OFFER, GROUP_OFFER]))
        if not answer:
            return
        booking = element(answer, "BookingIdentifier")
        what = self.draw(["keep", "keep", "keep", "move", "move", "cancel", "accept"])
        if what == "move":
            self.change(line, "RescheduleBooking", booking, cpr=cpr, BookingIdentifier=booking, start=self.start(30))
        elif what == "cancel":
            self.change(line, "CancelBooking", booking, cpr=cpr, BookingIdentifier=booking)
        elif what == "accept":
            self.change(line, "AcceptBooking", booking, cpr=cpr, BookingIdentifier=booking)

    def summons(self, line):
        """A caseworker summons, and then perhaps changes or deletes."""
        cpr, start = testlib.cpr(self.citizens.get()), self.start(30)
        with self.lock:
            booking = str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        end = (datetime.datetime.fromisoformat(start) + datetime.timedelta(minutes=30)).isoformat()
        members = {
            "unit": UNIT, "ReBookingPossible": "false", "CancellationPossible": "false", "CompulsoryAttendance": "true",
            "start": start, "end": end, "InterviewTypeIdentifier": SUMMONS_TYPE, "InterviewFormTypeIdentifier": 1, "contact": 1,
            "Title": "Samtale om plan", "worker": f"{UNIT}-{self.draw(range(1, 7)):02}",
        }
        if not self.change(line, "RegisterBooking", booking, cpr=cpr, BookingIdentifier=booking, **members):
            return
        what = self.draw(["keep", "keep", "change", "delete"])
        if what == "change":
            self.change(line, "UpdateBooking", booking, cpr=cpr, BookingIdentifier=booking, Revision=1, Description="Husk CV")
        elif what == "delete":
            self.change(line, "DeleteBooking", booking, cpr=cpr, BookingIdentifier=booking, Revision=1)

    def run(self, n_lives):
        """One caller's thread."""
        line = Line(self.url)
        for _ in range(n_lives):
            if self.is_over.is_set():
                return
            try:
                self.draw([self.citizen, self.citizen, self.citizen, self.summons])(line)
            except (OSError, http.client.HTTPException):
                self.is_over.wait(0.05)

    def start_threads(self, n_threads, n_lives):
        """Callers at work; join what is answered."""
        threads = [threading.Thread(target=self.run, args=(n_lives,)) for _ in range(n_threads)]
        for thread in threads:
            thread.start()
        return threads

    def last_changes(self):
        """The last change of each booking that was done: what a repeat must be told again."""
        last = {}
        for change in self.changes:
            if change["answer"] is not None and change["answer"][0] == 200 and change["booking"]:
                last[change["booking"]] = change
        return list(last.values())


def judge(planner):
    """No two exclusive claims of different owners overlap, and verify has nothing to say."""
    overlaps = planner.count(
        "SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.claim_id < b.claim_id"
        " AND a.start_us < b.end_us AND b.start_us < a.end_us"
        " WHERE a.exclusive = 1 AND b.exclusive = 1 AND a.owner_id <> b.owner_id"
    )
    testlib.equal(overlaps, 0, "overlapping exclusive claims")
    assert "sound" in planner.control("verify")
