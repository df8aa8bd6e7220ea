# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of REST that mean no good. Each takes (port, stopping, data) and plays until `stopping` is set."""
import resource
import socket
import time


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


def close_all(sockets):
    for s in sockets:
        s.close()


def blank_lines(port, stopping, _data):
    """600 connections that send a blank line every 2 s, and come again when they are ended."""
    held = connected(port, 600)
    while not stopping.wait(2.0):
        held = send_all(held, b"\r\n")
        held += connected(port, 600 - len(held))
    close_all(held)


def idle(port, stopping, _data):
    """2,000 connections that do nothing, and come again when they are ended."""
    held = connected(port, 2000)
    while not stopping.wait(1.0):
        pass
    close_all(held)


def slow_heads(port, stopping, _data):
    """500 requests whose heads never end, some bytes a second."""
    held = connected(port, 500)
    held = send_all(held, b"GET /api/v2/timelines HTTP/1.1\r\nHost: localhost\r\n")
    while not stopping.wait(1.0):
        held = send_all(held, b"X-A: b\r\n")
        more = connected(port, 500 - len(held))
        held += send_all(more, b"GET /api/v2/timelines HTTP/1.1\r\nHost: localhost\r\n")
    close_all(held)


def slow_readers(port, stopping, data):
    """480 clients ask for large timelines and read 2 KiB a second of them."""
    held = []
    for n in range(480):
        try:
            s = connect(port, receive=4096)
            s.sendall(f"GET /api/v2/timelines/{data[n % len(data)]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            held.append(s)
        except OSError:
            pass
    while not stopping.wait(1.0):
        for s in held:
            try:
                s.settimeout(0.001)
                s.recv(2048)
            except OSError:
                pass
    close_all(held)


def pipelines(port, stopping, _data):
    """Ten thousand requests on each of 50 connections, and no answer is read."""
    request = b"GET /api/v2/timelines?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10_000
    held = connected(port, 50, receive=4096)
    while not stopping.is_set():
        held = send_all(held, request)
        held += connected(port, 50 - len(held), receive=4096)
        stopping.wait(0.2)
    close_all(held)


def long_targets(port, stopping, _data):
    """Targets of 140 KB and heads of 10,000 fields, again and again."""
    target = b"GET /" + b"x" * 140_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    fields = b"GET / HTTP/1.1\r\n" + b"X-A: bbbbbbbbbbbbbbbbbbbb\r\n" * 10_000 + b"\r\n"
    while not stopping.is_set():
        for data in (target, fields):
            try:
                with connect(port) as s:
                    s.sendall(data)
                    s.recv(4096)
            except OSError:
                pass


def resets(port, stopping, _data):
    """Asks and resets at once."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    while not stopping.is_set():
        try:
            with connect(port) as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                s.sendall(b"GET /api/v2/timelines?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        except OSError:
            time.sleep(0.01)
