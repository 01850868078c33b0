# SPDX-License-Identifier: EUPL-1.2
# Who else books: a case system (KSS) of the jobcenter, and an a-kasse. They call the services as everybody does.
"""Every function answers what the service did, or raises Refusal."""

import datetime

import besked
import clock
import frist
import indkaldelse
import rules
import visitering
from calls import MISSING, Call, Organisation, Refusal, User
from dfdg import new_id
from rules import JOBCENTER

CASEWORKER = User(2, "Sagsbehandler 07", "CVR:00000000-UUID:sagsbehandler-07", "sagsbehandler-07@demo.example")


def call_of(dfdg, role, cpr, body=None, path=(), code=None, kind=None, user=CASEWORKER):
    """A call by the simulator's own system of ROLE for an authority."""
    found = dfdg.store.citizen(cpr)
    unit = code or (found[1] if found else None)
    authority = Organisation(kind or JOBCENTER, unit or "")
    return Call(dfdg.system_in_role(role), authority, user, cpr, body, {}, path)


def document(unit, start, minutes=45, advisor="", **more):
    """A booking with all that the law wants; START an instant as text. MORE are members of the wire, None takes one out."""
    doc = {
        "jobcenterKode": unit,
        "ombookningMulig": False,
        "aflysningMulig": False,
        "starttidspunkt": start,
        "sluttidspunkt": clock.text(clock.parse(start) + datetime.timedelta(minutes=minutes)),
        "samtaleType": 7,
        "moedeGruppeType": 1,
        "samtaleform": 1,
        "titel": "Jobsamtale",
        "beskrivelse": "Samtale om din jobsøgning",
        "lokation": "Jobcentret, indgang A",
        "adresse": "Rådhuspladsen 1, 0000 Demokøbing",
        "kontaktmuligheder": "Ring til jobcentret",
        "medarbejder": {"identifikation": advisor or "ukendt-vejleder", "navn": "Vejleder 07"},
        "moedepligt": True,
        "skalAccepteres": False,
        "accepteret": False,
    } | more
    return {name: value for name, value in doc.items() if value is not None}


def _do(dfdg, function, call):
    with dfdg.store.transaction():
        return function(dfdg, call)[1]


def book(dfdg, cpr, unit, start, key=None, role="kss", **details):
    """KSS: CreateIndkaldelse; the id."""
    doc = document(unit, start, **details)
    return _do(dfdg, indkaldelse.create, call_of(dfdg, role, cpr, doc, (key or new_id(),), unit))["indkaldelseIdentifier"]


def _call_about(dfdg, key, role, body=None):
    doc = dfdg.store.booking(key)
    if not doc:
        raise Refusal(404, (MISSING, "indkaldelsen findes ikke"))
    maker = doc["oprettetAf"]
    kind, code = (JOBCENTER, doc["jobcenterKode"]) if role != "akasse" else (maker["organisationType"], maker["organisationKode"])
    return doc, call_of(dfdg, role, dfdg.store.cpr(dfdg.store.citizen_of(key)), body, (key,), code, kind)


def change(dfdg, key, role="kss", **changes):
    """KSS: UpdateIndkaldelse with some members changed; None takes one out."""
    before, call = _call_about(dfdg, key, role)
    doc = indkaldelse.content(before) | changes
    if "starttidspunkt" in changes and "sluttidspunkt" not in changes:
        length = datetime.timedelta(minutes=rules.length_minutes(before))
        doc["sluttidspunkt"] = clock.text(clock.parse(doc["starttidspunkt"]) + length)
    call.body = {name: value for name, value in doc.items() if value is not None}
    return _do(dfdg, indkaldelse.update, call)


def cancel(dfdg, key, role="kss"):
    """KSS: DeleteIndkaldelse."""
    return _do(dfdg, indkaldelse.delete, _call_about(dfdg, key, role)[1])


# A-kasse ----------------------------------------------------------------------------------------------


def fund_book(dfdg, cpr, fund, start, kind=17, unit=None, key=None, participants=(), **details):
    """A-kasse: an interview of 7, 10, 12, 15 or 17; PARTICIPANTS [{"navn": …}] are authorities at a joint one. The id."""
    found = dfdg.store.citizen(cpr)
    more = {"samtaleType": kind, "titel": f"Samtale {kind}", "akasseDeltagelse": 1 if kind == rules.JOINT_INTERVIEW else None} | details
    doc = document(unit or (found and found[1]) or "00000", start, **more)
    call = call_of(dfdg, "akasse", cpr, doc, (key or new_id(),), fund, dfdg.settings["fund_kind"])
    key = _do(dfdg, indkaldelse.create, call)["indkaldelseIdentifier"]
    for one in participants:
        add_participant(dfdg, key, **one)
    return key


def fund_message(dfdg, cpr, fund, kind=12, to="99999", replies=1, documents=(), **words):
    """A-kasse: a message to a jobcenter about a citizen; its id. WORDS are overskrift and tekst."""
    receiver = {"organisationType": JOBCENTER, "organisationKode": to}
    body = {"modtagere": [receiver], "kanal": besked.AUTHORITY, "beskedtype": kind, "svartype": replies, "vedhaeftetDokumenter": list(documents)}
    body |= {"overskrift": "Besked fra a-kassen", "tekst": "Mødt ved en kontrol", **words}
    return _do(dfdg, besked.create, call_of(dfdg, "akasse", cpr, body, (), fund, dfdg.settings["fund_kind"]))["beskedIdentifier"]


def add_participant(dfdg, key, participant_id=None, role="akasse", **members):
    """An authority that takes part; its id."""
    _, call = _call_about(dfdg, key, role, {"indkaldelseIdentifier": key, **members})
    call.path = (participant_id or new_id(),)
    return _do(dfdg, indkaldelse.save_participant, call)["deltagerIdentifier"]


# Facts of a citizen -----------------------------------------------------------------------------------


def set_deadline(dfdg, cpr, kind=7, days=14, **members):
    """KSS: a deadline for self-booking; its id."""
    day = clock.today() + datetime.timedelta(days=days)
    body = {"samtaleType": kind, "fristDato": day.isoformat(), "sidsteAfholdelsesdato": (day + datetime.timedelta(days=14)).isoformat(), **members}
    return _do(dfdg, frist.create, call_of(dfdg, "kss", cpr, body))["fristIdentifier"]


def report_absence(dfdg, cpr, code):
    """KSS: an absence; 56, 57 and 75 close the citizen's open deadlines."""
    if code in frist.CLOSED_BY_ABSENCE:
        with dfdg.store.transaction():
            frist.close(dfdg, _citizen_id(dfdg, cpr), call_of(dfdg, "kss", cpr))


def place(dfdg, cpr, kind, code, start=None):
    """KSS: a contact group (group) or person category (category)."""
    visitering.place(dfdg, _citizen_id(dfdg, cpr), kind, code, start, call_of(dfdg, "kss", cpr))


def _citizen_id(dfdg, cpr):
    found = dfdg.store.citizen(cpr)
    if not found:
        raise Refusal(404, (MISSING, "personen findes ikke"))
    return found[0]


def join_fund(dfdg, cpr, fund):
    """The citizen becomes a member of an a-kasse; the jobcenter is told."""
    citizen_id = _citizen_id(dfdg, cpr)
    with dfdg.store.transaction():
        dfdg.store.put_citizen(cpr, fund=fund)
        unit = dfdg.store.citizen(cpr)[1]
        told = {(dfdg.settings["fund_kind"], fund)} | ({(JOBCENTER, unit)} if unit else set())
        call = call_of(dfdg, "akasse", cpr, None, (), fund, dfdg.settings["fund_kind"])
        members = {"PersonCivilRegistrationIdentifier": cpr, "FundCode": fund}
        dfdg.tell("Akassemedlemskab", citizen_id, 1, told, None, {"AkasseKode": fund}, call, ("GetUnemploymentFundMembershipVersion1", members))


def change_cpr(dfdg, old, new):
    """The citizen gets another number: all that is known moves along, and everybody is told."""
    citizen_id = _citizen_id(dfdg, old)
    if dfdg.store.citizen(new):
        raise Refusal(409, (MISSING, "det nye personnummer er i brug"))
    with dfdg.store.transaction():
        dfdg.store.run("UPDATE citizen SET cpr = ? WHERE citizen_id = ?", new, citizen_id)
        dfdg.store.run("INSERT OR REPLACE INTO former_cpr VALUES (?, ?)", old, citizen_id)
        unit, fund = dfdg.store.citizen(new)[1:]
        told = ({(JOBCENTER, unit)} if unit else set()) | ({(dfdg.settings["fund_kind"], fund)} if fund else set())
        members = {"OldPersonCivilRegistrationIdentifier": old, "NewPersonCivilRegistrationIdentifier": new}
        dfdg.tell("Personnummerskift", citizen_id, 2, told, None, {"TidligereIdentifikation": old}, None, ("GetCprChanged", members))
