# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform's side: the real simulator, on loopback, with its OAuth."""
import re

from .processes import end
from .waiting import Failure, wait_until

CLIENT_ID = "flow-client"
SECRET = "flow-secret-of-nobody"


class Feed:
    """A simulator that listens, and can go and come back at the same port."""

    def __init__(self, processes, programs, env, *options):
        self._processes = processes
        self._command = [f"{programs}/threadline-simulator", "--client-id", CLIENT_ID, "--client-secret", SECRET, "--start", "now", *options]
        self._env = env
        self._process = None
        self.port = 0
        self.come()

    url = property(lambda self: f"http://127.0.0.1:{self.port}")

    def come(self):
        """Starts it, at the port of before if there was one."""
        name = "simulator"
        before = len(self._said(name))
        self._process = self._processes.start(name, [*self._command, "--port", str(self.port)], self._env)
        found = wait_until("the simulator listens", lambda: self._listening(name, before), found=lambda: self._said(name))
        self.port = int(found.group(1))

    def go(self):
        """Ends it."""
        end(self._process)

    def _listening(self, name, before):
        if self._process.poll() is not None:
            raise Failure(f"The simulator ended: {self._said(name)[before:]}")
        return re.search(r"Listening on http://127\.0\.0\.1:(\d+)", self._said(name)[before:])

    def _said(self, name):
        try:
            with open(self._processes.log(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""
