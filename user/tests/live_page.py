#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Usage: BUILD=build/user live_page.py

Test the page that headroom metrics serves of a recording, in Chromium: that it follows a recording which
grows, without losing what was looked at, and that its values are those of the recording. Prints TAP.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

# first: it ends the test where there is no browser
from browser import BUILD, Page, start_browser

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from metrics_server import Server
from tap import done, equal, report

SERVICE, BACKUP = "/machine/service", "/machine/backup"
# Of the incident, and of what the page shows, s
LENGTH, SPAN = 900, 300
START = 1790000000
PATIENCE = 90


def grow(recording, first, last):
    """Append seconds of the incident"""
    subprocess.run([f"{BUILD}/tests/make-recording", recording, str(LENGTH), str(first), str(last)], check=True)


def why(recording, end):
    """What another command reads from the recording for the minute before"""
    at = time.strftime("%F %T", time.gmtime(START + end))
    answer = subprocess.run([f"{BUILD}/headroom", "replay", recording, "--at", at, "why", SERVICE,
                             "--interval", "60", "--json"], check=True, stdout=subprocess.PIPE,
                            env={**os.environ, "TZ": "UTC"})
    return json.loads(answer.stdout)


def last_moment(page):
    """The second of the incident that the page shows last"""
    return page.js("const t = incident.state.data.time; return t[t.length - 1]") - START


def await_moment(page, second):
    """Wait until the page shows a second of the incident"""
    WebDriverWait(page.browser, PATIENCE).until(lambda _: last_moment(page) >= second)


def test_values(page, recording, end):
    """What the page has is what the recording has"""
    want = why(recording, end)
    begin, end = START + end - want["interval_s"], START + end
    equal(page.sum(SERVICE, "refaults", begin, end), want["evictions"]["refaults"], "refaults are the recording's")
    for cause in want["waits"]["causes"]:
        got, ns = page.sum(SERVICE, cause["cause"], begin, end), cause["total"] / 1000
        # whole microseconds in each row
        report(ns - 61 <= got <= ns, f"and time in {cause['cause']}", got, ns)
    equal(page.at(SERVICE, "current", end), want["limits"][0]["current_bytes"], "and memory.current")


def selected(page):
    """The path of the chosen cgroup"""
    return page.js("return incident.state.data.cgroups[incident.state.cgroup].path")


def test_load(page, url, recording):
    page.open(url)
    equal(page.messages(), [], "the page is shown without a message on the console")
    equal(page.text("h1"), "Live", "as a live one")
    equal(set(page.js("return performance.getEntriesByType('resource').map(e => new URL(e.name).pathname)")),
          {"/incident.json"}, "and reads its data from beside it")
    report("The last frame is" in page.text("#live-text") and "old" in page.text("#live-text"),
           "a recording that has ended is not called live", page.text("#live-text"))
    length = page.js("const t = incident.state.data.time; return t[t.length - 1] - t[0]")
    report(SPAN - 2 <= length <= SPAN + 1, "it shows the last part of the recording", length)
    equal(selected(page), SERVICE, "of the cgroup that waited most")
    test_values(page, recording, 400)
    drawn = page.js("const { data } = incident.charts.find(c => c.kind.id === 'memory').u; return data[1][data[1].length - 1]")
    equal(drawn, why(recording, 400)["limits"][0]["current_bytes"], "which is drawn")
    report(page.js("return incident.state.data.stalls.length > 0 && incident.state.data.stalls.every(s => s.pid === null)"),
           "stalls have no pids")
    equal(page.js("return [document.images.length, document.querySelectorAll('main script, main b b').length]"), [0, 0],
          "hostile names make no element")
    page.hover("stall", 0)
    equal(page.js("return incident.state.pointed"), True, "a pointer above a chart is followed")
    second = page.js("return incident.state.data.time[incident.state.row]")
    grow(recording, 401, 402)
    await_moment(page, 402)
    equal(page.js("return incident.state.data.time[incident.state.row]"), second, "and its moment stays")
    page.picture("live")


def test_refresh(page, recording):
    """New frames appear, and what was looked at stays"""
    number = page.js("return incident.state.data.cgroups.find(c => c.path === arguments[0]).number", BACKUP)
    Select(page.browser.find_element(By.ID, "cgroup")).select_by_value(str(number))
    page.js("document.querySelector('#chart-memory .keys button').click()")
    grow(recording, 403, 405)
    await_moment(page, 405)
    report(last_moment(page) == 405, "frames that are appended are shown")
    test_values(page, recording, 405)
    equal(selected(page), BACKUP, "the chosen cgroup stays")
    equal(page.js("return document.getElementById('cgroup').selectedOptions[0].title"), BACKUP, "in the list as well")
    report(not page.js("return incident.charts[2].u.series[1].show"), "a hidden line stays hidden")
    view = page.view()
    report(abs(view[1] - START - 405) < 0.01 and view[0] < START + 120, "a view of all the time stays one", view)
    page.js("document.querySelector('#chart-memory .keys button').click()")
    page.click("#in")
    page.click("#in")
    page.click("#back")
    inside = page.view()
    grow(recording, 406, 410)
    await_moment(page, 410)
    equal(page.view(), inside, "a view of a part stays where it is")
    for _ in range(6):
        page.click("#forth")
    before = page.view()
    grow(recording, 411, 415)
    await_moment(page, 415)
    after = page.view()
    report(abs(after[1] - before[1] - 5) < 0.01 and abs(after[0] - before[0] - 5) < 0.01,
           "a view that ends with the data moves on", before, after)
    page.click("#all")
    equal(page.messages(), [], "still without a message on the console")


def test_pause(page, recording):
    """A page that is paused asks for nothing"""
    asked = "return performance.getEntriesByType('resource').length"
    page.click("#pause")
    report("paused" in page.text("#live-text"), "it can be paused", page.text("#live-text"))
    # a request that was under way may end
    time.sleep(2)
    grow(recording, 416, 420)
    before = page.js(asked)
    time.sleep(7)
    equal(page.js(asked), before, "and asks for nothing then")
    equal(last_moment(page), 415, "and stays as it was")
    page.click("#pause")
    await_moment(page, 420)
    report(last_moment(page) == 420, "it continues")


def test_failure(page, recording):
    """A recording that cannot be read any more"""
    with open(recording, "rb") as file:
        whole = file.read()
    with open(recording + ".bad", "wb") as file:
        file.write(b"no recording" * 1000)
    os.rename(recording + ".bad", recording)
    failed = "return document.getElementById('failure').hidden ? '' : document.getElementById('failure').textContent"
    WebDriverWait(page.browser, PATIENCE).until(lambda _: page.js(failed))
    report("cannot be refreshed" in page.js(failed) and "no recording of headroom" in page.js(failed),
           "it says why it cannot be refreshed", page.js(failed))
    equal(page.js("return document.querySelectorAll('#charts canvas').length"), 3, "and keeps what it has")
    with open(recording + ".good", "wb") as file:
        file.write(whole)
    os.rename(recording + ".good", recording)
    WebDriverWait(page.browser, PATIENCE).until(lambda _: not page.js(failed))
    report(True, "and is refreshed when it can be")
    # a browser notes each answer that is an error
    page.messages()


def test_begin(page, directory):
    """A recording that does not exist yet"""
    os.mkdir(f"{directory}/new")
    path = f"{directory}/new/recording"
    server = Server(f"{BUILD}/tests/headroom-fake", "", f"{directory}/new", "--recording", path)
    page.browser.get(f"http://127.0.0.1:{server.port}/")
    failed = "return document.getElementById('failure').textContent"
    WebDriverWait(page.browser, PATIENCE).until(lambda _: page.js(failed))
    report(f"there is no recording {path}: set record=" in page.js(failed), "without a recording it says what to do",
           page.js(failed))
    subprocess.run([f"{BUILD}/tests/headroom-fake", "record", path, "--count", "6", "--interval", "0.05"], check=True,
                   env={**os.environ, "HEADROOM_FAKE": ""}, stderr=subprocess.DEVNULL)
    WebDriverWait(page.browser, PATIENCE).until(lambda _: page.js("return !!window.incident"))
    report("The last 15 min 0 s" in page.text("#live-text"), "and shows it when there is one", page.text("#live-text"))
    equal(server.stop(), 0, "the server ends")


def main():
    with tempfile.TemporaryDirectory() as directory:
        recording = f"{directory}/recording"
        grow(recording, 1, 400)
        server = Server(f"{BUILD}/tests/headroom-fake", "", directory, "--recording", recording, "--span", str(SPAN))
        browser = start_browser()
        try:
            page = Page(browser)
            test_load(page, f"http://127.0.0.1:{server.port}/", recording)
            test_refresh(page, recording)
            test_pause(page, recording)
            test_failure(page, recording)
            test_begin(page, directory)
        finally:
            browser.quit()
        equal(server.stop(), 0, "so does the first one")
    return done()


if __name__ == "__main__":
    sys.exit(main())
