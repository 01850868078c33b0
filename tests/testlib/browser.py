# SPDX-License-Identifier: EUPL-1.2
# Chromium without a window: pages as people see them, axe-core's verdict on them, the keyboard, zoom.
"""with Browser() as browser: browser.open(url); browser.violations() == []"""

import json
import os
import pathlib
import shutil

import testlib

AXE = testlib.SOURCE / "tests" / "switchtrack" / "node" / "node_modules" / "axe-core" / "axe.min.js"


def _load():
    try:
        import selenium.webdriver  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise testlib.Skip("python3-selenium is not installed: deploy/install.sh test") from None
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            raise testlib.Skip(f"{program} is not installed: deploy/install.sh test")
    if not AXE.is_file():
        raise testlib.Skip("axe-core is not installed: deploy/install.sh test")
    return selenium.webdriver


class Browser:
    """Chromium with a profile of its own in a temporary folder; no network but 127.0.0.1 is asked."""

    def __init__(self, scripts=True):
        self.scripts = scripts
        self.driver = None

    def __enter__(self):
        webdriver = _load()
        folder = testlib.make_folder()
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        flags = "--headless=new --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking"
        for flag in [*flags.split(), "--disable-component-update", f"--user-data-dir={folder}"]:
            options.add_argument(flag)
        if os.getuid() == 0:
            options.add_argument("--no-sandbox")
        if not self.scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        from selenium.webdriver.chrome.service import Service  # pylint: disable=import-outside-toplevel

        service = Service(shutil.which("chromedriver"), port=testlib.free_port(), log_path=str(folder / "driver.log"))
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(60)
        return self

    def __exit__(self, kind, value, trace):
        self.driver.quit()

    def open(self, url):
        """Goes to URL and waits until it is loaded."""
        self.driver.get(url)
        return self

    def size(self, width, height=900, scale=1.0):
        """The page's own width and height in CSS pixels; SCALE is the zoom."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def media(self, **features):
        """What the person prefers: media(prefers_color_scheme="dark"), media(forced_colors="active")."""
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def run(self, script, *arguments):
        """What a script of ours answers; the page's own policy does not hold it back."""
        return self.driver.execute_script(script, *arguments)

    def is_wider_than_screen(self):
        """Whether a person must scroll sideways."""
        return self.run("return document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def violations(self):
        """axe-core's violations as lines of text; its incomplete findings of contrast count too."""
        if not self.run("return typeof window.axe !== 'undefined'"):
            self.run(pathlib.Path(AXE).read_text(encoding="utf-8") + ";window.axe = axe;")
        self.driver.set_script_timeout(60)
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(done, error => done({failed: String(error)}));"
        )
        if "violations" not in result:
            raise AssertionError(f"axe-core: {json.dumps(result)[:500]}")
        if not result["passes"]:
            raise AssertionError("axe-core looked at nothing")
        found = [("violation", rule) for rule in result["violations"]]
        found += [("incomplete", rule) for rule in result["incomplete"] if rule["id"] == "color-contrast"]
        return [f"{kind} {rule['id']}: {node['html'][:200]}" for kind, rule in found for node in rule["nodes"]]

    def tab_stops(self, most=60):
        """What the Tab key comes to, in order, each as its tag with what it says; focus must be visible at each."""
        from selenium.webdriver.common.action_chains import ActionChains  # pylint: disable=import-outside-toplevel
        from selenium.webdriver.common.keys import Keys  # pylint: disable=import-outside-toplevel

        stops = []
        self.run("document.activeElement && document.activeElement.blur(); window.scrollTo(0, 0)")
        for _ in range(most):
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
            stop = self.run(
                "const e = document.activeElement; if (!e || e === document.body) return null;"
                "const s = getComputedStyle(e), r = e.getBoundingClientRect();"
                "return {tag: e.tagName.toLowerCase(), text: (e.textContent || e.name || '').trim(), id: e.id,"
                " visible: r.width > 0 && r.height > 0 && r.left >= 0 && s.outlineStyle !== 'none'}"
            )
            if stop is None or (stops and stop == stops[0]):
                return stops
            stops.append(stop)
        return stops

    def press(self, *keys):
        """Types into whatever has the focus; keys by Selenium's names or as text."""
        from selenium.webdriver.common.action_chains import ActionChains  # pylint: disable=import-outside-toplevel
        from selenium.webdriver.common.keys import Keys  # pylint: disable=import-outside-toplevel

        for key in keys:
            ActionChains(self.driver).send_keys(getattr(Keys, key, key)).perform()
