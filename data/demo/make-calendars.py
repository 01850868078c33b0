#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
# Writes the demo's calendars as Outlook, Exchange, Google, Apple and Thunderbird write theirs: make-calendars.py, in this folder.
"""Every series is open-ended or runs to the last exception below, so that the demo is alive without new dates."""
import datetime
import pathlib

FOLDER = pathlib.Path(__file__).parent / "calendars"
FIRST_MONDAY = datetime.date(2026, 1, 5)
LAST_YEAR = 2032

OUTLOOK_ZONE = """BEGIN:VTIMEZONE
TZID:Romance Standard Time
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""
CUSTOM_ZONE = OUTLOOK_ZONE.replace("Romance Standard Time", "Customized Time Zone").replace("16011028", "16010101").replace("16010325", "16010101")
APPLE_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Copenhagen
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
DTSTART:19961027T030000
TZNAME:CET
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
PRODUCERS = {
    "outlook": ("-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN", "Romance Standard Time", OUTLOOK_ZONE),
    "exchange": ("Microsoft Exchange Server 2010", "Customized Time Zone", CUSTOM_ZONE),
    "google": ("-//Google Inc//Google Calendar 70.9054//EN", "Europe/Copenhagen", ""),
    "apple": ("-//Apple Inc.//macOS 14.5//EN", "Europe/Copenhagen", APPLE_ZONE),
    "thunderbird": ("-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "Europe/Copenhagen", APPLE_ZONE),
}


def stamp(day, clock):
    return f"{day:%Y%m%d}T{clock}00"


class Calendar:
    def __init__(self, producer, advisor):
        self.producer = producer
        self.product, self.zone, self.zone_text = PRODUCERS[producer]
        self.advisor = advisor
        self.events = []

    def busy(self, word):
        if self.producer in ("outlook", "exchange"):
            return f"X-MICROSOFT-CDO-BUSYSTATUS:{word}\n" + ("TRANSP:TRANSPARENT\n" if word == "FREE" else "TRANSP:OPAQUE\n")
        status = "STATUS:TENTATIVE\n" if word == "TENTATIVE" else "STATUS:CONFIRMED\n"
        return status + ("TRANSP:TRANSPARENT\n" if word == "FREE" else "TRANSP:OPAQUE\n")

    def add(self, name, day, start, end, rule="", word="BUSY", extra=""):
        """A timed event or series; @extra is lines of its own, such as EXDATE."""
        uid = f"{name}-{self.advisor}-{self.producer}"
        text = f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260105T080000Z\nSUMMARY:{name}\n"
        text += f"DTSTART;TZID={self.zone}:{stamp(day, start)}\nDTEND;TZID={self.zone}:{stamp(day, end)}\n"
        text += (f"RRULE:{rule}\n" if rule else "") + extra + self.busy(word) + "END:VEVENT\n"
        self.events.append(text)

    def move(self, name, day, from_start, start, end, days_later=0):
        """One occurrence of the series @name is held at another time."""
        uid = f"{name}-{self.advisor}-{self.producer}"
        to = day + datetime.timedelta(days=days_later)
        self.events.append(f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260105T080000Z\nSUMMARY:{name} (flyttet)\n"
                           f"RECURRENCE-ID;TZID={self.zone}:{stamp(day, from_start)}\n"
                           f"DTSTART;TZID={self.zone}:{stamp(to, start)}\nDTEND;TZID={self.zone}:{stamp(to, end)}\n"
                           + self.busy("BUSY") + "END:VEVENT\n")

    def add_days(self, name, first, n_days, rule="", word="OOF"):
        last = first + datetime.timedelta(days=n_days)
        text = f"BEGIN:VEVENT\nUID:{name}-{self.advisor}-{self.producer}\nDTSTAMP:20260105T080000Z\nSUMMARY:{name}\n"
        text += f"DTSTART;VALUE=DATE:{first:%Y%m%d}\nDTEND;VALUE=DATE:{last:%Y%m%d}\n"
        text += (f"RRULE:{rule}\n" if rule else "") + self.busy(word) + "END:VEVENT\n"
        self.events.append(text)

    def write(self):
        head = f"BEGIN:VCALENDAR\nPRODID:{self.product}\nVERSION:2.0\nMETHOD:PUBLISH\n"
        head += "X-WR-TIMEZONE:Europe/Copenhagen\n" if self.producer == "google" else ""
        head += "X-MS-OLK-FORCEINSPECTOROPEN:TRUE\n" if self.producer == "outlook" else ""
        text = head + self.zone_text + "".join(self.events) + "END:VCALENDAR\n"
        folder = FOLDER / self.advisor
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.producer}.ics").write_bytes(text.replace("\n", "\r\n").encode())


def every(step_weeks, weekday, first_week=0):
    """Dates of that weekday, every so many weeks, to the end of LAST_YEAR."""
    day = FIRST_MONDAY + datetime.timedelta(weeks=first_week, days=weekday)
    while day.year <= LAST_YEAR:
        yield day
        day += datetime.timedelta(weeks=step_weeks)


def first(weekday):
    return FIRST_MONDAY + datetime.timedelta(days=weekday)


def outlook(advisor, shift):
    calendar = Calendar("outlook", advisor)
    calendar.add("Teammøde", first(0), "0900", "1000", "FREQ=WEEKLY;BYDAY=MO")
    for day in every(7, 0, 2 + shift):
        calendar.move("Teammøde", day, "0900", "1300", "1400", 1)
    calendar.add("Supervision", first(3), "1300", "1430", "FREQ=MONTHLY;BYDAY=2TH")
    calendar.add("Kontortid", first(1), "0800", "0900", "FREQ=WEEKLY;BYDAY=TU", "FREE")
    calendar.add("Måske: netværk", first(4), "1000", "1100", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "TENTATIVE")
    calendar.add_days("Ferie", datetime.date(2026, 7, 6 + shift), 14, "FREQ=YEARLY")
    calendar.write()


def exchange(advisor, shift):
    calendar = Calendar("exchange", advisor)
    calendar.add("Fagligt møde", first(2), "0830", "0930", "FREQ=WEEKLY;INTERVAL=1;BYDAY=WE;WKST=MO")
    calendar.add("Hjemmearbejde", first(4), "0800", "1300", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "WORKINGELSEWHERE")
    calendar.add("Kursus", first(1) + datetime.timedelta(weeks=shift), "0900", "1500", "FREQ=MONTHLY;INTERVAL=3;BYDAY=3TU", "OOF")
    calendar.add_days("Fridag", datetime.date(2026, 1, 2), 1, "FREQ=YEARLY", "OOF")
    calendar.write()


def google(advisor, shift):
    calendar = Calendar("google", advisor)
    skipped = "".join(f"EXDATE;TZID=Europe/Copenhagen:{stamp(day, '1030')}\n" for day in every(6, 2, 1 + shift))
    calendar.add("Sparring", first(2), "1030", "1115", "FREQ=WEEKLY;BYDAY=WE", "BUSY", skipped)
    calendar.add_days("Fødselsdag", datetime.date(2026, 3, 10 + shift), 1, "FREQ=YEARLY", "FREE")
    calendar.add("Lægebesøg", first(0), "1400", "1500", "FREQ=MONTHLY;BYMONTHDAY=17")
    calendar.write()


def apple(advisor, shift):
    calendar = Calendar("apple", advisor)
    calendar.add("Morgenmøde", first(0), "0815", "0830", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    for day in every(9, 3, shift):
        calendar.move("Morgenmøde", day, "0815", "1100", "1145")
    calendar.add("Virksomhedsbesøg", first(1), "1230", "1500", "FREQ=WEEKLY;INTERVAL=4;BYDAY=TU")
    calendar.write()


def thunderbird(advisor, shift):
    calendar = Calendar("thunderbird", advisor)
    skipped = "".join(f"EXDATE;TZID=Europe/Copenhagen:{stamp(day, '1000')}\n" for day in every(5, 3, shift))
    calendar.add("Visitationsudvalg", first(3), "1000", "1130", "FREQ=WEEKLY;INTERVAL=1;BYDAY=TH", "BUSY", skipped)
    calendar.add_days("Efterårsferie", datetime.date(2026, 10, 12), 5, "FREQ=YEARLY")
    calendar.write()


def main():
    kinds = [outlook, exchange, google, apple, thunderbird]
    lines = (pathlib.Path(__file__).parent / "resources.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(";") for line in lines if ";advisor;" in line]
    for number, row in enumerate(rows):
        if number % 6 != 5:                     # every sixth advisor keeps no calendar of their own
            kinds[number % 5](row[0], number % 4)
    room = Calendar("exchange", "sal-1")
    room.add("Byrådets udvalg", first(1), "1500", "2000", "FREQ=MONTHLY;BYDAY=1TU")
    room.write()


main()
