# SPDX-License-Identifier: EUPL-1.2
# Random edits on both sides of real servers, between and during runs, while plannerd or the server is killed after any step.
"""A script: a calendar with some events, some rounds, then runs until one finds nothing to do; both sides are held against each
other, and against what the script did, by an independent reader; a further run does nothing. A round: edits in the calendar and
bookings by SOAP, a run, more edits in its middle, SIGKILL after a random step or moment of it, a new start.
Budget row: sync-kills, scripts of all servers together."""

import collections
import random
import subprocess
import time

import caldav_fake
import caldav_servers
import calendar_readers
import testlib
from sync_world import appointment, own
from town import ADVISOR, N_DAYS, TODAY, Town, days, edit, shifted

LONGEST_S = 0.6
LATEST_STEP = 6
# A person moves or deletes one meeting so often; from the third time of a day on it is left to another person.
MOST_PUT_BACKS = 2
N_RUNS = 12


class Chaos:
    """Random edits on both sides of a town, and what must be there after them."""

    def __init__(self, town, chance, done):
        self.town, self.chance, self.done = town, chance, done
        self.n_made = 0
        self.bookings = []  # (identifier, number of the citizen), alive
        self.foreign = dict(town.calendar.texts())  # {name: text} of a person's own events
        self.n_edits = collections.Counter()  # of our meetings, by reference

    def _put(self, name):
        self.foreign[name] = appointment(self.chance, name, TODAY)
        self.town.calendar.put(name, self.foreign[name])

    def edit_calendar(self):
        """A person adds, changes, deletes."""
        names = sorted(self.foreign)
        for _ in range(self.chance.randrange(1, 4)):
            self.n_made += 1
            self._put(f"kaos{self.n_made}")
        for name in self.chance.sample(names, min(2, len(names))):
            if self.chance.random() < 0.4:
                self.town.calendar.delete(name)
                del self.foreign[name]
            else:
                self._put(name)

    def edit_ours(self):
        """A person moves or deletes one of our meetings."""
        references = sorted(own(self.town.calendar.texts().values()))
        references = [one for one in references if self.n_edits[one] < MOST_PUT_BACKS]
        if references:
            reference = self.chance.choice(references)
            self.n_edits[reference] += 1
            edit(self.town, reference, self.chance.choice([shifted, None]))
            self.done["meetings touched"] += 1

    def book(self):
        """A citizen books, moves, cancels."""
        world = self.town.world
        free = world.free(days(self.chance.randrange(3, 50)), 3, ADVISOR)
        if free and (len(self.bookings) < 3 or self.chance.random() < 0.5):
            self.bookings.append(world.book(self.chance.choice(free), ADVISOR))
        elif free and self.chance.random() < 0.7:
            world.move(self.chance.choice(self.bookings), self.chance.choice(free), ADVISOR)
        elif self.bookings:
            world.cancel(self.bookings.pop(self.chance.randrange(len(self.bookings))))

    def edit(self):
        """Something, by somebody."""
        self.chance.choice([self.edit_calendar, self.edit_calendar, self.edit_ours, self.book, self.book])()

    def judge(self, what):
        """Nothing lost, nothing doubled, nothing changed but by its owner."""
        town = self.town
        town.check(what)
        rows = town.world.query("SELECT identifier FROM booking WHERE state = 'booked'")
        testlib.equal(sorted(row[0] for row in rows), sorted(one[0] for one in self.bookings), f"{what}: bookings")
        texts = town.calendar.texts()
        ours = own(texts.values())
        testlib.equal(sorted(one.rsplit(":", 1)[1] for one in ours), sorted(one[0] for one in self.bookings), f"{what}: meetings")
        theirs = {name: text for name, text in texts.items() if text not in ours.values()}
        testlib.equal(sorted(theirs), sorted(self.foreign), f"{what}: a person's events")
        window = (TODAY, days(N_DAYS))
        read, put = (calendar_readers.expand(some.values(), *window) for some in (theirs, self.foreign))
        testlib.equal(read, put, f"{what}: what a person's events say")


# A run and its end ------------------------------------------------------------------------------------


def start_run(town):
    """A run in the background; it may end badly."""
    program = [testlib.BUILD / "planner" / "plannerctl", "--database", town.world.database, "--json", "sync", "run", ADVISOR]
    return subprocess.Popen([str(word) for word in program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_at_moment(town, victim, chance):
    """Wherever the run is after some time; answers what it was."""
    with start_run(town) as run:
        time.sleep(chance.random() ** 2 * LONGEST_S)
        victim.kill()
        run.wait(60)
    return "moments"


def kill_at_step(town, victim, chance):
    """When a request arrives, or when it was obeyed and its answer does not; answers what it was."""
    is_obeyed = chance.random() < 0.6

    def kill(_, proceed):
        reply = proceed() if is_obeyed else None
        victim.kill()
        return reply if reply and chance.random() < 0.3 else caldav_fake.deaf(None, None)

    with town.front.manner("*", kill, times=1, after=chance.randrange(LATEST_STEP)) as row, start_run(town) as run:
        run.wait(120)
    if row["left"] == 0:
        return "steps obeyed" if is_obeyed else "steps unheard"
    victim.kill()
    return "ends"


def run_and_kill(chaos):
    """A run into which somebody edits, and in which plannerd (or the server) is killed."""
    town, chance = chaos.town, chaos.chance
    victim = town.server if chance.random() < 0.25 else town.world

    def interrupt(_, proceed):
        reply = proceed() if is_after else None
        try:
            if victim.process.poll() is None:
                chaos.edit()
                chaos.done["edits during a run"] += 1
        except BaseException as error:  # pylint: disable=broad-exception-caught
            failures.append(error)
        return reply or proceed()

    is_after, failures = chance.random() < 0.5, []
    # A step that is interrupted is not the one at which somebody is killed: plannerd has to answer a booking.
    n_edits = 1 if chance.random() < 0.4 else 0
    with town.front.manner("*", interrupt, times=n_edits, after=chance.randrange(4)):
        kill = kill_at_step if n_edits or chance.random() < 0.7 else kill_at_moment
        kind = kill(town, victim, chance)
    chaos.done[f"kills of {'the server' if victim is town.server else 'plannerd'} ({kind})"] += 1
    victim.start()
    if failures:
        raise failures[0]
    own(town.calendar.texts().values())


def run_until_quiet(chaos, what):
    """Runs until one finds nothing to do; a person agrees to what the guard holds back."""
    town = chaos.town
    for _ in range(N_RUNS):
        row = town.run()
        if row["outcome"] == "quiet":
            return
        if row["outcome"] == "guarded":
            chaos.done["guards"] += 1
            town.world.ctl("sync", "agree", ADVISOR, "--yes", "--digest", town.world.status(ADVISOR)["digest"])
    raise AssertionError(f"{what}: not quiet after {N_RUNS} runs: {row}")


def try_script(server, chance, done, what):
    """One script from its beginning to a quiet end."""
    with Town(server, chance.choice([0, 3, 10, 30])) as town:
        chaos = Chaos(town, chance, done)
        if chance.random() < 0.7:
            town.run()
        for _ in range(chance.randrange(2, 6)):
            for _ in range(chance.randrange(1, 4)):
                chaos.edit()
            run_and_kill(chaos)
        run_until_quiet(chaos, what)
        chaos.judge(what)
        town.check_quiet(what)
        town.world.control("verify")
        done["scripts"] += 1


def _make_test(kind, kinds):
    def test():
        if kind.missing():
            raise testlib.Skip(f"{kind.name} is not installed: no {kind.missing()}")
        calendar_readers.need()
        n_scripts = max(1, testlib.budget("sync-kills") // len(kinds))
        done = collections.Counter()
        with kind() as server:
            for number in range(n_scripts):
                what = f"{kind.name}, script {number}"
                try_script(server, random.Random(f"{testlib.seed()} {what}"), done, what)
        testlib.note(f"{kind.name}: " + ", ".join(f"{number} {name}" for name, number in sorted(done.items())))

    return test


for _kind in caldav_servers.SERVERS:
    globals()["test_" + _kind.name.lower()] = _make_test(_kind, caldav_servers.SERVERS)

testlib.run(globals())
