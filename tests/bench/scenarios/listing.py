# SPDX-License-Identifier: EUPL-1.2
# GetSelfbookTimeslots beside its peers: same calls, same free times, same number of them in the answer.
"""Answers of three sizes: about 4.6 kB, a team's day, and a thousand times of fifty advisors."""

import statistics

import harness
import peers
import testlib
import world

# name, title, offer, hours from a midnight, share of the rounds
ANSWERS = [
    ("morning", "A team's morning", world.TEAM_OFFER, (8, 10.5), 1.0),
    ("day", "A team's day", world.TEAM_OFFER, (0, 24), 1.0),
    ("month", "Fifty advisors, 30 days, cut at 1,000", world.POOL_OFFER, (0, 720), 0.5),
]
FIXED = ("libmicrohttpd, fixed reply", "libsoup, fixed reply")
N_CHECKED = 16


def slots_of(answer):
    """What an answer lists, whatever its prefixes and zones."""
    times = ([world.epoch(text) for text in answer.find_all(name)] for name in ("StartTime", "EndTime"))
    return list(zip(*times, answer.find_all("CaseWorkerIdentifier"), answer.find_all("CaseWorkerName")))


def equal_lists(theirs, ours, what):
    """Fails with the first difference, not with thousands of rows."""
    for number, (their, our) in enumerate(zip(theirs, ours)):
        testlib.equal(len(their), len(our), f"{what}: how many in answer {number}")
        for place, (one, other) in enumerate(zip(their, our)):
            testlib.equal(one, other, f"{what}: place {place} of answer {number}")


def check(contenders, bodies):
    """Every contender but those of a fixed reply lists what plannerd lists; bare epoll byte by byte. (Bytes, times) of an
    answer of plannerd's, as medians."""
    texts = bodies.texts(N_CHECKED)
    ours = contenders[0].post_all(texts)
    for one in contenders[1:]:
        if one.name in FIXED:
            continue
        theirs = one.post_all(texts)
        equal_lists([slots_of(answer) for answer in theirs], [slots_of(answer) for answer in ours], f"times of {one.name}")
        if one.name == "bare epoll":
            equal_lists([answer.text for answer in theirs], [answer.text for answer in ours], "characters of bare epoll")
        one.facts["bytes"] = int(statistics.median(len(answer.text.encode()) for answer in theirs))
    n_times = int(statistics.median(len(slots_of(answer)) for answer in ours))
    if n_times == 0:
        raise AssertionError("plannerd lists no times: nothing would be measured")
    return int(statistics.median(len(answer.text.encode()) for answer in ours)), n_times


def contenders_of(planner, quiet, others):
    """plannerd first; then itself without a line a call; then the peers."""
    own = harness.Contender.of_planner("plannerd", planner)
    still = harness.Contender.of_planner("plannerd, log level warning", quiet)
    return [own, still, *(harness.Contender(name, server, server.port, server.path) for name, server in others)]


def run_answer(bench, planner, quiet, folder, answer):
    """One size of answers."""
    name, title, offer, hours, share = answer
    slots = world.list_slots(planner)
    bodies = world.listing_bodies(folder, name, slots, offer, hours)
    probe = harness.Contender.of_planner("plannerd", planner).post_all(bodies.texts(N_CHECKED))
    n_bytes = int(statistics.median(len(one.text.encode()) for one in probe))
    others, missing = peers.make_all(bench, planner, n_bytes, testlib.make_folder())
    bench.missing.update(missing)
    with harness.Started([server for _, server in others]):
        contenders = contenders_of(planner, quiet, others)
        n_bytes, n_times = check(contenders, bodies)
        harness.alternate(bench, contenders, share, bodies=bodies)
        for one in contenders:
            one.facts["rss_mb"], one.facts["pss_mb"] = harness.memory_mb(one.pids())
        bench.add(f"listing-{name}", title, contenders, bytes=n_bytes, times=n_times)
        if name == "morning":
            alone = contenders_of(planner, quiet, others)
            harness.alternate(bench, alone, 0.5, bodies=bodies, connections=1)
            bench.add("listing-alone", f"{title}, one connection", alone, bytes=n_bytes, times=n_times)


def run(bench):
    """Every size."""
    folder = world.town()
    core = bench.core_of_server
    planner = world.planner_of(folder, core=core)
    quiet = world.planner_of(folder, {"log/level": "warning"}, core=core)
    with harness.Started([planner, quiet]):
        for answer in ANSWERS[:1] if bench.small else ANSWERS:
            run_answer(bench, planner, quiet, testlib.make_folder(), answer)
