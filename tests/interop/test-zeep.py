# SPDX-License-Identifier: EUPL-1.2
# The whole booking flow with python3-zeep over mutual TLS, in SOAP 1.1 and 1.2; every message judged by xmllint.

import requests
import zeep

import interop_world
import testlib
from planner_process import NAMESPACE


def make_session(planner):
    """A session that trusts the planner's authority and nothing that the environment names."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(planner.certificates.authority[0])
    return session


class CapturingTransport(zeep.transports.Transport):
    """Keeps every message as it went over the wire."""

    def __init__(self, walk, name):
        session = make_session(walk.planner)
        session.cert = tuple(map(str, walk.planner.certificates.client(name)))
        super().__init__(session=session, timeout=20, operation_timeout=20)
        self.folder = walk.capture

    def post(self, address, message, headers):
        """Sends, and writes request and answer down."""
        answer = super().post(address, message, headers)
        number = len(list(self.folder.glob("*-request.xml")))
        (self.folder / f"{number:03}-request.xml").write_bytes(message)
        (self.folder / f"{number:03}-answer.xml").write_bytes(answer.content)
        return answer


def make_service(walk, name, version, url=None):
    """The service as the caller NAME reaches it at URL; the WSDL, which names that address, is fetched over the same door."""
    url = url or walk.planner.tls_url
    client = zeep.Client(url + "?wsdl", transport=CapturingTransport(walk, name))
    port = "ExternalBookingServiceSoap" + ("12" if version == "1.2" else "")
    service = client.bind("ExternalBookingService", port)
    testlib.equal(service._binding_options["address"], url, "address in the WSDL")  # pylint: disable=protected-access
    return service


def expect_fault(code, call, **arguments):
    """Fails unless CALL is refused with CODE in the fault's detail."""
    try:
        call(**arguments)
    except zeep.exceptions.Fault as fault:
        found = fault.detail.find(f"{{{NAMESPACE}}}PlannerFault/{{{NAMESPACE}}}Code").text
        testlib.equal(int(found), code, "code of the fault")
        return
    raise AssertionError(f"not refused with {code}")


def walk_citizen(walk, dfdg):
    """From the offers to the cancellation, as Jobnet leads a citizen."""
    citizen = {"PersonCivilRegistrationIdentifier": walk.cpr}
    interval = {
        "BookingOptionIntervalStartTime": walk.interval_start,
        "BookingOptionIntervalEndTime": walk.interval_end,
    }
    options = dfdg.GetSelfbookInterviewOptions(
        **citizen,
        JobCenterCode=interop_world.UNIT,
        ContactGroupTypeIdentifier=1,
        PersonCategory={"PersonCategoryTypeIdentifier": 1, "IncidentDate": walk.interval_start},
        HasExternalOperatorReferral=False,
        AbsenceCollection={"Absence": [{"AbsenceIdentifier": zeep.xsd.Nil, "AbsenceComment": "Ferie & <rejse>"}]},
    )
    testlib.equal(len(options), 3, "offers")
    option = next(one for one in options if one.InterviewTypeIdentifier == 7).InterviewOptionIdentifier
    workers = dfdg.GetSelfbookCaseWorkers(**citizen, InterviewOptionID=option)
    testlib.equal(len(workers), 3, "case workers")
    slots = dfdg.GetSelfbookTimeslots(**citizen, InterviewOptionID=option, **interval).TimeslotCollection.Timeslot
    times = [slot.StartTime for slot in slots]
    if len(times) < 50 or times != sorted(times) or times[0].utcoffset() is None:
        raise AssertionError(f"strange times: {times[:5]}")

    reserved = dfdg.GetBookingDetails(
        **citizen,
        InterviewOptionID=option,
        BookingStartTime=slots[3].StartTime,
        CaseWorkerIdentifier=slots[3].CaseWorkerToBook.CaseWorkerIdentifier,
        InterviewContactTypeIdentifier=2,
    )
    create = {"InterviewContactTypeIdentifier": 2, "ReservationIdentifier": reserved.ReservationIdentifier}
    made = dfdg.CreateBooking(**citizen, **create)
    testlib.equal(made.BookingStartTime, slots[3].StartTime, "time of the booking")
    testlib.equal(made.CaseWorkerIdentifier, slots[3].CaseWorkerToBook.CaseWorkerIdentifier, "case worker")
    testlib.equal(made.Title, "Jobsamtale", "title")
    repeated = dfdg.CreateBooking(**citizen, **create)
    testlib.equal(repeated.BookingIdentifier, made.BookingIdentifier, "booking of a repeated call")
    expect_fault(
        interop_world.SLOT_TAKEN,
        dfdg.CreateBooking,
        PersonCivilRegistrationIdentifier=walk.rival_cpr,
        InterviewOptionID=option,
        BookingStartTime=made.BookingStartTime,
        CaseWorkerIdentifier=made.CaseWorkerIdentifier,
        InterviewContactTypeIdentifier=1,
    )

    booking = {**citizen, "BookingIdentifier": made.BookingIdentifier}
    targets = dfdg.GetSelfbookTimeslots(**booking, **interval).TimeslotCollection.Timeslot
    target = next(slot for slot in targets if slot.StartTime > made.BookingStartTime)
    reserved = dfdg.GetBookingDetails(**booking, BookingStartTime=target.StartTime)
    moved = dfdg.RescheduleBooking(**booking, ReservationIdentifier=reserved.ReservationIdentifier)
    testlib.equal(moved.BookingStartTime, target.StartTime, "time after the move")
    accepted = dfdg.AcceptBooking(**booking)
    testlib.equal((accepted.AcceptedBooking, accepted.Revision), (True, 3), "accepted, revision")
    cancelled = dfdg.CancelBooking(**booking)
    testlib.equal(cancelled.BookingIdentifier, made.BookingIdentifier, "cancelled booking")
    dfdg.ReportError(
        **booking, ErrorCode=9303, ErrorText="Prøve: æøå", ErrorOrigin=30, ErrorTime=walk.interval_start
    )


def walk_municipality(walk, dfdg, indkalder):
    """A summons by the municipality, listed, changed and taken back; and the same as DFDG, which may not."""
    citizen = {"PersonCivilRegistrationIdentifier": walk.registered_cpr}
    start = walk.interval_start.replace(minute=0, second=0)
    summons = {
        "JobCenterCode": interop_world.UNIT,
        "ReBookingPossible": True,
        "ReBookingDeadline": start,
        "CancellationPossible": False,
        "CompulsoryAttendance": True,
        "BookingStartTime": start,
        "BookingEndTime": start.replace(minute=30),
        "InterviewTypeIdentifier": 12,
        "InterviewFormTypeIdentifier": 1,
        "InterviewContactTypeIdentifier": 1,
        "Title": "Samtale om <næste> skridt",
        "CaseWorkerIdentifier": f"{interop_world.UNIT}-01",
    }
    expect_fault(interop_world.ACCESS_DENIED, dfdg.RegisterBooking, **citizen, **summons)
    made = indkalder.RegisterBooking(**citizen, **summons).BookingDetails
    testlib.equal(made.Title, summons["Title"], "title")
    listed = indkalder.GetBookings(JobCenterCode=interop_world.UNIT, MaxCount=100).BookingCollection.Booking
    testlib.equal([one.BookingIdentifier for one in listed], [made.BookingIdentifier], "bookings of the unit")
    booking = {**citizen, "BookingIdentifier": made.BookingIdentifier}
    changed = indkalder.UpdateBooking(**booking, Revision=made.Revision, Description="Medbring CV").BookingDetails
    testlib.equal((changed.Description, changed.Revision), ("Medbring CV", made.Revision + 1), "change")
    deleted = indkalder.DeleteBooking(**booking)
    testlib.equal(deleted.BookingDetails.BookingIdentifier, made.BookingIdentifier, "deleted booking")
    listed = indkalder.GetBookings(JobCenterCode=interop_world.UNIT, MaxCount=100).BookingCollection
    testlib.equal(len(listed.Booking if listed else []), 0, "bookings afterwards")


def run_flow(version, number):
    """One server, one walk, one judgement."""
    with interop_world.start() as planner:
        walk = interop_world.Walk(planner, number)
        dfdg = make_service(walk, "dfdg", version)
        walk_citizen(walk, dfdg)
        walk_municipality(walk, dfdg, make_service(walk, "indkalder", version))
        walk.judge(version)


def test_flow_in_soap_1_1():
    run_flow("1.1", 1)


def test_flow_in_soap_1_2():
    run_flow("1.2", 2)


def test_citizen_in_plain_http():
    """The demo's face: the same service without TLS, on loopback."""
    with interop_world.start(plain=True) as planner:
        for number, version in ((3, "1.1"), (4, "1.2")):
            walk = interop_world.Walk(planner, number)
            walk_citizen(walk, make_service(walk, "dfdg", version, planner.url))
            interop_world.judge_messages(sorted(walk.capture.glob("*.xml")), version)


def test_nobody_without_a_certificate():
    """A client that shows no certificate is not even told the contract."""
    with interop_world.start() as planner:
        try:
            status = make_session(planner).get(planner.tls_url + "?wsdl", timeout=20).status_code
        except requests.exceptions.ConnectionError:
            status = 403
        testlib.equal(status, 403, "status without a certificate")


testlib.run(globals())
