# SPDX-License-Identifier: EUPL-1.2
# Ten thousand advisors: what a question about fifty of them costs, how much memory plannerd takes, how soon it answers.
"""The advisors come through the import folder; the bookings of 200,000 citizens through CreateBooking, from 256 connections, so
that the database is what plannerd itself writes: journal, stored answers, index and all."""

import re
import statistics
import subprocess
import time
import urllib.error
import urllib.request

import harness
import peers
import testlib
import world

SIZES = (100, 1000, 10000)
DAYS = (1, 10, 60)
N_CITIZENS = 200000
N_LOADERS = 256
N_STARTS = 5
POLL_S = 0.002
GIVE_UP_S = 120
FILL_MOST_S = 240  # a machine that is too slow for all bookings measures with those that it made


def run_in_process(bench):
    """bench-slot-search's figures by day and number of advisors."""
    program = peers.built("bench-slot-search")
    numbers = ["--quick"] if bench.small else []
    done = subprocess.run(
        ["taskset", "-c", bench.core_of_server, program, *numbers], capture_output=True, text=True, check=True
    )
    rows = []
    for line in done.stdout.splitlines():
        found = re.match(r"(.+?) +(\d+) starts +([\d.]+) us best +([\d.]+) us median", line)
        if found:
            rows.append([found[1].strip(), int(found[2]), float(found[3]), float(found[4])])
    if not rows:
        raise AssertionError(f"bench-slot-search says {done.stdout}")
    bench.figures["slot_search"] = rows


def run_over_the_wire(bench, planners, sizes):
    """The same question to three municipalities, which differ in the advisors outside the pool."""
    folder = testlib.make_folder()
    slots = world.list_slots(planners[0])
    for n_days in DAYS:
        bodies = world.listing_bodies(folder, f"days-{n_days}", slots, world.POOL_OFFER, (0, min(24 * n_days, 24 * 56)))
        contenders = [harness.Contender.of_planner(f"{size:,} advisors", one) for size, one in zip(sizes, planners)]
        texts = bodies.texts(8)
        answers = [[answer.text for answer in one.post_all(texts)] for one in contenders]
        testlib.equal(answers[1:], answers[:-1], "answers of municipalities that differ outside the pool")
        harness.alternate(bench, contenders, 0.5, bodies=bodies)
        bench.add(f"slots-{n_days}", f"A pool of 50, {n_days} days, at most 1,000 times", contenders)


def fill(bench, planner, n_advisors):
    """Bookings of N_CITIZENS, spread evenly over the advisors outside the first unit."""
    units = world.other_units(n_advisors)
    n_citizens = 400 if bench.small else N_CITIZENS
    n_each = -(-n_citizens // (len(units) * world.N_POOL))
    listed = world.list_slots(planner, [world.offer_of(units[0])], 30)[world.offer_of(units[0])]
    starts = sorted({(world.epoch(row[0]), row[0], row[1]) for row in listed})[:: max(1, 400 // n_each)][:n_each]
    rows = [
        (world.offer_of(unit), (start, end, f"{unit}-{number + 1:02}"))
        for _, start, end in starts
        for unit in units
        for number in range(world.N_POOL)
    ][:n_citizens]
    bodies = world.create_bodies(testlib.make_folder(), "fill", world.shuffled(rows), 0)
    loader = harness.Contender.of_planner("filling", planner)
    started = time.monotonic()
    while loader.at["bodies"] < n_citizens and time.monotonic() < started + FILL_MOST_S:
        harness.shoot(bench, loader, 5000, connections=N_LOADERS, bodies=bodies, once=True)
        bench.say(f"  {loader.at['bodies']:,} of {n_citizens:,} bookings")
    n_made = loader.at["bodies"]
    testlib.equal(planner.count("SELECT count(*) FROM booking"), n_made, "bookings that stand, that were answered")
    bench.figures["fill"] = {"bookings": n_made, "s": round(time.monotonic() - started, 1)}


def first_answer_s(planner, text):
    """Seconds from the start of the process to the first good answer to a call."""
    request = urllib.request.Request(planner.url, text.encode(), {"Content-Type": "text/xml; charset=utf-8"})
    started = time.monotonic()
    with planner.log.open("ab") as output:
        planner.process = subprocess.Popen(  # pylint: disable=consider-using-with
            planner.arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=planner.environment
        )
    while time.monotonic() < started + GIVE_UP_S:
        try:
            with urllib.request.urlopen(request, timeout=GIVE_UP_S) as answer:
                if answer.status == 200 and b"<Timeslot>" in answer.read():
                    return time.monotonic() - started
        except (urllib.error.URLError, ConnectionError):
            time.sleep(POLL_S)
    raise AssertionError(f"no answer within {GIVE_UP_S} s: {planner.tail()}")


def run_starts(bench, planner, n_advisors):
    """Stops and starts; memory after the first answer and after some load."""
    slots = world.list_slots(planner)
    bodies = world.listing_bodies(testlib.make_folder(), "starts", slots, world.POOL_OFFER, (0, 24))
    text = bodies.texts(1)[0]
    times = []
    for _ in range(1 if bench.small else N_STARTS):
        planner.stop()
        times.append(first_answer_s(planner, text))
    own = harness.Contender.of_planner("plannerd", planner)
    fresh = harness.memory_of(planner.process.pid)
    harness.shoot(bench, own, bodies=bodies)
    bench.figures["big"] = {
        "advisors": n_advisors,
        "bookings": planner.count("SELECT count(*) FROM booking"),
        "database_mb": round(planner.database.stat().st_size / 2**20, 1),
        "first_answer_s": [round(one, 3) for one in times],
        "first_answer_median_s": round(statistics.median(times), 3),
        "memory_started": fresh,
        "memory_loaded": harness.memory_of(planner.process.pid),
    }


def run(bench):
    """Question, then bookings, then memory and starts, on one and the same database."""
    sizes = (50, 100, 150) if bench.small else SIZES
    run_in_process(bench)
    planners = []
    for size in sizes:
        started = time.monotonic()
        planners.append(world.planner_of(world.town(size), core=bench.core_of_server))
        bench.figures.setdefault("import_s", {})[str(size)] = round(time.monotonic() - started, 1)
        bench.say(f"  imported {size:,} advisors")
    with harness.Started(planners):
        run_over_the_wire(bench, planners, sizes)
        fill(bench, planners[-1], sizes[-1])
        run_starts(bench, planners[-1], sizes[-1])
