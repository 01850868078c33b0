# SPDX-License-Identifier: EUPL-1.2
# The alert rules as Prometheus understands them: each that wakes somebody goes off when it should, says whom it is about, and is quiet otherwise.
"""promtool judges where it is installed (Debian's package prometheus has 96 MB, so no group names it); it is looked for in PATH.

A row of CASES: series and their values a minute apart that set the alarm off, others that must not, the labels that it has, and when it is looked at.
Values are in promtool's words: 0+1x20 is 0, 1, 2 … 20.
"""

import json
import re
import shutil
import subprocess

import testlib

FOLDER = testlib.SOURCE / "deploy" / "monitoring"
FILES = ("planner-alerts.yml", "switchtrack-alerts.yml")
ALWAYS, NEVER, ONE_BAD_MINUTE = "1+0x40", "0+0x40", "0+0x3 1 0+0x36"


def case(fires, quiet, labels=None, at="20m"):
    """A row."""
    return fires, quiet, labels or {}, at


def gauge(series, labels=None, at="20m", quiet=ONE_BAD_MINUTE):
    """A row of a figure that is 1 while something is wrong."""
    return case({series: ALWAYS}, {series: quiet}, labels, at)


ISSUES = ('planner_dfdg_outbox{state="refused",tenant="a"}', 'planner_dfdg_inbox{state="parked",tenant="a"}',
          'planner_dfdg_echoes{state="lost",tenant="a"}', 'planner_dfdg_messages{state="refused",tenant="a"}')
CASES = {
    "PlannerDown": case({'up{job="planner"}': NEVER}, {'up{job="planner"}': "1+0x18 0 1+0x20"}, {"job": "planner"}),
    # promtool's clock begins at 0: the last commit was in the first minute, or is a minute ago.
    "PlannerWriterStandsStill": case({"planner_last_commit_seconds": "30+0x40"}, {"planner_last_commit_seconds": "1+60x40"}),
    "PlannerOwnErrors": case(
        {'planner_calls_total{outcome="error"}': "0+0x15 1+0x20", 'planner_calls_total{outcome="ok"}': "0+9x40"},
        {'planner_calls_total{outcome="error"}': "3+0x40", 'planner_calls_total{outcome="ok"}': "0+9x40"}),
    "PlannerBusy": case({'planner_calls_total{outcome="busy"}': "0+1x40"}, {'planner_calls_total{outcome="busy"}': "0+0x18 1+0x20"}),
    "PlannerGroupsLost": case({"planner_writer_lost_total": "0+0x15 1+0x20"}, {"planner_writer_lost_total": "4+0x40"}),
    "PlannerCertificateExpiresSoon": case({"planner_certificate_expiry_seconds": "250000+0x40"}, {"planner_certificate_expiry_seconds": "270000+0x40"}),
    "PlannerRevocationListDue": case({"planner_crl_expiry_seconds": "3000+0x40"}, {"planner_crl_expiry_seconds": "4000+0x40"}),
    "PlannerBackupOld": case({"planner_last_backup_seconds": "0+0x2000"}, {"planner_last_backup_seconds": "60000+0x2000"}, at="1800m"),
    "PlannerCalendarsTooOld": gauge("planner_sync_withheld_resources"),
    "PlannerCalendarServerDown": gauge("planner_sync_open_hosts"),
    "PlannerDfdgDown": gauge("planner_dfdg_down"),
    "PlannerDfdgLate": case({"planner_dfdg_oldest_seconds": "3700+0x40"}, {"planner_dfdg_oldest_seconds": "600+0x40"}),
    "PlannerDfdgPerson": case({name: NEVER for name in ISSUES} | {ISSUES[2]: ALWAYS}, {name: NEVER for name in ISSUES}, {"tenant": "a"}),
    "PlannerDfdgAstray": case({'planner_dfdg_pushes_total{outcome="astray"}': "0+0x15 1+0x20"},
                              {'planner_dfdg_pushes_total{outcome="astray"}': "2+0x40", 'planner_dfdg_pushes_total{outcome="kept"}': "0+1x40"},
                              {"outcome": "astray"}),
    "PlannerDfdgUnsubscribed": gauge('planner_dfdg_problem{problem="unsubscribed"}', {"problem": "unsubscribed"}),
    "PlannerDfdgCertificate": gauge('planner_dfdg_problem{problem="certificate"}', {"problem": "certificate"}),
    "SwitchtrackDown": case({'up{job="switchtrack"}': NEVER}, {'up{job="switchtrack"}': "1+0x18 0 1+0x20"}, {"job": "switchtrack"}),
    "SwitchtrackPlannerDown": gauge('switchtrack_endpoint_down{endpoint="own"}', {"endpoint": "own"}),
    "SwitchtrackPlannerIll": gauge('switchtrack_endpoint_ill{endpoint="own"}', {"endpoint": "own"}),
    "SwitchtrackPlannerBusy": gauge('switchtrack_endpoint_busy{endpoint="own"}', {"endpoint": "own"}),
    "SwitchtrackBrokenAnswers": case(
        {'switchtrack_calls_total{unit="89000",operation="GetBookings",class="broken"}': "0+1x40",
         'switchtrack_calls_total{unit="89001",operation="GetBookings",class="alive"}': "0+9x40"},
        {'switchtrack_calls_total{unit="89000",operation="GetBookings",class="broken"}': "0+0x15 2+0x20",
         'switchtrack_calls_total{unit="89000",operation="GetBookings",class="no-contact"}': "0+9x40"},
        {"unit": "89000"}),
    "SwitchtrackCertificateEnds": case({'switchtrack_endpoint_certificate_days{endpoint="own"}': "13+0x40"},
                                       {'switchtrack_endpoint_certificate_days{endpoint="own"}': "15+0x40"}, {"endpoint": "own"}),
    "SwitchtrackOwnTime": case({"switchtrack_own_seconds_sum": "0+6x40", "switchtrack_own_seconds_count": "0+60x40"},
                               {"switchtrack_own_seconds_sum": "0+1x40", "switchtrack_own_seconds_count": "0+60x40"}),
    "SwitchtrackAlarm": gauge("switchtrack_alarm"),
    "SwitchtrackCanaryTripped": gauge('switchtrack_canary_tripped{unit="89000",endpoint="new"}', {"unit": "89000", "endpoint": "new"}, quiet=NEVER),
    "SwitchtrackOwnCertificateEnds": case({'switchtrack_own_certificate_days{holder="server"}': "13+0x40"},
                                          {'switchtrack_own_certificate_days{holder="server"}': "14+0x40"}, {"holder": "server"}),
    "SwitchtrackCallLogLost": case({"switchtrack_call_log_lost_total": "0+0x15 1+0x20"}, {"switchtrack_call_log_lost_total": "3+0x40"}),
}


def rules():
    """{name: (file, severity, summary)}."""
    found = {}
    for name in FILES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        rows = re.findall(r"- alert: (\w+)\n(.*?)(?=\n      - alert|\Z)", text, re.S)
        for alert, body in rows:
            severity = re.search(r"labels: \{severity: (\w+)\}", body).group(1)
            found[alert] = name, severity, re.search(r"annotations: \{summary: '(.*)'\}", body).group(1)
        testlib.equal(len(rows), text.count("- alert:"), f"alerts of {name}")
    return found


def promtool(*words, cwd=FOLDER):
    """Runs it; its exit status and what it said."""
    program = shutil.which("promtool")
    if program is None:
        raise testlib.Skip("promtool is not installed (Debian's package prometheus)")
    done = subprocess.run([program, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def trial(alert, rule, is_quiet):
    """One trial of promtool's: ALERT at its time, over the series of the row."""
    fires, quiet, labels, at = CASES[alert]
    expected = [] if is_quiet else [{"exp_labels": {"severity": rule[1], **labels}, "exp_annotations": {"summary": rule[2]}}]
    return {
        "name": f"{alert}, {'quiet' if is_quiet else 'goes off'}",
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in (quiet if is_quiet else fires).items()],
        "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": expected}],
    }


def write_trials(place, folder, name, alerts):
    """A file of trials of the rules in FOLDER / NAME."""
    known = rules()
    trials = [trial(alert, known[alert], is_quiet) for alert in alerts for is_quiet in (False, True)]
    path = place / f"test-{name}"
    # JSON is YAML.
    path.write_text(json.dumps({"rule_files": [str(folder / name)], "evaluation_interval": "1m", "tests": trials}), encoding="utf-8")
    return path


def test_whoever_is_woken_is_tried():
    """Every alarm that wakes somebody has a row, and every row an alarm."""
    known = rules()
    testlib.equal(sorted(set(CASES) - set(known)), [], "rows of alarms that there are not")
    pages = {name for name, (_, severity, _) in known.items() if severity == "page"}
    testlib.equal(sorted(pages - set(CASES)), [], "alarms that wake somebody and have no row of CASES")


def test_files():
    """promtool check config and rules."""
    for command in (["check", "config", "prometheus.yml"], *(["check", "rules", name] for name in FILES)):
        code, text = promtool(*command)
        testlib.equal(code, 0, text)


def test_alarms_go_off():
    """promtool test rules: each row of CASES, both ways."""
    place = testlib.make_folder()
    for name in FILES:
        alerts = [alert for alert, rule in rules().items() if rule[0] == name and alert in CASES]
        code, text = promtool("test", "rules", write_trials(place, FOLDER, name, alerts))
        testlib.equal(code, 0, text)


def test_trials_can_fail():
    """Rules that never, or always, go off fail the trials."""
    place = testlib.make_folder()
    for name in FILES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        alerts = [alert for alert, rule in rules().items() if rule[0] == name and alert in CASES]
        for expression in ("vector(1) < 0", "vector(1)"):
            (place / name).write_text(re.sub(r"^( +expr:) .*$", rf"\1 {expression}", text, flags=re.M), encoding="utf-8")
            code, text_of_it = promtool("test", "rules", write_trials(place, place, name, alerts))
            testlib.equal(code, 1, text_of_it)
            for alert in alerts:
                assert alert in text_of_it, f"{alert} is tried by nothing:\n{text_of_it}"


if __name__ == "__main__":
    testlib.run(globals())
