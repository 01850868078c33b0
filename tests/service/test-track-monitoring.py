# SPDX-License-Identifier: EUPL-1.2
# The switch-track's alert rules against a live /metrics, and both against the document: every metric and label exists, every alarm is explained.

import re

import testlib
from track_world import TrackWorld, list_options

FOLDER = testlib.SOURCE / "deploy" / "monitoring"
RULES = (FOLDER / "switchtrack-alerts.yml").read_text(encoding="utf-8")
DOCUMENT = (testlib.SOURCE / "docs" / "switchtrack-status.md").read_text(encoding="utf-8")
UNIT = "46100"


def live_metrics():
    """/metrics of a gateway that has passed a call on and one that failed."""
    with TrackWorld([], [UNIT]) as world:
        testlib.equal(world.call(list_options(UNIT, testlib.cpr(1))).status, 200, "a call")
        world.peer.mode = "html"
        testlib.equal(world.call(list_options(UNIT, testlib.cpr(1))).fault, 9303, "a broken answer")
        # Nothing is counted as broken before a call has been.
        testlib.wait_for(lambda: 'class="broken"' in world.track.get("/metrics")[1], 20, "the broken answer is counted")
        return world.track.get("/metrics")[1]


def alerts():
    """[(name, expression)]."""
    found = re.findall(r"- alert: (\w+)\n\s+expr: (.*)\n", RULES)
    testlib.equal(len(found), RULES.count("- alert:"), "alerts that were read")
    return found


def test_every_metric_exists():
    """Names, labels and label values of the rules are those of the program; the document has a line for each family."""
    text = live_metrics()
    families = set(re.findall(r"^# TYPE (\w+) ", text, re.M))
    for name, expression in alerts():
        for metric in re.findall(r"\bswitchtrack_\w+", expression):
            assert re.sub(r"_(sum|count|bucket)$", "", metric) in families, f"{name}: there is no metric {metric}"
        for metric, label in re.findall(r"\b(switchtrack_\w+)\{([^}]*)\}", expression):
            assert re.search(rf"^{metric}\{{[^}}]*{re.escape(label)}", text, re.M), f"{name}: {metric} has no {label}"
        for label in sum((words.split(", ") for words in re.findall(r" by \(([^)]*)\)", expression)), []):
            assert f"{label}=" in text, f"{name}: nothing has a label {label}"
    testlib.equal(sorted(set(re.findall(r"^\| (switchtrack_\w+) \|", DOCUMENT, re.M)) ^ families), [], "metrics of the document or of the program alone")


def test_every_alarm_is_explained():
    """docs/switchtrack-status.md has a line for each alarm, and none for others."""
    lines = re.findall(r"^\| (Switchtrack\w+) \|", DOCUMENT, re.M)
    testlib.equal(sorted(lines), sorted(name for name, _ in alerts()), "alarms of the document and of the rules")


def test_the_example_scrapes_both():
    """The job that the rules ask about is the one of the example."""
    example = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    for job in set(re.findall(r'up\{job="(\w+)"\}', RULES)):
        assert f"job_name: {job}\n" in example, job
    files = re.findall(r"^  - (\S+-alerts\.yml)$", example, re.M)
    testlib.equal(sorted(files), sorted(path.name for path in FOLDER.glob("*-alerts.yml")), "rule files of the example")


if __name__ == "__main__":
    testlib.run(globals())
