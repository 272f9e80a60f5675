#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: metrics_daemon.py SOCKET [mute | old]

Answer at a socket as headroomd does, or as one before it counted acts, or accept and say nothing.
"""

import json
import socket
import sys
import time

ANSWERS = {
    "status": [{
        "version": "0", "pid": 1, "uptime_ns": 5000000000, "rules": 2, "cgroups": 3, "paused": False,
        "dry_run": False, "module_error": None, "interval_ns": 1000000000,
        "frame": {"unix_ns": 1, "duration_ns": 4000000, "cgroups": 5}, "record": None,
        "acts": [{"rule": 'say "no"', "action": "kill", "done": 4, "refused": 2, "failed": 1},
                 {"rule": "b", "action": "protect", "done": 0, "refused": 0, "failed": 0}],
        "kills": {"verified": 4, "unverified": 1}, "of a later version": {"x": [1]},
        "budget_bytes": None, "added_bytes": 1048576, "knobs": 2,
        "claims": [{"write_error": None}, {"write_error": "Permission denied"}],
        "dry_knobs": 0, "dry_claims": []}],
    "rules": [
        {"rule": 'say "no"', "cgroups": 3, "holds": 1, "dry_run": False},
        {"rule": "b", "cgroups": 0, "holds": 0, "dry_run": True}],
}

if sys.argv[2:] == ["old"]:
    del ANSWERS["status"][0]["acts"], ANSWERS["status"][0]["kills"]
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
while True:
    client, _ = listener.accept()
    if sys.argv[2:] == ["mute"]:
        time.sleep(60)
    request = client.makefile("r").readline().strip()
    for line in ANSWERS[request] + [{"ok": True}]:
        client.sendall((json.dumps(line) + "\n").encode())
    client.close()
