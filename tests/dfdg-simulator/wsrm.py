# SPDX-License-Identifier: EUPL-1.2
# The WSRM queue, version 3: an open sequence comes back, closing gives all again, terminating removes; and the older form of bookings.
"""SOAP 1.1 by hand. What a sequence holds is fixed when it is opened."""

import re
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

import legacy
import web
from dfdg import new_id
from wsrm_text import element, group

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSRM = "http://docs.oasis-open.org/ws-rx/wsrm/200602"
MESSAGES = "urn:dfdg:wsrm:v3"
MAX_MESSAGES = 500
XML = "text/xml; charset=utf-8"


class Queues:
    """The carrier `wsrm` of DFDG, and the service that empties it."""

    def __init__(self, dfdg):
        self.dfdg = dfdg
        self.open = {}  # system → (sequence id, last seq that it holds)
        self.taken = []  # ids of all messages that ever were queued
        dfdg.carriers["wsrm"] = self.take

    def take(self, system, citizen_id, event):
        """Queues an event for SYSTEM, as it is fetched later."""
        del citizen_id
        service, members = event["queue"]
        if system.is_legacy and "_doc" in members:
            service, inner = "GetBookingVersion1", legacy.entity(members, event["call"])
        else:
            inner = group([(name, value) for name, value in members.items() if name[0] != "_"])
        message_id = new_id()
        self.taken.append(message_id)
        entity = f"<n:Entity>{_metadata(message_id, event['call'])}{inner}</n:Entity>"
        self.dfdg.store.run("INSERT INTO queued VALUES (NULL, ?, ?, ?, ?)", system.name, message_id, service, entity)

    def waiting(self):
        """How many messages nobody has fetched for good."""
        return self.dfdg.store.row("SELECT count(*) FROM queued")[0]

    def handle(self, system, request, base):
        """(method, Reply) of a SOAP request; BASE is the address of this service."""
        root, call = _read(request.body)
        if call is None:
            return "Wsrm", _fault("Client", "the request is no SOAP, or its Body is empty")
        name = call.tag.rpartition("}")[2]
        if call.tag.startswith(f"{{{WSRM}}}"):
            return name, self._sequence(name, call, system, base)
        sequence = root.findtext(f"{{{SOAP}}}Header/{{{WSRM}}}Sequence/{{{WSRM}}}Identifier")
        return name.removesuffix("Request"), self._fetch(name, sequence, system)

    # Sequences

    def _sequence(self, name, call, system, base):
        key = call.findtext(f"{{{WSRM}}}Identifier")
        if name == "CreateSequence":
            return self._create(system, base)
        if name not in ("CloseSequence", "TerminateSequence"):
            return _fault("Client", f"no method {name}")
        held = self.open.get(system.name)
        if not held or held[0] != key:
            return _fault("Client", "the sequence is not open")
        if name == "TerminateSequence":
            self.dfdg.store.run("DELETE FROM queued WHERE system = ? AND seq <= ?", system.name, held[1])
        del self.open[system.name]
        return _reply(f"<wsrm:{name}Response><wsrm:Identifier>{key}</wsrm:Identifier></wsrm:{name}Response>")

    def _create(self, system, base):
        if system.name not in self.open:
            last = self.dfdg.store.row(
                "SELECT max(seq) FROM (SELECT seq FROM queued WHERE system = ? ORDER BY seq LIMIT ?)", system.name, MAX_MESSAGES
            )[0]
            self.open[system.name] = (new_id(), last or 0)
        key, last = self.open[system.name]
        counts = self.dfdg.store.rows(
            "SELECT service, count(*) FROM queued WHERE system = ? AND seq <= ? GROUP BY service ORDER BY service", system.name, last
        )
        items = "".join(
            f"<wsrm:ServiceItem><wsrm:ServiceName>{service}</wsrm:ServiceName><wsrm:ServiceEndpoint>{escape(base)}</wsrm:ServiceEndpoint>"
            f"<wsrm:MessageCount>{n}</wsrm:MessageCount></wsrm:ServiceItem>"
            for service, n in counts
        )
        return _reply(
            f"<wsrm:CreateSequenceResponse><wsrm:Identifier>{key}</wsrm:Identifier>"
            f"<wsrm:ServiceInventoryCollection>{items}</wsrm:ServiceInventoryCollection></wsrm:CreateSequenceResponse>"
        )

    def _fetch(self, name, sequence, system):
        held = self.open.get(system.name)
        service = name.removesuffix("Request")
        if not re.fullmatch(r"\w+", service) or not name.endswith("Request"):
            return _fault("Client", f"no method {escape(name)}")
        if not held or held[0] != sequence:
            return _fault("Client", "the sequence is not open")
        rows = self.dfdg.store.rows(
            "SELECT entity FROM queued WHERE system = ? AND seq <= ? AND service = ? ORDER BY seq", system.name, held[1], service
        )
        return _reply(f"<n:{service}Response>" + "".join(row[0] for row in rows) + f"</n:{service}Response>")


def _read(body):
    """(envelope, first element of its Body), or (None, None)."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return None, None
    found = root.find(f"{{{SOAP}}}Body")
    return root, (found[0] if found is not None and len(found) else None)


def method_of(body):
    """The method that a request asks for; Wsrm when it is none."""
    call = _read(body)[1]
    return "Wsrm" if call is None else call.tag.rpartition("}")[2].removesuffix("Request")


# Words ------------------------------------------------------------------------------------------------


def _metadata(message_id, call):
    user = call["user"]
    place = group([("OrganisationTypeIdentifier", call["kind"]), ("OrganisationCode", call["code"])])
    person = [("UserFullName", user.name), ("RequestUserTypeIdentifier", user.kind), ("UserIdentifier", user.identifier), ("UserEmail", user.email or None)]
    return element(
        "WSRMMetadata",
        group(
            [
                ("MessageIdentifier", message_id),
                ("ClientSystemTypeIdentifier", call["system"]),
                ("RegisteringAuthority", place),
                ("RegisteringUser", group([("RequestUserStructure", group(person)), ("RequestOrganisationStructure", place)])),
            ]
        ),
    )


def _envelope(inner):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:wsrm="{WSRM}" xmlns:n="{MESSAGES}">'
        f"<s:Body>{inner}</s:Body></s:Envelope>"
    ).encode("utf-8")


def _reply(inner):
    return web.Reply(200, _envelope(inner), XML)


def _fault(side, text):
    return web.Reply(500, _envelope(f"<s:Fault><faultcode>s:{side}</faultcode><faultstring>{text}</faultstring></s:Fault>"), XML)
