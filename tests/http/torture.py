#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# What a listener must survive, done to any server by host, port and pid: smuggling, crowds, floods, silence, departures.
"""torture.py --port PORT --pid PID [--host HOST] [--path /health/live] [--post-path PATH] [--later PATH?MS]
              [--large PATH] [--body-limit BYTES] [--request-timeout S] [--reply-timeout S] [--connections N] [CHECK...]

Each check_* function is one; without CHECK all that the given paths allow are run. What only a server of ours offers (a
path that replies late, one with a very large reply) is skipped when not given. Exit status 1 when a check failed.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import resource
import select
import socket
import struct
import sys
import time

MEGABYTE = 1024 * 1024
# A busy machine stands still for seconds: nobody gives up sooner. What a server must do in time is told by its own clock, not by ours.
PATIENCE_S = 60


class Skip(Exception):
    """A check that this server gives no handle for."""


@dataclasses.dataclass
class Target:
    """The server under torture and what is known of its settings."""

    port: int
    pid: int
    host: str = "127.0.0.1"
    path: str = "/"
    post_path: str = "/"
    later: str = None
    large: str = None
    body_limit: int = MEGABYTE
    request_timeout_s: float = 20.0
    reply_timeout_s: float = 30.0
    connections: int = 10000

    def connect(self, timeout_s=PATIENCE_S):
        """A connected socket."""
        return socket.create_connection((self.host, self.port), timeout=timeout_s)

    def head(self, method="GET", path=None, fields=()):
        """The bytes of a request's head."""
        lines = [f"{method} {path or self.path} HTTP/1.1", f"Host: {self.host}:{self.port}", *fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def process_file(self, name):
        """A file of the process in /proc."""
        return pathlib.Path("/proc") / str(self.pid) / name

    def descriptors(self):
        """How many descriptors the process has open."""
        return len(os.listdir(self.process_file("fd")))

    def resident_bytes(self):
        """How much memory the process has in use."""
        return int(self.process_file("statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()

    def cpu_s(self):
        """How much processor time the process has used."""
        fields = self.process_file("stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_sanitized(self):
        """Whether an address sanitizer keeps freed memory back: gcc's is a library, clang's is in the program."""
        return b"__asan_init" in self.process_file("exe").read_bytes()


# A client ---------------------------------------------------------------------------------------------


def receive_all(client, limit_s=PATIENCE_S):
    """What comes until the server closes, and whether it did within LIMIT_S seconds."""
    deadline = time.monotonic() + limit_s
    received = b""
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return received, False
        client.settimeout(left_s)
        try:
            data = client.recv(65536)
        except socket.timeout:
            return received, False
        except OSError:
            return received, True
        if not data:
            return received, True
        received += data


def receive_reply(client, limit_s=PATIENCE_S):
    """One reply with a Content-Length: its status, its body."""
    client.settimeout(limit_s)
    received = b""
    while b"\r\n\r\n" not in received:
        data = client.recv(65536)
        if not data:
            raise AssertionError(f"closed in the middle of a reply: {received[:200]!r}")
        received += data
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        data = client.recv(65536)
        if not data:
            raise AssertionError("closed in the middle of a body")
        body += data
    return int(head.split()[1]), body


def status_of(received):
    """The status of the first reply in RECEIVED, 0 without one."""
    return int(received.split()[1]) if received.startswith(b"HTTP/1.") else 0


def close_hard(client):
    """Closes so that the other side gets a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def assert_serves(target, limit_s=PATIENCE_S):
    """An ordinary request on a new connection is answered."""
    with target.connect(limit_s) as client:
        client.sendall(target.head())
        status, _ = receive_reply(client, limit_s)
    if status != 200:
        raise AssertionError(f"{target.path} answers {status}")


def serves(target):
    """Whether an ordinary request on a new connection is answered."""
    with contextlib.suppress(OSError, AssertionError):
        assert_serves(target)
        return True
    return False


def wait_until(check, what):
    """Waits until CHECK says yes; fails after PATIENCE_S with WHAT, called when it can be."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.05)


@contextlib.contextmanager
def flat(target, n_descriptors=4, n_bytes=4 * MEGABYTE):
    """Within, the process may breathe; afterwards it holds no more than so much more than before."""
    assert_serves(target)
    descriptors, memory = target.descriptors(), target.resident_bytes()
    yield
    wait_until(
        lambda: target.descriptors() <= descriptors + n_descriptors,
        lambda: f"descriptors {descriptors} before, {target.descriptors()} after",
    )
    assert_serves(target)
    grown = target.resident_bytes() - memory
    if grown > n_bytes and not target.is_sanitized():
        raise AssertionError(f"memory grew by {grown // 1024} KiB")


# Shapes -----------------------------------------------------------------------------------------------

NEXT = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"

# What two readers could read differently: one refusal, no second reply, and the end of the connection.
SHAPES = {
    "length and chunked": "POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and length": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": "POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "two equal lengths": "POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "length list": "POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nhello",
    "length with sign": "POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello",
    "negative length": "POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nhello",
    "length hidden by NUL": "POST {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\x005\r\n\r\nhello",
    "other coding": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coding twice": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
    "coding like chunked": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "coding, control byte": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "coding, blank before colon": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "coding on a folded line": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "coding after bare CR": "POST {p} HTTP/1.1\r\nHost: h\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding after bare LF": "POST {p} HTTP/1.1\r\nHost: h\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked in 1.0": "POST {p} HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk size with blanks": "POST {p} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5 5\r\nhello\r\n0\r\n\r\n",
    "two hosts": "GET {p} HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
    "no host": "GET {p} HTTP/1.1\r\nX: y\r\n\r\n",
    "host with path": "GET {p} HTTP/1.1\r\nHost: h/i\r\n\r\n",
    "bare LF": "GET {p} HTTP/1.1\nHost: h\n\n",
    "NUL in a value": "GET {p} HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n",
    "folded field": "GET {p} HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
    "two blanks": "GET  {p} HTTP/1.1\r\nHost: h\r\n\r\n",
    "absolute target": "GET http://h{p} HTTP/1.1\r\nHost: h\r\n\r\n",
    "body on GET": "GET {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
    "other version": "GET {p} HTTP/1.2\r\nHost: h\r\n\r\n",
    "other method": "PUT {p} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
    "other expectation": "POST {p} HTTP/1.1\r\nHost: h\r\nExpect: wonders\r\nContent-Length: 5\r\n\r\nhello",
}


def check_smuggling(target):
    """Every shape of SHAPES is refused once and the connection closed."""
    for name, shape in SHAPES.items():
        with target.connect() as client:
            path = target.post_path if shape.startswith("POST") else target.path
            client.sendall((shape.replace("{p}", path) + NEXT).encode("latin-1"))
            received, closed = receive_all(client)
        if status_of(received) not in (400, 405, 413, 417, 501, 505) or not closed:
            raise AssertionError(f"{name}: {received[:300]!r}, closed: {closed}")
        if b"404" in received or b"HTTP/1.1 200" in received:
            raise AssertionError(f"{name}: the request behind it was read: {received!r}")


def check_pipelining(target):
    """Forty requests in one piece are answered in order; after a chunked one the connection ends."""
    with target.connect() as client:
        client.sendall(target.head() * 39 + target.head(fields=["Connection: close"]))
        received, closed = receive_all(client)
    if received.count(b"HTTP/1.1 200") != 40 or not closed:
        raise AssertionError(f"{received.count(b'HTTP/1.1 200')} of 40 replies, closed: {closed}")
    with target.connect() as client:
        client.sendall(target.head("POST", target.post_path, ["Transfer-Encoding: chunked"]) + b"1\r\nx\r\n0\r\n\r\n" + NEXT.encode())
        received, closed = receive_all(client)
    if received.count(b"HTTP/1.1 ") != 1 or not closed:
        raise AssertionError(f"after a chunked request: {received[:300]!r}, closed: {closed}")


# Crowds -----------------------------------------------------------------------------------------------


def open_and_close(target, n_rounds):
    """Connections that end in every way: after a reply, silent, in the middle of a request, with a reset."""
    endings = (
        lambda client: (client.sendall(target.head()), receive_reply(client), client.close()),
        lambda client: client.close(),
        lambda client: (client.sendall(target.head()[:20]), client.close()),
        lambda client: (client.sendall(target.head()), close_hard(client)),
        lambda client: (client.sendall(target.head("POST", target.post_path, ["Content-Length: 9"]) + b"half"), close_hard(client)),
    )
    for i in range(n_rounds):
        with contextlib.suppress(ConnectionError):
            endings[i % len(endings)](target.connect())


def check_connections(target, n_tries=3):
    """Very many connections opened and closed leave descriptors and memory flat: another round costs nothing more.

    A busy machine lets a round pile up and the process breathe; what leaks does so in every round.
    """
    open_and_close(target, target.connections)
    for n_left in reversed(range(n_tries)):
        try:
            with flat(target):
                open_and_close(target, target.connections)
            return
        except AssertionError:
            if n_left == 0:
                raise


def check_resting_crowd(target):
    """A thousand resting connections do not slow an active one down, and leave nothing behind."""
    with flat(target, n_bytes=64 * MEGABYTE), contextlib.ExitStack() as stack:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for _ in range(min(1000, soft - 100 if hard == soft else 1000)):
            client = stack.enter_context(target.connect())
            client.sendall(target.head())
            receive_reply(client)
        begin = time.monotonic()
        with target.connect() as client:
            for _ in range(200):
                client.sendall(target.head())
                receive_reply(client)
        if time.monotonic() - begin > PATIENCE_S:
            raise AssertionError(f"200 requests took {time.monotonic() - begin:.1f} s beside a resting crowd")


def half_requests(target, n_clients, stack):
    """Connections that have begun a request and go no further."""
    clients = [stack.enter_context(target.connect()) for _ in range(n_clients)]
    for client in clients:
        with contextlib.suppress(OSError):
            client.sendall(target.head()[:-2])
    return clients


def check_no_descriptors(target):
    """Out of descriptors, the server tells newcomers, does not spin, and serves again when some come free."""
    assert_serves(target)
    before = resource.prlimit(target.pid, resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir(target.process_file("fd")))
    try:
        resource.prlimit(target.pid, resource.RLIMIT_NOFILE, (highest + 6, before[1]))
        with contextlib.ExitStack() as stack:
            clients = half_requests(target, 30, stack)
            cpu_s, begin = target.cpu_s(), time.monotonic()
            time.sleep(min(0.5, target.request_timeout_s / 2))
            share = (target.cpu_s() - cpu_s) / (time.monotonic() - begin)
            told = select.select(clients, [], [], PATIENCE_S)[0]
        if not told or any(receive_all(client, 0)[0] for client in told):
            raise AssertionError("nobody was told that there is no room")
        if share > 0.5:
            raise AssertionError(f"spins: {share:.0%} of a processor")
        wait_until(lambda: serves(target), "does not serve after its clients have left")
    finally:
        resource.prlimit(target.pid, resource.RLIMIT_NOFILE, before)
    assert_serves(target)


# Floods -----------------------------------------------------------------------------------------------


def flood(target, head, piece, n_bytes):
    """Sends HEAD and N_BYTES in pieces as long as the server takes them; what it said."""
    with target.connect() as client:
        client.settimeout(PATIENCE_S)
        with contextlib.suppress(OSError):
            client.sendall(head)
            for _ in range(n_bytes // len(piece)):
                client.sendall(piece)
                if select.select([client], [], [], 0)[0]:
                    break
        return receive_all(client)


def check_large_body(target):
    """300 MB, announced and in chunks, get 413 in flat memory."""
    data = bytes(MEGABYTE)
    chunk = b"%x\r\n" % len(data) + data + b"\r\n"
    announced = target.head("POST", target.post_path, [f"Content-Length: {300 * MEGABYTE}"])
    chunked = target.head("POST", target.post_path, ["Transfer-Encoding: chunked"])
    for name, head, piece in (("announced", announced, data), ("chunked", chunked, chunk)):
        with flat(target):
            received, closed = flood(target, head, piece, 300 * MEGABYTE)
            if status_of(received) != 413 or not closed:
                raise AssertionError(f"{name}: {received[:200]!r}, closed: {closed}")


def check_written_whole(target):
    """A client that writes all of 8 MB before it reads, announced or in chunks, still reads 413."""
    data = bytes(8 * MEGABYTE)
    announced = target.head("POST", target.post_path, [f"Content-Length: {len(data)}"])
    chunked = target.head("POST", target.post_path, ["Transfer-Encoding: chunked"])
    chunks = b"100000\r\n" + data[: 1 << 20] + b"\r\n"
    for name, text in (("announced", announced + data), ("chunked", chunked + 8 * chunks + b"0\r\n\r\n")):
        with target.connect() as client:
            client.settimeout(30)
            try:
                client.sendall(text)
                received, _ = receive_all(client)
            except ConnectionError as error:
                raise AssertionError(f"{name}: {error}") from error
        if status_of(received) != 413:
            raise AssertionError(f"{name}: {received[:200]!r}")


def check_deaf_flood(target):
    """A client that sends for ever and never looks is cut, in flat memory."""
    with flat(target):
        begin = time.monotonic()
        with target.connect() as client:
            client.settimeout(PATIENCE_S)
            n_sent = 0
            with contextlib.suppress(ConnectionError):
                client.sendall(target.head("POST", target.post_path, ["Transfer-Encoding: chunked"]))
                while n_sent < 300 * MEGABYTE:
                    client.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
                    n_sent += 65536
        if n_sent >= 300 * MEGABYTE or time.monotonic() - begin > PATIENCE_S:
            raise AssertionError(f"took {n_sent} bytes in {time.monotonic() - begin:.1f} s")


def check_long_heads(target):
    """Heads, targets and fields above the limit are refused."""
    cases = {
        "target": (target.head(path="/" + "a" * 100000), (414, 431)),
        "field": (target.head(fields=["X: " + "a" * 100000]), (431,)),
        "fields": (target.head(fields=[f"X-{i}: a" for i in range(1000)]), (431,)),
    }
    for name, (head, statuses) in cases.items():
        with target.connect() as client:
            with contextlib.suppress(OSError):
                client.sendall(head)
            received, closed = receive_all(client)
        if status_of(received) not in statuses + (0,) or not closed:
            raise AssertionError(f"{name}: {received[:200]!r}, closed: {closed}")


# Silence ----------------------------------------------------------------------------------------------


def check_silence(target):
    """Silent clients and those that stop in the middle are cut by the request time-out."""
    post = target.head("POST", target.post_path, ["Content-Length: 100"])
    chunked = target.head("POST", target.post_path, ["Transfer-Encoding: chunked"])
    beginnings = [b"", b"G", target.head()[:-2], post, post + b"half", chunked, chunked + b"5\r\nhe", chunked + b"0\r\n"]
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(target.connect()) for _ in beginnings]
        for client, data in zip(clients, beginnings):
            client.sendall(data)
        deadline = time.monotonic() + 2 * target.request_timeout_s + PATIENCE_S
        for client, data in zip(clients, beginnings):
            _, closed = receive_all(client, max(0.1, deadline - time.monotonic()))
            if not closed:
                raise AssertionError(f"still open after {data[-40:]!r}")


def check_dribbling(target):
    """A byte now and then, in the head and in the body, buys no time."""
    head = target.head("POST", target.post_path, ["Content-Length: 100000"])
    for name, whole in (("head", b""), ("body", head)):
        with target.connect() as client:
            client.sendall(whole)
            begin = time.monotonic()
            rest = iter(head * 1000)
            while not select.select([client], [], [], target.request_timeout_s / 20)[0]:
                if time.monotonic() - begin > 2 * target.request_timeout_s + PATIENCE_S:
                    raise AssertionError(f"{name}: dribbles on after {time.monotonic() - begin:.1f} s")
                with contextlib.suppress(OSError):
                    client.sendall(bytes([next(rest)]))
            if not receive_all(client)[1]:
                raise AssertionError(f"{name}: not closed")


def check_slow_readers(target):
    """Clients that do not read their large replies are cut, and what they left unread is given back."""
    if not target.large:
        raise Skip("no path with a large reply")
    with flat(target, n_bytes=16 * MEGABYTE), contextlib.ExitStack() as stack:
        clients = [stack.enter_context(target.connect()) for _ in range(5)]
        for client in clients:
            client.sendall(target.head(path=target.large))
        time.sleep(target.reply_timeout_s + 1)


# Departures -------------------------------------------------------------------------------------------


def check_departures(target):
    """Clients that leave while their request is being worked on: nothing breaks, nothing stays."""
    if not target.later:
        raise Skip("no path that replies late")
    with flat(target):
        for i in range(300):
            client = target.connect()
            client.sendall(target.head("POST", target.later, ["Content-Length: 5"]) + b"hello")
            if i % 3 == 0:
                client.close()
            elif i % 3 == 1:
                close_hard(client)
            else:
                client.sendall(target.head())
                client.close()


# Command ----------------------------------------------------------------------------------------------

# What waits for the server's own time-outs, and is quicker where they are short. To the others a machine that stands still must not look slow.
IMPATIENT = {"silence", "dribbling", "slow-readers", "deaf-flood", "large-body"}
CHECKS = {name[6:].replace("_", "-"): value for name, value in list(globals().items()) if name.startswith("check_")}


def read_arguments():
    """The target, and the names of the checks to run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, required=True)
    for name in ("host", "path", "post-path", "later", "large"):
        parser.add_argument("--" + name)
    for name in ("body-limit", "connections"):
        parser.add_argument("--" + name, type=int)
    parser.add_argument("--request-timeout", type=float, dest="request_timeout_s")
    parser.add_argument("--reply-timeout", type=float, dest="reply_timeout_s")
    parser.add_argument("checks", nargs="*", choices=[[], *CHECKS], metavar="CHECK")
    arguments = {key: value for key, value in vars(parser.parse_args()).items() if value is not None}
    checks = arguments.pop("checks")
    return Target(**arguments), checks or list(CHECKS)


def main():
    """Runs the checks and says how each went."""
    target, checks = read_arguments()
    failed = 0
    for name in checks:
        begin = time.monotonic()
        try:
            CHECKS[name](target)
            verdict = "ok"
        except Skip as reason:
            verdict = f"skipped: {reason}"
        except (AssertionError, OSError) as error:
            verdict = f"FAILED: {error}"
            failed = 1
        print(f"{name:20} {time.monotonic() - begin:6.1f} s  {verdict}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
