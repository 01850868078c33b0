# SPDX-License-Identifier: EUPL-1.2
# Reads C just far enough for the lint: text without comments and strings, functions, parameters, nesting, includes.
import re
from dataclasses import dataclass

_OPAQUE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_COMMENT_OR_STRING = re.compile(r'(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')', re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
_FUNCTION = re.compile(r"^([A-Za-z_]\w*) ?\(((?:[^(){};]|\([^()]*\))*)\)\s*\n\{", re.M)
_PROTOTYPE = re.compile(
    r"^(?!typedef\b)([A-Za-z_][\w ]*[ *\n]\**)(\w+) ?\(((?:[^(){};]|\([^()]*\))*)\)([^;{}]*);", re.M
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)
_TOKEN = re.compile(r"[A-Za-z_]\w*|[(){};:]")


def _blank(match):
    text = match.group(0)
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """TEXT with its comments made blank; strings stay. Lines keep their numbers."""
    return _COMMENT_OR_STRING.sub(lambda match: _blank(match) if match.group(1) else match.group(0), text)


def code_only(text):
    """TEXT with comments, strings and preprocessor lines made blank. Lines keep their numbers."""
    return _DIRECTIVE.sub(_blank, _OPAQUE.sub(_blank, text))


def includes(text):
    """(line, path, is_quoted) of every include."""
    plain = without_comments(text)
    for match in _INCLUDE.finditer(plain):
        yield plain.count("\n", 0, match.start()) + 1, match.group(1) or match.group(2), match.group(
            1
        ) is not None


@dataclass
class Prototype:
    """One function that a header declares."""

    line: int
    name: str
    returns: str
    parameters: str
    attributes: str


def prototypes(text):
    """Every function that a header declares."""
    code = code_only(text)
    for match in _PROTOTYPE.finditer(code):
        returns, name, parameters, attributes = match.groups()
        if not name.startswith("G_D"):
            yield Prototype(
                code.count("\n", 0, match.start()) + 1, name, returns.strip(), parameters, attributes
            )


@dataclass
class Function:
    """One function definition: its name, first line, length in lines, parameters, deepest nesting, goto statements."""

    name: str
    line: int
    n_lines: int
    n_parameters: int
    nesting: int
    n_gotos: int
    is_static: bool


def _count_parameters(text):
    depth, n_commas = 0, 0
    for char in text:
        depth += (char == "(") - (char == ")")
        n_commas += char == "," and depth == 0
    return 0 if text.strip() in ("", "void") else n_commas + 1


class _Nesting:
    """Walks the statements of a body and keeps the deepest number of control statements around one."""

    def __init__(self, body):
        self.tokens = _TOKEN.findall(body)
        self.at = 0
        self.deepest = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else "}"

    def skip_parentheses(self):
        while self.peek() not in ("(", "}", ";"):
            self.at += 1
        depth = 0
        while self.at < len(self.tokens):
            depth += (self.tokens[self.at] == "(") - (self.tokens[self.at] == ")")
            self.at += 1
            if depth <= 0:
                return

    def block(self, depth):
        self.at += 1
        while self.at < len(self.tokens) and self.peek() != "}":
            self.statement(depth)
        self.at += 1

    def simple(self):
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if depth == 0 and token == "}":
                return
            depth += (token in "({") - (token in ")}")
            self.at += 1
            if depth == 0 and token == ";":
                return

    def label(self):
        while self.at < len(self.tokens) and self.tokens[self.at] not in ":;}":
            self.at += 1
        self.at += self.peek() == ":"

    def control(self, depth):
        word = self.tokens[self.at]
        self.deepest = max(self.deepest, depth + 1)
        self.at += 1
        if word != "do":
            self.skip_parentheses()
        self.statement(depth + 1)
        if word == "do":
            self.simple()
        while word == "if" and self.peek() == "else":
            self.at += 1
            if self.peek() == "if":
                self.at += 1
                self.skip_parentheses()
            self.statement(depth + 1)

    def statement(self, depth):
        token = self.peek()
        if token == "{":
            self.block(depth)
        elif token in ("if", "for", "while", "switch", "do"):
            self.control(depth)
        elif token in ("case", "default"):
            self.label()
        else:
            self.simple()


def functions(text):
    """Every function definition of TEXT, laid out as clang-format lays it out."""
    code = code_only(text)
    for match in _FUNCTION.finditer(code):
        end = code.find("\n}", match.end())
        end = len(code) if end < 0 else end + 2
        body = code[match.end() : end]
        walk = _Nesting(body)
        while walk.at < len(walk.tokens) and walk.peek() != "}":
            walk.statement(0)
        head = code[code.rfind("\n\n", 0, match.start()) + 1 : match.start()]
        yield Function(
            match.group(1),
            code.count("\n", 0, match.start()) + 1,
            code.count("\n", match.start(), end) + 1,
            _count_parameters(match.group(2)),
            walk.deepest,
            len(re.findall(r"\bgoto\b", body)),
            "static" in head,
        )
