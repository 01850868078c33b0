# SPDX-License-Identifier: EUPL-1.2
# plannerctl dfdg against plannerd and the simulator: subscriptions, the connection test, and what DFDG has of a booking.
# Also tests: dfdg-switch, ctl-dfdg, dfdg-commands-ask, dfdg-commands-subscribe, dfdg-subscribe.
"""Everything goes through the admin socket, as an admin's own command does."""

import datetime
import json
import re
import signal
import subprocess
import time
import urllib.request

import testlib
from dfdg_world import UNIT, Citizens, DfdgWorld

CTL = testlib.BUILD / "planner" / "plannerctl"


def ctl(world, *words, code=0):
    """Runs `plannerctl dfdg WORDS`, fails unless it ends with CODE; the result, with what went wrong as its member error."""
    command = [CTL, "--data-dir", testlib.SOURCE / "data", "--database", world.database, "--json", "dfdg", *words]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False)
    testlib.equal(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
    answer = json.loads(done.stdout) if done.stdout else {}
    return {"error": answer.get("error", done.stderr), **answer.get("result", {})}


def changes(answer):
    """{(what it is about): word} of a list of subscriptions."""
    return {row["about"]: row["change"] for row in answer["subscriptions"]}


def reload(world, **settings):
    """Gives keys of the group other values (None: takes them away), and has plannerd read them."""
    path = world.folder / "planner.conf"
    head, group = path.read_text(encoding="utf-8").split("[dfdg-client demo]\n")
    keys = {key.replace("_", "-"): value for key, value in settings.items()}
    lines = [f"{key}={value}" for key, value in keys.items() if value is not None]
    lines += [line for line in group.splitlines() if line.split("=")[0] not in keys]
    path.write_text(f"{head}[dfdg-client demo]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    n_before = world.log.read_text(encoding="utf-8").count("event=reload")
    world.process.send_signal(signal.SIGHUP)
    testlib.wait_for(lambda: world.log.read_text(encoding="utf-8").count("event=reload") > n_before, 60, "the new configuration")


def metrics(world):
    """What /metrics says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{world.health_port}/metrics", timeout=60) as answer:
        return answer.read().decode()


def subscribed(world):
    """How many subscriptions DFDG has."""
    return len(world.simulator.ask("subscriptions")["planner"])


def outcome_of(answer, step):
    """The word of a STEP of the connection test."""
    return {row["step"]: row["outcome"] for row in answer["steps"]}[step]


def test_subscribe():
    """All or nothing; what is given up wants a word; faults are shown whole. By hand: plannerd keeps out of it."""
    with DfdgWorld(settings={"dfdg-client demo/subscription-days": 0}, expected_alarms=["command.*refused"]) as world:
        first = ctl(world, "subscribe", "--dry-run")
        testlib.equal(len(first["subscriptions"]), 6, "kinds of messages")
        agreed = ctl(world, "subscribe")
        testlib.equal(agreed["outcome"], "agreed", "first call")
        again = ctl(world, "subscribe")
        testlib.equal(set(changes(again).values()), {"same"}, "nothing changes")
        end = datetime.datetime.fromisoformat(again["subscriptions"][0]["until"])
        testlib.equal(end.date() >= datetime.date.today() + datetime.timedelta(days=364), True, f"ends {end}")
        testlib.equal(world.count("SELECT count(*) FROM journal WHERE kind = 'dfdg-subscribed'"), 1, "journal rows")
        reload(world, entity_frist=0)
        held = ctl(world, "subscribe", "--dry-run")
        testlib.equal(changes(held)["unknown"], "given up", "the dry run tells")
        held = ctl(world, "subscribe", code=1)
        testlib.equal(subscribed(world), 6, "DFDG was not asked")
        ctl(world, "subscribe", "--agree", "00000000", code=1)
        let_go = ctl(world, "subscribe", "--agree", held["word"])
        testlib.equal(let_go["outcome"], "agreed", "with the word")
        testlib.equal(subscribed(world), 5, "one is gone")
        reload(world, entity_frist=4711, entity_contact_group=4712)
        wrong = ctl(world, "subscribe", "--agree", ctl(world, "subscribe", "--dry-run")["word"], code=1)
        testlib.equal(len(wrong["faults"]), 2, f"all faults: {wrong['faults']}")
        testlib.equal(subscribed(world), 5, "nothing was changed")


def test_subscribed_by_itself():
    """At the start and after a reload; what would be given up waits for a person, and health says so."""
    with DfdgWorld() as world:
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM dfdg_subscription") == 6, 60, "subscriptions")
        reload(world, entity_frist=0, entity_indkaldelse=4711)
        held = "SELECT count(*) FROM dfdg_errand WHERE name = 'subscribe' AND problem LIKE '%--agree%'"
        testlib.wait_for(lambda: world.count(held) == 1, 60, "a person is asked")
        testlib.equal((world.count("SELECT count(*) FROM dfdg_subscription"), subscribed(world)), (6, 6), "nothing was given up")
        testlib.equal("subscribing" in {row["state"] for row in ctl(world, "status")["to_do"]}, True, "the status says so")
        reload(world, entity_frist=90001, entity_indkaldelse=90000)
        testlib.wait_for(lambda: world.count(held) == 0, 60, "all is well again")
        testlib.wait_for(lambda: 'planner_dfdg_problem{tenant="demo",problem="subscribing"} 0' in metrics(world), 60, "the metric")


def test_astray():
    """A message of another environment is counted, and makes health ill; ours is counted as stored."""
    with DfdgWorld(expected_alarms=["wsb-wrong-environment"]) as world:
        testlib.wait_for(lambda: world.health("dfdg") == 200, 60, "health")
        world.act("stray", system="planner", cpr=Citizens.new(), header={"Miljoe": "T9"})
        world.act("stray", system="planner", cpr=Citizens.new())
        testlib.wait_for(lambda: re.search(r'planner_dfdg_pushes_total{outcome="astray"} [1-9]', metrics(world)), 60, "the metric")
        testlib.wait_for(lambda: 'planner_dfdg_pushes_total{outcome="stored"} 1' in metrics(world), 60, "ours")
        testlib.equal(world.health("dfdg"), 503, "health")


def test_switched_on_late():
    """Meetings to come are registered, past ones are ended and counted; what is tried while DFDG is down is no backlog."""
    with DfdgWorld(carrier="none") as world:
        address = f"{world.simulator.base}/indkaldelse"
        advisor = world.query("SELECT resource_key FROM resource WHERE kind = 'advisor' ORDER BY resource_key")[0][0]
        start = datetime.datetime.combine(datetime.date.today() + datetime.timedelta(days=10), datetime.time(8), datetime.timezone.utc)
        reload(world, indkaldelse_url=None)
        # What the start had begun with the address is over then: a try would make a meeting more than backlog.
        world.restart()
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM dfdg_switch") == 0, 60, "it is off")
        keys = [world.register(Citizens.new(), start + datetime.timedelta(days=days), advisor) for days in (0, 7)]
        world.restart(later_s=12 * 86400)
        time.sleep(1)
        testlib.equal(world.count("SELECT count(*) FROM outbox WHERE state = 'waiting'"), 2, "waiting")
        reload(world, indkaldelse_url=address)
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'waiting'") == 0, 60, "the outbox to be empty")
        rows = world.query("SELECT subject, state, substr(coalesce(reason, ''), 1, 4) FROM outbox ORDER BY outbox_id")
        testlib.equal(rows, [(keys[0], "dropped", "past"), (keys[1], "sent", "")])
        testlib.equal(list(world.simulator.stock()), [keys[1]], "what DFDG has")
        testlib.equal(ctl(world, "status")["tenants"][0]["outbox_past"], 1, "the count")
        world.simulator.fault("answer", "status", "CreateIndkaldelse", status=503, times=-1)
        last = world.register(Citizens.new(), start + datetime.timedelta(days=8), advisor)
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM outbox WHERE first_try_us > 0 AND state = 'waiting'") == 1, 60, "a try")
        world.restart(later_s=19 * 86400)
        world.act("calm")
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'waiting'") == 0, 60, "the outbox to be empty")
        testlib.equal(world.query("SELECT state FROM outbox WHERE subject = ?", last), [("sent",)], "of an outage")


def test_connection():
    """Every step is named; what fails says what to do."""
    with DfdgWorld(expected_alarms=["command.*refused"]) as world:
        good = ctl(world, "test")
        testlib.equal({row["outcome"] for row in good["steps"]}, {"ok"}, f"{good['steps']}")
        status = ctl(world, "status")["tenants"][0]
        testlib.equal("reachable_since" in status, True, f"{status}")
        testlib.equal(status["certificate_days"] > 0, True, f"{status}")
        reload(world, indkaldelse_url=f"https://127.0.0.1:{testlib.free_port()}/")
        away = ctl(world, "test", code=3)
        testlib.equal(outcome_of(away, "IndkaldelseService"), "unreachable", f"{away}")
        reload(world, indkaldelse_url=f"{world.simulator.base}/indkaldelse", ca_file=None)
        world.restart()  # a TLS session that is resumed is not judged anew
        strange = ctl(world, "test", code=3)
        testlib.equal(outcome_of(strange, "IndkaldelseService"), "untrusted", f"{strange}")
        reload(world, ca_file=world.certificates.authority[0], organisation_code="12300")
        other = ctl(world, "test", code=3)
        testlib.equal(outcome_of(other, "IndkaldelseService"), "forbidden", f"{other}")


def test_fetch():
    """DFDG's own word, without the citizen."""
    with DfdgWorld() as world:
        citizen = Citizens.new()
        start = datetime.datetime.combine(datetime.date.today() + datetime.timedelta(days=10), datetime.time(10, 0)).astimezone()
        key = world.act("kss/book", cpr=citizen, unit=UNIT, start=start.isoformat(), advisor=f"{UNIT}-01")["id"]
        world.settle()
        found = ctl(world, "fetch", key)
        testlib.equal((found["there"], found["here"]), ("booked", "booked"), f"{found}")
        testlib.equal(citizen in json.dumps(found), False, "the citizen's number")
        none = ctl(world, "fetch", "00000000-0000-4000-8000-00000000dead")
        testlib.equal((none["there"], none["here"]), ("none", "none"), f"{none}")


testlib.run(globals())
