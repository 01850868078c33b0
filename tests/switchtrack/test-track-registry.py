# SPDX-License-Identifier: EUPL-1.2
# The registry changed by people while calls pass: dry run with a probe, two accounts, a wrong entry rolled back at once.
"""Runs switchtrackctl as two accounts, which only root can. Also tests: track-candidate."""
import json
import os
import shutil
import subprocess
import time

import testlib
from track_world import Peer, TrackWorld, list_options

THIRD, OTHER = "11100", "22200"
CPR = testlib.cpr(3)
NOBODY = 65534
SETTINGS = {"people/approvers": "root;nobody", "admin/group": "nogroup"}


def start(world, *arguments, other=False):
    """switchtrackctl as root, or as another account; under way."""
    program = testlib.BUILD / "switchtrack-client" / "switchtrackctl"
    if other:  # who may not go where the build is
        copy = world.folder / "switchtrackctl"
        program = copy if copy.exists() else shutil.copy2(program, copy)
    command = [str(word) for word in (program, "--socket", f"{world.track.registry}.socket", "--json", *arguments)]
    identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if other else {}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", **identity)


def control(world, *arguments, other=False, expected=0):
    """What it printed."""
    with start(world, *arguments, other=other) as program:
        out, _ = program.communicate(timeout=60)
    testlib.equal(program.returncode, expected, f"exit status of {arguments}: {out}")
    return json.loads(out).get("result", {})


def test_wrong_entry_is_rolled_back():
    """Two accounts put a wrong entry in force; one account takes it back, and the next call goes where it belongs."""
    if os.geteuid() != 0:
        raise testlib.Skip("only root can be two people")
    with TrackWorld([], [THIRD], SETTINGS) as world:
        world.folder.chmod(0o711)
        stranger = Peer(world.certificates, [OTHER], "stranger")
        call = lambda: world.call(list_options(THIRD, CPR), url=world.track.plain_url).status
        testlib.equal((call(), len(world.peer.calls)), (200, 1), "before")

        # A Planner that answers, and an address where nobody does, told apart before anybody is sent there.
        control(world, "propose", "endpoint", "stranger", "--url", stranger.url, "--owner", "By", "--probe-unit", OTHER, "--reason", "ny")
        probes = control(world, "dry", "run", 1, "--probe")["probes"]
        testlib.equal([(probe["endpoint"], probe["outcome"]) for probe in probes], [("stranger", "ok")], "probe of the new Planner")
        dead = f"https://127.0.0.1:{testlib.free_port()}/v3"
        control(world, "propose", "endpoint", "dead", "--url", dead, "--owner", "By", "--probe-unit", OTHER, "--reason", "ny")
        testlib.equal(control(world, "dry", "run", 2, "--probe")["probes"][0]["outcome"], "refused", "probe of nobody")
        control(world, "reject", 2, "--reason", "ingen hjemme")

        control(world, "approve", 1, expected=1)
        control(world, "approve", 1, "--apply", other=True)
        control(world, "propose", "unit", THIRD, "--endpoint", "stranger", "--reason", "forkert", other=True)
        control(world, "approve", 3, "--apply", other=True, expected=1)
        testlib.wait_for(lambda: control(world, "calls", "--kind", "call")["calls"], 20, "the call log has the call")
        dry = control(world, "dry", "run", 3)
        moved = {row["code"]: (row["goes_to"], row["would_go_to"]) for row in dry["codes"]}
        testlib.equal(moved.get(THIRD), ("peer", "stranger"), "recent calls held against it")
        control(world, "approve", 3, "--apply")
        call()
        testlib.equal((len(world.peer.calls), len(stranger.wrong)), (1, 1), "the wrong Planner is asked")

        started = time.monotonic()
        control(world, "rollback", "--reason", "forkert", other=True)
        testlib.equal((call(), len(world.peer.calls), len(stranger.wrong)), (200, 2, 1), "the next call")
        testlib.note(f"rolled back and answered after {time.monotonic() - started:.2f} s")
        status = control(world, "status")
        testlib.equal(status["rollback_to_be_confirmed"], status["revision"], "to be confirmed")
        testlib.equal(status["revision_in_use"], status["revision"], "in use")
        control(world, "confirm", status["revision"], other=True, expected=1)
        control(world, "confirm", status["revision"])
        testlib.equal("rollback_to_be_confirmed" in control(world, "status"), False, "confirmed")


def test_two_decide_at_once():
    """Each of two people approves the other's proposal at the same moment, again and again: one is in force, the other is overtaken."""
    if os.geteuid() != 0:
        raise testlib.Skip("only root can be two people")
    with TrackWorld([], [THIRD], SETTINGS) as world:
        world.folder.chmod(0o711)
        for number in range(4):
            before = control(world, "status")["revision"]
            reason = ["--endpoint", "peer", "--reason", "ny"]
            mine = control(world, "propose", "unit", f"3{number}100", *reason)["proposal"]
            his = control(world, "propose", "unit", f"4{number}100", *reason, other=True)["proposal"]
            both = [start(world, "approve", his, "--apply"), start(world, "approve", mine, "--apply", other=True)]
            both += [start(world, "approve", his, "--apply"), start(world, "approve", mine, "--apply", other=True)]
            said = [process.communicate(timeout=60)[0] for process in both]
            testlib.equal(sorted(process.returncode for process in both), [0, 1, 1, 1], f"exit statuses: {said}")
            testlib.equal(control(world, "status")["revision"], before + 1, "one revision came of it")
            states = {row["proposal"]: row["state"] for row in control(world, "proposals", "--all")["proposals"]}
            testlib.equal(sorted([states[mine], states[his]]), ["applied", "open"], "proposals")
            left = mine if states[mine] == "open" else his
            control(world, "reject", left, "--reason", "overhalet")
        codes = [row["code"] for row in control(world, "show")["units"]]
        testlib.equal(len(codes), 5, f"units {codes}")


if __name__ == "__main__":
    testlib.run(globals())
