# SPDX-License-Identifier: EUPL-1.2
# A hundred thousand messages of DFDG: pushed or fetched, stored, the truth of each asked for and applied, until none is left.
"""Everything on the other side is prepared: the pushes are lines of a file for bench-load, the truth is made by nginx out of the
booking's id, the queue's answers are files. TLS with client certificates everywhere, connections kept. Beside plannerd: a consumer
of the standard library of Python that stores and applies in one durable transaction a message, without any rules."""

import datetime
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

import harness
import peers
import testlib
import world
from dfdg_world import ENVIRONMENT, SYSTEM_ID, SYSTEM_NUMBER
from planner_process import Caller, Certificates, PlannerProcess

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
N_ADVISORS = 500
A_DAY = 16  # half hours
TYPES = (3, 4, 5, 6, 7)
PER_PAGE = 500
N_CONNECTIONS = 32
WINDOW_MS = 1_200_000  # ends with the last line
DRAIN_S = 1800
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
FIRST_DAY = datetime.date.today() + datetime.timedelta(days=7)
# The id says all: month, day, hour, minute; unit and advisor; type; year; a number.
TRUTH = (
    "{{\"indkaldelseIdentifier\":\"$id\",\"versionIdentifier\":null,\"jobcenterKode\":\"$6$7\",\"ombookningMulig\":false,"
    "\"aflysningMulig\":false,\"starttidspunkt\":\"20${{year}}-$2-$3T$4:$5:00+00:00\",\"varighed\":30,\"sluttidspunkt\":null,"
    "\"samtaleType\":${{kind}},\"moedeGruppeType\":1,\"samtaleform\":1,\"titel\":\"Jobsamtale\",\"beskrivelse\":\"Samtale om din jobsøgning\","
    "\"lokation\":\"Jobcentret, indgang A\",\"adresse\":\"Rådhuspladsen 1, 0000 Demokøbing\",\"kontaktmuligheder\":\"Ring til jobcentret\","
    "\"medarbejder\":{{\"identifikation\":\"$6$7-$8\",\"navn\":\"Vejleder\"}},\"moedepligt\":true,\"skalAccepteres\":false,"
    "\"accepteret\":false,\"myndighedsdeltagere\":[],\"tilstand\":\"aktiv\",\"oprettetAf\":{{\"organisationType\":8,"
    "\"organisationKode\":\"$6$7\",\"systemIdentifier\":50,\"brugertype\":2}},\"oprettetTidspunkt\":\"{now}\",\"aendretTidspunkt\":\"{now}\"}}"
)
PATTERN = "^/indkaldelse/v1/Indkaldelse/(?<id>(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)-(\\d{4})-4(\\d)(\\d\\d)-8(?<kind>\\d)(?<year>\\d\\d)-\\d{12})$"


# When all of them were made and told of: a read that is older than its message is looked at again, for a minute.
MADE = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def n_citizens(n_messages):
    """Each has a meeting of five types, none at the same time."""
    return max(n_messages // len(TYPES), N_ADVISORS)


def booking_key(number, n_messages):
    """The id of the NUMBERth booking: an advisor after the other, then the next half hour."""
    advisor, slot = number % N_ADVISORS, number // N_ADVISORS
    unit = (["89000"] + world.other_units(N_ADVISORS))[advisor // world.N_POOL]
    day, minutes = FIRST_DAY + datetime.timedelta(days=slot // A_DAY), 480 + slot % A_DAY * 30
    when, kind = f"{day:%m%d}{minutes // 60:02}{minutes % 60:02}", TYPES[number // n_citizens(n_messages)]
    return f"{when}-{unit[:4]}-4{unit[4]}{advisor % world.N_POOL + 1:02}-8{kind}{day.year % 100:02}-{number:012}"


def citizen_of(number, n_messages):
    """The number of the NUMBERth booking's citizen."""
    return testlib.cpr(number % n_citizens(n_messages))


def header_of(number, n_messages):
    """The header of the NUMBERth message, as it is pushed."""
    authority = {"OrganisationType": 8, "OrganisationKode": "89000"}
    user = {"BrugertypeId": 2, "BrugertypeNavn": "Caseworker", "Brugernavn": "Sagsbehandler 07", "Brugeridentifikation": "CVR:00000000-UUID:x"}
    return {
        "Oprindelse": {
            "RegistrerendeMyndighed": authority,
            "RegistrerendeBruger": {**user, "Brugeremail": None, "KaldendeMyndighed": authority},
            "SystemId": 50,
            "Systemnavn": "Sagsbehandlingssystem",
        },
        "BeskedIdentifier": f"40000000-0000-4000-8000-{number:012}",
        "HaendelsesTid": MADE,
        "Miljoe": ENVIRONMENT,
        "KorrelationsIdentifier": f"50000000-0000-4000-8000-{number:012}",
        "EntitetstypeId": 90000,
        "EntitetstypeNavn": "Indkaldelse",
        "EksternIdentifier": booking_key(number, n_messages),
        "VersionIdentifier": None,
        "Identifikation": citizen_of(number, n_messages),
        "IdentifikationstypeId": 1,
        "IdentifikationstypeNavn": "CPR",
        "AendringstypeId": 1,
        "AendringstypeNavn": "Create",
    }


def write_pushes(folder, n_messages):
    """A message a line."""
    path = folder / "pushes"
    with path.open("w", encoding="utf-8") as lines:
        for number in range(n_messages):
            lines.write(json.dumps(header_of(number, n_messages)) + '{"Indkaldelsehaendelsestype": 1}\n')
    return path


def write_pages(folder, n_messages):
    """What a queue answers, 500 messages each; how many there are."""
    for page in range(0, n_messages, PER_PAGE):
        entities = []
        for number in range(page, min(page + PER_PAGE, n_messages)):
            entities.append(
                "<n:Entity><n:WSRMMetadata><n:MessageIdentifier>"
                f"40000000-0000-4000-8000-{number:012}</n:MessageIdentifier><n:ClientSystemTypeIdentifier>50</n:ClientSystemTypeIdentifier>"
                "<n:RegisteringAuthority><n:OrganisationTypeIdentifier>8</n:OrganisationTypeIdentifier><n:OrganisationCode>89000</n:OrganisationCode>"
                "</n:RegisteringAuthority></n:WSRMMetadata><n:PersonCivilRegistrationIdentifier>"
                f"{citizen_of(number, n_messages)}</n:PersonCivilRegistrationIdentifier><n:IndkaldelseIdentifier>{booking_key(number, n_messages)}"
                f"</n:IndkaldelseIdentifier><n:EventTime>{MADE}</n:EventTime></n:Entity>"
            )
        (folder / f"{page // PER_PAGE}.xml").write_text(
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n="urn:dfdg:wsrm:v3"><s:Body>'
            f"<n:GetIndkaldelseVersion1Response>{''.join(entities)}</n:GetIndkaldelseVersion1Response></s:Body></s:Envelope>",
            encoding="utf-8",
        )
    return len(range(0, n_messages, PER_PAGE))


# The other side ---------------------------------------------------------------------------------------


class Truth(testlib.Server):
    """nginx that knows every booking by its id."""

    def __init__(self, bench, certificates):
        folder, port = testlib.make_folder(), testlib.free_port()
        (folder / "logs").mkdir()
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        answer = TRUTH.format(now=MADE)
        (folder / "nginx.conf").write_text(
            f"master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error; events {{ worker_connections 512; }}"
            f"http {{ {temporary} access_log off; server {{ listen 127.0.0.1:{port} ssl; keepalive_requests 100000000;"
            f"ssl_certificate {certificates.server[0]}; ssl_certificate_key {certificates.server[1]};"
            f"ssl_client_certificate {certificates.authority[0]}; ssl_verify_client on; default_type application/json;"
            f"location ~ \"{PATTERN}\" {{ return 200 '{answer}'; }} location / {{ return 404; }} }} }}",
            encoding="utf-8",
        )
        pin = ["taskset", "-c", bench.core_of_generator]
        super().__init__([*pin, NGINX, "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"], port)


def queue_of(bench, certificates, folder, n_pages):
    """The WSRM queue."""
    port = testlib.free_port()
    program = peers.HERE / "peers" / "dfdg-queue.py"
    command = [sys.executable, program, port, *certificates.server, certificates.authority[0], folder, n_pages]
    return testlib.Server(["taskset", "-c", bench.core_of_generator, *command], port)


def consumer_of(bench, certificates, truth, folder):
    """The peer."""
    port = testlib.free_port()
    program = peers.HERE / "peers" / "dfdg-consumer.py"
    command = [sys.executable, program, port, *certificates.server, certificates.authority[0], folder / "consumer.db", truth.port]
    return testlib.Server(["taskset", "-c", bench.core_of_server, *command, *certificates.client("outgoing")], port)


class Planner(PlannerProcess):
    """plannerd of 500 advisors, who are DFDG's to fill."""

    def __init__(self, bench, truth_certificates, truth, carrier, queue=None):
        self.outgoing = truth_certificates
        client = {"environment": ENVIRONMENT, "carrier": carrier, "organisation-type": 8, "organisation-code": "89000"}
        client |= {"user-identifier": "CVR:00000000-UUID:planner", "system-identifier": SYSTEM_ID, "system": SYSTEM_NUMBER}
        client |= {"certificate": self.outgoing.client("outgoing")[0], "key": self.outgoing.client("outgoing")[1]}
        client |= {"ca-file": self.outgoing.authority[0], "indkaldelse-url": f"https://127.0.0.1:{truth.port}/indkaldelse", "wsrm-interval-s": 1}
        if queue:
            client["wsrm-url"] = f"https://127.0.0.1:{queue.port}/wsrm"
        settings = {f"dfdg-client demo/{key}": value for key, value in client.items()}
        super().__init__(world.town(N_ADVISORS, with_calendars=False), [Caller("dfdg", roles="dfdg")], settings=settings)
        self.arguments = ["taskset", "-c", bench.core_of_server, *self.arguments]
        self.environment.pop("G_DEBUG", None)
        self.timeout_s = 120


# Measuring --------------------------------------------------------------------------------------------


def cpu_s(server):
    """CPU seconds of a program and its children so far."""
    total = 0
    for pid in harness.children(server.process.pid):
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            words = stat.read().rpartition(")")[2].split()
        total += int(words[11]) + int(words[12])
    return total / CLOCK_TICKS


def peak_mb(server):
    """The most memory that it ever had, in MB."""
    peaks = []
    for pid in harness.children(server.process.pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            peaks += [int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:")]
    return round(max(peaks), 1)


class Watch:
    """Seconds and CPU seconds of some programs from here on."""

    def __init__(self, **servers):
        self.servers, self.started = servers, time.monotonic()
        self.before = {name: cpu_s(server) for name, server in servers.items()}

    def seconds(self):
        """Since the beginning."""
        return time.monotonic() - self.started

    def cpu(self):
        """{name: CPU seconds} since the beginning."""
        return {f"{name}_cpu_s": round(cpu_s(server) - self.before[name], 2) for name, server in self.servers.items()}


def push_all(bench, port, path, certificates, client, n_messages):
    """Every line once over kept connections; seconds, and CPU seconds of the generator."""
    certificate, key = certificates.client(client)
    command = ["taskset", "-c", bench.core_of_generator, bench.load, "--port", port, "--path", "/wsb/v1", "--bodies", path, "--once"]
    command += ["--connections", N_CONNECTIONS, "--duration-ms", WINDOW_MS, "--trust", certificates.authority[0]]
    command += ["--certificate", certificate, "--key", key]
    started = time.monotonic()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    if done.returncode != 0:
        raise AssertionError(f"the generator says {done.stderr} {done.stdout}")
    seen = json.loads(done.stdout)
    if seen["bad"] or seen["errors"] or seen["calls"] != n_messages:
        raise AssertionError(f"{n_messages} messages: {done.stdout}")
    return {"pushed_s": round(seconds, 2), "generator_cpu_s": round(seen["generator_us"] / 1e6, 2)}


def wait_until_applied(database, sql, n_messages):
    """Until so many are done. It looks seldom: looking costs."""
    deadline = time.monotonic() + DRAIN_S
    while True:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
        n_done = connection.execute(sql).fetchone()[0]
        connection.close()
        if n_done == n_messages:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{n_done} of {n_messages} messages are applied after {DRAIN_S} s")
        time.sleep(0.25)


def check_planner(planner, n_messages):
    """Every message became a meeting of its own, in its advisor's time."""
    testlib.equal(planner.count("SELECT count(*) FROM dfdg_event WHERE state = 'done' AND reason = 'registered'"), n_messages, "registered")
    testlib.equal(planner.count("SELECT count(*) FROM booking WHERE state = 'booked' AND conflict = 0 AND advisor_id IS NOT NULL"), n_messages, "meetings")


OURS = "SELECT count(*) FROM dfdg_event WHERE state = 'done'"
THEIRS = "SELECT count(*) FROM message WHERE is_done = 1"


def run_planner(bench, certificates, truth, carrier, folder, n_messages):
    """All messages by one carrier, from the first to the last that is applied."""
    queue = queue_of(bench, certificates, folder, write_pages(folder, n_messages)) if carrier == "wsrm" else None
    planner = Planner(bench, certificates, truth, carrier, queue)
    with harness.Started([truth]):
        if queue:
            queue.start()
        watch = Watch(truth=truth) if not queue else Watch(truth=truth, queue=queue)
        with planner:
            if queue:
                seen = {}
            else:
                seen = push_all(bench, planner.tls_port, write_pushes(folder, n_messages), planner.certificates, "dfdg", n_messages)
            wait_until_applied(planner.database, OURS, n_messages)
            seen |= {"s": round(watch.seconds(), 2), "cpu_s": round(cpu_s(planner), 2), "mb": peak_mb(planner), **watch.cpu()}
            check_planner(planner, n_messages)
        if queue:
            queue.kill()
    return seen | {"messages": n_messages}


def run_consumer(bench, certificates, truth, folder, n_messages):
    """The same pushes for the peer."""
    consumer = consumer_of(bench, certificates, truth, folder)
    with harness.Started([truth]):
        consumer.start()
        watch = Watch(truth=truth)
        seen = push_all(bench, consumer.port, write_pushes(folder, n_messages), certificates, "outgoing", n_messages)
        wait_until_applied(folder / "consumer.db", THEIRS, n_messages)
        seen |= {"s": round(watch.seconds(), 2), "cpu_s": round(cpu_s(consumer), 2), "mb": peak_mb(consumer), **watch.cpu()}
        consumer.kill()
    return seen | {"messages": n_messages}


def run(bench):
    """Pushed, fetched, and the peer."""
    if not NGINX:
        raise testlib.Skip("nginx is not installed: deploy/install.sh test")
    n_messages = 1000 if bench.small else 100_000
    certificates = Certificates(testlib.make_folder() / "certificates")
    found = {}
    for name, carrier in (("plannerd, pushed", "wsb"), ("plannerd, fetched", "wsrm")):
        found[name] = run_planner(bench, certificates, Truth(bench, certificates), carrier, testlib.make_folder(), n_messages)
        bench.say(f"  {name}: {found[name]}")
    n_peer = n_messages if bench.small else n_messages // 5
    found["Python, SQLite, pushed"] = run_consumer(bench, certificates, Truth(bench, certificates), testlib.make_folder(), n_peer)
    bench.say(f"  the peer: {found['Python, SQLite, pushed']}")
    bench.figures["dfdg"] = found
