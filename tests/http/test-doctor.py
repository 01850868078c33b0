# SPDX-License-Identifier: EUPL-1.2
# plannerctl doctor and plannerd --check-config: what is well, and one after another everything that can be ill.
# Also tests: admin-doctor, ctl-doctor, doctor-disk.
"""Findings by their stable names. What the machine itself decides (its clock's keeper, the speed of its disk) is not judged."""

import datetime
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

import testlib
from planner_process import Caller, Municipality, PlannerProcess

CTL = testlib.BUILD / "planner" / "plannerctl"
DAEMON = testlib.BUILD / "planner" / "plannerd"
DATA = testlib.SOURCE / "data"
SHIFT = testlib.BUILD / "tests" / "upgrade" / "libshift-clock.so"


def doctor(database, *arguments, code=0, data=DATA):
    """Findings by check: the worst level of each."""
    command = [CTL, "--json", "--data-dir", data, "--database", database, "doctor", *arguments]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)
    findings = json.loads(done.stdout)["result"]["findings"]
    testlib.equal(done.returncode, code, done.stdout)
    levels = ["ok", "warn", "fail"]
    worst = {}
    for finding in findings:
        assert finding["level"] in levels and finding["text"], finding
        assert finding["level"] == "ok" or finding["advice"] or finding["check"] == "schema", finding
        worst[finding["check"]] = max(worst.get(finding["check"], "ok"), finding["level"], key=levels.index)
    return worst


def control(database, *arguments):
    command = [CTL, "--data-dir", DATA, "--database", database, *arguments]
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=60)


def make_database():
    database = testlib.make_folder() / "planner.db"
    control(database, "create")
    control(database, "import", DATA / "demo")
    return database


def change(database, sql):
    connection = sqlite3.connect(database)
    connection.executescript(sql)
    connection.close()


def test_a_healthy_planner():
    planner = PlannerProcess(Municipality().jobcenter("89000"), [Caller("dfdg", units="89000")])
    control(planner.database, "backup")
    config = planner.folder / "planner.conf"
    with planner:
        found = doctor("elsewhere.db", "--config", config)
        for check in ("configuration", "permissions", "lock", "journal-time", "schema", "zones", "catalogue", "backup", "limits"):
            testlib.equal(found.get(check), "ok", check)
        # The tests' certificates live thirty days and come without intermediates; nobody looks for revoked ones.
        testlib.equal((found["certificate"], found["chain"], found["revocation"]), ("warn", "warn", "warn"))
    testlib.equal(doctor("elsewhere.db", "--config", config)["limits"], "warn")


def test_the_database():
    database = make_database()
    testlib.equal(doctor(database)["backup"], "warn")
    database.chmod(0o640)
    testlib.equal(doctor(database, code=1)["permissions"], "fail")
    database.chmod(0o600)
    change(database, "PRAGMA user_version = 99")
    testlib.equal(doctor(database, code=1)["schema"], "fail")
    change(database, "PRAGMA user_version = 1")
    testlib.equal(doctor(database)["schema"], "warn")
    database.write_bytes(b"ruin" * 4096)
    testlib.equal(doctor(database, code=1)["database"], "fail")
    testlib.equal(doctor(database.with_name("none.db"), code=1)["database"], "fail")


def test_the_clock_and_the_zones():
    planner = PlannerProcess(Municipality().jobcenter("89000"), [Caller("plain", plain=True)])
    database = planner.database
    start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=10)
    at_us = int(start.timestamp()) * 10**6
    wall = start.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    change(database, f"""
        INSERT INTO citizen (citizen_id, tenant_id, cpr) VALUES (1, 1, '0000000000'); INSERT INTO owner (owner_id, tenant_id) VALUES (1, 1);
        INSERT INTO booking (tenant_id, unit_id, identifier, state, origin, citizen_id, start_us, end_us, start_local, zone, tzdata, interview_type,
          form_type, contact_type, title, self_booked, compulsory, should_accept, rebook_possible, cancel_possible, originator_type, originator_code,
          owner_id, created_us, changed_us)
        VALUES (1, 1, 'x', 'booked', 'citizen', 1, {at_us}, {at_us + 1800 * 10**6}, '{wall}', 'UTC', '1999a', 7, 1, 1, 'x', 1, 1, 0, 1, 1, 1, 1, 1, 1, 1)""")
    testlib.equal(doctor(database)["zones"], "ok")
    change(database, "UPDATE booking SET start_us = start_us + 3600000000, end_us = end_us + 3600000000")
    testlib.equal(doctor(database, code=1)["zones"], "fail")
    ahead = at_us + 10**12
    change(database, f"INSERT INTO journal (tenant_id, at_us, actor, call_id, kind, subject, digest) VALUES (1, {ahead}, 'x', 'x', 'x', 'x', x'00')")
    testlib.equal(doctor(database, code=1)["journal-time"], "fail")


def test_the_data_folder_and_old_backups():
    database = make_database()
    data = testlib.make_folder() / "data"
    shutil.copytree(DATA, data)
    shutil.rmtree(data / "codes")
    testlib.equal(doctor(database, code=1, data=data)["catalogue"], "fail")
    control(database, "backup")
    testlib.equal(doctor(database)["backup"], "ok")
    testlib.equal(doctor(database)["left-overs"], "ok")
    control(database, "restore", next((database.parent / "backups").glob("*.db")))
    testlib.equal(doctor(database)["left-overs"], "warn")
    manifest = next((database.parent / "backups").glob("*.manifest"))
    manifest.write_text(manifest.read_text(encoding="ascii").replace("bytes: ", "bytes: 1"), encoding="ascii")
    testlib.equal(doctor(database)["backup"], "warn")


def test_a_file_system_that_forgets():
    if not os.path.ismount("/dev/shm"):
        raise testlib.Skip("no /dev/shm here")
    folder = pathlib.Path("/dev/shm") / f"planner-doctor-{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        shutil.copy(make_database(), folder / "planner.db")
        (folder / "planner.db").chmod(0o600)
        testlib.equal(doctor(folder / "planner.db", code=1)["file-system"], "fail")
    finally:
        shutil.rmtree(folder)


def check_config(config, code):
    done = subprocess.run([DAEMON, "--check-config", "--config", config], capture_output=True, text=True, timeout=60, check=False)
    testlib.equal(done.returncode, code, done.stderr)
    return done.stderr


def test_certificates():
    planner = PlannerProcess(Municipality().jobcenter("89000"), [Caller("dfdg", units="89000")])
    config = planner.folder / "planner.conf"
    text = config.read_text(encoding="utf-8")
    check_config(config, 0)
    certificate, key = planner.certificates.server
    other = planner.certificates.client("other")[1]
    for old, new in ((f"key={key}", f"key={other}"), (f"certificate={certificate}", "certificate=/nonexistent.crt"), (f"trust={planner.certificates.authority[0]}", f"trust={key}")):
        assert old in text, old
        config.write_text(text.replace(old, new), encoding="utf-8")
        assert check_config(config, 1)
        testlib.equal(doctor("x.db", "--config", config, code=1)["certificate"], "fail")
    config.write_text(text.replace(f"key={key}", "key=/run/credentials/nobody.service/server.key"), encoding="utf-8")
    testlib.equal(check_config(config, 0), "", "a key that comes with the service")
    client = f"{text}\n[dfdg-client 11100]\ncertificate={planner.certificates.client('dfdg')[0]}\nkey={{}}\nca-file={{}}\n"
    config.write_text(client.format(planner.certificates.client("dfdg")[1], planner.certificates.authority[0]), encoding="utf-8")
    check_config(config, 0)
    config.write_text(client.format(other, "/gone/dfdg.pem"), encoding="utf-8")
    problem = check_config(config, 1)
    testlib.equal((f", {other}: The certificate and" in problem, "/gone/dfdg.pem: No such file" in problem), (True, True), problem)
    config.write_text(text.replace("[health]", "[healht]"), encoding="utf-8")
    testlib.equal(doctor(planner.database, "--config", config, code=1)["configuration"], "fail")
    expired = planner.folder / "expired.crt"
    past = {**os.environ, "LD_PRELOAD": str(SHIFT), "PLANNER_TEST_CLOCK_S": str(-100 * 86400)}
    command = ["openssl", "req", "-x509", "-key", key, "-subj", "/CN=old", "-days", "30", "-out", expired]
    subprocess.run(command, check=True, capture_output=True, env=past)
    config.write_text(text.replace(f"certificate={certificate}", f"certificate={expired}"), encoding="utf-8")
    assert "expired" in check_config(config, 1)
    testlib.equal(doctor("x.db", "--config", config, code=1)["certificate"], "fail")


testlib.run(globals())
