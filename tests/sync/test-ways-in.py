# SPDX-License-Identifier: EUPL-1.2
# plannerctl sync connect and test over HTTPS: authorities, bad certificates, our own certificate, Bearer, Digest, proxies, redirects.
# Also tests: sync-secret, sync-remote.
"""Each wrong way in must say what is wrong and what to do, keep nothing, and give no secret to anybody it is not for. Each right one
must go through: an appointment in, a booking out. Log, answers and database are searched for the secrets at the end."""

import contextlib
import datetime
import hashlib
import os
import re
import select
import signal
import socket
import socketserver
import ssl
import subprocess
import threading

import caldav_fake
import testlib
from caldav_servers import PASSWORD, event
from planner_process import Certificates
from sync_world import SyncWorld

ADVISOR, OTHER = "89000-01", "89000-02"
TOKEN = "et-meget-langt-tegn.7"
SECRETS = (PASSWORD, TOKEN, "forkert-kode-4")
DAY = datetime.date.today() + datetime.timedelta(days=7)
WAYS_OF_BASIC = ("--user", "u1", "--secret", "kode")


class SecureFake(caldav_fake.FakeServer):
    """FakeServer over TLS with a CERTIFICATE (file, key); asks for one signed by CLIENTS."""

    def __init__(self, certificate, clients=None, scheme="Basic"):
        super().__init__(scheme=scheme, token=TOKEN)
        self.certificate, self.clients = certificate, clients
        self.context = None

    def start(self):
        # A new one each time: no session of before goes on.
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*self.certificate)
        if self.clients is not None:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(self.clients)
        super().start()
        # The hands are shaken by the thread of the connection.
        self.listener.socket = self.context.wrap_socket(self.listener.socket, server_side=True, do_handshake_on_connect=False)
        return self

    def url(self, calendar, host="127.0.0.1"):
        """Where our programs find it."""
        return f"https://{host}:{self.port}{calendar.path}"

    def put(self, calendar, name, text):
        """The harness does not speak TLS."""
        self.fill(calendar, {name: text})

    def ours(self):
        """How many events of ours are there."""
        return sum(b"X-PLANNER-REF" in text for one in self.collections.values() for text in one.items.values())

    def given(self):
        """Every Authorization that came."""
        return [request.headers["Authorization"] for request in self.seen if request.headers.get("Authorization")]


class DigestFake(SecureFake):
    """Takes Digest (RFC 7616, MD5, qop=auth) alone."""

    NONCE = "7f2c1a"

    def answer_well(self, request):
        reply = super().answer_well(request)
        if reply.status == 401:
            reply.headers["WWW-Authenticate"] = f'Digest realm="fake", nonce="{self.NONCE}", qop="auth", algorithm=MD5'
        return reply

    def _may_enter(self, request):
        given = request.headers.get("Authorization", "")
        if not given.startswith("Digest "):
            return False
        parts = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
        digest = lambda text: hashlib.md5(text.encode()).hexdigest()  # pylint: disable=unnecessary-lambda-assignment
        who, what = digest(f"u1:fake:{PASSWORD}"), digest(f"{request.method}:{parts['uri']}")
        right = digest(f"{who}:{self.NONCE}:{parts['nc']}:{parts['cnonce']}:auth:{what}")
        return parts.get("response") == right


class Proxy:
    """CONNECT and absolute addresses; FORBIDS with a status."""

    def __init__(self, forbids=0):
        self.forbids, self.heads = forbids, []
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            """One connection."""

            def handle(self):
                owner.serve(self.request)

        class Listener(socketserver.ThreadingTCPServer):
            """On a port of its own."""

            daemon_threads = allow_reuse_address = True

        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.port = self.listener.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()

    def serve(self, client):
        """Reads one head, then carries bytes both ways."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(65536)
            if not more:
                return
            head += more
        self.heads.append(head)
        if self.forbids:
            client.sendall(f"HTTP/1.1 {self.forbids} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        method, target = head.split(b" ")[:2]
        place = target.removeprefix(b"http://").split(b"/")[0].decode()
        host, port = place.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=30) as server:
            if method == b"CONNECT":
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                server.sendall(head)
            self.carry(client, server)

    def carry(self, one, other):
        """Until either side ends."""
        ends = {one: other, other: one}
        while True:
            for ready in select.select(list(ends), [], [], 60)[0]:
                try:
                    data = ready.recv(65536)
                except OSError:
                    return
                if not data:
                    return
                ends[ready].sendall(data)


class Town(SyncWorld):
    """A world whose [sync] may be written anew, with certificates of every kind."""

    def __init__(self, **settings):
        self.papers = Certificates(testlib.make_folder() / "papers")
        self.strangers = Certificates(testlib.make_folder() / "strangers")
        super().__init__(settings={f"sync/{name.replace('_', '-')}": value for name, value in settings.items()})
        self.secret("kode", PASSWORD + "\n")
        self.secret("forkert", "forkert-kode-4\n")
        self.secret("tegn", TOKEN + "\n")

    def paper(self, name, extensions, days="30"):
        """A certificate of our authority."""
        folder = self.papers.folder
        if days == "30":
            return self.papers._issue(name, extensions)  # pylint: disable=protected-access
        certificate, key = self.papers._issue(name, extensions)  # pylint: disable=protected-access
        signing = ("-CA", str(self.papers.authority[0]), "-CAkey", str(self.papers.authority[1]), "-CAcreateserial")
        command = ["openssl", "x509", "-req", "-in", str(folder / f"{name}.csr"), "-days", days, "-extfile", str(folder / f"{name}.ext")]
        subprocess.run([*command, *signing, "-out", str(certificate)], check=True, capture_output=True)
        return certificate, key

    def reload(self, **settings):
        """[sync] with other values, taken over by plannerd."""
        for name, value in settings.items():
            self.settings[f"sync/{name.replace('_', '-')}"] = value
        said = self.log.read_text(encoding="utf-8").count("event=reload")
        (self.folder / "planner.conf").write_text(self._configuration(), encoding="utf-8")
        os.kill(self.process.pid, signal.SIGHUP)
        testlib.wait_for(lambda: self.log.read_text(encoding="utf-8").count("event=reload") > said, 30, "plannerd reloads")

    def refuse(self, what, url, *words, says=()):
        """A connection that is not made, and why."""
        status, text = self.try_ctl("sync", "connect", ADVISOR, "--url", url, *words)
        testlib.note(f"{what}: {(re.findall(r'plannerctl: (.*)', text) or re.findall(r'.error.*', text))[-1:]}")
        testlib.equal(status != 0, True, f"{what}: {text}")
        for word in says:
            testlib.equal(word in text, True, f"{what} says '{word}': {text}")
        testlib.equal(self.count("SELECT count(*) FROM sync_binding"), 0, f"{what}: nothing is kept")

    def accept(self, server, url, *words, calendar):
        """A connection that works: an appointment comes in, a booking goes out, the test passes; then it is taken away."""
        n_before = server.ours()
        start = datetime.datetime.combine(DAY, datetime.time(9), datetime.timezone.utc)
        server.put(calendar, "egen", event("egen", f":{start:%Y%m%dT%H%M%SZ}", f":{start + datetime.timedelta(hours=1):%Y%m%dT%H%M%SZ}"))
        self.ctl("sync", "connect", ADVISOR, "--url", url, *words)
        self.run(ADVISOR)
        testlib.equal((start, start + datetime.timedelta(hours=1)) in self.busy(ADVISOR), True, f"{words}: the appointment takes time")
        booking = self.book(self.free(DAY, 1, ADVISOR)[0], ADVISOR)
        testlib.equal(self.run(ADVISOR)["created"], 1, f"{words}: the booking goes out")
        testlib.equal(server.ours(), n_before + 1, f"{words}: it stands there")
        steps = self.ctl("sync", "test", ADVISOR, "--write")["steps"]
        testlib.equal({row["outcome"] for row in steps} <= {"ok", "warning", "skipped"}, True, str(steps))
        self.cancel(booking)
        self.ctl("sync", "disconnect", ADVISOR, "--remove-events", "--yes")
        testlib.equal(server.ours(), n_before, f"{words}: it is taken away")

    def search(self):
        """No secret in what was said, logged or stored."""
        texts = {"commands": "\n".join(self.said).encode(), "log": self.log.read_bytes()}
        for path in self.folder.glob("planner.db*"):
            if path.is_file():
                texts[path.name] = path.read_bytes()
        for where, text in texts.items():
            testlib.equal([word for word in SECRETS if word.encode() in text], [], f"secrets in {where}")


# Whom we trust ----------------------------------------------------------------------------------------


def test_certificates_of_servers():
    """Own authority from a file; expired, for another name, of nobody we know, not TLS at all; then the right one."""
    with Town() as town:
        town.reload(ca_file=town.papers.authority[0])
        names = "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth"
        bad = (
            ("expired", town.paper("expired", names, days="-1"), ("certificate", "has expired", "renew")),
            ("another name", town.paper("other", "subjectAltName=DNS:anden.example"), ("certificate", "not made out for this host")),
            ("another authority", town.strangers.server, ("certificate", "not trusted here", "ca-file")),
            ("self-signed", town.strangers.authority, ("certificate",)),
        )
        for what, paper, says in bad:
            with SecureFake(paper) as server:
                calendar = server.make_calendar("u1", "arbejde")
                town.refuse(what, server.url(calendar), *WAYS_OF_BASIC, says=says)
                testlib.equal(server.given(), [], f"{what}: no password is given")
        with caldav_fake.FakeServer() as plain:
            calendar = plain.make_calendar("u1", "arbejde")
            town.refuse("no TLS", calendar.url.replace("http:", "https:"), *WAYS_OF_BASIC, says=("check the address",))
        with SecureFake(town.papers.server) as server:
            calendar = server.make_calendar("u1", "arbejde")
            town.refuse("wrong password", server.url(calendar), "--user", "u1", "--secret", "forkert", says=("login", "password"))
            testlib.equal(len(set(server.given())), 1, "one password")
            town.accept(server, server.url(calendar), *WAYS_OF_BASIC, calendar=calendar)
            town.accept(server, server.url(calendar, "localhost"), *WAYS_OF_BASIC, calendar=calendar)
            server.restart()
            town.reload(ca_file="")
            town.refuse("own authority, no file", server.url(calendar), *WAYS_OF_BASIC, says=("not trusted here", "ca-file"))
            town.reload(ca_file=town.folder / "mangler.pem")
            town.refuse("no such file", server.url(calendar), *WAYS_OF_BASIC, says=("file of trusted authorities cannot be read",))
        town.search()


def test_a_certificate_turns_bad():
    """A connection that worked: status says what is wrong, and it goes on by itself when the certificate is renewed."""
    with Town() as town:
        town.reload(ca_file=town.papers.authority[0])
        names = "subjectAltName=IP:127.0.0.1"
        with SecureFake(town.papers.server) as server:
            calendar = server.make_calendar("u1", "arbejde")
            town.ctl("sync", "connect", ADVISOR, "--url", server.url(calendar), *WAYS_OF_BASIC)
            town.run(ADVISOR)
            server.certificate = town.paper("gone", names, days="-1")
            server.restart()
            status, text = town.try_ctl("sync", "run", ADVISOR)
            testlib.equal((status != 0, "has expired" in text), (True, True), text)
            line = town.status(ADVISOR)
            testlib.equal((line["state"], "expired" in line["said"]), ("untrusted", True), str(line))
            server.certificate = town.papers.server
            server.restart()
            town.run(ADVISOR)
            testlib.equal(town.status(ADVISOR)["state"], "ok")
        town.search()


# Who we are -------------------------------------------------------------------------------------------


def test_certificate_of_ours():
    """None, one of another authority, a file that others can read, one without its key, then the right one; then it is renewed."""
    with Town() as town:
        town.reload(ca_file=town.papers.authority[0])
        for name, papers in (("mit.pem", town.papers), ("fremmed.pem", town.strangers)):
            town.secret(name, papers.combined("planner").read_text(encoding="ascii"))
        town.secret("halvt.pem", town.papers.client("planner")[0].read_text(encoding="ascii"))
        town.secret("åbent.pem".replace("å", "a"), "x")
        (town.secrets / "abent.pem").chmod(0o640)
        (town.secrets / "link.pem").symlink_to("mit.pem")
        with SecureFake(town.papers.server, clients=town.papers.authority[0], scheme="") as server:
            calendar = server.make_calendar("u1", "arbejde")
            url = server.url(calendar)
            way = ("--auth", "certificate", "--certificate")
            town.refuse("no certificate", url, *WAYS_OF_BASIC, says=("certificate",))
            town.refuse("no name of a file", url, "--auth", "certificate", says=("certificate",))
            town.refuse("another authority", url, *way, "fremmed.pem", says=("certificate",))
            town.refuse("no key", url, *way, "halvt.pem", says=("certificate or its key cannot be read",))
            town.refuse("not there", url, *way, "mangler.pem", says=("mangler.pem", "not there"))
            town.refuse("others can read it", url, *way, "abent.pem", says=("chmod 600",))
            town.refuse("a link", url, *way, "link.pem", says=("it is a link",))
            town.accept(server, url, *way, "mit.pem", calendar=calendar)
        town.search()


def test_tokens_and_digests():
    """Bearer and Digest, each right, wrong, and where the server wants the other."""
    with Town() as town:
        town.reload(ca_file=town.papers.authority[0])
        with SecureFake(town.papers.server, scheme="Bearer") as server:
            calendar = server.make_calendar("u1", "arbejde")
            url = server.url(calendar)
            town.refuse("a password for a token", url, *WAYS_OF_BASIC, says=("login", "token"))
            town.refuse("a wrong token", url, "--auth", "bearer", "--secret", "forkert", says=("login", "token"))
            town.secret("to-ord", "et tegn\n")
            town.refuse("a token with a blank", url, "--auth", "bearer", "--secret", "to-ord", says=("blanks",))
            town.accept(server, url, "--auth", "bearer", "--secret", "tegn", calendar=calendar)
        with DigestFake(town.papers.server) as server:
            calendar = server.make_calendar("u1", "arbejde")
            url = server.url(calendar)
            town.refuse("a wrong password", url, "--auth", "digest", "--user", "u1", "--secret", "forkert", says=("login", "password"))
            testlib.equal([text for text in server.given() if not text.startswith("Digest ")], [], "no password is told")
            town.accept(server, url, "--auth", "digest", "--user", "u1", "--secret", "kode", calendar=calendar)
            town.accept(server, url, *WAYS_OF_BASIC, calendar=calendar)  # which goes over to Digest
        with SecureFake(town.papers.server) as server:
            calendar = server.make_calendar("u1", "arbejde")
            words = ("--auth", "digest", "--user", "u1", "--secret", "kode")
            town.refuse("Digest where there is none", server.url(calendar), *words, says=("login", "Digest"))
            testlib.equal(server.given(), [], "the password is not told")
        town.search()


# By which way -----------------------------------------------------------------------------------------


def test_proxies():
    """Through one to HTTPS; one that says no, one that wants a name, none at all."""
    with contextlib.ExitStack() as stack:
        town = stack.enter_context(Town())
        server = stack.enter_context(SecureFake(town.papers.server))
        calendar = server.make_calendar("u1", "arbejde")
        url = server.url(calendar)
        for forbids in (403, 407, 502):
            with Proxy(forbids) as proxy:
                town.reload(ca_file=town.papers.authority[0], proxy=f"http://127.0.0.1:{proxy.port}")
                town.refuse(f"a proxy with {forbids}", url, *WAYS_OF_BASIC, says=("proxy",))
        town.reload(proxy=f"http://127.0.0.1:{testlib.free_port()}")
        town.refuse("no proxy there", url, *WAYS_OF_BASIC, says=("proxy",))
        town.reload(proxy="http://navn:kode@proxy.example:3128")
        town.refuse("a proxy with a name", url, *WAYS_OF_BASIC, says=("proxy",))
        testlib.equal(server.given(), [], "nothing went another way")
        proxy = stack.enter_context(Proxy())
        town.reload(proxy=f"http://127.0.0.1:{proxy.port}")
        town.accept(server, url, *WAYS_OF_BASIC, calendar=calendar)
        testlib.equal(len(proxy.heads) > 0, True, "through the proxy")
        testlib.equal([head for head in proxy.heads if not head.startswith(b"CONNECT ")], [], "as a tunnel")
        testlib.equal([head for head in proxy.heads if b"uthorization" in head], [], "the proxy is told no password")
        town.search()


def test_redirects():
    """To another host, port or scheme: the message names it, and it is told nothing. On the same server: followed."""
    with contextlib.ExitStack() as stack:
        town = stack.enter_context(Town())
        town.reload(ca_file=town.papers.authority[0])
        server = stack.enter_context(SecureFake(town.papers.server))
        thief = stack.enter_context(SecureFake(town.papers.server))
        plain = stack.enter_context(caldav_fake.FakeServer())
        calendar = server.make_calendar("u1", "arbejde")
        for each in (thief, plain):
            each.make_calendar("u1", "arbejde")
        elsewhere = f"https://localhost:{thief.port}"
        for code in (301, 302, 303, 307, 308):
            with server.manner("*", caldav_fake.redirect(code, elsewhere + "{path}")):
                town.refuse(f"{code} to another host", server.url(calendar), *WAYS_OF_BASIC, says=(elsewhere, "neither name nor password"))
        with server.manner("*", caldav_fake.redirect(302, f"http://127.0.0.1:{plain.port}{{path}}")):
            town.refuse("to plain HTTP", server.url(calendar), *WAYS_OF_BASIC)
        with server.manner("*", caldav_fake.redirect(302, "https://u1:x@" + f"localhost:{thief.port}" + "{path}")):
            town.refuse("with a name in it", server.url(calendar), *WAYS_OF_BASIC, says=("sends us on",))
        for auth in (("--auth", "bearer", "--secret", "tegn"), ("--auth", "digest", "--user", "u1", "--secret", "kode")):
            with server.manner("*", caldav_fake.redirect(302, elsewhere + "{path}")):
                town.refuse(f"{auth[1]} to another host", server.url(calendar), *auth, says=(elsewhere,))
        testlib.equal([thief.seen, plain.seen], [[], []], "nobody else was asked")
        # A run that worked is sent on one day: nothing is told there either.
        town.ctl("sync", "connect", ADVISOR, "--url", server.url(calendar), *WAYS_OF_BASIC)
        town.run(ADVISOR)
        with server.manner("*", caldav_fake.redirect(302, elsewhere + "{path}")):
            town.try_ctl("sync", "run", ADVISOR)
            testlib.equal(town.status(ADVISOR)["state"], "astray", str(town.status(ADVISOR)))
        testlib.equal([thief.seen, plain.seen], [[], []], "nobody else was asked")
        town.ctl("sync", "disconnect", ADVISOR, "--yes")
        moved = server.make_calendar("u1", "nyt")
        with server.manner("*", lambda request, proceed: caldav_fake.Reply(308, {"Location": request.path.replace("arbejde", "nyt")}) if "arbejde" in request.path else proceed()):
            town.accept(server, server.url(calendar), *WAYS_OF_BASIC, calendar=moved)
        town.search()


# Passwords that change --------------------------------------------------------------------------------


def test_a_password_is_changed():
    """While runs are under way: one refusal at most, no pause, no old connection; half a file is not sent."""
    with Town(enabled="true", interval_s=1, busy_interval_s=1, idle_interval_s=1, parallel_per_account=4) as town:
        with caldav_fake.FakeServer() as server:
            for advisor in (ADVISOR, OTHER):
                town.ctl("sync", "connect", advisor, "--url", server.make_calendar("u1", advisor).url, *WAYS_OF_BASIC)
            count = lambda: len([request for request in server.seen if request.status in (200, 207)])
            testlib.wait_for(lambda: count() > 20, 60, "runs are under way")
            new = "en-helt-anden-7"
            wants = {"word": PASSWORD}

            def check(request, proceed):
                given = caldav_fake.base64.b64decode(request.headers.get("Authorization", "Basic ").removeprefix("Basic ")).decode()
                return proceed() if given.endswith(":" + wants["word"]) else caldav_fake.Reply(401, {"WWW-Authenticate": 'Basic realm="x"'})

            server._may_enter = lambda request: True  # pylint: disable=protected-access
            with server.manner("*", check):
                path = town.secrets / "kode"
                # An editor cuts the file first, then writes: what is read between is no password.
                path.write_text("", encoding="utf-8")
                testlib.wait_for(lambda: town.status(ADVISOR)["state"] == "secret", 60, "an empty file is seen")
                wants["word"] = new
                fresh = town.secrets / "kode.ny"
                fresh.touch(mode=0o600)
                fresh.write_text(new + "\n", encoding="utf-8")
                fresh.replace(path)
                server.forget_seen()
                testlib.wait_for(lambda: all(town.status(who)["state"] == "ok" for who in (ADVISOR, OTHER)), 90, "the new password is used")
                old = "Basic " + caldav_fake.base64.b64encode(f"u1:{PASSWORD}".encode()).decode()
                testlib.equal([request for request in server.seen if request.headers.get("Authorization") == old], [], "the old one is not sent again")
                testlib.equal([request for request in server.seen if request.status == 401], [], "no refusal")
                testlib.equal(town.count("SELECT count(*) FROM sync_binding WHERE state <> 'active'"), 0, "nobody is paused")
        text = town.log.read_text(encoding="utf-8")
        testlib.equal([word for word in (*SECRETS, new) if word in text], [], "in the log")


testlib.run(globals())
