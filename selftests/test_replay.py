#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Check that a replay decides what headroomd decided, with many cgroups and rules

Fifty cgroups read files within the limits of their parents, some come and go, knobs change from
outside. The daemon runs for HEADROOM_SECONDS (90) with ten rules and records itself. Then a replay
of the recording has to log the same. Without the ten busiest seconds of the recording, it logs the
same up to them, says what cannot be read, and names the gap before the next whole frame.
"""
import difflib
import itertools
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import traceback

HEADROOMD = "build/user/headroomd"
MODULE = f"build/{os.uname().release}/headroom.ko"
CGROUPS = "/sys/fs/cgroup"
MINE = CGROUPS + "/headroom-test"
DIRECTORY = "/run/headroom-replay"
RECORDING = DIRECTORY + "/recording"
CONFIG = DIRECTORY + "/config"
LOG = DIRECTORY + "/log"
FILES = "/scratch"
PARENTS, CHILDREN = 10, 5
SECONDS = int(os.environ.get("HEADROOM_SECONDS", "90"))
# A recording has a whole frame in 600
INTERVAL = "500ms" if SECONDS >= 600 else "100ms"
GAP = 10

RULES = [
    ("refaults > 20/s for 2s", "protect max=4M idle=5s"),
    ("refaults > 5/s until 1/s", "protect max=1M idle=3s"),
    ("stall > 1 % for 1s", "throttle"),
    ("(stall.refault > 5 % for 2s) or psi.some > 10 %", "reclaim least=1M"),
    ("refaults.per_eviction > 20 % and age > 20s", "freeze least=1M"),
    ("memory.growth > 1M/s", f"notify json={DIRECTORY}/news"),
    ("memory.current > 3M and not refaults > 1/s for 3s", "reclaim least=1M"),
    ("psi.some.avg10 > 5 %", "hook command=/bin/true"),
    ("evictions.outside > 10/s", "throttle"),
    ("oom.kills > 0/s or stall.memcg_reclaim > 20 % for 5s", "kill least=1M"),
]
# What the log says of decisions, and of time that was not watched
DECISION = re.compile(r"(rule r\d+: .*|(?:no frame|the wall|the machine) .*: durations begin again)$")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(str(text))


def write_config():
    with open(CONFIG, "w", encoding="utf-8") as file:
        file.write(f"[daemon]\ninterval = {INTERVAL}\nledger = {DIRECTORY}/ledger\nsocket = none\n"
                   f"record = {RECORDING}\n")
        for number, (when, do) in enumerate(RULES):
            # Those who act on others only say so: their deeds would end the load
            dry = "dry-run = yes\n" if do.split()[0] in ("freeze", "kill", "hook") else ""
            file.write(f"[rule r{number}]\ncgroups = /headroom-test/*/*\nwhen = {when}\n"
                       f"do = {do}\n{dry}")


class Cgroup:
    """A cgroup in which a shell reads a file again and again"""
    def __init__(self, parent, number):
        self.path = f"{MINE}/p{parent}/c{number}"
        os.mkdir(self.path)
        file = f"{FILES}/f{parent}.{number}"
        if not os.path.exists(file):
            with open(file, "wb") as out:
                out.write(os.urandom(random.choice((1, 2, 4)) << 20))
        pause = random.choice(("0.1", "0.3", "1"))
        self.load = subprocess.Popen(
            ["sh", "-c", f"echo $$ >{self.path}/cgroup.procs; exec 2>/dev/null; "
             f"while :; do cat {file} >/dev/null; sleep {pause}; done"], start_new_session=True)

    def end(self):
        write(self.path + "/cgroup.kill", 1)
        self.load.wait()
        while True:
            try:
                os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.05)


def make_tree():
    write(CGROUPS + "/cgroup.subtree_control", "+memory +cpu")
    os.mkdir(MINE)
    write(MINE + "/cgroup.subtree_control", "+memory +cpu")
    cgroups = []
    for parent in range(PARENTS):
        os.mkdir(f"{MINE}/p{parent}")
        write(f"{MINE}/p{parent}/cgroup.subtree_control", "+memory +cpu")
        write(f"{MINE}/p{parent}/memory.max", f"{random.choice((6, 10, 20))}M")
        cgroups.append([Cgroup(parent, child) for child in range(CHILDREN)])
    return cgroups


def disturb(cgroups):
    """One change from outside"""
    parent = random.randrange(PARENTS)
    child = random.randrange(CHILDREN)
    what = random.randrange(3)
    if what == 0:
        cgroups[parent][child].end()
        cgroups[parent][child] = Cgroup(parent, child)
    elif what == 1:
        write(cgroups[parent][child].path + "/memory.low", f"{random.randrange(4)}M")
    else:
        write(f"{MINE}/p{parent}/memory.max", f"{random.choice((6, 10, 20))}M")


def run_daemon(cgroups):
    """Run the daemon beside the load. Returns its exit status."""
    with open(LOG, "w", encoding="utf-8") as log:
        daemon = subprocess.Popen([HEADROOMD, "--config", CONFIG], stdout=log, stderr=log)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and daemon.poll() is None:
            time.sleep(random.uniform(0.2, 3))
            disturb(cgroups)
        if daemon.poll() is None:
            daemon.send_signal(signal.SIGTERM)
        return daemon.wait()


def decisions(lines):
    found = (DECISION.search(line) for line in lines)
    return [match[1] for match in found if match]


def live():
    with open(LOG, encoding="utf-8") as file:
        return decisions(file)


def replay(recording):
    """What a replay logs, and its errors"""
    run = subprocess.run([HEADROOMD, "--replay", recording, "--config", CONFIG], check=True,
                         capture_output=True, text=True)
    return decisions(run.stdout.splitlines()), run.stderr


def compare(lines, replayed):
    """Whether two logs are the same; shows how they begin to differ"""
    difference = difflib.unified_diff(lines, replayed, "live", "replayed", n=1, lineterm="")
    print("".join(f"# {line}\n" for line in itertools.islice(difference, 20)), end="")
    return lines == replayed


def cut(recording):
    """Remove the seconds with most decisions. Returns how many frames, and whether a whole one
    follows"""
    with sqlite3.connect(recording) as db:
        frames = db.execute("SELECT frame.id, frame.wall, frame.key, count(decision.id) FROM frame "
                            "LEFT JOIN decision ON decision.frame = frame.id GROUP BY frame.id "
                            "ORDER BY frame.id").fetchall()
        ends = {at: at + GAP * 10**9 for _, at, _, _ in frames}
        weight = {at: sum(n for _, t, _, n in frames if at <= t < end)
                  for at, end in ends.items() if frames[0][1] < at and end < frames[-1][1]}
        begin = max(weight, key=weight.get)
        gone = [(i,) for i, at, _, _ in frames if begin <= at < ends[begin]]
        db.executemany("DELETE FROM frame WHERE id = ?", gone)
        return len(gone), any(key and at >= ends[begin] for _, at, key, _ in frames)


def check_cut(lines):
    """A recording without ten seconds replays as far as it can be read, and says so"""
    gone, follows = cut(RECORDING)
    print(f"# {gone} frames removed, {'a' if follows else 'no'} whole one behind them")
    replayed, errors = replay(RECORDING)
    gaps = [line for line in replayed if re.match(r"no frame for \d{2,}\.\d s: ", line)]
    print("".join(f"# {line}\n" for line in errors.splitlines() + gaps), end="")
    before = replayed[:replayed.index(gaps[0])] if gaps else replayed
    return (gone > 1 and "frames that cannot be read" in errors and bool(gaps) == follows and
            before == lines[:len(before)])


def tests():
    """(name, whether it passed)"""
    status = run_daemon(make_tree())
    lines = live()
    print(f"# {len(lines)} lines in {SECONDS} s")
    yield "daemon_runs", status == 0 and len(lines) > 20
    begin = time.monotonic()
    replayed, errors = replay(RECORDING)
    print(f"# replayed {SECONDS / (time.monotonic() - begin):.0f} times as fast")
    yield "decides_the_same", compare(lines, replayed) and "cannot be read" not in errors
    yield "names_what_is_missing", check_cut(lines)


def main():
    random.seed(1)
    os.makedirs(DIRECTORY, exist_ok=True)
    write_config()
    subprocess.run(["insmod", MODULE], check=True)
    number = failed = 0
    print("TAP version 13\n1..3", flush=True)
    try:
        for number, (name, passed) in enumerate(tests(), 1):
            failed += not passed
            print(f"{'ok' if passed else 'not ok'} {number} replay.{name}", flush=True)
    except Exception:
        print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "))
        failed += 1
    finally:
        write(MINE + "/cgroup.kill", 1)
    return 1 if failed or number < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
