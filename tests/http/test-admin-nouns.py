# SPDX-License-Identifier: EUPL-1.2
# What an admin changes through a running plannerd is served by its very next answer.
# Also tests: admin-noun-change, admin-noun-retire, admin-hours.
"""A new advisor and a new offer are bookable at once, a retired one is gone at once; listing and booking agree throughout."""
import asyncio
import datetime
import json
import re

import testlib
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import Line

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
NEW_OFFER = "10000000-0000-4000-8000-000000000002"
NEW = "90000077"


def start():
    place = Municipality().jobcenter(UNIT, n_advisors=1).offer(OFFER, UNIT, 7)
    return PlannerProcess(place, [Caller("dfdg", plain=True)])


def control(planner, *words):
    """The result of a command that goes through the running server."""
    return json.loads(planner.control("--json", *words))["result"]


def refused(planner, *words):
    try:
        planner.control(*words)
    except AssertionError as error:
        return str(error)
    raise AssertionError(f"{words} was not refused")


def ask(planner, operation, **members):
    async def call():
        line = await Line(planner.url).open()
        answer = await line.call(operation, **members)
        line.close()
        return answer

    return asyncio.run(call())


def times(planner, offer, cpr=testlib.cpr(1)):
    """Listed (start, advisor) of the next ten days; empty for an offer that is not known."""
    now = datetime.datetime.now(datetime.timezone.utc)
    answer = ask(
        planner,
        "GetSelfbookTimeslots",
        cpr=cpr,
        offer=offer,
        from_time=now.isoformat(timespec="seconds"),
        to_time=(now + datetime.timedelta(days=10)).isoformat(timespec="seconds"),
    )
    if answer.code:
        return []
    slots = re.findall(r"<(?:\w+:)?Timeslot>(.*?)</(?:\w+:)?Timeslot>", answer.text, re.S)
    found = [[re.search(rf"{name}>([^<]*)<", slot).group(1) for name in ("StartTime", "CaseWorkerIdentifier")] for slot in slots]
    return [tuple(pair) for pair in found]


def book(planner, offer, slot, citizen):
    return ask(planner, "CreateBooking", cpr=testlib.cpr(citizen), offer=offer, start=slot[0], worker=slot[1], contact=1)


def test_served_at_once():
    with start() as planner:
        testlib.equal({slot[1] for slot in times(planner, OFFER)}, {f"{UNIT}-01"}, "advisors at first")
        control(planner, "add", "advisor", NEW, "--name", "Vejleder 77", "--email", "v77@demo.example", "--units", UNIT)
        control(planner, "set", "hours", NEW, "mon-sun 09:00-17:00")
        control(planner, "change", "offer", OFFER, "--advisors", f"+{NEW}")
        slots = [slot for slot in times(planner, OFFER) if slot[1] == NEW]
        assert slots, "the new advisor is not offered"
        testlib.equal(book(planner, OFFER, slots[-1], 2).status, 200, "booking with the new advisor")
        control(planner, "add", "offer", NEW_OFFER, "--unit", UNIT, "--title", "Ny", "--interview-type", "12", "--duration", "30",
                "--contact-types", "1", "--advisors", NEW)
        slots = times(planner, NEW_OFFER)
        assert slots, "the new offer has no times"
        testlib.equal(book(planner, NEW_OFFER, slots[0], 3).status, 200, "booking of the new offer")
        text = refused(planner, "retire", "advisor", NEW)
        assert "2 × booking" in text and "1 × offer" in text, text
        result = control(planner, "retire", "offer", NEW_OFFER, "--keep-meetings")
        testlib.equal([kept["what"] for kept in result["kept"]], ["booking"], "kept")
        testlib.equal(times(planner, NEW_OFFER), [], "times of a retired offer")
        assert book(planner, NEW_OFFER, slots[-1], 4).status != 200
        control(planner, "retire", "advisor", NEW, "--keep-meetings")
        testlib.equal({slot[1] for slot in times(planner, OFFER)}, {f"{UNIT}-01"}, "advisors at last")
        assert NEW not in [advisor["resource"] for advisor in control(planner, "list", "advisors")["advisors"]]
        assert NEW in [advisor["resource"] for advisor in control(planner, "list", "advisors", "--all")["advisors"]]
        control(planner, "restore", "advisor", NEW)
        assert NEW in {slot[1] for slot in times(planner, OFFER)}, "the restored advisor is not offered"
        assert control(planner, "verify")["sound"] is True


def test_a_closing_day_and_a_setting():
    with start() as planner:
        first = times(planner, OFFER)[0][0][:10]
        booked = next(slot for slot in times(planner, OFFER) if not slot[0].startswith(first))
        day = booked[0][:10]
        testlib.equal(book(planner, OFFER, booked, 2).status, 200, "booking")
        result = control(planner, "add", "closing", "day", UNIT, day, "Flytning")
        testlib.equal(result["meetings_now_outside"], 1, "meetings on the closed day")
        assert not [slot for slot in times(planner, OFFER) if slot[0].startswith(day)]
        control(planner, "remove", "closing", "day", UNIT, day)
        assert [slot for slot in times(planner, OFFER) if slot[0].startswith(day)]


def test_a_version_guards_a_change():
    with start() as planner:
        version = control(planner, "show", "offer", OFFER)["offer"]["version"]
        control(planner, "change", "offer", OFFER, "--title", "A", "--version", version)
        assert "has changed since version" in refused(planner, "change", "offer", OFFER, "--title", "B", "--version", version)
        testlib.equal(control(planner, "show", "offer", OFFER)["offer"]["title"], "A", "title")


testlib.run(globals())
