# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real BitlBee: what an IRC client is sent, at both providers; and what is BitlBee's
alone: its own commands, and the daemon with a process for each connection."""
import base64
import os
import re
import socket
import struct
import sys
import threading

from bee import PASSWORD, PROGRAM, Bee, Daemon, Irc, run, set_up
from day import OTHER, run_days
from irc_clients import Irssi, WeeChat, check_readme
from sim import NUMBERS, Sim
from tap import Lines, Suite, check, wait_until


def receive(port, length):
    """The bytes of a DCC transfer, acknowledged as IRC clients do."""
    content = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as dcc:
        while len(content) < length:
            part = dcc.recv(65536)
            check(part, f"the transfer ends after {len(content)} bytes")
            content += part
            dcc.sendall(struct.pack(">I", len(content)))
    return content


PASSWORD_OF_OWN = "made-up-password-of-ann"  # at BitlBee


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
        root("account coex set provider nobody", "nobody")
        root("account coex on", "Login error: Option provider: .nobody. is none. There are "
                                "360dialog and meta. Type .account coex set provider 360dialog")
        root("account coex set provider 360Dialog", "360Dialog")

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
        self.bee.irc.send("PRIVMSG AdaLovelace :first line\r\n"
                          "PRIVMSG AdaLovelace :!second line")
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
        self.bee.irc.lines.expect(r" 301 .*Away .*closed")

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
            lines.expect(rf"^:AdaLovelace!{NUMBERS['ada']}@.* JOIN")
            lines.expect("^:AdaLovelace3333!491703333333@.* JOIN")
        check(lines.count("^:AdaLovelace!491703333333@") == 0, "the other one got her nick")

    def verbs(self):
        """a verb alone, a mistyped one, a command of IRC, a doubled mark"""
        say, expect = self.bee.say, self.bee.irc.lines.expect
        say("ada", "!help")
        for verb in ("!template", "!hold", "!resend", "!window", "!!"):
            expect(rf"^:AdaLovelace![^ ]+ PRIVMSG .*{verb}")
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

    def doctor(self):
        """the check of the connection names what is wrong, and leaves secrets out"""
        say, expect = self.bee.say, self.bee.irc.lines.expect
        self.sim.do("webhook http://127.0.0.1:9/hook")
        say("ada", "!doctor")
        expect("ok: A delivery, proved as 360dialog proves them")
        expect("wrong: http://127.0.0.1:9/hook: Could not reach 127.0.0.1")
        expect("This was checked for \\+44…00 at 360dialog")
        self.sim.do(f"webhook http://{self.sim.options()['listen']}/webhook")
        self.sim.do("revoke")
        say("ada", "!doctor")
        expect("wrong: The API key is not accepted: create one in the 360dialog hub")
        expect("This was checked for \\+44…00 at 360dialog")
        self.sim.do("restore")
        check(self.bee.irc.lines.count(self.sim.key) <= 1, "the key is shown")

    def doctor_first(self):
        """by an option it comes before a login, and tells why that fails"""
        root = self.bee.irc.root
        self.bee.log_off(0)
        wait_until("it is offline", lambda: not self.bee.is_online(0))
        self.sim.do("revoke")
        root("account coex set doctor yes", "doctor")
        root("account coex on", "ok: 127.0.0.1 is reached")
        self.bee.irc.lines.expect("wrong: The API key is not accepted: create one in the 360dialog")
        self.bee.irc.lines.expect("This was checked for \\+44…00 at 360dialog")
        self.bee.irc.lines.expect("Login error: .*not accepted")
        self.sim.do("restore")
        root("account coex off")
        root("account coex set doctor no", "doctor")
        self.bee.log_on(0)

    def about(self):
        """a reply shows what it quotes, a reaction is told, and what cannot be is explained"""
        say, expect = self.bee.say, self.bee.irc.lines.expect
        self.sim.do("ada says Do you have rye bread?")
        expect("^:AdaLovelace!.*rye bread")
        say("ada", "!reply Yes, \x02two\x02 kinds")
        self.sim.said.expect(r"^-> ada: Yes, \*two\* kinds$")
        expect("PRIVMSG .*> Do you have rye bread\\?$")
        expect("PRIVMSG .*Yes, .*two.* kinds")
        say("ada", '!react "rye" :thumbsup:')
        self.sim.said.expect("^-> ada: reaction \U0001f44d$")
        expect("^:AdaLovelace!.*You reacted with \U0001f44d to “Do you have rye bread\\?”")
        say("ada", "!unreact")
        self.sim.said.expect("^-> ada: reaction none$")
        expect("^:AdaLovelace!.*You took back your reaction \U0001f44d")
        say("ada", '!reply "no such words" Hm')
        expect("^:AdaLovelace!.*Not sent: “Hm”.*no such message")

    def account(self):
        """what is known of the account, line by line, and its profile, changed by a line"""
        say, expect = self.bee.say, self.bee.irc.lines.expect
        say("ada", "!account")
        for words in ("Number: ", "Health: messages can be sent", "Webhook: http", "Today: ", "About: Bicycles"):
            expect(f"^:root!.*{words}")
        say("ada", "!profile web nowhere")
        expect("^:AdaLovelace!.*Nothing was changed: .*no web address")
        say("ada", "!profile about Open from 9 to 19")
        expect("^:root!.*Changed in the profile, .*: About")
        say("ada", "!profile")
        expect("^:root!.*About: Open from 9 to 19")

    def broadcast(self):
        """a template goes to a group after a question, to each by the name, and to nobody twice"""
        say, expect = self.bee.say, self.bee.irc.lines.expect
        line = "!broadcast WhatsApp order_update {name} | A-17"
        say("ada", "!broadcast Nobody order_update {name} | A-17")
        expect("^:AdaLovelace!.*begins with no group of the buddy list.*“WhatsApp”")
        for answer in ("no", "yes"):
            check(self.sim.said.count("A-17") == 0, "it was sent before a yes")
            say("ada", line)
            expect("^:root!.*New request: Request: Broadcast")
            expect(r"^:root!.*Send order_update \(en_US\) to 3 people of “WhatsApp”")
            expect("^:root!.*You can use the \x02yes\x02/\x02no\x02 commands")
            self.bee.irc.root(answer)
            if answer == "no":
                expect("^:AdaLovelace!.*The broadcast of order_update to “WhatsApp” was not sent")
        expect("^:AdaLovelace!.*begins, for 3 people.*!broadcast stop")
        expect("^:root!.*The broadcast of order_update to “WhatsApp” is done: WhatsApp has taken it for 3 of 3")
        for who, name in (("ada", "Ada Lovelace"), ("dana", "Dana Weber"), ("twin", "Ada Lovelace")):
            self.sim.said.expect(rf"^-> {who}: \[template order_update en_US\] {name}.*A-17")
        say("ada", "!broadcast")
        expect("^:AdaLovelace!.*Broadcast of order_update to “WhatsApp”, .*: 3 people")
        expect("^:AdaLovelace!.*Dana Weber")
        say("ada", line)
        expect("^:AdaLovelace!.*nobody of “WhatsApp” would get it.*got the same at")
        say("ada", "!broadcast stop")
        expect("^:AdaLovelace!.*No broadcast runs")
        check(self.bee.irc.lines.count(r"\[broadcast\] Hi") == 0, "it was spoken to somebody")
        self.sim.do("dana says It is here")
        expect(r"\[broadcast\] Hi Dana Weber, your order A-17 is ready")
        expect("^:DanaWeber!.* PRIVMSG .*It is here")
        say("dana", "Good")
        self.sim.said.expect("^-> dana: Good$")
        check(self.sim.said.count("A-17") == 3, "somebody got it twice")
        say("ada", line.replace("A-17", "A-18"))
        expect("^:root!.*You can use the \x02yes\x02/\x02no\x02 commands")
        say("ada", "!broadcast yes")
        expect("^:root!.*The broadcast of order_update to “WhatsApp” is done: WhatsApp has taken it for 3 of 3")
        self.bee.irc.root("yes", "Did I ask you something")
        check(self.sim.said.count("A-18") == 3, "not everybody got it once")

    def added(self):
        """a number as it is typed, with a name of the user's choice, and the account's own"""
        irc, expect = self.bee.irc, self.bee.irc.lines.expect
        self.sim.do("add nell +491708888888 Nell")
        irc.root("add coex +491708888888 Nelly", "Adding")
        self.sim.do("nell says you have my number")
        expect("^:Nelly!491708888888@.* PRIVMSG .*you have my number")
        irc.send("PRIVMSG Nelly :and you ours")
        self.sim.said.expect("^-> nell: and you ours$")
        # Nothing is under way that would tell of her by itself.
        wait_until("its last status", lambda: irc.root("info Nelly", "Messages: ")
                   and irc.lines.count("Last message: (delivered|read) .*and you ours"))
        irc.root("add coex +49-170-8888888 Nell", "already, as Nelly.*type: rename Nelly Nell")
        self.sim.do("nell says once more")
        expect("^:Nelly!491708888888@.* PRIVMSG .*once more")
        irc.root(f"add coex {self.sim.number}", "was not added.*own number")
        irc.root("blist all", r"\d+ .*available")
        check(irc.lines.count(r"^:root!.*\(" + re.escape(self.sim.number)) == 0, "it is a contact")

    def file(self):
        """a file that is asked for comes by DCC, whole"""
        content = os.urandom(300_000)
        source = os.path.join(self.directory, "source.pdf")
        with open(source, "wb") as file:
            file.write(content)
        self.sim.do(f"ada brings application/pdf {source} The offer")
        self.bee.irc.lines.expect(r"^:AdaLovelace!.*\[document #\d+, 300 KB\] “The offer” \(!get \d+\) /")
        check(self.bee.irc.lines.count("DCC SEND") == 0, "it was sent unasked")
        self.bee.irc.send("PRIVMSG AdaLovelace :!get last")
        offer = self.bee.irc.lines.expect("^:AdaLovelace!.*\x01DCC SEND ")
        name, address, port, size = re.search(r"DCC SEND (\S+) (\S+) (\d+) (\d+)", offer).groups()
        check(name.endswith(".pdf") and int(size) == len(content), offer)
        check(address in ("2130706433", "127.0.0.1"), offer)
        check(receive(int(port), len(content)) == content, "other bytes came")

    def blocked(self):
        """BitlBee's block and allow are WhatsApp's, and nothing goes to the blocked meanwhile"""
        irc, expect = self.bee.irc, self.bee.irc.lines.expect
        irc.root("block AdaLovelace", "is blocked at WhatsApp")
        self.sim.said.expect("ada is blocked")
        irc.send("PRIVMSG AdaLovelace :Not for you")
        expect("^:AdaLovelace!.*Not sent: “Not for you”. You have blocked .*!unblock ends that")
        irc.root("allow AdaLovelace", "is not blocked at WhatsApp any more")
        self.sim.do("ada says still here")
        expect("^:AdaLovelace!.* PRIVMSG .*still here")
        irc.send("PRIVMSG AdaLovelace :So am I")
        self.sim.said.expect("^-> ada: So am I$")
        check(self.sim.said.count("Not for you") == 0, "a text went to somebody blocked")

    def forgotten(self):
        """who is forgotten after a question is gone, and new when they write again"""
        irc, expect = self.bee.irc, self.bee.irc.lines.expect
        irc.send("PRIVMSG AdaLovelace3333 :!forget")
        expect("^:root!.*Forget Ada Lovelace")
        irc.root("yes", "The person is forgotten here")
        self.sim.do("twin says once more hello")
        expect("^:AdaLovelace3333!491703333333@.* PRIVMSG .*once more hello")
        irc.send("PRIVMSG AdaLovelace3333 :!history")
        expect("^:AdaLovelace3333!.* PRIVMSG .*once more hello")
        check(irc.lines.count("^:AdaLovelace3333!.* PRIVMSG .*hello too") == 1, "it is remembered")

    def leave(self):
        """it ends in order"""
        self.bee.quit()
        self.sim.check_complaints()

    def cases(self):
        return [self.options, self.half_a_header, self.names, self.namesakes, self.verbs,
                self.doctor, self.doctor_first, self.about, self.account, self.broadcast, self.pasted,
                self.added, self.file, self.blocked, self.forgotten, self.leave]

    def witnesses(self):
        return self.bee.witnesses() + ["sim: " + line for line in self.sim.said.tail(20)]

    def end(self):
        self.bee.end()
        self.sim.end()


class Nicks:
    """Two numbers, customers that both know, namesakes and people of whose names nothing is left: a
    nick is one person's at one number, in whatever order the accounts come online."""
    PEOPLE = {"ada": NUMBERS["ada"], "sakura": "491705554567", "misaki": "491706664567",
              "twin": "491703330101", "third": "491704440101"}
    NAMES = {"sakura": "田中さくら", "misaki": "山田美咲", "twin": "Ada Lovelace",
             "third": "ada lovelace"}

    SET = ["account {tag} set nick_source full_name"]
    FIRST = ("adalovelace", "adalovelace0101", "_491705554567", "_491706664567")

    def __init__(self, directory):
        self.directory = os.path.join(directory, type(self).__name__)
        os.makedirs(os.path.join(self.directory, "other"))
        self.sims = [Sim("360dialog", self.directory),
                     Sim("meta", os.path.join(self.directory, "other"), OTHER)]
        self.bee = Bee(self.directory, self.sims)
        self.bee.is_new = False
        self.people = dict(self.PEOPLE)
        self.owners = {}  # nick -> (number, tag)
        self.n_noted = 0  # of this connection's lines

    def note(self):
        """Whose each nick is, as far as was seen; nobody's may become another's."""
        lines = self.bee.irc.lines.tail(0)
        new, self.n_noted = lines[self.n_noted:], len(lines)
        for line in new:
            found = re.match(r":([^! ]+)!_?(\d{7,})@(\w+) (PRIVMSG|JOIN)", line)
            if not found:
                continue
            nick, owner = found.group(1).lower(), found.group(2, 3)
            check(self.owners.setdefault(nick, owner) == owner,
                  f"{nick} was {self.owners[nick]} and is {owner}")

    def nick(self, number, tag):
        nicks = [nick for nick, owner in self.owners.items() if owner == (number, tag)]
        check(len(nicks) > 0, f"{number} of {tag} has no nick")
        return nicks[-1]

    def all_write(self, word):
        for tag, sim in zip(("coex", "coex2"), self.sims):
            for who, number in self.people.items():
                sim.do(f"{who} says {word} {who} to {tag}")
                self.bee.irc.lines.expect(rf"!_?{number}@{tag} PRIVMSG .*{word} {who} to {tag}")
        self.note()

    def answers_reach(self, word):
        """Each nick leads where it led."""
        for tag, sim in zip(("coex", "coex2"), self.sims):
            for who, number in self.people.items():
                self.bee.irc.send(f"PRIVMSG {self.nick(number, tag)} :{word} {number}")
                sim.said.expect(f"^-> {who}: {word} {number}$")

    def first_day(self):
        """everybody writes to both numbers, and each gets a nick"""
        self.bee.start()
        root = self.bee.irc.root
        root(f"register {PASSWORD}", "root")
        for tag, sim in zip(("coex", "coex2"), self.sims):
            for who, name in self.NAMES.items():
                sim.do(f"add {who} +{self.people[who]} {name}")
            self.bee.irc.add_account(sim, tag)
            for line in self.SET:
                root(line.format(tag=tag), " = ")
            root(f"account {tag} set auto_connect false", "auto_connect")
            root(f"account {tag} on", "Logged in")
        self.all_write("first")
        for nick in self.FIRST:
            check(nick in self.owners, f"nobody is {nick}: {self.owners}")
        check(len(self.owners) == 10, f"not ten nicks: {self.owners}")
        self.answers_reach("first answer")

    def renamed(self):
        """what the user calls somebody stays"""
        before = self.nick(self.people["misaki"], "coex2")
        self.bee.irc.root(f"rename {before} Misaki", "Nick successfully changed")
        del self.owners[before]
        self.owners["misaki"] = (self.people["misaki"], "coex2")
        self.all_write("renamed")
        self.answers_reach("renamed answer")

    def again(self, order, word):
        self.bee.quit()
        self.bee.start()
        self.n_noted = 0
        for tag in order:
            self.bee.irc.root(f"account {tag} on", "Logged in")
        # What was typed before anybody wrote goes where it went before.
        for number, tag in list(self.owners.values()):
            self.bee.irc.lines.expect(rf"!_?{number}@{tag} JOIN")
        self.note()
        self.answers_reach(word)
        self.all_write(f"{word} too")

    def other_order(self):
        """after a restart, the second number first"""
        self.again(("coex2", "coex"), "second day")

    def same_order(self):
        """after another, in the first order; one comes twice"""
        self.again(("coex", "coex2"), "third day")
        for tag in ("coex", "coex2"):
            self.bee.irc.root(f"account {tag} off", "Signing off")
            self.bee.irc.root(f"account {tag} on", "Logged in")
        self.all_write("came twice")
        self.answers_reach("twice")

    def newcomer(self):
        """who comes later, and has the name that the user gave to somebody else"""
        for tag, sim in zip(("coex", "coex2"), self.sims):
            sim.do("add misaki2 +491709999999 Misaki")
            sim.do(f"misaki2 says new to {tag}")
            self.bee.irc.lines.expect(rf"!_?491709999999@{tag} PRIVMSG .*new to {tag}")
        self.people["misaki2"] = "491709999999"
        self.note()
        self.answers_reach("newcomer")
        self.again(("coex2", "coex"), "fourth day")
        self.bee.quit()

    def cases(self):
        return [self.first_day, self.renamed, self.other_order, self.same_order, self.newcomer]

    def witnesses(self):
        return self.bee.witnesses() + [f"{n}: {line}" for n, sim in enumerate(self.sims)
                                       for line in sim.said.tail(20)]

    def end(self):
        self.bee.end()
        for sim in self.sims:
            sim.end()


class NumberNicks(Nicks):
    """The same where nicks are numbers, as they are without a setting."""
    SET = []
    FIRST = ("_12025550101", "_12025550101_0177", "_491705554567", "_491705554567_0177")


class Utf8Nicks(Nicks):
    """The same where they are names in any script."""
    SET = ["set utf8_nicks true", *Nicks.SET]
    FIRST = ("adalovelace", "adalovelace0101", "田中さくら", "田中さくら4567", "山田美咲")


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
        holder = r"This profile is in use by BitlBee \(pid \d+\)"
        self.again.root(f"identify {PASSWORD}", f"coex - Logging in: Waiting for another program.s end: {holder}")
        self.again.lines.expect(f"coex - Login error: {holder}")

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


class Sleeper:
    """A client that hears nothing any more, and is not closed."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, type(self).__name__)
        os.makedirs(self.directory)
        self.sim = Sim("360dialog", self.directory)
        self.daemon = Daemon(self.directory)
        self.old = self.new = None

    def identify(self):
        """somebody logs in, and answers once"""
        client = self.daemon.client("ann")
        client.root(f"register {PASSWORD}", "root")
        client.add_account(self.sim, "coex")
        client.root("account coex on", "Logged in")
        client.root("save", "saved")
        client.send("QUIT :bye")
        wait_until("the client's end", lambda: client.lines.ended, 10)
        self.old = self.daemon.client("ann")
        self.old.root(f"identify {PASSWORD}", "Logged in")
        self.sim.do("ada says Seen and answered")
        self.old.lines.expect("PRIVMSG .*Seen and answered")
        self.old.send("PRIVMSG _12025550101 :An answer")
        self.sim.said.expect("An answer")

    def taken_over(self):
        """what went into the dead connection is shown once more, marked, after a takeover"""
        self.sim.do("ada says Into the dark")
        self.old.lines.expect("PRIVMSG .*Into the dark")
        self.sim.do("ben says So is this")
        self.old.lines.expect("PRIVMSG .*So is this")
        self.new = self.daemon.client("ann_")
        self.new.send("NICK ann")
        self.new.lines.expect("NICK :?ann")
        self.new.root(f"identify {PASSWORD}", "take over this session")
        self.new.root("yes", "taken over")
        self.new.lines.expect(r"While you were away \(since ..:..\): 2 messages of 2 people")
        self.new.lines.expect(r"PRIVMSG ann :\* \[..:..\] ← Ada.*: Into the dark")
        self.new.lines.expect(r"PRIVMSG ann :\* \[..:..\] ← Ben.*: So is this")
        check(self.new.lines.count("Seen and answered") == 0, "what was answered came once more")
        self.sim.do("ada says And on it goes")
        self.new.lines.expect("PRIVMSG ann :And on it goes")

    def history(self):
        """the last lines can be had at any time"""
        self.new.send("PRIVMSG _12025550101 :!history 3")
        self.new.lines.expect(r"\* \[..:..\] → An answer")
        self.new.lines.expect(r"\* \[..:..\] ← Ada.*: And on it goes")
        check(self.sim.said.count("history") == 0, "a command went to a customer")

    def ended(self):
        """what the end of the process left unseen comes with the next login"""
        self.sim.do("ben says Nobody was there")
        self.new.lines.expect("PRIVMSG ann :Nobody was there")
        self.daemon.leave(self.new)
        self.new = self.daemon.client("ann")
        self.new.root(f"identify {PASSWORD}", "Logged in")
        self.new.lines.expect(r"PRIVMSG ann :\* .*← Ben.*: Nobody was there", 60)

    def cases(self):
        return [self.identify, self.taken_over, self.history, self.ended]

    def witnesses(self):
        return self.daemon.witnesses() + ["sim: " + line for line in self.sim.said.tail(20)]

    def end(self):
        self.daemon.end()
        self.sim.end()


class Dozer(Sleeper):
    """The same where no customer wrote meanwhile."""

    def take_over(self):
        self.new = self.daemon.client("ann_")
        self.new.send("NICK ann")
        self.new.lines.expect("NICK :?ann")
        self.new.root(f"identify {PASSWORD}", "take over this session")
        self.new.root("yes", "taken over")
        self.new.lines.expect(r"What was shown since ..:.. may not have reached you")

    def account_lines(self):
        """a line of the account that went into the dead connection is shown once more, marked"""
        with socket.create_connection(self.sim.listen.split(":")) as line:
            line.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        self.old.lines.expect("A webhook was refused")
        self.take_over()
        self.new.lines.expect("Once more, since it may not have reached you:")
        self.new.lines.expect(r"\[..:..\] A webhook was refused")

    def own_lines(self):
        """so is one from the phone, beside what was told before, and nobody is said to have written"""
        self.sim.do("phone to ada: From the phone")
        self.new.lines.expect(r"PRIVMSG .*\[phone\] From the phone")
        self.take_over()
        self.new.lines.expect(r"PRIVMSG ann :\* \[..:..\] → from the phone: From the phone")
        self.new.lines.expect(r"\[..:..\] A webhook was refused")
        check(self.new.lines.count("While you were away") == 0, "somebody is said to have written")

    def reconnected(self):
        """what the account told before it went off and on again is not lost either"""
        self.sim.do("phone to ada: Before")
        self.new.lines.expect(r"PRIVMSG .*\[phone\] Before")
        self.new.root("account coex off", "Signing off")
        self.new.root("account coex on", "Logged in")
        self.take_over()
        self.new.lines.expect(r"PRIVMSG ann :\* \[..:..\] → from the phone: Before")
        self.new.lines.expect(r"\[..:..\] A webhook was refused")

    def cases(self):
        return [self.identify, self.account_lines, self.own_lines, self.reconnected,
                self.account_line_kept]

    def come_back(self):
        """BitlBee may offer a session that is just ending, and then asks for another connection."""
        while True:
            self.new = self.daemon.client("ann_")
            self.new.send("NICK ann")
            self.new.lines.expect("NICK :?ann")
            said = self.new.root(f"identify {PASSWORD}", "Logged in|take over this session")
            if "Logged in" in said:
                return
            self.new.root("yes", "taken over|Could not take over")
            if self.new.lines.count("Could not take over") == 0:
                return

    def account_line_kept(self):
        """with the end of the process it comes at the next login, and the history is whole"""
        self.new.socket.close()
        self.come_back()
        self.new.lines.expect(r"\[..:..\] A webhook was refused", 60)
        self.new.lines.skip()
        self.new.send("PRIVMSG _12025550101 :!history")
        self.new.lines.expect(r"\* \[..:..\] ← Ada.*: Seen and answered")
        self.new.lines.expect(r"\* \[..:..\] → An answer")
        self.new.lines.expect(r"\* \[..:..\] → from the phone: From the phone")


class Refusing:
    """A proxy that notes what it is asked for and refuses it."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = Lines("the proxy")
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            with client:
                client.settimeout(5)
                first = client.recv(4096)
                if first[:1] == b"\x05":
                    client.sendall(b"\x05\x02")
                    first = client.recv(4096)
                    client.sendall(b"\x01\x00")
                    first += client.recv(4096)
                    client.sendall(b"\x05\x02\0\x01\0\0\0\0\0\0")
                elif first[:1] == b"\x04":
                    client.sendall(b"\0\x5b\0\0\0\0\0\0")
                else:
                    client.sendall(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
                self.asked.add(first.decode("latin-1").replace("\0", "|").replace("\r\n", "|"))

    def end(self):
        self.listener.close()


class Behind:
    """Behind the proxy of bitlbee.conf."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "behind")
        self.proxy = Refusing()
        self.irc = self.process = None

    def ask_through(self, kind, asked):
        directory = os.path.join(self.directory, kind)
        os.makedirs(directory)
        config = set_up(directory, f"RunMode = Inetd\nProxy = {kind}://eva:secret@127.0.0.1:{self.proxy.port}\n")
        ours, theirs = socket.socketpair()
        self.process = run(directory, "-I", "-c", config, stdin=theirs, stdout=theirs)
        theirs.close()
        self.irc = Irc(ours, "shop")
        self.irc.root(f"register {PASSWORD}", "root")
        self.irc.root("account add coex +447700900100 a-key", "successfully added")
        self.irc.root("account coex set api-url https://api.invalid", "api-url")
        self.irc.root("account coex set listen off", "listen")
        self.irc.root("account coex on", f"Could not reach api.invalid through the proxy 127.0.0.1:{self.proxy.port}: ")
        self.proxy.asked.expect(asked)
        self.irc.root("account coex off")
        self.irc.end()
        self.process.wait(20)

    def http(self):
        """an HTTP proxy makes the connection"""
        login = base64.b64encode(b"eva:secret").decode()
        self.ask_through("http", rf"^CONNECT api\.invalid:443 HTTP/1\.1\|.*\|Proxy-Authorization: Basic {login}\|")

    def socks(self):
        """SOCKS 4a and 5 get the name"""
        self.ask_through("socks4a", r"eva\|api\.invalid\|$")
        self.ask_through("socks5", r"eva.secret.*api\.invalid")

    def cases(self):
        return [self.http, self.socks]

    def witnesses(self):
        return self.irc.lines.tail(20) + ["asked: " + line for line in self.proxy.asked.tail(9)]

    def end(self):
        self.proxy.end()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()


class Clients:
    """A real IRC client of its user's, set up as the README says."""
    KIND = Irssi

    def __init__(self, directory):
        self.directory = os.path.join(directory, type(self).__name__)
        os.makedirs(self.directory)
        self.sim = Sim("meta", self.directory)
        self.daemon = Daemon(self.directory)
        self.client = self.KIND(self.directory)

    def recipe(self):
        """an account is set up by the README's recipe"""
        check_readme(os.path.join(os.path.dirname(__file__), "..", "..", "README.md"), self.client)
        client, options = self.client, self.sim.options()
        client.start(self.daemon.port)
        client.connect(self.daemon.port)
        client.wait("Welcome to the BitlBee gateway")
        client.root("register")
        client.wait("use /OPER to enter the password")
        client.oper("x", PASSWORD_OF_OWN)
        client.wait("Account successfully created")
        client.root(f"account add coex {self.sim.number}")
        client.wait("You can now use the /OPER command")
        client.oper("coex", f"a-mistyped-one,app-secret={options['app-secret']}")
        client.wait("Password added")
        client.root("account coex set -del password")
        client.wait("You may now use /OPER to set the password")
        client.oper("coex", f"{self.sim.key},app-secret={options['app-secret']}")
        client.wait("Password added", 2)
        for name, value in options.items():
            if name not in ("app-secret", "verify-token"):
                client.root(f"account coex set {name} {value}")
        client.root("account coex set nick_source full_name")
        client.root("set paste_buffer true")
        client.wait("paste_buffer = ")
        client.root("account coex on")
        client.wait("Logged in")
        client.root("save")
        client.wait("Configuration saved")

    def comes_back(self):
        """it logs in by itself when the client comes back"""
        self.client.set_up(self.daemon.port, PASSWORD_OF_OWN)
        self.client.quit()
        self.client.start(self.daemon.port)
        self.client.connect(self.daemon.port)
        self.client.wait("Logged in", 2)
        self.sim.do("ada says Hello")
        self.client.wait("AdaLovelace.*Hello")

    def pasted(self):
        """lines that are pasted are one message, and those that end only where the user ended them"""
        words = " ".join(f"word{n}" for n in range(1000))[:self.client.longest]
        self.client.paste("AdaLovelace", [words, "and below"])
        self.sim.said.expect(f"^-> ada: {words}$")
        self.sim.said.expect("^and below$")

    def silent(self):
        """and no log has a secret"""
        self.client.quit()
        log = self.client.log()
        check("account coex on" in log, "nothing was logged")
        for secret in (self.sim.key, self.sim.options()["app-secret"], PASSWORD_OF_OWN,
                       "a-mistyped-one"):
            check(secret not in log, f"{secret} was logged")

    def cases(self):
        return [self.recipe, self.comes_back, self.pasted, self.silent]

    def witnesses(self):
        return self.client.witnesses() + ["sim: " + line for line in self.sim.said.tail(20)]

    def end(self):
        self.client.end()
        self.daemon.end()
        self.sim.end()


class WeeChatClients(Clients):
    KIND = WeeChat


def main():
    if not os.path.exists(PROGRAM):
        print("1..0 # SKIP BitlBee with libpurple is not installed")
        return 0
    suite = Suite()
    run_days(suite, "bitlbee", {"360dialog": Bee, "meta": Bee})
    for name, group in (("bitlbee in words", Words), ("bitlbee's nicks", Nicks),
                        ("numbers for nicks", NumberNicks), ("nicks in any script", Utf8Nicks),
                        ("bitlbee as a daemon", Several), ("bitlbee's dead client", Sleeper),
                        ("bitlbee's dead client, without customers", Dozer),
                        ("bitlbee behind a proxy", Behind), ("irssi at bitlbee", Clients),
                        ("weechat at bitlbee", WeeChatClients)):
        suite.run_group(name, group(suite.directory))
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
