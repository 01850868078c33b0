# SPDX-License-Identifier: EUPL-1.2
# How the programs begin: what they print and end, what they refuse, and that a reload asked for too early does not end them.
import os
import signal
import subprocess

import testlib

SERVERS = {
    "plannerd": testlib.BUILD / "planner" / "plannerd",
    "switchtrackd": testlib.BUILD / "switchtrack-client" / "switchtrackd",
}


def run(name, *words):
    done = subprocess.run([SERVERS[name], *words], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_what_is_printed():
    for name in SERVERS:
        code, out, err = run(name, "--version")
        assert code == 0 and out.startswith(name + " ") and not err, (out, err)
        code, out, err = run(name, "--print-config-sample")
        assert code == 0 and out.startswith(f"# Configuration of {name}.") and not err, (out, err)
        code, out, err = run(name, "--print-config-manual")
        assert code == 0 and out.startswith(f".TH {name.upper()}.CONF 5") and not err, (out, err)
        code, out, err = run(name, "--help")
        assert code == 0 and f"print the manual page {name}.conf(5), and end" in out, out


def test_version_of_clients():
    version = run("plannerd", "--version")[1].split()[1]
    for program in (testlib.BUILD / "planner" / "plannerctl", testlib.BUILD / "switchtrack-client" / "switchtrackctl"):
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
        testlib.equal((done.stdout, done.stderr), (f"{program.name} {version}\n", ""))


def test_what_is_refused():
    for name in SERVERS:
        testlib.equal(run(name), (1, "", f"{name}: --config FILE is needed; --print-config-sample shows one\n"))
        testlib.equal(run(name, "--config", "a", "more"), (1, "", f"{name}: more is not expected\n"))
        code, out, err = run(name, "--check-config", "--config", "/nonexistent/a.conf")
        assert code == 1 and not out and err.startswith(f"{name}: ") and "a.conf" in err, err


def test_early_reload():
    """SIGHUP before there is anything to read again: the start goes on, with the file as it is then."""
    for name, program in SERVERS.items():
        config = testlib.make_folder() / "a.conf"
        os.mkfifo(config)
        with subprocess.Popen([program, "--check-config", "--config", config], stderr=subprocess.PIPE, text=True) as server:
            # Opens when the program opens it to read: it stands in the middle of its start.
            with open(config, "w", encoding="utf-8") as file:
                server.send_signal(signal.SIGHUP)
                file.write("[nonsense]\n")
            err = server.communicate(timeout=60)[1]
        testlib.equal(server.returncode, 1, f"{name}: {err}")
        assert err.startswith(f"{name}: {config}: "), err


testlib.run(globals())
