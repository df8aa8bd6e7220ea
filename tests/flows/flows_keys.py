# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything by keyboard: regions, menus, dialogs, docks, themes."""
from . import checks
from .stage import flow
from .waiting import require, wait_until

MENUS = {"alt+f": "File", "alt+v": "View", "alt+t": "Time", "alt+h": "Help"}
DEMO_READY = 3  # lanes


def demo(stage):
    """A demo with lanes."""
    window = stage.start("--demo")
    wait_until("the demo shows lanes", lambda: window.lanes() and window.lanes().count > DEMO_READY, found=window.app.dump)
    return window


def place(node):
    """What tells one place of the focus from another."""
    return node.role, node.name, node.box.x, node.box.y


def walk_regions(window, key, most=12):
    """Presses `key` until the focus is back where it went first; gives the nodes it stood on."""
    visited = []
    now = window.focused()
    while len(visited) < most:
        window.press(key)
        wait_until(f"the focus moves by {key} from {now.role} \"{now.name}\"", lambda left=now: not left.has("focused"), found=window.app.dump)
        now = wait_until("something has the focus", window.focused, found=window.app.dump)
        if visited and place(now) == place(visited[0]):
            break
        visited.append(now)
    return visited


@flow(sizes=[(1280, 800)])
def regions_by_key(stage):
    """F6 goes round all regions of both views, each place has a name; Shift+F6 goes back."""
    window = demo(stage)
    for view, key in (("Floor", "ctrl+1"), ("Timeline", "ctrl+2")):
        window.press(key)
        wait_until(f"{view} is shown", lambda name=view: window.node("radio button", name).has("checked"))
        there = walk_regions(window, "F6")
        stage.picture(view)
        require(len(there) >= 3, f"F6 goes round the regions of {view}; it stood on {[n.name for n in there]}.")
        nameless = [f"{n.role} {n.box}" for n in there if not n.spoken and not n.name]
        require(not nameless, f"Wherever F6 leads has a name: {nameless}.")
        back = walk_regions(window, "shift+F6")
        require(len(back) == len(there), f"Shift+F6 goes the same way back: {[n.name for n in there]}, {[n.name for n in back]}.")
    window.close()


def open_menus(window):
    """Menus that are open."""
    return [n for n in window.app.walk() if n.role in ("popup menu", "menu") and n.shown and n.count > 1]


@flow(full=True)
def every_menu(stage):
    """Each menu opens by its key on the screen, each entry has a name, and Escape closes it."""
    window = demo(stage)
    for key, name in MENUS.items():
        window.press(key)
        menu = wait_until(f"the menu {name} opens", lambda: next(iter(open_menus(window)), None), found=window.app.dump)
        stage.picture(f"menu {name}")
        require(window.screen.box.holds(menu.box), f"The menu {name} lies on the screen: {menu.box}.")
        nameless = [n.box for n in menu.children if n.role.endswith("menu item") and not n.name]
        require(not nameless, f"Each entry of {name} has a name; these have none: {nameless}.")
        window.press("Escape", "Escape")
        wait_until(f"the menu {name} closes", lambda: not open_menus(window), found=window.app.dump)
    window.close()


@flow(full=True)
def every_dialog(stage):
    """Connect, keys, an interaction by id, the lists, About: each opens by a key, reads well, and Escape closes it."""
    window = demo(stage)
    for key, title in (("ctrl+shift+c", "Connect"), ("question", "Keys"), ("F1", "Keys"), ("ctrl+g", "Open interaction"), ("ctrl+o", "Open files")):
        window.press(key)
        judge_dialog(stage, window, title)
    window.press("alt+h", "a")
    judge_dialog(stage, window, "About Threadline")
    for words in ("streaming", "delay", "refused"):  # what is connected, counted, and not understood: these stay however narrow it is
        window.click(status_entry(window, words))
        judge_dialog(stage, window, "Status")
    window.close()


def status_entry(window, words):
    """The entry of the status bar that has `words`."""
    bar = window.node(name="Status", within=window.frame)
    return wait_until(f"the status bar says \"{words}\"", lambda: bar.find("push button", lambda name: words in name), found=window.status)


def judge_dialog(stage, window, title):
    """What must hold of any dialog."""
    dialog = window.dialog(title)
    stage.picture(title)
    require(window.screen.box.holds(dialog.box), f"{title} lies on the screen: {dialog.box}.")
    require(window.focused() is not None, f"Something in {title} has the focus.")
    if title != "Open files":  # the system's, with its own ways
        checks.named(dialog)
        checks.unclipped(dialog)
        checks.apart(dialog)
    window.dismiss()


@flow(full=True)
def an_interaction_by_id(stage):
    """Ctrl+G takes the short id that the window itself shows, and the full one."""
    window = demo(stage)
    window.lanes_focused()
    window.press("ctrl+Home", "Down", "Return")
    wait_until("the timeline of an interaction is shown", lambda: short_id(window), found=window.app.dump)
    stage.picture("timeline")
    checks.sound(window)
    checks.painted(window)
    shown = short_id(window)
    window.press("Escape")
    window.press("ctrl+1", "ctrl+g")
    window.dialog("Open interaction")
    window.press("ctrl+a")
    window.hands.write(shown)
    window.press("Return")
    wait_until("the same interaction is shown", lambda: short_id(window) == shown and not checks.plot_of(window.lanes()).empty, found=window.app.dump)
    window.close()


def short_id(window):
    """The eight characters that the line above the lanes has of an interaction."""
    line = window.frame.find(name="Where you are")
    words = [n.name for n in line.children if n.name.startswith("Interaction ")] if line else []
    return words[0].split()[1] if words else None


@flow(full=True)
def docks_and_themes(stage):
    """Docks come and go by their keys; all three themes are painted and told apart; densities keep everything in its place."""
    window = demo(stage)
    for key, dock in (("ctrl+i", "Right dock"), ("ctrl+j", "Bottom dock")):
        was = window.frame.find(name=dock) is not None
        for there in (not was, was):
            window.press(key)
            wait_until(f"{dock} is {'shown' if there else 'away'}", lambda name=dock, t=there: (window.frame.find(name=name) is not None) == t,
                       found=window.app.dump)
            stage.picture(f"{dock} {there}")
            checks.sound(window)
    lights = []
    for _ in range(3):
        lights.append(ground(window))
        stage.picture("theme")
        checks.painted(window)
        window.press("ctrl+shift+d")
        wait_until("another theme is painted", lambda: ground(window) != lights[-1])
    require(len(set(lights)) == 3, f"Three themes have three grounds: {[hex(c) for c in lights]}.")
    window.close()


def ground(window):
    """The colour most of the lanes are painted in."""
    return window.screen.colours(window.lanes().box).most_common(1)[0][0] & 0xFFFFFF
