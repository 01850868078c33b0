# SPDX-License-Identifier: EUPL-1.2
# The alert rules and check-planner against a live /metrics: every metric and label named there exists, every alarm is explained.
"""What Prometheus itself says of the rules: test-alert-rules.py."""

import datetime
import os
import re
import subprocess
import urllib.request

import testlib
from planner_process import Caller, Municipality, PlannerProcess

FOLDER = testlib.SOURCE / "deploy" / "monitoring"
RULES = (FOLDER / "planner-alerts.yml").read_text(encoding="utf-8")
DOCUMENT = (testlib.SOURCE / "docs" / "operations.md").read_text(encoding="utf-8")


def new_planner():
    """A planner with an offer, so that its slot query works."""
    town = Municipality().jobcenter("89000").offer("10000000-0000-4000-8000-000000000001", "89000", 7)
    return PlannerProcess(town, [Caller("kss", plain=True)], settings={"dfdg-client demo/organisation-code": "89000"})


def alerts():
    """[(name, expression)]."""
    found = re.findall(r"- alert: (\w+)\n\s+expr: (.*)\n", RULES)
    testlib.equal(len(found), RULES.count("- alert:"), "alerts that were read")
    return found


def check(planner, *options):
    """Exit code and line of check-planner; the test's certificate lives 30 days."""
    url = planner if isinstance(planner, str) else f"http://127.0.0.1:{planner.health_port}"
    done = subprocess.run([FOLDER / "check-planner", "--url", url, "--certificate-days", "20", *options], capture_output=True, text=True, check=False)
    testlib.equal(done.stdout.count("\n"), 1, f"lines of {done.stdout!r} {done.stderr!r}")
    return done.returncode, done.stdout.strip()


def make_backup(planner):
    """A backup beside the database."""
    planner.control("backup")


def metrics(planner):
    """What /metrics says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{planner.health_port}/metrics", timeout=60) as answer:
        return answer.read().decode()


def test_every_metric_exists():
    """Names and label values of the rules are those of the program."""
    with new_planner() as planner:
        testlib.wait_for(lambda: "planner_dfdg_problem{" in metrics(planner), 60, "the figures of DFDG's side are counted")
        text = metrics(planner)
    families = set(re.findall(r"^# TYPE (\w+) ", text, re.M))
    for name, expression in alerts():
        for metric in re.findall(r"\bplanner_\w+", expression):
            family = re.sub(r"_bucket$", "", metric)
            assert family in families, f"{name}: there is no metric {metric}"
        for metric, label in re.findall(r"\b(planner_\w+)\{([^}]*)\}", expression):
            assert re.search(rf"^{metric}\{{[^}}]*{re.escape(label)}", text, re.M), f"{name}: {metric} has no {label}"
    used = set(re.findall(r"\bplanner_\w+", (FOLDER / "check-planner").read_text(encoding="utf-8")))
    testlib.equal(used - families, set(), "metrics of check-planner that do not exist")


def test_every_alarm_is_explained():
    """docs/operations.md has a line for each alarm, and none for others."""
    lines = re.findall(r"^\| `(Planner\w+)` \|", DOCUMENT, re.M)
    testlib.equal(sorted(lines), sorted(name for name, _ in alerts()), "alarms of the document and of the rules")


def test_check_planner_says_what_is_wrong():
    """Well, no backup, an old one, a service window, and nobody there."""
    with new_planner() as planner:
        code, line = check(planner)
        testlib.equal(code, 2, line)
        assert "there is no backup" in line, line
        make_backup(planner)
        code, line = check(planner)
        testlib.equal((code, line), (0, "PLANNER OK - ready, a slot query works"))
        code, line = check(planner, "--certificate-days", "30")
        testlib.equal(code, 1, line)
        assert "expires in" in line, line
        for path in (planner.folder / "backups").glob("*.manifest"):
            os.utime(path, (path.stat().st_mtime - 30 * 3600,) * 2)
        code, line = check(planner)
        testlib.equal(code, 2, line)
        assert "30 hours old" in line, line
    code, line = check(f"http://127.0.0.1:{testlib.free_port()}")
    testlib.equal(code, 2, line)
    done = subprocess.run([FOLDER / "check-planner", "--colour"], capture_output=True, text=True, check=False)
    testlib.equal(done.returncode, 3, "exit code of bad usage")


def test_check_planner_in_a_window():
    """Announced ahead is told; closed as planned is a warning."""
    def instant(seconds):
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    with new_planner() as planner:
        make_backup(planner)
        planner.control("add", "service", "window", instant(50 * 3600), instant(51 * 3600), "Ny version")
        testlib.equal(check(planner)[0], 0, "a window ahead")
        planner.control("add", "service", "window", instant(2), instant(3600), "Haster", "--force")
        testlib.wait_for(lambda: planner.health() == 503, 30, "the window begins")
        code, line = check(planner)
        testlib.equal(code, 1, line)
        assert "closed for planned service until" in line, line


if __name__ == "__main__":
    testlib.run(globals())
