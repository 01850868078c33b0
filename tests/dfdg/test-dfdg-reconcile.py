# SPDX-License-Identifier: EUPL-1.2
# plannerctl dfdg reconcile against plannerd and the simulator: every kind of difference is found, and mended by the ways that bookings take.
# Also tests: dfdg-commands-reconcile, dfdg-reconcile-mend, dfdg-keeper.
"""The carrier is none, so that DFDG tells nothing by itself and differences stay until somebody looks."""

import datetime
import json
import subprocess

import testlib
from dfdg_world import FUND, UNIT, Citizens, DfdgWorld, municipality

CTL = testlib.BUILD / "planner" / "plannerctl"
CREATE, UPDATE, DELETE = "CreateIndkaldelse", "UpdateIndkaldelse", "DeleteIndkaldelse"
ADVISOR = f"{UNIT}-01"
OTHER = "89001"


def start_at(hours):
    """Ten o'clock in Copenhagen's winter on a working day in some days, and so many hours on."""
    day = datetime.date.today() + datetime.timedelta(days=14)
    day -= datetime.timedelta(days=max(0, day.weekday() - 4))
    return datetime.datetime.combine(day, datetime.time(8), datetime.timezone.utc) + datetime.timedelta(hours=hours)


def ctl(world, *words, code=0):
    """The result of `plannerctl dfdg WORDS`, which ends with CODE."""
    command = [CTL, "--data-dir", testlib.SOURCE / "data", "--database", world.database, "--json", "dfdg", *words]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False)
    testlib.equal(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout).get("result", {}) if done.stdout else {}


def reconcile(world, *more, unit=UNIT):
    """All of the unit's next weeks."""
    today = datetime.date.today()
    found = ctl(world, "reconcile", unit, today, today + datetime.timedelta(days=30), *more)
    testlib.equal(any(cpr in json.dumps(found) for cpr in world.cprs), False, "no citizen's number")
    return found


def differences(found):
    """{booking: (difference, mend)}."""
    return {row["booking"]: (row["difference"], row["mend"]) for row in found["differences"]}


def new_citizen(world):
    """A citizen of the unit, of contact group 1."""
    cpr = Citizens.new()
    world.cprs.append(cpr)
    world.act("citizen", cpr=cpr, unit=UNIT, group=1)
    return cpr


def refused(world, method, change):
    """CHANGE (), which DFDG refuses and a person gives up; what it answers."""
    world.simulator.fault("answer", "refuse", method, code=990400)
    answer = change()
    testlib.wait_for(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'refused'") == 1, 60, "a refusal")
    number = world.query("SELECT outbox_id FROM outbox WHERE state = 'refused'")[0][0]
    ctl(world, "give", "up", number, "--reason", "prøve")
    return answer


def mended(world):
    """Mends all, and compares again until nothing is left."""
    reconcile(world, "--mend")
    testlib.wait_for(lambda: (lambda found: not found["differences"] and not found["under_way"])(reconcile(world)), 90, "nothing differs")
    world.assert_same_stock()


def world_of_none(place=None, **more):
    """Nothing is told by itself."""
    world = DfdgWorld(place, **more, carrier="none", settings={"dfdg-client demo/reconcile-hour": -1})
    world.cprs = []
    return world


def test_theirs():
    """What a case system made, changed and called off unseen."""
    with world_of_none() as world:
        cpr = new_citizen(world)
        first = world.act("kss/book", cpr=cpr, unit=UNIT, start=start_at(0).isoformat(), advisor=ADVISOR, minutes=30)["id"]
        testlib.equal(differences(reconcile(world)), {first: ("missing here", "apply theirs")})
        testlib.equal(world.count("SELECT count(*) FROM booking"), 0, "looking writes nothing")
        mended(world)
        world.act("kss/change", id=first, titel="Ny titel")
        found = reconcile(world)
        testlib.equal(differences(found), {first: ("different", "apply theirs")})
        testlib.equal([(row["member"], row["there"]) for row in found["fields"]], [("titel", '"Ny titel"')])
        mended(world)
        world.act("kss/cancel", id=first)
        testlib.equal(differences(reconcile(world)), {first: ("cancelled there", "apply theirs")})
        mended(world)
        testlib.equal(world.count("SELECT count(*) FROM journal WHERE kind = 'dfdg-reconciled'"), 3, "journal rows")
        testlib.equal(reconcile(world)["compared"] >= 1, True, "it was looked at")


def test_joint_interview():
    """Of an a-kasse's meetings type 17 is compared, with who takes part; of the others the jobcenter is not told."""
    with world_of_none() as world:
        cpr = new_citizen(world)
        world.act("citizen", cpr=cpr, unit=UNIT, group=1, fund=FUND)
        world.act("fund/book", cpr=cpr, fund=FUND, start=start_at(5).isoformat(), kind=7)
        joint = world.act("fund/book", cpr=cpr, fund=FUND, start=start_at(3).isoformat(), kind=17, minutes=30, advisor=ADVISOR)["id"]
        testlib.equal(differences(reconcile(world)), {joint: ("missing here", "apply theirs")})
        mended(world)
        kept = world.query("SELECT origin, interview_type FROM booking WHERE identifier = ?", joint)
        testlib.equal(kept, [("unemployment-fund", 17)])
        world.act("fund/participant", id=joint, navn="Vejleder 09")
        found = reconcile(world)
        testlib.equal(differences(found), {joint: ("different", "apply theirs")})
        testlib.equal([row["member"] for row in found["fields"]], ["myndighedsdeltagere"])
        mended(world)
        testlib.equal(world.query("SELECT name FROM participant"), [("Vejleder 09",)])
        world.act("fund/change", id=joint, titel="Ny titel")
        testlib.equal(differences(reconcile(world)), {joint: ("different", "apply theirs")})
        mended(world)
        world.act("fund/cancel", id=joint)
        testlib.equal(differences(reconcile(world)), {joint: ("cancelled there", "apply theirs")})
        mended(world)


def test_moved_to_another_unit():
    """DFDG has it at another jobcenter of ours: seen from both sides, once applied in neither unit a difference, and the time is free."""
    place = municipality(n_advisors=2)
    place.jobcenter(OTHER, n_advisors=1, hours=("08:00", "16:00"))
    more = {"units": (UNIT, OTHER)}
    with world_of_none(place, of_system=more) as world:
        cpr = new_citizen(world)
        key = world.act("kss/book", cpr=cpr, unit=UNIT, start=start_at(1).isoformat(), advisor=ADVISOR, minutes=30)["id"]
        mended(world)
        world.act("kss/change", id=key, jobcenterKode=OTHER, medarbejder={"identifikation": f"{OTHER}-01", "navn": "Vejleder 03"})
        testlib.equal(differences(reconcile(world)), {key: ("different", "apply theirs")}, "from where it was")
        testlib.equal(differences(reconcile(world, unit=OTHER)), {key: ("different", "apply theirs")}, "from where it is")
        mended(world)
        testlib.equal(differences(reconcile(world, unit=OTHER)), {}, "from where it is")
        held = "SELECT u.organisation_key, r.resource_key FROM booking b JOIN unit u USING (unit_id) JOIN resource r ON r.resource_id = b.advisor_id"
        testlib.equal(world.query(held), [(OTHER, f"{OTHER}-01")])
        testlib.equal(world.count("SELECT count(*) FROM claim"), 1, "the old time is free")


def test_ours():
    """What DFDG would not take, once it takes it."""
    with world_of_none() as world:
        cpr = new_citizen(world)
        key = refused(world, CREATE, lambda: world.register(cpr, start_at(1), ADVISOR))
        testlib.equal(differences(reconcile(world)), {key: ("missing there", "send ours")})
        mended(world)
        refused(world, UPDATE, lambda: world.user_call("UpdateBooking", cpr=cpr, BookingIdentifier=key, Description="Ny tekst"))
        found = reconcile(world)
        testlib.equal(differences(found), {key: ("different", "send ours")})
        mended(world)
        refused(world, DELETE, lambda: world.user_call("DeleteBooking", cpr=cpr, BookingIdentifier=key))
        testlib.equal(differences(reconcile(world)), {key: ("cancelled here", "send ours")})
        mended(world)


def test_under_way_and_flagged():
    """What moves is no difference; a citizen's booking that DFDG does not have is given to a person, not sent and not freed."""
    with world_of_none() as world:
        cpr = new_citizen(world)
        world.simulator.fault("answer", "status", CREATE, status=503, times=-1)
        key = world.register(cpr, start_at(2), ADVISOR)
        found = reconcile(world)
        testlib.equal((found["differences"], found["under_way"]), ([], 1), f"{found}")
        world.act("calm")
        world.settle()
        testlib.equal(reconcile(world)["under_way"], 0, key)
        world.simulator.fault("register", "forget")
        lost = world.act("jobnet/book", cpr=new_citizen(world), unit=UNIT)["id"]
        testlib.equal(reconcile(world)["under_way"], 1, "its echo may come")
        ctl(world, "retry", lost)
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM echo_watch WHERE is_flagged = 1") == 1, 120, "the lost echo is flagged")
        testlib.equal(differences(reconcile(world)), {lost: ("missing there", "a person decides")})
        reconcile(world, "--mend")
        testlib.equal([row["state"] for row in ctl(world, "echoes")["echoes"]], ["flagged"])
        testlib.equal(world.count("SELECT count(*) FROM booking WHERE state = 'booked' AND identifier = ?", lost), 1, "not freed")
        testlib.equal(world.count("SELECT count(*) FROM outbox WHERE subject = ?", lost), 0, "not sent")


def test_refusals():
    """Wrong questions, and a DFDG that does not answer: nothing is taken for an empty list."""
    with world_of_none() as world:
        today = datetime.date.today()
        ctl(world, "reconcile", "99999", today, today, code=1)
        ctl(world, "reconcile", UNIT, today, today - datetime.timedelta(days=1), code=1)
        world.simulator.fault("answer", "status", "GetSoegning", status=503, times=-1)
        ctl(world, "reconcile", UNIT, today, today, code=3)
        row = world.query("SELECT done_us, problem IS NOT NULL FROM dfdg_errand WHERE name = 'reconcile'")
        testlib.equal(row, [(0, 1)], "written down")


testlib.run(globals())
