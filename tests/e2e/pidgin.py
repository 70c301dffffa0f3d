# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Pidgin on a private X server, for looking at by hand.

    python3 pidgin.py [360dialog|meta]

starts a simulated number and Pidgin with its account, and reads commands from stdin:
    sim LINE           a line for the simulator's console ("ada says hi")
    windows            the titles of all windows
    key WINDOW KEY...  keys by xdotool's names, to the window with that in its title
    type WINDOW TEXT   the same for text (blanks in WINDOW are written _)
    click WINDOW X Y [BUTTON]
    shot FILE.png [WINDOW]
    wait SECONDS
    quit
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

from purple_profile import write_profile
from sim import PLUGIN, Sim
from tap import wait_until

GEOMETRY = "1280x900x24"


class Pidgin:
    def __init__(self, profile):
        self.processes = []
        self.environment = dict(os.environ, HOME=profile, LC_ALL="C.UTF-8", NO_AT_BRIDGE="1",
                                GTK_OVERLAY_SCROLLING="0")
        self.log = open(os.path.join(profile, "programs.log"), "ab")
        self.environment["DISPLAY"] = ":" + self._announced(
            ["Xvfb", "-displayfd", "{fd}", "-screen", "0", GEOMETRY, "-nolisten", "tcp"])
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._announced(
            ["dbus-daemon", "--session", "--nofork", "--print-address={fd}"])
        # Without a window manager neither focus nor dialogs behave as for a user.
        self._start(["openbox"])
        self.pidgin = self._start(["pidgin", "-m", "-c", profile])
        wait_until("the buddy list", lambda: self.windows("Buddy List"))

    def _start(self, command, **more):
        process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=self.log, stderr=self.log, **more)
        self.processes.append(process)
        return process

    def _announced(self, command):
        """Starts a program that writes where it can be reached to the descriptor {fd}."""
        reading, writing = os.pipe()
        self._start([word.format(fd=writing) for word in command], pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as announced:
            return announced.readline().strip()

    def _xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=self.environment, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def windows(self, part=""):
        """{id: title} of the visible ones with `part` in the title."""
        ids = self._xdotool("search", "--onlyvisible", "--name", part or ".").split()
        return {i: self._xdotool("getwindowname", i).strip() for i in ids}

    def _focus(self, part):
        window = list(wait_until(f"the window {part}", lambda: self.windows(part)))[-1]
        self._xdotool("windowactivate", "--sync", window)
        return window

    def key(self, part, *keys):
        self._focus(part)
        self._xdotool("key", "--delay", "100", *keys)

    def type(self, part, text):
        self._focus(part)
        self._xdotool("type", "--delay", "25", text)

    def click(self, part, x, y, button="1"):
        window = self._focus(part)
        self._xdotool("mousemove", "--window", window, x, y, "click", button)

    def shot(self, path, part=None):
        window = self._focus(part) if part else "root"
        subprocess.run(["import", "-window", window, path], env=self.environment, check=True)

    def end(self):
        """Newest first, each by its own process id."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.log.close()


def run_command(line, sim, pidgin):
    verb, _, rest = line.strip().partition(" ")
    words = rest.split(" ")
    if verb == "sim":
        sim.do(rest)
    elif verb == "windows":
        for title in pidgin.windows().values():
            print(title)
    elif verb in ("key", "click"):
        getattr(pidgin, verb)(words[0].replace("_", " "), *words[1:])
    elif verb == "type":
        pidgin.type(words[0].replace("_", " "), " ".join(words[1:]))
    elif verb == "shot":
        pidgin.shot(words[0], words[1].replace("_", " ") if len(words) > 1 else None)
    elif verb == "wait":
        time.sleep(float(rest))
    elif verb:
        print(__doc__)


def main():
    directory = tempfile.mkdtemp(prefix="coex-pidgin-")
    sim = Sim(sys.argv[1] if len(sys.argv) > 1 else "360dialog", directory)
    pidgin = None
    try:
        sim.old_message("dana", "When is it ready?")
        profile = os.path.join(directory, "profile")
        write_profile(profile, "gtk-gaim", PLUGIN, sim)
        pidgin = Pidgin(profile)
        for line in sys.stdin:
            if line.strip() == "quit":
                break
            run_command(line, sim, pidgin)
            sys.stdout.flush()
    finally:
        if pidgin:
            pidgin.end()
        sim.end()
        print("\n".join(sim.said.tail(40)))
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
