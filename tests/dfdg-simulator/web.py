# SPDX-License-Identifier: EUPL-1.2
# HTTP/1.1 on asyncio: a server that can break off anywhere, and a client that keeps its connections and can break off too.
"""The library's own servers hide the bytes; here every reply and request says how it is written (Manner)."""

import asyncio
import dataclasses
import ssl
import traceback
import urllib.parse

MAX_HEAD = 64 * 1024
MAX_BODY = 32 * 1024 * 1024
REASONS = {200: "OK", 201: "Created", 204: "No Content", 303: "See Other", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


class BadHttp(Exception):
    """What came is no HTTP."""


class Gone(Exception):
    """No whole answer came: refused, cut off, too late, or no TLS; its text says which."""


@dataclasses.dataclass
class Manner:
    """How bytes are written: after a pause, up to a share of them, in pieces with pauses."""

    delay_s: float = 0
    share: float = 1  # less than 1: so much of it, then the connection is closed
    piece: int = 0  # bytes at a time; 0: all at once
    pause_s: float = 0
    is_silent: bool = False  # nothing, closed
    is_deaf: bool = False  # a request whose answer is not waited for

    async def write(self, writer, data):
        """Writes DATA in this manner; whether all of it went out."""
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.is_silent:
            return False
        sent = data if self.share >= 1 else data[: int(len(data) * self.share)]
        step = self.piece or len(sent) or 1
        for at in range(0, len(sent), step):
            writer.write(sent[at : at + step])
            await writer.drain()
            if self.pause_s:
                await asyncio.sleep(self.pause_s)
        return self.share >= 1


@dataclasses.dataclass
class Request:
    """One request; header names in lower case; FINGERPRINT of the caller's certificate, or empty."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    fingerprint: str = ""


@dataclasses.dataclass
class Reply:
    """An answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict = dataclasses.field(default_factory=dict)
    manner: Manner = dataclasses.field(default_factory=Manner)

    def bytes(self):
        """Head and body as they go out."""
        head = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}"]
        if self.status != 204:
            head += [f"Content-Type: {self.content_type}", f"Content-Length: {len(self.body)}"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(head) + "\r\n\r\n").encode("utf-8") + (b"" if self.status == 204 else self.body)


async def _read_head(reader):
    """(first line, headers), or None when the other side has hung up between messages."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadHttp("the head is cut off") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadHttp("the head is too long") from error
    lines = head.decode("utf-8", "replace").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return lines[0], headers


async def _read_body(reader, headers, until_end=False):
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while True:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            parts.append(await reader.readexactly(size))
            await reader.readuntil(b"\r\n")
            if size == 0:
                return b"".join(parts)
    if "content-length" in headers:
        length = int(headers["content-length"])
        if length > MAX_BODY:
            raise BadHttp("the body is too long")
        return await reader.readexactly(length)
    return await reader.read(MAX_BODY) if until_end else b""


# Server ---------------------------------------------------------------------------------------------


class Server:
    """Serves HANDLER (async, Request → Reply) on 127.0.0.1:PORT, over TLS when a CONTEXT is given."""

    def __init__(self, handler, port, context=None):
        self.handler, self.port, self.context = handler, port, context
        self.server = None
        self.writers = set()

    async def start(self):
        """Listens; PORT is set when it was 0."""
        self.server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self.context, limit=MAX_HEAD, backlog=512
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        """Listens no more and hangs up."""
        self.server.close()
        self.hang_up()

    def hang_up(self):
        """Closes every connection: the next one shakes hands anew."""
        for writer in list(self.writers):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        self.writers.add(writer)
        try:
            while await self._serve_one(reader, writer):
                pass
        except (OSError, BadHttp, ValueError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.writers.discard(writer)
            writer.transport.abort()

    async def _serve_one(self, reader, writer):
        head = await _read_head(reader)
        if head is None:
            return False
        words = head[0].split(" ")
        if len(words) != 3:
            raise BadHttp("no request line")
        if head[1].get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _read_body(reader, head[1])
        parts = urllib.parse.urlsplit(words[1])
        query = {name: values[-1] for name, values in urllib.parse.parse_qs(parts.query).items()}
        request = Request(words[0], urllib.parse.unquote(parts.path), query, head[1], body, _fingerprint(writer))
        try:
            reply = await self.handler(request)
        except Exception:  # pylint: disable=broad-except
            # A mistake of ours: told as such, and the tests look for it in the log.
            traceback.print_exc()
            reply = Reply(500, b"our mistake, see the log", "text/plain")
        is_whole = await reply.manner.write(writer, reply.bytes())
        if not is_whole:
            await _flush(writer)
        return is_whole and head[1].get("connection", "").lower() != "close"


async def _flush(writer):
    """Lets what was written leave, then ends: a cut answer shall arrive as far as it goes."""
    try:
        writer.close()
        await asyncio.wait_for(writer.wait_closed(), 1)
    except (OSError, asyncio.TimeoutError, ssl.SSLError):
        pass


def _fingerprint(writer):
    import hashlib  # pylint: disable=import-outside-toplevel

    tls = writer.get_extra_info("ssl_object")
    certificate = tls.getpeercert(binary_form=True) if tls else None
    return hashlib.sha256(certificate).hexdigest() if certificate else ""


# Client ---------------------------------------------------------------------------------------------


class Client:
    """Calls one host; keeps up to N_KEPT connections for later calls."""

    def __init__(self, base, context=None, n_kept=16):
        parts = urllib.parse.urlsplit(base)
        self.host, self.port = parts.hostname, parts.port
        self.context = context if parts.scheme == "https" else None
        self.kept, self.n_kept = [], n_kept

    async def _connect(self, context):
        return await asyncio.open_connection(self.host, self.port, ssl=context, limit=MAX_HEAD)

    async def request(self, method, path, headers=None, body=b"", timeout_s=30, manner=None, context=None):
        """(status, headers, body), or Gone. CONTEXT shows another certificate, on a connection of its own."""
        try:
            return await asyncio.wait_for(self._request(method, path, headers, body, manner, context), timeout_s)
        except asyncio.TimeoutError:
            raise Gone("no answer in time") from None
        except (OSError, ssl.SSLError, EOFError, BadHttp, ValueError) as error:
            raise Gone(f"{type(error).__name__}: {error}") from None

    async def _request(self, method, path, headers, body, manner, context):
        is_kept = context is None and manner is None
        while is_kept and self.kept:
            line = self.kept.pop()
            if line[0].at_eof() or line[1].is_closing():
                line[1].transport.abort()
                continue
            try:
                return await self._exchange(line, method, path, headers, body, Manner(), True)
            except (OSError, EOFError, BadHttp):
                # The other side may have closed a kept connection at that moment; on a fresh one we know better.
                break
        line = await self._connect(context or self.context)
        return await self._exchange(line, method, path, headers, body, manner or Manner(), is_kept)

    async def _exchange(self, line, method, path, headers, body, manner, is_kept):
        reader, writer = line
        try:
            head = {"Host": f"{self.host}:{self.port}", "Content-Length": len(body), **(headers or {})}
            text = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items())
            if not await manner.write(writer, text.encode("utf-8") + b"\r\n" + body) or manner.is_deaf:
                await _flush(writer)
                raise BadHttp("broken off as told")
            answer = await _read_head(reader)
            if answer is None:
                raise BadHttp("closed without an answer")
            status = int(answer[0].split(" ")[1])
            content = b"" if status == 204 else await _read_body(reader, answer[1], until_end=True)
        except BaseException:
            writer.transport.abort()
            raise
        if is_kept and len(self.kept) < self.n_kept and answer[1].get("connection", "").lower() != "close":
            self.kept.append(line)
        else:
            writer.transport.abort()
        return status, answer[1], content

    def close(self):
        """Hangs up."""
        for _, writer in self.kept:
            writer.transport.abort()
        self.kept = []
