# SPDX-License-Identifier: EUPL-1.2
# Every wrong message of every operation, and every document that is none, over the wire: the right fault, and nothing else happens.
"""The cases are those of bad_messages (made from the schema, values in bad-values.tsv) and of hostile_xml. First they come alone and the
database must be as before; then all of them at random, round after round, beside a client who books and beside slow and leaving ones."""

import random
import socket
import threading
import time

import bad_messages
import hostile_xml
import testlib
from bad_world import MEGABYTE, SOAP_TYPE, XML_TYPE, Booker, Client, Faults, World, wrap
from planner_process import PATH

VERSIONS = ((hostile_xml.SOAP_11, XML_TYPE, 500), (hostile_xml.SOAP_12, SOAP_TYPE, 400))
# Who runs beside each other in the storm, so that two cores are enough.
N_STORMERS = 3

_world = None
_faults = Faults()


def world():
    """The plannerd of this file."""
    global _world  # pylint: disable=global-statement
    if _world is None:
        _world = World({"limits/request-timeout-ms": 4000}).start()
    return _world


def all_cases():
    """Every case of every operation."""
    schema = bad_messages.Schema(testlib.cpr(4000))
    testlib.equal(len(schema.operations), 13, "operations")
    return [case for operation in schema.operations for case in schema.cases(operation)]


def judge(case, index, answer):
    """Says what is wrong with ANSWER; nothing when it is right."""
    _, _, status = VERSIONS[index % 2]
    text = answer.one("Text") or ""
    refused = answer.code() == 1014 and (text.startswith(case.path + ":") or text.startswith(case.path + "/"))
    if case.is_good:
        # What the schema takes may still be refused by the operation, in other words.
        return f"refused: {text}" if refused or answer.code() in (990013, 990026, 990028) else None
    if not refused:
        return f"not refused as {case.path}: {answer.code()} {text}"
    if answer.status != status:
        return f"status {answer.status}, not {status}"
    # Numbers of a few digits stand in request ids by chance.
    if case.value and len(case.value) >= 8 and case.value.strip() and case.value.strip() in answer.text:
        return "the value stands in the answer"
    return None


def send(client, case, index):
    """Posts a case in the SOAP version of its turn; its answer."""
    version, media, _ = VERSIONS[index % 2]
    return client.post(wrap(case.xml, version), media)


def run_cases(cases):
    """Posts all; answers what went wrong, at most ten."""
    wrong = []
    with Client(world()) as client:
        for index, case in cases:
            answer = send(client, case, index)
            _faults.add(answer)
            fault = judge(case, index, answer)
            if fault:
                wrong.append(f"{case.name}: {fault}")
    return wrong


def test_every_wrong_message_is_named():
    """Each case alone, in SOAP 1.1 and 1.2 in turn; the bad ones change nothing in the database."""
    cases = list(enumerate(all_cases()))
    good = [(index, case) for index, case in cases if case.is_good]
    bad = [(index, case) for index, case in cases if not case.is_good]
    wrong = run_cases(good)
    before = world().digests()
    wrong += run_cases(bad)
    settled = world().resident_bytes()
    wrong += run_cases(bad)
    grown = world().resident_bytes() - settled
    world().assert_same(before)
    testlib.note(f"{len(good)} good messages, {len(bad)} bad ones; the bad ones again: {grown // 1024:+} KiB")
    testlib.equal(grown < 2 * MEGABYTE or world().is_sanitized(), True, f"memory grew by {grown // 1024} KiB")
    testlib.equal(wrong[:10], [], f"{len(wrong)} wrong verdicts")


def post_document(client, name):
    """Posts a document or a medium by name: the answer, and what it should be."""
    if name in hostile_xml.MEDIA:
        media, fields, body, expected = hostile_xml.MEDIA[name]
        return client.post(body, media, fields), expected
    body, expected = hostile_xml.DOCUMENTS[name]
    return client.post(body), expected


def run_documents(names):
    """Posts all; answers what went wrong."""
    wrong = []
    with Client(world()) as client:
        for name in names:
            answer, expected = post_document(client, name)
            _faults.add(answer)
            if answer.code() != expected:
                wrong.append(f"{name}: {answer.code()} {answer.one('Text')}, not {expected}")
            if hostile_xml.PERSON in answer.text or "root:" in answer.text:
                wrong.append(f"{name}: tells what it read")
    return wrong


def test_hostile_documents():
    """Entities, depth, width, encodings, envelopes, media."""
    names = [*hostile_xml.DOCUMENTS, *hostile_xml.MEDIA]
    before = world().digests()
    wrong = run_documents(names)
    world().assert_same(before)
    testlib.note(f"{len(names)} documents")
    testlib.equal(wrong, [], "wrong verdicts")


def test_faults_are_valid():
    """All that were seen, by xmllint."""
    testlib.equal(len(_faults.texts) > 500, True, f"{len(_faults.texts)} different faults")
    _faults.judge()


# The storm ------------------------------------------------------------------------------------------


def dribble(stop):
    """A client that sends a byte now and then, and one that asks for a page and never reads it."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n".encode()
    while not stop.is_set():
        with socket.create_connection(("127.0.0.1", world().plain_port), timeout=60) as slow, socket.create_connection(
            ("127.0.0.1", world().plain_port), timeout=60
        ) as deaf:
            try:
                deaf.sendall(f"GET {PATH}?xsd HTTP/1.1\r\nHost: h\r\n\r\n".encode() * 30)
                slow.sendall(head)
                for _ in range(20):
                    time.sleep(0.05)
                    slow.sendall(b"<")
            except OSError:
                continue


def leave(stop):
    """A client that sends large bodies and leaves in the middle, or right behind the last byte."""
    body = wrap("<a>" * 20) + b" " * 900000
    request = f"POST {PATH} HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    dice = random.Random(testlib.seed())
    while not stop.is_set():
        with socket.create_connection(("127.0.0.1", world().plain_port), timeout=60) as client:
            try:
                client.sendall(request[: dice.randrange(len(request) + 1)])
            except OSError:
                continue
        time.sleep(0.005)


def storm(cases, dice):
    """All cases and documents in random order, by some clients at once; what went wrong."""
    wrong, names = [], [*hostile_xml.DOCUMENTS, *hostile_xml.MEDIA]
    dice.shuffle(cases)
    dice.shuffle(names)

    def part(number):
        try:
            wrong.extend(run_cases(cases[number::N_STORMERS]) + run_documents(names[number::N_STORMERS]))
        except Exception as error:  # pylint: disable=broad-except
            wrong.append(repr(error))

    threads = [threading.Thread(target=part, args=(number,), daemon=True) for number in range(N_STORMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_storm_harms_nobody():
    """Round after round of everything at once: bookings beside it stand, memory stays, the journal is whole."""
    cases, dice = [pair for pair in enumerate(all_cases()) if not pair[1].is_good], testlib.generator()
    booker, stop = Booker(world(), 0), threading.Event()
    others = [threading.Thread(target=work, args=(stop,), daemon=True) for work in (dribble, leave)]
    for thread in (booker, *others):
        thread.start()
    wrong, calm, n_rounds = [], world().resident_bytes(), testlib.budget("bad-input")
    try:
        for _ in range(n_rounds):
            wrong += storm(cases, dice)
    finally:
        stop.set()
        for thread in others:
            thread.join()
    booker.judge()
    testlib.equal(wrong[:10], [], f"{len(wrong)} wrong verdicts")
    if not world().is_sanitized():
        # Those who left in the middle of a body are noticed within seconds.
        testlib.wait_for(lambda: world().resident_bytes() < calm + 24 * MEGABYTE, 30, "memory goes back")
        testlib.equal(world().worst_bytes < 256 * MEGABYTE, True, f"memory rose to {world().worst_bytes // 1024} KiB")
    testlib.note(
        f"{n_rounds} rounds of {len(cases)} messages; memory {calm // 1024} KiB before,"
        f" {world().resident_bytes() // 1024} KiB after, {world().worst_bytes // 1024} KiB at worst"
    )
    testlib.equal("sound" in world().control("--json", "verify"), True, "verify")


def test_stops_cleanly():
    """After all that."""
    testlib.equal(world().health(), 200, "readiness")
    testlib.equal(world().stop(), 0, "exit status")


testlib.run(globals())
