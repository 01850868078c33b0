# SPDX-License-Identifier: EUPL-1.2
# Trouble on demand: what goes wrong at the next call or push, told by rules or by dice with a seed.
"""A rule is {"where": "answer"|"push"|"jobnet"|"register", "kind": …, "method": "*", "cpr": …, "skip": 0, "times": 1, …}. `times` -1: for ever.

| kind | answer: what the Planner asked DFDG | push: what DFDG sends | jobnet: what Jobnet asks the Planner |
|---|---|---|---|
| delay      | answered late (delay_s)                    | sent late, later ones of the citizen wait       | asked late |
| drop       | hung up, nothing was done                  | never sent, and DFDG takes it as delivered      | not asked |
| lose       | done, hung up without an answer            | sent, the answer is not waited for: comes again | asked, the answer is not waited for |
| repeat     |                                            | sent again later (copies)                       | asked twice |
| hold       |                                            | this citizen's wait (delay_s), others go on     | |
| status     | status, nothing was done                   |                                                 | |
| late-status| done, then status                          |                                                 | |
| refuse     | 400 with code, late when delay_s says so   |                                                 | |
| broken     | done, an answer that is no JSON or XML     | a body that is no JSON                          | |
| half       | done, half of the answer                   | half of the request                             | half of the request |
| drip       | done, in small pieces                      | in small pieces                                 | in small pieces |
| forget     | (where "register": the Planner has booked, moved, cancelled or accepted, and DFDG writes nothing down)  | | |
| certificate|                                            | shows `none`, `other` or `expired`              | the same |
"""

import random

import web

KINDS = {
    "answer": ("delay", "drop", "lose", "status", "late-status", "broken", "half", "drip", "refuse"),
    "push": ("delay", "lose", "repeat", "hold", "broken", "half", "drip", "certificate", "drop"),
    "jobnet": ("delay", "drop", "lose", "repeat", "half", "drip", "certificate"),
    "register": ("forget",),
}
# What dice never do: a message that is lost for ever, and a refusal that a person must answer.
NOT_BY_CHANCE = {"push": ("drop",), "answer": ("refuse",), "jobnet": (), "register": ("forget",)}
HTML = b"<html><body><h1>503 Service Unavailable</h1></body></html>"


class Faults:
    """Rules first, in their order; then dice."""

    def __init__(self):
        self.rules = []
        self.chance = None
        self.probabilities = {}
        self.delay_s = 0.05
        self.counts = {}

    def add(self, rule):
        """A rule, checked."""
        where, kind = rule.get("where"), rule.get("kind")
        if kind not in KINDS.get(where, ()):
            raise ValueError(f"no fault {kind!r} at {where!r}; there are {KINDS}")
        self.rules.append({"method": "*", "skip": 0, "times": 1, **rule})

    def randomise(self, seed, probabilities, delay_s=0.05):
        """Dice: PROBABILITIES is {"answer": 0.2, "push": 0.1, "push/repeat": 0.5, …}; a kind of its own beats its place."""
        for key in probabilities:
            where, _, kind = key.partition("/")
            if where not in KINDS or (kind and kind not in KINDS[where]):
                raise ValueError(f"no fault {key!r}; there are {KINDS}")
        self.chance, self.probabilities, self.delay_s = random.Random(seed), dict(probabilities), delay_s

    def clear(self):
        """No more trouble."""
        self.rules, self.chance, self.probabilities = [], None, {}

    def pick(self, where, method, cpr=""):
        """The rule that holds for this call, or {}."""
        for rule in self.rules:
            is_meant = rule["where"] == where and rule["method"] in ("*", method) and rule.get("cpr") in (None, cpr)
            if not is_meant or rule["times"] == 0:
                continue
            if rule["skip"] > 0:
                rule["skip"] -= 1
                continue
            rule["times"] -= 1
            return self._counted(rule)
        return self._by_chance(where)

    def _counted(self, rule):
        key = f"{rule['where']}/{rule['kind']}"
        self.counts[key] = self.counts.get(key, 0) + 1
        return rule

    def _by_chance(self, where):
        if not self.chance:
            return {}
        for kind in KINDS[where]:
            if kind in NOT_BY_CHANCE[where] and f"{where}/{kind}" not in self.probabilities:
                continue
            share = self.probabilities.get(f"{where}/{kind}", self.probabilities.get(where, 0) / len(KINDS[where]))
            if share and self.chance.random() < share:
                return self._counted({"where": where, "kind": kind, "delay_s": self.delay_s * self.chance.random(), **self._details(kind)})
        return {}

    def _details(self, kind):
        return {
            "status": lambda: {"status": self.chance.choice((429, 500, 502, 503))},
            "late-status": lambda: {"status": self.chance.choice((500, 503, 504))},
            "certificate": lambda: {"certificate": self.chance.choice(("none", "other", "expired"))},
        }.get(kind, dict)()


def manner(rule):
    """How bytes are written under RULE."""
    kind = rule.get("kind")
    if kind == "delay":
        return web.Manner(delay_s=rule.get("delay_s", 1))
    if kind == "half":
        return web.Manner(share=rule.get("share", 0.5))
    if kind == "drip":
        return web.Manner(piece=rule.get("piece", 16), pause_s=rule.get("pause_s", 0.005))
    if kind == "lose":
        return web.Manner(is_silent=rule["where"] == "answer", is_deaf=True)
    if kind == "drop":
        return web.Manner(is_silent=True)
    return web.Manner()


def status_reply(rule):
    """The answer of somebody who stands before the service: HTML, as proxies do; with Retry-After when it is 429 or 503."""
    status = rule.get("status", 503)
    headers = {"Retry-After": str(rule.get("retry_after_s", 1))} if status in (429, 503) else {}
    return web.Reply(status, rule.get("body", "").encode() or HTML, rule.get("content_type", "text/html"), headers)
