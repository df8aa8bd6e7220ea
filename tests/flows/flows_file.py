# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file to lanes."""
import re

from . import checks, files
from .stage import flow
from .waiting import PATIENCE, require, wait_until

MANY = 20_000
LONG = 180.0  # s, for reading so many with a sanitizer on a busy machine


def choose_file(window, path):
    """Opens `path` by the dialog that every program has for that."""
    window.press("ctrl+o")
    dialog = window.dialog("Open files")
    window.fill("File name:", path, within=dialog)
    window.press("Return")
    wait_until("the dialog closes", lambda: not window.dialogs())


def await_conversations(window, count, timeout=PATIENCE):
    """Waits until the floor has `count` conversations."""
    words = f"of {count:,}"
    wait_until(f"the window counts {count:,} conversations", lambda: any(words in text for text in window.texts()), timeout=timeout,
               found=lambda: " | ".join(window.texts()))


def shows_what_ended(window, count, timeout=PATIENCE):
    """The floor shows ended conversations as the user needs them: all counted, within the view, painted."""
    await_conversations(window, count, timeout)
    require(not window.welcome(), "The welcome page has given way.")
    require(not window.reads("Not connected."), "Where there are conversations no page says \"Not connected.\" in their stead.")
    wait_until("lanes are shown", lambda: window.lanes() and window.lanes().count > 1, found=window.app.dump)
    wait_until("lanes have segments in view", lambda: not checks.plot_of(window.lanes()).empty, found=lambda: where(window))
    require(not any("1970" in text for text in window.texts()), "No time of 1970 is shown.")


def share_read(window):
    """How much of a file has been read, in percent; 0 while nothing is said of it."""
    said = (re.search(r"^Reading .*: (\d+) %", text) for text in window.status())
    return next((int(match.group(1)) for match in said if match), 0)


def where(window):
    """What the line above the lanes says."""
    return " > ".join(n.name for n in window.node(name="Where you are").children if n.name)


def moves(window, key):
    """Presses a key that leads to another time, and waits until the view is there."""
    before = where(window)
    window.press(key)
    wait_until(f"{key} leads to another time", lambda: where(window) not in ("", before), found=lambda: before)


@flow(sizes=[(1280, 800)])
def thirty_ended_by_dialog(stage):
    """Thirty calls of a file, all ended: shown at once, and again after a restart."""
    path = files.ended(stage.path("export.ndjson"), 30)
    window = stage.start()
    choose_file(window, path)
    shows_what_ended(window, 30)
    stage.picture("opened")
    checks.in_view(window, 10)
    checks.painted(window)
    checks.sound(window)
    before = where(window)
    window.close()
    again = stage.start()
    shows_what_ended(again, 30)
    stage.picture("restarted")
    require(where(again) == before, f"A restart shows the same: \"{before}\"; now \"{where(again)}\".")
    again.close()


@flow(full=True)
def thirty_ended_at_start(stage):
    """--open: the same; every key that moves in time keeps to the data and draws it."""
    window = stage.start("--open", files.ended(stage.path("export.ndjson"), 30))
    shows_what_ended(window, 30)
    stage.picture("opened")
    checks.sound(window)
    window.lanes_focused()
    for key in ("w", "Home", "End", "shift+f", "s", "s", "s", "w", "End", "Home", "s"):
        moves(window, key)
        wait_until(f"lanes show something after {key}", lambda: not checks.plot_of(window.lanes()).empty, found=lambda: where(window))
    widest = where(window)
    window.press(*["s"] * 40)
    moves(window, "w")  # behind all of those
    moves(window, "s")
    require(where(window) == widest, f"Zooming out ends with the data: at \"{widest}\"; now \"{where(window)}\".")
    wait_until("lanes show something zoomed out as far as it goes", lambda: not checks.plot_of(window.lanes()).empty, found=lambda: where(window))
    stage.picture("zoomed out")
    checks.painted(window)
    window.close()


@flow(full=True)
def twenty_thousand(stage):
    """A large file: the window answers while it is read, counts all, and a restart shows the same."""
    path = files.ended(stage.path("large.ndjson"), MANY, apart=0.5)
    window = stage.start()
    choose_file(window, path)
    stage.picture("reading")
    window.press("ctrl+g")
    window.dialog("Open interaction")
    window.dismiss()
    shows_what_ended(window, MANY, LONG)
    stage.picture("opened")
    checks.painted(window)
    checks.sound(window)
    window.close()
    again = stage.start()
    shows_what_ended(again, MANY, LONG)
    stage.picture("restarted")
    again.close()


@flow(sizes=[(1280, 800)], full=True)
def closed_while_reading(stage):
    """Closed in the middle of a large file: ends soon; what was read is shown, and reading it again adds nothing twice."""
    path = files.ended(stage.path("large.ndjson"), MANY, apart=0.5)
    window = stage.start("--open", path)
    wait_until("a part is read", lambda: 0 < share_read(window) < 100, timeout=60, found=window.status)
    window.close()
    again = stage.start("--open", path)
    shows_what_ended(again, MANY, LONG)
    stage.picture("read to the end")
    again.close()


@flow(sizes=[(1280, 800)], full=True)
def stopped_while_reading(stage):
    """Stop, in the middle of a large file: it stops, says how far it came and what was wrong by then, and shows that."""
    window = stage.start("--open", files.ended(stage.path("large.ndjson"), MANY, apart=0.5, behind_first=files.BROKEN))
    wait_until("a part is read", lambda: 0 < share_read(window) < 100, timeout=60, found=window.status)
    window.click_on("push button", "Stop reading")
    wait_until("it is told how far it came", lambda: "Reading was stopped" in window.problem(), timeout=10, found=window.app.dump)
    stage.picture("stopped")
    read = int(re.search(r"([\d,]+) conversations", window.problem()).group(1).replace(",", ""))
    require(0 < read < MANY, f"A part was read; it says {read}.")
    shows_what_ended(window, read, LONG)
    checks.sound(window)
    require("1 place could not be read" in window.problem(), f"What was wrong by then is told; it says {window.problem()!r}.")
    lists_places(window)
    window.dismiss()
    window.close()


def lists_places(window):
    """The problem leads to the list of places that could not be read; leaves it open."""
    window.click_on("push button", "Show", within=window.node(name="Problem"))
    lists = window.dialog("Status")
    rows = window.node("table", "Files", within=lists)
    wait_until("each place that could not be read is listed", lambda: any("byte" in text for text in window.texts()), found=rows.dump)
    return lists


@flow(sizes=[(1280, 800)])
def mixed_file(stage):
    """A file of which half cannot be read: the good half is shown, the rest is told."""
    window = stage.start("--open", files.mixed(stage.path("mixed.ndjson"), 12))
    wait_until("the problem is told", lambda: window.frame.find(name="Problem"), found=window.app.dump)
    shows_what_ended(window, 12)
    stage.picture("mixed")
    require(window.reads("12 conversations read"), "How many could be read is told, and it is as many as are shown.")
    checks.sound(window)
    lists = lists_places(window)
    stage.picture("listed")
    checks.unclipped(lists)
    checks.apart(lists)
    window.dismiss()
    window.close()
    again = stage.start()
    shows_what_ended(again, 12)
    stage.picture("restarted")
    again.close()


@flow(sizes=[(1280, 800)])
def garbage_file(stage):
    """A file that is nothing of ours: told in words, with the file's name, and the window says how to go on."""
    window = stage.start()
    choose_file(window, files.garbage(stage.path("holiday.json")))
    wait_until("the problem is told", lambda: window.frame.find(name="Problem"), found=window.app.dump)
    stage.picture("garbage")
    require(window.reads("holiday.json"), "The file is named.")
    require(window.welcome() or window.frame.find("push button", "Connect…"), "What the user can do next stands there.")
    checks.sound(window)
    window.close()
    again = stage.start()
    wait_until("with nothing stored the welcome page is there again", again.welcome, found=again.app.dump)
    stage.picture("restarted")
    again.close()


@flow(sizes=[(1280, 800)], full=True)
def endless_file(stage):
    """A pipe that nobody writes to, and a device without an end, do not keep the window from closing."""
    for path in (files.fifo(stage.path("pipe.ndjson")), "/dev/zero"):
        window = stage.start("--open", path)
        wait_until("it is told", window.problem, found=window.app.dump)
        stage.picture("without an end")
        window.close()
