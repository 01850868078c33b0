# SPDX-License-Identifier: EUPL-1.2
# What plannerd does with DFDG by itself and nobody watches: the nightly comparison, another configuration, and after a restore.
# Also tests: dfdg-keeper, dfdg-runner, message-lane-store.
"""Judged by what DFDG holds, by its count of calls, and by plannerctl dfdg status."""

import datetime
import json
import signal
import time
import urllib.request
import zoneinfo

import testlib
from dfdg_world import UNIT, Citizens, DfdgWorld
from planner_process import PlannerProcess

ADVISOR = f"{UNIT}-01"
CREATE, LETTER, SEARCH = "CreateIndkaldelse", "CreateBorgerbesked", "GetSoegning"


def ctl(world, *words):
    """What plannerctl tells, as an object."""
    return json.loads(world.control("--json", *words))["result"]


def state(world):
    """The word of `plannerctl dfdg status`."""
    return ctl(world, "dfdg", "status")["tenants"][0]["state"]


def start_at(hours):
    """Nine o'clock of a working day in some days, and so many hours on."""
    day = datetime.date.today() + datetime.timedelta(days=14)
    day -= datetime.timedelta(days=max(0, day.weekday() - 4))
    return datetime.datetime.combine(day, datetime.time(8), datetime.timezone.utc) + datetime.timedelta(hours=hours)


def new_citizen(world):
    """A citizen of the unit, of contact group 1."""
    cpr = Citizens.new()
    world.act("citizen", cpr=cpr, unit=UNIT, group=1)
    return cpr


def reload(world, **settings):
    """Another configuration of [dfdg-client demo], None takes a key out; read by SIGHUP."""
    for name, value in settings.items():
        key = f"dfdg-client demo/{name.replace('_', '-')}"
        if value is None:
            world.settings.pop(key, None)
        else:
            world.settings[key] = value
    (world.folder / "planner.conf").write_text(PlannerProcess._configuration(world), encoding="utf-8")
    n_before = world.log.read_text(encoding="utf-8").count("event=reload")
    world.process.send_signal(signal.SIGHUP)
    testlib.wait_for(lambda: world.log.read_text(encoding="utf-8").count("event=reload") > n_before, 30, "the configuration is read")


def metric(world, line):
    """Whether /metrics has LINE."""
    with urllib.request.urlopen(f"http://127.0.0.1:{world.health_port}/metrics", timeout=30) as answer:
        return line in answer.read().decode().splitlines()


def compared(world):
    """(when it was compared last, how many nights' work that was)."""
    return world.query("SELECT done_us, problem FROM dfdg_errand WHERE name = 'reconcile' AND done_us > 0")


def test_night():
    """From the hour on each unit is compared once, told and not mended; the next night again."""
    hour = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Copenhagen")).hour
    with DfdgWorld(carrier="none", settings={"dfdg-client demo/reconcile-hour": -1, "dfdg-client demo/subscription-days": 0}) as world:
        key = world.act("kss/book", cpr=new_citizen(world), unit=UNIT, start=start_at(0).isoformat(), advisor=ADVISOR, minutes=30)["id"]
        time.sleep(1)
        testlib.equal(world.simulator.n_calls(SEARCH), 0, "not at night -1")
        reload(world, reconcile_hour=hour)
        testlib.wait_for(lambda: len(compared(world)) == 1, 60, "the unit is compared")
        n_calls = world.simulator.n_calls(SEARCH)
        testlib.equal(state(world), "different")
        testlib.wait_for(lambda: metric(world, 'planner_dfdg_problem{tenant="demo",problem="different"} 1'), 60, "in the metrics")
        testlib.equal(world.count("SELECT count(*) FROM booking"), 0, f"{key} is told of, not taken")
        reload(world, reconcile_hour=hour)
        time.sleep(2)
        testlib.equal(world.simulator.n_calls(SEARCH), n_calls, "once a night")
        today = datetime.date.today()
        ctl(world, "dfdg", "reconcile", UNIT, today, today + datetime.timedelta(days=30), "--mend")
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM booking") == 1, 60, "mended by hand")
        world.settle()
        before = compared(world)
        world.restart(later_s=86400)
        testlib.wait_for(lambda: compared(world) != before, 60, "the next night")
        testlib.equal(state(world), "ok")
        testlib.equal(world.simulator.n_calls(SEARCH) > n_calls, True, "DFDG was asked again")


def test_another_address():
    """The address leads nowhere after a reload, then back: what waited is sent once, and nothing is lost."""
    with DfdgWorld(carrier="wsb") as world:
        good = world.settings["dfdg-client demo/indkaldelse-url"]
        first = world.register(new_citizen(world), start_at(0), ADVISOR)
        world.settle()
        reload(world, indkaldelse_url=f"https://127.0.0.1:{testlib.free_port()}/indkaldelse")
        second = world.register(new_citizen(world), start_at(1), ADVISOR)
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'waiting' AND attempts > 0") == 1, 60, "it was tried")
        testlib.equal(set(world.their_stock()), {first}, "DFDG has the first alone")
        reload(world, indkaldelse_url=good)
        world.settle()
        testlib.equal(set(world.their_stock()), {first, second})
        world.assert_same_stock()
        testlib.equal(world.simulator.n_calls(CREATE) >= 2, True)


def test_group_goes_and_comes():
    """Without its group nothing is sent and nothing dies, and what is pushed comes again; with it both sides come together."""
    with DfdgWorld(carrier="wsb", expected_alarms=("event=wsb-wrong-environment",)) as world:
        group = {key: value for key, value in world.settings.items() if key.startswith("dfdg-client demo/")}
        names = [key.split("/")[1].replace("-", "_") for key in group]
        first = world.register(new_citizen(world), start_at(0), ADVISOR)
        world.settle()
        reload(world, **dict.fromkeys(names))
        n_calls = world.simulator.n_calls(CREATE)
        second = world.register(new_citizen(world), start_at(1), ADVISOR)
        time.sleep(2)
        testlib.equal((world.simulator.n_calls(CREATE), set(world.their_stock())), (n_calls, {first}), "nothing is sent")
        later = world.act("kss/book", cpr=new_citizen(world), unit=UNIT, start=start_at(3).isoformat(), advisor=ADVISOR, minutes=30)["id"]
        testlib.equal(state(world), "off")
        reload(world, **{key.split("/")[1].replace("-", "_"): value for key, value in group.items()})
        world.settle()
        testlib.equal(set(world.own_stock()), {first, second, later})
        today = datetime.date.today()
        ctl(world, "dfdg", "reconcile", UNIT, today, today + datetime.timedelta(days=30), "--mend")
        world.settle()
        world.assert_same_stock()


def test_restored():
    """What waited when the backup was made is held back; DFDG is read first, so that nobody gets it twice."""
    with DfdgWorld(carrier="none", settings={"dfdg-client demo/messages": "true"}) as world:
        ctl(world, "set", "setting", "message-by-hand", "yes")
        cprs = [new_citizen(world) for _ in range(2)]
        for cpr in cprs:
            world.simulator.fault("answer", "status", LETTER, cpr=cpr, status=503, times=1)
            for name, text in (("number", cpr), ("letter", "Titel\n\nEn tekst")):
                (world.folder / name).write_text(text, encoding="utf-8")
                (world.folder / name).chmod(0o600)
            ctl(world, "message", "send", world.folder / "letter", "--citizen-file", world.folder / "number", "--channel", "mail")
        tried = "SELECT count(*) FROM message WHERE state = 'waiting' AND attempts > 0"
        testlib.wait_for(lambda: world.count(tried) > 0, 60, "tried")
        made = ctl(world, "backup", world.folder / "backup.db")["file"]
        held = world.count("SELECT count(*) FROM message WHERE state = 'sent'")
        world.act("calm")
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM message WHERE state = 'sent'") == 2, 60, "sent after the backup")
        PlannerProcess.stop(world)
        ctl(world, "restore", made)
        PlannerProcess.start(world)
        n_calls = world.simulator.n_calls(LETTER)
        rows = world.query("SELECT message_id, state, reason FROM message WHERE state <> 'sent'")
        testlib.equal([row[1] for row in rows], ["refused"] * (2 - held), "held back")
        testlib.equal("restore" in rows[0][2], True, rows[0][2])
        time.sleep(2)
        testlib.equal(world.simulator.n_calls(LETTER), n_calls, "nothing is sent by itself")
        testlib.equal(state(world), "unsent")
        for row in rows:
            ctl(world, "message", "retry", row[0])
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM message WHERE state = 'sent'") == 2, 60, "decided")
        testlib.equal(len(world.simulator.ask("letters")["letters"]), 2, "each once")
        testlib.equal(world.count("SELECT count(*) FROM message WHERE foreign_id IS NULL"), 0, "and known by DFDG's ids")


testlib.run(globals())
