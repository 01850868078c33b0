# SPDX-License-Identifier: EUPL-1.2
# Callers who attack: what of it a Planner ever sees, and that others are served meanwhile.
# Also tests: track-headers, track-server, track-call.

import concurrent.futures
import re
import socket
import ssl
import sys
import time
import uuid

import testlib

sys.path.insert(0, str(testlib.SOURCE / "tests" / "http"))

import torture  # pylint: disable=wrong-import-position
import track_world  # pylint: disable=wrong-import-position
from track_world import NAMESPACE, PATH, SOAP, TrackWorld, envelope, list_options, request  # pylint: disable=wrong-import-position

UNIT, OTHER = "46100", "11100"
CPR = testlib.cpr(1)
REQUEST_TIMEOUT_S = 4
MEGABYTE = 1024 * 1024
STATE = {}


def world():
    """One world for all: UNIT at the peer, OTHER at a second one."""
    if not STATE:
        settings = {"limits/request-timeout-ms": int(REQUEST_TIMEOUT_S * 1000), "limits/reply-timeout-ms": 1500, "limits/max-connections": testlib.budget("track-front") + 500}
        here = STATE["world"] = TrackWorld([], [UNIT], settings).__enter__()
        STATE["other"] = track_world.Peer(here.certificates, [OTHER], "other")
        here.document["endpoints"].append(here.endpoint("other", STATE["other"].url))
        here.document["units"].append({"code": OTHER, "endpoint": "other"})
        here.publish()
    return STATE["world"]


def target(port):
    """The gateway, as torture's checks see it."""
    here = world()
    return torture.Target(
        port=port,
        pid=here.track.process.pid,
        path=PATH + "?xsd",
        post_path=PATH,
        request_timeout_s=REQUEST_TIMEOUT_S,
        reply_timeout_s=1.5,
        connections=testlib.budget("track-front"),
    )


def run_check(name):
    """One check of the listener's torture, with the gateway behind it; what it sent is no call that a Planner saw."""
    here = world()
    before = len(here.peer.calls)
    torture.CHECKS[name](target(here.track.plain_port))
    testlib.equal(len(here.peer.calls), before, "calls at the Planner")
    testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call behind it")


for check in ("smuggling", "resting-crowd", "large-body", "deaf-flood", "long-heads", "dribbling"):
    globals()["test_torture_" + check.replace("-", "_")] = lambda name=check: run_check(name)


def head_of(*fields, kind="Content-Type: text/xml; charset=utf-8", line=f"POST {PATH} HTTP/1.1"):
    """The head of a request."""
    return "\r\n".join([line, "Host: gateway.example", *([kind] if kind else []), *fields]).encode("latin-1") + b"\r\n\r\n"


def exchange(data, wait_s=10):
    """What comes back to DATA until the connection ends, or rests."""
    with socket.create_connection(("127.0.0.1", world().track.plain_port), timeout=wait_s) as client:
        client.sendall(data)
        client.settimeout(wait_s)
        received = b""
        try:
            while b"Envelope>" not in received and (piece := client.recv(65536)):
                received += piece
        except OSError:
            pass
        return received


def test_what_reaches_the_planner():
    """Shapes that two readers read differently: refused, or sent on as one clear request of the gateway's own."""
    here = world()
    text = list_options(UNIT, CPR)
    inner = head_of(f"Content-Length: {len(text)}") + text
    size = f"{len(text):x}".encode()
    rows = [
        ("as it should be", head_of(f"Content-Length: {len(text)}") + text, 1),
        ("chunked", head_of("Transfer-Encoding: chunked") + size + b"\r\n" + text + b"\r\n0\r\n\r\n", 1),
        ("chunk extension", head_of("Transfer-Encoding: chunked") + size + b";a=b\r\n" + text + b"\r\n0\r\n\r\n", 1),
        ("byte by byte chunks", head_of("Transfer-Encoding: chunked") + b"".join(b"1\r\n%c\r\n" % one for one in text) + b"0\r\n\r\n", 1),
        ("trailers", head_of("Transfer-Encoding: chunked") + size + b"\r\n" + text + b"\r\n0\r\nX-Own: 1\r\nContent-Length: 3\r\n\r\n", None),
        ("length and coding", head_of(f"Content-Length: {len(text)}", "Transfer-Encoding: chunked") + size + b"\r\n" + text + b"\r\n0\r\n\r\n", 0),
        ("coding and length, the request within", head_of("Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + inner, 0),
        ("two lengths", head_of(f"Content-Length: {len(text)}", "Content-Length: 5") + text, 0),
        ("twice the same length", head_of(*[f"Content-Length: {len(text)}"] * 2) + text, 0),
        ("a list of lengths", head_of(f"Content-Length: {len(text)}, {len(text)}") + text, 0),
        ("a length with a sign", head_of(f"Content-Length: +{len(text)}") + text, 0),
        ("a length of hexadecimals", head_of(f"Content-Length: {len(text):#x}") + text, 0),
        ("a folded field", head_of("X-Own: a\r\n b", f"Content-Length: {len(text)}") + text, 0),
        ("blank before the colon", head_of(f"Content-Length : {len(text)}") + text, 0),
        ("another coding", head_of("Transfer-Encoding: gzip, chunked") + size + b"\r\n" + text + b"\r\n0\r\n\r\n", 0),
        ("a coding with a blank", head_of("Transfer-Encoding: chunked ") + size + b"\r\n" + text + b"\r\n0\r\n\r\n", None),
        ("a coding that hides", head_of("Transfer-Encoding: xchunked", f"Content-Length: {len(text)}") + text, 0),
        ("broken chunk size", head_of("Transfer-Encoding: chunked") + b"zz\r\n" + text + b"\r\n0\r\n\r\n", 0),
        ("a chunk size that turns over", head_of("Transfer-Encoding: chunked") + b"1" + b"0" * 16 + size + b"\r\n" + text + b"\r\n0\r\n\r\n", 0),
        ("NUL in a field", head_of("X-Own: a\0b", f"Content-Length: {len(text)}") + text, 0),
        ("CR in a field", head_of("X-Own: a\rX-Other: b", f"Content-Length: {len(text)}") + text, 0),
        ("no type", head_of(f"Content-Length: {len(text)}", kind=None) + text, 0),
        ("asks to go on", head_of("Expect: 100-continue", f"Content-Length: {len(text)}") + text, 1),
        ("expects more", head_of("Expect: 200-ok", f"Content-Length: {len(text)}") + text, 0),
        ("HTTP/1.0", head_of(f"Content-Length: {len(text)}", line=f"POST {PATH} HTTP/1.0") + text, 1),
        ("an address as target", head_of(f"Content-Length: {len(text)}", line=f"POST http://other.example{PATH} HTTP/1.1") + text, 0),
        ("another path", head_of(f"Content-Length: {len(text)}", line=f"POST {PATH}/../admin HTTP/1.1") + text, 0),
        ("a tunnel", head_of(f"Content-Length: {len(text)}", line="CONNECT 127.0.0.1:1 HTTP/1.1") + text, 0),
    ]
    wrong = []
    for name, data, expected in rows:
        before = len(here.peer.calls)
        received = exchange(data)
        time.sleep(0.05)
        n_calls = len(here.peer.calls) - before
        testlib.note(f"{name}: {received[9:12].decode()}, {n_calls} calls")
        if expected is not None and n_calls != expected:
            wrong.append(f"{name}: {n_calls} calls: {received[:80]}")
        if n_calls == 1 and here.peer.calls[-1][2].encode() != text:
            wrong.append(f"{name}: another body")
        fields = [field.lower() for field in here.peer.heads[-1]]
        if "transfer-encoding" in fields or here.peer.heads[-1]["Host"] == "gateway.example" or len(fields) != len(set(fields)):
            wrong.append(f"{name}: head {here.peer.heads[-1]}")
    testlib.equal(wrong, [], "rows")


def test_two_in_one_piece():
    """Requests in one piece are two calls, one after the other, each with its own answer."""
    here = world()
    texts = [list_options(UNIT, testlib.cpr(number)) for number in (2, 3)]
    before = len(here.peer.calls)
    data = b"".join(head_of(f"Content-Length: {len(text)}") + text for text in texts)
    with socket.create_connection(("127.0.0.1", here.track.plain_port), timeout=60) as client:
        client.sendall(data)
        received = b""
        while received.count(b"</s:Envelope>") < 2:
            received += client.recv(65536)
    testlib.equal([call[2].encode() for call in here.peer.calls[before:]], texts, "calls at the Planner")


def test_fields():
    """Hop-by-hop fields, those that Connection names, and what stands twice: the Planner sees one meaning."""
    here = world()
    text = list_options(UNIT, CPR)
    fields = [
        "Connection: keep-alive, X-Mine, x-requestId",
        "Connection: X-Later",
        "X-Mine: 1",
        "x-later: 2",
        "X-Passed: 3",
        "Keep-Alive: timeout=1000",
        "TE: trailers, deflate",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
        "Proxy-Authorization: Basic eDp5",
        "Proxy-Connection: close",
        "Forwarded: for=10.0.0.1",
        "Via: 1.1 evil",
        "X-HTTP-Method-Override: DELETE",
        "Content-Type: application/soap+xml; charset=utf-16",
        "SOAPAction: first",
        "SOAPAction: second",
        "x-requestId: 10000000-0000-4000-8000-000000000001",
        "x-requestId: 10000000-0000-4000-8000-000000000002",
        "Content-Encoding: identity",
        "Range: bytes=0-1",
        "If-Match: x",
        "Expect: 100-continue",
        f"Content-Length: {len(text)}",
    ]
    seen = []
    answer = here.peer.answer

    def record(handler, body):
        seen.extend(handler.headers.items())
        answer(handler, body)

    here.peer.answer = record
    try:
        exchange(head_of(*fields) + text)
    finally:
        here.peer.answer = answer
    got = sorted((name.lower(), value) for name, value in seen if name.lower() not in ("host", "content-length", "accept", "user-agent"))
    wanted = [
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", "first"),
        ("x-passed", "3"),
        ("x-requestid", "10000000-0000-4000-8000-000000000001"),
    ]
    testlib.equal(got, wanted, "fields at the Planner")


def cancel(inner, operation="CancelBooking"):
    """A call with the elements INNER."""
    return envelope(f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}>', SOAP)


def test_where_a_body_says_it_goes():
    """One meaning, the one that a Planner reads too; what could have two is refused, and sent nowhere."""
    here = world()
    booking = uuid.uuid4()
    code, own = f"<JobCenterCode>{UNIT}</JobCenterCode>", f"<BookingIdentifier>{booking}</BookingIdentifier>"
    evil = f"<JobCenterCode>{OTHER}</JobCenterCode>"
    good = cancel(own + code)
    wide = '<?xml version="1.0" encoding="UTF-16"?>' + good
    subset = f"<!DOCTYPE a [<!ENTITY c '{UNIT}'>]>"
    rows = [
        ("UTF-16", wide.encode("utf-16"), "peer"),
        ("UTF-16, big", b"\xfe\xff" + wide.encode("utf-16-be"), "peer"),
        ("UTF-16 that says UTF-8", good.replace("<s:Env", "<?xml version='1.0' encoding='UTF-8'?><s:Env", 1).encode("utf-16"), None),
        ("UTF-8 with its mark", b"\xef\xbb\xbf" + good.encode(), "peer"),
        ("UTF-7", ("<?xml version='1.0' encoding='UTF-7'?>" + good).encode(), None),
        ("EBCDIC", good.encode("cp500"), None),
        ("UTF-32", good.encode("utf-32"), None),
        ("an entity", (subset + cancel(own + "<JobCenterCode>&c;</JobCenterCode>")).encode(), None),
        ("a DTD", ('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x">' + good).encode(), None),
        ("an entity nobody knows", cancel(own + "<JobCenterCode>&c;</JobCenterCode>").encode(), None),
        ("digits as references", cancel(own + "<JobCenterCode>&#52;6&#x31;00</JobCenterCode>").encode(), "peer"),
        ("an inclusion", cancel(own + '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>' + code).encode(), "peer"),
        ("twice", cancel(own + code + evil).encode(), None),
        ("twice the same", cancel(own + code + code).encode(), None),
        ("once behind a comment", cancel(own + f"<!-- {evil} -->" + code).encode(), "peer"),
        ("a comment in the middle", cancel(own + "<JobCenterCode>46<!-- 1 -->100</JobCenterCode>").encode(), "peer"),
        ("CDATA", cancel(own + f"<JobCenterCode><![CDATA[{UNIT}]]></JobCenterCode>").encode(), "peer"),
        ("an instruction in the middle", cancel(own + "<JobCenterCode>46<?x 1?>100</JobCenterCode>").encode(), "peer"),
        ("an element in the middle", cancel(own + f"<JobCenterCode>46<x>{OTHER}</x>100</JobCenterCode>").encode(), "peer"),
        ("blanks", cancel(own + f"<JobCenterCode>\n\t {UNIT} \r\n</JobCenterCode>").encode(), "peer"),
        ("blanks in the middle", cancel(own + "<JobCenterCode>46 100</JobCenterCode>").encode(), None),
        ("wide digits", cancel(own + "<JobCenterCode>４６１００</JobCenterCode>").encode(), None),
        ("another namespace", cancel(own + f'<JobCenterCode xmlns="urn:x">{OTHER}</JobCenterCode>' + code).encode(), "peer"),
        ("no namespace", cancel(own + f'<JobCenterCode xmlns="">{OTHER}</JobCenterCode>' + code).encode(), "peer"),
        ("in another element", cancel(own + f"<Title>{evil}</Title>" + code).encode(), "peer"),
        ("in the Header", good.replace("<s:Body>", f'<s:Header><x xmlns="{NAMESPACE}">{evil}</x></s:Header><s:Body>').encode(), "peer"),
        ("a body in the Header", good.replace("<s:Body>", f"<s:Header><s:Body>{evil}</s:Body></s:Header><s:Body>").encode(), "peer"),
        ("two bodies", good.replace("</s:Body>", f"</s:Body><s:Body>{cancel(own + evil)}</s:Body>").encode(), None),
        ("two operations", good.replace("</s:Body>", f'<CancelBooking xmlns="{NAMESPACE}">{own}{evil}</CancelBooking></s:Body>').encode(), None),
        ("an envelope in the envelope", envelope(good).encode(), None),
        ("behind the end", good.encode() + evil.encode(), None),
        ("as an attribute", cancel(own + code).replace("<CancelBooking", f'<CancelBooking JobCenterCode="{OTHER}"').encode(), "peer"),
        ("the other version's body", good.replace("s:Body", "t:Body").replace("<t:Body>", f'<t:Body xmlns:t="{track_world.SOAP_12}">').encode(), None),
        ("no declaration of its prefix", good.replace("<CancelBooking", "<p:CancelBooking").replace("</CancelBooking", "</p:CancelBooking").encode(), None),
        ("deep", cancel(own + "<a>" * 100 + "</a>" * 100 + code).encode(), None),
        ("many attributes", cancel(own + code).replace("<CancelBooking", "<CancelBooking " + " ".join(f'a{n}=""' for n in range(500))).encode(), None),
        ("empty", b"", None),
        ("NUL", good.encode().replace(b"<s:Body>", b"<s:Body>\0"), None),
    ]
    wrong = []
    for name, body, endpoint in rows:
        before = len(here.peer.calls), len(STATE["other"].calls)
        kind = {"Content-Type": "text/xml; charset=utf-16"} if name.startswith("UTF-16") else {}
        reply = here.call(body, headers=kind)
        went = (len(here.peer.calls) - before[0], len(STATE["other"].calls) - before[1])
        testlib.note(f"{name}: {reply.status} {reply.fault} {went}")
        if went != ((1, 0) if endpoint else (0, 0)):
            wrong.append(f"{name}: {went} {reply.status} {reply.text[:300]}")
        if endpoint is None and reply.fault is None:
            wrong.append(f"{name}: no fault: {reply.status} {reply.text[:200]}")
    testlib.equal(wrong, [], "rows")


def test_code_and_identifier_that_contradict_each_other():
    """What was issued goes to its issuer, whatever code stands beside it; the log says why."""
    here = world()
    booking = here.call(request("RegisterBooking", PersonCivilRegistrationIdentifier=CPR, JobCenterCode=UNIT)).element("BookingIdentifier")
    option = here.call(list_options(OTHER, CPR)).element("InterviewOptionIdentifier")
    before = len(here.peer.calls), len(STATE["other"].calls)
    here.call(request("CancelBooking", PersonCivilRegistrationIdentifier=CPR, BookingIdentifier=booking, JobCenterCode=OTHER))
    testlib.equal((len(here.peer.calls) - before[0], len(STATE["other"].calls) - before[1]), (1, 0), "a booking of one and the code of the other")
    line = here.track.logged(operation="CancelBooking")[-1]
    testlib.equal((line["how"], line["asked"], line["endpoint"]), ("booking", OTHER, "peer"), "told")
    here.call(request("GetBookingDetails", PersonCivilRegistrationIdentifier=CPR, InterviewOptionID=option, BookingIdentifier=booking))
    testlib.equal((len(here.peer.calls) - before[0], len(STATE["other"].calls) - before[1]), (2, 0), "a booking of one and an offer of the other: the booking")
    told = here.track.logged(operation="GetBookingDetails")[-1]["how"]
    testlib.equal(told, "booking", "told")


def test_crowd():
    """Callers who begin to speak and stop, with TLS and without, as many as are let in: whoever speaks is served, and they are let go of."""
    here = world()
    n_rude = testlib.budget("track-front") // 4
    context = here.certificates.context("dfdg")
    rude = []
    for number in range(n_rude):
        sock = socket.create_connection(("127.0.0.1", here.track.plain_port), timeout=60)
        sock.sendall(head_of("Content-Length: 100000")[: 20 + number % 100])
        rude.append(sock)
    for _ in range(10):
        sock = context.wrap_socket(socket.create_connection(("127.0.0.1", here.track.tls_port), timeout=60), server_hostname="127.0.0.1")
        sock.sendall(head_of("Content-Length: 100000") + b"<s:Env")
        rude.append(sock)
        rude.append(socket.create_connection(("127.0.0.1", here.track.tls_port), timeout=60))
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda number: here.call(list_options(UNIT, testlib.cpr(number))).status, range(100)))
    testlib.equal(set(statuses), {200}, "calls beside them")
    testlib.note(f"100 calls beside {len(rude)} rude callers: {time.monotonic() - started:.2f} s")
    for sock in rude:
        sock.settimeout(20)
        try:
            while sock.recv(65536):
                pass
        except (ssl.SSLError, ConnectionError):
            pass
        sock.close()
    testlib.note(f"all let go of after {time.monotonic() - started:.2f} s")


def test_last_stop():
    """Clean, with no number in what it said."""
    here = world()
    testlib.equal(re.search(r"[^\d]" + CPR + r"[^\d]", here.track.log_text()), None, "a citizen in the log")
    here.__exit__(None, None, None)


testlib.run(globals())
