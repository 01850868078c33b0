# SPDX-License-Identifier: EUPL-1.2
# The control: a test, or the page, makes the actors act, makes trouble, and asks what DFDG holds. Plain HTTP, loopback only.
"""POST with a JSON object, GET without. An actor's no is 409 {"refused": [[code, text]]}; a mistake of the caller 400 {"error"}."""

import itertools
import json

import abonnement
import besked
import jobnet
import kss
import web
from calls import Refusal


class Control:
    """Everything by name. PUSHES, QUEUES, CITIZENS (a Jobnet) and FACE are the parts of one simulator."""

    def __init__(self, dfdg, pushes, queues, citizens, face, set_certificate):
        self.dfdg, self.pushes, self.queues, self.citizens, self.face = dfdg, pushes, queues, citizens, face
        self.set_certificate = set_certificate
        self.n_running = 0
        self.reads = {
            "/stock": self.stock,
            "/changes": lambda: {"changes": self.dfdg.changes()},
            "/messages": lambda: {key: dict(count) for key, count in self.pushes.deliveries.items()},
            "/queued": lambda: {"ids": self.queues.taken},
            "/calls": lambda: {"calls": dict(self.dfdg.calls), "done": dict(self.dfdg.done)},
            "/idle": self.idle,
            "/faults": lambda: {"rules": self.dfdg.faults.rules, "probabilities": self.dfdg.faults.probabilities, "counts": self.dfdg.faults.counts},
            "/log": lambda: {"log": list(self.dfdg.log)},
            "/users": lambda: self.dfdg.users,
            "/settings": lambda: dict(self.dfdg.settings),
            "/letters": lambda: {"letters": besked.letters(self.dfdg)},
            "/subscriptions": lambda: {name: sorted(abonnement.subscribed(self.dfdg, name)) for name in self.dfdg.systems},
        }
        self.actions = {
            "/settings": self.change_settings,
            "/faults": self.add_faults,
            "/random": self.randomise,
            "/calm": self.calm,
            "/hurry": self.hurry,
            "/certificate": lambda kind: {"certificate": self.set_certificate(kind)},
            "/citizen": self.citizen,
            "/stray": self.stray,
            "/codes": self.more_codes,
            "/kss/book": lambda **words: {"id": kss.book(self.dfdg, **words)},
            "/kss/many": self.many,
            "/kss/change": lambda id, **words: kss.change(self.dfdg, id, **words),
            "/kss/cancel": lambda id, **words: kss.cancel(self.dfdg, id, **words) or {},
            "/kss/deadline": lambda **words: {"id": kss.set_deadline(self.dfdg, **words)},
            "/kss/absence": lambda **words: kss.report_absence(self.dfdg, **words) or {},
            "/kss/place": lambda **words: kss.place(self.dfdg, **words) or {},
            "/kss/cpr": lambda old, new: kss.change_cpr(self.dfdg, old, new) or {},
            "/fund/book": lambda **words: {"id": kss.fund_book(self.dfdg, **words)},
            "/fund/change": lambda id, **words: kss.change(self.dfdg, id, "akasse", **words),
            "/fund/cancel": lambda id: kss.cancel(self.dfdg, id, "akasse") or {},
            "/fund/participant": lambda id, **words: {"id": kss.add_participant(self.dfdg, id, **words)},
            "/fund/message": lambda **words: {"id": kss.fund_message(self.dfdg, **words)},
            "/fund/join": lambda **words: kss.join_fund(self.dfdg, **words) or {},
        }
        self.slow_actions = {
            "/jobnet/offers": self._jobnet("offers", "offers"),
            "/jobnet/times": self._jobnet("times", "times"),
            "/jobnet/book": self._jobnet("book", "id"),
            "/jobnet/move": self._jobnet("move", "start"),
            "/jobnet/cancel": self._jobnet("cancel", "done"),
            "/jobnet/accept": self._jobnet("accept", "done"),
        }

    def _jobnet(self, name, member):
        async def act(**words):
            if "id" in words:
                words["key"] = words.pop("id")
            return {member: await getattr(self.citizens, name)(**words)}

        return act

    # Reading

    def stock(self):
        """Every booking by id."""
        return self.dfdg.stock()

    def idle(self):
        """What is still under way; idle when all is 0."""
        return {"pushes": self.pushes.waiting(), "queued": self.queues.waiting(), "running": self.n_running}

    # Doing

    def change_settings(self, **changes):
        """Some settings."""
        self.dfdg.change_settings(changes)
        self.pushes.limits.clear()
        return dict(self.dfdg.settings)

    def add_faults(self, rules):
        """Rules of faults.py."""
        for rule in rules:
            self.dfdg.faults.add(rule)
        return {"n": len(rules)}

    def randomise(self, seed, probabilities, delay_s=0.05):
        """Dice of faults.py."""
        self.dfdg.faults.randomise(seed, probabilities, delay_s)
        return {"seed": seed}

    def calm(self):
        """No more trouble, and nobody waits any longer: towards quiescence."""
        self.dfdg.faults.clear()
        self.set_certificate("good")
        self.pushes.hurry()
        return self.idle()

    def hurry(self):
        """Every push that waits is tried at once."""
        self.pushes.hurry()
        return self.idle()

    def citizen(self, cpr, unit=None, fund=None, group=None, category=None):
        """A citizen is known, with a contact group and category of today."""
        with self.dfdg.store.transaction():
            self.dfdg.store.put_citizen(cpr, unit, fund)
        if group is not None:
            kss.place(self.dfdg, cpr, "group", group, "2016-01-01")
        if category is not None:
            kss.place(self.dfdg, cpr, "category", category, "2016-01-01")
        return {}

    def many(self, cprs, unit, starts, advisors=("",), **details):
        """A booking of the KSS for each of CPRS, at STARTS and with ADVISORS in turn: what fills a queue. The ids."""
        starts, advisors = itertools.cycle(starts), itertools.cycle(advisors)
        with self.dfdg.store.transaction():
            return {"ids": [kss.book(self.dfdg, cpr, unit, next(starts), advisor=next(advisors), **details) for cpr in cprs]}

    def stray(self, system, cpr, url="/wsb/v1", header=None, body=None, raw=None):
        """Pushes something that DFDG never would: another environment's message, an unknown type, no message at all (raw)."""
        found = self.dfdg.store.citizen(cpr)
        citizen_id = found[0] if found else self.dfdg.store.put_citizen(cpr)
        event = self.dfdg._event("Indkaldelse", citizen_id, 1, None, None)["header"] | (header or {})  # pylint: disable=protected-access
        return {"id": self.pushes.send(system, citizen_id, ("", url), event, body, raw)}

    def more_codes(self, lists):
        """Codes that CodeListService shows from now on: {list: {code: text}}; without a text one is gone, and so a list without codes."""
        for name, codes in lists.items():
            if codes is None:
                self.dfdg.more_codes[name] = None
                continue
            self.dfdg.more_codes[name] = {**(self.dfdg.more_codes.get(name) or {}), **{int(code): text for code, text in codes.items()}}
        return {}

    # HTTP

    async def handle(self, request):
        """Request → Reply."""
        if request.method == "GET" and request.path in self.reads:
            return answer(200, self.reads[request.path]())
        try:
            words = json.loads(request.body or b"{}")
            if request.method != "POST" or not isinstance(words, dict):
                return answer(405, {"error": f"POST an object to one of {sorted({**self.actions, **self.slow_actions})}, or GET one of {sorted(self.reads)}"})
            return answer(200, await self.act(request.path, words))
        except (Refusal, jobnet.PlannerSaysNo) as no:
            return answer(409, {"refused": no.faults if isinstance(no, Refusal) else [[no.code, no.text]]})
        except jobnet.Silence as silence:
            return answer(504, {"silence": str(silence)})
        except (KeyError, TypeError, ValueError, StopIteration) as error:
            return answer(400, {"error": f"{type(error).__name__}: {error}"})

    async def act(self, path, words):
        """One action by its path."""
        self.n_running += 1
        try:
            if path in self.slow_actions:
                return await self.slow_actions[path](**words)
            if path not in self.actions:
                raise ValueError(f"no action {path}")
            return self.actions[path](**words)
        finally:
            self.n_running -= 1


def answer(status, document):
    """A JSON answer."""
    return web.Reply(status, json.dumps(document, ensure_ascii=False, default=list).encode("utf-8"))
