# SPDX-License-Identifier: EUPL-1.2
# Beside the calls: the status face, metrics and the shadow of a real switchtrackd, and that no caller waits for any of it.
# Also tests: track-side, track-commands-candidate.

import json
import subprocess
import time

import testlib
from track_world import TrackWorld, list_options

OWN, PEER = "89000", "46100"
CITIZENS = [testlib.cpr(number) for number in range(20)]
STATE = {}


def world():
    """One world for all: unit OWN at a plannerd, shadowed to the peer."""
    if not STATE:
        STATE["world"] = TrackWorld([OWN], [PEER]).__enter__()
    return STATE["world"]


def publish(shadow=None):
    """The registry, with a shadow for OWN."""
    here = world()
    here.peer.units = {PEER, OWN} if shadow else {PEER}
    for row in here.document["units"]:
        row.pop("shadow", None)
        if shadow and row["code"] == OWN:
            row["shadow"] = shadow
    here.publish()
    return here


def peer_calls():
    """How many calls the peer has had."""
    return len(world().peer.calls)


def test_status():
    """The page, its JSON and the metrics tell what was called, and no citizen."""
    here = publish()
    for cpr in CITIZENS:
        testlib.equal(here.call(list_options(OWN, cpr)).status, 200, "a call")
    status, text = here.track.get("/status.json")[:2]
    testlib.equal(status, 200, "status of the JSON")
    unit = next(row for row in json.loads(text)["units"] if row["code"] == OWN)
    testlib.equal((unit["endpoint"], unit["calls"], unit["failed"]), (f"planner-{OWN}", len(CITIZENS), 0), "figures of the unit")
    page = here.track.get("/status?lang=en")[1]
    metrics = here.track.get("/metrics")[1]
    line = f'switchtrack_calls_total{{unit="{OWN}",operation="GetSelfbookInterviewOptions",class="alive"}} {len(CITIZENS)}\n'
    if line not in metrics:
        raise AssertionError(f"not in the metrics: {line}{metrics}")
    for said in (text, page, metrics):
        for cpr in CITIZENS:
            if cpr in said:
                raise AssertionError("a citizen is told")
    if OWN not in page or "Units" not in page:
        raise AssertionError("the page does not tell the unit")
    testlib.equal(here.track.get("/nothing")[0], 404, "another path")


def test_failures_count():
    """A Planner that resets connections shows in the figures."""
    here = publish()
    here.peer.mode = "reset"
    here.call(list_options(PEER, CITIZENS[0]))
    here.peer.mode = "well"
    unit = next(row for row in json.loads(here.track.get("/status.json")[1])["units"] if row["code"] == PEER)
    if unit["failed"] < 1:
        raise AssertionError(f"no failure in {unit}")


def shadowed():
    """Calls as a citizen, and waits for the row of the candidate's call in the call log, which has the caller's request id."""
    here = world()
    testlib.equal(here.call(list_options(OWN, CITIZENS[0])).status, 200, "a call")
    request = here.track.logged(endpoint=f"planner-{OWN}")[-1]["request"]
    sql = "SELECT url, unit, endpoint, operation, outcome, http_status FROM call WHERE kind = 'shadow' AND request_id = ?"
    return testlib.wait_for(lambda: here.track.rows(sql, request), 20, "a row of the candidate")


def test_shadow_is_logged():
    """A row of each call that the candidate is shown, with what came of it; the figures of live calls know nothing of it."""
    here = publish({"endpoint": "peer", "permille": 1000})
    before = here.track.get("/metrics")[1].count('endpoint="peer"')
    testlib.equal(shadowed(), [(here.peer.url, OWN, "peer", "GetSelfbookInterviewOptions", "ok", 200)], "rows")
    here.peer.mode = "html"
    testlib.equal(shadowed()[0][4:], ("http", 200), "of a broken answer")
    here.peer.mode = "well"
    testlib.equal(here.track.get("/metrics")[1].count('endpoint="peer"'), before, "lines of the metrics about the candidate")
    publish()


def test_shadow_goes_to_the_address_in_service():
    """Of a candidate's two addresses the one that answers is shown the calls when the first is known to be down."""
    here = world()
    endpoint = next(row for row in here.document["endpoints"] if row["name"] == "peer")
    good = endpoint["urls"]
    endpoint["urls"] = [f"https://127.0.0.1:{testlib.free_port()}/", *good]
    publish({"endpoint": "peer", "permille": 1000})
    for _ in range(6):
        here.call(list_options(PEER, CITIZENS[0]))
        ctl("probe", "peer")
    testlib.wait_for(lambda: here.call(list_options(PEER, CITIZENS[0])).status == 200, 30, "live calls go to the second address")
    row = shadowed()[0]
    testlib.equal((row[0], row[4]), (good[0], "ok"), "address and outcome")
    endpoint["urls"] = good
    publish()


def test_shadow():
    """All reading calls reach the candidate, none when the share is gone; a candidate that hangs slows nobody."""
    here = publish({"endpoint": "peer", "permille": 1000})
    before = peer_calls()
    for cpr in CITIZENS[:5]:
        testlib.equal(here.call(list_options(OWN, cpr)).status, 200, "a call")
    testlib.wait_for(lambda: peer_calls() - before == 5, 20, "the candidate is shown the calls")
    here.peer.delay_s = 12.0
    start = time.monotonic()
    for cpr in CITIZENS:
        testlib.equal(here.call(list_options(OWN, cpr)).status, 200, "a call beside a slow candidate")
    took_s = time.monotonic() - start
    here.peer.delay_s = 0.0
    if took_s > 11.5:
        raise AssertionError(f"{len(CITIZENS)} calls took {took_s} s beside a candidate that takes 12 s for one")
    publish()
    before = peer_calls()
    for cpr in CITIZENS[:5]:
        here.call(list_options(OWN, cpr))
    time.sleep(0.3)
    testlib.equal(peer_calls() - before, 0, "calls at the peer without a shadow")


def ctl(*arguments):
    """Exit code and JSON of switchtrackctl."""
    here = world()
    command = [testlib.BUILD / "switchtrack-client" / "switchtrackctl", "--config", here.track.configuration, "--json", *arguments]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        return done.returncode, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    return 0, answer.get("result", answer)


def test_shadow_report():
    """Counts and percentages by operation; differences by kind and path."""
    publish({"endpoint": "peer", "permille": 1000})
    for cpr in CITIZENS[:3]:
        world().call(list_options(OWN, cpr))
    rows = testlib.wait_for(lambda: ctl("shadow", "report", OWN)[1]["operations"], 20, "the report")
    testlib.equal([row["operation"] for row in rows], ["GetSelfbookInterviewOptions"], "operations")
    row = rows[0]
    testlib.wait_for(lambda: sum(ctl("shadow", "report", OWN)[1]["operations"][0][word] for word in ("equal", "explained", "different", "unanswered",
        "broken", "dropped")) == ctl("shadow", "report", OWN)[1]["operations"][0]["due"], 20, "all calls are accounted for")
    text = json.dumps(row)
    for cpr in CITIZENS:
        if cpr in text:
            raise AssertionError("a citizen is told")
    publish()


def test_canary():
    """A canary is told, stopped and started by name, and a unit without one is refused."""
    here = publish()
    for row in here.document["units"]:
        if row["code"] == OWN:
            row["canary"] = {"endpoint": "peer", "permille": 0, "is_disjoint": True}
    here.publish()
    code, answer = ctl("canary", "status")
    testlib.equal((code, [(row["unit"], row["endpoint"], row["state"]) for row in answer["canaries"]]), (0, [(OWN, "peer", "running")]), "status")
    code, answer = ctl("canary", "stop", OWN, "--reason", "to be looked at")
    testlib.equal((code, answer["canaries"][0]["state"], answer["canaries"][0]["reason"]), (0, "stopped", "to be looked at"), "stop")
    code, answer = ctl("canary", "start", OWN, "--reason", "looked at")
    testlib.equal((code, answer["canaries"][0]["state"]), (0, "running"), "start")
    code, answer = ctl("canary", "stop", PEER, "--reason", "none there")
    if code == 0 or PEER not in answer:
        raise AssertionError(f"a unit without a canary: {code} {answer}")
    for row in here.document["units"]:
        row.pop("canary", None)
    here.publish()


def test_stops():
    """It ends cleanly with a call at the candidate under way."""
    here = publish({"endpoint": "peer", "permille": 1000})
    here.peer.delay_s = 3.0
    here.call(list_options(OWN, CITIZENS[0]))
    STATE.pop("world").__exit__(None, None, None)


testlib.run(globals())
