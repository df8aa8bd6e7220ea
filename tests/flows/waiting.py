# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what must come, and what a flow says when it does not."""
import time

PATIENCE = 30.0  # s; a busy machine is slow, and no flow fails for that
PAUSE = 0.05     # s between two looks


class Failure(AssertionError):
    """What the user needs is not so; the text says what was wanted and what is there."""


def wait_until(what, predicate, timeout=PATIENCE, found=None):
    """Looks until `predicate()` gives something true, and returns that. `found()` tells what is there instead."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            there = f"\n  There is: {found()}" if found else ""
            raise Failure(f"Not within {timeout:g} s: {what}.{there}")
        time.sleep(PAUSE)


def require(condition, what):
    """Fails with `what` unless `condition` holds."""
    if not condition:
        raise Failure(what)
