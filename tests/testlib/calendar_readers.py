# SPDX-License-Identifier: EUPL-1.2
# What other clients read in a calendar: khal, vdirsyncer, python3-caldav; and python3-icalendar with recurring_ical_events.
"""Each answers the events of a window in the same form: a sorted list of (uid, start, end, title), instants in UTC.

None of them shares code with us. khal and vdirsyncer are run as programs over a folder that vdirsyncer downloads."""

import datetime
import os
import pathlib
import shutil
import subprocess
import zoneinfo

import testlib

ZONE = zoneinfo.ZoneInfo("Europe/Copenhagen")
UTC = datetime.timezone.utc


def need(*programs):
    """Skips unless PROGRAMS and Python's libraries are here."""
    missing = [program for program in programs if not shutil.which(program)]
    for library in ("caldav", "icalendar", "recurring_ical_events"):
        try:
            __import__(library)
        except ImportError:
            missing.append("python3-" + library)
    if missing:
        raise testlib.Skip("not installed: " + ", ".join(missing))


def _utc(value):
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time(), ZONE)
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZONE)
    return value.astimezone(UTC)


def expand(texts, first, last):
    """Every occurrence of iCalendar TEXTS between two days, by icalendar and recurring_ical_events."""
    import icalendar  # pylint: disable=import-outside-toplevel
    import recurring_ical_events  # pylint: disable=import-outside-toplevel

    found = []
    for text in texts:
        calendar = icalendar.Calendar.from_ical(text)
        for one in recurring_ical_events.of(calendar).between(first, last):
            start = one["DTSTART"].dt
            end = (
                one["DTEND"].dt
                if "DTEND" in one
                else start + (one["DURATION"].dt if "DURATION" in one else datetime.timedelta(0))
            )
            found.append((str(one["UID"]), _utc(start), _utc(end), str(one.get("SUMMARY", ""))))
    return sorted(found)


class Vdirsyncer:
    """A folder of a calendar's items, as vdirsyncer keeps it."""

    def __init__(self, url, user, password, folder=None, name="kalender"):
        self.folder = pathlib.Path(folder or testlib.make_folder())
        self.items = self.folder / "items" / name
        self.items.mkdir(parents=True, exist_ok=True)
        # The storage is the parent; the calendar itself is named as the one collection.
        base, _, last = url.rstrip("/").rpartition("/")
        (self.folder / "config").write_text(
            f'[general]\nstatus_path = "{self.folder / "status"}"\n'
            f'[pair it]\na = "here"\nb = "there"\ncollections = [["x", "{name}", "{last}"]]\nconflict_resolution = "b wins"\n'
            f'[storage here]\ntype = "filesystem"\npath = "{self.folder / "items"}"\nfileext = ".ics"\n'
            f'[storage there]\ntype = "caldav"\nurl = "{base}/"\nusername = "{user}"\npassword = "{password}"\n',
            encoding="utf-8",
        )
        self.environment = {**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment.pop("PYTHONPATH", None)

    def command(self, *words):
        """Its command line."""
        return ["vdirsyncer", "-c", str(self.folder / "config"), *words]

    def run(self, *words):
        """Runs it; its output."""
        done = subprocess.run(
            self.command(*words), input="y\n" * 9, capture_output=True, text=True, check=False, env=self.environment, timeout=600
        )
        if done.returncode != 0:
            raise AssertionError(f"vdirsyncer {' '.join(words)}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def discover(self):
        """Finds the calendar; once."""
        return self.run("discover", "it")

    def sync(self):
        """Both ways."""
        return self.run("sync", "it")

    def texts(self):
        """{file name without .ics: text}."""
        return {path.stem: path.read_bytes().decode() for path in self.items.glob("*.ics")}


class Khal:
    """khal over a folder of items."""

    def __init__(self, items):
        self.folder = testlib.make_folder()
        (self.folder / "config").write_text(
            f"[calendars]\n[[it]]\npath = {items}\n[locale]\nlocal_timezone = Europe/Copenhagen\ndefault_timezone = Europe/Copenhagen\n"
            "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n"
            "longdatetimeformat = %Y-%m-%d %H:%M\n"
            f"[sqlite]\npath = {self.folder / 'khal.db'}\n[default]\ndefault_calendar = it\n",
            encoding="utf-8",
        )
        self.environment = {**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "Europe/Copenhagen"}
        self.environment.pop("PYTHONPATH", None)

    def run(self, *words):
        """Runs it; its output."""
        done = subprocess.run(
            ["khal", "-c", str(self.folder / "config"), *words],
            capture_output=True, text=True, check=False, env=self.environment, timeout=300,
        )  # fmt: skip
        if done.returncode != 0:
            raise AssertionError(f"khal {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def list(self, first, n_days):
        """Events of N_DAYS from FIRST."""
        form = "{uid}\t{start}\t{end}\t{title}"
        lines = self.run("list", "--day-format", "", "--format", form, f"{first:%Y-%m-%d}", f"{n_days}d").splitlines()
        found = []
        for line in lines:
            words = line.split("\t")
            if len(words) == 4 and ":" in words[1]:  # a whole day has no time
                times = [datetime.datetime.strptime(word, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE) for word in words[1:3]]
                found.append((words[0], *(time.astimezone(UTC) for time in times), words[3]))
        return sorted(found)

    def printics(self, path):
        """What khal makes of one file."""
        return self.run("printics", str(path))


def read_by_caldav(url, user, password):
    """Texts of all events, by python3-caldav."""
    import caldav  # pylint: disable=import-outside-toplevel

    client = caldav.DAVClient(url=url, username=user, password=password)
    return [one.data for one in caldav.Calendar(client=client, url=url).events()]
