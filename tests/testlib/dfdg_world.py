# SPDX-License-Identifier: EUPL-1.2
# A whole DFDG beside plannerd for a test: starts tests/dfdg-simulator, makes the actors act, and asks both sides what they hold.
"""Simulator is the simulator alone; DfdgWorld is one with a plannerd that is configured to use it.

    with DfdgWorld() as world:
        citizen = world.new_citizen()
        key = world.act("jobnet/book", cpr=citizen, unit=UNIT)["id"]
        world.settle()                       # every event delivered and applied
        world.assert_same_stock()
"""

import datetime
import json
import urllib.error
import urllib.request
import uuid

import testlib
from planner_process import Caller, Municipality, PlannerProcess, _openssl
from soap_client import message

UNIT = "89000"
FUND = "7"
OFFER = "10000000-0000-4000-8000-000000000001"
SYSTEM_ID = "20000000-0000-4000-8000-000000000002"
SYSTEM_NUMBER = 40
ENVIRONMENT = "T3"
SERVICES = "indkaldelse abonnement wsrm frist visitering besked kodeliste"
FAST = 0.01  # time scale: the first retries after 10, 30, 70 ms


class ActorRefused(Exception):
    """An actor of the simulator was told no, by the Planner or by DFDG: CODES, and the answer."""

    def __init__(self, answer):
        super().__init__(json.dumps(answer))
        self.answer = answer
        self.codes = [code for code, _ in answer.get("refused", [])]


def certificate_trouble(certificates, name, extensions):
    """{"other": (certificate, key), "expired": …} of NAME: by an authority that nobody trusts, and one of years ago."""
    trusted, certificates.authority = certificates.authority, certificates._authority(f"{name}-stranger")
    other = certificates._issue(f"{name}-other", extensions)
    certificates.authority = trusted
    expired = certificates._issue(f"{name}-expired", extensions)
    folder = certificates.folder / f"{name}-signing"
    folder.mkdir()
    (folder / "index").touch()
    lines = ["[ca]", "default_ca=c", "[c]", f"database={folder}/index", f"new_certs_dir={folder}", f"serial={folder}/serial"]
    lines += ["policy=p", "default_md=sha256", "unique_subject=no", "[p]", "commonName=supplied"]
    (folder / "conf").write_text("\n".join(lines) + "\n", encoding="ascii")
    _openssl(
        *("ca", "-batch", "-notext", "-config", str(folder / "conf"), "-create_serial", "-extfile", str(certificates.folder / f"{name}-expired.ext")),
        *("-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-cert", str(trusted[0]), "-keyfile", str(trusted[1])),
        *("-in", str(certificates.folder / f"{name}-expired.csr"), "-out", str(expired[0])),
    )
    return {"other": [str(path) for path in other], "expired": [str(path) for path in expired]}


def system_row(name="planner", fingerprint="", carriers=("wsb",), webhook_base="", units=(UNIT,), **more):
    """A system that may call DFDG, for the simulator's configuration."""
    organisations = [[8, unit] for unit in units]
    row = {"name": name, "number": SYSTEM_NUMBER, "role": "planner", "organisations": organisations, "identifier": SYSTEM_ID}
    return {**row, "fingerprint": fingerprint, "carriers": list(carriers), "webhook_base": webhook_base, "title": "Kommunal Planner", **more}


class Simulator(testlib.Server):
    """tests/dfdg-simulator with SYSTEMS, who show certificates of CERTIFICATES (none: plain HTTP)."""

    def __init__(self, systems, planner="http://127.0.0.1:1", certificates=None, client="dfdg", settings=None, **config):
        self.folder = testlib.make_folder()
        self.certificates = certificates
        self.services_port, self.control_port = testlib.free_port(), testlib.free_port()
        self.base = f"{'https' if certificates else 'http'}://127.0.0.1:{self.services_port}"
        self.config = {"port": self.services_port, "control_port": self.control_port, "planner": planner, "systems": systems}
        self.config |= {"settings": {"time_scale": FAST, "environment": ENVIRONMENT, **(settings or {})}, **config}
        if certificates:
            self._secure(certificates, client)
        path = self.folder / "simulator.json"
        path.write_text(json.dumps(self.config), encoding="utf-8")
        program = testlib.SOURCE / "tests" / "dfdg-simulator" / "main.py"
        environment = {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONDEVMODE": ""}
        super().__init__(["/usr/bin/python3", program, "--config", path], self.services_port, self.folder / "simulator.log", environment)

    def _secure(self, certificates, client):
        trust = str(certificates.authority[0])
        server = certificate_trouble(certificates, "simulator", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth")
        of_client = certificate_trouble(certificates, client, "extendedKeyUsage=clientAuth")
        pair = [str(path) for path in certificates.client(client)]
        self.config |= {"certificate": str(certificates.server[0]), "key": str(certificates.server[1]), "trust": trust, "trouble": server}
        self.config["client"] = {"certificate": pair[0], "key": pair[1], "trust": trust, **of_client}

    def start(self):
        """Starts it, and waits for its control too."""
        super().start()
        testlib.wait_for(lambda: testlib.port_answers(self.control_port), self.timeout_s, "the control")
        return self

    def stop(self, timeout_s=20):
        """Stops it, and fails when its log tells of a mistake of its own."""
        status = super().stop(timeout_s)
        text = self.log.read_text(encoding="utf-8", errors="replace")
        testlib.equal("Traceback" in text, False, f"in the log of the simulator:\n{text[-4000:]}\n")
        return status

    # Control

    def _control(self, path, data=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.control_port}/{path}", data)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
            raise ActorRefused(answer) if error.code in (409, 504) else AssertionError(f"{path}: {error.code} {answer}") from None

    def ask(self, path):
        """What GET answers: stock, messages, calls, idle, faults, log, settings, subscriptions."""
        return self._control(path)

    def act(self, path, **words):
        """What POST answers; ActorRefused when somebody said no."""
        return self._control(path, json.dumps(words).encode("utf-8"))

    def fault(self, where, kind, method="*", **words):
        """A rule of faults.py."""
        return self.act("faults", rules=[{"where": where, "kind": kind, "method": method, **words}])

    def n_calls(self, *methods):
        """How often these methods were called, whatever came of it."""
        calls = self.ask("calls")["calls"]
        return sum(calls.get(method, 0) for method in methods)

    def stock(self):
        """{id: booking} of what is not cancelled."""
        return {key: doc for key, doc in self.ask("stock").items() if doc["tilstand"] == "aktiv"}

    # Services, called as a Planner would

    def call(self, verb, path, body=None, cpr=None, name=None, code=UNIT, request_id=None, **headers):
        """(status, document) of one call of a service. NAME shows that client's certificate; a header that is None is left out."""
        head = {
            "x-requestId": request_id or str(uuid.uuid4()),
            "x-activeOrganisationTypeIdentifier": "8",
            "x-activeOrganisationCode": code,
            "x-requestUserFullName": "Pr%C3%B8ve",
            "x-requestUserTypeIdentifier": "3",
            "x-requestUserIdentifier": "test",
            "x-requestOrganisationTypeIdentifier": "8",
            "x-requestOrganisationCode": code,
            "x-simulator-system": None if self.certificates else "planner",
            "x-civilregistrationIdentifier": cpr,
        } | {key.replace("_", "-"): value for key, value in headers.items()}  # an underscore stands for each dash
        data = None if body is None else json.dumps(body).encode("utf-8") if not isinstance(body, bytes) else body
        head = {key: value for key, value in head.items() if value is not None}
        request = urllib.request.Request(f"{self.base}/{path}", data, head, method=verb)
        context = self.certificates.context(name) if self.certificates else None
        try:
            with urllib.request.urlopen(request, timeout=60, context=context) as answer:
                content = answer.read()
                is_json = "json" in answer.headers.get("Content-Type", "")
                return answer.status, json.loads(content) if is_json and content else content.decode("utf-8") or None
        except urllib.error.HTTPError as error:
            content = error.read()
            return error.code, json.loads(content) if content.startswith(b"{") else content.decode("utf-8", "replace")


class Citizens:
    """Numbers that nobody was given before in this process."""

    n = 0

    @classmethod
    def new(cls):
        """The next one."""
        cls.n += 1
        return testlib.cpr(6_000_000 % testlib.N_CPR + cls.n)


def municipality(n_advisors=2, hours=("08:00", "16:00")):
    """Unit 89000 with an open offer of 30 minutes, and the address that the law wants of a meeting in person."""
    place = Municipality().jobcenter(UNIT, n_advisors=n_advisors, hours=hours)
    place.tables["units"][0] |= {"address": "Rådhusgade 1, 0000 Demokøbing", "telephone": "00000000"}
    return place.offer(OFFER, UNIT, 7)


class DfdgWorld(PlannerProcess):
    """plannerd of one municipality, with the simulator as its DFDG: mutual TLS both ways. CARRIER is wsb, wsrm or none."""

    def __init__(self, place=None, carrier="wsb", settings=None, simulator_settings=None, expected_alarms=(), of_system=None):
        self.carrier, self.simulator = carrier, None
        self.simulator_settings, self.of_system = simulator_settings, of_system or {}
        callers = [Caller("dfdg", roles="dfdg"), Caller("user", roles="indkalder;kss", plain=True)]
        super().__init__(place or municipality(), callers, settings=settings, expected_alarms=expected_alarms)

    def _configuration(self):
        certificates = self.certificates
        origin = f"https://127.0.0.1:{self.tls_port}"
        carriers = [self.carrier] if self.carrier != "none" else []
        system = system_row("planner", certificates.fingerprint("outgoing"), carriers, origin, **self.of_system)
        self.simulator = Simulator([system], origin, certificates, settings=self.simulator_settings)
        pair = certificates.client("outgoing")
        client = {"environment": ENVIRONMENT, "carrier": self.carrier, "organisation-type": 8, "organisation-code": UNIT}
        client |= {"user-identifier": "CVR:00000000-UUID:planner", "system-identifier": SYSTEM_ID, "system": SYSTEM_NUMBER}
        client |= {"certificate": pair[0], "key": pair[1], "ca-file": certificates.authority[0], "wsrm-interval-s": 1}
        client |= {"fund-interviews": "false", "code-lists": "false"}  # what goes by the clock is a test's own wish
        client |= {f"{name}-url": f"{self.simulator.base}/{name}" for name in SERVICES.split()}
        self.settings = {f"dfdg-client demo/{key}": value for key, value in client.items()} | self.settings
        return super()._configuration()

    def start(self):
        """The simulator first."""
        if not self.simulator.process:
            self.simulator.start()
            if self.carrier == "wsb":
                self.subscribe()
        return super().start()

    def stop(self, timeout_s=60):
        """The Planner first, so that nothing is told to nobody."""
        status = super().stop(timeout_s)
        testlib.equal(self.simulator.stop(), 0, "exit status of the simulator")
        return status

    def restart(self, later_s=0):
        """Stops and starts plannerd alone; from here on its clock is LATER_S ahead (needs upgrade's shift_clock built)."""
        super().stop()
        library = testlib.BUILD / "tests" / "upgrade" / "libshift-clock.so"
        for name, value in {"LD_PRELOAD": str(library), "PLANNER_TEST_CLOCK_S": str(later_s)}.items():
            self.environment.pop(name, None)
            self.environment.update({name: value} if later_s else {})
        super().start()

    def subscribe(self, *entities):
        """Subscribes the Planner by hand, to all that it takes unless ENTITIES say what."""
        day = datetime.date.today()
        rows = [
            {"orgType": 8, "orgCode": int(UNIT), "entityType": entity, "webhookUrl": "/wsb/v1"}
            | {"startDato": f"{day - datetime.timedelta(days=1)}T00:00:00+01:00", "slutDato": f"{day + datetime.timedelta(days=365)}T00:00:00+01:00"}
            for entity in entities or (90000, 90001, 100008, 60010, 100009, 100010)
        ]
        body = {"systemIdentifier": SYSTEM_ID, "abonnementer": rows}
        testlib.equal(self.simulator.call("PUT", "abonnement/v1/Abonnementer", body, name="outgoing")[0], 200, "subscribed")

    # Acting

    def act(self, path, **words):
        """An actor of the simulator."""
        return self.simulator.act(path, **words)

    def user_call(self, operation, **members):
        """A call of the municipality's own user over the plain face; its answer as text."""
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        request = urllib.request.Request(self.url, message(operation, **members).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def register(self, cpr, start, advisor, contact=2, minutes=30, **members):
        """RegisterBooking by the municipality's user, by telephone unless CONTACT says otherwise; the id."""
        key = str(uuid.uuid4())
        named = {"ReBookingPossible": "false", "CancellationPossible": "false", "CompulsoryAttendance": "true", "InterviewTypeIdentifier": 7}
        named |= {"InterviewFormTypeIdentifier": 1, "Title": "Jobsamtale", "BookingIdentifier": key, **members}
        end = start + datetime.timedelta(minutes=minutes)
        answer = self.user_call(
            "RegisterBooking", cpr=cpr, unit=UNIT, start=start.isoformat(), end=end.isoformat(), contact=contact, worker=advisor, **named
        )
        testlib.equal("PlannerFault" in answer, False, answer)
        return key

    # Judging

    def open_work(self):
        """{what: how much} is still under way on either side; empty when all is told and applied."""
        # In the order in which it goes round, so that what moves on meanwhile is met again; twice, for what comes of an event.
        for _ in range(2):
            work = {"changes": self.count(OPEN_WORK["changes"])}
            work |= {f"dfdg {name}": n for name, n in self.simulator.ask("idle").items()}
            work["events"] = self.count(OPEN_WORK["events"])
            if any(work.values()):
                break
        return {name: n for name, n in work.items() if n}

    def settle(self, timeout_s=120):
        """Waits until nothing is under way: every event delivered and applied, every change of ours told or refused."""
        try:
            testlib.wait_for(lambda: not self.open_work(), timeout_s, "both sides are quiet")
        except AssertionError:
            testlib.note(f"{self.open_work()}\n{self.query(OPEN_EVENTS)}\n{self.query(OPEN_CHANGES)}")
            raise

    def assert_same_stock(self):
        """Both sides hold the same live bookings."""
        ours, theirs = self.own_stock(), self.their_stock()
        different = {key: (ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
        testlib.equal(different, {}, "bookings that differ: (the Planner's, DFDG's)")

    def own_stock(self):
        """{id: (citizen's number, unit, advisor's key, start, end, is_accepted)} of the Planner's live bookings, from the database."""
        rows = self.query(OWN_STOCK)
        return {row[0].lower(): (*row[1:4], instant(row[4]), instant(row[5]), bool(row[6])) for row in rows}

    def their_stock(self):
        """The same of DFDG's."""
        found = {}
        for key, doc in self.simulator.stock().items():
            if doc["oprettetAf"]["organisationType"] == 5 and doc["samtaleType"] != 17:
                continue  # the jobcenter is not told
            start = datetime.datetime.fromisoformat(doc["starttidspunkt"]).astimezone(datetime.timezone.utc)
            end = datetime.datetime.fromisoformat(doc["sluttidspunkt"]).astimezone(datetime.timezone.utc)
            found[key] = (doc["civilregistrationIdentifier"], doc["jobcenterKode"], doc["medarbejder"]["identifikation"], start, end, doc["accepteret"])
        return found


OWN_STOCK = (
    "SELECT b.identifier, c.cpr, u.organisation_key, coalesce(r.resource_key, b.foreign_advisor), b.start_us, b.end_us, b.accepted FROM booking b"
    " JOIN citizen c USING (citizen_id) JOIN unit u USING (unit_id) LEFT JOIN resource r ON r.resource_id = b.advisor_id WHERE b.state = 'booked'"
)


OPEN_WORK = {
    "events": "SELECT count(*) FROM dfdg_event WHERE state = 'new'",
    "changes": "SELECT count(*) FROM outbox WHERE state = 'waiting'",
}
OPEN_EVENTS = "SELECT entity_name, change_type, external_id, state, attempts, reason FROM dfdg_event WHERE state <> 'done' ORDER BY event_id LIMIT 20"
OPEN_CHANGES = "SELECT kind, subject, state, attempts, reason FROM outbox WHERE state <> 'sent' ORDER BY outbox_id LIMIT 20"


def instant(value_us):
    """A column of microseconds as an instant."""
    return datetime.datetime.fromtimestamp(value_us / 1e6, datetime.timezone.utc)
