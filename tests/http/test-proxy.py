# SPDX-License-Identifier: EUPL-1.2
# plannerd behind a real nginx made from deploy/proxy: flow, certificates, forged headers, caps, odd bytes, restarts.

import fcntl
import http.client
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

import testlib
from planner_process import PATH, Caller, Municipality, PlannerProcess, _openssl
from soap_client import message

UNIT = "89000"
OFFER = "10000000-0000-4000-8000-000000000001"
XML = {"Content-Type": "text/xml; charset=utf-8"}
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Nginx(testlib.Server):
    """nginx with the configuration of deploy/proxy, in front of PLANNER; CHANGES are made to the text for shorter waits."""

    def __init__(self, planner, crl=None, changes=(), options=()):
        self.planner, self.folder = planner, testlib.make_folder()
        self.port_number = testlib.free_port()
        certificates = planner.certificates
        (self.folder / "temp").mkdir()
        words = [testlib.SOURCE / "deploy" / "proxy" / "make-config", "--no-check", "--socket", planner.proxied]
        words += ["--certificate", certificates.server[0], "--key", certificates.server[1]]
        words += ["--trust", certificates.authority[0], "--listen", f"127.0.0.1:{self.port_number}"]
        words += ["--run", self.folder, "--log", self.folder, "--temp", self.folder / "temp"]
        words += ["--user", pwd.getpwuid(os.getuid()).pw_name, *options]
        words += ["--crl", crl] if crl else []
        text = subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout
        for old, new in changes:
            assert old in text, f"{old} is not in the configuration"
            text = text.replace(old, new)
        configuration = self.folder / "nginx.conf"
        configuration.write_text(text, encoding="utf-8")
        checked = subprocess.run([NGINX, "-t", "-q", "-c", configuration], capture_output=True, text=True, check=False)
        testlib.equal(checked.returncode, 0, f"nginx -t: {checked.stderr}")
        super().__init__([NGINX, "-c", configuration, "-g", "daemon off;"], self.port_number, self.folder / "output.log")

    def connect(self, client="dfdg"):
        """A TLS connection, with the certificate of CLIENT."""
        context = self.planner.certificates.context(client)
        raw = socket.create_connection(("127.0.0.1", self.port_number), timeout=60)
        return context.wrap_socket(raw, server_hostname="localhost")

    def request(self, method, path, body=None, headers=None, client="dfdg"):
        """Status and text of one request."""
        context = self.planner.certificates.context(client)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port_number, timeout=60, context=context)
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def call(self, operation, client="dfdg", headers=None, **members):
        """Status and text of a call of the contract."""
        return self.request("POST", PATH, message(operation, **members), {**XML, **(headers or {})}, client)

    def raw(self, data):
        """What comes back for DATA, byte by byte as given, until nginx closes."""
        received = b""
        with self.connect() as client:
            client.settimeout(testlib.LEAST_PATIENCE_S)
            try:
                client.sendall(data)
                while True:
                    piece = client.recv(65536)
                    if not piece:
                        break
                    received += piece
            except TimeoutError:
                raise AssertionError(f"still open after {received[:100]}") from None
            except OSError:
                pass
        return received

    def access_log(self):
        """The text of the access log."""
        return (self.folder / "access.log").read_text(encoding="utf-8")


class ProxiedPlanner(PlannerProcess):
    """plannerd with a unix socket for a proxy, and revocation lists."""

    def __init__(self, handed_over=False, **options):
        settings = options.pop("settings", {})
        super().__init__(
            Municipality().jobcenter(UNIT, n_advisors=10).offer(OFFER, UNIT, 7, duration=30, grid=30),
            [Caller("dfdg"), Caller("other"), Caller("plain", plain=True)],
            settings={"limits/stop-grace-ms": "500", "dfdg/crl-check-s": "1", **settings},
            **options,
        )
        self.proxied = self.folder / "proxied"
        self.list = self.folder / "list.pem"
        self.certificates.client("stranger")
        self.certificates.client("revoked")
        self.write_list("revoked")
        text = self.folder.joinpath("planner.conf").read_text(encoding="utf-8")
        text = text.replace("[dfdg]\n", f"[dfdg]\ncrl={self.list}\n")
        text += f"[proxied]\nsocket={self.proxied}\nmode=0660\n"
        text += f"[caller revoked]\ntenant=demo\nroles=dfdg\nfingerprint={self.certificates.fingerprint('revoked')}\n"
        self.folder.joinpath("planner.conf").write_text(text, encoding="utf-8")
        if handed_over:
            self.hand_over()

    def hand_over(self):
        """The proxied socket is bound here, as a service manager does."""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.proxied))
        self.socket.listen(512)
        number = fcntl.fcntl(self.socket.fileno(), fcntl.F_DUPFD, 20)
        command = f'LISTEN_PID=$$ exec "$@" 3<&{number} {number}<&-'
        self.arguments = ["bash", "-c", command, "bash", *self.arguments]
        self.environment.update({"LISTEN_FDS": "1", "LISTEN_FDNAMES": "proxied"})
        self.pass_fds = (number,)

    def write_list(self, *names):
        """A revocation list of our authority with the certificates NAMES on it."""
        folder = self.certificates.folder
        database = folder / "index.txt"
        database.write_text("", encoding="ascii")
        config = folder / "list.cnf"
        config.write_text(f"[ca]\ndefault_ca=c\n[c]\ndatabase={database}\ndefault_md=sha256\n", encoding="ascii")
        authority = ["-config", str(config), "-cert", str(self.certificates.authority[0])]
        authority += ["-keyfile", str(self.certificates.authority[1])]
        for name in names:
            _openssl("ca", *authority, "-revoke", str(self.certificates.client(name)[0]))
        fresh = folder / "fresh.pem"
        _openssl("ca", *authority, "-gencrl", "-crldays", "2", "-out", str(fresh))
        fresh.replace(self.list)


_pair = None


def pair():
    """plannerd and nginx, started once."""
    global _pair  # pylint: disable=global-statement
    if NGINX is None:
        raise testlib.Skip("no nginx: deploy/install.sh test")
    if _pair is None:
        planner = ProxiedPlanner().start()
        _pair = planner, Nginx(planner).start()
    return _pair


def one(text, name):
    """Text of the first element NAME."""
    found = re.search(rf"<{name}>([^<]*)<", text)
    if found is None:
        raise AssertionError(f"no {name} in {text}")
    return found.group(1)


def interval():
    """The interval of a listing."""
    times = (time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + n * 86400)) for n in (2, 30))
    return dict(zip(("from_time", "to_time"), times))


def test_whole_booking():
    """Offers, times, reservation, booking, another time, cancellation; the log of plannerd names caller and address."""
    planner, nginx = pair()
    citizen = testlib.cpr(1)

    def call(operation, **members):
        status, text = nginx.call(operation, cpr=citizen, **members)
        testlib.equal(status, 200, f"{operation}: {text}")
        return text

    offers = call("GetSelfbookInterviewOptions", unit=UNIT, ContactGroupTypeIdentifier=1)
    offer = one(offers, "InterviewOptionIdentifier")
    starts = re.findall(r"<StartTime>([^<]+)<", call("GetSelfbookTimeslots", offer=offer, **interval()))
    reservation = one(call("GetBookingDetails", offer=offer, start=starts[0]), "ReservationIdentifier")
    booking = one(call("CreateBooking", contact=1, reservation=reservation), "BookingIdentifier")
    later = next(start for start in starts if start != starts[0])
    call("RescheduleBooking", booking=booking, start=later)
    call("CancelBooking", booking=booking)
    testlib.equal(planner.count("SELECT count(*) FROM booking WHERE identifier = ? AND state = 'cancelled'", booking), 1, "cancelled")
    line = re.search(r"event=call .*operation=CreateBooking.*", planner.log.read_text(encoding="utf-8")).group(0)
    assert "caller=dfdg" in line and "peer=127.0.0.1" in line, line
    status, wsdl = nginx.request("GET", PATH + "?wsdl")
    assert status == 200 and f"https://127.0.0.1:{nginx.port_number}{PATH}" in wsdl, wsdl[-400:]


def test_who_is_let_in():
    """nginx asks for a certificate; plannerd judges it again by lists and allow-list."""
    planner, nginx = pair()
    testlib.equal(nginx.request("GET", PATH + "?wsdl", client="dfdg")[0], 200, "on the list")
    testlib.equal(nginx.request("GET", PATH + "?wsdl", client=None)[0], 400, "no certificate, by nginx")
    status, text = nginx.request("GET", PATH + "?wsdl", client="stranger")
    assert status == 403 and "allow-list" in text, f"not on the allow-list, by plannerd: {status} {text}"
    status, text = nginx.request("GET", PATH + "?wsdl", client="revoked")
    assert status == 403 and "not accepted" in text, f"revoked, by plannerd: {status} {text}"
    testlib.equal(stat.S_IMODE(planner.proxied.stat().st_mode), 0o660, "mode of the socket")
    log = planner.log.read_text(encoding="utf-8")
    assert re.search(r'event=access-denied peer=127.0.0.1 .*problem="a certificate of the chain has been revoked"', log), log[-2000:]


def test_revoked_meanwhile():
    """A list that comes while a connection is open ends it at the next request, and lets the next ones not in."""
    planner, nginx = pair()
    context = planner.certificates.context("other")
    connection = http.client.HTTPSConnection("127.0.0.1", nginx.port_number, timeout=60, context=context)

    def ask():
        connection.request("GET", PATH + "?wsdl")
        reply = connection.getresponse()
        reply.read()
        return reply.status

    testlib.equal(ask(), 200, "before")
    time.sleep(1.1)  # A list made within the second of the last one is not newer.
    planner.write_list("revoked", "other")
    testlib.wait_for(lambda: ask() == 403, 20, "the new list is in force")
    connection.close()
    testlib.equal(nginx.request("GET", PATH + "?wsdl", client="other")[0], 403, "a new connection")
    testlib.equal(nginx.request("GET", PATH + "?wsdl", client="dfdg")[0], 200, "everybody else")


def test_nginx_with_lists():
    """nginx may look at the lists as well; then a revoked certificate does not reach plannerd."""
    planner, _ = pair()
    with Nginx(planner, crl=planner.list) as nginx:
        testlib.equal(nginx.request("GET", PATH + "?wsdl", client="dfdg")[0], 200, "good")
        status, text = nginx.request("GET", PATH + "?wsdl", client="revoked")
        assert status == 400 and "SSL certificate error" in text, f"{status} {text}"


def test_forged_headers():
    """What a client writes under the proxy's names is thrown away, in whatever spelling."""
    planner, nginx = pair()
    pem = planner.certificates.client("dfdg")[0].read_text(encoding="ascii")
    forged = "".join(f"%{byte:02X}" for byte in pem.encode())
    for name in ("X-Client-Certificate", "x-client-certificate", "X_Client_Certificate", "X-CLIENT_Certificate"):
        status, text = nginx.request("GET", PATH + "?wsdl", headers={name: forged}, client="stranger")
        assert status == 403 and "allow-list" in text, f"{name}: {status} {text}"
        status, _ = nginx.request("GET", PATH + "?wsdl", headers={name: forged, "X-Client-Address": "192.0.2.66"}, client="dfdg")
        testlib.equal(status, 200, f"{name} beside a good certificate")
    head = f"GET {PATH}?wsdl HTTP/1.1\r\nHost: x\r\n" + f"X-Client-Certificate: {forged}\r\n" * 2 + "Connection: close\r\n\r\n"
    assert b" 200 " in nginx.raw(head.encode())[:20], "two forged ones beside a good certificate"
    assert "192.0.2.66" not in planner.log.read_text(encoding="utf-8"), "a forged address"
    # Without the proxy's field, or with it on another face, it is nothing.
    with socket.socket(socket.AF_UNIX) as direct:
        direct.connect(str(planner.proxied))
        direct.sendall(f"GET {PATH}?wsdl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert b" 403 " in direct.recv(65536)[:20]
    context = planner.certificates.context("stranger")
    dfdg = http.client.HTTPSConnection("127.0.0.1", planner.tls_port, timeout=60, context=context)
    dfdg.request("GET", PATH + "?wsdl", headers={"X-Client-Certificate": forged})
    testlib.equal(dfdg.getresponse().status, 403, "on the DFDG face")
    dfdg.close()


def test_caps():
    """Bodies too large, announced or chunked; heads too large; paths that are nobody's."""
    planner, nginx = pair()
    n_before = planner.log.read_text(encoding="utf-8").count("event=call")
    large = b"x" * (1024 * 1024 + 1)
    testlib.equal(nginx.request("POST", PATH, large, XML)[0], 413, "announced")
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunk = b"20000\r\n" + b"x" * 0x20000 + b"\r\n"
    testlib.equal(nginx.raw(head + chunk * 9 + b"0\r\n\r\n")[:12], b"HTTP/1.1 413", "chunked")
    testlib.equal(nginx.request("GET", PATH + "?wsdl", headers={"X-Long": "y" * 9000})[0], 400, "a field too long")
    testlib.equal(nginx.request("GET", PATH + "?wsdl", headers={f"X-{i}": "y" * 4000 for i in range(10)})[0], 400, "fields")
    for path in ("/", "/metrics", "/health/ready", "/health/live", "/admin/v1/verify", PATH + "/", PATH.lower() + "x"):
        testlib.equal(nginx.request("GET", path)[0], 404, path)
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        testlib.equal(nginx.request(method, PATH)[0], 403, method)
    testlib.equal(planner.log.read_text(encoding="utf-8").count("event=call"), n_before, "calls that reached plannerd")


def test_slow_senders():
    """Who sends his head or body too slowly is cut by nginx; plannerd never hears of him."""
    planner, _ = pair()
    # Waits are short here alone: to other tests a machine that stands still must not look slow.
    changes = [(f"client_{what}_timeout 15s", f"client_{what}_timeout 1s") for what in ("body", "header")]
    with Nginx(planner, changes=changes) as nginx:
        for data in (b"POST ", f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode()):
            received = nginx.raw(data)
            assert received == b"" or b" 408 " in received[:20], received[:100]
    testlib.equal(planner.health(), 200, "readiness")


def head_of(*fields, line=f"POST {PATH} HTTP/1.1"):
    """A request head."""
    return "\r\n".join([line, "Host: planner.example", "Connection: close", *fields]).encode() + b"\r\n\r\n"


def test_what_nginx_makes_of_odd_bytes():
    """Each shape that plannerd's own listener cannot see or refuses: what a client gets behind nginx."""
    _, nginx = pair()
    text = message("GetSelfbookInterviewOptions", cpr=testlib.cpr(2), unit=UNIT, ContactGroupTypeIdentifier=1).encode()
    good = head_of("Content-Type: text/xml", f"Content-Length: {len(text)}") + text
    chunked = head_of("Content-Type: text/xml", "Transfer-Encoding: chunked")
    size = f"{len(text):x}".encode()
    get = head_of(line=f"GET {PATH}?wsdl HTTP/1.1")
    rows = [
        ("as it should be", good, 200),
        ("empty lines first", b"\r\n\r\n" + good, 200),
        ("bare LF in the head", good.replace(b"\r\n", b"\n"), 200),
        ("chunked", chunked + size + b"\r\n" + text + b"\r\n0\r\n\r\n", 200),
        ("bare LF in chunk framing", chunked + size + b"\n" + text + b"\n0\n\n", 200),
        ("chunk extension", chunked + size + b";a=b\r\n" + text + b"\r\n0\r\n\r\n", 200),
        ("trailers", chunked + size + b"\r\n" + text + b"\r\n0\r\nX-Trailer: 1\r\n\r\n", 200),
        ("broken chunk size", chunked + b"zz\r\n" + text + b"\r\n0\r\n\r\n", 400),
        ("length and coding", head_of("Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400),
        ("two lengths", head_of("Content-Length: 4", "Content-Length: 5") + b"abcd", 400),
        ("another coding", head_of("Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n", 501),
        ("two hosts", get.replace(b"Connection", b"Host: other.example\r\nConnection"), 400),
        ("no host", get.replace(b"Host: planner.example\r\n", b""), 400),
        ("NUL in a field", get.replace(b"Connection", b"X-Odd: a\0b\r\nConnection"), 400),
        ("blank before the colon", get.replace(b"Connection", b"X-Odd : a\r\nConnection"), 400),
        ("a folded field", get.replace(b"Connection", b"X-Odd: a\r\n b\r\nConnection"), 400),
        ("a whole URL as target", get.replace(b"GET ", b"GET https://planner.example"), 200),
        ("HTTP/1.0", get.replace(b"HTTP/1.1", b"HTTP/1.0"), 200),
        ("HTTP/2.0 in the line", get.replace(b"HTTP/1.1", b"HTTP/2.0"), 505),
    ]
    wrong = []
    for name, data, expected in rows:
        received = nginx.raw(data)
        status = int(received.split()[1]) if received.startswith(b"HTTP/1.") else 0
        testlib.note(f"{name}: {status}")
        if status != expected:
            wrong.append(f"{name}: {status} instead of {expected}")
        if received.count(b"HTTP/1.1 ") > 1:
            wrong.append(f"{name}: several answers")
    assert not wrong, wrong


def test_a_request_hidden_behind_another():
    """What stands behind a body is another request to nginx too, and goes to plannerd as one of its own or not at all."""
    planner, nginx = pair()
    text = message("GetSelfbookInterviewOptions", cpr=testlib.cpr(3), unit=UNIT, ContactGroupTypeIdentifier=1).encode()
    hidden = f"GET {PATH}?wsdl HTTP/1.1\r\nHost: hidden.example\r\nConnection: close\r\n\r\n".encode()
    chunked = head_of("Content-Type: text/xml", "Transfer-Encoding: chunked").replace(b"Connection: close\r\n", b"")
    data = chunked + f"{len(text):x}".encode() + b"\r\n" + text + b"\r\n0\r\n\r\n" + hidden
    testlib.equal(nginx.raw(data).count(b"HTTP/1.1 200"), 2, "two requests, two answers")
    inside = text[:-10] + hidden
    # nginx writes its line after the client has its answer.
    testlib.wait_for(lambda: nginx.access_log().rstrip().split("\n")[-1].count('"GET '), 10, "the hidden one's line")
    n_before = nginx.access_log().count("GET ")
    data = head_of("Content-Type: text/xml", f"Content-Length: {len(inside)}") + inside
    testlib.equal(nginx.raw(data).count(b"HTTP/1.1 "), 1, "a request within a body is body")
    time.sleep(0.3)
    testlib.equal(nginx.access_log().count("GET "), n_before, "requests that nginx saw")
    testlib.equal(planner.health(), 200, "readiness")


def test_crowds():
    """More connections of one address than allowed: 503 for the rest, and the allowed ones are served."""
    planner, _ = pair()
    with Nginx(planner, options=("--connections", "4")) as nginx:
        # A connection counts while a request of it is under way: one byte of the body is kept back.
        text = message("GetSelfbookInterviewOptions", cpr=testlib.cpr(4), unit=UNIT, ContactGroupTypeIdentifier=1).encode()
        data = head_of("Content-Type: text/xml", f"Content-Length: {len(text)}") + text
        clients = [nginx.connect() for _ in range(4)]
        for client in clients:
            client.sendall(data[:-1])
        testlib.wait_for(lambda: nginx.request("GET", PATH + "?wsdl")[0] == 503, 60, "the fifth is told so once the four are known")
        for client in clients:
            client.sendall(data[-1:])
            testlib.equal(client.recv(12), b"HTTP/1.1 200", "one of the four")
            client.close()
        testlib.wait_for(lambda: nginx.request("GET", PATH + "?wsdl")[0] == 200, 10, "served again")


def test_logs():
    """One line a request in nginx's log, without query, body or number."""
    planner, nginx = pair()
    nginx.request("GET", PATH + "?wsdl&secret=1")
    log = nginx.access_log()
    assert f'"GET {PATH}" 200' in log, log
    assert "secret" not in log and testlib.cpr(1) not in log and "Envelope" not in log
    testlib.equal([line for line in log.splitlines() if planner.certificates.fingerprint("dfdg") in line], [], "SHA-256")


def test_restarts():
    """plannerd is restarted on a socket that was handed over, under calls through nginx: none fails."""
    pair()
    n_restarts = testlib.budget("proxy-restarts")
    planner = ProxiedPlanner(handed_over=True).start()
    stopping, failures, told = threading.Event(), [], []

    def book(number):
        n_calls = 0
        while not stopping.is_set():
            citizen, n_calls = testlib.cpr(10000 * number + n_calls % 10000), n_calls + 1
            start = starts[n_calls % len(starts)]
            try:
                status, text = nginx.call("CreateBooking", cpr=citizen, start=start, offer=OFFER, contact=1)
                testlib.equal(status, 200, text)
                told.append(one(text, "BookingIdentifier"))
                status, text = nginx.call("CancelBooking", cpr=citizen, booking=told[-1] if number == 0 else one(text, "BookingIdentifier"))
                testlib.equal(status, 200, text)
            except Exception as error:  # pylint: disable=broad-except
                failures.append(repr(error))
            time.sleep(0.02)

    with Nginx(planner) as nginx:
        starts = re.findall(r"<StartTime>([^<]+)<", nginx.call("GetSelfbookTimeslots", cpr=testlib.cpr(5), offer=OFFER, **interval())[1])
        clients = [threading.Thread(target=book, args=(number,), daemon=True) for number in (1, 2, 3)]
        for client in clients:
            client.start()
        for _ in range(n_restarts):
            time.sleep(0.5)
            planner.process.send_signal(signal.SIGTERM)
            testlib.equal(planner.process.wait(60), 0, "exit status")
            planner.start()
        time.sleep(0.3)
        stopping.set()
        for client in clients:
            client.join(120)
        assert not failures, f"{len(failures)} failed: {failures[:3]}"
        testlib.note(f"{len(told)} bookings over {n_restarts} restarts")
        assert len(told) > n_restarts
        testlib.equal(planner.count("SELECT count(*) FROM booking"), len(set(told)), "bookings in the database")
    planner.control("verify")
    planner.stop()


def test_the_end():
    """Both stop cleanly."""
    planner, nginx = pair()
    testlib.equal(nginx.stop(), 0, "exit status of nginx")
    testlib.equal(planner.stop(), 0, "exit status of plannerd")
    assert not planner.proxied.exists(), "the socket's file is left"


if __name__ == "__main__":
    testlib.run(globals())
