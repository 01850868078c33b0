# SPDX-License-Identifier: EUPL-1.2
# The rule of two people as it is on a machine in service: a gateway of no rights, approvers with accounts of their own, others who are neither.
"""Runs programs as several accounts: by root, or by anybody whom the kernel and newuidmap give a user namespace with a range of accounts."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys

import testlib
from track_world import TrackProcess, TrackWorld, list_options

# Accounts that every Debian has; what they are there for is of no matter here.
SERVICE, ANNA, BENT, MEMBER, STRANGER, GROUP = "daemon", "bin", "sys", "games", "man", "games"
UNIT = "11100"
SETTINGS = {"people/approvers": f"{ANNA};{BENT}", "admin/group": GROUP}
MAPPED = "PLANNER_TEST_MAPPED"


def be_many():
    """Root is many already; others become the root of a namespace whose accounts are theirs, and begin again there."""
    if os.geteuid() == 0 or MAPPED in os.environ:
        return
    command = ["unshare", "--user", "--map-root-user", "--map-auto"]
    if shutil.which("newuidmap") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
        # Folders that are shared between tests by the number of the user are another's there.
        folder = testlib.make_folder()
        folder.chmod(0o711)
        mapped = {**os.environ, MAPPED: "1", "TMPDIR": str(folder)}
        sys.exit(subprocess.run([*command, sys.executable, *sys.argv], check=False, env=mapped).returncode)


def many():
    """Skips where one account is all there is."""
    if os.geteuid() != 0:
        raise testlib.Skip("needs root, or newuidmap (package uidmap) and a range of accounts in /etc/subuid")


def lay_out(program, folder):
    """A copy in FOLDER that everybody may run, wherever the tree stands."""
    copy = folder / os.path.basename(program)
    shutil.copy(program, copy)
    copy.chmod(0o755)
    return copy


class ServedProcess(TrackProcess):
    """switchtrackd as it is installed: no rights, a member of the admin socket's group."""

    def start(self):
        """With everything of its folder its own."""
        subprocess.run(["chown", "-R", f"{SERVICE}:{SERVICE}", self.registry.parent], check=True)
        if self.arguments[0] != "setpriv":
            self.arguments[0] = str(lay_out(self.arguments[0], self.folder))
            self.arguments[:0] = ["setpriv", f"--reuid={SERVICE}", f"--regid={SERVICE}", f"--groups={GROUP}"]
        return super().start()


class People:
    """switchtrackctl in the hands of several accounts."""

    def __init__(self, world):
        self.world = world
        world.registry_folder.chmod(0o711)
        self.program = lay_out(testlib.BUILD / "switchtrack-client" / "switchtrackctl", world.folder)

    def run(self, who, *words, socket_path=None):
        """Exit status, result and what was said to WHO; no shell and no environment of theirs."""
        groups = GROUP if who in (ANNA, BENT, MEMBER) else who
        command = ["setpriv", f"--reuid={who}", f"--regid={who}", f"--groups={groups}"] if who != "root" else []
        command += [self.program, "--json", "--socket", socket_path or self.world.socket, *words]
        lie = {**os.environ, "USER": BENT, "LOGNAME": BENT, "SUDO_USER": BENT, "HOME": "/"}
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60, cwd="/", env=lie)
        answer = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        return done.returncode, answer.get("result", {}), answer.get("error", "") + done.stderr

    def does(self, who, *words):
        """The result of what must succeed."""
        code, result, text = self.run(who, *words)
        testlib.equal(code, 0, f"{who} {words}: {text}")
        return result

    def is_refused(self, who, *words, because):
        """What must not succeed, for the reason that is expected."""
        code, _, text = self.run(who, *words)
        assert code != 0 and because in text, f"{who} {words}: exit status {code}, {text!r}"


@contextlib.contextmanager
def people():
    """A world whose gateway is an account of its own, and its people."""
    many()
    with contextlib.ExitStack() as stack:
        world = TrackWorld([], [UNIT], SETTINGS)
        world.registry_folder = world.folder / "state"
        world.registry_folder.mkdir()
        folder = world.registry_folder
        # The tree may stand where only its owner may go.
        schema = world.schema = shutil.copytree(testlib.SOURCE / "data" / "schema", world.folder / "schema")
        paths = {"registry/path": folder / "registry.db", "calls/path": folder / "calls.db", "calls/lines-dir": folder / "lines"}
        paths |= {"registry/schema-dir": schema / "track-registry", "calls/schema-dir": schema / "track-log"}
        world.socket = folder / "admin.socket"
        world.track = ServedProcess(world.folder, world.certificates, {**SETTINGS, **paths, "admin/socket": world.socket})
        world.track.registry, world.track.calls = paths["registry/path"], paths["calls/path"]
        world.folder.chmod(0o711)
        # Its keys and its log too.
        subprocess.run(["chown", "-R", f"{SERVICE}:{SERVICE}", world.folder], check=True)
        world.declare()
        stack.enter_context(world.track)
        testlib.wait_for(lambda: "event=serving" in world.track.log_text(), 20, "switchtrackd serves")
        yield world, People(world)


def propose_first(world, crowd):
    """The first registry, from nothing, by ANNA; its number."""
    document = world.folder / "registry.json"
    document.write_text(json.dumps(world.document), encoding="utf-8")
    document.chmod(0o644)
    return crowd.does(ANNA, "propose", document, "--reason", "den første")["proposal"]


def test_two_people():
    """From an empty registry to a call; who may what, and who is believed to be whom."""
    with people() as (world, crowd):
        info = world.socket.stat()
        testlib.equal((info.st_mode & 0o777, info.st_uid == 0), (0o660, False), "the admin socket")
        number = propose_first(world, crowd)
        testlib.equal(world.track.get("/health/ready")[0], 503, "readiness without a registry")
        testlib.equal(world.call(list_options(UNIT, testlib.cpr(1)), url=world.track.plain_url).fault, 990010, "before anybody agreed")

        crowd.is_refused(STRANGER, "status", because="only by members of its group")
        crowd.is_refused(ANNA, "approve", number, because="another than bin must")
        crowd.is_refused(MEMBER, "approve", number, because="may not decide")
        crowd.is_refused("root", "approve", number, because="may not decide")
        crowd.is_refused(BENT, "apply", number, because="is open, not approved")
        crowd.is_refused(MEMBER, "reject", number, "--reason", "nej", because="may not decide")
        crowd.does(BENT, "approve", number)
        crowd.is_refused(MEMBER, "apply", number, because="may not decide")
        crowd.is_refused(BENT, "approve", number, because="is approved, not open")
        # The author may put in force what another approved.
        crowd.does(ANNA, "apply", number)
        [first] = crowd.does(MEMBER, "history")["revisions"]
        testlib.equal((first["author"], first["approver"]), (ANNA, BENT), "who it was, whatever the environment says")
        testlib.equal(world.call(list_options(UNIT, testlib.cpr(1)), url=world.track.plain_url).status, 200, "a call")
        testlib.equal(world.track.get("/health/ready")[0], 200, "readiness with one")


def test_a_name_cannot_be_given():
    """The socket's protocol, by hand: nothing that a caller writes makes him another."""
    with people() as (world, crowd):
        number = propose_first(world, crowd)
        line = http.client.HTTPConnection("localhost", timeout=30)
        line.sock = socket.socket(socket.AF_UNIX)
        line.sock.connect(str(world.socket))
        for arguments in ({"proposal": number, "actor": BENT}, {"proposal": number}):
            headers = {"Content-Type": "application/json", "Planner-Actor": BENT, "X-Forwarded-User": BENT, "Authorization": f"Basic {BENT}"}
            line.request("POST", "/admin/v1/approve", json.dumps(arguments), headers)
            answer = line.getresponse()
            assert b'"error"' in answer.read(), answer.status
        line.close()
        [open_one] = crowd.does(ANNA, "proposals")["proposals"]
        testlib.equal((open_one["state"], open_one["author"]), ("open", ANNA), "the proposal")


def test_one_who_is_no_approver_any_more():
    """The list is read again on SIGHUP; what he approved before is applied by others only. A roll-back is confirmed by another."""
    with people() as (world, crowd):
        crowd.does(BENT, "approve", propose_first(world, crowd), "--apply")
        number = crowd.does(ANNA, "propose", "unit", "22200", "--endpoint", "peer", "--reason", "ny")["proposal"]
        world.track.settings["people/approvers"] = f"{ANNA};{MEMBER}"
        world.track.write_configuration()
        world.track.process.send_signal(signal.SIGHUP)
        testlib.wait_for(lambda: "event=reload" in world.track.log_text(), 20, "the configuration is read again")
        crowd.is_refused(BENT, "approve", number, because="may not decide")
        crowd.is_refused(BENT, "rollback", "--reason", "nej", because="may not decide")
        crowd.does(MEMBER, "approve", number, "--apply")
        back = crowd.does(ANNA, "rollback", "--reason", "tilbage")["revision"]
        crowd.is_refused(ANNA, "confirm", back, because="another than bin must")
        crowd.is_refused(BENT, "confirm", back, because="may not decide")
        crowd.does(MEMBER, "confirm", back)


def test_without_the_gateway():
    """Stopped, the registry is its account's alone: others are told, and leave nothing behind; its own is one person there, too."""
    with people() as (world, crowd):
        number = propose_first(world, crowd)
        world.registry_folder.chmod(0o700)
        code, _, text = crowd.run(ANNA, "status")
        testlib.equal((code != 0, "only by members of its group" in text), (True, True), text)
        world.registry_folder.chmod(0o711)
        testlib.equal(world.track.stop(), 0, "exit status")
        crowd.is_refused(ANNA, "status", because="no switchtrackd listens at")
        before = sorted(path.name for path in world.registry_folder.iterdir())
        database = ("--registry", world.track.registry, "--schema-dir", world.schema / "track-registry")
        crowd.is_refused(ANNA, *database, "status", because="cannot open the database")
        testlib.equal(sorted(path.name for path in world.registry_folder.iterdir()), before, "files")
        # Who owns the database is not believed to be two people either.
        crowd.is_refused(SERVICE, *database, "approve", number, because="may not decide")
        world.track.start()
        testlib.wait_for(lambda: world.track.log_text().count("event=serving") == 2, 20, "switchtrackd serves again")


if __name__ == "__main__":
    be_many()
    testlib.run(globals())
