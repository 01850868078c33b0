# SPDX-License-Identifier: EUPL-1.2
# BorgerBeskedService: messages to citizens and between authorities, with limits, threads, documents, and hidden content.
"""Channels: 1 SMS, 2 mail, 3 notification, 4 authority to authority."""

import base64
import binascii
import json

import clock
from calls import FORBIDDEN, INVALID, MISSING, TAKEN, UNKNOWN_PERSON, Refusal, Route
from dfdg import new_id
from rules import JOBCENTER

SMS, MAIL, NOTIFICATION, AUTHORITY = 1, 2, 3, 4
LONGEST = {SMS: 160, MAIL: 2000, NOTIFICATION: 500, AUTHORITY: 2000}
TOO_LONG, SMS_IS_STARS, WRONG_CENTRE = 8143, 9014, 9310
STAR = 1  # organisation type of STAR: our own number
OPEN, CLOSED, MISTAKEN = 1, 2, 3
MAX_DOCUMENT = 15 * 1024 * 1024
BY_FUND = (11, 12)
OWN_CENTRE = "99999"
HIDDEN = {"overskrift": "Indholdet vises ikke", "tekst": "Indholdet vises ikke", "skjult": True, "dokumenter": []}


def _load(dfdg, key):
    found = dfdg.store.row("SELECT doc FROM letter WHERE id = ?", key.lower())
    if not found:
        raise Refusal(404, (MISSING, "beskeden findes ikke"))
    return json.loads(found[0])


def _save(dfdg, doc):
    text = json.dumps(doc, ensure_ascii=False)
    dfdg.store.run("INSERT INTO letter VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc", doc["beskedIdentifier"].lower(), text)


def _own(call):
    return {"organisationType": call.organisation.kind, "organisationKode": call.organisation.code}


def _text_faults(body):
    kind, text = body.get("kanal"), body.get("tekst")
    if kind not in LONGEST:
        yield INVALID, "kanal: findes ikke"
    elif not isinstance(text, str) or not text:
        yield INVALID, "tekst: mangler"
    elif len(text) > LONGEST[kind]:
        yield TOO_LONG, f"tekst: højst {LONGEST[kind]} tegn på denne kanal"
    if not isinstance(body.get("beskedtype"), int):
        yield INVALID, "beskedtype: mangler"
    if not isinstance(body.get("overskrift"), str) or not 1 <= len(body["overskrift"]) <= 255:
        yield INVALID, "overskrift: skal have 1 til 255 tegn"
    if not isinstance(body.get("modtagere"), list) or not body["modtagere"]:
        yield INVALID, "modtagere: mangler"


def _receiver(dfdg, call, one):
    """One receiver, with 99999 replaced; Refusal when it may not be written to."""
    if "civilregistrationIdentifier" in one:
        if not dfdg.store.citizen(one["civilregistrationIdentifier"]):
            raise Refusal(400, (UNKNOWN_PERSON, "personnummeret er ukendt"))
        return {"civilregistrationIdentifier": one["civilregistrationIdentifier"]}
    kind, code = one.get("organisationType"), str(one.get("organisationKode", ""))
    citizen = dfdg.store.citizen(call.cpr) if call.cpr else None
    if kind == JOBCENTER:
        home = citizen[1][:3] + "00" if citizen and citizen[1] else None
        code = (home or "") if code == OWN_CENTRE else code
        if not code.endswith("00") or len(code) != 5 or (home and code != home):
            raise Refusal(400, (WRONG_CENTRE, "hovedjobcentrets kode er forkert, eller borgeren hører ikke til der"))
    elif code == OWN_CENTRE:
        code = (citizen and citizen[2]) or ""
    return {"organisationType": kind, "organisationKode": code}


def _documents(dfdg, letter_id, given):
    told, rows = [], []
    for one in given or []:
        try:
            content = base64.b64decode(one.get("indhold", ""), validate=True)
        except (binascii.Error, ValueError, TypeError):
            raise Refusal(400, (INVALID, "vedhaeftetDokumenter.indhold: er ikke base64")) from None
        if len(content) > MAX_DOCUMENT:
            raise Refusal(400, (INVALID, "vedhaeftetDokumenter: højst 15 MB"))
        if one.get("mediatype") not in ("application/pdf", "application/xml"):
            raise Refusal(400, (INVALID, "vedhaeftetDokumenter.mediatype: kun PDF og XML"))
        key = new_id()
        told.append({"dokumentIdentifier": key, "filnavn": one.get("filnavn", ""), "mediatype": one["mediatype"]})
        rows.append((key, letter_id, one["mediatype"], content))
    for row in rows:
        dfdg.store.run("INSERT INTO document VALUES (?, ?, ?, ?)", *row)
    return told


def create(dfdg, call):
    """CreateBorgerbesked."""
    body = call.body
    faults = list(_text_faults(body))
    if not faults:
        if body["kanal"] == SMS and call.organisation.kind != STAR:
            faults.append((SMS_IS_STARS, "kun STAR må bruge SMS"))
        if body["beskedtype"] in BY_FUND and (call.organisation.kind != dfdg.settings["fund_kind"] or body["kanal"] != AUTHORITY):
            faults.append((FORBIDDEN, "beskedtype 11 og 12 sendes af a-kasser på kanal 4"))
        if any(("organisationType" in one) != (body["kanal"] == AUTHORITY) for one in body["modtagere"]):
            faults.append((INVALID, "modtagere: kanal 4 er til myndigheder, de andre til borgere"))
    if faults:
        raise Refusal(400, *faults)
    key = new_id()
    doc = {
        "beskedIdentifier": key,
        "modtagere": [_receiver(dfdg, call, one) for one in body["modtagere"]],
        **{name: body[name] for name in ("kanal", "beskedtype", "overskrift", "tekst")},
        "svartype": body.get("svartype") or 0,
        "dokumenter": _documents(dfdg, key, body.get("vedhaeftetDokumenter")),
        "afsender": _own(call),
        "civilregistrationIdentifier": call.cpr or None,
        "status": OPEN,
        "svar": [],
        "markeringer": [],
        "oprettetTidspunkt": clock.text(clock.now()),
    }
    _save(dfdg, doc)
    return 201, {"beskedIdentifier": key}


def _is_party(call, doc):
    own = _own(call)
    return doc["afsender"] == own or own in doc["modtagere"]


def reply(dfdg, call):
    """CreateBorgerbeskedsvar."""
    doc, text = _load(dfdg, call.path[0]), call.body.get("tekst")
    if not _is_party(call, doc):
        raise Refusal(403, (FORBIDDEN, "kun afsender og modtager må svare"))
    if not doc["svartype"] or doc["status"] != OPEN:
        raise Refusal(409, (TAKEN, "beskeden tillader ikke svar"))
    if not isinstance(text, str) or not text or len(text) > 2000:
        raise Refusal(400, (TOO_LONG if text else INVALID, "tekst: 1 til 2000 tegn"))
    key = new_id()
    doc["svar"].append({"svarIdentifier": key, "tekst": text, "afsender": _own(call), "status": OPEN, "tidspunkt": clock.text(clock.now())})
    _save(dfdg, doc)
    return 201, {"svarIdentifier": key}


def _shown(call, doc):
    return {**doc, **HIDDEN, "svar": []} if not _is_party(call, doc) else {**doc, "skjult": False}


def get(dfdg, call):
    """One message, as the caller may see it."""
    return 200, _shown(call, _load(dfdg, call.path[0]))


def list_of_citizen(dfdg, call):
    """All messages about a citizen; only the citizen's own jobcenter or a-kasse asks."""
    dfdg.citizen_for(call)
    docs = [json.loads(row[0]) for row in dfdg.store.rows("SELECT doc FROM letter ORDER BY rowid")]
    mine = [doc for doc in docs if call.cpr in (doc["civilregistrationIdentifier"], *(one.get("civilregistrationIdentifier") for one in doc["modtagere"]))]
    if call.query.get("medSvar") == "false":
        mine = [{**doc, "svar": []} for doc in mine]
    return 200, {"beskeder": [_shown(call, doc) for doc in mine]}


def letters(dfdg):
    """The judge's view: all messages, as they were sent."""
    return [json.loads(row[0]) for row in dfdg.store.rows("SELECT doc FROM letter ORDER BY rowid")]


def set_status(dfdg, call):
    """Closes a message, or marks it as mistaken."""
    doc = _load(dfdg, call.path[0])
    if doc["afsender"] != _own(call):
        raise Refusal(403, (FORBIDDEN, "kun afsenderen må ændre status"))
    if doc["kanal"] != AUTHORITY or call.body.get("status") not in (CLOSED, MISTAKEN):
        raise Refusal(400, (INVALID, "status: lukket eller fejloprettet, på kanal 4"))
    doc["status"] = call.body["status"]
    _save(dfdg, doc)
    return 200, {}


def set_reply_status(dfdg, call):
    """Marks a reply as mistaken."""
    for row in dfdg.store.rows("SELECT doc FROM letter ORDER BY rowid"):
        doc = json.loads(row[0])
        for one in doc["svar"]:
            if one["svarIdentifier"] == call.path[0]:
                if one["afsender"] != _own(call) or call.body.get("status") != MISTAKEN:
                    raise Refusal(403, (FORBIDDEN, "kun egne svar, kun til fejloprettet"))
                one["status"] = MISTAKEN
                _save(dfdg, doc)
                return 200, {}
    raise Refusal(404, (MISSING, "svaret findes ikke"))


def set_mark(dfdg, call):
    """Marks a message as shown or read."""
    doc = _load(dfdg, call.path[0])
    if call.body.get("markering") not in (1, 2):
        raise Refusal(400, (INVALID, "markering: 1 vist eller 2 læst"))
    doc["markeringer"].append({"markering": call.body["markering"], "tidspunkt": call.body.get("tidspunkt") or clock.text(clock.now())})
    _save(dfdg, doc)
    return 200, {}


def document(dfdg, call):
    """The bytes of a document: (media type, content)."""
    found = dfdg.store.row("SELECT letter_id, media, content FROM document WHERE id = ?", call.path[0].lower())
    if not found or not _is_party(call, _load(dfdg, found[0])):
        raise Refusal(404, (MISSING, "dokumentet findes ikke"))
    return 200, (found[1], found[2])


ROUTES = [
    Route("CreateBorgerbesked", "POST", "/v1/Borgerbesked", create, wants_body=True),
    Route("CreateBorgerbeskedsvar", "POST", "/v1/Borgerbeskedsvar/([^/]+)", reply, wants_body=True),
    Route("GetBesked", "GET", "/v1/Beskeder/([^/]+)", get),
    Route("GetBeskeder", "GET", "/v1/Beskeder", list_of_citizen, wants_cpr=True),
    Route("SetBeskedsvarStatus", "PUT", "/v1/Beskedsvar/([^/]+)/action/setstatus", set_reply_status, wants_body=True),
    Route("SetBeskedStatus", "PUT", "/v1/Besked/([^/]+)/action/setstatus", set_status, wants_body=True),
    Route("SetBeskedMarkering", "PUT", "/v1/Besked/([^/]+)/action/setmarkering", set_mark, wants_body=True),
    Route("GetBeskeddokument", "GET", "/v1/Beskeddokument/([^/]+)", document),
]
