# SPDX-License-Identifier: GPL-2.0
"""A server of 'headroom metrics' on the fake module, and a client that shows what it sends"""

import os
import signal
import socket
import subprocess
import time

# s; a server that does not end what blocks others makes them wait for ever, a busy machine for a while
PATIENCE = 100


def free_port():
    """A port that nothing listens at"""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """The command, which serves the fake module"""

    def __init__(self, program, behaviour, directory, *options):
        self.port = free_port()
        self.behaviour = f"{directory}/behaviour"
        self.behave(behaviour)
        self.process = subprocess.Popen(
            [program, "metrics", "--listen", str(self.port), "--socket", "", *options],
            env={**os.environ, "HEADROOM_FAKE_FILE": self.behaviour})
        self.await_port()

    def behave(self, words):
        """Change how the fake module behaves"""
        with open(self.behaviour + ".new", "w", encoding="ascii") as file:
            file.write(words)
        os.rename(self.behaviour + ".new", self.behaviour)

    def await_port(self):
        """Wait until it listens"""
        for _ in range(300):
            try:
                self.connect().close()
                return
            except ConnectionRefusedError:
                time.sleep(0.1)
        raise TimeoutError("the server does not listen")

    def connect(self, receive=None, timeout=PATIENCE):
        """A connection"""
        s = socket.socket()
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        s.settimeout(timeout)
        s.connect(("127.0.0.1", self.port))
        return s

    def ask(self, path="/metrics", accept=None, method="GET", more="", host="localhost"):
        """(status, headers, body) of an answer"""
        with self.connect() as s:
            lines = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}"
            if accept is not None:
                lines += f"Accept: {accept}\r\n"
            s.sendall((lines + "\r\n").encode())
            return parse(read_all(s))

    def memory(self):
        """The most memory that it has used, MiB"""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def stop(self):
        """Its exit status"""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def read_all(s):
    """What arrives until the connection ends"""
    data = b""
    try:
        while more := s.recv(1 << 20):
            data += more
    except ConnectionResetError:
        pass
    return data


def parse(data):
    """(status, headers, body) of a whole answer; a part of one has status 0"""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    if not lines[0].startswith("HTTP/1.1 "):
        return 0, headers, body
    return int(lines[0].split()[1]), headers, body
