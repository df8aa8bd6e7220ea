# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user does in a real window, from an empty home folder, by keys and mouse alone.

Each flow starts the real program under a private X server with a window manager, and judges by what the program tells
screen readers (AT-SPI) and by the pixels on the screen. `run` is the one command; `README.md` says how to add a flow.
"""
