# SPDX-License-Identifier: EUPL-1.2
# Two municipalities in one plannerd, each with a group, a certificate, a carrier and an environment of its own: neither sees the other's.
"""demo is pushed to, other fetches. Judged by what DFDG holds and who told it, and by whose rows plannerd has."""

import datetime
import json
import signal
import urllib.request
import uuid

import testlib
from dfdg_world import SERVICES, UNIT, Citizens, DfdgWorld, municipality, system_row
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import message

THEIRS = "77100"
ADVISORS = {UNIT: f"{UNIT}-01", THEIRS: f"{THEIRS}-01"}
TENANTS = {UNIT: "demo", THEIRS: "other"}
OTHER_SYSTEM, OTHER_NUMBER = "20000000-0000-4000-8000-000000000003", 41
CREATE = "CreateIndkaldelse"
OF_TENANT = "SELECT b.identifier FROM booking b JOIN tenant t USING (tenant_id) WHERE t.tenant_key = ? AND b.state = 'booked' ORDER BY 1"
OUTBOX = "SELECT o.state, count(*) FROM outbox o JOIN tenant t USING (tenant_id) WHERE t.tenant_key = ? GROUP BY 1 ORDER BY 1"


def start_at(hours):
    """Ten o'clock of a day in some weeks, and so many hours on."""
    day = datetime.date.today() + datetime.timedelta(days=20)
    return datetime.datetime.combine(day, datetime.time(9), datetime.timezone.utc) + datetime.timedelta(hours=hours)


class TwoTowns(DfdgWorld):
    """DfdgWorld with a second municipality whose group is there when HAS_OTHER."""

    def __init__(self, has_other=True):
        self.has_other = has_other
        super().__init__(municipality(), "wsb", expected_alarms=("event=wsb-wrong-environment",))
        place = Municipality("other").jobcenter(THEIRS)
        place.tables["units"][0] |= {"address": "Torvet 1, 0000 Prøvekøbing", "telephone": "00000000"}
        self.load(place)

    def other_group(self):
        """Keys of [dfdg-client other]."""
        pair = self.certificates.client("outgoing-other")
        client = {"environment": "T9", "carrier": "wsrm", "organisation-type": 8, "organisation-code": THEIRS, "system": OTHER_NUMBER}
        client |= {"user-identifier": "CVR:11111111-UUID:planner", "system-identifier": OTHER_SYSTEM, "certificate": pair[0], "key": pair[1]}
        client |= {"ca-file": self.certificates.authority[0], "wsrm-interval-s": 1, "fund-interviews": "false", "code-lists": "false"}
        client |= {f"{name}-url": f"{self.simulator.base}/{name}" for name in SERVICES.split()}
        return {f"dfdg-client other/{key}": value for key, value in client.items()}

    def _configuration(self):
        self.callers = [*self.callers, Caller("user-other", roles="indkalder;kss", tenant="other")]
        super()._configuration()
        certificates, origin = self.certificates, f"https://127.0.0.1:{self.tls_port}"
        systems = [
            system_row("planner", certificates.fingerprint("outgoing"), ["wsb"], origin),
            system_row("planner-other", certificates.fingerprint("outgoing-other"), ["wsrm"], "", (THEIRS,), number=OTHER_NUMBER, identifier=OTHER_SYSTEM, environment="T9"),
        ]
        self.simulator.config["systems"] = systems
        (self.simulator.folder / "simulator.json").write_text(json.dumps(self.simulator.config), encoding="utf-8")
        if self.has_other:
            self.settings |= self.other_group()
        return PlannerProcess._configuration(self)

    def reload(self, has_other):
        """SIGHUP with the second group or without it."""
        names = self.other_group()
        self.settings = {key: value for key, value in self.settings.items() if key not in names} | (names if has_other else {})
        (self.folder / "planner.conf").write_text(PlannerProcess._configuration(self), encoding="utf-8")
        before = self.log.read_text(encoding="utf-8").count("event=reload")
        self.process.send_signal(signal.SIGHUP)
        testlib.wait_for(lambda: self.log.read_text(encoding="utf-8").count("event=reload") > before, 30, "the configuration is read")

    def new_citizen(self, unit):
        """A citizen of the unit."""
        cpr = Citizens.new()
        self.act("citizen", cpr=cpr, unit=unit, group=1)
        return cpr

    def register_at(self, unit, cpr, hours, **members):
        """RegisterBooking of that municipality's user; the id."""
        if unit == UNIT:
            return self.register(cpr, start_at(hours), ADVISORS[unit], **members)
        key, start = str(uuid.uuid4()), start_at(hours)
        end = start + datetime.timedelta(minutes=30)
        named = {"ReBookingPossible": "false", "CancellationPossible": "false", "CompulsoryAttendance": "true", "InterviewTypeIdentifier": 7}
        named |= {"InterviewFormTypeIdentifier": 1, "Title": "Jobsamtale", "BookingIdentifier": key, "contact": 2, "worker": ADVISORS[unit], **members}
        body = message("RegisterBooking", cpr=cpr, unit=unit, start=start.isoformat(), end=end.isoformat(), **named).encode()
        request = urllib.request.Request(self.tls_url, body, {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'})
        with urllib.request.urlopen(request, timeout=60, context=self.certificates.context("user-other")) as answer:
            text = answer.read().decode()
        testlib.equal("PlannerFault" in text, False, text)
        return key

    def kss(self, unit, cpr, hours):
        """A case system's booking; the id."""
        return self.act("kss/book", cpr=cpr, unit=unit, start=start_at(hours).isoformat(), advisor=ADVISORS[unit], minutes=30, samtaleType=12)["id"]

    def held(self, unit):
        """Ids of the live bookings of the municipality of UNIT."""
        return {row[0] for row in self.query(OF_TENANT, TENANTS[unit])}

    def states(self):
        """{tenant: word} of plannerctl dfdg status."""
        return {row["tenant"]: row["state"] for row in json.loads(self.control("--json", "dfdg", "status"))["result"]["tenants"]}

    def told_by(self):
        """{id: system that registered it at DFDG}."""
        return {key: system for key, kind, system in self.simulator.ask("changes")["changes"] if kind == 1}


def test_each_its_own():
    """Bookings of both sides go to and come from DFDG by each one's certificate and carrier; each message and booking is one municipality's."""
    with TwoTowns() as world:
        citizens = {unit: world.new_citizen(unit) for unit in TENANTS}
        ours = {unit: world.register_at(unit, cpr, 0) for unit, cpr in citizens.items()}
        theirs = {unit: world.kss(unit, cpr, 2) for unit, cpr in citizens.items()}
        world.settle(30)
        world.assert_same_stock()
        told = world.told_by()
        testlib.equal({unit: told[key] for unit, key in ours.items()}, {UNIT: "planner", THEIRS: "planner-other"}, "who registered")
        for unit in TENANTS:
            testlib.equal(world.held(unit), {ours[unit], theirs[unit]}, f"bookings of {unit}")
        rows = world.query("SELECT DISTINCT t.tenant_key, e.carrier FROM dfdg_event e JOIN tenant t USING (tenant_id) ORDER BY 1")
        testlib.equal(rows, [("demo", "wsb"), ("other", "wsrm")], "whose messages came how")
        testlib.equal(set(world.states().values()) <= {"ok", "uncompared", "unsubscribed"}, True, world.states())


def test_trouble_of_one():
    """While DFDG refuses one municipality's calls, the other's go on; a message of the other's environment is not taken for one's own."""
    with TwoTowns() as world:
        citizens = {unit: world.new_citizen(unit) for unit in TENANTS}
        world.simulator.fault("answer", "status", CREATE, status=403, times=-1, cpr=citizens[THEIRS])
        world.simulator.fault("answer", "status", "CreateSequence", status=503, times=-1)
        stopped = world.register_at(THEIRS, citizens[THEIRS], 0)
        waiting = world.kss(THEIRS, citizens[THEIRS], 2)
        ours, theirs = world.register_at(UNIT, citizens[UNIT], 0), world.kss(UNIT, citizens[UNIT], 2)
        testlib.wait_for(lambda: world.held(UNIT) == {ours, theirs} and ours in world.simulator.stock(), 60, "demo goes on")
        testlib.wait_for(lambda: world.query(OUTBOX, "other") == [("refused", 1)], 60, "other's is refused")
        testlib.wait_for(lambda: world.query(OUTBOX, "demo") == [("sent", 1)], 60, "demo's answer is noted")
        testlib.equal(world.held(THEIRS), {stopped})
        testlib.equal((world.states()["other"], world.states()["demo"] in ("refused", "forbidden")), ("refused", False), world.states())
        world.simulator.act("stray", system="planner", cpr=citizens[THEIRS], header={"Miljoe": "T9", "EksternIdentifier": waiting})
        testlib.wait_for(lambda: "event=wsb-wrong-environment" in world.log.read_text(encoding="utf-8"), 60, "it is turned away")
        world.act("calm")
        world.control("--tenant", "other", "dfdg", "retry", "--all-refused")
        testlib.wait_for(lambda: world.held(THEIRS) == {stopped, waiting} and stopped in world.simulator.stock(), 60, "other goes on")
        testlib.equal(world.count("SELECT count(*) FROM dfdg_event e JOIN tenant t USING (tenant_id) WHERE t.tenant_key = 'demo' AND e.external_id = ?", waiting), 0)


def test_group_comes_and_goes():
    """The second group comes by a reload, goes and comes again: what waited meanwhile on either side is told then, and the first never rests."""
    with TwoTowns(has_other=False) as world:
        citizens = {unit: world.new_citizen(unit) for unit in TENANTS}
        first = world.register_at(THEIRS, citizens[THEIRS], 0)
        mine = world.register_at(UNIT, citizens[UNIT], 0)
        testlib.wait_for(lambda: mine in world.simulator.stock(), 60, "demo's is told")
        testlib.equal((first in world.simulator.stock(), world.query(OUTBOX, "other")), (False, [("waiting", 1)]), "other has no way yet")
        world.reload(has_other=True)
        testlib.wait_for(lambda: first in world.simulator.stock(), 60, "told after the reload")
        fetched = world.kss(THEIRS, citizens[THEIRS], 2)
        testlib.wait_for(lambda: world.held(THEIRS) == {first, fetched}, 60, "fetched")
        world.reload(has_other=False)
        n_calls = world.simulator.n_calls("CreateSequence")
        later = world.kss(THEIRS, citizens[THEIRS], 4)
        second = world.register_at(THEIRS, citizens[THEIRS], 3, InterviewTypeIdentifier=11)
        pushed = world.kss(UNIT, citizens[UNIT], 2)
        testlib.wait_for(lambda: world.held(UNIT) == {mine, pushed}, 60, "demo never rests")
        testlib.equal(world.simulator.n_calls("CreateSequence") - n_calls <= 1, True, "fetched no more")
        testlib.equal((world.held(THEIRS), second in world.simulator.stock()), ({first, fetched, second}, False), "other rests")
        world.kill()
        world.has_other = True
        world.start()
        world.reload(has_other=True)
        testlib.wait_for(lambda: second in world.simulator.stock(), 60, "told")
        testlib.wait_for(lambda: later in world.held(THEIRS), 60, "fetched")
        world.settle(30)
        world.assert_same_stock()
        told = world.told_by()
        testlib.equal([told[key] for key in (mine, first, second)], ["planner", "planner-other", "planner-other"], "who registered")


testlib.run(globals())
