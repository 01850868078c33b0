# SPDX-License-Identifier: EUPL-1.2
# Numbers down every road through switchtrackd, well and broken; then all that it wrote anywhere is searched for them.

import contextlib
import time

import testlib
import track_world
from canary import Canaries, forms, plant
from track_world import SOAP, SOAP_12, TrackWorld, envelope, request

NUMBERS = Canaries()
UNIT = "46100"
MODES = "well hang reset html error-page busy-page bad-xml dtd cut-xml cut-length other-operation empty redirect fault-990013".split()
OPERATIONS = (
    "GetSelfbookInterviewOptions GetSelfbookCaseWorkers GetSelfbookTimeslots GetBookingDetails CreateBooking RescheduleBooking CancelBooking"
    " AcceptBooking ReportError GetBookings RegisterBooking UpdateBooking DeleteBooking"
).split()
REPLIES = []  # (where, bytes) of what we said ourselves


def ask(world, road, body, headers=None):
    """Sends; what comes back as a fault of ours is kept for the search."""
    with contextlib.suppress(OSError, EOFError):
        reply = world.call(body, url=world.track.plain_url, headers=headers, timeout=60)
        if reply.fault in (4769, 9303, 990036, 990010, 1014, 990012, 990026, 990028, 990029, 990032) or reply.status in (403, 404, 415):
            REPLIES.append((f"reply to {road}", reply.body))


def roads(world):
    """A number in every place of a call that may hold one, and in many that may not."""
    for version in (SOAP, SOAP_12):
        for operation in OPERATIONS:
            for code in (UNIT, None, "75100"):
                number = NUMBERS.new(f"{operation} with code {code}")
                ask(world, operation, request(operation, version, PersonCivilRegistrationIdentifier=number, JobCenterCode=code))
    for mode in MODES:
        world.peer.mode = mode
        number = NUMBERS.new(f"Planner that is {mode}")
        world.peer.lasting = None if mode == "well" else f"<GetBookingsResponse xmlns='{track_world.NAMESPACE}'><X>{number}</X></GetBookingsResponse>"
        ask(world, mode, request("GetBookings", PersonCivilRegistrationIdentifier=number, JobCenterCode=UNIT, MaxCount=1))
    world.peer.mode, world.peer.lasting = "well", None
    crooked(world)
    for name in ("JobCenterCode", "BookingIdentifier", "ReservationIdentifier", "InterviewOptionID", "Unknown", "CaseWorkerIdentifier"):
        number = NUMBERS.new(f"as {name}")
        ask(world, name, request("CancelBooking", PersonCivilRegistrationIdentifier=NUMBERS.new(f"beside {name}"), **{name: number}))
    for road, body in broken().items():
        ask(world, road, body)
    for name in ("SOAPAction", "x-requestId", "x-anything", "User-Agent", "Content-Type", "Accept", "Cookie"):
        number = NUMBERS.new(f"field {name}")
        ask(world, name, request("GetBookings", JobCenterCode=UNIT), {name: number})
    world.call(b"", url=world.track.plain_url + "?" + NUMBERS.new("query"))
    world.call(b"", url=world.track.plain_url.replace("soap", NUMBERS.new("path")))


def crooked(world):
    """A Planner that puts a number where an answer has words for programs: status line, fields of the head, every text of a fault."""

    def send(status, kind, headers, body):
        def reply(handler, _body, _version):
            handler.send_response(status, NUMBERS.new("status line"))
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(body)))
            for name, value in headers:
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        return reply

    def fault():
        code, string, words, request_id = (NUMBERS.new(f"{where} of a fault") for where in ("code", "string", "text", "request"))
        detail = (
            f"<PlannerFault xmlns='{track_world.NAMESPACE}'><Code>990013</Code><Text>{words}</Text><RequestId>{request_id}</RequestId></PlannerFault>"
        )
        return envelope(f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>{string}</faultstring><detail>{detail}</detail></s:Fault>").encode()

    text = "text/xml; charset=utf-8"
    answers = [
        send(500, text, [("Server", NUMBERS.new("field Server"))], fault()),
        send(200, f"text/{NUMBERS.new('media type')}", [], b"<a/>"),
        send(200, text, [], f"<a>{NUMBERS.new('text of no answer')}</b>".encode()),
        send(200, text, [], envelope(f"<n{NUMBERS.new('element of an answer')}/>").encode()),
        send(302, text, [("Location", f"http://127.0.0.1/{NUMBERS.new('field Location')}")], b""),
        send(503, "text/html", [("Retry-After", NUMBERS.new("field Retry-After"))], b"<html/>"),
        send(401, "text/html", [("WWW-Authenticate", f'Basic realm="{NUMBERS.new("realm")}"')], b"<html/>"),
    ]
    for answer in answers:
        world.peer._misbehave = answer  # pylint: disable=protected-access
        for operation in ("GetBookings", "CreateBooking"):
            number = NUMBERS.new("crooked answer")
            ask(world, "crooked", request(operation, PersonCivilRegistrationIdentifier=number, JobCenterCode=UNIT))
    del world.peer._misbehave


def broken():
    """Messages that cannot be routed, with a number at the place that is wrong."""
    bodies = {}

    def add(road, body):
        bodies[road] = body(NUMBERS.new(road)).encode()

    add("no XML", lambda number: f"{number}")
    add("cut", lambda number: f"<a>{number}")
    add("element", lambda number: f"<n{number}/>")
    add("operation", lambda number: envelope(f"<n{number} xmlns='{track_world.NAMESPACE}'/>"))
    add("namespace", lambda number: envelope(f"<a xmlns='urn:{number}'/>"))
    add("DTD", lambda number: f"<!DOCTYPE a [<!ENTITY b '{number}'>]><a>&b;</a>")
    add("version", lambda number: f"<s:Envelope xmlns:s='urn:{number}'/>")
    add("deep", lambda number: f"<n{number}>" * 100)
    add("twice", lambda number: request("CancelBooking", JobCenterCode=UNIT).decode().replace("</CancelBooking>", f"<JobCenterCode>{number}</JobCenterCode></CancelBooking>"))
    return bodies


def written(world):
    """(where, bytes) of every file, every line and every page."""
    for path in sorted(world.folder.rglob("*")):
        if path.is_file() and "import" not in str(path):
            yield path.name, path.read_bytes()
    for page in ("/metrics", "/status", "/status.json", "/health/ready"):
        yield page, world.track.get(page)[1].encode()
    yield from REPLIES


def test_no_number_anywhere():
    """Log, databases, JSON lines, pages and our own faults hold none of them, in any writing."""
    with TrackWorld([], [UNIT], {"log/level": "debug"}) as world:
        world.document["endpoints"][0]["timeout_ms"] = 1000
        world.publish()
        roads(world)
        ask(world, "learned", request("RegisterBooking", PersonCivilRegistrationIdentifier=NUMBERS.new("learned"), JobCenterCode=UNIT))
        n_calls = len(world.track.logged())
        testlib.equal(n_calls > 100, True, "calls")
        testlib.wait_for(lambda: world.track.rows("SELECT count(*) FROM call")[0][0] >= n_calls, 20, "all calls are in the call log")
        time.sleep(1)
        files = list(written(world))
        names = {where for where, _ in files}
        testlib.equal({"registry.db", "calls.db", "switchtrackd.log"} <= names, True, f"what is searched: {names}")
        found = NUMBERS.traces_in(files)
        testlib.equal(found[:5], [], "traces")
        testlib.note(f"{len(NUMBERS.roads)} numbers, {len(files)} writings, {len(REPLIES)} replies")
        testlib.equal(len(REPLIES) > 30, True, "replies of ours")


def test_search_finds():
    """The search itself: a number that is planted in any writing is found."""
    number = NUMBERS.new("planted")
    for name in forms(number):
        testlib.equal(bool(NUMBERS.traces(plant(number, name))), True, name)


if __name__ == "__main__":
    testlib.run(globals())
