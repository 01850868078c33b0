# SPDX-License-Identifier: EUPL-1.2
# The rehearsal against plannerd passes; against a peer that does one thing wrong exactly the rows about that fail.
# Also tests: track-rehearse, track-rehearse-ask, track-rehearse-dst, track-rehearse-faults, track-rehearse-holds,
# track-rehearse-hostile, track-rehearse-load, track-rehearse-plan, track-rehearse-races, track-rehearse-repeats,
# track-rehearse-report, track-rehearse-schema, track-rehearse-shots, track-rehearse-slow, track-rehearse-steps,
# track-rehearse-times, track-wire, track-ctl-rehearse.

import asyncio
import datetime
import json
import subprocess

import mutant_peer as m
import planner_process
import soap_client
import testlib
import track_world
from planner_process import Caller, Municipality, PlannerProcess

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
COMMAND = testlib.BUILD / "switchtrack-client" / "switchtrackctl"
CITIZENS = [testlib.cpr(number) for number in range(25)]
STRANGER = testlib.cpr(900)
CREATE, DETAILS, MOVE, CANCEL = "CreateBooking", "GetBookingDetails", "RescheduleBooking", "CancelBooking"
OPTIONS, WORKERS, TIMES = "GetSelfbookInterviewOptions", "GetSelfbookCaseWorkers", "GetSelfbookTimeslots"
REVISION = (r"<Revision>\d+<", "<Revision>77<")

# Name, what the peer does, the groups that are rehearsed, and the rows that must fail: these and no others.
MUTANTS = [
    ("options", m.unknown_element(OPTIONS), "schema", "options soap-1.1 soap-1.2"),
    ("case workers", m.unknown_element(WORKERS), "schema", "case-workers"),
    ("times", m.unknown_element(TIMES), "schema", "times"),
    ("details", m.unknown_element(DETAILS), "schema", "details"),
    ("create", m.unknown_element(CREATE), "schema", "create"),
    ("move", m.unknown_element(MOVE), "schema", "reschedule"),
    ("accept", m.unknown_element("AcceptBooking"), "schema", "accept"),
    ("cancel", m.unknown_element(CANCEL), "schema", "cancel"),
    ("bookings", m.unknown_element("GetBookings"), "schema", "bookings"),
    ("report", m.unknown_element("ReportError"), "schema", "report-error"),
    ("register", m.unknown_element("RegisterBooking"), "schema", "register"),
    ("update", m.unknown_element("UpdateBooking"), "schema", "update"),
    ("delete", m.unknown_element("DeleteBooking"), "schema", "delete"),
    ("media type of 1.1", m.soap_form("1.1", media="application/soap+xml"), "schema", "soap-1.1"),
    ("media type of 1.2", m.soap_form("1.2", media="text/xml"), "schema", "soap-1.2"),
    ("status of a fault, 1.1", m.soap_form("1.1", status=200, is_fault=True), "schema", "fault-1.1"),
    ("status of a fault, 1.2", m.soap_form("1.2", status=200, is_fault=True), "schema", "fault-1.2"),
    ("another time", m.changed(CREATE, r"(<BookingStartTime>)\d{4}", r"\g<1>2031"), "schema", "create"),
    ("another advisor", m.changed(DETAILS, r"(<CaseWorkerIdentifier>)", r"\g<1>x"), "schema", "details"),
    ("code: unit", m.other_code(OPTIONS, 990010), "faults", "no-such-unit"),
    ("code: offer", m.other_code(TIMES, 990004), "faults", "no-such-offer"),
    ("code: offer's advisors", m.other_code(WORKERS, 990004), "faults", "no-such-offer-workers"),
    ("code: booking", m.other_code(CANCEL, 990005), "faults", "no-such-booking"),
    ("code: booking to move", m.other_code(MOVE, 990005), "faults", "no-such-booking-move"),
    ("code: reservation", m.other_code(CREATE, 990003), "faults", "no-such-reservation"),
    ("code: interval", m.other_code(TIMES, 990009), "faults", "long-interval"),
    ("code: not offered", m.other_code(CREATE, 990014), "faults", "not-offered"),
    ("code: another's booking", m.other_code(CANCEL, 8107), "faults", "others-cancel"),
    ("code: another's move", m.other_code(MOVE, 8107), "faults", "others-move"),
    ("another's bookings", m.bookings_of_the_last, "faults", "others-list"),
    ("takes a bad citizen", m.accepts(">12<"), "faults", "bad-citizen"),
    ("takes a bad code", m.accepts("ABCDE"), "faults", "bad-code"),
    ("misses nothing", m.accepts(r"99999</JobCenterCode></Get"), "faults", "missing-element"),
    ("takes one twice", m.accepts(r"(<JobCenterCode>99999</JobCenterCode>){2}"), "faults", "element-twice"),
    ("takes anything", m.accepts("Surprise"), "faults", "unknown-element"),
    ("takes both", m.accepts(r"<GetSelfbookCaseWorkers.*InterviewOptionID>.*BookingId"), "faults", "both-of-two"),
    ("takes neither", m.accepts(r"<GetSelfbookCaseWorkers[^<]*<Person[^<]*</Person[^<]*</Get"), "faults", "neither-of-two"),
    ("makes coffee", m.accepts("MakeCoffee"), "faults", "no-such-operation"),
    ("takes a namespace", m.accepts('"urn:other"><Person'), "faults", "other-namespace"),
    ("takes an action", m.wrong_action, "faults", "wrong-action"),
    ("takes a version", m.accepts("urn:soap:9"), "faults", "wrong-version"),
    ("understands all", m.accepts("mustUnderstand"), "faults", "must-understand"),
    ("takes crossed tags", m.accepts("99999</ContactGroup"), "faults", "malformed"),
    ("takes HTML", m.accepts("<html>"), "faults", "no-envelope"),
    ("takes nothing", m.accepts("<s:Body></s:Body>"), "faults", "empty-body"),
    ("shows what is held", m.lists_for("holder"), "holds", "hidden"),
    ("hides what is yours", m.lists_for(STRANGER), "holds", "own"),
    ("code: taken", m.other_code(CREATE, 990001, 990014), "holds", "taken"),
    ("code: held", m.other_code(DETAILS, 990001, 990014), "holds", "reserved-twice"),
    ("books another time", m.changed(CREATE, r"(<BookingStartTime>)\d{4}", r"\g<1>2031"), "holds", "used"),
    ("code: a stranger's", m.other_code(CREATE, 990003, 8107), "holds", "stranger"),
    ("reserves anew", m.new_reservation, "holds", "renewed"),
    ("never gives back a hold", m.hides_for_ever(DETAILS), "holds", "replaced"),
    ("never gives back a booking", m.hides_for_ever(CREATE), "holds", "given-back"),
    ("never ends a hold", m.short_holds("nothing"), "holds/expired", "expired"),
    ("changes at a repeat", m.on_repeat(CREATE, *REVISION, without="Reservation"), "repeats", "create"),
    ("changes at a reserved repeat", m.on_repeat(CREATE, *REVISION, marker="Reservation"), "repeats", "create-reserved"),
    ("moves again", m.on_repeat(MOVE, *REVISION), "repeats", "reschedule"),
    ("cancels again", m.on_repeat(CANCEL, *REVISION), "repeats", "cancel"),
    ("refuses a late repeat", m.late_repeat, "repeats", "late"),
    ("code: identifier", m.other_code(CREATE, 990020), "repeats", "key-reused"),
    ("all book", m.all_win(CREATE), "races/create,races/same", "create"),
    ("all reserve", m.all_win(DETAILS), "races", "reserve"),
    ("all move", m.all_win(MOVE), "races", "move"),
    (
        "books at each repeat",
        m.on_repeat(CREATE, r"(<BookingIdentifier>)[^<]{8}", r"\g<1>00000000"),
        "races",
        "same",
    ),
    ("impatient", m.impatient, "slow/dribble,slow/reader", "dribble"),
    ("cuts answers", m.cuts, "slow", "dribble reader kept stalled unread"),
    ("cuts kept connections", m.closes_silently, "slow/kept,slow/stalled", "kept"),
    ("waits for the stalled", m.waits_for_others, "slow/stalled,slow/unread", "stalled"),
    ("tires", m.tires, "slow/stalled,slow/unread", "unread"),
    ("reads a doctype", m.accepts("<!DOCTYPE s:Envelope><"), "hostile", "doctype"),
    ("reads a file", m.accepts('SYSTEM "file:///etc/hostname">'), "hostile", "external-entity"),
    ("reads an address", m.accepts("% b SYSTEM"), "hostile", "parameter-entity"),
    ("unfolds", m.accepts("&e29;"), "hostile", "entity-bomb"),
    ("goes deep", m.accepts("<a><a>"), "hostile", "depth"),
    ("reads a long name", m.accepts("<abcdefghijabc"), "hostile", "long-name"),
    ("reads all attributes", m.accepts(" a4999="), "hostile", "attributes"),
    ("reads a large one", m.accepts("0123456789abcdef01"), "hostile", "large"),
    ("reads NUL", m.accepts("99\0999"), "hostile", "nul"),
    ("reads UTF-7", m.accepts("UTF-7"), "hostile", "utf-7"),
    ("reads UTF-16", m.accepts("\A\N{REPLACEMENT CHARACTER}"), "hostile", "utf-16-label"),
    ("reads half", m.accepts(r">00000\Z"), "hostile", "truncated"),
    ("reads JSON", m.takes_json, "hostile", "media-type"),
    ("includes", m.accepts("x:include"), "hostile", "xinclude"),
    ("dies", m.dies_of("<!DOCTYPE s:Envelope><"), "hostile", "doctype"),
    ("takes long", m.waits(5.2, "<!DOCTYPE s:Envelope><"), "hostile/doctype,hostile/nul", "doctype"),
    ("refuses some", m.refuses_every(7), "load/options", "options"),
    ("mixes callers up", m.told_the_one_before, "load/times", "times"),
]
CLOCK_MUTANTS = {
    "winter all year": m.winter_all_year,
    "summer all year": m.summer_all_year,
    "one time twice": m.one_twice,
    "one meeting short": m.one_short,
    "wall clock as UTC": m.wall_as_utc,
}


# What everybody who wants one time is told, whether it is carried out all the same, the row, and what its reason must say.
NOBODY_WINS = [
    (CREATE, 990001, False, "create", "0 of 20", "20 refused with 990001", "bookings afterwards: 0", "still offered"),
    (CREATE, 990001, True, "create", "0 of 20", "20 refused with 990001", "bookings afterwards: 1", "not offered"),
    (CREATE, 990012, False, "same", "none of 20", "20 refused with 990012"),
    (CREATE, 990013, False, "create", "20 refused with 990013", "expected 990001 or"),
    (CREATE, None, False, "create", "answer 1 of 20", "the connection ended"),
    (DETAILS, 990001, False, "reserve", "0 of 20", "20 refused with 990001", "still offered"),
    (MOVE, 990014, False, "move", "0 of 2", "2 refused with 990014", "still offered"),
]


class World:
    """plannerd, started by the first test that asks."""

    planner = None

    @classmethod
    def get(cls):
        """The planner."""
        if cls.planner is None:
            town = Municipality().jobcenter(UNIT, n_advisors=3).offer(OFFER, UNIT, 7)
            cls.planner = PlannerProcess(town, [Caller("dfdg", plain=True)]).start()
        return cls.planner


def plan(**keys):
    """A plan file with KEYS."""
    today = datetime.date.today()
    keys = {
        "citizens": ";".join(CITIZENS),
        "from": today + datetime.timedelta(days=3),
        "until": today + datetime.timedelta(days=45),
        "registers": "true",
        "hold-wait-s": 5,
        **keys,
    }
    path = testlib.make_folder() / "plan.conf"
    path.write_text("[rehearsal]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()), encoding="utf-8")
    return path


def rehearse(url, *arguments):
    """Exit code and output of a rehearsal."""
    words = [str(word) for word in (COMMAND, "rehearse", UNIT, url, "--timeout", 60, *arguments)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=400)
    return done.returncode, done.stdout + done.stderr


def report(url, *arguments):
    """Exit code, and the report as JSON."""
    code, text = rehearse(url, "--json", *arguments)
    if code not in (0, 1):
        raise AssertionError(text)
    for cpr in CITIZENS:
        if cpr in text:
            raise AssertionError("the report tells a citizen's number")
    return code, json.loads(text)


def rows_with(answer, verdict):
    """Names of the rows that came out so."""
    return {f"{row['group']}/{row['row']}" for row in answer["rows"] if row["verdict"] == verdict}


def test_passes():
    """plannerd passes, plain and with certificates, and nothing is left of it."""
    planner = World.get()
    code, answer = report(planner.url, "--plan", plan())
    testlib.equal(rows_with(answer, "failed") | rows_with(answer, "blocked"), set(), "rows that did not pass")
    testlib.equal((code, answer["is_passed"], answer["left_behind"]), (0, True, []), "outcome")
    left_out = {row["why"].split(":")[0] for row in answer["rows"] if row["verdict"] == "left-out"}
    expected = {"the day has passed", "nothing is offered around that day"}
    testlib.equal({why for why in left_out if not why.startswith("a reservation lasts")} - expected, set(), "left out")
    testlib.equal(planner.count("SELECT count(*) FROM booking WHERE state = 'booked'"), 0, "bookings that stand")
    folder = planner.certificates
    tls = ("--ca", folder.authority[0], "--certificate", folder.client("dfdg")[0], "--key", folder.client("dfdg")[1])
    code, answer = report(planner.tls_url, "--plan", plan(), "--only", "schema,repeats", *tls)
    testlib.equal((code, answer["failed"], answer["blocked"]), (0, 0, 0), "with certificates")


def test_without_a_plan():
    """Only calls that change nothing are made, and the report says which were left out."""
    planner = World.get()
    planner.settle()
    before = planner.rows_of_callers()
    code, answer = report(planner.url)
    testlib.equal((code, answer["failed"], answer["blocked"]), (0, 0, 0), "outcome")
    planner.settle()
    testlib.equal(planner.rows_of_callers(), before, "the database")
    left_out = rows_with(answer, "left-out")
    if "schema/create" not in left_out or "schema/options" in left_out:
        raise AssertionError(f"left out: {left_out}")


def test_mutants():
    """Each wrong peer fails the rows about what it does wrong, and no others."""
    planner, path, wrong = World.get(), plan(), []
    for name, mutant, only, rows in MUTANTS:
        group = only.split(",")[0].split("/")[0]
        with m.MutantPeer(planner.url, mutant) as peer:
            code, answer = report(peer.url, "--plan", path, "--only", only)
        expected = {f"{group}/{row}" for row in rows.split()}
        if (code, rows_with(answer, "failed")) != (1, expected):
            whys = {f"{row['group']}/{row['row']}": row.get("why") for row in answer["rows"] if row["verdict"] != "passed"}
            wrong.append(f"{name}: expected {sorted(expected)}, exit {code}, got {whys}")
        if "Cancel" not in str(wrong):
            standing = planner.count("SELECT count(*) FROM booking WHERE state = 'booked'")
            if standing:
                wrong.append(f"{name}: {standing} bookings left behind")
    if wrong:
        raise AssertionError("\n".join(wrong))


def test_honest_peer():
    """The same peer without a fault passes, also with reservations that end."""
    planner, path = World.get(), plan()
    with m.MutantPeer(planner.url, m.honest) as peer:
        code, answer = report(peer.url, "--plan", path)
        testlib.equal((code, answer["failed"], answer["blocked"]), (0, 0, 0), f"outcome {answer}")
    with m.MutantPeer(planner.url, m.short_holds("offered")) as peer:
        code, answer = report(peer.url, "--plan", path, "--only", "holds/expired")
        testlib.equal((code, answer["passed"]), (0, 1), f"a reservation that ends: {answer}")


def test_nobody_wins():
    """When nobody gets a time, the report says what all were told, and what became of the time."""
    planner, path = World.get(), plan()
    for operation, code, is_done, row, *words in NOBODY_WINS:
        with m.MutantPeer(planner.url, m.all_lose(operation, code, is_done)) as peer:
            _, answer = report(peer.url, "--plan", path, "--only", f"races/{row}")
        why = answer["rows"][0].get("why", "")
        testlib.equal([word for word in words if word not in why], [], f"{operation} {code} {is_done}: {why}: lacks")
    _, answer = report(f"http://127.0.0.1:{testlib.free_port()}/", "--plan", path, "--only", "load/options")
    testlib.equal("no contact on connection 1 of 20" in answer["rows"][0]["why"], True, str(answer))


def test_busy():
    """What is answered busy is repeated, as every caller must; the report counts it."""
    planner, path = World.get(), plan()
    with m.MutantPeer(planner.url, m.busy_at_first) as peer:
        code, answer = report(peer.url, "--plan", path, "--only", "races,repeats/late,holds/given-back,load/times")
    testlib.equal((code, answer["failed"], answer["blocked"], answer["busy"] > 60), (0, 0, 0, True), f"outcome {answer}")


async def _reserve_last(url, until):
    """Each citizen reserves the last time before the day UNTIL that is offered to him; the reservations."""
    line, reservations = await soap_client.Line(url).open(), []
    days = {"from_time": f"{until - datetime.timedelta(days=5)}T00:00:00Z", "to_time": f"{until}T00:00:00Z"}
    for cpr in CITIZENS:
        times = await line.call("GetSelfbookTimeslots", cpr=cpr, offer=OFFER, **days)
        testlib.equal(times.find("TimeslotCollectionTruncated"), "false", "the list is cut off")
        last = {"start": times.find_all("StartTime")[-1], "worker": times.find_all("CaseWorkerIdentifier")[-1]}
        answer = await line.call(DETAILS, cpr=cpr, offer=OFFER, contact=1, **last)
        reservations.append(answer.find("ReservationIdentifier"))
    line.close()
    return reservations


def test_held_before():
    """Reservations of an earlier rehearsal stand for a while: what a citizen holds is offered to him alone, and is no time for a race."""
    planner, until = World.get(), datetime.date.today() + datetime.timedelta(days=10)
    for group in ("races", "holds", "repeats"):
        testlib.equal(len(set(asyncio.run(_reserve_last(planner.url, until))) - {None}), len(CITIZENS), "reservations")
        code, answer = report(planner.url, "--plan", plan(until=until), "--only", group)
        whys = [(row["row"], row.get("why")) for row in answer["rows"] if row["verdict"] in ("failed", "blocked")]
        testlib.equal((code, whys), (0, []), f"{group} at a Planner that does nothing wrong")


def test_clock_changes():
    """Right times pass; wrong offsets, a time twice, a short meeting and a wall clock read as UTC do not."""
    planner, path = World.get(), plan()
    with m.MutantPeer(planner.url, m.times_of_the_day()) as peer:
        _, answer = report(peer.url, "--plan", path, "--only", "dst")
        testlib.equal((answer["failed"], answer["blocked"]), (0, 0), f"right times: {answer}")
    ahead = rows_with(answer, "passed")
    if not ahead:
        raise testlib.Skip("no change of the clocks that the rehearsal knows lies ahead")
    for name, change in CLOCK_MUTANTS.items():
        with m.MutantPeer(planner.url, m.times_of_the_day(change)) as peer:
            _, answer = report(peer.url, "--plan", path, "--only", "dst")
        testlib.equal(rows_with(answer, "failed"), ahead, name)


def test_every_row_has_a_mutant():
    """No row is without a peer that it catches."""
    _, text = rehearse("http://127.0.0.1:1/", "--list")
    rows = {line.split(":")[0] for line in text.splitlines()}
    caught = {f"{only.split(',')[0].split('/')[0]}/{row}" for _, _, only, names in MUTANTS for row in names.split()}
    caught |= {row for row in rows if row.startswith("dst/")}
    testlib.equal(rows - caught, set(), "rows without a mutant")
    testlib.equal(caught - rows, set(), "mutants without a row")


def test_bad_plans():
    """A plan that could touch somebody, or that nobody can read, is refused before anything is sent."""
    somebody = "0101" + "901234"
    for keys, word in (
        ({"citizens": f"{CITIZENS[0]};{somebody}"}, "number 2"),
        ({"citizens": CITIZENS[0]}, "two"),
        ({"citizens": f"{CITIZENS[0]};{CITIZENS[1]};{CITIZENS[0]}"}, "number 3"),
        ({"from": "tomorrow"}, "YYYY-MM-DD"),
        ({"until": "2020-01-01"}, "after from"),
        ({"parallel": 1}, "race"),
        ({"surprise": 1}, "surprise"),
    ):
        code, text = rehearse("http://127.0.0.1:1/", "--plan", plan(**keys))
        if code != 2 or word not in text or somebody in text:
            raise AssertionError(f"{keys}: {code} {text}")


def test_pins():
    """The key that the registry's row pins must be the endpoint's: else every row fails and says which key it is; two may stand for a renewal."""
    certificates = planner_process.Certificates(testlib.make_folder())
    peer = track_world.Peer(certificates, [UNIT])
    paths = ("--ca", certificates.authority[0], "--certificate", certificates.client("us")[0], "--key", certificates.client("us")[1])
    shown, other = (track_world.pin(one) for one in (certificates.server[0], certificates.client("us")[0]))
    only = ("--only", "schema/fault-1.1")
    code, answer = report(peer.url, *paths, *only, "--pin", other)
    testlib.equal((code, answer["failed"], shown in str(answer), peer.calls), (1, 1, True, []), f"another's key: {answer}")
    report(peer.url, *paths, *only, "--pin", other, "--pin", shown)
    testlib.equal(len(peer.calls) > 0, True, "calls with one of two")
    testlib.equal(report_code("http://127.0.0.1:1/", *only, "--pin", shown), 2, "a pin without TLS")
    peer.stop()


def report_code(url, *arguments):
    """Exit code alone."""
    return rehearse(url, *arguments)[0]


def test_nobody_there():
    """An endpoint that is not there fails every row, and the exit code says so."""
    code, answer = report(f"http://127.0.0.1:{testlib.free_port()}/", "--only", "schema")
    testlib.equal((code, answer["passed"], answer["failed"]), (1, 0, 5), "outcome")
    for arguments in ((), ("--only", "surprise"), ("--timeout", "0")):
        code, text = rehearse("ftp://127.0.0.1/", *arguments)
        testlib.equal(code, 2, text)


testlib.run(globals())
