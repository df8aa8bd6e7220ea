# SPDX-License-Identifier: GPL-3.0-or-later
"""A store with timelines of megabytes, made by replaying a recording."""
import gzip
import json
import os
import time

from collector import Program

INTERACTIONS = 40
BODY_BYTES = 3_600_000
EVENT_BYTES = 3000


def large_timelines(programs, data, folder):
    """Fills the data folder. Returns the interactions' ids."""
    recording = os.path.join(folder, "large.gz")
    with gzip.open(recording, "wt", compresslevel=1, encoding="utf-8") as out:
        for n in range(INTERACTIONS):
            write(out, f"large-{n}")
    program = Program(folder, "fill", [os.path.join(programs, "threadline-collector"), "--data-dir", data, "--listen", "127.0.0.1:0",
                                       "--replay", recording])
    port = program.port()
    expected = INTERACTIONS * (BODY_BYTES // EVENT_BYTES)
    until = time.monotonic() + 120
    while stored(port) < expected:
        if time.monotonic() > until:
            raise RuntimeError(f"the store was not filled: {stored(port)} of {expected}: {program.said()[-400:]}")
        time.sleep(0.2)
    program.end()
    return [f"large-{n}" for n in range(INTERACTIONS)]


def write(out, interaction):
    """The messages of one interaction, as the collector records them."""
    filler = "x" * (EVENT_BYTES - 400)
    for k in range(BODY_BYTES // EVENT_BYTES):
        text = json.dumps({"events": [{"id": f"{interaction}-{k}", "timestamp": f"2026-05-06T10:{k // 60 % 60:02}:{k % 60:02}Z", "type": "interaction-updated",
                                       "sequence": k, "data": {"interactionId": interaction, "participantId": "p", "filler": filler}}]},
                          separators=(",", ":"))
        out.write(json.dumps({"received": "2026-05-06T10:44:54.118Z", "message": text}, separators=(",", ":")) + "\n")


def stored(port):
    import urllib.request
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("threadline_events_stored_total "):
                return int(float(line.split()[1]))
    return 0
