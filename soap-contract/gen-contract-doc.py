#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# Writes the tables of docs/contract.md from the schema's annotations; with --check only says whether they are current.
"""Usage: gen-contract-doc.py [--check] SCHEMA.xsd CONTRACT.md

The part between the two marker lines is replaced; the rest of the file is written by hand.
"""

import importlib.util
import pathlib
import re
import sys

BEGIN, END = '<!-- tables from the schema: begin -->', '<!-- tables from the schema: end -->'


def load_generator():
    """gen-contract.py beside this file; its name is no module's."""
    path = pathlib.Path(__file__).with_name('gen-contract.py')
    spec = importlib.util.spec_from_file_location('gen_contract', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


def split_source(name, text):
    """'Meaning. Published: x.' -> ('Meaning.', 'Published: x.'); every annotation must say which it is."""
    match = re.search(r'(?:^| )(Published:|Ours[:.])', text)
    if not match:
        raise GENERATOR.ContractError(f'{name}: the annotation does not say whether it is published or ours')
    return text[:match.start()].strip(), text[match.start():].strip()


def cell(text):
    return text.replace('|', '\\|')


def cardinality(field):
    high = '*' if field.high == GENERATOR.UNBOUNDED else str(field.high)
    text = str(field.low) if str(field.low) == high else f'{field.low}–{high}'
    return text + (' nil' if field.nillable else '')


def complex_table(owner):
    meaning, source = split_source(owner.name, owner.text)
    out = [f'### {owner.name}', '', f'{meaning} {source}', '']
    for rule in owner.rules:
        out += [f'Rule: {rule[0].replace("-", " ")} {", ".join(rule[1:])}.', '']
    if not owner.fields:
        return out + ['No elements.', '']
    out += ['| Element | Type | Card. | Meaning | Published or ours |', '|---|---|---|---|---|']
    for field in owner.fields:
        meaning, source = split_source(f'{owner.name}/{field.name}', field.text)
        out.append(f'| {field.name} | {field.type_name} | {cardinality(field)} | {cell(meaning)} | {cell(source)} |')
    return out + ['']


def facets(node):
    """The facets of one simple type as the schema states them."""
    xs = GENERATOR.XS
    body = [n for n in node if n.tag != xs + 'annotation'][0]
    if body.tag == xs + 'union':
        return 'union of ' + ', '.join(body.get('memberTypes').split())
    parts = [body.get('base')]
    parts += [f'{GENERATOR.local(f.tag.replace(xs, ""))} `{cell(f.get("value"))}`' for f in body]
    return ', '.join(parts)


def tables(schema):
    out = ['## Operations', '', '| Operation | Meaning | Published or ours |', '|---|---|---|']
    for name in schema.operations():
        meaning, source = split_source(name, schema.elements[name][1])
        out.append(f'| {name} | {cell(meaning)} | {cell(source)} |')
    out += ['', '## Messages and their parts', '']
    for owner in schema.complex.values():
        out += complex_table(owner)
    out += ['## Simple types', '', '| Type | Form | Meaning | Published or ours |', '|---|---|---|---|']
    for name, node in schema.nodes.items():
        meaning, source = split_source(name, GENERATOR.documentation(node))
        out.append(f'| {name} | {facets(node)} | {cell(meaning)} | {cell(source)} |')
    return '\n'.join(out) + '\n'


def main(arguments):
    is_check = arguments[1:2] == ['--check']
    paths = arguments[2:] if is_check else arguments[1:]
    if len(paths) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    document = pathlib.Path(paths[1])
    old = document.read_text(encoding='utf-8')
    if old.count(BEGIN) != 1 or old.count(END) != 1:
        print(f'{document}: the two marker lines are missing', file=sys.stderr)
        return 1
    try:
        made = tables(GENERATOR.Schema(paths[0]))
    except GENERATOR.ContractError as error:
        print(f'{paths[0]}: {error}', file=sys.stderr)
        return 1
    new = old[:old.index(BEGIN)] + BEGIN + '\n\n' + made + '\n' + old[old.index(END):]
    if is_check:
        if new != old:
            print(f'{document} is not current: run soap-contract/gen-contract-doc.py', file=sys.stderr)
        return int(new != old)
    document.write_text(new, encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
