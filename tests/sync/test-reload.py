# SPDX-License-Identifier: EUPL-1.2
# [sync] is taken over anew while runs are under way: nothing lost, nothing doubled, and the new values hold.
"""The server answers slowly, so that every reload falls into runs."""

import datetime
import os
import re
import shutil
import signal
import time
import urllib.request

import caldav_fake
import testlib
from caldav_servers import PASSWORD
from sync_world import SyncWorld, own

N_ADVISORS = 12
DAY = datetime.date.today() + datetime.timedelta(days=8)
FAST = {"sync/enabled": "true", "sync/interval-s": 1, "sync/busy-interval-s": 1, "sync/idle-interval-s": 2, "sync/parallel": 4}


class Town(SyncWorld):
    """Advisors with a calendar each at one server."""

    def __init__(self, **more):
        super().__init__(n_advisors=N_ADVISORS, settings={**FAST, **more})
        self.advisors = [f"89000-{n + 1:02}" for n in range(N_ADVISORS)]

    def bind(self, server):
        """Connects everybody, each with an account of their own."""
        for advisor in self.advisors:
            self.connect(advisor, server.make_calendar(advisor, "arbejde"), "--without-test")

    def reload(self, **settings):
        """[sync] with other values, taken over by plannerd."""
        for name, value in settings.items():
            self.settings[f"sync/{name.replace('_', '-')}"] = value
        said = self.log.read_text(encoding="utf-8").count("event=reload")
        (self.folder / "planner.conf").write_text(self._configuration(), encoding="utf-8")
        os.kill(self.process.pid, signal.SIGHUP)
        testlib.wait_for(lambda: self.log.read_text(encoding="utf-8").count("event=reload") > said, 30, "plannerd reloads")

    def states(self):
        """How many calendars are in each state."""
        rows = self.ctl("sync", "status")["calendars"]
        return {state: sum(row["state"] == state for row in rows) for state in {row["state"] for row in rows}}

    def n_threads(self):
        """Threads of plannerd that wait for other machines."""
        tasks = f"/proc/{self.process.pid}/task"
        return sum(open(f"{tasks}/{one}/comm", encoding="ascii").read().strip() == "waiting" for one in os.listdir(tasks))


class Watch:
    """A manner that counts how many requests are under way at once."""

    def __init__(self, server, pause_s):
        self.server, self.pause_s = server, pause_s
        self.now = self.most = 0

    def __call__(self, request, proceed):
        with self.server.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.server.wait(self.pause_s)
        with self.server.lock:
            self.now -= 1
        return proceed()


def test_reloads_under_load():
    """Other secrets, other paces, more and fewer at once, on and off; bookings are made meanwhile and stand once each."""
    with caldav_fake.FakeServer() as server, Town() as town:
        town.bind(server)
        testlib.wait_for(lambda: town.states() == {"ok": N_ADVISORS}, 120, "everybody is read")
        chance = testlib.generator()
        other = testlib.make_folder() / "other"
        shutil.copytree(town.secrets, other)
        other.chmod(0o700)
        folders, booked = [town.secrets, other], set()
        with server.manner("*", Watch(server, 0.05)):
            for number in range(N_ADVISORS):
                advisor = town.advisors[number]
                start = town.free(DAY, 1, advisor)[chance.randrange(4)]
                booked.add((advisor, town.book(start, advisor)[0]))
                town.reload(
                    parallel=chance.choice([1, 2, 4]),
                    parallel_per_account=chance.choice([1, 4]),
                    interval_s=chance.choice([1, 2]),
                    enabled=chance.choice(["true", "true", "false"]),
                    secrets_dir=folders[number % 2],
                    total_timeout_s=chance.choice([60, 300]),
                )
            town.reload(parallel=4, enabled="true", secrets_dir=other)
            shutil.rmtree(town.secrets)
            testlib.wait_for(lambda: sent(server) == {identifier for _, identifier in booked}, 120, "every booking is sent")
        testlib.wait_for(lambda: town.states() == {"ok": N_ADVISORS}, 120, "everybody is in step")
        testlib.equal(town.ctl("verify")["sound"], True)
        server.forget_seen()
        town.reload(enabled="false")
        testlib.wait_for(lambda: 'planner_sync_calendars{state="running"} 0' in metrics(town), 60, "runs under way end")
        server.forget_seen()
        time.sleep(2.5)
        testlib.equal(server.seen, [], "requests while switched off")


def metrics(town):
    """The text of /metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{town.health_port}/metrics", timeout=60) as answer:
        return answer.read().decode()


def sent(server):
    """The meetings whose events stand in all calendars, each once."""
    with server.lock:
        texts = [text.decode() for one in server.collections.values() for text in one.items.values()]
    return {re.search("booking:(.*)$", marker).group(1) for marker in own(texts)}


def test_how_many_at_once():
    """Fewer hold at once; more than plannerd was started with do not take the threads of commands."""
    with caldav_fake.FakeServer() as server, Town() as town:
        town.bind(server)
        testlib.wait_for(lambda: town.states() == {"ok": N_ADVISORS}, 120, "everybody is read")
        town.reload(parallel=1)
        testlib.wait_for(lambda: 'planner_sync_calendars{state="running"} 0' in metrics(town), 60, "runs of before end")
        for parallel, most in ((1, 1), (40, 4)):
            town.reload(parallel=parallel)
            watch = Watch(server, 0.3)
            with server.manner("*", watch):
                server.forget_seen()
                testlib.wait_for(lambda: len(server.seen) > 20, 120, "runs")
                done = town.ctl("sync", "test", town.advisors[0])
                testlib.equal(done["steps"][0]["outcome"], "ok", "a command has its turn")
            testlib.equal(watch.most <= most + 1, True, f"{watch.most} at once with parallel={parallel}, started with 4")
            testlib.equal(town.n_threads() <= 6, True, f"{town.n_threads()} threads")


def test_a_limit_that_is_lowered():
    """Holds with the next good run, and so does a longer one."""
    with caldav_fake.FakeServer() as server, Town(**{"sync/fresh-min": 600}) as town:
        town.bind(server)
        testlib.wait_for(lambda: town.states() == {"ok": N_ADVISORS}, 120, "everybody is read")
        longest = lambda: town.query("SELECT max (c.fresh_until_us - b.pulled_us) FROM calendar c JOIN sync_binding b USING (calendar_id)")[0][0] / 60e6
        testlib.equal(round(longest()), 600)
        town.reload(fresh_min=300)
        testlib.wait_for(lambda: round(longest()) == 300, 60, "the new limit holds")
        town.reload(fresh_min=500)
        testlib.wait_for(lambda: round(longest()) == 500, 120, "a longer limit, too")


def test_a_file_that_is_refused():
    """A reload with nonsense changes nothing."""
    with caldav_fake.FakeServer() as server, Town() as town:
        town.expected_alarms = ["event=reload refused", "level=error event=reload"]
        town.bind(server)
        testlib.wait_for(lambda: town.states() == {"ok": N_ADVISORS}, 120, "everybody is read")
        n_refused = 0
        for name, value in (("parallel", 0), ("interval_s", "ofte"), ("fresh_min", -1), ("proksy", "x")):
            before = dict(town.settings)
            town.reload(**{name: value})
            town.settings = before
            n_refused += 1
            testlib.equal(town.log.read_text(encoding="utf-8").count("event=reload refused"), n_refused, name)
        server.forget_seen()
        testlib.wait_for(lambda: len(server.seen) > N_ADVISORS, 60, "runs go on")
        testlib.equal(town.states(), {"ok": N_ADVISORS})
        testlib.equal(PASSWORD in town.log.read_text(encoding="utf-8"), False, "in the log")


testlib.run(globals())
