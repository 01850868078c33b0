#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
# The reference pages come out of the docstrings without a warning, and a wrong docstring is one.
import os
import shutil
import subprocess

import testlib

FOLDERS = ("listener", "soap-contract", "calendar-sync", "docs/reference")
PAGES = (
    "listener/func.new.html",
    "listener/struct.Settings.html",
    "calendar-sync/func.expand.html",
    "soap-contract/struct.CreateBookingRequest.html",
    "soap-contract/enum.OperationId.html",
)


def make(tree, output):
    if not all(shutil.which(tool) for tool in ("gi-docgen", "g-ir-scanner")):
        raise testlib.Skip("gi-docgen or g-ir-scanner is not installed")
    command = [tree / "docs/reference/make", os.environ["PLANNER_BUILDDIR"], output]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_refused(name, old, new, says):
    """In a copy of the tree in which the file NAME has NEW for OLD there is a complaint that SAYS why."""
    tree = testlib.make_folder()
    for folder in FOLDERS:
        shutil.copytree(testlib.SOURCE / folder, tree / folder)
    text = (tree / name).read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old}"
    (tree / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    done = make(tree, tree / "out")
    assert done.returncode != 0 and says in done.stdout + done.stderr, done.stdout + done.stderr


def test_pages():
    output = testlib.make_folder()
    done = make(testlib.SOURCE, output)
    assert done.returncode == 0, done.stdout + done.stderr
    for page in PAGES:
        assert (output / page).exists(), page


def test_unknown_link():
    text = "the first use of a zone."
    check_refused("calendar-sync/calsync-recurrence.c", text, f"{text} See [func" + "@no_such_thing].", "no_such_thing")


def test_unknown_parameter():
    check_refused("listener/listener.c", " * @handler: ", " * @handlers: ", "handlers")


testlib.run(globals())
