# SPDX-License-Identifier: EUPL-1.2
# A Planner that is written in bytes: each connection follows a script, so that it may answer early, twice, half or never.
"""What a test of the gateway's other side stands on.

    def script(line):                  # a connection of its own thread, after the TLS handshake
        while line.read():             # a whole request; its head and body are noted in crooked.requests
            line.answer(...)
"""

import contextlib
import re
import socket
import ssl
import struct
import threading

from track_world import NAMESPACE, PATH, SOAP, envelope

LINGER_NEVER = struct.pack("ii", 1, 0)


class Line:
    """One connection."""

    def __init__(self, crooked, sock, number):
        self.crooked, self.sock, self.number = crooked, sock, number
        self.buffer, self.n_requests, self.head, self.body = b"", 0, b"", b""

    def _fill(self):
        piece = self.sock.recv(65536)
        self.buffer += piece
        return bool(piece)

    def read_head(self):
        """The head of the next request; its body stays where it is."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._fill():
                return False
        self.head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.n_requests += 1
        return True

    def read_body(self):
        """The body that belongs to the head."""
        n_bytes = int(re.search(rb"(?i)content-length: (\d+)", self.head).group(1))
        while len(self.buffer) < n_bytes:
            if not self._fill():
                return False
        self.body, self.buffer = self.buffer[:n_bytes], self.buffer[n_bytes:]
        with self.crooked.lock:
            self.crooked.requests.append((self.number, self.head, self.body))
        return True

    def read(self):
        """A whole request; FALSE at the end."""
        return self.read_head() and self.read_body()

    def send(self, data):
        """Bytes as they are."""
        self.sock.sendall(data)

    def answer(self, body=None, status="200 OK", fields=()):
        """A whole answer; BODY None: what fits the operation."""
        body = compose(self.body) if body is None else body
        self.send(head(len(body), status, fields) + body)

    def bid_farewell(self):
        """An end with TLS's own word for it, without which an answer that lasts until the end is none."""
        self.sock.settimeout(2)
        with contextlib.suppress(OSError, ValueError):
            self.sock.unwrap()

    def linger(self):
        """Reads on and throws away, so that an answer before the end of the question is not lost with it."""
        while self._fill():
            self.buffer = b""

    def end(self):
        """An end without a word."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def reset(self):
        """An end that is none."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NEVER)
        self.sock.close()


def head(n_bytes, status="200 OK", fields=(), version="1.1"):
    """The head of an answer; N_BYTES None: no length."""
    lines = [f"HTTP/{version} {status}", "Content-Type: text/xml; charset=utf-8", *fields]
    lines += [f"Content-Length: {n_bytes}"] if n_bytes is not None else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def operation_of(body):
    """Name of the request's element."""
    found = re.search(rb"Body>\s*<(?:\w+:)?(\w+)", body)
    return found.group(1).decode() if found else "none"


def compose(body, booking="10000000-0000-4000-8000-00000000000a"):
    """An answer of the operation; it names BOOKING."""
    operation = operation_of(body)
    inner = "" if operation.startswith("Get") else f"<BookingDetails><BookingIdentifier>{booking}</BookingIdentifier></BookingDetails>"
    return envelope(f'<{operation}Response xmlns="{NAMESPACE}">{inner}</{operation}Response>', SOAP).encode()


class Crooked:
    """The Planner; its script may be changed at any time, for connections that begin then."""

    def __init__(self, certificates, script=None):
        self.script, self.lock = script, threading.Lock()
        self.requests, self.n_lines, self.lines = [], 0, set()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificates.server)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"https://127.0.0.1:{self.listening.getsockname()[1]}{PATH}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock = self.listening.accept()[0]
            except OSError:
                return
            self.n_lines += 1
            threading.Thread(target=self._serve, args=(sock, self.n_lines), daemon=True).start()

    def _serve(self, sock, number):
        sock.settimeout(60)
        with contextlib.suppress(OSError):
            line = Line(self, self.context.wrap_socket(sock, server_side=True), number)
            self.lines.add(line)
            try:
                self.script(line)
            finally:
                self.lines.discard(line)
                line.sock.close()

    def play(self, script):
        """Another SCRIPT, with no connection left of the one before."""
        self.script = script
        for line in list(self.lines):
            line.end()

    def count(self, operation):
        """How often it was asked for OPERATION."""
        with self.lock:
            return len([body for _, _, body in self.requests if operation_of(body) == operation])
