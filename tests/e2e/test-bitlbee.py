# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real BitlBee: what an IRC client is sent, at both providers; and what is BitlBee's
alone: its own commands, and the daemon with a process for each connection."""
import os
import re
import sys

from bee import PASSWORD, PROGRAM, Bee, Daemon
from day import OTHER, run_days
from sim import NUMBERS, Sim
from tap import Suite, check, wait_until


class Words:
    """What is asked of BitlBee in words."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "words")
        os.makedirs(self.directory)
        self.sim = Sim("360dialog", self.directory)
        self.bee = Bee(self.directory, [self.sim])
        self.bee.is_new = False

    def options(self):
        """help names the options, and a wrong value is refused"""
        self.bee.start()
        root = self.bee.irc.root
        root(f"register {PASSWORD}", "root")
        root("help purple", r"coex \(WhatsApp Business")
        self.bee.irc.add_account(self.sim, "coex")
        for option in ("provider", "webhook-header", "public-url", "read-receipts"):
            root("help purple coex", rf"\* {option}")
        root("account coex set provider nobody")
        root("account coex set provider", "provider' = `360dialog'|provider = .?360dialog")

    def half_a_header(self):
        """an option that lost its second half to a blank is named, with what to do"""
        root = self.bee.irc.root
        root("account coex set webhook-header X-Coex-Secret: lost", r"`X-Coex-Secret:'")
        root("account coex on", "Login error: Option webhook-header.*in quotes")
        header = self.sim.options()["webhook-header"]
        root(f'account coex set webhook-header "{header}"', re.escape(header))

    def pasted(self):
        """pasted lines can be one message, whatever the later ones begin with"""
        self.bee.irc.root("set paste_buffer true", "paste_buffer")
        self.bee.irc.send("PRIVMSG AdaLovelace0101 :first line\r\n"
                          "PRIVMSG AdaLovelace0101 :!second line")
        self.sim.said.expect("^-> ada: first line$")
        self.sim.said.expect("^!second line$")
        self.bee.irc.root("set paste_buffer false", "paste_buffer")

    def names(self):
        """contacts can have people's names, and info tells of them"""
        root = self.bee.irc.root
        self.sim.old_message("dana", "When is it ready?")
        root("account coex set nick_source full_name", "full_name")
        self.bee.log_on(0)
        self.bee.irc.lines.expect(r"^:DanaWeber![^ ]+ PRIVMSG .*When is it ready")
        root("info DanaWeber", rf"\+{NUMBERS['dana']}")
        self.bee.irc.lines.expect("only templates can be sent")
        self.bee.irc.send("WHOIS DanaWeber")
        self.bee.irc.lines.expect(r" 301 .*Window closed")

    def namesakes(self):
        """a nick never passes from one of two people of one name to the other"""
        lines = self.bee.irc.lines
        self.sim.do("ada says hello")
        lines.expect(rf"^:AdaLovelace!{NUMBERS['ada']}@.* PRIVMSG .*hello")
        self.sim.do("add twin +491703333333 Ada Lovelace")
        self.sim.do("twin says hello too")
        lines.expect("^:AdaLovelace3333!491703333333@.* PRIVMSG .*hello too")
        for _ in range(2):
            self.bee.log_off(0)
            wait_until("it is offline", lambda: not self.bee.is_online(0))
            self.bee.log_on(0)
            lines.expect(rf"^:AdaLovelace0101!{NUMBERS['ada']}@.* JOIN")
            lines.expect("^:AdaLovelace3333!491703333333@.* JOIN")
        check(lines.count("^:AdaLovelace!491703333333@") == 0, "the other one got her nick")

    def verbs(self):
        """a verb alone, a mistyped one, a command of IRC, a doubled mark"""
        say, expect = self.bee.say, self.bee.irc.lines.expect
        say("ada", "!help")
        for verb in ("!template", "!hold", "!resend", "!window", "!!"):
            expect(rf"^:AdaLovelace0101![^ ]+ PRIVMSG .*{verb}")
        say("ada", "!sedn")
        expect("Nothing was sent: .*!sedn")
        say("ada", "/join")
        expect("Nothing was sent: /join")
        say("ada", "!!wow \x02bold\x02")
        self.sim.said.expect(r"^-> ada: !wow \*bold\*$")
        say("dana", "!more")
        expect("^:DanaWeber!.*!1 ")
        say("dana", "!1")
        expect("^:DanaWeber!.*It needs:|^:DanaWeber!.*!send")
        say("dana", "!cancel")
        expect("^:DanaWeber!.*Cancelled")
        check(self.sim.said.count("sedn|join") == 0, "a mistyped command reached the customer")

    def leave(self):
        """it ends in order"""
        self.bee.quit()
        self.sim.check_complaints()

    def cases(self):
        return [self.options, self.half_a_header, self.names, self.namesakes, self.verbs,
                self.pasted, self.leave]

    def witnesses(self):
        return self.bee.witnesses() + ["sim: " + line for line in self.sim.said.tail(20)]

    def end(self):
        self.bee.end()
        self.sim.end()


class Several:
    """One daemon, several people, one of them twice."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "daemon")
        os.makedirs(os.path.join(self.directory, "bob"))
        self.sim = Sim("360dialog", self.directory)
        self.other = Sim("meta", os.path.join(self.directory, "bob"), OTHER)
        self.daemon = Daemon(self.directory)
        self.ann = self.bob = self.again = None

    def two_users(self):
        """two users have a number each"""
        self.ann, self.bob = self.daemon.client("ann"), self.daemon.client("bob")
        for client, sim in ((self.ann, self.sim), (self.bob, self.other)):
            client.root(f"register {PASSWORD}", "root")
            client.add_account(sim, "coex")
            client.root("account coex on", "Logged in")
            client.root("save", "saved")
        # Several, because the processes share what they inherited from the daemon.
        for n in range(10):
            self.sim.do(f"ada says to Ann {n}")
            self.ann.lines.expect(f"PRIVMSG .*to Ann {n}")
            self.other.do(f"ada says to Bob {n}")
            self.bob.lines.expect(f"PRIVMSG .*to Bob {n}")
        check(self.ann.lines.count("to Bob") + self.bob.lines.count("to Ann") == 0,
              "a message reached the wrong user")

    def twice(self):
        """the same user once more is told who holds the account"""
        self.again = self.daemon.client("ann_")
        self.again.send("NICK ann")
        self.again.lines.expect("NICK :?ann")
        self.again.root(f"identify {PASSWORD}", r"coex - Login error: This profile is in use by BitlBee \(pid \d+")

    def first_leaves(self):
        """when the first leaves, the second connects by itself"""
        self.ann.send("QUIT :bye")
        self.again.lines.expect("Logged in", 60)
        self.sim.do("ada says to the second Ann")
        self.again.lines.expect("PRIVMSG .*to the second Ann")

    def cases(self):
        return [self.two_users, self.twice, self.first_leaves]

    def witnesses(self):
        return self.daemon.witnesses() + ["sim: " + line for line in self.sim.said.tail(20)]

    def end(self):
        self.daemon.end()
        self.sim.end()
        self.other.end()


def main():
    if not os.path.exists(PROGRAM):
        print("1..0 # SKIP BitlBee with libpurple is not installed")
        return 0
    suite = Suite()
    run_days(suite, "bitlbee", {"360dialog": Bee, "meta": Bee})
    for name, group in (("bitlbee in words", Words), ("bitlbee as a daemon", Several)):
        made = group(suite.directory)
        try:
            suite.run(name, made.cases(), made.witnesses)
        finally:
            made.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
