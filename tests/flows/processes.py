# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes of a flow, and that none of them outlives it."""
import ctypes
import os
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36
GRACE = 5.0  # s between asking and killing


class Processes:
    """Starts processes and ends them again, the last one first; also those that detached themselves from us."""

    def __init__(self, folder):
        self._folder = folder
        self._started = []
        adopt()

    def start(self, name, command, env, **more):
        """Starts `command`; what it says goes to NAME.log in the folder."""
        with open(self.log(name), "ab") as log:
            more = {"stdout": log, "stdin": subprocess.DEVNULL, **more}
            process = subprocess.Popen(command, env=env, stderr=log, **more)
        self._started.append(process)
        return process

    def log(self, name):
        """Path of what `name` said."""
        return os.path.join(self._folder, name + ".log")

    def end_all(self):
        """Ends everything that was started, and whatever that left behind."""
        for process in reversed(self._started):
            end(process)
        end_children()


def adopt():
    """What loses its parent, or detaches itself as the demo does, becomes a child of ours instead of the system's."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_children():
    """Ends all children, and theirs, which become ours."""
    while pids := children():
        for pid in pids:
            end_pid(pid)


def end(process):
    """Ends a process that may have ended already; by its id."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_pid(pid):
    """Ends a child that was not started as a Popen."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _signal(pid, number) or gone_within(pid, GRACE):
            return


def _signal(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def gone_within(pid, seconds):
    """Waits for a child to end. True if it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return True
        except ChildProcessError:
            return True
        time.sleep(0.02)
    return False


def children():
    """Ids of the processes whose parent we are now."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []
