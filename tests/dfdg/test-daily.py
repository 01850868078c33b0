# SPDX-License-Identifier: EUPL-1.2
# What the planner reads of DFDG by the day and on demand: an a-kasse's meetings, histories, code lists.
# Also tests: admin-show-citizen, code-files, code-refresh, dfdg-commands-read, reads-work, task-store.
"""The judge is the planner's database, its files, and what plannerctl shows."""

import datetime
import json

import testlib
from dfdg_world import FUND, UNIT, Citizens, DfdgWorld

DAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(days=20)


def at(hour):
    """An instant of a day some weeks ahead, while the advisors are at work."""
    return (DAY + datetime.timedelta(hours=hour)).isoformat()


def daily(*names, **more):
    """A world in which these settings are on."""
    return DfdgWorld(settings={f"dfdg-client demo/{name}": "true" for name in names}, **more)


def ctl(world, *words, number=None):
    """plannerctl's JSON answer; NUMBER goes through a file."""
    command = ["--json", *words]
    if number:
        path = world.folder / "number"
        path.write_text(number, encoding="ascii")
        path.chmod(0o600)
        command += ["--citizen-file", str(path)]
    return json.loads(world.control(*command))["result"]


def test_fund_interviews():
    """Read by itself for a citizen with a meeting ahead; shown with a remark; our time stays free."""
    with daily("fund-interviews") as world:
        cpr = Citizens.new()
        world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND)
        world.act("fund/book", cpr=cpr, fund=FUND, start=at(9), kind=7)
        world.act("fund/book", cpr=cpr, fund=FUND, start=at(10), kind=15)
        world.act("kss/book", cpr=cpr, unit=UNIT, start=at(12), advisor="89000-01", minutes=30)
        world.settle()
        world.restart()
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM fund_interview") == 2, 60, "read by itself")
        testlib.equal(world.count("SELECT count(*) FROM claim"), 1, "claims")
        shown = ctl(world, "show", "citizen", number=cpr)
        testlib.equal(sorted(one["interview_type"] for one in shown["fund_interviews"]), [7, 15], "shown")
        testlib.equal(len(shown["remarks"]), 1, f"remarks {shown['remarks']}")
        testlib.equal(cpr in json.dumps(shown), False, "the number is shown")


def test_on_demand():
    """dfdg read, dfdg history with and without an identifier."""
    with daily() as world:
        cpr = Citizens.new()
        world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND, group=1, category=5)
        world.act("fund/book", cpr=cpr, fund=FUND, start=at(9), kind=10 if DAY.year < 2024 else 15)
        key = world.act("kss/book", cpr=cpr, unit=UNIT, start=at(12), advisor="89000-01", minutes=30)["id"]
        world.act("kss/change", id=key, starttidspunkt=at(13))
        world.settle()
        read = ctl(world, "dfdg", "read", number=cpr)
        testlib.equal([one["outcome"] for one in read["read"]], ["read"] * 4, "outcomes")
        shown = ctl(world, "show", "citizen", number=cpr)
        testlib.equal([one["code"] for one in shown["contact_groups"]], [1], "groups")
        testlib.equal([one["code"] for one in shown["categories"]], [5], "categories")
        of_booking = ctl(world, "dfdg", "history", key)["history"]
        testlib.equal([one["change"] for one in of_booking], ["made", "changed"], "history of the booking")
        of_citizen = ctl(world, "dfdg", "history", number=cpr)["history"]
        testlib.equal(len(of_citizen) >= 3, True, "history of the citizen")


def test_on_demand_half():
    """One service is down: the others are read, what was held stays, and the command says that it failed."""
    with daily() as world:
        cpr = Citizens.new()
        world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND, group=1)
        ctl(world, "dfdg", "read", number=cpr)
        world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND, group=2)
        for method in ("GetKontaktgrupper", "GetKontaktgruppeHistorik"):
            world.simulator.fault("answer", "status", method=method, status=503, times=-1)
        try:
            ctl(world, "dfdg", "read", number=cpr)
            raise ValueError("a failure was called success")
        except AssertionError as error:
            testlib.equal("1 of them could not be read" in str(error), True, str(error))
            testlib.equal(str(error).count('"read"') >= 3, True, f"the others were read: {error}")
        testlib.equal([one["code"] for one in ctl(world, "show", "citizen", number=cpr)["contact_groups"]], [1], "held")


def test_code_lists():
    """New codes come in; a great loss, nonsense and silence change nothing; a person may agree."""
    with daily("code-lists", expected_alarms=("dfdg-code-lists",)) as world:
        folder = world.folder / "codes"
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM dfdg_task WHERE done_us > 0") == 1, 60, "read by itself")
        world.act("codes", lists={"Samtaletype": {"33": "Prøvesamtale"}})
        testlib.equal(ctl(world, "dfdg", "refresh-codes")["changed"], 1, "files that changed")
        before = (folder / "interview-types.csv").read_text(encoding="utf-8")
        testlib.equal("33,\"Prøvesamtale\"" in before, True, before)
        codes = ctl(world, "list", "codes", "interview-types")["codes"]
        testlib.equal(33 in [one["code"] for one in codes], True, f"in force {codes}")
        testlib.equal(ctl(world, "dfdg", "refresh-codes")["changed"], 0, "the same again")
        world.simulator.fault("answer", "broken", method="GetKodelister", times=-1)
        try:
            ctl(world, "dfdg", "refresh-codes")
            raise ValueError("nonsense was taken")
        except AssertionError as error:
            testlib.note(str(error))
        testlib.equal((folder / "interview-types.csv").read_text(encoding="utf-8"), before, "after nonsense")
        world.act("calm")
        gone = {str(code): None for code in (4, 8, 9, 11)}
        world.act("codes", lists={"Samtaletype": gone})
        told = ctl(world, "dfdg", "refresh-codes")
        testlib.equal((told["changed"], "interview-types would lose 4 of" in told["problem"]), (0, True), told)
        testlib.equal((folder / "interview-types.csv").read_text(encoding="utf-8"), before, "after a great loss")
        try:
            ctl(world, "dfdg", "refresh-codes", "--accept", "interview-typs")
            raise ValueError("a list that is none was accepted")
        except AssertionError as error:
            testlib.equal("there is no such list" in str(error), True, str(error))
        told = ctl(world, "dfdg", "refresh-codes", "--accept", "interview-types")
        testlib.equal((told["changed"], told.get("problem")), (1, None), told)
        kept = (folder / "client-systems.csv").read_text(encoding="utf-8")
        world.act("codes", lists={"Klientsystem": None})
        told = ctl(world, "dfdg", "refresh-codes")
        testlib.equal((told["changed"], "client-systems is told no more" in told["problem"]), (0, True), told)
        testlib.equal((folder / "client-systems.csv").read_text(encoding="utf-8"), kept, "a list that is gone")
        testlib.equal("codes" in [row["state"] for row in ctl(world, "dfdg", "status")["to_do"]], True, "the status")
        world.act("codes", lists={"Klientsystem": {}})
        testlib.equal(ctl(world, "dfdg", "refresh-codes").get("problem"), None, "it is back")


testlib.run(globals())
