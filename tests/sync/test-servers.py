# SPDX-License-Identifier: EUPL-1.2
# Whether the judges work: every real server is started, filled, looked into, made to forget, made to refuse, killed, started again.
"""Nothing of ours is asked here: when this fails, no other test of tests/sync tells anything."""

import http.client
import re
import time

import caldav_fake
import caldav_servers
import testlib
from caldav_servers import event

FEED = (
    '<sync-collection xmlns="DAV:"><sync-token>{}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'
)


def changes(calendar, token=""):
    """Status of a sync-collection, its text, and the token in it."""
    answer = calendar.ask("REPORT", body=FEED.format(token), headers={"Depth": "0"})
    found = re.search(r"sync-token>([^<]+)<", answer.text)
    return answer.status, answer.text, found and found.group(1)


def try_server(server):
    """One way through everything that other tests use."""
    calendar = server.make_calendar("u1", "arbejde")
    testlib.equal(calendar.list(), {}, "a new calendar")
    calendar.put("et", event("et", "20270104T080000Z", "20270104T090000Z", "SUMMARY:Et"))
    first = calendar.list()["et"]
    calendar.put("et", event("et", "20270104T100000Z", "20270104T110000Z", "SUMMARY:Et"), etag=first)
    testlib.equal(calendar.put("et", event("et", "20270104T120000Z", "20270104T130000Z"), etag=first), 412, "a stale ETag")
    testlib.equal(calendar.put("et", event("et", "20270104T120000Z", "20270104T130000Z"), is_new=True), 412, "it is there")
    testlib.equal("20270104T100000Z" in calendar.get("et"), True, "the second text is there")
    testlib.equal(calendar.get("intet"), None, "nothing of that name")

    start = time.monotonic()
    calendar.fill({f"n{i}": event(f"n{i}", "20270105T080000Z", "20270105T083000Z") for i in range(100)})
    testlib.note(f"{server.name}: 100 events in {time.monotonic() - start:.2f} s")
    testlib.equal(len(calendar.list()), 101, "events after filling")
    testlib.equal(calendar.texts()["n99"].count("BEGIN:VEVENT"), 1, "an event as text")

    status, _, token = changes(calendar)
    testlib.equal(status, 207, "a first feed")
    calendar.delete("n7")
    status, text, _ = changes(calendar, token)
    testlib.equal((status, "n7.ics" in text, "n8.ics" in text), (207, True, False), "the feed after a deletion")
    server.forget_tokens(calendar)
    status, text, _ = changes(calendar, token)
    if server.refuses_forgotten_tokens:
        testlib.equal(status >= 400, True, f"a forgotten token is refused: {status}")
    else:
        testlib.equal((status, "n7.ics" in text, "n8.ics" in text), (207, False, True), "a forgotten token tells everything")
    testlib.equal(len(calendar.list()), 100, "events after the tokens are forgotten")

    server.restart()
    testlib.equal(len(calendar.list()), 100, "events after a restart")
    server.kill()
    server.start()
    testlib.equal(len(calendar.list()), 100, "events after a kill")

    other = server.make_calendar("u2", "privat")
    testlib.equal(other.list(), {}, "another user's calendar")
    if server.asks_password:
        denied = caldav_servers.Client(server.port, "u1", "forkert")
        testlib.equal(denied.ask("PROPFIND", calendar.path, headers={"Depth": "0"}).status, 401, "a wrong password")
    if server.knows_rights:
        server.deny(calendar, "r")
        testlib.equal(calendar.ask("PUT", calendar.path + "x.ics", "x").status, 403, "a write without the right")
        testlib.equal(len(calendar.list()), 100, "a reader reads")
        server.deny(calendar, "")
        testlib.equal(calendar.ask("PROPFIND", headers={"Depth": "1"}).status in (403, 404), True, "no right at all")
        server.deny(calendar, "rw")
        calendar.put("igen", event("igen", "20270104T080000Z", "20270104T090000Z"))
    calendar.clear()
    testlib.equal(calendar.list(), {}, "an emptied calendar")
    calendar.remove()
    # Xandikos says 207 to a PROPFIND, and 404 inside.
    testlib.equal(calendar.ask("GET").status, 404, "a calendar that is gone")


def _make_test(kind):
    def test():
        if kind.missing():
            raise testlib.Skip(f"{kind.name} is not installed: no {kind.missing()}")
        with kind() as server:
            try_server(server)

    return test


def try_manners(server, calendar, port):
    """A few manners, met by a client that is not the harness's."""
    client = caldav_servers.Client(port, "u1", calendar.password)
    ask = lambda: client.ask("PROPFIND", calendar.path, headers={"Depth": "1"})
    testlib.equal(ask().status, 207, "without manners")
    with server.manner("PROPFIND", caldav_fake.status(503, {"Retry-After": "7"}), times=2, after=1):
        testlib.equal([ask().status for _ in range(4)], [207, 503, 503, 207], "a manner, after one, two times")
    with server.manner("REPORT", caldav_fake.deaf):
        testlib.equal(ask().status, 207, "a manner of other requests")
    with server.manner("*", caldav_fake.cut(0.5)):
        try:
            ask()
            raise AssertionError("half an answer came whole")
        except http.client.IncompleteRead:
            pass
    testlib.equal(server.cost()["requests"] >= 6, True, f"requests are counted: {server.cost()}")


def test_fake():
    with caldav_fake.FakeServer() as server:
        try_server(server)
        try_manners(server, server.make_calendar("u1", "igen"), server.port)


def test_front():
    kind = caldav_servers.INSTALLED[0] if caldav_servers.INSTALLED else None
    if kind is None:
        raise testlib.Skip("no server is installed")
    with kind() as server, caldav_fake.Front(server) as front:
        calendar = server.make_calendar("u1", "arbejde")
        calendar.put("et", event("et", "20270104T080000Z", "20270104T090000Z"))
        try_manners(front, calendar, front.port)


for _kind in caldav_servers.SERVERS:
    globals()["test_" + _kind.name.lower()] = _make_test(_kind)

testlib.run(globals())
