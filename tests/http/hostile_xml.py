# SPDX-License-Identifier: EUPL-1.2
# Documents that no parser should be given, and some that only look so, each with what is to be answered.
"""DOCUMENTS: name: (bytes, answer). A number is the code of a fault; OK means that the call is understood: the citizen's unit is
not known (990010). MEDIA: name: (Content-Type, further fields, bytes, answer); 415 is an HTTP status. PERSON is a number of nobody's."""

import gzip

import testlib
from planner_process import NAMESPACE

PERSON = testlib.cpr(4000)
OK = 990010
INVALID, MALFORMED, LARGE, ENVELOPE, VERSION, UNDERSTAND, OPERATION, ACTION = 1014, 990026, 990028, 990029, 990030, 990031, 990032, 990033
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XOP = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:a"/>'
INCLUDE = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'


def call(person=PERSON, unit="12345", more="", attributes="", namespace=NAMESPACE, name="GetSelfbookInterviewOptions"):
    """The content of a body: an offers call for a unit that nobody knows."""
    return (
        f'<{name} xmlns="{namespace}"{attributes}><PersonCivilRegistrationIdentifier>{person}'
        f"</PersonCivilRegistrationIdentifier><JobCenterCode>{unit}</JobCenterCode>"
        f"<ContactGroupTypeIdentifier>1</ContactGroupTypeIdentifier>{more}</{name}>"
    )


def envelope(body=None, header="", version=SOAP_11, after="", before="", attributes=""):
    """A whole message."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    body = call() if body is None else body
    return f'{before}<s:Envelope xmlns:s="{version}"{attributes}>{head}<s:Body>{body}</s:Body></s:Envelope>{after}'


def entities(n_levels, n_each):
    """A doctype of entities, each so many times the one before."""
    lines = ['<!ENTITY e0 "ha">']
    lines += [f'<!ENTITY e{i} "{f"&e{i - 1};" * n_each}">' for i in range(1, n_levels)]
    return "<!DOCTYPE s:Envelope [" + "".join(lines) + "]>"


def block(content, attributes=""):
    """A header block of somebody else's."""
    return f'<h:Other xmlns:h="urn:other"{attributes}>{content}</h:Other>'


def nested(n_levels):
    """A header block so deep."""
    return block("<a>" * n_levels + "</a>" * n_levels)


def label(encoding, text=None, version="1.0"):
    """A message that says so of its encoding."""
    return f'<?xml version="{version}" encoding="{encoding}"?>' + (text or envelope())


TEXTS = {
    "good": (envelope(), OK),
    "good, 1.2": (envelope(version=SOAP_12), OK),
    # DTDs and entities
    "doctype alone": ("<!DOCTYPE s:Envelope>" + envelope(), MALFORMED),
    "doctype of a file": ('<!DOCTYPE s:Envelope SYSTEM "file:///etc/passwd">' + envelope(), MALFORMED),
    "doctype of an address": ('<!DOCTYPE a PUBLIC "b" "http://127.0.0.1:1/x">' + envelope(), MALFORMED),
    "internal entity": ('<!DOCTYPE a [<!ENTITY b "12345">]>' + envelope(call(unit="&b;")), MALFORMED),
    "external entity": ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>' + envelope(call(unit="&b;")), MALFORMED),
    "parameter entity": ('<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:1/x">%b;]>' + envelope(), MALFORMED),
    "exponential entities": (entities(30, 10) + envelope(call(unit="&e29;")), MALFORMED),
    "quadratic entities": (
        f'<!DOCTYPE a [<!ENTITY b "{"x" * 20000}">]>' + envelope(call(unit="&b;" * 8000)), MALFORMED),
    "doctype behind the root": (envelope(after="<!DOCTYPE a>"), MALFORMED),
    "doctype in the body": (envelope("<!DOCTYPE a>" + call()), MALFORMED),
    "doctype behind an instruction": ("<?a b?><!-- c --><!DOCTYPE a>" + envelope(), MALFORMED),
    "doctype in lower case": ("<!doctype a>" + envelope(), MALFORMED),
    "element declaration": (envelope("<!ELEMENT a ANY>" + call()), MALFORMED),
    "conditional section": (envelope("<![INCLUDE[" + call() + "]]>"), MALFORMED),
    "doctype in a comment": (envelope(before="<!-- <!DOCTYPE a> -->"), OK),
    "doctype in CDATA": (envelope(header=block("<![CDATA[<!DOCTYPE a>]]>")), OK),
    "unknown entity": (envelope(call(unit="&nbsp;")), MALFORMED),
    "bare ampersand": (envelope(call(unit="1 & 2")), MALFORMED),
    "character references": (envelope(call(unit="&#49;&#x32;345")), OK),
    # Depth, width, length
    "as deep as may be": (envelope(header=nested(29)), OK),
    "too deep": (envelope(header=nested(30)), LARGE),
    "a hundred thousand deep": (envelope("<a>" * 50000), LARGE),
    "too deep in the body": (envelope("<a>" * 31 + "</a>" * 31), LARGE),
    "name as long as may be": (envelope(header=f'<{"a" * 128} xmlns="urn:o"/>'), OK),
    "name too long": (envelope(header=f'<{"a" * 129} xmlns="urn:o"/>'), LARGE),
    "name of 60 KB": (envelope(header=f'<{"a" * 60000}/>'), LARGE),
    "attribute's name of 50 KB": (envelope(header=block("", f' {"a" * 50000}="x"')), OK),
    "attribute's value of 50 KB": (envelope(header=block("", f' a="{"x" * 50000}"')), OK),
    "32 attributes": (envelope(header=block("", "".join(f' a{i}="x"' for i in range(31)))), OK),
    "33 attributes": (envelope(header=block("", "".join(f' a{i}="x"' for i in range(32)))), LARGE),
    "5,000 attributes": (envelope(header=block("", "".join(f' a{i}="x"' for i in range(5000)))), LARGE),
    "32 namespaces": (envelope(header=block("", "".join(f' xmlns:n{i}="urn:{i}"' for i in range(31)))), OK),
    "33 namespaces": (envelope(header=block("", "".join(f' xmlns:n{i}="urn:{i}"' for i in range(32)))), LARGE),
    "2,000 blocks": (envelope(header="".join(f'<b{i} xmlns="urn:{i}"/>' for i in range(2000))), OK),
    "a namespace of 50 KB": (envelope(header=f'<a xmlns="urn:{"x" * 50000}"/>'), OK),
    "attribute twice": (envelope(header=block("", ' a="x" a="y"')), MALFORMED),
    "attribute twice by two prefixes": (
        envelope(header=block("", ' xmlns:p="urn:o" xmlns:q="urn:o" p:a="x" q:a="y"')), MALFORMED),
    "attribute without quotes": (envelope(header=block("", " a=x")), MALFORMED),
    "less-than in an attribute": (envelope(header=block("", ' a="<"')), MALFORMED),
    "unbound prefix": (envelope(call().replace("<JobCenterCode>", "<p:JobCenterCode>")), MALFORMED),
    "unbound prefix of an attribute": (envelope(call(attributes=' p:a="x"')), MALFORMED),
    "prefix made void": (envelope(header='<h:a xmlns:h=""/>'), MALFORMED),
    # Pieces
    "instruction before the root": (envelope(before='<?xml-stylesheet href="http://127.0.0.1:1/"?>'), OK),
    "instruction in a value": (envelope(call(unit="12<?php exit ?>345")), OK),
    "comment in a value": (envelope(call(unit="12<!-- 99 -->345")), OK),
    "CDATA in a value": (envelope(call(unit="12<![CDATA[34]]>5")), OK),
    "comment with two hyphens": (envelope(before="<!-- a -- b -->"), MALFORMED),
    "comment never closed": (envelope(before="<!-- a "), MALFORMED),
    "CDATA never closed": (envelope(call(unit="<![CDATA[12345")), MALFORMED),
    "CDATA's end in text": (envelope(header=block("]]>")), MALFORMED),
    "instruction named xml": (envelope(call(unit="<?xml version='1.0'?>12345")), MALFORMED),
    "blank before the declaration": (" " + label("UTF-8"), MALFORMED),
    "declaration of XML 1.1": (label("UTF-8", version="1.1"), OK),
    "declaration of XML 2.0": (label("UTF-8", version="2.0"), MALFORMED),
    "declaration without version": ('<?xml encoding="UTF-8"?>' + envelope(), MALFORMED),
    "tags crossed": (envelope(header="<a><b></a></b>"), MALFORMED),
    "never closed": (envelope()[:-15], MALFORMED),
    "more behind the root": (envelope(after="<a/>"), MALFORMED),
    "text behind the root": (envelope(after="x"), MALFORMED),
    "instruction behind the root": (envelope(after="<?a?>\n"), OK),
    "blanks alone": (" \n", MALFORMED),
    "text alone": ("hello", MALFORMED),
    "HTML": ("<html><body>503</body></html>", ENVELOPE),
    "JSON": ('{"a": 1}', MALFORMED),
    # Attributes that other programs act on
    "xml:space": (envelope(call(attributes=' xml:space="preserve"')), INVALID),
    "xml:base": (envelope(call(attributes=' xml:base="http://127.0.0.1:1/"')), INVALID),
    "xml:lang on a block": (envelope(header=block("", ' xml:lang="da"')), OK),
    "xml:id on the body's element": (envelope(call(attributes=' xml:id="a"')), INVALID),
    "xsi:type of its own type": (
        envelope(call(attributes=f' xmlns:i="{XSI}" i:type="GetSelfbookInterviewOptionsRequestType"')), OK),
    "xsi:type of another": (envelope(call(attributes=f' xmlns:i="{XSI}" i:type="CancelBookingRequestType"')), INVALID),
    "xsi:type unknown": (envelope(call(attributes=f' xmlns:i="{XSI}" i:type="Nonsense"')), INVALID),
    "xsi:schemaLocation": (
        envelope(call(attributes=f' xmlns:i="{XSI}" i:schemaLocation="urn:a http://127.0.0.1:1/a.xsd"')), OK),
    "xsi:noNamespaceSchemaLocation": (
        envelope(call(attributes=f' xmlns:i="{XSI}" i:noNamespaceSchemaLocation="file:///etc/passwd"')), OK),
    "encodingStyle on the envelope": (envelope(attributes=' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'), OK),
    "XInclude in a value": (envelope(call(unit=INCLUDE)), INVALID),
    "XInclude in a header": (envelope(header=INCLUDE), OK),
    "XOP in a value": (envelope(call(unit=XOP)), INVALID),
    # The envelope
    "two bodies": (envelope().replace("</s:Envelope>", "<s:Body/></s:Envelope>"), ENVELOPE),
    "two headers": (envelope(header=block("")).replace("<s:Body>", "<s:Header/><s:Body>"), ENVELOPE),
    "header behind the body": (envelope().replace("</s:Envelope>", "<s:Header/></s:Envelope>"), ENVELOPE),
    "no body": (f'<s:Envelope xmlns:s="{SOAP_11}"/>', ENVELOPE),
    "empty body": (envelope(""), ENVELOPE),
    "two calls": (envelope(call() + call()), ENVELOPE),
    "text beside the call": (envelope("x" + call()), ENVELOPE),
    "text between the parts": (envelope().replace("<s:Body>", "x<s:Body>"), ENVELOPE),
    "a part of nobody's": (envelope().replace("<s:Body>", "<s:More/><s:Body>"), ENVELOPE),
    "body of the other version": (
        envelope().replace("<s:Body>", f'<t:Body xmlns:t="{SOAP_12}">').replace("</s:Body>", "</t:Body>"), ENVELOPE),
    "envelope without namespace": (f"<Envelope><Body>{call()}</Body></Envelope>", VERSION),
    "envelope of nobody's version": (envelope(version="urn:soap"), VERSION),
    "envelope in lower case": (envelope().replace("s:Envelope", "s:envelope"), ENVELOPE),
    "namespace in capitals": (envelope(version=SOAP_11.upper()), VERSION),
    "a call of another namespace": (envelope(call(namespace="urn:other")), OPERATION),
    "a call of the next version": (envelope(call(namespace=NAMESPACE[:-1] + "4")), OPERATION),
    "a call without namespace": (envelope(call(namespace="")), OPERATION),
    "a call that there is not": (envelope(call(name="DropTables")), OPERATION),
    "an answer": (envelope(call(name="GetSelfbookInterviewOptionsResponse")), OPERATION),
    "a fault": (envelope("<s:Fault><faultcode>s:Client</faultcode></s:Fault>"), OPERATION),
    # Headers
    "must be understood": (envelope(header=block("", ' s:mustUnderstand="1"')), UNDERSTAND),
    "must be understood, 1.2": (envelope(header=block("", ' s:mustUnderstand="true"'), version=SOAP_12), UNDERSTAND),
    "must be understood by the next": (
        envelope(header=block("", ' s:mustUnderstand="1" s:actor="http://schemas.xmlsoap.org/soap/actor/next"')), UNDERSTAND),
    "must be understood by another": (envelope(header=block("", ' s:mustUnderstand="1" s:actor="urn:another"')), OK),
    "security header of somebody's": (
        envelope(header='<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"'
                 ' s:mustUnderstand="1"/>'), UNDERSTAND),
    "organisation twice": (
        envelope(header=f'<ActiveOrganisation xmlns="{NAMESPACE}"><OrganisationTypeIdentifier>8</OrganisationTypeIdentifier>'
                 "<OrganisationCode>1</OrganisationCode></ActiveOrganisation>" * 2), ENVELOPE),
    "organisation empty": (envelope(header=f'<ActiveOrganisation xmlns="{NAMESPACE}"/>'), INVALID),
    "a hundred blocks to be skipped": (envelope(header=block("<a><b>x</b></a>") * 100), OK),
}
# Characters that XML cannot hold, by reference.
TEXTS |= {
    f"reference to {code}": (envelope(header=block(f"&#x{code};")), MALFORMED)
    for code in ("0", "1", "B", "1F", "D800", "DFFF", "FFFE", "FFFF", "110000", "FFFFFFFFF", "-1", "")
}
DOCUMENTS = {name: (text.encode(), answer) for name, (text, answer) in TEXTS.items()}

BODY = b"12345"
GOOD = envelope().encode()
# Bytes: encodings and their marks.
DOCUMENTS |= {
    "empty": (b"", MALFORMED),
    "a BOM alone": (b"\xef\xbb\xbf", MALFORMED),
    "a BOM": (b"\xef\xbb\xbf" + GOOD, OK),
    "two BOMs": (b"\xef\xbb\xbf" * 2 + GOOD, MALFORMED),
    "UTF-16 with mark": (envelope().encode("utf-16"), OK),
    "UTF-16, big end first, with mark": (b"\xfe\xff" + envelope().encode("utf-16-be"), OK),
    "UTF-16 without mark": (envelope().encode("utf-16-le"), OK),
    "UTF-16, labelled": (label("UTF-16").encode("utf-16"), OK),
    "UTF-16, labelled UTF-8": (label("UTF-8").encode("utf-16"), MALFORMED),
    "UTF-16, cut in a character": (envelope().encode("utf-16")[:-1], MALFORMED),
    "UTF-16, half a pair": (envelope(header=block("@")).encode("utf-16-le").replace(b"@\0", b"\0\xd8"), MALFORMED),
    "UTF-16 with a doctype": (("<!DOCTYPE a>" + envelope()).encode("utf-16"), MALFORMED),
    "UTF-8, labelled UTF-16": (label("UTF-16").encode(), MALFORMED),
    "UTF-32 with mark": (envelope().encode("utf-32"), MALFORMED),
    "UTF-32 without mark": (envelope().encode("utf-32-be"), MALFORMED),
    "UTF-7": (label("UTF-7").encode("utf-7"), MALFORMED),
    "UTF-7, not labelled": ("+ADw-s:Envelope".encode() + GOOD[11:], MALFORMED),
    "EBCDIC": (label("IBM037").encode("cp037"), MALFORMED),
    "latin-1, labelled": (label("ISO-8859-1", envelope(header=block("æ"))).encode("latin-1"), MALFORMED),
    "latin-1, not labelled": (envelope(header=block("æ")).encode("latin-1"), MALFORMED),
    "windows-1252, labelled": (label("windows-1252").encode(), MALFORMED),
    "label of nobody's": (label("x-nonsense").encode(), MALFORMED),
    "label with a NUL": (label("UTF-8").replace("UTF-8", "UTF\0-8").encode(), MALFORMED),
    "ASCII, labelled": (label("US-ASCII").encode(), OK),
    "Shift-JIS, labelled": (label("Shift_JIS").encode(), MALFORMED),
    "NUL in a value": (GOOD.replace(BODY, b"12\x00345"), MALFORMED),
    "NUL at the end": (GOOD + b"\x00", MALFORMED),
    "NUL behind the mark": (b"\xef\xbb\xbf\x00" + GOOD, MALFORMED),
    "overlong NUL": (GOOD.replace(BODY, b"12\xc0\x80345"), MALFORMED),
    "overlong slash": (GOOD.replace(BODY, b"12\xe0\x80\xaf345"), MALFORMED),
    "overlong less-than": (GOOD.replace(BODY, b"\xc0\xbcJobCenterCode>"), MALFORMED),
    "half a pair in UTF-8": (GOOD.replace(BODY, b"\xed\xa0\x80"), MALFORMED),
    "a pair in UTF-8 each for itself": (GOOD.replace(BODY, b"\xed\xa0\xbd\xed\xb8\x80"), MALFORMED),
    "beyond Unicode": (GOOD.replace(BODY, b"\xf4\x90\x80\x80"), MALFORMED),
    "cut in a character": (GOOD.replace(BODY, b"\xf0\x9f\x98"), MALFORMED),
    "continuation alone": (GOOD.replace(BODY, b"\x80"), MALFORMED),
    "U+FFFE": (GOOD.replace(BODY, b"\xef\xbf\xbe"), MALFORMED),
    "U+FFFF": (GOOD.replace(BODY, b"\xef\xbf\xbf"), MALFORMED),
    "control character": (GOOD.replace(BODY, b"\x01"), MALFORMED),
    "escape sequence": (GOOD.replace(BODY, b"\x1b[2J"), MALFORMED),
    "DEL": (GOOD.replace(BODY, b"\x7f"), INVALID),
    "random bytes": (bytes(range(256)) * 20, MALFORMED),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(1000), MALFORMED),
    "gzip": (gzip.compress(GOOD), MALFORMED),
}

XML_TYPE, SOAP_TYPE = "text/xml; charset=utf-8", "application/soap+xml; charset=utf-8"
MULTIPART = (
    b'--b\r\nContent-Type: application/xop+xml; type="text/xml"\r\nContent-ID: <r>\r\n\r\n' + GOOD + b"\r\n--b--\r\n"
)
ACTION_12 = 'application/soap+xml; action="urn:other/CreateBooking"'
MEDIA = {
    "MTOM": ('multipart/related; type="application/xop+xml"; boundary=b; start="<r>"', {}, MULTIPART, 415),
    "SOAP with attachments": ('multipart/related; type="text/xml"; boundary=b', {}, MULTIPART, 415),
    "a form": ("application/x-www-form-urlencoded", {}, b"a=b", 415),
    "JSON": ("application/json", {}, b"{}", 415),
    "application/xml": ("application/xml", {}, GOOD, 415),
    "no type": ("", {}, GOOD, 415),
    "a type like ours": ("text/xml2", {}, GOOD, 415),
    "charset latin-1": ("text/xml; charset=iso-8859-1", {}, GOOD, 415),
    "charset UTF-7": ("text/xml; charset=utf-7", {}, GOOD, 415),
    "charset UTF-32": ("text/xml; charset=utf-32", {}, GOOD, 415),
    "charset in quotes": ('Text/XML;Charset="UTF-8"', {}, GOOD, OK),
    "charset empty": ('text/xml; charset=""', {}, GOOD, 415),
    "charset UTF-8 on UTF-16": (XML_TYPE, {}, envelope().encode("utf-16"), OK),
    "charset UTF-16 on UTF-8": ("text/xml; charset=utf-16", {}, GOOD, OK),
    "gzip, as it says": (XML_TYPE, {"Content-Encoding": "gzip"}, gzip.compress(GOOD), 415),
    "gzip, as it does not": (XML_TYPE, {"Content-Encoding": "gzip"}, GOOD, 415),
    "deflate": (XML_TYPE, {"Content-Encoding": "deflate"}, GOOD, 415),
    "identity": (XML_TYPE, {"Content-Encoding": "identity"}, GOOD, OK),
    "1.1 in the type of 1.2": (SOAP_TYPE, {}, GOOD, OK),
    "1.2 in the type of 1.1": (XML_TYPE, {}, envelope(version=SOAP_12).encode(), OK),
    "action of another call": (XML_TYPE, {"SOAPAction": '"urn:other/CreateBooking"'}, GOOD, ACTION),
    "action of another call, 1.2": (ACTION_12, {}, envelope(version=SOAP_12).encode(), ACTION),
    "action of 8,000 signs": (XML_TYPE, {"SOAPAction": "a" * 7000}, GOOD, ACTION),
    "action with a NUL's look": (XML_TYPE, {"SOAPAction": "%00"}, GOOD, ACTION),
}
