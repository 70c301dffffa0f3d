# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real BitlBee: what an IRC client is sent, at both providers."""
import os
import sys

from bee import ME, PROGRAM, Bee
from sim import ADA, DANA, PLUGIN, Sim
from tap import Suite, check


class Day:
    """A working day at one provider; each method is a case that builds on those before."""

    def __init__(self, provider, directory):
        self.directory = os.path.join(directory, provider)
        os.makedirs(self.directory)
        self.sim = Sim(provider, self.directory)
        self.bee = None
        self.ada = self.dana = None

    def login(self):
        """the account is added and logs in"""
        self.sim.old_message("dana", "When is it ready?")
        self.bee = Bee(self.directory, PLUGIN)
        self.bee.add_account(self.sim.number, self.sim.key, self.sim.options())

    def message_in(self):
        """a customer's message arrives from a contact"""
        self.sim.do("ada says Hello & good morning <3")
        self.ada = self.bee.heard(ADA, r"Hello & good morning <3")
        self.dana = self.bee.heard(DANA, r"When is it ready\?")

    def echo(self):
        """what the phone sent is shown as the user's own"""
        self.sim.do("phone to ada: written on the phone")
        self.bee.irc.expect(rf"^:{ME}![^ ]+ PRIVMSG {self.ada} :.*written on the phone")

    def reply(self):
        """a reply reaches the customer, and is not shown twice"""
        self.bee.say(self.ada, "Hi \x02Ada\x02 & <welcome> 😀")
        self.sim.said.expect(r"^-> ada: Hi \*Ada\* & <welcome> 😀$")
        self.sim.do("ada says thanks")
        self.bee.heard(ADA, "thanks")
        check(self.bee.irc.count(r"PRIVMSG .*<welcome>") == 0, "the local echo came back")

    def closed_window(self):
        """a closed window leads to the list of templates"""
        self.bee.say(self.dana, "It is ready for you")
        self.bee.heard(DANA, "!hold")
        check(self.sim.said.count("^-> dana:") == 0, "free text left outside the window")

    def template(self):
        """a template is chosen, shown and sent by typing"""
        self.bee.say(self.dana, "!template order_update Zoe | K-42")
        self.bee.heard(DANA, "Hi Zoe, your order K-42 is ready")
        check(self.sim.said.count("^-> dana:") == 0, "sent before it was confirmed")
        self.bee.say(self.dana, "!send")
        self.sim.said.expect(r"^-> dana: \[template order_update en_US\] Zoe.*K-42")

    def hold_and_release(self):
        """a held text leaves when the customer writes"""
        self.bee.say(self.dana, "held until you write")
        self.bee.heard(DANA, "!hold")
        self.bee.say(self.dana, "!hold")
        self.bee.say(self.dana, "!held")
        self.bee.heard(DANA, "held until you write")
        self.sim.do("dana says I am here")
        self.sim.said.expect("^-> dana: held until you write")

    def verbs(self):
        """a mistyped verb stays here, a doubled mark is text"""
        self.bee.irc.skip()
        self.bee.say(self.ada, "!sedn")
        self.bee.heard(ADA, "sedn")
        self.bee.say(self.ada, "!!wow")
        self.sim.said.expect("^-> ada: !wow$")
        check(self.sim.said.count("^-> ada: .*sedn") == 0, "a mistyped verb reached the customer")

    def restart(self):
        """after a restart nothing comes twice, and the window is still known"""
        self.bee.quit()
        self.sim.do("ada says while you were away")
        self.bee = Bee(self.directory, PLUGIN)
        self.bee.root("identify pw", r"Logged in")
        self.ada = self.bee.heard(ADA, "while you were away")
        self.bee.say(self.ada, "back again")
        self.sim.said.expect("^-> ada: back again$")
        self.sim.do("again")
        self.sim.do("ada says the end")
        self.bee.heard(ADA, "the end")
        for text in ("Hello & good", "written on the phone", "thanks"):
            check(self.bee.irc.count(rf"PRIVMSG .*{text}") == 0, f"{text} came again")
        check(self.bee.irc.count("PRIVMSG .*while you were away") == 1, "a message came twice")

    def leave(self):
        """it ends in order, and the API had nothing to complain of"""
        self.bee.quit()
        self.sim.check_complaints()

    def witnesses(self):
        lines = ["sim: " + line for line in self.sim.said.tail()]
        return (["irc: " + line for line in self.bee.irc.tail()] if self.bee else []) + lines

    def end(self):
        if self.bee:
            self.bee.end()
        self.sim.end()


def main():
    if not os.path.exists(PROGRAM):
        print("1..0 # SKIP BitlBee with libpurple is not installed")
        return 0
    suite = Suite()
    for provider in ("360dialog", "meta"):
        day = Day(provider, suite.directory)
        try:
            suite.run(f"bitlbee at {provider}",
                      [day.login, day.message_in, day.echo, day.reply, day.closed_window,
                       day.template, day.hold_and_release, day.verbs, day.restart, day.leave],
                      day.witnesses)
        finally:
            day.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
