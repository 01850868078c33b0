# SPDX-License-Identifier: EUPL-1.2
# Edits on both sides of real servers while plannerd, or the server, is killed at any moment: nothing lost, nothing twice.
"""Budget row: sync-kills, over all servers together. A round: edits in the calendar and bookings by SOAP, a run in the
background, SIGKILL somewhere in it, a new start. In the end both sides are held against each other by an independent reader."""

import random
import subprocess
import time

import caldav_servers
import calendar_readers
import testlib
from sync_world import appointment, own
from town import ADVISOR, TODAY, Town, days, edit, settle, shifted

LONGEST_S = 0.6


class Chaos:
    """Random edits on both sides of a town."""

    def __init__(self, town, chance):
        self.town, self.chance = town, chance
        self.n_made = 0
        self.bookings = []

    def edit_calendar(self):
        """A person adds, changes, deletes."""
        calendar = self.town.calendar
        names = sorted(name for name in calendar.list() if name.startswith(("a", "kaos")))
        for _ in range(self.chance.randrange(1, 4)):
            self.n_made += 1
            name = f"kaos{self.n_made}"
            calendar.put(name, appointment(self.chance, name, TODAY))
        # Never so many that it looks like an emptied calendar.
        for name in self.chance.sample(names, min(2, len(names))):
            if self.chance.random() < 0.4:
                calendar.delete(name)
            else:
                calendar.put(name, appointment(self.chance, name, TODAY))

    def edit_ours(self):
        """A person moves or deletes one of our meetings, now and then."""
        references = sorted(own(self.town.calendar.texts().values()))
        if references and self.chance.random() < 0.3:
            edit(self.town, self.chance.choice(references), self.chance.choice([shifted, None]))

    def book(self):
        """A citizen books, moves, cancels."""
        world = self.town.world
        free = world.free(days(self.chance.randrange(3, 50)), 3, ADVISOR)
        if free and (len(self.bookings) < 3 or self.chance.random() < 0.5):
            self.bookings.append(world.book(self.chance.choice(free), ADVISOR))
        elif free and self.chance.random() < 0.7:
            world.move(self.chance.choice(self.bookings), self.chance.choice(free), ADVISOR)
        else:
            world.cancel(self.bookings.pop(self.chance.randrange(len(self.bookings))))

    def run_and_kill(self, kill_server):
        """A run in the background; in its middle plannerd (or the server) is no more."""
        world, server = self.town.world, self.town.server
        program = [testlib.BUILD / "planner" / "plannerctl", "--database", world.database, "--json", "sync", "run", ADVISOR]
        command = [str(word) for word in program]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            time.sleep(self.chance.random() ** 2 * LONGEST_S)
            (server if kill_server else world).kill()
            run.wait(60)
        (server if kill_server else world).start()


def try_rounds(kind, n_rounds, chance):
    """So many rounds on one kind of server."""
    with kind() as server, Town(server, 40) as town:
        chaos = Chaos(town, chance)
        town.run()
        for number in range(n_rounds):
            chaos.edit_calendar()
            chaos.book()
            chaos.run_and_kill(kill_server=number % 4 == 3)
            own(town.calendar.texts().values())
            chaos.edit_ours()
        deadline = 8
        for _ in range(deadline):
            if town.run()["outcome"] == "quiet":
                break
        settle(town, f"after {n_rounds} kills")
        testlib.equal(town.run()["outcome"], "quiet", "a further run does nothing")
        town.world.control("verify")


def _make_test(kind, kinds):
    def test():
        if kind.missing():
            raise testlib.Skip(f"{kind.name} is not installed: no {kind.missing()}")
        calendar_readers.need()
        share = testlib.budget("sync-kills") // len(kinds)
        try_rounds(kind, max(2, share), random.Random(f"{testlib.seed()} {kind.name}"))

    return test


for _kind in caldav_servers.SERVERS:
    globals()["test_" + _kind.name.lower()] = _make_test(_kind, caldav_servers.SERVERS)

testlib.run(globals())
