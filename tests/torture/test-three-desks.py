# SPDX-License-Identifier: GPL-2.0-or-later
"""A shop's hour at three desks of one number, two libpurple programs and a real BitlBee, and the relay between: customers write,
quote, react, edit and delete, the phone does, each desk answers some, and one desk after the other is shut and opened again
meanwhile. In the end the three show the same lines of each customer, in the same order, with who wrote what. Of one customer's
conversation the next thing happens when all desks that are open show the last. Then all write at once, and what a desk typed itself
may stand elsewhere among the others, but nothing else. With COEX_TORTURE what a busy hour has, 1,200 things and twenty customers,
in some minutes; else a few."""
import collections
import html
import itertools
import os
import random
import re
import sys
import time

from headless import Headless, check, run_at_both, wait_until
from bee import Bee  # found only now
from relay import PATH, Relay, tenant_of
from sim import BUILD, Sim
from tap import PATIENCE_S, Failed, Suite

ALL = int(os.environ.get("COEX_TORTURE", "1")) > 1
PEOPLE = 20 if ALL else 6
THINGS = 1200 if ALL else 90
RUSH = 30 if ALL else 8  # things of each customer that happen at once
SHIFT = 40 if ALL else 15  # things from one shutting or opening to the next
SEED = int(os.environ.get("SEED", time.time()))
KEY = "the-key-of-all-three-desks"
# What a desk says by itself is its own; this is what people do.
DEEDS = re.compile(r"They (edited|deleted|reacted)|(Edited|Deleted|Reacted) on the phone")


def as_written(name, text):
    """A line that was written on this side, and where."""
    elsewhere = re.match(r"\[(?:desk )?([^]]+)\] (.*)", text)
    return elsewhere.groups() if elsewhere else (name, text)


def as_meant(line):
    """What is quoted, or told of, was written at another desk or at this one, which does not name itself."""
    return re.sub(r"\[desk [^]]+\] ", "", line)


class LibpurpleDesk(Headless):
    def __init__(self, name, sim, directory):
        os.mkdir(directory)
        super().__init__(sim, directory)
        self.name = name
        self.options = {"desk-name": name}
        self.shows = collections.defaultdict(list)  # by number: who, line

    def _take(self, line):
        kind, _, number, flags, _, text = line.split("\t")[:6]
        if kind == "message":
            self._show(number, flags.split("|"), text.split("\\n"))
        super()._take(line)

    def _show(self, number, flags, lines):
        if "RECV" in flags:
            self.shows[number] += [("customer", as_meant(line)) for line in lines]
        elif "SEND" in flags:
            who, first = as_written(self.name, lines[0])
            self.shows[number] += [(who, line) for line in (first, *lines[1:])]
        elif "NO_LOG" not in flags:
            self.shows[number] += [("told", as_meant(line)) for line in lines if DEEDS.match(line)]

    def look(self):
        """What came is read all the time."""

    def open(self):
        self.go_online()

    def shut(self):
        self.quit()

    def say(self, number, text):
        self.do(f"say {number} {text}")

    def last_message(self, number):
        """How far it has come."""
        before = self.count("^tooltip\t")
        self.do(f"tooltip {number}")
        wait_until("a tooltip", lambda: self.count("^tooltip\t") > before)
        self.sync()
        return [line.split("\t")[5] for line in self.said.tail(0) if f"\t{number}\tLast message\t" in line][-1]


class IrcDesk(Bee):
    def __init__(self, name, sim, directory):
        os.mkdir(directory)
        super().__init__(directory, [sim])
        self.name = name
        self.shows = collections.defaultdict(list)
        self.nicks = {}  # by number
        self.n_read = 0

    def look(self):
        """Reads what came since."""
        lines = self.irc.lines.tail(0)
        for line in lines[self.n_read:]:
            self._take(line)
        self.n_read = len(lines)

    def _take(self, line):
        said = re.match(r":([^! ]+)!([0-9]*)[^ ]* PRIVMSG ([^ ]+) :(.*)", line)
        if not said:
            return
        nick, number, to, text = said.groups()
        if number:
            self.nicks[number] = nick
            deed = text.startswith("* ")
            if not deed or DEEDS.match(text[2:]):
                self.shows[number].append(("told", as_meant(text[2:])) if deed else ("customer", as_meant(text)))
        elif to in self.nicks.values():
            number = next(number for number, nick in self.nicks.items() if nick == to)
            last = self.shows[number][-1:] or [("", "")]
            self.shows[number].append(as_written(last[0][0], text))

    def open(self):
        self.n_read = 0
        self.start()
        wait_until("the login", lambda: self.is_online(0))

    def shut(self):
        self.irc.root("save", r"root.*saved")
        self.look()
        self.quit()

    def say(self, number, text):
        """The IRC client shows what is typed by itself."""
        self.look()
        self.irc.lines.add(f":{self.irc.nick}! PRIVMSG {self.nicks[number]} :[desk {self.name}] {text}")
        self.irc.send(f"PRIVMSG {self.nicks[number]} :{text}")

    def last_message(self, number):
        self.irc.lines.skip()
        self.irc.root(f"info {self.nicks[number]}")
        return self.irc.lines.expect("Last message: ").partition("Last message: ")[2]


class Person:
    """What the sender of the next thing can mean: the last message of each side, None if there is none that one may quote, edit
    or delete."""

    def __init__(self, n):
        self.who, self.number = f"c{n}", f"1303555{n:04}"
        self.theirs = self.ours = None  # who wrote it: "customer", "phone", the name of a desk
        self.emoji = None  # that they reacted with last
        self.n_lines = 0  # that the desks have to show


class Shop:
    def __init__(self, provider, directory):
        self.relay = Relay(directory, [os.path.join(BUILD, "coex-relay")])
        self.sim = Sim(provider, directory, listen=f"127.0.0.1:{self.relay.port}")
        self.relay.tenant, self.relay.desks = tenant_of(self.sim), {"all": KEY}
        self.sim.more_options = {"listen": "off", "relay": f"http://127.0.0.1:{self.relay.port}{PATH}", "relay-key": KEY,
                                 "desk-name": "irc"}
        self.chance = random.Random(SEED)
        self.desks = [LibpurpleDesk(name, self.sim, os.path.join(directory, name)) for name in ("counter", "home")]
        self.desks.append(IrcDesk("irc", self.sim, os.path.join(directory, "irc")))
        self.host = self.desks[0]  # who is asked what happened
        self.is_open = list(self.desks)
        self.people = [Person(n) for n in range(PEOPLE)]
        self.counts = collections.Counter()
        self.n_things = 0

    # ---- what people do; gives how many lines that makes

    def customer_writes(self, person, text):
        self.sim.do(f"{person.who} says {text}")
        person.theirs = "customer"
        return 1

    def customer_quotes(self, person, text):
        if person.ours is None:
            return 0
        self.sim.do(f"{person.who} quotes {text}")
        person.theirs = "customer"
        return 2

    def customer_reacts(self, person, _):
        if person.ours is None:
            return 0
        person.emoji = self.chance.choice([emoji for emoji in "👍❤🎉" if emoji != person.emoji])  # the same again is nothing new
        self.sim.do(f"{person.who} reacts {person.emoji}")
        return 1

    def customer_edits(self, person, text):
        if person.theirs is None:
            return 0
        self.sim.do(f"{person.who} edits {text}")
        return 1

    def customer_deletes(self, person, _):
        if person.theirs is None:
            return 0
        self.sim.do(f"{person.who} deletes")
        person.theirs = None
        return 1

    def customer_reads(self, person, _):
        self.sim.do(f"{person.who} reads")
        return 0

    def phone_writes(self, person, text):
        self.sim.do(f"phone to {person.who}: {text}")
        person.ours = "phone"
        return 1

    def phone_edits(self, person, text):
        if person.ours != "phone":
            return 0
        self.sim.do(f"phone edits {person.who}: {text}")
        return 1

    def phone_deletes(self, person, _):
        if person.ours != "phone":
            return 0
        self.sim.do(f"phone deletes {person.who}:")
        person.ours = None
        return 1

    def desk_answers(self, person, text):
        desk = self.chance.choice(self.is_open)
        desk.say(person.number, text)
        person.ours = desk.name
        return 1

    WAYS = (customer_writes,) * 5 + (desk_answers,) * 5 + (phone_writes,) * 3 + (
        customer_quotes, customer_reacts, customer_edits, customer_deletes, customer_reads, phone_edits, phone_deletes)

    def is_shown(self, person):
        """At all that are open."""
        return all(len(desk.shows[person.number]) >= person.n_lines for desk in self.is_open)

    def goes_on(self, person):
        way = self.chance.choice(self.WAYS)
        self.n_things += 1
        n_lines = way(self, person, f"thing {self.n_things} of {person.who} <&>")
        person.n_lines += n_lines
        self.counts[way.__name__.replace("_", " ")] += n_lines > 0 or way is Shop.customer_reads

    def opens_or_shuts(self):
        if len(self.is_open) == len(self.desks):
            desk = self.chance.choice(self.desks)
            self.is_open.remove(desk)
            desk.shut()
            self.counts["desks shut"] += 1
        else:
            desk = next(desk for desk in self.desks if desk not in self.is_open)
            desk.open()
            self.is_open.append(desk)

    def look(self):
        for desk in self.is_open:
            desk.look()

    # ---- the cases

    def opening(self):
        """three desks are opened, and the first customers write"""
        self.relay.start()
        for desk in self.desks:
            desk.open()
        for person in self.people:
            self.sim.do(f"add {person.who} +{person.number} {person.who}")
            person.n_lines += self.customer_writes(person, f"hello from {person.who}")
        self.wait_all_shown()

    def wait_all_shown(self):
        def all_shown():
            self.look()
            return all(map(self.is_shown, self.people))
        try:
            wait_until("the same at all desks", all_shown, pause=0.01)
        except Failed:
            raise Failed(self.what_is_missing()) from None

    def what_is_missing(self):
        return "\n# ".join(["the desks do not show the same any more:"] + [
            f"{desk.name} of {person.who}, {len(shows)} lines of {person.n_lines}: {shows[-4:]}"
            for person in self.people if not self.is_shown(person)
            for desk in self.is_open for shows in [desk.shows[person.number]]])

    def hour(self):
        """everybody writes, and one desk after the other is shut and opened again"""
        last, next_shift = time.monotonic(), SHIFT
        while self.n_things < THINGS:
            self.look()
            ready = [person for person in self.people if self.is_shown(person)]
            for person in ready:
                self.goes_on(person)
                last = time.monotonic()
            if self.n_things >= next_shift:
                next_shift += SHIFT
                self.wait_all_shown()
                self.opens_or_shuts()
            if time.monotonic() - last > PATIENCE_S:
                raise Failed(self.what_is_missing())
            time.sleep(0.005)

    def evening(self):
        """the three show the same, and know the same of how far it has come"""
        if len(self.is_open) < len(self.desks):
            self.opens_or_shuts()
        self.wait_all_shown()
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        n_lines = collections.Counter()
        for person in self.people:
            first, *others = [desk.shows[person.number] for desk in self.desks]
            for desk, shows in zip(self.desks[1:], others):
                check(shows == first, self.differ(desk, person))
            n_lines.update(who for who, _ in first)
            self.check_last(person.number)
        print(f"# {self.sim.provider}: {sum(self.counts.values())} things ("
              f"{', '.join(f'{n} {what}' for what, n in sorted(self.counts.items()))}) of {PEOPLE} customers; lines at each of "
              f"three desks: {', '.join(f'{n} {who}' for who, n in sorted(n_lines.items()))}; differences 0")

    def rush(self):
        """all write at once, and each desk shows all of it, what others wrote in one order"""
        before = {person: person.n_lines for person in self.people}
        for n in range(RUSH):
            for person in self.people:
                way = self.chance.choice((self.customer_writes, self.phone_writes, self.desk_answers))
                person.n_lines += way(person, f"rush {n} of {person.who}")
        self.wait_all_shown()
        for person in self.people:
            shows = {desk.name: desk.shows[person.number][before[person]:] for desk in self.desks}
            for one, other in itertools.combinations(shows, 2):
                check(collections.Counter(shows[one]) == collections.Counter(shows[other]),
                      f"{person.who} has other lines at {one} than at {other}: {shows}")
                orders = [[line for line in shows[name] if line[0] not in (one, other)] for name in (one, other)]
                check(orders[0] == orders[1], f"{person.who} has another order at {one} than at {other}: {orders}")
        for desk in self.desks:
            desk.shut()

    def check_last(self, number):
        """How far the last message to them has come is told by all three in the same words."""
        told = {}

        def are_same():
            told.update({desk.name: as_meant(html.unescape(desk.last_message(number))) for desk in self.desks})
            return len(set(told.values())) == 1
        try:
            wait_until("the same", are_same)
        except Failed:
            raise Failed(f"the last message to {number}: {told}") from None

    def differ(self, desk, person):
        pairs = zip(self.desks[0].shows[person.number], desk.shows[person.number])
        n = next((n for n, (one, other) in enumerate(pairs) if one != other), -1)
        return "\n# ".join([f"{person.who} at {desk.name} is not what it is at {self.desks[0].name}, from line {n} on:",
                            *(f"{each.name}: {each.shows[person.number][max(n - 2, 0):n + 6]}" for each in (self.desks[0], desk))])

    def cases(self):
        return [self.opening, self.hour, self.evening, self.rush]

    def end(self):
        for desk in self.desks[:2]:
            if desk.process is not None:
                desk.kill()
        self.desks[2].end()
        self.sim.end()
        self.relay.end()


def main():
    print(f"# SEED={SEED}")
    suite = Suite()
    run_at_both(suite, Shop, Shop.cases)
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
