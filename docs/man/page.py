#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
# Turns a Markdown document of ours into a manual page: headings, paragraphs, lists, code, tables.
"""page.py DOCUMENT NAME SECTION VERSION "what it is" > NAME.SECTION"""

import pathlib
import re
import sys


def escape(text):
    """Text for troff: no minus becomes a hyphen."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")


def inline(text):
    """Bold and code in bold, links as their text; never a request."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text.replace("\\|", "|"))
    parts = re.split(r"(\*\*[^*]+\*\*|`[^`]+`)", text)
    line = "".join(
        f"\\fB{escape(part.strip('*') if part.startswith('*') else part.strip('`'))}\\fR" if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )
    return "\\&" + line if line.startswith(".") else line


def row(line):
    """Cells of a table row."""
    return [cell.strip().replace("\0", "\\|") for cell in line.strip().strip("|").replace("\\|", "\0").split("|")]


def table(lines):
    """A tagged paragraph for each row: the first cell is the tag."""
    head, body = row(lines[0]), [row(line) for line in lines[2:]]
    out = []
    for cells in body:
        rest = [f"{title}: {inline(cell)}" if title and index > 1 else inline(cell) for index, (title, cell) in enumerate(zip(head, cells)) if index > 0 and cell]
        out += [".TP", inline(cells[0]), "\n".join(rest) or "\\&"]
    return out


def blocks(text):
    """Runs of lines that belong together."""
    block, in_code = [], False
    for line in text.splitlines() + [""]:
        if line.startswith("```"):
            in_code = not in_code
            if not in_code:
                yield "code", block
                block = []
            elif block:
                yield "text", block
                block = []
        elif in_code:
            block.append(line)
        elif not line.strip() or line.startswith("#") or (line.startswith("- ") and block) or (block and line.startswith("|") != block[0].startswith("|")):
            if block:
                yield "text", block
            block = [line] if line.strip() else []
        else:
            block.append(line)


def convert(text):
    """The body of the page."""
    out = []
    for kind, block in blocks(text):
        first = block[0] if block else ""
        if kind == "code":
            out += [".PP", ".nf", *(f"\\&    {escape(line)}" for line in block), ".fi"]
        elif first.startswith("###"):
            out += [".SS " + inline(first.lstrip("# "))]
            block = block[1:]
            out += [".PP", inline(" ".join(block))] if block else []
        elif first.startswith("## "):
            out += [".SH " + inline(first[3:]).upper()]
        elif first.startswith("# ") or first.startswith("<!--"):
            continue
        elif first.startswith("|"):
            out += table(block)
        elif first.startswith("- "):
            out += [".IP \\(bu 2", inline(" ".join(line.strip() for line in block)[2:])]
        else:
            out += [".PP", inline(" ".join(block))]
    return "\n".join(out)


def main(document, name, section, version, sentence):
    """The whole page."""
    body = convert(pathlib.Path(document).read_text(encoding="utf-8"))
    print(f'.TH {name.upper()} {section} "" "Kommunal Planner {version}"')
    print(f".SH NAME\n{escape(name)} \\- {escape(sentence)}\n.SH DESCRIPTION")
    print(body)
    print(".SH SEE ALSO\n.BR plannerctl (1),\n.BR plannerd (8)")


if __name__ == "__main__":
    main(*sys.argv[1:])
