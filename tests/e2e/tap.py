# SPDX-License-Identifier: GPL-2.0-or-later
"""Test cases that print TAP, and waiting on conditions instead of on time."""
import re
import shutil
import sys
import tempfile
import threading
import time
import traceback

PATIENCE_S = 40


class Failed(Exception):
    """A condition that did not come true."""


class Lines:
    """Lines that somebody says, appended by a reader and waited for by a test. Each expect() takes the
    first line not taken before that fits; the ones before it stay."""

    def __init__(self, name):
        self.name = name
        self.lines = []
        self.taken = set()
        self.changed = threading.Condition()
        self.ended = False

    def add(self, line):
        with self.changed:
            self.lines.append(line)
            self.changed.notify_all()

    def end(self):
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _find(self, pattern):
        for i, line in enumerate(self.lines):
            if i not in self.taken and re.search(pattern, line):
                self.taken.add(i)
                return line
        return None

    def expect(self, pattern, timeout=PATIENCE_S):
        deadline = time.monotonic() + timeout
        with self.changed:
            while True:
                line = self._find(pattern)
                if line is not None:
                    return line
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    raise Failed(f"{self.name} never said /{pattern}/")
                self.changed.wait(left)

    def skip(self):
        """Takes everything said so far."""
        with self.changed:
            self.taken.update(range(len(self.lines)))

    def clear(self):
        with self.changed:
            self.lines.clear()
            self.taken.clear()

    def count(self, pattern):
        """How many lines fit, taken or not, since the beginning."""
        with self.changed:
            return sum(1 for line in self.lines if re.search(pattern, line))

    def tail(self, n=60):
        """The last n; 0: all."""
        with self.changed:
            return self.lines[-n:]


def wait_until(what, condition, timeout=PATIENCE_S, pause=0.1):
    """Asks condition() until it gives something true, which is returned."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failed(f"{what} did not happen")
        time.sleep(pause)


def check(ok, what):
    if not ok:
        raise Failed(what)


class Suite:
    """Cases run in order; later ones build on what earlier ones did, so the first failure of a group
    skips the rest of that group."""

    def __init__(self):
        self.n = 0
        self.n_failed = 0
        self.directory = tempfile.mkdtemp(prefix="coex-e2e-")

    def _report(self, ok, name, note=""):
        self.n += 1
        self.n_failed += not ok
        print(f"{'ok' if ok else 'not ok'} {self.n} - {name}{note}", flush=True)

    def run(self, group, cases, witnesses):
        """cases: functions, named by their docstring; witnesses() gives lines that explain a failure."""
        broken = False
        for case in cases:
            name = f"{group}: {case.__doc__}"
            if broken:
                self._report(False, name, " (not reached)")
                continue
            try:
                case()
                self._report(True, name)
            except Exception as error:  # whatever it is, the report goes on
                broken = True
                self._report(False, name)
                self._explain(error, witnesses())

    def run_group(self, name, made):
        """Runs what `made` has as cases(), and ends it."""
        try:
            self.run(name, made.cases(), made.witnesses)
        finally:
            made.end()

    @staticmethod
    def _explain(error, lines):
        """On stderr: prove keeps the comments of a test's output to itself."""
        print(f"# {type(error).__name__}: {error}", file=sys.stderr)
        if not isinstance(error, Failed):
            lines = traceback.format_exc().split("\n") + lines
        for line in lines:
            print("# " + line, file=sys.stderr)
        sys.stderr.flush()

    def end(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        print(f"1..{self.n}", flush=True)
        return 1 if self.n_failed else 0
