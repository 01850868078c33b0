# SPDX-License-Identifier: EUPL-1.2
# The face that the Planner calls: finds the method, lets faults happen, and turns answers and refusals into HTTP.
"""One port for all services; the first part of the path says which: /indkaldelse/v1/Indkaldelse/…"""

import asyncio
import json

import abonnement
import besked
import calls
import faults
import frist
import indkaldelse
import kodelister
import visitering
import web
import wsrm

SERVICES = {
    "indkaldelse": indkaldelse.ROUTES,
    "abonnement": abonnement.ROUTES,
    "frist": frist.ROUTES,
    "visitering": visitering.ROUTES,
    "besked": besked.ROUTES,
    "kodeliste": kodelister.ROUTES,
}


class Face:
    """Answers everything but the control."""

    def __init__(self, dfdg, queues):
        self.dfdg, self.queues = dfdg, queues
        self.base = ""

    async def handle(self, request):
        """Request → Reply, with its trouble."""
        service, _, rest = request.path.strip("/").partition("/")
        try:
            system = self.dfdg.system_of(request.fingerprint, request.headers.get("x-simulator-system", ""))
        except calls.Refusal as refusal:
            return _json(refusal.status, refusal.document())
        if service == "wsrm":
            return await self._troubled(wsrm.method_of(request.body), "", lambda: self._queue(system, request))
        route, groups, is_known = calls.match(SERVICES.get(service, []), request.method, "/" + rest)
        if not route:
            text = "metoden findes ikke for denne sti" if is_known else "stien findes ikke"
            return _json(405 if is_known else 404, {"fejl": [{"kode": calls.MISSING, "tekst": text}]})
        cpr = request.headers.get("x-civilregistrationidentifier", "")
        if service == "visitering" and self.dfdg.settings["visitering_delay_s"]:
            await asyncio.sleep(self.dfdg.settings["visitering_delay_s"])
        return await self._troubled(route.name, cpr, lambda: self._answer(route, groups, system, request))

    async def _troubled(self, method, cpr, answer):
        """ANSWER() as a Reply, under the fault that is due."""
        self.dfdg.calls[method] += 1
        rule = self.dfdg.faults.pick("answer", method, cpr)
        kind = rule.get("kind")
        if kind == "drop":
            return web.Reply(manner=web.Manner(is_silent=True))
        if kind == "status":
            return faults.status_reply(rule)
        if kind == "refuse":
            refusal = calls.Refusal(rule.get("status", 400), (rule.get("code", calls.INVALID), rule.get("text", "afvist på forsøg")))
            reply = _json(refusal.status, refusal.document())
            reply.manner = web.Manner(delay_s=rule.get("delay_s", 0))
            return reply
        reply = answer()
        if kind == "late-status":
            return faults.status_reply(rule)
        if kind == "broken":
            reply.body = reply.body[: len(reply.body) // 2] + b"\xff{<"
        reply.manner = faults.manner(rule)
        return reply

    def _queue(self, system, request):
        method, reply = self.queues.handle(system, request, self.base + "/wsrm")
        self.dfdg.done[method] += reply.status == 200
        self.dfdg.note("wsrm", method, "", reply.status)
        return reply

    def _answer(self, route, groups, system, request):
        reply = self._carried_out(route, groups, system, request)
        self.dfdg.done[route.name] += reply.status < 300
        self.dfdg.note("kald", f"{system.name}: {route.name}", groups[0] if groups else "", reply.status)
        return reply

    def _carried_out(self, route, groups, system, request):
        try:
            call = calls.read_head(request.headers, system, route)
            calls.read_body(request, call, route)
            call.path, call.query = groups, request.query
            status, document = self.dfdg.carry_out(route, call, request.headers["x-requestid"])
        except calls.Again:
            return _json(412, {"fejl": [{"kode": 412, "tekst": "x-requestId er brugt"}]})
        except calls.Refusal as refusal:
            return _json(refusal.status, refusal.document())
        if isinstance(document, tuple):
            return web.Reply(status, document[1], document[0])
        return _json(status, document)


def _json(status, document):
    return web.Reply(status, b"" if document is None else json.dumps(document, ensure_ascii=False).encode("utf-8"))
