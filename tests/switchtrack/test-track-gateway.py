# SPDX-License-Identifier: EUPL-1.2
# Calls through switchtrackd to real plannerds and a third peer: routing, bytes, heads, faults, what trouble looks like and how soon.
# Also tests: track-daemon, track-faces, track-gateway, track-headers, track-passage, track-server.

import concurrent.futures
import http.client
import re
import threading
import time
import urllib.parse
import uuid

import testlib
import track_world
from track_world import SOAP, SOAP_12, TrackWorld, list_options, post, request

OWN, OTHER, THIRD = "89000", "11100", "46100"
CPR = testlib.cpr(1)

WORLD = None


def world():
    """One world for all; made at the first call."""
    global WORLD  # pylint: disable=global-statement
    if WORLD is None:
        WORLD = TrackWorld([OWN, OTHER], [THIRD], {"upstream/hold-bytes": 8192}).__enter__()
    WORLD.peer.mode, WORLD.peer.delay_s, WORLD.peer.lasting = "well", 0.0, None
    return WORLD


def peer_calls(operation=None):
    """How many calls the peer has had."""
    return len([call for call in WORLD.peer.calls if operation in (None, call[0])])


def test_answers_are_those_of_the_planner():
    """Byte for byte, status and media type, in both SOAP versions, for answers and for faults."""
    here = world()
    for version in (SOAP, SOAP_12):
        for unit in (OWN, OTHER):
            for body in (list_options(unit, CPR, version), list_options(unit, "1111111111", version)):
                through = here.call(body)
                direct = post(here.planners[unit].tls_url, body, here.certificates.context("gateway"))
                testlib.equal(through.status, direct.status, "status")
                testlib.equal(through.headers["Content-Type"], direct.headers["Content-Type"], "media type")
                if through.fault is None:
                    testlib.equal(through.body, direct.body, "bytes")
                else:
                    same = [re.sub(rb"<RequestId>[^<]*<", b"", reply.body) for reply in (through, direct)]
                    testlib.equal(same[0], same[1], "bytes of the fault but its request id")


def test_each_code_goes_to_its_planner():
    """Exact code, main centre, none."""
    here = world()
    testlib.equal(here.call(list_options(OWN, CPR)).status, 200, "own")
    testlib.equal(here.call(list_options(OTHER, CPR)).status, 200, "other")
    before = peer_calls()
    testlib.equal(here.call(list_options("46107", CPR)).status, 200, "sub-centre")
    testlib.equal(peer_calls() - before, 1, "calls at the peer")
    testlib.equal(here.call(list_options("75100", CPR)).fault, 990010, "unknown code")
    testlib.equal(here.call(list_options("99999", CPR)).fault, 990010, "placeholder")
    testlib.equal(here.call(list_options("751", CPR)).fault, 1014, "malformed code")


def test_calls_without_code():
    """By the option, the reservation and the booking that the Planner issued; else by the citizen; else nobody, and never a default."""
    here = world()
    stranger = testlib.cpr(50)
    for operation in ("GetSelfbookTimeslots", "CancelBooking", "CreateBooking"):
        before = peer_calls()
        reply = here.call(request(operation, PersonCivilRegistrationIdentifier=stranger, BookingIdentifier=uuid.uuid4()))
        testlib.equal((reply.fault, peer_calls()), (990036, before), "a stranger's call")
    citizen = testlib.cpr(51)
    here.call(list_options(THIRD, citizen))
    option = [key for key, kind in here.peer.issued.items() if kind == "option"][-1]
    who = {"PersonCivilRegistrationIdentifier": stranger}
    reply = here.call(request("GetBookingDetails", **who, InterviewOptionID=option.upper(), BookingStartTime="x"))
    reservation, booking = reply.element("ReservationIdentifier"), reply.element("BookingIdentifier")
    testlib.equal(here.peer.issued[reservation], "reservation", "reservation")
    reply = here.call(request("CreateBooking", **who, InterviewContactTypeIdentifier=1, ReservationIdentifier=reservation))
    testlib.equal(reply.status, 200, "by the reservation")
    for operation in ("RescheduleBooking", "CancelBooking", "AcceptBooking", "UpdateBooking", "DeleteBooking"):
        testlib.equal(here.call(request(operation, **who, BookingIdentifier=booking)).status, 200, operation)
    before = peer_calls("ReportError")
    here.call(request("ReportError", PersonCivilRegistrationIdentifier=citizen, ErrorCode=1))
    testlib.equal(peer_calls("ReportError") - before, 1, "calls by the citizen")
    how = {line["how"] for line in here.track.logged(endpoint="peer")}
    testlib.equal(how >= {"exact", "main", "option", "reservation", "booking", "citizen"}, True, f"ways {how}")


def test_code_of_another_booking_is_not_the_calls():
    """A code within the citizen's other bookings decides nothing."""
    here = world()
    nested = "<Booking><BookingIdentifier>%s</BookingIdentifier><JobCenterCode>%s</JobCenterCode></Booking>"
    before = peer_calls()
    reply = here.call(
        request(
            "GetSelfbookInterviewOptions",
            PersonCivilRegistrationIdentifier=CPR,
            JobCenterCode=OWN,
            ContactGroupTypeIdentifier=2,
            BookingCollection=nested % (uuid.uuid4(), THIRD),
        )
    )
    testlib.equal((reply.fault, peer_calls()), (1014, before), "goes to its own, which finds it short")


def test_heads():
    """What passes on and what does not; compression is never asked for; a request id is made or kept."""
    here = world()
    mine = str(uuid.uuid4())
    headers = {
        "SOAPAction": '"x"',
        "x-requestId": mine,
        "x-kombit-call": "7",
        "Accept-Encoding": "gzip",
        "Cookie": "a=b",
        "Authorization": "Bearer secret",
        "X-Forwarded-For": "10.0.0.1",
        "X-Client-Cert": "fake",
        "X-SSL-Client-Verify": "SUCCESS",
        "Connection": "close",
    }
    here.call(list_options(THIRD, CPR), headers=headers)
    sent = {name.lower(): value for name, value in here.peer.heads[-1].items()}
    for name, value in (("soapaction", '"x"'), ("x-requestid", mine), ("x-kombit-call", "7")):
        testlib.equal(sent.get(name), value, name)
    for name in ("accept-encoding", "cookie", "authorization", "x-forwarded-for", "x-client-cert", "x-ssl-client-verify"):
        testlib.equal(sent.get(name), None, name)
    testlib.equal(len(here.track.logged(request=mine)), 1, "lines of that call")
    here.call(list_options(THIRD, CPR), headers={"x-requestId": "not a guid 0101905001"})
    testlib.equal(here.peer.heads[-1].get("x-requestId"), "not a guid 0101905001", "kept")
    testlib.equal("0101905001" in here.track.log_text(), False, "but not logged")
    here.call(list_options(THIRD, CPR))
    testlib.equal(bool(uuid.UUID(here.peer.heads[-1]["x-requestId"])), True, "made")


def test_body_passes_untouched():
    """Security headers, white space, comments and prefixes arrive as they were sent."""
    here = world()
    body = (
        '<?xml version="1.0"?>\n<!-- x --><e:Envelope xmlns:e="%s"><e:Header><ActiveOrganisation xmlns="%s"><OrganisationCode>'
        "46100</OrganisationCode></ActiveOrganisation></e:Header>\n <e:Body><p:CancelBooking xmlns:p='%s'><p:BookingIdentifier>"
        "%s</p:BookingIdentifier><p:JobCenterCode> 46100 </p:JobCenterCode></p:CancelBooking></e:Body></e:Envelope>"
    ) % (SOAP, track_world.NAMESPACE, track_world.NAMESPACE, uuid.uuid4())
    testlib.equal(here.call(body.encode()).status, 200, "status")
    testlib.equal(here.peer.calls[-1][2], body, "body at the Planner")


# mode of the peer, what the caller gets (code, cause), word in the log
TROUBLE = [
    ("reset", 4769, 9018, "reset"),
    ("html", 9303, 9329, "http"),
    ("wrong-type", 9303, 9329, "http"),
    ("error-page", 9303, 9329, "http"),
    ("redirect", 9303, 9329, "http"),
    ("bad-xml", 9303, 9329, "xml"),
    ("dtd", 9303, 9329, "xml"),
    ("cut-xml", 9303, 9329, "xml"),
    ("empty", 9303, 9329, "xml"),
    ("other-operation", 9303, 9329, "contract"),
    ("cut-length", 9303, 9329, "cut"),
    ("busy-page", 990012, None, "busy"),
    ("fault-990012", 990012, None, "busy"),
    ("fault-990034", 990034, None, "closed"),
    ("fault-990013", 990013, None, "faulty"),
]


def test_trouble():
    """Each kind of broken answer: what the caller is told in its own SOAP version, how soon, and the word in the log."""
    here = world()
    for mode, code, cause, word in TROUBLE:
        for version in (SOAP, SOAP_12):
            here.peer.mode = mode
            started = time.monotonic()
            reply = here.call(list_options(THIRD, CPR, version))
            testlib.note(f"{mode}: {reply.status} {reply.fault} after {time.monotonic() - started:.3f} s")
            testlib.equal((reply.fault, reply.cause), (code, cause), f"{mode}: code and cause")
            if code and not mode.startswith("fault"):
                testlib.equal(version in reply.text, True, "SOAP version")
                testlib.equal("soap+xml" in reply.headers["Content-Type"], version == SOAP_12, "media type")
            testlib.equal(here.track.logged(endpoint="peer")[-1]["outcome"], word, f"{mode}: word in the log")
    here.peer.mode = "busy-page"
    testlib.equal(here.call(list_options(THIRD, CPR)).headers["Retry-After"], "7", "Retry-After")


def test_more_than_was_announced():
    """Bytes behind an answer are nobody's answer."""
    here = world()
    for _ in range(5):
        here.peer.mode = "too-long"
        reply = here.call(list_options(THIRD, CPR))
        testlib.equal(reply.fault in (None, 9303, 4769) and b"xxxx" not in reply.body, True, "the answer, or a fault")
        here.peer.mode = "well"
    testlib.wait_for(lambda: here.call(list_options(THIRD, CPR)).status == 200, 5, "all is well again")


def test_hang_and_slow():
    """A silent Planner costs its time-out and no more; a slow one is waited for."""
    here = world()
    endpoint = here.document["endpoints"][-1]
    endpoint["timeout_ms"] = 1000
    here.publish()
    here.peer.mode = "hang"
    started = time.monotonic()
    reply = here.call(list_options(THIRD, CPR))
    spent = time.monotonic() - started
    testlib.note(f"hang: {reply.fault} after {spent:.3f} s")
    testlib.equal((reply.fault, reply.cause), (4769, 9018), "code and cause")
    testlib.equal(spent < 25, True, "sooner than the Planner speaks")
    endpoint["timeout_ms"] = 30000
    here.publish()
    here.peer.mode, here.peer.delay_s = "well", 0.5
    testlib.equal(here.call(list_options(THIRD, CPR)).status, 200, "slow")


def test_limit():
    """More calls at once than the endpoint may have are refused at once, not queued; others are served meanwhile."""
    here = world()
    endpoint = here.document["endpoints"][-1]
    endpoint |= {"max_parallel": 3, "timeout_ms": 60000}
    here.publish()
    answer, refusals = here.peer.answer, threading.Event()

    def answer_late(handler, body):
        refusals.wait(60)
        answer(handler, body)

    here.peer.answer = answer_late
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(here.call, list_options(THIRD, CPR), timeout=60) for _ in range(8)]
        testlib.wait_for(lambda: sum(call.done() for call in calls) == 5, 60, "those beyond the limit are refused while the others wait")
        refusals.set()
        replies = [call.result() for call in calls]
        here.peer.answer = answer
        testlib.equal(here.call(list_options(OWN, CPR)).status, 200, "another endpoint")
    refused = [reply for reply in replies if reply.fault == 4769]
    testlib.equal((len(refused), len(replies)), (5, 8), "refused")
    testlib.equal({line["outcome"] for line in here.track.logged(fault="4769", how="exact")} >= {"limit"}, True, "limit")
    del endpoint["max_parallel"]
    endpoint["timeout_ms"] = 30000
    here.publish()


def test_long_answers_stream():
    """Longer than what is held: streamed, byte for byte; cut in the middle: the connection breaks, and it is told."""
    here = world()
    many = "".join(
        f"<Booking><BookingIdentifier>{uuid.uuid4()}</BookingIdentifier><Title>{'x' * 100}</Title></Booking>" for _ in range(2000)
    )
    answer = f'<GetBookingsResponse xmlns="{track_world.NAMESPACE}"><BookingCollection>{many}</BookingCollection></GetBookingsResponse>'
    here.peer.lasting = answer
    body = request("GetBookings", JobCenterCode=THIRD, MaxCount=200)
    reply = here.call(body)
    testlib.equal(reply.body == track_world.envelope(answer).encode(), True, "bytes are the same")
    last = re.findall(r"<BookingIdentifier>([^<]+)<", many)[-1]
    testlib.equal(here.call(request("CancelBooking", BookingIdentifier=last, PersonCivilRegistrationIdentifier=testlib.cpr(77))).fault, 9303, "known")
    for mode in ("cut-length", "cut-xml", "bad-xml"):
        here.peer.mode = mode
        try:
            here.call(body)
            raise AssertionError(f"{mode}: a broken answer looked whole")
        except (http.client.IncompleteRead, ConnectionError, OSError):
            testlib.note(f"{mode}: cut")
        testlib.wait_for(lambda: here.track.logged(endpoint="peer")[-1]["outcome"] in ("cut", "xml"), 5, "the outcome is told")


def test_bad_calls():
    """What cannot be routed is refused as plannerd would, and sent nowhere."""
    here = world()
    before = peer_calls()
    for body, code in (
        (b"x", 990026),
        (b"<!DOCTYPE a><a/>", 990026),
        (b"<a/>", 990029),
        (track_world.envelope("<x/>").encode(), 990032),
        (list_options(THIRD, CPR).replace(b"</JobCenterCode>", b"</JobCenterCode><JobCenterCode>89000</JobCenterCode>"), 1014),
    ):
        testlib.equal(here.call(body).fault, code, body)
    testlib.equal(here.call(list_options(THIRD, CPR), headers={"Content-Type": "text/plain"}).status, 415, "media type")
    testlib.equal(here.call(list_options(THIRD, CPR), headers={"Content-Encoding": "gzip"}).status, 415, "packed")
    testlib.equal(here.call(b"<a>" + b" " * 1100000 + b"</a>").status, 413, "too long")
    testlib.equal(peer_calls(), before, "calls at the peer")


def test_who_may_call():
    """A certificate of our authority that is not on the list: 403; none: no connection."""
    here = world()
    testlib.equal(here.call(list_options(THIRD, CPR), client="stranger").status, 403, "stranger")
    try:
        here.call(list_options(THIRD, CPR), client=None)
        raise AssertionError("served without a certificate")
    except OSError:
        pass
    testlib.equal("access-denied" in here.track.log_text(), True, "in the log")


def test_pin_and_certificate():
    """A pinned key that is not the Planner's: no contact; an endpoint that is gone: no contact, at once."""
    here = world()
    endpoint = here.document["endpoints"][-1]
    endpoint["pins"] = [here.pin(here.certificates.client("dfdg")[0])]
    here.publish()
    reply = here.call(list_options(THIRD, CPR))
    testlib.equal((reply.fault, reply.cause), (4769, 9018), "wrong pin")
    testlib.equal(here.track.logged(endpoint="peer")[-1]["outcome"], "pin", "word")
    endpoint["pins"].append(here.pin(here.certificates.server[0]))
    here.publish()
    testlib.equal(here.call(list_options(THIRD, CPR)).status, 200, "one of two pins")
    del endpoint["pins"]
    here.publish()
    here.peer.stop()
    started = time.monotonic()
    reply = here.call(list_options(THIRD, CPR))
    testlib.note(f"gone: {reply.fault} after {time.monotonic() - started:.3f} s")
    testlib.equal((reply.fault, reply.cause), (4769, 9018), "gone")
    here.peer.restart()
    testlib.equal(here.call(list_options(THIRD, CPR)).status, 200, "back")


def test_expired_certificate():
    """A Planner whose certificate has expired: no contact, at once; renewed: all is well."""
    here = world()
    here.peer.stop()
    here.peer.show(here.expired("late"))
    here.peer.restart()
    started = time.monotonic()
    reply = here.call(list_options(THIRD, CPR))
    testlib.note(f"expired: {reply.fault} after {time.monotonic() - started:.3f} s")
    testlib.equal((reply.fault, reply.cause), (4769, 9018), "expired")
    testlib.equal(here.track.logged(endpoint="peer")[-1]["outcome"], "certificate", "word")
    here.peer.show(here.certificates.server)
    testlib.equal(here.call(list_options(THIRD, CPR)).status, 200, "renewed")


def test_caller_leaves():
    """A read that nobody waits for is given up; of a change it becomes known what came of it."""
    here = world()
    here.peer.delay_s = 4.0
    parts = urllib.parse.urlsplit(here.track.plain_url)
    for body in (list_options(THIRD, CPR), request("CancelBooking", JobCenterCode=THIRD, BookingIdentifier=uuid.uuid4())):
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        connection.request("POST", parts.path, body, {"Content-Type": "text/xml; charset=utf-8"})
        time.sleep(0.3)
        connection.close()
    told = {"operation": "CancelBooking", "asked": THIRD, "outcome": "ok", "status": "0"}
    testlib.wait_for(lambda: len(here.track.logged(**told)) == 1, 20, "the change is told")
    testlib.equal(len(here.track.logged(operation="GetSelfbookInterviewOptions", outcome="gone")), 1, "given up")


def test_calls_are_logged():
    """Every call has a row with its route and times, and no number."""
    here = world()
    def count():
        return here.track.rows("SELECT count(*) FROM call WHERE kind = 'call'")[0][0]

    testlib.wait_for(lambda: count() == len(here.track.logged()), 10, "all calls are in the call log")
    rows = here.track.rows("SELECT endpoint, operation, outcome, total_us FROM call WHERE endpoint = 'planner-89000' ORDER BY call_id")
    testlib.equal(all(row[3] > 0 for row in rows) and len(rows) > 3, True, "times")


def test_commands():
    """switchtrackctl reaches the running daemon: what it serves, where a code goes, what was called."""
    here = world()
    testlib.equal("planner-89000" in str(here.track.control("unit", "89017")), True, "where a sub-centre goes")
    testlib.equal(bool(here.track.control("learned", "count")), True, "what was learned")
    calls = here.track.control("calls", "--endpoint", "peer", "--limit", "5")
    testlib.equal("peer" in str(calls), True, "calls")


def test_last_stop():
    """A clean end."""
    WORLD.__exit__(None, None, None)


if __name__ == "__main__":
    testlib.run(globals())
