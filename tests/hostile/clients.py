# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of REST that mean no good. Each is a function of a Play, and plays until it is to stop."""
import resource
import socket
import threading
import time
import traceback


class Play:
    """One client at work in a thread of its own, and what can be said of it: a peer that did nothing makes a quiet, good row."""

    def __init__(self, client, port, ids):
        self.port, self.ids = port, ids
        self.stopping = threading.Event()
        self.done = 0    # how often it did what it is there for
        self.error = ""  # why it ended before it was to
        self._thread = threading.Thread(target=self._run, args=(client,), daemon=True)
        self._thread.start()

    def end(self):
        self.stopping.set()
        self._thread.join(20)

    def _run(self, client):
        try:
            client(self)
            if not self.stopping.is_set():
                self.error = "it ended by itself"
        except Exception:  # pylint: disable=broad-except
            self.error = traceback.format_exc().strip().splitlines()[-1]


def room():
    """As many descriptors as the system gives: some of these hold thousands of connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def connect(port, receive=None):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    s.settimeout(2)
    s.connect(("127.0.0.1", port))
    return s


def connected(port, many, receive=None):
    out = []
    for _ in range(many):
        try:
            out.append(connect(port, receive))
        except OSError:
            pass
    return out


def send_all(sockets, data):
    """To all; those that were ended fall away. Returns the rest."""
    rest = []
    for s in sockets:
        try:
            s.settimeout(0.001)
            s.sendall(data)
            rest.append(s)
        except socket.timeout:
            rest.append(s)
        except OSError:
            s.close()
    return rest


def read_all(sockets, most):
    """So many bytes at most from each; those that were ended fall away. Returns the rest, and how many bytes those were."""
    rest, read = [], 0
    for s in sockets:
        left = most
        try:
            s.setblocking(False)
            while left > 0 and (piece := s.recv(left)):
                left -= len(piece)
            if left == 0:
                rest.append(s)
            else:
                s.close()
        except BlockingIOError:
            rest.append(s)
        except OSError:
            s.close()
        read += most - left
    return rest, read


def close_all(sockets):
    for s in sockets:
        s.close()


def blank_lines(play):
    """600 connections that send a blank line every 2 s, and come again when they are ended."""
    held = connected(play.port, 600)
    while not play.stopping.wait(1.0):
        held = send_all(held, b"\r\n")
        play.done += len(held)
        held += connected(play.port, 600 - len(held))
        play.stopping.wait(1.0)
    close_all(held)


def idle(play):
    """2,000 connections that do nothing, and come again when they are ended."""
    held = []
    while not play.stopping.is_set():
        more = connected(play.port, 2000 - len(held))
        play.done += len(more)
        held, _ = read_all(held + more, 1)
        play.stopping.wait(1.0)
    close_all(held)


def slow_heads(play):
    """500 requests whose heads never end, some bytes a second."""
    held = []
    while not play.stopping.is_set():
        more = connected(play.port, 500 - len(held))
        held += send_all(more, b"GET /api/v2/timelines HTTP/1.1\r\nHost: localhost\r\n")
        held = send_all(held, b"X-A: b\r\n")
        play.done += len(held)
        play.stopping.wait(1.0)
    close_all(held)


def slow_readers(play):
    """480 clients ask for large timelines and read 20 KiB a second of them, more than what is ended by the deadline; those that are
    ended or told to come again do so."""
    held, asked, again = [], 0, time.monotonic()
    while not play.stopping.is_set():
        if time.monotonic() >= again:  # as often as Retry-After says
            again = time.monotonic() + 1
            for s in connected(play.port, 480 - len(held), receive=4096):
                target = f"/api/v2/timelines/{play.ids[asked % len(play.ids)]}"
                held += send_all([s], f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                asked += 1
        held, read = read_all(held, 2048)
        play.done += read
        play.stopping.wait(0.1)
    close_all(held)


def pipelines(play):
    """Ten thousand requests on each of 50 connections, and no answer is read."""
    request = b"GET /api/v2/timelines?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10_000
    held = connected(play.port, 50, receive=4096)
    while not play.stopping.is_set():
        held = send_all(held, request)
        play.done += len(held)
        held += connected(play.port, 50 - len(held), receive=4096)
        play.stopping.wait(0.2)
    close_all(held)


def slow_pipelines(play):
    """560 connections, more than there are places for, each with 300 requests ahead and 40 KB/s of the answers taken; they come again
    when they are ended."""
    requests = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 300
    held = []
    while not play.stopping.is_set():
        held += send_all(connected(play.port, 560 - len(held), receive=4096), requests)
        held, read = read_all(held, 10_000)
        play.done += read
        play.stopping.wait(0.25)
    close_all(held)


def long_targets(play):
    """Targets of 140 KB and heads of 10,000 fields, again and again."""
    target = b"GET /" + b"x" * 140_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    fields = b"GET / HTTP/1.1\r\n" + b"X-A: bbbbbbbbbbbbbbbbbbbb\r\n" * 10_000 + b"\r\n"
    while not play.stopping.is_set():
        for data in (target, fields):
            play.done += 1
            try:
                with connect(play.port) as s:
                    s.sendall(data)
                    s.recv(4096)
            except OSError:
                pass


def resets(play):
    """Asks and resets at once."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    while not play.stopping.is_set():
        try:
            with connect(play.port) as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                s.sendall(b"GET /api/v2/timelines?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            play.done += 1
        except OSError:
            time.sleep(0.01)
