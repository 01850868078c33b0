# SPDX-License-Identifier: EUPL-1.2
# Numbers that can be nobody's, given out once each, and a search for any trace of them in any writing.
"""A Canaries object gives numbers and remembers what each was sent through; traces() finds them in bytes, in whatever form."""

import base64
import re

import testlib

FIRST = 4_000_000


def forms(number):
    """Every writing of NUMBER that is searched for, by name."""
    dashed, spaced = f"{number[:6]}-{number[6:]}", f"{number[:6]} {number[6:]}"
    found = {"plain": number.encode(), "dashed": dashed.encode(), "spaced": spaced.encode()}
    found["reversed"] = number[::-1].encode()
    found["year first"] = f"{number[4:6]}{number[2:4]}{number[:2]}{number[6:]}".encode()
    for name, text in (("plain", number), ("dashed", dashed)):
        found[f"percent {name}"] = "".join(f"%{ord(letter):02X}" for letter in text).encode()
        found[f"hex {name}"] = text.encode().hex().encode()
        found[f"utf-16 {name}"] = text.encode("utf-16-le")
        found[f"utf-16 big {name}"] = text.encode("utf-16-be")
        for shift in range(3):
            # What stays the same whatever stands before and behind.
            coded = base64.b64encode(b"\0" * shift + text.encode())
            found[f"base64 {name} {shift}"] = coded[(0, 2, 3)[shift] : len(coded) // 4 * 4 - 4]
    found["percent hyphen"] = f"{number[:6]}%2D{number[6:]}".encode()
    found["percent blank"] = f"{number[:6]}%20{number[6:]}".encode()
    found["entities"] = "".join(f"&#{ord(letter)};" for letter in number).encode()
    return found


class Canaries:
    """Numbers given out, each with the road that it took."""

    def __init__(self):
        self.roads = {}

    def new(self, road):
        """A number that nobody was given before."""
        number = testlib.cpr(FIRST + len(self.roads))
        self.roads[number] = road
        return number

    def traces(self, content):
        """(road, form) of every number that CONTENT (bytes) shows."""
        return [(road, name) for number, road in self.roads.items() for name, text in forms(number).items() if text in content]


def plant(number, name):
    """A line of log with NUMBER in it, in the form NAME."""
    return b'time=2026-01-01T00:00:00Z level=info text="' + forms(number)[name] + b'" outcome=ok\n'


def fault_codes():
    """Codes of the table in planner-faults.c."""
    text = (testlib.SOURCE / "planner" / "http" / "planner-faults.c").read_text(encoding="utf-8")
    return {int(code) for code in re.findall(r"\{ [PC] \(\w+\),\s+\w+,\s+(\d+),", text)}


def operations(wsdl):
    """Names of the operations of a WSDL."""
    return sorted(set(re.findall(r'<(?:\w+:)?operation name="(\w+)"', wsdl)))
