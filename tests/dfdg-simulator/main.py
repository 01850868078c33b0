#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
# Starts the simulator: DFDG with its services and queues, a KSS, an a-kasse and Jobnet, a control, and a page to play on.
"""FILE is JSON: {"port", "control_port", "planner": "https://127.0.0.1:…", "systems": […], "settings"?: {…}, "database"?: FILE,
"certificate"?, "key"?, "trust"?, "trouble"?: {"other": [certificate, key], "expired": […]},
"client"?: {"certificate", "key", "trust", "other"?: […], "expired"?: […]}, "page"?: see page.py,
"subscribe"?: [[system, organisation type, code, entity type, path], …] of a system that has not subscribed itself}.

Without a certificate it serves plain HTTP. Ports are of 127.0.0.1; 0 takes a free one. It prints its ports, and ends with its parent.
"""

import argparse
import asyncio
import ctypes
import json
import os
import signal
import ssl
import sys

import abonnement
import control
import dfdg
import jobnet
import page
import services
import store
import web
import wsb
import wsrm

PR_SET_PDEATHSIG = 1
# The simulator's own actors; their numbers are ours but 30 and 32.
OWN_SYSTEMS = [
    {"name": "kss", "number": 50, "role": "kss", "organisations": [[8, "*"], [7, "*"]], "title": "Sagsbehandlingssystem"},
    {"name": "akasse", "number": 51, "role": "akasse", "organisations": [[5, "*"]], "title": "A-kassesystem"},
    {"name": "jobnet", "number": 32, "role": "jobnet", "organisations": [[8, "*"]], "title": "Jobnet"},
    {"name": "dfdg", "number": 30, "role": "dfdg", "organisations": [[8, "*"], [5, "*"]], "title": "DFDG"},
]


def _end_with_parent():
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def _server_context(config):
    if not config.get("certificate"):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(config["certificate"], config["key"])
    context.load_verify_locations(config["trust"])
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _client_contexts(client):
    """What DFDG shows to the Planner: good, other, expired, none."""
    if not client:
        return {}
    contexts = {}
    for name, pair in {"good": (client["certificate"], client["key"]), "other": client.get("other"), "expired": client.get("expired"), "none": ()}.items():
        if pair is not None:
            contexts[name] = ssl.create_default_context(cafile=client["trust"])
            if pair:
                contexts[name].load_cert_chain(*pair)
    return contexts


class Simulator:
    """All parts of one simulator, from a configuration."""

    def __init__(self, config):
        self.config = config
        self.dfdg = dfdg.Dfdg(
            store.Store(config.get("database", ":memory:")), dfdg.make_systems(config["systems"] + OWN_SYSTEMS), config.get("settings")
        )
        self._subscribe(config.get("subscribe", []))
        contexts = _client_contexts(config.get("client"))
        self.pushes = wsb.Pushes(self.dfdg, contexts)
        self.queues = wsrm.Queues(self.dfdg)
        self.citizens = jobnet.Jobnet(self.dfdg, config["planner"], contexts)
        self.face = services.Face(self.dfdg, self.queues)
        self.context = _server_context(config)
        self.server = web.Server(self.face.handle, config.get("port", 0), self.context)
        self.control = control.Control(self.dfdg, self.pushes, self.queues, self.citizens, self.face, self.set_certificate)
        self.servers = [self.server, web.Server(self.control.handle, config.get("control_port", 0))]
        self.page = page.Page(self.control, config["page"]) if "page" in config else None
        if self.page:
            self.servers.append(web.Server(self.page.handle, config["page"]["port"]))

    def _subscribe(self, rows):
        known = {system for system in self.dfdg.systems if abonnement.subscribed(self.dfdg, system)}
        for row in rows:
            if row[0] not in known:
                self.dfdg.store.run("INSERT INTO subscription VALUES (?, ?, ?, ?, ?, '2016-01-01', '2099-12-31')", *row)

    def set_certificate(self, kind):
        """The face shows a good, other or expired certificate from now on."""
        if self.context:
            pair = (self.config["certificate"], self.config["key"]) if kind == "good" else self.config.get("trouble", {})[kind]
            self.context.load_cert_chain(*pair)
            self.server.hang_up()
        return kind

    async def run(self):
        """Serves until a signal comes."""
        asyncio.get_running_loop().set_exception_handler(_on_trouble)
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        for server in self.servers:
            await server.start()
        self.face.base = f"{'https' if self.context else 'http'}://127.0.0.1:{self.server.port}"
        self.pushes.load()
        if self.page:
            self.page.prepare()
        print(json.dumps({"services": self.server.port, "control": self.servers[1].port}), flush=True)
        await stopped.wait()
        self.pushes.stop()
        self.citizens.close()
        for server in self.servers:
            await server.stop()


def _on_trouble(loop, context):
    """A connection's end reaches whoever reads it; that asyncio keeps it once more for itself is no mistake of anybody."""
    if not isinstance(context.get("exception"), (OSError, EOFError)):
        loop.default_exception_handler(context)


def main():
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True)
    words = parser.parse_args()
    _end_with_parent()
    with open(words.config, encoding="utf-8") as given:
        config = json.load(given)
    asyncio.run(Simulator(config).run())


if __name__ == "__main__":
    main()
