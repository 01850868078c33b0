# SPDX-License-Identifier: EUPL-1.2
# The whole booking flow with a client that gSOAP generates from the served WSDL, over mutual TLS; judged by xmllint.

import shlex
import subprocess
import urllib.request

import interop_world
import testlib


def run(folder, *command):
    """Runs a build step in FOLDER; answers what it printed."""
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stdout}\n{done.stderr}")
    return done.stdout


def build_client(planner, folder):
    """The client program, made in FOLDER of nothing but the WSDL that PLANNER serves."""
    context = planner.certificates.context("dfdg")
    with urllib.request.urlopen(planner.tls_url + "?wsdl", context=context, timeout=60) as answer:
        (folder / "service.wsdl").write_bytes(answer.read())
    run(folder, "wsdl2h", "-c", "-o", "service.h", "service.wsdl")
    run(folder, "soapcpp2", "-1", "-c", "-C", "-L", "-x", "-I/usr/share/gsoap/import", "service.h")
    flags = shlex.split(run(folder, "pkg-config", "--cflags", "--libs", "gsoapssl", "glib-2.0"))
    sources = [interop_world.FOLDER / "gsoap-flow.c", "soapC.c", "soapClient.c"]
    run(folder, "gcc", "-O0", "-I.", *sources, "-o", "flow", *flags, "-lssl", "-lcrypto")
    return folder / "flow"


def test_flow():
    with interop_world.start() as planner:
        walk = interop_world.Walk(planner, 5)
        client = build_client(planner, testlib.make_folder())
        # gSOAP holds the certificate to the host's name, not to its address.
        walk.host = "localhost"
        walk.run_client([client])
        walk.judge()


testlib.run(globals())
