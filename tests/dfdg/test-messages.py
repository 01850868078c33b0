# SPDX-License-Identifier: EUPL-1.2
# Messages from plannerctl through plannerd to DFDG, and of a-kassers' interviews by themselves: each once, none twice, none in a log.
"""Also tests: ctl-message, message-pump. Judged by the messages that DFDG holds in the end."""

import base64
import datetime
import json
import urllib.request

import testlib
from dfdg_world import FUND, UNIT, Citizens, DfdgWorld

TITLE, WORD, ANSWER = "Kanariefuglens titel", "kanariefuglens ord", "kanariefuglens svar"
CREATE = "CreateBorgerbesked"
PDF = b"%PDF-1.7\nkanariefuglens bilag 1234567890"
ON = {"dfdg-client demo/messages": "true"}


def world_of(**more):
    """A world that sends messages."""
    return DfdgWorld(settings={**ON, **more.pop("settings", {})}, **more)


def new_citizen(world):
    """A citizen of the unit and of an a-kasse."""
    cpr = Citizens.new()
    world.act("citizen", cpr=cpr, unit=UNIT, group=1, fund=FUND)
    return cpr


def ctl(world, *words):
    """What plannerctl tells, as an object."""
    return json.loads(world.control("--json", *words))["result"]


def switch(world, case, value="yes"):
    """A case of messages on."""
    ctl(world, "set", "setting", f"message-{case}", value)


def file_of(world, name, content):
    """A file's path."""
    path = world.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    path.chmod(0o600)
    return path


def send(world, cpr, *more, channel="notification", text=None):
    """plannerctl message send; its result."""
    text = file_of(world, "message", text or f"{TITLE}\n\nHer er {WORD}. Se [Jobnet](https://jobnet.example/).\n")
    return ctl(world, "message", "send", text, "--citizen-file", file_of(world, "number", cpr), "--channel", channel, *more)


def letters(world, cpr):
    """What DFDG holds of a citizen."""
    found = world.simulator.ask("letters")["letters"]
    return [one for one in found if cpr in (one["civilregistrationIdentifier"], *(to.get("civilregistrationIdentifier") for to in one["modtagere"]))]


def texts(world, cpr):
    """Texts that the citizen has got."""
    return [one["tekst"] for one in letters(world, cpr)]


def states(world):
    """States of what is to be sent."""
    return [row[0] for row in world.query("SELECT state FROM message WHERE state <> 'received' ORDER BY message_id")]


def settle(world, wanted="sent"):
    """Until all messages are WANTED."""
    testlib.wait_for(lambda: set(states(world)) == {wanted}, 60, f"all messages are {wanted}: {states(world)}")


def page(world, question):
    """/metrics, or another page of that port."""
    with urllib.request.urlopen(f"http://127.0.0.1:{world.health_port}/{question}", timeout=30) as answer:
        return answer.read().decode()


def nothing_leaks(world, *more):
    """No word of a message stands in log or metrics."""
    log = world.log.read_text(encoding="utf-8", errors="replace")
    metrics = page(world, "metrics")
    for word in (TITLE, WORD, ANSWER, "anariefugl", *more):
        testlib.equal((word in log, word in metrics), (False, False), word)


def test_off():
    """Nobody gets anything before a municipality says so, case by case."""
    with DfdgWorld(carrier="none") as world:
        cpr = new_citizen(world)
        for setting in ("by-hand", "authority"):
            switch(world, setting)
        try:
            send(world, cpr)
            raise AssertionError("sent although messages are off")
        except AssertionError as no:
            testlib.equal("messages are off" in str(no), True, no)
        testlib.equal(world.simulator.ask("letters")["letters"], [])


def test_once():
    """Asked for three times, with trouble at each call: the citizen has it once."""
    with world_of(carrier="none") as world:
        switch(world, "by-hand")
        for number, (kind, words) in enumerate([("late-status", {"status": 503}), ("drop", {}), ("status", {"status": 500}), ("broken", {})]):
            cpr = new_citizen(world)
            world.simulator.fault("answer", kind, CREATE, cpr=cpr, **words)
            outcomes = [send(world, cpr)["outcome"] for _ in range(3)]
            testlib.equal(outcomes, ["written", "there-already", "there-already"], kind)
            settle(world)
            testlib.equal(len(texts(world, cpr)), 1, f"{number} {kind}")
            testlib.equal(world.count("SELECT count(*) FROM message WHERE foreign_id IS NULL"), 0, kind)
        nothing_leaks(world, cpr)


def test_killed():
    """plannerd dies while it sends: sent once."""
    with world_of(carrier="none") as world:
        switch(world, "by-hand")
        cprs = [new_citizen(world) for _ in range(5)]
        for cpr in cprs:
            world.simulator.fault("answer", "delay", CREATE, cpr=cpr, delay_s=1.0)
            send(world, cpr)
        testlib.wait_for(lambda: world.simulator.n_calls(CREATE) > 0, 60, "a call is under way")
        world.kill()
        world.start()
        settle(world)
        testlib.equal([len(texts(world, cpr)) for cpr in cprs], [1] * 5)


def test_refused():
    """DFDG says no: a person sees why, and says what becomes of it."""
    with world_of(carrier="none") as world:
        switch(world, "by-hand")
        cpr = new_citizen(world)
        world.simulator.fault("answer", "refuse", CREATE, status=400, code=1014, text=f"afvist for {cpr}")
        number = send(world, cpr)["message"]
        settle(world, "refused")
        row = ctl(world, "message", "list")["messages"][0]
        testlib.equal((row["message"], row["state"], "1014" in row["reason"], cpr in json.dumps(row)), (number, "refused", True, False))
        testlib.equal(ctl(world, "dfdg", "status")["tenants"][0]["state"], "unsent", "how it stands")
        wanted = 'planner_dfdg_messages{tenant="demo",state="refused"} 1'
        testlib.wait_for(lambda: wanted in page(world, "metrics"), 30, "counted among the metrics")
        ctl(world, "message", "retry", str(number))
        settle(world)
        testlib.equal(len(texts(world, cpr)), 1)
        nothing_leaks(world, cpr)


def test_thread():
    """An a-kasse's message of type 12: listed, shown, read, replied to once, its document fetched; one between others is hidden."""
    with world_of(carrier="none") as world:
        switch(world, "authority")
        cpr, number = new_citizen(world), None
        bilag = {"filnavn": "bilag.pdf", "mediatype": "application/pdf", "indhold": base64.b64encode(PDF).decode()}
        key = world.act("fund/message", cpr=cpr, fund=FUND, to=UNIT, overskrift=TITLE, tekst=f"Se {WORD}", documents=[bilag])["id"]
        number = file_of(world, "number", cpr)
        world.act("citizen", cpr=cpr, unit="14700", group=1, fund=FUND)
        other = world.act("fund/message", cpr=cpr, fund=FUND, to="14700", overskrift=TITLE + " 2", tekst="ikke for os")["id"]
        world.act("citizen", cpr=cpr, unit=UNIT, group=1, fund=FUND)
        send(world, cpr, "--to", UNIT, channel="authority")
        listed = ctl(world, "message", "list", "--citizen-file", number)["at_dfdg"]
        rows = {one["dfdg_id"]: one for one in listed}
        testlib.equal((rows[key]["title"], rows[key]["type"], rows[key]["meaning"][:3]), (TITLE, 12, "met"))
        testlib.equal((rows[other]["title"], rows[other]["hidden"]), ("(hidden)", True))
        kept = dict((row[0], row[1:]) for row in world.query("SELECT foreign_id, title, body, is_hidden FROM message WHERE state = 'received'"))
        testlib.equal((kept[key], kept[other]), ((TITLE, f"Se {WORD}", 0), (None, None, 1)))
        for _ in range(2):
            ctl(world, "message", "reply", key, file_of(world, "reply", ANSWER))
        settle(world)
        thread = ctl(world, "message", "show", key)["at_dfdg"]
        testlib.equal([reply["text"] for reply in thread["replies"]], [ANSWER])
        ctl(world, "message", "read", key)
        testlib.equal("read" in ctl(world, "message", "show", key)["at_dfdg"], True)
        target = world.folder / "fetched.pdf"
        testlib.equal(ctl(world, "message", "document", key, thread["documents"][0]["dfdg_id"], target)["bytes"], len(PDF))
        testlib.equal((target.read_bytes(), target.stat().st_mode & 0o777), (PDF, 0o600))
        ctl(world, "message", "status", key, "mistaken", "--reply", thread["replies"][0]["dfdg_id"])
        testlib.equal(ctl(world, "message", "show", key)["at_dfdg"]["replies"][0]["status"], "mistaken")
        own = world.query("SELECT foreign_id FROM message WHERE state = 'sent' AND answers IS NULL")[0][0]
        ctl(world, "message", "status", own, "closed")
        testlib.equal([one["status"] for one in letters(world, cpr) if one["beskedIdentifier"] == own], [2])
        testlib.equal("Se " + WORD in world.control("message", "show", key), True, "for people")
        nothing_leaks(world, cpr)


def test_attachments():
    """Two files, one larger than a piece, reach DFDG as they are; then only their names are kept."""
    with world_of(carrier="none") as world:
        switch(world, "authority")
        cpr = new_citizen(world)
        large = PDF + bytes(range(256)) * 2000
        words = ("--attach", file_of(world, "stor.pdf", large), "--attach", file_of(world, "lille.xml", b'<?xml version="1.0"?><a/>'))
        send(world, cpr, "--to", "99999", *words, channel="authority")
        settle(world)
        found = letters(world, cpr)
        testlib.equal([one["filnavn"] for one in found[0]["dokumenter"]], ["stor.pdf", "lille.xml"])
        identifier = found[0]["dokumenter"][0]["dokumentIdentifier"]
        ctl(world, "message", "document", found[0]["beskedIdentifier"], identifier, world.folder / "back.pdf")
        testlib.equal((world.folder / "back.pdf").read_bytes() == large, True)
        testlib.equal(world.count("SELECT count(*) FROM message_part"), 0)


def test_fund_interviews():
    """An a-kasse's joint interview is told of once, also when it moves and ends; what DFDG sends receipts of is not."""
    with world_of() as world:
        switch(world, "fund-interview", "notification")
        switch(world, "limit-day", "10")
        cpr, of_kss = new_citizen(world), new_citizen(world)
        start = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0) + datetime.timedelta(days=20)
        worker = world.query("SELECT resource_key FROM resource WHERE kind = 'advisor' ORDER BY resource_key")[0][0]
        world.act("kss/book", cpr=of_kss, unit=UNIT, start=start.isoformat(), advisor=worker)
        key = world.act("fund/book", cpr=cpr, fund=FUND, start=start.isoformat(), titel=TITLE)["id"]
        told = ["indkaldt til et møde", "flyttet til", "er aflyst"]
        testlib.wait_for(lambda: len(texts(world, cpr)) == 1, 60, "told of the meeting")
        world.act("fund/change", id=key, beskrivelse=WORD)  # no news
        world.settle()
        later = start + datetime.timedelta(hours=1)
        world.act("fund/change", id=key, starttidspunkt=later.isoformat(), sluttidspunkt=(later + datetime.timedelta(minutes=45)).isoformat())
        testlib.wait_for(lambda: len(texts(world, cpr)) == 2, 60, "told that it moves")
        world.act("fund/cancel", id=key)
        testlib.wait_for(lambda: len(texts(world, cpr)) == 3, 60, "told that it ends")
        world.settle()
        settle(world)
        testlib.equal([part in text for part, text in zip(told, texts(world, cpr))], [True] * 3, texts(world, cpr))
        testlib.equal(texts(world, of_kss), [], "DFDG's own receipt is enough")
        nothing_leaks(world, cpr)


def test_fund_storm():
    """One meeting, moved ten times in a day: the citizen has the day's one message; of the rest the last waits for tomorrow."""
    with world_of() as world:
        switch(world, "fund-interview", "mail")
        switch(world, "limit-day", "1")
        cpr = new_citizen(world)
        start = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0) + datetime.timedelta(days=20)
        key = world.act("fund/book", cpr=cpr, fund=FUND, start=start.isoformat())["id"]
        testlib.wait_for(lambda: len(texts(world, cpr)) == 1, 60, "told of the meeting")
        for minutes in range(5, 55, 5):
            moved = start + datetime.timedelta(minutes=minutes)
            world.act("fund/change", id=key, starttidspunkt=moved.isoformat(), sluttidspunkt=(moved + datetime.timedelta(minutes=45)).isoformat())
            world.settle()
        of_last = "SELECT count(*) FROM message WHERE state = 'waiting' AND about_start_us = ? AND not_before_us > added_us"
        testlib.wait_for(lambda: world.count(of_last, int(moved.timestamp() * 1e6)) == 1, 60, "the last waits for tomorrow")
        testlib.equal({state: states(world).count(state) for state in ("sent", "waiting", "refused")}, {"sent": 1, "waiting": 1, "refused": 0})
        testlib.equal(len(texts(world, cpr)), 1)
        world.act("fund/cancel", id=key)
        world.settle()
        testlib.wait_for(lambda: world.count("SELECT count(*) FROM message WHERE state = 'waiting' AND about_cancelled = 1") == 1, 60, "its end waits")
        testlib.equal((states(world).count("waiting"), len(texts(world, cpr))), (1, 1))


testlib.run(globals())
