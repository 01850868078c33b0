# SPDX-License-Identifier: EUPL-1.2
# Two plannerds of two municipalities and a third peer behind one gateway, asked by zeep: killed, halted, slowed, corrupted, expired, overloaded; what callers get, how soon, and that every booking is made once.
# Also tests: track-gateway, track-passage.

import contextlib
import datetime
import json
import re
import shutil
import signal
import socket
import threading
import time
import uuid

import requests
import zeep

import testlib
from soap_client import message
from track_world import TrackWorld, list_options

OWN, OTHER, THIRD = "89000", "11100", "46100"
TIMEOUT_MS, PATIENT_MS, LIFE_S, PROBE_S = 1500, 20000, 2, 1
STATE = {}


class Relay:
    """Between the gateway and a Planner; MODE: what it does to the bytes of answers."""

    def __init__(self, port):
        self.port, self.mode = port, "well"
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.own_port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client = self.listening.accept()[0]
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        except OSError:
            client.close()
            return
        threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
        self._pump(server, client, True)

    def _pump(self, source, sink, is_answer):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self.mode == "slow":
                    time.sleep(0.4)
                if is_answer and self.mode == "corrupt" and len(data) > 40:
                    data = data[:30] + bytes([data[30] ^ 0x55]) + data[31:]
                sink.sendall(data)
        for sock in (source, sink):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def world():
    """The world of all tests: the own Planner behind a relay, with a certificate of its own that can be replaced."""
    if STATE:
        return STATE["world"]
    settings = {"upstream/life-s": LIFE_S, "probe/interval-s": PROBE_S}
    here = STATE["world"] = TrackWorld([OWN, OTHER], [THIRD], settings)
    trust = here._trust  # pylint: disable=protected-access

    def own_files():
        files = [here.folder / f"planner-{len(here.planners)}.{kind}" for kind in ("crt", "key")]
        for source, path in zip(here.certificates.server, files):
            shutil.copy(source, path)
            path.chmod(0o600)
        return {**trust(), "dfdg/certificate": files[0], "dfdg/key": files[1]}

    here._trust = own_files  # pylint: disable=protected-access
    here.__enter__()
    STATE["relay"] = Relay(here.planners[OWN].tls_port)
    for endpoint in here.document["endpoints"]:
        # So long that a machine which stands still does not make anybody late.
        endpoint["timeout_ms"] = PATIENT_MS
        if endpoint["name"] == f"planner-{OWN}":
            endpoint["urls"] = [re.sub(r":\d+/", f":{STATE['relay'].own_port}/", endpoint["urls"][0])]
    here.publish()
    session = requests.Session()
    session.trust_env = False
    session.verify = str(here.certificates.authority[0])
    session.cert = tuple(map(str, here.certificates.client("dfdg")))
    transport = zeep.transports.Transport(session=session, operation_timeout=60)
    STATE["service"] = zeep.Client(here.track.url + "?wsdl", transport=transport).bind("ExternalBookingService", "ExternalBookingServiceSoap12")
    return here


def ask(unit, number=1):
    """Code and cause of the fault that zeep raises, (0, 0) without one, and how long it took."""
    started = time.monotonic()
    code = (0, 0)
    try:
        STATE["service"].GetSelfbookInterviewOptions(
            PersonCivilRegistrationIdentifier=testlib.cpr(number), JobCenterCode=unit, ContactGroupTypeIdentifier=1
        )
    except zeep.exceptions.Fault as fault:
        text = zeep.wsdl.utils.etree_to_string(fault.detail).decode()
        code = tuple(int(found.group(1)) if found else 0 for found in (re.search(rf"<(?:\w+:)?{name}>(\d+)<", text) for name in ("Code", "CauseCode")))
    return code, time.monotonic() - started


def seen(unit=OWN):
    """What health and status say of the unit's Planner now."""
    answer = world().track.control("health")
    rows = answer.get("result", answer)["endpoints"]
    row = next(row for row in rows if row["name"] == f"planner-{unit}")
    return row["seen"]


def status_page():
    """Open disturbances on the status face, by endpoint."""
    return json.dumps(json.loads(world().track.get("/status.json")[1]).get("disturbances", []))


def trouble(name, words, fault=(4769, 9018), soon_s=1.0):
    """One that is there now: seen by the caller SOON_S after it began, told so by FAULT sooner than a patient endpoint gives up, with one of WORDS in the log, a disturbance in the status; the others hear nothing of it."""
    here = world()
    began = time.monotonic()
    code, first_s = testlib.wait_for(lambda: (lambda got: got if got[0] != (0, 0) else None)(ask(OWN)), soon_s + 20, f"{name}: a fault")
    soon = time.monotonic() - began
    for _ in range(4):
        code, spent_s = ask(OWN)
        testlib.equal(code, fault, f"{name}: fault")
        testlib.equal(spent_s < PATIENT_MS / 1000, True, f"{name}: after {spent_s:.2f} s")
        for unit in (OTHER, THIRD):
            testlib.equal(ask(unit)[0], (0, 0), f"{name}: {unit}")
    word = here.track.logged(endpoint=f"planner-{OWN}")[-1]["outcome"]
    testlib.equal(word in words, True, f"{name}: word {word}")
    testlib.wait_for(lambda: seen() in ("down", "ill"), 30, f"{name}: it is seen")
    known_s = time.monotonic() - began
    testlib.equal(f"planner-{OWN}" in status_page(), True, f"{name}: on the status page")
    testlib.note(f"{name}: the first call fails {soon:.2f} s after it began (that call took {first_s:.2f} s), {code[0]}/{code[1]} {word}; known to be down after {known_s:.1f} s")


def recovery(name):
    """From now on: answers, and no open disturbance after a while."""
    began = time.monotonic()
    testlib.wait_for(lambda: ask(OWN)[0] == (0, 0), 30, f"{name}: an answer")
    soon = time.monotonic() - began
    testlib.wait_for(lambda: seen() == "up", 60, f"{name}: it is seen to be up")
    testlib.equal([ask(OWN)[0] for _ in range(5)], [(0, 0)] * 5, f"{name}: calls afterwards")
    testlib.note(f"{name}: the first call is answered {soon:.2f} s after its end, seen to be up after {time.monotonic() - began:.1f} s")


def test_killed():
    """kill -9 of a plannerd, and its start."""
    planner = world().planners[OWN]
    testlib.equal([ask(unit)[0] for unit in (OWN, OTHER, THIRD)], [(0, 0)] * 3, "before")
    planner.kill()
    # The relay takes connections, and ends them: so does a machine behind a balancer.
    trouble("killed", ("refused", "tls", "reset"))
    planner.start()
    recovery("killed")


def give_time(timeout_ms):
    """How long the own Planner may take for an answer."""
    here = world()
    next(one for one in here.document["endpoints"] if one["name"] == f"planner-{OWN}")["timeout_ms"] = timeout_ms
    here.publish()


def test_halted():
    """A plannerd that stands still, and goes on."""
    planner = world().planners[OWN]
    give_time(TIMEOUT_MS)
    planner.process.send_signal(signal.SIGSTOP)
    try:
        trouble("halted", ("timeout", "limit"))
    finally:
        planner.process.send_signal(signal.SIGCONT)
        give_time(PATIENT_MS)
    recovery("halted")


def test_slowed():
    """A slow way to it: slower answers, all of them, and nobody calls it down."""
    world()
    STATE["relay"].mode = "slow"
    took = []
    for number in range(6):
        code, spent_s = ask(OWN, number)
        testlib.equal(code, (0, 0), "an answer")
        took.append(spent_s)
    STATE["relay"].mode = "well"
    testlib.note(f"slowed: {min(took):.2f} to {max(took):.2f} s, seen {seen()}")
    testlib.equal(max(took) > 0.35, True, "slower")
    recovery("slowed")


def test_corrupted():
    """Bytes that change on the way: TLS sees it, nothing of it passes."""
    world()
    STATE["relay"].mode = "corrupt"
    try:
        trouble("corrupted", ("tls", "reset", "cut"))
    finally:
        STATE["relay"].mode = "well"
    recovery("corrupted")


def replace_certificate(pair):
    """Another certificate for the own plannerd; read on SIGHUP."""
    here = world()
    for source, kind in zip(pair, ("crt", "key")):
        path = here.folder / f"planner-0.{kind}"
        shutil.copy(source, path)
        path.chmod(0o600)
    here.planners[OWN].process.send_signal(signal.SIGHUP)


def test_expired():
    """Its certificate expires while connections are kept: noticed when their life is over; renewed: at once."""
    here = world()
    here.planners[OWN].expected_alarms = (*here.planners[OWN].expected_alarms, "certificate", "expire")
    replace_certificate(here.expired("late"))
    try:
        trouble("expired", ("certificate",), soon_s=LIFE_S)
    finally:
        replace_certificate(here.certificates.server)
    recovery("expired")


def test_overloaded():
    """One that says that it is busy is alive: its word is passed on, it is not taken out, and nothing is opened against it."""
    here = world()
    here.peer.mode = "fault-990012"
    for _ in range(20):
        testlib.equal(ask(THIRD)[0][0], 990012, "its own fault")
    answer = here.track.control("health")
    row = next(row for row in answer.get("result", answer)["endpoints"] if row["name"] == "peer")
    testlib.equal(row["seen"] in ("up", "busy"), True, f"seen {row}")
    testlib.equal('"peer"' in status_page(), False, "no disturbance")
    here.peer.mode = "well"
    testlib.equal(ask(THIRD)[0], (0, 0), "an answer")


class Killer(threading.Thread):
    """Kills a plannerd and starts it, again and again."""

    def __init__(self, planner, n_rounds):
        super().__init__(daemon=True)
        self.planner, self.n_rounds, self.problem = planner, n_rounds, None

    def run(self):
        generator = testlib.generator()
        try:
            for _ in range(self.n_rounds):
                time.sleep(generator.uniform(0.2, 0.8))
                self.planner.kill()
                self.planner.start()
        except Exception as error:  # pylint: disable=broad-except
            self.problem = error


def insist(text, url):
    """Sends the same request until it is answered by something else than 4769 or 9303; as callers are told to."""
    headers = {"x-requestId": str(uuid.uuid4())}
    for n_sent in range(1, 200):
        reply = world().call(text.encode(), url=url, headers=headers)
        if reply.fault not in (4769, 9303, 990012, 990034, 990013):
            return reply, n_sent
        time.sleep(0.1)
    raise AssertionError("never answered")


def test_each_booking_is_made_once():
    """Citizens book while their plannerd is killed again and again; whoever gets 4769 repeats the same request: each has one booking in the end."""
    here = world()
    planner, url = here.planners[OWN], here.track.plain_url
    start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=3)
    times = (f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{start + datetime.timedelta(days=4):%Y-%m-%dT%H:%M:%SZ}")
    option = here.call(list_options(OWN, testlib.cpr(1)), url=url).element("InterviewOptionIdentifier")
    before = planner.count("SELECT count(*) FROM booking")
    killer = Killer(planner, testlib.budget("track-trouble"))
    killer.start()
    n_citizens = n_repeated = 0
    while killer.is_alive() or n_citizens == 0:
        cpr = testlib.cpr(3000 + n_citizens)
        insist(list_options(OWN, cpr).decode(), url)
        slots = insist(message("GetSelfbookTimeslots", cpr=cpr, offer=option, from_time=times[0], to_time=times[1]), url)[0]
        slot = slots.element("StartTime")
        worker = slots.element("CaseWorkerIdentifier")
        details = insist(message("GetBookingDetails", cpr=cpr, offer=option, start=slot, worker=worker, contact=1), url)[0]
        reservation = details.element("ReservationIdentifier")
        testlib.equal(reservation is not None, True, f"a reservation: {details.text}")
        created, n_sent = insist(message("CreateBooking", cpr=cpr, contact=1, reservation=reservation), url)
        testlib.equal(created.status, 200, f"a booking: {created.text}")
        n_citizens, n_repeated = n_citizens + 1, n_repeated + (n_sent > 1)
    killer.join()
    testlib.equal(killer.problem, None, "the killing")
    testlib.note(f"{n_citizens} citizens booked, {n_repeated} of them by a repeated request")
    testlib.equal(planner.count("SELECT count(*) FROM booking") - before, n_citizens, "bookings")


def test_last_stop():
    """A clean end of all."""
    world().__exit__(None, None, None)


testlib.run(globals())
