# SPDX-License-Identifier: GPL-2.0-or-later
"""Two desks on one number, the relay between, and all of it hurt while customers write and both desks answer: kill -9 of the relay,
of the desks and of all, the network cut or silent on each side of the relay, a disk that takes nothing, a clock that jumps, a key
withdrawn and given back. What was answered 200 is shown at both desks, once, each customer's in order; for each kill of a desk at
most one line of its is shown a second time. What one desk sent the other shows, and nobody sends it twice. Five times each, or
five times COEX_TORTURE."""
import collections
import os
import random
import re
import sys
import time

from deliveries import Deliveries
from gate import Wire
from headless import Clock, Headless, check, run_at_both, wait_until
from relay import PATH, Relay, tenant_of
from sim import BUILD, Sim
from tap import Suite

TIMES = 5 * int(os.environ.get("COEX_TORTURE", "1"))
CUSTOMERS = 6
PAUSE_S = 0.02  # of each between two messages
SEED = int(os.environ.get("SEED", time.time()))
DAY_S = 24 * 60 * 60
KEYS = {"counter": "the-key-of-the-counter-desk", "home": "the-key-of-the-desk-at-home"}


class Customers(Deliveries):
    """Each writes on a connection of its own, and goes on when the last message was acknowledged; now and then the provider brings
    an old one once more."""

    @staticmethod
    def sender(text):
        return f"1202555{4000 + int(text.split()[1])}"

    def _deliver(self, number):
        chance = random.Random(f"{self.seed} {number}")
        connection, n, ok = None, 0, True
        while not self.stopping or not ok:
            text = f"from {number} {n}"
            connection, ok = self._post(connection, text)
            with self.lock:
                (self.acknowledged if ok else self.refused).add(text)
            n += ok
            if ok and chance.random() < 0.2:
                connection, _ = self._post(connection, f"from {number} {chance.randrange(n)}")
                self.n_again += 1
            time.sleep(self.pause_s)
        if connection is not None:
            connection.close()


class Desk(Headless):
    def __init__(self, name, sim, directory, wire):
        os.mkdir(directory)
        super().__init__(sim, directory)
        self.name = name
        self.n_kills, self.is_online = 0, False
        self.options = {"listen": "off", "relay": f"http://127.0.0.1:{wire.port}{PATH}", "relay-key": KEYS[name],
                        "desk-name": name}

    def _take(self, line):
        self.is_online = line.startswith("connected\t") or (self.is_online and not line.startswith("disconnected\t"))
        super()._take(line)

    def die(self):
        self.kill()
        self.is_online = False
        self.n_kills += 1
        self.start()
        self.do("login")

    def in_order(self, number):
        """The numbers of this customer's messages, as they were shown."""
        events = (line.split("\t") for line in self.said.tail(0))
        shown = [event[5] for event in events if event[0] == "message" and event[2] == number and "RECV" in event[3]]
        return [int(text.split()[2]) for text in shown if text.startswith("from ")]


class Storm:
    def __init__(self, provider, directory):
        self.clock = Clock(directory)
        self.relay = Relay(directory, [os.path.join(BUILD, "coex-relay")], self.clock.environment)
        self.provider_wire, self.desk_wire = Wire(self.relay.port), Wire(self.relay.port)
        self.sim = Sim(provider, directory, listen=f"127.0.0.1:{self.provider_wire.port}")
        self.relay.tenant, self.relay.desks = tenant_of(self.sim), dict(KEYS)
        self.desks = [Desk(name, self.sim, os.path.join(directory, name), self.desk_wire) for name in KEYS]
        self.host = self.desks[0]  # who is asked what happened
        self.chance = random.Random(SEED)
        self.customers = Customers(self.sim, SEED)
        self.counts = collections.Counter()
        self.n_people = 0
        self.waiting, self.typed = [], []  # desk, customer, number, text

    # ---- what is done

    def meet(self):
        """Somebody new writes, and will have an answer of one of the desks."""
        who, number = f"c{self.n_people}", f"1303555{self.n_people:04}"
        self.sim.do(f"add {who} +{number} {who}")
        self.sim.do(f"{who} says hello")
        self.waiting.append((self.chance.choice(self.desks), who, number, f"text {self.n_people}"))
        self.n_people += 1

    def type_answers(self):
        """Those that can be typed now; whether all are."""
        for answer in list(self.waiting):
            desk, _, number, text = answer
            if desk.is_online and desk.shown[number, "RECV", "hello"]:
                self.waiting.remove(answer)
                self.typed.append(answer)
                desk.do(f"say {number} {text}")
        return not self.waiting

    def live(self, shortest_s=0.02):
        self.meet()
        end = time.monotonic() + self.chance.uniform(shortest_s, shortest_s + 0.4)
        while time.monotonic() < end:
            self.type_answers()
            time.sleep(0.005)

    def kill_relay(self):
        self.relay.kill()
        self.relay.start()

    def kill_desk(self):
        self.chance.choice(self.desks).die()

    def cut(self, wire):
        wire.down()
        self.live()
        wire.up()

    def fall_silent(self, wire):
        wire.hold()
        self.live()
        wire.release()

    def hurt(self, *ways):
        for _ in range(TIMES):
            self.live()
            what, way = self.chance.choice(ways)
            self.counts[what] += 1
            way()

    # ---- the cases

    def relay_dies(self):
        """the relay is killed again and again"""
        self.relay.start()
        for desk in self.desks:
            desk.go_online()
        self.customers.start(CUSTOMERS, PAUSE_S)
        self.hurt(("kills of the relay", self.kill_relay))

    def desks_die(self):
        """the desks are killed again and again"""
        self.hurt(("kills of a desk", self.kill_desk))

    def network_is_cut(self):
        """the network is cut, or silent, on each side of the relay"""
        for name, wire in ("provider", self.provider_wire), ("desks", self.desk_wire):
            self.hurt((f"cuts to the {name}", lambda wire=wire: self.cut(wire)),
                      (f"silences to the {name}", lambda wire=wire: self.fall_silent(wire)))

    def key_is_withdrawn(self):
        """a key is withdrawn, and given back"""
        home = self.desks[1]
        wait_until("the desk at home", lambda: home.is_online)
        n_told = home.count("refuses the option")
        del self.relay.desks["home"]
        self.relay.reload()
        wait_until("a word about the key", lambda: home.count("refuses the option") > n_told)
        self.live(1)
        self.relay.desks = dict(KEYS)
        self.relay.reload()

    def disk_and_clock(self):
        """the relay's disk takes nothing, and its clock jumps"""
        n_refused = len(self.customers.refused)
        self.relay.fill_disk()
        wait_until("a refusal", lambda: len(self.customers.refused) > n_refused)
        self.live()
        self.relay.make_room()
        for days in 400, -800, 29, 0:
            self.clock.set(ahead_s=days * DAY_S)
            self.live()

    def all_at_once(self):
        """all of it at once"""
        self.hurt(("kills of the relay", self.kill_relay), ("kills of a desk", self.kill_desk),
                  ("cuts to the provider", lambda: self.cut(self.provider_wire)),
                  ("silences to the provider", lambda: self.fall_silent(self.provider_wire)),
                  ("cuts to the desks", lambda: self.cut(self.desk_wire)),
                  ("silences to the desks", lambda: self.fall_silent(self.desk_wire)))

    # ---- what came of it

    def look(self):
        """everything is at both desks, once, and in order"""
        self.customers.stop()
        wait_until("the last answers", self.type_answers)
        for desk in self.desks:
            self.customers.wait_shown(desk)
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        wait_until("the copies", lambda: not self.missing_copies())
        self.customers.post(f"from {CUSTOMERS} 0")  # behind everything
        for desk in self.desks:
            self.customers.wait_shown(desk)
            desk.quit()
        n_again = [self.check_desk(desk) for desk in self.desks]
        kills = ", ".join(f"{n} {what}" for what, n in sorted(self.counts.items()))
        print(f"# {self.sim.provider}: {kills}; {len(self.customers.acknowledged)} deliveries acknowledged, "
              f"{self.customers.n_again} of them brought once more, {len(self.customers.refused)} interrupted; at two desks lost 0, "
              f"stored twice 0, out of order 0; {len(self.sent())} texts sent, sent twice 0, copies lost 0; lines shown twice "
              f"{' and '.join(f'{n} after {desk.n_kills} kills' for n, desk in zip(n_again, self.desks))}; SEED={SEED}")

    def sent(self):
        """Texts that WhatsApp took, as pairs of customer and text; each was taken once."""
        lines = [re.match("-> (c[0-9]+): (.*)", line) for line in self.sim.said.tail(0)]
        sent = collections.Counter(line.groups() for line in lines if line)
        check(not sent or max(sent.values()) == 1, f"sent twice: {sent.most_common(3)}")
        return sent

    def copies(self, at):
        """Texts of the other desk's that WhatsApp took, with how often they are shown here."""
        sent = self.sent()
        return {text: at.shown[number, "SEND", f"[desk {desk.name}] {text}"]
                for desk, who, number, text in self.typed if desk is not at and sent[who, text]}

    def missing_copies(self):
        return [text for desk in self.desks for text, n in self.copies(desk).items() if n == 0]

    def check_desk(self, desk):
        """Gives how many lines were shown a second time."""
        shown = self.customers.check_once(desk)
        check(max(shown) <= 2, "a line is shown three times")
        n_again = sum(shown) - len(shown) + sum(self.copies(desk).values()) - len(self.copies(desk))
        check(n_again <= desk.n_kills, f"{desk.name}: {n_again} repeated lines after {desk.n_kills} kills")
        for number in range(CUSTOMERS + 1):
            numbers = desk.in_order(f"1202555{4000 + number}")
            once = [n for before, n in zip([None, *numbers], numbers) if n != before]
            check(once == list(range(len(once))), f"{desk.name}: customer {number} is not in order: {numbers}")
        sent = self.sent()
        kept = collections.Counter(row[0] for row in desk.query("SELECT text FROM outbox"))
        for typed_at, who, number, text in self.typed:
            if typed_at is desk and desk.shown[number, "SEND", text]:
                check(sent[who, text] + kept[text] == 1, f"{text!r} is sent {sent[who, text]} times, kept {kept[text]}")
        return n_again

    def cases(self):
        return [self.relay_dies, self.desks_die, self.network_is_cut, self.key_is_withdrawn, self.disk_and_clock,
                self.all_at_once, self.look]

    def end(self):
        self.customers.give_up()
        for desk in self.desks:
            if desk.process is not None:
                desk.kill()
        self.provider_wire.end()
        self.desk_wire.end()
        self.sim.end()
        self.relay.end()


def main():
    suite = Suite()
    run_at_both(suite, Storm, Storm.cases)
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
