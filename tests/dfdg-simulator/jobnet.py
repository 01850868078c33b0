# SPDX-License-Identifier: EUPL-1.2
# Jobnet: a citizen self-books, moves, accepts and cancels through the Planner's SOAP face; DFDG registers in the same step.
"""Every step asks again, with the same ids, when no answer comes. A fault of the Planner is PlannerSaysNo."""

import asyncio
import datetime
import json
import re
from html import unescape
from xml.sax.saxutils import escape

import clock
import faults
import indkaldelse
import rules
import web
from calls import FORBIDDEN, MISSING, Call, Organisation, Refusal, User
from dfdg import new_id
from rules import JOBCENTER

PATH = "/soap/ExternalBookingService/v3"
NAMESPACE = "urn:dk:planner:externalbooking:3"
HEAD = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
TAIL = "</s:Body></s:Envelope>"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
# Faults of docs/faults.md that say no more than "not now".
NOT_NOW = (990012, 990013, 990024, 990025, 990034)
CITIZEN = User(rules.CITIZEN, "Borger", "jobnet")


class PlannerSaysNo(Exception):
    """A soap:Fault: its code and text."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code, self.text = code, text


class Silence(Exception):
    """The Planner never answered: nobody knows whether it booked."""


class Answer:
    """What the Planner answered, by the names of its elements."""

    def __init__(self, text):
        self.text = text

    def find(self, name):
        """Text of the first element NAME, or None."""
        found = re.search(rf"<(?:\w+:)?{name}(?: [^>]*)?>([^<]*)<", self.text)
        return unescape(found.group(1)) if found else None

    def all(self, name):
        """Texts of all elements NAME."""
        return [unescape(text) for text in re.findall(rf"<(?:\w+:)?{name}>([^<]*)<", self.text)]

    def part(self, name):
        """The inside of element NAME as an Answer of its own; an empty one when there is none."""
        found = re.search(rf"<(?:\w+:)?{name}(?: [^>]*)?>(.*?)</(?:\w+:)?{name}>", self.text, re.S)
        return Answer(found.group(1) if found else "")

    def is_true(self, name):
        """A boolean element."""
        return self.find(name) in ("true", "1")


class Jobnet:
    """The citizens' side. PLANNER is the base address of the Planner's face; CONTEXTS as of Pushes."""

    def __init__(self, dfdg, planner, contexts):
        self.dfdg, self.contexts = dfdg, contexts
        self.client = web.Client(planner, contexts.get("good"))

    # Asking the Planner

    async def ask(self, operation, cpr, **members):
        """One call of the Planner, again while nobody answers."""
        named = {"PersonCivilRegistrationIdentifier": cpr, **members}
        inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in named.items() if value is not None)
        body = f'{HEAD}<{operation} xmlns="{NAMESPACE}">{inner}</{operation}>{TAIL}'.encode("utf-8")
        last = None
        for _ in range(max(1, self.dfdg.settings["jobnet_patience"])):
            rule = self.dfdg.faults.pick("jobnet", operation, cpr)
            try:
                status, _, content = await self._post(body, rule)
                if rule.get("kind") == "repeat":
                    status, _, content = await self._post(body, {})
            except web.Gone as error:
                last = error
                await self._pause()
                continue
            answer = self._read(operation, status, content)
            if answer:
                return answer
            last = status
            await self._pause()
        self.dfdg.note("jobnet", operation, members.get("BookingIdentifier") or "", "intet svar")
        raise Silence(f"{operation}: {last}")

    async def _pause(self):
        await asyncio.sleep(max(0.02, min(1.0, self.dfdg.settings["time_scale"])))

    async def _post(self, body, rule):
        if rule.get("kind") == "drop":
            raise web.Gone("not asked")
        manner = faults.manner(rule) if rule.get("kind") in ("delay", "half", "drip", "lose") else None
        context = self.contexts.get(rule.get("certificate", "none")) if rule.get("kind") == "certificate" else None
        return await self.client.request("POST", PATH, HEADERS, body, self.dfdg.settings["answer_timeout_s"], manner, context)

    def _read(self, operation, status, content):
        answer = Answer(content.decode("utf-8", "replace"))
        code = answer.find("Code")
        self.dfdg.note("jobnet", operation, answer.find("BookingIdentifier") or "", code if status != 200 else status)
        if status == 200 and f"{operation}Response" in answer.text:
            return answer
        if code and "PlannerFault" in answer.text and int(code) not in NOT_NOW:
            raise PlannerSaysNo(int(code), answer.find("Text") or "")
        return None

    # Looking

    async def offers(self, cpr, unit, group=1):
        """[{"id", "title", "type", "contacts"}] of what the citizen may book."""
        answer = await self.ask("GetSelfbookInterviewOptions", cpr, JobCenterCode=unit, ContactGroupTypeIdentifier=group)
        blocks = re.findall(r"<(?:\w+:)?InterviewOption>(.*?)</(?:\w+:)?InterviewOption>", answer.text, re.S)
        found = [Answer(block) for block in blocks]
        return [
            {
                "id": one.find("InterviewOptionIdentifier"),
                "title": one.find("Title"),
                "type": int(one.find("InterviewTypeIdentifier")),
                "contacts": [int(text) for text in one.all("InterviewContactTypeIdentifier")],
            }
            for one in found
        ]

    async def times(self, cpr, offer=None, booking=None, days=28, advisor=None, first=None):
        """[(start, advisor)] that may be booked, or moved to."""
        start = clock.parse(first) if first else clock.now() + datetime.timedelta(minutes=5)
        answer = await self.ask(
            "GetSelfbookTimeslots",
            cpr,
            InterviewOptionID=offer,
            BookingIdentifier=booking,
            BookingOptionIntervalStartTime=clock.text(start),
            BookingOptionIntervalEndTime=clock.text(start + datetime.timedelta(days=days)),
            CaseWorkerIdentifier=advisor,
        )
        return list(zip(answer.all("StartTime"), answer.all("CaseWorkerIdentifier")))

    # Booking

    async def book(self, cpr, unit, offer=None, start=None, advisor=None, contact=None, group=1, key=None):
        """Offers, times, details (which hold the time), create; then DFDG registers. The id of the booking."""
        chosen = next((one for one in await self.offers(cpr, unit, group) if offer in (None, one["id"])), None)
        if not chosen:
            raise Refusal(404, (4770, "ingen ledige bookingmuligheder"))
        if not start:
            times = await self.times(cpr, chosen["id"], advisor=advisor)
            if not times:
                raise Refusal(404, (4770, "ingen ledige bookingmuligheder"))
            start, advisor = times[0]
        contact = contact or chosen["contacts"][0]
        held = await self.ask(
            "GetBookingDetails",
            cpr,
            InterviewOptionID=chosen["id"],
            BookingStartTime=start,
            CaseWorkerIdentifier=advisor,
            InterviewContactTypeIdentifier=contact,
        )
        key = key or new_id()
        await self._validate(cpr, held, chosen["id"])
        answer = await self.ask(
            "CreateBooking",
            cpr,
            BookingStartTime=start,
            InterviewOptionID=chosen["id"],
            CaseWorkerIdentifier=advisor,
            InterviewContactTypeIdentifier=contact,
            ReservationIdentifier=held.find("ReservationIdentifier"),
            BookingIdentifier=key,
        )
        key = answer.find("BookingIdentifier")
        self._register("CreateBooking", indkaldelse.create, cpr, unit, key, document_of(answer))
        return key

    async def _validate(self, cpr, held, offer):
        """DFDG looks at the details; what is wrong is reported to the Planner, and nothing is booked."""
        # The session of a group meeting may come to be with its first booking.
        found = [fault for fault in rules.faults_of(document_of(held)) if not fault[1].startswith("gruppeIdentifier")]
        if found:
            await self.ask(
                "ReportError",
                cpr,
                InterviewOptionID=offer,
                ErrorCode=1014,
                ErrorText="; ".join(text for _, text in found)[:500],
                ErrorOrigin=30,
                ErrorTime=clock.text(clock.now()),
            )
            raise Refusal(400, *found)

    def _call(self, cpr, unit, path, body=None):
        return Call(self.dfdg.system_in_role("jobnet"), Organisation(JOBCENTER, unit), CITIZEN, cpr, body, {}, path)

    def _register(self, method, function, cpr, unit, key, body=None):
        """DFDG's half of what the Planner did: its own database, and the event; unless it forgets."""
        if self.dfdg.faults.pick("register", method, cpr).get("kind") == "forget":
            self.dfdg.note("jobnet", method, key, "glemt af DFDG")
            return
        with self.dfdg.store.transaction():
            changed = None if self.dfdg.store.citizen(cpr) else self.dfdg.store.successor(cpr)
            if changed:  # while the citizen was looking at the page
                cpr = self.dfdg.store.cpr(changed[0])
            elif not self.dfdg.store.citizen(cpr):
                self.dfdg.store.put_citizen(cpr, unit)
            function(self.dfdg, self._call(cpr, unit, (key,), body))

    def _mine(self, cpr, key):
        doc = self.dfdg.store.booking(key)
        if not doc or self.dfdg.store.cpr(self.dfdg.store.citizen_of(key)) != cpr:
            raise Refusal(404, (MISSING, "indkaldelsen findes ikke"))
        return doc

    async def move(self, cpr, key, start=None, advisor=None, force=False):
        """Times, details (which hold the new time), reschedule; then DFDG registers. FORCE asks although Jobnet shows no button."""
        doc = self._mine(cpr, key)
        if not doc["ombookningMulig"] and not force:
            raise Refusal(403, (FORBIDDEN, "mødet kan ikke ombookes af borgeren"))
        if not start:
            times = [one for one in await self.times(cpr, booking=key) if clock.parse(one[0]) != clock.parse(doc["starttidspunkt"])]
            if not times:
                raise Refusal(404, (4770, "ingen ledige bookingmuligheder"))
            start, advisor = times[0]
        held = await self.ask("GetBookingDetails", cpr, BookingIdentifier=key, BookingStartTime=start, CaseWorkerIdentifier=advisor)
        answer = await self.ask(
            "RescheduleBooking",
            cpr,
            BookingIdentifier=key,
            BookingStartTime=start,
            CaseWorkerIdentifier=advisor,
            ReservationIdentifier=held.find("ReservationIdentifier"),
        )
        self._register("RescheduleBooking", indkaldelse.update, cpr, doc["jobcenterKode"], key, document_of(answer))
        return answer.find("BookingStartTime")

    async def cancel(self, cpr, key, through_planner=True, force=False):
        """The citizen cancels."""
        doc = self._mine(cpr, key)
        if not doc["aflysningMulig"] and not force:
            raise Refusal(403, (FORBIDDEN, "mødet kan ikke aflyses af borgeren"))
        if through_planner:
            await self.ask("CancelBooking", cpr, BookingIdentifier=key)
        self._register("CancelBooking", indkaldelse.delete, cpr, doc["jobcenterKode"], key)

    async def accept(self, cpr, key, through_planner=True):
        """The citizen confirms."""
        doc = self._mine(cpr, key)
        if through_planner:
            await self.ask("AcceptBooking", cpr, BookingIdentifier=key)
        body = {**indkaldelse.content(doc), "accepteret": True}
        self._register("AcceptBooking", indkaldelse.update, cpr, doc["jobcenterKode"], key, body)

    def close(self):
        """Hangs up."""
        self.client.close()


def _day_of(instant):
    """A deadline as a date: the day whose end lies closest after it."""
    return (clock.parse(instant) - datetime.timedelta(microseconds=1)).astimezone(clock.ZONE).date().isoformat() if instant else None


def document_of(answer):
    """The booking that the Planner describes, as DFDG writes it down."""
    person = {"identifikation": answer.find("CaseWorkerIdentifier"), "navn": answer.find("CaseWorkerName"), "email": answer.find("CaseWorkerEmailAddressIdentifier")}
    number = {"samtaleType": "InterviewTypeIdentifier", "moedeGruppeType": "InterviewFormTypeIdentifier"}
    place, contact = answer.part("InterviewLocationDetail"), answer.part("ContactOptions")
    town = " ".join(filter(None, (place.find("PostalCode"), place.find("CityName"))))
    address = ", ".join(filter(None, (place.find("StreetAddress"), town)))
    reached = ", ".join(filter(None, (contact.find("TelephoneNumber"), contact.find("EmailAddressIdentifier"))))
    fund, owner = answer.find("UnemploymentFundParticipationIdentifier"), answer.find("OwnerSystemIdentifier")
    doc = {
        "jobcenterKode": answer.find("JobCenterCode"),
        "gruppeIdentifier": answer.find("GroupIdentifier"),
        "ombookningMulig": answer.is_true("ReBookingPossible"),
        "fristForOmbookning": _day_of(answer.find("ReBookingDeadline")),
        "aflysningMulig": answer.is_true("CancellationPossible"),
        "fristForAflysning": _day_of(answer.find("CancellationDeadline")),
        "selvbooket": answer.is_true("SelfBooked"),
        "starttidspunkt": answer.find("BookingStartTime"),
        "sluttidspunkt": answer.find("BookingEndTime"),
        **{name: int(answer.find(element)) for name, element in number.items()},
        "samtaleform": int(answer.find("InterviewContactTypeIdentifier")),
        "digitaltMoedelink": answer.find("DigitalMeetingLink"),
        "titel": answer.find("Title"),
        "beskrivelse": answer.find("Description"),
        "lokation": place.find("InterviewLocationDescription") or (None if address else place.find("RoomName")),
        "adresse": address or None,
        "telefonnummer": place.find("TelephoneNumber"),
        "kontaktmuligheder": reached or None,
        "medarbejder": {name: value for name, value in person.items() if value},
        "akasseDeltagelse": fund and int(fund),
        "ejersystem": owner and int(owner),
        "moedepligt": answer.is_true("CompulsoryAttendance"),
        "skalAccepteres": answer.is_true("CitizenShouldAcceptBooking"),
        "accepteret": answer.is_true("AcceptedBooking"),
    }
    if doc["samtaleType"] == rules.JOINT_INTERVIEW:
        doc["akasseDeltagelse"] = doc["akasseDeltagelse"] or 0  # DFDG knows it; who takes part is not the Planner's to say
    return json.loads(json.dumps({name: value for name, value in doc.items() if value not in (None, {})}))
