# SPDX-License-Identifier: EUPL-1.2
# A peer between a rehearsal and plannerd that passes everything on, or does one thing wrong.
"""A mutant is a function of a Call that answers an Answer; `call.forward()` asks plannerd."""

import datetime
import http.client
import http.server
import re
import threading
import time
import urllib.parse
import uuid
import zoneinfo

DANISH = zoneinfo.ZoneInfo("Europe/Copenhagen")
UTC = datetime.timezone.utc


class Answer:
    """What goes back: status, media type, body; CLOSES ends the connection afterwards, CUT breaks the body off."""

    def __init__(self, status, media, body, closes=False, cut=False):
        self.status, self.media, self.body, self.closes, self.cut = status, media, body, closes, cut

    def code(self):
        """Code of the fault, 0 when it is none."""
        found = re.search(rb"PlannerFault.*?Code>(\d+)<", self.body, re.S)
        return int(found.group(1)) if found else 0

    def sub(self, pattern, replacement, count=0):
        """The same with its text changed."""
        text = re.sub(pattern, replacement, self.body.decode("utf-8"), count=count, flags=re.S)
        return Answer(self.status, self.media, text.encode("utf-8"), self.closes, self.cut)


class Call:
    """A request as it came, the NUMBERth of all; PEER keeps what a mutant remembers from one to the next."""

    def __init__(self, peer, handler, body, number):
        self.peer, self.handler, self.body, self.number = peer, handler, body, number
        self.media = handler.headers.get("Content-Type", "")
        self.action = handler.headers.get("SOAPAction")
        self.text = body.decode("utf-8", errors="replace")
        found = re.search(r"Body>\s*<(\w+)", self.text)
        self.operation = found.group(1) if found else ""

    def find(self, name):
        """Text of the first element NAME, or None."""
        found = re.search(rf"<{name}>([^<]*)<", self.text)
        return found.group(1) if found else None

    def forward(self, body=None):
        """plannerd's own answer."""
        target = urllib.parse.urlsplit(self.peer.target)
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=120)
        headers = {"Content-Type": self.media}
        if self.action is not None:
            headers["SOAPAction"] = self.action
        start_s = time.monotonic()
        try:
            connection.request("POST", target.path, self.body if body is None else body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())
        finally:
            connection.close()
            with self.peer.lock:
                self.peer.slowest_s = max(self.peer.slowest_s, time.monotonic() - start_s)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    was_asked, n_pieces = False, 0

    def do_POST(self):  # pylint: disable=invalid-name
        """One call."""
        length = int(self.headers.get("Content-Length", "0"))
        peer = self.server.peer
        with peer.lock:
            peer.n_reading += 1
        body = self._read(length)
        with peer.lock:
            peer.n_reading -= 1
            peer.n_calls += 1
            number = peer.n_calls
        if len(body) < length:
            self.close_connection = True
            return
        if not self.was_asked:
            self.was_asked = True
            with peer.lock:
                peer.n_asked += 1
        try:
            answer = peer.mutant(Call(peer, self, body, number))
        except (OSError, http.client.HTTPException):
            answer = None
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    def _read(self, length):
        pieces, self.n_pieces = [], 0
        try:
            while length > 0 and (piece := self.rfile.read1(length)):
                pieces.append(piece)
                length -= len(piece)
                self.n_pieces += 1
        except OSError:
            pass
        return b"".join(pieces)

    def finish(self):
        """The connection is at its end."""
        if self.was_asked:
            with self.server.peer.lock:
                self.server.peer.n_asked -= 1
        super().finish()

    def _send(self, answer):
        body = answer.body[: len(answer.body) // 2] if answer.cut else answer.body
        head = f"HTTP/1.1 {answer.status} X\r\nContent-Type: {answer.media}\r\nContent-Length: {len(answer.body)}\r\n\r\n"
        try:
            self.wfile.write(head.encode("ascii") + body)
        except OSError:
            self.close_connection = True
        if answer.closes or answer.cut:
            self.close_connection = True

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Nothing."""


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients of a rehearsal leave as they like."""


class MutantPeer:
    """Listens on a free port while it is entered; `peer.url` is its address.

    Counted are bodies that are being read, calls, and open connections on which a whole question came; `slowest_s` is what the
    slowest answer behind took.
    """

    def __init__(self, target, mutant):
        self.target, self.mutant = target, mutant
        self.lock = threading.Lock()
        self.memory = {}
        self.n_reading = self.n_calls = self.n_asked = 0
        self.slowest_s = 0.0
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.peer = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}{urllib.parse.urlsplit(target).path}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.server.shutdown()
        self.server.server_close()


# Mutants --------------------------------------------------------------------------------------------


def honest(call):
    """Does nothing wrong."""
    return call.forward()


def unknown_element(operation):
    """Answers of OPERATION hold an element that the contract does not know."""

    def mutant(call):
        answer = call.forward()
        if call.operation != operation or answer.status != 200:
            return answer
        return answer.sub(
            rf"<{operation}Response([^>/]*)/?>(.*?</{operation}Response>)?",
            lambda found: f"<{operation}Response{found.group(1)}><Surprise/>{found.group(2) or f'</{operation}Response>'}",
            1,
        )

    return mutant


def other_code(operation, *codes):
    """Faults CODES of OPERATION come as one that says nothing."""

    def mutant(call):
        answer = call.forward()
        if call.operation == operation and answer.code() in codes:
            return answer.sub(rf"Code>{answer.code()}<", "Code>990013<")
        return answer

    return mutant


GOOD = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetSelfbookInterviewOptionsResponse'
    ' xmlns="urn:dk:planner:externalbooking:3"/></s:Body></s:Envelope>'
)


def accepts(marker):
    """Whatever holds MARKER (a regular expression) is answered as if all were well."""

    def mutant(call):
        if re.search(marker, call.text, re.S):
            return Answer(200, "text/xml; charset=utf-8", GOOD.encode("ascii"))
        return call.forward()

    return mutant


def changed(operation, pattern, replacement, count=0):
    """Answers of OPERATION say something else."""

    def mutant(call):
        answer = call.forward()
        return answer.sub(pattern, replacement, count) if call.operation == operation and answer.status == 200 else answer

    return mutant


def soap_form(version, status=None, media=None, is_fault=False):
    """Status or media type do not go with the message."""

    def mutant(call):
        answer = call.forward()
        is_new = "2003/05/soap-envelope" in call.text
        if is_new == (version == "1.2") and (answer.code() != 0) == is_fault:
            return Answer(status or answer.status, media or answer.media, answer.body)
        return answer

    return mutant


# Mutants that answer listings of their own -----------------------------------------------------------


def _read(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=DANISH)


def times_of_the_day(change=None):
    """Offers every hour of every day that is asked for; CHANGE alters the list of (start, end) before it is written."""

    def mutant(call):
        if call.operation != "GetSelfbookTimeslots":
            return call.forward()
        first, last = (_read(call.find(f"BookingOptionInterval{which}Time")) for which in ("Start", "End"))
        at, slots = first.astimezone(UTC), []
        while at < last.astimezone(UTC):
            slots.append([at.astimezone(DANISH), (at + datetime.timedelta(minutes=30)).astimezone(DANISH)])
            at += datetime.timedelta(hours=1)
        is_wall = not re.search(r"([+-]\d\d:\d\d|Z)$", call.find("BookingOptionIntervalStartTime"))
        written = "".join(
            f"<Timeslot><StartTime>{start.isoformat()}</StartTime><EndTime>{end.isoformat()}</EndTime><CaseWorkerToBook>"
            "<CaseWorkerIdentifier>a</CaseWorkerIdentifier><CaseWorkerName>Vejleder 01</CaseWorkerName></CaseWorkerToBook></Timeslot>"
            for start, end in (change(slots, is_wall) if change else slots)
        )
        body = f"<TimeslotCollection>{written}</TimeslotCollection><TimeslotCollectionTruncated>false</TimeslotCollectionTruncated>"
        text = GOOD.replace("GetSelfbookInterviewOptionsResponse", "GetSelfbookTimeslotsResponse").replace(
            "/></s:Body>", f">{body}</GetSelfbookTimeslotsResponse></s:Body>"
        )
        return Answer(200, "text/xml; charset=utf-8", text.encode("utf-8"))

    return mutant


def winter_all_year(slots, is_wall):
    """Every time is written with the offset of winter."""
    zone = datetime.timezone(datetime.timedelta(hours=1))
    return [[start.astimezone(zone), end.astimezone(zone)] for start, end in slots]


def summer_all_year(slots, is_wall):
    """Every time is written with the offset of summer."""
    zone = datetime.timezone(datetime.timedelta(hours=2))
    return [[start.astimezone(zone), end.astimezone(zone)] for start, end in slots]


def one_twice(slots, is_wall):
    """One time stands there twice."""
    return slots[:1] + slots


def one_short(slots, is_wall):
    """One meeting is too short."""
    return slots[:-1] + [[slots[-1][0], slots[-1][0] + datetime.timedelta(minutes=15)]]


def wall_as_utc(slots, is_wall):
    """A wall clock is read as UTC: the days that are asked for are others."""
    return slots[2:] if is_wall else slots


# Mutants that remember -------------------------------------------------------------------------------


def _as_citizen(call, cpr):
    pattern = r"(<PersonCivilRegistrationIdentifier>)\d{10}"
    return call.forward(re.sub(pattern, rf"\g<1>{cpr}", call.text).encode("utf-8"))


def lists_for(whom):
    """Times are listed for somebody else: the citizen who reserved last, or one whom nobody knows."""

    def mutant(call):
        if call.operation == "GetBookingDetails":
            call.peer.memory["holder"] = call.find("PersonCivilRegistrationIdentifier")
        citizen = call.peer.memory.get("holder") if whom == "holder" else whom
        return _as_citizen(call, citizen) if call.operation == "GetSelfbookTimeslots" and citizen else call.forward()

    return mutant


def bookings_of_the_last(call):
    """Whoever asks is told the bookings of the citizen who booked last."""
    if call.operation == "CreateBooking":
        call.peer.memory["booker"] = call.find("PersonCivilRegistrationIdentifier")
    if call.operation == "GetBookings" and "booker" in call.peer.memory:
        return _as_citizen(call, call.peer.memory["booker"])
    return call.forward()


def short_holds(then):
    """A reservation is said to last a second; THEN the time is offered again, or not."""

    def mutant(call):
        answer = call.forward()
        if call.operation == "GetBookingDetails" and answer.status == 200:
            call.peer.memory["holder"] = call.find("PersonCivilRegistrationIdentifier")
            end = (datetime.datetime.now(UTC) + datetime.timedelta(seconds=1)).isoformat()
            return answer.sub(r"(<ReservationExpiryTime>)[^<]*", rf"\g<1>{end}")
        if then == "offered" and call.operation == "GetSelfbookTimeslots" and "holder" in call.peer.memory:
            return _as_citizen(call, call.peer.memory["holder"])
        return answer

    return mutant


def hides_for_ever(operation):
    """A time that another once asked for with OPERATION is never offered again."""

    def mutant(call):
        asker, answer = call.find("PersonCivilRegistrationIdentifier"), call.forward()
        takers = call.peer.memory
        if call.operation == operation and answer.status == 200 and call.find("BookingStartTime"):
            takers[datetime.datetime.fromisoformat(call.find("BookingStartTime").replace("Z", "+00:00"))] = asker
        if call.operation != "GetSelfbookTimeslots" or answer.status != 200:
            return answer
        return answer.sub(
            r"<Timeslot>.*?</Timeslot>",
            lambda slot: ""
            if takers.get(_read(re.search(r"<StartTime>([^<]*)", slot.group()).group(1)), asker) != asker
            else slot.group(),
        )

    return mutant


def on_repeat(operation, pattern, replacement, marker="", without=None):
    """The second time the same request comes, its answer says something else."""

    def mutant(call):
        answer = call.forward()
        if call.operation != operation or marker not in call.text or (without and without in call.text):
            return answer
        with call.peer.lock:
            is_repeat = call.body in call.peer.memory
            call.peer.memory[call.body] = True
        return answer.sub(pattern, replacement) if is_repeat else answer

    return mutant


def new_reservation(call):
    """The same wish makes another reservation each time."""
    answer = call.forward()
    if call.operation != "GetBookingDetails":
        return answer
    is_repeat = call.body in call.peer.memory
    call.peer.memory[call.body] = True
    return answer.sub(r"(<ReservationIdentifier>)[^<]*", rf"\g<1>{uuid.uuid4()}") if is_repeat else answer


def late_repeat(call):
    """A booking that comes again after it was cancelled is refused for a reason that is none."""
    if call.operation == "CancelBooking":
        call.peer.memory[call.find("BookingIdentifier")] = True
    answer = call.forward()
    if call.operation == "CreateBooking" and call.find("BookingIdentifier") in call.peer.memory:
        fault = call.forward(re.sub(r"(<InterviewOptionID>)[^<]*", rf"\g<1>{uuid.uuid4()}", call.text).encode("utf-8"))
        return fault.sub(r"Code>\d+<", "Code>990001<")
    return answer


NO_SUCH_UNIT = GOOD.replace(
    'Response xmlns="urn:dk:planner:externalbooking:3"/>',
    ' xmlns="urn:dk:planner:externalbooking:3"><PersonCivilRegistrationIdentifier>0000000000</PersonCivilRegistrationIdentifier>'
    "<JobCenterCode>99999</JobCenterCode><ContactGroupTypeIdentifier>1</ContactGroupTypeIdentifier></GetSelfbookInterviewOptions>",
)


def _refused(call, code):
    """A refusal with CODE; nothing is carried out."""
    return call.forward(NO_SUCH_UNIT.encode("ascii")).sub(r"Code>\d+<", f"Code>{code}<")


def all_lose(operation, code, is_done):
    """Everybody is refused with CODE, or gets no answer if that is None; IS_DONE: what they asked for is carried out all the same."""

    def mutant(call):
        if call.operation != operation:
            return call.forward()
        if is_done:
            call.forward()
        return _refused(call, code) if code else None

    return mutant


def busy_at_first(call):
    """What takes or lists times is answered busy when it first comes; every other one of these was carried out all the same."""
    if call.operation not in ("CreateBooking", "GetBookingDetails", "RescheduleBooking", "GetSelfbookTimeslots"):
        return call.forward()
    with call.peer.lock:
        is_repeat = call.body in call.peer.memory
        call.peer.memory[call.body] = True
        is_done = len(call.peer.memory) % 2 == 0
    if is_repeat:
        return call.forward()
    if is_done:
        call.forward()
    return _refused(call, 990012)


LOST = (990001, 990014, 990024)


def all_win(operation):
    """Those who lose are told that they won: each gets the winner's answer."""

    def mutant(call):
        answer = call.forward()
        if call.operation != operation:
            return answer
        if answer.status == 200:
            call.peer.memory["won"] = answer
        deadline_s = time.monotonic() + 30
        while answer.code() in LOST and "won" not in call.peer.memory and time.monotonic() < deadline_s:
            time.sleep(0.005)
        return call.peer.memory.get("won", answer)

    return mutant


def told_the_one_before(call):
    """Times are the answer to whoever asked before."""
    answer = call.forward()
    if call.operation != "GetSelfbookTimeslots":
        return answer
    with call.peer.lock:
        before = call.peer.memory.get("before", answer)
        call.peer.memory["before"] = answer
    return before


def refuses_every(n_calls):
    """Every so many calls one is refused."""

    def mutant(call):
        return _refused(call, 990010) if call.number % n_calls == 0 else call.forward()

    return mutant


def dies_of(marker):
    """A message with MARKER is refused, and the next call is not answered."""

    def mutant(call):
        if call.peer.memory.pop("dead", False):
            return None
        if re.search(marker, call.text, re.S):
            call.peer.memory["dead"] = True
        return call.forward()

    return mutant


def wrong_action(call):
    """A SOAPAction is not looked at."""
    call.action = '""'
    return call.forward()


def takes_json(call):
    """A media type is not looked at."""
    if "json" in call.media:
        return Answer(200, "text/xml; charset=utf-8", GOOD.encode("ascii"))
    return call.forward()


# Mutants of the network ------------------------------------------------------------------------------


def closes_silently(call):
    """A kept connection is cut at its second question."""
    if getattr(call.handler, "was_used", False):
        return None
    call.handler.was_used = True
    return call.forward()


def impatient(call):
    """A request that comes in many pieces is dropped."""
    return None if call.handler.n_pieces > 3 else call.forward()


def cuts(call):
    """Every answer breaks off in its middle."""
    answer = call.forward()
    answer.cut = True
    return answer


def _dawdle(call):
    """Takes longer than a slow machine explains."""
    time.sleep(2.5 + 6 * call.peer.slowest_s)


def waits_for_others(call):
    """Nobody is answered while others have not sent their requests."""
    if call.peer.n_reading > 5:
        _dawdle(call)
    return call.forward()


def tires(call):
    """While others have asked and are still there all are slow."""
    if call.peer.n_asked > 5:
        _dawdle(call)
    return call.forward()


def waits(seconds, marker):
    """A question that holds MARKER is answered late."""

    def mutant(call):
        if re.search(marker, call.text, re.S):
            time.sleep(seconds)
        return call.forward()

    return mutant
