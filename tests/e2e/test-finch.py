# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real Finch: what stands on its screen."""
import os
import shutil
import sys

from finch import Finch
from purple_profile import write_profile
from sim import PLUGIN, Sim
from tap import Suite, check


class Day:
    """A working day; each method is a case that builds on those before."""

    def __init__(self, provider, directory):
        self.profile = os.path.join(directory, provider)
        os.makedirs(self.profile)
        self.sim = Sim(provider, self.profile)
        write_profile(self.profile, "gnt-purple", PLUGIN, self.sim)
        self.finch = None

    def message_in(self):
        """it logs in, and messages open conversations"""
        self.sim.old_message("dana", "When is it ready?")
        self.finch = Finch(self.profile)
        self.finch.go("Dana Weber")
        self.finch.wait("When is it ready")
        self.sim.do("ada says Hello & good morning")
        self.finch.go("Ada Lovelace")
        self.finch.wait("Hello & good morning")

    def echo(self):
        """what the phone sent stands in the conversation"""
        self.sim.do("phone to ada: written on the phone")
        self.finch.wait("written on the phone")

    def reply(self):
        """a reply reaches the customer and is shown once"""
        self.finch.say("Welcome & <hello>")
        self.sim.said.expect("^-> ada: Welcome & <hello>$")
        self.finch.wait(r"\d: Welcome & <hello>")

    def command(self):
        """commands work, unknown ones stay here"""
        self.finch.say("/window")
        self.finch.wait("[Ww]indow.*open|open.*until")
        self.finch.say("/nonsense")
        self.finch.wait("No such command")
        check(self.sim.said.count("^-> ada: /") == 0, "a command reached the customer")

    def closed_window(self):
        """a closed window opens the list of templates"""
        self.finch.go("Dana Weber")
        self.finch.wait("When is it ready")
        self.finch.say("It can be fetched")
        self.finch.go("Send a template")
        self.finch.wait("Hold until they answer")
        check(self.sim.said.count("^-> dana:") == 0, "free text left outside the window")

    def template(self):
        """a template is found, filled in, confirmed and sent"""
        self.finch.text("order_update")
        self.finch.keys("Tab", "Tab", "Enter")
        self.finch.wait("order_update.*(utility|Template)")
        self.finch.keys("Tab", "Tab", "Enter")
        self.finch.wait("your order")
        self.finch.keys("C-u")
        self.finch.text("Zoe")
        self.finch.keys("Tab")
        self.finch.text("K-42")
        self.finch.keys("Tab", "Enter")
        self.finch.wait("Send this to")
        check(self.sim.said.count("^-> dana:") == 0, "sent before it was confirmed")
        self.finch.keys("Enter")
        self.sim.said.expect(r"^-> dana: \[template order_update en_US\] Zoe.*K-42")
        self.finch.wait("Hi Zoe, your order K-42 is ready")

    def hold_and_release(self):
        """a held text leaves when the customer writes"""
        self.finch.go("Dana Weber")
        self.finch.say("held until you write")
        self.finch.go("Send a template")
        self.finch.wait("Hold until they answer")
        self.finch.keys("Tab", "Tab", "Enter")
        self.finch.wait_gone("Send a template")
        check(self.sim.said.count("^-> dana: held") == 0, "sent before she wrote")
        self.sim.do("dana says I am here")
        self.sim.said.expect("^-> dana: held until you write")
        self.finch.wait("I am here")

    def restart(self):
        """after a restart nothing comes twice, and the window is still known"""
        self.finch.quit()
        self.finch.end()
        self.sim.do("ada says while you were away")
        self.finch = Finch(self.profile)
        self.finch.go("Ada Lovelace")
        shown = self.finch.wait("while you were away")
        check("good morning" not in shown, "an old message came again")
        self.finch.say("back again")
        self.sim.said.expect("^-> ada: back again$")

    def leave(self):
        """it ends in order, and the API had nothing to complain of"""
        self.finch.quit()
        self.sim.check_complaints()

    def witnesses(self):
        return ((self.finch.witnesses() if self.finch else []) +
                ["sim: " + line for line in self.sim.said.tail()])

    def end(self):
        if self.finch:
            self.finch.end()
        self.sim.end()


def main():
    if not shutil.which("finch") or not shutil.which("tmux"):
        print("1..0 # SKIP finch or tmux is not installed")
        return 0
    suite = Suite()
    day = Day("360dialog", suite.directory)
    try:
        suite.run("finch at 360dialog",
                  [day.message_in, day.echo, day.reply, day.command, day.closed_window,
                   day.template, day.hold_and_release, day.restart, day.leave],
                  day.witnesses)
    finally:
        day.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
