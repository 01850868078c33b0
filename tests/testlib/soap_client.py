# SPDX-License-Identifier: EUPL-1.2
# Many callers at once: plain SOAP 1.1 calls over kept connections, without any SOAP library in between.
"""A Crowd is so many connections, opened before the shot; `crowd.shoot(bodies)` sends one call on each as nearly at the same
moment as one process can, and answers their answers in order."""

import asyncio
import re
import urllib.parse
from xml.sax.saxutils import escape

from planner_process import NAMESPACE

HEAD = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
TAIL = "</s:Body></s:Envelope>"

# The order of members in the schema, of every request that is sent here.
MEMBERS = {
    "GetSelfbookInterviewOptions": "PersonCivilRegistrationIdentifier JobCenterCode ContactGroupTypeIdentifier",
    "GetSelfbookCaseWorkers": "PersonCivilRegistrationIdentifier InterviewOptionID BookingIdentifier",
    "GetSelfbookTimeslots": "PersonCivilRegistrationIdentifier InterviewOptionID BookingIdentifier"
    " BookingOptionIntervalStartTime BookingOptionIntervalEndTime CaseWorkerIdentifier",
    "GetBookingDetails": "PersonCivilRegistrationIdentifier InterviewOptionID BookingIdentifier BookingStartTime"
    " CaseWorkerIdentifier InterviewContactTypeIdentifier",
    "CreateBooking": "PersonCivilRegistrationIdentifier BookingStartTime InterviewOptionID CaseWorkerIdentifier"
    " InterviewContactTypeIdentifier ReservationIdentifier BookingIdentifier",
    "RescheduleBooking": "PersonCivilRegistrationIdentifier BookingIdentifier BookingStartTime CaseWorkerIdentifier"
    " ReservationIdentifier",
    "CancelBooking": "PersonCivilRegistrationIdentifier BookingIdentifier",
    "AcceptBooking": "PersonCivilRegistrationIdentifier BookingIdentifier",
    "ReportError": "PersonCivilRegistrationIdentifier InterviewOptionID BookingIdentifier ErrorCode ErrorText"
    " ErrorOrigin ErrorTime",
    "GetBookings": "PersonCivilRegistrationIdentifier JobCenterCode CaseWorkerIdentifier IntervalStartTime"
    " IntervalEndTime IncludeCancelled Cursor MaxCount",
    "RegisterBooking": "PersonCivilRegistrationIdentifier JobCenterCode BookingIdentifier ReBookingPossible"
    " ReBookingDeadline CancellationPossible CitizenShouldAcceptBooking CompulsoryAttendance BookingStartTime BookingEndTime"
    " InterviewTypeIdentifier InterviewFormTypeIdentifier InterviewContactTypeIdentifier Title CaseWorkerIdentifier"
    " GroupIdentifier Force",
    "UpdateBooking": "PersonCivilRegistrationIdentifier BookingIdentifier Revision BookingStartTime BookingEndTime"
    " Description CaseWorkerIdentifier GroupIdentifier Force",
    "DeleteBooking": "PersonCivilRegistrationIdentifier BookingIdentifier Revision",
}
SHORT = {"cpr": "PersonCivilRegistrationIdentifier", "offer": "InterviewOptionID", "worker": "CaseWorkerIdentifier"}
SHORT |= {"booking": "BookingIdentifier", "start": "BookingStartTime", "contact": "InterviewContactTypeIdentifier"}
SHORT |= {"reservation": "ReservationIdentifier", "unit": "JobCenterCode", "end": "BookingEndTime"}
SHORT |= {"from_time": "BookingOptionIntervalStartTime", "to_time": "BookingOptionIntervalEndTime"}


def message(operation, **members):
    """The envelope of a call; members by their own names or those of SHORT, None for one that is left out."""
    named = {SHORT.get(name, name): value for name, value in members.items() if value is not None}
    order = MEMBERS[operation].split()
    unknown = set(named) - set(order)
    if unknown:
        raise ValueError(f"{operation} has no {unknown}")
    inner = "".join(f"<{name}>{escape(str(named[name]))}</{name}>" for name in order if name in named)
    return f'{HEAD}<{operation} xmlns="{NAMESPACE}">{inner}</{operation}>{TAIL}'


class Answer:
    """An HTTP answer: its status, its text, and the fault's code in it (0 when it is none)."""

    def __init__(self, status, text):
        self.status, self.text = status, text
        fault = re.search(r"PlannerFault.*?Code>(\d+)<", text, re.S)
        self.code = int(fault.group(1)) if fault else 0
        if (self.code == 0) != (status == 200):
            raise AssertionError(f"status {status} and fault {self.code} do not agree:\n{text}")

    def find(self, name):
        """Text of the first element NAME, or None."""
        found = re.search(rf"<(?:\w+:)?{name}>([^<]*)<", self.text)
        return found.group(1) if found else None

    def find_all(self, name):
        """Texts of all elements NAME, in order."""
        return re.findall(rf"<(?:\w+:)?{name}>([^<]*)<", self.text)

    def body(self):
        """What stands inside soap:Body."""
        return re.search(r"Body[^>]*>(.*)</\w+:Body>", self.text, re.S).group(1)


class Line:
    """One kept connection; a call on it at a time."""

    def __init__(self, url, context=None):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.path, self.context = parts.hostname, parts.port, parts.path, context
        self.reader = self.writer = None

    async def open(self):
        """Connects."""
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port, ssl=self.context)
        return self

    async def post(self, text):
        """Sends an envelope and answers the Answer."""
        body = text.encode("utf-8")
        head = f"POST {self.path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: text/xml; charset=utf-8\r\n"
        head += f"SOAPAction: \"\"\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode("ascii") + body)
        await self.writer.drain()
        start = (await self.reader.readuntil(b"\r\n\r\n")).decode("ascii")
        length = int(re.search(r"(?i)\r\ncontent-length: *(\d+)", start).group(1))
        content = await self.reader.readexactly(length)
        return Answer(int(start.split()[1]), content.decode("utf-8"))

    async def call(self, operation, **members):
        """message() and post() in one."""
        return await self.post(message(operation, **members))

    def close(self):
        """Hangs up."""
        if self.writer:
            self.writer.close()


class Crowd:
    """N_LINES connections to URL, opened on entry."""

    def __init__(self, url, n_lines):
        self.lines = [Line(url) for _ in range(n_lines)]

    async def __aenter__(self):
        for line in self.lines:
            await line.open()
        return self

    async def __aexit__(self, kind, value, trace):
        for line in self.lines:
            line.close()

    async def shoot(self, texts):
        """Sends one of TEXTS on each line, all at once; their Answers in the same order."""
        if len(texts) > len(self.lines):
            raise ValueError(f"{len(texts)} calls on {len(self.lines)} lines")
        return await asyncio.gather(*(line.post(text) for line, text in zip(self.lines, texts)))
