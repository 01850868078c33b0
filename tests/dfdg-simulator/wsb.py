# SPDX-License-Identifier: EUPL-1.2
# WSB: pushes events to the webhooks of subscribers, in order per citizen, again after the published delays.
"""A lane is one citizen's messages to one system; it stops at what fails. Messages wait in the database, so that a restart goes on."""

import asyncio
import collections
import itertools
import json

import clock
import faults
import web
from dfdg import new_id

FRAMINGS = ("printed", "joined", "one", "Body", "Payload", "Krop", "Header", "list", "slip")


def framed(framing, header, body):
    """The bytes of a message: header and body as one of FRAMINGS has them."""

    def text(value):
        return json.dumps(value, ensure_ascii=False)

    body = body or {}
    slip = {"Indkaldelseshaendelse" if name == "Indkaldelsehaendelsestype" else name: value for name, value in body.items()}
    return {
        "printed": lambda: text(header) + (f"\n\n{text(body)}" if body else ""),
        "joined": lambda: text(header) + text(body),
        "one": lambda: text({**header, **body}),
        "Body": lambda: text({**header, "Body": body}),
        "Payload": lambda: text({**header, "Payload": body}),
        "Krop": lambda: text({"Hoved": header, "Krop": body}),
        "Header": lambda: text({"Header": header, "Body": body}),
        "list": lambda: text([header, body]),
        "slip": lambda: text(header) + "\n" + text(slip),
    }[framing]().encode("utf-8")


class Pushes:
    """The carrier `wsb` of DFDG. CONTEXTS: good, none, other, expired: what DFDG shows to a webhook (nullable each)."""

    def __init__(self, dfdg, contexts):
        self.dfdg, self.contexts = dfdg, contexts
        self.lanes = {}
        self.clients = {}
        self.limits = {}
        self.deliveries = collections.defaultdict(lambda: {"sent": 0, "done": 0, "statuses": []})
        self.framings = itertools.cycle(FRAMINGS)
        dfdg.carriers["wsb"] = self.take

    def load(self):
        """Goes on with what an earlier run left."""
        for seq, system, citizen_id in self.dfdg.store.rows("SELECT seq, system, citizen_id FROM push ORDER BY seq"):
            self._append(system, citizen_id, seq)

    # Taking

    def take(self, system, citizen_id, event):
        """An event for every subscription of SYSTEM that covers it; each has a message of its own."""
        at = clock.utc_text(clock.now())
        urls = self.dfdg.store.rows(
            "SELECT DISTINCT org_type, org_code, url FROM subscription WHERE system = ? AND entity = ? AND start <= ? AND end >= ?",
            *(system.name, event["header"]["EntitetstypeId"], at, at),
        )
        for kind, code, url in urls:
            if (kind, code) in event["recipients"]:
                self.send(system.name, citizen_id, (code, url), event["header"], event["body"])

    def send(self, system, citizen_id, target, header, body, raw=None):
        """Puts one message in its lane; its id. TARGET is (organisation code, path of the webhook); RAW is sent as it stands."""
        message_id = header.get("BeskedIdentifier") or new_id()
        framing = self.dfdg.settings["framing"]
        framing = next(self.framings) if framing == "any" else framing
        payload = framed(framing, {**header, "BeskedIdentifier": message_id}, body).decode("utf-8") if raw is None else raw
        seq = self.dfdg.store.run(
            "INSERT INTO push VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
            *(system, citizen_id, message_id, target[0], header["EntitetstypeId"], target[1], payload),
        )
        self._append(system, citizen_id, seq)
        return message_id

    def _append(self, system, citizen_id, seq):
        lane = self.lanes.get((system, citizen_id))
        if lane is None:
            lane = self.lanes[(system, citizen_id)] = Lane(self, system, citizen_id)
            lane.start()
        lane.seqs.append(seq)

    # State

    def waiting(self):
        """How many messages are not delivered."""
        return sum(len(lane.seqs) for lane in self.lanes.values())

    def hurry(self):
        """Nobody waits any longer: every lane tries at once."""
        for lane in self.lanes.values():
            lane.wake.set()

    def stop(self):
        """Ends all lanes; what waits stays in the database."""
        for lane in self.lanes.values():
            lane.task.cancel()
        for client in self.clients.values():
            client.close()

    def client(self, system):
        """Connections to the host of SYSTEM's webhooks."""
        if system not in self.clients:
            self.clients[system] = web.Client(self.dfdg.systems[system].webhook_base, self.contexts.get("good"))
        return self.clients[system]

    def limit(self, system):
        """So many at a time."""
        if system not in self.limits:
            self.limits[system] = asyncio.Semaphore(self.dfdg.settings["parallel"])
        return self.limits[system]


class Lane:
    """Messages of one citizen to one system."""

    def __init__(self, pushes, system, citizen_id):
        self.pushes, self.system, self.citizen_id = pushes, system, citizen_id
        self.seqs = collections.deque()
        self.wake = asyncio.Event()
        self.n_failures = 0
        self.task = None

    def start(self):
        """Runs until all is delivered."""
        self.task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self):
        # The transaction that made the message commits before anything is sent.
        await asyncio.sleep(0)
        while self.seqs:
            seq = self.seqs[0]
            row = self.pushes.dfdg.store.row("SELECT message_id, url, payload FROM push WHERE seq = ?", seq)
            if row is None or await self._deliver(*row):
                self.pushes.dfdg.store.run("DELETE FROM push WHERE seq = ?", seq)
                if self.seqs and self.seqs[0] == seq:
                    self.seqs.popleft()
                self.n_failures = 0
                continue
            self.n_failures += 1
            await self._rest(clock.retry_delay_s(self.n_failures) * self.pushes.dfdg.settings["time_scale"])
        self.pushes.lanes.pop((self.system, self.citizen_id), None)

    async def _rest(self, delay_s):
        self.wake.clear()
        try:
            await asyncio.wait_for(self.wake.wait(), delay_s)
        except asyncio.TimeoutError:
            pass

    async def _deliver(self, message_id, url, payload):
        """Whether the message needs no more."""
        rule = self.pushes.dfdg.faults.pick("push", "wsb", self.pushes.dfdg.store.cpr(self.citizen_id))
        kind = rule.get("kind")
        if kind == "drop":
            self.pushes.dfdg.note("wsb", "forsvundet", message_id, "-")
            return True
        if kind == "hold":
            await self._rest(rule.get("delay_s", 1))
        data = payload.encode("utf-8")
        is_done = await self._post(message_id, url, data[: len(data) // 2] if kind == "broken" else data, rule)
        if is_done and kind == "repeat":
            for _ in range(rule.get("copies", 1)):
                await self._post(message_id, url, data, {})
        return is_done

    async def _post(self, message_id, url, data, rule):
        pushes, count = self.pushes, self.pushes.deliveries[message_id]
        context = pushes.contexts.get(rule.get("certificate", "none")) if rule.get("kind") == "certificate" else None
        manner = faults.manner(rule) if rule.get("kind") in ("delay", "half", "drip", "lose") else None
        headers = {"Content-Type": "application/json; charset=utf-8"}
        async with pushes.limit(self.system):
            count["sent"] += 1
            try:
                status, _, _ = await pushes.client(self.system).request(
                    "POST", url, headers, data, pushes.dfdg.settings["push_timeout_s"], manner, context
                )
            except web.Gone as error:
                status = str(error)
        is_done = isinstance(status, int) and 200 <= status < 300
        count["done"] += is_done
        count["statuses"].append(status)
        del count["statuses"][:-20]
        pushes.dfdg.note("wsb", rule.get("kind", "sendt"), message_id, status)
        return is_done
