# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program tells screen readers, as a tree of nodes."""
import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402  (the version must be named first)

from .screen import Box  # noqa: E402

WIDE = 60  # of more children only the first are looked at
LISTS = ("table", "tree", "tree table", "list")  # what is in these is asked for by number
ANSWER_WITHIN = 20_000  # ms; a program that does not answer so long hangs


def _asked(question, instead):
    """An answer, or `instead` where the node has gone meanwhile."""
    try:
        return question()
    except GLib.Error:
        return instead


class Node:
    """One accessible; every answer is the present one."""

    def __init__(self, accessible):
        self._a = accessible
        self._role = ""

    @property
    def role(self):
        """What kind of thing it is; asked once, for it does not change."""
        self._role = self._role or _asked(self._a.get_role_name, "")
        return self._role

    name = property(lambda self: _asked(self._a.get_name, "") or "")
    description = property(lambda self: _asked(self._a.get_description, "") or "")
    pid = property(lambda self: _asked(self._a.get_process_id, 0))
    count = property(lambda self: _asked(self._a.get_child_count, 0))

    @property
    def text(self):
        """What stands in a field."""
        return _asked(lambda: Atspi.Text.get_text(self._a, 0, -1), "") or ""

    @property
    def box(self):
        """Where it is on the screen."""
        nothing = Box(0, 0, 0, 0)
        extents = _asked(lambda: self._a.get_extents(Atspi.CoordType.SCREEN), None)
        return Box(extents.x, extents.y, extents.width, extents.height) if extents else nothing

    def has(self, *states):
        """Whether all of `states` ("showing", "focused", "enabled", "checked") hold."""
        now = _asked(self._a.get_state_set, None)
        return now is not None and all(now.contains(getattr(Atspi.StateType, s.upper())) for s in states)

    shown = property(lambda self: self.has("showing", "visible"))

    @property
    def spoken(self):
        """Its name as a screen reader says it: its own, or that of the label which stands for it."""
        for relation in _asked(self._a.get_relation_set, None) or []:
            if relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
                return Node(relation.get_target(0)).name
        return self.name if self.role != "combo box" else ""  # whose name is what is chosen

    def child(self, index):
        """A child, or None."""
        found = _asked(lambda: self._a.get_child_at_index(index), None)
        return Node(found) if found else None

    @property
    def children(self):
        """The first children."""
        return [node for node in map(self.child, range(min(self.count, WIDE))) if node]

    def walk(self, shown=True):
        """This and all below but what is in lists, parents first; with `shown` only what is to be seen."""
        yield self
        for child in self.children if self.role not in LISTS else []:
            if not shown or child.shown:
                yield from child.walk(shown)

    def find(self, role=None, name=None, shown=True):
        """The first below with that role and name. `name` may be a function that judges a name."""
        return next(self.every(role, name, shown), None)

    def every(self, role=None, name=None, shown=True):
        """All below with that role and name."""
        fits = name if callable(name) else (lambda there: name is None or there == name)
        return (n for n in self.walk(shown) if (role is None or n.role == role) and fits(n.name))

    def dump(self, depth=0):
        """The tree as text, a line a node."""
        if _asked(self._a.get_child_count, None) is None:
            return "no answer"
        marks = ",".join(s for s in ("focused", "checked", "selected") if self.has(s))
        lines = [f"{'  ' * depth}{self.role} '{self.name}' {self.box}{' ' + marks if marks else ''}"]
        for child in self.children:
            if child.shown or depth < 2:
                lines += child.dump(depth + 1).splitlines()
        if self.count > WIDE:
            lines.append(f"{'  ' * (depth + 1)}and {self.count - WIDE} more")
        return "\n".join(lines)


def applications():
    """Every program that is there."""
    Atspi.set_timeout(ANSWER_WITHIN, ANSWER_WITHIN)
    desktop = Atspi.get_desktop(0)
    return Node(desktop).children


def application(pid):
    """The program with that process id, or None."""
    return next((app for app in applications() if app.pid == pid), None)
