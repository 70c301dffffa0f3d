# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real libpurple without a screen, as a process that is hurt from outside: strace attaches to
one of its threads, or to all, and kills it, or fails or delays its n-th system call."""
import collections
import contextlib
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

from sim import BUILD, PLUGIN  # noqa: E402  (found only now)
from tap import Failed, Lines, Suite, check, wait_until  # noqa: E402

MAIN, ENGINE, WRITER, LISTENER = "coex-headless", "coex-engine", "coex-writer", "coex-listener"
EVERYTHING = None  # all threads


class Trace:
    """strace attached to a process; detach() lets the process go on unhurt and gives the number of calls seen."""

    def __init__(self, target, options):
        self.log = tempfile.NamedTemporaryFile("r", prefix="strace-")
        self.process = subprocess.Popen(["strace", "-o", self.log.name] + options + target,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said = self.process.stderr.readline()
        if "attached" not in self.said:
            self.detach()
            raise Failed(f"strace: {self.said.strip()}")

    def count_calls(self):
        """Those seen so far."""
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return sum("(" in line and "resumed>" not in line for line in log)

    def detach(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.stderr.read()
        self.process.wait()
        self.process.stderr.close()
        with self.log:
            return self.count_calls()


def why_no_strace():
    """None where one may trace one's own children, else what stands in the way."""
    child = subprocess.Popen(["sleep", "60"])
    try:
        Trace(["-p", str(child.pid)], ["-e", "trace=none", "-e", "inject=close:error=EIO:when=9"]).detach()
    except (OSError, Failed) as error:
        return str(error)
    finally:
        child.kill()
        child.wait()
    return None


def can_mount():
    """Whether a program can have mounts of its own: that takes root, and a root that is a mount, which that of a
    chroot is not."""
    return subprocess.run(["unshare", "--mount", "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0


class Clock:
    """The time of a program that runs in its environment."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "clock")
        with open(self.path, "wb") as settings:
            settings.write(struct.pack("=qqq", 1, 0, 0))
        self.environment = {"LD_PRELOAD": os.path.join(BUILD, "torture-clock.so"), "COEX_CLOCK": self.path}

    def set(self, rate=1, ahead_s=0, slept_s=0):
        """How many times as fast it goes, how wrong the time of day is, and how long the machine slept."""
        with open(self.path, "r+b") as settings:
            settings.write(struct.pack("=qqq", rate, ahead_s, slept_s))


def run_at_both(suite, world_of, cases_of):
    """world_of(provider, directory) gives what has `sim`, `host` and end(); cases_of(world) its cases."""
    for provider in ("360dialog", "meta"):
        directory = os.path.join(suite.directory, provider)
        os.mkdir(directory)
        world = world_of(provider, directory)
        suite.run(provider, list(cases_of(world)), lambda world=world: world.sim.said.tail(30) + world.host.witness())
        world.end()


def main_with_strace(world_of, cases_of):
    """The whole of a program that runs them at both providers; its exit status."""
    reason = why_no_strace()
    if reason is not None:
        print(f"1..0 # SKIP strace cannot be used here: {reason}")
        return 0
    suite = Suite()
    run_at_both(suite, world_of, cases_of)
    return suite.end()


class Headless:
    """One chat program on one profile through all its lives. `said` holds every event of all of them, as
    lines; see tests/host/event.h for the columns. `shown` counts the lines that stood in conversations, by name,
    RECV, SEND or SYSTEM, and text."""

    def __init__(self, sim, directory, wrapper=(), environment=None):
        self.sim = sim
        self.profile = os.path.join(directory, "profile")
        self.database = os.path.join(self.profile, "coex", "coex.db")
        self.wrapper = list(wrapper)
        self.environment = environment or {}
        self.options = {}  # beside the simulated number's own
        self.said = Lines("the chat program")
        self.complained = tempfile.TemporaryFile("w+", dir=directory)
        self.process = self.reader = None
        self.n_lives = self.n_connected = 0
        self.shown = collections.Counter()

    # ---- life ----

    def start(self):
        command = self.wrapper + [os.path.join(BUILD, "coex-headless"), "--plugin", PLUGIN, "--profile",
                                  self.profile, "--number", self.sim.number, "--password-env", "COEX_TORTURE_KEY"]
        for key, value in {**self.sim.options(), **self.options}.items():
            command += ["--option", f"{key}={value}"]
        environment = dict(os.environ, COEX_TORTURE_KEY=self.sim.key, **self.environment)
        self.said.ended = False
        self.process = subprocess.Popen(command, env=environment, bufsize=0, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.complained)
        self.reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        self.n_lives += 1

    def _read(self, output):
        for line in output:
            # a line that was cut by a kill was not shown
            if line.endswith(b"\n"):
                self._take(line.decode("utf-8", "replace").rstrip("\n"))

    def _take(self, line):
        columns = line.split("\t")
        if columns[0] == "message":
            for flag in {"RECV", "SEND", "SYSTEM"} & set(columns[3].split("|")):
                self.shown[columns[2], flag, columns[5]] += 1
        self.n_connected += columns[0] == "connected"
        self.said.add(line)

    def go_online(self):
        if self.process is None:
            self.start()
        before = self.n_connected
        self.do("login")
        wait_until("the login", lambda: self.n_connected > before or self.is_dead(), pause=0.005)
        check(not self.is_dead(), "the chat program died while logging in")

    def do(self, command):
        try:
            self.process.stdin.write(command.encode() + b"\n")
        except BrokenPipeError:
            pass  # killed just now

    def is_dead(self):
        return self.process.poll() is not None

    def _bury(self):
        """Returns the status; everything it said is read."""
        status = self.process.wait(20)
        self.reader.join(20)
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None
        return status

    def kill(self):
        self.process.kill()
        self._bury()

    def expect_killed(self, timeout=6):
        wait_until("the kill", self.is_dead, timeout, 0.005)
        status = self._bury()
        check(status in (-signal.SIGKILL, 128 + signal.SIGKILL), f"it ended by itself with status {status}")

    def expect_ended(self, may_be_killed):
        """By itself, or by the kill."""
        status = self._bury()
        check(status == 0 or (may_be_killed and status in (-signal.SIGKILL, 128 + signal.SIGKILL)),
              f"it ended with status {status}")

    def quit(self):
        """In order: it must leave nothing behind."""
        self.do("quit")
        try:
            status = self._bury()
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed("the chat program does not end") from None
        check(status == 0, f"the chat program ended with status {status}")
        check(self.said.count("^left\t.*\ttimers=0 inputs=0 requests=0 threads=0") > 0, "something was left behind")
        check(self.said.count("^critical\t") == 0, "GLib had something to say")

    def log_off(self):
        """Gives the seconds until the account was off and the main loop at work again."""
        before = self.count("^disconnected\t")
        begin = time.monotonic()
        self.do("logout")
        wait_until("the logout", lambda: self.count("^disconnected\t") > before or self.is_dead(), pause=0.001)
        self.sync()
        return time.monotonic() - begin

    # ---- looking ----

    def sync(self):
        """What it had to say so far is read; gives the seconds that the main loop took to answer."""
        token = f"{self.n_lives}-{len(self.said.lines)}"
        begin = time.monotonic()
        self.do(f"sync {token}")
        wait_until("an answer of the main loop", lambda: self.said.count(f"^sync\t.*\t{token}\t") or self.is_dead(),
                   pause=0.001)
        return time.monotonic() - begin

    def count(self, pattern):
        return self.said.count(pattern)

    def query(self, sql):
        """What the database says; only while the program is off."""
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            return database.execute(sql).fetchall()

    def query_copy(self, sql):
        """The same after a crash, whose traces stay as they are."""
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "copy.db")
            for suffix in ("", "-wal"):
                if os.path.exists(self.database + suffix):
                    shutil.copyfile(self.database + suffix, copy + suffix)
            with contextlib.closing(sqlite3.connect(copy)) as database:
                return database.execute(sql).fetchall()

    def witness(self):
        self.complained.seek(0)
        return self.said.tail(80) + self.complained.read().split("\n")[-20:]

    def read_of_task(self, task, name):
        """What the system says of a thread, "" when that has ended meanwhile."""
        try:
            with open(f"/proc/{self.process.pid}/task/{task}/{name}", encoding="utf-8") as said:
                return said.read()
        except (FileNotFoundError, ProcessLookupError):
            return ""

    def wait_quiet(self):
        """Until no thread runs: the login's requests are over. The system counts how often each slept."""
        tasks = f"/proc/{self.process.pid}/task"
        history = []

        def is_quiet():
            states = (self.read_of_task(task, "status") for task in os.listdir(tasks))
            history.append(sum(int(line.split()[1]) for state in states for line in state.splitlines()
                               if "ctxt_switches" in line))
            return len(history) > 4 and len(set(history[-5:])) == 1
        wait_until("silence of the chat program", is_quiet, pause=0.015)

    # ---- hurting ----

    def thread_id(self, name):
        """Waits for the thread: it may only just be starting."""
        tasks = f"/proc/{self.process.pid}/task"

        def find():
            return next((task for task in os.listdir(tasks)
                         if self.read_of_task(task, "comm").strip() == name), None)
        return wait_until(f"the thread {name}", find, pause=0.005)

    def path_of(self, what):
        """How strace's -P calls it: "log" the database's, "output", "input"."""
        if what == "log":
            return self.database + "-wal"
        return os.readlink(f"/proc/{self.process.pid}/fd/{'1' if what == 'output' else '0'}")

    def hurt(self, thread, call, how, on=None):
        """From now on `how` (strace's words: "signal=SIGKILL:when=2") befalls `call` of `thread`."""
        options = ["-e", f"trace={call}", "-e", f"inject={call}:{how}"]
        if on is not None:
            options += ["-P", self.path_of(on)]
        if thread is EVERYTHING:
            return Trace(["-p", str(self.process.pid)], ["-f"] + options)
        return Trace(["-p", self.thread_id(thread)], options)
