# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real Finch: what stands on its screen, at both providers; once on a wide terminal
and once on one of 80 x 24, on which the forms must have room."""
import os
import re
import shutil
import sys

from day import run_days
from finch import FORM, SMALL, WIDE, Finch
from sim import NAMES, Sim
from tap import Suite, check, wait_until


class LowTerminal:
    """Each method is a case that builds on those before."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "low")
        os.makedirs(self.directory)
        self.sim = Sim("360dialog", self.directory)
        self.client = Finch(self.directory, [self.sim], SMALL)

    def cases(self):
        return [self.account_form, self.more_options, self.two_people, self.account_page, self.behind, self.menu, self.broadcast,
                self.long_text, self.reasons, self.nothing_found]

    def account_form(self):
        """the form of an account is in full sight"""
        self.client.start()
        self.client.keys("M-a")
        self.client.wait("\u2524Actions")
        self.client.keys("Enter")
        self.client.go("Accounts")
        self.client.keys("Tab", "Tab", "Enter")
        shown = self.client.wait("(?s)\u2524Modify Account.*Save")
        for words in ("Protocol:", "Provider", "Public URL", "API URL"):
            check(words in shown, f"“{words}” is out of sight")
        self.client.keys("M-c")
        self.client.wait_gone("\u2524Modify Account")
        self.client.go("Accounts")
        self.client.keys("M-c")

    def more_options(self):
        """and the other options are on a page of their own"""
        self.client.go("Buddy List")
        self.client.keys("F10", "Right", "Down", "Right")
        self.client.wait("More options")
        self.client.keys("m")
        self.client.go("More options")
        shown = self.client.wait("(?s)\u2524More options.*OK")
        for words in ("Verify token", "Name of this desk", "Webhook path", "Read receipts", "Buddies",
                      "(marks read): no or yes"):
            check(words in shown, f"“{words}” is out of sight")
        self.client.keys("M-c")
        self.client.wait_gone("\u2524More options")
        self.client.go("Buddy List")
        self.client.keys("F10", "Down", "Right")
        menu = self.client.wait(r"Options for files\.\.\. +\(\w\)")
        self.client.keys(re.search(r"Options for files\.\.\. +\((\w)\)", menu).group(1))
        self.client.go("Options for files")
        shown = self.client.wait("(?s)\u2524Options for files.*OK")
        for words in ("Media auto", "Media URL"):
            check(words in shown, f"“{words}” is out of sight")
        self.client.keys("M-c")
        self.client.wait_gone("\u2524Options for files")

    def two_people(self):
        """of two people's forms each says in its title whose it is"""
        for who in ("ada", "dana"):
            self.sim.do(f"{who} says Hello")
            wait_until(f"a line of {who}", lambda who=who: "Hello" in self.client.shown(who))
            self.sim.do(f"close {who}")
        for who in ("ada", "dana"):
            self.client.say(who, f"A text for {who}")
            self.client.ask_choice(who)
        self.client.keys("M-w")
        shown = self.client.wait("(?s)\u2524Window List.*Template: Dana Weber")
        check("Template: Ada Lovelace" in shown, "a form has no name in the list of windows")
        self.client.keys("Escape")
        self.client.wait_gone("\u2524Window List")
        for who in ("ada", "dana"):
            self.client.hold(who)
            self.client.shown(who)
            self.client.wait(f"held until they write: A text for {who}")

    def account_page(self):
        """what is known of the account is in full sight, and the form for its profile"""
        self.client.say("ada", "/account")
        self.client.go("Account: ")
        shown = self.client.wait("(?s)\u2524Account: .*Edit profile.*Close")
        for words in ("Health: messages can be sent", "Webhook: http", "Phone: last sign", "Today: ", "About: Bicycles"):
            check(words in shown, f"“{words}” is out of sight")
        self.client.keys("Tab", "Enter")
        self.client.go("Profile: ")
        shown = self.client.wait("(?s)\u2524Profile: .*OK")
        for words in ("About", "Bicycles and repairs", "Web (2)", "Line of business"):
            check(words in shown, f"“{words}” is out of sight")
        self.client.keys("C-u")
        self.client.text("Open from 9 to 19")
        self.client.keys(*["Tab"] * 7, "Enter")
        self.client.wait_gone("\u2524Profile: ")
        wait_until("the line", lambda: "Changed in the profile" in self.client.told())

    def behind(self):
        """a question that a typed verb opened stands behind, and the conversation says where"""
        for verb, title, words in (("/forget", "Forget this person", "Forget Ada"),
                                   ("/broadcast WhatsApp order_update {name} | A-17", "Broadcast from",
                                    "Send order_update")):
            self.client.say("ada", verb)
            wait_until("the line", lambda w=f"own, “{title}": w in self.client.shown("ada"))
            self.client.go(title)
            self.client.wait(words)
            self.client.keys("M-c")
            self.client.wait_gone(f"\u2524{title}")

    def menu(self):
        """what a person's menu has opens a window about that person"""
        self.client.go("Buddy List")
        self.client.keys("Home", "Down")
        for entry, title in (("Send template", FORM), ("Hold a text", "Hold: "), ("Reply", "Reply: "),
                             ("Forget this person", "Forget this person")):
            self.client.go("Buddy List")
            self.client.keys("F11")
            shown = self.client.wait(rf"{entry}\.\.\. +\(\w\)")
            self.client.keys(re.search(rf"{entry}\.\.\. +\((\w)\)", shown).group(1))
            self.client.go(title)
            self.client.wait(rf"(?s)\u2524{title}.*Ada Lovelace")
            self.client.keys("M-c")
            self.client.wait_gone(f"\u2524{title}")

    def broadcast(self):
        """a template to a group goes after a yes alone, and stands in the conversations"""
        line = "/broadcast WhatsApp order_update {name} | A-17"
        for keys, answer in ((["Enter"], "was not sent"), (["Tab", "Enter"], "begins, for 2 people")):
            check(self.sim.said.count("A-17") == 0, "it was sent before a yes")
            self.client.say("ada", line)
            self.client.go("Broadcast from")
            self.client.wait(r"Send order_update \(en_US\) to 2 people")
            self.client.keys(*keys)
            wait_until(f"“{answer}”", lambda answer=answer: answer in self.client.shown("ada"))
        for who, name in (("ada", "Ada Lovelace"), ("dana", "Dana Weber")):
            self.sim.said.expect(rf"^-> {who}: \[template order_update en_US\] {name}.*A-17")
            wait_until(f"{name}'s line", lambda who=who, name=name: f"[broadcast] Hi {name}" in self.client.shown(who))

    def long_text(self):
        """the form about a long text that WhatsApp refused is in full sight"""
        self.client.say("ada", "All of it was said before, and at this length. " * 20 + "The end.")
        self.client.wait_choice("ada")

    def reasons(self):
        """the list says in full why a template cannot be sent"""
        self.client.keys("Tab", "Up")
        self.client.wait("is paused by WhatsApp\\) spring_sale \\(en_US\\)")
        self.client.keys("Enter")
        self.client.wait_gone("is paused by WhatsApp")
        self.client.keys("Tab", "Tab", "Tab")

    def nothing_found(self):
        """a search that finds nothing says so"""
        self.client.text("zebra")
        self.client.keys("Tab", "Tab", "Enter")
        self.client.wait("No template has these words")
        self.client.go(FORM + NAMES["ada"])
        self.client.quit()

    def witnesses(self):
        return self.client.witnesses() + ["sim: " + line for line in self.sim.said.tail(30)]

    def end(self):
        self.client.end()
        self.sim.end()


class ByHand:
    """Finch's own form for a new account, with what it leaves empty."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "by-hand")
        os.makedirs(self.directory)
        self.sim = Sim("360dialog", self.directory)
        self.client = Finch(self.directory, [self.sim])
        self.client.forget_accounts()

    def cases(self):
        return [self.new_account, self.own_lines, self.phone, self.about, self.doctor,
                self.forgotten]

    def new_account(self):
        """an account is made in the form, and receives"""
        options = self.sim.options()
        self.client.start("New Account")
        self.client.add_account({"Username": self.sim.number, "Password": self.sim.key,
                                 "Webhook header": options["webhook-header"],
                                 "Listen on": options["listen"], "API URL": options["api-url"]})
        self.sim.do("ada says Hello")
        self.client.wait("Ada Lovelace")

    def own_lines(self):
        """what is typed stands under the business's number"""
        self.client.say("ada", "Welcome")
        self.sim.said.expect("^-> ada: Welcome$")
        wait_until("the line", lambda: re.search(
            rf"\) ?{re.escape(self.sim.number)}: Welcome", self.client.shown("ada")))

    def doctor(self):
        """the check of the connection stands in the account's conversation"""
        listen = self.sim.options()["listen"]
        for broken, whole, wrong in (
                ("webhook http://127.0.0.1:9/hook", f"webhook http://{listen}/webhook",
                 "wrong: http://127.0.0.1:9/hook: Could not reach 127.0.0.1"),
                ("revoke", "restore", "wrong: The API key is not accepted")):
            self.sim.do(broken)
            self.client.say("ada", "/doctor")
            wait_until(wrong, lambda wrong=wrong: wrong in self.client.told())
            self.sim.do(whole)
        self.sim.do("revoke")
        self.client.log_off(0)
        self.client.say("ada", "/doctor")
        wait_until("the check without a login", lambda: re.search(
            "wrong: The API key is not accepted.*This was checked", self.client.shown("ada")))
        self.sim.do("restore")
        self.client.log_on(0)

    def phone(self):
        """what the phone sent too, and it is told apart"""
        self.sim.do("phone to ada: Until tomorrow")
        wait_until("the line", lambda: re.search(
            rf"\) ?{re.escape(self.sim.number)}: \[phone\] Until tomorrow",
            self.client.shown("ada")))

    def about(self):
        """a reply stands below what it quotes, and a reaction in a line of its own"""
        self.client.say("ada", "/reply Good to see you")
        self.sim.said.expect("^-> ada: Good to see you$")
        wait_until("the reply", lambda: re.search(
            rf"\) ?{re.escape(self.sim.number)}: > Hello\s+Good to see you",
            self.client.shown("ada")))
        self.client.say("ada", "/react :pray:")
        self.sim.said.expect("^-> ada: reaction \U0001f64f$")
        wait_until("the reaction", lambda: re.search(
            "You reacted with .* to “Hello”", self.client.shown("ada")))

    def forgotten(self):
        """who is forgotten loses window and log, and comes again as somebody new"""
        check("Until tomorrow" in self.client.history("ada"), "there is no log")
        self.client.say("ada", "/forget yes")
        wait_until("the log's end", lambda: "Until" not in self.client.history("ada"))
        self.sim.do("ada says Once more hello")
        wait_until("the line", lambda: "Once more hello" in self.client.shown("ada"))
        check("Until tomorrow" not in self.client.shown("ada"), "it is remembered")
        self.client.quit()

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
    run_days(suite, "finch", {"360dialog": lambda directory, sims: Finch(directory, sims, WIDE),
                              "meta": lambda directory, sims: Finch(directory, sims, SMALL)})
    for name, group in (("finch on a low terminal", LowTerminal), ("finch set up by hand", ByHand)):
        suite.run_group(name, group(suite.directory))
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
