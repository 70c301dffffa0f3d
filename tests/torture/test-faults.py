# SPDX-License-Identifier: GPL-2.0-or-later
"""The n-th write, sync, open and so on fails, for all n of a scripted run and of a login; the disk is full for a
while, or slow. No 200 without a row, no crash, nothing lost and nothing twice, work goes on within about a second,
and the user is told once. Without COEX_TORTURE only some n are tried, one error for each call, and half of the
cases at each provider."""
import os
import socket
import sys
import tempfile
import time

from deliveries import Deliveries
from headless import ENGINE, LISTENER, WRITER, Headless, can_mount, check, wait_until, why_no_strace
from sim import Sim
from tap import Failed, Suite

ALL = int(os.environ.get("COEX_TORTURE", "1")) > 1
SOME = (1, 3, 12, 30)
ADA = "12025550101"
TOLD = r"^(message|notice)\t(?!.*Not sent).*(Reading or writing|No space is left for|after an error of its disk)"
RECOVERY_S = 1.5 if ALL else 10  # a busy machine; the disk is looked at again after 0.5 s
# while it runs: call, errors, its thread, its file
RUNNING = [
    ("pwrite64", ["EIO", "ENOSPC"], WRITER, "log"),
    ("fdatasync", ["EIO", "ENOSPC"], WRITER, None),
    ("accept4", ["EMFILE", "ENFILE", "ECONNABORTED", "ENOMEM"], LISTENER, None),
    ("recvfrom", ["ECONNRESET", "EIO"], LISTENER, None),
    ("sendmsg", ["EPIPE", "ECONNRESET", "ENOBUFS"], LISTENER, None),
    ("socket", ["EMFILE", "ENFILE", "ENOMEM"], ENGINE, None),
    ("connect", ["ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT"], ENGINE, None),
    ("sendto", ["EPIPE", "ECONNRESET"], ENGINE, None),
    ("recvfrom", ["ECONNRESET", "EIO"], ENGINE, None),
]
# while it logs in: the same for what stands in the database's folder
STARTING = [
    ("openat", ["EMFILE", "EACCES", "ENOSPC", "EIO"]),
    ("pwrite64", ["EIO", "ENOSPC"]),
    ("fdatasync", ["EIO"]),
    ("fsync", ["EIO"]),
    ("pread64", ["EIO"]),
    ("ftruncate", ["EIO"]),
    ("fallocate", ["ENOSPC"]),
    ("mmap", ["ENOMEM"]),
    ("mkdir", ["ENOSPC", "EACCES"]),
    ("fcntl", ["ENOLCK"]),
    ("unlink", ["EIO"]),
]


class Faults:
    def __init__(self, provider, directory):
        self.sim = Sim(provider, directory)
        self.host = Headless(self.sim, directory)
        self.n_faults = 0
        self.slowest = 0.0
        self.sent, self.received = [], []

    def tell(self, *what):
        print(f"# {', '.join(what)}")

    def begin(self):
        """a first login"""
        self.host.go_online()

    # ---- one scripted run: a message comes, another from the phone, and one goes ----

    def customer(self):
        """A customer of its own for what is sent: an unsettled send keeps that conversation waiting."""
        n = len(self.sent)
        who, number = f"c{n}", f"1303555{n:04}"
        self.sim.do(f"add {who} +{number} {who}")
        self.sim.do(f"{who} says hello")
        wait_until("a new customer", lambda: self.host.shown[number, "RECV", "hello"], pause=0.005)
        return who, number

    def fresh_connections(self, name):
        """So that the run makes new ones: whoever keeps one of ours loses it, and a stranger knocks."""
        if name.startswith(("socket", "connect")):
            self.sim.do("down")
            self.sim.do("up")

    def knock(self):
        """A stranger at the door is answered, if need be the next one."""
        host, port = self.sim.listen.split(":")

        def is_answered():
            try:
                with socket.create_connection((host, int(port)), 2) as visitor:
                    visitor.settimeout(2)
                    visitor.sendall(b"POST /webhook HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n")
                    return visitor.recv(100).startswith(b"HTTP/1.1 401")
            except OSError:
                return False
        wait_until("an answer at the door", is_answered, 10, 0.01)

    def script(self, who, number, name):
        self.sim.do(f"ada says in {name}")
        self.sim.do(f"phone to ada: echo {name}")
        self.host.do(f"say {number} out {name}")
        self.received.append(name)
        self.sent.append((who, number, f"out {name}"))

    def is_out(self, number, who, text):
        """The text has been sent, or was given back, or is told to be uncertain."""
        return (self.sim.said.count(f"^-> {who}: {text}$") or
                self.host.count(rf"^message\t[^\t]*\t{number}\t[^\t]*(SYSTEM|ERROR).*{text}"))

    def wait_out(self, who, number, name, is_hurt):
        begin = time.monotonic()
        wait_until(f"in {name}", lambda: self.host.shown[ADA, "RECV", f"in {name}"] or self.host.is_dead(), pause=0.005)
        wait_until(f"echo {name}", lambda: self.host.shown[ADA, "SEND", f"[phone] echo {name}"] or self.host.is_dead(),
                   pause=0.005)
        # an answer that is lost leaves it open whether it is out
        wait_until(f"out {name}", lambda: self.is_out(number, who, f"out {name}") or self.host.is_dead() or is_hurt(),
                   pause=0.005)
        check(not self.host.is_dead(), f"it died: {name}")
        self.slowest = max(self.slowest, time.monotonic() - begin)

    def fail_nth(self, call, error, thread, on, n):
        """FALSE when the run has fewer calls than that."""
        name = f"{call} {n} {error} {thread}"
        who, number = self.customer()
        self.fresh_connections(name)
        self.host.wait_quiet()
        trace = self.host.hurt(thread, call, f"error={error}:when={n}", on)
        try:
            if call == "accept4":
                self.knock()
            self.script(who, number, name)
            self.wait_out(who, number, name, lambda: call in ("sendto", "recvfrom") and thread == ENGINE and
                          trace.count_calls() >= n)
        finally:
            n_calls = trace.detach()
        self.n_faults += n_calls >= n
        return n_calls >= n

    def run_with(self, call, error, thread, on):
        n_faults = 0
        for n in range(1, 1000) if ALL else SOME:
            if not self.fail_nth(call, error, thread, on, n):
                break
            n_faults += 1
        return n_faults

    # ---- logging in ----

    def login_failing(self, call, error, n, profile):
        """FALSE when the login has fewer calls than that. Whatever comes of it, the next one is good."""
        name = f"login {call} {n} {error}"
        with tempfile.NamedTemporaryFile("r") as log:
            paths = [f"{profile}/coex{name}" for name in ("", "/coex.db", "/coex.db-wal", "/coex.db.lock",
                                                          "/coex.db.shown", "/coex.db.head")]
            host = Headless(self.sim, os.path.dirname(profile))
            host.wrapper = ["strace", "-f", "-o", log.name, "-e", f"trace={call}", "-e",
                            f"inject={call}:error={error}:when={n}"] + [f"-P{path}" for path in paths]
            self.sim.do(f"ada says in {name}")
            host.start()
            host.do("login")
            wait_until("an end of the login", lambda: host.n_connected or host.count("^disconnected\t") or
                       host.is_dead(), pause=0.005)
            if not host.n_connected:
                check(not host.is_dead(), f"it died: {name}")
                check(host.count("^disconnected\t.*[.)]\t") == 1, f"the user is told nothing: {name}")
            host.quit()
            n_calls = sum(line.count("(") for line in log)
        host.wrapper = []
        host.go_online()
        wait_until(f"in {name}", lambda: host.shown[ADA, "RECV", f"in {name}"], pause=0.005)
        host.quit()
        check(host.shown[ADA, "RECV", f"in {name}"] == 1, f"shown {host.shown[ADA, 'RECV', name]} times: {name}")
        check(host.query("PRAGMA integrity_check") == [("ok",)], f"the database is damaged: {name}")
        self.n_faults += n_calls >= n
        return n_calls >= n

    def logins_failing(self, call, error):
        n_faults = 0
        for n in range(1, 1000) if ALL else SOME:
            # a new profile each time: everything is made
            with tempfile.TemporaryDirectory() as directory:
                if not self.login_failing(call, error, n, os.path.join(directory, "profile")):
                    break
            n_faults += 1
        return n_faults

    def look(self):
        """after all of it: nothing lost, nothing twice"""
        self.sim.do("sync")
        self.sim.said.expect("^all delivered", 40)
        self.host.quit()
        wait = 0
        for name in self.received:
            for flag, mark, text in (("RECV", "", f"in {name}"), ("SEND", "[phone] ", f"echo {name}")):
                n = self.host.shown[ADA, flag, mark + text]
                check(n == 1, f"{text!r} is shown {n} times")
                n = self.host.query(f"SELECT count(*) FROM messages WHERE text = '{text}'")[0][0]
                check(n == 1, f"{text!r} is stored {n} times")
        for who, number, text in self.sent:
            n = self.sim.said.count(f"^-> {who}: {text}$")
            kept = self.host.query(f"SELECT count(*) FROM outbox WHERE text = '{text}'")[0][0]
            back = self.host.count(rf"^message\t[^\t]*\t{number}\tSYSTEM.*(could not be saved|Not sent).*{text}")
            check(n + kept + bool(back) == 1, f"{text!r} is sent {n} times, kept {kept} times, given back {back} times")
            wait += kept
        check(self.host.query("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
        self.sim.check_complaints()
        print(f"# {self.sim.provider}: {self.n_faults} faults, {2 * len(self.received)} deliveries, {len(self.sent)} "
              f"sends, {wait} of them unsettled; slowest run {self.slowest:.1f} s; lost 0, twice 0, crashes 0")

    def end(self):
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


class Disk:
    """A disk in trouble for a while, under one chat program that sends and receives."""

    def __init__(self, provider, directory, wrapper=()):
        self.sim = Sim(provider, directory)
        self.host = Headless(self.sim, directory, wrapper)
        self.deliveries = Deliveries(self.sim, "disk")
        self.host.go_online()
        self.sim.do("ada says hello")
        wait_until("the first message", lambda: self.host.shown[ADA, "RECV", "hello"], pause=0.005)
        self.host.wait_quiet()

    def suffer(self, trouble, relieve):
        """Deliveries are refused and texts given back; the user is told once; then all is well within a second."""
        trouble()
        refused = [text for text in (f"refused {n}" for n in range(20)) if not self.deliveries.post(text)]
        check(len(refused) >= 15, f"only {len(refused)} of 20 deliveries are refused")
        for n in range(3):
            self.host.do(f"say {ADA} back {n}")
            wait_until("the text comes back", lambda n=n: self.host.count(
                rf"SYSTEM.*Not sent, since it could not be saved: back {n}") == 1, pause=0.005)
        gap = max(self.host.sync() for _ in range(20))
        check(self.host.count(TOLD) == 1, f"the user is told {self.host.count(TOLD)} times")
        begin = time.monotonic()
        relieve()
        wait_until("recovery", lambda: self.deliveries.post("after"), pause=0.02)
        taken = time.monotonic() - begin
        check(taken <= RECOVERY_S, f"it takes {taken:.2f} s to recover")
        for text in refused:
            check(self.deliveries.post(text), "it is still refused")
        self.host.do(f"say {ADA} forth")
        self.sim.said.expect("^-> ada: forth")
        self.deliveries.wait_shown(self.host)
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.host.wait_quiet()
        check(self.host.count(TOLD) == 1, f"the user is told {self.host.count(TOLD)} times in the end")
        self.end_well()
        print(f"# {len(refused)} of 20 refused, told once, again at work after {taken:.2f} s, the main loop waited "
              f"{1000 * gap:.0f} ms at most")

    def end_well(self):
        self.host.quit()
        self.deliveries.check_once(self.host)
        check(self.host.query("SELECT count(*) FROM outbox WHERE text LIKE 'back%'") == [(0,)],
              "a text that was given back waits to be sent")
        check(self.sim.said.count("^-> ada: back") == 0, "a text that was given back was sent")

    def end(self):
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


def with_disk(suite, provider, run, wrapper=None):
    with tempfile.TemporaryDirectory(dir=suite.directory) as directory:
        disk = Disk(provider, directory, wrapper(directory) if wrapper else ())
        try:
            run(disk)
        except Failed:
            print("\n".join("# " + line for line in disk.sim.said.tail(20) + disk.host.witness()))
            raise
        finally:
            disk.end()


def failing_case(suite, provider, call, error):
    def case():
        def run(disk):
            traces = []
            disk.suffer(lambda: traces.append(disk.host.hurt(WRITER, call, f"error={error}:when=1+")),
                        lambda: traces[0].detach())
        with_disk(suite, provider, run)
    case.__doc__ = f"every {call} fails with {error} for a while"
    return case


def own_disk(directory):
    """A disk of 4 MB that only this process and its children see."""
    folder = os.path.join(directory, "profile", "coex")
    os.makedirs(folder, 0o700)
    return ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=4m,mode=700 none "$0" && exec "$@"', folder]


def full_case(suite, provider):
    def case():
        """the disk is full for a while"""
        def run(disk):
            folder = f"/proc/{disk.host.process.pid}/root{os.path.dirname(disk.host.database)}"
            ballast = os.path.join(folder, "ballast")

            def fill():
                with open(ballast, "wb", 0) as heap:
                    try:
                        while True:
                            heap.write(bytes(4096))
                    except OSError:
                        pass
                n = 0
                while disk.deliveries.post(f"filling {n}"):
                    n += 1

            disk.end_well = disk.host.quit  # its files go with it
            disk.suffer(fill, lambda: os.unlink(ballast))
        with_disk(suite, provider, run, own_disk)
    return case


def ghost_case(suite, provider):
    def case():
        """it is killed while no sync succeeds: what was given back or refused does not appear"""
        def run(disk):
            trace = disk.host.hurt(WRITER, "fdatasync", "error=EIO:when=1+")
            disk.host.do(f"say {ADA} back")
            wait_until("the text comes back", lambda: disk.host.count(
                "SYSTEM.*Not sent, since it could not be saved: back") == 1, pause=0.005)
            check(not disk.deliveries.post("refused"), "200 without a sync")
            disk.host.kill()
            trace.detach()
            check(disk.host.query("SELECT count(*) FROM outbox") == [(0,)], "the text waits to be sent")
            disk.host.go_online()
            check(disk.deliveries.post("refused"), "it is refused again")
            disk.deliveries.wait_shown(disk.host)
            disk.sim.do("sync")
            disk.sim.said.expect("^all delivered")
            disk.host.wait_quiet()
            check(disk.host.shown[ADA, "SEND", "back"] == 0, "the text appears")
            disk.end_well()
        with_disk(suite, provider, run)
    return case


def slow_case(suite, provider, ms):
    def case():
        def run(disk):
            trace = disk.host.hurt(WRITER, "fdatasync", f"delay_exit={ms * 1000}")
            begin = time.monotonic()
            disk.deliveries.start(16, 0)
            gap = 0
            while time.monotonic() < begin + 2:
                gap = max(gap, disk.host.sync())
            disk.deliveries.stop()
            n = len(disk.deliveries.acknowledged)
            disk.deliveries.wait_shown(disk.host)
            trace.detach()
            check(gap < 0.25, f"the main loop waited {gap:.2f} s for the disk")
            check(disk.host.count(TOLD) == 0, "a slow disk is no error")
            disk.end_well()
            print(f"# {n} deliveries acknowledged, lost 0, twice 0; the main loop waited {1000 * gap:.0f} ms at most")
        with_disk(suite, provider, run)
    case.__doc__ = f"each sync takes {ms} ms"
    return case


def disk_cases(suite, provider):
    yield failing_case(suite, provider, "pwrite64", "ENOSPC")
    yield failing_case(suite, provider, "pwrite64", "EIO")
    yield failing_case(suite, provider, "fdatasync", "EIO")
    yield ghost_case(suite, provider)
    if can_mount():
        yield full_case(suite, provider)
    yield slow_case(suite, provider, 5)
    yield slow_case(suite, provider, 50)


def starting_cases(faults):
    def case(call, errors):
        def one():
            faults.tell(*(f"{error} at {faults.logins_failing(call, error)} calls" for error in errors))
        one.__doc__ = f"{call} fails at the login"
        return one
    for call, errors in STARTING:
        yield case(call, errors if ALL else errors[:1])


def running_cases(faults):
    def case(call, errors, thread, on):
        def one():
            faults.tell(*(f"{error} at {faults.run_with(call, error, thread, on)} calls" for error in errors))
        one.__doc__ = f"{call} of {thread} fails"
        return one
    for call, errors, thread, on in RUNNING:
        yield case(call, errors if ALL else errors[:1], thread, on)


def main():
    reason = why_no_strace()
    if reason is not None:
        print(f"1..0 # SKIP strace cannot be used here: {reason}")
        return 0
    suite = Suite()
    for provider in ("360dialog", "meta"):
        directory = os.path.join(suite.directory, provider)
        os.mkdir(directory)
        faults = Faults(provider, directory)
        if ALL or provider == "meta":
            suite.run(f"{provider}, a disk", list(disk_cases(suite, provider)), list)
        if ALL or provider == "360dialog":
            suite.run(provider, [faults.begin, *running_cases(faults), faults.look, *starting_cases(faults)],
                      lambda faults=faults: faults.sim.said.tail(30) + faults.host.witness())
        faults.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
