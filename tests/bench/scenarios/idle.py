# SPDX-License-Identifier: EUPL-1.2
# What connections cost that say nothing: 0, 1,000 and 5,000 beside 32 that call, and beside one.
"""Each number has a server of its own, over the same municipality, so that windows alternate."""

import resource
import subprocess

import harness
import testlib
import world

N_SLACK = 200  # descriptors beside the connections


class Idle:
    """A process that keeps N connections to a server open and says nothing."""

    def __init__(self, bench, planner, n_idle):
        self.n_idle, self.process = n_idle, None
        words = ["taskset", "-c", bench.core_of_generator, bench.load, "--port", planner.plain_port, "--idle", n_idle]
        self.command = [str(word) for word in words]

    def __enter__(self):
        if self.n_idle:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            testlib.equal(self.process.stdout.readline().strip(), str(self.n_idle), "idle connections that are open")
        return self

    def __exit__(self, kind, value, trace):
        if self.process:
            self.process.stdin.close()
            testlib.equal(self.process.wait(60), 0, "exit status of what keeps connections")


def raise_descriptors(n_wanted):
    """For us and the servers; Skip when the machine does not let us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < n_wanted:
        if hard != resource.RLIM_INFINITY and hard < n_wanted:
            raise testlib.Skip(f"{n_wanted} open files are not allowed: ulimit -Hn says {hard}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (n_wanted, hard))


def run(bench):
    """Three servers, each with its number of silent connections."""
    numbers = (0, 20, 100) if bench.small else (0, 1000, 5000)
    raise_descriptors(numbers[-1] + N_SLACK)
    folder = world.town()
    settings = {"limits/max-connections": numbers[-1] + N_SLACK, "limits/idle-timeout-ms": 3600000}
    planners = [world.planner_of(folder, settings, bench.core_of_server) for _ in numbers]
    with harness.Started(planners):
        slots = world.list_slots(planners[0])
        bodies = world.listing_bodies(testlib.make_folder(), "idle", slots, world.TEAM_OFFER, (8, 10.5))
        before = [harness.memory_mb([planner.process.pid])[0] for planner in planners]
        with Idle(bench, planners[0], numbers[0]), Idle(bench, planners[1], numbers[1]), Idle(bench, planners[2], numbers[2]):
            for n_connections, share in ((32, 0.75), (1, 0.5)):
                pairs = zip(numbers, planners)
                contenders = [harness.Contender.of_planner(f"{number:,} idle", planner) for number, planner in pairs]
                harness.alternate(bench, contenders, share, bodies=bodies, connections=n_connections)
                for one, number, n_before in zip(contenders, numbers, before):
                    one.facts["rss_mb"], one.facts["pss_mb"] = harness.memory_mb(one.pids())
                    if number:
                        one.facts["kb_each"] = round((one.facts["rss_mb"] - n_before) * 1024 / number, 1)
                bench.add(f"idle-{n_connections}", f"{n_connections} connections call, others are idle", contenders)
