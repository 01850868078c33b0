# SPDX-License-Identifier: EUPL-1.2
# Windows of load: one generator, several servers by turns, and what each took.
"""A Contender is a server under measurement; alternate() gives each of them a window a round, in turning order."""

import http.client
import json
import os
import pathlib
import subprocess
import time

import peers
import testlib
from soap_client import Answer


class Bench:
    """How long and how often is measured, on which cores; and every table that came of it."""

    def __init__(self, window_ms=500, rounds=8, small=False):
        self.window_ms, self.rounds, self.small = window_ms, rounds, small
        cores = sorted(os.sched_getaffinity(0))
        self.core_of_generator, self.core_of_server = str(cores[0]), str(cores[-1])
        self.n_cores = len(cores)
        self.load = peers.built("bench-load")
        self.tables, self.figures, self.missing = [], {}, {}

    def n_rounds(self, share=1.0):
        """Rounds for something that deserves SHARE of the usual number."""
        return max(1, round(self.rounds * share))

    def add(self, name, title, contenders, **more):
        """A table of what CONTENDERS showed."""
        rows = [{"name": one.name, **one.facts, "windows": one.windows} for one in contenders]
        self.tables.append({"name": name, "title": title, "contenders": rows, **more})

    def say(self, text):
        """Progress."""
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def children(pid):
    """PID and all processes below it."""
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text(encoding="ascii").split():
            found += children(int(child))
    return found


def memory_of(pid):
    """RSS, PSS and what of it is the process's own (anonymous), in MB."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if words[0] in ("Rss:", "Pss:", "Anonymous:"):
            found[words[0][:-1].lower()] = round(int(words[1]) / 1024, 1)
    return found


def memory_mb(pids):
    """(RSS, PSS) in MB of PIDS together."""
    parts = [memory_of(pid) for pid in pids]
    return round(sum(part["rss"] for part in parts), 1), round(sum(part["pss"] for part in parts), 1)


class Contender:
    """A server under measurement, its calls, and what was seen of it."""

    def __init__(self, name, server, port, path, **options):
        self.name, self.server, self.port, self.path = name, server, port, path
        self.options = options
        self.windows, self.facts = [], {}
        self.at = {"bodies": 0, "writes": 0}

    @classmethod
    def of_planner(cls, name, planner, **options):
        """plannerd by its plain face."""
        return cls(name, planner, planner.plain_port, planner.url.split(str(planner.plain_port))[1], **options)

    def pids(self):
        """All processes of the server."""
        roots = [self.server.process.pid]
        if getattr(self.server, "fpm", None):
            roots.append(self.server.fpm.process.pid)
        return [pid for root in roots for pid in children(root)]

    def post_all(self, texts):
        """Answers to TEXTS, one after the other, over one connection."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        answers = []
        for text in texts:
            line.request("POST", self.path, text.encode(), {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'})
            reply = line.getresponse()
            answers.append(Answer(reply.status, reply.read().decode()))
        line.close()
        return answers


def command_of(bench, contender, duration_ms, options):
    """The generator's command line."""
    words = ["taskset", "-c", bench.core_of_generator, bench.load, "--port", contender.port, "--path", contender.path]
    words += ["--duration-ms", duration_ms]
    for pid in contender.pids():
        words += ["--pid", pid]
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            words.append(flag)
        elif value not in (None, False):
            words += [flag, value.path if hasattr(value, "path") else value]
    return [str(word) for word in words]


def shoot(bench, contender, window_ms=None, **options):
    """One window; its figures. Lines of a file that is used once are used up from window to window."""
    options = {"connections": 32, **contender.options, **options}
    duration_ms = window_ms or bench.window_ms
    if options.get("once"):
        options["first"] = contender.at["bodies"]
    if options.get("writes"):
        options["first_write"] = contender.at["writes"]
    done = subprocess.run(command_of(bench, contender, duration_ms, options), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{contender.name}: the generator says {done.stderr} {done.stdout}")
    seen = json.loads(done.stdout)
    if seen["bad"] or seen["errors"] or seen["unanswered"] or not (seen["calls"] or seen["exhausted"]):
        raise AssertionError(f"{contender.name}: {done.stdout}")
    contender.at["bodies"] += seen["calls"]
    contender.at["writes"] += seen["writes"]["calls"]
    seen["rate"] = seen["in_window"] * 1e6 / seen["us"]
    seen["server_us_each"] = seen["server_us"] / max(1, seen["calls"])
    seen["other_share"] = max(0, seen["busy_us"] - seen["server_us"] - seen["generator_us"]) / seen["all_us"] / bench.n_cores
    return {key: value for key, value in seen.items() if key not in ("first_bad", "bad", "errors", "unanswered")}


def _round(bench, contenders, window_ms, options):
    """A window for each; None when the calls of one are used up before its end. (A small run takes it: no figure is kept.)"""
    seen = [(one, shoot(bench, one, window_ms, **options)) for one in contenders]
    return None if any(window["exhausted"] for _, window in seen) and not bench.small else seen


def alternate(bench, contenders, share=1.0, window_ms=None, **options):
    """Rounds of a window for each contender, in turning order, after one that is thrown away. Ends early when a file of calls
    that go out once is used up."""
    for number in range(0 if bench.small else -1, bench.n_rounds(share)):
        turn = number % len(contenders)
        seen = _round(bench, contenders[turn:] + contenders[:turn], window_ms, options)
        if seen is None:
            break
        for one, window in seen if number >= 0 else []:
            one.windows.append(window)
    if not contenders[0].windows:
        raise AssertionError(f"{contenders[0].name}: the calls are used up before the first round; make more")


class Started:
    """Servers that are up together; stopped in turn, whatever happens."""

    def __init__(self, servers):
        self.servers, self.up = list(servers), []

    def __enter__(self):
        try:
            for server in self.servers:
                server.start()
                self.up.append(server)
        except BaseException:
            self._stop(True)
            raise
        return self.servers

    def __exit__(self, kind, value, trace):
        self._stop(kind is not None)

    def _stop(self, is_failed):
        for server in reversed(self.up):
            if isinstance(server, peers.Peer):
                server.finish()
            elif is_failed:
                testlib.note(server.tail(10))
                server.kill()
            else:
                testlib.equal(server.stop(), 0, "exit status of plannerd")
