# SPDX-License-Identifier: EUPL-1.2
# The manual pages: no fault that groff or man can find, and nothing left out that the programs and tables have.
"""plannerctl(1), plannerd(8), plannerd.conf(5), planner-import(5), and those of the switch-track, as they are installed."""

import re
import shutil
import subprocess

import testlib

PROGRAMS = testlib.BUILD / "planner"
TRACK = testlib.BUILD / "switchtrack-client"
PAGES = {
    "plannerctl.1": PROGRAMS / "plannerctl.1",
    "switchtrackctl.1": TRACK / "switchtrackctl.1",
    "switchtrackd.conf.5": TRACK / "switchtrackd.conf.5",
    "switchtrackd.8": testlib.BUILD / "docs" / "man" / "switchtrackd.8",
    "plannerd.conf.5": PROGRAMS / "plannerd.conf.5",
    "plannerd.8": testlib.BUILD / "docs" / "man" / "plannerd.8",
    "planner-import.5": testlib.BUILD / "docs" / "man" / "planner-import.5",
}


def text_of(name):
    """The page as it is read, without its layout."""
    done = subprocess.run(["groff", "-k", "-man", "-Tutf8", "-P-cbou", "-rLL=200n", PAGES[name]], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_groff_finds_no_fault():
    """All warnings."""
    for name, path in PAGES.items():
        done = subprocess.run(["groff", "-ww", "-k", "-man", "-Tutf8", "-z", path], capture_output=True, text=True, timeout=60, check=False)
        testlib.equal((done.returncode, done.stderr), (0, ""), name)
        first = path.read_text(encoding="utf-8").splitlines()[0]
        title, section = name.rsplit(".", 1)
        assert first.startswith(f".TH {title.upper()} {section} "), first


def test_man_finds_no_fault():
    """Through man, as they are read."""
    if shutil.which("man") is None:
        raise testlib.Skip("no man here")
    for name, path in PAGES.items():
        done = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", path], capture_output=True, text=True, timeout=60, check=False, env={"MANWIDTH": "80", "PATH": "/usr/bin:/bin"}
        )
        testlib.equal((done.returncode, done.stderr), (0, ""), name)


def said(program, option):
    """What PROGRAM prints for OPTION."""
    return subprocess.run([program, option], capture_output=True, text=True, timeout=60, check=True).stdout


def test_no_option_without_a_line():
    """Against each program's own --help, and every key against its sample."""
    for program in (PROGRAMS / "plannerd", TRACK / "switchtrackd"):
        options = set(re.findall(r"--[a-z][a-z-]+", said(program, "--help")))
        assert len(options) >= 5
        page = text_of(f"{program.name}.8")
        for option in options:
            assert option in page, option
        keys = re.findall(r"^#?([a-z0-9-]+)=", said(program, "--print-config-sample"), re.M)
        page = text_of(f"{program.name}.conf.5")
        assert len(keys) > 20
        for key in keys:
            assert key in page, key


def test_the_import_page_has_every_file_and_column():
    """Against the table that the import itself reads by."""
    source = (testlib.SOURCE / "planner" / "ops" / "import" / "import-source.c").read_text(encoding="utf-8")
    rows = re.findall(r'\[IMPORT_\w+\] = \{ "([a-z-]+)",\s*((?:"[^"]*"\s*)+)\}', source)
    assert len(rows) >= 10, rows
    page = text_of("planner-import.5")
    for name, columns in rows:
        assert f"{name}.csv" in page, name
        section = re.split(r"\n {3}\S", page[page.index(f"{name}.csv") :])[0] if name != "offers" else page
        for column in re.sub(r'["!\n]', " ", columns).split():
            assert re.search(rf"\b{column}\b", section), (name, column)


testlib.run(globals())
