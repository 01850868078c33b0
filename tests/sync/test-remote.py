# SPDX-License-Identifier: EUPL-1.2
# The CalDAV client against real servers of other makes and against every manner of a bad one: what the port promises.
"""Also tests: calsync-remote-caldav. remote-tool drives the port; nothing of plannerd is asked."""

import base64
import subprocess

import caldav_fake
import caldav_servers
import testlib
from caldav_fake import Front, FakeServer
from caldav_servers import event

N_EVENTS = 620
N_SOME = 120
ANSWER_TIMEOUT_S = 1
REAL_TIMEOUT_S = 60
MAX_ANSWER_BYTES = 4 << 20
FOUND, GONE, UNREADABLE = "0", "1", "2"


class Failure(Exception):
    """The port said no: word, whether the outcome is unknown, Retry-After, sentence."""

    def __init__(self, words):
        self.word, self.is_uncertain, self.retry_after = words[0], words[1] == "1", int(words[2])
        self.sentence = words[3]
        super().__init__(f"{self.word}: {self.sentence}")


class Remote:
    """One calendar through the port."""

    def __init__(self, url, calendar, auth="basic", secret=None, timeout_s=ANSWER_TIMEOUT_S):
        folder = testlib.make_folder()
        (folder / "secret").write_text(secret or calendar.password, encoding="utf-8")
        command = [testlib.BUILD / "tests" / "sync" / "sync-remote-tool", url, auth, calendar.user, folder / "secret"]
        command += [timeout_s, MAX_ANSWER_BYTES]
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *words):
        """Lines of the answer, each as its words."""
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(f"remote-tool ended with {self.process.wait()} at {words[0]}")
            words_back = line.rstrip("\n").split("\t")
            if words_back[0] == "done":
                return lines
            if words_back[0] == "error":
                raise Failure(words_back[1:])
            lines.append(words_back)

    def listing(self, *words):
        """({key: version}, {gone keys}, tier, needs listing, cursor) of `all` or `changes`."""
        lines = self.ask(*words)
        there = {line[1]: line[2] for line in lines if line[0] == "entry" and line[3] == "0"}
        gone = {line[1] for line in lines if line[0] == "entry" and line[3] == "1"}
        _, tier, needs_listing, cursor = lines[-1]
        return there, gone, tier, needs_listing == "1", cursor

    def fetch(self, keys, verb="fetch"):
        """{key: (state, version, text)}."""
        found = {}
        for _, key, state, version, text in self.ask(verb, *keys):
            testlib.equal(key in found, False, f"{key} is given once")
            found[key] = (state, version, base64.b64decode(text).decode() if text != "-" else "")
        return found

    def write(self, verb, *words, text):
        """ETag of a create or update."""
        return self.ask(verb, *words, base64.b64encode(text.encode()).decode())[0][1]

    def n_requests(self):
        """Requests so far."""
        return int(self.ask("cost")[0][1])

    def close(self):
        """Ends the program; its exit status must be 0."""
        self.process.stdin.close()
        testlib.equal(self.process.wait(30), 0, "exit status of remote-tool")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.close()
        else:
            self.process.kill()
            self.process.wait()


def refused(what, *words):
    """The Failure that CALL ends in."""
    try:
        what(*words)
    except Failure as failure:
        return failure
    raise AssertionError(f"{words} was not refused")


def busy(name, day="04", hour=8):
    """An event whose uid is NAME."""
    return event(name, f"202701{day}T{hour:02}0000Z", f"202701{day}T{hour:02}3000Z", f"SUMMARY:{name}")


# Real servers -----------------------------------------------------------------------------------------


def try_reading(remote, calendar, server):
    """Facts, whole listing, texts, feed, quiet feed."""
    _, tier, can_read, can_write, holds_events, identity, _ = remote.ask("describe")[0]
    testlib.equal((tier, can_read, can_write, holds_events), ("1", "1", "1", "1"), f"{server.name} says of the calendar")
    testlib.equal(identity != "-", True, "it has an identity")
    there, gone, tier, _, cursor = remote.listing("all")
    testlib.equal((len(there), gone, tier), (N_EVENTS, set(), "1"), "the whole listing")
    n_before = remote.n_requests()
    found = remote.fetch(list(there))
    testlib.equal(len(found), N_EVENTS, "texts")
    testlib.equal(remote.n_requests() - n_before <= 2, True, "most of a calendar is one request, or two where parts are not given")
    testlib.equal({found[key][1] == version for key, version in there.items()}, {True}, "versions of listing and texts")
    n_before = remote.n_requests()
    some = remote.fetch(list(there)[:N_SOME])
    testlib.equal(some, {key: found[key] for key in list(there)[:N_SOME]}, "some of them give the same")
    testlib.equal(remote.n_requests() - n_before, 3, "in parts of 50")
    testlib.equal({state for state, _, _ in found.values()}, {FOUND}, "states")
    testlib.equal(all("BEGIN:VEVENT" in text for _, _, text in found.values()), True, "every text is an event")
    n_before = remote.n_requests()
    for _ in range(3):
        there, gone, _, needs_listing, cursor = remote.listing("changes", cursor)
        testlib.equal((len(there) <= 1, gone, needs_listing), (True, set(), False), "nothing changed")
    testlib.equal(remote.n_requests() - n_before, 3, "one request each when nothing changed")
    calendar.put("ny", busy("ny"))
    calendar.put("e5", busy("e5", "06"))
    calendar.delete("e7")
    there, gone, _, _, cursor = remote.listing("changes", cursor)
    names = lambda keys: {key.rsplit("/", 1)[1] for key in keys}
    testlib.equal(({"ny.ics", "e5.ics"} <= names(there), names(gone)), (True, {"e7.ics"}), "the feed")
    one_gone = next(iter(gone))
    found = remote.fetch([*there, one_gone])
    testlib.equal(found[one_gone][0], GONE, "what is gone is said to be gone")
    return cursor


def try_writing(remote, calendar, refuses_same_uid):
    """Create, adopt, update, remove, and each of them on a wrong premise."""
    key = remote.ask("key", "vores-1")[0][1]
    version = remote.write("create", key, text=busy("vores-1", hour=10))
    failure = refused(lambda: remote.write("create", key, text=busy("vores-1", hour=11)))
    testlib.equal(failure.word, "changed", "a create of what is there")
    there = remote.listing("all")[0]
    mine = next(found for found in there if found.endswith("vores-1.ics"))
    testlib.equal(version in ("-", there[mine]), True, "the version is what the listing says")
    state, version, text = remote.fetch([key], "whole")[key]
    testlib.equal((state, "T100000Z" in text), (FOUND, True), "the whole text")
    newer = remote.write("update", key, version, text=busy("vores-1", hour=12))
    testlib.equal(newer != version, True, "a new version")
    failure = refused(lambda: remote.write("update", key, version, text=busy("vores-1", hour=13)))
    testlib.equal(failure.word, "changed", "an update over somebody else's")
    testlib.equal("T120000Z" in calendar.get("vores-1"), True, "the second text is there")
    other = remote.ask("key", "vores-2")[0][1]
    if refuses_same_uid:
        failure = refused(lambda: remote.write("create", other, text=busy("vores-1", hour=14)))
        testlib.equal(failure.word in ("changed", "refused"), True, f"the same UID at a second place: {failure}")
    other = remote.ask("key", "vores-3")[0][1]
    failure = refused(lambda: remote.write("create", other, text="rubbish"))
    # DAViCal says 412 to that.
    testlib.equal(failure.word in ("refused", "failed", "forbidden", "changed"), True, f"no calendar at all: {failure}")
    testlib.equal(refused(remote.ask, "remove", key, version).word, "changed", "a removal over somebody else's")
    state, version, _ = remote.fetch([key], "whole")[key]
    remote.ask("remove", key, version)
    testlib.equal(calendar.get("vores-1"), None, "it is removed")
    testlib.equal(remote.fetch([key], "whole")[key][0], GONE, "it is gone")
    # RFC 9110 says 412 to a condition on what is not there, most servers say 404.
    testlib.equal(refused(remote.ask, "remove", key, version).word in ("gone", "changed"), True, "a second removal")


def try_losses(remote, calendar, server, cursor):
    """Tokens, the server itself, rights, password, the calendar."""
    calendar.put("efter", busy("efter"))  # else the token stays good: Xandikos names trees by what is in them
    server.forget_tokens(calendar)
    if server.refuses_forgotten_tokens:
        testlib.equal(refused(remote.listing, "changes", cursor).word, "cursor", "a forgotten token")
    _, _, _, _, cursor = remote.listing("all")
    remote.listing("changes", cursor)
    server.stop()
    testlib.equal(refused(remote.listing, "changes", cursor).word, "unreachable", "a server that is down")
    server.start()
    remote.listing("changes", cursor)
    if server.knows_rights:
        server.deny(calendar, "r")
        failure = refused(lambda: remote.write("create", remote.ask("key", "nej")[0][1], text=busy("nej")))
        testlib.equal(failure.word, "forbidden", "a write without the right")
        server.deny(calendar, "")
        failure = refused(remote.listing, "changes", cursor)
        testlib.equal(failure.word in ("forbidden", "gone"), True, f"a reader without the right: {failure}")
        testlib.equal(refused(remote.listing, "all").word in ("forbidden", "gone"), True, "a listing without the right")
        server.deny(calendar, "rw")
        remote.listing("all")
    calendar.remove()
    failure = refused(remote.listing, "changes", cursor)
    testlib.equal(failure.word in ("gone", "cursor"), True, f"a calendar that is gone: {failure}")
    testlib.equal(refused(remote.listing, "all").word, "gone", "the listing of a calendar that is gone")


def try_server(server):
    """One way through everything."""
    calendar = server.make_calendar("u1", "arbejde")
    calendar.fill({f"e{i}": busy(f"e{i}") for i in range(N_EVENTS)})
    with Remote(calendar.url, calendar, timeout_s=REAL_TIMEOUT_S) as remote:
        cursor = try_reading(remote, calendar, server)
        try_writing(remote, calendar, server.name != "DAViCal")
        try_losses(remote, calendar, server, cursor)
    if server.asks_password:
        with Remote(calendar.url, calendar, secret="forkert", timeout_s=REAL_TIMEOUT_S) as remote:
            testlib.equal(refused(remote.ask, "describe").word, "denied", "a wrong password")


def test_fake():
    with FakeServer() as server:
        try_server(server)


def _make_test(kind):
    def test():
        if kind.missing():
            raise testlib.Skip(f"{kind.name} is not installed: no {kind.missing()}")
        with kind() as server:
            try_server(server)

    return test


for _kind in caldav_servers.SERVERS:
    globals()["test_" + _kind.name.lower()] = _make_test(_kind)

# Manners ----------------------------------------------------------------------------------------------

f = caldav_fake
HTML = "<html><body><h1>Velkommen til kommunens netværk</h1>HEMMELIG-4711</body></html>"
XML = "application/xml"
LOOP = "http://127.0.0.1:{port}{path}"
# name; requests that meet it; the manner; words that may come of a feed, of a listing, of a fetch ('' = it gets through)
READING = [
    ("301 to itself", "*", f.redirect(301, "{path}"), "astray", "astray", "astray"),
    ("302 elsewhere", "*", f.redirect(302, "http://127.0.0.1:9{path}"), "astray", "astray", "astray"),
    ("308 to another scheme", "*", f.redirect(308, "ftp://127.0.0.1/x"), "astray", "astray", "astray"),
    ("303 without a place", "*", f.status(303), "astray failed", "astray failed", "astray failed"),
    ("401", "*", f.status(401, {"WWW-Authenticate": 'Basic realm="x"'}), "denied", "denied", "denied"),
    ("401 without a challenge", "*", f.status(401), "denied", "denied", "denied"),
    ("403", "*", f.status(403), "forbidden", "forbidden", "forbidden"),
    ("404", "*", f.status(404), "gone", "gone", "gone "),
    ("407", "*", f.status(407), "denied failed astray", "denied failed astray", "denied failed astray"),
    ("409", "*", f.status(409), "failed changed", "failed changed", "failed changed"),
    ("410", "*", f.status(410), "gone", "gone", "gone "),
    ("412", "*", f.status(412), "failed changed", "failed changed", "failed changed"),
    ("423", "*", f.status(423), "busy", "busy", "busy"),
    ("429", "*", f.status(429, {"Retry-After": "7"}), "busy", "busy", "busy"),
    ("500", "*", f.status(500), "failed", "failed", "failed"),
    ("503", "*", f.status(503, {"Retry-After": f.http_date(90)}), "busy", "busy", "busy"),
    ("507", "*", f.status(507), "failed full", "failed full", "failed full"),
    ("403 valid-sync-token", "sync-collection", f.precondition(403, "valid-sync-token"), "cursor", " cursor", ""),
    ("500 on the token", "sync-collection", f.status(500), "cursor", " failed", ""),
    ("418 on the token", "sync-collection", f.status(418), "cursor", " failed", ""),
    ("HTML with 200", "*", f.text(200, "text/html", HTML), "nonsense", "nonsense", "nonsense"),
    ("HTML with 207", "*", f.text(207, "text/html", HTML), "nonsense", "nonsense", "nonsense"),
    ("JSON with 207", "*", f.text(207, "application/json", '{"HEMMELIG-4711": 1}'), "nonsense", "nonsense", " nonsense"),
    ("garbage XML", "*", f.text(207, XML, "<multistatus xmlns='DAV:'><HEMMELIG-4711"), "nonsense", "nonsense", "nonsense"),
    ("another XML", "*", f.text(207, XML, "<HEMMELIG-4711/>"), "nonsense", "nonsense", "nonsense"),
    ("nothing with 207", "*", f.text(207, XML, ""), "nonsense", "nonsense", "nonsense"),
    ("204 instead", "*", f.status(204), "nonsense failed", "nonsense failed", "nonsense failed"),
    ("cut in the middle", "*", f.cut(0.5), "unreachable nonsense", "unreachable nonsense", "unreachable nonsense"),
    # Half a text is for whoever reads it to see.
    ("cut with a fitting length", "*", f.cut_cleanly(0.7), "nonsense", "nonsense", " nonsense"),
    ("closed at once", "*", f.deaf, "unreachable", "unreachable", "unreachable"),
    ("silence", "*", f.hang(2.5, before=True), "unreachable", "", "unreachable"),
    ("entities", "*", f.entities, "nonsense", "nonsense", "nonsense"),
    ("an entity from a file", "*", f.outside_entity("/etc/passwd"), "nonsense", "nonsense", "nonsense"),
    ("a huge answer", "*", f.huge(64 << 20), "too-large nonsense", "too-large nonsense", "too-large nonsense"),
    ("a gzip bomb", "*", f.gzip_bomb(256 << 20), "too-large nonsense", "too-large nonsense", "too-large nonsense"),
    ("slow, but it comes", "*", f.drip(400, 0.02), "", "", ""),
    ("no Content-Type", "*", f.without_header("content-type"), " nonsense", " nonsense", " nonsense"),
]


def meet(remote, server, row, cursor, keys):
    """One manner, in its three readings; answers what was wrong."""
    name, what, act, *expected = row
    asks = [lambda: remote.listing("changes", cursor), lambda: remote.listing("all"), lambda: remote.fetch(keys)]
    wrong = []
    for verb, ask, words in zip(("changes", "all", "fetch"), asks, expected):
        with server.manner(what, act):
            try:
                found = ask()
                word, sentence = "", ""
                # Each by itself it may say that it cannot be read.
                if verb == "fetch" and words and all(state == UNREADABLE for state, _, _ in found.values()):
                    word = words.split(" ")[0]
            except Failure as failure:
                word, sentence = failure.word, failure.sentence
        if word not in words.split(" "):
            wrong.append(f"{name}, {verb}: {word or 'got through'} ({sentence}); expected {words or 'through'}")
        for secret in ("HEMMELIG", "4711", "root:", "Velkommen"):
            if secret in sentence:
                wrong.append(f"{name}, {verb}: the sentence holds the answer: {sentence}")
    return wrong


def test_manners_of_reading():
    wrong = []
    with FakeServer() as server:
        calendar = server.make_calendar("u1", "arbejde")
        calendar.fill({f"e{i}": busy(f"e{i}") for i in range(30)})
        for row in READING:
            # A program of its own: a client that was denied once does not ask again.
            with Remote(calendar.url, calendar) as remote:
                there, _, _, _, cursor = remote.listing("all")
                wrong += meet(remote, server, row, cursor, list(there)[:5])
                if "denied" in row[3]:
                    continue
                # When the manner ends, everything is as before.
                testlib.equal(len(remote.listing("all")[0]), 30, f"{row[0]}: afterwards")
                testlib.equal(remote.listing("changes", cursor)[0], {}, f"{row[0]}: the feed afterwards")
    testlib.equal(wrong, [], "words")


def test_front_of_a_real_server():
    kind = next((kind for kind in caldav_servers.INSTALLED if kind.name != "DAViCal"), None)
    if kind is None:
        raise testlib.Skip("no server is installed")
    with kind() as server, Front(server) as front:
        calendar = server.make_calendar("u1", "arbejde")
        calendar.fill({f"e{i}": busy(f"e{i}") for i in range(30)})
        with Remote(front.url(calendar), calendar) as remote:
            there, _, _, _, cursor = remote.listing("all")
            testlib.equal(len(there), 30, "through the front")
            with front.manner("PUT", f.silent, times=1):
                key = remote.ask("key", "tavs")[0][1]
                failure = refused(lambda: remote.write("create", key, text=busy("tavs")))
                testlib.equal((failure.word, failure.is_uncertain), ("unreachable", True), "a write without an answer")
            testlib.equal(remote.fetch([key], "whole")[key][0], FOUND, "it was done all the same")
            front.forget_seen()
            remote.listing("changes", cursor)
            testlib.equal(front.cost()["requests"], 1, "one request for a feed")


testlib.run(globals())
