# SPDX-License-Identifier: EUPL-1.2
# DFDG itself: who may call, what is known, what is told to whom; every service and actor works on one of these.
"""Dfdg holds the database, the settings, the systems, and the carriers that events go out by."""

import collections
import json
import uuid

import clock
from calls import BAD_HEADER, FORBIDDEN, UNKNOWN_PERSON, Again, Organisation, Refusal, System, User
from faults import Faults
from rules import JOBCENTER

ENTITIES = {"Indkaldelse": 90000, "Frist": 90001, "Kontaktgruppe": 100008, "Akassemedlemskab": 60010}
ENTITIES |= {"Personkategori": 100009, "Personnummerskift": 100010}
CHANGES = {1: "Create", 2: "Update", 3: "Delete"}
USER_TYPES = {1: "Citizen", 2: "Caseworker", 3: "System"}
ZERO = "00000000-0000-0000-0000-000000000000"
REQUEST_MEMORY_S = 7 * 24 * 3600
N_LOG = 500

DEFAULTS = {
    "environment": "T3",
    "time_scale": 1.0,  # of the retry curve
    "request_memory_s": REQUEST_MEMORY_S,
    "fund_kind": 5,  # organisation type of a-kasser
    "open_citizens": True,  # somebody unknown is taken in as the caller's own citizen
    "cancelled_visible": True,  # GetIndkaldelse still shows what is cancelled
    "versions": False,  # VersionIdentifier is filled in
    "framing": "printed",  # of a push: see wsb.py
    "parallel": 8,  # pushes at a time to one system
    "push_timeout_s": 30,
    "visitering_delay_s": 0.0,
    "answer_timeout_s": 10,  # of the Planner to Jobnet
    "jobnet_patience": 5,  # how often Jobnet asks when no answer comes
}


def new_id():
    """A fresh guid."""
    return str(uuid.uuid4())


class Dfdg:
    """The simulated side as one object; STORE is its memory, SYSTEMS who may call."""

    def __init__(self, store, systems, settings=None):
        self.store = store
        self.systems = {system.name: system for system in systems}
        self.settings = dict(DEFAULTS)
        self.change_settings(settings or {})
        self.faults = Faults()
        self.calls = collections.Counter()  # carried out or not, by method
        self.done = collections.Counter()  # answered 2xx, by method
        self.log = collections.deque(maxlen=N_LOG)
        self.users = {}  # by what was changed last: whom the call named
        self.carriers = {}  # name → function (system, citizen_id, event)
        self.more_codes = {}  # list → {code: text}, beside those of kodelister.py

    def change_settings(self, changes):
        """Some of DEFAULTS, of the same kind."""
        for key, value in changes.items():
            if key not in DEFAULTS:
                raise ValueError(f"no setting {key!r}; there are {sorted(DEFAULTS)}")
            self.settings[key] = type(DEFAULTS[key])(value)

    # Who calls

    def system_of(self, fingerprint, name=""):
        """The system that shows this certificate; on the plain face the one that is NAMED, else the only Planner."""
        for system in self.systems.values():
            if fingerprint and system.fingerprint == fingerprint:
                return system
        if not fingerprint and name in self.systems:
            return self.systems[name]
        planners = [system for system in self.systems.values() if system.role == "planner"]
        if not fingerprint and len(planners) == 1:
            return planners[0]
        raise Refusal(403, (FORBIDDEN, "certifikatet er ikke kendt"))

    def system_in_role(self, role):
        """The simulator's own system of a role: kss, akasse, jobnet, dfdg."""
        return next(system for system in self.systems.values() if system.role == role)

    def citizen_for(self, call, unit=None):
        """citizen_id of the citizen whom CALL names; Refusal when nobody has the number, or another municipality has the citizen."""
        if not call.cpr:
            raise Refusal(400, (BAD_HEADER, "x-civilregistrationIdentifier: mangler"))
        found = self.store.citizen(call.cpr)
        is_taken_in = self.settings["open_citizens"] and call.cpr != "0000000000" and not self.store.successor(call.cpr)
        if not found and not is_taken_in:
            raise Refusal(400, (UNKNOWN_PERSON, "personnummeret er ukendt"))
        if not found:
            return self.store.put_citizen(call.cpr, unit or (call.organisation.code if call.organisation.kind == JOBCENTER else None))
        citizen_id, home, fund = found
        is_fund = call.organisation.kind == self.settings["fund_kind"]
        if is_fund and fund is None:
            self.store.put_citizen(call.cpr, fund=call.organisation.code)
        elif is_fund and fund != call.organisation.code:
            raise Refusal(403, (FORBIDDEN, "borgeren er ikke medlem af a-kassen"))
        if not is_fund and home and call.organisation.code[:3] != home[:3] and call.system.role != "jobnet":
            raise Refusal(403, (FORBIDDEN, "borgeren hører til en anden kommune"))
        return citizen_id

    def contact_group(self, citizen_id):
        """The citizen's contact group today, or None."""
        found = self.store.spans(citizen_id, "group", clock.today().isoformat())
        return found[-1][0] if found else None

    # Carrying out

    def carry_out(self, route, call, request_id):
        """Runs a service's function once for a request id: its effect and the id are stored together. Again, Refusal."""
        if route.verb == "GET":
            return route.function(self, call)
        with self.store.transaction():
            if self.store.is_known_request(call.system.name, request_id, self.settings["request_memory_s"]):
                raise Again
            answer = route.function(self, call)
            self.store.remember_request(call.system.name, request_id)
        self.users[call.path[0] if call.path else ""] = [call.user.kind, call.user.name]
        return answer

    # Telling

    def tell(self, entity, citizen_id, change, recipients, external_id=None, body=None, call=None, queue=None):
        """An event of today to everyone among RECIPIENTS who wants it. QUEUE is (service, {element: value}) for those who fetch."""
        event = self._event(entity, citizen_id, change, external_id, call)
        if self.settings["versions"] and queue and "_doc" in queue[1]:
            event["header"]["VersionIdentifier"] = queue[1]["_doc"]["versionIdentifier"]
        self.note("event", f"{entity} {CHANGES[change]}", event["header"]["EksternIdentifier"], len(recipients))
        for system in self.systems.values():
            if not any(system.may_act_for(Organisation(*recipient)) for recipient in recipients):
                continue
            header = {**event["header"], "Miljoe": system.environment or self.settings["environment"]}
            for carrier in system.carriers:
                self.carriers[carrier](system, citizen_id, {**event, "header": header, "body": body, "queue": queue, "recipients": recipients})

    def _event(self, entity, citizen_id, change, external_id, call):
        system = call.system if call else self.system_in_role("dfdg")
        user = call.user if call else User()
        authority = call.organisation if call else Organisation(JOBCENTER, self.store.row("SELECT unit FROM citizen WHERE citizen_id = ?", citizen_id)[0] or "")
        return {
            "call": {"system": system.number, "kind": authority.kind, "code": authority.code, "user": user},
            "header": {
                "Oprindelse": {
                    "RegistrerendeMyndighed": {"OrganisationType": authority.kind, "OrganisationKode": authority.code},
                    "RegistrerendeBruger": {
                        "BrugertypeId": user.kind,
                        "BrugertypeNavn": USER_TYPES.get(user.kind, "Employee"),
                        "Brugernavn": user.name,
                        "Brugeridentifikation": user.identifier,
                        "Brugeremail": user.email or None,
                        "KaldendeMyndighed": {"OrganisationType": authority.kind, "OrganisationKode": authority.code},
                    },
                    "SystemId": system.number,
                    "Systemnavn": system.title,
                },
                "BeskedIdentifier": None,  # each receiver's own
                "HaendelsesTid": clock.text(clock.now()),
                "Miljoe": self.settings["environment"],
                "KorrelationsIdentifier": (call.correlation if call else "") or new_id(),
                "EntitetstypeId": ENTITIES[entity],
                "EntitetstypeNavn": entity,
                "EksternIdentifier": external_id or ZERO,
                "VersionIdentifier": new_id() if self.settings["versions"] else None,
                "Identifikation": self.store.cpr(citizen_id),
                "IdentifikationstypeId": 1,
                "IdentifikationstypeNavn": "CPR",
                "AendringstypeId": change,
                "AendringstypeNavn": CHANGES[change],
            },
        }

    def note(self, kind, what, key="", result=""):
        """A line of the log that the page shows. No CPR numbers."""
        self.log.appendleft({"tid": clock.text(clock.now()), "art": kind, "hvad": what, "id": key, "svar": result})

    # The judge's view

    def stock(self, unit=None):
        """Every booking with its citizen's number, by id: what DFDG holds to be true."""
        rows = self.store.rows("SELECT b.id, c.cpr, b.doc FROM booking b JOIN citizen c USING (citizen_id) ORDER BY b.id")
        found = {key: {"civilregistrationIdentifier": cpr, **json.loads(doc)} for key, cpr, doc in rows}
        return {key: doc for key, doc in found.items() if unit in (None, doc["jobcenterKode"])}

    def changes(self):
        """Every change that was carried out, oldest first: (booking, 1 made 2 changed 3 called off, the system that caused it)."""
        return [list(row) for row in self.store.rows("SELECT id, change, system FROM history ORDER BY seq")]


def make_systems(rows):
    """Systems of a configuration: [{"name", "number", "role", "organisations": [[8, "89000"]], …}]."""
    return [
        System(**{**row, "organisations": [Organisation(*one) for one in row["organisations"]], "carriers": tuple(row.get("carriers", ()))})
        for row in rows
    ]
