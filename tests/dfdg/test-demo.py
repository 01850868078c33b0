# SPDX-License-Identifier: EUPL-1.2
# deploy/run.sh --with-dfdg: a newcomer books, summons and makes trouble on the page; Ctrl-C stops both, a second run resumes.
"""The page is used as a browser uses it: its own links, forms and tokens."""

import html.parser
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import testlib
from demo_browser import keyboard

SCRIPT = testlib.SOURCE / "deploy" / "run.sh"
OPTIONS = ("--port", "--tls-port", "--health-port", "--dfdg-port", "--page-port")


class Form:
    """A form of a page: where it goes, its fields with what stands in them, the options of its lists."""

    def __init__(self, action):
        self.action, self.fields, self.options = action, {}, {}


class Reader(html.parser.HTMLParser):
    """What a browser would find: forms, links, labels, ids, and addresses of other things."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links, self.labelled, self.ids, self.loaded, self.language = [], [], [], [], [], None
        self.controls, self.select = [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Keeps what matters."""
        words = dict(attrs)
        if "id" in words:
            self.ids.append(words["id"])
        if tag == "html":
            self.language = words.get("lang")
        if tag == "form":
            self.forms.append(Form(words["action"]))
        if tag == "a":
            self.links.append(words["href"])
        if tag == "label":
            self.labelled.append(words["for"])
        if tag in ("script", "img", "link", "iframe"):
            self.loaded.append(words.get("src") or words.get("href") or tag)
        if tag in ("input", "select"):
            self.select = words["name"]
            self.forms[-1].fields[words["name"]] = words.get("value", "")
            if words.get("type") != "hidden":
                self.controls.append(words["id"])
        if tag == "option":
            self.forms[-1].options.setdefault(self.select, []).append(words["value"])

    def form(self, action):
        """The first form with this action."""
        return next(form for form in self.forms if form.action == action)


class Demo:
    """run.sh --with-dfdg in FOLDER."""

    def __init__(self, folder):
        self.folder, self.ports = folder, [testlib.free_port() for _ in OPTIONS]
        self.output, self.process = folder.parent / "output", None
        self.page = f"http://127.0.0.1:{self.ports[4]}"

    def __enter__(self):
        words = [str(SCRIPT), "--no-install", "--build", str(testlib.BUILD), "--dir", str(self.folder), "--with-dfdg"]
        for option, port in zip(OPTIONS, self.ports):
            words += [option, str(port)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        testlib.wait_for(lambda: "# --- end" in self.text() or self.process.poll() is not None, 90, "run.sh")
        testlib.equal(self.process.poll(), None, f"exit status of run.sh\n{self.text()}\n")
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(30)

    def text(self):
        """What it printed."""
        return self.output.read_text(encoding="utf-8")

    def interrupt(self):
        """Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)
        testlib.equal(self.process.wait(30), 0, f"exit status after Ctrl-C\n{self.text()}\n")
        for port in self.ports:
            testlib.equal(testlib.port_answers(port), False, f"port {port} after Ctrl-C")

    def get(self, path):
        """(headers, text) of a page, held to what every page must be."""
        with urllib.request.urlopen(self.page + path, timeout=60) as answer:
            headers, text = answer.headers, answer.read().decode("utf-8")
        testlib.equal("default-src 'none'" in headers["Content-Security-Policy"], True, path)
        found = Reader(text)
        testlib.equal([one for one in found.loaded if not one.startswith("/")], [], f"{path} loads from elsewhere")
        testlib.equal((found.language, set(found.controls) - set(found.labelled)), ("da", set()), f"{path}: every control has a label")
        testlib.equal(len(found.ids), len(set(found.ids)), f"{path}: ids stand once")
        testlib.equal(re.search(r"<title>.+</title>", text) is not None and text.count("<main>") == 1, True, path)
        return found, text

    def send(self, form, **changes):
        """Sends a form as it stands, with some fields changed; the page that follows."""
        data = urllib.parse.urlencode({**form.fields, **{name: values[0] for name, values in form.options.items()}, **changes}).encode()
        with urllib.request.urlopen(self.page + form.action, data, timeout=60) as answer:
            return answer.read().decode("utf-8")

    def rows(self, sql):
        """What the Planner's database answers."""
        connection = sqlite3.connect(f"file:{self.folder / 'planner.db'}?mode=ro", uri=True, timeout=60)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def bookings(self):
        """(live, cancelled) that the citizen made, in the Planner."""
        counts = dict(self.rows("SELECT state, count(*) FROM booking WHERE origin = 'citizen' GROUP BY state"))
        return counts.get("booked", 0), counts.get("cancelled", 0)


def test_demo():
    """A citizen books, moves and cancels; a caseworker summons; messages are shown; the second run knows it all."""
    if not shutil.which("curl") or not shutil.which("openssl"):
        raise testlib.Skip("curl or openssl is missing")
    folder = pathlib.Path(testlib.make_folder()) / "demo"
    with Demo(folder) as demo:
        times, _ = demo.get("/tider?c=0")
        told = demo.send(times.form("/borger-book"))
        testlib.equal("Booket / Booked" in told, True, told)
        testlib.equal(demo.bookings(), (1, 0))
        front, _ = demo.get("/?c=0")
        move = next(link for link in front.links if "booking=" in link)
        form = demo.get(move)[0].form("/borger-flyt")
        told = demo.send(form, time=form.options["time"][-1])
        testlib.equal("Ombooket / Moved" in told, True, told)
        told = demo.send(demo.get("/?c=1")[0].form("/kss-book"))
        testlib.equal("Indkaldt / Summoned" in told, True, told)
        landed = lambda: demo.rows("SELECT start_us FROM booking WHERE origin = 'kss' AND state = 'booked'")  # noqa: E731
        first = testlib.wait_for(landed, 60, "the case system's booking lands in the Planner")
        told = demo.send(demo.get("/?c=1")[0].form("/kss-flyt"))
        testlib.equal("Flyttet / Moved" in told, True, told)
        testlib.wait_for(lambda: landed() and landed() != first, 60, "and is moved there")
        told = demo.send(demo.get("/")[0].form("/uro"))
        testlib.equal("Trouble is coming" in told, True, told)
        demo.send(demo.get("/")[0].form("/ro"))
        lines = demo.get("/beskeder")[1]
        testlib.equal([word for word in ("CreateBooking", "RescheduleBooking", "Indkaldelse Create", "Indkaldelse Update") if word not in lines], [])
        demo.interrupt()
    with Demo(folder) as demo:
        front, _ = demo.get("/?c=0")
        told = demo.send(front.form("/borger-aflys"))
        testlib.equal("Aflyst / Cancelled" in told, True, told)
        testlib.equal(demo.bookings(), (0, 1))
        refuse(demo)
        demo.interrupt()


def test_keyboard():
    """Somebody without a mouse books as a citizen, summons as a caseworker and reads what came of it, in a real browser."""
    with keyboard() as keys, Demo(pathlib.Path(testlib.make_folder()) / "demo") as demo:
        said = lambda: " ".join(one.text for one in keys.driver.find_elements("css selector", "[role=status]"))  # noqa: E731
        keys.open(demo.page + "/?c=0")
        testlib.equal(keys.tab_to("the first", lambda one: True).text.startswith("Til indholdet"), True, "the first Tab leads past the head")
        keys.press("ENTER")
        keys.tab_to_text("Find en tid")
        keys.press("ENTER")
        keys.wait(lambda: keys.driver.title.startswith("Tider"), "times")
        keys.tab_to_name("time")
        keys.press("ARROW_DOWN")
        keys.tab_to_text("Book")
        keys.press("ENTER")
        keys.wait(lambda: "Booket / Booked" in said(), "booked")
        testlib.equal(demo.bookings(), (1, 0))
        keys.tab_to_name("advisor")
        keys.tab_to_name("accept")
        keys.press("ARROW_DOWN")
        keys.tab_to_text("Indkald")
        keys.press("SPACE")
        keys.wait(lambda: "Indkaldt / Summoned" in said(), "summoned")
        testlib.wait_for(lambda: demo.rows("SELECT 1 FROM booking WHERE origin = 'kss' AND should_accept = 1"), 60, "it lands in the Planner")
        keys.open(demo.page + "/?c=0")
        keys.tab_to_text("Bekræft")
        keys.press("ENTER")
        keys.wait(lambda: "Bekræftet" in said(), "accepted")
        testlib.wait_for(lambda: demo.rows("SELECT 1 FROM booking WHERE origin = 'kss' AND accepted = 1"), 60, "so in the Planner")
        keys.driver.switch_to.frame(keys.driver.find_element("tag name", "iframe"))
        testlib.equal("CreateBooking" in keys.driver.page_source, True, "the messages are shown")
        keys.driver.switch_to.default_content()
        keys.driver.set_window_size(500, 900)
        keys.open(demo.page + "/?c=0")
        wide = keys.driver.execute_script("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        testlib.equal(wide[0] <= wide[1], True, f"nothing is wider than a narrow window: {wide}")
        testlib.equal(keys.complaints(), [], "what the browser complains about")
        demo.interrupt()


def refuse(demo):
    """A form without the token of this run, and a page asked for by another name, are refused."""
    form = demo.get("/")[0].form("/kss-book")
    for words in ({"token": "x"}, {"token": ""}):
        testlib.equal(status(lambda: demo.send(form, **words)), 403, words)
    request = urllib.request.Request(demo.page + "/", headers={"Host": "elsewhere.example"})
    testlib.equal(status(lambda: urllib.request.urlopen(request, timeout=30)), 403, "another host")
    data = urllib.parse.urlencode(form.fields).encode()
    request = urllib.request.Request(demo.page + form.action, data, {"Origin": "https://elsewhere.example"})
    testlib.equal(status(lambda: urllib.request.urlopen(request, timeout=30)), 403, "another origin")
    testlib.equal(status(lambda: urllib.request.urlopen(demo.page + "/nowhere", timeout=30)), 404)


def status(call):
    """HTTP status of a call that fails; 200 when it does not."""
    try:
        call()
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def test_wrong_ports():
    """A port that is none or that somebody has is said, with what to do; the help ends where it ends."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1])
        rows = [("--page-port", "abc", 2, "must be a port"), ("--dfdg-port", "70000", 2, "must be a port"), ("--port", "0", 2, "must be a port")]
        rows += [("--page-port", number, 1, f"port {number} is taken"), ("--health-port", number, 1, "choose another with --health-port")]
        for option, value, code, said in rows:
            free = [word for other in OPTIONS if other != option for word in (other, str(testlib.free_port()))]
            words = [str(SCRIPT), "--no-install", "--with-dfdg", "--dir", str(testlib.make_folder() / "demo"), *free, option, value]
            done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
            testlib.equal((done.returncode, said in done.stderr), (code, True), f"{option} {value}: {done.stderr}")
    done = subprocess.run([str(SCRIPT), "--nope"], capture_output=True, text=True, timeout=60, check=False)
    testlib.equal((done.returncode, done.stderr.strip().splitlines()[-1][:6]), (2, "Ctrl-C"), done.stderr)


testlib.run(globals())
