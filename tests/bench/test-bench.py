# SPDX-License-Identifier: EUPL-1.2
# The measurements work: every scenario in one short window, its answers right; generator, figures and document hold together.
"""No timing is judged. What needs a package that is not here is skipped, and says so."""

import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import threading

import testlib

HERE = pathlib.Path(__file__).resolve().parent
ONCE = ("--once", "--duration-ms", 60000)  # ends with the last line
LOAD = testlib.BUILD / "tests" / "bench" / "bench-load"
sys.path.insert(0, str(HERE))

import figures  # noqa: E402  pylint: disable=wrong-import-position


# Scenarios ------------------------------------------------------------------------------------------


def scenario(name):
    """One short window of it; skipped when a server that it compares with is not here."""
    seen = testlib.make_folder() / "seen.json"
    command = [HERE / "run", name, "--small", "--no-build", "--build", testlib.BUILD, "--json", seen]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=500)
    if done.returncode != 0:
        raise AssertionError(f"run {name}:\n{done.stderr}")
    result = json.loads(seen.read_text(encoding="utf-8"))
    if name not in result["missing"] and not (result["tables"] or result["figures"]):
        raise AssertionError(f"run {name} measured nothing")
    if result["missing"]:
        raise testlib.Skip("; ".join(f"{what}: {reason}" for what, reason in result["missing"].items()))


def test_listing():
    scenario("listing")


def test_booking():
    scenario("booking")


def test_openloop():
    scenario("openloop")


def test_idle():
    scenario("idle")


def test_transport():
    scenario("transport")


def test_gateway():
    scenario("gateway")


def test_big():
    scenario("big")


def test_dfdg():
    scenario("dfdg")


def test_sync():
    scenario("sync")


# Generator ------------------------------------------------------------------------------------------


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers as the path says: with a length, in chunks, with a fault, not at all; or gives out reservations and wants them back."""

    protocol_version = "HTTP/1.1"
    wrong = []

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/leave":
            self.close_connection = True
            return
        self.send_response(500 if self.path == "/fault" else 200)
        text = f"answer to {body}".encode()
        if self.path == "/pairs":
            text = self.pair(body)
        if self.path == "/chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\n" + text[:5] + b"\r\n" + f"{len(text) - 5:x}".encode() + b"\r\n" + text[5:] + b"\r\n0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def pair(self, body):
        """A number is answered by a reservation that holds it; the next call of the connection must bring it."""
        number = body.split()[1]
        token = f"10000000-0000-4000-8000-{int(number):012}"
        if body.startswith("take") and token not in body:
            self.wrong.append(body)
        return f"<ReservationIdentifier>{token}</ReservationIdentifier>".encode()


def generate(path, lines, *options):
    """What bench-load sees of a server that answers as PATH says."""
    bodies = testlib.make_folder() / "bodies"
    bodies.write_text("\n".join(lines) + "\n", encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        command = [LOAD, "--port", server.server_address[1], "--path", path, "--bodies", bodies, *options]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=60)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    return json.loads(done.stdout)


def test_load_once():
    for path in ("/", "/chunks"):
        seen = generate(path, ["one", "two", "three"], *ONCE, "--connections", 2)
        testlib.equal((seen["calls"], seen["bad"], seen["errors"], seen["exhausted"]), (3, 0, 0, True), path)


def test_load_reconnect():
    seen = generate("/", ["one", "two", "three"], *ONCE, "--connections", 2, "--reconnect")
    testlib.equal((seen["calls"], seen["bad"], seen["errors"]), (3, 0, 0), "calls over new connections")


def test_load_bad():
    seen = generate("/fault", ["one", "two"], *ONCE)
    testlib.equal((seen["calls"], seen["bad"]), (2, 2), "faults are counted")
    seen = generate("/leave", ["one"], *ONCE)
    testlib.equal((seen["calls"], seen["errors"]), (0, 1), "a server that leaves is counted")


def test_load_pairs():
    Answering.wrong.clear()
    nobody = "00000000-0000-0000-0000-000000000000"
    lines = [text for number in range(20) for text in (f"reserve {number}", f"take {number} {nobody}")]
    seen = generate("/pairs", lines, *ONCE, "--pairs", "--connections", 3)
    testlib.equal((seen["calls"], seen["bad"]), (40, 0), "calls in pairs")
    testlib.equal(Answering.wrong, [], "calls that did not bring the reservation of their connection")


def test_load_open_loop():
    seen = generate("/", ["one"], "--rate", 400, "--connections", 8, "--duration-ms", 300)
    # 120 are expected; at random, so that more than 200 or fewer than 60 come in one of some hundred million runs.
    testlib.equal(60 <= seen["calls"] <= 200, True, f"calls that fell due: {seen['calls']}")
    testlib.equal((seen["bad"], seen["errors"], seen["unanswered"]), (0, 0, 0), "open loop")
    testlib.equal(seen["reads"]["p50"] <= seen["reads"]["p99"] <= seen["reads"]["max"], True, "order of the percentiles")


# Figures --------------------------------------------------------------------------------------------


def window(rate, cpu):
    """A window of so many answers a second."""
    kind = {"calls": 1, "p50": 10, "p99": 20, "p999": 30}
    return {"rate": rate, "server_us_each": cpu, "reads": kind, "other_share": 0, "calibration_us": 1000}


def test_figures():
    own = {"name": "plannerd", "windows": [window(100, 2), window(50, 2), window(90, 4)]}
    other = {"name": "gSOAP", "windows": [window(20, 8), window(25, 4), window(10, 8)]}
    seen = {"tables": [{"name": "listing-morning", "title": "Test", "contenders": [own, other]}], "figures": {}, "missing": {}}
    testlib.equal(figures.times(seen, "listing-morning", "plannerd", "gSOAP"), 5, "median of the ratios of the rounds")
    testlib.equal(figures.of(seen, "listing-morning", "plannerd", figures.rate), 90, "median of the windows")
    lines = {line.split(" | ")[0]: line for line in figures.lines_of_targets(seen)}
    own = "| … gSOAP, 4.8 kB, 18 times"
    testlib.equal(lines[own], f"{own} | ≥ 2 × | yes | ≥ 5.30 × | **no** | 5.00 × | 2.00 × |", "row of a target")
    testlib.equal("not measured" in lines["| … gSOAP, 14 kB, 55 times"], True, "what was not measured says so")


def check_report(folder):
    """Exit status and words of report --check in a copy of the tree."""
    done = subprocess.run(
        [folder / "tests" / "bench" / "report", "--check"], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def test_report():
    folder = testlib.make_folder()
    for part in ("tests/bench", "docs/performance"):
        shutil.copytree(testlib.SOURCE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    document = folder / "docs" / "performance.md"
    shutil.copy(testlib.SOURCE / "docs" / "performance.md", document)
    testlib.equal(check_report(folder), (0, ""), "the document is made from its figures")
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("| yes |", "| no |", 1), encoding="utf-8")
    status, words = check_report(folder)
    testlib.equal((status, "performance.md" in words), (1, True), "a figure that was changed by hand")


testlib.run(globals())
