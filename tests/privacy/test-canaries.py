# SPDX-License-Identifier: EUPL-1.2
# Numbers through every operation, every fault and every command of the real programs; then all that they wrote is searched.
"""Also tests: admin-mask. A list says which faults no call can bring about, and why."""

import datetime
import http.client
import json
import os
import pathlib
import re
import resource
import socket
import ssl
import subprocess

import testlib
from canary import Canaries, fault_codes, forms, operations, plant
from planner_process import NAMESPACE, PATH, Caller, Municipality, PlannerProcess
from soap_client import MEMBERS, SHORT, message

OFFER = "10000000-0000-4000-8000-000000000001"
GROUP_OFFER = "10000000-0000-4000-8000-000000000002"
STRICT_OFFER = "10000000-0000-4000-8000-000000000004"
NOBODY = "20000000-0000-4000-8000-0000000000ff"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"

# Faults that no call can bring about here, each with the reason.
UNPROVOKED = {
    990002: "a reservation that has expired: it takes minutes; ops-booking-flow turns the clock",
    990007: "a meeting that KSS alone may move needs rights of a KSS caller; ops-crossings",
    990009: "longer than 92 days: sent below, but refused as not valid where the schema says so",
    990011: "a stale calendar needs a calendar from a synchronisation, which is not built yet",
    990013: "our own bug",
    990015: "a used reservation under other content: answered as a repeat or 990020; ops-booking-flow",
    990017: "a meeting that may not be cancelled; ops-crossings",
    990019: "an interview type that the law closed; needs the code list of a later year; ops-crossings",
    990021: "another system's meeting; ops-crossings",
    990024: "two commits that collide in the database itself; races",
    990034: "planned service; the tests of service windows",
    990035: "a service of DFDG that does not say what a rule goes by; dfdg-reads",
    990025: "a database out of reach; what a full disk does to a call is answered busy, or this: fault-disk",
    990027: "only admin commands look for things of other kinds",
    990031: "see below when a header must be understood",
}
SUSPECTS = {1010, 1014, 4770, 8107}

# Codes are numbers of any length to the schema: what a caller sends as one is a code, and is shown as such.
CODES = {"InterviewTypeIdentifier", "InterviewFormTypeIdentifier", "InterviewContactTypeIdentifier", "ErrorCode"}

CANARIES = Canaries()
SEEN = set()
os.environ["TMPDIR"] = str(testlib.make_folder())
TEXTS = []  # (where, bytes): what was written outside the database


def day(n_days):
    """Midnight in N_DAYS days."""
    return (datetime.date.today() + datetime.timedelta(days=n_days)).isoformat() + "T00:00:00"


def town():
    """A unit with an open offer, a group offer, one for nobody and one for another contact group."""
    place = Municipality().jobcenter("89000", n_advisors=4).jobcenter("89100", n_advisors=1)
    place.offer(OFFER, "89000", 7).offer(GROUP_OFFER, "89000", 9, form="group", seats=5)
    return place.offer(STRICT_OFFER, "89000", 4, contact_groups="2")


def callers():
    """One with every right, plain; one over TLS; one with no right to anything; one of no unit."""
    return [
        Caller("plain", plain=True),
        Caller("dfdg", roles="dfdg"),
        Caller("kss", roles="kss"),
        Caller("elsewhere", units="70000"),
    ]


# Sending --------------------------------------------------------------------------------------------


def exchange(planner, content, client=None, patience_s=10):
    """Sends bytes and answers whatever comes back until the peer is done or silent."""
    with socket.create_connection(("127.0.0.1", planner.tls_port if client else planner.plain_port), timeout=patience_s) as plain:
        line = planner.certificates.context(client).wrap_socket(plain, server_hostname="localhost") if client else plain
        reply = b""
        try:
            line.sendall(content)
            while True:
                part = line.recv(65536)
                if not part:
                    break
                reply += part
        except (OSError, ssl.SSLError):
            pass
        if client:
            line.close()
    return reply


def post(planner, text, client=None, headers=(), path=PATH, content_type="text/xml; charset=utf-8"):
    """One call on a connection of its own; the fault's code is noted."""
    body = text if isinstance(text, bytes) else text.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers) + f"Content-Length: {len(body)}\r\n\r\n"
    reply = exchange(planner, head.encode() + body, client)
    for code in re.findall(rb"<Code>(\d+)</Code>", reply):
        SEEN.add(int(code))
    return reply.decode("utf-8", "replace")


def find(reply, name):
    """Text of the first element NAME of a reply."""
    found = re.search(rf"<{name}>([^<]*)<", reply)
    return found.group(1) if found else None


def starts(planner, number, offer=OFFER, booking=None):
    """Free starts of two weeks."""
    what = {"booking": booking} if booking else {"offer": offer}
    reply = post(planner, message("GetSelfbookTimeslots", cpr=number, from_time=day(2), to_time=day(14), **what))
    return re.findall("<StartTime>([^<]*)", reply)


def valid(operation, number, made):
    """Members of a call that is right as far as it goes; MADE: start, booking and reservation to be named."""
    every = {
        "GetSelfbookInterviewOptions": {"unit": "89000", "ContactGroupTypeIdentifier": 1},
        "GetSelfbookCaseWorkers": {"offer": OFFER},
        "GetSelfbookTimeslots": {"offer": OFFER, "from_time": day(2), "to_time": day(9)},
        "GetBookingDetails": {"offer": GROUP_OFFER, "start": made["group start"]},
        "CreateBooking": {"offer": OFFER, "start": made["start"], "contact": 1},
        "RescheduleBooking": {"booking": made["booking"], "start": made["later"]},
        "CancelBooking": {"booking": made["booking"]},
        "AcceptBooking": {"booking": made["booking"]},
        "ReportError": {"ErrorCode": 9303, "ErrorText": f"Fejl for {number}", "ErrorOrigin": 30, "ErrorTime": day(0)},
        "GetBookings": {"MaxCount": 10},
        "RegisterBooking": {
            "unit": "89000",
            "start": day(3)[:11] + "10:00:00",
            "end": day(3)[:11] + "10:30:00",
            "InterviewTypeIdentifier": 4,
            "InterviewFormTypeIdentifier": 1,
            "contact": 1,
            "Title": f"Samtale {number}",
            "ReBookingPossible": "false",
            "CancellationPossible": "false",
            "CompulsoryAttendance": "true",
            "Force": "true",
        },
        "UpdateBooking": {"booking": made["registered"], "Revision": 1, "Description": f"Om {number}"},
        "DeleteBooking": {"booking": made["registered"], "Revision": 2},
    }
    return {"cpr": number, **every[operation]}


def make(planner, number):
    """A meeting of NUMBER and the times around it."""
    times, group_times = starts(planner, number), starts(planner, number, GROUP_OFFER)
    made = {"start": times[0], "later": times[5], "group start": group_times[-1], "booking": NOBODY, "registered": NOBODY}
    reply = post(planner, message("CreateBooking", **valid("CreateBooking", number, made)))
    made["booking"] = find(reply, "BookingIdentifier") or NOBODY
    reply = post(planner, message("RegisterBooking", **valid("RegisterBooking", number, made)))
    made["registered"] = find(reply, "BookingIdentifier") or NOBODY
    made["start"] = times[8]
    return made


def drive_operations(planner):
    """Every operation of the WSDL, rightly and with a number in the place of each member, over both faces."""
    wsdl = exchange(planner, f"GET {PATH}?wsdl HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()).decode()
    names = operations(wsdl)
    testlib.equal(names, sorted(MEMBERS), "operations of the WSDL: give each its call here and in soap_client")
    for client in (None, "dfdg"):
        number = CANARIES.new(f"a whole way, {client or 'plain'}")
        made = make(planner, number)
        for name in names:
            post(planner, message(name, **valid(name, number, made)), client)
        for name in names:
            for member in MEMBERS[name].split():
                if member in CODES:
                    continue
                number = CANARIES.new(f"{name} {member}, {client or 'plain'}")
                members = valid(name, CANARIES.new(f"{name}, {client or 'plain'}"), made)
                members = {key: value for key, value in members.items() if SHORT.get(key) != member}
                post(planner, message(name, **{**members, member: number}), client)
    return made


def drive_faults(planner, made):
    """Every fault that a call can bring about."""
    new = CANARIES.new
    post(planner, message("CreateBooking", cpr="0000000000", offer=OFFER, start=made["start"], contact=1))
    post(planner, message("CancelBooking", cpr=new("8107"), booking=made["registered"]))
    post(planner, message("CancelBooking", cpr=new("unknown booking"), booking=NOBODY))
    post(planner, message("GetSelfbookTimeslots", cpr=new("unknown offer"), offer=NOBODY, from_time=day(2), to_time=day(3)))
    post(planner, message("GetSelfbookTimeslots", cpr=new("long interval"), offer=OFFER, from_time=day(2), to_time=day(200)))
    post(planner, message("GetSelfbookInterviewOptions", cpr=new("unit"), unit="70000", ContactGroupTypeIdentifier=1))
    post(
        planner,
        message("GetSelfbookInterviewOptions", cpr=new("caller's unit"), unit="89000", ContactGroupTypeIdentifier=1),
        "elsewhere",
    )
    post(planner, message("GetSelfbookInterviewOptions", cpr=new("role"), unit="89000", ContactGroupTypeIdentifier=1), "kss")
    facts = new("facts")
    post(planner, message("GetSelfbookInterviewOptions", cpr=facts, unit="89000", ContactGroupTypeIdentifier=1))
    testlib.wait_for(
        lambda: planner.count("SELECT count(*) FROM citizen_fact f JOIN citizen c USING (citizen_id) WHERE c.cpr = ?", facts) > 0,
        20,
        "facts are written",
    )
    post(planner, message("GetSelfbookTimeslots", cpr=facts, offer=STRICT_OFFER, from_time=day(2), to_time=day(3)))
    first, second = new("open"), new("taken")
    times = starts(planner, first)
    post(
        planner,
        message("CreateBooking", cpr=first, offer=OFFER, start=times[0], contact=1, worker="89000-01", booking=NOBODY[:-1] + "e"),
    )
    post(planner, message("CreateBooking", cpr=second, offer=OFFER, start=times[0], contact=1, worker="89000-01"))
    post(planner, message("CreateBooking", cpr=second, offer=OFFER, start=times[1], contact=1, booking=NOBODY[:-1] + "e"))
    post(planner, message("CreateBooking", cpr=first, offer=OFFER, start=times[4], contact=1))
    post(planner, message("CreateBooking", cpr=second, offer=OFFER, start=day(3)[:11] + "03:07:00", contact=1))
    post(planner, message("CreateBooking", cpr=second, offer=OFFER, start=times[2], contact=1, worker="nobody"))
    post(planner, message("CreateBooking", cpr=second, contact=1, reservation=NOBODY))
    post(planner, message("CancelBooking", cpr=first, booking=NOBODY[:-1] + "e"))
    post(planner, message("RescheduleBooking", cpr=first, booking=NOBODY[:-1] + "e", start=times[3]))
    past = message(
        "RegisterBooking", **{**valid("RegisterBooking", new("past"), made), "start": day(-2), "end": day(-2)[:11] + "00:30:00"}
    )
    gone = find(post(planner, past), "BookingIdentifier")
    post(planner, message("CancelBooking", cpr=list(CANARIES.roads)[-1], booking=gone or NOBODY))
    post(planner, message("GetSelfbookInterviewOptions", cpr=new("nothing fits"), unit="89100", ContactGroupTypeIdentifier=3))


def drive_prose(planner, made):
    """Numbers where people write, in every form; somebody else's too."""
    owner = CANARIES.new("prose")
    for name in ("plain", "dashed", "spaced"):
        other = CANARIES.new(f"prose of another, {name}")
        prose = forms(other)[name].decode()
        members = {**valid("RegisterBooking", owner, made), "Title": f"Samtale med {prose}"}
        booking = find(post(planner, message("RegisterBooking", **members)), "BookingIdentifier")
        post(
            planner,
            message("UpdateBooking", cpr=owner, booking=booking, Revision=1, Description=f"{prose}, ({prose}) og {prose}."),
        )
        post(
            planner, message("ReportError", cpr=owner, ErrorCode=1, ErrorOrigin=32, ErrorTime=day(0), ErrorText=f"ikke {prose}!")
        )
    return booking


def drive_messages(planner):
    """Headers, broken XML, wrong envelopes, wrong HTTP: the number wherever a word can stand."""
    new = CANARIES.new
    ask = lambda number: message("GetBookings", cpr=number, MaxCount=5)
    number = new("soap headers")
    head = f'<s:Header><h:ActiveOrganisation xmlns:h="urn:x">{number}</h:ActiveOrganisation><h:RequestUserMetadata xmlns:h="urn:x">{number}</h:RequestUserMetadata></s:Header><s:Body>'
    post(planner, ask(number).replace("<s:Body>", head, 1))
    number = new("must understand")
    head = f'<s:Header><h:C{number} xmlns:h="urn:{number}" s:mustUnderstand="1">{number}</h:C{number}></s:Header><s:Body>'
    post(planner, ask(number).replace("<s:Body>", head, 1))
    for road, change in {
        "unknown element": lambda text, n: text.replace("<MaxCount>", f"<C{n}>{n}</C{n}><MaxCount>"),
        "attribute": lambda text, n: text.replace("<MaxCount>", f'<MaxCount c{n}="{n}">'),
        "comment": lambda text, n: text.replace("<MaxCount>", f"<!-- {n} --><MaxCount>"),
        "processing instruction": lambda text, n: text.replace("<MaxCount>", f"<?c {n}?><MaxCount>"),
        "cut short": lambda text, n: text[:-30] + n,
        "not closed": lambda text, n: text.replace("</MaxCount>", f"</C{n}>"),
        "bad entity": lambda text, n: text.replace("<MaxCount>", f"&c{n};<MaxCount>"),
        "doctype": lambda text, n: f'<!DOCTYPE c [<!ENTITY c "{n}">]>' + text,
        "text between": lambda text, n: text.replace("<MaxCount>", f"{n}<MaxCount>"),
        "namespace": lambda text, n: text.replace(NAMESPACE, f"urn:{n}"),
        "envelope": lambda text, n: text.replace("schemas.xmlsoap.org", f"{n}.example"),
        "operation": lambda text, n: text.replace("GetBookings", f"C{n}"),
        "long number": lambda text, n: text.replace(f">{n}<", f">{n}{n}<"),
        "dashed number": lambda text, n: text.replace(f">{n}<", f">{n[:6]}-{n[6:]}<"),
        "attributes": lambda text, n: text.replace(
            "<MaxCount>", "<MaxCount " + " ".join(f'c{i}="{n}"' for i in range(300)) + ">"
        ),
        "two in the body": lambda text, n: text.replace("</s:Body>", f"<c{n}>{n}</c{n}></s:Body>"),
        "no xml": lambda text, n: n,
        "a bad time": lambda text, n: text.replace("<MaxCount>", f"<IntervalStartTime>{n}</IntervalStartTime><MaxCount>"),
        "encoding": lambda text, n: f'<?xml version="1.0" encoding="c{n}"?>' + text,
        "too large": lambda text, n: text.replace("<MaxCount>", f"<Cursor>{n * 400000}</Cursor><MaxCount>"),
    }.items():
        number = new(road)
        post(planner, change(ask(number), number))
        number = new(f"{road}, SOAP 1.2")
        text = change(ask(number), number).replace("http://schemas.xmlsoap.org/soap/envelope/", SOAP_12)
        post(planner, text, "dfdg", content_type="application/soap+xml")
    number = new("utf-16")
    post(
        planner,
        ('<?xml version="1.0" encoding="UTF-16"?>' + ask(number)).encode("utf-16"),
        content_type="text/xml; charset=utf-16",
    )
    for name, value in (
        ("SOAPAction", '"{}"'),
        ("X-C{}", "{}"),
        ("Authorization", "Basic {}"),
        ("Cookie", "c={}"),
        ("User-Agent", "{}"),
        ("Referer", "http://x/{}"),
        ("Expect", "{}"),
        ("Content-Encoding", "{}"),
        ("X-Forwarded-For", "{}"),
        ("Host", "{}"),
    ):
        number = new(f"header {name}")
        post(planner, ask(number), headers=[(name.format(number), value.format(number))])
        post(planner, ask(number), "dfdg", headers=[(name.format(number), value.format(number))])
    number = new("content type")
    post(planner, ask(number), content_type=f"text/{number}; charset={number}")


def drive_heads(planner):
    """HTTP that is none."""
    for road, template in {
        "path": "POST /{0} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "query": "GET " + PATH + "?{0} HTTP/1.1\r\nHost: x\r\n\r\n",
        "wsdl query": "GET " + PATH + "?wsdl={0} HTTP/1.1\r\nHost: x\r\n\r\n",
        "percent path": "GET /%3{0} HTTP/1.1\r\nHost: x\r\n\r\n",
        "method": "C{0} / HTTP/1.1\r\nHost: x\r\n\r\n",
        "version": "GET / HTTP/{0}\r\nHost: x\r\n\r\n",
        "no host": "GET /{0} HTTP/1.1\r\n\r\n",
        "header without colon": "GET / HTTP/1.1\r\nHost: x\r\n{0}\r\n\r\n",
        "bare line feed": "GET / HTTP/1.1\nHost: {0}\n\n",
        "doubled length": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {0}\r\nContent-Length: 5\r\n\r\n",
        "chunk": "POST " + PATH + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{0}\r\nx\r\n0\r\n\r\n",
        "chunk extension": "POST "
        + PATH
        + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;{0}\r\nx\r\n0\r\n{0}: {0}\r\n\r\n",
        "long line": "GET /{0}" + "x" * 70000 + " HTTP/1.1\r\n\r\n",
        "rubbish": "{0}\r\n\r\n",
    }.items():
        number = CANARIES.new(f"http {road}")
        reply = exchange(planner, template.format(number).encode(), patience_s=0.5)
        TEXTS.append((f"answer to http {road}", reply))
        exchange(planner, template.format(number).encode(), "dfdg", patience_s=0.5)


# Commands -------------------------------------------------------------------------------------------


def admin(planner, command, arguments):
    """The answer of the admin socket."""
    body = json.dumps(arguments).encode()
    head = f"POST /admin/v1/{command} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        line.connect(f"{planner.database}.socket")
        line.sendall(head.encode() + body)
        reply = b""
        while True:
            part = line.recv(65536)
            if not part:
                return reply
            reply += part


def rows_of_commands():
    """(words, placeholders and options) of every command, from the program's own table."""
    program = testlib.BUILD / "planner" / "plannerctl"
    table = subprocess.run([program, "--print-markdown"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^\| `([^`]*)`", table, re.M)


def drive_commands(planner):
    """Every command with a number as each of its arguments, over the socket; answers and errors are kept."""
    rows = rows_of_commands()
    testlib.equal(len(rows) > 20, True, "commands in the table")
    for row in rows:
        words = re.match(r"[a-z ]+", row).group(0).strip().replace(" ", "-")
        if words.startswith(("restore", "backup", "export", "serve", "create")):
            continue
        places = [name.lower() for name in re.findall(r"\b([A-Z]{2,})\b", row)] + re.findall(r"--([a-z-]+)", row)
        for place in sorted(set(places)) or ["any"]:
            number = CANARIES.new(f"admin {words} {place}")
            member = place.replace("-", "_")
            if member in ("citizen_file", "new_citizen_file"):
                continue
            TEXTS.append((f"admin {words}", admin(planner, words, {member: number})))
            TEXTS.append((f"admin {words}", admin(planner, words, {member: f"{number[:6]}-{number[6:]}", "from": number})))
    number = CANARIES.new("admin path")
    TEXTS.append(("admin path", admin(planner, f"show-{number}", {})))
    number = CANARIES.new("admin name")
    TEXTS.append(("admin name", admin(planner, "list-units", {f"c{number}": number})))
    TEXTS.append(("admin rubbish", admin(planner, "list-units", [CANARIES.new("admin list")])))


def control(planner, arguments, stdin=None):
    """What plannerctl says, both ways, and how it looked from outside while it ran."""
    program = [testlib.BUILD / "planner" / "plannerctl", "--data-dir", testlib.SOURCE / "data", "--database", planner.database]
    for extra in ([], ["--json"]):
        done = subprocess.run(
            [str(word) for word in [*program, *extra, *arguments]], input=stdin, capture_output=True, text=True, check=False
        )
        TEXTS.append((f"plannerctl {arguments[0]}", (done.stdout + done.stderr).encode()))
    return done


def drive_control(planner, booking):
    """plannerctl with numbers from files and from standard input; reading back what has numbers in its prose."""
    number = CANARIES.new("citizen file")
    path = planner.folder / "citizen"
    path.write_text(number + "\n", encoding="ascii")
    time = day(3)[:11] + "10:00"
    control(planner, ["explain", OFFER, time, "--citizen-file", path])
    control(planner, ["explain", OFFER, time, "--citizen-file", "-"], f"{number[:6]}-{number[6:]}\n")
    control(planner, ["explain", OFFER, time, "--citizen-file", "-"], CANARIES.new("a long number") * 2 + "\n")
    control(planner, ["erase", "citizen", "--citizen-file", path])
    control(
        planner,
        ["change", "citizen-number", "--citizen-file", path, "--new-citizen-file", "-"],
        CANARIES.new("new number") + "\n",
    )
    control(planner, ["show", "booking", booking])
    control(planner, ["list", "bookings", "--unit", "89000", "--cancelled"])
    control(planner, ["show", "week", "89000-01", "--date", day(3)[:10]])
    control(planner, ["verify"])
    control(planner, ["retention", "show"])
    control(planner, ["retention", "run"])
    path.unlink()


def drive_import(planner):
    """A number in every column of every table, one at a time."""
    source = testlib.SOURCE / "data" / "demo"
    for table in sorted(source.glob("*.csv")):
        lines = [line for line in table.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        for place, column in enumerate(lines[0].split(";")):
            number = CANARIES.new(f"import {table.stem} {column}")
            cells = lines[1].split(";") + [""] * 40
            cells[place] = f"{number[:6]}-{number[6:]}" if place % 2 else number
            folder = testlib.make_folder()
            for name in ("tenant", "units", "resources", "teams"):
                (folder / f"{name}.csv").write_text((source / f"{name}.csv").read_text(encoding="utf-8"), encoding="utf-8")
            (folder / table.name).write_text(
                lines[0] + "\n" + ";".join(cells[: lines[0].count(";") + 1]) + "\n", encoding="utf-8"
            )
            control(planner, ["import", folder, "--dry-run"])
    number = CANARIES.new("import calendar")
    folder = testlib.make_folder()
    (folder / "calendars" / "89000-01").mkdir(parents=True)
    (folder / "calendars" / "89000-01" / "x.ics").write_text(
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:{number}\r\nDTSTART;TZID={number}:20270101T100000\r\n"
        f"DTEND:{number}\r\nX-{number}:{number}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="ascii",
    )
    control(planner, ["import", folder, "--dry-run"])


# Looking --------------------------------------------------------------------------------------------


def look_at_process(planner):
    """What anybody on the machine can see of it."""
    folder = pathlib.Path(f"/proc/{planner.process.pid}")
    for name in ("cmdline", "environ", "comm", "status", "limits"):
        TEXTS.append((name, (folder / name).read_bytes()))
    for thread in (folder / "task").iterdir():
        TEXTS.append(("thread name", (thread / "comm").read_bytes()))
    for link in (folder / "fd").iterdir():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        TEXTS.append(("open file", target.encode()))
        testlib.equal("(deleted)" in target and "memfd" not in target, False, f"a file without a name is open: {target}")


def look_at_ports(planner):
    """Metrics and health."""
    for path in ("/metrics", "/health/live", "/health/ready", "/health/semantic", f"/{CANARIES.new('health path')}"):
        connection = http.client.HTTPConnection("127.0.0.1", planner.health_port, timeout=30)
        connection.request("GET", path)
        TEXTS.append((path, connection.getresponse().read()))
        connection.close()


def look_at_files(planner):
    """Every file but the database's own and what this test itself wrote, names included."""
    mine = {planner.database.name + ending for ending in ("", "-wal", "-shm")}
    for root in (planner.folder, pathlib.Path(os.environ["TMPDIR"])):
        for path in root.rglob("*"):
            TEXTS.append(("file name", str(path.relative_to(root)).encode()))
            if path.is_file() and not path.is_symlink() and path.name not in mine:
                TEXTS.append((str(path.relative_to(root)), path.read_bytes()))


def check(planner):
    """No trace in anything that was gathered; what the table of faults has was seen, or is excused."""
    look_at_files(planner)
    found = CANARIES.traces_in(TEXTS)
    TEXTS.clear()
    testlib.equal(found[:20], [], f"numbers outside the database ({len(found)} in all)")


def settings(log_format):
    """As talkative as can be; no core dumps, as by default."""
    return {"log/level": "debug", "log/format": log_format, "process/core-dumps": "false"}


EXPECTED = ["event=call .* outcome=(busy|error)", "event=hidden-error", "event=message", "level.*error"]


def everything(log_format):
    """One server, every road."""
    with PlannerProcess(town(), callers(), settings=settings(log_format), expected_alarms=EXPECTED) as planner:
        made = drive_operations(planner)
        drive_faults(planner, made)
        booking = drive_prose(planner, made)
        drive_messages(planner)
        drive_heads(planner)
        drive_commands(planner)
        drive_control(planner, booking)
        look_at_ports(planner)
        look_at_process(planner)
        limits = pathlib.Path(f"/proc/{planner.process.pid}/limits").read_text(encoding="ascii")
        testlib.equal(re.search(r"Max core file size +(\d+) +(\d+)", limits).groups(), ("0", "0"), "core dumps")
    check(planner)


CLEAN = b"event=call request=00000000-0000-4000-8000-000000000000 duration_us=1234567890\n"


def test_the_search_finds():
    """Each form of a planted number is found; a clean line has no trace."""
    number = CANARIES.new("planted")
    for name in forms(number):
        found = CANARIES.traces_in([("a clean line", CLEAN), ("log", plant(number, name))])
        testlib.equal(("log", "planted", name) in found, True, f"a number planted as {name}: {found}")
        testlib.equal({where for where, _, _ in found}, {"log"}, f"where a number planted as {name} was found")
    testlib.equal(CANARIES.traces_in([("a clean line", CLEAN)]), [], "a clean line")


def test_everything_in_logfmt():
    everything("logfmt")


def test_everything_in_json():
    everything("json")


def test_imports():
    """In the hands of plannerctl alone."""
    with PlannerProcess(town(), callers(), settings=settings("logfmt"), expected_alarms=EXPECTED) as planner:
        drive_import(planner)
    check(planner)


def test_full_disk_and_kill():
    """When things go wrong around it."""
    with PlannerProcess(town(), callers(), settings=settings("logfmt"), expected_alarms=EXPECTED) as planner:
        times = starts(planner, CANARIES.new("times"))
        resource.prlimit(planner.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        for start in times[:6]:
            post(planner, message("CreateBooking", cpr=CANARIES.new("full disk"), offer=OFFER, start=start, contact=1))
        resource.prlimit(planner.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        for start in times[6:12]:
            post(planner, message("CreateBooking", cpr=CANARIES.new("kill"), offer=OFFER, start=start, contact=1))
        look_at_process(planner)
        planner.kill()
        planner.start()
        look_at_ports(planner)
    check(planner)


def test_backups_of_an_erased_citizen():
    """The backup taken after an erasure has nothing of the citizen; the one before has its own term."""
    with PlannerProcess(town(), callers(), settings=settings("logfmt"), expected_alarms=EXPECTED) as planner:
        number = CANARIES.new("erased")
        start = starts(planner, number)[0]
        post(planner, message("CreateBooking", cpr=number, offer=OFFER, start=start, contact=1))
        folder = testlib.make_folder()
        planner.control("backup", folder / "before")
        path = testlib.make_folder() / "citizen"
        path.write_text(number, encoding="ascii")
        planner.control("erase", "citizen", "--citizen-file", path, "--yes", "--force", "--reason", "test")
        planner.control("backup", folder / "after")
        kept = {name: b"".join(file.read_bytes() for file in folder.glob(f"{name}*")) for name in ("before", "after")}
        testlib.equal([number.encode() in kept[name] for name in ("before", "after")], [True, False], "in the backups")
        testlib.equal(planner.count("SELECT count(*) FROM citizen"), 0, "citizens")

        def is_gone():
            post(planner, message("GetBookings", cpr="0000000000", MaxCount=1))
            files = [planner.database.with_name(planner.database.name + ending) for ending in ("", "-wal", "-shm")]
            return not any(number.encode() in file.read_bytes() for file in files)

        testlib.wait_for(is_gone, 100, "the number leaves the database's own files")
        planner.control("verify")
    check(planner)


def test_a_test_system_serves():
    """The database that export test makes, in the place of the first."""
    with PlannerProcess(town(), callers(), settings=settings("logfmt"), expected_alarms=EXPECTED) as planner:
        number = CANARIES.new("exported")
        post(planner, message("CreateBooking", cpr=number, offer=OFFER, start=starts(planner, number)[0], contact=1))
        path = testlib.make_folder() / "test-system.db"
        planner.control("export", "test", path)
        testlib.equal(CANARIES.traces_in([("test system", path.read_bytes())]), [], "numbers in the test system")
        planner.stop()
        for ending in ("-wal", "-shm", ""):
            planner.database.with_name(planner.database.name + ending).unlink(missing_ok=True)
        path.rename(planner.database)
        planner.control("verify")
        planner.start()
        offer = planner.query("SELECT identifier FROM offer WHERE interview_type = 7")[0][0]
        other = planner.query("SELECT cpr FROM citizen")[0][0]
        testlib.equal(len(starts(planner, number, offer)) > 10, True, "free times")
        reply = post(planner, message("GetBookings", cpr=other, MaxCount=5))
        testlib.equal(reply.count("<BookingIdentifier>"), 1, "meetings of the one citizen")
    check(planner)


def test_faults_are_covered():
    """Every code of the table has been seen, or has its reason here."""
    codes = fault_codes()
    testlib.equal(len(codes) > 20 and SUSPECTS <= codes, True, f"the table of faults was read: {codes}")
    testlib.equal(sorted(codes - SEEN - set(UNPROVOKED)), [], "faults that nothing brought about: send them here, or say why not")


testlib.run(globals())
