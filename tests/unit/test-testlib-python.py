# SPDX-License-Identifier: EUPL-1.2
# Tests of the Python half of the test library, and that both halves make the same numbers.
import os
import sys

import testlib


def test_cpr_is_impossible():
    numbers = [testlib.cpr(n) for n in range(0, testlib.N_CPR, 997)]
    testlib.equal(len(set(numbers)), len(numbers), "different numbers")
    for number in numbers:
        assert 58 <= int(number[4:6]) <= 99 and number[6] in "5678", number
        assert not testlib.passes_modulus_11(number), number


def test_cpr_as_in_c():
    testlib.equal(
        [testlib.cpr(n) for n in (0, 27, 28, 1000000, testlib.N_CPR - 1)],
        ["0101585001", "2801585001", "0102585001", "0903947171", "2812998991"],
    )


def test_budget_scales():
    before = os.environ.pop("PLANNER_BUDGET", None)
    try:
        ci_share, long_share, _, _ = testlib.budget_table()["testlib-cpr"]
        testlib.equal(testlib.budget("testlib-cpr"), ci_share)
        os.environ["PLANNER_BUDGET"] = "250"
        testlib.equal(testlib.budget("testlib-cpr"), ci_share * 5 // 2)
        os.environ["PLANNER_BUDGET"] = "long"
        testlib.equal(testlib.budget("testlib-cpr"), long_share)
    finally:
        os.environ.pop("PLANNER_BUDGET", None)
        if before is not None:
            os.environ["PLANNER_BUDGET"] = before


def test_server_is_started_and_stopped():
    port = testlib.free_port()
    script = (
        "import signal, socket; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}); "
        f"listener = socket.create_server(('127.0.0.1', {port})); signal.sigwait({{signal.SIGTERM}})"
    )
    with testlib.Server([sys.executable, "-c", script], port):
        assert testlib.port_answers(port)
    assert not testlib.port_answers(port)


def test_server_that_ends_at_once_is_told():
    try:
        testlib.Server(
            [sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"], testlib.free_port()
        ).start()
    except AssertionError as error:
        assert "ended with 3" in str(error) and "no such thing" in str(error), error
    else:
        raise AssertionError("a dead server passed as started")


def test_xml_difference():
    testlib.assert_xml_equal("<a b='1' a='2'>\n <c/></a>", '<a a="2" b="1"><c></c></a>')
    try:
        testlib.assert_xml_equal("<a><b>1</b></a>", "<a><b>2</b></a>")
    except AssertionError as error:
        assert "-<b>2</b>" in str(error) and "+<b>1</b>" in str(error), error
    else:
        raise AssertionError("different documents passed as equal")


testlib.run(globals())
