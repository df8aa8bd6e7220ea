# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold of every window at any time, and of lanes that show something."""
from .screen import Box
from .waiting import require, wait_until

CONTROLS = ("push button", "toggle button", "radio button", "check box", "text", "password text", "combo box", "table", "tree",
            "tree table", "list", "page tab", "slider", "spin button", "menu item", "check menu item", "radio menu item", "link")
TEXTS = ("label", "push button", "radio button", "check box", "toggle button", "text", "password text", "combo box", "link")
BORDER = 2       # px; frames of neighbours may touch
PAINTED = 0.004  # of the lanes' pixels at least are neither ground nor line
COLOURS = 4      # at least in lanes that show something


def named(top):
    """Every control says what it is."""
    nameless = [f"{n.role} {n.box} {n.description}" for n in top.walk() if n.role in CONTROLS and not n.spoken.strip()]
    require(not nameless, f"Every control has a name; these have none: {'; '.join(nameless)}.")


def within_screen(frame, screen):
    """The window lies on the screen with its title and its last line."""
    require(screen.box.holds(frame.box) and frame.box.y > 0, f"The window lies on the screen ({screen.box}); it is {frame.box}.")


def unclipped(top):
    """Nothing that has a name reaches out of the window, nor out of what it lies in."""
    cut = list(_cut(top, top.box))
    require(not cut, f"Nothing is cut off; this is: {'; '.join(cut)}.")


def _cut(node, room):
    for child in node.children:
        if not child.shown or child.role in ("menu bar", "popup menu"):
            continue
        box = child.box
        if child.name and child.role in TEXTS and not room.holds(box, BORDER):
            yield f"{child.role} \"{child.name}\" {box} of {room}"
        if child.role not in ("table", "tree", "list", "tree table"):
            yield from _cut(child, room if box.empty else room.common(box))


def apart(top):
    """No two texts lie on one another."""
    found = [(n, n.box) for n in top.walk() if n.role in TEXTS and n.name and not _has_texts(n)]
    over = [f"\"{a.name}\" {x} and \"{b.name}\" {y}" for i, (a, x) in enumerate(found) for b, y in found[i + 1:] if _overlap(x, y)]
    require(not over, f"No texts lie on one another; these do: {'; '.join(over)}.")


def _has_texts(node):
    return any(child.role in TEXTS for child in node.children)


def _overlap(a, b):
    common = a.common(b)
    return common.width > BORDER and common.height > BORDER


def sound(window):
    """All of the above, for what is open."""
    within_screen(window.frame, window.screen)
    for top in [window.frame, *window.dialogs()]:
        named(top)
        unclipped(top)
        apart(top)


# Lanes.

def plot_of(lanes):
    """The part of the lanes where segments are: right of the headers, below the axis. Empty where no segment is to be seen."""
    rows = lanes.children if lanes else []
    cells = [cell.box for row in rows for cell in row.children[:3] if cell.shown and cell.box.width > 1]
    if not cells:
        return Box(0, 0, 0, 0)
    left = min(box.x for box in cells)
    top = min(box.y for box in cells)
    return Box(left, top, lanes.box.right - left, lanes.box.bottom - top)


def painted(window):
    """The lanes in view are not blank: several colours, on more than a trace of the plot."""
    plot = plot_of(window.lanes())
    require(not plot.empty, "Lanes show segments; none lies in the view.")
    ink = _inks(window.screen.colours(plot))
    share = sum(ink.values()) / (plot.width * plot.height)
    require(len(ink) >= COLOURS and share > PAINTED, f"Lanes are painted; {len(ink)} colours cover {share:.2%} of {plot}.")


def _inks(colours):
    """Colours with some colour in them: grounds and lines are nearly grey."""
    return {c: n for c, n in colours.items() if n >= 12 and _chroma(c) > 40}


def _chroma(colour):
    parts = (colour >> 16 & 255, colour >> 8 & 255, colour & 255)
    return max(parts) - min(parts)


def in_view(window, wanted):
    """At least `wanted` lanes come to have a segment that can be seen, wider than a line."""
    wait_until(f"at least {wanted} lanes show something in the time that is in view", lambda: _seen(window.lanes()) >= wanted,
               found=lambda: f"{_seen(window.lanes())} do")


def _seen(lanes):
    rows = lanes.children if lanes else []
    return sum(any(cell.shown and cell.box.width > 1 for cell in row.children) for row in rows)
