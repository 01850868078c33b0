# SPDX-License-Identifier: EUPL-1.2
# The pages of a running switchtrackd in a browser, while a Planner fails: status and evidence, without a finding of axe-core.

import browser as browser_library
import testlib
from track_world import TrackWorld, list_options

OWN, PEER = "89000", "46100"


def pages(world, folder):
    """Addresses of the evidence of the one open disturbance, in both languages."""
    listed = world.track.control("disturbances")
    found = listed.get("result", listed)["disturbances"]
    testlib.equal([row["endpoint"] for row in found], ["peer"], "open disturbances")
    for language in ("da", "en"):
        answer = world.track.control("evidence", found[0]["id"], "--language", language)
        path = folder / f"evidence-{language}.html"
        path.write_text(answer.get("result", answer)["content"], encoding="utf-8")
        yield path.as_uri()


def test_pages():
    """Wide and at 320 px, in both languages: nothing to find, nothing to scroll sideways."""
    with browser_library.Browser() as browser, TrackWorld([OWN], [PEER]) as world:
        testlib.equal(world.call(list_options(OWN, testlib.cpr(1))).status, 200, "a call")
        world.peer.mode = "reset"
        for _ in range(6):
            testlib.equal(world.call(list_options(PEER, testlib.cpr(1))).fault, 4769, "a call to a Planner that fails")
        status = f"http://127.0.0.1:{world.track.status_port}/status"
        addresses = [f"{status}?lang=da", f"{status}?lang=en", *pages(world, testlib.make_folder())]
        for address in addresses:
            for width in (1280, 320):
                browser.size(width)
                browser.open(address)
                testlib.equal(browser.violations(), [], f"{address}, {width} px")
                if browser.is_wider_than_screen():
                    raise AssertionError(f"{address}: {width} px is too narrow")
        browser.open(f"{status}?lang=en&q={PEER}")
        text = browser.run("return document.querySelector('main').textContent")
        for said in ("Not all Planners answer as they should", "Open disturbances", PEER):
            if said not in text:
                raise AssertionError(f"the page does not say {said!r}: {text}")
        if testlib.cpr(1) in browser.driver.page_source:
            raise AssertionError("a citizen is told")


testlib.run(globals())
