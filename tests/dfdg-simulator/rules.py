# SPDX-License-Identifier: EUPL-1.2
# What DFDG says no to, and whom it tells: pure functions over documents, in the order of docs/dfdg-wire.md.
"""Nothing here knows the database or the network."""

import datetime
import re

import clock
from calls import INVALID

MUNICIPALITY, JOBCENTER = 7, 8
CITIZEN, CASEWORKER, SYSTEM = 1, 2, 3
CV_INTERVIEW, JOB_INTERVIEW, OTHER_INTERVIEW, AVAILABILITY, JOINT_INTERVIEW = 10, 7, 12, 15, 17
DIGITAL, IN_PERSON = 8, 1
GROUP = 2
CV_CUT_OFF = datetime.date(2024, 1, 1)
DEADLINE_TYPES = (4, 7, 17)
TELEPHONE = re.compile(r"\+?[0-9]{3,20}")
EMAIL = re.compile(r"[^>()\[\]\\,;:@\s]{0,191}@[^>()\[\]\\,;:@\s]{1,64}")

# member, type, must be there, greatest length or value
MEMBERS = [
    ("jobcenterKode", str, True, 5),
    ("gruppeIdentifier", str, False, 64),
    ("ejersystem", int, False, 10000),
    ("ombookningMulig", bool, True, 0),
    ("fristForOmbookning", "day", False, 0),
    ("aflysningMulig", bool, True, 0),
    ("fristForAflysning", "day", False, 0),
    ("selvbooket", bool, False, 0),
    ("starttidspunkt", "instant", True, 0),
    ("sluttidspunkt", "instant", False, 0),
    ("varighed", int, False, 1440),
    ("samtaleType", int, True, 10000),
    ("moedeGruppeType", int, True, 10000),
    ("samtaleform", int, True, 10000),
    ("digitaltMoedelink", str, False, 500),
    ("titel", str, True, 255),
    ("beskrivelse", str, False, 2000),
    ("lokation", str, False, 255),
    ("adresse", str, False, 255),
    ("telefonnummer", str, False, 21),
    ("kontaktmuligheder", str, False, 255),
    ("medarbejder", dict, False, 0),
    ("moedepligt", bool, True, 0),
    ("skalAccepteres", bool, True, 0),
    ("accepteret", bool, True, 0),
    ("akasseDeltagelse", int, False, 10000),
]


def _is(value, kind):
    if kind == "instant":
        return clock.parse(value) is not None
    if kind == "day":
        return clock.parse_day(value) is not None
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _member_fault(doc, name, kind, must, most):
    value = doc.get(name)
    if value is None:
        return f"{name}: mangler" if must else None
    try:
        is_good = _is(value, kind)
    except ValueError:
        is_good = False
    if not is_good:
        return f"{name}: har en forkert type eller form"
    if most and kind is str and not (0 if not must else 1) <= len(value) <= most:
        return f"{name}: skal have 1 til {most} tegn"
    if most and kind is int and not 0 <= value <= most:
        return f"{name}: skal være 0 til {most}"
    return None


def length_minutes(doc):
    """Length of a booking in minutes, from its end or its length."""
    if doc.get("sluttidspunkt"):
        return (clock.parse(doc["sluttidspunkt"]) - clock.parse(doc["starttidspunkt"])).total_seconds() / 60
    return doc.get("varighed") or 0


def _together(doc, is_jobcenter):
    """Faults of members that depend on each other; every member is right by itself."""
    start_day = clock.parse(doc["starttidspunkt"]).astimezone(clock.ZONE).date()
    if not doc.get("sluttidspunkt") and not doc.get("varighed"):
        yield "sluttidspunkt: sluttidspunkt eller varighed skal være der"
    elif length_minutes(doc) <= 0:
        yield "sluttidspunkt: ligger ikke efter starttidspunkt"
    if doc["ombookningMulig"] and not doc.get("fristForOmbookning"):
        yield "fristForOmbookning: skal være der, når ombookning er mulig"
    for name in ("fristForOmbookning", "fristForAflysning"):
        if doc.get(name) and clock.parse_day(doc[name]) > start_day:
            yield f"{name}: ligger efter mødet"
    if doc["samtaleform"] == DIGITAL and not doc.get("digitaltMoedelink"):
        yield "digitaltMoedelink: skal være der, når mødet er digitalt"
    if is_jobcenter and doc["samtaleform"] == IN_PERSON and not doc.get("lokation") and not doc.get("adresse"):
        yield "adresse: lokation eller adresse skal være der ved personligt fremmøde"
    if doc["moedeGruppeType"] == GROUP and not doc.get("gruppeIdentifier"):
        yield "gruppeIdentifier: skal være der ved fællesmøder"
    if doc["samtaleType"] == JOINT_INTERVIEW and doc.get("akasseDeltagelse") is None:
        yield "akasseDeltagelse: skal være der ved fælles jobsamtale"


def _person(doc, is_jobcenter):
    person = doc.get("medarbejder")
    if person is None:
        if is_jobcenter:
            yield "medarbejder: mangler"
        return
    key = person.get("identifikation")
    if not isinstance(key, str) or not 1 <= len(key) <= 255:
        yield "medarbejder.identifikation: skal have 1 til 255 tegn"
    if person.get("email") and not EMAIL.fullmatch(str(person["email"])):
        yield "medarbejder.email: er ikke en e-mailadresse"
    if person.get("telefonnummer") and not TELEPHONE.fullmatch(str(person["telefonnummer"])):
        yield "medarbejder.telefonnummer: er ikke et telefonnummer"


def faults_of(doc, is_jobcenter=True):
    """[(code, text)] of everything that a booking lacks or has wrong; empty when it is good. The list of the order § 20."""
    texts = [text for member in MEMBERS if (text := _member_fault(doc, *member))]
    if not re.fullmatch(r"[0-9]{5}", str(doc.get("jobcenterKode") or "00000")):
        texts.append("jobcenterKode: skal have fem cifre")
    if doc.get("telefonnummer") and not TELEPHONE.fullmatch(str(doc["telefonnummer"])):
        texts.append("telefonnummer: er ikke et telefonnummer")
    if not texts or all(text.startswith(("jobcenterKode", "telefonnummer", "titel")) for text in texts):
        texts += _together(doc, is_jobcenter)
    if isinstance(doc.get("medarbejder", {}), (dict, type(None))):
        texts += _person(doc, is_jobcenter)
    return [(INVALID, text) for text in texts]


def type_fault(fund_kind, organisation, doc, contact_group):
    """Why this authority may not plan this type of interview, or None. FUND_KIND is the organisation type of a-kasser."""
    kind = doc["samtaleType"]
    is_fund = organisation.kind == fund_kind
    if kind == CV_INTERVIEW and contact_group in (1, 8):
        if clock.parse(doc["starttidspunkt"]).astimezone(clock.ZONE).date() >= CV_CUT_OFF:
            return "samtaletype 10 kan ikke planlægges for kontaktgruppe 1 og 8"
    if kind in (CV_INTERVIEW, AVAILABILITY) and not is_fund:
        return f"samtaletype {kind} er a-kassens"
    if is_fund and kind not in (CV_INTERVIEW, JOB_INTERVIEW, OTHER_INTERVIEW, AVAILABILITY, JOINT_INTERVIEW):
        return f"samtaletype {kind} er jobcentrets"
    return None


def change_fault(fund_kind, call, doc):
    """Why this system may not change or cancel this booking, or None."""
    maker = doc["oprettetAf"]
    if maker["organisationType"] == fund_kind:
        is_same = call.organisation.kind == fund_kind and call.organisation.code == maker["organisationKode"]
        return None if is_same else "kun a-kassen må ændre sin indkaldelse"
    if call.organisation.kind not in (MUNICIPALITY, JOBCENTER) or call.organisation.code[:3] != doc["jobcenterKode"][:3]:
        return "indkaldelsen tilhører en anden myndighed"
    if doc.get("ejersystem") not in (None, call.system.number) and call.system.role != "jobnet":
        return "kun ejersystemet må ændre indkaldelsen"
    if maker["brugertype"] == CITIZEN:
        return None if call.system.role in ("planner", "jobnet") else "borgerens booking ændres af Planner og Jobnet"
    if doc.get("_rolle") == "kss" and call.system.role not in ("kss", "jobnet"):
        return "kun et sagsbehandlingssystem må ændre indkaldelsen"
    return None


def recipients(fund_kind, doc, before, fund):
    """{(organisation type, code)} who are told that DOC came to be from BEFORE (nullable); FUND is the citizen's a-kasse (nullable)."""
    told = set()
    for one in filter(None, (doc, before)):
        is_joint = one["samtaleType"] == JOINT_INTERVIEW
        is_funds_own = one["oprettetAf"]["organisationType"] == fund_kind
        if not is_funds_own or is_joint:
            told.add((JOBCENTER, one["jobcenterKode"]))
        if is_funds_own and one["samtaleType"] in (CV_INTERVIEW, JOB_INTERVIEW, AVAILABILITY, JOINT_INTERVIEW):
            told.add((fund_kind, one["oprettetAf"]["organisationKode"]))
        if is_joint and fund:
            told.add((fund_kind, fund))
    return told
