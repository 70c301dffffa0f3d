# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin that is installed, in the Pidgin, Finch and BitlBee that are: each logs in, has one conversation with the
simulated number, and goes on with the database of an older version. COEX_INSTALLED=1 keeps the built plugin out."""
import os
import re
import sqlite3
import sys

try:
    import dbus  # noqa: F401
except ImportError:
    # The distribution's D-Bus belongs to the distribution's Python.
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "e2e"))

from bee import Bee  # noqa: E402
from day import Day  # noqa: E402
from finch import Finch  # noqa: E402
from pidgin import Pidgin  # noqa: E402
from sim import PLUGIN, Sim  # noqa: E402
from tap import Suite, check, wait_until  # noqa: E402

OLD = os.path.join(TESTS, "data", "store", "version-1.360dialog.sql")  # of the number that the simulator has
EARLIER = r"Is my bike ready\?"  # what Ada wrote in it


class Conversation(Day):
    """Each method is a case that builds on those before."""

    def __init__(self, directory, make_client, folder):
        """`folder`: the chat program's own, below the client's."""
        super().__init__("360dialog", directory, make_client)
        self.store = os.path.join(self.directory, folder, "coex")

    def cases(self):
        return [self.old_database, self.echo, self.talk, self.restart, self.no_complaint]

    def old_database(self):
        """it logs in with the database of an older version, and messages open conversations"""
        os.makedirs(self.store, mode=0o700)
        with open(OLD, encoding="utf-8") as old:
            database = sqlite3.connect(os.path.join(self.store, "coex.db"))
            database.executescript(old.read())
            database.close()
        self.client.start()
        self.wait_shown("ada", "Unread one")
        self.sim.do("ada says Hello from today")
        self.wait_shown("ada", "Hello from today")
        self.client.say("ada", f"{self.client.mark}history 50")
        self.wait_shown("ada", EARLIER)

    def talk(self):
        """what is typed reaches the customer"""
        # It waits for what the old database knows no outcome of.
        self.client.say("ada", "Sold & packed")
        self.sim.said.expect("^-> ada: Sold & packed$")
        self.sim.do("ada says thanks")
        self.wait_shown("ada", "thanks")

    def restart(self):
        """it goes on after a restart"""
        self.client.quit()
        self.sim.do("ada says while you were away")
        self.client.start()
        self.wait_shown("ada", "while you were away")
        self.works_again("returned")

    def no_complaint(self):
        """the API saw nothing that it does not take"""
        self.sim.check_complaints()
        maps = f"/proc/{self.client_pid()}/maps"
        with open(maps, encoding="utf-8") as mapped:
            paths = set(re.findall(r"/\S*/libcoex\.so", mapped.read()))
        check(len(paths) == 1 and paths.pop().startswith("/usr/lib"), f"another plugin was loaded: {paths}")

    def client_pid(self):
        return self.client.pid if isinstance(self.client, Finch) else self.client.process.pid


class German:
    """A new account in a Finch whose user reads German."""

    def __init__(self, directory):
        self.sim = Sim("360dialog", directory)
        self.client = Finch(directory, [self.sim], language="de")

    def speaks(self):
        """it speaks the language of its user"""
        self.client.start("Buddy")
        self.client.go("Konto +")
        self.client.wait("erste Nachricht|fehlt vielleicht noch eins")
        self.client.quit()

    def end(self):
        self.client.end()
        self.sim.end()


def run(suite, name, make_client, folder):
    directory = os.path.join(suite.directory, name)
    os.makedirs(directory)
    conversation = Conversation(directory, make_client, folder)
    try:
        suite.run(f"the installed plugin in {name}", conversation.cases(), conversation.witnesses)
    finally:
        conversation.end()


def main():
    check(PLUGIN is None, "COEX_INSTALLED is not set")
    suite = Suite()
    run(suite, "BitlBee", Bee, os.path.join("purple", "shop"))
    run(suite, "Finch", Finch, "profile")
    run(suite, "Pidgin", Pidgin, "profile")
    directory = os.path.join(suite.directory, "German")
    os.makedirs(directory)
    german = German(directory)
    try:
        suite.run("the installed plugin", [german.speaks], german.client.witnesses)
    finally:
        german.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
