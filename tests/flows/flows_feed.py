# SPDX-License-Identifier: GPL-3.0-or-later
"""From the welcome page to a feed, and what happens to a feed."""
from . import checks
from .feed import CLIENT_ID, SECRET
from .session import free_port
from .stage import flow
from .waiting import require, wait_until

LIVELY = ("--rate", "30", "--history", "600")


def set_up(window, url, secret=SECRET, name=None):
    """Fills the dialog of a connection, from the welcome page, and leaves it open."""
    window.click_on("push button", "Set up…")
    dialog = window.dialog("Connect")
    if name is not None:
        window.fill("Name", name, within=dialog)
    window.fill("Environment URL", url, within=dialog)
    window.fill("Client ID", CLIENT_ID, within=dialog)
    window.fill("Client secret", secret, within=dialog)
    return dialog


def streams(window):
    """Waits until lanes of the feed are shown and the window says that it is connected."""
    wait_until("the welcome page gives way", lambda: not window.welcome(), found=window.app.dump)
    window.awaits("streaming")
    wait_until("the feed's lanes are shown", lambda: window.lanes() and window.lanes().count > 1, found=window.app.dump)


def connection(window):
    """What the status bar says of the connection."""
    return window.status()[0]


@flow()
def connect_with_right_values(stage):
    """Right values: tested, connected, lanes; the window names the host it is connected to; a restart keeps what came."""
    feed = stage.feed(*LIVELY)
    window = stage.start()
    dialog = set_up(window, feed.url)
    window.click_on("push button", "Test", within=dialog)
    wait_until("the test passes", lambda: window.reads("Passed"), found=dialog.dump)
    stage.picture("tested")
    checks.named(dialog)
    checks.unclipped(dialog)
    checks.apart(dialog)
    window.click_on("push button", "Connect", within=dialog)
    streams(window)
    stage.picture("connected")
    require("127.0.0.1" in connection(window), f"The status bar names the host; it says \"{connection(window)}\".")
    require(not window.reads("mypurecloud"), "No other host is named.")
    checks.in_view(window, 3)
    checks.painted(window)
    checks.sound(window)
    window.close()
    again = stage.start()
    wait_until("what was stored is shown", lambda: again.lanes() and again.lanes().count > 1, found=again.app.dump)
    # No keyring answers here: it has to be entered again.
    wait_until("the secret is asked for", lambda: "secret" in again.problem().lower(), found=again.app.dump)
    stage.picture("restarted")
    checks.sound(again)
    again.press("ctrl+shift+c")
    dialog = again.dialog("Connect")
    name = next(node for node in dialog.every(name="Name") if node.role == "text")
    require(name.text == "127.0.0.1", f"The connection is kept by the name of its host; it says \"{name.text}\".")
    stage.picture("connect again")
    again.dismiss()
    again.close()


def said_of_the_test(dialog):
    """What the step that failed says: what happened, why, and what to do."""
    step = next((node for node in dialog.walk() if any(child.name == "Why" for child in node.children)), None)
    return [child.name for child in step.children if child.role == "label"] if step else []


@flow()
def wrong_secret(stage):
    """A wrong secret: the test says so in the window's own words, the dialog keeps its form, and editing clears what is old."""
    feed = stage.feed()
    window = stage.start()
    dialog = set_up(window, feed.url, secret="wrong")
    before = dialog.find("push button", "Test").box
    window.click_on("push button", "Test", within=dialog)
    wait_until("the test ends", lambda: dialog.find("push button", "Test again"), found=dialog.dump)
    stage.picture("wrong secret")
    speaks_for_itself(window)
    require(any("secret" in words.lower() for words in said_of_the_test(dialog)), "The secret is named as what is wrong.")
    checks.named(dialog)
    checks.unclipped(dialog)
    checks.apart(dialog)
    after = dialog.find("push button", "Test again").box
    require((before.x, before.y) == (after.x, after.y), f"The Test button stays where it was: {before}, then {after}.")
    window.fill("Client secret", SECRET, within=dialog)
    wait_until("the old error goes with the old value", lambda: not window.reads("What to do"), found=dialog.dump)
    window.click_on("push button", "Connect", within=dialog)
    streams(window)
    stage.picture("mended")
    window.close()


@flow(sizes=[(1280, 800)], full=True, needs=("gnome-keyring-daemon",))
def kept_in_the_keyring(stage):
    """With a keyring: the secret is kept there, and the next start connects by itself."""
    stage.keyring()
    feed = stage.feed(*LIVELY)
    window = stage.start()
    dialog = set_up(window, feed.url)
    keep = window.node("check box", within=dialog)
    require(keep.has("checked"), "Keeping the secret in the keyring is proposed.")
    stage.picture("with a keyring")
    checks.unclipped(dialog)
    checks.apart(dialog)
    window.click_on("push button", "Connect", within=dialog)
    streams(window)
    window.close()
    again = stage.start()
    streams(again)
    stage.picture("connected by itself")
    again.close()


def speaks_for_itself(window):
    """The window names its own fields, never what only the command line knows."""
    foreign = [text for text in window.texts() if "GENESYS_" in text or "THREADLINE_" in text or "--client" in text or "--environment" in text]
    require(not foreign, f"The window speaks of its own fields; it says \"{' | '.join(foreign)}\".")


@flow(sizes=[(1280, 800)])
def wrong_secret_connected(stage):
    """Connect without a test, with a wrong secret: the refusal is told, and what to do about it."""
    feed = stage.feed()
    window = stage.start()
    dialog = set_up(window, feed.url, secret="wrong")
    window.click_on("push button", "Connect", within=dialog)
    wait_until("the dialog closes", lambda: not window.dialogs(), found=window.app.dump)
    wait_until("the refusal is told", lambda: "client secret" in window.problem().lower(), found=window.app.dump)
    stage.picture("refused")
    speaks_for_itself(window)
    checks.sound(window)
    window.close()


@flow()
def wrong_host(stage):
    """Nobody listens there: told, with the host, and the window can be closed at once."""
    port = free_port()
    window = stage.start()
    dialog = set_up(window, f"http://127.0.0.1:{port}")
    window.click_on("push button", "Test", within=dialog)
    wait_until("the test ends", lambda: dialog.find("push button", "Test again"), found=dialog.dump)
    stage.picture("tested")
    checks.unclipped(dialog)
    checks.apart(dialog)
    speaks_for_itself(window)
    window.click_on("push button", "Connect", within=dialog)
    wait_until("the dialog closes", lambda: not window.dialogs(), found=window.app.dump)
    wait_until("the trouble is told with the host", lambda: "127.0.0.1" in window.problem(), found=window.app.dump)
    stage.picture("connecting in vain")
    speaks_for_itself(window)
    checks.sound(window)
    window.close()


@flow(sizes=[(1280, 800)], full=True)
def missing_values(stage):
    """What is missing is told at its field, which gets the focus; nothing in the dialog is squeezed."""
    window = stage.start()
    dialog = set_up(window, "", secret="")
    for name, text in (("Environment URL", "nonsense"), ("Client ID", ""), ("Client secret", "")):
        window.fill("Environment URL", "http://127.0.0.1:1", within=dialog)
        window.fill("Client ID", CLIENT_ID, within=dialog)
        window.fill(name, text, within=dialog)
        height = dialog.box.height
        window.click_on("push button", "Connect", within=dialog)
        wait_until(f"the focus goes to {name}", lambda: window.focused() and window.focused().name == name, found=dialog.dump)
        stage.picture(f"wrong {name}")
        require(dialog.box.height >= height, "The dialog does not shrink.")
        checks.unclipped(dialog)
        checks.apart(dialog)
        speaks_for_itself(window)
    window.dismiss()
    window.close()


@flow(full=True)
def server_gone_then_back(stage):
    """The feed goes and comes back at the same place: told, reconnected by itself, the lanes stay."""
    feed = stage.feed(*LIVELY)
    window = stage.start()
    window.click_on("push button", "Connect", within=set_up(window, feed.url))
    streams(window)
    feed.go()
    wait_until("the loss is told", lambda: window.frame.find(name="Problem"), found=window.app.dump)
    stage.picture("gone")
    require(window.lanes() is not None, "What was there is still shown.")
    checks.sound(window)
    feed.come()
    wait_until("it is connected again", lambda: "streaming" in connection(window), timeout=90, found=window.status)
    wait_until("the problem has gone", lambda: not window.frame.find(name="Problem"), found=window.app.dump)
    stage.picture("back")
    checks.painted(window)
    feed.go()
    wait_until("the loss is told again", lambda: window.frame.find(name="Problem"), found=window.app.dump)
    window.close()
    again = stage.start()
    wait_until("what came is shown", lambda: again.lanes() and again.lanes().count > 1, found=again.app.dump)
    stage.picture("restarted")
    again.close()


@flow(sizes=[(1280, 800)], full=True)
def closed_in_a_flood(stage):
    """Closed while the feed sends as fast as it can; what was stored is shown by the next start."""
    feed = stage.feed("--rate", "0", "--history", "600")
    window = stage.start()
    window.click_on("push button", "Connect", within=set_up(window, feed.url))
    streams(window)
    stage.picture("flood")
    window.close()
    feed.go()
    again = stage.start()
    wait_until("what was stored is shown", lambda: again.lanes() and again.lanes().count > 1, timeout=60, found=again.app.dump)
    stage.picture("restarted")
    again.close()
