# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that the collector calls, and that answer it badly: sign-in and InfluxDB. Each is a function of one connection."""
import socket
import threading
import time

KEEPS = 60.0  # s that a connection is kept by servers that hang


class Server:
    """Listens on a port of 127.0.0.1 and plays `trick(connection, request_head, stopping)` with each that comes."""

    def __init__(self, trick):
        self._trick = trick
        self.played = 0  # requests that the trick was played with
        self.stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(0.2)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def end(self):
        self.stopping.set()
        self._listener.close()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            connection.settimeout(1.0)
            try:
                while not self.stopping.is_set():
                    head = read_head(connection)
                    if head is None:
                        return
                    self.played += 1
                    if self._trick(connection, head, self.stopping) is False:
                        return
            except OSError:
                pass


def read_head(connection):
    """The head of the next request, and what came with it of the body; None where the client has gone."""
    head = b""
    begin = time.monotonic()
    while b"\r\n\r\n" not in head:
        try:
            piece = connection.recv(65536)
        except socket.timeout:
            if time.monotonic() - begin > KEEPS:
                return None
            continue
        if not piece:
            return None
        head += piece
    return head


def answer(connection, status, body=b"", fields=""):
    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body)


def hangs(connection, _head, stopping):
    """Takes the request and never says a word."""
    stopping.wait(KEEPS)
    return False


def always(status, body=b"", fields=""):
    """Answers everything so, and hangs up, because the body of the request is not read."""
    def trick(connection, _head, _stopping):
        answer(connection, status, body, fields + "Connection: close\r\n")
        return False
    return trick


def endless(connection, _head, stopping):
    """An answer of 200 whose body never ends, as fast as it is taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Influxdb-Version: v2.9.1\r\n\r\n{\"a\":\"")
    while not stopping.is_set():
        connection.sendall(b"x" * 65536)
    return False


def early(connection, head, _stopping):
    """InfluxDB's face, which says that it has written before it has read, and hangs up."""
    if head.startswith(b"GET /ping"):
        answer(connection, "204 No Content", fields="X-Influxdb-Version: v2.9.1\r\n")
        return True
    answer(connection, "204 No Content", fields="X-Influxdb-Version: v2.9.1\r\nConnection: close\r\n")
    return False
