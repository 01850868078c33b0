# SPDX-License-Identifier: EUPL-1.2
# What is wrong with the gateway itself: who is told, what page, JSON and metrics say, and that calls go on.
# Also tests: track-self, track-standby, track-watch-alarm, track-watch-attach, track-reopen.

import contextlib
import datetime
import http.server
import json
import os
import shutil
import signal
import sqlite3
import threading
import time

import testlib
from track_world import Peer, TrackWorld, list_options, request

UNIT = "46100"
CPR = testlib.cpr(11)
SETTINGS = {"escalation/steps": "0:webhook"}
SHIFT = testlib.BUILD / "tests" / "upgrade" / "libshift-clock.so"


class Hook(http.server.ThreadingHTTPServer):
    """A webhook that takes all, unless `refuses` says otherwise."""

    def __init__(self):
        hook = self
        self.taken, self.n_refused, self.refuses = [], 0, False

        class Handler(http.server.BaseHTTPRequestHandler):
            """One delivery."""

            def do_POST(self):  # pylint: disable=invalid-name
                """Taken."""
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.n_refused += hook.refuses
                if not hook.refuses:
                    hook.taken.append(message)
                self.send_response(503 if hook.refuses else 204)
                self.end_headers()

            def log_message(self, *arguments):  # pylint: disable=arguments-differ
                """Silent."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def alarms(self, name, event="alarm"):
        """Deliveries of the alarm NAME, by themselves or joined with others."""
        every = [message for one in self.taken for message in one.get("messages", [one])]
        return [one for one in every if one["event"] == event and one["alarm"] == name]


@contextlib.contextmanager
def opened(**more):
    """A world with a webhook for the operator, whose program can be told that time has passed."""
    hook = Hook()
    world = TrackWorld([], [UNIT], {**SETTINGS, "escalation/webhooks": hook.url, **more})
    passed = world.folder / "passed"
    passed.write_text("0", encoding="utf-8")
    world.track.environment |= {"LD_PRELOAD": str(SHIFT), "PLANNER_TEST_PASSED_FILE": str(passed)}
    with world as here:
        yield here, hook
    hook.shutdown()


def status(here):
    """The JSON of the status."""
    return json.loads(here.track.get("/status.json")[1])


def go_on(here, by_s):
    """BY_S seconds have passed, for the program."""
    passed = here.folder / "passed"
    moved = passed.with_suffix(".new")
    moved.write_text(str(int(passed.read_text(encoding="utf-8")) + by_s), encoding="utf-8")
    moved.replace(passed)


def raised(here):
    """Names of the alarms of the moment."""
    return sorted(one["name"] for one in status(here)["alarms"])


def told(here, hook, name, danish, english):
    """The alarm NAME comes by webhook, stands in the JSON and in both pages, and counts."""
    testlib.wait_for(lambda: name in raised(here), 30, f"{name} is raised")
    # What is told is written every two seconds.
    go_on(here, 3)
    testlib.wait_for(lambda: hook.alarms(name), 30, f"the webhook gets {name}")
    testlib.equal([one["name"] for one in status(here)["alarms"] if one["name"] == name], [name], "in the JSON")
    for language, words in (("da", danish), ("en", english)):
        page = here.track.get(f"/status?lang={language}")[1]
        if words not in page:
            raise AssertionError(f"the page in {language} does not say {words!r}: {page}")
    if "switchtrack_alarm 1\n" not in here.track.get("/metrics")[1]:
        raise AssertionError("the metric does not tell")
    testlib.equal(len(hook.alarms(name)), 1, f"deliveries of {name}")


def run_sql(path, *statements):
    """From outside, as a full disk would: by triggers that refuse."""
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_canary():
    """A candidate that fails: the guard stops it, the ladder tells, and the page says who, when, why, in both languages."""
    with opened() as (here, hook):
        candidate = Peer(here.certificates, [UNIT], "candidate")
        here.document["endpoints"].append(here.endpoint("candidate", candidate.url))
        here.document["units"][0]["canary"] = {"endpoint": "candidate", "permille": 1000, "is_disjoint": True}
        here.publish()
        row = status(here)["canaries"][0]
        testlib.equal((row["unit"], row["endpoint"], row["permille"], row["state"]), (UNIT, "candidate", 1000, "running"), "at first")
        candidate.mode = "reset"
        for number in range(100, 130):
            here.call(list_options(UNIT, testlib.cpr(number)))
        told(here, hook, f"canary-{UNIT}", "Ingen er flyttet", "Nobody was moved")
        row = status(here)["canaries"][0]
        testlib.equal((row["state"], "who" in row, "since" in row), ("tripped", False, True), "after it")
        for language, words in (("da", ["skiftesporet selv", "kald til candidate slog fejl", "100,0 %"]), ("en", ["the switch-track itself", "calls of candidate failed", "100.0 %"])):
            page = here.track.get(f"/status?lang={language}")[1]
            for said in words:
                if said not in page:
                    raise AssertionError(f"{language}: {said!r} is not on the page: {page}")
        if f'switchtrack_canary_tripped{{unit="{UNIT}",endpoint="candidate"}} 1\n' not in here.track.get("/metrics")[1]:
            raise AssertionError("the metric does not tell the canary")
        testlib.equal(here.call(list_options(UNIT, testlib.cpr(131))).status, 200, "a new citizen is answered")
        here.track.stop()
        here.track.start()
        testlib.wait_for(lambda: here.track.get("/health/ready")[0] == 200, 20, "it is back")
        testlib.wait_for(lambda: [one for one in status(here)["alarms"] if one["name"] == f"canary-{UNIT}"], 10, "it is said again")
        time.sleep(3)
        testlib.equal(len(hook.alarms(f"canary-{UNIT}")), 1, "deliveries over a restart")
        candidate.stop()


def register(here, number):
    """A new booking, and the call that cancels it by its identifier alone, of a citizen of whom nothing is known."""
    made = here.call(request("RegisterBooking", PersonCivilRegistrationIdentifier=testlib.cpr(number), JobCenterCode=UNIT))
    return request("CancelBooking", PersonCivilRegistrationIdentifier=testlib.cpr(number + 1), BookingIdentifier=made.element("BookingIdentifier"))


def in_time(here, check, what):
    """Waits for what pauses bring; each second is four for the program."""
    def look():
        if check():
            return True
        go_on(here, 2)
        time.sleep(0.5)
        return False

    testlib.wait_for(look, 60, what)


def test_registry_gone():
    """registry.db cannot be read at the start: the last good copy serves, people are told although the queue was in it; mended, it is opened by itself, knows what it knew and what was seen meanwhile."""
    with opened() as (here, hook):
        registry = here.track.registry
        before = register(here, 20)
        testlib.equal(here.call(before).status, 200, "a call before")
        testlib.wait_for(registry.with_name("registry.db.last-good").exists, 60, "there is a copy")
        here.track.stop()
        backup = here.folder / "registry.backup"
        with contextlib.closing(sqlite3.connect(registry)) as source, contextlib.closing(sqlite3.connect(backup)) as sink:
            source.backup(sink)
        for end in ("-wal", "-shm"):
            registry.with_name(f"registry.db{end}").unlink(missing_ok=True)
        registry.write_bytes(b"this is no database" * 500)
        here.track.start()
        testlib.wait_for(lambda: here.track.get("/health/ready")[0] == 200, 20, "it is ready from its copy")
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call by the copy")
        told(here, hook, "registry", "efter den sidste gode kopi", "calls go by the last good copy")
        meanwhile = register(here, 30)
        testlib.equal(here.call(before).status == 200, False, "what it knew before")
        here.peer.stop()
        for _ in range(6):
            testlib.equal(here.call(list_options(UNIT, CPR)).fault, 4769, "a call while the Planner is away")
        testlib.wait_for(lambda: [one for one in hook.taken if one["event"] == "disturbance"], 30, "the disturbance is told too")
        here.peer.restart()
        # A backup is moved into its place while somebody holds it still.
        with contextlib.closing(sqlite3.connect(backup, isolation_level=None)) as holder:
            holder.execute("PRAGMA locking_mode = EXCLUSIVE")
            holder.execute("BEGIN EXCLUSIVE")
            backup.replace(registry)
            in_time(here, lambda: "database is locked" in here.track.log_text(), "it is tried, and locked")
            testlib.equal(raised(here), ["registry"], "still")
            holder.execute("ROLLBACK")
        in_time(here, lambda: raised(here) == [], "it is opened by itself")
        testlib.equal("event=registry-opened" in here.track.log_text(), True, "the log says so")
        for cancel in (before, meanwhile):
            testlib.equal(here.call(cancel).status, 200, "what was learned before and meanwhile")
        revision = status(here)["revision"]
        here.publish()
        testlib.wait_for(lambda: status(here)["revision"] > revision, 10, "another revision is read")
        go_on(here, 61)
        testlib.wait_for(lambda: hook.alarms("registry", "alarm-over"), 30, "its end is told")
        found = lambda: [one["endpoint"] for one in here.track.control("disturbances")["result"]["disturbances"]]
        testlib.wait_for(lambda: found() == ["peer"], 10, "the disturbance is in it")
        restart(here)
        testlib.equal((found(), raised(here)), (["peer"], []), "after a restart")
        for cancel in (before, meanwhile):
            testlib.equal(here.call(cancel).status, 200, "what was learned before and meanwhile, after a restart")


def test_rollback():
    """A roll-back that nobody has confirmed."""
    with opened() as (here, hook):
        run_sql(
            here.track.registry,
            "INSERT INTO revision (at_us, kind, document, digest, author, reason) SELECT at_us + 1, 'rollback', document, digest, 'anna', 'hurry'"
            " FROM revision ORDER BY revision DESC LIMIT 1",
        )
        told(here, hook, "rollback", "En anden skal", "Another has")
        testlib.equal(status(here)["unconfirmed"] > 0, True, "in the JSON")


def test_log_full():
    """No room for the call log, neither rows nor lines: every call is answered, and it is said that they are missing."""
    with opened() as (here, hook):
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call before")
        testlib.wait_for(lambda: here.track.rows("SELECT 1 FROM call"), 10, "it is logged")
        run_sql(here.track.calls, "CREATE TRIGGER full BEFORE INSERT ON call BEGIN SELECT RAISE (ABORT, 'database or disk is full'); END")
        for day in (0, 1):
            name = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=day)
            path = here.folder / "lines" / f"calls-{name:%Y-%m-%d}.jsonl"
            path.unlink(missing_ok=True)
            path.symlink_to("/dev/full")
        slowest = 0.0
        for _ in range(50):
            started = time.monotonic()
            testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call without a log")
            slowest = max(slowest, time.monotonic() - started)
        testlib.note(f"slowest call without a log: {slowest * 1000:.0f} ms")
        told(here, hook, "call-log", "mangler i kaldsloggen", "missing in the call log")
        testlib.wait_for(lambda: status(here)["log_lost"] >= 50, 10, "all are counted")
        run_sql(here.track.calls, "DROP TRIGGER full")
        before = len(here.track.rows("SELECT 1 FROM call"))
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call after")
        testlib.wait_for(lambda: len(here.track.rows("SELECT 1 FROM call")) > before, 10, "it is logged again")


def test_shared_host():
    """Two Planners at one host and port: what one does is not laid to the other, neither in health nor in the record."""
    with opened() as (here, hook):
        here.peer.units.add("46200")
        well = here.peer._misbehave  # pylint: disable=protected-access

        def by_path(handler, body, version):
            here.peer.mode = "reset" if handler.path.endswith("/a") else "well"
            well(handler, body, version)

        here.peer._misbehave = by_path
        here.document["endpoints"] = [here.endpoint(name, f"{here.peer.url}/{name}") for name in ("a", "b")]
        here.document["units"] = [{"code": UNIT, "endpoint": "a"}, {"code": "46200", "endpoint": "b"}]
        here.publish()
        for _ in range(12):
            testlib.equal(here.call(list_options(UNIT, CPR)).fault, 4769, "a call to the one that fails")
            testlib.equal(here.call(list_options("46200", CPR)).status, 200, "a call to the one beside it")
        testlib.wait_for(lambda: [one["state"] for one in status(here)["endpoints"]] == ["down", "up"], 30, "one is down")
        found = here.track.control("disturbances")["result"]["disturbances"]
        testlib.equal([one["endpoint"] for one in found], ["a"], "disturbances")
        testlib.wait_for(lambda: hook.taken, 30, "people are told")
        testlib.equal({one["endpoint"] for one in hook.taken if one["event"] == "disturbance"}, {"a"}, "of whom")


def counted(here, kind):
    """The metric of alarms of KIND."""
    return f'switchtrack_alarms{{kind="{kind}"}} 1\n' in here.track.get("/metrics")[1]


def restart(here):
    """Stopped and started."""
    testlib.equal(here.track.stop(), 0, "exit status")
    here.track.start()
    testlib.wait_for(lambda: here.track.get("/health/ready")[0] == 200, 20, "it is back")


def test_learned_key():
    """The key of what was learned is gone: told until it is put back, for then all that was learned is found again."""
    with opened() as (here, hook):
        key = here.folder / "registry.db.key"
        register = request("RegisterBooking", PersonCivilRegistrationIdentifier=CPR, JobCenterCode=UNIT)
        booking = here.call(register).element("BookingIdentifier")
        cancel = request("CancelBooking", PersonCivilRegistrationIdentifier=testlib.cpr(12), BookingIdentifier=booking)
        testlib.equal(here.call(cancel).status, 200, "it is known who issued it")
        testlib.equal(raised(here), [], "alarms before")
        kept = key.rename(key.with_suffix(".away"))
        restart(here)
        told(here, hook, "learned-key", "Nøglen til det, skiftesporet har lært, er væk", "The key of what the switch-track has learned is gone")
        testlib.equal((raised(here), counted(here, "learned-key")), (["learned-key"], True), "alarms")
        testlib.equal(here.call(cancel).status == 200, False, "a call without a code finds nobody")
        testlib.equal(here.track.stop(), 0, "exit status")
        kept.replace(key)
        here.track.start()
        testlib.wait_for(lambda: here.track.get("/health/ready")[0] == 200, 20, "it is back")
        testlib.equal(here.call(cancel).status, 200, "put back: it is known again")
        testlib.wait_for(lambda: raised(here) == [], 10, "and the alarm is gone")


def test_upgrade():
    """An upgrade that fails is told by the ladder too, not by the log alone."""
    with opened() as (here, hook):
        good = here.track.configuration.read_text(encoding="utf-8")
        here.track.configuration.write_text(good + "[nothing]\nx=y\n", encoding="utf-8")
        here.track.process.send_signal(signal.SIGUSR2)
        told(here, hook, "upgrade", "Opgraderingen mislykkedes, og den gamle udgave fortsætter", "the upgrade failed, and version")
        testlib.equal((raised(here), counted(here, "upgrade")), (["upgrade"], True), "alarms")
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "the old version serves")
        here.track.configuration.write_text(good, encoding="utf-8")


def test_telling():
    """A receiver that takes nothing for ten minutes is said where it can be seen, told when it takes again, and over then."""
    with opened() as (here, hook):
        hook.refuses = True
        here.track.control("test-alarm", "peer")
        noted = lambda: [one for one in here.track.control("messages")["result"]["messages"] if one.get("problem")]
        testlib.wait_for(noted, 30, "a message is refused, and that is noted")
        go_on(here, 540)
        testlib.wait_for(lambda: hook.n_refused > 1, 30, "it is tried again")
        time.sleep(1.5)
        testlib.equal(raised(here), [], "nine minutes are not ten")
        go_on(here, 120)
        testlib.wait_for(lambda: raised(here) == ["telling"], 30, "it is raised")
        for language, words in (("da", "1 modtagere af alarmer har ikke taget imod i ti minutter"), ("en", "1 receivers of alarms have taken nothing for ten minutes")):
            testlib.equal(words in here.track.get(f"/status?lang={language}")[1], True, f"on the page in {language}")
        testlib.equal(counted(here, "telling"), True, "the metric")
        hook.refuses = False

        def is_told(event):
            """Minutes pass: a try that they cut short is made again."""
            if not hook.alarms("telling", event):
                go_on(here, 100)
                time.sleep(1.5)
            return hook.alarms("telling", event)

        for event in ("alarm", "alarm-over"):
            testlib.equal(len(testlib.wait_for(lambda event=event: is_told(event), 60, f"{event} is told")), 1, event)
        testlib.equal((raised(here), counted(here, "telling")), ([], False), "it is over")


def test_key_not_taken():
    """A certificate is renewed and its key is not, as with one that the service manager handed over: both old ones serve, their days are shown, and it is said."""
    with opened() as (here, hook):
        files = [here.folder / name for name in ("own.crt", "own.key")]
        for source, path in zip(here.certificates.server, files):
            shutil.copy(source, path)
        files[1].chmod(0o600)
        here.track.settings |= {"service/certificate": files[0], "service/key": files[1]}
        here.track.write_configuration()
        restart(here)
        days = lambda: [one["days"] for one in status(here)["own_certificates"] if one["holder"] == "switchtrackd server"]
        testlib.equal(days(), [29], "days of the certificate in use")
        renewed = here.certificates.other_server("renewed", 300)
        shutil.copy(renewed[0], files[0])
        here.publish()
        told(here, hook, "reload", "ikke taget i brug; de gamle gælder", "not taken into use; the old ones stay")
        testlib.equal((days(), raised(here), counted(here, "reload")), ([29], ["reload"], True), "days of the certificate in use")
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "the old ones serve")
        shutil.copy(renewed[1], files[1])
        here.publish()
        testlib.wait_for(lambda: (days(), raised(here)) == ([299], []), 10, "both are taken")
        good = here.track.configuration.read_text(encoding="utf-8")
        here.track.configuration.write_text(good + "[nothing]\nx=y\n", encoding="utf-8")
        here.track.process.send_signal(signal.SIGHUP)
        testlib.wait_for(lambda: raised(here) == ["reload"], 10, "a configuration that is refused is said too")
        here.track.configuration.write_text(good, encoding="utf-8")
        here.publish()
        testlib.wait_for(lambda: raised(here) == [], 10, "until it is mended")


def test_own_certificate():
    """Our client certificate expires in use: told apart from a Planner's faults in log, status, evidence; renewed: all is well."""
    with opened() as (here, hook):
        certificate, key = here.certificates.client("gateway")
        good = certificate.read_bytes()
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call before")
        expired, _ = here.expired("gateway")
        shutil.copyfile(expired, certificate)
        here.publish()
        # Connections that were made with the old one may still serve.
        testlib.wait_for(lambda: here.call(list_options(UNIT, CPR)).fault == 4769, 30, "calls fail")
        testlib.wait_for(lambda: here.track.logged(outcome="own-certificate"), 10, "its word in the log")
        told(here, hook, "certificate-client", "eget klientcertifikat er udløbet", "own client certificate has expired")
        seen = status(here)
        testlib.equal([one["days"] < 0 for one in seen["own_certificates"] if one["holder"] == "switchtrackd client"], [True], "days")
        testlib.equal(next(one["outcome"] for one in seen["endpoints"] if one["name"] == "peer"), "own-certificate", "outcome in the JSON")
        found = here.track.control("disturbances")["result"]["disturbances"]
        page = here.track.control("evidence", found[0]["id"], "--language", "en")["result"]["content"]
        if "not the Planner" not in page:
            raise AssertionError(f"the evidence blames the Planner: {page}")
        certificate.write_bytes(good)
        os.chmod(key, 0o600)
        here.publish()
        testlib.wait_for(lambda: here.call(list_options(UNIT, CPR)).status == 200, 30, "renewed: calls are answered")


if __name__ == "__main__":
    testlib.run(globals())
