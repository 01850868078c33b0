# SPDX-License-Identifier: EUPL-1.2
# The older form of the queue's bookings: the same as the newer, in and out again by its names; switched by a setting.
"""The simulator writes the older form by a mapping of its own. docs/dfdg-legacy.md."""

import datetime
import re

import testlib
from dfdg_world import UNIT, Citizens, DfdgWorld

START = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=20)).replace(hour=9, minute=0, second=0, microsecond=0)
COLUMNS = (
    "state, origin, start_us, end_us, interview_type, form_type, contact_type, title, description, location, address, telephone, meeting_link, self_booked,"
    " compulsory, should_accept, accepted, rebook_possible, rebook_deadline_us, cancel_possible, cancel_deadline_us, advisor_id, owner_system"
)
DETAILS = {
    "titel": "Jobsamtale & cv",
    "beskrivelse": "Tag dit cv med",
    "lokation": "Lokale 7",
    "ombookningMulig": True,
    "fristForOmbookning": (START - datetime.timedelta(days=3)).date().isoformat(),
    "skalAccepteres": True,
}


def row_of(world, key):
    """The booking as it stands in the database."""
    return world.query(f"SELECT {COLUMNS} FROM booking WHERE identifier = ?", key)


def book(world):
    """The same booking in every world, by its id; and who has it."""
    cpr = Citizens.new()
    worker = world.query("SELECT resource_key FROM resource WHERE kind = 'advisor' ORDER BY resource_key")[0][0]
    world.act("citizen", cpr=cpr, unit=UNIT, group=1)
    return cpr, world.act("kss/book", cpr=cpr, unit=UNIT, start=START.isoformat(), advisor=worker, **DETAILS)["id"]


def legacy_world(is_on="true"):
    """A world whose DFDG tells bookings in the older form."""
    return DfdgWorld(carrier="wsrm", of_system={"is_legacy": True}, settings={"dfdg-client demo/legacy": is_on})


def test_same_booking():
    """Made, moved and called off: what the older form leaves in the database is what the newer one leaves, and nobody is asked."""
    rows = {}
    for name, world in (("new", DfdgWorld(carrier="wsrm")), ("old", legacy_world())):
        with world:
            _, key = book(world)
            testlib.wait_for(lambda world=world, key=key: row_of(world, key), 60, f"it lands, {name}")
            rows[name] = row_of(world, key)
            later = (START + datetime.timedelta(hours=2)).isoformat(), (START + datetime.timedelta(hours=3)).isoformat()
            world.act("kss/change", id=key, starttidspunkt=later[0], sluttidspunkt=later[1])
            world.settle()
            world.assert_same_stock()
            world.act("kss/cancel", id=key)
            world.settle()
            world.assert_same_stock()
            testlib.equal(row_of(world, key)[0][0], "cancelled", name)
            if name == "old":
                testlib.equal(world.simulator.n_calls("GetIndkaldelse"), 0, "the message is the truth")
                log = world.log.read_text(encoding="utf-8")
                noted = re.search(r"event=wsrm-dropped fields=\"?([^\"\n]*)", log)
                testlib.equal(noted and noted[1].split(), ["InterviewUnemploymentFundParticipation", "InterviewWithMoreAuthorities", "PrintDetail", "DistrictName"])
                testlib.equal(("Gammelby" in log, "Brev 7" in log), (False, False), "what they held")
    testlib.equal(rows["old"], rows["new"])


def test_out_again():
    """What came by the older names goes out by them: GetBookings tells what the message told."""
    with legacy_world() as world:
        cpr, key = book(world)
        testlib.wait_for(lambda: row_of(world, key), 60, "it lands")
        answer = world.user_call("GetBookings", cpr=cpr, MaxCount=10)
        deadline = datetime.datetime.fromisoformat(DETAILS["fristForOmbookning"]) + datetime.timedelta(days=1)
        values = {
            "BookingIdentifier": key,
            "JobCenterCode": UNIT,
            "Title": "Jobsamtale &amp; cv",
            "Description": "Tag dit cv med",
            "InterviewLocationDescription": "Lokale 7",
            "InterviewTypeIdentifier": "7",
            "InterviewContactTypeIdentifier": "1",
            "CompulsoryAttendance": "true",
            "CitizenShouldAcceptBooking": "true",
            "AcceptedBooking": "false",
            "ReBookingPossible": "true",
            "CancellationPossible": "false",
            "PersonCivilRegistrationIdentifier": cpr,
        }
        for name, value in values.items():
            testlib.equal(re.findall(rf"<(?:\w+:)?{name}>([^<]*)<", answer)[:1], [value], f"{name} in {answer}")
        told = re.findall(r"<(?:\w+:)?ReBookingDeadline>([^<]*)<", answer)[0]
        testlib.equal(datetime.datetime.fromisoformat(told).replace(tzinfo=None), deadline, "the end of the local day")


def test_switched_off():
    """Without the setting the older form is of an unknown type: kept, shown, not applied."""
    with legacy_world("false") as world:
        _, key = book(world)
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM dfdg_event WHERE state = 'unknown'") > 0, 60, "it is kept")
        testlib.equal(row_of(world, key), [])


testlib.run(globals())
