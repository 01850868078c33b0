# SPDX-License-Identifier: EUPL-1.2
# A whole plannerd for a test: certificates, a small municipality, configuration, start, stop, and what its log may not say.
"""Everything lies in one temporary folder, so that two tests never meet.

    planner = PlannerProcess(Municipality().jobcenter("89000", n_advisors=2), CALLERS)
    with planner:
        ...planner.url, planner.tls_url, planner.certificates...
"""

import csv
import hashlib
import http.client
import json
import os
import pathlib
import re
import socket
import sqlite3
import ssl
import subprocess
import urllib.request

import testlib

PATH = "/soap/ExternalBookingService/v3"
NAMESPACE = "urn:dk:planner:externalbooking:3"
SCHEMA = testlib.SOURCE / "soap-contract" / "external-booking-v3.xsd"
ROLES = "dfdg;indkalder;kss"

# What no test lets pass in the server's output.
ALARMS = re.compile(
    r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:|(WARNING|CRITICAL|ERROR) \*\*"
    r"|level=error|assertion",
)

COLUMNS = {
    "tenant": "tenant;name",
    "codes": "list;code;name;valid_from;valid_until",
    "units": "unit;name;main_unit;address;telephone",
    "settings": "unit;key;value;valid_from",
    "resources": "resource;kind;name;email;telephone;units;teams;competences;languages;may_be_summoned",
    "working-time": "resource;weekdays;start;end;breaks;weeks;valid_from;valid_until",
    "offers": "identifier;unit;title;interview_type;duration;contact_types;advisors;form;rooms;grid;seats;after"
    ";rebook_deadline_minutes;cancel_deadline_minutes;should_accept;compulsory;contact_groups",
}


# What plannerd writes down of itself at moments of its own, and how to read a table without it.
OWN_BUSINESS = {
    "journal": "SELECT * FROM journal WHERE kind <> 'retention-run' ORDER BY sequence",
    "journal_payload": "SELECT * FROM journal_payload WHERE sequence NOT IN "
    "(SELECT sequence FROM journal WHERE kind = 'retention-run') ORDER BY sequence",
    **{table: "SELECT 1 WHERE false" for table in "journal_seal retention_run sqlite_sequence uptime_count uptime_span".split()},
}


# Certificates ---------------------------------------------------------------------------------------


def _openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {arguments[0]}: {done.stderr}")


class Certificates:
    """An authority of our own, the server's certificate, and one client certificate for each name; each lives `days`."""

    def __init__(self, folder, days=30):
        self.folder, self.days = pathlib.Path(folder), days
        self.folder.mkdir(parents=True, exist_ok=True)
        self.authority = self._authority("authority")
        self.server = self._issue("server", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth")
        self.clients = {}

    def _authority(self, name):
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        _openssl(
            *f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days {self.days}".split(),
            *("-subj", "/CN=Test authority", "-keyout", str(key), "-out", str(certificate)),
        )
        return certificate, key

    def _issue(self, name, extensions, days=None):
        certificate, key, request = (self.folder / f"{name}.{kind}" for kind in ("crt", "key", "csr"))
        extension_file = self.folder / f"{name}.ext"
        extension_file.write_text(extensions + "\n", encoding="utf-8")
        _openssl(
            *"req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(),
            *("-subj", f"/CN={name}", "-keyout", str(key), "-out", str(request)),
        )
        _openssl(
            *("x509", "-req", "-in", str(request), "-days", str(days or self.days), "-extfile", str(extension_file)),
            *("-CA", str(self.authority[0]), "-CAkey", str(self.authority[1]), "-CAcreateserial"),
            *("-out", str(certificate)),
        )
        key.chmod(0o600)
        return certificate, key

    def other_server(self, name, days=None, host="IP:127.0.0.1"):
        """Certificate and key of another server, for HOST, that lives DAYS."""
        return self._issue(name, f"subjectAltName={host}\nextendedKeyUsage=serverAuth", days)

    def client(self, name):
        """Certificate and key of the client NAME, made at the first call."""
        if name not in self.clients:
            self.clients[name] = self._issue(name, "extendedKeyUsage=clientAuth")
        return self.clients[name]

    def fingerprint(self, name):
        """SHA-256 of the certificate of NAME, as the allow-list wants it."""
        text = self.client(name)[0].read_text(encoding="ascii")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()

    def combined(self, name):
        """One file with the certificate and the key of NAME, for stacks that want both in one."""
        path = self.folder / f"{name}.both.pem"
        if not path.exists():
            path.write_text("".join(part.read_text(encoding="ascii") for part in self.client(name)), encoding="ascii")
            path.chmod(0o600)
        return path

    def context(self, name=None):
        """An ssl.SSLContext that trusts our authority and shows the certificate of NAME."""
        context = ssl.create_default_context(cafile=self.authority[0])
        if name:
            context.load_cert_chain(*self.client(name))
        return context


# A municipality -------------------------------------------------------------------------------------


class Municipality:
    """Rows of an import folder. Hours are every day of the week, so that no test depends on its date."""

    def __init__(self, tenant="demo"):
        self.tenant = tenant
        self.tables = {name: [] for name in COLUMNS}
        self.add("tenant", tenant=tenant, name=f"Kommune {tenant}")
        for code in (1, 2):
            self.add("codes", list="contact-types", code=code, name=f"Form {code}")

    def add(self, table, **row):
        """One row; a column that is not given stays empty."""
        unknown = set(row) - set(COLUMNS[table].split(";"))
        if unknown:
            raise ValueError(f"{table}: no column {unknown}")
        self.tables[table].append(row)
        return self

    def jobcenter(self, unit, n_advisors=2, n_rooms=0, hours=("08:00", "16:00")):
        """A unit with advisors UNIT-01, UNIT-02, ... and rooms UNIT-rum-1, ..., all at work every day."""
        self.add("units", unit=unit, name=f"Jobcenter {unit}")
        keys = [(f"{unit}-{i + 1:02}", "advisor", f"Vejleder {i + 1:02}") for i in range(n_advisors)]
        keys += [(f"{unit}-rum-{i + 1}", "room", f"Lokale {i + 1}") for i in range(n_rooms)]
        for key, kind, name in keys:
            mail = f"{key}@{self.tenant}.example"
            self.add("resources", resource=key, kind=kind, name=name, email=mail, units=unit, may_be_summoned="yes")
            self.add("working-time", resource=key, weekdays="mon-sun", start=hours[0], end=hours[1], weeks="all")
        return self

    def advisors(self, unit):
        """Keys of the advisors of UNIT."""
        return [
            row["resource"] for row in self.tables["resources"] if row["units"] == unit and row["kind"] == "advisor"
        ]

    def offer(self, identifier, unit, interview_type, **columns):
        """An offer of UNIT with all its advisors, of 30 minutes without buffers unless COLUMNS say otherwise."""
        row = {
            "title": f"Samtale {interview_type}",
            "duration": 30,
            "contact_types": "1|2",
            "advisors": "|".join(self.advisors(unit)),
            "grid": 30,
            "rebook_deadline_minutes": 0,
            "cancel_deadline_minutes": 0,
        }
        return self.add(
            "offers", identifier=identifier, unit=unit, interview_type=interview_type, **{**row, **columns}
        )

    def write(self, folder):
        """The import folder."""
        folder.mkdir(parents=True)
        for name, rows in self.tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as output:
                table = csv.DictWriter(output, COLUMNS[name].split(";"), delimiter=";", lineterminator="\n")
                table.writeheader()
                table.writerows(rows)
        return folder


# The server -----------------------------------------------------------------------------------------


class Caller:
    """One row of the allow-list; with a certificate of its own name unless PLAIN."""

    def __init__(self, name, roles=ROLES, units="", tenant="demo", plain=False):
        self.name, self.roles, self.units, self.tenant, self.plain = name, roles, units, tenant, plain


class AdminConnection(http.client.HTTPConnection):
    """HTTP over the admin socket PATH."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class PlannerProcess(testlib.Server):
    """plannerd over a fresh database with MUNICIPALITIES in it, serving CALLERS."""

    def __init__(self, municipalities, callers, program=None, settings=None, expected_alarms=()):
        self.folder = testlib.make_folder()
        self.certificates = Certificates(self.folder / "certificates")
        self.callers = callers
        self.settings = settings or {}
        self.expected_alarms = expected_alarms
        self.database = self.folder / "planner.db"
        self.plain_port, self.tls_port, self.health_port = (testlib.free_port() for _ in range(3))
        self.url = f"http://127.0.0.1:{self.plain_port}{PATH}"
        self.tls_url = f"https://127.0.0.1:{self.tls_port}{PATH}"
        program = program or testlib.BUILD / "planner" / "plannerd"
        configuration = self.folder / "planner.conf"
        configuration.write_text(self._configuration(), encoding="utf-8")
        super().__init__([program, "--config", configuration], self.health_port, self.folder / "server.log")
        self.control("create")
        for municipality in municipalities if isinstance(municipalities, list) else [municipalities]:
            self.load(municipality)

    def _configuration(self):
        data = testlib.SOURCE / "data"
        plain = [caller.name for caller in self.callers if caller.plain]
        groups = {
            "database": {"path": self.database, "schema-dir": data / "schema" / "sqlite", "data-dir": data},
            "dfdg": {
                "address": "127.0.0.1",
                "port": self.tls_port,
                "certificate": self.certificates.server[0],
                "key": self.certificates.server[1],
                "trust": self.certificates.authority[0],
            },
            "plain": {"port": self.plain_port if plain else 0, "caller": plain[0] if plain else ""},
            "health": {"port": self.health_port},
            # The leak check attaches to the process.
            "process": {"core-dumps": "true"},
        }
        for caller in self.callers:
            group = {"tenant": caller.tenant, "roles": caller.roles, "units": caller.units}
            group["fingerprint"] = self.certificates.fingerprint(caller.name)
            groups[f"caller {caller.name}"] = group
        for key, value in self.settings.items():
            group, name = key.split("/")
            groups.setdefault(group, {})[name] = value
        lines = []
        for group, values in groups.items():
            lines += [f"[{group}]"] + [f"{name}={value}" for name, value in values.items()]
        return "\n".join(lines) + "\n"

    def control(self, *arguments):
        """Runs plannerctl on the database; answers what it printed."""
        command = [testlib.BUILD / "planner" / "plannerctl", "--data-dir", testlib.SOURCE / "data"]
        command += ["--database", self.database, *arguments]
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False, env=environment
        )
        if done.returncode != 0:
            raise AssertionError(f"plannerctl {arguments[0]}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def load(self, municipality):
        """Imports MUNICIPALITY (or a folder)."""
        if isinstance(municipality, Municipality):
            municipality = municipality.write(self.folder / f"import-{municipality.tenant}")
        self.control("import", municipality)

    def ask_admin(self, path, body, method="POST"):
        """Status and text of one request to the admin socket."""
        connection = AdminConnection(f"{self.database}.socket")
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def settle(self):
        """Waits until what calls leave behind their answers (a citizen's facts, the evidence of an empty answer) is written: the writer takes
        its work in order and answers after the commit, so a write that it refuses comes behind all of it."""
        nothing = {"tenant": self.callers[0].tenant, "reservation": "00000000-0000-4000-8000-000000000000"}
        status, text = self.ask_admin("/admin/v1/release-hold", json.dumps(nothing).encode())
        testlib.equal((status, "there is no reservation" in text), (422, True), text)

    def query(self, sql, *values):
        """Rows of the database, read beside the server."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=60)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def rows_of_callers(self):
        """Rows of every table by its name, without what plannerd writes down of itself meanwhile: its uptime and what it removed."""
        tables = self.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {name: self.query(OWN_BUSINESS.get(name, f'SELECT * FROM "{name}" ORDER BY 1')) for (name,) in tables}

    def count(self, sql, *values):
        """The one number that SQL answers."""
        return self.query(sql, *values)[0][0]

    def health(self, question="ready"):
        """HTTP status of a health question; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/health/{question}", timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def start(self):
        """Starts plannerd and waits until it is ready for calls."""
        super().start()
        testlib.wait_for(lambda: self.health() == 200, self.timeout_s, "plannerd becomes ready")
        return self

    def alarms(self):
        """Lines of the server's output that no test announced."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [
            line
            for line in lines
            if ALARMS.search(line) and not any(re.search(expected, line) for expected in self.expected_alarms)
        ]

    def stop(self, timeout_s=60):
        """Stops it cleanly, and fails when its log holds what nobody expected."""
        status = super().stop(timeout_s)
        alarms = self.alarms()
        if alarms:
            raise AssertionError("in the log of plannerd:\n" + "\n".join(alarms[:20]))
        return status
