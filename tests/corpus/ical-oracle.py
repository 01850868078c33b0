#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
# Says which time a calendar file takes, by Debian's python3-icalendar and python3-recurring-ical-events.
"""Usage: ical-oracle.py FILE...      prints what each file takes
          ical-oracle.py --write DIR   writes the expectation of every .ics below the corpus into DIR

Output for a file: `years Y...`, in which something begins; `refused REASON` when it cannot be read, else
`left-out N` (entries whose time cannot be read) and for each of the years `year Y` and its busy time,
merged, one `START END` a line in UTC, cut to the year; years without are left out. Whole days and floating times
are in Europe/Copenhagen. Shares no code with what it judges.
"""
import os
import re
import sys
import warnings
from datetime import date, datetime, timedelta, timezone

import icalendar
import pytz
import recurring_ical_events

warnings.simplefilter("ignore")
OWN = pytz.timezone("Europe/Copenhagen")
UTC = timezone.utc
HERE = os.path.dirname(os.path.abspath(__file__))


def instant(value):
    """An aware UTC time from a date, a floating time or an aware one."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = OWN.localize(value)
    return value.astimezone(UTC)


def is_free(event):
    busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or busy == "FREE":
        return True
    return not busy and str(event.get("TRANSP", "")).upper() == "TRANSPARENT"


def ends(event):
    """Start and end of one occurrence, by RFC 5545 3.6.1."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
        if not isinstance(start, datetime) and not isinstance(end, datetime) and end == start:
            end = start + timedelta(days=1)
    elif "DURATION" in event:
        end = start + event["DURATION"].dt
    else:
        end = start if isinstance(start, datetime) else start + timedelta(days=1)
    return instant(start), instant(end)


def walk(component, name):
    return [found for found in component.walk() if found.name == name]


def merged(spans, year):
    start = OWN.localize(datetime(year, 1, 1)).astimezone(UTC)
    end = OWN.localize(datetime(year + 1, 1, 1)).astimezone(UTC)
    result = []
    for one, other in sorted(spans):
        one, other = max(one, start), min(other, end)
        if one >= other:
            continue
        if result and one <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], other))
        else:
            result.append((one, other))
    return result


class Judge:
    def __init__(self):
        self.years = {}
        self.left_out = 0

    def add_group(self, calendar, events, years):
        """All components of one UID, expanded together."""
        lonely = icalendar.Calendar()
        for part in walk(calendar, "VTIMEZONE") + events:
            lonely.add_component(part)
        try:
            for year in years:
                found = recurring_ical_events.of(lonely).between(
                    datetime(year - 1, 12, 1), datetime(year + 1, 2, 1))
                spans = [ends(event) for event in found if not is_free(event)]
                self.years.setdefault(year, []).extend(spans)
        except Exception:  # whatever the libraries raise on a bad entry
            self.left_out += len(events)

    def add_free_busy(self, component, years):
        value = component.get("FREEBUSY", [])
        for item in value if isinstance(value, list) else [value]:
            if str(item.params.get("FBTYPE", "")).upper() == "FREE":
                continue
            for period in item.dts if hasattr(item, "dts") else [item]:
                start, end = instant(period.start), instant(period.end)
                for year in years:
                    self.years.setdefault(year, []).append((start, end))

    def add_calendar(self, calendar, years):
        groups = {}
        for number, event in enumerate(walk(calendar, "VEVENT")):
            if "DTSTART" not in event or not hasattr(event["DTSTART"], "dt"):
                self.left_out += 1
                continue
            groups.setdefault(event.get("UID", number), []).append(event)
        for events in groups.values():
            self.add_group(calendar, events, years)
        for component in walk(calendar, "VFREEBUSY"):
            self.add_free_busy(component, years)


def years_of(text):
    """Years in which something of the file begins; VTIMEZONEs do not count."""
    text = re.sub(r"(?is)BEGIN:VTIMEZONE.*?END:VTIMEZONE", "", text)
    found = re.findall(r"(?im)^(?:DTSTART|RDATE|RECURRENCE-ID|FREEBUSY)[^\r\n]*:(\d{4})\d{4}", text)
    return sorted({int(year) for year in found if 1970 <= int(year) <= 2100})


def judge(path):
    with open(path, "rb") as file:
        data = file.read()
    text = data.decode("utf-8-sig", "replace")
    years = years_of(text)
    verdict = Judge()
    lines = [" ".join(["years"] + [str(year) for year in years])]
    try:
        calendars = icalendar.Calendar.from_ical(text.encode("utf-8"), multiple=True)
        for calendar in calendars:
            verdict.add_calendar(calendar, years)
    except Exception as error:  # a file that the library cannot read
        return lines + ["refused %s" % type(error).__name__]
    lines += ["left-out %d" % verdict.left_out]
    for year in sorted(verdict.years):
        spans = merged(verdict.years[year], year)
        if spans:
            lines.append("year %d" % year)
            lines += ["%s %s" % (one.strftime("%Y%m%dT%H%M%SZ"), other.strftime("%Y%m%dT%H%M%SZ"))
                      for one, other in spans]
    return lines


def corpus():
    for folder in ("icalendar", "producers"):
        for root, _, names in sorted(os.walk(os.path.join(HERE, folder))):
            for name in sorted(names):
                if name.endswith(".ics"):
                    yield os.path.relpath(os.path.join(root, name), HERE)


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--write":
        os.makedirs(sys.argv[2], exist_ok=True)
        for name in corpus():
            target = os.path.join(sys.argv[2], name.replace("/", "__")[:-4] + ".txt")
            with open(target, "w", encoding="ascii") as file:
                file.write("\n".join(judge(os.path.join(HERE, name))) + "\n")
        return
    for path in sys.argv[1:]:
        print("#", path)
        print("\n".join(judge(path)))


if __name__ == "__main__":
    main()
