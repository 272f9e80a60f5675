#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: selftests/scrape_cost.py [CGROUPS]

Measure a scrape of 'headroom metrics' beside reading the text files of as many cgroups, for the table in
Documentation/fleet.rst. To be run by 'scripts/metrics-cost --scrape', in a virtual machine with --icount:
there an instruction is a nanosecond, so the time that passes is the number of instructions, of the kernel
and of all programs.

The text files are read by cat, which parses nothing, so their figure is a lower bound of what an exporter
needs. That of a scrape has all: the module, the server, HTTP, and a client that receives. Each is the least
of three rounds; the first one, which fills caches, does not count.
"""

import os
import socket
import subprocess
import sys
import time

ROOT = "/sys/fs/cgroup"
MANY = f"{ROOT}/many"
HEADROOM = "build/user/headroom"
# What cAdvisor reads of the memory controller of each cgroup
FILES = ("memory.stat", "memory.pressure", "memory.current", "memory.swap.current", "memory.max", "memory.high",
         "memory.low", "memory.events")
SELECTIONS = (("--groups stall,cause,refault,psi", "no text files"), ("", "the default"), ("--groups all", "all groups"))
ROUNDS = 4


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def make_cgroups(nr):
    """Each has had a process with some memory, and file pages, and so has statistics"""
    write(f"{ROOT}/cgroup.subtree_control", "+memory")
    os.mkdir(MANY)
    write(f"{MANY}/cgroup.subtree_control", "+memory")
    for i in range(nr):
        os.mkdir(f"{MANY}/container-{i:04}")
        write(f"{MANY}/container-{i:04}/cgroup.procs", str(os.getpid()))
        write(f"/run/page-{i}", "x" * 8192)
        bytearray(1 << 16)
    write(f"{ROOT}/cgroup.procs", str(os.getpid()))


def spent(act):
    """The least time of some rounds, ms, and the result"""
    times = []
    for _ in range(ROUNDS):
        # an answer is kept for a second
        time.sleep(1.1)
        begin = time.monotonic_ns()
        result = act()
        times.append(time.monotonic_ns() - begin)
    return min(times[1:]) / 1e6, result


def read_files():
    """cat of all files; returns the number of bytes"""
    paths = [f"{MANY}/{name}/{file}" for name in os.listdir(MANY) if name.startswith("container-") for file in FILES]
    return len(subprocess.run(["cat", *paths], check=True, stdout=subprocess.PIPE).stdout)


def start_server(port, options):
    process = subprocess.Popen([HEADROOM, "metrics", "--listen", str(port), "--series", "0", "--socket", "",
                                "--recording", "", *options.split()])
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except ConnectionRefusedError:
            time.sleep(0.5)


def scrape(port):
    """The answer"""
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        parts = []
        while part := s.recv(1 << 20):
            parts.append(part)
    return b"".join(parts)


def main():
    nr = int(sys.argv[1]) if sys.argv[1:] else 1000
    subprocess.run(["insmod", f"build/{os.uname().release}/headroom.ko"], check=True)
    make_cgroups(nr)
    print(f"{'of ' + str(nr) + ' cgroups':42} {'instructions':>14} {'ratio':>6} {'bytes':>10}", flush=True)
    text, size = spent(read_files)
    print(f"{'cat of ' + str(len(FILES)) + ' text files of each':42} {text:12.1f} M {1:6.2f} {size:10,}", flush=True)
    for port, (options, name) in enumerate(SELECTIONS, 9000):
        process = start_server(port, options)
        took, answer = spent(lambda p=port: scrape(p))
        print(f"{'headroom metrics, ' + name:42} {took:12.1f} M {took / text:6.2f} {len(answer):10,}", flush=True)
        process.terminate()
        process.wait()
    subprocess.run(["rmmod", "headroom"], check=True)


main()
