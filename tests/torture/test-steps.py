# SPDX-License-Identifier: GPL-2.0-or-later
"""A crash at each step of receiving, of sending and of a broadcast, COEX_TORTURE times each: strace kills the process as one
of its threads enters the system call that begins the step. What was acknowledged is shown, a line is shown at
most twice, nothing is stored twice, nothing is sent twice."""
import os
import sys

from headless import ENGINE, LISTENER, MAIN, WRITER, Headless, check, main_with_strace, wait_until
from sim import Sim

QUEUED = 0  # in the outbox
TIMES = int(os.environ.get("COEX_TORTURE", "1"))
ADA = "12025550101"
KILL = "signal=SIGKILL:when="
# what must come of a text that was typed
GOES = "goes"    # it is on disk, or has reached the API: it arrives
OPEN = "open"    # it may have left: it waits for its status
NEVER = "never"  # it is not on disk: the user was never shown it

# thread, system call, its how manieth, its file, the step
RECEIVING = [
    (LISTENER, "accept4", 1, None, "the connection stands before the door"),
    (LISTENER, "recvfrom", 1, None, "the request is not yet read"),
    (WRITER, "pwrite64", 1, "log", "the delivery is verified, nothing is written"),
    (WRITER, "pwrite64", 2, "log", "the row is torn"),
    (WRITER, "fdatasync", 1, None, "the row is written, not on disk"),
    (WRITER, "write", 1, None, "the row is on disk, nobody knows it"),
    (LISTENER, "sendmsg", 1, None, "before the 200"),
    (LISTENER, "recvfrom", 2, None, "after the 200"),
    (ENGINE, "read", 1, None, "the engine wakes"),
    (ENGINE, "read", 2, None, "the row is read, not parsed"),
    (WRITER, "pwrite64", 13, "log", "in the middle of applying it"),
    (WRITER, "fdatasync", 3, None, "applied, not on disk"),
    (WRITER, "write", 4, None, "applied and on disk, nobody knows it"),
    (ENGINE, "write", 1, None, "before the main loop is told"),
    (MAIN, "read", 1, None, "the main loop wakes"),
    (MAIN, "write", 1, "output", "before the line is shown"),
    (MAIN, "poll,ppoll", 2, None, "shown, and marked so"),
]
SENDING = [
    (MAIN, "read", 1, "input", "the line is not yet read"),
    (ENGINE, "read", 1, None, "typed, the engine wakes"),
    (WRITER, "pwrite64", 1, "log", "nothing of it is written"),
    (WRITER, "pwrite64", 2, "log", "the row is torn"),
    (WRITER, "fdatasync", 1, None, "the row is written, not on disk"),
    (WRITER, "write", 1, None, "it is on disk, nobody knows it"),
    (ENGINE, "write", 1, None, "before the main loop is told"),
    (MAIN, "write", 1, "output", "before the line is shown"),
    (WRITER, "fdatasync", 2, None, "about to send, not on disk"),
    (WRITER, "write", 2, None, "about to send, on disk"),
    (ENGINE, "sendto", 1, None, "before the first byte leaves"),
    (ENGINE, "sendto", 2, None, "the head has left, the body has not"),
    (ENGINE, "recvfrom", 4, None, "the answer is not yet read"),
    (WRITER, "fdatasync", 3, None, "the answer is read, not written down"),
    (WRITER, "fdatasync", 4, None, "while its first status is taken"),
    (ENGINE, "sendto", 3, None, "before the read mark leaves"),
]

BROADCASTING = [
    (WRITER, "fdatasync", 1, None, "it begins, not on disk"),
    (WRITER, "write", 1, None, "its beginning is on disk, nobody knows it"),
    (ENGINE, "rename,renameat,renameat2", 1, None, "it must not go on yet"),
    (WRITER, "fdatasync", 2, None, "the first is about to leave, not on disk"),
    (WRITER, "write", 2, None, "the first is about to leave, on disk"),
    (ENGINE, "sendto", 1, None, "before the first byte leaves"),
    (ENGINE, "sendto", 3, None, "one has left, the next has not"),
    (WRITER, "fdatasync", 5, None, "an answer is read, not written down"),
    (ENGINE, "unlink", 1, None, "the last has left, its end is not written down"),
]
CROWD = ("ada", "b1", "b2", "b3")
TOLD = r"^(notice|message)\t.*(Broadcast of order_update|No broadcast was sent yet)"
RUNS = r"^notice\t.*Broadcast of order_update.*It( |\\n)still( |\\n)runs"
ENDED = r"^notice\t.*The broadcast of order_update.*(is( |\\n)done|was( |\\n)stopped|has( |\\n)ended)"


class Life:
    """One provider's number and one profile that lives through all the crashes."""

    def __init__(self, provider, directory):
        self.sim = Sim(provider, directory)
        self.host = Headless(self.sim, directory)
        self.host.options["recall"] = "0"  # a line is one write, whichever opens the conversation
        self.n_crashes = self.n_tried = self.n_repeated = self.n_people = self.n_broadcasts = 0
        self.sent = []      # handle, text, what must come of it
        self.received = []  # handle, text
        self.started = False

    def begin(self):
        """A first login, so that the profile is no new one."""
        self.started = True
        self.host.go_online()
        self.settle("ada", "good morning")

    def settle(self, who, text):
        self.sim.do(f"{who} says {text}")
        self.host.said.expect(rf"RECV.*\t{text}\t")

    def is_killed(self, step, provoke, is_over):
        """FALSE when all was over and the step had not been reached."""
        thread, call, count, on = step[:4]
        self.host.wait_quiet()
        trace = self.host.hurt(thread, call, KILL + str(count), on)
        try:
            provoke()
            wait_until("the step", lambda: self.host.is_dead() or is_over(), pause=0.005)
            if not self.host.is_dead():
                self.host.wait_quiet()
        finally:
            trace.detach()
        self.host.sync()  # the step may have come in the last moment
        if self.host.is_dead():
            self.host.expect_killed()
            return True
        return False

    def find_fate(self, who, text):
        """By what the crash left behind."""
        state = self.host.query_copy(f"SELECT state FROM outbox WHERE text = '{text}'")
        stored = self.host.query_copy(f"SELECT count(*) FROM messages WHERE text = '{text}'")[0][0]
        if not state and not stored:
            check(self.n_sent(who, text) == 0, f"{text!r} left before it was on disk")
            return NEVER
        return GOES if stored or state[0][0] == QUEUED or self.n_sent(who, text) else OPEN

    def crash_receiving(self, step, n):
        name = step[4]
        self.n_tried += 1
        text = f"in {self.n_tried}.{n} {name}"
        self.host.kill()  # with it goes the provider's kept connection
        self.sim.do("hold")
        self.sim.do(f"ada says {text}")
        self.host.go_online()
        if not self.is_killed(step, lambda: self.sim.do("release"), lambda: self.host.shown[ADA, "RECV", text]):
            # a log that is begun anew has one sync more
            check(step[2] > 1, "the step is never reached")
            self.crash_receiving((*step[:2], step[2] - 1, *step[3:]), n)
            return
        self.host.go_online()
        wait_until("the text after the crash", lambda: self.host.shown[ADA, "RECV", text],
                   pause=0.005)
        self.received.append(text)
        self.n_crashes += 1

    def crash_between_shown_and_marked(self):
        """The one step without a system call: the thread is kept inside of the one before it."""
        self.n_tried += 1
        text = f"in {self.n_tried} between shown and marked"
        self.host.wait_quiet()
        trace = self.host.hurt(MAIN, "write", "delay_exit=2000000:when=1", "output")
        self.sim.do(f"ada says {text}")
        self.host.said.expect(rf"RECV.*\t{text}\t")
        self.host.kill()
        trace.detach()
        self.host.go_online()
        wait_until("the line again", lambda: self.host.shown[ADA, "RECV", text] == 2, pause=0.005)
        self.received.append(text)
        self.n_crashes += 1

    def crash_sending(self, step, n):
        """Each crash has a customer of its own, whom an unsettled send keeps waiting."""
        name = step[4]
        self.n_people += 1
        who, number = f"c{self.n_people}", f"1303555{self.n_people:04}"
        text = f"out {self.n_people}.{n} {name}"
        self.sim.do(f"add {who} +{number} {who}")
        self.settle(who, f"hello from {who}")
        if not self.is_killed(step, lambda: self.host.do(f"say {number} {text}"),
                              lambda: self.sim.said.count(f"^<- {who}: delivered")):
            # two commits that came together were one
            check(step[2] > 1, "the step is never reached")
            self.crash_sending((*step[:2], step[2] - 1, *step[3:]), n)
            return
        fate = self.find_fate(who, text)
        self.host.go_online()
        if fate == GOES:
            wait_until("the text at the customer's", lambda: self.n_sent(who, text), pause=0.005)
            wait_until("the line", lambda: self.host.shown[number, "SEND", text], pause=0.005)
        self.sent.append((who, number, text, fate))
        self.n_crashes += 1

    def order(self, line):
        """Up to the question; FALSE: nobody is left to get it."""
        n_asked = self.host.count("^request\t")
        n_none = self.host.count(r"^message\t.*nobody of “WhatsApp” would get it")
        self.host.do(f"say {ADA} {line}")
        wait_until("the question", lambda: self.host.count("^request\t") > n_asked
                   or self.host.count(r"^message\t.*nobody of “WhatsApp” would get it") > n_none, pause=0.005)
        return self.host.count("^request\t") > n_asked

    def still_runs(self):
        n_told, n_runs = self.host.count(TOLD), self.host.count(RUNS)
        self.host.do(f"say {ADA} /broadcast")
        wait_until("how far it is", lambda: self.host.count(TOLD) > n_told, pause=0.005)
        return self.host.count(RUNS) > n_runs

    def n_got(self, who, code):
        return self.sim.said.count(rf"^-> {who}: \[template order_update en_US\] .*{code}$")

    def crash_broadcast(self, step, n):
        """It goes on, or the same command does; nobody gets it twice."""
        self.n_tried += 1
        code = f"B-{self.n_tried}"
        line = f"/broadcast WhatsApp order_update {{name}} | {code}"
        if self.n_broadcasts == 0:
            for i, who in enumerate(CROWD[1:]):
                self.sim.do(f"add {who} +130355590{i:02} {who}")
                self.settle(who, f"hello from {who}")
        self.n_broadcasts += 1
        self.host.wait_quiet()
        check(self.order(line), "nobody would get it")
        n_ended = self.host.count(ENDED)
        if not self.is_killed(step, lambda: self.host.do("press OK"), lambda: self.host.count(ENDED) > n_ended):
            check(step[2] > 1, "the step is never reached")
            self.crash_broadcast((*step[:2], step[2] - 1, *step[3:]), n)
            return
        self.host.go_online()
        self.host.wait_quiet()
        wait_until("its end", lambda: not self.still_runs(), 60, 0.1)
        if self.order(line):
            n_ended = self.host.count(ENDED)
            self.host.do("press OK")
            wait_until("its end", lambda: self.host.count(ENDED) > n_ended, 60, 0.01)
        n_unclear = self.host.query_copy(f"SELECT count(*) FROM messages WHERE text LIKE '%{code} %' AND state = 6")[0][0]
        wait_until(f"all but {n_unclear} have it", lambda: sum(self.n_got(who, code) for who in CROWD) + n_unclear
                   >= len(CROWD), pause=0.005)
        got = [self.n_got(who, code) for who in CROWD]
        check(max(got) <= 1, f"somebody got it twice: {got}")
        self.n_crashes += 1

    def n_sent(self, who, text):
        return self.sim.said.count(f"^-> {who}: {text}$")

    def look(self):
        """after all of it: nothing lost, nothing twice"""
        self.settle("ada", "the end")
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.host.quit()
        n_sent = n_waiting = 0
        for text in self.received:
            n = self.host.shown[ADA, "RECV", text]
            check(1 <= n <= 2, f"{text!r} is shown {n} times")
            self.n_repeated += n - 1
        for who, number, text, fate in self.sent:
            n = self.n_sent(who, text)
            check(n <= 1, f"{text!r} is sent {n} times")
            check(n == 1 or fate != GOES, f"{text!r} is never sent")
            shown = self.host.shown[number, "SEND", text]
            check(n == 0 or shown >= 1, f"{text!r} is sent and not shown")
            check(shown <= 2, f"{text!r} is shown {shown} times")
            check(fate != NEVER or (n, shown) == (0, 0), f"{text!r} was never taken, and yet it appears")
            self.n_repeated += max(shown - 1, 0)
            n_sent += n
            kept = self.host.query(f"SELECT count(*) FROM outbox WHERE text = '{text}'")[0][0]
            check(shown == 0 or n + kept == 1, f"{text!r} is shown, sent {n} times and kept {kept} times")
            n_waiting += kept
        check(self.n_repeated <= self.n_crashes, "more than one repeated line for a crash")
        twice = self.host.query("SELECT text, count(*) FROM messages WHERE text LIKE 'in %' OR text LIKE 'out %'"
                                " GROUP BY text HAVING count(*) > 1")
        check(not twice, f"stored twice: {twice}")
        check(self.host.query("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
        self.sim.check_complaints()
        print(f"# {self.sim.provider}: {self.n_crashes} crashes at {len(RECEIVING) + 1 + len(BROADCASTING) + len(SENDING)} steps, "
              f"{len(self.received)} deliveries, {len(self.sent)} sends of which {n_sent} arrived and {n_waiting} "
              f"wait for their status, {self.n_repeated} lines shown twice, lost 0, stored twice 0, sent twice 0")

    def cases(self):
        def case(text, run):
            def one():
                if not self.started:
                    self.begin()
                for n in range(TIMES):
                    run(n)
            one.__doc__ = text
            return one
        yield from (case(f"killed while receiving: {step[4]}", lambda n, step=step: self.crash_receiving(step, n))
                    for step in RECEIVING)
        yield case("killed while receiving: shown, and not marked so",
                   lambda n: self.crash_between_shown_and_marked())
        yield from (case(f"killed in a broadcast: {step[4]}", lambda n, step=step: self.crash_broadcast(step, n))
                    for step in BROADCASTING)
        yield from (case(f"killed while sending: {step[4]}", lambda n, step=step: self.crash_sending(step, n))
                    for step in SENDING)
        yield self.look

    def end(self):
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


if __name__ == "__main__":
    sys.exit(main_with_strace(Life, Life.cases))
