#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Check that generic netlink clients can use the interface

The kernel's ynl client, pyroute2 and genl know about Headroom only from the specification
and from the kernel's controller of generic netlink. Their replies have to agree with each
other and with the command "headroom".
"""
import errno
import functools
import json
import os
import re
import select
import struct
import subprocess
import sys
import time
import traceback

import yaml
from pyroute2.netlink import NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST
from pyroute2.netlink import genlmsg, nla, nla_base_string
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.generic import GenericNetlinkSocket

YNL = "build/selftests/ynl"
sys.path.insert(0, YNL)
from lib import NlError, YnlFamily

SPEC = "Documentation/netlink/specs/headroom.yaml"
EXAMPLE = "Documentation/examples/stalls.py"
HEADROOM = "build/user/headroom"
CGROUPS = "/sys/fs/cgroup"
MINE = CGROUPS + "/headroom-test"
FILE = "/scratch/interop"
FILE_MIB = 64
LIMIT_MIB = 32


# pyroute2: classes for messages and attributes, generated from the specification

class Uint(nla_base_string):
    """An integer of 4 or 8 bytes"""
    __slots__ = ()

    def encode(self):
        self["value"] = struct.pack("=I" if self.value < 1 << 32 else "=Q", self.value)
        nla_base_string.encode(self)

    def decode(self):
        nla_base_string.decode(self)
        self.value = int.from_bytes(self["value"], sys.byteorder)


PYROUTE2_TYPES = {"u32": "uint32", "uint": "uint", "string": "asciiz", "binary": "cdata",
                  "flag": "flag"}


class Pyroute2:
    """A client whose replies have the form of those of ynl"""
    def __init__(self, spec):
        self.spec = spec
        self.sets = {s["name"]: s["attributes"] for s in spec["attribute-sets"]}
        self.enums = {}
        for enum in spec["definitions"]:
            names = [e["name"] for e in enum["entries"]]
            self.enums[enum["name"]] = dict(enumerate(names, enum.get("value-start", 0)))
        # Requests, replies and notifications are numbered together, from 1
        self.operations = {o["name"]: (number, o["attribute-set"]) for number, o in
                           enumerate(spec["operations"]["list"], 1) if "attribute-set" in o}

    def message_class(self, name, base):
        classes = {"uint": Uint, "__slots__": ()}
        nla_map = [(0, "unspec", "none")]
        for number, attr in enumerate(self.sets[name], 1):
            kind = PYROUTE2_TYPES.get(attr["type"])
            if attr["type"] == "nest":
                kind = "nest_" + attr["nested-attributes"].replace("-", "_")
                classes[kind] = self.message_class(attr["nested-attributes"], nla)
            nla_map.append((number, attr["name"], kind))
        classes["nla_map"] = tuple(nla_map)
        return type("headroom_" + name.replace("-", "_"), (base,), classes)

    def value(self, attr, value):
        if attr["type"] == "nest":
            return self.values(attr["nested-attributes"], value)
        if attr["type"] == "binary":
            return list(struct.unpack(f"={len(value) // 8}Q", value))
        if attr["type"] == "string":
            return value if isinstance(value, str) else value.decode()
        return self.enums[attr["enum"]][value] if "enum" in attr else value

    def values(self, name, message):
        attrs = {a["name"]: a for a in self.sets[name]}
        result = {}
        for key, raw in message["attrs"]:
            value = self.value(attrs[key], raw)
            if attrs[key].get("multi-attr"):
                result.setdefault(key, []).append(value)
            else:
                assert key not in result, f"{key} is there twice"
                result[key] = value
        return result

    def request(self, operation, attrs, flags):
        number, name = self.operations[operation]
        message_class = self.message_class(name, genlmsg)
        sock = GenericNetlinkSocket()
        try:
            sock.bind(self.spec["name"], message_class)
            message = message_class()
            message["cmd"] = number
            message["version"] = self.spec.get("version", 1)
            message["attrs"] = list(attrs.items())
            replies = sock.nlm_request(message, msg_type=sock.prid,
                                       msg_flags=NLM_F_REQUEST | flags)
            # Without the acknowledgement
            return [self.values(name, reply) for reply in replies
                    if reply["header"]["type"] == sock.prid]
        finally:
            sock.close()

    def do(self, operation, attrs):
        return self.request(operation, attrs, 0)[0]

    def dump(self, operation, attrs):
        return self.request(operation, attrs, NLM_F_DUMP)

    def act(self, operation, attrs):
        self.request(operation, attrs, NLM_F_ACK)

    def listen(self, group, name):
        """Returns a socket that receives the events of the group, whose attributes are one set"""
        sock = GenericNetlinkSocket()
        sock.bind(self.spec["name"], self.message_class(name, genlmsg))
        sock.add_membership(group)
        return sock

    def receive(self, sock, seconds):
        """Waits for events and returns the name and the attributes of each"""
        names = {number: op for op, (number, _) in self.operations.items()}
        if not select.select([sock], [], [], seconds)[0]:
            return []
        return [(names[m["cmd"]], self.values(self.operations[names[m["cmd"]]][1], m))
                for m in sock.get()]

    def family(self):
        """Returns id, operations and groups of the family, as the controller reports them"""
        sock = GenericNetlinkSocket()
        try:
            sock.bind(self.spec["name"], genlmsg)
            answer = sock.discovery(self.spec["name"])
            flags = {op.get_attr("CTRL_ATTR_OP_ID"): op.get_attr("CTRL_ATTR_OP_FLAGS")
                     for op in answer.get_attr("CTRL_ATTR_OPS")}
            return sock.prid, flags, sock.mcast_groups
        finally:
            sock.close()


# Loads, and comparisons of replies while counters change

def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def cgroup_id(path):
    return os.stat(path).st_ino


def in_cgroup(path, *command):
    def enter():
        write(path + "/cgroup.procs", str(os.getpid()))
        os.sched_setaffinity(0, {0})
    subprocess.run(command, preexec_fn=enter, check=True, stderr=subprocess.DEVNULL)


def drop_pages(path):
    """Removes the pages of a file from memory"""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def read_twice(path):
    """Reads a file twice that is twice as large as the limit of the cgroup"""
    for _ in range(2):
        in_cgroup(path, "dd", f"if={FILE}", "of=/dev/null", "bs=1M")


def memory_cgroups():
    """Returns the ids of all cgroups with the memory controller, and those of their parents"""
    found = {}
    for path, names, _ in os.walk(CGROUPS):
        if path != CGROUPS:
            parent = os.path.dirname(path)
            if "memory" not in read(path + "/cgroup.controllers").split():
                names.clear()
                continue
            found[cgroup_id(path)] = cgroup_id(parent)
    found[cgroup_id(CGROUPS)] = None
    return found


def between(before, value, after, where="reply"):
    """Checks that a value that may grow lies between those read before and after it"""
    if isinstance(value, dict):
        assert before.keys() <= value.keys() <= after.keys(), \
            f"{where}: {before.keys()}, {value.keys()}, {after.keys()}"
        for key in before:
            between(before[key], value[key], after[key], f"{where}.{key}")
    elif isinstance(value, int) and before != after:
        assert min(before, after) <= value <= max(before, after), \
            f"{where}: {before}, {value}, {after}"
    elif before == after:
        assert value == before, f"{where}: {before}, but {value}"


def repeat(read_once, done, times=20):
    """Reads until done() is true of the result, at most so often; returns the last one"""
    for _ in range(times - 1):
        found = read_once()
        if done(found):
            return found
    return read_once()


def at_rest(name, first, second):
    """Checks that both read the same while nothing changes. A page of a program that was
    evicted from the cgroup may return at any time."""
    def read_three():
        return first(), second(), first()
    before, value, after = repeat(read_three, lambda three: three[0] == three[2])
    same(name + ", before and after", before, after)
    same(name, value, before)
    return value


def local_and_subtree(cgroup):
    local = cgroup.get("local", {})
    return local, cgroup.get("subtree", local)


def same(name, a, b):
    assert a == b, f"{name}: {a!r} != {b!r}"


class Clients:
    """Both clients, a module just loaded, and a cgroup whose pages were evicted"""
    def __init__(self):
        subprocess.run(["rmmod", "headroom"], stderr=subprocess.DEVNULL, check=False)
        module = os.environ.get("HEADROOM_KO", f"build/{os.uname().release}/headroom.ko")
        subprocess.run(["insmod", module], check=True)
        # scripts/gen-netlink checks the specification against the kernel's schema
        self.ynl = YnlFamily(SPEC, schema="")
        with open(SPEC, encoding="utf-8") as f:
            self.spec = yaml.safe_load(f)
        self.pyroute2 = Pyroute2(self.spec)
        self.path = MINE + "/a"
        write(CGROUPS + "/cgroup.subtree_control", "+memory")
        os.makedirs(MINE, exist_ok=True)
        write(MINE + "/cgroup.subtree_control", "+memory")
        os.makedirs(self.path, exist_ok=True)
        write(self.path + "/memory.max", f"{LIMIT_MIB}M")
        in_cgroup(CGROUPS, "dd", "if=/dev/urandom", f"of={FILE}", "bs=1M", f"count={FILE_MIB}")
        # Not all caches: pages of programs would be charged to this cgroup, and return in others
        drop_pages(FILE)
        read_twice(self.path)
        self.id = cgroup_id(self.path)

    def close(self):
        self.ynl.sock.close()
        for path in self.path, MINE:
            if os.path.isdir(path):
                os.rmdir(path)
        if os.path.exists(FILE):
            os.unlink(FILE)

    def find(self, cgroups):
        return next(c for c in cgroups if c["id"] == self.id)


TESTS = []


def test(function):
    TESTS.append(function)
    return function


@test
def family(t):
    """The controller lists the operations and groups of the specification"""
    text = subprocess.run(["genl", "ctrl", "get", "name", "headroom"], check=True,
                          capture_output=True, text=True).stdout
    number, operations, groups = t.pyroute2.family()
    same("family", int(re.search(r"ID: (0x\w+)", text)[1], 16), number)
    same("family", t.ynl.nlproto.family_id, number)
    do, dump_it = 2, 4
    expected = {}
    for n, op in enumerate(t.spec["operations"]["list"], 1):
        if "do" in op or "dump" in op:
            expected[n] = ("do" in op) * do | ("dump" in op) * dump_it
    same("operations", {n: flags & 7 for n, flags in operations.items()}, expected)
    commands, found = text.split("multicast groups:")
    same("operations", [int(n, 16) for n in re.findall(r"ID-(0x\w+)", commands)],
         list(expected))
    names = [g["name"] for g in t.spec["mcast-groups"]["list"]]
    same("groups", sorted(groups), names)
    same("groups", {n: int(i, 16) for i, n in re.findall(r"ID-(0x\w+)  name: (\S+)", found)},
         groups)


@test
def status(t):
    """Both clients and the command read the same status"""
    before = t.ynl.do("status-get", {})
    value = t.pyroute2.do("status-get", {})
    between(before, value, t.ynl.do("status-get", {}))
    same("version", value["version"], read("VERSION").strip())
    same("page size", value["page-size"], os.sysconf("SC_PAGESIZE"))
    assert value["cgroups"] >= 3
    assert value["table-remembered"] > 0
    printed = json.loads(subprocess.run([HEADROOM, "status", "--json"], check=True,
                                        capture_output=True, text=True).stdout)
    after = t.ynl.do("status-get", {})
    numbers = [key for key, number in before.items() if isinstance(number, int) and
               key.replace("-", "_") in printed]
    assert len(numbers) >= 4, printed
    for key in numbers:
        between(before[key], int(printed[key.replace("-", "_")]), after[key], key)


@test
def one_cgroup(t):
    """Both clients read the same statistics of an idle cgroup"""
    cgroup = at_rest("cgroup", lambda: t.ynl.do("cgroup-get", {"id": t.id}),
                     lambda: t.pyroute2.do("cgroup-get", {"id": t.id}))
    same("id", cgroup["id"], t.id)
    same("parent", cgroup["parent-id"], cgroup_id(MINE))
    local, subtree = local_and_subtree(cgroup)
    same("subtree", subtree, local)
    pages = FILE_MIB * 1024 * 1024 // os.sysconf("SC_PAGESIZE")
    # The program that reads the file has pages, too
    assert pages <= local["refaults"] <= 1.01 * pages, local["refaults"]
    assert local["evictions"] >= pages
    same("kinds", [p["kind"] for p in local["pages"]], ["file"] * len(local["pages"]))
    same("evictions", sum(p.get("evictions", 0) for p in local["pages"]), local["evictions"])
    same("histogram", sum(local["refault-distance"]["counts"]), local["returned"])
    assert local["stall-total"] > 0
    assert any(s["cause"] == "memcg-reclaim" for s in local["stall"])


@test
def dump(t):
    """A dump has each cgroup once, and is the same for both clients"""
    before = t.ynl.dump("cgroup-get", {})
    cgroups = t.pyroute2.dump("cgroup-get", {})
    after = t.ynl.dump("cgroup-get", {})
    same("cgroups", {c["id"]: c.get("parent-id") for c in cgroups}, memory_cgroups())
    same("number of cgroups", len(cgroups), len(memory_cgroups()))
    same("ids", [c["id"] for c in before], [c["id"] for c in cgroups])
    same("ids", [c["id"] for c in cgroups], sorted(c["id"] for c in cgroups))
    for triple in zip(before, cgroups, after):
        between(*triple)
    at_rest("one of them", lambda: t.find(t.ynl.dump("cgroup-get", {})),
            lambda: t.ynl.do("cgroup-get", {"id": t.id}))


@test
def filters(t):
    """Dumps of a subtree, of changes and with less detail are the same for both clients"""
    mine = cgroup_id(MINE)

    def both(**request):
        cgroups = at_rest(str(request), lambda: t.ynl.dump("cgroup-get", request),
                          lambda: t.pyroute2.dump("cgroup-get", request))
        return {c["id"]: c for c in cgroups}

    def no_change():
        last = max(c["generation"] for c in t.ynl.dump("cgroup-get", {}))
        return last, both(ancestor=mine, since=last)

    subtree = both(ancestor=mine)
    same("subtree", sorted(subtree), sorted((mine, t.id)))
    at_rest("one of them", lambda: both(ancestor=mine)[t.id],
            lambda: t.ynl.do("cgroup-get", {"id": t.id}))
    last, changed = repeat(no_change, lambda found: found[1] == {})
    same("no change", changed, {})
    read_twice(t.path)
    changed = both(ancestor=mine, since=last)
    same("changed", sorted(changed), sorted((mine, t.id)))
    generations = [c["generation"] for c in changed.values()]
    assert generations == sorted(generations) and generations[0] > last, generations

    details = next(d for d in t.spec["definitions"] if d["name"] == "detail")["entries"]
    bits = {detail["name"]: 1 << i for i, detail in enumerate(details)}
    whole = both(ancestor=t.id)[t.id]
    assert "target" in whole and "pages" in whole["local"] and "stall" in whole["local"]
    for name, nest in ("pages", "pages"), ("stalls", "stall"):
        request = {"ancestor": t.id, "detail": [name]}
        cgroup = at_rest(name, lambda: both(ancestor=t.id, detail=bits[name])[t.id],
                         lambda: t.ynl.dump("cgroup-get", request)[0])
        same(name, cgroup["local"][nest] != [], True)
        same(name, sorted(cgroup["local"].keys() & {"pages", "stall", "refault-distance"}),
             [nest])
        same("evictions", cgroup["local"]["evictions"],
             both(ancestor=t.id)[t.id]["local"]["evictions"])


@test
def blame(t):
    """The cgroup evicted its own pages, for its own limit"""
    def ask():
        return t.ynl.do("blame-get", {"id": t.id})
    value = at_rest("blame", ask, lambda: t.pyroute2.do("blame-get", {"id": t.id}))
    at_rest("blame", ask, lambda: t.find(t.pyroute2.dump("blame-get", {})))
    local, _ = local_and_subtree(t.ynl.do("cgroup-get", {"id": t.id}))
    most = value["evictor"][0]
    same("evictor", most["id"], t.id)
    same("reason", most["reason"], "own-limit")
    lists = value["evictor"] + [value.get("others", {})]
    same("sum", sum(e.get("evictions", 0) for e in lists), local["evictions"])


def subtract(after, before):
    """Subtracts counters; an absent one is 0 (Documentation/interface.rst)"""
    return {key: value - before.get(key, 0) for key, value in after.items()
            if isinstance(value, int)}


def causes(stats):
    return {s["cause"]: s for s in stats.get("stall", [])}


def compare_stats(where, printed, after, before, quiet):
    """Compares what the command printed for an interval with dumps from before and after it"""
    def compare(key, number, difference):
        assert 0 <= number <= difference, f"{where} {key}: {number} of {difference}"
        # A page that was evicted here may return elsewhere
        assert number == difference or not quiet or key == "returned", \
            f"{where} {key}: {number} != {difference}"

    difference = subtract({"stall-total": 0, **after}, before)
    for key, number in difference.items():
        compare(key, printed[key.replace("-", "_")], number)
    old = causes(before)
    for cause, stall in causes(after).items():
        now = subtract(stall, old.get(cause, {}))
        for key in "count", "total":
            compare(f"{cause} {key}", printed["stall"][cause.replace("-", "_")][key], now[key])
    return difference


@test
def list_json(t):
    """"headroom list --json" prints the difference of two dumps"""
    number = len(memory_cgroups())
    for seconds in "5", "20", "80":
        command = [HEADROOM, "list", "--json", "--all", "--count", "2", "--interval", seconds]
        before = t.ynl.dump("cgroup-get", {})
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            # When the first interval is printed, the second one has begun
            for _ in range(number):
                assert process.stdout.readline()
            read_twice(t.path)
            done = time.monotonic_ns()
            lines = [json.loads(line) for line in process.stdout]
        same("exit status", process.returncode, 0)
        if lines and lines[0]["time_ns"] >= done:
            break
    else:
        raise TimeoutError("the load takes longer than the interval")
    after = {c["id"]: c for c in t.pyroute2.dump("cgroup-get", {})}
    same("cgroups", sorted(line["id"] for line in lines), sorted(after))
    by_id = {c["id"]: c for c in before}
    for line in lines:
        now, then = (local_and_subtree(c[line["id"]]) for c in (after, by_id))
        # In other cgroups, counters may change between the dumps and the interval
        quiet = line["id"] in (t.id, cgroup_id(MINE))
        for i, part in enumerate(("local", "subtree")):
            difference = compare_stats(f"{line['path']} {part}", line[part], now[i], then[i],
                                       quiet)
        if line["id"] == t.id:
            assert difference["refaults"] > 0
            assert difference["stall-total"] > 0


@test
def refusal(t):
    """An error comes with a message and the attribute that it is about"""
    unknown = (1 << 62) + 1
    try:
        t.ynl.do("cgroup-get", {"id": unknown})
        raise AssertionError("ynl got a reply")
    except NlError as e:
        same("error", e.error, errno.ENOENT)
        same("attribute", e.nl_msg.extack.get("bad-attr"), ".id")
        assert "cgroup" in e.nl_msg.extack["msg"]
    try:
        t.pyroute2.do("cgroup-get", {"id": unknown})
        raise AssertionError("pyroute2 got a reply")
    except NetlinkError as e:
        same("error", e.code, errno.ENOENT)


@test
def params(t):
    """All clients see the parameters that one has set"""
    before = t.ynl.do("params-get", {})
    same("params", t.pyroute2.do("params-get", {}), before)
    shift, stalls = before["sample-shift"], before["stalls"]
    t.ynl.do("params-set", {"sample-shift": shift + 2, "stalls": 1 - stalls})
    now = t.pyroute2.do("params-get", {})
    same("sample-shift", now["sample-shift"], shift + 2)
    same("stalls", now["stalls"], 1 - stalls)
    status_now = t.ynl.do("status-get", {})
    same("sample-shift", status_now["sample-shift"], shift + 2)
    same("stalls", status_now["stalls"], 1 - stalls)
    # The second value is out of range, so the first one is not set, either
    try:
        t.ynl.do("params-set", {"stalls": stalls, "sample-shift": 99})
        raise AssertionError("sample-shift 99 was accepted")
    except NlError as e:
        same("error", e.error, errno.ERANGE)
        same("attribute", e.nl_msg.extack.get("bad-attr"), ".sample-shift")
        same("policy", e.nl_msg.extack["policy"]["max-value"], 10)
    same("params", t.ynl.do("params-get", {}), now)
    t.pyroute2.act("params-set", {"sample-shift": shift, "stalls": stalls})
    same("params", t.ynl.do("params-get", {}), before)


def receive_ynl(client, seconds):
    """Does the same as Pyroute2.receive()"""
    select.select([client.sock], [], [], seconds)
    client.check_ntf()
    received = [(event["name"], event["msg"]) for event in client.async_msg_queue]
    client.async_msg_queue.clear()
    return received


def until(receive, done, seconds=60):
    """Receives events until done() is true of one; returns all"""
    received = []
    end = time.monotonic() + seconds
    while not any(done(*event) for event in received):
        left = end - time.monotonic()
        assert left > 0, f"received only {received}"
        received += receive(min(left, 1))
    return received


@test
def events(t):
    """Both clients receive the events of a cgroup's birth and end, and of new parameters"""
    ynl = YnlFamily(SPEC, schema="")
    ynl.ntf_subscribe("events")
    sock = t.pyroute2.listen("events", "event")
    path = MINE + "/b"
    os.mkdir(path)
    number = cgroup_id(path)
    expected = {"cgroup": number, "parent-id": cgroup_id(MINE), "path": path[len(CGROUPS):]}
    clients = [functools.partial(receive_ynl, ynl), functools.partial(t.pyroute2.receive, sock)]
    received = []
    try:
        for receive in clients:
            received.append(until(receive, lambda name, event: event.get("cgroup") == number))
    finally:
        os.rmdir(path)
    for i, receive in enumerate(clients):
        received[i] += until(receive, lambda name, _: name == "cgroup-gone-ntf")
    same("received", received[0], received[1])
    mine = [(name, event) for name, event in received[0] if event["cgroup"] == number]
    same("names", [name for name, _ in mine], ["cgroup-born-ntf", "cgroup-gone-ntf"])
    for _, event in mine:
        same("event", {key: event[key] for key in expected}, expected)
        assert 0 < event["time"] <= time.monotonic_ns()
    numbers = [event["seq"] for _, event in received[0]]
    same("seq", numbers, list(range(numbers[0], numbers[0] + len(numbers))))
    sock.close()

    before = t.ynl.do("params-get", {})
    for shift in before["sample-shift"] + 1, before["sample-shift"]:
        t.ynl.do("params-set", {"sample-shift": shift})
        now = t.ynl.do("params-get", {})
        received = until(clients[0], lambda name, _: name == "params-ntf")
        same("params-ntf", [e for name, e in received if name == "params-ntf"], [now])
    ynl.sock.close()


@test
def trigger(t):
    """A trigger fires for a stall, and is removed with its socket"""
    ynl = YnlFamily(SPEC, schema="")
    reply = ynl.do("trigger-add", {"cgroup": t.id, "metric": "stall", "cause": "memcg-reclaim",
                                   "threshold": 1, "window": 1000000000})
    same("reply", list(reply), ["id"])
    same("triggers", t.ynl.do("status-get", {})["triggers"], 1)
    read_twice(t.path)
    received = until(functools.partial(receive_ynl, ynl), lambda name, _: True)
    for name, event in received:
        same("name", name, "trigger-ntf")
        same("trigger", event["trigger"], reply["id"])
        same("cgroup", event["cgroup"], t.id)
        assert event["value"] >= 1
    same("seq", [e["seq"] for _, e in received], list(range(1, len(received) + 1)))
    ynl.sock.close()
    same("triggers", t.pyroute2.do("status-get", {}).get("triggers", 0), 0)


@test
def example(t):
    """The example of Documentation/interface.rst prints the stalls of each cgroup"""
    load = f"echo $$ >{t.path}/cgroup.procs; exec dd if={FILE} of=/dev/null bs=1M status=none"
    text = subprocess.run([sys.executable, EXAMPLE, YNL, "sh", "-c", load], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    times = {int(n): float(ms) for n, ms in re.findall(r"^cgroup (\d+): (\S+) ms$", text, re.M)}
    same("cgroups", sorted(times), sorted(memory_cgroups()))
    assert times[t.id] > 0, text
    same("parent", times[cgroup_id(MINE)], times[t.id])


def main(argv):
    only = None
    if len(argv) == 3 and argv[1] in ("-t", "-r"):
        only = argv[2].split(".")[-1]
    tests = [f for f in TESTS if only in (None, f.__name__)]
    print(f"TAP version 13\n1..{len(tests)}", flush=True)
    clients, failed = None, 0
    for number, function in enumerate(tests, 1):
        try:
            clients = clients or Clients()
            function(clients)
            result = "ok"
        except Exception:
            print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "))
            result = "not ok"
            failed += 1
        print(f"{result} {number} interop.{function.__name__}", flush=True)
    if clients:
        clients.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
