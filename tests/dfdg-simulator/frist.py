# SPDX-License-Identifier: EUPL-1.2
# FristService: deadlines for self-booking, met by a fitting booking, closed by the KSS.
"""States: 1 open, 2 met, 3 closed by administration."""

import json

import clock
from calls import INVALID, Refusal, Route
from dfdg import new_id
from rules import DEADLINE_TYPES, JOBCENTER

OPEN, MET, CLOSED = 1, 2, 3
# Exempt from self-booking, deprived of it, contact course with the a-kasse.
CLOSED_BY_ABSENCE = (56, 57, 75)
BY_SERVICE = "GetInterviewDeadlineVersion2"


def of_citizen(dfdg, citizen_id):
    """All deadlines of a citizen, oldest first."""
    rows = dfdg.store.rows("SELECT doc FROM deadline WHERE citizen_id = ? ORDER BY rowid", citizen_id)
    return [json.loads(row[0]) for row in rows]


def _put(dfdg, citizen_id, doc, change, call):
    doc["tidspunkt"] = clock.text(clock.now())
    dfdg.store.run(
        "INSERT INTO deadline VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
        *(doc["fristIdentifier"].lower(), citizen_id, json.dumps(doc)),
    )
    unit = dfdg.store.row("SELECT unit FROM citizen WHERE citizen_id = ?", citizen_id)[0]
    members = {"PersonCivilRegistrationIdentifier": dfdg.store.cpr(citizen_id)}
    members |= {name[0].upper() + name[1:]: value for name, value in doc.items() if name != "tidspunkt"}
    told = {(JOBCENTER, unit)} if unit else set()
    dfdg.tell("Frist", citizen_id, change, told, doc["fristIdentifier"], None, call, (BY_SERVICE, members))


def create(dfdg, call):
    """POST /v1/Frist: the KSS sets a deadline; a fitting booking meets it at once."""
    faults = []
    kind = call.body.get("samtaleType")
    if kind not in DEADLINE_TYPES:
        faults.append((INVALID, f"samtaleType: frister findes kun for {', '.join(map(str, DEADLINE_TYPES))}"))
    for name in ("fristDato", "sidsteAfholdelsesdato"):
        try:
            clock.parse_day(call.body.get(name))
        except ValueError:
            faults.append((INVALID, f"{name}: er ikke en dato"))
    if faults:
        raise Refusal(400, *faults)
    citizen_id = dfdg.citizen_for(call)
    doc = {name: call.body[name] for name in ("samtaleType", "fristDato", "sidsteAfholdelsesdato")}
    doc |= {"fristIdentifier": call.body.get("fristIdentifier") or new_id(), "straksbookingPaakraevet": bool(call.body.get("straksbookingPaakraevet"))}
    is_met = any(fits(doc, json.loads(row[0])) for row in dfdg.store.rows("SELECT doc FROM booking WHERE citizen_id = ? AND state = 'aktiv'", citizen_id))
    doc["friststatusType"] = MET if is_met else OPEN
    _put(dfdg, citizen_id, doc, 1, call)
    return 201, {"fristIdentifier": doc["fristIdentifier"]}


def fits(deadline, booking):
    """Whether a booking meets a deadline: same type, not after the last day."""
    day = clock.parse(booking["starttidspunkt"]).astimezone(clock.ZONE).date()
    return booking["samtaleType"] == deadline["samtaleType"] and clock.today() <= day <= clock.parse_day(deadline["sidsteAfholdelsesdato"])


def meet(dfdg, citizen_id, booking, call):
    """A booking was made or moved: open deadlines that it fits are met."""
    for doc in of_citizen(dfdg, citizen_id):
        if doc["friststatusType"] == OPEN and fits(doc, booking):
            _put(dfdg, citizen_id, {**doc, "friststatusType": MET}, 2, call)


def close(dfdg, citizen_id, call=None):
    """Open deadlines are closed by administration."""
    for doc in of_citizen(dfdg, citizen_id):
        if doc["friststatusType"] == OPEN:
            _put(dfdg, citizen_id, {**doc, "friststatusType": CLOSED}, 2, call)


def history(dfdg, call):
    """GET /v1/Frist/historik."""
    return 200, {"frister": of_citizen(dfdg, dfdg.citizen_for(call))}


ROUTES = [
    Route("GetFristhistorik", "GET", "/v1/Frist/historik", history, wants_cpr=True),
    Route("CreateFrist", "POST", "/v1/Frist", create, wants_cpr=True, wants_body=True),
]
