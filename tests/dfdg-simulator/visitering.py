# SPDX-License-Identifier: EUPL-1.2
# PersonVisiteringService: contact groups and person categories of a citizen, today and before; and the events of their changes.
"""Nobody is taken in here: an unknown number is 404."""

import clock
from calls import FORBIDDEN, MISSING, Refusal, Route
from rules import JOBCENTER

SHAPES = {"group": ("kontaktgrupper", "kontaktgruppeType"), "category": ("personkategorier", "personkategoriType")}
EVENTS = {
    "group": ("Kontaktgruppe", "GetContactGroupVersion5", "ContactGroupTypeIdentifier"),
    "category": ("Personkategori", "GetPersonCategoryVersion1", "PersonCategoryTypeIdentifier"),
}


def _answer(dfdg, call, kind, day):
    found = dfdg.store.citizen(call.cpr)
    if not found:
        raise Refusal(404, (MISSING, "personen findes ikke"))
    if found[1] and call.organisation.kind == JOBCENTER and call.organisation.code[:3] != found[1][:3]:
        raise Refusal(403, (FORBIDDEN, "borgeren hører til en anden kommune"))
    name, member = SHAPES[kind]
    rows = dfdg.store.spans(found[0], kind, day)
    return 200, {name: [{member: code, "startdato": start, "slutdato": end} for code, start, end in rows]}


def groups(dfdg, call):
    """GetKontaktgrupper."""
    return _answer(dfdg, call, "group", clock.today().isoformat())


def group_history(dfdg, call):
    """GetKontaktgruppeHistorik."""
    return _answer(dfdg, call, "group", None)


def categories(dfdg, call):
    """GetPersonkategorier."""
    return _answer(dfdg, call, "category", clock.today().isoformat())


def category_history(dfdg, call):
    """GetPersonkategoriHistorik."""
    return _answer(dfdg, call, "category", None)


def place(dfdg, citizen_id, kind, code, start=None, call=None):
    """Puts a citizen into a contact group or category from START (today), which ends the one before; tells the jobcenter."""
    entity, service, element = EVENTS[kind]
    day = start or clock.today().isoformat()
    with dfdg.store.transaction():
        is_first = not dfdg.store.spans(citizen_id, kind)
        dfdg.store.run("UPDATE span SET end = ? WHERE citizen_id = ? AND kind = ? AND end IS NULL", day, citizen_id, kind)
        dfdg.store.run("INSERT INTO span VALUES (NULL, ?, ?, ?, ?, NULL)", citizen_id, kind, code, day)
        unit, fund = dfdg.store.row("SELECT unit, fund FROM citizen WHERE citizen_id = ?", citizen_id)
        members = {"PersonCivilRegistrationIdentifier": dfdg.store.cpr(citizen_id), element: code, "StartDate": day}
        told = {(JOBCENTER, unit)} if unit else set()
        told |= {(dfdg.settings["fund_kind"], fund)} if fund else set()
        dfdg.tell(entity, citizen_id, 1 if is_first else 2, told, None, None, call, (service, members))


ROUTES = [
    Route("GetKontaktgrupper", "GET", "/v1/Kontaktgrupper", groups, wants_cpr=True),
    Route("GetKontaktgruppeHistorik", "GET", "/v1/Kontaktgruppehistorik", group_history, wants_cpr=True),
    Route("GetPersonkategorier", "GET", "/v1/Personkategorier", categories, wants_cpr=True),
    Route("GetPersonkategoriHistorik", "GET", "/v1/Personkategorihistorik", category_history, wants_cpr=True),
]
