# SPDX-License-Identifier: EUPL-1.2
# Good messages of every operation and every way to break one, from the schema as this file alone reads it.
"""cases(operation) gives Case(name, xml, path, is_good, value): the content of soap:Body; for a bad one the path that the fault must
begin with. Nothing here is shared with the program or its generator."""

import copy
import dataclasses
import json
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import testlib
from planner_process import NAMESPACE, SCHEMA

XS = "{http://www.w3.org/2001/XMLSchema}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NIL = XSI + "nil"
TABLE = pathlib.Path(__file__).parent / "bad-values.tsv"

# Which rows of the table a type of the schema is held to; the rest is built from its facets.
KINDS = {
    "PersonCivilRegistrationIdentifierType": "cpr",
    "GuidType": "guid",
    "JobCenterCodeType": "unit",
    "EmailAddressIdentifierType": "email",
    "TelephoneNumberIdentifierType": "telephone",
    "PostalCodeType": "postal",
    "OptionalBooleanType": "boolean",
    "xs:boolean": "boolean",
    "xs:int": "int",
    "xs:dateTime": "dateTime",
}
# Well-formed and unknown to every database: what is accepted here still changes nothing.
GOOD = {
    "guid": "ffffffff-0000-4000-8000-00000000ffff",
    "unit": "12345",
    "email": "vejleder.07@kommune.example",
    "telephone": "00000000",
    "postal": "0000",
    "boolean": "false",
    "int": "7",
    "dateTime": "2030-01-07T09:00:00+01:00",
    "string": "tekst",
}


@dataclasses.dataclass
class Case:
    """One message and what is to be said of it."""

    name: str
    xml: str
    path: str = None
    is_good: bool = False
    value: str = None


@dataclasses.dataclass
class Simple:
    """A simple type: its kind and the facets of all its ancestors."""

    kind: str = "string"
    facets: dict = dataclasses.field(default_factory=dict)


class Schema:
    """The schema's types by name, and its operations."""

    def __init__(self, cpr):
        root = ElementTree.parse(SCHEMA).getroot()
        self.cpr = cpr
        self.simple = {kind.get("name"): kind for kind in root.findall(XS + "simpleType")}
        self.complex = {kind.get("name"): kind for kind in root.findall(XS + "complexType")}
        elements = {element.get("name"): element.get("type") for element in root.findall(XS + "element")}
        self.operations = {name: elements[name] for name in elements if name + "Response" in elements}
        self.values = {}
        for line in TABLE.read_text(encoding="utf-8").splitlines():
            if line[0] != "#":
                kind, value, verdict = line.split("\t")
                self.values.setdefault(kind, []).append((json.loads(value).replace("@CPR@", cpr), verdict == "yes"))

    def read_simple(self, name):
        """Kind and facets of a simple type."""
        if name in KINDS or name.startswith("xs:"):
            kind = Simple(KINDS.get(name, "string"))
        else:
            kind = self.read_simple(self.simple[name].find(XS + "restriction").get("base"))
        restriction = self.simple[name].find(XS + "restriction") if name in self.simple else None
        for facet in restriction if restriction is not None else ():
            kind.facets[facet.tag.replace(XS, "")] = facet.get("value")
        return kind

    def members(self, name):
        """Declarations of a complex type's elements."""
        return self.complex[name].find(XS + "sequence").findall(XS + "element")

    def rules(self, name):
        """(words of the rule, its elements) of a complex type."""
        notes = [note.text.split() for note in self.complex[name].iter(XS + "appinfo")]
        return [(note[0], note[1:]) for note in notes]

    def good_value(self, name):
        """A value of a simple type."""
        kind = self.read_simple(name)
        if kind.kind == "cpr":
            return self.cpr
        value = kind.facets.get("minInclusive", "7") if kind.kind == "int" else GOOD[kind.kind]
        return value[: int(kind.facets.get("maxLength", 1000))]

    def build(self, tag, name):
        """A whole element: all its members once, of those that exclude one another the first."""
        element = ElementTree.Element(f"{{{NAMESPACE}}}{tag}")
        if name not in self.complex:
            element.text = self.good_value(name)
            return element
        excluded = {item for rule, items in self.rules(name) if rule == "exactly-one-of" for item in items[1:]}
        for member in self.members(name):
            if member.get("name") not in excluded:
                element.append(self.build(member.get("name"), member.get("type")))
        return element

    # Breaking ---------------------------------------------------------------------------------------

    def bad_facets(self, kind):
        """Values just beyond each facet, and those at it: (value, is it good)."""
        facets, values = kind.facets, []
        if kind.kind == "int":
            low = int(facets.get("minInclusive", -(2**31)))
            high = int(facets.get("maxInclusive", int(facets.get("maxExclusive", 2**31)) - 1))
            values = [(low, True), (low - 1, False), (high, True), (high + 1, False)]
        elif kind.kind == "string" and "maxLength" in facets:
            high, low = int(facets["maxLength"]), int(facets.get("minLength", 0))
            # Characters count, not bytes: these have two and four bytes.
            values = [("æ" * high, True), ("æ" * (high + 1), False), ("\U0001f600" * high, True), ("a" * (high + 9999), False)]
            values += [("", False)] if low > 0 else []
        return [(str(value), is_good) for value, is_good in values]

    def value_cases(self, kind):
        """Rows of the table and of the facets, with the table held against the facets and the schema's pattern."""
        for value, is_good in self.values.get(kind.kind, []):
            if kind.kind == "int" and is_good:
                number, facets = int(value), kind.facets
                is_good = int(facets.get("minInclusive", number)) <= number <= int(facets.get("maxInclusive", number))
            if "pattern" in kind.facets:
                fits = re.fullmatch(kind.facets["pattern"], value, re.ASCII) is not None
                testlib.equal(fits, is_good, f"the schema's pattern and the table on {kind.kind} {value!r}")
            yield value, is_good
        yield from self.bad_facets(kind)

    def break_simple(self, path, element, member, save):
        """An element of a simple type, with every value, nil, an attribute and a child."""
        kind = self.read_simple(member.get("type"))
        union = member.get("type") == "OptionalBooleanType"
        for value, is_good in self.value_cases(kind):
            if not (union and value == ""):
                element.text = value
                save(f"value {value[:20]!r}", path, is_good, value)
        element.text, nillable = None, member.get("nillable") == "true"
        element.set(NIL, "true")
        save("nil", path, nillable)
        element.attrib.clear()
        element.text = self.good_value(member.get("type"))
        element.set(NIL, "true")
        save("nil and full", path, False)
        element.attrib.clear()
        element.set("id", "x")
        save("attribute", path, False)
        element.attrib.clear()
        element.append(ElementTree.Element(element.tag))
        save("child", path, False)
        element.remove(element[0])

    def break_place(self, path, parent, index, save, is_list):
        """An element missing, doubled, after its neighbour, of another name and of another namespace."""
        element, member = parent[index], path.rpartition("/")[0]
        if not is_list:
            parent.insert(index, copy.deepcopy(element))
            save("doubled", path, False)
            parent.remove(parent[index])
        if index + 1 < len(parent):
            parent.remove(element)
            parent.insert(index + 1, element)
            # Which of the two is named is the reader's affair.
            save("after its neighbour", member, False)
            parent.remove(element)
            parent.insert(index, element)
        tag = element.tag
        for name, other in (
            ("unknown", f"{{{NAMESPACE}}}Nonsense"),
            ("lower case", tag.lower().replace(NAMESPACE.lower(), NAMESPACE)),
            ("other namespace", "{urn:other}" + tag.partition("}")[2]),
            ("no namespace", tag.partition("}")[2]),
        ):
            element.tag = other
            save(name, member, False)
        element.tag = tag

    def break_all(self, path, element, name, save):
        """Everything that can be wrong below an element of a complex type."""
        members = {member.get("name"): member for member in self.members(name)}
        ruled = {item for _, items in self.rules(name) for item in items}
        for index, child in enumerate(list(element)):
            member = members[child.tag.partition("}")[2]]
            child_path = f"{path}/{member.get('name')}"
            self.break_place(child_path, element, index, save, member.get("maxOccurs") not in (None, "1"))
            if member.get("minOccurs") != "0" or member.get("name") in ruled:
                element.remove(child)
                save("missing " + member.get("name"), path, self.holds(name, element))
                element.insert(index, child)
            if member.get("type") in self.complex:
                self.break_all(child_path, child, member.get("type"), save)
            else:
                self.break_simple(child_path, child, member, save)
        element.text = "text"
        save("text between elements", path, False)
        element.text = None
        element.append(ElementTree.Element(f"{{{NAMESPACE}}}More"))
        save("more at the end", path, False)
        element.remove(element[-1])
        element.set("id", "x")
        save("attribute", path, False)
        element.attrib.clear()

    def holds(self, name, element):
        """Whether an element still has what the type and its rules ask for."""
        there = {child.tag.partition("}")[2] for child in element}
        needed = {member.get("name") for member in self.members(name) if member.get("minOccurs") != "0"}
        for rule, items in self.rules(name):
            n_there = len(there & set(items))
            if n_there == 0 or (rule == "exactly-one-of" and n_there > 1):
                return False
        return needed <= there

    def both_cases(self, name, element, save):
        """Elements that exclude one another, together."""
        members = [member.get("name") for member in self.members(name)]
        kinds = {member.get("name"): member.get("type") for member in self.members(name)}
        for rule, items in self.rules(name):
            if rule != "exactly-one-of":
                continue
            for other in items[1:]:
                there = [child.tag.partition("}")[2] for child in element]
                at = sum(1 for item in there if members.index(item) < members.index(other))
                element.insert(at, self.build(other, kinds[other]))
                save("both of a choice", element.tag.partition("}")[2], False)
                element.remove(element[at])

    def cases(self, operation):
        """Every case of one operation; the first is good."""
        found, kind = [], self.operations[operation]
        element = self.build(operation, kind)

        def save(name, path, is_good, value=None):
            text = ElementTree.tostring(element, encoding="unicode")
            found.append(Case(f"{operation}: {path}: {name}", text, path, is_good, value))

        save("whole", operation, True)
        self.both_cases(kind, element, save)
        self.break_all(operation, element, kind, save)
        testlib.equal(ElementTree.tostring(element, encoding="unicode"), found[0].xml, "the message after all mutations")
        return found
