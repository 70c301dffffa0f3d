# SPDX-License-Identifier: GPL-2.0-or-later
"""Webhooks that never arrive: the user hears of it, and where the provider delivers instead."""
import sys

from deliveries import Deliveries
from headless import Clock, Headless, check, run_at_both, wait_until
from sim import Sim
from tap import Suite

ADA = "12025550101"
NEVER = "No webhook has ever arrived"
SILENT = "A message was accepted two minutes ago"
ELSEWHERE = "http://127.0.0.1:9/other-system"
WRAPPED = r"( |\\n)"  # a blank of a notice, or the end of its line
LABELS = {"360dialog": "360dialog", "meta": "Meta Cloud API"}


class World:
    def __init__(self, provider, directory):
        self.sim = Sim(provider, directory)
        self.clock = Clock(directory)
        self.host = Headless(self.sim, directory, environment=self.clock.environment)
        self.label = LABELS[provider]

    def hears(self, symptom, reason):
        """Within the minutes that a user would wait, told once."""
        whole = f"{symptom}.* {reason}.*Connecting a number".replace(" ", WRAPPED)
        symptom = symptom.replace(" ", WRAPPED)
        before = self.host.count(f"^notice\t.*{symptom}")
        self.clock.set(60)
        wait_until(f"the line {whole!r}", lambda: self.host.count(f"^notice\t.*{whole}"), 20, 0.01)
        self.clock.set()
        check(self.host.count(f"^notice\t.*{symptom}") == before + 1, "it is told twice")

    def log_in_anew(self):
        self.host.do("logout")
        wait_until("the log-off", lambda: self.host.count("^disconnected"), pause=0.005)
        self.host.said.skip()
        self.host.go_online()

    def delivered_elsewhere(self):
        """a number whose webhooks another system has"""
        self.sim.do(f"webhook {ELSEWHERE}")
        self.host.go_online()
        self.hears(NEVER, f"{self.label} delivers them to {ELSEWHERE}: that address must lead to "
                          f"{self.sim.listen}/webhook on this computer")

    def delivered_nowhere(self):
        """a number without a registered address"""
        self.sim.do("webhook")
        self.log_in_anew()
        self.hears(NEVER, f"{self.label} has no address to deliver them to: fill in the account's option "
                          "“Public URL of the webhook”")

    def delivered_for_another(self):
        """a number with whose secret only another's webhooks come"""
        theirs = Deliveries(self.sim, 0)
        own = theirs.body
        theirs.body = lambda *texts: (own(*texts).replace(self.sim.number.strip("+").encode(), b"447700900999")
                                      .replace(self.sim.values["PHONE_NUMBER_ID"].encode(), b"1234"))
        self.log_in_anew()
        theirs.post("not for you")
        if self.sim.provider == "meta":
            self.hears(NEVER, r"A webhook arrives, but for the number \+447700900999, and none for "
                              + self.sim.number.replace("+", r"\+"))
        else:
            wait_until("the line", lambda: self.host.count(
                r"^notice\t.*A webhook for the number \+447700900999 came here".replace(" ", WRAPPED)))

    def late_after_a_send(self):
        """an accepted text without a status, while other webhooks come, faster than its answer"""
        late = "Other webhooks arrive, so it is only late".replace(" ", WRAPPED)
        self.sim.do(f"webhook http://{self.sim.listen}/webhook")
        self.sim.do("ada says good morning")
        wait_until("her message", lambda: self.host.shown[ADA, "RECV", "good morning"], pause=0.005)
        self.sim.do("auto status off")
        self.sim.do("delay next 300")
        self.host.do(f"say {ADA} one moment")
        self.sim.said.expect("^-> ada: one moment")
        self.sim.do("ada says well?")
        wait_until("her message", lambda: self.host.shown[ADA, "RECV", "well?"], pause=0.005)
        self.sim.said.expect("^-> API: read")  # that follows the answer
        self.clock.set(60)
        wait_until("the line", lambda: self.host.count(f"{late}"), 20, 0.01)
        self.clock.set()
        check(not self.host.count("no webhook about it".replace(" ", WRAPPED)), "it is called silence")
        self.sim.do("auto status on")
        self.host.do(f"say {ADA} here I am")
        self.sim.said.expect("^-> ada: here I am")
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")

    def silent_after_a_send(self):
        """an accepted text that no status follows"""
        self.sim.do(f"webhook http://{self.sim.listen}/webhook")
        self.sim.do("ada says hello")
        wait_until("her message", lambda: self.host.shown[ADA, "RECV", "hello"], pause=0.005)
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.sim.do(f"webhook {ELSEWHERE}")
        self.host.do(f"say {ADA} good day")
        self.sim.said.expect("^-> ada: good day")
        self.hears(SILENT, f"{self.label} delivers them to {ELSEWHERE}")

    def end(self):
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


def main():
    suite = Suite()
    run_at_both(suite, World, lambda world: [world.delivered_elsewhere, world.delivered_nowhere, world.delivered_for_another,
                                             world.late_after_a_send, world.silent_after_a_send, world.host.quit])
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
