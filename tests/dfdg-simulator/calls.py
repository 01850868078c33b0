# SPDX-License-Identifier: EUPL-1.2
# What every call to a service of DFDG has in common: who calls, the headers, refusals with all their faults, repeated request ids.
"""A service is a list of Routes. A route's function takes (dfdg, call) and answers (status, document) or raises Refusal."""

import dataclasses
import json
import re
import typing
import urllib.parse

CPR = re.compile(
    r"((((0[1-9]|1[0-9]|2[0-9]|3[0-1])(01|03|05|07|08|10|12))|((0[1-9]|1[0-9]|2[0-9]|30)(04|06|09|11))"
    r"|((0[1-9]|1[0-9]|2[0-9])(02)))[0-9]{6})|0000000000"
)
UNKNOWN_PERSON, INVALID, NOT_THEIRS = 1010, 1014, 8107
BAD_HEADER, FORBIDDEN, MISSING, TAKEN, TYPE_RULE, CANCELLED = 990400, 990403, 990404, 990409, 990410, 990411


class Refusal(Exception):
    """A no, with every fault: [(code, text)]."""

    def __init__(self, status, *faults):
        super().__init__(f"{status}: {faults}")
        self.status, self.faults = status, list(faults)

    def document(self):
        """The body of the answer."""
        return {"fejl": [{"kode": code, "tekst": text} for code, text in self.faults]}


class Again(Exception):
    """A request id that was carried out before: 412."""


@dataclasses.dataclass
class Organisation:
    """An authority: its kind and code."""

    kind: int
    code: str


@dataclasses.dataclass
class User:
    """Who sits there: 1 citizen, 2 caseworker, 3 system."""

    kind: int = 3
    name: str = "DFDG-simulator"
    identifier: str = "simulator"
    email: str = ""


@dataclasses.dataclass
class System:
    """A system that calls DFDG, known by its certificate."""

    name: str
    number: int  # client system type
    role: str  # planner, kss, akasse, jobnet, dfdg
    organisations: list  # of Organisation: whom it may act for
    fingerprint: str = ""
    identifier: str = ""  # guid of its subscriptions
    carriers: tuple = ()  # wsb, wsrm: how it gets events
    webhook_base: str = ""
    is_legacy: bool = False
    environment: str = ""  # named in what it is told; empty: DFDG's own
    title: str = "Andet"

    def may_act_for(self, organisation):
        """Whether its owner processes data for ORGANISATION."""
        return any(own.kind == organisation.kind and own.code in (organisation.code, "*") for own in self.organisations)


@dataclasses.dataclass
class Call:
    """A call that may be answered."""

    system: System
    organisation: Organisation
    user: User = dataclasses.field(default_factory=User)
    cpr: str = ""
    body: typing.Any = None
    query: dict = dataclasses.field(default_factory=dict)
    path: tuple = ()
    correlation: str = ""


@dataclasses.dataclass
class Route:
    """One method of a service."""

    name: str
    verb: str
    pattern: str  # of the path below the service; groups become call.path
    function: typing.Callable
    wants_cpr: bool = False
    wants_body: bool = False


def _plain(headers, name):
    return urllib.parse.unquote(headers.get(name, ""), errors="replace")


def _number(headers, name, faults, least=1, most=100):
    text = headers.get(name, "")
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        faults.append((BAD_HEADER, f"{name}: {'mangler' if not text else 'er ikke et tal, der er tilladt'}"))
        return 0
    return int(text)


def _text(headers, name, most, faults):
    text = _plain(headers, name)
    if not 1 <= len(text) <= most:
        faults.append((BAD_HEADER, f"{name}: {'mangler' if not text else 'er for lang'}"))
    return text


def read_head(headers, system, route):
    """The Call of HEADERS; Refusal with every header that is wrong."""
    faults = []
    _text(headers, "x-requestid", 46, faults)
    organisation = Organisation(
        _number(headers, "x-activeorganisationtypeidentifier", faults),
        _text(headers, "x-activeorganisationcode", 20, faults),
    )
    user = User(
        _number(headers, "x-requestusertypeidentifier", faults),
        _text(headers, "x-requestuserfullname", 140, faults),
        _text(headers, "x-requestuseridentifier", 255, faults),
        _plain(headers, "x-requestuseremail"),
    )
    _number(headers, "x-requestorganisationtypeidentifier", faults)
    _text(headers, "x-requestorganisationcode", 20, faults)
    if not all(value.isascii() for name, value in headers.items() if name.startswith("x-")):
        faults.append((BAD_HEADER, "x-: tegn uden for ASCII skal procentkodes"))
    cpr = headers.get("x-civilregistrationidentifier", "")
    if (route.wants_cpr or cpr) and not CPR.fullmatch(cpr):
        faults.append((BAD_HEADER, f"x-civilregistrationIdentifier: {'er ikke et personnummer' if cpr else 'mangler'}"))
    if faults:
        raise Refusal(400, *faults)
    if not system.may_act_for(organisation):
        raise Refusal(403, (FORBIDDEN, "certifikatets ejer må ikke handle for denne myndighed"))
    return Call(system, organisation, user, cpr, correlation=headers.get("x-correlationid", ""))


def read_body(request, call, route):
    """Puts the JSON object of the body into CALL."""
    if not route.wants_body:
        return
    try:
        call.body = json.loads(request.body.decode("utf-8"))
    except ValueError:
        raise Refusal(400, (INVALID, "body: er ikke JSON")) from None
    if not isinstance(call.body, dict):
        raise Refusal(400, (INVALID, "body: er ikke et objekt"))


def match(routes, verb, path):
    """(route, its groups, whether the path exists for another verb)."""
    is_known = False
    for route in routes:
        found = re.fullmatch(route.pattern, path)
        if found and route.verb == verb:
            return route, found.groups(), True
        is_known = is_known or bool(found)
    return None, (), is_known
