# SPDX-License-Identifier: EUPL-1.2
# The systemd units: verified by systemd itself, their exposure below a threshold, sockets named after faces, and an installation kept whole.
"""What they do when they run is tried by tests/service/try-service."""

import re
import shutil
import subprocess

import testlib

UNITS = testlib.SOURCE / "deploy" / "systemd"
# systemd-analyze security: 0 is shut off, 10 is open. docs/operations.md has the figures.
THRESHOLDS = {"plannerd": 14, "plannerd-backup": 8, "plannerd-test-restore": 8, "plannerd-crl": 14}


def need(program):
    """The path of PROGRAM; skips without it."""
    found = shutil.which(program)
    if found is None:
        raise testlib.Skip(f"{program} is not installed")
    return found


def unit_folder():
    """The units with the programs of this build in them."""
    folder = testlib.make_folder()
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8")
        for program in ("plannerd", "plannerctl"):
            text = text.replace(f"/usr/local/bin/{program} ", f"{testlib.BUILD / 'planner' / program} ")
        text = text.replace("/usr/local/lib/kommunal-planner/fetch-crl.sh", "/bin/true")
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder


def directives(name):
    """[(key, value)] of a unit."""
    lines = (UNITS / name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and not line.startswith("#")]


def test_verified_by_systemd():
    """systemd-analyze verify finds nothing."""
    program = need("systemd-analyze")
    folder = unit_folder()
    names = sorted(str(path) for path in folder.iterdir() if path.suffix in (".service", ".socket", ".timer"))
    assert len(names) >= 9, names
    done = subprocess.run([program, "verify", "--man=no", *names], capture_output=True, text=True, check=False)
    # What it says of this machine's own units is not ours.
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "planner" in line]
    testlib.equal(ours, [], "systemd-analyze verify")


def test_exposure():
    """systemd-analyze security stays below what the document says."""
    program = need("systemd-analyze")
    folder = unit_folder()
    document = (testlib.SOURCE / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, threshold in THRESHOLDS.items():
        command = [program, "security", "--offline=true", f"--threshold={threshold}", "--no-pager", str(folder / f"{name}.service")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        figure = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", done.stdout)
        assert figure, done.stdout + done.stderr
        testlib.note(f"{name}: {figure.group(1)}")
        testlib.equal(done.returncode, 0, f"{name}: exposure {figure.group(1)} against {threshold / 10}\n{done.stdout}")
        assert f"| `{name}.service` | {figure.group(1)} |" in document, f"docs/operations.md has no line of {name}, {figure.group(1)}"


def test_sockets_are_faces():
    """Each socket hands its descriptor over by the name of a configuration group, to plannerd."""
    sockets = sorted(path for path in UNITS.iterdir() if path.suffix == ".socket")
    groups = subprocess.run(
        [testlib.BUILD / "planner" / "plannerd", "--print-config-sample"], capture_output=True, text=True, check=True
    ).stdout
    for path in sockets:
        found = dict(directives(path.name))
        testlib.equal(path.name, f"plannerd-{found['FileDescriptorName']}.socket", "the socket's name")
        assert f"[{found['FileDescriptorName']}]" in groups, path
        testlib.equal(found["Service"], "plannerd.service", "its service")
        assert path.name in dict(directives("plannerd.service"))["After"], path
    testlib.equal(len(sockets), 3, "sockets")


def test_commands_are_known():
    """plannerctl takes the options that the units give it."""
    for path in sorted(UNITS.glob("*.service")):
        command = dict(directives(path.name))["ExecStart"].split()
        if not command[0].endswith("plannerctl"):
            continue
        words = [word for word in command[1:] if word not in ("--database", "/var/lib/planner/planner.db")]
        done = subprocess.run(
            [testlib.BUILD / "planner" / "plannerctl", words[0], "--help"], capture_output=True, text=True, check=False
        )
        testlib.equal(done.returncode, 0, f"{path.name}: plannerctl {words[0]}")
        for option in words[1:]:
            if option.startswith("--"):
                assert option in done.stdout, (path.name, option)


def test_timers_have_services():
    """Every timer starts a service that is there; every oneshot is shut off from the network unless it fetches."""
    timers = sorted(UNITS.glob("*.timer"))
    assert timers
    for timer in timers:
        service = UNITS / f"{timer.stem}.service"
        assert service.exists(), service
        found = dict(directives(service.name))
        testlib.equal(found["Type"], "oneshot", service.name)
        testlib.equal(found.get("PrivateNetwork"), None if timer.stem == "plannerd-crl" else "yes", service.name)


def test_switchtrack():
    """The gateway's units: nothing for systemd-analyze to find, little exposed, sockets that are faces, and no core."""
    program = need("systemd-analyze")
    folder = testlib.make_folder()
    source = testlib.SOURCE / "deploy" / "switchtrack"
    gateway = testlib.BUILD / "switchtrack-client" / "switchtrackd"
    for path in source.glob("switchtrackd*"):
        text = path.read_text(encoding="utf-8").replace("/usr/local/bin/switchtrackd ", f"{gateway} ")
        text = text.replace("/usr/local/lib/kommunal-planner/fetch-crl.sh", "/bin/true")
        (folder / path.name).write_text(text, encoding="utf-8")
    names = sorted(map(str, folder.iterdir()))
    testlib.equal(len(names), 6, "units")
    done = subprocess.run([program, "verify", "--man=no", *names], capture_output=True, text=True, check=False)
    testlib.equal([line for line in (done.stdout + done.stderr).splitlines() if "switchtrack" in line], [], "systemd-analyze verify")
    for service in folder.glob("*.service"):
        command = [program, "security", "--offline=true", "--threshold=16", "--no-pager", str(service)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        testlib.equal(done.returncode, 0, f"exposure of {service.name}\n{done.stdout}")
    groups = subprocess.run([gateway, "--print-config-sample"], capture_output=True, text=True, check=True).stdout
    for path in source.glob("*.socket"):
        face = path.stem.removeprefix("switchtrackd-")
        assert f"\n[{face}]\n" in groups and f"FileDescriptorName={face}\n" in path.read_text(encoding="utf-8"), path
    for name in ("switchtrackd-crl", "switchtrackd"):
        found = dict(line.split("=", 1) for line in (source / f"{name}.service").read_text(encoding="utf-8").splitlines() if "=" in line)
        testlib.equal((found["LimitCORE"], found["UMask"], found["User"]), ("0", "0077", "switchtrack"), f"{name} is private")
    # A predecessor behind an upgrade is let finish its answers.
    testlib.equal(found["KillMode"], "control-group", "how it is stopped")
    # A service that is started without its sockets binds their ports itself.
    sockets = {path.name for path in source.glob("*.socket")}
    testlib.equal((set(found["Wants"].split()), sockets - set(found["After"].split())), (sockets, set()), "its sockets come first")


def test_first_configuration():
    """What the installing scripts write at the first time is known to the programs, key by key, and nothing else is set."""
    wanted = {"install-service": ("planner", "plannerd", 5), "install-switchtrack": ("switchtrack-client", "switchtrackd", 8)}
    for script, (folder, program, n_keys) in wanted.items():
        place = testlib.make_folder()
        (place / "bin").mkdir()
        (place / "bin" / program).symlink_to(testlib.BUILD / folder / program)
        text = (testlib.SOURCE / "deploy" / f"{script}.sh").read_text(encoding="utf-8")
        functions = re.findall(r"^(?:set_key|write_config) \(\)\n\{\n.*?^\}\n", text, re.M | re.S)
        testlib.equal(len(functions), 2, f"functions of {script}")
        for face in ("dfdg", "proxied"):
            config = place / f"{face}.conf"
            head = f"set -euo pipefail\nprefix={place} config={config} face={face}\nchown () {{ :; }}\n"
            subprocess.run(["bash", "-c", head + "".join(functions) + "write_config"], check=True, capture_output=True, text=True)
            lines = config.read_text(encoding="utf-8").splitlines()
            found = [line for line in lines if line and line[0] not in "#["]
            assert len(found) >= n_keys, found
            testlib.equal([line for line in found if line.endswith("=")], [], f"keys without a value in {script}")
            done = subprocess.run([place / "bin" / program, "--check-config", "--config", config], capture_output=True, text=True, check=False)
            # The certificates that it names are this machine's to have.
            assert done.returncode == 0 or "/tls/" in done.stderr, f"{script}, {face}: {done.stderr}"


def test_nobody_dumps_core():
    """Memory holds citizens' numbers: no unit lets it out."""
    for path in sorted(UNITS.glob("*.service")):
        found = dict(directives(path.name))
        testlib.equal(found["LimitCORE"], "0", path.name)
        testlib.equal(found["UMask"], "0077", path.name)
        testlib.equal(found["User"], "planner", path.name)


if __name__ == "__main__":
    testlib.run(globals())
