# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and mouse, as a user has them: through the X server (XTest), never through the program."""
import subprocess


class Hands:
    """Presses and clicks on one display."""

    def __init__(self, env):
        self._env = env

    def _do(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=self._env, check=True, timeout=60, capture_output=True)

    def press(self, *keys):
        """Keys by their X names, each with its modifiers: "ctrl+g", "Return", "question"."""
        self._do("key", "--clearmodifiers", *keys)

    def write(self, text):
        """Types `text` to whatever has the focus."""
        if text:
            self._do("type", "--clearmodifiers", "--delay", 2, "--", text)

    def point(self, at):
        """Moves the pointer."""
        self._do("mousemove", "--sync", *at)

    def click(self, at, button=1, count=1):
        """Moves there and clicks."""
        self._do("mousemove", *at, "click", "--repeat", count, "--delay", 30, button)

    def drag(self, start, end):
        """Presses at `start`, moves to `end`, lets go."""
        self._do("mousemove", *start, "mousedown", 1, "mousemove", *end, "mouseup", 1)
