# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Finch in a tmux server of its own, driven by keys and read as text."""
import os
import re
import subprocess

from purple_profile import read_history, write_profile
from sim import NAMES, PLUGIN
from tap import Failed, wait_until

WIDE = (130, 45)
SMALL = (80, 24)
FORM = "Template: "  # and the person's name
# At the end of what is shown, unless WhatsApp's refusal follows.
QUESTION = re.compile(r"(?s)waits\s+for\s+your\s+choice.*/hold\s+or\s+/cancel\.(?:[^/]*Not\s+sent,\s+since.*|[\s\W_]*)\Z")
LIST = "Buddy List"


class Finch:
    mark = "/"

    def __init__(self, directory, sims, size=WIDE, language="en", plugin=PLUGIN):
        self.language = language
        self.profile = os.path.join(directory, "profile")
        self.numbers = [sim.number for sim in sims]
        os.makedirs(self.profile)
        write_profile(self.profile, "gnt-purple", plugin, *sims)
        self.files = os.path.join(directory, "files")
        self.size = size
        self.socket = os.path.join(directory, "tmux")
        self.log = os.path.join(directory, "debug.log")
        self.pid = None

    def start(self, shows=LIST):
        """`shows`: what is there first."""
        command = (f"exec env LC_ALL=C.UTF-8 LANGUAGE={self.language} TERM=screen-256color "
                   f"HOME='{self.profile}' finch -d -c '{self.profile}' 2>>'{self.log}'")
        columns, rows = self.size
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                   command)
        self._tmux("set", "-g", "status", "off")
        self.pid = int(self._tmux("display-message", "-p", "#{pane_pid}"))
        self.wait(shows)

    def forget_accounts(self):
        """As on the first day: Finch then comes up with its form for a new one."""
        os.unlink(os.path.join(self.profile, "accounts.xml"))

    def add_account(self, values):
        """Fills in the form for a new account, by the beginnings of its labels, and saves."""
        self.keys("Enter")
        screen = self.wait("WhatsApp Bus.*\n(?s:.*)Zephyr|WhatsApp Bus.*\n.*XMPP").split("\n")
        entries = [line for line in screen[4:] if re.search(r"\u2502[A-Z][\w -]+", line[9:])]
        at = next(n for n, line in enumerate(entries) if "WhatsApp" in line)
        self.keys(*["Down"] * at, "Enter")
        labels = re.findall(r"^\u2502(\w[^:_(\u2502]*?) *[:(_\u2502].*$|^\u2502 +(\[ \] \w+)",
                            self.wait("App secret"), re.MULTILINE)
        for label in [one or other for one, other in labels][1:]:
            self.keys("Tab")
            for wanted, value in values.items():
                if label.startswith(wanted):
                    self.keys("C-u")
                    self.text(value)
            if label.startswith("[ ] Remember"):
                self.keys("Space")
        self.keys("Tab", "Tab", "Enter")
        self.wait_gone("New Account")

    def _tmux(self, *arguments, check=True):
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        environment.pop("TMUX", None)
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], text=True, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if check and done.returncode != 0:
            raise Failed(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    # ---- screen and keys

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

    def keys(self, *names):
        """tmux's names: Enter, Tab, M-n, C-u, F10."""
        for name in names:
            self._tmux("send-keys", name)

    def text(self, text):
        self._tmux("send-keys", "-l", text)

    def is_watched(self):
        """Whether a terminal is attached."""
        return self._tmux("list-clients") != ""

    # ---- windows

    def windows(self):
        """Titles in the bar at the bottom, cut there; Alt with a number goes to the one."""
        lines = [line for line in self.screen().split("\n") if line.strip()]
        return [title.strip() for title in lines[-1].split("\u2502")] if lines else []

    def _number(self, title):
        """The one of exactly that title, else the first that is cut off and begins so."""
        windows = self.windows()
        if title in windows:
            return windows.index(title) + 1
        for n, shown in enumerate(windows, 1):
            if len(shown) > 2 and shown.startswith(title[:len(shown)]):
                return n
        return None

    def go(self, title):
        """To the window of that title, once it is there."""
        number = wait_until(f"the window {title}", lambda: self._number(title))
        self.keys(f"M-{number}")
        wait_until(f"{title} in front", lambda: self.window(title) is not None)

    def window(self, title):
        """What stands in the window of that title, its lines joined as they were wrapped; None where
        its frame is not in full sight."""
        lines = self.screen().split("\n")
        head = rf"\u250c[\u2500 ]*\u2524{re.escape(title[:20])}.*?\u2510"
        for top, line in enumerate(lines):
            found = re.search(head, line)
            if not found:
                continue
            inside = []
            for below in lines[top + 1:]:
                part = below.ljust(found.end())[found.start():found.end()]
                if part[0] == "\u2514":
                    return re.sub(r"\s+", " ", " ".join(inside))
                if part[0] not in "\u2502\u251c":
                    break
                inside.append(part[1:-1].rstrip("\u2592\u2591\u2588\u2191\u2193"))
        return None

    def move(self, right, down):
        """The window in front."""
        self.keys("M-m", *["Right"] * right, *["Down"] * down, "Enter")

    # ---- what a working day needs (day.py)

    def shown(self, who):
        if self._number(NAMES[who]) is None:
            return ""
        self.go(NAMES[who])
        return self.window(NAMES[who]) or ""

    def say(self, who, text):
        """Types a line into the conversation, seen there, and sends it."""
        self.go(NAMES[who])
        self.text(text)
        wait_until(f"“{text}” typed", lambda: (self.window(NAMES[who]) or "").rstrip("_ ").endswith(
            text[-40:]))
        self.keys("Enter")

    def send_file(self, who, path):
        """Its own chooser tells no folder."""
        self.go(NAMES[who])
        self.keys("F10")
        self.wait("Send File")
        self.keys("e")
        wait_until("the line about the way", lambda: "Type /send and the path" in self.shown(who))
        self.say(who, f"/send {path}")

    def status(self, who):
        self.go(NAMES[who])
        self.keys("F10")
        self.wait("Get Info")
        self.keys("g")
        self.go("Buddy Information")
        said = self.wait("Last message: .*")
        self.keys("M-c")
        self.wait_gone("\u2524Buddy Information")
        return said

    def say_amid(self, who, parts, meanwhile):
        """What is typed goes to the window in front."""
        self.go(NAMES[who])
        self.text(parts[0])
        meanwhile()
        wait_until("a line of the account", lambda: self._number(f"Account {self.numbers[0]}"))
        self.text(parts[1])
        wait_until(f"“{parts[1]}” typed", lambda: (self.window(NAMES[who]) or "").rstrip("_ ").endswith(
            "".join(parts)))
        self.keys("Enter")

    def ask_choice(self, who):
        """No form comes up by itself: a line says how to get one."""
        wait_until(f"the question about {who}", lambda: QUESTION.search(self.shown(who)))
        self.say(who, "/template")

    def wait_choice(self, who):
        if not self._number(FORM + NAMES[who]):
            self.ask_choice(who)
            wait_until(f"the form about {who}", lambda: self._number(FORM + NAMES[who]))
        self.go(FORM + NAMES[who])
        self.wait("Hold until they answer")

    def template(self, who, values):
        self.wait_choice(who)
        self.text("order_update")
        self.keys("Tab", "Tab", "Enter")
        self.wait_gone("autumn_bikes")
        self.wait("order_update")
        self.keys("Tab", "Tab", "Enter")
        self.wait("your order")
        for value in values:
            self.keys("C-u")
            self.text(value)
            self.keys("Tab")
        self.keys("Enter")
        self.wait(f"Send this to {NAMES[who]}")
        self.keys("Tab", "Enter")
        self.wait(f"order_update .* for {NAMES[who]}")
        self.keys(*["Tab"] * len(values), "Enter")
        self.wait(f"Send this to {NAMES[who]}")

    def confirm(self, who):
        self.keys("Enter")

    def hold(self, who):
        self.wait_choice(who)
        self.keys("Tab", "Tab", "Enter")
        self.wait_gone(f"\u2524{FORM}{NAMES[who]}")

    def _toggle(self, n):
        self.keys("M-a")
        self.wait("\u2524Actions")
        self.keys("Enter")
        self.go("Accounts")
        self.keys(*["Down"] * n, "Space", "M-c")
        self.wait_gone("You can enable/disable")

    def log_off(self, n):
        self._toggle(n)

    def log_on(self, n):
        for title in reversed(self._messages()):
            n_before = len(self.windows())
            self.keys(f"M-{self._number(title)}", "M-c")
            wait_until(f"{title} closed", lambda n=n_before: len(self.windows()) < n)
        self._toggle(n)

    def is_online(self, n):
        """Only then its people stand in the buddy list."""
        self.go(LIST)
        return ("Eve" if n else "Dana") in (self.window(LIST) or "")

    def _messages(self):
        """Titles of the windows that are neither the list nor a conversation."""
        return [title for title in self.windows()
                if not any(title.startswith(name[:len(title)])
                           for name in (LIST, FORM, *NAMES.values()))]

    def told(self):
        said = [self.screen()]
        for title in self._messages():
            number = self._number(title)
            if number:
                self.keys(f"M-{number}")
                said.append(self.screen())
        return re.sub(r"[\s\u2502\u2592]+", " ", " ".join(said))

    def history(self, who):
        return read_history(self.profile, self.numbers[0], who)

    def logs(self):
        return [self.log]

    # ---- the end

    def quit(self):
        self.keys("M-q")
        self._wait_end()
        self._tmux("kill-server", check=False)

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
        if self.pid:
            self._wait_end()

    def witnesses(self):
        return ["screen: " + line for line in self.screen().split("\n") if line.strip()]
