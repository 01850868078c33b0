# SPDX-License-Identifier: EUPL-1.2
# What the tests of foreign SOAP stacks share: the municipality, who may call, and the judgement of every captured message.
"""A client walks the whole flow and leaves each message in a folder, as NUMBER-request.xml and NUMBER-answer.xml, byte for
byte as they went over the wire. The judge holds all of them to xmllint's verdict and the database to what the flow did."""

import datetime
import json
import os
import pathlib
import re
import subprocess

import testlib
from planner_process import Caller, Municipality, PlannerProcess

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
GROUP_OFFER = "10000000-0000-4000-8000-000000000002"
ROOM_OFFER = "10000000-0000-4000-8000-000000000003"
SLOT_TAKEN = 990001
ACCESS_DENIED = 990023
FOLDER = pathlib.Path(__file__).parent

OPERATIONS = {
    "GetSelfbookInterviewOptions",
    "GetSelfbookCaseWorkers",
    "GetSelfbookTimeslots",
    "GetBookingDetails",
    "CreateBooking",
    "RescheduleBooking",
    "CancelBooking",
    "AcceptBooking",
    "ReportError",
    "GetBookings",
    "RegisterBooking",
    "UpdateBooking",
    "DeleteBooking",
}

# What one walk through the flow leaves in the journal of its two bookings, in order.
JOURNAL = [
    "booking-created",
    "booking-moved",
    "booking-accepted",
    "booking-cancelled-by-citizen",
    "booking-registered",
    "booking-updated",
    "booking-deleted",
]


def municipality():
    """One jobcenter with three offers of the kinds that differ most."""
    town = Municipality().jobcenter(UNIT, n_advisors=3, n_rooms=1)
    town.offer(OFFER, UNIT, 7, title="Jobsamtale", contact_groups="1", should_accept="yes")
    town.offer(GROUP_OFFER, UNIT, 9, form="group", seats=12, duration=60, title="Møde <fælles> & åbent")
    return town.offer(ROOM_OFFER, UNIT, 4, rooms=f"{UNIT}-rum-1")


def start(plain=False):
    """plannerd with a caller for each role, reached over mutual TLS, and DFDG in plain HTTP too when PLAIN."""
    callers = [Caller("dfdg", "dfdg", plain=plain), Caller("indkalder", "indkalder", units=UNIT)]
    return PlannerProcess(municipality(), callers, settings={"contract/validate-live": "true"})


class Walk:
    """One walk through the flow by one client: what the client is told, and where it leaves its messages."""

    def __init__(self, planner, number):
        self.planner = planner
        self.host = "127.0.0.1"
        self.capture = testlib.make_folder()
        today = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.interval_start = today + datetime.timedelta(days=2)
        self.interval_end = today + datetime.timedelta(days=16)
        self.cpr = testlib.cpr(3 * number)
        self.rival_cpr = testlib.cpr(3 * number + 1)
        self.registered_cpr = testlib.cpr(3 * number + 2)

    def facts(self):
        """What a client of another language needs to know."""
        certificates = self.planner.certificates
        url = self.planner.tls_url.replace("127.0.0.1", self.host)
        return {
            "url": url,
            "wsdl": url + "?wsdl",
            "authority": str(certificates.authority[0]),
            "dfdg": str(certificates.combined("dfdg")),
            "indkalder": str(certificates.combined("indkalder")),
            "capture": str(self.capture),
            "unit": UNIT,
            "offer": OFFER,
            "cpr": self.cpr,
            "rival_cpr": self.rival_cpr,
            "registered_cpr": self.registered_cpr,
            "interval_start": self.interval_start.isoformat(),
            "interval_end": self.interval_end.isoformat(),
        }

    def run_client(self, command, timeout_s=120):
        """Runs a client that reads its facts from the JSON file in its last argument, or from FLOW_*; fails when it fails."""
        facts = self.capture / "facts.json"
        facts.write_text(json.dumps(self.facts()), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment |= {f"FLOW_{name}": value for name, value in self.facts().items()}
        words = [*map(str, command), str(facts)]
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=timeout_s, check=False, env=environment
        )
        facts.unlink()
        if done.returncode != 0:
            raise AssertionError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        testlib.note(done.stdout)

    def judge(self, version="1.1"):
        """Every message by xmllint, every operation met, both faults among them, and the database as the flow left it."""
        requests = sorted(self.capture.glob("*-request.xml"))
        answers = sorted(self.capture.glob("*-answer.xml"))
        testlib.equal(len(answers), len(requests), "number of answers")
        judge_messages(requests + answers, version)
        names = {body_name(path) for path in requests}
        testlib.equal(names, OPERATIONS, "operations called")
        faults = sorted(int(code) for path in answers for code in fault_codes(path))
        testlib.equal(faults, [SLOT_TAKEN, ACCESS_DENIED], "faults")
        self.judge_database()

    def judge_database(self):
        """Two bookings came and went, in the order of the flow, and hold nothing any more."""
        bookings = self.planner.query(
            "SELECT booking.identifier, state FROM booking JOIN citizen USING (citizen_id) WHERE cpr IN (?, ?, ?)"
            " ORDER BY booking_id",
            *(self.cpr, self.rival_cpr, self.registered_cpr),
        )
        testlib.equal([state for _, state in bookings], ["cancelled"] * 2, "bookings")
        kinds = [
            kind
            for identifier, _ in bookings
            for (kind,) in self.planner.query("SELECT kind FROM journal WHERE subject = ? ORDER BY sequence", identifier)
        ]
        testlib.equal(kinds, JOURNAL, "journal")
        testlib.equal(self.planner.count("SELECT count(*) FROM claim"), 0, "claims left")
        testlib.equal(self.planner.count("SELECT count(*) FROM hold"), 0, "holds left")


def judge_messages(paths, version):
    """Fails with xmllint's words unless it finds every one of PATHS valid."""
    schema = FOLDER / f"soap-{version}.xsd"
    command = ["xmllint", "--noout", "--nonet", "--schema", str(schema), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = "\n".join(line for line in done.stderr.splitlines() if not line.endswith(" validates"))
        raise AssertionError(f"xmllint refuses messages:\n{words}")
    testlib.note(f"xmllint found {len(paths)} messages valid")


def body_name(path):
    """Local name of the element in the body of the message in PATH."""
    text = path.read_text(encoding="utf-8")
    return re.search(r"Body[^>]*>\s*<(?:\w[\w.-]*:)?(\w+)", text).group(1)


def fault_codes(path):
    """The PlannerFault codes of the message in PATH."""
    text = path.read_text(encoding="utf-8")
    return re.findall(r"PlannerFault.*?Code>(\d+)<", text, re.S)
