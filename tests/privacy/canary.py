# SPDX-License-Identifier: EUPL-1.2
# Numbers that can be nobody's, given out once each, and a search for any trace of them in any writing.
"""A Canaries object gives numbers and remembers what each was sent through; traces() finds them in bytes, in whatever form."""

import base64
import os
import re
import subprocess

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


def word_forms(word):
    """Every writing of a word in ASCII letters that is searched for, by name."""
    found = {"plain": word.encode(), "capitals": word.upper().encode(), "reversed": word[::-1].encode()}
    found["percent"] = "".join(f"%{ord(letter):02X}" for letter in word).encode()
    found["hex"] = word.encode().hex().encode()
    found["utf-16"], found["utf-16 big"] = word.encode("utf-16-le"), word.encode("utf-16-be")
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + word.encode())
        found[f"base64 {shift}"] = coded[(0, 2, 3)[shift] : len(coded) // 4 * 4 - 4]
    return found


class Canaries:
    """Numbers given out, each with the road that it took."""

    def __init__(self):
        self.roads = {}
        self.writings = {}  # every writing of every number: (road, form)

    def new(self, road):
        """A number that nobody was given before."""
        number = testlib.cpr(FIRST + len(self.roads))
        self.roads[number] = road
        for name, text in forms(number).items():
            self.writings.setdefault(text, []).append((road, name))
        return number

    def _may_hold(self, content):
        """Whether CONTENT has any of the writings: all at once, by a program made for that."""
        patterns = testlib.make_folder() / "writings"
        patterns.write_bytes(b"\n".join(self.writings))
        command = ["grep", "--text", "--fixed-strings", "--quiet", "--file", patterns]
        status = subprocess.run(command, input=content, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, check=False).returncode
        testlib.equal(status in (0, 1), True, f"grep ended with {status}")
        return status == 0

    def traces(self, content):
        """(road, form) of every number that CONTENT (bytes) shows."""
        return [found for text, roads in self.writings.items() if text in content for found in roads]

    def traces_in(self, contents):
        """(where, road, form) of every number in CONTENTS, pairs of where and bytes."""
        wheres = {}
        for where, content in contents:
            wheres.setdefault(content, where)
        if not self._may_hold(b"\n".join(wheres)):
            return []
        return [(where, *trace) for content, where in wheres.items() for trace in self.traces(content)]


class Words(Canaries):
    """Words that mean nothing, given out as the numbers are."""

    def new(self, road):
        """A word that nobody was given before."""
        number, letters = len(self.roads) + 1, "bcdfghjkmnprstvz"
        word = "kanarie" + "".join(letters[number >> shift & 15] for shift in (12, 8, 4, 0)) + "qxw"
        self.roads[word] = road
        for name, text in word_forms(word).items():
            self.writings.setdefault(text, []).append((road, name))
        return word


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
