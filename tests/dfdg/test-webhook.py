# SPDX-License-Identifier: EUPL-1.2
# Pushed messages on the real program: what each is answered, what is stored of it, and what is not told anywhere.
# Also tests: webhook-wsb, planner-webhook-route, op-shared-write.
"""No DFDG is there: the messages are kept, and wait."""

import http.client
import json
import pathlib
import sqlite3
import threading
import time
import uuid

import testlib
from planner_process import Caller, Municipality, PlannerProcess

SAMPLE = (pathlib.Path(__file__).parent / "indkaldelse-wsb-t3.txt").read_text(encoding="utf-8")
PATH = "/wsb/v1"
N_CLIENTS = 6
N_CROWD = 300
ALARMS = ("event=wsb-wrong-environment", "event=wsb-no-message", "event=wsb-not-stored")


def new_planner(**settings):
    """plannerd of environment T3, whose DFDG is nowhere."""
    callers = [Caller("dfdg", roles="dfdg"), Caller("user", roles="indkalder;kss"), Caller("plain", roles="dfdg", plain=True)]
    settings = {"dfdg-client demo/environment": "T3"} | {key.replace("__", "/"): value for key, value in settings.items()}
    return PlannerProcess(Municipality().jobcenter("89000", n_advisors=1), callers, settings=settings, expected_alarms=ALARMS)


def message(cpr, message_id=None, **members):
    """A message as DFDG pushes them, in two documents; a member that is None is left out."""
    header = json.loads(SAMPLE.split("\n")[0])
    header |= {"BeskedIdentifier": message_id or str(uuid.uuid4()), "Identifikation": cpr, "EksternIdentifier": str(uuid.uuid4())}
    header |= members
    return json.dumps({key: value for key, value in header.items() if value is not None or key == "VersionIdentifier"}) + '\n\n{"Indkaldelsehaendelsestype":3}'


class Pusher:
    """DFDG's connection: one at a time, kept open."""

    def __init__(self, planner, name="dfdg"):
        self.connection = http.client.HTTPSConnection("127.0.0.1", planner.tls_port, context=planner.certificates.context(name), timeout=60)

    def push(self, body, method="POST", path=PATH, **headers):
        """(status, headers, text)."""
        data = body.encode("utf-8") if isinstance(body, str) else body
        head = {"Content-Type": "application/json"} | {key.replace("_", "-"): value for key, value in headers.items()}
        self.connection.request(method, path, data, head)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def close(self):
        """Closes it."""
        self.connection.close()


def assert_true(condition, what):
    """Fails with WHAT."""
    testlib.equal(bool(condition), True, what)


def status(pusher, body, **more):
    """The status alone."""
    return pusher.push(body, **more)[0]


def test_answers():
    """Each message and its answer."""
    with new_planner() as planner:
        pusher = Pusher(planner)
        cpr = testlib.cpr(1)
        first = message(cpr)
        testlib.equal(status(pusher, SAMPLE), 200, "the sample as it is printed")
        testlib.equal(status(pusher, first), 200, "a message")
        testlib.equal(status(pusher, first), 200, "the same again")
        testlib.equal(status(pusher, message(cpr, EntitetstypeId=12, EntitetstypeNavn="Ukendt")), 200, "of a type nobody takes")
        testlib.equal(status(pusher, message(cpr), Content_Type="text/plain"), 200, "with another media type")
        testlib.equal(status(pusher, message("ikke et nummer")), 200, "about nobody we can tell")
        for astray in ({"Miljoe": "P"}, {"Miljoe": None}, {"Miljoe": 7}):
            code, headers, text = pusher.push(message(cpr, **astray))
            testlib.equal((code, headers["Retry-After"]), (503, None), f"of another environment: {astray}")
            assert_true("environment" in text, text)
        for broken in ("", "{", "[]", "{}", "hej", '{"BeskedIdentifier":null}', b"\xff", SAMPLE[:200]):
            testlib.equal(status(pusher, broken), 400, f"no message: {broken[:20]}")
        testlib.equal(status(pusher, first, Content_Encoding="gzip"), 415, "packed")
        code, headers, _ = pusher.push("", method="GET")
        testlib.equal((code, headers["Allow"]), (405, "POST"), "asked with GET")
        testlib.equal(status(pusher, first, path="/wsb/v2"), 404, "elsewhere")
        user = Pusher(planner, "user")
        testlib.equal(status(user, message(cpr)), 403, "from somebody else")
        user.close()
        pusher.close()
        rows = planner.query("SELECT message_id, state, entity_type, external_id, hint, carrier FROM dfdg_event ORDER BY event_id")
        testlib.equal(len(rows), 5, "messages that are kept")
        testlib.equal(rows[0], ("xxxxxxxx-b4a7-44c7-9a30-8e89f52e575d", "new", 90000, "xxxxxxxx-54a7-4f3b-9b81-dd2661e45600", 3, "wsb"), "the sample")
        testlib.equal([row[1] for row in rows], ["new", "new", "unknown", "new", "new"], "states")
        testlib.equal(planner.count("SELECT count(*) FROM dfdg_event WHERE citizen_id IS NULL"), 1, "of nobody")
        log = planner.log.read_text(encoding="utf-8")
    for event in ("wsb-wrong-environment", "wsb-no-message", "wsb-unknown-type"):
        assert_true(f"event={event}" in log, f"{event} is in the log")
    assert_true(cpr not in log and "1111111111" not in log and "firma.example" not in log, "no content in the log")


def test_not_set_up():
    """A municipality without an environment takes no messages, and loses none."""
    with new_planner(**{"dfdg-client demo__environment": ""}) as planner:
        pusher = Pusher(planner)
        testlib.equal(status(pusher, message(testlib.cpr(1))), 503, "without an environment of ours")
        pusher.close()
        testlib.equal(planner.count("SELECT count(*) FROM dfdg_event"), 0, "messages that are kept")


def test_busy():
    """While nothing can be stored DFDG is told to come again, and afterwards all is taken; nothing is lost or doubled."""
    with new_planner() as planner:
        pusher = Pusher(planner)
        body = message(testlib.cpr(1))
        testlib.equal(status(pusher, body), 200, "before")
        other = message(testlib.cpr(2))
        lock = sqlite3.connect(planner.database, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        code, headers, _ = pusher.push(other)
        testlib.equal(code, 503, "while the database is locked")
        assert_true(int(headers["Retry-After"]) > 0, "Retry-After")
        lock.execute("ROLLBACK")
        lock.close()
        testlib.wait_for(lambda: status(pusher, other) == 200, 60, "it is taken")
        pusher.close()
        testlib.equal(planner.count("SELECT count(*) FROM dfdg_event"), 2, "messages that are kept")


def test_crowd():
    """More at once than are held: each is answered 200 or told when to come again, citizens' calls go on, and in the end all are kept."""
    ids = [str(uuid.uuid4()) for _ in range(N_CROWD)]
    with new_planner() as planner:
        left, refused = set(range(N_CROWD)), []

        def push(number):
            pusher = Pusher(planner)
            code, headers, _ = pusher.push(message(testlib.cpr(number), ids[number]))
            pusher.close()
            if code == 200:
                left.discard(number)
            else:
                refused.append((code, headers["Retry-After"]))

        while left:
            threads = [threading.Thread(target=push, args=(number,)) for number in sorted(left)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        testlib.note(f"{len(refused)} were told to come again")
        testlib.equal([code for code, after in refused if code != 503 or not after], [], "other answers")
        testlib.equal(planner.count("SELECT count(*) FROM dfdg_event"), N_CROWD, "messages that are kept")


def push_many(planner, numbers, ids, codes):
    """One client's messages; all of its answers."""
    pusher = Pusher(planner)
    for number in numbers:
        codes.append(status(pusher, message(testlib.cpr(number), ids[number])))
    pusher.close()


def run_clients(planner, ids):
    """Statuses and seconds of all messages, pushed by several clients."""
    codes = [[] for _ in range(N_CLIENTS)]
    threads = [threading.Thread(target=push_many, args=(planner, range(i, len(ids), N_CLIENTS), ids, codes[i])) for i in range(N_CLIENTS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [code for one in codes for code in one], time.monotonic() - started


def test_many_at_once():
    """Several clients: every 200 is durable, and pushing all of it again adds nothing."""
    ids = [str(uuid.uuid4()) for _ in range(testlib.budget("wsb-pushes"))]
    with new_planner() as planner:
        codes, seconds = run_clients(planner, ids)
        testlib.equal(set(codes), {200}, "answers")
        print(f"# {len(ids) / seconds:.0f} messages a second")
        again, seconds = run_clients(planner, ids)
        print(f"# {len(ids) / seconds:.0f} repeated ones a second")
        testlib.equal(set(again), {200}, "answers to the same again")
        testlib.equal(planner.count("SELECT count(*) FROM dfdg_event"), len(ids), "messages that are kept")
        held = {row[0] for row in planner.query("SELECT message_id FROM dfdg_event")}
    testlib.equal(held, set(ids), "which they are")


def test_killed():
    """Whatever was answered 200 is there after kill -9 in the middle of it."""
    ids = [str(uuid.uuid4()) for _ in range(400)]
    taken = []
    with new_planner() as planner:

        def push():
            try:
                pusher = Pusher(planner)
                for number, message_id in enumerate(ids):
                    if status(pusher, message(testlib.cpr(number % 20), message_id)) == 200:
                        taken.append(message_id)
            except (OSError, http.client.HTTPException):
                pass  # that is the moment

        thread = threading.Thread(target=push)
        thread.start()
        testlib.wait_for(lambda: len(taken) > 100, 60, "a hundred answers")
        planner.kill()
        thread.join()
        planner.start()
        held = {row[0] for row in planner.query("SELECT message_id FROM dfdg_event")}
        assert_true(set(taken) <= held, "all that was answered is kept")
        pusher = Pusher(planner)
        for number, message_id in enumerate(ids):
            testlib.equal(status(pusher, message(testlib.cpr(number % 20), message_id)), 200, "sent again")
        pusher.close()
        testlib.equal(planner.count("SELECT count(*) FROM dfdg_event"), len(ids), "messages in the end")


testlib.run(globals())
