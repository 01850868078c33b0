# SPDX-License-Identifier: EUPL-1.2
# A browser without a window and somebody with no mouse: for tests of pages.
"""Keyboard goes from control to control by Tab and says what has the focus; what is focused must be seen to be."""

import contextlib
import shutil

import testlib

CHROMIUM, DRIVER = "chromium", "chromedriver"
WAIT_S = 60
MAX_TABS = 60
SEEN = """
const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
return [style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, box.width > 0 && box.right > 0 && box.left >= 0];
"""


class Keyboard:
    """Acts on a page of DRIVER by keys alone."""

    def __init__(self, driver):
        from selenium.webdriver.common.keys import Keys  # pylint: disable=import-outside-toplevel

        self.driver, self.keys = driver, Keys

    def open(self, address):
        """A page from its beginning."""
        self.driver.get(address)

    def focused(self):
        """What a key would reach."""
        return self.driver.switch_to.active_element

    def press(self, *keys):
        """Keys by their names or as text, to what has the focus."""
        for key in keys:
            self.focused().send_keys(getattr(self.keys, key, key))

    def tab_to(self, what, is_it):
        """Tab until IS_IT(element); everything on the way can be seen to have the focus."""
        for _ in range(MAX_TABS):
            self.press("TAB")
            one = self.focused()
            if one.tag_name not in ("body", "iframe"):
                testlib.equal(self.driver.execute_script(SEEN), [True, True], f"an outline, and on the screen: {one.get_attribute('outerHTML')[:200]}")
            if is_it(one):
                return one
        raise AssertionError(f"{what} is not reached by {MAX_TABS} times Tab")

    def tab_to_text(self, text):
        """Tab until a link or button that begins with TEXT."""
        return self.tab_to(text, lambda one: one.tag_name in ("a", "button") and one.text.startswith(text))

    def tab_to_name(self, name):
        """Tab until the control of that name."""
        return self.tab_to(name, lambda one: one.get_attribute("name") == name)

    def wait(self, is_so, what):
        """Until IS_SO() of the page; a page that is just being replaced is asked again."""
        from selenium.common.exceptions import StaleElementReferenceException  # pylint: disable=import-outside-toplevel

        def is_so_of_one_page():
            try:
                return is_so()
            except StaleElementReferenceException:
                return False

        return testlib.wait_for(is_so_of_one_page, WAIT_S, what)

    def complaints(self):
        """What the browser found wrong: scripts, styles or addresses that the page's own policy forbids, things not found."""
        return [row["message"] for row in self.driver.get_log("browser") if row["level"] in ("SEVERE", "WARNING") and "favicon.ico" not in row["message"]]


@contextlib.contextmanager
def keyboard(width=1100, height=900):
    """A Keyboard on a fresh browser of that size; testlib.Skip where none is installed."""
    try:
        from selenium import webdriver  # pylint: disable=import-outside-toplevel
        from selenium.webdriver.chrome.service import Service  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise testlib.Skip("python3-selenium is missing") from None
    if not shutil.which(CHROMIUM) or not shutil.which(DRIVER):
        raise testlib.Skip("chromium or chromium-driver is missing")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which(CHROMIUM)
    profile = testlib.make_folder()
    for word in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "no-proxy-server", f"user-data-dir={profile}", f"window-size={width},{height}"):
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(shutil.which(DRIVER)), options=options)
    try:
        driver.set_page_load_timeout(WAIT_S)
        yield Keyboard(driver)
    finally:
        driver.quit()
