# SPDX-License-Identifier: EUPL-1.2
# The page of the demo: a newcomer plays citizen and caseworker, makes trouble, and watches the messages.
"""The configuration's "page": {"port", "unit", "citizens": [[name, number, contact group]], "advisors": [[key, name]]}. Made by the server,
without scripts; a form needs the token of this run, and the request must name this machine. Numbers never stand in an address."""

import datetime
import hmac
import secrets
import urllib.parse

import clock
import jobnet
import page_html as html
import web
from calls import Refusal

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
TROUBLE = [
    ("nede", "DFDG svarer 503 på de næste fem kald", "DFDG answers the next five calls with 503", [{"where": "answer", "kind": "status", "status": 503, "times": 5}]),
    ("tabt", "Næste besked til Planner forsvinder", "The next message to the Planner is lost", [{"where": "push", "kind": "drop"}]),
    ("igen", "Næste besked kommer tre gange", "The next message comes three times", [{"where": "push", "kind": "repeat", "copies": 2}]),
    ("halv", "Næste besked knækker midt over", "The next message breaks in the middle", [{"where": "push", "kind": "half"}]),
]
MAX_TIMES = 60


class Page:
    """Serves the page over CONTROL, the only way it acts."""

    def __init__(self, control, config):
        self.control, self.dfdg, self.config = control, control.dfdg, config
        self.token = secrets.token_urlsafe(16)
        self.said = ""
        self.pages = {"/": self.front, "/tider": self.times, "/beskeder": self.messages, "/stil.css": self.style}

    def prepare(self):
        """The page's citizens are known."""
        for _, cpr, group in self.config["citizens"]:
            if not self.dfdg.store.citizen(cpr):
                self.control.citizen(cpr, unit=self.config["unit"], group=group)

    async def handle(self, request):
        """Request → Reply."""
        host = request.headers.get("host", "").rpartition(":")[0]
        if host not in ("127.0.0.1", "localhost"):
            return self._html("403", "", 403)
        if request.method == "POST":
            return await self._post(request)
        if request.method != "GET" or request.path not in self.pages:
            return self._html("404", "<p>404</p>", 404)
        return await self.pages[request.path](request.query)

    def _html(self, title, body, status=200):
        return web.Reply(status, html.document(title, body).encode("utf-8"), "text/html; charset=utf-8", dict(HEADERS))

    def _citizen(self, words):
        place = int(words.get("c", "0")) if words.get("c", "0").isdigit() else 0
        return min(place, len(self.config["citizens"]) - 1)

    # Looking

    async def style(self, query):
        """The style sheet."""
        del query
        return web.Reply(200, html.STYLE.encode("utf-8"), "text/css; charset=utf-8", dict(HEADERS))

    async def messages(self, query):
        """What went over the wire."""
        text = html.log(list(self.dfdg.log)[:100], "stop" not in query)
        return web.Reply(200, text.encode("utf-8"), "text/html; charset=utf-8", dict(HEADERS))

    async def front(self, query):
        """The three roles and the messages."""
        place = self._citizen(query)
        name, cpr, _ = self.config["citizens"][place]
        said, self.said = self.said, ""
        rows = [(key, doc) for key, doc in self.dfdg.stock().items() if doc["civilregistrationIdentifier"] == cpr]
        rows.sort(key=lambda row: (row[1]["tilstand"], row[1]["starttidspunkt"]))
        waiting = self.control.idle()
        told = f'<p class="said" role="status">{html.escape(said)}</p>' if said else ""
        others = [(n, one[0]) for n, one in enumerate(self.config["citizens"])]
        pick = f'<form method="get" action="/">{html.choice("c", html.both("Borger", "Citizen"), others, place)}<button>Vis / Show</button></form>'
        return self._html(
            "DFDG-simulator",
            '<a class="skip" href="#borger">Til indholdet / To the content</a><header><h1>DFDG-simulator</h1><p>'
            + html.both("Leg borger og sagsbehandler, og se beskederne mellem Jobnet, DFDG og Planner.", "Play citizen and caseworker, and watch what Jobnet, DFDG and the Planner say.")
            + f"</p>{told}{pick}</header><main><div class='columns'>"
            + f"<section id='borger' aria-labelledby='h-borger'><h2 id='h-borger'>{html.both('Borgeren på Jobnet', 'The citizen on Jobnet')}</h2>"
            + f"<p>{html.escape(name)}: {html.escape(cpr)}</p><p><a href='/tider?c={place}'>Find en tid / Find a time</a></p></section>"
            + self._caseworker(place)
            + self._trouble(waiting)
            + f"</div><section aria-labelledby='h-samtaler'><h2 id='h-samtaler'>{html.both('Samtaler, som DFDG har dem', 'Interviews as DFDG has them')}</h2>"
            + html.bookings(self.token, place, rows)
            + f"</section><section aria-labelledby='h-beskeder'><h2 id='h-beskeder'>{html.both('Beskeder', 'Messages')}</h2>"
            + "<iframe src='/beskeder' title='Beskeder / Messages'></iframe></section></main>",
        )

    def _caseworker(self, place):
        day = clock.today() + datetime.timedelta(days=7)
        fields = html.choice("advisor", html.both("Vejleder", "Advisor"), [*map(tuple, self.config["advisors"]), ("ukendt", "En, som Planner ikke kender / Unknown to the Planner")])
        fields += html.field("day", html.both("Dag", "Day"), f'<input type="date" name="day" id="{{id}}" value="{day}" required>')
        fields += html.field("hour", html.both("Klokkeslæt", "Time"), '<input type="time" name="hour" id="{id}" value="10:00" required>')
        kinds = [("0", "Nej / No"), ("1", "Ja / Yes")]
        fields += html.choice("accept", html.both("Skal bekræftes", "To be accepted"), kinds)
        return (
            f"<section aria-labelledby='h-kss'><h2 id='h-kss'>{html.both('Sagsbehandleren i fagsystemet', 'The caseworker in the case system')}</h2>"
            + html.form(self.token, "kss-book", fields, "Indkald / Summon", c=place)
            + "</section>"
        )

    def _trouble(self, waiting):
        buttons = "".join(html.form(self.token, "uro", "", html.both(danish, english), kind=key) for key, danish, english, _ in TROUBLE)
        state = f"{waiting['pushes']} beskeder venter / messages wait"
        return (
            f"<section aria-labelledby='h-uro'><h2 id='h-uro'>{html.both('Uro på linjen', 'Trouble on the line')}</h2><p>{state}</p>"
            + buttons
            + html.form(self.token, "ro", "", html.both("Ro igen, og prøv alt nu", "Calm, and try all now"))
            + "</section>"
        )

    async def times(self, query):
        """Times that the Planner offers, for a new booking or a move."""
        place = self._citizen(query)
        name, cpr, group = self.config["citizens"][place]
        citizens, key = self.control.citizens, query.get("booking")
        try:
            if key:
                parts = [("Ombook / Move", {"id": key}, await citizens.times(cpr, booking=key))]
            else:
                offers = await citizens.offers(cpr, self.config["unit"], group)
                parts = [(one["title"], {"offer": one["id"], "contact": one["contacts"][0]}, await citizens.times(cpr, one["id"], days=21)) for one in offers]
        except (jobnet.PlannerSaysNo, jobnet.Silence) as no:
            parts, name = [], f"{name}: {no}"
        action = "borger-flyt" if key else "borger-book"
        body = "".join(self._one_offer(place, action, *part) for part in parts) or f"<p>{html.both('Planner tilbyder ingen tider.', 'The Planner offers no times.')}</p>"
        return self._html("Tider / Times", f"<p><a href='/?c={place}'>Tilbage / Back</a></p><main><h1>{html.escape(name)}</h1>{body}</main>")

    def _one_offer(self, place, action, title, words, times):
        if not times:
            return f"<section><h2>{html.escape(title)}</h2><p>{html.both('Ingen ledige tider.', 'No free times.')}</p></section>"
        names = dict(map(tuple, self.config["advisors"]))
        options = [(f"{start}|{advisor}", f"{html.when(start)}, {names.get(advisor, advisor)}") for start, advisor in times[:MAX_TIMES]]
        control = html.choice("time", html.both("Tid", "Time"), options, key=f"time-{words.get('offer', 'move')}")
        return f"<section><h2>{html.escape(title)}</h2>{html.form(self.token, action, control, 'Book', c=place, **words)}</section>"

    # Doing

    async def _post(self, request):
        words = dict(urllib.parse.parse_qsl(request.body.decode("utf-8", "replace")))
        origin = urllib.parse.urlsplit(request.headers.get("origin", "")).netloc
        is_ours = hmac.compare_digest(words.pop("token", "").encode(), self.token.encode())
        if not is_ours or (origin and origin != request.headers.get("host")):
            return self._html("403", "<p>403</p>", 403)
        place = self._citizen(words)
        try:
            self.said = await self._do(request.path, words, self.config["citizens"][place][1], place)
        except Refusal as no:
            self.said = "DFDG siger nej / DFDG says no: " + "; ".join(f"{code} {text}" for code, text in no.faults)
        except jobnet.PlannerSaysNo as no:
            self.said = f"Planner siger nej / The Planner says no: {no}"
        except jobnet.Silence as no:
            self.said = f"Planner svarer ikke / The Planner does not answer: {no}"
        except (KeyError, ValueError, TypeError) as error:
            self.said = f"{type(error).__name__}: {error}"
        return web.Reply(303, b"", headers={"Location": f"/?c={place}", **HEADERS})

    async def _do(self, path, words, cpr, place):
        act = self.control.act
        start, _, advisor = words.get("time", "").partition("|")
        if path == "/borger-book":
            group = self.config["citizens"][place][2]
            told = await act("/jobnet/book", {"cpr": cpr, "unit": self.config["unit"], "offer": words["offer"], "start": start, "advisor": advisor, "contact": int(words["contact"]), "group": group})
            return f"Booket / Booked: {told['id']}"
        if path == "/borger-flyt":
            await act("/jobnet/move", {"cpr": cpr, "id": words["id"], "start": start, "advisor": advisor})
            return "Ombooket / Moved"
        if path in ("/borger-aflys", "/borger-bekraeft"):
            is_own = (self.dfdg.store.booking(words["id"]) or {}).get("_rolle") != "kss"
            await act("/jobnet/cancel" if path == "/borger-aflys" else "/jobnet/accept", {"cpr": cpr, "id": words["id"], "through_planner": is_own})
            return "Aflyst / Cancelled" if path == "/borger-aflys" else "Bekræftet / Accepted"
        return await self._do_else(path, words, cpr)

    async def _do_else(self, path, words, cpr):
        act = self.control.act
        if path == "/kss-book":
            start = datetime.datetime.combine(clock.parse_day(words["day"]), datetime.time.fromisoformat(words["hour"]), clock.ZONE)
            names = dict(map(tuple, self.config["advisors"]))
            person = {"identifikation": words["advisor"], "navn": names.get(words["advisor"], "Vejleder uden for Planner")}
            more = {"medarbejder": person, "skalAccepteres": words["accept"] == "1", "aflysningMulig": True}
            told = await act("/kss/book", {"cpr": cpr, "unit": self.config["unit"], "start": start.isoformat(), **more})
            return f"Indkaldt / Summoned: {told['id']}"
        if path == "/kss-flyt":
            start = clock.parse(self.dfdg.store.booking(words["id"])["starttidspunkt"]) + datetime.timedelta(days=1)
            await act("/kss/change", {"id": words["id"], "starttidspunkt": clock.text(start)})
            return "Flyttet / Moved"
        if path == "/kss-aflys":
            await act("/kss/cancel", {"id": words["id"]})
            return "Aflyst / Cancelled"
        if path == "/ro":
            await act("/calm", {})
            return "Ro / Calm"
        rules = next((rules for key, _, _, rules in TROUBLE if path == "/uro" and key == words.get("kind")), None)
        if rules is None:
            raise ValueError(f"no action {path}")
        await act("/faults", {"rules": rules})
        return "Uro er på vej / Trouble is coming"
