# SPDX-License-Identifier: EUPL-1.2
# Changes with full durability beside one transaction a request, on the disk as it is and with 2 ms more in every flush.
"""Every answered change is counted in the database at the end: none may be missing, none too many; then `plannerctl verify`."""

import os
import statistics
import time

import harness
import testlib
import world

DELAY_MS = 2
MOST_A_SECOND = 9000  # calls that a window may need
N_ADVISORS = 200
N_SMALL = 2000  # calls of a small run
# name, title, kind of call, connections, share of the rounds
KINDS = [
    ("create-32", "CreateBooking, 32 connections", "create", 32, 0.75),
    ("move-32", "RescheduleBooking, 32 connections", "move", 32, 0.4),
    ("pair-32", "GetBookingDetails, then CreateBooking, 32 connections", "pair", 32, 0.4),
    ("create-128", "CreateBooking, 128 connections", "create", 128, 0.5),
]


class Disk:
    """The file that the library obeys which makes flushes slow."""

    def __init__(self):
        self.library = testlib.BUILD / "tests" / "fault" / "libbad-disk.so"
        self.path = testlib.make_folder() / "disk"
        self.set(0)

    def set(self, delay_ms):
        """So many milliseconds more in every flush from now on."""
        self.path.write_text(f"delay {delay_ms}" if delay_ms else "", encoding="ascii")

    def preload(self):
        """Environment of a server on this disk."""
        return {"LD_PRELOAD": str(self.library), "PLANNER_TEST_DISK": str(self.path)}


def flush_us(folder):
    """(median, 99th of 100) time of flushing an appended page on the disk of FOLDER."""
    times = []
    with (folder / "flush").open("wb", buffering=0) as output:
        for _ in range(200):
            output.write(b"x" * 4096)
            start = time.perf_counter()
            os.fdatasync(output.fileno())
            times.append((time.perf_counter() - start) * 1e6)
    return round(statistics.median(times)), round(statistics.quantiles(times, n=100)[98])


class Supply:
    """Free times, which are the same in both servers; each is taken once, and so is each citizen."""

    def __init__(self, slots):
        self.folder = testlib.make_folder()
        rows = ((offer, row) for offer in sorted(slots) for row in slots[offer])
        self.rows = world.shuffled(rows)
        self.n_citizens = 0

    def take(self, n_rows):
        """At most so many; and the number of their first citizen."""
        taken, self.rows = self.rows[:n_rows], self.rows[n_rows:]
        first = self.n_citizens
        self.n_citizens += len(taken)
        return taken, first

    def take_like(self, offers):
        """One of the same offer for each of OFFERS."""
        left = {}
        for offer, row in self.rows:
            left.setdefault(offer, []).append((offer, row))
        taken = [left[offer].pop() for offer in offers if left.get(offer)]
        self.rows = world.shuffled(row for rows in left.values() for row in rows)
        return taken


def count(planner, sql="SELECT count(*) FROM booking"):
    """The number that SQL finds in a server's database."""
    return planner.count(sql)


class Pair:
    """plannerd, and plannerd with a transaction for every request, on one disk."""

    def __init__(self, bench, planners, disk, supply):
        self.bench, self.planners, self.disk, self.supply = bench, planners, disk, supply
        self.names = ["plannerd", "one transaction a request"]
        self.created = []  # offers of the first kind's bookings
        self.n_created = [0, 0]

    def n_calls(self, share):
        """How many calls a server may need for windows on both disks."""
        if self.bench.small:
            return N_SMALL
        return int(MOST_A_SECOND * 2 * (self.bench.n_rounds(share) + 1) * self.bench.window_ms / 1000)

    def bodies(self, name, kind, share):
        """The calls of a kind."""
        if kind == "move":
            offers = self.created[: min(self.n_created)][: self.n_calls(share)]
            return world.move_bodies(self.supply.folder, name, self.supply.take_like(offers), 0)
        rows, first = self.supply.take(self.n_calls(share) // (2 if kind == "pair" else 1))
        self.created = self.created or [offer for offer, _ in rows]
        make = world.pair_bodies if kind == "pair" else world.create_bodies
        return make(self.supply.folder, name, rows, first)

    def measure(self, name, title, kind, n_connections, share):
        """Both servers by turns on the fast disk, then on the slow one; how many calls each answered."""
        options = {"bodies": self.bodies(name, kind, share), "connections": n_connections, "pairs": kind == "pair"}
        at = [{"bodies": 0, "writes": 0} for _ in self.planners]
        for suffix, delay_ms in (("native", 0), ("slow", DELAY_MS)):
            contenders = [harness.Contender.of_planner(*one) for one in zip(self.names, self.planners)]
            for one, where in zip(contenders, at):
                one.at = where
            self.disk.set(delay_ms)
            harness.alternate(self.bench, contenders, share, once=True, **options)
            self.disk.set(0)
            more = f", {DELAY_MS} ms more a flush" if delay_ms else ""
            self.bench.add(f"booking-{name}-{suffix}", title + more, contenders)
        return [where["bodies"] for where in at]

    def run(self, name, title, kind, n_connections, share):
        """One kind, and whether what was answered stands."""
        sql = "SELECT count(*) FROM booking" + (" WHERE revision = 2" if kind == "move" else "")
        before = [planner.count(sql) for planner in self.planners]
        n_answered = self.measure(name, title, kind, n_connections, share)
        n_answered = [n_calls // 2 if kind == "pair" else n_calls for n_calls in n_answered]
        n_made = [planner.count(sql) - n_before for planner, n_before in zip(self.planners, before)]
        testlib.equal(n_made, n_answered, f"{name}: changes that stand, changes that were answered")
        if not any(self.n_created):
            self.n_created = n_made


def run(bench):
    """Every kind, on one pair of servers."""
    disk = Disk()
    n_advisors = 2 * world.N_POOL if bench.small else N_ADVISORS
    folder = world.town(n_advisors, with_calendars=False)
    settings = [{}, {"limits/max-group": 1}]
    planners = [world.planner_of(folder, one, bench.core_of_server, disk.preload()) for one in settings]
    with harness.Started(planners):
        bench.figures["flush_us"], bench.figures["flush_p99_us"] = flush_us(planners[0].folder)
        offers = [world.POOL_OFFER, *map(world.offer_of, world.other_units(n_advisors))]
        n_days = 5 if bench.small else world.N_DAYS
        supply = Supply(world.list_slots(planners[0], offers, n_days))
        pair = Pair(bench, planners, disk, supply)
        for kind in KINDS[:3] if bench.small else KINDS:
            pair.run(*kind)
        for planner in planners:
            planner.stop()
            planner.control("verify")
