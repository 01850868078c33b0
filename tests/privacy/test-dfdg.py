# SPDX-License-Identifier: EUPL-1.2
# Numbers that are nobody's through every road of the DFDG side; then all that was written outside the database is searched.
"""Pushed and fetched messages of every kind and framing, broken ones, errors of DFDG that tell numbers, refusals, retries, commands,
metrics, health, and the log at its most talkative. DFDG's own answers are the simulator's; its errors hold the number asked about."""

import datetime
import http.client
import json
import os
import urllib.error
import urllib.request

import testlib
from canary import Canaries, forms, plant
from dfdg_world import FUND, UNIT, ActorRefused, DfdgWorld

CANARIES = Canaries()
TEXTS = []  # (where, bytes) of everything that left the program
DAY = datetime.date.today() + datetime.timedelta(days=20)
ALARMS = ("event=", "level=error")  # this test breaks everything on purpose; what is judged is what the lines say
STATUSES = (400, 403, 404, 409, 429, 500, 502, 503)
N_STATUSES = len(STATUSES)
CALLS = ("GetIndkaldelse", "CreateIndkaldelse", "UpdateIndkaldelse", "DeleteIndkaldelse")


def at(hour):
    """A time of the day, Danish."""
    return f"{DAY}T{hour:02}:00:00+01:00"


def take(where, text):
    """Something left the program."""
    TEXTS.append((where, text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogateescape")))


def push(world, body, **headers):
    """What the webhook answers to bytes."""
    line = http.client.HTTPSConnection("127.0.0.1", world.tls_port, context=world.certificates.context("dfdg"), timeout=60)
    line.request("POST", "/wsb/v1", body if isinstance(body, bytes) else body.encode(), {"Content-Type": "application/json", **headers})
    answer = line.getresponse()
    take("webhook", answer.read() + str(answer.getheaders()).encode())
    line.close()


def message(number, **members):
    """A message about NUMBER."""
    header = {"BeskedIdentifier": os.urandom(16).hex(), "HaendelsesTid": f"{DAY}T10:00:00+01:00", "Miljoe": "T3", "EntitetstypeId": 90000}
    header |= {"EntitetstypeNavn": "Indkaldelse", "EksternIdentifier": os.urandom(16).hex(), "VersionIdentifier": None, "Identifikation": number}
    header |= {"IdentifikationstypeId": 1, "AendringstypeId": 1, "AendringstypeNavn": "Create"}
    return json.dumps(header | members) + '\n{"Indkaldelsehaendelsestype":1}'


def drive_broken(world):
    """Numbers in every member of messages, in what is no message, and in headers."""
    members = ("BeskedIdentifier", "HaendelsesTid", "Miljoe", "EntitetstypeNavn", "EksternIdentifier", "VersionIdentifier", "AendringstypeNavn", "Ukendt")
    for name in members:
        push(world, message(CANARIES.new(f"citizen of a push with a number in {name}"), **{name: CANARIES.new(f"push: {name}")}))
    for name in ("EntitetstypeId", "AendringstypeId", "IdentifikationstypeId"):
        push(world, message(CANARIES.new(f"citizen, {name}"), **{name: int(CANARIES.new(f"push: {name}"))}))
    whole = message(CANARIES.new("cut off"))
    for body in (whole[:180], whole.replace("{", "[", 1), whole.replace('"', "", 3), f'"{CANARIES.new("a text")}"', CANARIES.new("a number alone")):
        push(world, body)
    push(world, message(CANARIES.new("in a header")), **{"x-correlationId": CANARIES.new("header"), "Content-Type": CANARIES.new("media type")})


def drive_life(world, carrier):
    """Made, changed, moved, accepted, called off by everybody; numbers in the words of meetings too."""
    citizens = [CANARIES.new(f"{carrier}: citizen {n}") for n in range(4)]
    for cpr in citizens:
        world.act("citizen", cpr=cpr, unit=UNIT, fund=FUND, group=1, category=1)
    said = f"Om {CANARIES.new(f'{carrier}: words of a meeting')}"
    made = world.act("kss/book", cpr=citizens[0], unit=UNIT, start=at(9), advisor=f"{UNIT}-01", minutes=30, titel=said, beskrivelse=said)["id"]
    world.act("kss/book", cpr=citizens[0], unit=UNIT, start=at(9), advisor=CANARIES.new(f"{carrier}: an advisor's key"), minutes=30)
    joint = world.act("fund/book", cpr=citizens[1], fund=FUND, start=at(11), kind=17, minutes=30, advisor=f"{UNIT}-02")["id"]
    world.act("fund/participant", id=joint, navn=CANARIES.new(f"{carrier}: an authority's name"))
    world.act("jobnet/book", cpr=citizens[2], unit=UNIT)
    world.act("kss/change", id=made, starttidspunkt=at(13))
    start = datetime.datetime.fromisoformat(at(10))
    world.register(citizens[3], start, f"{UNIT}-01", contact=1)
    new = CANARIES.new(f"{carrier}: a new number")
    world.act("kss/cpr", old=citizens[1], new=new)
    return citizens


def drive_errors(world, carrier):
    """DFDG says no, breaks off and talks nonsense, with the citizen's number in what it says."""
    for number, status in enumerate(STATUSES):
        cpr = CANARIES.new(f"{carrier}: {status}")
        world.act("citizen", cpr=cpr, unit=UNIT, group=1)
        told = CANARIES.new(f"{carrier}: told by {status}")
        text = json.dumps({"fejl": [{"kode": 1014, "tekst": f"borger {cpr} og {told[:6]}-{told[6:]} kan ikke"}]})
        for method in CALLS[:2]:
            world.simulator.fault("answer", "status", method, cpr=cpr, status=status, body=text, content_type="application/json", times=1)
        for kind in ("broken", "half"):
            world.simulator.fault("answer", kind, CALLS[number % 2], cpr=cpr, times=1)
        world.register(cpr, datetime.datetime.fromisoformat(at(8)) + datetime.timedelta(days=number + 1), f"{UNIT}-02", contact=1)
        world.act("kss/book", cpr=cpr, unit=UNIT, start=at(15), advisor=f"{UNIT}-01", minutes=30)


def drive_refused(world):
    """Actors who are told no, with what the Planner said."""
    cpr = CANARIES.new("told no")
    for path, words in (("jobnet/move", {"id": "x"}), ("jobnet/cancel", {"id": CANARIES.new("an id that is a number")})):
        try:
            world.act(path, cpr=cpr, **words)
        except ActorRefused as no:
            take("an actor's no", json.dumps(no.answer).replace(cpr, ""))


def look(world):
    """Every command and page that shows something of the DFDG side."""
    for words in (("list", "inbox"), ("list", "bookings", UNIT), ("list", "conflicts"), ("verify",), ("doctor",), *dfdg_commands(world)):
        try:
            take(" ".join(words), world.control(*words))
        except AssertionError as no:
            take(" ".join(words), str(no))
    for question in ("metrics", "health/ready", "health/dfdg", "health/live"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{world.health_port}/{question}", timeout=60) as answer:
                take(question, answer.read())
        except urllib.error.HTTPError as error:
            take(question, error.read())


def dfdg_commands(world):
    """Commands of `plannerctl dfdg`; those that look first, then those that decide."""
    changes = [str(row[0]) for row in world.query("SELECT outbox_id FROM outbox ORDER BY outbox_id LIMIT 20")]
    messages = [row[0] for row in world.query("SELECT message_id FROM dfdg_event ORDER BY event_id LIMIT 20")]
    bookings = [row[0] for row in world.query("SELECT identifier FROM booking ORDER BY booking_id LIMIT 10")]
    days = (str(DAY - datetime.timedelta(days=20)), str(DAY + datetime.timedelta(days=20)))
    looks = [("status",), ("status", "--changes"), ("parked",), ("parked", "--unknown"), ("echoes", "--all"), ("test",), ("subscribe", "--dry-run")]
    looks += [("reconcile", UNIT, *days), ("refresh-codes",)] + [("show", key) for key in (*changes, *messages, *bookings)]
    looks += [(name, key) for name in ("fetch", "history") for key in bookings[:3]]
    decisions = [("retry", key) for key in changes[:3]] + [("give", "up", key, "--reason", "prøve") for key in changes[3:6]]
    decisions += [("retry", "--all-refused"), ("retry", "--all-parked"), ("reconcile", UNIT, *days, "--mend")]
    return [("dfdg", *words) for words in (*looks, *decisions)]


def of_citizen(world, cpr, *words):
    """A command about a citizen, whose number goes through a file that is not searched."""
    path = world.folder / "certificates" / "number"
    path.write_text(cpr, encoding="ascii")
    path.chmod(0o600)
    try:
        return world.control("--json", *words, "--citizen-file", path)
    except AssertionError as no:
        return str(no)


def drive_reads(world, cpr):
    """What is read of a citizen, with and without answers."""
    for words in (("dfdg", "read"), ("dfdg", "history"), ("show", "citizen"), ("message", "list"), ("message", "list", "--stored")):
        take(" ".join(words), of_citizen(world, cpr, *words))
    told = json.dumps({"fejl": [{"kode": 1014, "tekst": f"borger {cpr} findes ikke"}]})
    for method in ("GetKontaktgrupper", "GetPersonkategoriHistorik", "GetFristhistorik", "GetIndkaldelser", "GetIndkaldelseshistorik", "GetBeskeder"):
        world.simulator.fault("answer", "status", method, cpr=cpr, status=400, body=told, content_type="application/json", times=1)
    for words in (("dfdg", "read"), ("dfdg", "history"), ("message", "list")):
        take(" ".join(words), of_citizen(world, cpr, *words))


def drive_messages(world, carrier):
    """Messages sent, refused with the number in the reason, retried and dropped; one of an a-kasse with numbers in its words."""
    for case in ("by-hand", "authority"):
        world.control("set", "setting", f"message-{case}", "yes")
    letter = world.folder / "letter"
    letter.write_text("Titel\n\nEn tekst til borgeren", encoding="utf-8")
    citizens = [CANARIES.new(f"{carrier}: a message's citizen {n}") for n in range(3)]
    for number, cpr in enumerate(citizens):
        world.act("citizen", cpr=cpr, unit=UNIT, group=1, fund=FUND)
        told = json.dumps({"fejl": [{"kode": 1014, "tekst": f"borger {cpr[:6]}-{cpr[6:]} kan ikke"}]})
        if number:
            world.simulator.fault("answer", "status", "CreateBorgerbesked", cpr=cpr, status=400, body=told, content_type="application/json", times=1)
        take("message send", of_citizen(world, cpr, "message", "send", letter, "--channel", "mail"))
    said = f"Om {CANARIES.new(f'{carrier}: words of an authority')}"
    key = world.act("fund/message", cpr=citizens[0], fund=FUND, to=UNIT, overskrift=said, tekst=said)["id"]
    testlib.wait_for(lambda: world.count("SELECT count(*) FROM message WHERE state = 'refused'") == 2, 60, "messages are refused")
    drive_reads(world, citizens[0])
    rows = [str(row[0]) for row in world.query("SELECT message_id FROM message ORDER BY message_id")]
    looks = [("list",), ("show", key), ("show", key, "--stored"), ("read", key)] + [("show", row) for row in rows]
    decisions = [("retry", rows[1]), ("drop", rows[2], "--reason", "prøve"), ("status", key, "closed"), ("reply", key, letter)]
    for words in (*looks, *decisions):
        try:
            take(f"message {words[0]}", world.control("message", *words))
        except AssertionError as no:
            take(f"message {words[0]}", str(no))


def search(world, carrier):
    """Whatever was written, but for the database."""
    for path in sorted(world.folder.rglob("*")):
        if path.is_file() and not path.name.startswith("planner.db") and "certificates" not in path.parts:
            take(f"file {path.name}", path.read_bytes())
            take("names of files", str(path.relative_to(world.folder)))
    found = sorted({f"{road} ({form}) in {where}" for where, road, form in CANARIES.traces_in(TEXTS)})
    testlib.note(f"{len(CANARIES.roads)} numbers by {carrier}, {len(TEXTS)} writings searched")
    testlib.equal(found[:20], [], f"numbers outside the database, {len(found)} in all")
    held = {row[0] for row in world.query("SELECT cpr FROM citizen")}
    testlib.equal(len(held & set(CANARIES.roads)) > 5, True, "the numbers did reach the database")


def try_carrier(carrier):
    """All roads by one carrier."""
    TEXTS.clear()
    with DfdgWorld(carrier=carrier, settings={"log/level": "debug", "dfdg-client demo/messages": "true"}, simulator_settings={"framing": "any"}, expected_alarms=ALARMS) as world:
        drive_broken(world)
        drive_life(world, carrier)
        drive_errors(world, carrier)
        drive_refused(world)
        drive_messages(world, carrier)
        testlib.wait_for(lambda: not world.simulator.ask("idle")["pushes"], 60, "all is pushed")
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM outbox WHERE state = 'waiting' AND attempts = 0") == 0, 60, "all is tried")
        testlib.wait_for(lambda: world.simulator.ask("faults")["counts"].get("answer/status", 0) >= N_STATUSES, 60, "errors that tell numbers")
        look(world)
    search(world, carrier)


def test_a_planted_number_is_found():
    """The search sees a number in every form."""
    number = CANARIES.new("planted")
    for name in forms(number):
        testlib.equal(CANARIES.traces_in([("here", plant(number, name))]) != [], True, f"{name} is found")


def test_pushed():
    """By webhook."""
    try_carrier("wsb")


def test_fetched():
    """By queue."""
    try_carrier("wsrm")


testlib.run(globals())
