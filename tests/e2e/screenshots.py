# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the README's pictures, screenshots/*.png, from real runs: Pidgin with a conversation and the
form for a template, and Finch in a terminal."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import dbus  # noqa: F401
except ImportError:
    # The distribution's D-Bus belongs to the distribution's Python.
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

from desktop import Desktop
from finch import FORM, Finch
from pidgin import Pidgin
from sim import Sim
from tap import Suite, wait_until

PICTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "screenshots")
TERMINAL = (112, 30)
MAX_BYTES = 120 * 1024


DRAWING = """-size 300x170 gradient:#d9e9f6-#f3ecdc -fill none -strokewidth 5 -stroke #30343c
-draw circle|85,115|85,78 -draw circle|215,115|215,78 -stroke #1f5fae -strokewidth 6 -draw line|85,115|145,115
-draw line|85,115|124,66 -draw line|117,52|145,115 -draw line|123,68|188,68 -draw line|145,115|188,68
-draw line|183,52|215,115 -draw line|183,52|202,47 -stroke #30343c -draw line|104,51|131,51"""


def bring(sim, client, directory):
    """A picture comes, and stands in the conversation."""
    path = os.path.join(directory, "bike.png")
    words = [word.replace("|", " ") for word in DRAWING.split()]
    subprocess.run(["convert", *words, path], check=True)
    sim.do(f"ada brings image/png {path} It is this one, the rear brake")
    wait_until("the picture", lambda: re.search(r"\[image #\d+, ", client.shown("ada")))


def talk(sim, client, directory=None):
    """What stands in both pictures: an open window with Ada, a closed one with Dana. `directory`: with a
    picture."""
    sim.old_message("dana", "Is the blue bike ready?")
    client.start()
    wait_until("the login", lambda: "blue bike" in client.shown("dana"))
    sim.do("ada says Good morning! Do you have time for a brake check today?")
    wait_until("Ada", lambda: "brake check" in client.shown("ada"))
    client.say("ada", "Good morning Ada, at 3 pm?")
    sim.said.expect("^-> ada: Good morning")
    sim.do("phone to ada: We also have your lamp here.")
    wait_until("the phone", lambda: "lamp" in client.shown("ada"))
    if directory:
        bring(sim, client, directory)
    sim.do("ada says Perfect, see you at 3")
    wait_until("Ada's answer", lambda: "see you" in client.shown("ada"))
    client.say("dana", "Yes, it can be fetched until 6 pm.")
    client.wait_choice("dana")


def save(source, name, *crop):
    """As a small PNG; a picture that has grown fat is an error."""
    path = os.path.join(PICTURES, name)
    subprocess.run(["convert", source, *crop, "+repage", "-strip", "-colors", "128", "-define",
                    "png:compression-level=9", path], check=True)
    size = os.path.getsize(path)
    if size > MAX_BYTES:
        raise SystemExit(f"{path}: {size} bytes are too many")
    print(f"# {path}: {size} bytes")


def place(desktop, part, x, y, width, height):
    window = desktop.focus(part)
    desktop.xdotool("windowsize", "--sync", window, width, height, "windowmove", "--sync", window, x, y)


def pidgin_picture(directory):
    sim = Sim("360dialog", directory)
    # Where a file is stands in its line.
    folder = tempfile.mkdtemp(prefix="WhatsApp-", dir="/tmp")
    sim.more_options["media-folder"] = folder
    pidgin = Pidgin(directory, [sim])
    desktop = pidgin.desktop
    try:
        subprocess.run(["xsetroot", "-solid", "#5b6b7b"], env=desktop.environment, check=False)
        talk(sim, pidgin, directory)
        # Away first, so that no click that is meant for a conversation goes there.
        place(desktop, FORM, 700, 30, 500, 715)
        pidgin.go("ada")
        place(desktop, "Buddy List", 12, 30, 260, 715)
        place(desktop, "Ada Lovelace", 286, 30, 400, 715)
        desktop.focus(FORM)
        pidgin.wait_choice("dana")
        # For ten seconds Pidgin shows that somebody has just come, instead of the window's state.
        time.sleep(11)
        shot = os.path.join(directory, "pidgin-all.png")
        desktop.shot(shot)
        save(shot, "pidgin.png", "-crop", "1214x773+0+0")
    finally:
        pidgin.end()
        sim.end()
        shutil.rmtree(folder)


def finch_picture(directory):
    sim = Sim("meta", directory)
    finch = Finch(directory, [sim], TERMINAL)
    desktop = Desktop(directory)
    try:
        talk(sim, finch)
        finch.go("Debug Window")
        finch.keys("M-c")
        finch.wait_gone("Debug Window")
        finch.go("Ada Lovelace")
        finch.go(FORM)
        finch.move(49, 7)
        columns, rows = TERMINAL
        desktop.start(["xterm", "-T", "finch", "-fa", "DejaVu Sans Mono", "-fs", "10", "-b", "4",
                       "-bg", "#1c2430", "-fg", "#d8dee9", "-geometry", f"{columns}x{rows}", "-e",
                       "tmux", "-S", finch.socket, "attach"])
        shot = os.path.join(directory, "finch-all.png")
        wait_until("the terminal", lambda: desktop.windows("finch"))
        wait_until("its text", lambda: finch.is_watched())
        desktop.shot(shot, "finch")
        save(shot, "finch.png")
    finally:
        finch.end()
        desktop.end()
        sim.end()


def main():
    suite = Suite()
    os.makedirs(PICTURES, exist_ok=True)
    for picture in (pidgin_picture, finch_picture):
        directory = os.path.join(suite.directory, picture.__name__)
        os.makedirs(directory)
        picture(directory)
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
