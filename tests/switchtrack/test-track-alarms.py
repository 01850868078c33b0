# SPDX-License-Identifier: EUPL-1.2
# What people are told, by real servers: mail by STARTTLS and smtps with a password, the ladder of a certificate's last days, service windows ahead.
"""The program's wall clock is moved forward between its starts; its database stays."""

import base64
import contextlib
import datetime
import email
import http.server
import json
import logging
import re
import ssl
import threading
import time
import types
import warnings

import aiosmtpd.controller
import aiosmtpd.smtp
import testlib
from planner_process import Certificates
from track_world import TrackWorld, list_options

UNIT = "46100"
CPR = testlib.cpr(7)
DAY_S = 86400
SHIFT = testlib.BUILD / "tests" / "upgrade" / "libshift-clock.so"
USER, PASSWORD = "skiftespor", "hemmelig-0f3b"
# It warns of what it does itself.
logging.getLogger("mail.log").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="aiosmtpd")
WATCH, CHIEF = "vagt@drift.example", "leder@drift.example"


class Hook(http.server.ThreadingHTTPServer):
    """A webhook over TLS that takes everything."""

    def __init__(self, certificate):
        hook = self
        self.taken = []

        class Handler(http.server.BaseHTTPRequestHandler):
            """One delivery."""

            def do_POST(self):  # pylint: disable=invalid-name
                """Taken."""
                hook.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments):  # pylint: disable=arguments-differ
                """Silent."""

        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server_address[1]}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *arguments):
        """A handshake that is broken off is the client's affair."""


class MailServer:
    """aiosmtpd: `kind` is smtps, starttls or plain; with a name and password that must be given. Everything that it is told is kept."""

    def __init__(self, kind, certificate, port=0):
        self.taken, self.logins, self.seen = [], [], []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        settings = {
            "smtps": {"ssl_context": context, "auth_require_tls": False},
            "starttls": {"tls_context": context, "require_starttls": True},
            "plain": {"auth_require_tls": False},
        }[kind]
        self.controller = aiosmtpd.controller.Controller(
            self, hostname="127.0.0.1", port=port or testlib.free_port(), auth_required=True, authenticator=self.log_in, **settings)
        self.controller.start()
        self.url = f"{'smtps' if kind == 'smtps' else 'smtp'}://127.0.0.1:{self.controller.port}"

    def log_in(self, server, session, envelope, mechanism, data):  # pylint: disable=too-many-arguments
        """Notes what was given."""
        given = (data.login.decode(), data.password.decode())
        self.logins.append((mechanism, *given, session.ssl is not None or isinstance(server.transport.get_extra_info("sslcontext"), ssl.SSLContext)))
        return aiosmtpd.smtp.AuthResult(success=given == (USER, PASSWORD), handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):  # pylint: disable=invalid-name,too-many-arguments
        """Notes that it came so far."""
        self.seen.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # pylint: disable=invalid-name
        """Takes it."""
        message = email.message_from_bytes(envelope.content)
        text = base64.b64decode(message.get_payload()).decode()
        self.taken.append(types.SimpleNamespace(to=envelope.rcpt_tos, subject=str(message["Subject"]), id=message["Message-ID"], text=text))
        return "250 OK"

    def stop(self):
        """Closes it."""
        self.controller.stop()


def ask(track, *words):
    """The result of a command."""
    answer = track.control(*words)
    return answer.get("result", answer)


def begin_again(track, later_s=0, **settings):
    """Stops it and starts it with SETTINGS (group__key), its clock LATER_S ahead."""
    track.settings |= {name.replace("__", "/").replace("_", "-"): value for name, value in settings.items()}
    track.write_configuration()
    if track.process is not None:
        testlib.equal(track.stop(), 0, "exit status")
    served = track.log_text().count("event=serving")
    track.environment |= {"LD_PRELOAD": str(SHIFT), "PLANNER_TEST_CLOCK_S": str(later_s)}
    track.start()
    testlib.wait_for(lambda: track.log_text().count("event=serving") > served, 20, "switchtrackd serves")


# Mail -----------------------------------------------------------------------------------------------


def mail_settings(world, server, password=PASSWORD):
    """Settings for SERVER with a password from a file."""
    path = world.folder / "mail.password"
    path.write_text(password + "\n", encoding="utf-8")
    path.chmod(0o600)
    return {"mail__url": server.url, "mail__password_file": path}


def problem_of_newest(track, n_mails):
    """What is said of the newest of N_MAILS, as soon as it was tried."""
    def newest():
        mails = [row for row in ask(track, "messages")["messages"] if row["channel"] == "mail"]
        return mails[0].get("problem") if len(mails) == n_mails else None

    testlib.wait_for(newest, 30, "the mail is tried")
    return newest()


def test_mail_over_tls():
    """STARTTLS and smtps are used as configured, the password goes to nobody else, and what was refused arrives when it is mended."""
    with contextlib.ExitStack() as stack:
        settings = {"mail/user": USER, "mail/from": "skiftespor@drift.example", "escalation/steps": "0:mail1", "escalation/mails": WATCH}
        world = stack.enter_context(TrackWorld([], [UNIT], settings, days=800))
        track, certificates = world.track, world.certificates
        foreign = Certificates(world.folder / "foreign")
        servers = []

        def serve(kind, certificate=certificates.server):
            servers.append(MailServer(kind, certificate))
            stack.callback(servers[-1].stop)
            return servers[-1]

        begin_again(track, mail__trust=certificates.authority[0])
        for number, (what, server, extra, problem) in enumerate((
            ("no TLS to be had", serve("plain"), {}, r"SSL|TLS"),
            ("STARTTLS with another authority's certificate", serve("starttls", foreign.server), {}, r"certificate|SSL|TLS"),
            ("smtps with another host's certificate", serve("smtps", certificates.other_server("mail", host="DNS:mail.example")), {}, r"certificate|SSL|TLS"),
            ("a wrong password", serve("starttls"), {"password": "falsk-77aa"}, r"[Ll]ogin|535"),
        )):
            begin_again(track, **mail_settings(world, server, **extra))
            ask(track, "test-alarm", "peer")
            said = problem_of_newest(track, number + 1)
            assert re.search(problem, said), f"{what}: {said}"
            testlib.note(f"{what}: {said}")
            testlib.equal((server.seen, server.taken), ([], []), what)
            if number < 3:
                testlib.equal(server.logins, [], f"{what}: passwords that were given away")
        server = serve("starttls")
        begin_again(track, **mail_settings(world, server))
        (world.folder / "mail.password").chmod(0o644)
        ask(track, "test-alarm", "peer")
        assert "chmod 0600" in problem_of_newest(track, 5), "a password that others may read"
        testlib.equal(server.logins, [], "a password that others may read")
        (world.folder / "mail.password").chmod(0o600)
        begin_again(track, 3600)
        testlib.wait_for(lambda: server.taken, 60, "all that waited arrives by STARTTLS")
        joined = server.taken[0]
        testlib.equal((len(server.taken), joined.subject), (1, "Skiftespor: 5 meddelelser, der ventede"), "what waited is one mail")
        testlib.equal(joined.text.count("Prøvealarm for"), 5, "messages in it")
        smtps = serve("smtps")
        begin_again(track, 3600, **mail_settings(world, smtps))
        ask(track, "test-alarm", "peer")
        testlib.wait_for(lambda: len(smtps.taken) == 1, 30, "a mail by smtps")
        for one in (server, smtps):
            testlib.equal({(*login[1:3], login[3]) for login in one.logins}, {(USER, PASSWORD, True)}, "who logged in, over TLS")
        mails = server.taken + smtps.taken
        testlib.equal(len({mail.id for mail in mails}), 2, "different mails")
        testlib.equal([(*mail.to, mail.subject) for mail in smtps.taken], [(WATCH, "Skiftespor: proevealarm for peer")], "receiver and subject")
        assert all("Prøvealarm" in mail.text and "Test alarm" in mail.text for mail in mails), mails[0].text
        everything = track.log_text() + json.dumps(ask(track, "messages"))
        for path in (track.registry, track.calls):
            everything += path.read_bytes().decode("latin-1")
        testlib.equal([word for word in (PASSWORD, "falsk-77aa") if word in everything], [], "passwords in log or databases")


# Certificates ---------------------------------------------------------------------------------------

# Days after the start, the step that each certificate of 61 days has reached then.
LADDER = ((0, None), (2, 60), (32, 30), (48, 14), (55, 7), (59, 3), (60, 1))


def steps_of(subjects, holder):
    """Steps that were told of HOLDER, in their order."""
    return [int(re.search(r", (\d+) dage", subject).group(1)) for subject in subjects if f"certifikat hos {holder}," in subject]


@contextlib.contextmanager
def told_world(units=(UNIT,), settings=None):
    """A world whose people have a webhook and two mail addresses, all over TLS."""
    with contextlib.ExitStack() as stack:
        here = {
            "probe/interval-s": 1, "mail/user": USER, "mail/from": "skiftespor@drift.example",
            "escalation/steps": "0:webhook,0:mail1,30:mail2", "escalation/mails": f"{WATCH};{CHIEF}", **(settings or {}),
        }
        world = TrackWorld([], units, here, days=800)
        hook, mails = Hook(world.certificates.server), MailServer("starttls", world.certificates.server)
        stack.callback(mails.stop)
        stack.callback(hook.shutdown)
        trust = world.certificates.authority[0]
        more = {"escalation/webhooks": hook.url, "escalation/trust": trust, "mail/trust": trust}
        more |= {name.replace("__", "/").replace("_", "-"): value for name, value in mail_settings(world, mails).items()}
        world.track.settings |= more
        world.track.write_configuration()
        yield world, hook, mails


def test_last_days_of_certificates():
    """60, 30, 14, 7, 3 and 1 days ahead, each step once, of a Planner's certificate and of both of ours; then it has ended; then it is renewed."""
    with told_world() as (world, hook, mails):
        track, certificates = world.track, world.certificates
        # A moment more than whole days, so that the start of this test is no part of the count.
        ending = certificates.other_server("front", 61), certificates.client("gateway"), certificates.other_server("ending", 61)
        client = certificates._issue("gateway-ending", "extendedKeyUsage=clientAuth", 61)  # pylint: disable=protected-access
        track.settings |= dict(zip(("service/certificate", "service/key", "upstream/certificate", "upstream/key"), (*ending[0], *client)))
        world.peer.show(ending[2])
        track.write_configuration()
        with world:
            holders = [world.peer.url, "switchtrackd server", "switchtrackd client"]
            subjects = lambda: [message["subject"] for message in hook.taken]
            expected = []
            for day, step in LADDER:
                begin_again(track, day * DAY_S)
                seen = lambda: {row["holder"]: row["days"] for row in ask(track, "certificates")["certificates"]}
                testlib.wait_for(lambda: set(holders) <= set(seen()), 30, f"day {day}: all certificates are seen")
                testlib.equal([seen()[holder] for holder in holders], [60 - day] * 3, f"day {day}: days that are left")
                if step is None:
                    continue
                expected.append(step)
                for holder in holders:
                    testlib.wait_for(lambda h=holder: steps_of(subjects(), h) == expected, 30, f"day {day}: told of {holder} by webhook")
                    told = lambda h=holder: steps_of([mail.subject for mail in mails.taken], h) == expected
                    testlib.wait_for(told, 30, f"day {day}: told of {holder} by mail")
                # Again on the same day: nobody is told twice.
                begin_again(track, day * DAY_S)
                testlib.wait_for(lambda: world.peer.url in seen() and track.rows("SELECT 1 FROM call WHERE kind = 'probe'"), 30, "a probe")
            testlib.equal({tuple(mail.to) for mail in mails.taken}, {(WATCH,)}, "told are those who are told first")
            testlib.equal({message["event"] for message in hook.taken}, {"certificate"}, "events")
            testlib.equal(len({message["delivery"] for message in hook.taken}), 18, "deliveries")

            # Ours are renewed, the Planner's is not: it has ended, and callers hear that there is no contact.
            renewed = certificates.other_server("front-renewed", 700)
            again = certificates._issue("gateway-renewed", "extendedKeyUsage=clientAuth", 700)  # pylint: disable=protected-access
            begin_again(track, 62 * DAY_S, service__certificate=renewed[0], service__key=renewed[1], upstream__certificate=again[0], upstream__key=again[1])
            reply = world.call(list_options(UNIT, CPR), url=track.plain_url)
            testlib.equal((reply.fault, reply.cause), (4769, 9018), "a call to the Planner whose certificate has ended")
            testlib.equal([line["endpoint"] for line in track.logged(outcome="certificate")], ["peer"], "the log says why")
            testlib.wait_for(lambda: any(m["event"] == "disturbance" for m in hook.taken), 60, "people are told that it does not answer")
            world.peer.show(certificates.other_server("ending-renewed", 700))
            testlib.wait_for(lambda: world.call(list_options(UNIT, CPR), url=track.plain_url).status == 200, 30, "renewed, it is called again")
            seen = {row["holder"]: row["days"] for row in ask(track, "certificates")["certificates"]}
            testlib.equal([seen[holder] > 600 for holder in holders], [True] * 3, "days that are left")
            testlib.equal([steps_of(subjects(), holder) for holder in holders], [expected] * 3, "what was told in all")


# Windows --------------------------------------------------------------------------------------------


def instant(later_s):
    """As the registry writes it."""
    moment = datetime.datetime.fromtimestamp(int(time.time()) + later_s, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def window(begins_s, ends_s, **more):
    """A service window of the peer."""
    return {"endpoint": "peer", "from": instant(begins_s), "until": instant(ends_s), "text_da": "Ny version", "text_en": "New version", **more}


def test_windows_are_announced():
    """Told once, a day ahead, to those who are told first, and withdrawn likewise; while a closed one lasts calls are refused with a time; failures inside are nobody's alarm."""
    with told_world(settings={"escalation/confirm-failures": 2}) as (world, hook, mails), world:
        track, hour = world.track, 3600
        world.document["windows"] = [window(20 * hour, 21 * hour, is_closed=True), window(48 * hour, 50 * hour)]
        world.publish()
        told = lambda event="window": [message for message in hook.taken if message["event"] == event]
        testlib.wait_for(lambda: told() and len(mails.taken) == 1, 60, "the window of tomorrow is told")
        testlib.equal((mails.taken[0].to, "Ny version" in mails.taken[0].text, "990034" in mails.taken[0].text), ([WATCH], True, True), "the mail")
        testlib.equal([row["endpoint"] for row in ask(track, "health")["windows"]], ["peer", "peer"], "both are shown")
        page = track.get("/status?lang=da")[1]
        testlib.equal("Ny version" in page, True, "the page shows them")
        begin_again(track, hour)
        testlib.wait_for(lambda: track.rows("SELECT 1 FROM call WHERE kind = 'probe'"), 30, "a probe after a restart")

        # In the closed window.
        asked = len(world.peer.calls)
        begin_again(track, 20 * hour + 60)
        reply = world.call(list_options(UNIT, CPR), url=track.plain_url)
        testlib.equal((reply.fault, 3000 < int(reply.headers["Retry-After"]) <= 3600), (990034, True), reply.headers["Retry-After"])
        testlib.equal([call for call in world.peer.calls[asked:] if CPR in call[2]], [], "calls that reach it")

        # After it, and a day before the next.
        begin_again(track, 25 * hour)
        testlib.equal(world.call(list_options(UNIT, CPR), url=track.plain_url).status, 200, "after it")
        testlib.wait_for(lambda: len(told()) == 2 and len(mails.taken) == 2, 60, "the next one is told")

        # That one is withdrawn, and after a restart put back.
        windows = world.document["windows"]
        world.document["windows"] = []
        world.publish()
        testlib.wait_for(lambda: told("window-withdrawn") and len(mails.taken) == 3, 60, "it is told that it is withdrawn")
        testlib.equal(("gælder ikke længere" in mails.taken[2].text, mails.taken[2].to), (True, [WATCH]), "the mail")
        testlib.equal(told("window-withdrawn")[0]["window"], told()[1]["window"], "of which one")
        begin_again(track, 25 * hour)
        world.document["windows"] = windows
        world.publish()
        testlib.wait_for(lambda: len(told()) == 3 and len(mails.taken) == 4, 60, "it is told again")

        # In the open one: it fails, and nobody is woken.
        begin_again(track, 48 * hour + 60)
        world.peer.mode = "reset"
        for _ in range(4):
            testlib.equal(world.call(list_options(UNIT, CPR), url=track.plain_url).fault, 4769, "a call inside")
        planned = lambda: [row["planned"] for row in ask(track, "disturbances")["disturbances"]]
        testlib.wait_for(planned, 30, "it is recorded")
        testlib.equal(planned(), [True], "as planned")
        health = lambda: ask(track, "health")["endpoints"][0]["state"]
        testlib.wait_for(lambda: health() == "down", 60, "it is known to be down")

        # It still fails when the window is over: that is an alarm.
        begin_again(track, 50 * hour + 60)
        for _ in range(4):
            world.call(list_options(UNIT, CPR), url=track.plain_url)
        testlib.wait_for(lambda: [m for m in hook.taken if m["event"] == "disturbance"], 60, "what lasts longer is told")
        testlib.equal((len(told()), len(told("window-withdrawn"))), (3, 1), "windows that were told, and withdrawn")


if __name__ == "__main__":
    testlib.run(globals())
