# SPDX-License-Identifier: EUPL-1.2
# Servers to measure against: built, configured, started; each says what it lacks.
"""Every function answers a testlib.Server that is not started yet, or raises testlib.Skip with what is missing."""

import json
import os
import pathlib
import shlex
import shutil
import subprocess

import testlib
import world
from planner_process import PATH

HERE = pathlib.Path(__file__).resolve().parent
WSDL = testlib.BUILD / "soap-contract" / "external-booking-v3.wsdl"


def built(name):
    """A program of this folder; Skip when it was not built because a library was not there."""
    program = testlib.BUILD / "tests" / "bench" / name
    if not program.exists():
        raise testlib.Skip(f"{name} is not built, for want of a library: deploy/install.sh bench, then meson setup again")
    return program


def need(*programs):
    """Skips when a program is not installed."""
    for program in programs:
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is None:
            raise testlib.Skip(f"{program} is not installed: deploy/install.sh bench")


class Peer(testlib.Server):
    """A server of another make: ended by its pid, with its children, whatever it answers to SIGTERM."""

    path = "/"

    def __exit__(self, kind, value, trace):
        self.finish()

    def finish(self):
        """Stops it."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()


def _peer(bench, program, *arguments, path="/"):
    port = testlib.free_port()
    command = [str(port) if word == "PORT" else word for word in (*program, *arguments)]
    peer = Peer(["taskset", "-c", bench.core_of_server, *command], port)
    peer.path = path
    return peer


def bare_epoll(bench, slots):
    """The same operation behind bare epoll."""
    return _peer(bench, [built("bench-bare-epoll")], "PORT", slots)


def bare_microhttpd(bench, n_bytes, *tls):
    """libmicrohttpd alone, a fixed reply; with certificate and key: TLS; with an authority as well: a client certificate."""
    return _peer(bench, [built("bench-bare-microhttpd")], "PORT", n_bytes, *tls)


def bare_soup(bench, n_bytes):
    """libsoup's server alone, a fixed reply."""
    return _peer(bench, [built("bench-bare-soup")], "PORT", n_bytes)


def _step(folder, *command):
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stdout}\n{done.stderr}")
    return done.stdout


def gsoap(bench, slots):
    """gSOAP behind code generated from our WSDL, a thread a connection."""
    need("wsdl2h", "soapcpp2", "gcc", "pkg-config")
    folder = testlib.BUILD / "tests" / "bench" / "gsoap"
    stamp = folder / "stamp"
    sources = [HERE / "peers" / "gsoap-server.c", WSDL]
    if not stamp.exists() or stamp.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(WSDL, folder / "service.wsdl")
        _step(folder, "wsdl2h", "-c", "-o", "service.h", "service.wsdl")
        _step(folder, "soapcpp2", "-1", "-c", "-S", "-L", "-x", "-I/usr/share/gsoap/import", "service.h")
        libraries = shlex.split(_step(folder, "pkg-config", "--cflags", "--libs", "gsoap"))
        code = [sources[0], "soapC.c", "soapServer.c"]
        _step(folder, "gcc", "-O2", "-I.", *code, "-o", "gsoap-server", *libraries, "-lpthread")
        stamp.touch()
    return _peer(bench, [folder / "gsoap-server"], "PORT", slots)


def node(bench, slots):
    """Node's soap package."""
    need("node")
    modules = testlib.SOURCE / "tests" / "interop" / "node"
    if not (modules / "node_modules" / "soap").is_dir():
        raise testlib.Skip("node's soap is not installed: deploy/install.sh test")
    arguments = ["PORT", slots, WSDL, modules / "package.json"]
    return _peer(bench, ["node", HERE / "peers" / "node-server.js"], *arguments, path=PATH)


# PHP ------------------------------------------------------------------------------------------------

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; client_body_buffer_size 64k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      fastcgi_pass unix:{folder}/fpm.socket; fastcgi_buffers 64 16k; fastcgi_max_temp_file_size 0;
      fastcgi_param SCRIPT_FILENAME {script}; fastcgi_param BENCH_SLOTS {folder}/slots.php; fastcgi_param BENCH_WSDL {wsdl};
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param HTTP_SOAPACTION $http_soapaction;
      fastcgi_param REQUEST_URI $request_uri;
    }}
  }}
}}
"""
FPM = """[global]
error_log = {folder}/fpm.log
daemonize = no
[www]
listen = {folder}/fpm.socket
listen.mode = 0666
{user}
pm = static
pm.max_children = 4
"""


def _write_php_slots(path, slots):
    """Constant arrays, which opcache keeps in shared memory: nothing is read or copied for a call."""
    offers = {}
    for line in slots.read_text(encoding="utf-8").splitlines():
        offer, start, end, worker, name = line.split("\t")
        row = offers.setdefault(offer, {"start": [], "end": [], "worker": [], "name": []})
        for key, value in (("start", int(start)), ("end", int(end)), ("worker", worker), ("name", name)):
            row[key].append(value)
    lists = {offer: {key: f"[{','.join(map(json.dumps, values))}]" for key, values in row.items()} for offer, row in offers.items()}
    parts = (f"'{offer}'=>[" + ",".join(f"'{key}'=>{text}" for key, text in row.items()) + "]" for offer, row in lists.items())
    path.write_text("<?php\nreturn [" + ",\n".join(parts) + "];\n", encoding="utf-8")


class PhpPeer(Peer):
    """nginx, and php-fpm beside it."""

    fpm = None

    def start(self):
        self.fpm.start()
        return super().start()

    def finish(self):
        super().finish()
        self.fpm.finish()


class FpmServer(Peer):
    """php-fpm: it answers on a unix socket."""

    def start(self):
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL)  # pylint: disable=consider-using-with
        socket = pathlib.Path(self.port)
        testlib.wait_for(lambda: socket.exists() or self.process.poll() is not None, 20, "php-fpm")
        return self


def php(bench, slots):
    """php-soap in four php-fpm workers behind nginx, opcache on, no kept connections between the two."""
    version = next((name for name in ("php-fpm8.2", "php-fpm") if shutil.which(name, path="/usr/sbin:" + os.environ["PATH"])), None)
    need("nginx", version or "php-fpm")
    if subprocess.run(["php", "-r", "exit(extension_loaded('soap') ? 0 : 1);"], check=False).returncode != 0:
        raise testlib.Skip("php-soap is not installed: deploy/install.sh bench")
    folder, is_root = testlib.make_folder(), os.geteuid() == 0
    folder.chmod(0o755)
    _write_php_slots(folder / "slots.php", slots)
    port = testlib.free_port()
    names = {"folder": folder, "port": port, "wsdl": WSDL, "script": HERE / "peers" / "php-server.php"}
    (folder / "nginx.conf").write_text(NGINX.format(user="user root;" if is_root else "", **names), encoding="utf-8")
    (folder / "fpm.conf").write_text(FPM.format(user="user = root\ngroup = root" if is_root else "", **names), encoding="utf-8")
    settings = {"opcache.enable": 1, "opcache.validate_timestamps": 0, "opcache.memory_consumption": 256}
    settings |= {"soap.wsdl_cache_dir": folder, "soap.wsdl_cache_ttl": 86400}
    words = [word for key, value in settings.items() for word in ("-d", f"{key}={value}")]
    pin = ["taskset", "-c", bench.core_of_server]
    peer = PhpPeer([*pin, "/usr/sbin/nginx", "-c", folder / "nginx.conf", "-e", folder / "nginx.log"], port)
    peer.path = PATH
    root = ["-R"] if is_root else []
    peer.fpm = FpmServer([*pin, f"/usr/sbin/{version}", "-F", *root, "-y", folder / "fpm.conf", *words], folder / "fpm.socket")
    return peer


def make_all(bench, planner, n_bytes, folder):
    """(name, Server) of every peer that this machine has, and the reasons why others are missing."""
    slots = world.write_slots(folder, world.list_slots(planner))
    makers = [
        ("bare epoll", bare_epoll, slots),
        ("libmicrohttpd, fixed reply", bare_microhttpd, n_bytes),
        ("libsoup, fixed reply", bare_soup, n_bytes),
        ("gSOAP", gsoap, slots),
        ("php-soap", php, slots),
        ("node soap", node, slots),
    ]
    made, missing = [], {}
    for name, make, argument in makers:
        try:
            made.append((name, make(bench, argument)))
        except testlib.Skip as reason:
            missing[name] = str(reason)
    return made, missing
