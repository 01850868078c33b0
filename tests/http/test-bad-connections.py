# SPDX-License-Identifier: EUPL-1.2
# Connections that go wrong on plannerd: half-closed, cut at every byte, mislabelled lengths, odd methods, garbage on both ports.
"""What any listener must survive is in torture; here it is done to calls that change something. A client who books runs beside all of it."""

import contextlib
import os
import re
import socket
import ssl
import struct
import time

import hostile_xml
import testlib
import torture
from bad_world import XML_TYPE, Booker, Client, World, cancel_body, create_body, times_body, wrap
from planner_process import PATH

REQUEST_TIMEOUT_S = 2.0

_world = None
_booker = None


def world():
    """The plannerd of this file, with a well-behaved client on it."""
    global _world, _booker  # pylint: disable=global-statement
    if _world is None:
        _world = World({"limits/request-timeout-ms": int(REQUEST_TIMEOUT_S * 1000), "limits/idle-timeout-ms": 1000}).start()
        _booker = Booker(_world, 1000)
        _booker.start()
    return _world


def target():
    """The same, as torture's checks see it."""
    return torture.Target(port=world().plain_port, pid=world().process.pid, path=PATH + "?xsd", post_path=PATH)


def head(n_bytes, *fields, method="POST", path=PATH, version="1.1"):
    """The head of a request."""
    lines = [f"{method} {path} HTTP/{version}", "Host: h", f"Content-Type: {XML_TYPE}"]
    lines += [f"Content-Length: {n_bytes}"] if n_bytes is not None else []
    return ("\r\n".join([*lines, *fields]) + "\r\n\r\n").encode()


def request(body, *fields, **options):
    """A whole request."""
    return head(len(body), *fields, **options) + body


def connect(port=None, timeout_s=20):
    """A connected socket to the plain face, or to PORT."""
    return socket.create_connection(("127.0.0.1", port or world().plain_port), timeout=timeout_s)


def connect_tls():
    """A connection with a client's certificate."""
    context = world().certificates.context("dfdg")
    return context.wrap_socket(connect(world().tls_port), server_hostname="127.0.0.1")


def exchange(data, port=None, is_half_closed=False):
    """Sends DATA; what came until the server closed, and whether it closed in time."""
    with connect(port) as client:
        with contextlib.suppress(OSError):
            client.sendall(data)
            if is_half_closed:
                client.shutdown(socket.SHUT_WR)
        return torture.receive_all(client)


def starts():
    """Starts that are offered, the last first: the well-behaved client takes from the front."""
    with Client(world()) as client:
        found = re.findall("<StartTime>([^<]*)<", client.post(wrap(times_body(900))).text)
    return list(reversed(found))


def booked(number):
    """How many open bookings the citizen NUMBER has."""
    return world().count(
        "SELECT count(*) FROM booking JOIN citizen USING (citizen_id) WHERE cpr = ? AND state = 'booked'",
        testlib.cpr(number),
    )


# Half-closed ------------------------------------------------------------------------------------------


def test_half_closed_is_answered():
    """A client that says that it will send no more still gets its answer, whichever thread makes it."""
    start = starts()[0]
    rows = [("inline", times_body(100)), ("writer", create_body(100, start)), ("refused", "<x/>")]
    for name, body in rows:
        received, closed = exchange(request(wrap(body)), is_half_closed=True)
        testlib.equal(torture.status_of(received), 500 if name == "refused" else 200, f"{name}: {received[:300]!r}")
        testlib.equal((received.count(b"HTTP/1.1 "), closed), (1, True), name)
    testlib.equal(booked(100), 1, "bookings made by a half-closed call")
    received, _ = exchange(request(wrap(times_body(100))) * 3, is_half_closed=True)
    testlib.equal(received.count(b"HTTP/1.1 200"), 3, "answers to three calls in one piece, half-closed")


def test_half_closed_tls_is_answered():
    """The same with TLS' own farewell: close_notify before the answer."""
    with connect_tls() as client:
        client.sendall(request(wrap(times_body(101))))
        # Sends close_notify, and does not wait for the other side's.
        client.settimeout(0.0)
        with contextlib.suppress(OSError):
            client.unwrap()
        plain = socket.socket(fileno=os.dup(client.fileno()))
    with plain:
        received, closed = torture.receive_all(plain)
    # What came is encrypted: a record of application data is an answer, a farewell alone is none.
    testlib.equal((len(received) > 200, closed), (True, True), f"{len(received)} bytes after close_notify")


# Lengths and pieces -----------------------------------------------------------------------------------

SMALL = wrap(times_body(102))
# Name: (bytes, half-closed behind them, the statuses in their order). 0: closed without a word.
SHAPES = {
    "continue": (lambda: head(len(SMALL), "Expect: 100-continue", "Connection: close") + SMALL, False, [100, 200]),
    "1.0": (lambda: request(SMALL, version="1.0"), False, [200]),
    "absolute target": (lambda: request(SMALL, path="http://h" + PATH), False, [400]),
    "length too short": (lambda: head(len(SMALL) - 20) + SMALL, False, [500]),
    "length too long": (lambda: head(len(SMALL) + 20) + SMALL, False, [0]),
    "length too long, half-closed": (lambda: head(len(SMALL) + 20) + SMALL, True, [0]),
    "length of nothing": (lambda: head(0, "Connection: close"), False, [500]),
    "no length": (lambda: head(None, "Connection: close"), False, [500]),
    "huge length": (lambda: head(10**18), False, [413]),
    "length beyond 64 bits": (lambda: head("9" * 30), False, [413, 413]),
    "chunks": (lambda: head(None, "Transfer-Encoding: chunked") + b"%x\r\n" % len(SMALL) + SMALL + b"\r\n0\r\n\r\n", False, [200]),
    "chunks of one byte": (
        lambda: head(None, "Transfer-Encoding: chunked") + b"".join(b"1\r\n%c\r\n" % c for c in SMALL) + b"0\r\n\r\n", False, [200]),
    "chunks never ended": (lambda: head(None, "Transfer-Encoding: chunked") + b"5\r\n<s:En\r\n", False, [0]),
    "an address in the target": (lambda: request(SMALL, path=PATH + "/../../etc/passwd"), False, [404]),
    "an escaped path": (lambda: request(SMALL, "Connection: close", path=PATH.replace("/v3", "%2Fv3")), False, [404]),
    "a fragment": (lambda: request(SMALL, path=PATH + "#a"), False, [400]),
    "upgrade to h2c": (lambda: request(SMALL, "Connection: Upgrade, HTTP2-Settings, close", "Upgrade: h2c", "HTTP2-Settings: AAAA"), False, [200]),
    "HTTP/2's preface": (lambda: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", False, [505]),
    "a TLS hello": (lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n", False, [0]),
    "SSH": (lambda: b"SSH-2.0-OpenSSH_9.2\r\n\r\n", False, [0]),
    "a proxy's line": (lambda: b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + request(SMALL), False, [400]),
    "blanks": (lambda: b" " * 5000, True, [0]),
    "zeros": (lambda: bytes(5000), True, [0]),
}
for _method in ("TRACE", "CONNECT", "OPTIONS", "DELETE", "PATCH", "PROPFIND", "get", "POST2", "A" * 1000):
    SHAPES[f"method {_method[:10]}"] = (lambda method=_method: request(SMALL, method=method), False, [405])


def shape(data, is_half_closed):
    """The statuses of what is answered to DATA, whether the connection ended, and all that came."""
    received, closed = exchange(data, is_half_closed=is_half_closed)
    return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d\d\d)", received, re.M)] or [0], closed, received


def test_shapes():
    """Each gets its statuses, in order, and the connection ends; nothing is booked and nothing is left open."""
    wrong = []
    with torture.flat(target(), n_descriptors=8, n_bytes=16 * torture.MEGABYTE):
        for name, (make, is_half_closed, expected) in SHAPES.items():
            statuses, closed, received = shape(make(), is_half_closed)
            if statuses != expected:
                # On a machine that stood still for that long, the time for a request was over before it came.
                statuses, closed, received = shape(make(), is_half_closed)
            if (statuses, closed) != (expected, True):
                wrong.append(f"{name}: {statuses}, closed: {closed}; {received[:200]!r}")
    testlib.equal(wrong, [], "wrong answers")


def test_calls_in_one_piece():
    """Ten bookings and their cancellations in one piece: each is answered in its turn, and stands."""
    free = starts()[:10]
    numbers = range(200, 210)
    received, _ = exchange(b"".join(request(wrap(create_body(n, start))) for n, start in zip(numbers, free)), is_half_closed=True)
    booking = re.findall(rb"<BookingIdentifier>([^<]*)<", received)
    testlib.equal(received.count(b"HTTP/1.1 200"), 10, f"answers: {received[:300]!r}")
    testlib.equal([booked(n) for n in numbers], [1] * 10, "bookings")
    calls = [request(wrap(cancel_body(n, name.decode()))) for n, name in zip(numbers, booking)]
    received, _ = exchange(b"".join(calls), is_half_closed=True)
    testlib.equal(received.count(b"HTTP/1.1 200"), 10, f"answers: {received[:300]!r}")
    testlib.equal([booked(n) for n in numbers], [0] * 10, "bookings after their cancellation")


def test_leaving_at_every_point():
    """A booking cut anywhere before its last byte is none; one that was sent whole is one, or none, and the repeat tells the same."""
    data = request(wrap(create_body(300, starts()[0])))
    endings = (socket.socket.close, torture.close_hard)
    with torture.flat(target(), n_descriptors=8, n_bytes=16 * torture.MEGABYTE):
        for at in range(0, len(data), 3):
            client = connect()
            client.sendall(data[:at])
            endings[at % 2](client)
        testlib.wait_for(lambda: world().health() == 200, 10, "readiness")
    testlib.equal(booked(300), 0, "bookings of calls that were cut")
    free = starts()
    for n, start in enumerate(free[:40]):
        client = connect()
        client.sendall(request(wrap(create_body(310 + n, start))))
        endings[n % 2](client)
    time.sleep(0.5)
    with Client(world()) as client:
        for n, start in enumerate(free[:40]):
            testlib.equal(client.post(wrap(create_body(310 + n, start))).status, 200, f"repeat {n}")
    testlib.equal([booked(310 + n) for n in range(40)], [1] * 40, "bookings after the repeats")


# TLS --------------------------------------------------------------------------------------------------


def hello():
    """The first bytes of a good handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = world().certificates.context("dfdg").wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


TLS_GARBAGE = {
    "plain HTTP": lambda: request(SMALL),
    "zeros": lambda: bytes(1000),
    "text": lambda: b"hello\r\n" * 100,
    "SSH": lambda: b"SSH-2.0-OpenSSH_9.2\r\n",
    "record of 65,535 bytes": lambda: b"\x16\x03\x01\xff\xff" + bytes(65535),
    "alert": lambda: b"\x15\x03\x03\x00\x02\x02\x28",
    "application data": lambda: b"\x17\x03\x03\x00\x10" + bytes(16),
    "heartbeat": lambda: b"\x18\x03\x02\x00\x03\x01\x40\x00",
    "SSL 2 hello": lambda: b"\x80\x2e\x01\x00\x02" + bytes(40),
    "hello, half": lambda: hello()[:100],
    "hello with a wrong length": lambda: hello()[:6] + b"\xff\xff\xff" + hello()[9:],
    "hello, then HTTP": lambda: hello() + request(SMALL),
    "hello twice": lambda: hello() * 2,
    "hello of random extensions": lambda: hello()[:120] + bytes(range(100)) * 3,
}


def test_tls_garbage():
    """None is served, all are closed, none costs memory or descriptors; half a handshake ends with the time for a request."""
    with torture.flat(target(), n_descriptors=8, n_bytes=16 * torture.MEGABYTE):
        for name, make in TLS_GARBAGE.items():
            received, closed = exchange(make(), world().tls_port)
            if b"HTTP/1.1" in received or not closed:
                raise AssertionError(f"{name}: {received[:100]!r}, closed: {closed}")


def test_tls_departures():
    """Clients that leave within the handshake, behind it, and in the middle of a call."""
    data = request(wrap(create_body(400, starts()[0])))
    with torture.flat(target(), n_descriptors=8, n_bytes=24 * torture.MEGABYTE):
        for i in range(60):
            if i % 3 == 0:
                client = connect(world().tls_port)
                client.sendall(hello()[: 5 * i])
            else:
                client = connect_tls()
                client.sendall(data[: i * len(data) // 61 if i % 3 == 1 else 0])
            if i % 2 == 0:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        time.sleep(REQUEST_TIMEOUT_S)
    testlib.equal(booked(400), 0, "bookings of calls that were cut")


def test_old_tls_is_refused():
    """Nothing older than 1.2."""
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        context = world().certificates.context("dfdg")
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        with connect(world().tls_port) as client:
            try:
                context.wrap_socket(client, server_hostname="127.0.0.1")
            except OSError:
                continue
            raise AssertionError(f"{version.name} was taken")


# The end ----------------------------------------------------------------------------------------------


def test_nobody_was_harmed():
    """What the well-behaved client was told stands, the journal is whole, and the server serves and stops."""
    world()
    _booker.judge()
    with Client(world(), "dfdg") as client:
        testlib.equal(client.post(hostile_xml.GOOD).code(), hostile_xml.OK, "an ordinary call")
    testlib.equal("sound" in world().control("--json", "verify"), True, "verify")
    testlib.note(f"{world().worst_bytes // 1024} KiB at worst")
    testlib.equal(world().stop(), 0, "exit status")


testlib.run(globals())
