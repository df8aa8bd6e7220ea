# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be installed for a window to be driven."""
import os
import shutil

PROGRAMS = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool", "dbus-daemon": "dbus-daemon"}


def missing():
    """What is not here, each with its Debian package; empty where flows can be run."""
    out = [f"{name} (package {package})" for name, package in PROGRAMS.items() if not shutil.which(name)]
    return out + _missing_accessibility()


def _missing_accessibility():
    from .session import LAUNCHERS
    out = [] if any(map(os.path.exists, LAUNCHERS)) else ["at-spi-bus-launcher (package at-spi2-core)"]
    try:
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi  # noqa: F401  (whether it can be had is all that is asked)
    except (ImportError, ValueError):
        out.append("AT-SPI for /usr/bin/python3 (packages python3-gi and gir1.2-atspi-2.0)")
    return out
