# SPDX-License-Identifier: EUPL-1.2
# A canary between two Planners: who goes where, that it stays so over restarts and changes, and what the guard does and does not.
# Also tests: track-canary, track-decide.

import json
import signal

import testlib
from track_world import Peer, TrackWorld, list_options, request

UNIT = "46100"
N_CITIZENS = testlib.budget("track-canary")
STATE = {}


def world():
    """UNIT at `peer`, and `candidate` beside it."""
    if not STATE:
        here = STATE["world"] = TrackWorld([], [UNIT]).__enter__()
        STATE["candidate"] = Peer(here.certificates, [UNIT], "candidate")
        here.document["endpoints"].append(here.endpoint("candidate", STATE["candidate"].url))
        here.publish()
    return STATE["world"]


def publish(permille=None, is_disjoint=True, endpoint="peer"):
    """UNIT at ENDPOINT, with or without a share for the candidate."""
    here = world()
    row = here.document["units"][0]
    row["endpoint"] = endpoint
    row.pop("canary", None)
    if permille is not None:
        row["canary"] = {"endpoint": "candidate", "permille": permille, "is_disjoint": is_disjoint}
    here.publish()


def place(number):
    """Calls as the citizen NUMBER; 'peer' or 'candidate': who was asked, once."""
    here = world()
    peers = {"peer": here.peer, "candidate": STATE["candidate"]}
    before = {name: len(peer.calls) for name, peer in peers.items()}
    here.call(list_options(UNIT, testlib.cpr(number)), url=here.track.plain_url)
    asked = [name for name, peer in peers.items() for _ in range(len(peer.calls) - before[name])]
    testlib.equal(len(asked), 1, f"asked {asked}")
    return asked[0]


def places(first, n_citizens=None):
    """Where so many citizens from FIRST on go."""
    return [place(first + number) for number in range(n_citizens or N_CITIZENS)]


def register(number):
    """A booking of the citizen NUMBER, made for UNIT."""
    body = request("RegisterBooking", PersonCivilRegistrationIdentifier=testlib.cpr(number), JobCenterCode=UNIT)
    return world().call(body, url=world().track.plain_url).element("BookingIdentifier")


def issuer(booking):
    """Who is asked for BOOKING, by somebody whom nobody knows."""
    here = world()
    before = len(here.peer.calls)
    here.call(request("AcceptBooking", PersonCivilRegistrationIdentifier=testlib.cpr(90000), BookingIdentifier=booking), url=here.track.plain_url)
    return "peer" if len(here.peer.calls) > before else "candidate"


def test_only_where_it_is_declared():
    """Without the declaration that no advisor is in both, nobody is sent to the candidate."""
    publish(1000, is_disjoint=False)
    testlib.equal(set(places(0, 20)), {"peer"}, "without the declaration")
    publish()
    testlib.equal(set(places(20, 20)), {"peer"}, "without a canary")


def test_who_was_there_stays():
    """Citizens who called before are not drawn, whatever the share; new ones are."""
    publish(1000)
    testlib.equal(set(places(0, 40)), {"peer"}, "who called before")
    testlib.equal(set(places(100, 20)), {"candidate"}, "who is new")


def test_a_choice_sticks():
    """Half of the new ones are drawn, by no order of theirs; each stays over calls, other shares, no share at all, a restart and kill -9; so do bookings with who issued them."""
    publish(500)
    first = places(1000)
    share = first.count("candidate") / len(first)
    testlib.note(f"{share:.2f} of {len(first)} citizens at the candidate for a share of 0.5")
    testlib.equal(0.2 < share < 0.8, True, f"share {share}")
    bookings = {register(1000 + number): where for number, where in enumerate(first[:20])}
    for permille in (500, 0, 1000, None):
        publish(permille)
        testlib.equal(places(1000), first, f"with {permille} thousandths")
        testlib.equal({booking: issuer(booking) for booking in bookings}, bookings, "issuers of the bookings")
    for how in (signal.SIGTERM, signal.SIGKILL):
        world().track.process.send_signal(how)
        world().track.process.wait()
        world().track.start()
        testlib.wait_for(lambda: world().track.get("/health/ready")[0] == 200, 20, "it is back")
        testlib.equal(places(1000), first, "after a restart")
    publish(500)


def test_the_guard():
    """A candidate that fails: the guard trips, and new citizens go to the other; whoever was drawn stays with the candidate, also while it fails, his bookings too, over a restart; a person starts it again."""
    here, candidate = world(), STATE["candidate"]
    publish(1000)
    drawn = places(5000, 10)
    testlib.equal(set(drawn), {"candidate"}, "drawn")
    booking = register(5000)
    testlib.equal(issuer(booking), "candidate", "whose booking it is")
    candidate.mode = "fault-990013"

    def state():
        answer = here.track.control("canary", "status")
        return answer.get("result", answer)["canaries"][0]["state"]

    number = 6000
    while state() == "running" and number < 6200:
        place(number)
        number += 1
    testlib.note(f"tripped after {number - 6000} failing calls")
    testlib.equal(state(), "tripped", "state")
    testlib.equal("tripped" in here.track.log_text(), True, "told in the log")
    testlib.equal(set(places(7000, 20)), {"peer"}, "who is new")
    testlib.equal(places(5000, 10), drawn, "who was drawn")
    testlib.equal(issuer(booking), "candidate", "the booking")
    here.track.stop()
    here.track.start()
    testlib.wait_for(lambda: here.track.get("/health/ready")[0] == 200, 20, "it is back")
    testlib.equal((state(), set(places(7100, 10)), places(5000, 10)), ("tripped", {"peer"}, drawn), "after a restart")
    candidate.mode = "well"
    testlib.equal(set(places(7200, 10)), {"peer"}, "of itself it does not begin again")
    here.track.control("canary", "start", UNIT, "--reason", "it is mended")
    testlib.equal((state(), set(places(7300, 10))), ("running", {"candidate"}), "started by a person")


def test_the_switch():
    """The unit is switched to the candidate as a whole: new citizens go there, bookings of the old Planner to the old Planner."""
    publish()
    booking = register(8000)
    publish(endpoint="candidate")
    testlib.equal(set(places(8100, 10)), {"candidate"}, "who is new")
    testlib.equal(issuer(booking), "peer", "a booking made before")


def test_last_stop():
    """A clean end; no call went to a Planner of another unit."""
    here = world()
    testlib.equal((here.peer.wrong, STATE["candidate"].wrong), ([], []), "calls at the wrong Planner")
    testlib.equal(json.dumps(here.track.control("canary", "status")).count(testlib.cpr(5000)), 0, "a citizen is told")
    here.__exit__(None, None, None)


testlib.run(globals())
