#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: metrics_prometheus.py RULES DASHBOARD ADDRESS | HEADROOM-FAKE METRICS-DAEMON

Start a Prometheus that scrapes 'headroom metrics', at an address or on the fake module, and evaluate
each rule, and each expression of the dashboard: all must return data. Prints TAP. Needs no network but
loopback.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

from metrics_server import free_port
from tap import done, report


class Prometheus:
    """A server that keeps its data in a directory, and scrapes each @seconds"""

    def __init__(self, directory, targets, rules, seconds=1):
        self.port = free_port()
        config = {
            "global": dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), f"{seconds}s"),
            "rule_files": [rules],
            "scrape_configs": [{"job_name": "headroom", "static_configs": [{"targets": targets}]}],
        }
        with open(f"{directory}/prometheus.yml", "w", encoding="utf-8") as file:
            yaml.safe_dump(config, file)
        with open(f"{directory}/log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={directory}/prometheus.yml",
                 f"--storage.tsdb.path={directory}/data",
                 f"--web.listen-address=127.0.0.1:{self.port}"], stdout=log, stderr=log)

    def ask(self, path, **arguments):
        """The data of an answer; an error raises"""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error

    def query(self, expression):
        """The samples of an expression now"""
        return self.ask("query", query=expression)["result"]

    def await_data(self, expression):
        """Wait until an expression returns data"""
        for _ in range(600):
            try:
                if self.query(expression):
                    return
            except (OSError, ValueError):
                pass
            time.sleep(0.2)
        raise TimeoutError(expression)

    def stop(self):
        """End it"""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def without_thresholds(expression):
    """The same with 0 or 1 for what a comparison would leave out, and without a wait for the past"""
    return re.sub(r" (>|<|==) (?!bool)", r" \1 bool ", expression.replace("offset 15m unless", "+"))


def test_data(prometheus, name, expression):
    """An expression returns data, and no NaN alone"""
    try:
        result = prometheus.query(expression)
    except ValueError as error:
        report(False, name, f"{expression}: {error}")
        return
    values = [float(sample["value"][1]) for sample in result]
    report(any(value == value for value in values), f"{name}: {len(values)} series",
           f"{expression}: {result}")


def test_rules(prometheus, path):
    """Each rule of the file is evaluated without an error, and has something to compare"""
    for group in prometheus.ask("rules")["groups"]:
        for rule in group["rules"]:
            report(rule["health"] == "ok", f"Prometheus evaluates {rule['name']}", rule)
    with open(path, encoding="utf-8") as file:
        groups = yaml.safe_load(file)["groups"]
    report(sum(len(group["rules"]) for group in groups) >= 20, "rules are found")
    for group in groups:
        for rule in group["rules"]:
            if "record" in rule:
                test_data(prometheus, f"recorded {rule['record']}", rule["record"])
            # what an alert is about must exist, whether or not it fires
            test_data(prometheus, f"rule {rule.get('record') or rule['alert']}",
                      without_thresholds(rule["expr"]))


def test_board(prometheus, path):
    """Each expression of the dashboard returns data"""
    with open(path, encoding="utf-8") as file:
        board = json.load(file)
    targets = [(panel["title"], target["expr"]) for panel in board["panels"]
               for target in panel.get("targets", [])]
    report(len(targets) >= 20, "panels are found")
    for title, expression in targets:
        expression = expression.replace("$__rate_interval", "1m")
        test_data(prometheus, f"panel {title}", re.sub(r'"\$[a-z]+"', '".*"', expression))
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            series, label = re.match(r"label_values\((.*), (\w+)\)",
                                     variable["query"]["query"]).groups()
            test_data(prometheus, f"variable {variable['name']}",
                      f"count by ({label}) ({series.replace('$instance', '.*')})")


def test_scrape(prometheus, targets):
    """All targets are scraped as OpenMetrics, and no sample is refused"""
    for target in prometheus.ask("targets")["activeTargets"]:
        report(target["health"] == "up" and not target["lastError"],
               f"target {target['labels']['instance']} is up", target)
    for target in targets:
        samples = prometheus.query(f'scrape_samples_scraped{{instance="{target}"}}')
        series = prometheus.query(f'headroom_series{{instance="{target}"}}')
        report(samples[0]["value"][1] == series[0]["value"][1],
               f"all {series[0]['value'][1]} series of {target} arrive", samples)
    metadata = prometheus.ask("metadata", metric="headroom_refaults_pages")
    report([m["unit"] for m in metadata.get("headroom_refaults_pages", [])] == ["pages"],
           "units arrive, which only OpenMetrics has", metadata)


def test_names(prometheus):
    """Names of the fake module, whatever they have in them"""
    names = prometheus.ask("label/cgroup/values")
    report('/quote"and\\backslash' in names and "/line\nend" in names and "/</script><b>" in names,
           "hostile names arrive as they are", names)


def start_fakes(directory, fake, daemon):
    """A daemon that answers, and two servers: (processes, addresses)"""
    root = f"{directory}/root/busy"
    os.makedirs(root)
    for name in ("current", "swap.current", "low", "high", "max"):
        with open(f"{root}/memory.{name}", "w", encoding="ascii") as file:
            file.write("1000000\n")
    processes, targets = [subprocess.Popen([daemon, f"{directory}/socket"])], []
    for behaviour in ("partly losing hostile taking", "taking containers=20"):
        targets.append(f"127.0.0.1:{free_port()}")
        processes.append(subprocess.Popen(
            [fake, "metrics", "--listen", targets[-1], "--groups", "all", "--socket",
             f"{directory}/socket"],
            env={**os.environ, "HEADROOM_FAKE": behaviour,
                 "HEADROOM_FAKE_ROOT": f"{directory}/root"}))
    return processes, targets


def test_all(prometheus, targets, rules, board):
    """Wait for two scrapes, and test"""
    for target in targets:
        prometheus.await_data(f'rate(headroom_stall_seconds_total{{instance="{target}"}}[1m]) > 0')
    prometheus.await_data("cgroup_evictor:headroom_blame_refaults:rate5m > 0")
    prometheus.await_data("cgroup:headroom_refault_distance_bytes:p90_5m > 0")
    prometheus.await_data("instance:headroom_pages_dropped:ratio5m >= 0")
    test_scrape(prometheus, targets)
    test_rules(prometheus, rules)
    test_board(prometheus, board)


def main():
    """Start everything, and test"""
    rules, board, *where = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        processes, targets = start_fakes(directory, *where) if len(where) > 1 else ([], where)
        # a machine that is emulated answers more slowly
        prometheus = Prometheus(directory, targets, os.path.abspath(rules), 1 if processes else 3)
        try:
            test_all(prometheus, targets, rules, board)
            if processes:
                test_names(prometheus)
        except TimeoutError as error:
            with open(f"{directory}/log", encoding="utf-8") as log:
                report(False, f"no data in time: {error}", log.read()[-700:])
        finally:
            prometheus.stop()
            for process in processes:
                process.terminate()
                process.wait(60)
    sys.exit(done())


main()
