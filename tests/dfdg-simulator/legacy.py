# SPDX-License-Identifier: EUPL-1.2
# The older form of a booking's event (BookingWsrmMessageService): the whole booking, in the names of the SOAP contract.
"""docs/dfdg-wire.md §5: BookingDetails and BookingChangeType."""

import datetime

import clock
import rules
from wsrm_text import element, group

# What IndkaldelseService has no place for any more: a reader passes over it.
GONE = [
    ("InterviewUnemploymentFundParticipation", False),
    ("InterviewWithMoreAuthorities", True),
    ("PrintDetail", group([("PrintName", "Brev 7")])),
    ("DistrictName", "Gammelby"),
]


def _instant(day):
    """The end of a local day."""
    if not day:
        return None
    end = datetime.datetime.combine(clock.parse_day(day) + datetime.timedelta(days=1), datetime.time(), clock.ZONE)
    return clock.text(end)


def entity(members, call):
    """The members of an Entity for a booking that MEMBERS names, changed by CALL."""
    doc, person = members["_doc"], members["_doc"].get("medarbejder") or {}
    maker = doc["oprettetAf"]
    end = clock.parse(doc["starttidspunkt"]) + datetime.timedelta(minutes=rules.length_minutes(doc))
    street, _, town = (doc.get("adresse") or "").partition(", ")
    address = [("StreetAddress", street), ("PostalCode", town[:4]), ("CityName", town[5:])]
    place = [("InterviewLocationDescription", doc.get("lokation")), ("Address", group(address) if town else None)]
    place += [("TelephoneNumber", doc.get("telefonnummer")), ("DigitalMeetingLink", doc.get("digitaltMoedelink"))]
    del call
    details = [
        ("BookingIdentifier", doc["indkaldelseIdentifier"]),
        ("BookingOriginator", group([("OrganisationCode", maker["organisationKode"]), ("OrganisationTypeIdentifier", maker["organisationType"])])),
        ("CitizenShouldAcceptBooking", doc["skalAccepteres"]),
        ("AcceptedBooking", doc["accepteret"]),
        ("ReBookingPossible", doc["ombookningMulig"]),
        ("ReBookingDeadline", _instant(doc.get("fristForOmbookning"))),
        ("CancellationPossible", doc["aflysningMulig"]),
        ("CancellationDeadline", _instant(doc.get("fristForAflysning"))),
        ("SelfBooked", maker["brugertype"] == rules.CITIZEN),
        ("CompulsoryAttendance", doc["moedepligt"]),
        ("BookingStartTime", doc["starttidspunkt"]),
        ("BookingEndTime", clock.text(end)),
        ("PersonCivilRegistrationIdentifier", members["PersonCivilRegistrationIdentifier"]),
        ("JobCenterCode", doc["jobcenterKode"]),
        ("InterviewTypeIdentifier", doc["samtaleType"]),
        ("InterviewFormTypeIdentifier", doc["moedeGruppeType"]),
        ("InterviewContactTypeIdentifier", doc["samtaleform"]),
        ("Title", doc["titel"]),
        ("Description", doc.get("beskrivelse")),
        ("InterviewLocationDetail", group(place) if any(value for _, value in place) else None),
        ("CaseWorkerIdentifier", person.get("identifikation")),
        ("CaseWorkerName", person.get("navn")),
        ("CaseWorkerEmailAddressIdentifier", person.get("email")),
        *GONE,
        ("GroupIdentifier", doc.get("gruppeIdentifier")),
        ("OwnerSystemIdentifier", doc.get("ejersystem")),
        ("BookingStatusIdentifier", 2 if doc["tilstand"] == "aktiv" else 3),
    ]
    return element("BookingDetails", group(details)) + element("BookingChangeType", members["_change"])
