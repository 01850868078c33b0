# SPDX-License-Identifier: EUPL-1.2
# One advisor with a calendar on a server, through a front: both sides, and whether they say the same.
"""Shared by the tests of this folder."""

import datetime
import re

import testlib
from caldav_fake import FakeServer, Front
from sync_world import SyncWorld, appointments, cut_to, expected_busy, own_times

ADVISOR = "89000-01"
TODAY = datetime.date.today()
WINDOW = (TODAY + datetime.timedelta(days=2), TODAY + datetime.timedelta(days=60))
N_DAYS = 60


def days(n_days):
    """A day of the window."""
    return TODAY + datetime.timedelta(days=n_days)


class Town:
    """A world with one advisor whose calendar on SERVER is connected through a front."""

    def __init__(self, server, n_events, unit_settings=None, settings=None):
        # A server of our own misbehaves by itself.
        self.server, self.front = server, server if isinstance(server, FakeServer) else Front(server)
        self.calendar = server.make_calendar("u1", f"arbejde-{testlib.free_port()}")
        if n_events:
            self.calendar.fill(appointments(n_events))
        self.world = SyncWorld(unit_settings=unit_settings, settings=settings)

    @property
    def url(self):
        """The calendar's address, through the front."""
        return f"http://127.0.0.1:{self.front.port}{self.calendar.path}"

    def __enter__(self):
        if self.front is not self.server:
            self.front.start()
        self.world.start()
        self.world.connect(ADVISOR, self.calendar, url=self.url)
        return self

    def __exit__(self, kind, value, trace):
        self.world.__exit__(kind, value, trace)
        if self.front is not self.server:
            self.front.stop()
        if kind is None:
            self.calendar.remove()

    def run(self, *words):
        """One run."""
        return self.world.run(ADVISOR, *words)

    def check(self, what):
        """Both sides say the same: busy time, and our meetings."""
        texts = self.calendar.texts().values()
        found = cut_to(self.world.busy(ADVISOR), *WINDOW)
        wanted = cut_to(expected_busy(texts, TODAY, days(N_DAYS + 5)), *WINDOW)
        if found != wanted:
            missing, odd = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
            raise AssertionError(f"{self.server.name}, {what}: busy time lacks {missing[:5]}, has {odd[:5]} too many")
        live = self.world.bookings(ADVISOR)
        testlib.equal(own_times(texts), live, f"{self.server.name}, {what}: our meetings in the calendar")

    def check_quiet(self, what):
        """Another run asks once and changes nothing."""
        self.front.forget_seen()
        row = self.run()
        testlib.equal(row["outcome"], "quiet", f"{self.server.name}, {what}: another run: {row}")
        testlib.equal(self.front.cost()["requests"], 1, f"{self.server.name}, {what}: requests of a quiet run: {self.front.seen}")


def settle(town, what, n_runs=3):
    """Runs until one is quiet, at most N_RUNS."""
    for _ in range(n_runs):
        if town.run()["outcome"] == "quiet":
            break
    town.check(what)


def edit(town, reference, change):
    """A person changes the event of a reference in the calendar."""
    for name, text in town.calendar.texts().items():
        if reference in text.replace("\r\n ", ""):
            if change is None:
                town.calendar.delete(name)
            else:
                town.calendar.put(name, change(text))
            return
    raise AssertionError(f"{reference} is not there")


def shifted(text):
    """The same event a day later."""

    def later(match):
        day = datetime.datetime.strptime(match[2], "%Y%m%d") + datetime.timedelta(days=1)
        return f"{match[1]}{day:%Y%m%d}T"

    return re.sub(r"((?:DTSTART|DTEND)[^:\r\n]*:)(\d{8})T", later, text)


def moment(n_days, hour):
    """A local time of the window."""
    return datetime.datetime.combine(days(n_days), datetime.time(hour))
