# SPDX-License-Identifier: EUPL-1.2
# One winner on one slot, twelve on twelve seats, and nothing lost or invented when everybody does everything at once.

import races
import testlib


def test_one_slot():
    with races.start(n_advisors=1) as planner:
        races.one_slot(planner, testlib.budget("race-slot"))


def test_twelve_seats():
    with races.start(n_advisors=1) as planner:
        races.seats(planner, testlib.budget("race-seats"))


def test_mixed():
    with races.start(n_advisors=50) as planner:
        races.mixed(planner, testlib.budget("race-mixed"))


def test_paging():
    with races.start(n_advisors=50) as planner:
        races.paging(planner, testlib.budget("race-paging"))


testlib.run(globals())
