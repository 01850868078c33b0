# SPDX-License-Identifier: EUPL-1.2
# What one writes in an afternoon: webhook, SQLite with one durable transaction a message, the truth fetched, one more to apply it.
"""Arguments: PORT CERTIFICATE KEY AUTHORITY DATABASE TRUTH-PORT CLIENT-CERTIFICATE CLIENT-KEY. Threads of the standard library; a
message is answered 200 when it is on disk; eight threads ask for the truth and store it. No rules, no claims, no journal."""

import http.client
import http.server
import json
import queue
import sqlite3
import ssl
import sys
import threading

N_WORKERS = 8
PORT, CERTIFICATE, KEY, AUTHORITY, DATABASE, TRUTH_PORT, CLIENT_CERTIFICATE, CLIENT_KEY = sys.argv[1:]
SCHEMA = """
CREATE TABLE message (id TEXT PRIMARY KEY, citizen TEXT, booking TEXT, is_done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE booking (id TEXT PRIMARY KEY, citizen TEXT, advisor TEXT, start TEXT, end TEXT, document TEXT);
"""
LOCK = threading.Lock()
STORE = sqlite3.connect(DATABASE, check_same_thread=False, isolation_level=None)
STORE.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + SCHEMA)
LANES = [queue.SimpleQueue() for _ in range(N_WORKERS)]


class Webhook(http.server.BaseHTTPRequestHandler):
    """Stores and answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_POST(self):
        """One message: the header's document, then the body's."""
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        header, _ = json.JSONDecoder().raw_decode(text)
        row = header["BeskedIdentifier"], header["Identifikation"], header["EksternIdentifier"]
        with LOCK:
            is_new = STORE.execute("INSERT OR IGNORE INTO message (id, citizen, booking) VALUES (?, ?, ?)", row).rowcount
        if is_new:
            LANES[hash(row[1]) % N_WORKERS].put(row)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def apply(lane):
    """A citizen's messages, one after the other."""
    context = ssl.create_default_context(cafile=AUTHORITY)
    context.load_cert_chain(CLIENT_CERTIFICATE, CLIENT_KEY)
    line = http.client.HTTPSConnection("127.0.0.1", int(TRUTH_PORT), context=context)
    while True:
        key, citizen, booking = lane.get()
        line.request("GET", f"/indkaldelse/v1/Indkaldelse/{booking}")
        doc = json.loads(line.getresponse().read())
        row = booking, citizen, doc["medarbejder"]["identifikation"], doc["starttidspunkt"], doc["sluttidspunkt"], json.dumps(doc)
        with LOCK:
            STORE.execute("BEGIN IMMEDIATE")
            STORE.execute("INSERT OR REPLACE INTO booking VALUES (?, ?, ?, ?, ?, ?)", row)
            STORE.execute("UPDATE message SET is_done = 1 WHERE id = ?", (key,))
            STORE.execute("COMMIT")


class Server(http.server.ThreadingHTTPServer):
    """A thread a connection, TLS with a client's certificate."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", int(PORT)), Webhook)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(CERTIFICATE, KEY)
        self.context.load_verify_locations(AUTHORITY)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.socket = self.context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


for one in LANES:
    threading.Thread(target=apply, args=(one,), daemon=True).start()
Server().serve_forever()
