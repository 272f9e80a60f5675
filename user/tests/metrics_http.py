#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""usage: metrics_http.py HEADROOM-FAKE

Test the server of 'headroom metrics' with clients that behave and clients that do not. Prints TAP.
"""

import json
import os
import resource
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from metrics_server import PATIENCE, Server, parse, read_all
from tap import done, report

OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
PROMETHEUS = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
              "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
# AddressSanitizer keeps what was freed, and a sanitized server is slow: it ends connections that wait
SANITIZED = "sanitize" in sys.argv[1]


def timed_scrape(server):
    """Whether an answer is whole, and the seconds that it took"""
    start = time.monotonic()
    status, _, body = server.ask(accept=PROMETHEUS)
    return status == 200 and body.endswith(b"# EOF\n"), time.monotonic() - start


def test_negotiation(server):
    """Which format a client gets"""
    for accept, wanted in (
            (None, TEXT), ("", TEXT), ("*/*", TEXT), ("text/html", TEXT), (PROMETHEUS, OPEN),
            ("application/openmetrics-text", OPEN),
            ("Application/OpenMetrics-Text ; Version=0.0.1", OPEN),
            ("application/openmetrics-text;version=2.0.0", TEXT),
            ("application/openmetrics-text;q=0", TEXT),
            ("application/openmetrics-text;q=0.4, text/plain;q=0.5", TEXT),
            ("text/plain;q=0.4 , application/openmetrics-text;q=0.5", OPEN),
            ("application/openmetrics-textual", TEXT), (";;,,;q=,", TEXT),
            ("application/openmetrics-text;q=nan", TEXT),
            ("," * 9000, TEXT)):
        status, headers, body = server.ask(accept=accept)
        report(status == 200 and headers["content-type"] == wanted and
               body.endswith(b"# EOF\n") == (wanted == OPEN),
               f"Accept: {str(accept)[:70]}", (status, headers))


def test_requests(server):
    """Other paths and methods"""
    status, headers, body = server.ask(method="HEAD", accept=PROMETHEUS)
    report(status == 200 and not body and int(headers["content-length"]) > 1000, "HEAD")
    for path, wanted in (("/", 200), ("/metrics/", 404), ("/../metrics", 404), ("/x" * 5000, 404),
                         ("/metrics?x=1", 200)):
        report(server.ask(path)[0] == wanted, f"{path[:30]} is {wanted}")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "NONSENSE"):
        report(server.ask(method=method)[0] == 405, f"{method} is not allowed")
    status = server.ask(method="POST", more="Content-Length: 100000000\r\n")[0]
    report(status == 405, "a body is not awaited", status)
    with server.connect() as s:
        s.sendall(b"nonsense\r\n\r\n")
        report(parse(read_all(s))[0] in (0, 400), "what is no request gets no answer")


def record(path, count):
    """Let the command record frames of the fake module"""
    subprocess.run([sys.argv[1], "record", path, "--count", str(count), "--interval", "0.01"], check=True,
                   env={**os.environ, "HEADROOM_FAKE": ""}, stderr=subprocess.DEVNULL)


def test_page_requests(server):
    """The page and its data: paths, methods and headers"""
    status, headers, body = server.ask("/")
    report(status == 200 and headers["content-type"] == "text/html; charset=utf-8" and
           body.startswith(b"<!DOCTYPE html>") and body.rstrip().endswith(b"</html>"), "/ is the page", headers)
    for name, value in (("cache-control", "no-store"), ("content-security-policy", "frame-ancestors 'none'"),
                        ("x-content-type-options", "nosniff"), ("cross-origin-resource-policy", "same-origin"),
                        ("referrer-policy", "no-referrer")):
        report(headers.get(name) == value, f"with {name}: {value}", headers)
    report("access-control-allow-origin" not in headers, "and no other origin may read it")
    status, headers, body = server.ask("/incident.json")
    report(status == 200 and headers["content-type"] == "application/json" and
           headers.get("cache-control") == "no-store", "/incident.json is JSON", (status, headers))
    data = json.loads(body)
    report(data["frames"] == 20 and data["live"]["span_ms"] == 900000, "of the recording's last part", body[:300])
    report(b"\"pid\":" in body and all(stall["pid"] is None for stall in data["stalls"]), "without pids")
    status, headers, body = server.ask("/incident.json", method="HEAD")
    report(status == 200 and not body and int(headers["content-length"]) > 1000, "HEAD")
    for path, wanted in (("//", 404), ("/incident.json/", 404), ("/page.html", 404), ("/../recording", 404),
                         ("/recording", 404), ("/incident.json?span=9", 200), ("/?x", 200), ("/%2e%2e/", 404),
                         ("/incident%2ejson", 200)):
        status = server.ask(path)[0]
        report(status == wanted, f"{path} is {wanted}", status)
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        report(server.ask("/incident.json", method=method)[0] == 405, f"{method} is not allowed")
    for host, wanted in (("127.0.0.1:9819", 200), ("[::1]:9819", 200), ("LOCALHOST", 200), ("192.0.2.1", 200),
                         (socket.gethostname(), 200), ("evil.example", 403), ("evil.example:9819", 403),
                         ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403), ("", 403), ("[::1", 403),
                         ("localhost:x", 403), ("x" * 300, 403), ("127.0.0.1@evil.example", 403)):
        for path in ("/", "/incident.json"):
            status = server.ask(path, host=host)[0]
            report(status == wanted, f"{path} for the host '{host[:30]}' is {wanted}", status)
    report(server.ask(host="evil.example")[0] == 200, "/metrics has no such rule, for scrapes by name")


def test_page_parallel(server, clients=300):
    """Many readers of the data, and some that do not read, have one reading and bounded memory"""
    slow = []
    for _ in range(32):
        s = server.connect(receive=4096)
        s.sendall(b"GET /incident.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.append(s)
    before, answers = server.memory(), []
    readers = []
    for _ in range(clients):
        s = server.connect()
        s.sendall(b"GET /incident.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        readers.append(s)
    whole, seconds = timed_scrape(server)
    report(whole and seconds < PATIENCE, f"{clients} readers of the data: a scrape takes {seconds:.1f} s")
    start = time.monotonic()
    answers = [parse(read_all(s)) for s in readers]
    seconds = time.monotonic() - start
    good = [body for status, _, body in answers if status == 200 and body.endswith(b"}")]
    report(len(good) >= clients * 0.9, f"they are served in {seconds:.1f} s", len(good))
    report(len(set(good)) <= seconds / 2 + 2, f"and share {len(set(good))} readings")
    report(server.memory() - before < (1000 if SANITIZED else 50), "in bounded memory", server.memory())
    for s in slow:
        s.close()


def test_page_large(directory):
    """Data that is larger than what the kernel buffers, and clients in all places that do not read it"""
    os.mkdir(directory)
    with open("/dev/null", "w", encoding="ascii") as null:
        subprocess.run([f"{os.path.dirname(sys.argv[1])}/make-recording", f"{directory}/recording", "900"],
                       check=True, stderr=null)
    server = Server(sys.argv[1], "", directory, "--recording", f"{directory}/recording")
    size = len(server.ask("/incident.json")[2])
    slow = []
    for _ in range(64):
        s = server.connect(receive=4096)
        s.sendall(b"GET /incident.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.append(s)
    whole, seconds = timed_scrape(server)
    report(whole and seconds < PATIENCE, f"64 clients that do not read {size >> 10} KiB: a scrape waits {seconds:.1f} s")
    report(server.memory() < (1000 if SANITIZED else 64), f"it has used {server.memory():.0f} MiB at most")
    for s in slow:
        s.close()
    report(server.stop() == 0, "it ends")


def test_no_recording(directory):
    """Without a recording, with one that is none, with one that cannot be read in time"""
    os.mkdir(directory)
    path = f"{directory}/recording"
    server = Server(sys.argv[1], "", directory, "--recording", path)
    status, headers, body = server.ask("/incident.json")
    report(status == 404 and headers["content-type"].startswith("text/plain") and
           f"there is no recording {path}: set record={path} in".encode() in body, "without a recording it says what to do",
           (status, body))
    report(server.ask("/")[0] == 200 and server.ask()[0] == 200, "the page and the metrics are there all the same")
    record(path, 1)
    time.sleep(2.2)
    status, _, body = server.ask("/incident.json")
    report(status == 404 and b"fewer than two frames" in body, "one frame is too few", (status, body))
    with open(path, "wb") as file:
        file.write(b"x" * 100000)
    time.sleep(2.2)
    status, _, body = server.ask("/incident.json")
    report(status == 503 and b"no recording of headroom" in body, "what is no recording is 503", (status, body))
    os.unlink(path)
    os.mkfifo(path)
    time.sleep(2.2)
    with server.connect() as s:
        s.sendall(b"GET /incident.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.5)
        whole, seconds = timed_scrape(server)
        report(whole and seconds < 15, f"while a recording cannot be read, a scrape takes {seconds:.1f} s")
        report(server.stop() == 0, "and SIGTERM ends the server")
    server = Server(sys.argv[1], "", directory, "--recording", path)
    for _ in range(PATIENCE):
        status, _, body = server.ask("/incident.json")
        if b"20 seconds" in body:
            break
        time.sleep(1)
    report(status == 503 and b"within 20 seconds" in body, "the reading ends", (status, body))
    report(not [pid for pid in os.listdir("/proc") if pid.isdigit() and parent_of(pid) == server.process.pid],
           "and its process with it")
    report(server.stop() == 0, "so does the server")
    os.unlink(path)
    server = Server(sys.argv[1], "", directory, "--recording", "")
    report(server.ask("/incident.json")[0] == 404 and b"see /metrics" in server.ask("/")[2],
           "with an empty name there is no page")
    report(server.stop() == 0, "that one ends as well")


def parent_of(pid):
    """The parent of a process; 0 if it has ended"""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def test_capability(directory):
    """A service of another user may read the recording of root with CAP_DAC_READ_SEARCH, as its unit does"""
    if os.getuid() or not shutil.which("setpriv"):
        report(True, "another user reads the recording # SKIP this needs root and setpriv")
        return
    os.chmod(os.path.dirname(directory), 0o711)
    os.mkdir(directory, 0o700)
    path, program = f"{directory}/recording", f"{os.path.dirname(directory)}/program"
    shutil.copy(sys.argv[1], program)
    limited = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_read_search",
               "--ambient-caps=+dac_read_search", "--bounding-set=-all,+dac_read_search", "--no-new-privs"]

    def reads():
        result = subprocess.run([*limited, program, "report", path, "-o", "-"], capture_output=True, check=False)
        return b"\"frames\":" in result.stdout

    with subprocess.Popen([sys.argv[1], "record", path, "--interval", "0.1"], stderr=subprocess.DEVNULL,
                          env={**os.environ, "HEADROOM_FAKE": ""}) as writer:
        for _ in range(PATIENCE * 10):
            if os.path.exists(path + "-wal") and os.path.getsize(path + "-wal") > 100000:
                break
            time.sleep(0.1)
        report(os.stat(path).st_mode & 0o777 == 0o600, "a recording is its owner's")
        report(reads(), "another user with CAP_DAC_READ_SEARCH reads it while it grows")
        writer.send_signal(signal.SIGKILL)
    report(reads(), "after a crash")
    record(path, 2)
    report(not os.path.exists(path + "-wal") and reads(), "and when it was closed")
    limited[3:6] = ["--bounding-set=-all"]
    report(not reads(), "without the capability it does not")


def test_header(server):
    """A header of 10 MB"""
    before = server.memory()
    with server.connect() as s:
        sent = 0
        try:
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n")
            while sent < 10 << 20:
                s.sendall(b"x" * 9000 + b": " + b"y" * 60000 + b"\r\n")
                sent += 69004
            s.sendall(b"\r\n")
            status = parse(read_all(s))[0]
        except (ConnectionResetError, BrokenPipeError):
            status = 0
    report(status in (0, 413, 431), f"a header of 10 MB is refused after {sent >> 10} KiB", status)
    report(server.memory() - before < 2, "and takes no memory")


def test_slow_readers(directory):
    """Clients that do not read, in all places; the answer is larger than the kernel's buffers"""
    os.mkdir(directory)
    server = Server(sys.argv[1], "containers=400", directory, "--groups", "all", "--series", "0")
    slow = []
    for _ in range(64):
        s = server.connect(receive=4096)
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.append(s)
    whole, seconds = timed_scrape(server)
    report(whole and 1 < seconds < PATIENCE, f"64 clients that do not read: others wait {seconds:.1f} s")
    whole, seconds = timed_scrape(server)
    report(whole and seconds < PATIENCE, f"and then {seconds:.1f} s")
    parts = [read_all(s) for s in slow]
    report(len(parts[0]) < 1 << 20, "the first of them got a part of the answer",
           [len(part) for part in parts])
    report(server.memory() < (2000 if SANITIZED else 300), f"it has used {server.memory():.0f} MiB at most")
    report(server.stop() == 0, "it ends")


def test_half(server):
    """Clients that do not finish a request, in all places"""
    half = []
    for _ in range(64):
        s = server.connect()
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: lo")
        half.append(s)
    whole, seconds = timed_scrape(server)
    report(whole and seconds < PATIENCE, f"64 halves of a request: others wait {seconds:.1f} s")
    start = time.monotonic()
    trickle = server.connect()
    ended = False
    try:
        while time.monotonic() - start < PATIENCE:
            trickle.sendall(b"G")
            time.sleep(0.2)
    except (ConnectionResetError, BrokenPipeError):
        ended = True
    seconds = time.monotonic() - start
    report(ended and 5 < seconds < PATIENCE, f"a request in single bytes is ended after {seconds:.1f} s")
    whole, seconds = timed_scrape(server)
    report(whole and seconds < PATIENCE, f"then others wait {seconds:.1f} s")
    report(not any(read_all(s) for s in half), "all halves have ended without an answer")
    for s in half:
        s.close()


def test_parallel(server, clients=1000):
    """Many scrapes at once"""
    start = time.monotonic()
    selector = selectors.DefaultSelector()
    data = {}
    for _ in range(clients):
        s = server.connect()
        s.sendall(f"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: {PROMETHEUS}\r\n\r\n".encode())
        s.setblocking(False)
        selector.register(s, selectors.EVENT_READ)
        data[s] = []
    left, bodies, whole = clients, set(), 0
    while left and time.monotonic() - start < 120:
        for key, _ in selector.select(1):
            try:
                more = key.fileobj.recv(1 << 20)
            except ConnectionResetError:
                more = b""
            if more:
                data[key.fileobj].append(more)
                continue
            status, _, body = parse(b"".join(data.pop(key.fileobj)))
            whole += status == 200 and body.endswith(b"# EOF\n")
            bodies.add(hash(body))
            selector.unregister(key.fileobj)
            key.fileobj.close()
            left -= 1
    seconds = time.monotonic() - start
    # On a busy machine a scrape may take longer than the two seconds that it has while others wait
    report(whole >= clients * 0.9, f"{clients} scrapes at once: {whole} whole in {seconds:.1f} s")
    report(len(bodies) <= seconds + 2, f"they share {len(bodies)} readings")
    report(server.memory() < (2000 if SANITIZED else 100), f"it has used {server.memory():.0f} MiB at most")


def test_failure(server):
    """A module that does not answer"""
    server.behave("stuck")
    time.sleep(1.2)
    status, _, body = server.ask()
    report(status == 503 and b"not answer" in body, "a module that does not answer: 503",
           (status, body[:200]))
    server.behave("")
    time.sleep(1.2)
    report(server.ask()[0] == 200, "and 200 when it does again")


def test_activation(behaviour):
    """A socket from systemd, and none"""
    environment = {**os.environ, "HEADROOM_FAKE_FILE": behaviour}
    command = [sys.argv[1], "metrics", "--listen", "systemd", "--socket", ""]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        script = f'exec 3<&{listener.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
        with subprocess.Popen(["bash", "-c", script, "sh", *command], env=environment,
                              pass_fds=[listener.fileno()]) as process:
            with socket.create_connection(listener.getsockname(), 30) as s:
                s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                report(parse(read_all(s))[0] == 200, "it serves a socket from systemd")
            process.send_signal(signal.SIGTERM)
            report(process.wait(60) == 0, "and ends with exit status 0")
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    report(result.returncode == 1 and "has not passed exactly one socket" in result.stderr,
           "without a socket it says so", result)


def main():
    """All tests"""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    clients = 1000 if min(4096, hard) >= 2048 or soft >= 2048 else 500
    with tempfile.TemporaryDirectory() as directory:
        record(f"{directory}/recording", 20)
        server = Server(sys.argv[1], "containers=100", directory, "--recording", f"{directory}/recording")
        test_negotiation(server)
        test_requests(server)
        test_page_requests(server)
        test_header(server)
        test_half(server)
        test_slow_readers(directory + "/slow")
        test_parallel(server, clients)
        test_page_parallel(server)
        test_page_large(directory + "/large")
        test_no_recording(directory + "/none")
        test_capability(directory + "/private")
        test_failure(server)
        report(timed_scrape(server)[0], "it serves after all that")
        busy = subprocess.run([sys.argv[1], "metrics", "--listen", str(server.port)],
                              capture_output=True, text=True, check=False)
        report(busy.returncode == 1 and "Address already in use" in busy.stderr,
               "a second server says that the address is in use", busy)
        report(server.stop() == 0, "SIGTERM ends it with exit status 0")
        test_activation(server.behaviour)
    sys.exit(done())


main()
