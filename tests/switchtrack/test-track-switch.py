# SPDX-License-Identifier: EUPL-1.2
# Units that are switched while calls come, what was learned over kill -9, all municipalities, and zeep through the gateway.
# Also tests: track-gateway.

import concurrent.futures
import csv
import datetime
import random
import signal
import threading
import time
import uuid

import requests
import zeep

import testlib
import track_world
from track_world import Peer, TrackWorld, list_options, request

OWN, OTHER, THIRD = "89000", "11100", "46100"
CPR = testlib.cpr(1)


def by_booking(operation, booking, citizen=CPR):
    """A call that carries a booking and no code."""
    return request(operation, PersonCivilRegistrationIdentifier=citizen, BookingIdentifier=booking)


def registered(world, code, citizen=CPR):
    """A booking that the Planner of CODE issued."""
    return world.call(request("RegisterBooking", PersonCivilRegistrationIdentifier=citizen, JobCenterCode=code)).element("BookingIdentifier")


def test_learned_outlives_kill():
    """Whoever issued something is known after kill -9 at any moment, if its caller got the answer."""
    generator = testlib.generator()
    with TrackWorld([], [THIRD]) as world:
        bookings = []
        for _ in range(testlib.budget("track-kills")):
            stop_at = time.monotonic() + generator.uniform(0.05, 0.4)
            while time.monotonic() < stop_at:
                bookings.append(registered(world, THIRD, testlib.cpr(len(bookings))))
            world.track.process.send_signal(signal.SIGKILL)
            world.track.process.wait()
            world.track.start()
            testlib.wait_for(lambda: world.track.get("/health/ready")[0] == 200, 20, "switchtrackd is back")
        testlib.note(f"{len(bookings)} bookings over {testlib.budget('track-kills')} kills")
        stranger = testlib.cpr(5000)
        for booking in bookings[-200:]:
            testlib.equal(world.call(by_booking("CancelBooking", booking, stranger)).status, 200, "known")


class Load:
    """Callers that ask for UNIT all the time, each call checked by the peer that it came to."""

    def __init__(self, world, unit, n_callers=4):
        self.world, self.unit = world, unit
        self.stopping = threading.Event()
        self.results, self.lock = [], threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(index,)) for index in range(n_callers)]

    def run(self, index):
        """One caller, on a connection that is kept."""
        session = requests.Session()
        number = 0
        while not self.stopping.is_set():
            number += 1
            body = list_options(self.unit, testlib.cpr(index * 100000 + number))
            reply = session.post(self.world.track.plain_url, body, headers={"Content-Type": "text/xml; charset=utf-8"}, timeout=20)
            with self.lock:
                self.results.append(reply.status_code)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *details):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def test_switch_under_load():
    """A unit goes to and fro between two Planners under load: no call is lost, each is answered by one of them, and no other unit's."""
    with TrackWorld([], [THIRD]) as world:
        candidate = Peer(world.certificates, [THIRD], "candidate")
        bystander = Peer(world.certificates, [OTHER], "bystander")
        world.document["endpoints"] += [world.endpoint("candidate", candidate.url), world.endpoint("bystander", bystander.url)]
        world.document["units"].append({"code": OTHER, "endpoint": "bystander"})
        world.publish()
        booking = registered(world, THIRD)
        with Load(world, THIRD) as load, Load(world, OTHER, 2) as beside:
            for number in range(6):
                time.sleep(0.4)
                world.document["units"][0]["endpoint"] = "peer" if number % 2 else "candidate"
                world.publish()
                # From the moment at which it is in force, nobody new goes to the old one.
                old = candidate if number % 2 else world.peer
                testlib.wait_for(lambda old=old: not world_is_busy(old), 5, "the old Planner rests")
                testlib.equal(world.call(by_booking("AcceptBooking", booking)).status, 200, "the booking's issuer")
        testlib.note(f"{len(load.results)} calls of the unit, {len(beside.results)} beside")
        testlib.equal(set(load.results) | set(beside.results), {200}, "every call was answered")
        testlib.equal(len(load.results) > 6, True, "there was load")
        testlib.equal(world.peer.wrong + candidate.wrong + bystander.wrong, [], "calls at the wrong Planner")
        total = sum(len([call for call in peer.calls if call[0].startswith("Get")]) for peer in (world.peer, candidate, bystander))
        testlib.equal(total, len(load.results) + len(beside.results), "each call came to one Planner once")
        testlib.equal(len([call for call in candidate.calls if call[0] == "AcceptBooking"]), 0, "bookings stay with their issuer")


def test_planned_switch_under_load():
    """A unit's row begins by itself under load, and is rolled back by hand: no call is lost, none comes to a Planner before its time."""
    with TrackWorld([], [THIRD], {"people/approvers": "root"}) as world:
        candidate = Peer(world.certificates, [THIRD], "candidate")
        world.document["endpoints"].append(world.endpoint("candidate", candidate.url))
        world.publish()
        begins = int(time.time()) + 4
        instant = datetime.datetime.fromtimestamp(begins, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        world.document["units"] = [
            {"code": THIRD, "endpoint": "peer", "until": instant},
            {"code": THIRD, "endpoint": "candidate", "from": instant},
        ]
        world.publish()
        with Load(world, THIRD) as load:
            # Counted first: on a machine that stands still between the two, the other way round would be too late.
            early, n_calls = 0, len(candidate.calls)
            while time.time() < begins - 0.2:
                early = n_calls
                time.sleep(0.05)
                n_calls = len(candidate.calls)
            time.sleep(max(0, begins - time.time()) + 0.1)
            testlib.wait_for(lambda: not world_is_busy(world.peer), 5, "the old Planner rests")
            testlib.wait_for(lambda: len(candidate.calls) > 0, 60, "the new one is asked")
            world.track.control("rollback", "--reason", "fejl")
            testlib.wait_for(lambda: not world_is_busy(candidate), 5, "the new Planner rests")
            before = len(world.peer.calls)
            testlib.wait_for(lambda: len(world.peer.calls) > before, 5, "the old one is asked again")
        testlib.note(f"{len(load.results)} calls")
        testlib.equal(early, 0, "calls at the new Planner before its time")
        testlib.equal(set(load.results), {200}, "every call was answered")
        total = sum(len([call for call in peer.calls if call[0].startswith("Get")]) for peer in (world.peer, candidate))
        testlib.equal(total, len(load.results), "each call came to one Planner once")


def now_text():
    """The present second, as documents have it; the next one has begun when this returns."""
    instant = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(seconds=1)
    time.sleep(1.05)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_drain_move_and_return():
    """A unit leaves a Planner that drains, takes its bookings along, and comes back without them: every booking is where it is."""
    with TrackWorld([], [THIRD]) as world:
        candidate = Peer(world.certificates, [THIRD], "candidate")
        world.document["endpoints"].append(world.endpoint("candidate", candidate.url))
        world.publish()
        both = (world.peer, candidate)

        def goes_to(booking):
            """Who is asked for BOOKING."""
            before = [len(peer.calls) for peer in both]
            testlib.equal(world.call(by_booking("AcceptBooking", booking, testlib.cpr(7000))).status, 200, "answered")
            return [peer.name for peer, number in zip(both, before) if len(peer.calls) > number]

        first = registered(world, THIRD)
        left = now_text()
        old, new = {"code": THIRD, "endpoint": "peer", "until": left}, {"code": THIRD, "endpoint": "candidate", "from": left}
        world.document["endpoints"][0]["state"] = "drain"
        world.document["units"] = [old, new]
        world.publish()
        second = registered(world, THIRD, testlib.cpr(2))
        testlib.equal((goes_to(first), goes_to(second)), (["peer"], ["candidate"]), "while it drains")

        moved = now_text()
        old["until"] = new["from"] = moved
        new["takes_over"] = ["peer"]
        world.publish()
        testlib.equal((goes_to(first), goes_to(second)), (["candidate"], ["candidate"]), "when its bookings were migrated")

        back = now_text()
        world.document["endpoints"][0]["state"] = "active"
        new["until"] = back
        world.document["units"].append({"code": THIRD, "endpoint": "peer", "from": back})
        world.publish()
        third = registered(world, THIRD, testlib.cpr(3))
        found = [goes_to(booking) for booking in (first, second, third)]
        testlib.equal(found, [["candidate"], ["candidate"], ["peer"]], "when it came back without them")
        world.track.stop()
        world.track.start()
        testlib.wait_for(lambda: world.track.get("/health/ready")[0] == 200, 20, "switchtrackd is back")
        testlib.equal([goes_to(booking) for booking in (first, second, third)], found, "after a restart")


def world_is_busy(peer):
    """Whether a call comes to PEER within a moment."""
    before = len(peer.calls)
    time.sleep(0.2)
    return any(call[0].startswith("Get") for call in peer.calls[before:])


def municipalities():
    """Name and jobcenter code of every municipality, as the tree has them."""
    with open(testlib.SOURCE / "data" / "municipalities.csv", encoding="utf-8") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter=","))


def test_all_municipalities():
    """Ninety-eight municipalities over three Planners, some by an alias, sub-centres by their main centre: each where it belongs."""
    rows = municipalities()
    testlib.equal(len(rows), 98, "municipalities")
    generator = testlib.generator()
    with TrackWorld() as world:
        peers = [world.peer, Peer(world.certificates, (), "second"), Peer(world.certificates, (), "third")]
        names = ["peer", "second", "third"]
        world.document["endpoints"] = [world.endpoint(name, peer.url) for name, peer in zip(names, peers)]
        codes = [f"{100 + index:03}00" for index in range(len(rows))]
        owner = {}
        units = world.document["units"] = []
        for index, code in enumerate(codes):
            if index % 9 == 8:
                units.append({"code": code, "alias_of": codes[index - 1], "name": rows[index]["name"]})
                owner[code] = owner[codes[index - 1]]
            else:
                owner[code] = generator.randrange(3)
                units.append({"code": code, "endpoint": names[owner[code]], "name": rows[index]["name"]})
        world.publish()
        asked = codes + [code[:3] + f"{generator.randrange(1, 100):02}" for code in codes]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(lambda code: world.call(list_options(code, CPR), url=world.track.plain_url), asked))
        testlib.equal({reply.status for reply in replies}, {200}, "answers")
        for index, peer in enumerate(peers):
            wanted = sorted(code for code in asked if owner[code[:3] + "00"] == index)
            testlib.equal(sorted(call[1] for call in peer.calls), wanted, f"codes at {names[index]}")


def test_registry_gone():
    """The database of the registry is destroyed: what was in force is served on, over a restart too."""
    with TrackWorld([], [THIRD]) as world:
        testlib.equal(world.call(list_options(THIRD, CPR)).status, 200, "before")
        testlib.wait_for(world.track.registry.with_name("registry.db.last-good").exists, 60, "there is a copy")
        world.track.stop()
        world.track.registry.write_bytes(b"no database at all" * 1000)
        for ending in ("-wal", "-shm"):
            world.track.registry.with_name(world.track.registry.name + ending).unlink(missing_ok=True)
        world.track.start()
        testlib.equal(world.call(list_options(THIRD, CPR)).status, 200, "after")
        testlib.equal("registry-unreadable" in world.track.log_text(), True, "alarm in the log")


def test_zeep():
    """A caller with a stack of its own books at two Planners through the gateway, and each booking stays where it was made."""
    with TrackWorld([OWN, OTHER]) as world:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(world.certificates.authority[0])
        session.cert = tuple(map(str, world.certificates.client("dfdg")))
        client = zeep.Client(world.track.url + "?wsdl", transport=zeep.transports.Transport(session=session, operation_timeout=20))
        for port in ("ExternalBookingServiceSoap", "ExternalBookingServiceSoap12"):
            service = client.bind("ExternalBookingService", port)
            for unit in (OWN, OTHER):
                book(world, service, unit, testlib.cpr({OWN: 10, OTHER: 20}[unit] + len(port)))
        how = {line["how"] for line in world.track.logged(outcome="ok")}
        testlib.equal(how >= {"exact", "option", "reservation", "booking"}, True, f"ways {how}")


def book(world, service, unit, cpr):
    """One citizen from the offers to the cancellation; the booking is in the database of the right plannerd alone."""
    citizen = {"PersonCivilRegistrationIdentifier": cpr}
    options = service.GetSelfbookInterviewOptions(**citizen, JobCenterCode=unit, ContactGroupTypeIdentifier=1)
    option = options[0].InterviewOptionIdentifier
    start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=2)
    times = service.GetSelfbookTimeslots(
        **citizen,
        InterviewOptionID=option,
        BookingOptionIntervalStartTime=start,
        BookingOptionIntervalEndTime=start + datetime.timedelta(days=3),
    )
    slot = times.TimeslotCollection.Timeslot[0]
    details = service.GetBookingDetails(
        **citizen,
        InterviewOptionID=option,
        BookingStartTime=slot.StartTime,
        CaseWorkerIdentifier=slot.CaseWorkerToBook.CaseWorkerIdentifier,
        InterviewContactTypeIdentifier=1,
    )
    created = service.CreateBooking(
        **citizen, InterviewContactTypeIdentifier=1, ReservationIdentifier=details.ReservationIdentifier
    )
    booking = getattr(created, "BookingDetails", created).BookingIdentifier
    for other, planner in world.planners.items():
        testlib.equal(planner.count("SELECT count(*) FROM booking WHERE identifier = ?", booking), int(other == unit), f"at {other}")
    service.CancelBooking(**citizen, BookingIdentifier=booking)


if __name__ == "__main__":
    testlib.run(globals())
