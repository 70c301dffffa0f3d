# SPDX-License-Identifier: GPL-2.0-or-later
"""upgrade.py OLD.deb NEW.deb: the package is installed, upgraded while Finch runs, removed, installed again and purged,
and a user's conversation lives through it. Takes root; changes the system."""
import os
import re
import subprocess
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "e2e"))

from finch import Finch  # noqa: E402
from sim import Sim  # noqa: E402
from tap import Suite, check, wait_until  # noqa: E402


def dpkg(*arguments):
    done = subprocess.run(["dpkg", *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    check(done.returncode == 0, f"dpkg {arguments[0]}: {done.stdout}")


def installed():
    """The version, if there is one, and the files."""
    state = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "purple-coex"],
                           capture_output=True, text=True, check=False).stdout.split()
    version = state[1] if state[:1] == ["installed"] else None
    return version, [path for path in subprocess.run(["find", "/usr", "-name", "*coex*"], capture_output=True, text=True,
                                                     check=True).stdout.split("\n") if path]


class User:
    """Each method is a case that builds on those before."""

    def __init__(self, directory, old, new):
        self.old, self.new = old, new
        self.sim = Sim("360dialog", directory)
        self.client = Finch(directory, [self.sim])
        self.database = os.path.join(self.client.profile, "coex", "coex.db")

    def cases(self):
        return [self.install, self.upgrade, self.restart, self.remove, self.install_again, self.purge]

    def wait_shown(self, pattern):
        wait_until(f"/{pattern}/ in the conversation", lambda: re.search(pattern, self.client.shown("ada")))

    def talk(self, word):
        self.sim.do(f"ada says {word} in")
        self.wait_shown(f"{word} in")
        self.client.say("ada", f"{word} out")
        self.sim.said.expect(f"^-> ada: {word} out$")

    def install(self):
        """the older version works"""
        dpkg("--install", self.old)
        self.client.start()
        self.talk("first")

    def upgrade(self):
        """an upgrade does not disturb who talks"""
        dpkg("--install", self.new)
        version, files = installed()
        check(version != "0.0.1-1" and not any(path.endswith("/old") for path in files), "it is the old one still")
        self.talk("meanwhile")

    def restart(self):
        """the new version goes on where the old one was"""
        self.client.quit()
        self.client.start()
        self.talk("upgraded")
        self.client.say("ada", "/history 50")
        self.wait_shown("first in(?s:.*)first out(?s:.*)meanwhile out")

    def remove(self):
        """removing takes the plugin, and nothing of the user's"""
        self.client.quit()
        dpkg("--remove", "purple-coex")
        check(installed()[0] is None, "it is installed still")
        check(os.path.getsize(self.database) > 0, "the user's database is gone")
        self.client.start()
        self.client.quit()

    def install_again(self):
        """after it came back, the account is there as before"""
        dpkg("--install", self.new)
        self.client.start()
        self.talk("returned")
        self.client.say("ada", "/history 50")
        self.wait_shown("first in(?s:.*)upgraded out")
        self.client.quit()
        self.sim.check_complaints()

    def purge(self):
        """purging leaves nothing in the system, and the user's database"""
        dpkg("--purge", "purple-coex")
        check(installed() == (None, []), f"something is left: {installed()}")
        check(os.path.getsize(self.database) > 0, "the user's database is gone")


def main():
    suite = Suite()
    user = User(suite.directory, *sys.argv[1:])
    try:
        suite.run("the package", user.cases(), user.client.witnesses)
    finally:
        user.client.end()
        user.sim.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
