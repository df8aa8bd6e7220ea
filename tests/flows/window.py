# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as its user has it: one process, its window, and what can be done in it."""
import time

from . import tree
from .waiting import Failure, require, wait_until

LANES = ("Interactions over time", "Timeline of the interaction")
FIELDS = ("text", "password text")
END_WITHIN = 5.0  # s; promised is one, a busy machine has five


class Window:
    """A running program. Whatever is asked for by name is waited for."""

    def __init__(self, process, pid, hands, screen):
        self._process = process
        self.pid = pid
        self.hands = hands
        self.screen = screen
        self.app = wait_until("the program tells screen readers of itself", lambda: self._alive() and tree.application(pid))
        self.frame = wait_until("a window is shown", lambda: self._alive() and self.app.find("frame"), found=self.app.dump)

    def _alive(self):
        if self._process and self._process.poll() is not None:
            raise Failure(f"The program ended with {self._process.returncode}.")
        return True

    # What is there.

    def texts(self):
        """Everything that can be read, in all windows of the program."""
        return [text for node in self.app.walk() for text in (node.name, node.text if node.role in FIELDS else "") if text]

    def reads(self, words):
        """Whether `words` stand anywhere."""
        return any(words in text for text in self.texts())

    def awaits(self, words):
        """Waits until `words` stand anywhere."""
        wait_until(f"the window says \"{words}\"", lambda: self._alive() and self.reads(words), found=lambda: " | ".join(self.texts()))

    def node(self, role=None, name=None, within=None):
        """Waits for an accessible and gives it."""
        place = within or self.app
        return wait_until(f"there is {role or 'something'} \"{name or ''}\"",
                          lambda: self._alive() and place.find(role, name), found=self.app.dump)

    def dialog(self, title):
        """Waits for a dialog."""
        return wait_until(f"the dialog \"{title}\" opens",
                          lambda: next((n for n in self.app.children if n.role in ("dialog", "alert") and n.name == title and n.shown), None),
                          found=self.app.dump)

    def dialogs(self):
        """Dialogs that are open."""
        return [node for node in self.app.children if node.role in ("dialog", "alert") and node.shown]

    def status(self):
        """Texts of the status bar."""
        return [node.name for node in self.node(name="Status", within=self.frame).children if node.shown and node.name]

    def focused(self):
        """What has the focus, the innermost; or None."""
        return next(reversed([node for node in self.app.walk() if node.has("focused")]), None)

    def welcome(self):
        """Whether the welcome page is shown."""
        return self.frame.find("push button", "Start demo") is not None

    # Lanes.

    def lanes(self):
        """The table of lanes in view, or None."""
        return next(self.frame.every("table", lambda name: name in LANES), None)

    def lanes_focused(self):
        """Goes round by F6 until the lanes have the focus."""
        def there():
            return self.lanes() is not None and (self.lanes().has("focused") or any(row.has("focused") for row in self.lanes().children))
        for _ in range(8):
            if there():
                return
            self.press("F6")
        wait_until("F6 leads to the lanes", there, found=self.app.dump)

    # What can be done.

    def press(self, *keys):
        """Keys, one after the other."""
        self._alive()
        self.hands.press(*keys)

    def dismiss(self):
        """Closes the dialog by Escape; keys go to the window again then."""
        self.press("Escape")
        wait_until("the dialog closes, and the window has the keys again", lambda: not self.dialogs() and self.frame.has("active"), found=self.app.dump)

    def click(self, node, count=1, button=1):
        """Clicks in the middle of what can be seen of `node`, which must be on the screen."""
        box = node.box.common(self.screen.box)
        require(not box.empty, f"{node.role} \"{node.name}\" can be clicked; it lies {node.box}, the screen is {self.screen.box}")
        self.hands.click(box.middle, button, count)

    def click_on(self, role, name, within=None):
        """Clicks on what is named."""
        self.click(self.node(role, name, within))

    def fill(self, name, text, within=None):
        """Writes `text` into the field that is named, instead of what stands there."""
        field = wait_until(f"there is a field \"{name}\"",
                           lambda: next((n for n in (within or self.app).every(name=name) if n.role in FIELDS), None), found=self.app.dump)
        self.click(field)
        wait_until(f"\"{name}\" has the focus", lambda: field.has("focused"))
        self.press("ctrl+a", "Delete")
        self.hands.write(text)
        if field.role == "text":
            wait_until(f"\"{text}\" stands in \"{name}\"", lambda: field.text == text, found=lambda: field.text)

    def problem(self):
        """What the bar of problems says; empty while there is none."""
        bar = self.frame.find(name="Problem")
        return " ".join(node.name for node in bar.walk() if node.role == "label" and node.name) if bar else ""

    # The end.

    def close(self, key="ctrl+q"):
        """Closes it by a key, and judges how: soon, and with exit code 0. Gives the seconds it took."""
        return self._end(lambda: self.hands.press(key))

    def end(self):
        """Ends it as a session that closes does, whichever window has the keys; judged likewise."""
        return self._end(self._process.terminate)

    def _end(self, ask):
        began = time.monotonic()
        ask()
        code = self._code()
        took = time.monotonic() - began
        require(code == 0, f"The program ended well; its exit code is {code}.")
        require(took <= END_WITHIN, f"It ended within {END_WITHIN:g} s; it took {took:.1f}.")
        return took

    def _code(self):
        if self._process is None:  # a demo that detached itself: its end is all there is to see
            wait_until("the program ends", lambda: tree.application(self.pid) is None)
            return 0
        wait_until("the program ends", lambda: self._process.poll() is not None)
        return self._process.returncode
