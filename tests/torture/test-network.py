# SPDX-License-Identifier: GPL-2.0-or-later
"""The network and WhatsApp at their worst: answers that leave it open whether a text was sent, hours of refusals,
an API that is away, a clock that jumps. Timers run 60 times as fast where that saves waiting."""
import collections
import os
import re
import signal
import socket
import statistics
import sys
import time

from deliveries import Deliveries
from gate import GARBAGE, Gate, error_object, http
from headless import WRITER, Clock, Headless, can_mount, check, run_at_both, wait_until, why_no_strace
from sim import Sim
from tap import Suite

ALL = int(os.environ.get("COEX_TORTURE", "1")) > 1
ADA = "12025550101"
RATE = 60
STORM_RATE = 20  # at full speed a busy machine's answers come too late
PACED_EACH = 40 if ALL else 10  # texts to each of 25: a thousand take 50 s
JPEG = b"\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03"
STORM_S = 600 if ALL else 120  # of simulated time
CONFIRM_S = 120
LOGOUT_S = 0.2 if ALL else 5  # a busy machine; what it must not wait for takes half a minute
GAP_S = 0.5 if ALL else 5  # a busy machine; the name server keeps one waiting for half a minute
DAY_S = 24 * 60 * 60

# answers after which nobody knows
AMBIGUOUS = {
    "closes": "close",
    "resets": "reset",
    "cuts its answer": "partial",
    "is silent": "silence",
    "answers 504": http(504, b"<html>Gateway Timeout</html>"),
    "answers 500 with nothing": http(500, b""),
    "answers 200 with garbage": http(200, GARBAGE),
    "answers 200 without an id": http(200, b'{"messaging_product":"whatsapp"}'),
}
# refusals that say it was not sent
STORMS = {
    "130429": http(429, error_object(130429)),
    "80007": http(400, error_object(80007)),
    "131016 with 503": http(503, error_object(131016)),
    "429 without a word": http(429, b""),
    "131056": http(400, error_object(131056)),
}


class World:
    def __init__(self, provider, directory):
        self.sim = Sim(provider, directory)
        self.gate = Gate(self.sim.values["API_URL"])
        self.directory = directory
        self.clock = Clock(directory)
        self.host = Headless(self.sim, directory, environment=self.clock.environment)
        self.host.options = {"api-url": self.gate.url}
        self.n_people = self.n_texts = self.n_files = 0

    def people(self, n):
        """Customers whose window is open: handle and number."""
        people = []
        for _ in range(n):
            who, number = f"c{self.n_people}", f"1303555{self.n_people:04}"
            self.n_people += 1
            self.sim.do(f"add {who} +{number} {who}")
            self.sim.do(f"{who} says hello")
            people.append((who, number))
        for who, number in people:
            wait_until("a customer", lambda number=number: self.host.shown[number, "RECV", "hello"], pause=0.005)
        return people

    def text(self, what):
        self.n_texts += 1
        return f"{what} {self.n_texts}"

    def n_sent(self, who, text):
        return self.sim.said.count(f"^-> {who}: {text}$")

    def n_unconfirmed(self, number, text):
        return self.host.count(rf"^message\t[^\t]*\t{number}\t.*{text}.*has not confirmed")

    def wait_sent(self, who, text, timeout=25):
        wait_until(f"{text!r} at {who}'s", lambda: self.n_sent(who, text), timeout, 0.005)

    def begin(self):
        """a first login"""
        self.host.go_online()
        self.host.wait_quiet()

    def end_well(self):
        """after all of it: every text went once or is told to be open"""
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.host.quit()
        check(self.host.query("SELECT count(*) FROM outbox WHERE state NOT IN (5, 6)") == [(0,)], "a text still waits")
        sent = collections.Counter(line for line in self.sim.said.tail(1 << 30) if re.match("-> c[0-9]+: ", line))
        check(max(sent.values()) == 1, f"sent twice: {sent.most_common(3)}")
        self.sim.said.skip()
        self.sim.do("complaints")
        # many times as fast is too fast for a number
        self.sim.said.expect("^(no complaints|send: more than 20 messages within one second)$")
        check(self.sim.said.count("^send: (?!more than 20)") == 0, "the API complains")
        print(f"# {self.sim.provider}: {self.n_texts} texts, {len(sent)} sent, none twice")

    # ---- an answer that leaves it open ----

    def type_three(self, way, accepts):
        """One whose answer is lost, one behind it, one to somebody else."""
        (who, number), (other, other_number) = self.people(2)
        first, behind, aside = self.text("open"), self.text("behind"), self.text("aside")
        self.gate.answer(way, accepts)
        self.host.do(f"say {number} {first}")
        wait_until("the request", lambda: self.gate.count(first), pause=0.002)
        begin = time.monotonic()
        self.gate.answer("pass")
        self.host.do(f"say {number} {behind}")
        self.host.do(f"say {other_number} {aside}")
        self.wait_sent(other, aside)
        return who, number, first, behind, begin

    def ambiguous_accepted(self, way):
        """Its status settles it long before the wait is over."""
        self.clock.set(RATE if way == "silence" else 1)
        who, number, first, behind, _ = self.type_three(way, True)
        self.clock.set()
        self.wait_sent(who, behind)
        check((self.n_sent(who, first), self.gate.count(first)) == (1, 1), "it is sent again")
        check(self.n_unconfirmed(number, first) == 0, "it is told to be open although its status came")

    def ambiguous_lost(self, way):
        """It is open for two minutes, holds up this chat alone, is told once and never sent again by itself."""
        self.clock.set(RATE)
        who, number, first, behind, begin = self.type_three(way, False)
        wait_until("the line that nobody knows", lambda: self.n_unconfirmed(number, first), pause=0.005)
        waited_s = (time.monotonic() - begin) * RATE
        check(waited_s >= CONFIRM_S * 0.9, f"given up after {waited_s:.0f} s")
        self.wait_sent(who, behind)
        held_s = (self.gate.times(behind)[0] - begin) * RATE
        check(held_s >= CONFIRM_S * 0.9, f"the one behind went after {held_s:.0f} s")
        self.clock.set()
        self.host.sync()
        check(self.n_unconfirmed(number, first) == 1, "told more than once")
        check((self.n_sent(who, first), self.gate.count(first)) == (0, 1), "it is sent again by itself")
        self.host.do(f"say {number} /resend")
        self.wait_sent(who, first)
        check((self.n_sent(who, first), self.gate.count(first)) == (1, 2), "it is not sent again once")

    def ambiguous_deaf(self):
        """while no webhook arrives at all, an open text waits longer for its status"""
        (who, number), = self.people(1)
        first, behind = self.text("deaf"), self.text("behind")
        self.host.quit()
        self.sim.do("hold")
        self.host.go_online()
        self.gate.answer("close", True)
        self.host.do(f"say {number} {first}")
        wait_until("the request", lambda: self.gate.count(first), pause=0.002)
        self.gate.answer("pass")
        self.host.do(f"say {number} {behind}")
        self.clock.set(RATE)
        begin = time.monotonic()
        wait_until("three minutes", lambda: time.monotonic() > begin + 1.5 * CONFIRM_S / RATE, pause=0.01)
        self.clock.set()
        self.host.sync()
        check(self.n_unconfirmed(number, first) == 0, "given up although nothing can confirm it")
        check(self.gate.count(behind) == 0, "the one behind did not wait")
        self.sim.do("release")
        self.wait_sent(who, behind)
        check((self.n_sent(who, first), self.n_unconfirmed(number, first)) == (1, 0), "not settled by its status")

    def closes_when_idle(self):
        """the API closes each connection after its answer: every text goes at once, and once"""
        (who, number), = self.people(1)
        self.gate.answer("part")
        texts = [self.text("idle") for _ in range(5)]
        for text in texts:
            self.host.wait_quiet()
            self.host.do(f"say {number} {text}")
            self.wait_sent(who, text, 5)
        self.gate.answer("pass")
        self.host.sync()
        check([self.gate.count(text) for text in texts] == [1] * len(texts), "one went more than once")
        check(self.host.count(rf"^message\t[^\t]*\t{number}\t[^\t]*(SYSTEM|ERROR).*idle") == 0, "the user is told of it")

    # ---- an answer that cannot be written down ----

    def answered_on_bad_disk(self, way, what_must_be):
        """The answer comes while nothing can be written; then the disk is well again."""
        (who, number), = self.people(1)
        text = self.text("unwritten")
        self.host.wait_quiet()
        self.gate.hold()
        self.gate.answer(way)
        self.host.do(f"say {number} {text}")
        wait_until("the request", lambda: self.gate.count(text), pause=0.002)
        trace = self.host.hurt(WRITER, "fdatasync", "error=EIO:when=1+")
        self.gate.release()
        wait_until("a failure of the disk", trace.count_calls, pause=0.005)
        self.gate.answer("pass")
        trace.detach()
        wait_until("what must be", lambda: what_must_be(who, number, text), 10, 0.005)

    def refused_on_bad_disk(self):
        """a refusal is not written down: it is repeated all the same"""
        self.answered_on_bad_disk(http(429, error_object(130429)), lambda who, number, text: self.n_sent(who, text))

    def failed_on_bad_disk(self):
        """a failure is not written down: the user is told all the same"""
        def is_told(_, number, text):
            return self.host.count(rf"^message\t[^\t]*\t{number}\t[A-Z|]*ERROR.*{text}.*131026") == 1
        self.answered_on_bad_disk(http(400, error_object(131026)), is_told)

    # ---- for ten minutes ----

    def type_to_all(self, people, n_each):
        texts = {}
        for who, number in people:
            texts[who] = [self.text(f"storm-{who}") for _ in range(n_each)]
            for text in texts[who]:
                self.host.do(f"say {number} {text}")
        return texts

    def wait_all_sent(self, texts):
        for who, own in texts.items():
            for text in own:
                self.wait_sent(who, text, 60)
        for who, own in texts.items():
            lines = [line.split(": ", 1)[1] for line in self.sim.said.tail(1 << 30) if line.startswith(f"-> {who}: ")]
            check([line for line in lines if line in own] == own, f"{who}'s are out of order or twice: {lines}")

    def check_told_once(self, people):
        """While it lasts: once it is over, a slow answer at twenty times the speed is a long one."""
        self.host.sync()
        line = "(Waiting for WhatsApp|waits? for (their|its) turn)"
        told = [self.host.count(rf"^message\t[^\t]*\t{number}\t.*{line}") for _, number in people]
        check(set(told) == {1}, f"the users are told {told} times")

    def storm(self, name, way):
        people = self.people(10)
        self.host.wait_quiet()
        self.gate.answer(way)
        n_before = len(self.gate.times())
        self.clock.set(STORM_RATE)
        texts = self.type_to_all(people, 3)
        begin = time.monotonic()
        wait_until("its end", lambda: time.monotonic() > begin + STORM_S / STORM_RATE, pause=0.1)
        tries = self.gate.times()[n_before:]
        self.check_told_once(people)
        self.gate.answer("pass")
        self.wait_all_sent(texts)
        self.clock.set()
        n_most = max(sum(moment <= other < moment + 10 / STORM_RATE for other in tries) for moment in tries)
        if name != "131056":
            check(n_most <= 12, f"{n_most} tries in ten seconds")
        check(len(tries) <= STORM_S, f"{len(tries)} tries in {STORM_S} s")
        print(f"# {name}: {len(tries)} tries in {STORM_S} s, at most {n_most} within ten seconds; "
              f"{sum(map(len, texts.values()))} texts, all sent once and in order")

    def mixed_storm(self, name, way):
        """Texts, files, templates and reactions together: each once, in its order."""
        people = self.people(5)
        self.host.wait_quiet()
        self.gate.answer(way)
        self.clock.set(STORM_RATE)
        expected = {}
        for who, number in people:
            expected[who] = self.send_mixed(who, number)
        begin = time.monotonic()
        wait_until("its end", lambda: time.monotonic() > begin + STORM_S / STORM_RATE, pause=0.1)
        check(all(self.n_sent(who, line) == 0 for who, own in expected.items() for line in own), "something went")
        self.gate.answer("pass")
        self.wait_all_sent(expected)
        self.clock.set()
        print(f"# {name}: {sum(map(len, expected.values()))} of all kinds, all sent once and in order")

    def send_mixed(self, who, number):
        """Gives what the number says when they arrive."""
        first, last = self.text(f"mixed-{who}"), self.text(f"mixed-{who}")
        self.n_files += 1
        size = 5000 + self.n_files
        path = os.path.join(self.directory, f"photo-{self.n_files}.jpg")
        with open(path, "wb") as photo:
            photo.write(JPEG.ljust(size, b"x"))
        self.host.do(f"say {number} {first}")
        self.host.do(f"file {number} {path}")
        n_before = self.host.count(rf"^request\t[^\t]*\t{number}\t")
        self.host.do(f"say {number} /template order_update {who} | A-{self.n_files}")
        wait_until("the template", lambda: self.host.count(rf"^request\t[^\t]*\t{number}\t") > n_before, pause=0.005)
        self.host.do("press Send")
        self.host.do(f"say {number} /react last 👍")
        self.host.do(f"say {number} {last}")
        return [first, f"image image/jpeg {size}", f"[template order_update en_US] {who} | A-{self.n_files}",
                "reaction 👍", last]

    # ---- the pace ----

    def pace_of_number(self):
        """many texts leave as fast as WhatsApp lets them, and no faster"""
        people = self.people(25)
        self.host.wait_quiet()
        n_before = len(self.gate.times())
        texts = self.type_to_all(people, PACED_EACH)
        n_texts = len(people) * PACED_EACH
        wait_until("all of them", lambda: len(self.gate.times()) >= n_before + n_texts, 60 + n_texts / 20, 0.05)
        self.wait_all_sent(texts)
        times = self.gate.times()[n_before:]
        taken_s = times[-1] - times[0]
        # A busy machine takes half a second from one to the other: the first of them comes late, and the last seems early.
        least_s = min(later - earlier for earlier, later in zip(times, times[40:]))
        check(len(times) == n_texts, f"{len(times)} sends")
        check((n_texts - 1) / 20 - 1 <= taken_s <= (n_texts - 1) / 20 * 2, f"{n_texts} took {taken_s:.1f} s")
        check(least_s >= 1.5, f"41 within {least_s:.2f} s")
        print(f"# {n_texts} in {taken_s:.1f} s, 40 after another in {least_s:.2f} s at least")

    def token_dies(self):
        """in the middle of a queue: what is left waits, and goes once the access is good again"""
        people = self.people(5)
        self.host.wait_quiet()
        n_before = len(self.gate.times())
        texts = self.type_to_all(people, 6)
        wait_until("some of them", lambda: len(self.gate.times()) >= n_before + 8, pause=0.005)
        self.sim.do("revoke")
        wait_until("the line", lambda: self.host.count(r"^[a-z]*\t.*Nothing can be sent"), pause=0.005)
        sent = sum(self.n_sent(who, text) for who, own in texts.items() for text in own)
        check(0 < sent < 30, f"{sent} went")
        self.sim.do("restore")
        who, number = people[0]
        texts[who].append(self.text("asks again"))
        self.host.do(f"say {number} {texts[who][-1]}")
        self.wait_all_sent(texts)

    def away(self):
        """the API is away for a while"""
        people = self.people(10)
        self.host.wait_quiet()
        n_before = self.host.count("^disconnected\t")
        self.gate.down()
        self.clock.set(STORM_RATE)
        texts = self.type_to_all(people, 3)
        begin = time.monotonic()
        wait_until("its end", lambda: time.monotonic() > begin + STORM_S / STORM_RATE, pause=0.1)
        check(not self.host.is_dead(), "it died")
        self.sim.do("ada says still there?")
        wait_until("a message meanwhile", lambda: self.host.shown[ADA, "RECV", "still there?"], pause=0.005)
        self.check_told_once(people)
        self.gate.up()
        begin = time.monotonic()
        self.wait_all_sent(texts)
        taken_s = (time.monotonic() - begin) * STORM_RATE
        self.clock.set()
        check(self.host.count("^disconnected\t") == n_before, "the account went off")
        print(f"# all {sum(map(len, texts.values()))} texts are out {taken_s:.0f} s after the return")

    def mute_errors(self):
        """503 without a word for a while: each text is tried once and told to be open"""
        people = self.people(5)
        n_each = 5 if ALL else 1
        self.host.wait_quiet()
        self.gate.answer(http(503, b"<html>Service Unavailable</html>"))
        self.clock.set(RATE)
        texts = self.type_to_all(people, n_each)
        for who, number in people:
            for text in texts[who]:
                wait_until("the line that nobody knows", lambda number=number, text=text: self.n_unconfirmed(
                    number, text), 60, 0.01)
        self.gate.answer("pass")
        self.clock.set()
        self.host.sync()
        for who, number in people:
            for text in texts[who]:
                check((self.gate.count(text), self.n_unconfirmed(number, text)) == (1, 1), f"{text!r} is tried again")

    def garbage(self):
        """the API answers garbage at the login: receiving goes on, and sending when it is over"""
        (who, number), = self.people(1)
        self.host.quit()
        self.gate.answer(http(200, GARBAGE), everything=True)
        self.host.go_online()
        self.sim.do("ada says in spite of it")
        wait_until("a message", lambda: self.host.shown[ADA, "RECV", "in spite of it"], pause=0.005)
        self.gate.answer("pass")
        text = self.text("afterwards")
        self.host.do(f"say {number} {text}")
        self.wait_sent(who, text)

    def no_name(self):
        """the API's name is not found: receiving goes on, and sending at the next login"""
        (who, number), = self.people(1)
        self.host.quit()
        self.host.options["api-url"] = "https://graph.invalid"
        self.host.go_online()
        text = self.text("no name")
        self.host.do(f"say {number} {text}")
        self.sim.do("ada says who is it?")
        wait_until("a message", lambda: self.host.shown[ADA, "RECV", "who is it?"], pause=0.005)
        gap = max(self.host.sync() for _ in range(50))
        check(gap < GAP_S, f"the main loop waited {gap:.2f} s")
        wait_until("the line", lambda: self.host.shown[number, "SEND", text], pause=0.005)
        self.host.quit()
        self.host.options["api-url"] = self.gate.url
        self.host.go_online()
        self.wait_sent(who, text)

    def silent_resolver(self):
        """the name server says nothing: nothing waits for it"""
        (who, number), = self.people(1)
        self.host.quit()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.153", 53))
            server.settimeout(20)
            path = os.path.join(self.directory, "resolv.conf")
            with open(path, "w", encoding="utf-8") as settings:
                settings.write("nameserver 127.0.0.153\noptions timeout:30\n")
            self.host.wrapper = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"',
                                 path]
            self.host.options["api-url"] = "https://graph.example"
            self.host.start()
            self.host.do("login")
            server.recv(512)
            gap = max(self.host.sync() for _ in range(50))
            taken = [self.host.log_off()]
            self.clock.set(RATE)
            self.host.go_online()
            self.clock.set()
            text = self.text("no answer")
            self.host.do(f"say {number} {text}")
            wait_until("the line", lambda: self.host.shown[number, "SEND", text], pause=0.005)
            self.sim.do("ada says who knows?")
            wait_until("a message", lambda: self.host.shown[ADA, "RECV", "who knows?"], pause=0.005)
            taken.append(self.host.log_off())
            self.host.quit()
        self.host.wrapper = []
        self.host.options["api-url"] = self.gate.url
        self.host.go_online()
        self.wait_sent(who, text)
        check(gap < GAP_S, f"the main loop waited {gap:.2f} s")
        check(min(taken) <= LOGOUT_S, f"the logouts took {taken} s")

    def logs_off(self):
        """it logs off at once whatever is under way, and nothing is lost or comes twice"""
        (who, number), = self.people(1)
        deliveries = Deliveries(self.sim, "off")
        deliveries.start(4, 0.005 if ALL else 0.02)
        taken, sent = [], []
        for n in range(5 if ALL else 3):
            big = [f"big {n}.{i} {'x' * 1000}" for i in range(2500 if ALL else 800)]
            text = self.text("leaving")
            self.gate.answer("silence", True)
            self.host.do(f"say {number} {text}")
            wait_until("the request", lambda text=text: self.gate.count(text), pause=0.002)
            self.gate.answer("pass")
            check(deliveries.post(*big), "a large delivery is refused")
            taken.append(self.host.log_off())
            self.host.go_online()
            sent.append((text, big))
        deliveries.stop()
        deliveries.wait_shown(self.host)
        for text, big in sent:
            self.wait_sent(who, text)
            sender = deliveries.sender(big[0])
            wait_until("the large delivery", lambda sender=sender, big=big: self.host.shown[sender, "RECV", big[-1]], 60)
            check(all(self.host.shown[sender, "RECV", each] == 1 for each in big), "a line is missing or twice")
            check((self.n_sent(who, text), self.host.shown[number, "SEND", text]) == (1, 1), f"{text!r} is not one")
        again = [text for text in deliveries.acknowledged if self.host.shown[deliveries.sender(text), "RECV", text] != 1]
        check(not again, f"missing or shown twice: {again[:3]}")
        # the one in the middle, since the machine may be busy
        check(statistics.median(taken) <= LOGOUT_S, f"the logouts took {taken} s")
        print(f"# {len(deliveries.acknowledged) + sum(len(big) for _, big in sent)} messages; the logouts took "
              f"{', '.join(f'{1000 * each:.0f}' for each in taken)} ms")

    def suspend(self):
        """the machine sleeps for eight hours: all goes on within seconds"""
        (who, number), (other, other_number) = self.people(2)
        text = self.text("before")
        self.host.do(f"say {number} {text}")
        self.wait_sent(who, text)
        self.host.wait_quiet()
        process, n_before = self.host.process, self.host.count("^disconnected\t")
        n_notices = self.host.count(r"^notice\t.*clock")
        process.send_signal(signal.SIGSTOP)
        self.gate.down()
        self.gate.up()
        self.clock.set(slept_s=8 * 60 * 60)
        self.sim.do("clock +8h")
        self.sim.do(f"{other} says good morning")
        process.send_signal(signal.SIGCONT)
        for to, at in ((who, number), (other, other_number)):
            text = self.text("after")
            self.host.do(f"say {at} {text}")
            self.wait_sent(to, text, 10)
        wait_until("a message", lambda: self.host.shown[other_number, "RECV", "good morning"], 10, 0.005)
        check(self.host.count("^disconnected\t") == n_before, "the account went off")
        check(self.host.count(r"^notice\t.*clock") == n_notices, "its clock seems to be wrong")

    def jump(self, ahead_s):
        people = self.people(2)
        self.host.wait_quiet()
        n_requests = self.host.count("^request\t")
        self.clock.set(1, ahead_s)
        # one who wrote before the jump, one who writes after it
        self.sim.do(f"{people[1][0]} says what time is it?")
        wait_until("a message", lambda: self.host.shown[people[1][1], "RECV", "what time is it?"], pause=0.005)
        for who, number in people:
            text = self.text("late or early")
            self.host.do(f"say {number} {text}")
            self.wait_sent(who, text, 5)
        # nor does a retry wait for the old time to come again
        self.gate.answer(http(429, error_object(130429)))
        text = self.text("again")
        self.host.do(f"say {people[0][1]} {text}")
        wait_until("a refusal", lambda: self.gate.count(text), pause=0.005)
        self.clock.set()
        self.gate.answer("pass")
        self.wait_sent(people[0][0], text, 5)
        check(self.host.count("^request\t") == n_requests, "a window seemed to be closed")

    def end(self):
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()
        self.gate.end()


def cases(world):
    def case(text, run, *arguments):
        def one():
            run(*arguments)
        one.__doc__ = text
        return one
    some = list(AMBIGUOUS) if ALL else list(AMBIGUOUS)[3 * (world.sim.provider == "meta")::4]
    yield world.begin
    for name in some:
        yield case(f"the API takes a text and {name}", world.ambiguous_accepted, AMBIGUOUS[name])
        yield case(f"the API does not take a text and {name}", world.ambiguous_lost, AMBIGUOUS[name])
    if ALL or world.sim.provider == "360dialog":
        yield world.ambiguous_deaf
        yield world.closes_when_idle
    if why_no_strace() is None:
        yield world.refused_on_bad_disk
        yield world.failed_on_bad_disk
    if ALL or world.sim.provider == "meta":
        for name, way in STORMS.items():
            if ALL or name in ("130429", "131056"):
                yield case(f"{STORM_S} s of {name}", world.storm, name, way)
    for name in ALL and STORMS or (["80007"] if world.sim.provider == "360dialog" else ["131016 with 503"]):
        yield case(f"{STORM_S} s of {name} for all kinds", world.mixed_storm, name, STORMS[name])
    if ALL or world.sim.provider == "360dialog":
        yield world.pace_of_number
    yield world.token_dies
    if ALL or world.sim.provider == "360dialog":
        yield world.away
        yield world.mute_errors
    yield world.garbage
    yield world.no_name
    if can_mount() and (ALL or world.sim.provider == "meta"):
        yield world.silent_resolver
    if ALL or world.sim.provider == "meta":
        yield world.logs_off
    for days in (1, -1, 400, -400) if ALL else (1, -400):
        yield case(f"the clock jumps {days} days", world.jump, days * DAY_S)
    yield world.suspend
    yield world.end_well


def main():
    suite = Suite()
    run_at_both(suite, World, cases)
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
