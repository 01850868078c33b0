# SPDX-License-Identifier: EUPL-1.2
# What an operator does after a round of chaos, with plannerctl alone: sees what waits for a person, settles it, and is left with nothing.
"""The judge of chaos.py reads databases; here the same must be seen and mended through the commands that a person has."""

import json

import testlib
from chaos import differences, judge_stock
from dfdg_world import UNIT


def ctl(world, *words):
    """The result of `plannerctl WORDS`."""
    return json.loads(world.control("--json", *words))["result"]


def _pages(world, *words, member):
    """All rows of a list that comes in pages."""
    rows, more = [], []
    while True:
        page = ctl(world, *words, *more)
        rows += page[member]
        if not page.get("more"):
            return rows
        more = ["--cursor", str(page["cursor"])]


def look(town):
    """Every difference can be found by its booking, and the lists and counts are those of the database."""
    world = town.world
    status = ctl(world, "dfdg", "status")["tenants"][0]
    for member, sql in COUNTS.items():
        testlib.equal(status.get(member, 0), world.count(sql), f"plannerctl dfdg status: {member}")
    parked = {row["message"] for row in _pages(world, "dfdg", "parked", "--limit", "2", member="messages")}
    testlib.equal(parked, {row[0] for row in world.query("SELECT message_id FROM dfdg_event WHERE state = 'parked'")}, "plannerctl dfdg parked")
    flagged = {row["booking"] for row in ctl(world, "dfdg", "echoes")["echoes"] if row["state"] == "flagged"}
    for key in differences(world):
        shown = ctl(world, "dfdg", "show", key)
        states = {row["state"] for row in shown["changes"]} | ({"flagged"} if key in flagged else set())
        reasons = [row.get("reason") for row in shown["changes"] if row["state"] == "refused"] + [shown.get("echo", {}).get("reason")]
        testlib.equal(bool(states & {"refused", "flagged"}), True, f"plannerctl dfdg show {key}: {states}")
        testlib.equal(any(reasons), True, f"a reason of {key}")


def settle(town, drain):
    """Refused: again. What DFDG has forgotten: off. What cannot be read: let go. Then nothing is left, and nothing differs."""
    world = town.world
    ctl(world, "dfdg", "retry", "--all-refused")
    ctl(world, "dfdg", "retry", "--all-parked")
    drain(town)
    testlib.equal(set(differences(world)) - town.forgotten, set(), "what differs after another try, and was not forgotten")
    for row in _pages(world, "dfdg", "parked", member="messages"):
        ctl(world, "dfdg", "give", "up", row["message"], "--reason", "prøve")
    for key in sorted(town.forgotten & set(differences(world))):
        world.control("cancel", "booking", key)
    drain(town)
    judge_stock(town)
    testlib.equal(differences(world), {}, "what differs in the end: (member, the Planner's, DFDG's)")
    status = ctl(world, "dfdg", "status")["tenants"][0]
    left = {member: status.get(member, 0) for member in COUNTS}
    testlib.equal(left, dict.fromkeys(COUNTS, 0), f"what waits for a person in {UNIT} in the end")


COUNTS = {
    "parked": "SELECT count(*) FROM dfdg_event WHERE state = 'parked'",
    "inbox_waiting": "SELECT count(*) FROM dfdg_event WHERE state = 'new'",
    "outbox_waiting": "SELECT count(*) FROM outbox WHERE state = 'waiting'",
    "outbox_refused": "SELECT count(*) FROM outbox WHERE state = 'refused'",
    "outbox_held": "SELECT count(*) FROM outbox WHERE state = 'held'",
    "echoes_flagged": "SELECT count(*) FROM echo_watch WHERE is_flagged = 1",
}
