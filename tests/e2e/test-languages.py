# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real Finch of 80 x 24, in each language that there is, and in some that nobody speaks: its forms
have room, and nothing stands there in English."""
import gettext
import glob
import os
import re
import shutil
import sys

from finch import SMALL, Finch
from sim import BUILD, NAMES, Sim
from tap import Failed, Suite, check, wait_until

SPOKEN = sorted(path.split(os.sep)[-3] for path in glob.glob(os.path.join(BUILD, "locale/*/LC_MESSAGES/*.mo")))
INVENTED = ["ar", "hi", "tr"]

# By page: what stands there in English.
MORE = ["Name of this desk", "Webhook path", "Read receipts", "Rate card: prices, a CSV"]
FILES = ["Media auto", "Media folder", "Media limit (MB)", "Media URL of that folder"]
ACTIONS = ["Refresh templates", "Show held texts", "Check the connection", "Account information...",
           "Costs of this month", "Show account messages", "Register webhook again...",
           "Synchronise contacts and history...", "More options...", "Options for files..."]
WAITING = ("This waits for your choice: “%s”. Choose a template (%stemplate lists them), or type %shold or "
           "%scancel.")
FORM = ["Find", "Template", "Hold until they answer"]
ACCOUNT = ["Webhook header (360dialog)", "App secret (Meta)", "Public URL of the webhook", "Listen on (address:port)"]


def catalogue(folder, language):
    """English to that language, as the plugin has it."""
    return gettext.translation("purple-coex", os.path.join(folder, "locale"), [language]).gettext


class Screens:
    """Each method is a case that builds on those before."""

    def __init__(self, directory, language, folder):
        self.directory = os.path.join(directory, f"{os.path.basename(folder)}-{language}")
        os.makedirs(self.directory)
        self.sim = Sim("360dialog", self.directory)
        self.client = Finch(self.directory, [self.sim], SMALL, language, os.path.join(folder, "libcoex.so"))
        self.say = catalogue(folder, language)
        # what Finch itself says
        self.says = gettext.translation("pidgin", "/usr/share/locale", [language]).gettext

    def cases(self):
        return [self.account_form, self.pages, self.template_form, self.account_page]

    def title(self, english):
        """The beginning of a window's title in that language, without what is put in."""
        return self.say(english).split("%")[0].strip()

    def sees(self, title, *english):
        """All of it, each whole, in the window of that title."""
        missing = []

        def look():
            shown = self.client.window(title)
            if shown is None:
                return False
            missing[:] = [text for text in english
                          if re.sub(r"\s+", " ", self.say(text)) not in shown]
            return not missing

        try:
            wait_until(f"the window {title}", look)
        except Failed as error:
            raise Failed(f"{error}; out of sight: {missing}") from error

    def account_form(self):
        """the form of an account is in full sight"""
        self.client.start(self.says("Buddy List"))
        self.client.wait(re.escape(self.sim.number))  # what the account says of itself, in a window that comes up
        self.client.keys("M-a")
        self.client.wait("\u2524Actions")
        self.client.keys("Enter")
        self.client.go(self.says("Accounts"))
        self.client.keys("Tab", "Tab", "Enter")
        self.sees(self.says("Modify Account"), *ACCOUNT)
        self.client.keys("M-c")
        self.client.wait_gone("\u2524" + self.says("Modify Account"))
        self.client.go(self.says("Accounts"))
        self.client.keys("M-c")

    def action(self, english, way):
        """In the account's menu of the buddy list."""
        self.client.go(self.says("Buddy List")[:12])
        self.client.keys("F10", *way)
        self.client.wait(re.escape(self.say(english)))
        self.client.keys(*["Down"] * ACTIONS.index(english), "Enter")

    def pages(self):
        """the pages with the other options are, too"""
        for english, title, fields, way in (
                ("More options...", "More options", MORE, ("Right", "Down", "Right")),
                ("Options for files...", "Options for files", FILES, ("Down", "Right"))):
            self.action(english, way)
            self.client.go(self.say(title))
            self.sees(self.say(title), *fields)
            self.client.keys("M-c")
            self.client.wait_gone("\u2524" + re.escape(self.say(title)))

    def template_form(self):
        """and the form with the templates, whose window is closed"""
        self.sim.do("ada says Hello")
        wait_until("a line of ada", lambda: "Hello" in self.client.shown("ada"))
        self.sim.do("close ada")
        self.client.say("ada", "The bike is ready")
        question = self.say(WAITING).partition("%s")[0][:-1].strip()
        wait_until("the question", lambda: question in self.client.shown("ada"))
        self.client.say("ada", "/template")
        title = self.title("Template: %s")
        self.client.go(title)
        self.sees(title, *FORM)
        self.client.keys("M-c")
        self.client.wait_gone("\u2524" + re.escape(title))

    def account_page(self):
        """and what is known of the account"""
        self.client.say("ada", "/account")
        title = self.title("Account: %s")
        self.client.go(title)
        self.sees(title, "Edit profile...", "Close")

    def witnesses(self):
        return self.client.witnesses() + ["sim: " + line for line in self.sim.said.tail(30)]

    def end(self):
        self.client.end()
        self.sim.end()


def main():
    if not shutil.which("finch") or not shutil.which("tmux"):
        print("1..0 # SKIP finch or tmux is not installed")
        return 0
    suite = Suite()
    folders = [(language, BUILD) for language in SPOKEN]
    folders += [(language, os.path.join(BUILD, "pseudo")) for language in INVENTED]
    for language, folder in folders:
        suite.run_group(f"finch in {language}", Screens(suite.directory, language, folder))
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
