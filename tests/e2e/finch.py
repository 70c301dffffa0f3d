# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Finch in a tmux server of its own, driven by keys and read as text."""
import os
import re
import subprocess

from tap import Failed, wait_until

COLUMNS, ROWS = 130, 40


class Finch:
    def __init__(self, profile):
        self.profile = profile
        self.socket = os.path.join(profile, "tmux")
        self.log = os.path.join(profile, "debug.log")
        command = (f"exec env LC_ALL=C.UTF-8 TERM=screen-256color HOME='{profile}' "
                   f"finch -c '{profile}' 2>'{self.log}'")
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS),
                   command)
        self.pid = int(self._tmux("display-message", "-p", "#{pane_pid}"))
        self.wait("Buddy List")

    def _tmux(self, *arguments, check=True):
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        environment.pop("TMUX", None)
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], text=True, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if check and done.returncode != 0:
            raise Failed(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def screen(self):
        return self._tmux("capture-pane", "-p", check=False)

    def wait(self, pattern):
        """Until the screen shows it; gives the screen."""
        return wait_until(f"/{pattern}/ on Finch's screen",
                          lambda: (lambda shown: shown if re.search(pattern, shown) else None)
                          (self.screen()))

    def wait_gone(self, pattern):
        wait_until(f"/{pattern}/ leaving Finch's screen",
                   lambda: not re.search(pattern, self.screen()))

    def _windows(self):
        """Titles in the bar at the bottom, cut there; Alt with a number goes to the one."""
        lines = [line for line in self.screen().split("\n") if line.strip()]
        return [title.strip() for title in lines[-1].split("\u2502")] if lines else []

    def go(self, title):
        """To the window of that title, once it is there."""
        def number():
            return next((n for n, shown in enumerate(self._windows(), 1) if shown.startswith(title)),
                        None)
        self.keys(f"M-{wait_until(f'the window {title}', number)}")
        self.wait("\u2524" + re.escape(title))

    def keys(self, *names):
        """tmux's names: Enter, Tab, M-n, C-u, F10."""
        for name in names:
            self._tmux("send-keys", name)

    def text(self, text):
        self._tmux("send-keys", "-l", text)

    def say(self, text):
        """Types a line into the focused conversation, seen there, and sends it."""
        self.text(text)
        self.wait(re.escape(text))
        self.keys("Enter")

    def quit(self):
        self.keys("M-q")
        self._wait_end()

    def _runs(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _wait_end(self):
        wait_until("Finch's end", lambda: not self._runs())

    def end(self):
        """Ends the private tmux server, and with it Finch."""
        self._tmux("kill-server", check=False)
        self._wait_end()

    def witnesses(self):
        return ["screen: " + line for line in self.screen().split("\n") if line.strip()]
