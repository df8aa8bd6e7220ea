# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of peers: what each is, and how it is set up around the collector."""
import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass, field
from typing import Callable, Optional

import clients
import servers

MESSAGE = 4 * 1024 * 1024 - 64  # bytes; one below what is refused whole
TIME = "2026-05-06T10:44:54Z"
CREDENTIALS = {"GENESYS_CLIENT_ID": "hostile", "GENESYS_CLIENT_SECRET": "hostile-secret"}


@dataclass
class Peer:
    """One row: `feed` names the source (none, simulator:ARGUMENTS, trick:NAME[:TEXT], server:NAME), the rest what else is hostile."""
    name: str
    feed: str = "none"
    influx: Optional[Callable] = None
    client: Optional[Callable] = None
    limits: tuple = ()
    harm: Optional[Callable] = None  # called with the data folder once it runs
    quick: bool = False              # part of the short set
    idle: bool = False               # is to end within the bar for idle
    filled: bool = False             # begins with large timelines in its store
    exits: tuple = field(default=(0,))
    least: int = 1                   # how often its client or server must have done what it is there for, or it played nothing
    # Bars of this row; those that are not the common ones say why.
    cores: float = 4.0               # processor time in the row's time: none where the peer itself gives work
    p99_ms: float = 1000.0
    refused: float = 0.02            # of the good client's questions


def event(interaction="i", event_id="e", kind="t", data="", participant="p"):
    return (f'{{"id":"{event_id}","timestamp":"{TIME}","type":"{kind}","data":'
            f'{{"interactionId":"{interaction}","participantId":"{participant}"{data}}}}}')


def filled_with(element):
    """A message of nearly 4 MiB of one element again and again."""
    return '{"events":[' + ",".join([element] * ((MESSAGE - 16) // (len(element) + 1))) + "]}"


TEXTS = {
    "empty objects": lambda: filled_with("{}"),
    "numbers": lambda: filled_with("7"),
    "broken objects": lambda: filled_with('{"a":tru}'),
    "refused events": lambda: '{"events":[' + ",".join([event().replace(TIME, "never")] * 10) + "]}",
    "long ids": lambda: '{"events":[' + ",".join(event(event_id=str(n) + "x" * 1_000_000) for n in range(4)) + "]}",
    "long interactions": lambda: '{"events":[' + ",".join(event(interaction=str(n) + "x" * 1_000_000) for n in range(4)) + "]}",
    "long types": lambda: '{"events":[' + ",".join(event(event_id=str(n), kind="x" * 1_000_000) for n in range(4)) + "]}",
    "long names": lambda: '{"events":[' + ",".join(
        event(event_id=str(n), data=f',"purpose":"customer","name":"{n}{"x" * 1_000_000}"') for n in range(4)) + "]}",
    "deep nesting": lambda: '{"events":[' + event(data=',"a":' + "[" * 100_000 + "]" * 100_000) + "]}",
    "unattached": lambda: '{"events":[' + ",".join(
        f'{{"id":"{n}","timestamp":"{TIME}","type":"t","data":{{"participantId":"{n}"}}}}' for n in range(40_000)) + "]}",
    "one small event": lambda: '{"events":[' + event() + "]}",
}

NEW = "########"  # another number in each message


def message(count, make):
    return '{"events":[' + ",".join(make(f"{NEW}-{n}") for n in range(count)) + "]}"


def in_one_interaction(n):
    """Event `n` of the one interaction, which brings a participant and an agent of its own."""
    return event(interaction="big", event_id=n, participant=n, kind="interaction-participant-joined", data=f',"purpose":"agent","userId":"{n}"')


def with_new_names(n, k):
    """Event `n` of interaction `k`, with a new queue and a new agent: its summary grows with each message."""
    return event(interaction=k, event_id=n, data=f',"queueName":"{n}{"q" * 230}","purpose":"agent","userId":"{n}{"u" * 230}","name":"{n}{"a" * 230}"')


# Nothing of it was there before: what is kept of each is to be bounded in bytes, not in number.
FRESH_TEXTS = {
    "an interaction each": lambda: message(400, lambda n: event(interaction=n)),
    "an interaction each, long ids": lambda: message(200, lambda n: event(interaction=n + "x" * 900)),
    "an interaction each, long names": lambda: message(200, lambda n: event(
        interaction=n, data=f',"queueName":"{n * 20}","purpose":"agent","userId":"u{n}","name":"{n * 30}"')),
    "an interaction each, over at once": lambda: message(200, lambda n: ",".join(
        event(interaction=n, event_id=kind, kind=f"interaction-participant-{kind}") for kind in ("joined", "left"))),
    "unattached, long names": lambda: message(100, lambda n: (
        f'{{"id":"{n}","timestamp":"{TIME}","type":"{"x" * 250}","data":'
        f'{{"participantId":"{n}{"p" * 900}","channelId":"{n}{"c" * 900}"}}}}')),
    "a participant each": lambda: message(10_000, in_one_interaction),
    "4,000 interactions, new names": lambda: message(4_000, lambda n: with_new_names(n, n.partition("-")[2])),
}


def folder_gone(folder):
    shutil.rmtree(folder)


def database_damaged(folder):
    with open(os.path.join(folder, "threadline.db"), "r+b") as database:
        database.seek(4096)
        database.write(b"\xff" * 65536)


def database_renamed(folder):
    os.rename(os.path.join(folder, "threadline.db"), os.path.join(folder, "threadline.db.away"))


def database_replaced(folder):
    """Another database stands in its place, as after a restore under a program that runs; the journal is the old one's."""
    other = os.path.join(folder, "other.db")
    with contextlib.closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE somebody(s TEXT)")
        database.commit()
    os.replace(other, os.path.join(folder, "threadline.db"))


GOOD = "simulator:--rate 500"
FULL = ((resource.RLIMIT_FSIZE, 3 * 1024 * 1024),)
FEW = ((resource.RLIMIT_NOFILE, 64),)
# A core that spins takes 1. Where nothing comes but the good client's questions 0.03 were measured, where descriptors are short 0.09.
RESTING = 0.3

PEERS = [
    Peer("nobody (idle)", quick=True, idle=True, cores=RESTING),
    Peer("good feed, 500/s", GOOD, quick=True),
    Peer("good feed, as fast as taken", "simulator:--rate 0"),
    Peer("good feed, 100,000 at a time", "simulator:--rate 0 --events-per-message 400 --concurrent 100000"),
    *[Peer(f"feed: {name}", f"trick:{name}", quick=name in ("ping flood", "split characters")) for name in (
        "ping flood", "pong flood", "endless fragments", "empty fragments", "endless head", "trickled head", "trickled frame",
        "huge frame", "largest frames", "masked frames", "split characters", "close but stay", "half close", "garbage")],
    Peer("feed: silence", "trick:silence", cores=RESTING),
    *[Peer(f"feed: {name}", f"trick:flood:{name}", quick=name in ("empty objects", "long ids")) for name in TEXTS],
    *[Peer(f"feed: {name}", f"trick:fresh flood:{name}", quick=name == "an interaction each") for name in FRESH_TEXTS],
    Peer("sign-in: hangs", "server:hangs"),
    Peer("sign-in: 503", "server:503"),
    Peer("sign-in: endless answer", "server:endless"),
    Peer("sign-in: HTML", "server:html", exits=(0, 3)),
    Peer("InfluxDB: hangs", GOOD, influx=servers.hangs),
    Peer("InfluxDB: 503 at start", GOOD, influx=servers.always("503 Service Unavailable")),
    Peer("InfluxDB: success before reading", GOOD, influx=servers.early),
    Peer("InfluxDB: endless answer", GOOD, influx=servers.endless),
    Peer("REST: 600 with blank lines", GOOD, client=clients.blank_lines, least=600, quick=True),
    Peer("REST: 2,000 idle", GOOD, client=clients.idle, least=2000),
    Peer("REST: 500 slow heads", GOOD, client=clients.slow_heads, least=500),
    Peer("REST: 480 slow readers", GOOD, client=clients.slow_readers, least=1_000_000, filled=True),
    Peer("REST: pipelines unread", GOOD, client=clients.pipelines, least=50),
    Peer("REST: 560 slow pipelines", GOOD, client=clients.slow_pipelines, least=1_000_000),
    Peer("REST: targets of 140 KB", GOOD, client=clients.long_targets),
    Peer("REST: resets", GOOD, client=clients.resets),
    Peer("store: folder deleted", GOOD, exits=(4,), harm=folder_gone),
    Peer("store: database renamed", GOOD, exits=(4,), harm=database_renamed, quick=True),
    Peer("store: database replaced", GOOD, exits=(4,), harm=database_replaced),
    Peer("store: pages damaged", GOOD, harm=database_damaged),
    Peer("store: files may not grow", "simulator:--rate 5000", limits=FULL, exits=(4,)),
    Peer("no descriptors left", GOOD, client=clients.idle, least=2000, limits=FEW, cores=RESTING, quick=True),
]


def feed_server(name):
    """Sign-in servers by the name in Peer.feed."""
    return {"hangs": servers.hangs, "503": servers.always("503 Service Unavailable"), "endless": servers.endless,
            "html": servers.always("200 OK", b"<html>Log in</html>", "Content-Type: text/html\r\n")}[name]


def hostile_feed(program, trick, text, folder):
    """Starts hostile_feed. Returns process and address."""
    command = [program, trick]
    if text:
        path = os.path.join(folder, "message.json")
        with open(path, "w", encoding="utf-8") as out:
            out.write({**TEXTS, **FRESH_TEXTS}[text]())
        command.append(path)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return process, process.stdout.readline().decode().strip()
