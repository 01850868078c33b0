# SPDX-License-Identifier: EUPL-1.2
# Certificates, keys and revocation lists that are replaced while calls come, towards callers and towards Planners: no call fails.
# Also tests: track-keys, track-faces, track-daemon, face-check.

import contextlib
import datetime
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import testlib
import track_world
from track_world import TrackWorld, list_options

UNIT = "46100"
STATE = {}


def issue(name, server=False):
    """Another certificate of our authority, and its key."""
    extensions = "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=" + ("serverAuth" if server else "clientAuth")
    return STATE["world"].certificates._issue(name, extensions)  # pylint: disable=protected-access


def serial(certificate):
    """A certificate's serial number, as Python's ssl writes it."""
    done = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-serial"], capture_output=True, text=True, check=True)
    return done.stdout.strip().split("=")[1].zfill(2)


def put(source, path):
    """A file in the place of another, as a renewal does it."""
    made = path.with_suffix(".next")
    shutil.copy(source, made)
    os.replace(made, path)


def revoke(*names):
    """A list of our authority that names the certificates of NAMES."""
    here = STATE["world"]
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp = [(now + datetime.timedelta(days=days)).strftime("%y%m%d%H%M%SZ") for days in (20, 0)]
    lines = [f"R\t{stamp[0]}\t{stamp[1]}\t{serial(here.certificates.client(name)[0])}\tunknown\t/CN={name}\n" for name in names]
    database = here.folder / "revoked.index"
    database.write_text("".join(lines), encoding="ascii")
    STATE["n_lists"] = STATE.get("n_lists", 0) + 1
    number = here.folder / "revoked.number"
    number.write_text(f"{STATE['n_lists']:02X}\n", encoding="ascii")
    configuration = here.folder / "revoked.conf"
    configuration.write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={database}\ncrlnumber={number}\ndefault_md=sha256\n", encoding="utf-8")
    authority, key = here.certificates.authority
    command = ["openssl", "ca", "-gencrl", "-config", configuration, "-cert", authority, "-keyfile", key, "-crldays", "20"]
    made = here.folder / "made.crl"
    done = subprocess.run([str(word) for word in [*command, "-out", made]], capture_output=True, text=True, check=False)
    testlib.equal(done.returncode, 0, done.stderr)
    put(made, here.folder / "live.crl")


def world():
    """A gateway whose files are ours to replace, and a peer that notes who called it."""
    if STATE:
        return STATE["world"]
    here = STATE["world"] = TrackWorld([], [UNIT])
    live = {name: here.folder / f"live.{name}" for name in ("crt", "key", "client.crt", "client.key", "crl")}
    STATE["live"], STATE["seen"] = live, []
    revoke()
    for name, source in zip(live, here.certificates.server + here.certificates.client("gateway")):
        shutil.copy(source, live[name])
    here.track.settings |= {
        "service/certificate": live["crt"],
        "service/key": live["key"],
        "service/crl": live["crl"],
        "service/crl-check-s": 1,
        "upstream/certificate": live["client.crt"],
        "upstream/key": live["client.key"],
        "caller second/fingerprint": here.certificates.fingerprint("second"),
    }
    here.track.write_configuration()
    answer = here.peer.answer

    def note(handler, body):
        STATE["seen"].append(handler.connection.getpeercert()["serialNumber"])
        answer(handler, body)

    here.peer.answer = note
    return here.__enter__()


class Caller(threading.Thread):
    """Calls with the certificate of NAME on and on, on one connection or on fresh ones."""

    def __init__(self, name, is_kept):
        super().__init__(daemon=True)
        self.context, self.is_kept = world().certificates.context(name), is_kept
        self.stopping, self.n_answered, self.failures, self.shown = threading.Event(), 0, [], []

    def run(self):
        connection, kind = None, {"Content-Type": "text/xml; charset=utf-8"}
        while not self.stopping.is_set():
            body = list_options(UNIT, testlib.cpr(self.n_answered))
            try:
                if connection is None:
                    connection = http.client.HTTPSConnection("127.0.0.1", world().track.tls_port, timeout=60, context=self.context)
                    connection.connect()
                    self.shown.append(connection.sock.getpeercert()["serialNumber"])
                connection.request("POST", track_world.PATH, body, kind if self.is_kept else {**kind, "Connection": "close"})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise ValueError(answer.status)
                self.n_answered += 1
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append(repr(error))
                connection = None
                self.stopping.wait(0.05)


@contextlib.contextmanager
def load(name="dfdg"):
    """Callers, kept and fresh; none of them may fail."""
    callers = [Caller(name, is_kept) for is_kept in (True, True, False, False)]
    for caller in callers:
        caller.start()
    try:
        yield callers
    finally:
        for caller in callers:
            caller.stopping.set()
        for caller in callers:
            caller.join(30)
    testlib.equal([caller.failures for caller in callers], [[] for _ in callers], "failures")
    testlib.note(f"{sum(caller.n_answered for caller in callers)} calls, 0 failed")


def go_on(callers):
    """Until each caller has ended a call that began after this."""
    before = [caller.n_answered for caller in callers]
    ended = lambda: all(caller.n_answered > number + 1 or caller.failures for caller, number in zip(callers, before))
    testlib.wait_for(ended, 60, "each caller goes on")


def reload(expected=None):
    """SIGHUP; the word EXPECTED in the log of what it was told."""
    track = world().track
    before = track.log_text().count("event=reload file=")
    track.process.send_signal(signal.SIGHUP)
    testlib.wait_for(lambda: track.log_text().count("event=reload file=") > before, 20, "it is read again")
    if expected:
        lines = [line for line in track.log_text().splitlines() if "event=reload" in line][-6:]
        testlib.equal(any(expected in line and "level=error" in line for line in lines), True, f"{expected} in {lines}")


def shown():
    """Serial number of the certificate that a fresh connection is shown."""
    context = world().certificates.context("dfdg")
    with socket.create_connection(("127.0.0.1", world().track.tls_port), timeout=60) as sock:
        with context.wrap_socket(sock, server_hostname="127.0.0.1") as tls:
            return tls.getpeercert()["serialNumber"]


def test_towards_callers():
    """The server's certificate is renewed again and again, once by halves: fresh connections get the new one, kept ones go on."""
    world()
    live = STATE["live"]
    with load():
        for number in range(3):
            certificate, key = issue(f"server-{number}", server=True)
            before = shown()
            put(certificate, live["crt"])
            reload("live.crt" if number == 0 else None)
            testlib.equal(shown(), before, "shown while the key is another's")
            put(key, live["key"])
            reload()
            testlib.equal(shown(), serial(certificate), "shown after the renewal")


def test_towards_planners():
    """Our own certificate is renewed again and again: every call from then on is made with the new one, on no connection of an old one."""
    here = world()
    live, seen = STATE["live"], STATE["seen"]
    testlib.equal(set(seen) <= {serial(here.certificates.client("gateway")[0])}, True, "before")
    with load() as callers:
        for number in range(5):
            go_on(callers)
            certificate, key = issue(f"gateway-{number}")
            put(certificate, live["client.crt"])
            if number == 0:
                reload("upstream")
            put(key, live["client.key"])
            reload()
            # What was under way is over, and then there are calls that began afterwards.
            go_on(callers)
            n_before = len(seen)
            go_on(callers)
            testlib.equal(set(seen[n_before:]), {serial(certificate)}, f"certificates at the Planner after renewal {number}")
        lines = here.track.logged(outcome="ok")[-20:]
    testlib.equal(here.track.control("certificates") is not None, True, f"told {lines[-1]}")


def test_revoked_meanwhile():
    """A list that names a caller: he is let in no more, on his kept connection neither; nobody else notices."""
    here = world()
    testlib.equal(here.call(list_options(UNIT, testlib.cpr(1)), client="second").status, 200, "before")
    kept = http.client.HTTPSConnection("127.0.0.1", here.track.tls_port, timeout=60, context=here.certificates.context("second"))

    def ask():
        try:
            kept.request("POST", track_world.PATH, list_options(UNIT, testlib.cpr(2)), {"Content-Type": "text/xml; charset=utf-8"})
            answer = kept.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0

    testlib.equal(ask(), 200, "on a kept connection")
    with load():
        started = time.monotonic()
        revoke("second")
        kept.auto_open = 0
        testlib.wait_for(lambda: ask() != 200, 20, "the kept connection is refused")
        testlib.note(f"refused after {time.monotonic() - started:.1f} s")
        try:
            status = here.call(list_options(UNIT, testlib.cpr(1)), client="second").status
        except (OSError, ssl.SSLError):
            status = 0
        testlib.equal(status in (0, 403), True, f"a fresh one: {status}")
        reload()
        time.sleep(0.3)
        revoke()
        testlib.wait_for(lambda: allowed("second"), 20, "a newer list lets him in again")


def allowed(name):
    """Whether a call with the certificate of NAME is served."""
    try:
        return world().call(list_options(UNIT, testlib.cpr(1)), client=name).status == 200
    except OSError:
        return False


def check_config(text):
    """Exit status of switchtrackd --check-config for a file of TEXT, what it says is wrong, and what it could not look at."""
    path = world().folder / "checked.conf"
    path.write_text(text, encoding="utf-8")
    program = testlib.BUILD / "switchtrack-client" / "switchtrackd"
    done = subprocess.run([program, "--check-config", "--config", path], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr, done.stdout


def test_check_config():
    """--check-config opens every file that the configuration names, says all that is wrong by path, and shows nothing of what is in them."""
    here = world()
    good = here.track.configuration.read_text(encoding="utf-8")
    testlib.equal(check_config(good), (0, "", ""), "a good one")
    settings = {line.partition("=")[0] + f"/{group}": line for block in good.split("[") for group in [block.partition("]")[0]] for line in block.splitlines()[1:]}
    stranger, others = here.certificates.client("stranger")[1], here.folder / "others.key"
    shutil.copy(settings["key/upstream"].partition("=")[2], others)
    others.chmod(0o644)
    empty = here.folder / "empty.pem"
    empty.write_text("nothing\n", encoding="ascii")
    credential = "/run/credentials/nobody.service/upstream.key"

    def changed(key, value, text=good):
        assert text.count(settings[key]) >= 1, key
        group = key.partition("/")[2]
        head, mark, tail = text.partition(f"[{group}]\n")
        return head + mark + tail.replace(settings[key], f"{key.partition('/')[0]}={value}", 1)

    mail = good + "[mail]\nurl=smtps://127.0.0.1:1\nuser=a\npassword-file="
    wrong = (
        (changed("certificate/service", "/gone/server.crt"), "/gone/server.crt: No such file"),
        (changed("certificate/service", here.folder), f"{here.folder}: is no file"),
        (changed("key/service", stranger), f", {stranger}: The certificate and the given key do not match"),
        (changed("key/service", "/gone/server.key"), "/gone/server.key: No such file"),
        (changed("trust/service", "/gone/trust.pem"), "/gone/trust.pem: No such file"),
        (changed("trust/service", stranger), f"cannot use trust file {stranger}"),
        (changed("certificate/upstream", here.expired("late")[0]).replace(settings["key/upstream"], f"key={here.certificates.client('late')[1]}"), "late.expired.crt: the certificate has expired: 2025-02-01"),
        (changed("certificate/upstream", empty), f"{empty}: holds no certificate in PEM"),
        (changed("key/upstream", stranger), f", {stranger}: The certificate and the given key do not match"),
        (changed("key/upstream", others), "is open to everybody on this machine: chmod 600"),
        (changed("trust/upstream", empty), f"cannot use trust file {empty}"),
        (good + "[escalation]\ntrust=/gone/hook.pem\n", "/gone/hook.pem: No such file"),
        (mail + "/gone/password\n", "/gone/password: No such file"),
        (mail + f"{others}\n", f"{others}: others may read it"),
    )
    said = []
    for text, words in wrong:
        status, problem, _ = check_config(text)
        testlib.equal((status, words in problem, problem.count("\n")), (1, True, 1), f"{words}: {problem}")
        said.append(problem)
    status, problem, _ = check_config(changed("certificate/service", "/gone/server.crt", changed("key/upstream", stranger, changed("trust/upstream", empty))))
    testlib.equal((status, problem.count("\n")), (1, 3), f"three at once: {problem}")
    status, problem, seen = check_config(changed("key/upstream", credential))
    testlib.equal((status, problem), (0, ""), "a key that comes with the service")
    testlib.equal(seen, f"{credential}: not looked at: the service manager hands it over when the service starts\n", "it is said")
    secrets = {line for path in (stranger, others) for line in path.read_text(encoding="ascii").splitlines()} | {"nothing"}
    testlib.equal([line for line in secrets if line in "".join(said)], [], "what stands in the files")


def test_last_stop():
    """A clean end."""
    world().__exit__(None, None, None)


testlib.run(globals())
