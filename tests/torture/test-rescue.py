# SPDX-License-Identifier: GPL-2.0-or-later
"""A damaged database is carried into a new one at a login whose n-th call on those files fails or is its last. What
waited is there at the next login and leaves once, what was said is known, the old file is kept, and the line about it
is shown. Without COEX_TORTURE only some n are tried."""
import os
import shutil
import sys
import tempfile

from headless import Headless, check, main_with_strace, wait_until
from sim import Sim

ALL = int(os.environ.get("COEX_TORTURE", "1")) > 1
SOME = (1, 2, 4, 9)
USES = 12  # of a customer: WhatsApp takes so many texts to one person in a short time
TOLD = "^(message|notice)\t.*The database was damaged"
FILES = ("", "/coex.db", "/coex.db-wal", "/coex.db.head", "/coex.db.shown", "/coex.db.damaged", "/coex.db.new",
         "/coex.db.new-journal")
CALLS = [
    ("openat", "EIO"),
    ("pread64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("ftruncate", "EIO"),
    ("fdatasync", "EIO"),
    ("fsync", "EIO"),
    ("unlink", "EIO"),
    ("link", "EPERM"),
    ("rename", "EIO"),
]


class Rescue:
    def __init__(self, provider, directory):
        self.sim = Sim(provider, directory)
        self.host = Headless(self.sim, directory)
        self.template = os.path.join(directory, "template")
        self.n_uses = self.n_customers = 0
        self.who = self.number = None

    def cut_off(self):
        """Everything is delivered, and nothing can be sent."""
        self.sim.do("down")
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")

    def fill(self):
        """One message of a customer, and a text that waits; then the database is damaged."""
        self.n_customers += 1
        self.who, self.number = f"c{self.n_customers}", f"1303555{self.n_customers:04}"
        for folder in (self.host.profile, self.template):
            shutil.rmtree(folder, ignore_errors=True)
        self.sim.do("up")
        self.host.go_online()
        self.sim.do(f"add {self.who} +{self.number} {self.who}")
        self.sim.do(f"{self.who} says hello")
        wait_until("the message", lambda: self.host.shown[self.number, "RECV", "hello"], pause=0.005)
        self.host.wait_quiet()
        self.cut_off()
        self.host.do(f"say {self.number} wait for me")
        wait_until("the text", lambda: self.host.shown[self.number, "SEND", "wait for me"], pause=0.005)
        self.host.quit()
        check(self.host.query("SELECT count(*) FROM outbox") == [(1,)], "the text does not wait")
        with open(self.host.database, "r+b") as database:
            database.write(b"x" * 4096)
        shutil.copytree(self.host.profile, self.template)

    def login_hurt(self, call, how, n):
        """FALSE when the login has fewer calls than that."""
        if self.n_uses % USES == 0:
            self.fill()
        self.n_uses += 1
        shutil.rmtree(self.host.profile)
        shutil.copytree(self.template, self.host.profile)
        n_connected, n_failed = self.host.n_connected, self.host.count("^disconnected\t")
        with tempfile.NamedTemporaryFile("r") as log:
            self.host.wrapper = ["strace", "-f", "-o", log.name, "-e", f"trace={call}", "-e",
                                 f"inject={call}:{how}:when={n}"]
            self.host.wrapper += [f"-P{self.host.profile}/coex{name}" for name in FILES]
            self.host.start()
            self.host.do("login")
            wait_until("an end of the login", lambda: self.host.n_connected > n_connected or self.host.is_dead() or
                       self.host.count("^disconnected\t") > n_failed, pause=0.005)
            self.host.wrapper = []
            self.host.do("quit")
            self.host.expect_ended("SIGKILL" in how)
            return sum(line.count("(") for line in log if "resumed>" not in line) >= n

    def count_told(self):
        return self.host.count(TOLD)

    def count_sent(self, text):
        return self.sim.said.count(f"^-> {self.who}: {text}$")

    def look(self, name, n_told):
        """At the next login."""
        n_sent = self.count_sent("wait for me")
        n_said = self.count_sent("there you are")
        self.sim.do("up")
        self.host.go_online()
        wait_until("the text", lambda: self.count_sent("wait for me") > n_sent, pause=0.005)
        wait_until("the line", lambda: self.count_told() > n_told, pause=0.005)
        self.host.do(f"say {self.number} there you are")
        wait_until("the next text", lambda: self.count_sent("there you are") > n_said, pause=0.005)
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.host.wait_quiet()
        self.cut_off()
        self.host.quit()
        n_sent = self.count_sent("wait for me") - n_sent
        check(n_sent == 1, f"the text was sent {n_sent} times: {name}")
        check(self.count_told() <= n_told + 2, f"the line is shown again and again: {name}")
        texts = self.host.query("SELECT text FROM messages ORDER BY id")
        check(texts == [("hello",), ("wait for me",), ("there you are",)], f"{texts} is stored: {name}")
        check(self.host.query("SELECT count(*) FROM outbox") == [(0,)], f"a text waits: {name}")
        check(self.host.query("PRAGMA integrity_check") == [("ok",)], f"the database is damaged: {name}")
        files = os.listdir(os.path.dirname(self.host.database))
        kept = [file for file in files if file.startswith("coex.db.damaged-")]
        check(1 <= len(kept) <= 2, f"{files} are there: {name}")
        check("coex.db.new" not in files and "coex.db.damaged" not in files, f"{files} are there: {name}")

    def hurt(self, call, how):
        n_done = 0
        for n in range(1, 1000) if ALL else SOME:
            n_told = self.count_told()
            if not self.login_hurt(call, how, n):
                break
            n_done += 1
            self.look(f"{call} {n} {how}", n_told)
        return n_done

    def end(self):
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


def cases(world):
    def case(call, error):
        def one():
            n_failed = world.hurt(call, f"error={error}")
            n_killed = world.hurt(call, "signal=SIGKILL")
            print(f"# {error} at {n_failed} calls, killed at {n_killed}; lost 0, sent twice 0")
        one.__doc__ = f"{call} fails, or is the last"
        return one
    for call, error in CALLS:
        yield case(call, error)


if __name__ == "__main__":
    sys.exit(main_with_strace(Rescue, cases))
