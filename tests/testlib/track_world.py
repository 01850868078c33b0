# SPDX-License-Identifier: EUPL-1.2
# A whole switch-track for a test: an authority, plannerds, a third peer of its own making, switchtrackd in front, all on free ports.
"""What a test of the gateway stands on.

    with TrackWorld(["89000", "11100"]) as world:      # a plannerd each; the peer serves what else the registry says
        answer = world.call(soap_client.list_options(...))

The third peer speaks the contract by code of its own: what it answers is written by hand, and it counts what it was asked.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import pathlib
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid

import planner_process
import testlib

NAMESPACE = planner_process.NAMESPACE
PATH = planner_process.PATH
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
FORMAT = "switch-track-registry-1"


def envelope(body, version=SOAP):
    """BODY in an envelope."""
    return f'<s:Envelope xmlns:s="{version}"><s:Body>{body}</s:Body></s:Envelope>'


def request(operation, version=SOAP, **values):
    """A request of OPERATION with the elements VALUES, in their order; by string, so that it shares no code with the server."""
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value is not None)
    return envelope(f'<{operation} xmlns="{NAMESPACE}">{inner}</{operation}>', version).encode()


def list_options(code, cpr, version=SOAP):
    """Options of the unit CODE for CPR."""
    return request(
        "GetSelfbookInterviewOptions",
        version,
        PersonCivilRegistrationIdentifier=cpr,
        JobCenterCode=code,
        ContactGroupTypeIdentifier="2",
    )


class Reply:
    """What came back: status, head, bytes; fault_code and cause by a search for their elements."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode("utf-8", "replace")

    def element(self, name):
        """The first element NAME's text, or None."""
        found = re.search(rf"<(?:\w+:)?{name}(?: [^>]*)?>([^<]*)<", self.text)
        return found.group(1) if found else None

    @property
    def fault(self):
        """Code of the PlannerFault, or None."""
        found = re.search(r"PlannerFault[^>]*><(?:\w+:)?Code>(\d+)<", self.text)
        return int(found.group(1)) if found else None

    @property
    def cause(self):
        """CauseCode of the PlannerFault, or None."""
        code = self.element("CauseCode")
        return int(code) if code else None


class Peer:
    """A Planner that is none: answers every operation for the units it is told of, counts, and misbehaves when asked to.

    `units`: codes that it serves; a call of another unit is counted in `wrong`. `mode`: what it does, see _misbehave.
    """

    def __init__(self, certificates, units=(), name="peer", tls=True):
        self.units, self.name = set(units), name
        self.mode, self.delay_s = "well", 0.0
        self.lock = threading.Lock()
        self.calls, self.wrong, self.heads = [], [], []
        self.issued = {}
        self.lasting = None
        self.connections = set()
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_POST(self):  # pylint: disable=invalid-name
                """A call."""
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                peer.answer(self, body)

            def log_message(self, *arguments):
                """Says nothing."""

        class Listening(http.server.ThreadingHTTPServer):
            """Quiet about what clients break."""

            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *arguments):
                """Broken connections are what it is for."""

            def finish_request(self, *arguments):
                """The handshake in the connection's own thread, so that a slow one holds up nobody."""
                if peer.context is not None:
                    arguments = (peer.context.wrap_socket(arguments[0], server_side=True), *arguments[1:])
                peer.connections.add(arguments[0])
                try:
                    super().finish_request(*arguments)
                finally:
                    peer.connections.discard(arguments[0])

        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificates.server)
            self.context.load_verify_locations(certificates.authority[0])
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.handler, self.listening = Handler, Listening
        self.server = Listening(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}{PATH}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def show(self, certificate):
        """Another server certificate for new connections."""
        self.context.load_cert_chain(*certificate)

    def stop(self):
        """Closes the port and every connection."""
        self.server.shutdown()
        self.server.socket.close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def restart(self):
        """Opens the same port again."""
        self.server = self.listening(("127.0.0.1", self.port), self.handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def answer(self, handler, body):
        """Counts the call and answers it by the mode of the moment."""
        text = body.decode("utf-8", "replace")
        found = re.search(r"Body>\s*<(?:\w+:)?(\w+)", text)
        operation = found.group(1) if found else "none"
        code = re.search(r"<(?:\w+:)?JobCenterCode>(\d+)<", text)
        with self.lock:
            self.calls.append((operation, code.group(1) if code else None, text))
            self.heads.append(dict(handler.headers.items()))
            if code and self.units and code.group(1) not in self.units:
                self.wrong.append(code.group(1))
        if self.delay_s:
            time.sleep(self.delay_s)
        version = SOAP_12 if SOAP_12 in text else SOAP
        self._misbehave(handler, self.compose(operation, text, version).encode(), version)

    def compose(self, operation, text, version):
        """A valid answer of OPERATION."""
        if self.lasting is not None:
            return envelope(self.lasting, version)
        issue = self._issue
        inner = ""
        if operation == "GetSelfbookInterviewOptions":
            inner = (
                "<InterviewOptionCollection><InterviewOption>"
                f"<InterviewOptionIdentifier>{issue('option')}</InterviewOptionIdentifier>"
                "</InterviewOption></InterviewOptionCollection>"
            )
        elif operation == "GetBookingDetails":
            inner = (
                f"<ReservationIdentifier>{issue('reservation')}</ReservationIdentifier><BookingDetails>"
                f"<BookingIdentifier>{issue('booking')}</BookingIdentifier></BookingDetails>"
            )
        elif operation not in ("GetSelfbookCaseWorkers", "GetSelfbookTimeslots", "ReportError"):
            given = re.search(r"<(?:\w+:)?BookingIdentifier>([^<]+)<", text)
            identifier = given.group(1) if given else issue("booking")
            inner = f"<BookingDetails><BookingIdentifier>{identifier}</BookingIdentifier></BookingDetails>"
        return envelope(f'<{operation}Response xmlns="{NAMESPACE}">{inner}</{operation}Response>', version)

    def _issue(self, kind):
        identifier = str(uuid.uuid4())
        with self.lock:
            self.issued[identifier] = kind
        return identifier

    def _send(self, handler, status, content_type, body, length=None, headers=()):
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def _misbehave(self, handler, body, version):
        soap = "text/xml; charset=utf-8" if version == SOAP else "application/soap+xml; charset=utf-8"
        mode = self.mode
        if mode == "well":
            self._send(handler, 200, soap, body)
        elif mode == "hang":
            time.sleep(30)
        elif mode == "reset":
            handler.connection.close()
            handler.close_connection = True
        elif mode == "html":
            self._send(handler, 200, "text/html", b"<html><body>It works</body></html>")
        elif mode == "wrong-type":
            self._send(handler, 200, "application/json", body)
        elif mode == "error-page":
            self._send(handler, 500, "text/html", b"<html><body>Error</body></html>")
        elif mode == "busy-page":
            self._send(handler, 503, "text/html", b"<html><body>Busy</body></html>", headers=[("Retry-After", "7")])
        elif mode == "bad-xml":
            self._send(handler, 200, soap, body.replace(b"</s:Body>", b"</s:Bod>"))
        elif mode == "dtd":
            self._send(handler, 200, soap, b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + body)
        elif mode == "other-operation":
            self._send(handler, 200, soap, envelope(f'<Something xmlns="{NAMESPACE}"/>', version).encode())
        elif mode == "cut-xml":
            self._send(handler, 200, soap, body[:-20])
        elif mode == "cut-length":
            self._send(handler, 200, soap, body[:-20], length=len(body))
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif mode == "too-long":
            self._send(handler, 200, soap, body + b"xxxx", length=len(body))
            handler.close_connection = True
        elif mode == "empty":
            self._send(handler, 200, soap, b"")
        elif mode == "redirect":
            self._send(handler, 302, soap, b"", headers=[("Location", "http://127.0.0.1:1/")])
        elif mode.startswith("fault-"):
            code = mode.split("-")[1]
            detail = f'<PlannerFault xmlns="{NAMESPACE}"><Code>{code}</Code><Text>x</Text><RequestId>1</RequestId></PlannerFault>'
            if version == SOAP:
                fault = f"<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring><detail>{detail}</detail></s:Fault>"
            else:
                fault = (
                    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang='en'>x</s:Text></s:Reason>"
                    f"<s:Detail>{detail}</s:Detail></s:Fault>"
                )
            self._send(handler, 500, soap, envelope(fault, version).encode())
        else:
            raise ValueError(mode)


class TrackProcess(testlib.Server):
    """switchtrackd over databases of its own."""

    def __init__(self, folder, certificates, settings=None):
        self.folder, self.certificates = folder, certificates
        self.settings = settings or {}
        self.tls_port, self.plain_port, self.status_port = (testlib.free_port() for _ in range(3))
        self.url = f"https://127.0.0.1:{self.tls_port}{PATH}"
        self.plain_url = f"http://127.0.0.1:{self.plain_port}{PATH}"
        self.registry, self.calls = folder / "registry.db", folder / "calls.db"
        self.configuration = folder / "switchtrackd.conf"
        self.write_configuration()
        program = testlib.BUILD / "switchtrack-client" / "switchtrackd"
        super().__init__([program, "--config", self.configuration], self.status_port, folder / "switchtrackd.log")

    def write_configuration(self):
        """The file, from the settings of the moment."""
        data = testlib.SOURCE / "data" / "schema"
        certificates = self.certificates
        upstream = certificates.client("gateway")
        groups = {
            "service": {
                "address": "127.0.0.1",
                "port": self.tls_port,
                "certificate": certificates.server[0],
                "key": certificates.server[1],
                "trust": certificates.authority[0],
            },
            "plain": {"port": self.plain_port, "caller": "dfdg"},
            "status": {"port": self.status_port},
            "registry": {"path": self.registry, "schema-dir": data / "track-registry", "check-s": 1},
            "calls": {"path": self.calls, "schema-dir": data / "track-log", "lines-dir": self.folder / "lines"},
            "probe": {"interval-s": 0},
            "upstream": {
                "certificate": upstream[0],
                "key": upstream[1],
                "trust": certificates.authority[0],
            },
            # A probe would be one call more among those that a test counts.
            "probe": {"interval-s": 0},
            "caller dfdg": {"fingerprint": certificates.fingerprint("dfdg")},
            "process": {"core-dumps": "true"},
        }
        for key, value in self.settings.items():
            group, name = key.split("/")
            groups.setdefault(group, {})[name] = value
        lines = []
        for group, values in groups.items():
            lines += [f"[{group}]"] + [f"{name}={value}" for name, value in values.items()]
        self.configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def log_text(self):
        """What it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def get(self, path):
        """Status and text of a path of the status face."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.status_port}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    @property
    def keeps_freed(self):
        """Whether an address sanitizer keeps freed memory back: then no figure of memory says anything."""
        return b"__asan_init" in pathlib.Path(f"/proc/{self.process.pid}/exe").read_bytes()

    def logged(self, **wanted):
        """Lines `event=call` of the log that say all of WANTED, each as a dictionary."""
        lines = []
        for line in self.log_text().splitlines():
            words = dict(re.findall(r'(\w+)=("[^"]*"|\S+)', line))
            if words.get("event") == "call" and all(words.get(name) == value for name, value in wanted.items()):
                lines.append(words)
        return lines

    def control(self, *arguments, expected=0):
        """Runs switchtrackctl against it; answers its JSON."""
        program = testlib.BUILD / "switchtrack-client" / "switchtrackctl"
        command = [str(word) for word in (program, "--config", self.configuration, "--json", *arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        testlib.equal(done.returncode, expected, f"exit status of {arguments}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip().startswith("{") else done.stdout

    def rows(self, sql, *values):
        """Rows of the call log, read beside the server."""
        with contextlib.closing(sqlite3.connect(f"file:{self.calls}?mode=ro", uri=True, timeout=60)) as connection:
            return connection.execute(sql, values).fetchall()


class TrackWorld:
    """Plannerds of UNITS (a municipality each), a peer, and switchtrackd in front of them."""

    def __init__(self, units=(), peer_units=(), settings=None, days=30):
        self.folder = testlib.make_folder()
        self.certificates = planner_process.Certificates(self.folder / "certificates", days)
        self.planners, self.stack = {}, contextlib.ExitStack()
        self.units = units
        self.peer = Peer(self.certificates, peer_units)
        self.track = TrackProcess(self.folder, self.certificates, settings)
        self.document = {"format": FORMAT, "endpoints": [], "units": []}

    def __enter__(self):
        with self.stack:
            for unit in self.units:
                self.planners[unit] = self.stack.enter_context(self._planner(unit))
            self.declare()
            self.stack.enter_context(self.track)
            testlib.wait_for(lambda: "event=serving" in self.track.log_text(), 20, "switchtrackd serves")
            self.publish()
            testlib.wait_for(lambda: self.track.get("/health/ready")[0] == 200, 20, "switchtrackd becomes ready")
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *details):
        return self.stack.__exit__(*details)

    def _planner(self, unit):
        tenant = f"k{unit}"
        municipality = planner_process.Municipality(tenant).jobcenter(unit, n_advisors=2)
        municipality.offer(str(uuid.uuid4()), unit, 7)
        caller = planner_process.Caller("gateway", tenant=tenant)
        planner = planner_process.PlannerProcess(municipality, [caller], settings=self._trust())
        return planner

    def _trust(self):
        """Every plannerd of this world believes, and shows, certificates of our one authority."""
        return {
            "dfdg/certificate": self.certificates.server[0],
            "dfdg/key": self.certificates.server[1],
            "dfdg/trust": self.certificates.authority[0],
            "caller gateway/fingerprint": self.certificates.fingerprint("gateway"),
        }

    def declare(self):
        """The registry as a document: an endpoint for each Planner, a unit each, and the peer."""
        endpoints = [(f"planner-{unit}", planner.tls_url) for unit, planner in self.planners.items()]
        endpoints.append(("peer", self.peer.url))
        self.document["endpoints"] = [self.endpoint(name, url) for name, url in endpoints]
        self.document["units"] = [{"code": unit, "endpoint": f"planner-{unit}"} for unit in self.planners]
        self.document["units"] += [{"code": unit, "endpoint": "peer"} for unit in sorted(self.peer.units)]

    @staticmethod
    def endpoint(name, url, **more):
        """A row of the registry; with so much time that a machine which stands still does not make a Planner late."""
        patience = {"connect_ms": 20000, "timeout_ms": 30000}
        return {"name": name, "urls": [url], "contract": "3", "owner": f"Kommune {name}", **patience, **more}

    def publish(self):
        """Makes the document the registry in force: a new revision, as if two people had agreed on it."""
        text = json.dumps(self.document)
        digest = hashlib.sha256(text.encode()).hexdigest()
        with contextlib.closing(sqlite3.connect(self.track.registry, timeout=60)) as connection, connection:
            connection.execute(
                "INSERT INTO revision (at_us, kind, document, digest, author, approver, approved_us, reason)"
                " VALUES (?, 'change', ?, ?, 'anna', 'bent', ?, 'test')",
                (time.time_ns() // 1000, text, digest, time.time_ns() // 1000),
            )
        before = self.track.log_text().count("event=reload")
        self.track.process.send_signal(signal.SIGHUP)
        testlib.wait_for(lambda: self.track.log_text().count("event=reload") > before, 20, "the registry is read again")

    def call(self, body, url=None, client="dfdg", headers=None, timeout=30):
        """Posts BODY to the gateway (or URL) with the certificate of CLIENT."""
        return post(url or self.track.url, body, self.certificates.context(client), headers, timeout)

    def expired(self, name):
        """Certificate and key of a server whose certificate is of yesterday."""
        certificate, key = self.certificates.client(name)
        authority, authority_key = self.certificates.authority
        made = certificate.with_suffix(".expired.crt")
        extensions = certificate.with_suffix(".expired.ext")
        extensions.write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n", encoding="utf-8")
        database = made.with_suffix(".index")
        database.write_text("", encoding="utf-8")
        configuration = made.with_suffix(".conf")
        configuration.write_text(
            f"[ca]\ndefault_ca=a\n[a]\ndatabase={database}\nnew_certs_dir={made.parent}\ndefault_md=sha256\npolicy=p\nrand_serial=yes\n"
            "[p]\ncommonName=supplied\n",
            encoding="utf-8",
        )
        command = ["openssl", "ca", "-batch", "-notext", "-config", configuration, "-in", certificate.with_suffix(".csr"), "-out", made]
        command += ["-cert", authority, "-keyfile", authority_key, "-extfile", extensions]
        command += ["-startdate", "20250101000000Z", "-enddate", "20250201000000Z"]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        testlib.equal(done.returncode, 0, done.stderr)
        return made, key

    def pin(self, certificate):
        """Pin of a certificate's public key, as the registry writes it."""
        return pin(certificate)


def pin(certificate):
    """The same."""
    command = f"openssl x509 -in {certificate} -pubkey -noout | openssl pkey -pubin -outform der"
    der = subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout
    return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def post(url, body, context=None, headers=None, timeout=30):
    """One call on a connection of its own."""
    version_12 = SOAP_12.encode() in body
    kind = "application/soap+xml; charset=utf-8" if version_12 else "text/xml; charset=utf-8"
    head = {"Content-Type": kind, **(headers or {})}
    asked = urllib.request.Request(url, data=body, headers=head)
    try:
        with urllib.request.urlopen(asked, timeout=timeout, context=context if url.startswith("https") else None) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Reply(error.code, error.headers, error.read())
