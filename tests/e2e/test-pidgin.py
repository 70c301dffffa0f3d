# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real Pidgin: what stands in its windows, at both providers."""
import base64
import glob
import os
import re
import shutil
import sys

try:
    import dbus  # noqa: F401
except ImportError:
    # The distribution's D-Bus belongs to the distribution's Python.
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP python3-dbus is not installed")
    sys.exit(0)

from day import PICTURE, run_days
from pidgin import FORM, QUESTION, Pidgin
from sim import NAMES, NUMBERS, Sim
from tap import Suite, check, wait_until

NEEDED = ["pidgin", "Xvfb", "dbus-daemon", "dbus-monitor", "openbox", "xdotool", "import"]
STICKER = base64.b64decode(
    "UklGRqgAAABXRUJQVlA4TJwAAAAvP8APEBcwyPMf8x/g4LhtI0ky+lmhdD57hrBRVBL7v3cbTrOrPPe8I/o/AVhoIyk9SLIKztCyR1QzpiXyzKKW"
    "MaJYOleseyi1awrHoVwA12yMh1aBpnGk26E7fgMOKNP5EBtH3knXQ3gfB0PKDNoAdPIYD60CrtkY0AqAJmGUh1I7V6yDUoImIPTMImQleUQVqUeW"
    "4dFVqI0kZgo=")
BRIDGE = "gtk-2.0/modules/libatk-bridge.so"  # through it GTK 2 tells what its windows say


class Windows:
    """Questions, pages and forms of the account. Each method is a case that builds on those before."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "windows")
        os.makedirs(self.directory)
        self.sim = Sim("meta", self.directory)
        self.sim.more_options = {"media-auto": "none"}
        self.client = Pidgin(self.directory, [self.sim])

    def cases(self):
        return [self.no_and_yes, self.account_page, self.broadcast, self.link, self.sticker, self.dragged,
                self.closed, self.one_window]

    def _n_asked(self):
        return self.sim.said.count("smb_app_data")

    def no_and_yes(self):
        """what is asked before it is done is not done after a no, and done after a yes"""
        self.client.start()
        self.sim.do("ada says Hello")
        wait_until("a line of Ada's", lambda: "Hello" in self.client.shown("ada"))
        for button in ("Cancel", "OK"):
            check(self._n_asked() == 0, "it was done after a no")
            self.client.pick(0, "Synchronise contacts and history...")
            self.client.button(self.client.wait_frame("Contacts and history"), button)
            wait_until("the question gone", lambda: self.client.desktop.frame("Contacts and history") is None)
        wait_until("the request", lambda: self._n_asked() == 2)
        wait_until("the line", lambda: "asked for the phone's contacts" in self.client.told())

    def account_page(self):
        """what is known of the account, and the form for the profile"""
        self.client.pick(0, "Account information...")
        page = self.client.wait_frame("Account: ", "Quality: high(?s:.*)About: Bicycles and repairs")
        self.client.button(page, "Edit profile...")
        form = self.client.wait_frame("Profile: ", "What customers see")
        self.client.fill(form, ["x" * 140])
        self.client.button(form, "OK")
        form = self.client.wait_frame("Profile: ", "has 140 characters; WhatsApp takes 139")
        self.client.fill(form, ["Open from 9 to 19"])
        self.client.button(form, "OK")
        wait_until("the line", lambda: "Changed in the profile" in self.client.told())

    def broadcast(self):
        """a template goes to a group after a question, and a page tells who has got it"""
        line = "/broadcast WhatsApp order_update {name} | A-17"
        self.sim.do("ben says Hi")
        wait_until("a line of Ben's", lambda: "Hi" in self.client.shown("ben"))
        for button in ("Cancel", "OK"):
            check(self.sim.said.count("A-17") == 0, "it was sent before a yes")
            self.client.say("ada", line)
            question = self.client.wait_frame("Broadcast", r"Send order_update \(en_US\) to 2 people of “WhatsApp”"
                                                           "(?s:.*)Each is billed as utility(?s:.*)your order A-17")
            self.client.button(question, button)
            wait_until("the question gone", lambda: self.client.desktop.frame("Broadcast") is None)
        wait_until("its end", lambda: "taken it for 2 of 2 people" in self.client.told())
        for who, name in (("ada", "Ada Lovelace"), ("ben", "Ben Whitaker")):
            self.sim.said.expect(rf"^-> {who}: \[template order_update en_US\] {name}.*A-17")
            wait_until(f"{name}'s line", lambda: f"[broadcast] Hi {name}" in self.client.shown(who))
        self.client.say("ada", "/broadcast")
        self.client.wait_frame("Broadcast", "2 people(?s:.*)Ben Whitaker")
        self.client.desktop.key("Broadcast", "Escape")
        wait_until("the page gone", lambda: self.client.desktop.frame("Broadcast") is None)
        self.client.say("ada", line)
        wait_until("who got it", lambda: "nobody of “WhatsApp” would get it" in self.client.shown("ada"))
        check(self.sim.said.count("A-17") == 2, "somebody got it twice")

    def _offer(self, who, part):
        """A file that comes when it is asked for; (the link's target, its words)."""
        self.sim.do(f"{who} brings image/png {self._picture} {part}")
        wait_until(f"a line about {part}", lambda: re.search(
            rf"{part}\n.*/get #\d+ fetches it", self.client.shown(who)))
        return re.findall(r'<A HREF="(coex-run:[^"]*)">(/get #\d+)</A> fetches it', self.client.markup(who))[0]

    def link(self):
        """a click in our own line fetches the file that it offers, and no click does in another's"""
        self._picture = os.path.join(self.directory, "part.png")
        with open(self._picture, "wb") as file:
            file.write(PICTURE)
        self._offer("ada", "A bell")
        target, words = self._offer("dana", "A wheel")
        number = words.partition("#")[2]
        self.sim.do(f'dana says <a href="{target}">press me</a>')
        self.client.click_words("dana", "press me")
        self.client.click_words("dana", "coex-run:")
        made_up = [target[:-1] + ("1" if target[-1] == "0" else "0"),
                   target.replace(f"%23{number}/", f"%23{int(number) - 1}/"),
                   target.replace(f"/get%20%23{number}/", "/discard/"),
                   target.replace(NUMBERS["dana"], NUMBERS["ada"]),
                   "coex-run:", "coex-run:///", f"coex-run:{number}", target.rpartition("/")[0]]
        check(target not in made_up, "nothing is made up")
        for i, other in enumerate(made_up):
            self.client.write("dana", f'<a href="{other}">made up {i}</a>')
            self.client.click_words("dana", f"made up {i}")
        self.client.click_words("dana", self._offer("dana", "A chain")[1])
        wait_until("the file", lambda: "file://" in self.client.shown("dana"))
        check(self.client.shown("dana").count("is being fetched") == 1, "a click did it that must not")
        check("is being fetched" not in self.client.shown("ada"), "another's file was fetched")
        words = self._offer("dana", "A saddle")[1]
        self.client.log_off(0)
        wait_until("the account off", lambda: not self.client.is_online(0))
        self.client.click_words("dana", words)
        wait_until("the line", lambda: "not connected" in self.client.shown("dana"))

    def sticker(self):
        """a sticker in WebP stands in the conversation"""
        self.client.log_on(0)
        wait_until("the account on", lambda: self.client.is_online(0))
        path = os.path.join(self.directory, "smile.webp")
        with open(path, "wb") as file:
            file.write(STICKER)
        self.sim.do(f"ben brings image/webp {path}")
        wait_until("the offer", lambda: "fetches it" in self.client.shown("ben"))
        self.client.say("ben", "/get")
        wait_until("the picture", lambda: re.search('<img id="\\d+">', self.client.markup("ben")))

    def dragged(self):
        """a file that is dropped into the conversation is sent, once"""
        path = os.path.join(self.directory, "offer.pdf")
        with open(path, "wb") as file:
            file.write(b"%PDF-1.4\n%%EOF\n")
        self.client.drag_file("ben", path)
        self.sim.said.expect("^-> ben: document application/pdf 15 name=offer.pdf$")
        wait_until("its line", lambda: "[document] offer.pdf" in self.client.shown("ben"))
        self.client.say("ben", "That is it")
        self.sim.said.expect("^-> ben: That is it$")
        check(self.sim.said.count("name=offer.pdf") == 1, "it was sent twice")

    def _template_form(self, text):
        """It names what waits, and is closed."""
        title = FORM + NAMES["dana"]
        form = self.client.wait_frame(title, f"Waiting: .{text}(?s:.*)Hold until they answer")
        self.client.button(form, "Cancel")
        wait_until("the form closed", lambda: self.client.desktop.frame(title) is None)
        wait_until("what was typed", lambda: f"Not sent: {text}" in self.client.shown("dana"))

    def closed(self):
        """in a closed window a click in the line, or the conversation's menu, leads to the templates"""
        self.sim.do("close dana")
        self.client.say("dana", "It is ready")
        wait_until("the question", lambda: QUESTION.search(self.client.shown("dana")))
        check(self.client.desktop.frame(FORM + NAMES["dana"]) is None, "a form came up by itself")
        title, entry = self.client.go("dana")
        self.client.desktop.type(title, "and hurry")
        wait_until("it typed", lambda: entry.text == "and hurry")
        self.client.click_words("dana", "/template")
        self._template_form("It is ready")
        check(entry.text == "and hurry", "what was being typed is lost")
        self.client.desktop.key(title, "Return")
        wait_until("the question", lambda: QUESTION.search(self.client.shown("dana")))
        self.client.press("dana", "Send template...")
        self._template_form("and hurry")

    def one_window(self):
        """what is half typed for one does not go to the other who shares the window"""
        self.client.merge("ada", "ben")
        wait_until("the warning", lambda: "is now one contact with" in self.client.told())
        self.sim.do("ada says How much is it?")
        wait_until("Ada's line", lambda: "How much" in self.client.shown_shared())
        self.client.type_shared("Your bill is 77")
        self.sim.do("ben says In between")
        wait_until("the line", lambda: "now goes to Ben Whitaker" in self.client.shown_shared())
        self.client.type_shared(" euro", "Your bill is 77")
        self.client.desktop.xdotool("key", "Return")
        wait_until("the refusal", lambda: "Not sent: “Your bill is 77 euro”" in self.client.shown_shared())
        check(self.sim.said.count("77 euro") == 0, "it was sent")
        self.client.type_shared("Hello Ben")
        self.client.desktop.xdotool("key", "Return")
        self.sim.said.expect("^-> ben: Hello Ben$")


def run_windows(suite):
    windows = Windows(suite.directory)
    try:
        suite.run("windows", windows.cases(), windows.client.witnesses)
    finally:
        windows.client.end()
        windows.sim.end()


def main():
    missing = [name for name in NEEDED if not shutil.which(name)]
    if not glob.glob("/usr/lib*/" + BRIDGE) + glob.glob("/usr/lib/*/" + BRIDGE):
        missing.append(BRIDGE)
    if missing:
        print(f"1..0 # SKIP not installed: {' '.join(missing)}")
        return 0
    suite = Suite()
    run_days(suite, "pidgin", {"360dialog": Pidgin, "meta": Pidgin})
    run_windows(suite)
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
