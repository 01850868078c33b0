# SPDX-License-Identifier: EUPL-1.2
# plannerd over the wire, plain and with client certificates: routes, SOAP versions, access, faults, caps, health, admin, stop.
"""Also tests: planner-admin, planner-endpoint, planner-faces, face-admin, planner-health, planner-server."""

import concurrent.futures
import datetime
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import testlib
from planner_process import NAMESPACE, PATH, SCHEMA, Caller, Certificates, Municipality, PlannerProcess

OFFER_A = "10000000-0000-4000-8000-000000000001"
OFFER_B = "10000000-0000-4000-8000-000000000002"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
TYPES = {SOAP_11: "text/xml; charset=utf-8", SOAP_12: "application/soap+xml; charset=utf-8"}


# Calls ----------------------------------------------------------------------------------------------


class Answer:
    """Status, headers and text of a reply."""

    def __init__(self, reply):
        self.status = reply.status
        self.headers = reply.headers
        self.text = reply.read().decode()

    def all(self, name):
        """Texts of every element NAME."""
        return re.findall(rf"<{name}>([^<]*)</{name}>", self.text)

    def one(self, name):
        """Text of the first element NAME."""
        found = self.all(name)
        if not found:
            raise AssertionError(f"no {name} in {self.status} {self.text}")
        return found[0]

    def fault(self):
        """Code of the contract; nothing when it is no fault."""
        return int(self.one("Code")) if "<PlannerFault" in self.text else None


def envelope(operation, body, version=SOAP_11, header=""):
    """A whole request."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return (
        f'<s:Envelope xmlns:s="{version}">{head}<s:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{body}</{operation}></s:Body></s:Envelope>'
    )


def plain_port(planner):
    """Where the plain face listens."""
    return urllib.parse.urlsplit(planner.url).port


def connect(planner, client=None):
    """A connection to the plain face, or to the DFDG face with the certificate of CLIENT."""
    if client is None:
        return http.client.HTTPConnection("127.0.0.1", plain_port(planner), timeout=30)
    context = planner.certificates.context(client)
    return http.client.HTTPSConnection("127.0.0.1", planner.tls_port, timeout=30, context=context)


def request(planner, method, path, body=None, headers=None, client=None):
    """One request on a connection of its own."""
    connection = connect(planner, client)
    try:
        connection.request(method, path, body, headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def post(planner, text, version=SOAP_11, client=None, headers=None):
    """Posts TEXT to the contract's path."""
    if not isinstance(text, bytes):
        text = text.encode()
    return request(planner, "POST", PATH, text, {"Content-Type": TYPES[version], **(headers or {})}, client)


def person(number):
    """The element that every request begins with."""
    return f"<PersonCivilRegistrationIdentifier>{testlib.cpr(number)}</PersonCivilRegistrationIdentifier>"


def day(n_days):
    """Midnight in N_DAYS days, without an offset."""
    return (datetime.date.today() + datetime.timedelta(days=n_days)).isoformat() + "T00:00:00"


def times_body(number, offer=OFFER_A, booking=None, start=None, end=None):
    """GetSelfbookTimeslots of an offer, or of a booking to be moved."""
    what = f"<BookingIdentifier>{booking}</BookingIdentifier>" if booking else f"<InterviewOptionID>{offer}</InterviewOptionID>"
    return (
        f"{person(number)}{what}<BookingOptionIntervalStartTime>{start or day(2)}</BookingOptionIntervalStartTime>"
        f"<BookingOptionIntervalEndTime>{end or day(9)}</BookingOptionIntervalEndTime>"
    )


def offers_body(number, unit="89000"):
    """GetSelfbookInterviewOptions of a citizen of contact group 1."""
    return f"{person(number)}<JobCenterCode>{unit}</JobCenterCode><ContactGroupTypeIdentifier>1</ContactGroupTypeIdentifier>"


def create_body(number, start, offer=OFFER_A, extra=""):
    """CreateBooking without a reservation."""
    return (
        f"{person(number)}<BookingStartTime>{start}</BookingStartTime><InterviewOptionID>{offer}</InterviewOptionID>"
        f"<InterviewContactTypeIdentifier>1</InterviewContactTypeIdentifier>{extra}"
    )


def ask(planner, operation, body, **options):
    """One call that must succeed."""
    answer = post(planner, envelope(operation, body, options.get("version", SOAP_11)), **options)
    testlib.equal(answer.status, 200, f"{operation}: {answer.text}")
    return answer


# The town -------------------------------------------------------------------------------------------

_planner = None


def town():
    """plannerd with two units, one offer each, shared by the tests of this file."""
    global _planner  # pylint: disable=global-statement
    if _planner is None:
        places = Municipality().jobcenter("89000", n_advisors=8).jobcenter("89001")
        places.offer(OFFER_A, "89000", 7, contact_groups="1").offer(OFFER_B, "89001", 7)
        callers = [
            Caller("plain", plain=True),
            Caller("dfdg", "dfdg"),
            Caller("other", units="89001"),
            Caller("kss", "kss", units="89000"),
        ]
        settings = {"limits/max-body-bytes": 65536, "contract/validate-live": "true"}
        _planner = PlannerProcess(places, callers, settings=settings).start()
    return _planner


# Tests ----------------------------------------------------------------------------------------------


def whole_booking(number, version, client):
    """Offers, times, reservation, booking, move, cancellation; the repeat of each change is the same answer."""
    planner, options = town(), {"version": version, "client": client}
    offers = ask(planner, "GetSelfbookInterviewOptions", offers_body(number), **options)
    testlib.equal(offers.headers["Content-Type"].split(";")[0], TYPES[version].split(";")[0], "content type")
    offer = offers.one("InterviewOptionIdentifier")
    starts = ask(planner, "GetSelfbookTimeslots", times_body(number, offer), **options).all("StartTime")
    start = f"<BookingStartTime>{starts[0]}</BookingStartTime>"
    option = f"<InterviewOptionID>{offer}</InterviewOptionID>"
    token = ask(planner, "GetBookingDetails", person(number) + option + start, **options).one("ReservationIdentifier")
    create = (
        f"{person(number)}<InterviewContactTypeIdentifier>1</InterviewContactTypeIdentifier>"
        f"<ReservationIdentifier>{token}</ReservationIdentifier>"
    )
    made = ask(planner, "CreateBooking", create, **options)
    testlib.equal(ask(planner, "CreateBooking", create, **options).text, made.text, "repeat of CreateBooking")
    booking = made.one("BookingIdentifier")
    named = f"{person(number)}<BookingIdentifier>{booking}</BookingIdentifier>"
    others = ask(planner, "GetSelfbookTimeslots", times_body(number, booking=booking), **options).all("StartTime")
    later = next(time_text for time_text in others if time_text > starts[0])
    move = f"{named}<BookingStartTime>{later}</BookingStartTime>"
    moved = ask(planner, "RescheduleBooking", move, **options)
    testlib.equal(moved.one("BookingStartTime"), later, "time after the move")
    testlib.equal(ask(planner, "RescheduleBooking", move, **options).text, moved.text, "repeat of the move")
    testlib.equal(ask(planner, "CancelBooking", named, **options).one("BookingStatusIdentifier"), "3", "status")


def test_whole_booking_plain():
    """SOAP 1.1 over the plain face."""
    whole_booking(1, SOAP_11, None)


def test_whole_booking_mutual_tls():
    """SOAP 1.1 with a client certificate."""
    whole_booking(2, SOAP_11, "dfdg")


def test_whole_booking_soap_12():
    """SOAP 1.2 over both."""
    whole_booking(3, SOAP_12, None)
    whole_booking(4, SOAP_12, "dfdg")


def test_wsdl_and_xsd():
    """Both documents, on both faces, with the address by which we came."""
    planner = town()
    for client, scheme, port in ((None, "http", plain_port(planner)), ("dfdg", "https", planner.tls_port)):
        wsdl = request(planner, "GET", PATH + "?wsdl", client=client)
        testlib.equal(wsdl.status, 200, "status of ?wsdl")
        for part in (f'location="{scheme}://127.0.0.1:{port}{PATH}"', "CreateBooking", NAMESPACE):
            if part not in wsdl.text:
                raise AssertionError(f"{part} is not in the WSDL")
        xsd = request(planner, "GET", PATH + "?XSD", client=client)
        testlib.assert_xml_equal(xsd.text, SCHEMA.read_text(encoding="utf-8"))


def test_routes():
    """405 with what is allowed, 404, and HEAD."""
    planner = town()
    answer = request(planner, "GET", PATH)
    testlib.equal((answer.status, answer.headers["Allow"]), (405, "POST"), "GET of the contract's path")
    testlib.equal(request(planner, "GET", PATH + "?other").status, 405, "unknown query")
    testlib.equal(request(planner, "GET", "/").status, 404, "root")
    testlib.equal(request(planner, "POST", "/soap", b"x").status, 404, "POST elsewhere")
    testlib.equal(request(planner, "GET", "/health/live").status, 404, "health on the plain face")
    testlib.equal(request(planner, "GET", "/admin/v1/list-units").status, 404, "admin on the plain face")
    testlib.equal(request(planner, "DELETE", PATH).status, 405, "DELETE")
    head = request(planner, "HEAD", PATH + "?wsdl")
    testlib.equal((head.status, head.text), (200, ""), "HEAD")


def test_content_types():
    """415 for what is not SOAP in an encoding that is read."""
    planner, text = town(), envelope("GetSelfbookTimeslots", times_body(5)).encode()
    for wrong in ("application/json", "text/plain", "text/xml; charset=iso-8859-1", ""):
        answer = request(planner, "POST", PATH, text, {"Content-Type": wrong} if wrong else {})
        testlib.equal(answer.status, 415, wrong)
    text = '<?xml version="1.0" encoding="UTF-16"?>' + envelope("GetSelfbookTimeslots", times_body(5))
    answer = post(planner, text.encode("utf-16"), headers={"Content-Type": "text/xml; charset=utf-16"})
    testlib.equal(answer.status, 200, answer.text)


def test_fault_statuses():
    """1.1 always says 500; 1.2 tells the sender's faults by 400."""
    planner = town()
    good = times_body(5)
    cases = [
        ("hello", 990026),
        ("<x", 990029),
        ("<!DOCTYPE x><x/>", 990026),
        (None, 990029),
        (envelope("NoSuchOperation", good), 990032),
        (envelope("GetSelfbookTimeslots", good + "<More/>"), 1014),
        (envelope("GetSelfbookTimeslots", times_body(5, "10000000-0000-4000-8000-00000000ffff")), 990004),
        (envelope("GetSelfbookTimeslots", times_body(5, end=day(200))), 990009),
        (envelope("GetSelfbookInterviewOptions", offers_body(5).replace(testlib.cpr(5), "0000000000")), 1010),
    ]
    for text, code in cases:
        for version in (SOAP_11, SOAP_12):
            body = f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body/></s:Envelope>' if text is None else text
            answer = post(planner, body.replace(SOAP_11, version), version)
            testlib.equal(answer.fault(), code, answer.text)
            # A message that does not tell its version is answered in 1.1.
            tells = SOAP_11 in body
            testlib.equal(answer.status, 400 if version == SOAP_12 and tells else 500, f"status of {code}")
            request_id = answer.one("RequestId")
            if request_id not in planner.log.read_text(encoding="utf-8"):
                raise AssertionError("the request id is not in the log")


def test_actions():
    """SOAPAction in 1.1, the action parameter in 1.2: right, missing, contradicting."""
    planner = town()
    text = envelope("GetSelfbookTimeslots", times_body(5))
    wsdl = request(planner, "GET", PATH + "?wsdl").text
    action = next(found for found in re.findall(r'soapAction="([^"]*)"', wsdl) if "Timeslots" in found)
    wrong = action.replace("GetSelfbookTimeslots", "CreateBooking")
    for value, fault in ((f'"{action}"', None), (action, None), ('""', None), (f'"{wrong}"', 990033)):
        testlib.equal(post(planner, text, headers={"SOAPAction": value}).fault(), fault, value)
    text = envelope("GetSelfbookTimeslots", times_body(5), SOAP_12)
    for value, fault in ((action, None), (wrong, 990033)):
        headers = {"Content-Type": f'application/soap+xml; action="{value}"'}
        testlib.equal(post(planner, text, SOAP_12, headers=headers).fault(), fault, value)


def test_unknown_soap_version():
    """VersionMismatch, whatever was called."""
    answer = post(town(), envelope("GetSelfbookTimeslots", times_body(5), "urn:some:envelope"))
    testlib.equal((answer.status, answer.fault()), (500, 990030), answer.text)
    if "VersionMismatch" not in answer.text:
        raise AssertionError(answer.text)


def test_certificates_refused():
    """None, a stranger's, and one that is nobody on the list."""
    planner = town()
    text = envelope("GetSelfbookTimeslots", times_body(5))
    stranger = Certificates(testlib.make_folder())
    context = planner.certificates.context()
    context.load_cert_chain(*stranger.client("dfdg"))
    for refused in (planner.certificates.context(), context):
        connection = http.client.HTTPSConnection("127.0.0.1", planner.tls_port, timeout=60, context=refused)
        try:
            connection.request("POST", PATH, text, {"Content-Type": TYPES[SOAP_11]})
            raise AssertionError(f"answered with {connection.getresponse().status}")
        except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
            pass
        finally:
            connection.close()
    planner.certificates.client("nobody")
    answer = post(planner, text, client="nobody")
    testlib.equal(answer.status, 403, "a certificate that is not on the list")
    if planner.certificates.fingerprint("nobody") not in planner.log.read_text(encoding="utf-8"):
        raise AssertionError("the refused fingerprint is not in the log")
    testlib.equal(request(planner, "GET", PATH + "?wsdl", client="nobody").status, 403, "?wsdl for nobody")


def test_roles_and_units():
    """dfdg may not register, kss may not book for citizens, and unit B is nothing to unit A."""
    planner = town()
    answer = post(planner, envelope("GetBookings", person(6) + "<MaxCount>10</MaxCount>"), client="dfdg")
    testlib.equal(answer.fault(), 990023, answer.text)
    answer = post(planner, envelope("GetSelfbookTimeslots", times_body(6)), client="kss")
    testlib.equal(answer.fault(), 990023, answer.text)
    answer = post(planner, envelope("GetSelfbookInterviewOptions", offers_body(6)), client="other")
    testlib.equal(answer.fault() in (990010, 990023), True, answer.text)
    answer = post(planner, envelope("GetSelfbookTimeslots", times_body(6, OFFER_A)), client="other")
    testlib.equal(answer.fault() in (990004, 990010, 990023), True, answer.text)
    start = ask(planner, "GetSelfbookTimeslots", times_body(6)).one("StartTime")
    answer = post(planner, envelope("CreateBooking", create_body(6, start)), client="other")
    testlib.equal(answer.fault() in (990004, 990010, 990023), True, answer.text)
    booking = ask(planner, "CreateBooking", create_body(6, start)).one("BookingIdentifier")
    named = f"{person(6)}<BookingIdentifier>{booking}</BookingIdentifier>"
    answer = post(planner, envelope("CancelBooking", named), client="other")
    testlib.equal(answer.fault() in (990005, 990010, 990023, 8107), True, answer.text)
    testlib.equal(planner.count("SELECT count(*) FROM booking WHERE identifier = ? AND state = 'booked'", booking), 1, "booking")
    ask(planner, "CancelBooking", named)


def test_times_without_offset():
    """Wall-clock times are Europe/Copenhagen, by the rules of RFC 5545 where the clocks change."""
    planner, number = town(), 7
    local = ask(planner, "GetSelfbookTimeslots", times_body(number, start=day(2), end=day(3))).all("StartTime")
    offset = local[0][-6:]
    exact = times_body(number, start=day(2) + offset, end=day(3) + offset)
    testlib.equal(ask(planner, "GetSelfbookTimeslots", exact).all("StartTime"), local, "times with an offset")
    answer = ask(planner, "GetSelfbookTimeslots", times_body(number, start="2031-03-30T02:30:00", end="2031-03-30T04:00:00"))
    testlib.equal(answer.all("StartTime"), [], "an interval that begins in the gap")


def test_body_caps():
    """413 for a body over the limit, told beforehand or chunked; the server lives on."""
    planner = town()
    text = envelope("GetSelfbookTimeslots", times_body(8) + "<!--" + "x" * 70000 + "-->").encode()

    def chunks():
        for i in range(0, len(text), 5000):
            yield text[i : i + 5000]

    for body in (text, chunks()):
        try:
            answer = post_raw(planner, body)
            testlib.equal(answer.status, 413, "status")
        except (BrokenPipeError, ConnectionResetError):
            # Answered and closed before everything was sent.
            pass
    ask(planner, "GetSelfbookTimeslots", times_body(8))


def post_raw(planner, body):
    """Posts bytes, or an iterator of them in chunks."""
    return request(planner, "POST", PATH, body, {"Content-Type": TYPES[SOAP_11]})


def fetch(planner, path, data=None):
    """Status and text of a path of the health face."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{planner.health_port}{path}", data, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metric(planner, line):
    """The value of a metric, by its name and labels."""
    for text in fetch(planner, "/metrics")[1].splitlines():
        if text.startswith(line + " "):
            return float(text.rsplit(" ", 1)[1])
    raise AssertionError(f"no metric {line}")


def test_health_and_metrics():
    """The three questions, and counters that move with what happens."""
    planner = town()
    for question in ("live", "ready", "semantic"):
        testlib.equal(fetch(planner, f"/health/{question}"), (200, "ok\n"), question)
    testlib.equal(fetch(planner, "/health/other")[0], 404, "another path")
    testlib.equal(fetch(planner, "/metrics", b"x")[0], 405, "POST")
    testlib.equal(fetch(planner, PATH + "?wsdl")[0], 404, "the contract on the health face")
    call = 'planner_calls_total{operation="GetSelfbookTimeslots",outcome="ok"}'
    fault = 'planner_faults_total{code="990026"}'
    before = metric(planner, call)
    ask(planner, "GetSelfbookTimeslots", times_body(9))
    testlib.equal(metric(planner, call), before + 1, call)
    post(planner, "hello")
    before = metric(planner, fault)
    post(planner, "hello")
    testlib.equal(metric(planner, fault), before + 1, fault)
    testlib.equal(metric(planner, "planner_index_resources"), 10, "resources")
    testlib.equal(metric(planner, 'planner_certificate_expiry_seconds{face="dfdg"}') > 86400, True, "expiry")


def admin(planner, method, path, body=b"{}"):
    """One request on the admin socket: status and object."""
    connection = http.client.HTTPConnection("localhost", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(f"{planner.database}.socket")
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_admin_socket():
    """plannerctl beside a running server: same commands, and what they change is served at once."""
    planner = town()
    testlib.equal(stat.S_IMODE(os.stat(f"{planner.database}.socket").st_mode), 0o600, "mode of the socket")
    units = json.loads(planner.control("--json", "list", "units"))["result"]
    testlib.equal("89001" in json.dumps(units), True, "units")
    testlib.equal(admin(planner, "POST", "/admin/v1/no-such-command")[0], 404, "unknown command")
    testlib.equal(admin(planner, "GET", "/admin/v1/list-units", None)[0], 405, "GET")
    for wrong in (b"", b"[]", b"{", b'{"a":'):
        status, answer = admin(planner, "POST", "/admin/v1/list-units", wrong)
        testlib.equal((status, "error" in answer), (400, True), wrong)
    more = Municipality().jobcenter("89000", n_advisors=8).jobcenter("89001")
    more.offer(OFFER_A, "89000", 7, contact_groups="1").offer(OFFER_B, "89001", 7, title="Ny titel <&>")
    folder = more.write(planner.folder / "import-again")
    planner.control("import", folder)
    answer = ask(planner, "GetSelfbookInterviewOptions", offers_body(10, "89001"))
    testlib.equal(answer.all("Title"), ["Ny titel &lt;&amp;&gt;"], "titles after the import")


def test_second_server_is_refused():
    """One process holds the database; the other says so in one sentence."""
    planner = town()
    done = subprocess.run(planner.arguments, capture_output=True, text=True, check=False, timeout=20)
    testlib.equal(done.returncode, 1, done.stderr)
    if "another process holds the database" not in done.stderr.splitlines()[-1]:
        raise AssertionError(done.stderr)
    ask(planner, "GetSelfbookTimeslots", times_body(11))


def refused_start(settings, break_it):
    """Starts a plannerd on what BREAK_IT did to a good one; answers its last words."""
    place = Municipality().jobcenter("89000").offer(OFFER_A, "89000", 7)
    planner = PlannerProcess(place, [Caller("plain", plain=True)], settings=settings)
    break_it(planner)
    done = subprocess.run(planner.arguments, capture_output=True, text=True, check=False, timeout=20)
    testlib.equal(done.returncode, 1, done.stderr)
    return done.stderr.splitlines()[-1]


def change_database(planner, sql):
    """Runs a statement on the database of a server that does not run."""
    connection = sqlite3.connect(planner.database)
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_refused_starts():
    """An unknown schema, a clock behind the journal, a certificate that expired or is none, a taken address."""
    newest = (
        "INSERT INTO journal (tenant_id, at_us, actor, call_id, kind, subject, digest)"
        " VALUES (1, 4102444800000000, 'a', 'b', 'c', 'd', x'00')"
    )
    taken = socket.create_server(("127.0.0.1", 0))

    def expire(planner):
        certificates = planner.certificates
        command = ["openssl", "x509", "-in", str(certificates.server[0]), "-days", "-1", "-out", str(certificates.server[0])]
        command += ["-signkey", str(certificates.server[1])]
        subprocess.run(command, check=True, capture_output=True)

    cases = [
        ({}, lambda planner: change_database(planner, "PRAGMA user_version = 77"), "schema 77"),
        ({}, lambda planner: change_database(planner, newest), "clock"),
        ({}, expire, "has expired"),
        ({}, lambda planner: planner.certificates.server[0].write_text("nothing", encoding="utf-8"), "[dfdg]"),
        ({"health/port": taken.getsockname()[1]}, lambda planner: None, "[health]"),
        ({"plain/address": "0.0.0.0"}, lambda planner: None, "[plain]"),
    ]
    for settings, break_it, word in cases:
        words = refused_start(settings, break_it)
        if word not in words or not words.startswith("plannerd: "):
            raise AssertionError(f"{word}: {words}")
    taken.close()


def test_empty_database():
    """Alive but not ready, and nobody's tenant: the first import makes it ready without a restart."""
    planner = PlannerProcess([], [Caller("plain", plain=True)], settings={"health/semantic-s": 0})
    testlib.Server.start(planner)
    statuses = [fetch(planner, f"/health/{question}")[0] for question in ("live", "ready", "semantic")]
    testlib.equal(statuses, [200, 503, 503], "live, ready, semantic")
    answer = post(planner, envelope("GetSelfbookTimeslots", times_body(1)))
    testlib.equal(answer.fault(), 990023, answer.text)
    planner.load(Municipality().jobcenter("89000").offer(OFFER_A, "89000", 7))
    testlib.wait_for(lambda: fetch(planner, "/health/ready")[0] == 200, 20, "ready after the import")
    ask(planner, "GetSelfbookTimeslots", times_body(1))
    testlib.equal(fetch(planner, "/health/semantic")[0], 200, "semantic after the import")
    testlib.equal(planner.stop(), 0, "exit status")


def issue_with_serial(planner, name, serial):
    """A client certificate whose subject has a serial number, as OCES certificates do; answers its issuer."""
    folder, (authority, key) = planner.certificates.folder, planner.certificates.authority
    paths = [str(folder / f"{name}.{kind}") for kind in ("csr", "crt", "key", "ext")]
    (folder / f"{name}.ext").write_text("extendedKeyUsage=clientAuth\n", encoding="utf-8")
    request_words = "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -out".split()
    subject = f"/C=DK/O=Demokommune/serialNumber={serial}/CN={name}"
    subprocess.run([*request_words, paths[0], "-keyout", paths[2], "-subj", subject], check=True, capture_output=True)
    signing = ["openssl", "x509", "-req", "-in", paths[0], "-CA", str(authority), "-CAkey", str(key), "-CAcreateserial"]
    subprocess.run([*signing, "-extfile", paths[3], "-out", paths[1]], check=True, capture_output=True)
    planner.certificates.clients[name] = (folder / f"{name}.crt", folder / f"{name}.key")
    shown = subprocess.run(
        ["openssl", "x509", "-in", paths[1], "-noout", "-issuer", "-nameopt", "RFC2253"],
        capture_output=True, text=True, check=True)
    return shown.stdout.strip().removeprefix("issuer=")


def test_reload():
    """SIGHUP: new callers are let in, by fingerprint or by name; a wrong file changes nothing."""
    planner = town()
    configuration = planner.folder / "planner.conf"
    old = configuration.read_text(encoding="utf-8")
    planner.certificates.client("newcomer")
    testlib.equal(request(planner, "GET", PATH + "?wsdl", client="newcomer").status, 403, "before")
    more = f"[caller newcomer]\ntenant=demo\nroles=dfdg\nfingerprint={planner.certificates.fingerprint('newcomer')}\n"
    issuer = issue_with_serial(planner, "oces", "UI:DK-O:G:5d6a3c1e-0b5f-4a7e-9a43-89000000aa01")
    issue_with_serial(planner, "other-oces", "UI:DK-O:G:5d6a3c1e-0b5f-4a7e-9a43-89000000aa02")
    more += f"[caller oces]\ntenant=demo\nroles=dfdg\nissuer={issuer}\n"
    more += "subject-serial=UI:DK-O:G:5d6a3c1e-0b5f-4a7e-9a43-89000000aa01\n"
    configuration.write_text(old + more, encoding="utf-8")
    planner.process.send_signal(signal.SIGHUP)
    testlib.wait_for(lambda: request(planner, "GET", PATH + "?wsdl", client="newcomer").status == 200, 10, "newcomer")
    testlib.equal(request(planner, "GET", PATH + "?wsdl", client="oces").status, 200, "by issuer and serial number")
    testlib.equal(request(planner, "GET", PATH + "?wsdl", client="other-oces").status, 403, "another serial number")
    planner.expected_alarms = [*planner.expected_alarms, "event=reload refused"]
    configuration.write_text(old + "[nonsense]\na=b\n", encoding="utf-8")
    planner.process.send_signal(signal.SIGHUP)
    testlib.wait_for(lambda: "not a group" in planner.log.read_text(encoding="utf-8"), 10, "refusal in the log")
    testlib.equal(request(planner, "GET", PATH + "?wsdl", client="newcomer").status, 200, "after a wrong file")
    configuration.write_text(old, encoding="utf-8")


def test_late_answer_is_busy():
    """While another writes for too long, a change is answered busy within its deadline, and is not made."""
    planner, number = town(), 12
    start = ask(planner, "GetSelfbookTimeslots", times_body(number)).one("StartTime")
    before = planner.count("SELECT count(*) FROM booking")
    lock = sqlite3.connect(planner.database, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    begin = time.monotonic()
    answer = post(planner, envelope("CreateBooking", create_body(number, start)))
    took_s = time.monotonic() - begin
    # Reading goes on meanwhile.
    ask(planner, "GetSelfbookTimeslots", times_body(13))
    lock.execute("ROLLBACK")
    lock.close()
    testlib.equal(answer.fault(), 990012, answer.text)
    # While the other still wrote; how soon is for machines that do not stand still.
    testlib.note(f"answered after {took_s:.1f} s")
    booked = ask(planner, "CreateBooking", create_body(number, start)).one("BookingIdentifier")
    testlib.equal(planner.count("SELECT count(*) FROM booking"), before + 1, "bookings")
    ask(planner, "CancelBooking", f"{person(number)}<BookingIdentifier>{booked}</BookingIdentifier>")


def test_required_headers():
    """A configuration may ask for the two security headers, and for core dumps to stay off."""
    place = Municipality().jobcenter("89000").offer(OFFER_A, "89000", 7)
    settings = {
        "contract/require-active-organisation": "true",
        "contract/require-request-user-metadata": "true",
        "log/format": "json",
        "process/core-dumps": "false",
    }
    organisation = (
        f'<ActiveOrganisation xmlns="{NAMESPACE}"><OrganisationTypeIdentifier>8</OrganisationTypeIdentifier>'
        "<OrganisationCode>89000</OrganisationCode></ActiveOrganisation>"
    )
    user = (
        f'<RequestUserMetadata xmlns="{NAMESPACE}"><RequestUserStructure><UserFullName>Vejleder 07</UserFullName>'
        "<RequestUserTypeIdentifier>1</RequestUserTypeIdentifier><UserIdentifier>RID:7</UserIdentifier>"
        "</RequestUserStructure><RequestOrganisationStructure><OrganisationTypeIdentifier>8</OrganisationTypeIdentifier>"
        "<OrganisationCode>89000</OrganisationCode></RequestOrganisationStructure></RequestUserMetadata>"
    )
    with PlannerProcess(place, [Caller("plain", plain=True)], settings=settings) as planner:
        for header, fault in (("", 1014), (organisation, 1014), (user, 1014), (organisation + user, None)):
            answer = post(planner, envelope("GetSelfbookTimeslots", times_body(1), header=header))
            testlib.equal(answer.fault(), fault, answer.text)
        lines = [json.loads(line) for line in planner.log.read_text(encoding="utf-8").splitlines()]
        last = [line for line in lines if line["event"] == "call"][-1]
        testlib.equal((last["organisation"], last["user"], last["outcome"]), ("89000", "RID:7", "ok"), "the call's line")
        if "Vejleder 07" in planner.log.read_text(encoding="utf-8"):
            raise AssertionError("a name is in the log")
        with open(f"/proc/{planner.process.pid}/limits", encoding="ascii") as limits:
            core = next(line for line in limits if line.startswith("Max core file size"))
        testlib.equal(core.split()[4:6], ["0", "0"], "limit of core files")


def test_stop_answers_those_under_way():
    """SIGTERM under load: every call that got through is answered, and what was answered is there."""
    place = Municipality().jobcenter("89000", n_advisors=8).offer(OFFER_A, "89000", 7)
    planner = PlannerProcess(place, [Caller("plain", plain=True)]).start()
    slots = ask(planner, "GetSelfbookTimeslots", times_body(20)).all("StartTime")

    def book(number):
        try:
            return post(planner, envelope("CreateBooking", create_body(number, slots[number % len(slots)])))
        except (OSError, http.client.HTTPException):
            return None

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        calls = [pool.submit(book, number) for number in range(400)]
        testlib.wait_for(lambda: sum(call.done() for call in calls) > 60, 20, "load")
        testlib.equal(planner.stop(), 0, "exit status")
        answers = [call.result() for call in calls]
    booked = [answer.one("BookingIdentifier") for answer in answers if answer is not None and answer.status == 200]
    kept = {row[0] for row in planner.query("SELECT identifier FROM booking")}
    testlib.equal(len(booked) > 30, True, f"{len(booked)} booked")
    testlib.equal(set(booked) - kept, set(), "bookings that were answered and are gone")
    testlib.equal(kept - set(booked), set(), "bookings that nobody was told of")


def test_no_numbers_in_the_log():
    """Nothing that was sent here may stand in the log."""
    planner = town()
    text = planner.log.read_text(encoding="utf-8")
    numbers = [testlib.cpr(number) for number in range(30)]
    testlib.equal([number for number in numbers if number in text], [], "numbers in the log")
    testlib.equal(planner.stop(), 0, "exit status")


testlib.run(globals())
