# SPDX-License-Identifier: EUPL-1.2
# AbonnementService: one call replaces all subscriptions of a system, or none.
"""The rules are the published ones: end not before today, start not after end, a path, a type that the authority may have."""

import re

import clock
from calls import INVALID, Organisation, Refusal, Route
from dfdg import ENTITIES
from rules import JOBCENTER, MUNICIPALITY

# What jobcenters, municipalities and a-kasser may subscribe to.
FUND_ENTITIES = {ENTITIES[name] for name in ("Indkaldelse", "Akassemedlemskab", "Kontaktgruppe", "Personkategori", "Personnummerskift")}


def org_code(kind, number):
    """The code of an authority, whose leading zeros the message has lost."""
    return f"{number:05}" if kind == JOBCENTER else str(number)


def _row(dfdg, call, place, one):
    """(row, faults) of one subscription."""
    faults = []
    kind, number, entity, url = (one.get(name) for name in ("orgType", "orgCode", "entityType", "webhookUrl"))
    for name, value in (("orgType", kind), ("orgCode", number), ("entityType", entity)):
        if not isinstance(value, int) or isinstance(value, bool):
            faults.append(f"{name}: er ikke et tal")
    if not isinstance(url, str) or not re.fullmatch(r"/[!-~]{0,255}", url):
        faults.append("webhookUrl: er ikke en sti")
    span = {}
    for name in ("startDato", "slutDato"):
        try:
            span[name] = clock.parse(one.get(name))
        except ValueError:
            faults.append(f"{name}: er ikke et tidspunkt")
    if not faults:
        if span["slutDato"].astimezone(clock.ZONE).date() < clock.today():
            faults.append("slutDato: ligger før i dag")
        if span["startDato"] > span["slutDato"]:
            faults.append("startDato: ligger efter slutDato")
        if not call.system.may_act_for(Organisation(kind, org_code(kind, number))):
            faults.append("orgCode: certifikatets ejer må ikke handle for denne myndighed")
        allowed = set(ENTITIES.values()) if kind in (JOBCENTER, MUNICIPALITY) else FUND_ENTITIES if kind == dfdg.settings["fund_kind"] else set()
        if entity not in allowed:
            faults.append("entityType: er ikke tilladt for denne myndighed")
    texts = [(INVALID, f"abonnementer[{place}].{fault}") for fault in faults]
    if texts:
        return None, texts
    return (call.system.name, kind, org_code(kind, number), entity, url, *(clock.utc_text(span[name]) for name in ("startDato", "slutDato"))), []


def replace(dfdg, call):
    """PUT /v1/Abonnementer."""
    faults, rows = [], []
    if str(call.body.get("systemIdentifier", "")).lower() != call.system.identifier.lower():
        faults.append((INVALID, "systemIdentifier: er ikke certifikatets system"))
    wanted = call.body.get("abonnementer")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise Refusal(400, *faults, (INVALID, "abonnementer: er ikke en liste"))
    for place, one in enumerate(wanted):
        row, texts = _row(dfdg, call, place, one)
        rows.append(row)
        faults += texts
    if faults:
        raise Refusal(400, *faults)
    before = subscribed(dfdg, call.system.name)
    dfdg.store.run("DELETE FROM subscription WHERE system = ?", call.system.name)
    for row in rows:
        dfdg.store.run("INSERT INTO subscription VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
    if before - subscribed(dfdg, call.system.name):
        _drop(dfdg, call.system.name)
    return 200, {}


def subscribed(dfdg, system):
    """What SYSTEM subscribes to: {(organisation type, code, entity type, url)}."""
    return set(dfdg.store.rows("SELECT org_type, org_code, entity, url FROM subscription WHERE system = ?", system))


def _drop(dfdg, system):
    """What waits for a subscription that is gone is dropped."""
    kept = {(code, entity, url) for _, code, entity, url in subscribed(dfdg, system)}
    for seq, *target in dfdg.store.rows("SELECT seq, org_code, entity, url FROM push WHERE system = ?", system):
        if tuple(target) not in kept:
            dfdg.store.run("DELETE FROM push WHERE seq = ?", seq)


ROUTES = [Route("PutAbonnementer", "PUT", "/v1/Abonnementer", replace, wants_body=True)]
