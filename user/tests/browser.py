# SPDX-License-Identifier: GPL-2.0
"""The page of headroom report, or of headroom metrics, in Chromium. Pictures are left in $BUILD/report."""

import base64
import os
import sys

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ModuleNotFoundError:
    print("1..0 # SKIP python3-selenium is not installed")
    sys.exit(0)

BUILD = os.environ["BUILD"]
PICTURES = f"{BUILD}/report"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
         "--force-color-profile=srgb", "--window-size=1240,1000", "--force-prefers-reduced-motion"]


def start_browser():
    os.makedirs(PICTURES, exist_ok=True)
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Page:
    """The page in a browser"""

    def __init__(self, browser):
        self.browser = browser

    def open(self, url):
        self.browser.get(url)
        WebDriverWait(self.browser, 60).until(
            lambda browser: browser.execute_script("return !!(window.incident && incident.ready)"))

    def js(self, script, *values):
        return self.browser.execute_script(script, *values)

    def text(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector).text

    def click(self, selector):
        self.js("document.querySelector(arguments[0]).click()", selector)

    def key(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def shape(self, width, height, dark=False, phone=False):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        # two frames, so that what observes sizes has run
        self.browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def picture(self, name, top=0, height=None):
        width, whole = self.js("return [innerWidth, document.documentElement.scrollHeight]")
        answer = self.browser.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": top, "width": width, "height": height or whole, "scale": 1}})
        with open(f"{PICTURES}/{name}.png", "wb") as file:
            file.write(base64.b64decode(answer["data"]))

    def picture_of_window(self, name):
        """The pointer stays where it is"""
        self.browser.save_screenshot(f"{PICTURES}/{name}.png")

    def messages(self):
        return [entry["message"] for entry in self.browser.get_log("browser")]

    def chart(self, name):
        """The area of a chart that reacts to the pointer"""
        area = self.browser.find_element(By.CSS_SELECTOR, f"#chart-{name} .u-over")
        self.js("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", area)
        return area

    def x_of(self, seconds, name="stall"):
        """Where a moment is in a chart, as the distance from its middle"""
        return self.js("""const chart = incident.charts.find(c => c.kind.id === arguments[1]).u;
            return chart.valToPos(arguments[0], "x") - chart.over.clientWidth / 2""", seconds, name)

    def hover(self, name, x, y=0):
        ActionChains(self.browser, duration=20).move_to_element_with_offset(
            self.chart(name), round(x), y).perform()

    def view(self):
        return self.js("return incident.state.view")

    def sum(self, path, series, first, last):
        """Sum of a series over the rows behind one moment, up to another"""
        return self.js("""const { state, seriesOf } = incident, [path, series, first, last] = arguments;
            const cgroup = state.data.cgroups.find(c => c.path === path), s = seriesOf(state.data, cgroup);
            return state.data.time.reduce((sum, t, row) => sum +
                (t > first && t <= last ? (s[series] || s.causes[series])[row] : 0), 0)""", path, series, first, last)

    def at(self, path, series, seconds):
        """Value of a series at a moment"""
        return self.js("""const { state, seriesOf } = incident, [path, series, seconds] = arguments;
            const cgroup = state.data.cgroups.find(c => c.path === path);
            return seriesOf(state.data, cgroup)[series][state.data.time.indexOf(seconds)]""", path, series, seconds)
