# SPDX-License-Identifier: EUPL-1.2
# IndkaldelseService: bookings of everybody, registered, changed, cancelled, read; with the rules of who may.
"""Every function takes (dfdg, call); the path's groups are in call.path."""

import datetime
import json

import clock
import frist
import rules
from calls import CANCELLED, FORBIDDEN, INVALID, MISSING, NOT_THEIRS, TAKEN, TYPE_RULE, Refusal, Route
from dfdg import new_id

MADE, CHANGED, MADE_BY_CITIZEN, GONE, ACCEPTED = 1, 2, 3, 4, 5
PAGE = 500
SET_BY_US = ("indkaldelseIdentifier", "versionIdentifier", "civilregistrationIdentifier", "myndighedsdeltagere", "tilstand")
SET_BY_US += ("oprettetAf", "oprettetTidspunkt", "aendretTidspunkt")
PARTICIPANT = {"navn": 256, "kontaktdetaljer": 256, "telefonnummer": 21, "email": 256, "organisationKode": 20}


def _key(call):
    key = call.path[0]
    if not 1 <= len(key.encode()) <= 64:
        raise Refusal(400, (INVALID, "indkaldelseIdentifier: skal have 1 til 64 tegn"))
    return key


def content(doc):
    """The members that a caller sets, without those that say nothing."""
    known = [member[0] for member in rules.MEMBERS]
    return {name: doc[name] for name in known if doc.get(name) is not None}


def _same(doc, other):
    """Whether two contents say the same: times by their instants."""

    def plain(one):
        start = clock.parse(one["starttidspunkt"])
        return {**one, "starttidspunkt": start, "sluttidspunkt": None, "varighed": rules.length_minutes(one)}

    return plain(content(doc)) == plain(content(other))


def _check(dfdg, call, doc, citizen_id):
    is_fund = call.organisation.kind == dfdg.settings["fund_kind"]
    faults = rules.faults_of(doc, not is_fund)
    if not faults:
        no = rules.type_fault(dfdg.settings["fund_kind"], call.organisation, doc, dfdg.contact_group(citizen_id))
        faults = [(TYPE_RULE, no)] if no else []
    if faults:
        raise Refusal(400, *faults)


def _found(dfdg, call):
    """The booking that the path names, of the citizen whom the header names."""
    doc = dfdg.store.booking(_key(call))
    if not doc:
        raise Refusal(404, (MISSING, "indkaldelsen findes ikke"))
    if call.cpr and dfdg.store.cpr(dfdg.store.citizen_of(_key(call))) != call.cpr:
        raise Refusal(400, (NOT_THEIRS, "indkaldelsen tilhører ikke personnummeret"))
    return doc


def _may_change(dfdg, call, doc):
    no = rules.change_fault(dfdg.settings["fund_kind"], call, doc)
    if no:
        raise Refusal(403, (FORBIDDEN, no))


def _store(dfdg, call, doc, citizen_id, change, before, hint):
    """Writes it down and tells everybody."""
    doc["versionIdentifier"], doc["aendretTidspunkt"] = new_id(), clock.text(clock.now())
    start = clock.utc_text(clock.parse(doc["starttidspunkt"]))
    dfdg.store.put_booking(doc, citizen_id, start, doc["aendretTidspunkt"], change, call.system.name)
    _meet_deadlines(dfdg, citizen_id, doc, call)
    tell(dfdg, call, doc, citizen_id, change, before, hint)


def tell(dfdg, call, doc, citizen_id, change, before, hint):
    """The event of a change of a booking."""
    fund_kind, key = dfdg.settings["fund_kind"], doc["indkaldelseIdentifier"]
    fund = dfdg.store.row("SELECT fund FROM citizen WHERE citizen_id = ?", citizen_id)[0]
    service = "GetIndkaldelseVersion1"
    if call.organisation.kind == fund_kind:
        service = "GetAkasseIndkaldelseVersion1"
    elif hint in (GONE, ACCEPTED):
        service = "GetIndkaldelseshaendelseVersion1"
    members = {"PersonCivilRegistrationIdentifier": dfdg.store.cpr(citizen_id), "IndkaldelseIdentifier": key, "EventTime": clock.text(clock.now())}
    if service == "GetIndkaldelseshaendelseVersion1":
        members["Haendelsestype"] = hint
    told = rules.recipients(fund_kind, doc, before, fund)
    body = {"Indkaldelsehaendelsestype": hint}
    dfdg.tell("Indkaldelse", citizen_id, change, told, key, body, call, (service, {**members, "_doc": doc, "_change": change}))


def _meet_deadlines(dfdg, citizen_id, doc, call):
    if doc["tilstand"] == "aktiv":
        frist.meet(dfdg, citizen_id, doc, call)


# Methods ----------------------------------------------------------------------------------------------


def create(dfdg, call):
    """CreateIndkaldelse."""
    key, doc = _key(call), content(call.body)
    citizen_id = dfdg.citizen_for(call, call.body.get("jobcenterKode"))
    before = dfdg.store.booking(key)
    if before:
        is_same = before["tilstand"] == "aktiv" and dfdg.store.citizen_of(key) == citizen_id and not rules.faults_of(doc, False) and _same(doc, before)
        if is_same:
            return 200, {"indkaldelseIdentifier": before["indkaldelseIdentifier"], "versionIdentifier": before["versionIdentifier"]}
        raise Refusal(409, (TAKEN, "indkaldelsen findes med et andet indhold"))
    _check(dfdg, call, doc, citizen_id)
    user_kind = call.user.kind if call.user.kind in (rules.CITIZEN, rules.CASEWORKER, rules.SYSTEM) else rules.CASEWORKER
    doc |= {
        "indkaldelseIdentifier": key,
        "tilstand": "aktiv",
        "oprettetAf": {
            "organisationType": call.organisation.kind,
            "organisationKode": call.organisation.code,
            "systemIdentifier": call.system.number,
            "brugertype": user_kind,
        },
        "oprettetTidspunkt": clock.text(clock.now()),
        "_rolle": call.system.role,
    }
    _store(dfdg, call, doc, citizen_id, 1, None, MADE_BY_CITIZEN if user_kind == rules.CITIZEN else MADE)
    return 201, {"indkaldelseIdentifier": key, "versionIdentifier": doc["versionIdentifier"]}


def update(dfdg, call):
    """UpdateIndkaldelse: the whole content anew."""
    before = _found(dfdg, call)
    citizen_id = dfdg.store.citizen_of(before["indkaldelseIdentifier"])
    _may_change(dfdg, call, before)
    if before["tilstand"] != "aktiv":
        raise Refusal(409, (CANCELLED, "indkaldelsen er aflyst"))
    doc = content(call.body)
    _check(dfdg, call, doc, citizen_id)
    kept = {name: before[name] for name in ("indkaldelseIdentifier", "tilstand", "oprettetAf", "oprettetTidspunkt", "_rolle")}
    is_accepted = doc["accepteret"] and not before["accepteret"]
    doc |= kept
    _store(dfdg, call, doc, citizen_id, 2, before, ACCEPTED if is_accepted else CHANGED)
    return 200, {"indkaldelseIdentifier": doc["indkaldelseIdentifier"], "versionIdentifier": doc["versionIdentifier"]}


def delete(dfdg, call):
    """DeleteIndkaldelse."""
    before = _found(dfdg, call)
    _may_change(dfdg, call, before)
    if before["tilstand"] == "aktiv":
        citizen_id = dfdg.store.citizen_of(before["indkaldelseIdentifier"])
        _store(dfdg, call, {**before, "tilstand": "aflyst"}, citizen_id, 3, before, GONE)
    return 204, None


def shown(dfdg, doc, cpr=None):
    """A booking as it is answered."""
    public = {name: value for name, value in doc.items() if not name.startswith("_")}
    public["myndighedsdeltagere"] = dfdg.store.participants(doc["indkaldelseIdentifier"])
    if cpr:
        public["civilregistrationIdentifier"] = cpr
    return public


def get(dfdg, call):
    """GetIndkaldelse."""
    doc = _found(dfdg, call)
    if call.organisation.kind in (rules.MUNICIPALITY, rules.JOBCENTER) and call.organisation.code[:3] != doc["jobcenterKode"][:3]:
        raise Refusal(403, (FORBIDDEN, "indkaldelsen tilhører en anden kommune"))
    if doc["tilstand"] != "aktiv" and not dfdg.settings["cancelled_visible"]:
        raise Refusal(404, (MISSING, "indkaldelsen findes ikke"))
    return 200, shown(dfdg, doc, dfdg.store.cpr(dfdg.store.citizen_of(_key(call))))


def _days(call):
    """The days asked for, as text that sorts."""
    faults, days = [], []
    for name, default in (("fra", datetime.date(2000, 1, 1)), ("til", datetime.date(2100, 1, 1))):
        try:
            days.append(clock.parse_day(call.query[name]) if name in call.query else default)
        except ValueError:
            faults.append((INVALID, f"{name}: er ikke en dato"))
    if faults:
        raise Refusal(400, *faults)
    return clock.day_bounds(*days)


def _states(call):
    return ("aktiv", "aflyst") if call.query.get("inklAflyste") == "true" else ("aktiv", "aktiv")


def list_of_citizen(dfdg, call):
    """GetIndkaldelser."""
    try:
        kinds = {int(word) for word in call.query["samtaleType"].split(",")} if call.query.get("samtaleType") else None
    except ValueError:
        raise Refusal(400, (INVALID, "samtaleType: er ikke tal")) from None
    found = dfdg.store.rows(
        "SELECT doc FROM booking WHERE citizen_id = ? AND start >= ? AND start < ? AND state IN (?, ?) ORDER BY start, id",
        *(dfdg.citizen_for(call), *_days(call), *_states(call)),
    )
    docs = [json.loads(row[0]) for row in found]
    return 200, {"indkaldelser": [shown(dfdg, doc, call.cpr) for doc in docs if not kinds or doc["samtaleType"] in kinds]}


def search(dfdg, call):
    """GetSoegning."""
    unit, page = call.query.get("jobcenterKode", ""), call.query.get("side", "1")
    if not page.isdigit() or int(page) < 1:
        raise Refusal(400, (INVALID, "side: er ikke et sidetal"))
    if unit[:3] != call.organisation.code[:3]:
        raise Refusal(403, (FORBIDDEN, "jobcentret tilhører en anden kommune"))
    found = dfdg.store.rows(
        "SELECT b.doc, c.cpr FROM booking b JOIN citizen c USING (citizen_id)"
        " WHERE b.unit = ? AND b.start >= ? AND b.start < ? AND b.state IN (?, ?) ORDER BY b.start, b.id LIMIT ? OFFSET ?",
        *(unit, *_days(call), *_states(call), PAGE + 1, PAGE * (int(page) - 1)),
    )
    told = [(json.loads(doc), cpr) for doc, cpr in found[:PAGE]]
    told = [shown(dfdg, doc, cpr) for doc, cpr in told if doc["oprettetAf"]["organisationType"] != dfdg.settings["fund_kind"] or doc["samtaleType"] == 17]
    return 200, {"indkaldelser": told, "flere": len(found) > PAGE}


def history(dfdg, call):
    """GetIndkaldelseshistorik: of one booking, or of a citizen's."""
    if call.path:
        key, where = call.path[0].lower(), "id = ?"
        if not dfdg.store.booking(key):
            raise Refusal(404, (MISSING, "indkaldelsen findes ikke"))
    else:
        key, where = dfdg.citizen_for(call), "citizen_id = ?"
    rows = dfdg.store.rows(f"SELECT at, change, doc FROM history WHERE {where} ORDER BY seq", key)
    return 200, {"historik": [{"tidspunkt": at, "aendringstype": change, "indkaldelse": shown(dfdg, json.loads(doc))} for at, change, doc in rows]}


# Participants and choices -----------------------------------------------------------------------------


def _participant(call):
    faults = [(INVALID, f"{name}: skal have 1 til {most} tegn") for name, most in PARTICIPANT.items()
              if call.body.get(name) is not None and (not isinstance(call.body[name], str) or not 1 <= len(call.body[name]) <= most)]
    if not call.body.get("indkaldelseIdentifier"):
        faults.append((INVALID, "indkaldelseIdentifier: mangler"))
    if faults:
        raise Refusal(400, *faults)
    doc = {name: call.body[name] for name in (*PARTICIPANT, "organisationType") if call.body.get(name) is not None}
    return {"deltagerIdentifier": call.path[0], **doc}


def _booking_of_participant(dfdg, call, key):
    call.path = (key,)
    booking = _found(dfdg, call)
    if booking["tilstand"] != "aktiv":
        raise Refusal(409, (CANCELLED, "indkaldelsen er aflyst"))
    return booking


def save_participant(dfdg, call):
    """Create- and UpdateMyndighedsdeltager."""
    doc, key = _participant(call), call.path[0].lower()
    is_known = dfdg.store.row("SELECT 1 FROM participant WHERE id = ?", key)
    booking = _booking_of_participant(dfdg, call, call.body["indkaldelseIdentifier"])
    citizen_id = dfdg.citizen_for(call)
    dfdg.store.run(
        "INSERT INTO participant VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
        *(key, booking["indkaldelseIdentifier"].lower(), json.dumps(doc, ensure_ascii=False)),
    )
    tell(dfdg, call, booking, citizen_id, 2, booking, CHANGED)
    return (200 if is_known else 201), {"deltagerIdentifier": doc["deltagerIdentifier"]}


def change_participant(dfdg, call):
    """UpdateMyndighedsdeltager: of one that is there."""
    if not dfdg.store.row("SELECT 1 FROM participant WHERE id = ?", call.path[0].lower()):
        raise Refusal(404, (MISSING, "deltageren findes ikke"))
    return save_participant(dfdg, call)


def delete_participant(dfdg, call):
    """DeleteMyndighedsdeltager."""
    key = call.path[0].lower()
    found = dfdg.store.row("SELECT booking_id FROM participant WHERE id = ?", key)
    if not found:
        raise Refusal(404, (MISSING, "deltageren findes ikke"))
    booking = _booking_of_participant(dfdg, call, found[0])
    dfdg.store.run("DELETE FROM participant WHERE id = ?", key)
    tell(dfdg, call, booking, dfdg.store.citizen_of(found[0]), 2, booking, CHANGED)
    return 204, None


def save_choice(dfdg, call):
    """SaveDeltagelsesvalg."""
    doc = _found(dfdg, call)
    if not isinstance(call.body.get("fravalgt"), bool):
        raise Refusal(400, (INVALID, "fravalgt: mangler"))
    dfdg.store.run("INSERT OR REPLACE INTO choice VALUES (?, ?)", doc["indkaldelseIdentifier"].lower(), call.body["fravalgt"])
    return 200, {"fravalgt": call.body["fravalgt"]}


def get_choice(dfdg, call):
    """GetDeltagelsesvalg."""
    doc = _found(dfdg, call)
    found = dfdg.store.row("SELECT opted_out FROM choice WHERE booking_id = ?", doc["indkaldelseIdentifier"].lower())
    return 200, {"fravalgt": bool(found and found[0])}


ONE = r"/v1/Indkaldelse/([^/]+)"
PARTICIPANT_PATH = r"/v2/Indkaldelse/myndighedsdeltager/([^/]+)"
ROUTES = [
    Route("GetIndkaldelser", "GET", "/v1/Indkaldelse", list_of_citizen, wants_cpr=True),
    Route("GetSoegning", "GET", "/v1/Indkaldelse/soegning", search),
    Route("GetIndkaldelseshistorik", "GET", "/v1/Indkaldelse/historik/([^/]+)", history),
    Route("GetIndkaldelseshistorik", "GET", "/v1/Indkaldelse/historik", history, wants_cpr=True),
    Route("SaveDeltagelsesvalg", "PUT", ONE + "/deltagelsesvalg", save_choice, wants_cpr=True, wants_body=True),
    Route("GetDeltagelsesvalg", "GET", ONE + "/deltagelsesvalg", get_choice),
    Route("CreateIndkaldelse", "POST", ONE, create, wants_cpr=True, wants_body=True),
    Route("UpdateIndkaldelse", "PUT", ONE, update, wants_cpr=True, wants_body=True),
    Route("DeleteIndkaldelse", "DELETE", ONE, delete, wants_cpr=True),
    Route("GetIndkaldelse", "GET", ONE, get),
    Route("CreateMyndighedsdeltager", "POST", PARTICIPANT_PATH, save_participant, wants_cpr=True, wants_body=True),
    Route("UpdateMyndighedsdeltager", "PUT", PARTICIPANT_PATH, change_participant, wants_cpr=True, wants_body=True),
    Route("DeleteMyndighedsdeltager", "DELETE", PARTICIPANT_PATH, delete_participant, wants_cpr=True),
]
