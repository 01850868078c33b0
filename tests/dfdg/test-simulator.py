# SPDX-License-Identifier: EUPL-1.2
# The simulator by itself keeps to docs/dfdg-wire.md: headers, rules, history, repeats, pushes, queue, messages, trouble.
"""A webhook of our own stands in for the Planner. Citizens are nobody."""

import datetime
import http.client
import http.server
import json
import pathlib
import re
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

import testlib
from dfdg_world import ENVIRONMENT, FUND, SYSTEM_ID, UNIT, ActorRefused, Citizens, Simulator, system_row
from planner_process import Certificates

sys.path.insert(0, str(testlib.SOURCE / "tests" / "dfdg-simulator"))
import clock  # pylint: disable=wrong-import-position
import faults  # pylint: disable=wrong-import-position
import rules  # pylint: disable=wrong-import-position
import wsb  # pylint: disable=wrong-import-position

DAY = datetime.date.today() + datetime.timedelta(days=20)
OTHER_UNIT = "44000"
BOOKINGS = "indkaldelse/v1/Indkaldelse"
SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:w="http://docs.oasis-open.org/ws-rx/wsrm/200602"'
SOAP += ' xmlns:n="urn:dfdg:wsrm:v3"><s:Header>{}</s:Header><s:Body>{}</s:Body></s:Envelope>'


def at(hour, minute=0, day=DAY):
    """A Danish time of DAY as text."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), clock.ZONE).isoformat()


def booking(start=None, **changes):
    """A good Indkaldelse; None takes a member out."""
    doc = {
        **{"jobcenterKode": UNIT, "ombookningMulig": True, "fristForOmbookning": str(DAY - datetime.timedelta(days=1))},
        **{"aflysningMulig": False, "starttidspunkt": start or at(10), "varighed": 30, "samtaleType": 7, "moedeGruppeType": 1},
        **{"samtaleform": 1, "titel": "Jobsamtale", "adresse": "Rådhusgade 1", "medarbejder": {"identifikation": "89000-01"}},
        **{"moedepligt": True, "skalAccepteres": True, "accepteret": False},
        **changes,
    }
    return {name: value for name, value in doc.items() if value is not None}


def codes(answer):
    """Codes of a refusal."""
    return [fault["kode"] for fault in answer[1]["fejl"]]


def texts(answer):
    """The members that a refusal names."""
    return sorted(fault["tekst"].split(":")[0] for fault in answer[1]["fejl"])


class Webhook:
    """Takes pushes and answers what ANSWERS say, then 200; 503 as long as the push tells of HELD."""

    def __init__(self, context=None):
        self.seen, self.answers, self.held = [], [], None
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One push."""

            protocol_version = "HTTP/1.1"

            def do_POST(self):  # pylint: disable=invalid-name
                """Keeps it."""
                body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8", "replace")
                hook.seen.append((self.path, body))
                status = hook.answers.pop(0) if hook.answers else 200
                if hook.held and hook.held in body:
                    status = 503
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):  # pylint: disable=arguments-differ
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *words: None  # refused certificates
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.base = f"{'https' if context else 'http'}://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def heads(self):
        """The header objects of what came, in order."""
        return [json.JSONDecoder().raw_decode(body)[0] for _, body in self.seen]


def plain(hook=None, settings=None, **system):
    """A simulator without TLS, whose one Planner has its webhook at HOOK."""
    row = system_row(carriers=("wsb",) if hook else (), webhook_base=hook.base if hook else "", **system)
    return Simulator([row], settings=settings)


def subscribe(simulator, **changes):
    """One subscription to bookings, as changed."""
    row = {"orgType": 8, "orgCode": int(UNIT), "entityType": 90000, "webhookUrl": "/wsb/v1", "startDato": "2026-01-01T00:00:00+01:00"}
    row |= {"slutDato": "2099-01-01T00:00:00+01:00"} | changes
    return simulator.call("PUT", "abonnement/v1/Abonnementer", {"systemIdentifier": SYSTEM_ID, "abonnementer": [row]})


def idle(simulator):
    """Waits until nothing is to be pushed."""
    testlib.wait_for(lambda: simulator.ask("idle")["pushes"] == 0, 60, "every push is delivered")


def make(simulator, cpr, key=None, **changes):
    """Creates a booking that is taken; its id."""
    key = key or str(uuid.uuid4())
    answer = simulator.call("POST", f"{BOOKINGS}/{key}", booking(**changes), cpr)
    testlib.equal(answer[0], 201, answer[1])
    return key


# Pure -------------------------------------------------------------------------------------------------


def test_retry_curve():
    """As published: 1, 3, 7, 15, 31 s, at most three hours."""
    testlib.equal([clock.retry_delay_s(n) for n in range(1, 6)], [1, 3, 7, 15, 31])
    testlib.equal([clock.retry_delay_s(n) for n in (13, 14, 15, 10_000)], [8191, 10800, 10800, 10800])


def test_framings():
    """Every framing holds the same header."""
    header, body = {"BeskedIdentifier": "b-1", "Miljoe": "T3"}, {"Indkaldelsehaendelsestype": 3}
    seen = {framing: wsb.framed(framing, header, body).decode() for framing in wsb.FRAMINGS}
    testlib.equal(len(set(seen.values())), len(wsb.FRAMINGS), "framings differ")
    for framing, text in seen.items():
        testlib.equal('"BeskedIdentifier": "b-1"' in text and text.count("haendelse") == 1, True, framing)
    testlib.equal(seen["printed"].split("\n\n")[1], json.dumps(body))
    testlib.equal("Indkaldelseshaendelse" in seen["slip"], True)


def test_sample_has_the_same_members():
    """The published sample and our push have the same members, and the same kinds of values."""
    sample = (testlib.SOURCE / "tests" / "dfdg" / "indkaldelse-wsb-t3.txt").read_text(encoding="utf-8")
    header, end = json.JSONDecoder().raw_decode(sample)
    body = json.loads(sample[end:])
    with Webhook() as hook, plain(hook) as simulator:
        subscribe(simulator)
        simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))
        idle(simulator)
        ours, end = json.JSONDecoder().raw_decode(hook.seen[0][1])
        testlib.equal(shape(ours), shape(header))
        testlib.equal(shape(json.loads(hook.seen[0][1][end:])), shape(body))


def shape(value):
    """The members of a document and the kinds of their values."""
    return {name: shape(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value).__name__


def test_dice_repeat():
    """The same seed throws the same trouble, and never loses a message for good by chance."""
    def throw(seed):
        dice = faults.Faults()
        dice.randomise(seed, {"push": 0.5, "answer": 0.5})
        return [dice.pick(where, "*").get("kind") for _ in range(300) for where in ("push", "answer")]

    seed = testlib.seed()
    testlib.equal(throw(seed), throw(seed))
    kinds = set(throw(seed))
    testlib.equal({"repeat", "half", "lose", "status"} <= kinds, True, kinds)
    testlib.equal("refuse" in kinds, False)


def test_recipients():
    """Who is told of what."""
    def doc(kind, maker):
        return {"jobcenterKode": UNIT, "samtaleType": kind, "oprettetAf": {"organisationType": maker, "organisationKode": FUND if maker == 5 else UNIT}}

    jobcenter, fund = (8, UNIT), (5, FUND)
    for kind, maker, expected in [
        (7, 8, {jobcenter}),
        (17, 8, {jobcenter, fund}),
        (17, 5, {jobcenter, fund}),
        (7, 5, {fund}),
        (10, 5, {fund}),
        (15, 5, {fund}),
        (12, 5, set()),
    ]:
        testlib.equal(rules.recipients(5, doc(kind, maker), None, FUND), expected, f"type {kind} by {maker}")
    testlib.equal(rules.recipients(5, doc(7, 8), doc(17, 8), FUND), {jobcenter, fund}, "17 became 7")
    testlib.equal(rules.recipients(5, {**doc(7, 8), "jobcenterKode": "89001"}, doc(7, 8), None), {jobcenter, (8, "89001")}, "another unit")


# Bookings ---------------------------------------------------------------------------------------------


def test_life_of_a_booking():
    """Created, read, changed, cancelled; every state in the history."""
    with plain() as simulator:
        cpr, other = Citizens.new(), Citizens.new()
        key = make(simulator, cpr, "ikke-en-guid-7")
        status, doc = simulator.call("GET", f"{BOOKINGS}/{key}")
        testlib.equal((status, doc["tilstand"], doc["civilregistrationIdentifier"], doc["varighed"]), (200, "aktiv", cpr, 30))
        testlib.equal(doc["oprettetAf"], {"organisationType": 8, "organisationKode": UNIT, "systemIdentifier": 40, "brugertype": 3})
        status, told = simulator.call("PUT", f"{BOOKINGS}/{key}", booking(at(11)), cpr)
        testlib.equal((status, told["indkaldelseIdentifier"]), (200, key))
        testlib.equal(told["versionIdentifier"] != doc["versionIdentifier"], True, "a version of its own")
        answer = simulator.call("PUT", f"{BOOKINGS}/{key}", booking(), other)
        testlib.equal((answer[0], codes(answer)), (400, [8107]))
        testlib.equal(simulator.call("GET", f"{BOOKINGS}?samtaleType=7,10", cpr=cpr)[1]["indkaldelser"][0]["starttidspunkt"], at(11))
        testlib.equal(simulator.call("GET", f"{BOOKINGS}?samtaleType=10,15", cpr=cpr)[1]["indkaldelser"], [])
        testlib.equal([simulator.call("DELETE", f"{BOOKINGS}/{key}", cpr=cpr)[0] for _ in range(2)], [204, 204])
        testlib.equal(simulator.call("GET", f"{BOOKINGS}/{key}")[1]["tilstand"], "aflyst")
        simulator.act("settings", cancelled_visible=False)
        testlib.equal(codes(simulator.call("GET", f"{BOOKINGS}/{key}")), [990404])
        testlib.equal(codes(simulator.call("PUT", f"{BOOKINGS}/{key}", booking(), cpr)), [990411])
        testlib.equal(simulator.call("GET", BOOKINGS, cpr=cpr)[1]["indkaldelser"], [])
        for path, header in ((f"{BOOKINGS}/historik/{key.upper()}", None), (f"{BOOKINGS}/historik", cpr)):
            history = simulator.call("GET", path, cpr=header)[1]["historik"]
            testlib.equal([line["aendringstype"] for line in history], [1, 2, 3], path)
            testlib.equal([line["indkaldelse"]["starttidspunkt"] for line in history], [at(10), at(11), at(11)])
        testlib.equal(simulator.call("GET", f"{BOOKINGS}/{uuid.uuid4()}")[0], 404)


def test_request_ids():
    """A repeated x-requestId is 412 when it was carried out, and nothing when it was not."""
    with plain() as simulator:
        cpr, key, request_id = Citizens.new(), str(uuid.uuid4()), "r" * 46
        refused = simulator.call("POST", f"{BOOKINGS}/{key}", booking(titel=None), cpr, request_id=request_id)
        testlib.equal(refused[0], 400)
        simulator.fault("answer", "status", "CreateIndkaldelse", status=503)
        simulator.fault("answer", "lose", "CreateIndkaldelse")
        post = lambda: simulator.call("POST", f"{BOOKINGS}/{key}", booking(), cpr, request_id=request_id)  # noqa: E731
        testlib.equal(post()[0], 503, "not carried out")
        try:
            post()
            raise AssertionError("an answer came although it was to be lost")
        except (urllib.error.URLError, ConnectionError):
            pass
        testlib.equal(post()[0], 412, "carried out, answer lost")
        testlib.equal(list(simulator.stock()), [key])
        testlib.equal(simulator.call("POST", f"{BOOKINGS}/{key}", booking(), cpr)[0], 200, "the same content under a new id")
        testlib.equal(codes(simulator.call("POST", f"{BOOKINGS}/{key}", booking(at(12)), cpr)), [990409])
        testlib.equal(codes(simulator.call("POST", f"{BOOKINGS}/x", booking(), cpr, request_id="r" * 47)), [990400])
        testlib.equal(simulator.call("GET", f"{BOOKINGS}/{key}", request_id=request_id)[0], 200, "reading is not remembered")
        simulator.act("settings", request_memory_s=0)
        testlib.equal(post()[0], 200, "forgotten after its time")


def test_headers():
    """Every header that is missing or wrong is named; somebody else's authority is refused."""
    with plain() as simulator:
        cpr, path = Citizens.new(), f"{BOOKINGS}/{uuid.uuid4()}"
        missing = {name: None for name in ("x_activeOrganisationCode", "x_requestUserFullName", "x_requestOrganisationTypeIdentifier")}
        answer = simulator.call("POST", path, booking(), None, **missing)
        expected = ["x-activeorganisationcode", "x-civilregistrationIdentifier", "x-requestorganisationtypeidentifier", "x-requestuserfullname"]
        testlib.equal((answer[0], texts(answer)), (400, expected))
        testlib.equal(texts(simulator.call("POST", path, booking(), "3211999999")), ["x-civilregistrationIdentifier"])
        testlib.equal(codes(simulator.call("POST", path, booking(), cpr, code=OTHER_UNIT)), [990403])
        testlib.equal(simulator.call("POST", path, b"{", cpr)[0], 400)
        testlib.equal(simulator.call("GET", "indkaldelse/v1/Andet")[0], 404)
        testlib.equal(simulator.call("PATCH", path, booking(), cpr)[0], 405)
        testlib.equal(simulator.stock(), {})


def test_content():
    """The statutory members: each that is missing or wrong is named, all of them at once."""
    with plain() as simulator:
        cpr = Citizens.new()

        def refused(**changes):
            answer = simulator.call("POST", f"{BOOKINGS}/{uuid.uuid4()}", booking(**changes), cpr)
            testlib.equal(answer[0], 400, f"{changes}: {answer}")
            return texts(answer)

        every = [member[0] for member in rules.MEMBERS if member[2]] + ["medarbejder"]
        testlib.equal(refused(**{name: None for name in every}), sorted(every), "all that must be there")
        for name, kind, must, _ in rules.MEMBERS:
            wrong = 7 if kind in (str, bool, "instant", "day") else "x"
            testlib.equal(name in refused(**{name: wrong}), True, name)
            if must:
                testlib.equal(name in refused(**{name: None}), True, name)
        for changes, named in [
            ({"varighed": None}, ["sluttidspunkt"]),
            ({"sluttidspunkt": at(9)}, ["sluttidspunkt"]),
            ({"fristForOmbookning": None}, ["fristForOmbookning"]),
            ({"fristForAflysning": str(DAY + datetime.timedelta(days=1))}, ["fristForAflysning"]),
            ({"samtaleform": 8}, ["digitaltMoedelink"]),
            ({"adresse": None}, ["adresse"]),
            ({"moedeGruppeType": 2}, ["gruppeIdentifier"]),
            ({"samtaleType": 17}, ["akasseDeltagelse"]),
            ({"medarbejder": {"navn": "Vejleder 07"}}, ["medarbejder.identifikation"]),
            ({"titel": "x" * 256, "jobcenterKode": "890"}, ["jobcenterKode", "titel"]),
            ({"telefonnummer": "ring"}, ["telefonnummer"]),
        ]:
            testlib.equal(refused(**changes), named, changes)
        testlib.equal(simulator.stock(), {})


def test_interview_types():
    """Epic 999.8: type 10 is closed for contact groups 1 and 8; what exists is cancelled or becomes 7; a-kasser make 7 and 12."""
    with plain() as simulator:
        cpr, other = Citizens.new(), Citizens.new()
        old = at(10, day=datetime.date(2023, 12, 1))
        for number, group in ((cpr, 1), (other, 2)):
            simulator.act("citizen", cpr=number, unit=UNIT, fund=FUND, group=group)
        kept = [simulator.act("fund/book", cpr=cpr, fund=FUND, start=old, kind=10)["id"] for _ in range(2)]
        for words, expected in [
            ({"cpr": cpr, "start": at(9), "kind": 10}, 990410),
            ({"cpr": other, "start": at(9), "kind": 10}, 0),
            ({"cpr": cpr, "start": at(9), "kind": 7}, 0),
            ({"cpr": cpr, "start": at(9), "kind": 12}, 0),
            ({"cpr": cpr, "start": at(9), "kind": 15}, 0),
            ({"cpr": cpr, "start": at(9), "kind": 17}, 0),
            ({"cpr": cpr, "start": at(9), "kind": 4}, 990410),
        ]:
            testlib.equal(refusal(lambda: simulator.act("fund/book", fund=FUND, **words)), expected, words)
        testlib.equal(refusal(lambda: simulator.act("fund/change", id=kept[0], starttidspunkt=at(9))), 990410, "moved past the day")
        testlib.equal(refusal(lambda: simulator.act("fund/change", id=kept[0], starttidspunkt=at(9), samtaleType=7)), 0, "becomes 7")
        testlib.equal(refusal(lambda: simulator.act("fund/cancel", id=kept[1])), 0, "cancelled")
        for kind in (10, 15):
            answer = simulator.call("POST", f"{BOOKINGS}/{uuid.uuid4()}", booking(samtaleType=kind), other)
            testlib.equal(codes(answer), [990410], f"type {kind} by a jobcenter")


def refusal(act):
    """The code that an actor was refused with; 0 when it was not."""
    try:
        act()
    except ActorRefused as no:
        return no.codes[0]
    return 0


def test_who_may_change():
    """A booking is changed by whom the table says, and by nobody else."""
    with Simulator([system_row(), system_row("annen", number=41), system_row("fremmed", units=(OTHER_UNIT,), number=42)]) as simulator:
        cpr = Citizens.new()
        simulator.act("citizen", cpr=cpr, unit=UNIT, fund=FUND)

        def put(key, system, code=UNIT, **changes):
            answer = simulator.call("PUT", f"{BOOKINGS}/{key}", booking(**changes), cpr, code=code, x_simulator_system=system)
            return answer[0]

        def post(**changes):
            key = str(uuid.uuid4())
            testlib.equal(simulator.call("POST", f"{BOOKINGS}/{key}", booking(**changes), cpr, x_simulator_system="planner")[0], 201)
            return key

        ours, owned = post(), post(ejersystem=40)
        by_kss = simulator.act("kss/book", cpr=cpr, unit=UNIT, start=at(9))["id"]
        by_fund = simulator.act("fund/book", cpr=cpr, fund=FUND, start=at(9), kind=17)["id"]
        testlib.equal([put(ours, "planner"), put(ours, "annen")], [200, 200])
        testlib.equal([put(owned, "planner", ejersystem=40), put(owned, "annen", ejersystem=40)], [200, 403])
        testlib.equal([put(by_kss, "planner"), put(by_fund, "planner", samtaleType=17, akasseDeltagelse=1)], [403, 403])
        testlib.equal(put(ours, "fremmed", OTHER_UNIT), 403, "another municipality")
        testlib.equal(refusal(lambda: simulator.act("kss/change", id=by_kss, starttidspunkt=at(13))), 0)
        testlib.equal(refusal(lambda: simulator.act("kss/change", id=by_fund, titel="x")), 990403)
        answer = simulator.call("POST", f"{BOOKINGS}/{uuid.uuid4()}", booking(), cpr, code=OTHER_UNIT, x_simulator_system="fremmed")
        testlib.equal(codes(answer), [990403], "somebody else's citizen")


def test_search_pages():
    """GetSoegning: at most 500 a page, every booking of the unit once, none of an a-kasse's own."""
    with plain() as simulator:
        cpr = Citizens.new()
        simulator.act("citizen", cpr=cpr, unit=UNIT, fund=FUND)
        starts = [at(8 + n % 8, n % 60) for n in range(501)]
        keys = set(simulator.act("kss/many", cprs=[cpr] * 501, unit=UNIT, starts=starts)["ids"])
        simulator.act("fund/book", cpr=cpr, fund=FUND, start=at(9), kind=7)
        joint = simulator.act("fund/book", cpr=cpr, fund=FUND, start=at(9), kind=17)["id"]
        pages = [simulator.call("GET", f"{BOOKINGS}/soegning?jobcenterKode={UNIT}&fra={DAY}&til={DAY}&side={n}")[1] for n in (1, 2)]
        testlib.equal([(len(page["indkaldelser"]), page["flere"]) for page in pages][0][1], True)
        found = [doc["indkaldelseIdentifier"] for page in pages for doc in page["indkaldelser"]]
        testlib.equal((sorted(found), pages[1]["flere"]), (sorted(keys | {joint}), False))
        testlib.equal(pages[0]["indkaldelser"][0]["civilregistrationIdentifier"], cpr)
        next_day = DAY + datetime.timedelta(days=1)
        testlib.equal(simulator.call("GET", f"{BOOKINGS}/soegning?jobcenterKode={UNIT}&fra={next_day}&til={next_day}")[1]["indkaldelser"], [])
        testlib.equal(simulator.call("GET", f"{BOOKINGS}/soegning?jobcenterKode={OTHER_UNIT}")[0], 403)


def test_participants_and_choice():
    """Authorities that take part, and the citizen's choice."""
    with plain() as simulator:
        cpr = Citizens.new()
        key, path = make(simulator, cpr, samtaleType=17, akasseDeltagelse=1), "indkaldelse/v2/Indkaldelse/myndighedsdeltager/d-1"
        body = {"indkaldelseIdentifier": key, "navn": "A-kassen", "organisationType": 5, "organisationKode": FUND}
        testlib.equal(simulator.call("PUT", path, body, cpr)[0], 404, "none to change")
        testlib.equal(simulator.call("POST", path, body, cpr)[0], 201)
        testlib.equal(simulator.call("PUT", path, {**body, "navn": "Kassen"}, cpr)[0], 200)
        told = simulator.call("GET", f"{BOOKINGS}/{key}")[1]["myndighedsdeltagere"]
        testlib.equal(told, [{"deltagerIdentifier": "d-1", "navn": "Kassen", "organisationType": 5, "organisationKode": FUND}])
        testlib.equal([simulator.call("DELETE", path, cpr=cpr)[0] for _ in range(2)], [204, 404])
        testlib.equal(simulator.call("GET", f"{BOOKINGS}/{key}")[1]["myndighedsdeltagere"], [])
        for value in (True, False):
            testlib.equal(simulator.call("PUT", f"{BOOKINGS}/{key}/deltagelsesvalg", {"fravalgt": value}, cpr)[0], 200)
            testlib.equal(simulator.call("GET", f"{BOOKINGS}/{key}/deltagelsesvalg")[1], {"fravalgt": value})


# Carriers ---------------------------------------------------------------------------------------------


def test_pushes_wait_and_keep_order():
    """A citizen's messages come in order; one that fails holds up the citizen and nobody else, and comes again after the curve."""
    with Webhook() as hook, plain(hook, {"time_scale": 0.1}) as simulator:
        subscribe(simulator)
        slow, quick = Citizens.new(), Citizens.new()

        def of(citizen):
            """The kinds of what came about CITIZEN, and by which messages."""
            heads = [head for head in hook.heads() if head["Identifikation"] == citizen]
            return [head["AendringstypeId"] for head in heads], [head["BeskedIdentifier"] for head in heads]

        hook.held, begin = slow, time.monotonic()
        key = simulator.act("kss/book", cpr=slow, unit=UNIT, start=at(9))["id"]
        testlib.wait_for(lambda: hook.seen, 20, "the first push")
        simulator.act("kss/change", id=key, starttidspunkt=at(10))
        simulator.act("kss/cancel", id=key)
        simulator.act("kss/book", cpr=quick, unit=UNIT, start=at(9))
        testlib.wait_for(lambda: of(quick)[0], 20, "the other citizen does not wait")
        testlib.wait_for(lambda: len(of(slow)[0]) >= 4, 60, "three repetitions")
        testlib.equal(time.monotonic() - begin >= 0.1 + 0.3 + 0.7, True, "the curve, a tenth of it")
        testlib.equal(set(of(slow)[0]), {1}, "order")
        hook.held = None
        idle(simulator)
        kinds, messages = of(slow)
        n_first = kinds.count(1)
        testlib.equal(kinds, [1] * n_first + [2, 3])
        testlib.equal(len(set(messages[:n_first])), 1, "the same message")
        testlib.equal(len(set(messages + of(quick)[1])), 4)
        counts = simulator.ask("messages")
        testlib.equal(sorted(count["sent"] for count in counts.values()), [1, 1, 1, n_first])


def test_trouble_of_pushes():
    """Whatever happens on the way, a message arrives whole in the end; only one that is dropped does not."""
    with Webhook() as hook, plain(hook) as simulator:
        subscribe(simulator)
        for kind in ("half", "broken", "drip", "lose", "delay", "hold", "repeat"):
            hook.seen, words = [], {"delay_s": 0.05}
            hook.answers = [400] if kind == "broken" else []
            simulator.fault("push", kind, **words)
            key = simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))["id"]
            idle(simulator)
            whole = [body for _, body in hook.seen if key in body and body.rstrip().endswith("}")]
            testlib.equal(len(whole), 2 if kind in ("repeat", "lose") else 1, f"{kind}: {hook.seen}")
        hook.seen = []
        simulator.fault("push", "drop")
        simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))
        idle(simulator)
        testlib.equal(hook.seen, [])


def test_push_survives_restart():
    """What was not delivered when the simulator ended is delivered by the next one."""
    with Webhook() as hook:
        database = str(testlib.make_folder() / "dfdg.db")
        systems = [system_row(webhook_base=hook.base)]
        hook.answers = [503] * 1000
        with Simulator(systems, settings={"time_scale": 1}, database=database) as simulator:
            subscribe(simulator)
            key = simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))["id"]
            testlib.wait_for(lambda: hook.seen, 20, "a push")
        hook.answers, hook.seen = [], []
        with Simulator(systems, database=database) as simulator:
            idle(simulator)
            testlib.equal([head["EksternIdentifier"] for head in hook.heads()], [key])
            testlib.equal(list(simulator.stock()), [key])


def test_subscriptions():
    """All or nothing, with every fault; what waits for a subscription that is gone is dropped."""
    with Webhook() as hook, plain(hook, {"time_scale": 1}) as simulator:
        testlib.equal(subscribe(simulator)[0], 200)
        kept = simulator.ask("subscriptions")["planner"]
        good = {"orgType": 8, "orgCode": int(UNIT), "entityType": 90001, "webhookUrl": "/wsb/v1", "startDato": at(9), "slutDato": at(10)}
        rows = [
            good,
            good | {"webhookUrl": "https://hook.example/"},
            good | {"slutDato": "2020-01-01T00:00:00+01:00"},
            good | {"orgCode": int(OTHER_UNIT)},
            good | {"entityType": 1, "startDato": at(11)},
            good | {"orgCode": UNIT},
        ]
        body = {"systemIdentifier": str(uuid.uuid4()), "abonnementer": rows}
        answer = simulator.call("PUT", "abonnement/v1/Abonnementer", body)
        named = ["abonnementer[1].webhookUrl", "abonnementer[2].slutDato", "abonnementer[2].startDato", "abonnementer[3].orgCode"]
        named += ["abonnementer[4].entityType", "abonnementer[4].startDato", "abonnementer[5].orgCode", "systemIdentifier"]
        testlib.equal((answer[0], texts(answer)), (400, named))
        testlib.equal(simulator.ask("subscriptions")["planner"], kept, "nothing changed")
        hook.answers = [503] * 1000
        simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))
        testlib.wait_for(lambda: hook.seen, 20, "a push")
        testlib.equal(subscribe(simulator, entityType=90001)[0], 200)
        simulator.act("hurry")
        idle(simulator)  # nobody ever took it: it was dropped with its subscription
        testlib.equal(subscribe(simulator, startDato="2098-01-01T00:00:00+01:00")[0], 200)
        simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))
        idle(simulator)
        testlib.equal(len({head["BeskedIdentifier"] for head in hook.heads()}), 1, "not begun yet")


def test_other_events():
    """Deadlines, contact groups, categories, memberships and changed numbers have their types; history follows the number."""
    with Webhook() as hook, plain(hook) as simulator:
        day = {"startDato": "2026-01-01T00:00:00+01:00", "slutDato": "2099-01-01T00:00:00+01:00", "webhookUrl": "/wsb/v1"}
        rows = [{"orgType": 8, "orgCode": int(UNIT), "entityType": kind, **day} for kind in (90000, 90001, 100008, 60010, 100009, 100010)]
        testlib.equal(simulator.call("PUT", "abonnement/v1/Abonnementer", {"systemIdentifier": SYSTEM_ID, "abonnementer": rows})[0], 200)
        old, new = Citizens.new(), Citizens.new()
        simulator.act("citizen", cpr=old, unit=UNIT)
        deadline = simulator.act("kss/deadline", cpr=old, kind=7, days=30)["id"]
        key = simulator.act("kss/book", cpr=old, unit=UNIT, start=at(9))["id"]
        simulator.act("kss/place", cpr=old, kind="group", code=2)
        simulator.act("kss/place", cpr=old, kind="category", code=5)
        simulator.act("fund/join", cpr=old, fund=FUND)
        simulator.act("kss/cpr", old=old, new=new)
        idle(simulator)
        heads = [(head["EntitetstypeId"], head["AendringstypeId"], head["EksternIdentifier"]) for head in hook.heads()]
        zero = "00000000-0000-0000-0000-000000000000"
        expected = [(90001, 1, deadline), (90001, 2, deadline), (90000, 1, key), (100008, 1, zero), (100009, 1, zero), (60010, 1, zero), (100010, 2, zero)]
        testlib.equal(heads, expected)
        testlib.equal((hook.heads()[-1]["Identifikation"], old in hook.seen[-1][1]), (new, True), "new number and old")
        testlib.equal(simulator.call("GET", "frist/v1/Frist/historik", cpr=new)[1]["frister"][0]["friststatusType"], 2, "met by the booking")
        testlib.equal(len(simulator.call("GET", f"{BOOKINGS}/historik", cpr=new)[1]["historik"]), 1)
        testlib.equal(simulator.stock()[key]["civilregistrationIdentifier"], new)
        testlib.equal(simulator.call("GET", "visitering/v1/Kontaktgrupper", cpr=new)[1]["kontaktgrupper"][0]["kontaktgruppeType"], 2)
        testlib.equal(simulator.call("GET", "visitering/v1/Kontaktgrupper", cpr=old)[0], 404)
        answer = simulator.call("POST", "frist/v1/Frist", {"samtaleType": 12}, new)
        testlib.equal(texts(answer), ["fristDato", "samtaleType", "sidsteAfholdelsesdato"])


def test_deadlines():
    """A fitting booking meets a deadline at once or later; absences 56, 57 and 75 close what is open; joint interviews have them too."""
    with plain() as simulator:
        for kind, code in ((7, 56), (17, 57), (4, 75)):
            cpr = Citizens.new()
            simulator.act("citizen", cpr=cpr, unit=UNIT)
            states = lambda: [row["friststatusType"] for row in simulator.call("GET", "frist/v1/Frist/historik", cpr=cpr)[1]["frister"]]  # noqa: E731,B023
            simulator.act("kss/deadline", cpr=cpr, kind=kind, days=10)
            simulator.act("kss/book", cpr=cpr, unit=UNIT, start=at(9), samtaleType=12)
            testlib.equal(states(), [1], "another type")
            simulator.act("kss/book", cpr=cpr, unit=UNIT, start=at(9), samtaleType=kind, akasseDeltagelse=1)
            testlib.equal(states(), [2], "met")
            simulator.act("kss/deadline", cpr=cpr, kind=kind, days=10)
            testlib.equal(states(), [2, 2], "met at once")
            simulator.act("kss/deadline", cpr=cpr, kind=7 if kind != 7 else 4, days=10)
            simulator.act("kss/absence", cpr=cpr, code=10)
            testlib.equal(states(), [2, 2, 1], "a holiday closes nothing")
            simulator.act("kss/absence", cpr=cpr, code=code)
            testlib.equal(states(), [2, 2, 3], "closed")


def soap(simulator, body, sequence=None):
    """(status, text) of a call of the queue."""
    head = f"<w:Sequence><w:Identifier>{sequence}</w:Identifier></w:Sequence>" if sequence else ""
    request = urllib.request.Request(f"{simulator.base}/wsrm", SOAP.format(head, body).encode(), {"Content-Type": "text/xml"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_queue():
    """An open sequence comes back, closing gives all again, terminating removes; at most 500 at a time."""
    with Simulator([system_row(carriers=("wsrm",))]) as simulator:
        cpr = Citizens.new()
        keys = simulator.act("kss/many", cprs=[cpr] * 501, unit=UNIT, starts=[at(9)])["ids"]
        simulator.act("kss/cancel", id=keys[0])
        find = lambda name, text: re.findall(rf"<\w+:{name}>([^<]*)<", text)  # noqa: E731
        open_ = lambda: soap(simulator, "<w:CreateSequence/>")[1]  # noqa: E731
        first = open_()
        sequence = find("Identifier", first)[0]
        testlib.equal((find("ServiceName", first), find("MessageCount", first)), (["GetIndkaldelseVersion1"], ["500"]))
        testlib.equal(open_(), first, "an open one comes back")
        fetch = lambda: soap(simulator, "<n:GetIndkaldelseVersion1Request/>", sequence)[1]  # noqa: E731
        testlib.equal((find("IndkaldelseIdentifier", fetch()), fetch()), (keys[:500], fetch()))
        testlib.equal(soap(simulator, f"<w:CloseSequence><w:Identifier>{sequence}</w:Identifier></w:CloseSequence>")[0], 200)
        testlib.equal(soap(simulator, "<n:GetIndkaldelseVersion1Request/>", sequence)[0], 500, "closed")
        sequence = find("Identifier", open_())[0]
        testlib.equal(find("IndkaldelseIdentifier", fetch()), keys[:500], "all again")
        end = f"<w:TerminateSequence><w:Identifier>{sequence}</w:Identifier></w:TerminateSequence>"
        testlib.equal([soap(simulator, end)[0] for _ in range(2)], [200, 500])
        second = open_()
        testlib.equal((find("ServiceName", second), find("MessageCount", second)), (["GetIndkaldelseVersion1", "GetIndkaldelseshaendelseVersion1"], ["1", "1"]))
        text = soap(simulator, "<n:GetIndkaldelseshaendelseVersion1Request/>", find("Identifier", second)[0])[1]
        testlib.equal((find("Haendelsestype", text), find("IndkaldelseIdentifier", text)), (["4"], [keys[0]]))
        testlib.equal(find("PersonCivilRegistrationIdentifier", text), [cpr])
        testlib.equal(simulator.ask("idle")["queued"], 2)
        testlib.equal(soap(simulator, "<n:Andet/>", sequence)[0], 500)


def test_queue_in_the_older_form():
    """GetBookingVersion1 holds the whole booking and its change type."""
    with Simulator([system_row(carriers=("wsrm",), is_legacy=True)]) as simulator:
        key = simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9), beskrivelse="<&>")["id"]
        simulator.act("kss/cancel", id=key)
        sequence = re.findall(r"<wsrm:Identifier>([^<]+)", soap(simulator, "<w:CreateSequence/>")[1])[0]
        text = soap(simulator, "<n:GetBookingVersion1Request/>", sequence)[1]
        find = lambda name: re.findall(rf"<n:{name}>([^<]*)<", text)  # noqa: E731
        testlib.equal((find("BookingIdentifier"), find("BookingChangeType"), find("BookingStatusIdentifier")), ([key] * 2, ["1", "3"], ["2", "3"]))
        testlib.equal((find("BookingStartTime"), find("Description")[0]), ([at(9)] * 2, "&lt;&amp;&gt;"))


# The other services -----------------------------------------------------------------------------------


def test_messages():
    """Limits by channel, who may send what, threads, documents, and what others may not see."""
    with Simulator([system_row(), system_row("annen", units=("89100",), number=41)]) as simulator:
        cpr = Citizens.new()
        simulator.act("citizen", cpr=cpr, unit=UNIT, fund=FUND)
        to_citizen, to_centre = [{"civilregistrationIdentifier": cpr}], [{"organisationType": 8, "organisationKode": UNIT}]

        def send(**changes):
            body = {"modtagere": to_citizen, "kanal": 2, "beskedtype": 1, "overskrift": "Møde", "tekst": "Kom", **changes}
            return simulator.call("POST", "besked/v1/Borgerbesked", body, cpr)

        for changes, expected in [
            ({"tekst": "x" * 2001}, 8143),
            ({"kanal": 3, "tekst": "x" * 501}, 8143),
            ({"kanal": 1}, 9014),
            ({"kanal": 4, "modtagere": [{"organisationType": 8, "organisationKode": "89001"}]}, 9310),
            ({"kanal": 4, "modtagere": to_centre, "beskedtype": 11}, 990403),
            ({"kanal": 9}, 1014),
            ({"modtagere": [{"civilregistrationIdentifier": Citizens.new()}]}, 1010),
            ({"vedhaeftetDokumenter": [{"filnavn": "a", "mediatype": "application/pdf", "indhold": "?"}]}, 1014),
        ]:
            answer = send(**changes)
            testlib.equal((answer[0], codes(answer)), (400, [expected]), changes)
        testlib.equal(send(tekst="x" * 2000)[0], 201)
        file = {"filnavn": "a.pdf", "mediatype": "application/pdf", "indhold": "JVBERg=="}
        thread = [{"organisationType": 8, "organisationKode": "99999"}]
        key = send(kanal=4, modtagere=thread, svartype=1, vedhaeftetDokumenter=[file])[1]["beskedIdentifier"]
        reply = simulator.call("POST", f"besked/v1/Borgerbeskedsvar/{key}", {"tekst": "Ja"})
        testlib.equal(reply[0], 201)
        letter = simulator.call("GET", f"besked/v1/Beskeder/{key}")[1]
        testlib.equal((letter["skjult"], letter["svar"][0]["tekst"], letter["modtagere"][0]["organisationKode"]), (False, "Ja", UNIT))
        document = letter["dokumenter"][0]["dokumentIdentifier"]
        testlib.equal(simulator.call("GET", f"besked/v1/Beskeddokument/{document}")[1], "%PDF")
        other = {"code": "89100", "x_simulator_system": "annen"}
        hidden = simulator.call("GET", f"besked/v1/Beskeder/{key}", **other)[1]
        testlib.equal((hidden["skjult"], hidden["dokumenter"], hidden["tekst"] == "Kom", hidden["svar"]), (True, [], False, []))
        testlib.equal(simulator.call("GET", f"besked/v1/Beskeddokument/{document}", **other)[0], 404)
        testlib.equal(simulator.call("PUT", f"besked/v1/Besked/{key}/action/setstatus", {"status": 2}, **other)[0], 403)
        testlib.equal(simulator.call("PUT", f"besked/v1/Besked/{key}/action/setmarkering", {"markering": 2})[0], 200)
        answer_key = reply[1]["svarIdentifier"]
        testlib.equal(simulator.call("PUT", f"besked/v1/Beskedsvar/{answer_key}/action/setstatus", {"status": 3})[0], 200)
        testlib.equal(simulator.call("PUT", f"besked/v1/Besked/{key}/action/setstatus", {"status": 2})[0], 200)
        testlib.equal(simulator.call("POST", f"besked/v1/Borgerbeskedsvar/{key}", {"tekst": "Ja"})[0], 409, "closed")
        testlib.equal(len(simulator.call("GET", "besked/v1/Beskeder", cpr=cpr)[1]["beskeder"]), 2)


def test_code_lists():
    """The lists, and a code that came today."""
    with plain() as simulator:
        simulator.act("codes", lists={"Samtaletype": {"21": "Ny samtale"}})
        lists = {one["navn"]: {code["kode"]: code["tekst"] for code in one["koder"]} for one in simulator.call("GET", "kodeliste/v1/Kodelister")[1]["kodelister"]}
        testlib.equal((lists["Samtaletype"][7], lists["Samtaletype"][21], lists["Klientsystem"][32]), ("Jobsamtale", "Ny samtale", "Jobnet"))


def test_slow_reads():
    """Visitering takes as long as it is told, others do not."""
    with plain(settings={"visitering_delay_s": 0.4}) as simulator:
        cpr = Citizens.new()
        simulator.act("citizen", cpr=cpr, unit=UNIT, group=2)
        start = time.monotonic()
        testlib.equal(simulator.call("GET", "visitering/v1/Kontaktgruppehistorik", cpr=cpr)[0], 200)
        testlib.equal(time.monotonic() - start >= 0.4, True)


def test_mutual_tls():
    """Only systems with a known certificate are served; troubled certificates are refused by whoever checks them."""
    certificates = Certificates(testlib.make_folder() / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificates.server)
    context.load_verify_locations(certificates.authority[0])
    context.verify_mode = ssl.CERT_REQUIRED
    with Webhook(context) as hook:
        row = system_row(fingerprint=certificates.fingerprint("outgoing"), webhook_base=hook.base)
        with Simulator([row], certificates=certificates) as simulator:
            body = {"systemIdentifier": SYSTEM_ID, "abonnementer": []}
            path = "abonnement/v1/Abonnementer"
            testlib.equal(simulator.call("PUT", path, body, name="outgoing")[0], 200)
            testlib.equal(simulator.call("PUT", path, body, name="stranger")[0], 403)
            testlib.equal(is_refused(lambda: simulator.call("PUT", path, body)), True, "no certificate")
            for kind in ("other", "expired"):
                simulator.act("certificate", kind=kind)
                testlib.equal(is_refused(lambda: simulator.call("PUT", path, body, name="outgoing")), True, kind)
            simulator.act("calm")
            row = {"orgType": 8, "orgCode": int(UNIT), "entityType": 90000, "webhookUrl": "/wsb/v1", "startDato": at(9, day=datetime.date(2026, 1, 1))}
            body["abonnementer"] = [row | {"slutDato": "2099-01-01T00:00:00+01:00"}]
            testlib.equal(simulator.call("PUT", path, body, name="outgoing")[0], 200)
            for kind in ("none", "other", "expired"):
                simulator.fault("push", "certificate", certificate=kind)
            key = simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))["id"]
            idle(simulator)
            testlib.equal([head["EksternIdentifier"] for head in hook.heads()], [key], "delivered once, by the good certificate")
            count = next(iter(simulator.ask("messages").values()))
            testlib.equal((count["sent"], count["done"]), (4, 1))


def is_refused(call):
    """Whether the connection did not come about."""
    try:
        call()
    except (urllib.error.URLError, ConnectionError, ssl.SSLError):
        return True
    return False


def test_trouble_of_answers():
    """What a Planner may meet when it calls: each kind once, and good again after it."""
    with plain() as simulator:
        cpr = Citizens.new()
        key = make(simulator, cpr)
        for kind, words in [("drop", {}), ("lose", {}), ("half", {}), ("status", {"status": 429}), ("late-status", {"status": 502}), ("broken", {}), ("refuse", {})]:
            simulator.fault("answer", kind, "GetIndkaldelse", **words)
            try:
                status, document = simulator.call("GET", f"{BOOKINGS}/{key}")
                seen = status if status != 200 else "whole" if isinstance(document, dict) and "titel" in document else "broken"
            except (OSError, ValueError, urllib.error.URLError, http.client.HTTPException):
                seen = "broken"
            testlib.equal(seen, {"status": 429, "late-status": 502, "refuse": 400}.get(kind, "broken"), kind)
            testlib.equal(simulator.call("GET", f"{BOOKINGS}/{key}")[0], 200, f"after {kind}")
        counted = simulator.ask("faults")["counts"]
        testlib.equal(sum(counted.values()), 7)
        testlib.equal(simulator.n_calls("GetIndkaldelse"), 14)


def test_environment_of_events():
    """A stray message says what it is told to, so that a Planner can be shown another environment's."""
    with Webhook() as hook, plain(hook, {"environment": ENVIRONMENT}) as simulator:
        simulator.act("stray", system="planner", cpr=Citizens.new(), header={"Miljoe": "T9"})
        simulator.act("stray", system="planner", cpr=Citizens.new(), raw="{}")
        idle(simulator)
        testlib.equal(sorted(head.get("Miljoe", "") for head in hook.heads()), ["", "T9"])


def test_environments():
    """A municipality's systems in two environments are each told at their own webhook, by their own name of it."""
    with Webhook() as test, Webhook() as production:
        rows = [system_row("planner", webhook_base=test.base), system_row("annen", webhook_base=production.base, environment="PROD", number=41)]
        with Simulator(rows) as simulator:
            row = {"orgType": 8, "orgCode": int(UNIT), "entityType": 90000, "webhookUrl": "/wsb/v1", "startDato": "2026-01-01T00:00:00+01:00"}
            body = {"systemIdentifier": SYSTEM_ID, "abonnementer": [row | {"slutDato": "2099-01-01T00:00:00+01:00"}]}
            for name in ("planner", "annen"):
                testlib.equal(simulator.call("PUT", "abonnement/v1/Abonnementer", body, x_simulator_system=name)[0], 200)
            simulator.act("kss/book", cpr=Citizens.new(), unit=UNIT, start=at(9))
            idle(simulator)
            heads = [head for hook in (test, production) for head in hook.heads()]
            testlib.equal([head["Miljoe"] for head in heads], [ENVIRONMENT, "PROD"])
            testlib.equal(heads[0]["BeskedIdentifier"] != heads[1]["BeskedIdentifier"], True, "messages of their own")


def test_ends_with_its_parent():
    """Nobody is left behind: the simulator ends when the program that started it does."""
    import subprocess  # pylint: disable=import-outside-toplevel

    simulator = plain()
    script = "import subprocess,sys,time; p=subprocess.Popen(sys.argv[1:]); print(p.pid, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", script, *simulator.arguments], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        testlib.wait_for(lambda: testlib.port_answers(simulator.services_port), 20, "it serves")
        parent.kill()
    testlib.wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists() or "Z" in pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2], 20, "it ended")


testlib.run(globals())
