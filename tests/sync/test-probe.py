# SPDX-License-Identifier: EUPL-1.2
# Discovery and the connection test against real servers of other makes: from the server's root, with rights taken away.
"""Also tests: calsync-remote-discovery. probe-tool runs the test; nothing of plannerd is asked."""

import subprocess

import caldav_servers
import testlib
from caldav_servers import event

UID = "0f7a-probe-1"


class Probe:
    """What came of one test: {step: (outcome, text)}, {address: name}, usable."""

    def __init__(self, address, user, secret, calendar="-", uid="-"):
        folder = testlib.make_folder()
        (folder / "secret").write_text(secret + "\n", encoding="utf-8")
        command = [testlib.BUILD / "tests" / "sync" / "sync-probe-tool", address, user, folder / "secret", calendar, uid]
        result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=100, check=True)
        lines = [line.split("\t") for line in result.stdout.splitlines()]
        self.calendars = {line[1]: line[2] for line in lines if line[0] == "found"}
        self.is_usable = lines[-1] == ["usable", "1"]
        self.steps = {line[0]: (line[1], line[2]) for line in lines if line[0] not in ("found", "usable")}
        for step, (outcome, text) in self.steps.items():
            testlib.note(f"{step:12} {outcome:8} {text}")
            testlib.equal(secret in text and len(secret) > 6, False, "the secret is not told")

    def check(self, step, outcome, part=""):
        """The step came out so, and says PART."""
        testlib.equal(self.steps[step][0], outcome, f"{step}: {self.steps[step][1]}")
        testlib.equal(part in self.steps[step][1], True, f"{step} says {part}: {self.steps[step][1]}")


def find_from_root(server, calendar):
    """From the server's address alone, by its own calendar's address when it has several."""
    root = f"http://127.0.0.1:{server.port}"
    if not server.asks_password:
        root = root + server.home("u1")
    probe = Probe(root, calendar.user if server.asks_password else "-", calendar.password, calendar.url, UID)
    testlib.equal(calendar.url in probe.calendars, True, f"{calendar.url} among {sorted(probe.calendars)}")
    probe.check("calendar", "ok", calendar.url)
    probe.check("events", "ok", "Entries: 2.")
    probe.check("keeping", "ok", "removed again")
    testlib.equal(probe.is_usable, True, "usable")
    testlib.equal(sorted(calendar.list()), ["a", "b"], "nothing is left behind")


def take_it_as_it_is(server, calendar):
    """The address of the calendar itself."""
    probe = Probe(calendar.url, calendar.user if server.asks_password else "-", calendar.password)
    probe.check("home", "ok", "a calendar itself")
    probe.check("keeping", "skipped")
    testlib.equal(probe.is_usable, True, "usable")


def refuse_password(server, calendar):
    """A wrong password, tried once."""
    if server.asks_password:
        probe = Probe(calendar.url, calendar.user, "not-the-password")
        probe.check("login", "failed", "password")
        probe.check("home", "skipped")


def miss_the_calendar(server, calendar):
    """An address where nothing is: no other calendar is taken for it."""
    address = calendar.url.replace("/work", "/nothing")
    probe = Probe(address, calendar.user if server.asks_password else "-", calendar.password)
    testlib.equal(probe.is_usable, False, "usable")
    testlib.equal(calendar.url in probe.calendars, True, f"{calendar.url} among {sorted(probe.calendars)}")
    probe.check("calendar", "failed", "no calendar at that address")


def lose_rights(server, calendar):
    """Reading only, then nothing."""
    if not server.knows_rights:
        return
    server.deny(calendar, "r")
    probe = Probe(calendar.url, calendar.user, calendar.password, "-", UID)
    probe.check("events", "ok", "Entries: 2.")
    probe.check("writing", "failed", "must give it the right")
    testlib.equal(probe.is_usable, False, "usable")
    server.deny(calendar, "")
    probe = Probe(calendar.url, calendar.user, calendar.password, calendar.url)
    testlib.equal(probe.is_usable, False, "usable")


def make_test(kind):
    """A test of every case on one server, the last of which takes rights away."""

    def test():
        if kind.missing():
            raise testlib.Skip(f"no {kind.missing()}")
        with kind() as server:
            calendar = server.make_calendar("u1", "work")
            calendar.put("a", event("a", ":20261201T090000Z", ":20261201T100000Z"))
            calendar.put("b", event("b", ":20261202T090000Z", ":20261202T100000Z"))
            for case in (find_from_root, take_it_as_it_is, refuse_password, miss_the_calendar, lose_rights):
                testlib.note(f"--- {case.__name__.replace('_', ' ')}")
                case(server, calendar)

    return test


testlib.run({f"test_{kind.name}": make_test(kind) for kind in caldav_servers.SERVERS})
