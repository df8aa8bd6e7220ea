# SPDX-License-Identifier: GPL-3.0-or-later
"""The real collector as somebody else's prey: started, looked at from outside, and asked to end."""
import os
import re
import resource
import signal
import socket
import subprocess
import time

# The collector says "REST at ..." among other addresses, the simulator has one only.
REST = re.compile(rb"REST at http://127\.0\.0\.1:(\d+)")
ANY = re.compile(rb"http://127\.0\.0\.1:(\d+)")
TICKS = os.sysconf("SC_CLK_TCK")
GIVEN_UP_AFTER = 60.0  # s that a program may take to end before it is killed


class Program:
    """A program of ours in a folder of its own; what it says goes to NAME.log there."""

    def __init__(self, folder, name, command, env=None, limits=()):
        self.log = os.path.join(folder, name + ".log")
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("GENESYS_", "TSDB_", "THREADLINE_"))}
        clean.update(env or {})

        def limit():
            for what, value in limits:
                resource.setrlimit(what, (value, value))

        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=clean, preexec_fn=limit)
        self.started = time.monotonic()

    def port(self, said=REST, within=60.0):
        """Where it listens; waits until it says so."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            with open(self.log, "rb") as log:
                if found := said.search(log.read()):
                    return int(found.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"{self.log}: no address was said: {self.said()[-400:]}")

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def peak_mib(self):
        """The most memory that it had at any time."""
        try:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
                return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024
        except (OSError, AttributeError):
            return 0.0

    def cpu_seconds(self):
        try:
            with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / TICKS
        except OSError:
            return 0.0

    def end(self):
        """Asks it to end. Seconds until it did, and its exit code; killed after GIVEN_UP_AFTER."""
        begin = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(GIVEN_UP_AFTER)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process.stdin.close()
        return time.monotonic() - begin, code


class GoodClient:
    """Asks for a page of the list again and again on connections of its own, as a dashboard does."""

    def __init__(self, port):
        self._port = port
        self.times = []
        self.refused = 0

    def ask(self, path="/api/v2/timelines?limit=10"):
        """One question on a new connection. Counts its time, or that it was not answered."""
        begin = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=5) as s:
                s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                head = b""
                while piece := s.recv(65536):
                    head = head or piece
            if not head.startswith(b"HTTP/1.1 200"):
                raise OSError("not answered")
            self.times.append(time.monotonic() - begin)
        except OSError:
            self.refused += 1

    def p99_ms(self):
        if not self.times:
            return float("nan")
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
