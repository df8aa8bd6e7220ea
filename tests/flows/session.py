# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop of its own: X server, window manager, buses, and an empty home folder."""
import os
import shutil
import socket
import subprocess
import tempfile

from gi.repository import Gio, GLib

from .processes import Processes
from .screen import Screen
from .waiting import wait_until

LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
XDG = {"XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share", "XDG_CACHE_HOME": ".cache", "XDG_STATE_HOME": ".local/state"}

# No folder of services: no keyring, no portal and nothing else of the machine answers here.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


def free_port():
    """A port of loopback where nobody listens."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


class Session:
    """The desktop of one flow, as a context: started on entering, everything ended on leaving, also after a failure."""

    def __init__(self, size):
        self.size = size
        self.folder = tempfile.mkdtemp(prefix="threadline-flow-")
        self.home = self._folder("home")
        self.files = self._folder("files")
        self.processes = Processes(self._folder("logs"))
        self.env = self._environment()
        self.screen = None

    def __enter__(self):
        try:
            self._start_bus()
            self._start_screen()
            self._start_window_manager()
            self._start_accessibility()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.processes.end_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_keyring(self):
        """A keyring of its own, open and empty, which answers on the session's bus."""
        keyring = self.processes.start("keyring", ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], self.env,
                                       stdin=subprocess.PIPE)
        keyring.stdin.write(b"of no use to anybody")
        keyring.stdin.close()
        wait_until("the keyring answers", lambda: self._answers("org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.DBus.Peer", "Ping"))

    def _folder(self, name):
        path = os.path.join(self.folder, name)
        os.mkdir(path, 0o700)
        return path

    def _environment(self):
        """What programs see: nothing of the user's own settings, desktop or proxies."""
        kept = {name: os.environ[name] for name in ("PATH", "LSAN_OPTIONS", "UBSAN_OPTIONS", "ASAN_OPTIONS") if name in os.environ}
        folders = {name: os.path.join(self.home, path) for name, path in XDG.items()}
        return {**kept, **folders, "HOME": self.home, "XDG_RUNTIME_DIR": self._folder("runtime"), "TMPDIR": self._folder("tmp"),
                "TZ": "UTC", "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "xcb", "QT_ACCESSIBILITY": "1",
                "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "THREADLINE_LISTEN": f"127.0.0.1:{free_port()}"}

    def _start_bus(self):
        config = os.path.join(self.folder, "bus.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BUS.format(folder=self.env["XDG_RUNTIME_DIR"]))
        bus = self.processes.start("bus", ["dbus-daemon", "--nofork", "--nopidfile", "--print-address", "--config-file=" + config],
                                   self.env, stdout=subprocess.PIPE, text=True)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = self.env["DBUS_SESSION_BUS_ADDRESS"]  # for AT-SPI in this process

    def _start_screen(self):
        width, height = self.size
        buffer = self._folder("screen")
        server = self.processes.start(
            "xvfb", ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-fbdir", buffer, "-nolisten", "tcp", "-noreset"],
            self.env, stdout=subprocess.PIPE, text=True)
        self.env["DISPLAY"] = ":" + server.stdout.readline().strip()
        self.screen = Screen(os.path.join(buffer, "Xvfb_screen0"))

    def _start_window_manager(self):
        self.processes.start("openbox", ["openbox", "--sm-disable"], self.env)
        wait_until("the window manager is there", self._managed)

    def _managed(self):
        """Whether somebody answers for desktops: only a window manager does."""
        return subprocess.run(["xdotool", "get_num_desktops"], env=self.env, capture_output=True, check=False).returncode == 0

    def _start_accessibility(self):
        launcher = next(path for path in LAUNCHERS if os.path.exists(path))
        self.processes.start("accessibility", [launcher, "--launch-immediately"], self.env)
        wait_until("the bus of screen readers is there", lambda: self._answers("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress"))

    def _answers(self, name, path, interface, method):
        """Whether `name` on the bus answers a call."""
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        try:
            bus = Gio.DBusConnection.new_for_address_sync(self.env["DBUS_SESSION_BUS_ADDRESS"], flags, None, None)
            bus.call_sync(name, path, interface, method, None, None, Gio.DBusCallFlags.NO_AUTO_START, 1000, None)
            return bus.close_sync(None)
        except GLib.Error:
            return False
