#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: stalls.py YNL COMMAND...

Print how long each cgroup stalled for memory while COMMAND ran. YNL is the directory
tools/net/ynl of a kernel source tree."""
import subprocess
import sys

sys.path.insert(0, sys.argv[1])
from lib import YnlFamily


def stalled(family):
    """Nanoseconds in stalls, by cgroup id; a leaf has no subtree, so local is its total"""
    stats = {c["id"]: c.get("subtree", c.get("local", {}))
             for c in family.dump("cgroup-get", {})}
    return {cgroup: s.get("stall-total", 0) for cgroup, s in stats.items()}


headroom = YnlFamily("Documentation/netlink/specs/headroom.yaml", schema="")
before = stalled(headroom)
subprocess.run(sys.argv[2:], check=True)
for cgroup_id, total in stalled(headroom).items():
    # a cgroup born in between counts from 0
    print(f"cgroup {cgroup_id}: {(total - before.get(cgroup_id, 0)) / 1e6:.1f} ms")
