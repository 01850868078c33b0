# SPDX-License-Identifier: EUPL-1.2
# The municipalities that are measured, the free times in them, and the calls: lines of files for bench-load.
"""Everything is made from fixed seeds; only the dates follow today's."""

import asyncio
import datetime
import random
import zoneinfo

import testlib
from planner_process import Caller, Municipality, PlannerProcess
from soap_client import Line, message

UNIT = "89000"
TEAM_OFFER = "10000000-0000-4000-8000-000000000001"
POOL_OFFER = "10000000-0000-4000-8000-000000000002"
N_POOL = 50
N_BUSY = 300
N_REQUESTS = 256
N_DAYS = 58
FIRST_READER = 4000000  # citizens who only look: none of them has a booking
ZONE = zoneinfo.ZoneInfo("Europe/Copenhagen")
CALLERS = [Caller("dfdg", "dfdg", plain=True)]


# Municipalities -------------------------------------------------------------------------------------


def _write_calendar(path, key, chance):
    """An advisor's own appointments: N_BUSY hours and half hours spread over sixty days."""
    today = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN"]
    for number in range(N_BUSY):
        start = today + datetime.timedelta(days=chance.randrange(62), hours=chance.randrange(24))
        end = start + datetime.timedelta(minutes=chance.choice([30, 60]))
        lines += ["BEGIN:VEVENT", f"UID:{key}-{number}", f"DTSTAMP:{today:%Y%m%dT%H%M%SZ}"]
        lines += [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}", "SUMMARY:x", "END:VEVENT"]
    path.mkdir(parents=True)
    (path / "own.ics").write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), encoding="utf-8")


def offer_of(unit):
    """The offer of all advisors of another unit than the first."""
    return f"20000000-0000-4000-8000-0000000{unit}"


def town(n_advisors=N_POOL, with_calendars=True):
    """An import folder. Fifty advisors in the first unit, with full calendars, an offer of four of them and one of all; the
    other advisors in units of fifty with an offer each."""
    made = Municipality().jobcenter(UNIT, n_advisors=N_POOL, hours=("08:00", "16:00"))
    made.offer(TEAM_OFFER, UNIT, 7, advisors="|".join(made.advisors(UNIT)[:4]))
    made.offer(POOL_OFFER, UNIT, 4)
    for unit in other_units(n_advisors):
        made.jobcenter(unit, n_advisors=N_POOL)
        # Not by offer(): it looks through everybody for the unit's advisors.
        made.offer(offer_of(unit), unit, 4, advisors="|".join(f"{unit}-{i + 1:02}" for i in range(N_POOL)))
    folder = made.write(testlib.make_folder() / "import")
    chance = random.Random(1)
    for key in made.advisors(UNIT) if with_calendars else []:
        _write_calendar(folder / "calendars" / key, key, chance)
    return folder


def other_units(n_advisors):
    """Keys of the units beside the first when there are N_ADVISORS in all."""
    return [str(10000 + 100 * number) for number in range(1, n_advisors // N_POOL)]


def planner_of(folder, settings=None, core=None, preload=None):
    """plannerd over an import folder, pinned to CORE."""
    planner = PlannerProcess(folder, CALLERS, settings=settings)
    pin = ["taskset", "-c", str(core)] if core is not None else []
    planner.arguments = [*pin, *planner.arguments]
    planner.environment.pop("G_DEBUG", None)
    planner.timeout_s = 120
    if preload:
        planner.environment.update(preload)
    return planner


# Free times -----------------------------------------------------------------------------------------


def midnight(day):
    """The beginning of the local day that is DAY days from now."""
    today = datetime.datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return (today + datetime.timedelta(days=day)).replace(tzinfo=ZONE)


def when(start, end):
    """The members of a call that name an interval."""
    return {"from_time": start.isoformat(), "to_time": end.isoformat()}


async def _list_day(line, offer, day):
    answer = await line.call("GetSelfbookTimeslots", cpr=testlib.cpr(FIRST_READER), offer=offer, **when(midnight(day), midnight(day + 1)))
    names = ("StartTime", "EndTime", "CaseWorkerIdentifier", "CaseWorkerName")
    return list(zip(*(answer.find_all(name) for name in names)))


async def _list_all(url, offers, n_days):
    line = await Line(url).open()
    try:
        return {offer: [row for day in range(1, n_days) for row in await _list_day(line, offer, day)] for offer in offers}
    finally:
        line.close()


def list_slots(planner, offers=(TEAM_OFFER, POOL_OFFER), n_days=N_DAYS):
    """(start, end, advisor, name) of every free time of OFFERS in their order, by offer."""
    return asyncio.run(_list_all(planner.url, offers, n_days))


def epoch(text):
    """Seconds since 1970 of an instant on the wire."""
    return int(datetime.datetime.fromisoformat(text).timestamp())


def write_slots(folder, slots):
    """The same for the peers: a line of offer, start, end, advisor, name each."""
    path = folder / "slots.tsv"
    rows = ((offer, epoch(row[0]), epoch(row[1]), row[2], row[3]) for offer in sorted(slots) for row in slots[offer])
    path.write_text("\n".join("\t".join(map(str, row)) for row in rows), encoding="utf-8")
    return path


# Calls ----------------------------------------------------------------------------------------------


class Bodies:
    """A file of calls."""

    def __init__(self, folder, name, texts):
        self.path = folder / name
        self.n_lines = len(texts)
        self.path.write_text("\n".join(texts) + "\n", encoding="utf-8")

    def texts(self, n_texts):
        """The first so many."""
        return self.path.read_text(encoding="utf-8").splitlines()[:n_texts]


def listing_bodies(folder, name, slots, offer, hours):
    """N_REQUESTS different GetSelfbookTimeslots of HOURS (from, to, counted from a midnight): of days that have free times
    there, for an answer without any is evidence and is written down."""
    starts = sorted({epoch(row[0]) for row in slots[offer]})
    spans = []
    for day in range(1, N_DAYS - int(hours[1] // 24)):
        span = [midnight(day) + datetime.timedelta(hours=hour) for hour in hours]
        if any(span[0].timestamp() <= start < span[1].timestamp() for start in starts):
            spans.append(span)
    calls = (spans[number % len(spans)] for number in range(N_REQUESTS))
    texts = [
        message("GetSelfbookTimeslots", cpr=testlib.cpr(FIRST_READER + number), offer=offer, **when(*span))
        for number, span in enumerate(calls)
    ]
    return Bodies(folder, name, texts)


def identifier(number):
    """A booking identifier of the caller's own choice."""
    return f"30000000-0000-4000-8000-{number:012}"


def shuffled(rows):
    """ROWS in an order without neighbours."""
    rows = list(rows)
    random.Random(2).shuffle(rows)
    return rows


def create_bodies(folder, name, rows, first_citizen):
    """A CreateBooking for each (offer, row) of free times, of a citizen each."""
    texts = []
    for number, (offer, row) in enumerate(rows, first_citizen):
        members = {"offer": offer, "start": row[0], "worker": row[2], "booking": identifier(number)}
        texts.append(message("CreateBooking", cpr=testlib.cpr(number), contact=1, **members))
    return Bodies(folder, name, texts)


def move_bodies(folder, name, rows, first_citizen):
    """A RescheduleBooking to each (offer, row)'s time and advisor, of the bookings that create_bodies() makes."""
    texts = [
        message("RescheduleBooking", cpr=testlib.cpr(number), booking=identifier(number), start=row[0], worker=row[2])
        for number, (_, row) in enumerate(rows, first_citizen)
    ]
    return Bodies(folder, name, texts)


def pair_bodies(folder, name, rows, first_citizen):
    """GetBookingDetails and CreateBooking by turns; bench-load puts the reservation in."""
    texts = []
    nobody = "00000000-0000-0000-0000-000000000000"
    for number, (offer, row) in enumerate(rows, first_citizen):
        cpr = testlib.cpr(number)
        texts.append(message("GetBookingDetails", cpr=cpr, offer=offer, start=row[0], worker=row[2], contact=1))
        texts.append(message("CreateBooking", cpr=cpr, contact=1, reservation=nobody))
    return Bodies(folder, name, texts)
