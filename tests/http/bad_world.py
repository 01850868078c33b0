# SPDX-License-Identifier: EUPL-1.2
# What the tests of bad input share: a plannerd under watch, a client of single requests, and one who behaves well meanwhile.
"""A World is a plannerd with its memory sampled. `digests()` tells whether anything in the database changed; `Client` posts bytes over a
kept connection; `Booker` books and cancels in a thread of its own over mutual TLS, and judges at the end that all of it stands."""

import contextlib
import hashlib
import http.client
import pathlib
import re
import resource
import ssl
import subprocess
import threading
import time

import testlib
from planner_process import NAMESPACE, PATH, Caller, Municipality, PlannerProcess

OFFER = "10000000-0000-4000-8000-000000000001"
XML_TYPE, SOAP_TYPE = "text/xml; charset=utf-8", "application/soap+xml; charset=utf-8"
FOLDER = pathlib.Path(__file__).parent
MEGABYTE = 1024 * 1024
MAX_STANDING = 100
LAST_ROWS = (
    "SELECT strftime('%H:%M:%f', at_us / 1e6, 'unixepoch'), kind, actor, call_id, subject, payload"
    " FROM journal LEFT JOIN journal_payload USING (sequence) ORDER BY sequence DESC LIMIT 5"
)


def wrap(body, version="http://schemas.xmlsoap.org/soap/envelope/"):
    """BODY in an envelope."""
    return f'<s:Envelope xmlns:s="{version}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


class World(PlannerProcess):
    """One jobcenter, its certificates and its memory's course."""

    def __init__(self, settings=None):
        place = Municipality().jobcenter("89000", n_advisors=8)
        place.offer(OFFER, "89000", 7, contact_groups="1")
        callers = [Caller("plain", plain=True), Caller("dfdg", "dfdg")]
        super().__init__(place, callers, settings={"limits/max-body-bytes": MEGABYTE, **(settings or {})})
        self.worst_bytes = 0
        self._is_watched = False
        self._watcher = None

    def start(self):
        """Starts plannerd and the watch over its memory."""
        super().start()
        self._is_watched = True
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def stop(self, timeout_s=60):
        """Ends the watch and plannerd, and looks for numbers in what it wrote."""
        self._is_watched = False
        self._watcher.join()
        status = super().stop(timeout_s)
        text = self.log.read_text(encoding="utf-8", errors="replace")
        found = [number for number in map(testlib.cpr, (*range(300), *range(4000, 4300))) if number in text]
        testlib.equal(found, [], "citizens' numbers in the log")
        return status

    def _watch(self):
        while self._is_watched and self.process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                self.worst_bytes = max(self.worst_bytes, self.resident_bytes())
            time.sleep(0.02)

    def resident_bytes(self):
        """Memory in use now."""
        statm = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        return int(statm.split()[1]) * resource.getpagesize()

    def is_sanitized(self):
        """Whether an address sanitizer keeps freed memory back: gcc's is a library, clang's is in the program."""
        return b"__asan_init" in pathlib.Path(f"/proc/{self.process.pid}/exe").read_bytes()

    def digests(self):
        """A digest of every table's rows, but of those in which plannerd keeps what it did by itself; nothing is still to be written."""
        self.settle()
        return {name: hashlib.sha256(repr(rows).encode()).hexdigest() for name, rows in self.rows_of_callers().items()}

    def assert_same(self, before, happened=""):
        """Fails, naming the tables and what HAPPENED, unless the database is as BEFORE."""
        after = self.digests()
        changed = [name for name in after if after[name] != before.get(name)]
        if changed:
            last = [str(row)[:300] for row in self.query(LAST_ROWS)]
            words = [f"tables that changed: {changed}", happened, "the journal's last rows:", *last]
            raise AssertionError("\n".join(words))


class Answer:
    """What came back."""

    def __init__(self, status, text):
        self.status, self.text = status, text

    def one(self, name):
        """Text of the first element NAME; nothing when there is none."""
        found = re.search(rf"<{name}>([^<]*)</{name}>", self.text)
        return found and found.group(1)

    def code(self):
        """Code of the fault, or the HTTP status where there is none."""
        return int(self.one("Code")) if "<PlannerFault" in self.text else self.status


class Client:
    """Posts over one connection, opened anew when the server closed it."""

    def __init__(self, world, name=None):
        self.world, self.name = world, name
        self.connection = None

    def _connect(self):
        if self.name:
            context = self.world.certificates.context(self.name)
            return http.client.HTTPSConnection("127.0.0.1", self.world.tls_port, timeout=30, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.world.plain_port, timeout=30)

    def post(self, body, media=XML_TYPE, fields=None, path=PATH):
        """One request; its answer."""
        headers = {"Content-Type": media} if media else {}
        for n_left in (1, 0):
            self.connection = self.connection or self._connect()
            try:
                self.connection.request("POST", path, body, {**headers, **(fields or {})})
                reply = self.connection.getresponse()
                answer = Answer(reply.status, reply.read().decode())
                if reply.will_close:
                    self.close()
                return answer
            except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
                # The connection had rested too long.
                self.close()
                if n_left == 0:
                    raise
        raise AssertionError("not reached")

    def close(self):
        """Ends the connection."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Faults:
    """Every different fault that was seen, judged by xmllint at the end."""

    def __init__(self):
        self.texts = {}

    def add(self, answer):
        """Keeps one of each kind."""
        if "<PlannerFault" in answer.text:
            self.texts.setdefault(re.sub(r"<RequestId>[^<]*", "", answer.text), answer.text)

    def judge(self):
        """Fails with xmllint's words unless all are valid."""
        folder = testlib.make_folder()
        for version in ("1.1", "1.2"):
            space = {"1.1": "schemas.xmlsoap.org", "1.2": "www.w3.org/2003/05/soap-envelope"}[version]
            paths = []
            for i, text in enumerate(text for text in self.texts.values() if space in text):
                paths.append(folder / f"{version}-{i}.xml")
                paths[-1].write_text(text, encoding="utf-8")
            schema = FOLDER.parent / "interop" / f"soap-{version}.xsd"
            for at in range(0, len(paths), 500):
                command = ["xmllint", "--noout", "--nonet", "--schema", schema, *paths[at : at + 500]]
                done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
                words = [line for line in done.stderr.splitlines() if not line.endswith(" validates")]
                testlib.equal((done.returncode, words[:5]), (0, []), f"xmllint on faults of {version}")
        testlib.note(f"xmllint found {len(self.texts)} different faults valid")


def element(name, value):
    """One element."""
    return f"<{name}>{value}</{name}>"


def times_body(number):
    """GetSelfbookTimeslots of the offer over the next days."""
    day = [time.strftime("%Y-%m-%dT00:00:00", time.localtime(time.time() + n * 86400)) for n in (2, 12)]
    return (
        f'<GetSelfbookTimeslots xmlns="{NAMESPACE}">{element("PersonCivilRegistrationIdentifier", testlib.cpr(number))}'
        f'{element("InterviewOptionID", OFFER)}{element("BookingOptionIntervalStartTime", day[0])}'
        f'{element("BookingOptionIntervalEndTime", day[1])}</GetSelfbookTimeslots>'
    )


def create_body(number, start):
    """CreateBooking without a reservation."""
    return (
        f'<CreateBooking xmlns="{NAMESPACE}">{element("PersonCivilRegistrationIdentifier", testlib.cpr(number))}'
        f'{element("BookingStartTime", start)}{element("InterviewOptionID", OFFER)}'
        f'{element("InterviewContactTypeIdentifier", 1)}</CreateBooking>'
    )


def cancel_body(number, booking):
    """CancelBooking."""
    return (
        f'<CancelBooking xmlns="{NAMESPACE}">{element("PersonCivilRegistrationIdentifier", testlib.cpr(number))}'
        f'{element("BookingIdentifier", booking)}</CancelBooking>'
    )


class Booker(threading.Thread):
    """Behaves well through the whole storm: asks, books, and cancels every third booking."""

    def __init__(self, world, first_number):
        super().__init__(daemon=True)
        self.world, self.number = world, first_number
        self.standing, self.cancelled, self.error = [], [], None
        self.slowest_s = 0.0
        self.is_wanted = True

    def run(self):
        """Until it is told to end."""
        try:
            with Client(self.world, "dfdg") as client:
                while self.is_wanted:
                    self.book(client)
                    time.sleep(0.02)
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def call(self, client, body):
        """One call that must succeed."""
        begin = time.monotonic()
        answer = client.post(wrap(body))
        self.slowest_s = max(self.slowest_s, time.monotonic() - begin)
        testlib.equal(answer.status, 200, answer.text)
        return answer

    def book(self, client):
        """One citizen's booking, at a time of its own."""
        self.number += 1
        starts = re.findall("<StartTime>([^<]*)<", self.call(client, times_body(self.number)).text)
        answer = self.call(client, create_body(self.number, starts[self.number % len(starts)]))
        booking = answer.one("BookingIdentifier")
        # Not more than so many, so that there is always something left to book.
        if self.number % 3 == 0 or len(self.standing) >= MAX_STANDING:
            self.call(client, cancel_body(self.number, booking))
            self.cancelled.append(booking)
        else:
            self.standing.append(booking)

    def judge(self):
        """Ends, and holds the database to what it was told."""
        self.is_wanted = False
        self.join()
        if self.error:
            raise self.error
        states = dict(self.world.query("SELECT identifier, state FROM booking ORDER BY identifier"))
        testlib.equal(len(self.standing) > 0, True, "bookings made beside the storm")
        wanted = dict.fromkeys(self.standing, "booked") | dict.fromkeys(self.cancelled, "cancelled")
        testlib.equal({name: states.get(name) for name in wanted}, wanted, "what the well-behaved client was told")
        testlib.note(
            f"{len(self.standing)} bookings stand, {len(self.cancelled)} cancelled beside the storm;"
            f" slowest call {self.slowest_s:.2f} s"
        )
