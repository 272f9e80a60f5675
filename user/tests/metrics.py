#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: metrics.py FILE EXPRESSION

Parse metrics strictly, and succeed if the Python expression about them is true.
"""

import sys

from prometheus_client import parser
from prometheus_client.openmetrics.parser import text_string_to_metric_families


def v(name, **labels):
    """The value of a sample; None if there is none"""
    found = [sample.value for sample in s(name) if sample.labels == labels]
    assert len(found) < 2, "a sample is there twice"
    return found[0] if found else None


def s(name):
    """All samples of this name"""
    return [sample for family in f.values() for sample in family.samples if sample.name == name]


def cgroups():
    """The cgroups that have samples"""
    return {sample.labels["cgroup"] for family in f.values() for sample in family.samples
            if "cgroup" in sample.labels}


with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
    text = file.read()
parse = (text_string_to_metric_families if text.endswith("# EOF\n") else
         parser.text_string_to_metric_families)
f = {}
seen = set()
for family in parse(text):
    assert family.name not in f, f"{family.name} is there twice"
    f[family.name] = family
    for sample in family.samples:
        key = (sample.name, tuple(sorted(sample.labels.items())))
        assert key not in seen, f"{key} is there twice"
        seen.add(key)
sys.exit(not eval("(" + sys.argv[2] + ")"))  # pylint: disable=eval-used
