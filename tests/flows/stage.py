# SPDX-License-Identifier: GPL-3.0-or-later
"""What a flow is given: a desktop, the programs, and where its pictures go."""
import http.client
import os

from . import tree
from .feed import Feed
from .hands import Hands
from .waiting import wait_until
from .window import Window

FLOWS = []


def flow(sizes=None, full=False, needs=()):
    """Makes a function a flow. `sizes`: at which it is worth being run; `full`: takes longer than ./test allows; `needs`: programs."""
    def register(function):
        function.full = full
        function.needs = needs
        function.sizes = sizes or ((1280, 800), (1920, 1080))
        FLOWS.append(function)
        return function
    return register


class Stage:
    """The desktop of one flow with everything it may use."""

    def __init__(self, session, programs, pictures=None):
        self._session = session
        self._programs = programs
        self._pictures = pictures
        self._taken = 0
        self.hands = Hands(session.env)
        self.screen = session.screen

    def start(self, *arguments):
        """Starts the program and waits for its window."""
        command = [os.path.join(self._programs, "threadline"), *arguments]
        process = self._session.processes.start("threadline", command, self._session.env)
        return Window(process, process.pid, self.hands, self.screen)

    def other(self, than):
        """The window of a program that `than` started, and that is a process of its own."""
        def strangers():
            return [app for app in tree.applications() if app.pid != than.pid and app.find("frame")]
        app = wait_until("a second window opens", strangers, found=lambda: [a.name for a in tree.applications()])[0]
        return Window(None, app.pid, self.hands, self.screen)

    def feed(self, *options):
        """A platform that sends events."""
        return Feed(self._session.processes, self._programs, self._session.env, *options)

    def rest_answers(self):
        """Whether REST answers at its port."""
        rest = http.client.HTTPConnection(self._session.env["THREADLINE_LISTEN"], timeout=5)
        try:
            rest.request("GET", "/healthz")
            return rest.getresponse().status == 200
        except OSError:
            return False
        finally:
            rest.close()

    def keyring(self):
        """From now on a keyring answers."""
        self._session.start_keyring()

    def path(self, name):
        """Where a file of this flow lies."""
        return os.path.join(self._session.files, name)

    def picture(self, words):
        """Keeps what is on the screen, if pictures are wanted."""
        self._taken += 1
        if self._pictures:
            self.screen.save(f"{self._pictures}-{self._taken:02d}-{words.replace(' ', '-')}.png")

    def said(self):
        """What the program wrote to its log."""
        with open(self._session.processes.log("threadline"), encoding="utf-8", errors="replace") as file:
            return file.read()
