#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Usage: BUILD=build/user report_page.py

Test the page of headroom report in Chromium: what it shows, and that its values are those of the
recording. Prints TAP. Pictures of what was tested are left in $BUILD/report.
"""

import base64
import functools
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

# first: it ends the test where there is no browser
from browser import BUILD, PICTURES, Page, start_browser

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tap import done, equal, report

HEADROOM = f"{BUILD}/headroom"
SERVICE = "/machine/service"
# An hour at a frame a second
SECONDS = 3600
LARGEST = 10e6


def command(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, env={**os.environ, "TZ": "UTC"}).stdout


def clock(seconds):
    return time.strftime("%H:%M:%S", time.gmtime(seconds))


def test_load(page, path):
    size = os.path.getsize(path)
    page.open(f"file://{path}")
    took = page.js("return incident.ready")
    # a figure, and not a check: a busy machine takes longer
    print(f"# an hour of 201 cgroups: {size / 1e6:.1f} MB, drawn {took:.0f} ms after it was opened")
    report(size <= LARGEST, "an hour of 200 cgroups fits into 10 MB", size)
    report(took > 0, "it is drawn", took)
    equal(page.messages(), [], "without a message on the console")
    equal(page.js("return performance.getEntriesByType('resource').map(e => e.name)"), [], "and reads no other file")
    equal(page.js("return document.querySelectorAll('#charts canvas').length"), 3, "three charts are drawn")
    report(page.js("""return [...document.querySelectorAll("#charts canvas")].every(canvas =>
        canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(x => x))"""), "and not empty")
    report("/machine/service waited for memory" in page.text("#sentences"), "a summary says who waited")
    report("memory.low of /machine/service from 0 to 160.0 MiB" in page.text("#sentences"), "and what Headroom did")


def test_values(page, recording):
    """The values of the page are those that another command reads from the recording"""
    last = 1790000001 + 900
    for end in (last - 300, last - 60, last, last + 120):
        why = json.loads(command(HEADROOM, "replay", recording, "--at", time.strftime("%F %T", time.gmtime(end)),
                                 "why", SERVICE, "--interval", "60", "--json"))
        begin = end - why["interval_s"]
        at = clock(end)
        equal(page.sum(SERVICE, "refaults", begin, end), why["evictions"]["refaults"], f"refaults up to {at}")
        equal(page.sum(SERVICE, "evictions", begin, end), why["evictions"]["evictions"], f"evictions up to {at}")
        for cause in why["waits"]["causes"]:
            got, want = page.sum(SERVICE, cause["cause"], begin, end), cause["total"] / 1000
            # whole microseconds in each row
            report(want - 61 <= got <= want, f"time in {cause['cause']} up to {at}", got, want)
        equal(page.at(SERVICE, "current", end), why["limits"][0]["current_bytes"], f"memory.current at {at}")
        equal(page.at(SERVICE, "low", end), why["limits"][0]["low_bytes"], f"memory.low at {at}")
        equal(page.at("/machine", "max", end), why["limits"][1]["max_bytes"], f"memory.max of the parent at {at}")
        equal(page.at(SERVICE, "above", end), why["limits"][1]["max_bytes"], f"the limit above at {at}")
    report(page.text("#chart-memory [data-line=above]"), "a limit above that is smaller is drawn")
    equal(page.js("return incident.state.data.decisions.length"), 4, "decisions are those of the recording")
    gap = page.js("""const { state, seriesOf } = incident, gap = state.data.gaps[0].row, s = seriesOf(state.data, state.data.cgroups[1]);
        return [s.refaults[gap], s.current[gap], s.waiting[gap], s.refaults[gap + 1]]""")
    equal(gap, [None, None, None, None], "in a gap everything is unknown")
    drawn = page.js("""const gap = incident.state.data.gaps[0].row;
        return incident.charts.flatMap(chart => chart.u.data.slice(1).map(values => values[gap]))""")
    equal(drawn, [None] * len(drawn), "and nothing is drawn")


def test_hover(page):
    moment = page.js("return incident.state.data.decisions[1].time_ms / 1000")
    page.hover("stall", page.x_of(moment - 60))
    row = page.js("return incident.state.row")
    shown = page.text("#chart-pages [data-line=refaults]")
    value = page.js("""const { state, seriesOf } = incident;
        return seriesOf(state.data, state.data.cgroups[state.cgroup]).refaults[state.row] / state.data.length[state.row]""")
    equal(page.text("#chart-stall .at"), f"at {clock(page.js('return incident.state.data.time[arguments[0]]', row))}",
          "a pointer above a chart says when")
    report(value > 100 and shown == f"{value:.0f}", "and what was there, in each chart", shown, value)
    report(page.js("return document.getElementById('tip').hidden"), "nothing else")
    page.hover("stall", page.x_of(moment))
    report("raised memory.low" in page.text("#tip"), "above a decision, it says which and why", page.text("#tip"))
    page.picture_of_window("hover")
    page.hover("memory", page.x_of(page.js("const d = incident.state.data; return d.time[d.gaps[0].row]"), "memory"))
    report("in a gap" in page.text("#chart-memory .at"), "above a gap, that it is one", page.text("#chart-memory .at"))
    equal(page.text("#chart-memory [data-line=current]"), "unknown", "where memory is unknown")
    ActionChains(page.browser).move_to_element(page.browser.find_element(By.ID, "range")).perform()
    equal(page.text("#chart-stall .at"), "mean of the view", "away from it, the mean")


def test_zoom(page):
    whole = page.view()
    area = page.chart("pages")
    page.js("document.getElementById('chart-pages').scrollIntoView({block: 'center', behavior: 'instant'})")
    ActionChains(page.browser, duration=50).move_to_element_with_offset(area, -200, 0).click_and_hold() \
        .move_by_offset(100, 0).release().perform()
    view = page.view()
    report(view[1] - view[0] < (whole[1] - whole[0]) / 5, "a part of the time is chosen with the pointer", view)
    scales = page.js("return incident.charts.map(chart => [chart.u.scales.x.min, chart.u.scales.x.max])")
    report(all(abs(scale[0] - view[0]) < 1e-6 and abs(scale[1] - view[1]) < 1e-6 for scale in scales), "by all charts", scales)
    report(clock(view[0]) in page.text("#range"), "and said", page.text("#range"))
    ActionChains(page.browser).double_click(area).perform()
    equal(page.view(), whole, "a double click shows all")
    for button, share in (("#in", 0.5), ("#in", 0.25), ("#out", 0.5)):
        page.click(button)
        report(abs((page.view()[1] - page.view()[0]) / (whole[1] - whole[0]) - share) < 0.01, f"{button} zooms to {share}")
    before = page.view()
    page.click("#back")
    report(page.view()[0] < before[0], "an arrow moves the view")
    page.click("#all")
    equal(page.view(), whole, "and one button shows all")
    page.key("+")
    report(page.view() != whole, "a key zooms")
    page.key("0")
    equal(page.view(), whole, "and another one shows all")
    page.key("n")
    report(page.view()[1] - page.view()[0] < 1000 and not page.js("return document.getElementById('tip').hidden"),
           "n shows the next decision", page.view())
    row = page.js("return incident.state.row")
    page.key(Keys.ARROW_RIGHT)
    equal(page.js("return incident.state.row"), row + 1, "an arrow moves the cursor")
    report("refaults" in page.js("return document.getElementById('spoken').textContent"), "and its values are read out")
    page.picture_of_window("zoom")
    page.key(Keys.ESCAPE, "0")


def test_pick(page):
    number = page.js("return incident.state.data.cgroups.find(c => c.path === '/machine/backup').number")
    Select(page.browser.find_element(By.ID, "cgroup")).select_by_value(str(number))
    equal(page.js("return incident.state.cgroup"), number, "a cgroup is chosen from the list")
    report("/machine/backup" in page.text("#curve-chart .name"), "and the curve is its")
    page.js("document.activeElement.blur()")
    page.key("]")
    equal(page.js("return incident.state.data.cgroups[incident.state.cgroup].path"), SERVICE, "a key chooses the next one")
    page.js("document.querySelector('#cgroup-list tr[data-cgroup=\"0\"] button').click()")
    equal(page.js("return document.getElementById('cgroup').value"), "0", "so does its name in a table")
    report(page.text("#chart-memory").find("Memory is unknown") > 0, "the root has no memory.current")
    page.js("document.querySelectorAll('#sentences button')[0].click()")
    equal(page.js("return incident.state.data.cgroups[incident.state.cgroup].path"), SERVICE, "and a sentence")
    page.click("#all")
    toggle = page.browser.find_element(By.CSS_SELECTOR, "#chart-stall .keys button")
    page.js("arguments[0].click()", toggle)
    report(not page.js("return incident.charts[0].u.series[1].show"), "a series can be hidden")
    page.js("arguments[0].click()", toggle)


def test_names(page):
    paths = page.js("return incident.state.data.cgroups.map(c => c.path)")
    names = page.js("return [...document.querySelectorAll('#cgroup-list .as-link')].map(e => e.textContent)")
    for part in ('"quoted" & \'single\'', "line\\x0abreak\\x09tab", "</script><script>alert(1)</script>",
                 "<!--<img src=x onerror=alert(1)>", "sep\\xe2\\x80\\xa8arator", "invalid\ufffd\ufffd", "gr\xfc\xdfe", "x" * 255):
        shown = [name for name in names if part.replace("\ufffd", "") in name or part in name]
        if part.startswith("invalid"):
            shown = [name for name in names if "invalid" in name]
        equal(len(shown), 1, f"a name is shown as text: {part[:40]!r}")
    report(any("\n" in path for path in paths), "as it is in the data")
    equal(page.js("return [document.images.length, document.querySelectorAll('main script, main b b').length]"), [0, 0],
          "and makes no element")
    report("</script><b>bold</b>" in page.text("#decision-list"), "the text of a decision as well")


def test_print(page):
    answer = page.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69})
    pdf = base64.b64decode(answer["data"])
    with open(f"{PICTURES}/page.pdf", "wb") as file:
        file.write(pdf)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    report(pdf.startswith(b"%PDF") and 2 <= pages <= 6, "it is printed on a few sheets", pages)
    report(page.js("return incident.charts[0].u.width > 700"), "and is as wide as before behind that")


def test_shapes(page):
    page.shape(1240, 1000)
    page.picture("light")
    light = page.js("return getComputedStyle(document.body).backgroundColor")
    page.shape(1240, 1000, dark=True)
    report(page.js("return getComputedStyle(document.body).backgroundColor") != light, "it is dark where the system is")
    page.picture("dark")
    page.click("#theme")
    equal(page.js("return getComputedStyle(document.body).backgroundColor"), light, "and light if asked to")
    page.key("t")
    report(page.js("return getComputedStyle(document.body).backgroundColor") != light, "a key makes it dark")
    page.key("t")
    page.shape(360, 740, phone=True)
    equal(page.js("return document.documentElement.scrollWidth"), 360, "it is as wide as a phone")
    report(page.js("return incident.charts.every(c => c.u.width <= 360)"), "and so are the charts")
    page.picture("phone")
    page.shape(1240, 1000)


def test_served(page, path, directory):
    """A page without data reads it beside itself"""
    with open(path, encoding="utf-8") as file:
        head, data, tail = re.match(r"(.*id=\"data\">)(.*?)(</script>.*)", file.read(), re.S).groups()
    with open(f"{directory}/index.html", "w", encoding="utf-8") as file:
        file.write(head + tail)
    with open(f"{directory}/incident.json", "w", encoding="utf-8") as file:
        file.write(data)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=directory)
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page.open(f"http://127.0.0.1:{server.server_port}/")
    report("/machine/service waited for memory" in page.text("#sentences"), "a page without data reads it beside itself")
    with open(f"{directory}/incident.json", "w", encoding="utf-8") as file:
        file.write('{"format": 999}')
    page.browser.get(f"http://127.0.0.1:{server.server_port}/")
    try:
        WebDriverWait(page.browser, 10).until(lambda _: page.js("return !document.getElementById('failure').hidden"))
    except TimeoutException:
        pass
    report("format 999" in page.text("#failure"), "and says so if it cannot", page.text("#failure"))
    server.shutdown()
    page.messages()


def test_unknown(page, directory):
    """A recording without files, decisions or a single stall's end"""
    path = f"{directory}/fake"
    subprocess.run([f"{BUILD}/tests/headroom-fake", "record", path, "--count", "6", "--interval", "0.05"], check=True,
                   env={**os.environ, "HEADROOM_FAKE": ""}, stderr=subprocess.DEVNULL)
    command(HEADROOM, "report", path, "-o", f"{path}.html")
    page.open(f"file://{path}.html")
    equal(page.messages(), [], "a short recording is shown")
    report("Memory is unknown" in page.text("#chart-memory"), "with memory that is unknown")
    report("no decisions" in page.text("#decision-list"), "and no decisions")
    page.picture("short")


def main():
    with tempfile.TemporaryDirectory() as directory:
        recording, path = f"{directory}/recording", f"{directory}/page.html"
        command(f"{BUILD}/tests/make-recording", recording, str(SECONDS))
        command(HEADROOM, "report", recording, "-o", path)
        browser = start_browser()
        try:
            page = Page(browser)
            test_load(page, path)
            test_values(page, recording)
            test_hover(page)
            test_zoom(page)
            test_pick(page)
            test_names(page)
            test_print(page)
            test_shapes(page)
            equal(page.messages(), [], "and never a message on the console")
            test_served(page, path, directory)
            test_unknown(page, directory)
        finally:
            browser.quit()
    return done()


if __name__ == "__main__":
    sys.exit(main())
