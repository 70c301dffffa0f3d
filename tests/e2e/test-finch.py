# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real Finch: what stands on its screen, at both providers; once on a wide terminal
and once on one of 80 x 24, on which the forms must have room."""
import os
import shutil
import sys

from day import run_days
from finch import FORM, SMALL, WIDE, Finch
from sim import Sim
from tap import Suite


class LowTerminal:
    """Each method is a case that builds on those before."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "low")
        os.makedirs(self.directory)
        self.sim = Sim("360dialog", self.directory)
        self.client = Finch(self.directory, [self.sim], SMALL)

    def cases(self):
        return [self.long_text, self.nothing_found]

    def long_text(self):
        """the form about a long text that WhatsApp refused is in full sight"""
        self.client.start()
        self.sim.do("ada says Hello")
        self.client.wait("Ada Lovelace")
        self.sim.do("close ada")
        self.client.say("ada", "All of it was said before, and at this length. " * 20 + "The end.")
        self.client.wait_choice("ada")

    def nothing_found(self):
        """a search that finds nothing says so"""
        self.client.text("zebra")
        self.client.keys("Tab", "Tab", "Enter")
        self.client.wait("No template has these words")
        self.client.go(FORM)
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
    low = LowTerminal(suite.directory)
    try:
        suite.run("finch on a low terminal", low.cases(), low.witnesses)
    finally:
        low.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
