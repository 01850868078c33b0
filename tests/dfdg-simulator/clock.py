# SPDX-License-Identifier: EUPL-1.2
# Times as the wire has them: instants with an offset, local days, and the retry curve of the pushes.
"""Civil time is Danish."""

import datetime
import zoneinfo

ZONE = zoneinfo.ZoneInfo("Europe/Copenhagen")
UTC = datetime.timezone.utc
MAX_RETRY_S = 10800


def now():
    """This instant."""
    return datetime.datetime.now(UTC)


def today():
    """The local day."""
    return datetime.datetime.now(ZONE).date()


def text(instant):
    """An instant as it is sent: Danish offset, six decimals."""
    return instant.astimezone(ZONE).isoformat(timespec="microseconds")


def utc_text(instant):
    """An instant as text that sorts."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(value):
    """An instant; without an offset it is Danish wall time. ValueError when it is none."""
    if not isinstance(value, str):
        raise ValueError("no text")
    found = datetime.datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def parse_day(value):
    """A day. ValueError when it is none."""
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("no day")
    return datetime.date.fromisoformat(value)


def day_bounds(first, last):
    """Start of the local day FIRST and end of the local day LAST, as text that sorts."""
    start = datetime.datetime.combine(first, datetime.time(), ZONE)
    end = datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time(), ZONE)
    return utc_text(start), utc_text(end)


def retry_delay_s(n_failures):
    """Published curve: after the n-th failure DFDG waits min(10800, 2^n - 1) seconds."""
    return min(MAX_RETRY_S, 2**n_failures - 1) if n_failures < 20 else MAX_RETRY_S
