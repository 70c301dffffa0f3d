# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at random, KILLS times in all, while sixteen connections deliver (every fifth message once more, what was not
acknowledged again and again) and texts leave. What was answered 200 is stored once and shown; for each kill at
most one line is shown a second time; no text is sent twice."""
import collections
import os
import random
import re
import sys
import time

from deliveries import Deliveries
from headless import Headless, check, run_at_both
from sim import Sim
from tap import Suite

KILLS = int(os.environ.get("KILLS", "10")) // 2  # at each provider
CONNECTIONS = 16
PAUSE_S = 0.02  # of each connection between two messages
SEED = int(os.environ.get("SEED", time.time()))


class Storm:
    def __init__(self, provider, directory):
        self.sim = Sim(provider, directory)
        self.host = Headless(self.sim, directory)
        self.chance = random.Random(SEED)
        self.typed = []  # name, text
        self.deliveries = None

    def live_and_die(self, n):
        """Every life types one text to a customer of its own, who wrote before it began."""
        who, number = f"c{n}", f"1303555{n:04}"
        self.sim.do(f"add {who} +{number} {who}")
        self.sim.do(f"{who} says hello")
        if self.host.process is None:
            self.host.start()
        self.host.do("login")
        end = time.monotonic() + self.chance.uniform(0.02, 0.4)
        typed = False
        while time.monotonic() < end:
            if not typed and self.host.shown[number, "RECV", "hello"]:
                typed = True
                self.typed.append((who, number, f"text {n}"))
                self.host.do(f"say {number} text {n}")
            time.sleep(0.002)
        self.host.kill()

    def storm(self):
        """it is killed at random moments"""
        self.host.go_online()
        self.deliveries = Deliveries(self.sim, SEED)
        self.deliveries.start(CONNECTIONS, PAUSE_S)
        for n in range(KILLS):
            self.live_and_die(n)
        self.host.go_online()
        self.deliveries.stop()

    def look(self):
        """nothing is lost, nothing comes twice"""
        self.deliveries.wait_shown(self.host)
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.host.quit()
        n_shown = self.deliveries.check_once(self.host)
        check(max(n_shown) <= 2, "a line is shown three times")
        n_sent, n_waiting, n_typed_again = self.check_typed()
        n_repeated = sum(n_shown) - len(n_shown) + n_typed_again
        check(n_repeated <= KILLS, f"{n_repeated} repeated lines after {KILLS} kills")
        print(f"# {self.sim.provider}: {KILLS} kills, {len(n_shown)} deliveries acknowledged, "
              f"{self.deliveries.n_again} redelivered, {len(self.deliveries.refused)} interrupted, lost 0, stored "
              f"twice 0, {n_repeated} lines shown twice; {len(self.typed)} texts typed, {n_sent} sent, {n_waiting} "
              f"wait for their status, sent twice 0; SEED={SEED}")

    def check_typed(self):
        lines = [re.match("-> (c[0-9]+): (.*)", line) for line in self.sim.said.tail(1 << 30)]
        sent = collections.Counter(line.groups() for line in lines if line)
        kept = collections.Counter(row[0] for row in self.host.query("SELECT text FROM outbox"))
        n_waiting = n_again = 0
        check(not sent or max(sent.values()) == 1, f"sent twice: {sent.most_common(3)}")
        for who, number, text in self.typed:
            shown = self.host.shown[number, "SEND", text]
            check(shown <= 2, f"{text!r} is shown {shown} times")
            check(shown == 0 or sent[who, text] + kept[text] == 1,
                  f"{text!r} is shown, sent {sent[who, text]} times and kept {kept[text]} times")
            n_waiting += kept[text]
            n_again += max(shown - 1, 0)
        return sum(sent.values()), n_waiting, n_again

    def end(self):
        if self.deliveries is not None:
            self.deliveries.give_up()
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


def main():
    suite = Suite()
    run_at_both(suite, Storm, lambda storm: [storm.storm, storm.look])
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
