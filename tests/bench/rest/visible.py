#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon an event is seen over REST: asks for the 100 interactions with the newest activity in turn, over one connection, and
takes the time from an event's receipt (receivedAt) to the answer that shows it first. The asking itself is in the figure.

    visible.py URL [SECONDS]
"""
import json
import socket
import sys
import time
from datetime import datetime
from urllib.parse import quote

IDS = 100
RENEW_EVERY = 1.0  # seconds after which the 100 are chosen anew


class Client:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host = f"{host}:{port}"
        self.rest = b""

    def get(self, path):
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            self.read()
        head = self.rest[:end].lower()
        at = head.index(b"content-length:") + 15
        size = int(head[at:].split(b"\r\n", 1)[0])
        while len(self.rest) < end + 4 + size:
            self.read()
        body = self.rest[end + 4:end + 4 + size]
        self.rest = self.rest[end + 4 + size:]
        return body

    def read(self):
        some = self.socket.recv(1 << 18)
        if not some:
            raise SystemExit("The server closed the connection.")
        self.rest += some


def main(url, seconds):
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    client = Client(host, int(port))
    sizes, seen, delays, rounds = {}, {}, [], []
    ids, renewed = [], 0.0
    until = time.time() + seconds
    while time.time() < until:
        if time.time() - renewed > RENEW_EVERY:
            renewed = time.time()
            ids = [item["interactionId"] for item in json.loads(client.get(f"/api/v2/timelines?limit={IDS}"))["items"]]
            if not ids:
                raise SystemExit("There are no interactions.")
            seen = {name: seen[name] for name in ids if name in seen}  # one that comes back is as new: nobody looked meanwhile
            sizes = {name: sizes[name] for name in seen}
        begun = time.time()
        for name in ids:
            body = client.get(f"/api/v2/timelines/{quote(name)}?include=evidence")
            now = time.time()
            if sizes.get(name) == len(body):
                continue
            sizes[name] = len(body)
            known, fresh = seen.get(name), {e["eventId"]: e["receivedAt"] for e in json.loads(body)["events"]}
            seen[name] = set(fresh)
            if known is not None:
                delays += [now - datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()
                           for event, at in fresh.items() if event not in known]
        rounds.append(time.time() - begun)
        time.sleep(max(0, 0.001 - rounds[-1]))
    delays.sort()
    rounds.sort()
    if not delays:
        raise SystemExit("Nothing new was seen.")
    print(f"{len(delays)} events seen, receipt to visible: p50 {delays[len(delays) // 2] * 1e3:.1f} ms, "
          f"p99 {delays[len(delays) * 99 // 100] * 1e3:.1f} ms, largest {delays[-1] * 1e3:.1f} ms; "
          f"asking all {IDS} once took {rounds[len(rounds) // 2] * 1e3:.1f} ms (median)")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 20)
