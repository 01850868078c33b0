# SPDX-License-Identifier: EUPL-1.2
# The registry's disk is slow, fails, is locked, taken away, damaged or put back from an old backup: what callers and operators see.
"""Flushes do as libbad-disk is told. Also tests: track-last-good, track-keeper."""
import contextlib
import json
import resource
import shutil
import signal
import sqlite3
import time

import testlib
from track_world import Peer, TrackWorld, list_options, request

THIRD = "11100"
CPR = testlib.cpr(3)
SETTINGS = {"people/approvers": "root;nobody"}


class DiskWorld(TrackWorld):
    """A gateway whose flushes do as they are told; a second Planner, where no unit goes."""

    def __init__(self, settings=None):
        super().__init__([], [THIRD], {**SETTINGS, **(settings or {})})
        self.other = Peer(self.certificates, [THIRD], "other")
        self.orders = self.folder / "disk"
        library = testlib.BUILD / "tests" / "fault" / "libbad-disk.so"
        self.track.environment.update({"LD_PRELOAD": str(library), "PLANNER_TEST_DISK": str(self.orders)})

    def declare(self):
        """The other Planner beside the peer."""
        super().declare()
        self.document["endpoints"].append(self.endpoint("other", self.other.url))

    def order(self, text):
        """From the next flush on: `delay N` in milliseconds, `fail`, or nothing."""
        self.orders.write_text(text, encoding="ascii")

    def wait_for_copy(self):
        """Its file, which is written behind the start."""
        path = self.track.registry.with_name("registry.db.last-good")
        testlib.wait_for(path.exists, 20, "there is a copy")
        return path

    def copied(self):
        """The last good copy as a document."""
        text = self.wait_for_copy().read_text(encoding="utf-8")
        return json.loads(text.split("\n", 4)[4])

    def register(self, citizen=CPR):
        """A booking; its identifier."""
        body = request("RegisterBooking", PersonCivilRegistrationIdentifier=citizen, JobCenterCode=THIRD)
        return self.call(body, url=self.track.plain_url).element("BookingIdentifier")

    def cancel(self, booking):
        """A call by its identifier and by nothing else that is known."""
        body = request("CancelBooking", PersonCivilRegistrationIdentifier=testlib.cpr(9000), BookingIdentifier=booking)
        return self.call(body, url=self.track.plain_url)

    def kill_and_restart(self):
        """kill -9, and a start with a good disk."""
        self.track.process.send_signal(signal.SIGKILL)
        self.track.process.wait()
        self.order("")
        self.restart()

    def restart(self):
        """Starts it again."""
        self.track.start()
        testlib.wait_for(lambda: self.track.get("/health/live")[0] == 200, 20, "switchtrackd is back")

    def ask(self):
        """An ordinary call."""
        return self.call(list_options(THIRD, CPR), url=self.track.plain_url)

    def status(self):
        """What switchtrackctl status says."""
        return self.track.control("status")["result"]


def test_copy_does_not_hold_up_calls():
    """While the copy of a new revision is on its way to a slow disk, calls are answered by the new revision."""
    with DiskWorld() as world:
        world.wait_for_copy()
        world.order("delay 1500")
        world.document["units"][0]["endpoint"] = "other"
        started = time.monotonic()
        world.publish()
        testlib.equal((world.ask().status, len(world.other.calls)), (200, 1), "the call after the change")
        copied, spent_s = world.copied()["units"][0]["endpoint"], time.monotonic() - started
        testlib.note(f"in force and answered after {spent_s:.2f} s with flushes of 1.5 s")
        # On a machine that stood still for so long the flush is over.
        testlib.equal(copied == "peer" or spent_s > 1.4, True, "the copy is not written yet")
        testlib.wait_for(lambda: world.copied()["units"][0]["endpoint"] == "other", 20, "the copy is written")


def test_answer_waits_for_the_disk():
    """With wait-ms longer than the disk is slow, whoever has his answer is known after kill -9."""
    with DiskWorld({"learned/wait-ms": 5000}) as world:
        world.order("delay 600")
        started = time.monotonic()
        booking = world.register()
        testlib.note(f"answered after {time.monotonic() - started:.2f} s with flushes of 0.6 s")
        world.kill_and_restart()
        testlib.equal((world.cancel(booking).status, world.peer.calls[-1][0]), (200, "CancelBooking"), "known")


def test_answer_does_not_wait_for_ever():
    """When the disk does not come round within wait-ms the answer goes on; kill -9 then loses what it taught, and nothing is guessed."""
    with DiskWorld({"learned/wait-ms": 100}) as world:
        with locked(world) as lock:
            booking = world.register()
            testlib.equal(world.cancel(booking).status, 200, "known in memory at once")
            testlib.equal(world.track.control("learned", "count")["result"]["answered_before_written"] >= 1, True, "it is counted")
            world.track.process.send_signal(signal.SIGKILL)
            world.track.process.wait()
            lock.execute("ROLLBACK")
        world.restart()
        testlib.equal(world.cancel(booking).fault, 990036, "nobody is known, and nobody is asked")


@contextlib.contextmanager
def locked(world):
    """Holds the lock of the registry's database for writing, as another program may."""
    with contextlib.closing(sqlite3.connect(world.track.registry, timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_failing_flushes():
    """Flushes fail: calls are answered, what is learned meanwhile is written when they work again."""
    with DiskWorld() as world:
        world.order("fail")
        booking = world.register()
        testlib.equal(world.cancel(booking).status, 200, "known in memory")
        world.order("")
        world.register(testlib.cpr(4))
        testlib.wait_for(lambda: waiting(world) == 0, 20, "all is written")
        world.kill_and_restart()
        testlib.equal(world.cancel(booking).status, 200, "known after kill -9")


def waiting(world):
    """Entries that are not written yet."""
    return world.track.control("learned", "count")["result"]["waiting_to_be_written"]


def test_locked():
    """Another program holds the database's lock: calls go on, and what they teach is written afterwards."""
    with DiskWorld() as world:
        with locked(world) as lock:
            booking = world.register()
            testlib.equal((world.ask().status, world.cancel(booking).status), (200, 200), "calls while it is locked")
            lock.execute("ROLLBACK")
        testlib.wait_for(lambda: known(world) >= 1, 60, "it is written")


def known(world):
    """Bookings in the database."""
    with contextlib.closing(sqlite3.connect(f"file:{world.track.registry}?mode=ro", uri=True, timeout=60)) as connection:
        return connection.execute("SELECT count(*) FROM learned WHERE kind = 0").fetchone()[0]


def test_taken_away():
    """The file is removed while it is open: calls go on, status and log say it, and after a restart the copy is served."""
    with DiskWorld() as world:
        world.wait_for_copy()
        for ending in ("", "-wal", "-shm"):
            world.track.registry.with_name(world.track.registry.name + ending).unlink()
        testlib.wait_for(lambda: "removed or replaced" in world.status().get("problem", ""), 20, "status tells it")
        testlib.equal("removed or replaced" in world.track.log_text(), True, "the log tells it")
        testlib.equal(world.ask().status, 200, "calls")
        world.track.stop()
        world.restart()
        status = world.status()
        testlib.equal((world.ask().status, status["last_good_copy"], status["revision"]), (200, True, 0), "after the restart")


def test_damaged_at_start():
    """No database can be opened at the start: the copy is served, and switchtrackctl says so and why nothing can be changed."""
    with DiskWorld() as world:
        world.wait_for_copy()
        world.track.stop()
        world.track.registry.write_bytes(b"no database at all" * 1000)
        for ending in ("-wal", "-shm"):
            world.track.registry.with_name(world.track.registry.name + ending).unlink(missing_ok=True)
        world.restart()
        status = world.status()
        testlib.equal((world.ask().status, status["last_good_copy"]), (200, True), "served")
        refused = world.track.control("rollback", "--reason", "tilbage", expected=1)
        testlib.equal("could not be opened" in json.dumps(refused), True, f"why: {refused}")


def test_put_back_from_backup():
    """An older database is put back: the copy is served, no change can slip in that takes back what came since, and one person mends it."""
    with DiskWorld() as world:
        with contextlib.closing(sqlite3.connect(world.track.registry)) as live, contextlib.closing(sqlite3.connect(world.folder / "backup")) as to:
            live.backup(to)
        world.document["units"][0]["endpoint"] = "other"
        world.publish()
        testlib.wait_for(lambda: world.copied()["units"][0]["endpoint"] == "other", 20, "the copy is written")
        world.track.stop()
        for ending in ("-wal", "-shm"):
            world.track.registry.with_name(world.track.registry.name + ending).unlink(missing_ok=True)
        shutil.copy(world.folder / "backup", world.track.registry)
        world.restart()
        testlib.equal((world.ask().status, len(world.other.calls)), (200, 1), "what was in force last is served")
        testlib.equal((world.status()["last_good_copy"], world.status()["revision"]), (True, 1), "status")
        refused = world.track.control("rollback", "--reason", "tilbage", expected=1)
        testlib.equal("rollback --copy" in json.dumps(refused), True, f"what to do: {refused}")
        restored = world.track.control("rollback", "--copy", "--reason", "backup lagt tilbage")["result"]
        testlib.equal((restored["revision"], restored["in_force"]), (2, True), "restored")
        status = world.status()
        testlib.equal((status["last_good_copy"], status["revision_in_use"], "problem" in status), (False, 2, False), "mended")
        testlib.equal((world.ask().status, len(world.other.calls)), (200, 2), "the same Planner")


def test_full():
    """The disk has no room: a change is refused and nothing of it is in force, calls go on; with room again all goes on."""
    with DiskWorld() as world:
        world.document["units"][0]["endpoint"] = "other"
        document = world.folder / "registry.json"
        document.write_text(json.dumps(world.document), encoding="utf-8")
        pid = world.track.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        refused = world.track.control("propose", document, "--reason", "fuld", expected=3)
        testlib.note(f"full: {refused}")
        booking = world.register()
        testlib.equal((world.ask().status, world.cancel(booking).status), (200, 200), "calls")
        testlib.equal((len(world.other.calls), world.status()["revision"]), (0, 1), "nothing is in force")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        world.track.control("propose", document, "--reason", "plads")
        world.register(testlib.cpr(4))
        testlib.wait_for(lambda: waiting(world) == 0, 20, "all is written")
        world.kill_and_restart()
        testlib.equal(world.cancel(booking).status, 200, "known after kill -9")


def test_not_ready_without_a_registry():
    """A gateway without any revision of a registry does not say that it is ready."""
    world = DiskWorld()
    with world.track:
        testlib.wait_for(lambda: world.track.get("/health/live")[0] == 200, 20, "alive")
        testlib.equal(world.track.get("/health/ready"), (503, "there is no registry yet\n"), "ready")


if __name__ == "__main__":
    testlib.run(globals())
