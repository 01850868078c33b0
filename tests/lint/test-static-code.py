# SPDX-License-Identifier: EUPL-1.2
# Tests of the lint itself: for each rule a tree that it must refuse, for the reason given, and one that it must let pass.
import importlib.machinery
import importlib.util
import pathlib
import sys

import testlib

LINT = pathlib.Path(testlib.SOURCE, "tests", "lint", "static-code")
sys.path.insert(0, str(LINT.parent))
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("static_code", str(LINT))
static_code = importlib.util.module_from_spec(importlib.util.spec_from_loader("static_code", loader))
loader.exec_module(static_code)

HEAD = "/* SPDX-License-Identifier: EUPL-1.2 */\n/* Says what the file is for. */\n"
HASH = "# SPDX-License-Identifier: EUPL-1.2\n# Says what the file is for.\n"


def function(body, parameters="void", head="static void\nrun"):
    """A C file with one function."""
    return f"{HEAD}{head} ({parameters})\n{{\n{body}}}\n"


SEVEN = ", ".join(f"int p{i}" for i in range(7))
NEST_3 = "  for (;;)\n    if (a)\n      while (b)\n        c ();\n"
NEST_4 = (
    "  for (;;)\n    {\n      if (a)\n        b ();\n      else if (c)\n        while (d)\n          if (e)\n            f ();\n    }\n"
)
XSD = "soap-contract/external-booking-v3.xsd"
CHANGES = "soap-contract/CHANGELOG.md"
SCHEMA = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">%s</xs:schema>'
TEST = {"tests/unit/test-a.c": HEAD, "tests/unit/meson.build": "tests += {\n  'unit/a': {},\n}\n"}
STORE = "planner/store/store-sql.c"

# rule, files (text, or text and mode), what a failure says (None: there must be none)
CASES = [
    ("file-sizes", {"planner/a.c": "\n" * 801}, "801 lines, more than 800"),
    ("file-sizes", {"planner/a.h": "\n" * 201}, "201 lines, more than 200"),
    ("file-sizes", {"tests/unit/test-a.c": "\n" * 1001}, "1001 lines"),
    ("file-sizes", {"planner/a.c": "\n" * 800, "planner/a.h": "\n" * 200, "tests/unit/test-a.c": "\n" * 1000}, None),
    ("function-sizes", {"planner/a.c": function("  a ();\n" * 78)}, "run: 81 lines"),
    ("function-sizes", {"planner/a.c": function("  a ();\n" * 77)}, None),
    ("function-sizes", {"planner/a.c": function("", SEVEN)}, "7 parameters"),
    ("function-sizes", {"planner/a.c": function("", SEVEN, "static void\non_request")}, None),
    ("function-sizes", {"planner/a.c": function("", SEVEN, "void\non_request")}, "7 parameters"),
    ("function-sizes", {"planner/a.c": function("", "int (*f) (int, int, int, int, int, int), int b")}, None),
    ("function-sizes", {"planner/a.c": function(NEST_4)}, "nested 4 deep"),
    ("function-sizes", {"planner/a.c": function(NEST_3)}, None),
    (
        "function-sizes",
        {
            "planner/a.c": function(
                "  switch (a)\n    {\n    case 'x':\n      if (b)\n        c ();\n      break;\n    default:\n      if (c)\n        while (d)\n          e ();\n    }\n"
            )
        },
        None,
    ),
    ("function-sizes", {"planner/a.c": function("  do\n    if (a)\n      b ();\n  while (c);\n" * 5)}, None),
    ("function-sizes", {"planner/a.c": function("  int a[] = { 1, 2 };\n  if (a[0])\n    b ();\n  else if (c)\n    d ();\n" * 5)}, None),
    ("function-sizes", {"planner/a.c": function("  goto end;\nend:\n  return;\n")}, "goto"),
    ("function-sizes", {"planner/a.c": function('  puts ("goto"); /* goto */\n')}, None),
    ("first-lines", {"planner/a.c": "int a;\n"}, "no line with SPDX"),
    ("first-lines", {"planner/a.c": "/* SPDX-License-Identifier: EUPL-1.2 */\nint a;\n"}, "no sentence"),
    ("first-lines", {"deploy/a": "#!/bin/sh\necho\n"}, "no line with SPDX"),
    ("first-lines", {"data/a.sql": "CREATE TABLE a (b);\n"}, "no line with SPDX"),
    (
        "first-lines",
        {
            "planner/a.c": HEAD,
            "a.py": HASH,
            "deploy/a": "#!/bin/sh\n" + HASH,
            "data/a.csv": "a\n",
            "a.xsd": '<?xml version="1.0"?>\n<!-- SPDX-License-Identifier: EUPL-1.2 -->\n<!-- Says what it is for. -->\n',
        },
        None,
    ),
    ("blanks", {"planner/a.c": "int a; \n"}, "blanks at the end"),
    ("blanks", {"planner/a.c": "int a;"}, "no newline"),
    ("blanks", {"planner/a.c": "int a;\r\n"}, "carriage"),
    ("blanks", {"planner/a.c": "\tint a;\n"}, "a tab"),
    ("blanks", {"planner/a.c": "int a;\n", "tests/unit/corpus/a.c": "a \r\n"}, None),
    ("format", {".clang-format": "BasedOnStyle: GNU\n", "planner/a.c": "int   a;\n"}, "clang-format"),
    ("format", {".clang-format": "BasedOnStyle: GNU\n", "planner/a.c": "int a;\n"}, None),
    (
        "include-cycles",
        {"planner/a.h": '#include "b.h"\n', "planner/b.h": '#include "c.h"\n', "planner/c.h": '#include "a.h"\n'},
        "includes itself",
    ),
    ("include-cycles", {"planner/a.h": '#include "b.h"\n#include "c.h"\n', "planner/b.h": '#include "c.h"\n', "planner/c.h": ""}, None),
    ("layers", {"planner/base/a.c": '#include "rules/b.h"\n', "planner/rules/b.h": ""}, "planner/base may not include planner/rules"),
    ("layers", {"planner/rules/a.c": '#include "b.h"\n', "planner/store/b.h": ""}, "planner/rules may not include planner/store"),
    ("layers", {"listener/a.c": '#include "b.h"\n', "planner/base/b.h": ""}, "listener may not include planner/base"),
    ("layers", {"planner/base/a.c": '#include "b.h"\n', "switchtrack-client/base/b.h": ""}, "planner/base may not include switchtrack-client/base"),
    ("layers", {"switchtrack-client/log/a.c": '#include "b.h"\n', "switchtrack-client/registry/b.h": ""}, "log may not include switchtrack-client/registry"),
    ("layers", {"switchtrack-client/route/a.c": '#include "b.h"\n', "planner/ops/admin/b.h": ""}, "route may not include planner/ops/admin"),
    ("layers", {"switchtrack-client/ctl/a.c": '#include "b.h"\n', "planner/ops/admin/b.h": ""}, None),
    ("layers", {"switchtrack-client/ctl/a.c": '#include "b.h"\n', "planner/ops/booking/b.h": ""}, "may not include planner/ops/booking"),
    ("layers", {"planner/ops/booking/a.c": '#include "b.h"\n', "planner/ops/service/b.h": ""}, "booking may not include planner/ops/service"),
    ("layers", {"planner/ops/commands/care/a.c": '#include "b.h"\n', "planner/ops/commands/records/b.h": ""}, "care may not include"),
    ("layers", {"planner/ops/commands/care/a.c": '#include "b.h"\n', "planner/ops/commands/b.h": ""}, None),
    ("layers", {"planner/ops/handlers/a.c": '#include "b.h"\n', "planner/ops/booking/b.h": ""}, None),
    ("layers", {"planner/dfdg/services/a.c": '#include "b.h"\n', "planner/dfdg/inbox/b.h": ""}, "services may not include planner/dfdg/inbox"),
    ("layers", {"planner/dfdg/forms/a.c": '#include "b.h"\n', "planner/ops/booking/b.h": ""}, "forms may not include planner/ops/booking"),
    ("layers", {"planner/dfdg/inbox/a.c": '#include "b.h"\n', "planner/dfdg/services/b.h": ""}, None),
    ("layers", {"planner/ops/elsewhere/a.c": ""}, "planner/ops/elsewhere is not in the lint's table"),
    ("layers", {"switchtrack-client/route/a.c": '#include "b.h"\n', "switchtrack-client/registry/b.h": ""}, None),
    ("layers", {"planner/ops/a.c": '#include "b.h"\n', "planner/http/b.h": ""}, "planner/ops may not include planner/http"),
    ("layers", {"planner/store/a.c": '#include "contract-types.h"\n'}, "planner/store may not include soap-contract"),
    ("layers", {"planner/base/a.c": '#include "b.h"\n', "tests/testlib/b.h": ""}, "a test's"),
    ("layers", {"planner/base/a.c": '#include "nowhere.h"\n'}, "in no folder of ours"),
    ("layers", {"common/a.c": ""}, "not in the lint's table"),
    (
        "layers",
        {
            "planner/ops/call/a.c": '#include "config.h"\n#include "contract-types.h"\n#include "b.h"\n/* #include "c.h" */\n',
            "planner/store/b.h": "",
            "planner/http/c.h": "",
            "tests/ops/d.c": '#include "c.h"\n',
        },
        None,
    ),
    ("room-words", {"planner/README.md": "| `base/` | clock and timers of all |\n", "planner/rules/a.c": ""}, "what is in `rules/`"),
    ("room-words", {"planner/README.md": "| `rules/` | |\n", "planner/rules/a.c": ""}, "what is in `rules/`"),
    ("room-words", {"planner/ops/README.md": "| `text/` | single values as texts |\n", "planner/ops/text/sub/a.c": ""}, "what is in `text/sub/`"),
    ("room-words", {"planner/ops/README.md": "| `text/sub/` | single values as texts |\n", "planner/ops/text/sub/a.c": ""}, None),
    ("rooms", {"planner/ops/a.c": "#include <libxml/tree.h>\n"}, "belongs in"),
    ("rooms", {"planner/http/a.c": "#include <microhttpd.h>\n"}, "belongs in"),
    ("rooms", {"planner/rules/a.c": "#include <libical/ical.h>\n"}, "belongs in"),
    ("rooms", {"planner/dfdg/wire/a.c": "#include <libsoup/soup.h>\n"}, "belongs in"),
    ("rooms", {"planner/store/booking-store.c": "#include <sqlite3.h>\n"}, "belongs in"),
    (
        "rooms",
        {
            "planner/store/store-sqlite.c": "#include <sqlite3.h>\n",
            "listener/a.c": "#include <gnutls/gnutls.h>\n",
            "soap-contract/a.c": "#include <libxml/tree.h>\n",
            "tests/unit/a.c": "#include <sqlite3.h>\n",
        },
        None,
    ),
    ("tests", {"planner/a.c": HEAD}, "no tests/*/test-a.c"),
    ("tests", {"planner/ops/handlers/op-move.c": HEAD}, "no tests/*/test-op-move.c"),
    ("tests", {"tests/unit/test-a.c": HEAD, "tests/unit/meson.build": "tests += {\n}\n"}, "no row 'unit/a'"),
    ("tests", {"planner/a.c": HEAD, "planner/main.c": HEAD, "planner/ops/handlers/op-move.c": HEAD, "tests/ops/move/request.xml": "", **TEST}, None),
    (
        "tests",
        {"planner/a.c": HEAD, "planner/a-part.c": HEAD, **TEST, "tests/unit/test-a.c": HEAD + "/* Also tests: a-other, a-part. */\n"},
        None,
    ),
    ("operation-examples", {"planner/ops/op-table.c": '  { "GetBookings", 1 },\n'}, "no examples in tests/ops/get-bookings/"),
    (
        "operation-examples",
        {"planner/ops/op-table.c": '  { "GetBookings", 1 },\n', "tests/ops/get-bookings/a.xml": "", "tests/ops/get-bookings/b.xml": ""},
        None,
    ),
    ("contract-changelog", {XSD: SCHEMA % ""}, "must tell what changed"),
    ("contract-changelog", {XSD: SCHEMA % '<xs:element name="a"/>', CHANGES: "- First. `schema 5eea05a39a48`\n"}, "must tell what changed"),
    (
        "contract-changelog",
        {XSD: SCHEMA % "<xs:annotation/>", CHANGES: "- First, and\n  so on. `schema c2e3290e4a88`\n- Older. `schema 000000000000`\n"},
        None,
    ),
    ("environment", {"planner/ops/a.c": function("  a = g_get_real_time ();\n")}, "g_get_real_time()"),
    ("environment", {"planner/ops/a.c": function("  a = time (NULL);\n")}, "time()"),
    ("environment", {"calendar-sync/a.c": function("  a = g_random_int ();\n")}, "g_random_int()"),
    ("environment", {"planner/http/a.c": function("  g_thread_new (a, b, c);\n")}, "g_thread_new()"),
    ("environment", {"planner/sync/a.c": function("  g_timeout_add_seconds (1, b, c);\n")}, "g_timeout_add_seconds()"),
    (
        "environment",
        {
            "planner/base/a.c": function("  a = time (NULL);\n"),
            "listener/a.c": function("  g_timeout_add (1, b, c);\n"),
            "planner/ops/a.c": function('  puts ("time (NULL)"); /* time (a) */\n  self->time (a);\n  end_time (a);\n'),
            "tests/unit/a.c": function("  a = g_random_int ();\n"),
        },
        None,
    ),
    ("forbidden-calls", {"planner/a.c": function("  strcpy (a, b);\n")}, "strcpy()"),
    ("forbidden-calls", {"tests/unit/a.c": function("  a = atoi (b);\n")}, "atoi()"),
    ("forbidden-calls", {"planner/a.c": function("  localtime (a);\n")}, "localtime()"),
    ("forbidden-calls", {"planner/a.c": function("  system (a);\n")}, "system()"),
    ("forbidden-calls", {"planner/a.c": function("  g_print (a);\n")}, "g_print()"),
    ("forbidden-calls", {"planner/a.c": function("  g_error (a);\n")}, "g_error()"),
    (
        "forbidden-calls",
        {
            "planner/ctl/a.c": function("  g_print (a);\n"),
            "planner/main.c": function("  g_print (a);\n"),
            "planner/a.c": function('  snprintf (a, b);\n  g_strdup_printf ("system (1)");\n  file_system (a);\n'),
        },
        None,
    ),
    ("must-use", {"planner/a.h": "gboolean a_load (int b,\n                 GError **error);\n"}, "a_load(): may fail"),
    ("must-use", {"planner/a.h": "void b (void);\ngint64\na_find (int b, GError **error);\n"}, "a_find(): may fail"),
    (
        "must-use",
        {
            "planner/a.h": "gboolean a_load (int b, GError **error) G_GNUC_WARN_UNUSED_RESULT;\nvoid a_set_error (GError **error);\nvoid a_free (A *a);\nstruct A\n{\n  int (*get) (GError **error);\n};\n"
            "typedef int (*Get) (GError **error);\n"
        },
        None,
    ),
    ("docstrings", {"planner/a.h": "char *a_dup (void);\n"}, "a_dup(): no description"),
    (
        "docstrings",
        {
            "planner/a.h": "/* int a_old (void); */\nchar *a_dup (void);\ntypedef int (*Get) (int b);\nG_DEFINE_AUTOPTR_CLEANUP_FUNC (A, a_free)\n",
            "planner/a.c": "/**\n * a_dup:\n */\n",
        },
        None,
    ),
    (
        "test-environment",
        {"tests/budget": "races 1 2 rounds unit-a\n", "tests/unit/test-a.c": 'a = testlib_budget ("worlds");\n'},
        "no row worlds",
    ),
    ("test-environment", {"tests/budget": "races 1 2 rounds unit-a\n"}, "no test uses races"),
    ("test-environment", {"tests/budget": "races 1 2 rounds unit-b\n", **TEST}, "races: no test unit-b"),
    ("test-environment", {"tests/unit/test-a.c": "  g_test_init (&argc, &argv, NULL);\n"}, "starts with testlib_init()"),
    ("test-environment", {"tests/unit/test-a.c": "  a = g_random_int ();\n"}, "a seed that nobody can repeat"),
    ("test-environment", {"tests/unit/test-a.py": "a = random.choice(b)\n"}, "a seed that nobody can repeat"),
    ("test-environment", {"tests/unit/test-a.c": "  GRand *random = testlib_random_new ();\n  a = g_rand_int (random);\n"}, None),
    ("test-environment", {"tests/unit/test-a.c": 'a = g_getenv ("PLANNER_BUDGET");\n'}, "testlib's to read"),
    (
        "test-environment",
        {
            "tests/budget": "races 1 2 rounds unit-a\nworlds 1 2 rounds http-b\n",
            **TEST,
            "tests/unit/test-a.c": 'testlib_budget ("races")\n',
            "tests/http/meson.build": "'http/b': {}",
            "tests/http/test-b.py": 'testlib.budget("worlds")\n',
        },
        None,
    ),
    ("sql", {"data/schema/1.sql": "SELECT datetime('now');\n"}, "datetime("),
    ("sql", {"data/schema/sqlite/0001-a.sql": "", "data/schema/sqlite/0001-b.sql": ""}, "comes after 0001"),
    ("sql", {"data/schema/sqlite/0001-a.sql": "", "data/schema/sqlite/0003-b.sql": ""}, "comes after 0001"),
    ("sql", {"data/schema/sqlite/0001-a.sql": "", "data/schema/sqlite/0002-b.sql": ""}, None),
    ("sql", {"data/schema/sqlite/0002-a.sql": "", "data/schema/track-log/0001-a.sql": ""}, None),
    ("sql", {"data/schema/track-log/0001-a.sql": "", "data/schema/track-log/0003-b.sql": ""}, "comes after 0001"),
    ("sql", {"data/schema/1.sql": "CREATE TABLE a (b DEFAULT CURRENT_TIMESTAMP);\n"}, "CURRENT_TIMESTAMP"),
    ("sql", {STORE: '{ BOOKING_X, "SELECT strftime ($1)" },\n'}, "strftime ("),
    ("sql", {STORE: '{ STORE_BOOKING_LIST,\n  "SELECT a "\n  "FROM b" },\n'}, "a list without ORDER BY"),
    ("sql", {STORE: '{ "booking-list", "SELECT a FROM b" },\n'}, "a list without ORDER BY"),
    ("sql", {"planner/store/sql-a.h": 'X (BOOKINGS_OF_CITIZEN, "SELECT a " \\\n     "FROM b") \\\n'}, "BOOKINGS_OF_CITIZEN: a list"),
    (
        "sql",
        {
            "planner/store/sql-a.h": 'X (BOOKINGS_OF_A, "SELECT " COLUMNS FROM_B \\\n     "WHERE a = $1") \\\n  X (ORDER, "UPDATE b ORDER BY c")\n'
        },
        "BOOKINGS_OF_A: a list",
    ),
    (
        "sql",
        {
            "planner/store/sql-a.h": 'X (BOOKINGS_OF_A, "SELECT " COLUMNS FROM_B \\\n     "WHERE a = $1 " \\\n "ORDER BY c") \\\n  X (A_BY_ID, "SELECT " A " FROM b") X (CLAIMS_OF_A, "SELECT coalesce(min(a), 0) FROM b")\n'
        },
        None,
    ),
    (
        "sql",
        {
            STORE: '{ STORE_BOOKING_LIST,\n  "SELECT a FROM b "\n  "ORDER BY a" },\n{ STORE_BOOKING_GET, "SELECT a FROM b WHERE c = $1" },\n',
            "data/schema/1.sql": "-- no datetime('now') here\nCREATE TABLE a (b);\n",
            "planner/store/a.c": "now (a); /* strftime () */\n",
        },
        None,
    ),
    ("cpr", {"docs/a.md": "citizen 010190-1234\n"}, "may be somebody's"),
    ("cpr", {"data/a.csv": "x;2412801234;y\n"}, "may be somebody's"),
    ("cpr", {"tests/a.c": 'a = "2902045001";\n'}, "may be somebody's"),
    ("cpr", {"tests/a.py": 'a = "0101905002"\n'}, None),
    ("cpr", {"tests/a.xml": "<a>0101905004</a>\n"}, "may be somebody's"),
    (
        "cpr",
        {
            "docs/a.md": "0000000000 1111111111 0101905001 010190-5001\n",
            "tests/a.ics": "DTSTART:20240101T120000Z\nUID:3f2504e0-010190-1234abc\n",
            "planner/a.c": "a = 1806123456;\n",
            "docs/b.md": "12345678901 3201901234 0113901234 3002901234 0101901234.5\n",
        },
        None,
    ),
    ("words", {"deploy/a": "cd /ro" "ot/planner\n"}, "a path of one machine"),
    ("words", {"deploy/a": "cd /ho" "me/anna/planner\n"}, "a path of one machine"),
    ("words", {"planner/a.c": "/* TO" "DO: later */\n"}, "unfinished"),
    ("words", {"docs/a.md": "https://registry.packages.org/a\n"}, "registry.packages.org: not in the lint's list"),
    ("words", {"docs/a.md": "write to anna" "@kommune.dk\n"}, "kommune.dk: use .example"),
    ("words", {"docs/a.md": "call +45 12 34 56 78\n"}, "a telephone number"),
    ("words", {"docs/a.md": "made by an A" "I\n"}, "not the reader's business"),
    (
        "words",
        {
            "docs/a.md": "http://127.0.0.1:8080/ https://www.w3.org/a http://planner.example:1/ anna@kommune.example +45 00000000 User-Agent\n",
            "deploy/a": "cd $root/work/x ./root/ a@b.service\n",
            "tests/unit/corpus/a.ics": "mailto:anna@kommune.dk\n",
        },
        None,
    ),
    ("links", {"README.md": "see [this](docs/a.md)\n"}, "docs/a.md is not there"),
    ("links", {"README.md": "see `planner/b.c`\n", "planner/a.c": ""}, "planner/b.c is not there"),
    (
        "links",
        {
            "README.md": "[a](docs/a.md#part) [b](https://x.example/) [c](#d) `planner/a.c` `elsewhere/b.c`\n",
            "docs/a.md": "[back](../README.md)\n",
            "planner/a.c": "",
        },
        None,
    ),
    ("shell", {"deploy/a": ("#!/bin/sh\nif true; then\n", 0o755)}, "expecting"),
    ("shell", {"deploy/a": "#!/bin/sh\ntrue\n"}, "not executable"),
    ("shell", {"deploy/a": ("#!/bin/bash\ntrue\n", 0o755), "deploy/a.py": "#!/usr/bin/env python3\n"}, None),
]


def failures_of(rule, files):
    """What RULE says about a tree of FILES."""
    root = testlib.make_folder()
    for path, content in files.items():
        text, mode = content if isinstance(content, tuple) else (content, 0o644)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")
        (root / path).chmod(mode)
    try:
        return [f"{path}:{line}: {text}" for path, line, text in static_code.find_rules()[rule](static_code.Tree(root))]
    except static_code.Skip as reason:
        raise testlib.Skip(str(reason)) from None


def check_rule(rule):
    """Runs the cases of RULE."""
    for case_rule, files, says in CASES:
        if case_rule != rule:
            continue
        found = failures_of(rule, files)
        if says is None:
            testlib.equal(found, [], f"failures in {sorted(files)}")
        else:
            assert any(says in failure for failure in found), f"expected a failure with {says!r} in {files}, got {found}"


def test_every_rule_has_cases():
    for rule in static_code.find_rules():
        kinds = {says is None for case_rule, _, says in CASES if case_rule == rule}
        testlib.equal(kinds, {True, False}, f"cases of {rule}: one that passes, one that fails")


def test_a_table_of_rooms_that_goes_round():
    testlib.equal(list(static_code._stacked({"a": set(), "b": {"a", "elsewhere"}})), ["a", "b"])
    for table in ({"a": {"b"}, "b": set()}, {"a": {"b"}, "b": {"a"}}, {"a": {"a"}}):
        try:
            static_code._stacked(table)
        except AssertionError as error:
            assert "a includes what stands below it" in str(error), error
        else:
            raise AssertionError(f"{table} goes round")


def test_exceptions():
    root = testlib.make_folder()
    (root / "tests" / "lint").mkdir(parents=True)
    (root / "tests" / "lint" / "exceptions").write_text(
        "words docs/* unfinished the reason for it\nwords docs/b.md * nobody needs this one\n", encoding="utf-8"
    )
    exceptions = static_code.Exceptions(static_code.Tree(root))
    assert exceptions.cover("words", "docs/a.md", "unfinished")
    assert not exceptions.cover("words", "docs/a.md", "a telephone number")
    assert not exceptions.cover("cpr", "docs/a.md", "unfinished")
    found = list(exceptions.unused({"words"}))
    assert len(found) == 1 and "docs/b.md" in found[0][2], found
    testlib.equal(list(exceptions.unused({"cpr"})), [])


for _rule in static_code.find_rules():
    globals()["test_" + _rule.replace("-", "_")] = lambda rule=_rule: check_rule(rule)

testlib.run(globals())
