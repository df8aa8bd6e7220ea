#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a recording of N interactions of E events each, for `threadline-collector --replay`, and their ids.

    recording.py N E RECORDING.gz IDS.txt
"""
import gzip
import json
import sys
from datetime import datetime, timedelta, timezone

AT_ONCE = 100  # interactions whose events come mixed
A_MESSAGE = 10  # events


def event(interaction, n, time):
    who = f"{interaction:08x}-0000-4000-8000-00000000000"
    return {
        "id": f"{interaction:08x}-{n:04x}-4000-9000-000000000000",
        "timestamp": time,
        "type": "interaction-participant-joined" if n == 0 else "interaction-updated",
        "sequence": n + 1,
        "data": {
            "interactionId": who + "1", "participantId": who + "2", "channelId": who + "3", "purpose": "customer",
            "mediaType": "voice", "state": "connected" if n % 2 == 0 else "held", "direction": "inbound", "name": "Customer",
        },
    }


def main(count, events, recording, ids):
    start = datetime(2026, 1, 5, tzinfo=timezone.utc)
    with gzip.open(recording, "wt", compresslevel=1) as out, open(ids, "w") as names:
        for first in range(0, count, AT_ONCE):
            some = range(first, min(first + AT_ONCE, count))
            names.writelines(f"{n:08x}-0000-4000-8000-000000000001\n" for n in some)
            rows = []
            for n in range(events):
                time = (start + timedelta(seconds=first // AT_ONCE + n)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
                rows += [(time, event(interaction, n, time)) for interaction in some]
            for at in range(0, len(rows), A_MESSAGE):
                message = json.dumps({"events": [row[1] for row in rows[at:at + A_MESSAGE]]}, separators=(",", ":"))
                out.write(json.dumps({"received": rows[at][0], "message": message}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
