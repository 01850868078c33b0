# SPDX-License-Identifier: EUPL-1.2
# Everybody acts at random, the line breaks at random, plannerd is killed at random: in the end both sides hold the same.
"""A round: citizens, a case system, an a-kasse, caseworkers and an operator act at once while the simulator's dice make trouble and
plannerd is killed; then all is calm, what waits is waited for, and the judge of chaos.py compares both databases. Some
registrations are forgotten by DFDG and some changes of ours refused: those must be shown to a person, and are all that may differ;
plannerctl shows them, and what a person then does with it leaves nothing that differs. Budget row: chaos-steps, of each actor of a round."""

import time

import chaos_person
import testlib
from chaos import Caseworkers, Jobnet, Killer, Others, Town, dump, judge, make_dice
from dfdg_world import DfdgWorld

N_CITIZENS = 8
STEPS_A_ROUND = 60
# plannerd's clock leaps so far ahead so often, and is watched for so long each time.
N_LEAPS, LEAP_S, DRAIN_S, LAST_S = 6, 4 * 3600, 15, 120
ROUND_S = 300
TROUBLE = {"push": 0.3, "answer": 0.25, "jobnet": 0.15}
ALARMS = ("event=wsb-no-message", "event=call .* outcome=(busy|error)", "event=hidden-error", "event=dfdg-echo-missing")


def start_actors(town, dice, n_steps):
    """All of them, at once; the killer beside them."""
    killer = Killer(town, dice["killer"])
    actors = [Jobnet(town, "jobnet", dice["jobnet"], n_steps), Others(town, "others", dice["others"], n_steps)]
    actors += [Caseworkers(town, "user", dice["user"], n_steps)]
    for one in (killer, *actors):
        one.start()
    for one in actors:
        one.join(ROUND_S)
    testlib.equal([one.name for one in actors if one.is_alive()], [], f"actors that do not come to an end within {ROUND_S} s")
    killer.over.set()
    killer.join()
    failed = [f"{one.name}: {one.failure!r}" for one in (killer, *actors) if one.failure]
    testlib.equal(failed, [], "actors that could not go on")
    return killer, actors


def act_in_trouble(town, seed, n_steps):
    """A round's first half."""
    world, dice = town.world, make_dice(seed, "jobnet", "others", "user", "killer")
    world.act("random", seed=seed % 10**6, probabilities=TROUBLE)
    killer, actors = start_actors(town, dice, n_steps)
    faults = world.simulator.ask("faults")["counts"]
    town.script.add("round", f"{killer.n_kills} kills, {sum(faults.values())} faults: {faults}")
    testlib.note(f"{sum(sum(one.counts.values()) for one in actors)} steps, {killer.n_kills} kills, {sum(faults.values())} faults")


def is_quiet(world):
    """Nothing under way on either side, and nobody waits for an echo."""
    return not world.open_work() and world.count("SELECT count(*) FROM echo_watch WHERE is_flagged = 0") == 0


def drain(town):
    """All is calm. plannerd's clock leaps ahead, so that nothing waits long for its turn; what is put off again waits for the next leap."""
    world = town.world
    world.act("calm")
    for number in range(1, N_LEAPS + 1):
        town.ahead_s += LEAP_S
        world.restart(town.ahead_s)
        world.act("hurry")
        deadline = time.monotonic() + (LAST_S if number == N_LEAPS else DRAIN_S)
        while time.monotonic() < deadline:
            if is_quiet(world):
                town.script.add("round", f"quiet after {number} leaps")
                return
            time.sleep(0.1)
    world.settle(1)
    testlib.equal(world.query("SELECT subject, attempts, reason FROM echo_watch WHERE is_flagged = 0 ORDER BY echo_id"), [], "echoes that are waited for")


def run_round(carrier, seed, n_steps):
    """One world from start to verdict."""
    # plannerd's clock leaps and DFDG's does not: what it would subscribe to by itself would begin tomorrow
    settings = {"dfdg-client demo/echo-limit-min": 1, "dfdg-client demo/subscription-days": 0, "log/level": "info"}
    of_simulator = {"framing": "any", "versions": seed % 2 == 0, "cancelled_visible": carrier == "wsrm" or seed % 3 > 0, "jobnet_patience": 1500, "answer_timeout_s": 5}
    with DfdgWorld(carrier=carrier, settings=settings, simulator_settings=of_simulator, expected_alarms=ALARMS) as world:
        town = Town(world, N_CITIZENS)
        try:
            act_in_trouble(town, seed, n_steps)
            drain(town)
            testlib.note(f"{carrier}: {judge(town)}")
            chaos_person.look(town)
            chaos_person.settle(town, drain)
        except BaseException:
            dump(town)
            raise


def rounds_of(carrier):
    """As many as the share allows, each with a seed of its own."""
    chance, n_steps = testlib.generator(), testlib.budget("chaos-steps")
    while n_steps > 0:
        run_round(carrier, chance.randrange(10**9), min(n_steps, STEPS_A_ROUND))
        n_steps -= STEPS_A_ROUND


def test_pushed():
    """By webhook."""
    rounds_of("wsb")


def test_fetched():
    """By queue."""
    rounds_of("wsrm")


testlib.run(globals())
