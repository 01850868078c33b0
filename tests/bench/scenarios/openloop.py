# SPDX-License-Identifier: EUPL-1.2
# The national peak hour times a hundred: 2,400 calls a second fall due, a tenth of them bookings, whoever is answered when.
"""Calls fall due at random (Poisson) and take one of 64 connections; one that finds none free waits, and its latency counts from
when it was due. All on one core beside the writer, on the disk as it is and with 2 ms more in every flush."""

import harness
import testlib
import world
from scenarios import booking

RATE = 2400
WRITES_PERCENT = 10
N_CONNECTIONS = 64
WINDOW_MS = 4000


def run(bench):
    """Windows on both disks by turns."""
    disk = booking.Disk()
    planner = world.planner_of(world.town(), core=bench.core_of_server, preload=disk.preload())
    window_ms = bench.window_ms if bench.small else max(bench.window_ms, WINDOW_MS)
    n_rounds = bench.n_rounds(0.5)
    with harness.Started([planner]):
        slots = world.list_slots(planner, n_days=10 if bench.small else world.N_DAYS)
        folder = testlib.make_folder()
        reads = world.listing_bodies(folder, "reads", slots, world.TEAM_OFFER, (0, 24))
        rows = world.shuffled((world.POOL_OFFER, row) for row in slots[world.POOL_OFFER] if row[2] > f"{world.UNIT}-04")
        n_writes = RATE * WRITES_PERCENT // 100 * window_ms // 1000 * 2 * (n_rounds + 1)
        writes = world.create_bodies(folder, "writes", rows[: 2 * n_writes], 10000)
        fast, slow = (harness.Contender.of_planner(name, planner) for name in ("native disk", "2 ms more a flush"))
        slow.at = fast.at
        options = {"bodies": reads, "writes": writes, "writes_percent": WRITES_PERCENT, "rate": RATE}
        for number in range(n_rounds):
            for one, delay_ms in ((fast, 0), (slow, booking.DELAY_MS))[:: 1 if number % 2 else -1]:
                disk.set(delay_ms)
                seen = harness.shoot(bench, one, window_ms, connections=N_CONNECTIONS, **options)
                one.windows.append(seen)
        disk.set(0)
        testlib.equal(planner.count("SELECT count(*) FROM booking"), fast.at["writes"], "bookings that stand, answered")
        bench.add("open-loop", f"{RATE:,} calls/s fall due, {WRITES_PERCENT} % bookings", [fast, slow])
