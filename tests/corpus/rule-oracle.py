#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
# Random recurrence rules and their instances, by Debian's python3-dateutil.
"""Usage: rule-oracle.py SEED COUNT

One line a rule: RULE START FROM TO INSTANCES, where times are wall times, TO is exclusive and INSTANCES are
the first 60 from FROM on, joined by commas, or `-`. The start itself is given only where the rule gives it.
"""
import random
import re
import signal
import sys
import warnings
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr

warnings.simplefilter("ignore")  # COUNT with UNTIL, which calendars hold
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQUENCIES = ["DAILY"] * 3 + ["WEEKLY"] * 4 + ["MONTHLY"] * 3 + ["YEARLY"] * 3 + ["HOURLY", "MINUTELY", "SECONDLY"]


def some(dice, values, most):
    return ",".join(str(value) for value in dice.sample(values, dice.randint(1, min(most, len(values)))))


def numbered_days(dice, numbers):
    return ",".join(str(dice.choice(numbers)) + dice.choice(WEEKDAYS) for _ in range(dice.randint(1, 3)))


def monthly_parts(dice):
    kind = dice.random()
    if kind < 0.35:
        return ["BYDAY=" + numbered_days(dice, [1, 2, 3, 4, 5, -1, -2, -5])]
    if kind < 0.65:
        return ["BYMONTHDAY=" + some(dice, [1, 13, 15, 28, 29, 30, 31, -1, -2, -31], 3)]
    if kind < 0.75:
        return ["BYMONTHDAY=" + some(dice, list(range(1, 20)), 7), "BYDAY=" + some(dice, WEEKDAYS, 3)]
    if kind < 0.9:
        return ["BYDAY=" + some(dice, WEEKDAYS, 5), "BYSETPOS=" + some(dice, [1, 2, 3, -1, -2], 2)]
    return []


def yearly_parts(dice):
    kind = dice.random()
    month = "BYMONTH=" + some(dice, list(range(1, 13)), 3)
    if kind < 0.25:
        return [month, "BYDAY=" + numbered_days(dice, [1, 2, 4, 5, -1])]
    if kind < 0.35:
        return ["BYDAY=" + numbered_days(dice, [1, 10, 20, 53, -1, -53])]
    if kind < 0.55:
        return [month, "BYMONTHDAY=" + some(dice, [1, 28, 29, 30, 31, -1], 2)]
    if kind < 0.7:
        return ["BYWEEKNO=" + some(dice, [1, 2, 10, 51, 52, 53, -1], 3), "BYDAY=" + some(dice, WEEKDAYS, 2)]
    if kind < 0.8:
        return ["BYYEARDAY=" + some(dice, [1, 60, 100, 365, 366, -1, -366], 3)]
    if kind < 0.9:
        return [month]
    return []


def random_rule(dice):
    frequency = dice.choice(FREQUENCIES)
    parts = ["FREQ=" + frequency]
    short = frequency in ("HOURLY", "MINUTELY", "SECONDLY")
    if dice.random() < 0.5:
        parts.append("INTERVAL=%d" % dice.choice([1, 2, 2, 3, 4, 5, 7, 13] + ([45, 90] if short else [])))
    if frequency == "MONTHLY":
        parts += monthly_parts(dice)
    elif frequency == "YEARLY":
        parts += yearly_parts(dice)
    else:
        if dice.random() < 0.6:
            parts.append("BYDAY=" + some(dice, WEEKDAYS, 4))
        if dice.random() < 0.15:
            parts.append("BYMONTH=" + some(dice, list(range(1, 13)), 4))
        if dice.random() < 0.1 and frequency != "WEEKLY":
            parts.append("BYMONTHDAY=" + some(dice, [1, 2, 15, 28, -1], 4))
    if dice.random() < (0.6 if short else 0.1):
        parts.append("BYHOUR=" + some(dice, list(range(24)), 4))
    if dice.random() < (0.4 if short else 0.1):
        parts.append("BYMINUTE=" + some(dice, [0, 15, 30, 45], 2))
    if frequency == "SECONDLY":
        parts.append("BYSECOND=" + some(dice, [0, 10, 59], 2))
    if dice.random() < 0.3:
        parts.append("WKST=" + dice.choice(WEEKDAYS))
    kind = dice.random()
    if kind < 0.25:
        parts.append("COUNT=%d" % dice.choice([1, 2, 3, 5, 10, 50, 200, 1000]))
    elif kind < 0.5:
        until = datetime(2026, 1, 1) + timedelta(days=dice.randint(-300, 500), minutes=30 * dice.randint(0, 47))
        parts.append("UNTIL=" + text_of(until))
    return ";".join(parts)


def text_of(time):
    return time.strftime("%Y%m%dT%H%M%S")


def instances_of(rule, start, first, end):
    found = []
    for instance in rule.xafter(first - timedelta(seconds=1)):
        if instance >= end or len(found) == 60:
            break
        found.append(text_of(instance))
    return ",".join(found) or "-"


def give_up(_number, _frame):
    raise TimeoutError


def times_of(dice, text):
    """How long before the window the rule starts, and how wide the window is. dateutil walks from the start."""
    if "SECONDLY" in text:
        return timedelta(minutes=dice.randint(0, 120)), timedelta(hours=2)
    if "MINUTELY" in text:
        return timedelta(minutes=15 * dice.randint(0, 300)), timedelta(days=2)
    if "HOURLY" in text:
        return timedelta(hours=dice.randint(0, 2000)), timedelta(days=30)
    age = timedelta(days=dice.randint(0, 365 * 9), minutes=30 * dice.randint(0, 47))
    return age, timedelta(days=dice.choice([7, 30, 190, 800]))


def is_wrong(text, first, end):
    """Whether dateutil cannot be asked: it miscounts the weeks of the year before, to which the first days of January may belong."""
    years = range(first.year, end.year + 1)
    return bool(re.search("BYWEEKNO=[0-9,-]*5[23]", text)) and any(
        first < datetime(year, 1, 4) and end > datetime(year, 1, 1) for year in years
    )


def main():
    dice = random.Random(int(sys.argv[1]))
    signal.signal(signal.SIGALRM, give_up)
    left = int(sys.argv[2])
    while left > 0:
        text = random_rule(dice)
        first = datetime(2026, 1, 1) + timedelta(days=dice.randint(0, 330), minutes=30 * dice.randint(0, 47))
        age, width = times_of(dice, text)
        start, end = first - age, first + width
        if is_wrong(text, first, end):
            continue
        try:
            rule = rrulestr("RRULE:" + text, dtstart=start)
            rule = rule.replace(until=min(rule._until or end, end))
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            instances = instances_of(rule, start, first, end)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except (ValueError, TimeoutError):
            continue  # dateutil refuses, or never comes back from, rules that meet nothing
        print(text, text_of(start), text_of(first), text_of(end), instances)
        left -= 1


if __name__ == "__main__":
    main()
