# SPDX-License-Identifier: EUPL-1.2
# The simulator's database: citizens, bookings with their history, who subscribes to what, and what waits to be told.
"""Plain SQLite in a file or in memory. Everything runs on one thread; transaction() makes a change whole."""

import contextlib
import json
import sqlite3
import time

SCHEMA = """
CREATE TABLE IF NOT EXISTS citizen (citizen_id INTEGER PRIMARY KEY, cpr TEXT UNIQUE, unit TEXT, fund TEXT);
CREATE TABLE IF NOT EXISTS former_cpr (cpr TEXT PRIMARY KEY, citizen_id INTEGER);
CREATE TABLE IF NOT EXISTS span (span_id INTEGER PRIMARY KEY, citizen_id INTEGER, kind TEXT, code INTEGER, start TEXT, end TEXT);
CREATE TABLE IF NOT EXISTS booking (id TEXT PRIMARY KEY, citizen_id INTEGER, unit TEXT, start TEXT, state TEXT, doc TEXT);
CREATE INDEX IF NOT EXISTS booking_citizen ON booking (citizen_id);
CREATE INDEX IF NOT EXISTS booking_unit ON booking (unit, start, id);
CREATE TABLE IF NOT EXISTS history (seq INTEGER PRIMARY KEY, id TEXT, citizen_id INTEGER, at TEXT, change INTEGER, doc TEXT, system TEXT);
CREATE INDEX IF NOT EXISTS history_id ON history (id);
CREATE TABLE IF NOT EXISTS participant (id TEXT PRIMARY KEY, booking_id TEXT, doc TEXT);
CREATE INDEX IF NOT EXISTS participant_booking ON participant (booking_id);
CREATE TABLE IF NOT EXISTS choice (booking_id TEXT PRIMARY KEY, opted_out INTEGER);
CREATE TABLE IF NOT EXISTS request_id (system TEXT, id TEXT, at REAL, PRIMARY KEY (system, id));
CREATE TABLE IF NOT EXISTS subscription
  (system TEXT, org_type INTEGER, org_code TEXT, entity INTEGER, url TEXT, start TEXT, end TEXT);
CREATE TABLE IF NOT EXISTS push
  (seq INTEGER PRIMARY KEY, system TEXT, citizen_id INTEGER, message_id TEXT, org_code TEXT, entity INTEGER, url TEXT, payload TEXT);
CREATE TABLE IF NOT EXISTS queued (seq INTEGER PRIMARY KEY, system TEXT, message_id TEXT, service TEXT, entity TEXT);
CREATE TABLE IF NOT EXISTS deadline (id TEXT PRIMARY KEY, citizen_id INTEGER, doc TEXT);
CREATE TABLE IF NOT EXISTS letter (id TEXT PRIMARY KEY, doc TEXT);
CREATE TABLE IF NOT EXISTS document (id TEXT PRIMARY KEY, letter_id TEXT, media TEXT, content BLOB);
"""


class Store:
    """Rows; documents are JSON text."""

    def __init__(self, path=":memory:"):
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + SCHEMA)
        self.depth = 0

    @contextlib.contextmanager
    def transaction(self):
        """All of it or nothing; one inside another belongs to the outer one."""
        self.depth += 1
        if self.depth == 1:
            self.database.execute("BEGIN")
        try:
            yield
        except BaseException:
            if self.depth == 1:
                self.database.execute("ROLLBACK")
            self.depth -= 1
            raise
        if self.depth == 1:
            self.database.execute("COMMIT")
        self.depth -= 1

    def rows(self, sql, *values):
        """All rows of a question."""
        return self.database.execute(sql, values).fetchall()

    def row(self, sql, *values):
        """The first row, or None."""
        return self.database.execute(sql, values).fetchone()

    def run(self, sql, *values):
        """A change; the row id of what was inserted."""
        return self.database.execute(sql, values).lastrowid

    # Citizens

    def citizen(self, cpr):
        """(citizen_id, unit, fund) of a number in use, or None."""
        return self.row("SELECT citizen_id, unit, fund FROM citizen WHERE cpr = ?", cpr)

    def successor(self, cpr):
        """(citizen_id, unit, fund) of the citizen who had a number before, or None."""
        return self.row("SELECT c.citizen_id, c.unit, c.fund FROM former_cpr f JOIN citizen c USING (citizen_id) WHERE f.cpr = ?", cpr)

    def cpr(self, citizen_id):
        """The number that a citizen has now."""
        return self.row("SELECT cpr FROM citizen WHERE citizen_id = ?", citizen_id)[0]

    def put_citizen(self, cpr, unit=None, fund=None):
        """Adds a citizen, or moves one to another unit or fund; the citizen_id."""
        found = self.citizen(cpr)
        if not found:
            return self.run("INSERT INTO citizen (cpr, unit, fund) VALUES (?, ?, ?)", cpr, unit, fund)
        self.run("UPDATE citizen SET unit = ?, fund = ? WHERE citizen_id = ?", unit or found[1], fund or found[2], found[0])
        return found[0]

    def spans(self, citizen_id, kind, day=None):
        """[(code, start, end)] of contact groups (group) or person categories (category): all, or those of DAY."""
        found = self.rows("SELECT code, start, end FROM span WHERE citizen_id = ? AND kind = ? ORDER BY start, span_id", citizen_id, kind)
        return [row for row in found if day is None or (row[1] <= day and (row[2] is None or day < row[2]))]

    # Bookings

    def booking(self, key):
        """The document of a booking, or None. KEY in any case of letters."""
        found = self.row("SELECT doc FROM booking WHERE id = ?", key.lower())
        return json.loads(found[0]) if found else None

    def citizen_of(self, key):
        """Whose booking it is."""
        return self.row("SELECT citizen_id FROM booking WHERE id = ?", key.lower())[0]

    def put_booking(self, doc, citizen_id, start, at, change, system):
        """Stores a booking and a line of its history, with the SYSTEM that caused it; START as UTC text, so that rows sort."""
        key, text = doc["indkaldelseIdentifier"].lower(), json.dumps(doc, ensure_ascii=False)
        self.run(
            "INSERT INTO booking VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " citizen_id = excluded.citizen_id, unit = excluded.unit, start = excluded.start, state = excluded.state, doc = excluded.doc",
            *(key, citizen_id, doc["jobcenterKode"], start, doc["tilstand"], text),
        )
        self.run("INSERT INTO history VALUES (NULL, ?, ?, ?, ?, ?, ?)", key, citizen_id, at, change, text, system)

    def participants(self, key):
        """The authorities that take part in a booking."""
        return [json.loads(row[0]) for row in self.rows("SELECT doc FROM participant WHERE booking_id = ? ORDER BY rowid", key.lower())]

    # Requests

    def is_known_request(self, system, key, memory_s):
        """Whether SYSTEM sent this x-requestId within its memory, for a call that was carried out."""
        found = self.row("SELECT at FROM request_id WHERE system = ? AND id = ?", system, key)
        return found is not None and found[0] >= time.time() - memory_s

    def remember_request(self, system, key):
        """To be called in the transaction of the call's effect."""
        self.run("INSERT OR REPLACE INTO request_id VALUES (?, ?, ?)", system, key, time.time())
