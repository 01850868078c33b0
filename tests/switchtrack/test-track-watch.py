# SPDX-License-Identifier: EUPL-1.2
# A Planner that goes away, comes back, and the gateway killed meanwhile: how soon it is known, who is told, what the evidence says.

import contextlib
import hashlib
import http.server
import json
import re
import signal
import sqlite3
import threading
import time

import aiosmtpd.controller
import testlib
from track_world import TrackWorld, list_options

UNIT = "46100"
CPR = testlib.cpr(7)


class Hook(http.server.ThreadingHTTPServer):
    """A webhook that refuses every other delivery the first time."""

    def __init__(self):
        hook = self
        self.taken, self.seen = [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            """One delivery."""

            def do_POST(self):  # pylint: disable=invalid-name
                """Refused once, then taken."""
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                is_first = message["delivery"] not in hook.seen
                hook.seen.append(message["delivery"])
                if is_first and message["event"] == "disturbance":
                    self.send_response(503)
                else:
                    hook.taken.append(message)
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments):  # pylint: disable=arguments-differ
                """Silent."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Mails:
    """What a mail server took."""

    def __init__(self):
        self.taken = []
        port = testlib.free_port()
        self.controller = aiosmtpd.controller.Controller(self, hostname="127.0.0.1", port=port)
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{port}"

    def of(self, word):
        """Those with WORD in their subject: there are others of certificates, which last a few days here."""
        return [mail for mail in self.taken if re.search(f"^Subject: .*{word}", mail[1], re.M)]

    async def handle_DATA(self, server, session, envelope):  # pylint: disable=invalid-name
        """Takes it."""
        self.taken.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


def ask(track, *words):
    """The result of a command."""
    answer = track.control(*words)
    return answer.get("result", answer)


def health(track):
    """What the gateway says of the peer."""
    return next(one for one in ask(track, "health")["endpoints"] if one["name"] == "peer")


def sent_mails(track, disturbance):
    """How many mails about the disturbance the gateway knows to have been taken."""
    with contextlib.closing(sqlite3.connect(f"file:{track.registry}?mode=ro", uri=True, timeout=60)) as connection:
        sql = "SELECT count(*) FROM notice WHERE channel = 'mail' AND disturbance_id = ? AND sent_us > 0"
        return connection.execute(sql, (disturbance,)).fetchone()[0]


def test_life_of_a_disturbance():
    """From the first failed call over alarms, a kill of the gateway and recovery to the evidence."""
    hook, mails = Hook(), Mails()
    settings = {
        "probe/interval-s": 2,
        "escalation/steps": "0:webhook,0:mail1",
        "escalation/webhooks": hook.url,
        "escalation/mails": "vagt@drift.example",
        "mail/url": mails.url,
        "mail/from": "skiftespor@drift.example",
        "mail/needs-tls": "false",
    }
    with TrackWorld([], [UNIT], settings) as here:
        track = here.track
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call before")
        testlib.wait_for(lambda: track.rows("SELECT 1 FROM call WHERE kind = 'probe' AND outcome = 'ok'"), 30, "a probe goes well")
        testlib.equal(health(track)["state"], "up", "state before")

        here.peer.stop()
        started = time.monotonic()
        testlib.equal(here.call(list_options(UNIT, CPR)).fault, 4769, "a call while it is away")
        # It stands in the registry a moment after the call was answered.
        opened = testlib.wait_for(lambda: ask(track, "disturbances")["disturbances"], 30, "a disturbance")
        testlib.equal(len(opened), 1, "disturbances after the first failed call")
        testlib.wait_for(lambda: health(track)["state"] == "down", 30, "it is known to be down")
        print(f"# known to be down after {time.monotonic() - started:.1f} s")
        testlib.wait_for(lambda: mails.of("forstyrrelse"), 30, "a mail comes")
        testlib.equal(mails.of("forstyrrelse")[0][0], ["vagt@drift.example"], "its receiver")
        testlib.wait_for(lambda: hook.seen, 30, "the webhook is tried")
        # Killed before it has noted that the server took it, it would rightly send it once more.
        testlib.wait_for(lambda: sent_mails(track, opened[0]["id"]), 30, "the mail is noted as sent")

        track.process.send_signal(signal.SIGKILL)
        track.process.wait()
        time.sleep(1.1)
        track.start()
        testlib.wait_for(lambda: track.get("/health/ready")[0] == 200, 30, "it is ready again")
        still = ask(track, "health")["disturbances"]
        testlib.equal([one["id"] for one in still], [opened[0]["id"]], "open disturbances after a kill")
        testlib.wait_for(lambda: [m for m in hook.taken if m["event"] == "disturbance"], 90, "the webhook is tried again")

        here.peer.restart()
        testlib.wait_for(lambda: health(track)["seen"] == "up", 60, "it answers again")
        testlib.equal(here.call(list_options(UNIT, CPR)).status, 200, "a call after")
        testlib.equal(len(mails.of("forstyrrelse")), 1, "mails of one step")

        # test-alarm goes the whole ladder.
        ask(track, "test-alarm", "peer")
        testlib.wait_for(lambda: [m for m in hook.taken if m["event"] == "test"], 30, "the test comes by webhook")
        testlib.wait_for(lambda: mails.of("proevealarm"), 30, "the test comes by mail")

        text = ask(track, "evidence", opened[0]["id"], "--format", "json")["content"]
        facts, digest = text.strip().removeprefix('{"evidence":').rsplit(',"sha256":"', 1)
        testlib.equal(hashlib.sha256(facts.encode()).hexdigest(), digest.removesuffix('"}'), "digest")
        facts = json.loads(facts)
        testlib.equal(facts["calls_failed"], 1, "calls that failed")
        testlib.equal([unit["code"] for unit in facts["units"]], [UNIT], "whom it touched")
        testlib.equal("unwatched" in [step["what"] for step in facts["course"]], True, "the gap is said")
        page = ask(track, "evidence", opened[0]["id"], "--language", "da")["content"]
        for word in ("Hvad der ikke vides", "4769 (9018)", "prøvekald"):
            testlib.equal(word.lower() in page.lower(), True, word)
        everything = page + text + track.log_text() + json.dumps(hook.taken) + str(mails.taken)
        for path in [track.calls, track.registry, *(here.folder / "lines").glob("*")]:
            everything += path.read_bytes().decode("latin-1")
        testlib.equal(CPR in everything, False, "a citizen's number anywhere")
    mails.controller.stop()
    hook.shutdown()


if __name__ == "__main__":
    testlib.run(globals())
