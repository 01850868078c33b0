#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# Turns the contract's XSD into C structs, field tables with facets, the operation list and the WSDL, at build time.
"""Usage: gen-contract.py SCHEMA.xsd OUT.h OUT.c OUT.wsdl

The output holds structs and tables only; contract-message.c walks them. What the generator does not
understand is an error, never a guess: the official schema may be dropped in one day.
"""

import re
import sys
import xml.etree.ElementTree as ET

XS = '{http://www.w3.org/2001/XMLSchema}'
RULES = 'urn:dk:planner:contract-rules'
UNBOUNDED = 0xffffffff
INT64_MIN, INT64_MAX = -2 ** 63, 2 ** 63 - 1
NO_LENGTH = 0xffffffff
MAX_DEPTH = 16   # CONTRACT_READER_MAX_DEPTH

# Built-in types: kind, whether white space collapses, least and greatest value, the type they restrict.
BUILTIN = {
    'string': ('STRING', False, None, None, None),
    'token': ('STRING', True, None, None, 'string'),
    'boolean': ('BOOLEAN', True, None, None, None),
    'long': ('INT', True, INT64_MIN, INT64_MAX, None),
    'int': ('INT', True, -2 ** 31, 2 ** 31 - 1, 'long'),
    'short': ('INT', True, -2 ** 15, 2 ** 15 - 1, 'int'),
    'dateTime': ('TIME', True, None, None, None),
}
C_TYPE = {'STRING': 'const char *', 'INT': 'gint64 ', 'BOOLEAN': 'gboolean ', 'TIME': 'ContractTime '}
LIST_NAME = {'STRING': 'String', 'INT': 'Int', 'BOOLEAN': 'Boolean', 'TIME': 'Time'}


class ContractError(Exception):
    """The schema says something that the generator does not understand."""


def snake(name):
    """PersonCivilRegistrationIdentifier -> person_civil_registration_identifier, OptionID -> option_id."""
    name = re.sub(r'([a-z0-9])([A-Z])', r'\1_\2', name)
    return re.sub(r'([A-Z]+)([A-Z][a-z])', r'\1_\2', name).lower()


def stem(type_name):
    """BookingDetailsType -> BookingDetails."""
    return type_name[:-4] if type_name.endswith('Type') else type_name


# --- pattern -> deterministic automaton ------------------------------------------------------------


class Pattern:
    """XSD regular expression (a subset) -> minimal DFA over ASCII plus one class for all else.

    Characters beyond ASCII must be alike to the pattern; otherwise it is refused. A walker can then
    step once per character by skipping UTF-8 continuation bytes.
    """

    OTHER = 128
    EVERYTHING = frozenset(range(129))
    SPACE = frozenset(map(ord, ' \t\n\r'))
    ESCAPES = {'n': 10, 'r': 13, 't': 9}

    def __init__(self, text):
        self.text, self.at = text, 0
        self.edges, self.jumps = [], []
        start, end = self.alternatives()
        if self.at != len(text):
            self.refuse('unbalanced')
        self.determinise(start, end)
        self.minimise()

    def refuse(self, why):
        raise ContractError(f'pattern {self.text!r}: {why} at {self.at}')

    def state(self):
        self.edges.append([])
        self.jumps.append([])
        return len(self.edges) - 1

    def peek(self):
        return self.text[self.at] if self.at < len(self.text) else ''

    def take(self):
        if self.at >= len(self.text):
            self.refuse('ends too early')
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self):
        start, end = self.state(), self.state()
        while True:
            first, last = self.sequence()
            self.jumps[start].append(first)
            self.jumps[last].append(end)
            if self.peek() != '|':
                return start, end
            self.take()

    def sequence(self):
        start = end = self.state()
        while self.peek() not in ('', '|', ')'):
            mark = self.at
            first, last = self.atom()
            low, high = self.quantity()
            resume, self.at = self.at, mark
            copies = []
            for _ in range(max(low, 1 if high is None else high)):
                self.at = mark
                copies.append(self.atom())
            self.at = resume
            end = self.chain(end, copies, low, high)
        return start, end

    def chain(self, end, copies, low, high):
        done = self.state()
        for index, (first, last) in enumerate(copies):
            if index >= low:
                self.jumps[end].append(done)
            self.jumps[end].append(first)
            end = last
        if high is None:
            self.jumps[end].append(copies[-1][0])
        self.jumps[end].append(done)
        return done

    def quantity(self):
        sign = self.peek()
        if sign in ('?', '*', '+') and sign:
            self.take()
            return {'?': (0, 1), '*': (0, None), '+': (1, None)}[sign]
        if sign != '{':
            return 1, 1
        match = re.compile(r'\{(\d+)(,(\d*))?\}').match(self.text, self.at)
        if not match:
            self.refuse('bad quantity')
        self.at = match.end()
        low = int(match[1])
        high = low if not match[2] else int(match[3]) if match[3] else None
        if high is not None and high < low or (high or 0) > 4000:
            self.refuse('bad quantity')
        return low, high

    def atom(self):
        sign = self.take()
        if sign == '(':
            inner = self.alternatives()
            if self.take() != ')':
                self.refuse('unbalanced')
            return inner
        if sign == '[':
            members = self.group()
        elif sign == '\\':
            members = self.escape()
        elif sign == '.':
            members = self.EVERYTHING - {10, 13}
        elif sign in '?*+{}])' or ord(sign) > 127:
            self.refuse(f'{sign!r} is not understood')
        else:
            members = frozenset([ord(sign)])
        first, last = self.state(), self.state()
        self.edges[first].append((members, last))
        return first, last

    def escape(self):
        sign = self.take()
        if sign in self.ESCAPES:
            return frozenset([self.ESCAPES[sign]])
        if sign == 's':
            return self.SPACE
        if sign == 'S':
            return self.EVERYTHING - self.SPACE
        if sign in '\\|.-^?*+{}()[]':
            return frozenset([ord(sign)])
        return self.refuse(f'escape \\{sign} is not understood')

    def group(self):
        negative = self.peek() == '^'
        if negative:
            self.take()
        members, first = set(), True
        while first or self.peek() != ']':
            first = False
            low = self.member()
            if self.peek() == '-' and self.text[self.at + 1:self.at + 2] not in (']', '['):
                self.take()
                high = self.member()
                if len(low) != 1 or len(high) != 1 or min(low) > min(high):
                    self.refuse('bad range')
                members |= set(range(min(low), min(high) + 1))
            elif self.peek() == '-' and self.text[self.at + 1:self.at + 2] == '[':
                self.refuse('subtraction is not understood')
            else:
                members |= low
        self.take()
        return self.EVERYTHING - members if negative else frozenset(members)

    def member(self):
        sign = self.take()
        if sign == '\\':
            return self.escape()
        if sign == '[' or ord(sign) > 127:
            self.refuse(f'{sign!r} is not understood')
        return frozenset([ord(sign)])

    def closure(self, states):
        todo, seen = list(states), set(states)
        while todo:
            for target in self.jumps[todo.pop()]:
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return frozenset(seen)

    def determinise(self, start, end):
        # One column per set of characters that no edge tells apart.
        sets = {members for edges in self.edges for members, _ in edges}
        signature = {}
        self.column = [signature.setdefault(tuple(sorted(i for i, s in enumerate(sorted(map(sorted, sets)))
                                                          if c in s)), len(signature)) for c in range(129)]
        samples = [self.column.index(i) for i in range(len(signature))]
        known, order = {}, []

        def number(states):
            if states not in known:
                known[states] = len(order)
                order.append(states)
            return known[states]

        number(self.closure([start]))
        self.rows, position = [], 0
        while position < len(order):
            row = []
            for sample in samples:
                reached = [t for s in order[position] for members, t in self.edges[s] if sample in members]
                row.append(number(self.closure(reached)))
            self.rows.append(row)
            position += 1
        self.accepts = [end in states for states in order]

    def minimise(self):
        block = [int(a) for a in self.accepts]
        while True:
            names = {}
            finer = [names.setdefault((block[i], tuple(block[t] for t in row)), len(names))
                     for i, row in enumerate(self.rows)]
            if len(names) == len(set(block)):
                break
            block = finer
        names = {}
        block = [names.setdefault(b, len(names)) for b in block]   # the start is state 0
        rows, accepts = [None] * len(names), [False] * len(names)
        for index, row in enumerate(self.rows):
            rows[block[index]] = [block[t] for t in row]
            accepts[block[index]] = self.accepts[index]
        self.rows, self.accepts = rows, accepts

    def matches(self, text):
        state = 0
        for sign in text:
            state = self.rows[state][self.column[min(ord(sign), self.OTHER)]]
        return self.accepts[state]


# --- the schema ------------------------------------------------------------------------------------


class Simple:
    """A simple type with all facets of its ancestors merged in."""

    def __init__(self, name, base=None):
        self.name = name
        self.kind = base.kind if base else None
        self.collapse = base.collapse if base else False
        self.low = base.low if base else None
        self.high = base.high if base else None
        self.min_length = base.min_length if base else 0
        self.max_length = base.max_length if base else NO_LENGTH
        self.patterns = list(base.patterns) if base else []
        self.values = base.values if base else None
        self.allow_empty = base.allow_empty if base else False
        self.base = base


class Field:
    """One element in a complex type."""

    def __init__(self, name, type_name, low, high, nillable, text):
        self.name, self.type_name = name, type_name
        self.low, self.high = low, high
        self.nillable, self.text = nillable, text
        self.is_list = high > 1


class Complex:
    """A sequence of elements."""

    def __init__(self, name, fields, rules, text):
        self.name, self.fields, self.rules, self.text = name, fields, rules, text

    @property
    def is_wrapper(self):
        return len(self.fields) == 1 and self.fields[0].is_list


def local(qualified):
    return qualified.split(':')[-1]


def documentation(node):
    parts = [' '.join((d.text or '').split()) for d in node.findall(f'{XS}annotation/{XS}documentation')]
    return ' '.join(parts)


class Schema:
    """What the generator knows of one schema file."""

    def __init__(self, path):
        root = ET.parse(path).getroot()
        self.namespace = root.get('targetNamespace')
        if not self.namespace or root.get('elementFormDefault') != 'qualified':
            raise ContractError('the schema must have a namespace and qualified elements')
        self.simple, self.complex, self.elements, self.version = {}, {}, {}, root.get('version', '')
        for name in BUILTIN:
            self.builtin(name)
        nodes = [n for n in root if n.tag != XS + 'annotation']
        for node in nodes:
            if node.tag not in (XS + 'simpleType', XS + 'complexType', XS + 'element'):
                raise ContractError(f'{node.tag} is not understood')
        self.nodes = {n.get('name'): n for n in nodes if n.tag == XS + 'simpleType'}
        for name in self.nodes:
            self.simple_type(name)
        for node in nodes:
            if node.tag == XS + 'complexType':
                self.complex[node.get('name')] = self.complex_type(node)
            elif node.tag == XS + 'element':
                self.elements[node.get('name')] = (local(node.get('type')), documentation(node))
        self.check_references()

    def builtin(self, name):
        simple = Simple('xs:' + name)
        simple.kind, simple.collapse, simple.low, simple.high, parent = BUILTIN[name]
        simple.base = self.simple['xs:' + parent] if parent else None
        self.simple['xs:' + name] = simple

    def simple_type(self, name):
        if name in self.simple:
            return self.simple[name]
        if name not in self.nodes:
            raise ContractError(f'simple type {name} is not understood')
        body = [n for n in self.nodes[name] if n.tag != XS + 'annotation']
        if len(body) != 1:
            raise ContractError(f'{name}: one body expected')
        made = self.union(name, body[0]) if body[0].tag == XS + 'union' else self.restriction(name, body[0])
        self.simple[name] = made
        return made

    def union(self, name, node):
        members = [self.simple_type(self.type_key(m)) for m in node.get('memberTypes', '').split()]
        if len(members) != 2 or members[0].kind != 'BOOLEAN' or members[1].max_length != 0:
            raise ContractError(f'{name}: only a union of a boolean and the empty text is understood')
        made = Simple(name, members[0])
        made.allow_empty, made.base = True, None
        return made

    @staticmethod
    def type_key(qualified):
        return qualified if qualified.startswith('xs:') else local(qualified)

    def restriction(self, name, node):
        if node.tag != XS + 'restriction':
            raise ContractError(f'{name}: {node.tag} is not understood')
        made = Simple(name, self.simple_type(self.type_key(node.get('base'))))
        patterns, values = [], []
        for facet in node:
            self.facet(made, local(facet.tag.replace(XS, '')), facet.get('value'), patterns, values)
        if patterns:
            made.patterns.append('|'.join(f'({p})' for p in patterns) if len(patterns) > 1 else patterns[0])
        if values:
            made.values = values
        return made

    @staticmethod
    def facet(made, facet, value, patterns, values):
        if facet == 'pattern':
            patterns.append(value)
        elif facet == 'enumeration' and made.kind == 'STRING':
            values.append(value)
        elif facet in ('minLength', 'maxLength', 'length') and made.kind == 'STRING':
            if facet != 'maxLength':
                made.min_length = max(made.min_length, int(value))
            if facet != 'minLength':
                made.max_length = min(made.max_length, int(value))
        elif facet in ('minInclusive', 'minExclusive') and made.kind == 'INT':
            made.low = max(made.low, int(value) + (facet == 'minExclusive'))
        elif facet in ('maxInclusive', 'maxExclusive') and made.kind == 'INT':
            made.high = min(made.high, int(value) - (facet == 'maxExclusive'))
        elif facet == 'whiteSpace' and value == 'collapse':
            made.collapse = True
        elif facet != 'annotation':
            raise ContractError(f'{made.name}: facet {facet} is not understood')

    def complex_type(self, node):
        name = node.get('name')
        body = [n for n in node if n.tag != XS + 'annotation']
        if [n.tag for n in body] not in ([], [XS + 'sequence']) or node.attrib.keys() != {'name'}:
            raise ContractError(f'{name}: only a sequence is understood')
        fields = [self.field(name, n) for n in (body[0] if body else [])]
        rules = [(r.text or '').split() for r in node.findall(f'{XS}annotation/{XS}appinfo')
                 if r.get('source') == RULES]
        by_name = {f.name: f for f in fields}
        for rule in rules:
            if rule[0] not in ('exactly-one-of', 'at-least-one-of') or len(rule) < 3 or len(rule) > 5:
                raise ContractError(f'{name}: rule {rule} is not understood')
            for member in rule[1:]:
                if member not in by_name or by_name[member].low or by_name[member].is_list:
                    raise ContractError(f'{name}: rule names {member}, which is no optional element')
        if len(by_name) != len(fields):
            raise ContractError(f'{name}: an element stands twice')
        return Complex(name, fields, rules, documentation(node))

    def field(self, owner, node):
        known = {'name', 'type', 'minOccurs', 'maxOccurs', 'nillable'}
        if node.tag != XS + 'element' or not node.get('name') or node.attrib.keys() - known:
            raise ContractError(f'{owner}: {node.tag} {node.attrib} is not understood')
        high = node.get('maxOccurs', '1')
        return Field(node.get('name'), self.type_key(node.get('type')), int(node.get('minOccurs', '1')),
                     UNBOUNDED if high == 'unbounded' else int(high), node.get('nillable') == 'true',
                     documentation(node))

    def check_references(self):
        for owner in self.complex.values():
            for field in owner.fields:
                if field.type_name not in self.simple and field.type_name not in self.complex:
                    raise ContractError(f'{owner.name}/{field.name}: type {field.type_name} is unknown')
                if field.is_list and field.nillable:
                    raise ContractError(f'{owner.name}/{field.name}: a nillable list is not understood')
        for name, (type_name, _) in self.elements.items():
            if type_name not in self.complex:
                raise ContractError(f'element {name}: type {type_name} is unknown')

    def operations(self):
        return [n for n in self.elements if n + 'Response' in self.elements]

    def ordered(self):
        """Complex types, each after what it holds."""
        done, trail = [], []

        def visit(name):
            if name in done or name not in self.complex:
                return
            if name in trail:
                raise ContractError(f'{name} holds itself')
            trail.append(name)
            for field in self.complex[name].fields:
                visit(field.type_name)
            trail.pop()
            done.append(name)

        for name in self.complex:
            visit(name)
        depth = {}
        for name in done:
            depth[name] = 1 + max([depth.get(f.type_name, 1) for f in self.complex[name].fields] or [0])
        if max(depth.values(), default=0) > MAX_DEPTH:
            raise ContractError(f'elements nest more deeply than {MAX_DEPTH}')
        return [self.complex[n] for n in done]


# --- C text ----------------------------------------------------------------------------------------


class Writer:
    """Writes the header and the tables for one schema."""

    def __init__(self, schema, source):
        self.schema, self.source = schema, source
        self.types = schema.ordered()
        self.type_index = {t.name: i for i, t in enumerate(self.types)}
        self.simples = list(schema.simple.values())
        self.simple_index = {s.name: i for i, s in enumerate(self.simples)}
        names = {n for n in schema.elements} | {f.name for t in self.types for f in t.fields}
        self.names = sorted(names)
        self.name_index = {n: i for i, n in enumerate(self.names)}
        self.lists = {}
        for owner in self.types:
            for field in owner.fields:
                if field.is_list:
                    self.lists[self.list_name(field)] = field

    def kind(self, field):
        return self.schema.simple[field.type_name].kind if field.type_name in self.schema.simple else 'STRUCT'

    def list_name(self, field):
        kind = self.kind(field)
        return f'Contract{LIST_NAME[kind] if kind in LIST_NAME else stem(field.type_name)}List'

    def struct_name(self, name):
        wrapped = self.schema.complex[name]
        return self.list_name(wrapped.fields[0]) if wrapped.is_wrapper else 'Contract' + stem(name)

    def is_pointer(self, field):
        return (self.kind(field) == 'STRUCT' and not field.is_list and (field.low == 0 or field.nillable)
                and not self.schema.complex[field.type_name].is_wrapper)

    def has_flag(self, field):
        return (not field.is_list and self.kind(field) in ('INT', 'BOOLEAN', 'TIME')
                and (field.low == 0 or field.nillable or self.schema.simple[field.type_name].allow_empty))

    def list_struct(self, name, field):
        kind = self.kind(field)
        item = C_TYPE.get(kind) or self.struct_name(field.type_name) + ' '
        what = kind.lower() if kind in C_TYPE else stem(field.type_name)
        members = [f'  {item}*items; /* (array length=n_items): in a row */',
                   '  guint n_items; /* how many */',
                   '  gboolean is_present; /* the element around the list stands in the message, be it empty */']
        return self.documented(name, f'A list of {what}.', ['typedef struct', '{', *members, f'}} {name};', ''])

    @staticmethod
    def documented(name, text, lines):
        """A declaration with a comment that gi-docgen reads; what stands behind a member moves there."""
        notes, bare = [], []
        for line in lines:
            match = re.fullmatch(r'(  (?:.*[ *])?(\w+)[;,]) /\* (.*) \*/', line)
            bare.append(match[1] if match else line)
            if match:
                notes.append(f' * @{match[2]}: {match[3]}')
        return ['/**', f' * {name}:', *notes, ' *', f' * {text}', ' */', *bare]

    @staticmethod
    def meaning(text):
        """The annotation without its last part, which says whether it is published."""
        return re.split(r' (?:Published|Ours)[:.]', text)[0].replace('*/', '')

    def member(self, field):
        name, kind = snake(field.name), self.kind(field)
        lines = []
        if self.has_flag(field):
            lines.append(f'  gboolean has_{name}; /* whether @{name} is there */')
        if field.is_list:
            text = f'{self.list_name(field)} {name};'
        elif kind != 'STRUCT':
            text = f'{C_TYPE[kind]}{name};'
        elif self.is_pointer(field):
            text = f'{self.struct_name(field.type_name)} *{name};'
        else:
            text = f'{self.struct_name(field.type_name)} {name};'
        note = self.meaning(field.text)
        if kind in ('STRING', 'STRUCT') and (field.low == 0 or field.nillable) and not field.is_list:
            note += ' (Optional.)'
        lines.append(f'  {text} /* {note} */')
        return lines

    def header(self):
        out = ['/* SPDX-License-Identifier: EUPL-1.2 */',
               f'/* The messages of the contract as structs, made from {self.source}: do not edit. */', '',
               '#pragma once', '', '#include "contract-time.h"', '', '#include <glib.h>', '',
               '/**', ' * CONTRACT_NAMESPACE_DEFAULT:', ' *', ' * Namespace of the schema.', ' */',
               f'#define CONTRACT_NAMESPACE_DEFAULT "{self.schema.namespace}"', '',
               '/**', ' * CONTRACT_SCHEMA_VERSION:', ' *', ' * Version of the schema.', ' */',
               f'#define CONTRACT_SCHEMA_VERSION    "{self.schema.version}"', '']
        n_head, written = len(out), set()
        for owner in self.types:
            if not owner.is_wrapper:
                out += self.struct(owner)
            for name, field in self.lists.items():
                ready = self.kind(field) != 'STRUCT' or field.type_name == owner.name
                if name not in written and ready:
                    # A list stands right after what it holds, before the first struct that has it.
                    written.add(name)
                    block = self.list_struct(name, field)
                    out = out[:n_head] + block + out[n_head:] if self.kind(field) != 'STRUCT' else out + block
        out += self.enum('ContractTypeId', 'CONTRACT_TYPE_', [stem(t.name) for t in self.types],
                         'Complex types of the schema; the key of their tables.')
        out += self.enum('ContractOperationId', 'CONTRACT_OPERATION_', self.schema.operations(),
                         'Operations: every element X of the schema that has an XResponse.')
        return '\n'.join(out) + '\n'

    def struct(self, owner):
        name = self.struct_name(owner.name)
        out = ['typedef struct', '{']
        for field in owner.fields:
            out += self.member(field)
        if not owner.fields:
            out.append('  gboolean is_present; /* C wants one member; the element is always empty */')
        return self.documented(name, self.meaning(owner.text), [*out, f'}} {name};', ''])

    def enum(self, name, prefix, items, text):
        out = [f'  {prefix}{snake(i).upper()}, /* {i} */' for i in items]
        out.append(f'  {prefix}N{"_TYPES" if "TYPE" in prefix else "_OPERATIONS"}, /* how many there are */')
        return self.documented(name, text, ['typedef enum', '{', *out, f'}} {name};', ''])


class Tables(Writer):
    """Writes the tables."""

    def text(self):
        out = ['/* SPDX-License-Identifier: EUPL-1.2 */',
               f'/* The tables of the contract, made from {self.source}: do not edit. */', '',
               '#include "contract-table.h"', '', '#include <stddef.h>', '']
        out += self.name_table() + self.automata() + self.simple_table() + self.field_tables()
        out += self.type_table() + self.operation_table()
        return '\n'.join(out) + '\n'

    def name_table(self):
        out = ['const ContractName contract_names[] = {']
        for name in self.names:
            size = len(name)
            out.append(f'  {{ "{name}", "<{name}>", "</{name}>", {size}, {size + 2}, {size + 3} }},')
        out += ['};', f'const guint contract_n_names = {len(self.names)};', '']
        types = [self.type_index[self.schema.elements[n][0]] if n in self.schema.elements else -1
                 for n in self.names]
        out += self.numbers('const gint16 contract_name_types[]', types) + ['']
        for element in ('PlannerFault', 'ActiveOrganisation', 'RequestUserMetadata'):
            if element not in self.schema.elements:
                raise ContractError(f'element {element} is missing')
            out.append(f'const guint16 contract_name_{snake(element)} = {self.name_index[element]};')
        return out + ['']

    def automata(self):
        out, self.dfa = [], {}
        for pattern in sorted({p for s in self.simples for p in s.patterns}):
            made, index = Pattern(pattern), len(self.dfa)
            self.dfa[pattern] = index
            columns = [made.column[b] for b in range(128)] + [255] * 64 + [made.column[128]] * 64
            if max(made.column) > 254 or len(made.rows) > 65535:
                raise ContractError(f'pattern {pattern!r} is too large')
            out += self.numbers(f'static const guint8 columns_{index}[256]', columns)
            out += self.numbers(f'static const guint16 next_{index}[]', [t for row in made.rows for t in row])
            out += self.numbers(f'static const guint8 accepts_{index}[]', [int(a) for a in made.accepts])
            out += [f'static const ContractDfa dfa_{index} = '
                    f'{{ columns_{index}, next_{index}, accepts_{index}, {len(made.rows[0])} }};', '']
        return out

    @staticmethod
    def numbers(declaration, values):
        out = [declaration + ' = {']
        for start in range(0, len(values), 20):
            out.append('  ' + ', '.join(map(str, values[start:start + 20])) + ',')
        return out + ['};']

    def simple_table(self):
        out, rows = [], []
        for index, simple in enumerate(self.simples):
            patterns = values = 'NULL'
            if simple.patterns:
                patterns = f'patterns_{index}'
                items = ''.join(f'&dfa_{self.dfa[p]}, ' for p in simple.patterns)
                out.append(f'static const ContractDfa *const {patterns}[] = {{ {items}NULL }};')
            if simple.values:
                values = f'values_{index}'
                items = ''.join(f'{self.quote(v)}, ' for v in simple.values)
                out.append(f'static const char *const {values}[] = {{ {items}NULL }};')
            low = 'G_MININT64' if simple.low in (None, INT64_MIN) else f'G_GINT64_CONSTANT ({simple.low})'
            high = 'G_MAXINT64' if simple.high in (None, INT64_MAX) else f'G_GINT64_CONSTANT ({simple.high})'
            base = self.simple_index[simple.base.name] if simple.base else -1
            rows.append(f'  {{ "{simple.name}", {base}, CONTRACT_KIND_{simple.kind}, {int(simple.collapse)}, '
                        f'{int(simple.allow_empty)}, {simple.min_length}u, {simple.max_length}u, {low}, {high}, '
                        f'{patterns}, {values} }},')
        return out + ['const ContractSimple contract_simples[] = {'] + rows + [
            '};', f'const guint contract_n_simples = {len(rows)};', '']

    @staticmethod
    def quote(text):
        """A C string literal of the text's UTF-8."""
        sign = {ord('"'): '\\"', ord('\\'): '\\\\', ord('\n'): '\\n'}
        return '"' + ''.join(sign.get(b) or (chr(b) if 32 <= b < 127 else f'\\{b:03o}')
                             for b in text.encode()) + '"'

    def field_row(self, owner, field):
        kind, struct = self.kind(field), self.struct_name(owner.name)
        flags, flag_offset, member = [], '0', snake(field.name)
        offset = '0' if owner.is_wrapper else f'offsetof ({struct}, {member})'
        if field.is_list:
            flags.append('LIST')
        elif kind == 'STRUCT' and self.schema.complex[field.type_name].is_wrapper:
            flags.append('WRAPPER')
        elif self.is_pointer(field):
            flags.append('POINTER')
        if field.nillable:
            flags.append('NILLABLE')
        if self.has_flag(field):
            flags.append('FLAG')
            flag_offset = f'offsetof ({struct}, has_{member})'
        type_index = self.type_index[field.type_name] if kind == 'STRUCT' else self.simple_index[field.type_name]
        flag_text = ' | '.join('CONTRACT_FIELD_' + f for f in flags) or '0'
        return (f'  {{ {self.name_index[field.name]}, CONTRACT_KIND_{kind}, {flag_text}, {type_index}, '
                f'{offset}, {flag_offset}, {field.low}u, {field.high}u }}, /* {field.name} */')

    def field_tables(self):
        out = []
        for index, owner in enumerate(self.types):
            if owner.fields:
                out += [f'static const ContractField fields_{index}[] = {{ /* {owner.name} */']
                out += [self.field_row(owner, f) for f in owner.fields] + ['};', '']
            if owner.rules:
                order = {f.name: i for i, f in enumerate(owner.fields)}
                out.append(f'static const ContractRule rules_{index}[] = {{')
                for rule in owner.rules:
                    members = ', '.join(str(order[m]) for m in rule[1:])
                    exact = 'TRUE' if rule[0] == 'exactly-one-of' else 'FALSE'
                    out.append(f'  {{ {exact}, {len(rule) - 1}, {{ {members} }} }},')
                out += ['};', '']
        return out

    def type_table(self):
        out = ['const ContractType contract_types[] = {']
        for index, owner in enumerate(self.types):
            fields = f'fields_{index}' if owner.fields else 'NULL'
            rules = f'rules_{index}' if owner.rules else 'NULL'
            out.append(f'  {{ "{owner.name}", {fields}, {rules}, {len(owner.fields)}, {len(owner.rules)}, '
                       f'sizeof ({self.struct_name(owner.name)}) }},')
        return out + ['};', '']

    def operation_table(self):
        out = ['const ContractOperation contract_operations[] = {']
        for name in self.schema.operations():
            row = [f'CONTRACT_OPERATION_{snake(name).upper()}', f'"{name}"']
            row += [f'CONTRACT_TYPE_{snake(stem(self.schema.elements[n][0])).upper()}'
                    for n in (name, name + 'Response')]
            row += [str(self.name_index[n]) for n in (name, name + 'Response')]
            out.append(f'  {{ {", ".join(row)} }},')
        return out + ['};', '']

    def source_text(self, symbol, text):
        return [f'const char {symbol}[] ='] + [
            '  ' + self.quote(line) for line in text.splitlines(keepends=True)] + ['  ;', '']


# --- WSDL ------------------------------------------------------------------------------------------


WSDL_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: EUPL-1.2 -->
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
  xmlns:tns="{namespace}" targetNamespace="{namespace}" name="{service}">
"""
HEADERS = ('ActiveOrganisation', 'RequestUserMetadata')


def wsdl_message(name, part, element):
    return (f'  <wsdl:message name="{name}">\n    <wsdl:part name="{part}" element="tns:{element}"/>\n'
            '  </wsdl:message>\n')


def wsdl_binding(schema, service, suffix, soap):
    out = [f'  <wsdl:binding name="{service}{suffix}" type="tns:{service}">\n'
           f'    <{soap}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>\n']
    headers = ''.join(f'        <{soap}:header message="tns:{h}Message" part="{h}" use="literal"/>\n'
                      for h in HEADERS)
    for name in schema.operations():
        out.append(f'    <wsdl:operation name="{name}">\n'
                   f'      <{soap}:operation soapAction="{schema.namespace}/{name}" style="document"/>\n'
                   f'      <wsdl:input>\n        <{soap}:body use="literal"/>\n{headers}      </wsdl:input>\n'
                   f'      <wsdl:output>\n        <{soap}:body use="literal"/>\n      </wsdl:output>\n'
                   f'      <wsdl:fault name="PlannerFault">\n'
                   f'        <{soap}:fault name="PlannerFault" use="literal"/>\n      </wsdl:fault>\n'
                   '    </wsdl:operation>\n')
    return ''.join(out + ['  </wsdl:binding>\n'])


def wsdl(schema, schema_text, service='ExternalBookingService'):
    """The whole WSDL with the schema inside; names and address are replaced when it is served."""
    inner = schema_text[schema_text.index('<xs:schema'):].rstrip()
    out = [WSDL_HEAD.format(namespace=schema.namespace, service=service), '  <wsdl:types>\n', inner,
           '\n  </wsdl:types>\n']
    for name in schema.operations():
        out.append(wsdl_message(name + 'Input', 'parameters', name))
        out.append(wsdl_message(name + 'Output', 'parameters', name + 'Response'))
    out.append(wsdl_message('PlannerFaultMessage', 'fault', 'PlannerFault'))
    out += [wsdl_message(h + 'Message', h, h) for h in HEADERS]
    out.append(f'  <wsdl:portType name="{service}">\n')
    for name in schema.operations():
        out.append(f'    <wsdl:operation name="{name}">\n'
                   f'      <wsdl:documentation>{schema.elements[name][1]}</wsdl:documentation>\n'
                   f'      <wsdl:input message="tns:{name}Input"/>\n'
                   f'      <wsdl:output message="tns:{name}Output"/>\n'
                   f'      <wsdl:fault name="PlannerFault" message="tns:PlannerFaultMessage"/>\n'
                   '    </wsdl:operation>\n')
    out.append('  </wsdl:portType>\n')
    out += [wsdl_binding(schema, service, *binding) for binding in (('Soap', 'soap'), ('Soap12', 'soap12'))]
    out.append(f'  <wsdl:service name="{service}">\n')
    for suffix, soap in (('Soap', 'soap'), ('Soap12', 'soap12')):
        out.append(f'    <wsdl:port name="{service}{suffix}" binding="tns:{service}{suffix}">\n'
                   f'      <{soap}:address location="http://127.0.0.1:8080/soap/{service}/v3"/>\n'
                   '    </wsdl:port>\n')
    out.append('  </wsdl:service>\n</wsdl:definitions>\n')
    return ''.join(out)


def write(path, text):
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text)


def main(arguments):
    if len(arguments) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        schema = Schema(arguments[1])
        writer = Tables(schema, arguments[1].rsplit('/', 1)[-1])
        with open(arguments[1], encoding='utf-8') as stream:
            schema_text = stream.read()
        wsdl_text = wsdl(schema, schema_text)
        header = writer.header()
        tables = writer.text() + '\n'.join(writer.source_text('contract_xsd_source', schema_text)
                                           + writer.source_text('contract_wsdl_source', wsdl_text))
    except (ContractError, ET.ParseError, OSError) as error:
        print(f'{arguments[1]}: {error}', file=sys.stderr)
        return 1
    for path, text in zip(arguments[2:], (header, tables, wsdl_text)):
        write(path, text)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
