# SPDX-License-Identifier: EUPL-1.2
# The generator: automata against Python's own patterns, schemas that it must refuse, the documentation kept current.
import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile

import testlib

CONTRACT = testlib.SOURCE / "soap-contract"
XSD = CONTRACT / "external-booking-v3.xsd"

HEAD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:x" targetNamespace="urn:x"
 elementFormDefault="qualified">"""


def load(name):
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), CONTRACT / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load("gen-contract")


def schema_of(body):
    with tempfile.NamedTemporaryFile("w", suffix=".xsd") as stream:
        stream.write(HEAD + body + "</xs:schema>")
        stream.flush()
        return GENERATOR.Schema(stream.name)


def refused(body):
    try:
        schema_of(body)
    except GENERATOR.ContractError:
        return True
    return False


def test_names():
    for name, expected in (
        ("PersonCivilRegistrationIdentifier", "person_civil_registration_identifier"),
        ("InterviewOptionID", "interview_option_id"),
        ("ReBookingDeadline", "re_booking_deadline"),
        ("Title", "title"),
        ("XMLText2Go", "xml_text2_go"),
    ):
        testlib.equal(GENERATOR.snake(name), expected, name)


def test_patterns_fit_as_in_python():
    dice = testlib.generator()
    patterns = ("a", "a?", "a*", "a+", "a{0}", "a{3}", "a{2,4}", "a{2,}", "(ab|a)(c|bcd)(d*)", "(a|b)*abb", "",
                "[a-c]{1,2}", "[^a-c]+", "a|", "(a|)b", "((a?){3}b){2}", "[a\\-]+", "[-a]+", "[a-]+", "a.c",
                "[^\\s@]{0,3}@[b]{1,2}", "(a*)*b", "\\.\\(\\)\\[\\]\\\\", "[abc]{0,2}[bc]{2}")
    for pattern in patterns:
        made = GENERATOR.Pattern(pattern)
        theirs = re.compile(pattern.replace(".", "[^\\n\\r]") if pattern == "a.c" else pattern)
        for _ in range(400):
            text = "".join(dice.choice("aabbccd@-.\\()[]æ \n") for _ in range(dice.randrange(9)))
            testlib.equal(made.matches(text), bool(theirs.fullmatch(text)), f"{pattern!r} on {text!r}")


def test_automata_are_small():
    schema = GENERATOR.Schema(XSD)
    sizes = {s.name: len(GENERATOR.Pattern(p).rows) for s in schema.simple.values() for p in s.patterns}
    testlib.equal(sizes["JobCenterCodeType"], 7)
    testlib.equal(sizes["GuidType"], 38)
    assert sizes["PersonCivilRegistrationIdentifierType"] <= 40, sizes
    assert sizes["EmailAddressIdentifierType"] <= 260, sizes


def test_patterns_that_are_refused():
    for pattern in ("(", ")", "[a", "a{", "a{2,1}", "\\d", "\\p{L}", "\\w", "[a-z-[aeiou]]", "*a", "a**", "æ", "[æ]",
                    "[b-a]", "a{5000}", "\\i", "a{1,2", "x\\"):
        try:
            GENERATOR.Pattern(pattern)
        except GENERATOR.ContractError:
            continue
        raise AssertionError(f"{pattern!r} was taken")


def test_schemas_that_are_refused():
    element = '<xs:element name="A" type="xs:string"/>'

    def of_type(content, attributes='name="T"'):
        return f"<xs:complexType {attributes}>{content}</xs:complexType>"

    def of_sequence(content):
        return of_type(f"<xs:sequence>{content}</xs:sequence>")

    def of_simple(content):
        return f'<xs:simpleType name="S">{content}</xs:simpleType>'

    def of_rule(rule):
        return of_type(f'<xs:annotation><xs:appinfo source="{GENERATOR.RULES}">{rule}</xs:appinfo></xs:annotation>'
                       '<xs:sequence><xs:element name="A" type="xs:string" minOccurs="0"/>'
                       '<xs:element name="B" type="xs:string"/></xs:sequence>')

    assert not refused(of_sequence(element))
    for body in (
        of_type(f"<xs:choice>{element}</xs:choice>"),
        of_type(f"<xs:all>{element}</xs:all>"),
        of_type(f'<xs:sequence>{element}</xs:sequence><xs:attribute name="a" type="xs:string"/>'),
        of_type(f"<xs:sequence>{element}</xs:sequence>", 'name="T" mixed="true"'),
        of_sequence(f"<xs:sequence>{element}</xs:sequence>"),
        of_sequence("<xs:any/>"),
        of_sequence(element + element),
        of_sequence('<xs:element ref="A"/>'),
        of_sequence('<xs:element name="A" type="NoSuchType"/>'),
        of_sequence('<xs:element name="A" type="xs:decimal"/>'),
        of_sequence('<xs:element name="A" type="xs:string" default="x"/>'),
        of_sequence('<xs:element name="A" type="xs:string" fixed="x"/>'),
        of_sequence('<xs:element name="A" type="xs:string" maxOccurs="2" nillable="true"/>'),
        of_simple('<xs:list itemType="xs:int"/>'),
        of_simple('<xs:union memberTypes="xs:int xs:boolean"/>'),
        of_simple('<xs:restriction base="xs:int"><xs:totalDigits value="3"/></xs:restriction>'),
        '<xs:import namespace="urn:y"/>',
        '<xs:element name="A" type="xs:string"/>',
        of_rule("exactly-one-of A B"),
        of_rule("exactly-one-of A"),
        of_rule("exactly-one-of A C"),
        of_rule("all-of A B"),
    ):
        assert refused(body), body


def test_depth_has_a_limit():
    def chain(n_types):
        return "".join(
            f'<xs:complexType name="T{n}"><xs:sequence><xs:element name="E" type="'
            f'{"xs:string" if n == 0 else f"T{n - 1}"}"/></xs:sequence></xs:complexType>' for n in range(n_types))

    testlib.equal(len(schema_of(chain(15)).ordered()), 15)
    for body in (chain(16), '<xs:complexType name="T"><xs:sequence><xs:element name="E" type="T" minOccurs="0"/>'
                            '</xs:sequence></xs:complexType>'):
        try:
            schema_of(body).ordered()
        except GENERATOR.ContractError:
            continue
        raise AssertionError("too deep a schema was taken")


def test_facets_of_ancestors_are_kept():
    schema = schema_of(
        '<xs:simpleType name="A"><xs:restriction base="xs:int"><xs:minInclusive value="1"/>'
        '<xs:maxExclusive value="100"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="B"><xs:restriction base="A"><xs:maxInclusive value="50"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="C"><xs:restriction base="xs:string"><xs:pattern value="a+"/><xs:pattern value="b+"/>'
        '<xs:maxLength value="3"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="D"><xs:restriction base="C"><xs:pattern value=".{2}"/></xs:restriction></xs:simpleType>')
    simple = schema.simple
    testlib.equal((simple["A"].low, simple["A"].high), (1, 99))
    testlib.equal((simple["B"].low, simple["B"].high), (1, 50))
    testlib.equal(simple["C"].patterns, ["(a+)|(b+)"])
    testlib.equal((simple["D"].patterns, simple["D"].max_length), (["(a+)|(b+)", ".{2}"], 3))


def test_every_annotation_says_whether_it_is_published():
    document = load("gen-contract-doc")
    schema = GENERATOR.Schema(XSD)
    for owner in schema.complex.values():
        document.split_source(owner.name, owner.text)
        for field in owner.fields:
            meaning, _ = document.split_source(f"{owner.name}/{field.name}", field.text)
            assert meaning, f"{owner.name}/{field.name} has no meaning"
    for name, (_, text) in schema.elements.items():
        document.split_source(name, text)


def test_documentation_is_current():
    command = [sys.executable, CONTRACT / "gen-contract-doc.py", "--check", XSD, testlib.SOURCE / "docs/contract.md"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    testlib.equal((done.returncode, done.stderr), (0, ""))


def test_output_is_the_same_each_time():
    with tempfile.TemporaryDirectory() as folder:
        texts = []
        for run in "12":
            paths = [pathlib.Path(folder) / f"{run}.{ending}" for ending in ("h", "c", "wsdl")]
            subprocess.run([sys.executable, CONTRACT / "gen-contract.py", XSD, *paths], check=True)
            texts.append([path.read_text(encoding="utf-8") for path in paths])
        testlib.equal(texts[0], texts[1])


def test_wsdl_is_read_by_zeep():
    try:
        import zeep  # pylint: disable=import-outside-toplevel
    except ImportError as error:
        raise testlib.Skip("python3-zeep is not installed") from error
    schema = GENERATOR.Schema(XSD)
    with tempfile.NamedTemporaryFile("w", suffix=".wsdl") as stream:
        stream.write(GENERATOR.wsdl(schema, XSD.read_text(encoding="utf-8")))
        stream.flush()
        client = zeep.Client(stream.name)
    for port in ("ExternalBookingServiceSoap", "ExternalBookingServiceSoap12"):
        binding = client.bind("ExternalBookingService", port)._binding
        testlib.equal(sorted(binding.all()), sorted(schema.operations()), port)


testlib.run(globals())
