# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Pidgin on a private desktop: keys and clicks in, what stands in its windows out."""
import os
import re
import time

import dbus

from desktop import Desktop
from purple_profile import read_history, write_profile
from sim import BUILD, NAMES, NUMBERS, PLUGIN
from tap import Lines, wait_until

FORM = "Template: "  # and the person's name
# At the end of what is shown, unless WhatsApp's refusal follows.
QUESTION = re.compile(r"(?s)waits\s+for\s+your\s+choice.*/hold\s+or\s+/cancel\.(?:[^/]*Not\s+sent,\s+since.*|[\s\W_]*)\Z")
RECEIVED = 2  # PURPLE_MESSAGE_RECV


class Pidgin:
    mark = "/"

    def __init__(self, directory, sims):
        self.desktop = Desktop(directory)
        self.directory = directory
        self.profile = os.path.join(directory, "profile")
        self.numbers = [sim.number for sim in sims]
        self.files = os.path.join(directory, "files")
        self.process = None
        self.known = {}  # the tabs of the customers
        self.merged = []  # names of who share one
        # The buddy list shows why an account is off where no screen reader sees it.
        self.errors = Lines("Pidgin")
        self.desktop.watch_bus("interface='im.pidgin.purple.PurpleInterface',"
                               "member='ConnectionError'", self.errors)
        write_profile(self.profile, "gtk-gaim", PLUGIN, *sims)
        # A file is chosen by its path.
        os.makedirs(os.path.join(directory, ".config", "gtk-2.0"))
        with open(os.path.join(directory, ".config", "gtk-2.0", "gtkfilechooser.ini"), "w",
                  encoding="utf-8") as chooser:
            chooser.write("[Filechooser Settings]\nLocationMode=filename-entry\nStartupMode=cwd\n")

    def start(self):
        self.process = self.desktop.start(["pidgin", "-d", "-m", "-c", self.profile])
        self.wait_frame("Buddy List")

    def quit(self):
        self.desktop.key("Buddy List", "ctrl+q")
        wait_until("Pidgin's end", lambda: self.process.poll() is not None)

    def end(self):
        self.desktop.end()

    # ---- windows

    def wait_frame(self, title, words=""):
        """The window with that title, once it says these words."""
        def find():
            frame = self.desktop.frame(title)
            return frame if frame and re.search(words, frame.words()) else None
        return wait_until(f"/{words}/ in the window {title}", find)

    def _tabs(self):
        """[(title, number, widget)] of the conversations, which are tabs of one window."""
        for frame in self.desktop.frames():
            if frame.name == "Buddy List" or not frame.is_showing:
                continue
            tabs = frame.find("page tab list")
            if tabs is not None:
                # A tab alone shows no label.
                return [(tab.name or frame.name, n, tab) for n, tab in enumerate(tabs.children(), 1)]
        return []

    def _tab(self, who):
        """It stays theirs when they are called otherwise; the name is in brackets while the account is
        off, and has the end of our number behind it where there are two accounts."""
        tabs = self._tabs()
        known = [tab for tab in tabs if tab[2].key == self.known.get(who)]
        named = [tab for tab in tabs if re.fullmatch(rf"\(?{NAMES[who]}( \[\d+\])?\)?", tab[0])
                 and tab[2].key not in self.known.values()]
        found = next(iter(known + named), None)
        if found:
            self.known[who] = found[2].key
        return found

    def shown(self, who):
        tab = self._tab(who)
        return tab[2].find("text").text if tab else ""

    def go(self, who):
        """To the conversation; its title and its entry."""
        return self._bring(*wait_until(f"a conversation with {who}", lambda: self._tab(who)))

    def _bring(self, title, number, tab):
        """To the front; its title and its entry."""
        entry = [widget for widget in tab.all() if widget.role == "text"][-1]
        if not entry.is_showing:
            front = wait_until("the conversations' window", lambda: next(
                (other for other, _, _ in self._tabs() if self.desktop.is_open(other)), None))
            self.desktop.key(front, f"alt+{number}")
        wait_until(f"the entry of {title}", lambda: entry.is_showing and self.desktop.is_open(title))
        # Alt and a number leave the focus on the tab, where Pidgin 2.14.14 lets typed text be lost.
        self.desktop.focus(title)
        self.desktop.click(entry)
        return title, entry

    def say(self, who, text):
        title, entry = self.go(who)
        self.desktop.type(title, text)
        wait_until(f"“{text}” typed", lambda: entry.text == text)
        self.desktop.key(title, "Return")
        wait_until(f"“{text}” sent", lambda: entry.text == "")

    def press(self, who, name):
        """An entry of the conversation's menu, which is that of the tab in front."""
        title, entry = self.go(who)
        self.desktop.frame(title).find("menu", "Conversation").find("menu item", name).press()
        return title, entry

    def _choose(self, title, path):
        form = self.wait_frame(title)
        self.fill(form, [path])
        self.button(form, "Open")
        wait_until("the chooser closed", lambda: self.desktop.frame(title) is None)

    def send_file(self, who, path):
        self.press(who, "Send File...")
        self._choose("Open File...", path)

    def drag_file(self, who, path):
        """Into the conversation."""
        self.go(who)
        self.desktop.drag_file(path, self._tab(who)[2].find("text"))

    def send_beside(self, who, path, text):
        title, entry = self.go(who)
        self.desktop.type(title, text)
        wait_until(f"“{text}” typed", lambda: entry.text == text)
        self.press(who, "Insert Image...")
        self._choose("Insert Image", path)
        self.desktop.key(title, "Return")
        wait_until(f"“{text}” sent", lambda: entry.text == "")

    def status(self, who):
        self.press(who, "Get Info")
        form = self.wait_frame("Buddy Information", "Last message")
        said = form.words()
        self.button(form, "Close")
        wait_until("the window closed", lambda: self.desktop.frame("Buddy Information") is None)
        return said

    def say_amid(self, who, parts, meanwhile):
        """What is typed goes where the focus is."""
        title, entry = self.go(who)
        self.desktop.type(title, parts[0])
        meanwhile()
        wait_until("a line of the account", self._account_lines)
        self.desktop.xdotool("type", "--delay", 12, parts[1])
        wait_until(f"“{parts[1]}” typed", lambda: entry.text == "".join(parts))
        self.desktop.xdotool("key", "Return")

    def say_while_fetched(self, who, parts):
        """What is typed goes where the focus is when the window of transfers has come."""
        title, entry = self.go(who)
        self.desktop.type(title, parts[0])
        self.wait_frame("File Transfers")
        self.desktop.xdotool("type", "--delay", 12, parts[1])
        wait_until(f"“{parts[1]}” typed", lambda: entry.text == "".join(parts))
        self.desktop.xdotool("key", "Return")

    def _account_lines(self):
        """What the accounts say of themselves, each in a conversation of its own."""
        return "\n".join(tab.find("text").text for title, _, tab in self._tabs() if "Account +" in title)

    # ---- links

    def _purple(self):
        """The chat program's own interface for other programs."""
        service = self.desktop.session.get_object("im.pidgin.purple.PurpleService",
                                                  "/im/pidgin/purple/PurpleObject", introspect=False)
        return dbus.Interface(service, "im.pidgin.purple.PurpleInterface")

    def _conversation(self, purple, who):
        return next(conv for conv in purple.PurpleGetIms()
                    if purple.PurpleConversationGetName(conv) == NUMBERS[who])

    def markup(self, who):
        """What was shown in the conversation, newest first."""
        purple = self._purple()
        lines = purple.PurpleConversationGetMessageHistory(self._conversation(purple, who))
        return "\n".join(purple.PurpleConversationMessageGetMessage(line) for line in lines)

    def write(self, who, markup):
        """As another plugin does, which does not escape what its own people write."""
        purple = self._purple()
        purple.PurpleConversationWrite(self._conversation(purple, who), NAMES[who], markup,
                                       RECEIVED, int(time.time()))

    def click_words(self, who, words):
        """The last of these in the conversation."""
        self.go(who)
        text = self._tab(who)[2].find("text")
        wait_until(f"“{words}”", lambda: words in text.text)
        self.desktop.click_words(text, words)

    # ---- two people in one contact of the buddy list

    def merge(self, who, other):
        """As dragging one onto the other does; their tabs are closed, and come as one."""
        purple = self._purple()
        account = purple.PurpleAccountsFind(self.numbers[0], "prpl-coex")
        one, two = (purple.PurpleBuddyGetContact(purple.PurpleFindBuddy(account, NUMBERS[person]))
                    for person in (who, other))
        purple.PurpleBlistMergeContact(two, one)
        for person in (who, other):
            purple.PurpleConversationDestroy(self._conversation(purple, person))
        self.merged = [NAMES[who], NAMES[other]]

    def shared(self):
        """The tab that stands for both, called as who wrote last."""
        return next((tab for tab in self._tabs() if tab[0] in self.merged), None)

    def shown_shared(self):
        tab = self.shared()
        return tab[2].find("text").text if tab else ""

    def type_shared(self, text, before=""):
        """Into its entry, behind `before`."""
        _, entry = self._bring(*self.shared())
        self.desktop.xdotool("type", "--delay", 12, text)
        wait_until(f"“{text}” typed", lambda: entry.text == before + text)

    # ---- the three steps to a template

    def wait_choice(self, who):
        """No form comes up by itself: a line says how to get one."""
        if self.desktop.frame(FORM + NAMES[who]) is None:
            wait_until(f"the question about {who}", lambda: QUESTION.search(self.shown(who)))
            self.say(who, "/template")
        return self.wait_frame(FORM + NAMES[who], "Hold until they answer")

    def fill(self, form, texts):
        """Types into the fields of a window, from the top."""
        fields = sorted((w for w in form.all() if w.role == "text" and w.is_showing),
                        key=lambda w: w.place()[1])
        for field, text in zip(fields, texts):
            self.desktop.click(field)
            self.desktop.key(form.name, "ctrl+a")
            self.desktop.type(form.name, text)
            wait_until(f"“{text}” typed", lambda f=field, t=text: f.text == t)

    def button(self, form, name):
        form.find("push button", name).press()

    def template(self, who, values):
        form = self.wait_choice(who)
        self.fill(form, ["order_update"])
        self.button(form, "OK")
        form = wait_until("the list cut", lambda: self._without(FORM + NAMES[who], "autumn_bikes"))
        self.button(form, "OK")
        form = self.wait_frame(FORM + NAMES[who], "your order")
        self.fill(form, values)
        self.button(form, "OK")
        self.wait_frame(FORM + NAMES[who], f"Send this to {NAMES[who]}")
        # Escape leads back, and leaves nothing behind that waits for an answer.
        self.desktop.key(FORM + NAMES[who], "Escape")
        form = wait_until("the values once more", lambda: self._filled(FORM + NAMES[who], values))
        self.button(form, "OK")
        self.wait_frame(FORM + NAMES[who], f"Send this to {NAMES[who]}")

    def _filled(self, title, values):
        frame = self.desktop.frame(title)
        typed = [w.text for w in frame.all() if w.role == "text"] if frame else []
        return frame if sorted(typed) == sorted(values) else None

    def _without(self, title, words):
        frame = self.desktop.frame(title)
        return frame if frame and words not in frame.words() else None

    def confirm(self, who):
        self.button(self.wait_frame(FORM + NAMES[who], "Send this"), "Send")

    def hold(self, who):
        form = self.wait_choice(who)
        self.button(form, "OK")
        wait_until("the form closed", lambda: self.desktop.frame(FORM + NAMES[who]) is None)

    # ---- accounts

    def _menu(self, n):
        """{name: item} of the account's menu; empty while it is disabled."""
        bar = self.desktop.frame("Buddy List").find("menu", "Accounts")
        for menu in bar.children():
            if menu.name.startswith(self.numbers[n]):
                return {item.name: item for item in menu.children()}
        return {}

    def pick(self, n, entry):
        self._menu(n)[entry].press()

    def log_off(self, n):
        self.pick(n, "Disable")

    def log_on(self, n):
        bar = self.desktop.frame("Buddy List").find("menu", "Accounts")
        enable = bar.find("menu", "Enable Account")
        self.errors.clear()
        wait_until("the account among the disabled ones", lambda: next(
            (i for i in enable.children() if i.name.startswith(self.numbers[n])), None)).press()

    def is_online(self, n):
        return "Show held texts" in self._menu(n)

    def told(self):
        return "\n".join(self.errors.tail() + [self._account_lines()])

    def history(self, who):
        return read_history(self.profile, self.numbers[0], who)

    def logs(self):
        return [self.desktop.log.name]

    def witnesses(self):
        """Also keeps a picture, where `make clean` finds it."""
        kept = os.path.join(BUILD, "failures")
        os.makedirs(kept, exist_ok=True)
        picture = os.path.join(kept, f"pidgin-{os.path.basename(self.directory)}.png")
        self.desktop.shot(picture)
        return [f"picture: {picture}"] + [
            f"{frame.name}: {line}" for frame in self.desktop.frames() if frame.is_showing
            for line in frame.words().split("\n")]
