# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs flows, each in a process and on a desktop of its own, and says how they went."""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from . import needs, processes

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77        # what ctest takes as skipped
LONGEST = 300       # s for one flow; then it is ended
LONGEST_END = 30    # s for ending it
BUILDS = ("release", "dev", "quick")


def arguments():
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests/flows/run", description=__doc__)
    parser.add_argument("flow", nargs="*", help="names of flows, or beginnings of names; all the short ones if none is given")
    parser.add_argument("--full", action="store_true", help="also the long ones, each at both sizes")
    parser.add_argument("--programs", metavar="DIR", help="folder of the programs (build/release/bin, or what is built)")
    parser.add_argument("--pictures", metavar="DIR", help="keep a picture of each step there")
    parser.add_argument("--size", metavar="WxH", help="at this size of the screen alone")
    parser.add_argument("--list", action="store_true", help="name the flows and end")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def flows():
    """All flows, by name."""
    from . import flows_feed, flows_file, flows_first, flows_keys  # noqa: F401  (each registers its flows)
    from .stage import FLOWS
    return {function.__name__: function for function in FLOWS}


def programs(asked):
    """The folder of the programs."""
    folders = [asked] if asked else [os.path.join(ROOT, "build", build, "bin") for build in BUILDS]
    found = next((folder for folder in folders if os.path.exists(os.path.join(folder, "threadline"))), None)
    if not found:
        sys.exit(f"No program threadline in {' or '.join(folders)}. Build it, or say where it is: --programs DIR.")
    return os.path.abspath(found)


def size_of(text):
    """"1280x800" as numbers."""
    try:
        width, height = map(int, text.split("x"))
    except ValueError:
        sys.exit(f"--size {text} is no size. It looks like 1280x800.")
    return width, height


def plan(args):
    """Which flows at which sizes: a short run takes each short flow once, and the smallest screen has the most to show."""
    known = flows()
    for wanted in args.flow:
        if not any(name.startswith(wanted) for name in known):
            sys.exit(f"No flow is called {wanted}. --list names them.")
    named = [f for name, f in known.items() if any(name.startswith(wanted) for wanted in args.flow)]
    chosen = named or [f for f in known.values() if args.full or not f.full]
    for function in chosen:
        if args.size:
            yield function, size_of(args.size)
        else:
            yield from ((function, size) for size in (function.sizes if args.full or named else function.sizes[:1]))


def run_alone(args):
    """Runs one flow in this process. Gives the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("it took too long"))
    from .session import Session
    from .stage import Stage
    function, size = flows()[args.flow[0]], size_of(args.size)
    with Session(size) as session:
        stage = Stage(session, args.programs, args.pictures and os.path.join(args.pictures, f"{function.__name__}-{args.size}"))
        try:
            function(stage)
        except BaseException:
            stage.picture("failed")
            traceback.print_exc(limit=-3)
            print("The program said:\n" + stage.said()[-3000:], file=sys.stderr)
            return 1
    return 0


def run_one(function, size, args):
    """Runs one flow in a process of its own, of which nothing stays. Gives whether it went well, and its words."""
    command = [sys.executable, sys.argv[0], "--alone", "--size", "{}x{}".format(*size), "--programs", args.programs, function.__name__]
    if args.pictures:
        command += ["--pictures", args.pictures]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as words:
        worker = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT)
        ended = wait_for(worker)
        processes.end_children()
        words.seek(0)
        return ended and worker.returncode == 0, words.read()


def wait_for(worker):
    """Waits for a flow, and ends it where it takes too long. Gives whether it ended by itself."""
    try:
        worker.wait(LONGEST)
        return True
    except subprocess.TimeoutExpired:
        worker.terminate()
    try:
        worker.wait(LONGEST_END)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    return False


def main():
    """The one command. Gives the exit code."""
    args = arguments()
    missing = needs.missing()
    if missing:
        print(f"Skipped: no window can be driven here, for want of {', '.join(missing)}.")
        return SKIPPED
    if args.alone:
        return run_alone(args)
    if args.list:
        print("\n".join(f"{name:28}{'long  ' if f.full else 'short '} {f.__doc__.splitlines()[0]}" for name, f in flows().items()))
        return 0
    return run_all(args)


def run_all(args):
    """Runs what is planned, a line each."""
    processes.adopt()
    args.programs = programs(args.programs)
    if args.pictures:
        args.pictures = os.path.abspath(args.pictures)
        os.makedirs(args.pictures, exist_ok=True)
    bad, began = [], time.monotonic()
    for function, size in plan(args):
        name, start = f"{function.__name__} {size[0]}x{size[1]}", time.monotonic()
        wanting = [program for program in function.needs if not shutil.which(program)]
        if wanting:
            print(f"skipped {name:44}for want of {', '.join(wanting)}", flush=True)
            continue
        well, words = run_one(function, size, args)
        print(f"{'ok    ' if well else 'FAILED'}  {name:44}{time.monotonic() - start:6.1f} s", flush=True)
        if not well:
            bad.append(name)
            print("        " + words.strip().replace("\n", "\n        "), flush=True)
    print(f"{len(bad)} failed, {time.monotonic() - began:.0f} s." if bad else f"All went well, {time.monotonic() - began:.0f} s.")
    return 1 if bad else 0
