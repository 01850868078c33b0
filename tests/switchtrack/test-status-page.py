# SPDX-License-Identifier: EUPL-1.2
# The status page in a browser: no finding of axe-core in any state, keyboard only, 400 % zoom, dark, forced colours, no scripts.
# Also tests: track-status-page, track-status-words.

import http.server
import json
import re
import subprocess
import threading
import urllib.parse
import xml.etree.ElementTree as ElementTree

import browser as browser_library
import testlib

RENDER = testlib.BUILD / "tests" / "switchtrack" / "render-status"
AT = "2026-11-22T16:05:00Z"


def planner(name, state, **more):
    """A Planner with figures."""
    figures = {"calls": 1200, "failed": 3, "success_percent": 99.75, "p50_ms": 4.2, "p99_ms": 81.5}
    return {"name": name, "owner": "Kommune 07", "registry_state": "active", "state": state, **figures, **more}


def unit(code, name, endpoint, state, **more):
    """A unit with figures."""
    return {"code": code, "name": name, "endpoint": endpoint, "state": state, "calls": 40, "failed": 0,
            "success_percent": 100.0, "p50_ms": 3.1, "p99_ms": 60.0, **more}


STATES = {
    "empty": {"at": AT, "revision": 0, "units": [], "endpoints": [], "disturbances": [], "windows": []},
    "well": {
        "at": AT, "revision": 7, "disturbances": [], "windows": [],
        "endpoints": [planner("state", "up", certificate_days=200), planner("own", "busy")],
        "units": [unit(f"{number}00", f"Kommune {number}", "own" if number % 3 else "state", "up") for number in range(101, 199)],
    },
    "troubled": {
        "at": AT, "revision": 12, "alarm": "the registry's database cannot be read: the last good copy is served",
        "alarms": [
            {"name": "registry", "since": AT, "text_da": "Der vælges vej efter den sidste gode kopi.", "text_en": "Calls go by the last good copy."},
            {"name": "canary-10300", "since": AT, "text_da": "Prøveskift standset for 10300.", "text_en": "The canary of 10300 is stopped."},
        ],
        "canaries": [
            {"unit": "10300", "endpoint": "candidate", "permille": 50, "state": "tripped", "since": AT, "reason": "9 af 20 slog fejl / 9 of 20 failed"},
            {"unit": "10400", "endpoint": "candidate", "permille": 5, "state": "stopped", "since": AT, "who": "anna", "reason": "ferie & <fri>"},
            {"unit": "10500", "endpoint": "candidate", "permille": 1000, "state": "running"},
        ],
        "own_certificates": [
            {"holder": "switchtrackd client", "until": AT, "days": -1},
            {"holder": "switchtrackd server", "until": "2027-06-22T16:05:00Z", "days": 212},
        ],
        "endpoints": [planner("expired", "down", outcome="own-certificate")] + [planner(name, name, certificate_days=3) for name in ("up", "busy", "ill", "down", "closed", "unknown")],
        "units": [
            unit("10100", "Kommune <b>&\"'", "down", "down", failed=40, success_percent=0.0),
            unit("10200", "Kommune 102", "ill", "ill", failed=1),
            unit("10300", "Kommune 103", "own", "up", alias_of="10100", canary="candidate"),
            {"code": "default", "name": "Alle andre", "endpoint": "state", "state": "unknown", "calls": 0, "failed": 0},
        ],
        "disturbances": [
            {"id": "down-1", "endpoint": "down", "from": AT, "last_failure": AT, "calls_failed": 40, "planned": False},
            {"id": "closed-1", "endpoint": "closed", "from": AT, "last_failure": AT, "calls_failed": 2, "planned": True},
        ],
        "windows": [
            {"endpoint": "closed", "from": AT, "until": AT, "closed": True, "now": True, "text_da": "Opgradering", "text_en": "Upgrade"}
        ],
    },
}


def render(status, language="da", search="", troubled=False):
    """The page as text."""
    words = [str(RENDER), language, search] + (["troubled"] if troubled else [])
    return subprocess.run(words, input=json.dumps(status), capture_output=True, text=True, check=True).stdout


def codes(page):
    """Codes of the units that PAGE shows."""
    return re.findall(r'role="rowheader">([^<]*)<', page[page.index('<h2 id="units"') : page.index('<h2 id="windows"')])


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        """A page of the state that the server is in."""
        parts = urllib.parse.urlsplit(self.path)
        query = {key: values[0] for key, values in urllib.parse.parse_qs(parts.query).items()}
        if parts.path != "/status":
            self.send_error(404)
            return
        page = render(STATES[self.server.state], query.get("lang", "da"), query.get("q", ""), "troubled" in query)
        body = page.encode("utf-8")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """Nothing."""


class Pages:
    """Serves the page of one state at a time."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.policy = subprocess.run([str(RENDER), "policy"], capture_output=True, text=True, check=True).stdout
        self.server.state = "well"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind, value, trace):
        self.server.shutdown()
        self.server.server_close()

    def url(self, state, query=""):
        """Its address, with the server put into STATE."""
        self.server.state = state
        return f"http://127.0.0.1:{self.server.server_address[1]}/status{query}"


def test_text():
    """Values are escaped, both languages say all, the filter filters, and there is no script."""
    for state, status in STATES.items():
        for language in ("da", "en"):
            page = render(status, language)
            if "<script" in page or "onclick" in page or "(null)" in page:
                raise AssertionError(f"{state}: {page}")
            tree = ElementTree.fromstring(
                page.replace("<!DOCTYPE html>\n", "").replace('<meta charset="utf-8">', "").replace('initial-scale=1">', 'initial-scale=1"/>')
                .replace('value="da">', 'value="da"/>').replace('value="en">', 'value="en"/>').replace('name="q" value="">', 'name="q" value=""/>')
                .replace('value="1">', 'value="1"/>')
            )
            testlib.equal(tree.attrib["lang"], language, "language of the page")
            for table in tree.iter("table"):
                testlib.equal(len(table.findall("caption")), 1, "captions of a table")
                for cell in table.iter("th"):
                    if cell.attrib.get("scope") not in ("row", "col"):
                        raise AssertionError("a heading has no scope")
    page = render(STATES["troubled"])
    if "Kommune &lt;b&gt;&amp;" not in page:
        raise AssertionError("a name is not escaped")
    for language, said in (
        ("da", ["22.11.2026 kl. 17.05 CET", "9 af 20 slog fejl<", "ferie &amp; &lt;fri&gt;", "Skiftesporets eget certifikat er udløbet", "5,0 %"]),
        ("en", ["2026-11-22 17:05 CET", ">9 of 20 failed", "ferie &amp; &lt;fri&gt;", "The switch-track's own certificate has expired".replace("'", "&apos;"), "5.0 %"]),
    ):
        page = render(STATES["troubled"], language)
        for words in said:
            if words not in page.replace("&#39;", "&apos;"):
                raise AssertionError(f"{language}: the page does not say {words!r}: {page}")
    testlib.equal(codes(render(STATES["well"], search="kommune 150")), ["15000"], "units that are called so")
    testlib.equal(codes(render(STATES["well"], search="STATE")), [f"{n}00" for n in range(101, 199) if n % 3 == 0], "units of a Planner")
    testlib.equal(codes(render(STATES["troubled"], troubled=True)), ["10100", "10200"], "units with problems")
    if "Ingen enheder passer" not in render(STATES["well"], search="findes ikke"):
        raise AssertionError("an empty list says nothing")


def test_axe():
    """No finding in any state, language, width or scheme of colours."""
    with Pages() as pages, browser_library.Browser() as browser:
        for state in STATES:
            for language, width, scheme in (("da", 1280, "light"), ("en", 320, "light"), ("da", 1280, "dark"), ("en", 320, "dark")):
                browser.media(prefers_color_scheme=scheme)
                browser.size(width)
                browser.open(pages.url(state, f"?lang={language}"))
                testlib.equal(browser.violations(), [], f"{state}, {language}, {width} px, {scheme}")
        browser.media(forced_colors="active")
        browser.open(pages.url("troubled"))
        testlib.equal(browser.violations(), [], "forced colours")


def test_axe_sees():
    """The judge itself: a page that is wrong has findings."""
    with browser_library.Browser() as browser:
        browser.open("data:text/html,<html><body><img src=x><p style='color:%23aaa'>pale</p></body></html>")
        found = " ".join(browser.violations())
        for rule in ("image-alt", "html-has-lang", "color-contrast"):
            if rule not in found:
                raise AssertionError(f"{rule} is not found: {found}")


def test_zoom():
    """320 px, which is 400 % of 1280, needs no scrolling sideways; neither does anything above."""
    with Pages() as pages, browser_library.Browser() as browser:
        for state in STATES:
            for width, scale in ((320, 4), (320, 1), (640, 2), (1280, 1)):
                browser.size(width, 256 if scale == 4 else 900, scale)
                browser.open(pages.url(state))
                if browser.is_wider_than_screen():
                    raise AssertionError(f"{state}: {width} px is too narrow for the page")


def test_keyboard():
    """Tab comes to every control in the order of the page, each shows the focus; the filter works by keys alone."""
    with Pages() as pages, browser_library.Browser() as browser:
        browser.size(1280)
        browser.open(pages.url("troubled"))
        stops = browser.tab_stops()
        testlib.equal([stop["text"] if stop["tag"] == "a" else stop["id"] or stop["tag"] for stop in stops],
                      ["Gå til indholdet", "Dansk", "English", "q", "t", "button"], "stops")
        testlib.equal([stop for stop in stops if not stop["visible"]], [], "stops without a visible focus")
        browser.open(pages.url("troubled"))
        browser.press("TAB", "ENTER")
        testlib.equal(browser.run("return document.activeElement.id"), "content", "the link past the head")
        browser.press("TAB", "10200", "ENTER")
        testlib.wait_for(lambda: "q=10200" in browser.driver.current_url, 20, "the filter by keys")
        names = browser.run("return [...document.querySelectorAll('section[aria-labelledby=units] tbody th')].map(e => e.textContent)")
        testlib.equal(names, ["10200"], "units that are shown")


def test_without_scripts():
    """The page and its filter work where scripts are forbidden."""
    with Pages() as pages, browser_library.Browser(scripts=False) as browser:
        browser.open(pages.url("troubled", "?q=10300"))
        if "Kommune 103" not in browser.driver.page_source or "10200" in browser.driver.page_source:
            raise AssertionError("the filter needs a script")


testlib.run(globals())
