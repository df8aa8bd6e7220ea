# SPDX-License-Identifier: GPL-3.0-or-later
"""The first minutes: an empty home folder, and the welcome page."""
from . import checks
from .stage import flow
from .waiting import require, wait_until


@flow()
def welcome_fits_and_speaks(stage):
    """The first window lies on the screen, everything on it can be read, and Enter would start the demo."""
    window = stage.start()
    stage.picture("welcome")
    require(window.welcome(), "The first window is the welcome page.")
    wait_until("the focus stands on Start demo", lambda: window.focused() and window.focused().name == "Start demo",
               found=lambda: window.focused() and window.focused().name)
    checks.sound(window)
    require(not window.dialogs(), "Nothing asks before the user did anything.")
    window.close()


@flow(sizes=[(1280, 800)])
def demo_by_keyboard(stage):
    """Enter on the welcome page starts the demo in a window of its own; both end when they are closed."""
    first = stage.start()
    first.press("Return")
    demo = stage.other(first)
    wait_until("the demo shows lanes", lambda: demo.lanes() and demo.lanes().count > 3, found=demo.app.dump)
    wait_until("the demo follows what is live", lambda: demo.reads("Live, following"), found=demo.status)
    checks.in_view(demo, 3)
    stage.picture("demo")
    require(demo.frame.find(name="Problem") is None, "The demo begins without a problem.")
    checks.sound(demo)
    checks.painted(demo)
    demo.close()
    first.close()


@flow(full=True)
def demo_by_mouse(stage):
    """So does a click; the demo is closed by its window's cross while it fills."""
    first = stage.start()
    first.click_on("push button", "Start demo")
    demo = stage.other(first)
    demo.awaits("streaming")
    stage.picture("demo")
    demo.close("alt+F4")
    wait_until("the welcome page still stands", first.welcome)
    first.close("alt+F4")


@flow(sizes=[(1280, 800)])
def started_before_the_other_has_gone(stage):
    """A program that starts while the one before it still has REST's port gets it as soon as that has gone, and then says no problem."""
    first = stage.start("--data-dir", stage.path("first"))
    wait_until("REST answers", stage.rest_answers)
    again = stage.start()
    require(first.reads("Start demo"), "The first still runs when the second has started.")
    first.end()
    wait_until("REST answers again", stage.rest_answers)
    wait_until("no problem is shown", lambda: not again.problem() and not again.reads("REST is off"), found=again.problem)
    stage.picture("started again")
    again.close()
