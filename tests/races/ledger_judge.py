# SPDX-License-Identifier: EUPL-1.2
# Judges a database from outside: claims, seats, bookings and journal, without any of the planner's own code.

import hashlib
import json
import struct

import testlib

OVERLAPS = """
SELECT count(*) FROM claim a JOIN claim b ON a.resource_id = b.resource_id AND a.claim_id < b.claim_id
 WHERE a.exclusive = 1 AND b.exclusive = 1 AND a.owner_id <> b.owner_id AND a.start_us < b.end_us AND b.start_us < a.end_us
"""
OVERBOOKED_SESSIONS = """
SELECT count(*) FROM (SELECT session_id FROM seat JOIN group_session USING (session_id) GROUP BY session_id
 HAVING count(*) > max(seats) OR max(seat_number) > max(seats))
"""
BARE_BOOKINGS = """
SELECT count(*) FROM booking WHERE state = 'booked' AND session_id IS NULL AND advisor_id IS NOT NULL AND NOT EXISTS
 (SELECT 1 FROM claim WHERE claim.booking_id = booking.booking_id AND claim.resource_id = booking.advisor_id
   AND claim.core_start_us = booking.start_us AND claim.core_end_us = booking.end_us)
"""
SEATLESS_BOOKINGS = """
SELECT count(*) FROM booking WHERE state = 'booked' AND session_id IS NOT NULL AND NOT EXISTS
 (SELECT 1 FROM seat WHERE seat.booking_id = booking.booking_id AND seat.session_id = booking.session_id)
"""
CLAIMS_WITHOUT_BOOKING = """
SELECT count(*) FROM claim JOIN booking USING (booking_id) WHERE state <> 'booked'
"""


def judge_claims(planner):
    """No overlap, no thirteenth seat, no booking without its claim, no claim of a booking that is gone."""
    for what, sql in (
        ("overlapping exclusive claims", OVERLAPS),
        ("sessions with more seats than there are", OVERBOOKED_SESSIONS),
        ("bookings without their claim", BARE_BOOKINGS),
        ("bookings without their seat", SEATLESS_BOOKINGS),
        ("claims of cancelled bookings", CLAIMS_WITHOUT_BOOKING),
    ):
        testlib.equal(planner.count(sql), 0, what)


def journal_rows(planner):
    """Every row of the journal with its payload, in its order."""
    return planner.query(
        "SELECT sequence, tenant_id, at_us, actor, call_id, kind, subject, digest, salt, payload"
        " FROM journal LEFT JOIN journal_payload USING (sequence) ORDER BY sequence"
    )


def _hash_row(checksum, row):
    for number in row[:3]:
        checksum.update(struct.pack(">q", number))
    for text in row[3:7]:
        checksum.update(struct.pack(">q", len(text.encode())) + text.encode())
    checksum.update(row[7])


def judge_seals(planner):
    """Every payload has the digest of its row, and every seal that of the seal before it and of its rows."""
    rows = {row[0]: row for row in journal_rows(planner)}
    for row in rows.values():
        testlib.equal(hashlib.sha256(row[8] + row[9].encode()).digest(), row[7], f"digest of journal row {row[0]}")
    covered, before = 0, None
    for first, last, previous, seal in planner.query(
        "SELECT first_sequence, last_sequence, previous, seal FROM journal_seal ORDER BY last_sequence"
    ):
        testlib.equal(first, covered + 1, "first row under a seal")
        if before is not None:
            testlib.equal(previous, before, "previous seal")
        checksum = hashlib.sha256(previous)
        for sequence in range(first, last + 1):
            _hash_row(checksum, rows[sequence])
        testlib.equal(checksum.digest(), seal, f"seal of row {last}")
        covered, before = last, seal
    testlib.equal(covered, max(rows, default=0), "rows under seals")


class Placed:
    """A booking as the journal tells it at one moment."""

    def __init__(self, after):
        self.advisor, self.start_us, self.end_us = after["advisor_id"], after["start_us"], after["end_us"]
        self.resources = [one for one in (self.advisor, after["room_id"]) if one]
        self.state, self.revision, self.session = after["state"], after["revision"], after["session_id"]
        self.conflict = after["conflict"]


def _take(calendars, identifier, now, sequence):
    """Enters a booking into the calendars of its advisor and room, where nobody else may be at that time."""
    for resource in now.resources:
        others = calendars.setdefault(resource, {})
        for name, other in others.items():
            same_session = other.session and other.session == now.session
            if other.start_us < now.end_us and now.start_us < other.end_us and not same_session:
                raise AssertionError(f"journal row {sequence}: {identifier} overlaps {name}")
        others[identifier] = now


def replay(planner):
    """Plays the journal from its beginning: no two bookings of a resource at one time, ever. Answers {identifier: Placed}."""
    placed, calendars = {}, {}
    for row in journal_rows(planner):
        kind, subject = row[5], row[6]
        if not kind.startswith("booking-"):
            continue
        now = Placed(json.loads(row[9])["after"])
        known = placed.get(subject)
        testlib.equal(now.revision, known.revision + 1 if known else 1, f"revision of {subject} in row {row[0]}")
        for resource in known.resources if known else []:
            calendars.get(resource, {}).pop(subject, None)
        placed[subject] = now
        if now.state == "booked" and not now.conflict:
            _take(calendars, subject, now, row[0])
    return placed


def judge_bookings(planner, placed):
    """The table of bookings is what the journal says: nothing lost, nothing invented."""
    rows = {
        identifier: (advisor, start_us, end_us, state, revision)
        for identifier, advisor, start_us, end_us, state, revision in planner.query(
            "SELECT identifier, advisor_id, start_us, end_us, state, revision FROM booking"
        )
    }
    told = {
        identifier: (one.advisor, one.start_us, one.end_us, one.state, one.revision)
        for identifier, one in placed.items()
    }
    for identifier in sorted(set(rows) | set(told)):
        testlib.equal(rows.get(identifier), told.get(identifier), f"{identifier} by table, by journal")


def judge(planner):
    """All of it; answers what replay() answers."""
    judge_claims(planner)
    judge_seals(planner)
    placed = replay(planner)
    judge_bookings(planner, placed)
    return placed
