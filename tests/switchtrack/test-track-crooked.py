# SPDX-License-Identifier: EUPL-1.2
# Planners that answer early, twice, half, packed, endlessly or not at all: what a caller gets, how often a change was sent.
# Also tests: track-passage, track-exchange, track-exchange-setup, track-exchange-end.

import contextlib
import gzip
import http.client
import pathlib
import re
import socket
import threading
import time
import urllib.parse
import uuid

import crooked_planner
import testlib
from crooked_planner import Crooked, compose, head
from track_world import NAMESPACE, SOAP, TrackWorld, envelope, list_options, request

UNIT, OTHER = "46100", "11100"
CPR = testlib.cpr(1)
MEGABYTE = 1024 * 1024
TIMEOUT_MS, REPLY_TIMEOUT_MS = 1500, 8000
# Less than a slow reader needs, more than a busy machine stands still.
SLOWER_MS = 3000
STALE = "20000000-0000-4000-8000-00000000000b"
NOT_KNOWN, NOTHING_SENT = "not known whether a change came through", "Nothing was sent"

STATE = {}


def world():
    """One world for all: UNIT at the crooked Planner, OTHER at one that is well and must hear of nothing."""
    if not STATE:
        here = STATE["world"] = TrackWorld([], [OTHER], {"limits/reply-timeout-ms": REPLY_TIMEOUT_MS}).__enter__()
        crooked = STATE["crooked"] = Crooked(here.certificates, honest)
        here.document["endpoints"].append(here.endpoint("crooked", crooked.url, timeout_ms=30000))
        here.document["units"].append({"code": UNIT, "endpoint": "crooked"})
        here.publish()
    return STATE["world"], STATE["crooked"]


@contextlib.contextmanager
def hurried(timeout_ms=TIMEOUT_MS):
    """Meanwhile the Planner has TIMEOUT_MS. Elsewhere it has so long that a machine which stands still does not make it late."""
    here, _ = world()
    endpoint = here.document["endpoints"][-1]
    kept = endpoint["timeout_ms"]
    endpoint["timeout_ms"] = timeout_ms
    here.publish()
    try:
        yield
    finally:
        endpoint["timeout_ms"] = kept
        here.publish()


def honest(line):
    """Answers all."""
    while line.read():
        line.answer()


def register():
    """A change; each of another citizen, so that it can be told from others."""
    STATE["n"] = STATE.get("n", 0) + 1
    return request("RegisterBooking", PersonCivilRegistrationIdentifier=testlib.cpr(STATE["n"]), JobCenterCode=UNIT)


def read():
    """A call that changes nothing."""
    return request("GetBookings", JobCenterCode=UNIT, MaxCount=10)


def last_line():
    """What the log says of the last call."""
    return world()[0].track.logged(asked=UNIT)[-1]


# How a connection dies when it has read a request: what it still does.
DEATHS = {
    "end": lambda line: line.end(),
    "reset": lambda line: line.reset(),
    "half a head": lambda line: (line.send(b"HTTP/1.1 200 OK\r\nContent-"), line.end()),
    "a head alone": lambda line: (line.send(head(500)), line.end()),
    "continue alone": lambda line: (line.send(b"HTTP/1.1 100 Continue\r\n\r\n"), line.end()),
    "half a body": lambda line: (line.send(head(500) + b"<s:Envelope"), line.reset()),
    "half a chunk": lambda line: (line.send(head(None, fields=["Transfer-Encoding: chunked"]) + b"40\r\n<s:En"), line.end()),
    "silence": lambda line: time.sleep(3),
}


def dying(death, n_before):
    """A script: N_BEFORE calls of a connection are answered, the next one is its death; only the first such connection dies."""
    state = {"dies": True}

    def script(line):
        while line.read():
            if state["dies"] and line.n_requests > n_before:
                state["dies"] = False
                DEATHS[death](line)
                return
            line.answer()

    return script


def change_into(death, n_before):
    """A change that is the DEATH of its connection, after N_BEFORE calls."""
    here, crooked = world()
    crooked.play(dying(death, n_before))
    for _ in range(n_before):
        testlib.equal(here.call(read()).status, 200, "before")
    before = crooked.count("RegisterBooking")
    reply = here.call(register())
    testlib.note(f"{death}, {n_before} calls before: {reply.fault}/{reply.cause}, {last_line()['outcome']}")
    testlib.equal((reply.fault, reply.cause) in ((4769, 9018), (9303, 9329)), True, f"{death}: fault {reply.fault}")
    testlib.equal(NOT_KNOWN in reply.text, True, f"{death}: what is said: {reply.text}")
    testlib.equal(last_line()["outcome"] in ("reset", "cut", "timeout"), True, f"{death}: {last_line()}")
    if here.call(read()).status != 200:
        # The Planner has little time here, for a machine that stands still.
        testlib.note(f"a call behind it: {last_line()}")
        testlib.equal(here.call(read()).status, 200, "another call behind it")
    testlib.equal(crooked.count("RegisterBooking") - before, 1, f"{death}: times that the change came")


def test_a_change_is_sent_once():
    """However the connection ends after the Planner has read a change, kept or fresh: it is not sent again, there or elsewhere, and the caller is not told more than is known."""
    here, _ = world()
    for death in DEATHS:
        with hurried() if death == "silence" else contextlib.nullcontext():
            for n_before in (0, 2):
                change_into(death, n_before)
    testlib.equal(here.peer.calls, [], "calls at the other Planner")


def test_a_read_is_sent_twice_at_most():
    """Without a byte of answer on a kept connection once more, on a fresh one; after a byte, or on a fresh connection, no more."""
    here, crooked = world()
    for death in ("end", "reset", "half a head", "half a body"):
        for n_before in (0, 2):
            crooked.play(dying(death, n_before))
            for _ in range(n_before):
                here.call(read())
            before = crooked.count("GetBookings")
            reply = here.call(read())
            is_repeated = n_before > 0 and death in ("end", "reset")
            testlib.equal(reply.status == 200, is_repeated, f"{death}, {n_before}: {reply.fault} {last_line()}")
            testlib.equal(crooked.count("GetBookings") - before, 1 + is_repeated, f"{death}: times that the call came")


def test_what_was_not_sent_is_said():
    """Nobody there, another's certificate: the caller of a change is told that nothing was sent, for that is known."""
    here, crooked = world()
    endpoint = here.document["endpoints"][-1]
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    for changed in ({"urls": [f"https://127.0.0.1:{port}/"]}, {"pins": ["sha256//" + "A" * 43 + "="]}, {"urls": ["https://nobody.invalid/"]}):
        kept, before = dict(endpoint), crooked.count("RegisterBooking")
        endpoint.update(changed)
        here.publish()
        try:
            reply = here.call(register())
        finally:
            endpoint.clear()
            endpoint.update(kept)
            here.publish()
        testlib.equal((reply.fault, reply.cause), (4769, 9018), "fault")
        testlib.equal((NOTHING_SENT in reply.text, NOT_KNOWN in reply.text), (True, False), f"{changed}: {reply.text}")
        testlib.equal(crooked.count("RegisterBooking"), before, "changes that came")
    crooked.play(honest)
    testlib.equal(here.call(register()).status, 200, "well again")


def chatting(what, ends):
    """A script: behind each answer, when the connection rests, WHAT is said unasked."""

    def script(line):
        while line.read():
            line.answer()
            time.sleep(0.1)
            line.send(what)
            if ends:
                line.end()
                return

    return script


def test_what_is_said_unasked_is_nobodys_answer():
    """Bytes on a kept connection at rest (an answer of another call that came late, a 408 as proxies send it): the next call gets its own answer, and is sent once."""
    here, crooked = world()
    late = compose(b"Body><RegisterBooking", STALE)
    for what in (head(len(late)) + late, b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", b"x"):
        for ends in (False, True):
            crooked.play(chatting(what, ends))
            before = crooked.count("RegisterBooking")
            for _ in range(3):
                reply = here.call(register())
                testlib.equal((reply.status, STALE in reply.text), (200, False), f"{what[:30]}, {ends}: {reply.text} {last_line()}")
                time.sleep(0.3)
            testlib.equal(crooked.count("RegisterBooking") - before, 3, "times that the changes came")
    testlib.equal({line["outcome"] for line in here.track.logged(operation="RegisterBooking")[-9:]}, {"ok"}, "words in the log")


def test_answers_before_the_question_was_read():
    """A Planner that says no to a long request while it still comes: its answer, or no contact; never a wait, never twice."""
    here, crooked = world()
    fault = (
        f'<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring><detail><PlannerFault xmlns="{NAMESPACE}">'
        "<Code>990028</Code><Text>x</Text><RequestId>1</RequestId></PlannerFault></detail></s:Fault>"
    )
    heads = []
    state = {"lingers": True}

    def script(line):
        while line.read_head():
            heads.append(line.head)
            line.answer(envelope(fault, SOAP).encode(), "500 Internal Server Error", ["Connection: close"])
            if state["lingers"]:
                line.linger()
            return

    body = register().replace(b"</RegisterBooking>", b"<Title>" + b"x" * 900000 + b"</Title></RegisterBooking>")
    for lingers in (True, False):
        state["lingers"] = lingers
        crooked.play(script)
        heads.clear()
        started = time.monotonic()
        reply = here.call(body)
        testlib.note(f"answered early: {reply.fault} {last_line()['outcome']} after {time.monotonic() - started:.2f} s")
        testlib.equal(reply.fault in ((990028,) if lingers else (990028, 4769, 9303)), True, f"fault {reply.text}")
        testlib.equal(len(heads), 1, "times that it was sent")
    crooked.play(honest)
    testlib.equal(here.call(register()).status, 200, "well again")


def whole(data, ends=True):
    """A script: each request is answered with DATA, and the connection ends."""

    def script(line):
        while line.read():
            line.send(data)
            if ends:
                line.bid_farewell()
                return

    return script


def chunked(body):
    """BODY in two chunks."""
    half = len(body) // 2
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:])) + b"0\r\n\r\n"


def test_odd_answers():
    """Packed, older, redirected, locked: what can be passed on is, byte for byte; all else is the broken answer that it is, and nobody is followed or logged in to."""
    here, crooked = world()
    good = compose(b"Body><GetBookings")
    wide = ('<?xml version="1.0" encoding="UTF-16"?>' + good.decode()).encode("utf-16")
    marked = b"\xef\xbb\xbf" + good
    other = f"Location: {here.peer.url}"
    rows = [
        ("packed", head(len(gzip.compress(good)), fields=["Content-Encoding: gzip"]) + gzip.compress(good), 9303),
        ("packed in coding", head(None, fields=["Transfer-Encoding: gzip, chunked"]) + chunked(gzip.compress(good)), None),
        ("until the end", head(None) + good, None),
        ("of HTTP/1.0", head(None, version="1.0") + good, None),
        ("of HTTP/1.0, cut", head(None, version="1.0") + good[:-9], 9303),
        ("chunked", head(None, fields=["Transfer-Encoding: chunked"]) + chunked(good), None),
        ("chunked with a length", head(7, fields=["Transfer-Encoding: chunked"]) + chunked(good), None),
        ("of two lengths", head(len(good), fields=["Content-Length: 3"]) + good, 9303),
        ("after others", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + head(len(good)) + good, None),
        ("of UTF-16", head(len(wide)) + wide, None),
        ("with a mark before it", head(len(marked)) + marked, None),
        ("locked", head(len(good), "401 Unauthorized", ["WWW-Authenticate: Basic realm=x"]) + good, None),
        ("locked, a page", head(0, "401 Unauthorized", ["WWW-Authenticate: Negotiate"]).replace(b"text/xml", b"text/html"), 9303),
        ("moved", head(0, "302 Found", [other]), 9303),
        ("moved for good", head(0, "308 Permanent Redirect", [other]), 9303),
        ("empty", head(0, "204 No Content"), 9303),
        ("a part", head(len(good), "206 Partial Content") + good, 9303),
        ("of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 9303),
        ("with a cookie", head(len(good), fields=["Set-Cookie: a=b", "Server: x", "Keep-Alive: timeout=1"]) + good, None),
    ]
    wrong = []
    for name, data, fault in rows:
        crooked.play(whole(data))
        reply = here.call(read())
        testlib.note(f"{name}: {reply.status} {reply.fault} {last_line()['outcome']}")
        if reply.fault != fault:
            wrong.append(f"{name}: {reply.status} {reply.fault} instead of {fault}: {last_line()}")
        if fault is None and reply.body != {"of UTF-16": wide, "with a mark before it": marked}.get(name, good):
            wrong.append(f"{name}: other bytes")
        if reply.headers.get("Set-Cookie") or reply.headers.get("WWW-Authenticate") or reply.headers.get("Keep-Alive"):
            wrong.append(f"{name}: a head that is the Planner's own: {reply.headers}")
    testlib.equal(wrong, [], "rows")
    testlib.equal([line for _, line, _ in crooked.requests if b"authorization" in line.lower() or b"cookie" in line.lower()], [], "logins")
    testlib.equal(here.peer.calls, [], "calls at the other Planner")


def lines_of(*lines, n_bytes=None, status="200 OK"):
    """A head of LINES as they are, and the usual answer."""
    good = compose(b"Body><GetBookings")
    text = "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(good) if n_bytes is None else n_bytes}"])
    return text.encode("latin-1") + b"\r\n\r\n" + good


def test_odd_heads():
    """What no head may hold is not passed on; what makes it unreadable makes the answer broken; the gateway lives."""
    here, crooked = world()
    xml = "Content-Type: text/xml"
    rows = [
        ("a long type", lines_of(f"{xml}; x={'a' * 60000}"), 9303),
        ("controls in the type", lines_of(f"{xml}; \x01\x02=\x7f"), 9303),
        ("NUL in the type", lines_of(f"{xml}; a\0b"), 9303),
        ("high bytes in the type", lines_of(f"{xml}; x=æøå"), 9303),
        ("two types", lines_of(xml, "Content-Type: text/html"), 9303),
        ("a line without a colon", lines_of(xml, "nonsense"), 9303),
        ("a long Retry-After", lines_of(xml, "Retry-After: " + "7" * 60000), None),
        ("controls in Retry-After", lines_of(xml, "Retry-After: 7\x01\x7f\x0bx"), None),
        ("very many fields", lines_of(xml, *[f"X-{number}: 1" for number in range(3000)]), None),
        ("an endless head", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20000, 9303),
        ("many interim answers", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000 + lines_of(xml), None),
        ("another protocol", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + lines_of(xml), 9303),
        ("another protocol, and SOAP", lines_of(xml, "Upgrade: h2c", status="101 Switching Protocols"), 9303),
        ("status 999", lines_of(xml, status="999 x"), 9303),
        ("status 99", lines_of(xml, status="099 x"), 9303),
        ("a length below nothing", lines_of(xml, n_bytes=-5), 9303),
        ("a chunk beyond all", head(None, fields=["Transfer-Encoding: chunked"]) + b"f" * 18 + b"\r\n", 9303),
        ("a line that goes on", lines_of(xml + ";", " charset=utf-8"), 9303),
        ("a first line that goes on", lines_of(" x: y", xml), 9303),
        ("trailers", head(None, fields=["Transfer-Encoding: chunked"]) + chunked(compose(b"Body><GetBookings"))[:-2] + b"Set-Cookie: a=b\r\n\r\n", None),
    ]
    wrong = []
    for name, data, fault in rows:
        crooked.play(whole(data))
        reply = here.call(read())
        fields = set(reply.headers) - {"Date", "Connection", "Content-Type", "Content-Length", "Transfer-Encoding"}
        testlib.note(f"{name}: {reply.status} {reply.fault} {last_line()['outcome']}")
        if reply.fault != fault or fields:
            wrong.append(f"{name}: {reply.status} {reply.fault} {fields}")
    testlib.equal(wrong, [], "rows")


def mutate(generator, data):
    """DATA with some of its bytes changed, most of them of the head."""
    data = bytearray(data)
    for _ in range(generator.randrange(1, 4)):
        at = generator.randrange(min(len(data), 160) if generator.random() < 0.8 else len(data))
        piece = generator.choice([b"\r\n", b"\r\n\r\n", b"\0", b":", b" ", b"0", b"9", b"\xff", b"HTTP/1.1 101 x\r\n\r\n", b"<", data[at : at + 20]])
        length = generator.choice([0, 0, 1, 5, 30])
        data[at : at + length] = piece
        if len(data) == 0 or generator.random() < 0.1:
            return bytes(data[:at])
    return bytes(data)


def test_any_bytes():
    """Answers to changes with bytes of anybody's choice: each change is sent once, each caller gets what is an answer or a fault, and the gateway lives."""
    # An answer that does not end costs all of the Planner's time.
    with hurried(SLOWER_MS):
        say_any_bytes()


def say_any_bytes():
    """All answers, in the time that the Planner has."""
    here, crooked = world()
    generator = testlib.generator()
    good = compose(b"Body><RegisterBooking")
    answers = [head(None, fields=["Transfer-Encoding: chunked"]) + chunked(good), head(len(good), fields=["Retry-After: 3"]) + good]
    state = {}

    def script(line):
        while line.read():
            line.send(state["data"])
            if state["ends"]:
                line.bid_farewell()
                return

    crooked.play(script)
    kinds = {}
    for number in range(testlib.budget("track-crooked")):
        answer = generator.choice(answers)
        # Hardly any other is one, and some runs would have none.
        state["data"] = answer if number % 20 == 0 else mutate(generator, answer)
        state["ends"] = generator.random() < 0.9
        before = crooked.count("RegisterBooking")
        try:
            reply = here.call(register(), url=here.track.plain_url)
            kind = reply.fault
            testlib.equal(b"Envelope>" in reply.body, True, f"{state}: {reply.body}")
        except (http.client.HTTPException, ConnectionError, socket.timeout) as error:
            kind = type(error).__name__
        kinds[kind] = kinds.get(kind, 0) + 1
        came = crooked.count("RegisterBooking") - before
        # None, when the connection on which it went out had been left meanwhile: that is for a machine that stood still.
        testlib.equal(came == 1 or (came == 0 and kind == 4769), True, f"{state}: {kind} {last_line()}: {came} times that the change came")
        testlib.equal(here.track.process.poll(), None, f"{state}: the gateway")
    testlib.note(f"{kinds}")
    testlib.equal(None in kinds and 9303 in kinds, True, f"answers and faults: {kinds}")
    crooked.play(honest)
    testlib.equal(here.call(read()).status, 200, "well again")


def memory_bytes():
    """Resident memory of the gateway."""
    text = pathlib.Path(f"/proc/{world()[0].track.process.pid}/statm").read_text(encoding="ascii")
    return int(text.split()[1]) * 4096


def long_answer(n_bytes):
    """A valid answer of about N_BYTES."""
    row = f"<Booking><BookingIdentifier>{uuid.uuid4()}</BookingIdentifier><Title>{'x' * 4000}</Title></Booking>"
    many = row * (n_bytes // len(row))
    return envelope(f'<GetBookingsResponse xmlns="{NAMESPACE}"><BookingCollection>{many}</BookingCollection></GetBookingsResponse>').encode()


class Reader(threading.Thread):
    """A caller that fetches its answer with a rest between the pieces, through a small window; PIECE 0: never."""

    def __init__(self, piece, rest_s):
        super().__init__(daemon=True)
        self.piece, self.rest_s, self.body, self.took_s = piece, rest_s, b"", 0.0
        self.stopping = threading.Event()

    def run(self):
        parts = urllib.parse.urlsplit(world()[0].track.plain_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        connection.sock = socket.socket()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sock.settimeout(60)
        connection.sock.connect((parts.hostname, parts.port))
        started = time.monotonic()
        connection.request("POST", parts.path, read(), {"Content-Type": "text/xml; charset=utf-8"})
        if self.piece == 0:
            self.stopping.wait(60)
            return
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = connection.getresponse()
            while piece := answer.read(self.piece):
                self.body += piece
                self.stopping.wait(self.rest_s)
        self.took_s = time.monotonic() - started


def test_slow_readers_hold_up_their_planner_alone():
    """A caller slower than the Planner's time-out gets every byte; it costs little memory, and the Planner is not blamed for it."""
    here, crooked = world()
    answer = long_answer(12 * MEGABYTE)
    crooked.play(whole(head(len(answer)) + answer, ends=False))
    testlib.equal(here.call(read(), url=here.track.plain_url).body == answer, True, "a quick one")
    before = memory_bytes()
    readers = [Reader(MEGABYTE // 2, 0.16) for _ in range(4)]
    most = before
    with hurried(SLOWER_MS):
        for reader in readers:
            reader.start()
        while any(reader.is_alive() for reader in readers):
            most = max(most, memory_bytes())
            time.sleep(0.02)
    lines = here.track.logged(operation="GetBookings")[-4:]
    testlib.note(f"{len(readers)} slow readers of {len(answer)} bytes: {max(reader.took_s for reader in readers):.1f} s, {(most - before) // 1024} KiB more")
    testlib.equal([reader.body == answer for reader in readers], [True] * 4, f"bytes are the same: {[len(reader.body) for reader in readers]}")
    testlib.equal(max(reader.took_s for reader in readers) * 1000 > SLOWER_MS, True, "slower than the Planner may be")
    testlib.equal({line["outcome"] for line in lines}, {"ok"}, "outcomes")
    testlib.equal(all(int(line["planner_us"]) < SLOWER_MS * 1000 for line in lines), True, f"the Planner's time: {lines}")
    testlib.equal(here.track.keeps_freed or most - before < 16 * MEGABYTE, True, f"memory grew by {most - before} bytes for {4 * len(answer)}")


def test_deaf_readers():
    """A caller that fetches nothing is let go of after the time for replies; the Planner is not blamed."""
    here, crooked = world()
    answer = long_answer(12 * MEGABYTE)
    crooked.play(whole(head(len(answer)) + answer, ends=False))
    readers = [Reader(0, 0) for _ in range(3)]
    n_before = len(here.track.logged(operation="GetBookings"))
    for reader in readers:
        reader.start()
    testlib.wait_for(lambda: len(here.track.logged(operation="GetBookings")) == n_before + 3, 20, "they are let go of")
    testlib.equal({line["outcome"] for line in here.track.logged(operation="GetBookings")[-3:]}, {"gone"}, "outcomes")
    for reader in readers:
        reader.stopping.set()


def test_a_planner_that_stops_in_the_middle():
    """Also after a caller's rest, a Planner has its time-out and no more."""
    here, crooked = world()
    answer = long_answer(4 * MEGABYTE)

    def script(line):
        while line.read():
            line.send(head(len(answer)) + answer[: len(answer) - 1000])
            time.sleep(20)

    crooked.play(script)
    with hurried():
        reader = Reader(MEGABYTE // 4, 0.15)
        reader.start()
        reader.join(60)
    testlib.equal((reader.is_alive(), len(reader.body) < len(answer)), (False, True), "it ends, and not as a whole")
    testlib.equal(last_line()["outcome"] in ("timeout", "cut"), True, f"told: {last_line()}")
    crooked.play(honest)


def test_a_hundred_megabytes():
    """Announced or not: no more than the limit is read, nothing that looks whole is passed on, and memory stays."""
    here, crooked = world()
    answer = long_answer(MEGABYTE)
    start = answer[: answer.rindex(b"</BookingCollection>")]
    row = start[start.index(b"<Booking>") :]

    def endless(line):
        while line.read():
            line.send(head(None, fields=["Transfer-Encoding: chunked"]))
            with contextlib.suppress(OSError):
                for part in [start] + [row] * 100:
                    line.send(b"%x\r\n%s\r\n" % (len(part), part))
            return

    before = memory_bytes()
    crooked.play(whole(head(100 * MEGABYTE) + answer))
    testlib.equal(here.call(read()).fault, 9303, "announced")
    testlib.equal(last_line()["outcome"], "too-large", "word")
    crooked.play(endless)
    try:
        here.call(read())
        raise AssertionError("it looked whole")
    except (http.client.IncompleteRead, ConnectionError, OSError):
        testlib.wait_for(lambda: last_line()["outcome"] == "too-large", 5, "the word of the endless one")
    testlib.note(f"memory: {(memory_bytes() - before) // 1024} KiB more")
    testlib.equal(memory_bytes() - before < 16 * MEGABYTE, True, "memory")
    crooked.play(honest)
    testlib.equal(here.call(read()).status, 200, "well again")


def test_leaving_in_the_middle():
    """The caller of a change leaves while its long answer comes: the rest is read, the end is told, memory stays."""
    here, crooked = world()
    answer = long_answer(8 * MEGABYTE).replace(b"GetBookingsResponse", b"UpdateBookingResponse")

    def script(line):
        while line.read():
            line.send(head(len(answer)))
            time.sleep(0.5)
            line.send(answer)

    crooked.play(script)
    before, n_before = memory_bytes(), len(here.track.logged(operation="UpdateBooking"))
    parts = urllib.parse.urlsplit(here.track.plain_url)
    body = request("UpdateBooking", JobCenterCode=UNIT)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("POST", parts.path, body, {"Content-Type": "text/xml; charset=utf-8"})
    time.sleep(0.2)
    connection.close()
    most = before
    deadline = time.monotonic() + 20
    while len(here.track.logged(operation="UpdateBooking")) == n_before and time.monotonic() < deadline:
        most = max(most, memory_bytes())
        time.sleep(0.01)
    told = here.track.logged(operation="UpdateBooking")[-1]
    testlib.equal((told["outcome"], told["status"]), ("ok", "0"), f"told: {told}")
    testlib.equal(here.track.keeps_freed or most - before < 4 * MEGABYTE, True, f"memory grew by {most - before} bytes")


def test_last_stop():
    """A clean end, and no number in the log."""
    here, _ = world()
    testlib.equal(re.search(r"\b\d{6}[5-8]\d{3}\b", re.sub(r"\w+_us=\d+|pid=\d+", "", here.track.log_text())), None, "a number in the log")
    here.__exit__(None, None, None)


if __name__ == "__main__":
    testlib.run(globals())
