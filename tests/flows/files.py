# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to open: conversation details as the platform exports them, made up here."""
import json
import os
from datetime import datetime, timedelta, timezone

MORNING = datetime(2026, 2, 3, 9, 0, tzinfo=timezone.utc)
QUEUES = ("Sales", "Billing", "Support", "Claims")


def _id(kind, number):
    return f"{kind:08d}-0000-4000-8000-{number:012d}"


def _time(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _segment(kind, start, end, **more):
    return {"conference": False, "segmentType": kind, "segmentStart": _time(start), "segmentEnd": _time(end), **more}


def _participant(number, part, purpose, name, segments):
    session = {"sessionId": _id(10 + part, number), "mediaType": "voice", "direction": "inbound", "segments": segments}
    if purpose == "customer":
        session["ani"] = f"tel:+1555{number:07d}"
    return {"participantId": _id(part, number), "purpose": purpose, "participantName": name, "sessions": [session]}


def conversation(number, apart=40.0):
    """An inbound call that has ended: queue, ringing, talk, hold, talk, wrap-up. Calls begin `apart` seconds one after another."""
    start = MORNING + timedelta(seconds=number * apart)
    after = lambda seconds: start + timedelta(seconds=seconds)  # noqa: E731
    wait, talk = 10 + number % 50, 60 + number % 120
    answered, held, back, end = 4 + wait, 4 + wait + talk, 34 + wait + talk, 94 + wait + talk
    queue = {"queueId": _id(900, number % len(QUEUES))}
    agent = [_segment("alert", after(wait), after(answered), **queue),
             _segment("interact", after(answered), after(held), **queue),
             _segment("hold", after(held), after(back), **queue),
             _segment("interact", after(back), after(end), disconnectType="peer", **queue),
             _segment("wrapup", after(end), after(end + 12), **queue)]
    return {
        "conversationId": _id(1, number), "conversationStart": _time(start), "conversationEnd": _time(after(end + 12)),
        "originatingDirection": "inbound",
        "participants": [
            _participant(number, 2, "customer", f"Caller {number}", [_segment("interact", start, after(end), disconnectType="client")]),
            _participant(number, 3, "acd", QUEUES[number % len(QUEUES)],
                         [_segment("interact", start, after(wait), disconnectType="transfer", **queue)]),
            _participant(number, 4, "agent", f"Agent {number % 23}", agent)]}


BROKEN = '{"conversationId": "cut off'


def ended(path, count, apart=40.0, behind_first=""):
    """`count` ended conversations, one a line; `behind_first`: a line of something else among them."""
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(conversation(number, apart)) + "\n")
            if number == 0 and behind_first:
                file.write(behind_first + "\n")
    return path


def mixed(path, good):
    """`good` conversations, and between them what is none: broken JSON, an object of something else, a list of numbers."""
    bad = [BROKEN, '{"nothing": "of ours"}', "[1, 2, 3]"]
    with open(path, "w", encoding="utf-8") as file:
        for number in range(good):
            file.write(json.dumps(conversation(number)) + "\n")
            file.write(bad[number % len(bad)] + "\n")
    return path


def garbage(path, size=200_000):
    """Bytes that are no JSON at all; always the same."""
    state, out = 1, bytearray()
    while len(out) < size:
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        out += state.to_bytes(8, "little")
    with open(path, "wb") as file:
        file.write(out)
    return path


def fifo(path):
    """A pipe that nobody ever writes to."""
    os.mkfifo(path)
    return path
