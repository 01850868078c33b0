#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
# Prints what Python's zoneinfo says about wall times around every change of clocks from 1990 to 2060.
"""Usage: timezone-oracle.py ZONE...

One line per wall time, every 15 minutes from three hours before a change to three hours after it:
    zone local_seconds first_instant second_instant kind
with seconds since 1970 and kind one of unique, gap, overlap. A line `change ZONE INSTANT` comes
before each change.
"""
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1)


def changes(zone):
    """Instants (aware, UTC) at which the offset changes, found by halving weeks."""
    at = datetime(1990, 1, 1, tzinfo=UTC)
    week = timedelta(days=7)
    while at < datetime(2060, 12, 31, tzinfo=UTC):
        low, high = at, at + week
        offset = low.astimezone(zone).utcoffset()
        if offset != high.astimezone(zone).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
                if middle.astimezone(zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            yield high
        at += week


def kind_of(local, first, second, zone):
    if first == second:
        return "unique"
    back = first.astimezone(zone).replace(tzinfo=None)
    return "overlap" if back == local else "gap"


def main():
    for name in sys.argv[1:]:
        zone = ZoneInfo(name)
        for change in changes(zone):
            print("change", name, int(change.timestamp()))
            start = change.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3)
            for step in range(25):
                local = start + timedelta(minutes=15 * step)
                first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
                second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
                print(name, int((local - EPOCH).total_seconds()), int(first.timestamp()),
                      int(second.timestamp()), kind_of(local, first, second, zone))


if __name__ == "__main__":
    main()
