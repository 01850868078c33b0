# SPDX-License-Identifier: EUPL-1.2
# A CalDAV server of our own that behaves as badly as it is told, and a front that makes a real server behave so.
"""FakeServer holds calendars in memory; Front stands before another server. Both count every request and obey manners:

    with FakeServer() as server:
        calendar = server.make_calendar("u1", "work")      # the face of caldav_servers.Calendar
        with server.manner("REPORT", status(503, {"Retry-After": "2"}), times=3):
            ...
        server.seen                                         # every request since the last server.forget_seen()

A manner is a function (request, proceed) that answers a Reply; proceed() answers what a good server would say. The harness's
own requests (caldav_servers.Calendar) are told by a header and meet no manners, and are not counted.
"""

import base64
import contextlib
import datetime
import email.utils
import hashlib
import http.client
import http.server
import re
import socket
import threading
import urllib.parse
import xml.etree.ElementTree as ElementTree
import zlib
from xml.sax.saxutils import escape

import caldav_servers
import testlib

DAV, CALDAV, CS = "DAV:", "urn:ietf:params:xml:ns:caldav", "http://calendarserver.org/ns/"
HARNESS = "X-Harness"


class Request:
    """One request as it came."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        found = re.search(rb"<(?:\w+:)?([\w-]+)[\s>/]", re.sub(rb"<\?[^>]*\?>", b"", body or b""))
        # What a REPORT or PROPFIND is about: sync-collection, calendar-multiget, propfind, ...
        self.about = found.group(1).decode() if found else ""
        self.status = 0
        self.n_sent = self.n_received = 0
        self.is_new_connection = False

    def is_like(self, what):
        """Whether WHAT, a blank-separated list of methods and report names, covers the request; '' and '*' cover all."""
        words = what.split()
        return not words or "*" in words or self.method in words or self.about in words

    def __repr__(self):
        return f"{self.method} {self.about if self.method in ('REPORT', 'PROPFIND') else ''} {self.status}"


class Reply:
    """An answer, and how it is sent: CUT after so many bytes of body, slowly, or not at all."""

    def __init__(self, status=200, headers=None, body=b"", cut=None, pause_s=0, piece=None, length=None):
        self.status, self.headers = status, dict(headers or {})
        self.body = body.encode() if isinstance(body, str) else body
        self.cut, self.pause_s, self.piece, self.length = cut, pause_s, piece, length
        self.stream = None  # an iterator of bytes instead of a body
        self.is_silent = False  # closes without a word
        self.hang_s = 0


# Manners ----------------------------------------------------------------------------------------------


def status(code, headers=None, body="", content_type="text/html"):
    """Answers CODE at once."""
    return lambda request, proceed: Reply(code, {"Content-Type": content_type, **(headers or {})}, body)


def precondition(code, name, namespace=DAV):
    """Answers CODE with a DAV:error that names a precondition."""
    body = f'<?xml version="1.0"?><D:error xmlns:D="DAV:"><X:{name} xmlns:X="{namespace}"/></D:error>'
    return status(code, body=body, content_type="application/xml")


def redirect(code, location):
    """Sends elsewhere; {path} stands for the path that was asked for."""
    return lambda request, proceed: Reply(code, {"Location": location.replace("{path}", request.path)})


def text(code, content_type, body):
    """Answers BODY as CONTENT_TYPE, whatever was asked."""
    return lambda request, proceed: Reply(code, {"Content-Type": content_type}, body)


def cut(share):
    """Says the whole length, and closes after SHARE of the body."""

    def act(request, proceed):
        reply = proceed()
        reply.cut = int(len(reply.body) * share)
        return reply

    return act


def cut_cleanly(share):
    """A shorter body with a length that fits it: the XML ends in the middle."""

    def act(request, proceed):
        reply = proceed()
        reply.body = reply.body[: int(len(reply.body) * share)]
        return reply

    return act


def silent(request, proceed):
    """Does what was asked, then closes without an answer."""
    proceed()
    return _silent()


def deaf(request, proceed):
    """Closes without doing what was asked."""
    return _silent()


def _silent():
    reply = Reply()
    reply.is_silent = True
    return reply


def hang(seconds, before=False):
    """Lets the caller wait; does what was asked BEFORE that or afterwards."""

    def act(request, proceed):
        reply = proceed() if before else Reply(504)
        reply.hang_s = seconds
        return reply

    return act


def drip(piece, pause_s):
    """The right answer, PIECE bytes at a time with a pause between."""

    def act(request, proceed):
        reply = proceed()
        reply.piece, reply.pause_s = piece, pause_s
        return reply

    return act


def changed(change):
    """The right answer with its text changed by a function of it."""

    def act(request, proceed):
        reply = proceed()
        reply.body = change(reply.body.decode()).encode()
        return reply

    return act


def without_header(*names):
    """The right answer without the headers NAMES."""

    def act(request, proceed):
        reply = proceed()
        reply.headers = {name: value for name, value in reply.headers.items() if name.lower() not in names}
        return reply

    return act


def huge(n_bytes):
    """A well-formed multistatus of N_BYTES, a response at a time."""

    def pieces(path):
        yield b'<?xml version="1.0"?><multistatus xmlns="DAV:">'
        block = "".join(
            f"<response><href>{path}huge-{i}.ics</href><propstat><prop><getetag>&quot;{i}&quot;</getetag></prop>"
            "<status>HTTP/1.1 200 OK</status></propstat></response>"
            for i in range(500)
        ).encode()
        for _ in range(n_bytes // len(block)):
            yield block
        yield b"<sync-token>huge</sync-token></multistatus>"

    def act(request, proceed):
        reply = Reply(207, {"Content-Type": "application/xml"})
        reply.stream = pieces(request.path)
        return reply

    return act


def gzip_bomb(n_bytes):
    """Some hundred kilobytes that swell to N_BYTES of blanks inside an element."""

    def pieces():
        press = zlib.compressobj(9, zlib.DEFLATED, 31)
        yield press.compress(b'<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>')
        for _ in range(n_bytes >> 20):
            yield press.compress(b" " * (1 << 20))
        yield press.compress(b"</href></response></multistatus>") + press.flush()

    def act(request, proceed):
        reply = Reply(207, {"Content-Type": "application/xml", "Content-Encoding": "gzip"})
        reply.stream = pieces()
        return reply

    return act


def entities(request, proceed):
    """A billion laughs."""
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    body = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{levels}]><multistatus xmlns="DAV:"><response><href>&e9;</href>'
    return Reply(207, {"Content-Type": "application/xml"}, body + "</response></multistatus>")


def outside_entity(path):
    """An entity that reads a file of the client's machine."""
    body = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{path}">]><multistatus xmlns="DAV:"><response>'
        "<href>&e;</href></response></multistatus>"
    )
    return lambda request, proceed: Reply(207, {"Content-Type": "application/xml"}, body)


RESPONSE = re.compile(r"<(?:\w+:)?response[ >].*?</(?:\w+:)?response>", re.DOTALL)


def keep_responses(keep):
    """A multistatus with only those responses for whose number (from 0) KEEP is true: looks complete, is not."""

    def change(body):
        count = iter(range(1 << 30))
        return RESPONSE.sub(lambda found: found.group(0) if keep(next(count)) else "", body)

    return changed(change)


# The server -------------------------------------------------------------------------------------------


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 600
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self):
        super().setup()
        self.n_requests = 0
        self.server.open.add(self.connection)

    def finish(self):
        self.server.open.discard(self.connection)
        try:
            super().finish()
        except OSError:
            pass

    def handle_one_request(self):
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self._read_body()
            request = Request(self.command, self.path, self.headers, body)
            request.is_new_connection = self.n_requests == 0
            self.n_requests += 1
            head = sum(len(name) + len(value) + 4 for name, value in self.headers.items())
            request.n_sent = len(self.raw_requestline) + head + 2 + len(body or b"")
            self._send(request, self.server.owner.answer(request))
        except (OSError, ValueError):
            self.close_connection = True

    def _read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while True:
                n_bytes = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(n_bytes)
                self.rfile.readline()
                if n_bytes == 0:
                    return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send(self, request, reply):
        request.status = 0 if reply.is_silent else reply.status
        if reply.hang_s:
            self.server.owner.wait(reply.hang_s)
        if reply.is_silent:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        is_bodiless = self.command == "HEAD" or reply.status in (204, 304)
        headers = {"Date": email.utils.formatdate(usegmt=True), **reply.headers}
        if reply.stream is not None:
            headers["Connection"] = "close"
            self.close_connection = True
        elif not is_bodiless:
            headers["Content-Length"] = str(len(reply.body))
        head = f"HTTP/1.1 {reply.status} {http.client.responses.get(reply.status, 'Unknown')}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        body = b"" if is_bodiless else reply.body
        request.n_received = len(head) + len(body)
        if reply.piece:
            self.wfile.write(head.encode("utf-8"))
            for start in range(0, len(body), reply.piece):
                self.wfile.write(body[start : start + reply.piece])
                self.wfile.flush()
                self.server.owner.wait(reply.pause_s)
        elif reply.stream is not None:
            self.wfile.write(head.encode("utf-8"))
            for piece in reply.stream:
                self.wfile.write(piece)
                request.n_received += len(piece)
        else:
            self.wfile.write(head.encode("utf-8") + (body if reply.cut is None else body[: reply.cut]))
        self.wfile.flush()
        if reply.cut is not None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments):
        self.open = set()
        super().__init__(*arguments)

    def handle_error(self, request, client_address):
        pass


class Misbehaving:
    """Listens, counts, lets manners answer, and else answer_well()."""

    def __init__(self):
        self.port = testlib.free_port()
        self.seen, self.manners = [], []
        self.lock = threading.RLock()
        self.listener = self.ended = None

    def start(self):
        """Begins to listen."""
        self.listener = _Listener(("127.0.0.1", self.port), _Handler)
        self.listener.owner = self
        self.ended = threading.Event()
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        """Listens no more; what hangs is let go."""
        if self.listener is not None:
            self.ended.set()
            self.listener.shutdown()
            self.listener.server_close()
            for connection in list(self.listener.open):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self.listener = None

    kill = stop

    def restart(self):
        """Down and up on the same port."""
        self.stop()
        self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        self.stop()

    def wait(self, seconds):
        """Sleeps, at most until the server stops."""
        self.ended.wait(seconds)

    def forget_seen(self):
        """Begins to count anew."""
        with self.lock:
            self.seen = []

    @contextlib.contextmanager
    def manner(self, what, act, times=None, after=0):
        """Lets ACT answer requests that are like WHAT: not the first AFTER of them, then TIMES of them (None: all)."""
        row = {"what": what, "act": act, "left": times, "after": after}
        with self.lock:
            self.manners.append(row)
        try:
            yield row
        finally:
            with self.lock:
                self.manners.remove(row)

    def _find_manner(self, request):
        with self.lock:
            for row in self.manners:
                if not request.is_like(row["what"]) or row["left"] == 0:
                    continue
                if row["after"] > 0:
                    row["after"] -= 1
                    continue
                if row["left"] is not None:
                    row["left"] -= 1
                return row["act"]
        return None

    def answer(self, request):
        """What the client gets."""
        if request.headers.get(HARNESS):
            return self.answer_well(request)
        with self.lock:
            self.seen.append(request)
        act = self._find_manner(request)
        return act(request, lambda: self.answer_well(request)) if act else self.answer_well(request)

    def answer_well(self, request):
        """What a good server says."""
        raise NotImplementedError

    def cost(self):
        """Requests, bytes up, bytes down, connections since forget_seen()."""
        with self.lock:
            seen = list(self.seen)
        return {
            "requests": len(seen),
            "bytes_up": sum(request.n_sent for request in seen),
            "bytes_down": sum(request.n_received for request in seen),
            "connections": sum(request.is_new_connection for request in seen),
        }


class HarnessCalendar(caldav_servers.Calendar):
    """A calendar whose requests meet no manners."""

    def ask(self, method, path=None, body=None, headers=None):
        return super().ask(method, path, body, {HARNESS: "1", **(headers or {})})


# A front to a real server -----------------------------------------------------------------------------

# And what comes compressed could not be changed.
HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "alt-svc", "content-length", "date", "accept-encoding"}


class Front(Misbehaving):
    """Hands everything on to SERVER; one connection behind for each in front."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.name = server.name
        self.local = threading.local()

    def answer_well(self, request):
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP and name != HARNESS}
        for attempt in (1, 2):
            if getattr(self.local, "connection", None) is None:
                self.local.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=300)
            try:
                self.local.connection.request(request.method, request.path, request.body or None, headers)
                found = self.local.connection.getresponse()
                body = found.read()
                break
            except (OSError, http.client.HTTPException):
                self.local.connection.close()
                self.local.connection = None
                if attempt == 2:
                    return _silent()  # nobody behind, nobody in front
        if found.will_close:
            self.local.connection.close()
            self.local.connection = None
        kept = {}
        for name, value in found.getheaders():
            if name.lower() not in HOP:
                kept[name] = f"{kept[name]}, {value}" if name in kept else value
        return Reply(found.status, kept, body)

    def url(self, calendar):
        """The address of a calendar of the server behind, through the front."""
        return f"http://127.0.0.1:{self.port}{calendar.path}"


# A small server in memory -----------------------------------------------------------------------------


class _Collection:
    """A calendar: items by path, and a number for every change."""

    def __init__(self, name):
        self.name, self.items = name, {}
        self.sequence, self.generation = 0, 1
        self.changes = {}  # path: number of its last change
        self.resource_id = "urn:uuid:" + hashlib.md5(name.encode()).hexdigest()

    def token(self):
        """Says everything up to now."""
        return f"urn:fake:{self.generation}:{self.sequence}"

    def touch(self, path):
        """Notes a change."""
        self.sequence += 1
        self.changes[path] = self.sequence


def _etag(content):
    return '"' + hashlib.sha256(content).hexdigest()[:24] + '"'


class FakeServer(Misbehaving):
    """Calendars /dav/USER/NAME/ in memory. REALM: the scheme of authentication, '' for none."""

    name = "Fake"
    asks_password = knows_rights = refuses_forgotten_tokens = True

    def __init__(self, scheme="Basic", token="et-tegn"):
        super().__init__()
        self.scheme, self.bearer = scheme, token
        self.collections = {}
        self.rights = {}  # path of a calendar: "rw", "r", ""

    # The face of caldav_servers.CaldavServer

    def password(self, user):
        """The password of USER."""
        return caldav_servers.PASSWORD

    def home(self, user):
        """Folder of USER's calendars."""
        return f"/dav/{user}/"

    def calendar(self, user, name):
        """A calendar, whether it is there or not."""
        return HarnessCalendar(self, user, name, f"{self.home(user)}{name}/")

    def make_calendar(self, user, name):
        """A new calendar."""
        calendar = self.calendar(user, name)
        self.collections[calendar.path] = _Collection(name)
        return calendar

    def remove(self, calendar):
        """Removes a calendar."""
        del self.collections[calendar.path]

    def fill(self, calendar, texts):
        """Stores {name: text}."""
        with self.lock:
            collection = self.collections[calendar.path]
            for name, content in texts.items():
                path = f"{calendar.path}{urllib.parse.quote(name)}.ics"
                collection.items[path] = content.encode()
                collection.touch(path)

    def forget_tokens(self, calendar):
        """No earlier token is known any more."""
        self.collections[calendar.path].generation += 1

    def deny(self, calendar, rights):
        """Leaves the user only RIGHTS."""
        self.rights[calendar.path] = rights

    # What a good server says

    def answer_well(self, request):
        with self.lock:
            if not self._may_enter(request):
                return Reply(401, {"WWW-Authenticate": f'{self.scheme} realm="fake"', "Content-Type": "text/html"}, "no")
            path = urllib.parse.urlsplit(request.path).path
            if path == "/.well-known/caldav":
                return Reply(301, {"Location": "/dav/"})
            if path.endswith("/"):
                return self._answer_folder(request, path)
            return self._answer_item(request, path)

    def _may_enter(self, request):
        given = request.headers.get("Authorization", "")
        if not self.scheme:
            return True
        if self.scheme == "Bearer":
            return given == "Bearer " + self.bearer or request.headers.get(HARNESS) is not None
        try:
            return base64.b64decode(given.removeprefix("Basic ")).decode().endswith(":" + caldav_servers.PASSWORD)
        except ValueError:
            return False

    def _right(self, path):
        return self.rights.get(path, "rw")

    def _answer_folder(self, request, path):
        collection = self.collections.get(path)
        if request.method == "OPTIONS":
            allow = "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, REPORT, MKCALENDAR"
            return Reply(200, {"DAV": "1, 3, calendar-access", "Allow": allow})
        if request.method == "PROPFIND" and (collection or path in self._folders()):
            if collection and not self._right(path):
                return precondition(403, "need-privileges")(request, None)
            return self._propfind(request, path)
        if collection is None:
            return Reply(404, {"Content-Type": "text/plain"}, "no such calendar")
        if not self._right(path):
            return precondition(403, "need-privileges")(request, None)
        if request.method == "REPORT":
            return self._report(request, path, collection)
        return Reply(405)

    def _folders(self):
        homes = {self.home(path.split("/")[2]) for path in self.collections}
        return {"/", "/dav/"} | homes

    def _propfind(self, request, path):
        wanted = re.findall(r"<(?:\w+:)?([\w-]+)[^<>]*/>", request.body.decode("utf-8", "replace"))
        paths = [path]
        if request.headers.get("Depth", "1") != "0":
            if path in self.collections:
                paths += list(self.collections[path].items)
            else:
                paths += [other for other in self.collections if other.startswith(path)]
        return self._multistatus([self._properties(one, wanted) for one in paths])

    def _properties(self, path, wanted):
        user = path.split("/")[2] if path.count("/") > 2 else "u1"
        known = {
            "resourcetype": "<collection/>",
            "current-user-principal": f"<href>/dav/{user}/</href>",
            "calendar-home-set": f"<href>/dav/{user}/</href>",
            "owner": f"<href>/dav/{user}/</href>",
        }
        collection = self.collections.get(path)
        if collection:
            can_write = "w" in self._right(path)
            known |= {
                "resourcetype": "<collection/><C:calendar/>",
                "displayname": escape(collection.name),
                "sync-token": collection.token(),
                "getctag": collection.token(),
                "resource-id": f"<href>{collection.resource_id}</href>",
                "supported-calendar-component-set": '<C:comp name="VEVENT"/>',
                "supported-report-set": "".join(
                    f"<supported-report><report>{report}</report></supported-report>"
                    for report in ("<sync-collection/>", "<C:calendar-multiget/>", "<C:calendar-query/>")
                ),
                "current-user-privilege-set": "<privilege><read/></privilege>"
                + ("<privilege><write/></privilege>" if can_write else ""),
            }
        elif not path.endswith("/"):
            content = self.collections[path.rsplit("/", 1)[0] + "/"].items[path]
            known = {"resourcetype": "", "getetag": _etag(content), "getcontenttype": "text/calendar"}
        return self._response(path, {name: known.get(name) for name in wanted if name != "propfind"})

    def _response(self, path, properties):
        prefix = {
            **dict.fromkeys(
                ("calendar-home-set", "supported-calendar-component-set", "calendar-data", "calendar-timezone"), "C:"
            ),
            "getctag": "S:",
        }
        there = "".join(
            f"<{prefix.get(name, '')}{name}>{value}</{prefix.get(name, '')}{name}>"
            for name, value in properties.items()
            if value is not None
        )
        missing = "".join(f"<{prefix.get(name, '')}{name}/>" for name, value in properties.items() if value is None)
        body = f"<response><href>{escape(path)}</href>"
        if there or not missing:
            body += f"<propstat><prop>{there}</prop><status>HTTP/1.1 200 OK</status></propstat>"
        if missing:
            body += f"<propstat><prop>{missing}</prop><status>HTTP/1.1 404 Not Found</status></propstat>"
        return body + "</response>"

    def _multistatus(self, responses, more=""):
        body = f'<?xml version="1.0" encoding="utf-8"?>\n<multistatus xmlns="DAV:" xmlns:C="{CALDAV}" xmlns:S="{CS}">'
        body += "\n".join(responses) + more + "</multistatus>"
        return Reply(207, {"Content-Type": "application/xml; charset=utf-8"}, body)

    def _report(self, request, path, collection):
        tree = ElementTree.fromstring(request.body)
        if tree.tag == f"{{{DAV}}}sync-collection":
            return self._feed(path, collection, (tree.findtext(f"{{{DAV}}}sync-token") or "").strip())
        if tree.tag == f"{{{CALDAV}}}calendar-multiget":
            hrefs = [(href.text or "").strip() for href in tree.iter(f"{{{DAV}}}href")]
        elif tree.tag == f"{{{CALDAV}}}calendar-query":
            hrefs = list(collection.items)
        else:
            return precondition(403, "supported-report")(request, None)
        has_data = tree.find(f".//{{{CALDAV}}}calendar-data") is not None
        return self._multistatus([self._item_response(collection, href, has_data) for href in hrefs])

    def _feed(self, path, collection, token):
        since = 0
        if token:
            found = re.fullmatch(r"urn:fake:(\d+):(\d+)", token)
            if not found or int(found.group(1)) != collection.generation or int(found.group(2)) > collection.sequence:
                return precondition(403, "valid-sync-token")(None, None)
            since = int(found.group(2))
        responses = []
        for item, number in sorted(collection.changes.items(), key=lambda pair: pair[1]):
            if number <= since:
                continue
            if item in collection.items:
                responses.append(self._response(item, {"getetag": _etag(collection.items[item])}))
            elif token:
                responses.append(f"<response><href>{escape(item)}</href><status>HTTP/1.1 404 Not Found</status></response>")
        return self._multistatus(responses, f"<sync-token>{collection.token()}</sync-token>")

    def _item_response(self, collection, href, has_data):
        content = collection.items.get(self._spelt(href))
        if content is None:
            return f"<response><href>{escape(href)}</href><status>HTTP/1.1 404 Not Found</status></response>"
        properties = {"getetag": _etag(content)}
        if has_data:
            properties["calendar-data"] = escape(content.decode())
        return self._response(href, properties)

    def _spelt(self, href):
        path = urllib.parse.unquote(urllib.parse.urlsplit(href).path)
        return urllib.parse.quote(path)

    def _answer_item(self, request, path):
        folder = path.rsplit("/", 1)[0] + "/"
        collection = self.collections.get(folder)
        if collection is None:
            return Reply(404)
        right = self._right(folder)
        if not right or (request.method in ("PUT", "DELETE") and "w" not in right):
            return precondition(403, "need-privileges")(request, None)
        path = self._spelt(path)
        old = collection.items.get(path)
        if request.method in ("GET", "HEAD"):
            if old is None:
                return Reply(404)
            return Reply(200, {"Content-Type": "text/calendar; charset=utf-8", "ETag": _etag(old)}, old)
        if not self._holds(request, old):
            return Reply(412)
        if request.method == "PUT":
            return self._put(request, path, collection, old)
        if request.method == "DELETE":
            if old is None:
                return Reply(404)
            del collection.items[path]
            collection.touch(path)
            return Reply(204)
        return Reply(405)

    def _holds(self, request, old):
        match, none = request.headers.get("If-Match"), request.headers.get("If-None-Match")
        if none and none.strip() == "*" and old is not None:
            return False
        if match and match.strip() == "*":
            return old is not None
        return not match or (old is not None and _etag(old) in match)

    def _put(self, request, path, collection, old):
        uid = re.search(rb"(?m)^UID:(.*?)\r?$", request.body)
        if not uid or b"BEGIN:VEVENT" not in request.body:
            return precondition(403, "valid-calendar-data", CALDAV)(request, None)
        for other, content in collection.items.items():
            if other != path and re.search(rb"(?m)^UID:" + re.escape(uid.group(1)) + rb"\r?$", content):
                return precondition(403, "no-uid-conflict", CALDAV)(request, None)
        collection.items[path] = request.body
        collection.touch(path)
        return Reply(201 if old is None else 204, {"ETag": _etag(request.body)})


def http_date(seconds):
    """The Retry-After of SECONDS from now, as a date."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return email.utils.format_datetime(moment, usegmt=True)
