# SPDX-License-Identifier: EUPL-1.2
# A town at random over a bad line: when all is quiet, DFDG and the Planner hold the same bookings.
"""Faults of every place, by dice: the seed repeats the town, not the moments of the machine."""

import testlib
from dfdg_town import Town
from dfdg_world import DfdgWorld, municipality

# A registration without an answer is waited for twice the longest call before it is called off.
SHORT = {f"dfdg-client demo/{name}-timeout-s": 5 for name in ("connect", "answer", "total")}
CHANCES = {"answer": 0.15, "push": 0.15, "jobnet": 0.1}


def live_in_town(carrier):
    """A share of steps."""
    chance = testlib.generator()
    alarms = [r"event=wsb-no-message"]
    patient = {"framing": "any", "answer_timeout_s": 60, "jobnet_patience": 20}
    with DfdgWorld(municipality(), carrier, SHORT, simulator_settings=patient, expected_alarms=alarms) as world:
        town = Town(world, chance)
        world.act("random", seed=testlib.seed(), probabilities=CHANCES)
        for _ in range(testlib.budget("dfdg-town")):
            town.step()
        town.judge()


def test_town_by_pushes():
    """DFDG pushes."""
    live_in_town("wsb")


def test_town_by_queue():
    """The Planner fetches."""
    live_in_town("wsrm")


testlib.run(globals())
