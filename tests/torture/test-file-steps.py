# SPDX-License-Identifier: GPL-2.0-or-later
"""A crash at each step of a file's way out and in: strace kills the process as it makes its n-th system call of a kind,
until the file has come through before. What was shown as sent leaves once, or its line says that it did not; what came
is there, whole; and no copy or part of a file is left."""
import os
import sys

from headless import EVERYTHING, Headless, check, main_with_strace, wait_until
from sim import Sim

QUEUED = 0   # in the outbox
SIZE = 300000
KILL = "signal=SIGKILL:when="
TIMES = int(os.environ.get("COEX_TORTURE", "1"))
# how manieth, once each step would take too long
COUNTS = range(1, 200) if TIMES > 1 else (1, 2, 3, 5, 8, 13, 21, 34, 55)
OUT = ("openat", "write", "pwrite64", "fdatasync", "pread64", "sendto", "recvfrom", "unlink,unlinkat")
IN = ("openat", "sendto", "recvfrom", "write", "pwrite64", "fdatasync", "renameat,renameat2,rename,linkat",
      "unlink,unlinkat")


class Life:
    """One provider's number and one profile that lives through all the crashes."""

    def __init__(self, provider, directory):
        self.directory = directory
        self.media = os.path.join(directory, "media")
        self.sim = Sim(provider, directory)
        self.host = Headless(self.sim, directory)
        self.host.options.update({"recall": "0", "media-folder": self.media})
        self.n_crashes = self.n_files = 0
        self.sent = []      # handle, name, whether it must arrive
        self.received = []  # name
        self.started = False

    def begin(self):
        """A first login, so that the profile is no new one."""
        self.started = True
        self.host.go_online()
        self.settle("ada", "good morning")

    def settle(self, who, text):
        self.sim.do(f"{who} says {text}")
        self.host.said.expect(rf"RECV.*\t{text}\t")

    def make_file(self, name):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(b"%PDF-1.7\n" + name.encode() * (SIZE // len(name)))
        return path

    def is_killed(self, call, n, provoke, is_over):
        """FALSE when all was over and the step had not been reached."""
        self.host.wait_quiet()
        trace = self.host.hurt(EVERYTHING, call, KILL + str(n))
        try:
            provoke()
            wait_until("the step", lambda: self.host.is_dead() or is_over(), 20, pause=0.005)
            if not self.host.is_dead():
                self.host.wait_quiet()
        finally:
            trace.detach()
        self.host.sync()  # the step may have come in the last moment
        if self.host.is_dead():
            self.host.expect_killed()
            return True
        return False

    # ---- out ----

    def n_sent(self, who, name):
        return self.sim.said.count(f"^-> {who}: .*{name}")

    def must_arrive(self, who, name):
        """By what the crash left behind: on disk, and not about to leave when it came."""
        state = self.host.query_copy(f"SELECT state FROM outbox WHERE text LIKE '%{name}%'")
        stored = self.host.query_copy(f"SELECT count(*) FROM messages WHERE text LIKE '%{name}%'")[0][0]
        if not state and not stored:
            check(self.n_sent(who, name) == 0, f"{name} left before it was on disk")
        return bool(stored) or (bool(state) and state[0][0] == QUEUED)

    def crash_sending(self, call, n):
        """Each crash has a customer of its own. FALSE: the file was through before."""
        self.n_files += 1
        who, number, name = f"c{self.n_files}", f"1303555{self.n_files:04}", f"out-{self.n_files}.pdf"
        path = self.make_file(name)
        self.sim.do(f"add {who} +{number} {who}")
        self.settle(who, f"hello from {who}")
        killed = self.is_killed(call, n, lambda: self.host.do(f"file {number} {path}"),
                                lambda: self.sim.said.count(f"^<- {who}: delivered"))
        self.n_crashes += killed
        arrives = not killed or self.must_arrive(who, name)
        if killed:
            self.host.go_online()
        if arrives:
            wait_until("the file at the customer's", lambda: self.n_sent(who, name), 20, pause=0.005)
        self.sent.append((who, name, arrives))
        return killed

    # ---- in ----

    def n_shown(self, name):
        return self.host.said.count(rf"file://\S*/{name}")

    def crash_receiving(self, call, n):
        self.n_files += 1
        name = f"in-{self.n_files}.pdf"
        path = self.make_file(name)
        self.sim.do("hold")
        self.sim.do(f"ada brings application/pdf {path}")
        killed = self.is_killed(call, n, lambda: self.sim.do("release"), lambda: self.n_shown(name))
        self.n_crashes += killed
        if killed:
            self.host.go_online()
            wait_until("the file after the crash", lambda: self.n_shown(name), 20, pause=0.005)
        self.received.append(name)
        return killed

    # ---- after it ----

    def files_below(self, folder):
        return [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]

    def look(self):
        """after all of it: nothing lost, nothing twice, nothing left over"""
        self.settle("ada", "the end")
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.host.quit()
        self.host.go_online()
        self.host.wait_quiet()
        self.host.quit()
        n_waiting = 0
        for who, name, arrives in self.sent:
            n = self.n_sent(who, name)
            check(n <= 1, f"{name} is sent {n} times")
            check(n == 1 or not arrives, f"{name} is never sent")
        for name in self.received:
            check(1 <= self.n_shown(name) <= 3, f"{name} is shown {self.n_shown(name)} times")
        found = self.files_below(self.media)
        check(len(found) == len(self.received), f"{len(self.received)} files came, there are {found}")
        for path in found:
            check(os.path.basename(path) in self.received, f"{path} is left over")
            with open(path, "rb") as file, open(os.path.join(self.directory, os.path.basename(path)), "rb") as theirs:
                check(file.read() == theirs.read(), f"{path} is not what was sent")
        kept = {row[0] for row in self.host.query("SELECT file FROM outbox WHERE file IS NOT NULL")}
        outgoing = os.path.join(self.host.profile, "coex", "outgoing")
        for path in self.files_below(outgoing):
            check(os.path.basename(path) in kept, f"{path} is left over")
            n_waiting += 1
        check(self.host.query("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
        self.sim.check_complaints()
        print(f"# {self.sim.provider}: {self.n_crashes} crashes, {len(self.sent)} files out, of which {n_waiting} wait "
              f"for their status, {len(self.received)} in")

    def cases(self):
        def case(text, run, call):
            def one():
                if not self.started:
                    self.begin()
                n_before = self.n_crashes
                for n in COUNTS:
                    if not run(call, n):
                        break
                check(self.n_crashes > n_before, "the step is never reached")
            one.__doc__ = text
            return one
        yield from (case(f"killed at each {call} while a file leaves", self.crash_sending, call) for call in OUT)
        yield from (case(f"killed at each {call} while a file comes", self.crash_receiving, call) for call in IN)
        yield self.look

    def end(self):
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


if __name__ == "__main__":
    sys.exit(main_with_strace(Life, Life.cases))
