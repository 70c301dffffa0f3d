# SPDX-License-Identifier: GPL-2.0-or-later
"""A real BitlBee, spoken to in IRC over a socket pair, in a folder of its own."""
import os
import re
import shutil
import socket
import subprocess
import threading

from tap import Lines, check

PROGRAM = "/usr/sbin/bitlbee"
ME = "shop"


class Bee:
    """`irc` holds the lines that it sends. A second one on the same directory is a restart."""

    def __init__(self, directory, plugin):
        self.irc = Lines("BitlBee")
        self.directory = directory
        config = self._set_up(plugin)
        ours, theirs = socket.socketpair()
        self.socket = ours
        environment = dict(os.environ, HOME=os.path.join(directory, "home"), LC_ALL="C.UTF-8")
        self.stderr = open(os.path.join(directory, "stderr"), "ab")
        self.process = subprocess.Popen([PROGRAM, "-I", "-n", "-c", config, "-d", directory],
                                        stdin=theirs, stdout=theirs, stderr=self.stderr,
                                        env=environment)
        theirs.close()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.send(f"NICK {ME}")
        self.send(f"USER {ME} 0 * :A shop")
        self.irc.expect(r" 366 .*&bitlbee")

    def _set_up(self, plugin):
        plugins = os.path.join(self.directory, "plugins", "purple")
        os.makedirs(plugins, exist_ok=True)
        os.makedirs(os.path.join(self.directory, "home"), exist_ok=True)
        shutil.copy(plugin, plugins)
        path = os.path.join(self.directory, "bitlbee.conf")
        with open(path, "w", encoding="utf-8") as config:
            config.write("[settings]\nRunMode = Inetd\nAuthMode = Open\nHostName = localhost\n"
                         f"ConfigDir = {self.directory}\nPluginDir = {self.directory}/plugins\n")
        return path

    def _read(self):
        rest = b""
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            rest += data
            *lines, rest = rest.split(b"\n")
            for line in lines:
                text = line.rstrip(b"\r").decode("utf-8", "replace")
                if text.startswith("PING"):
                    self.send("PONG" + text[4:])
                else:
                    self.irc.add(text)
        self.irc.end()

    def send(self, line):
        self.socket.sendall(line.encode("utf-8") + b"\r\n")

    def root(self, text, answer=None):
        """A command to BitlBee itself."""
        self.send(f"PRIVMSG &bitlbee :{text}")
        return self.irc.expect(answer) if answer else None

    def say(self, nick, text):
        self.send(f"PRIVMSG {nick} :{text}")

    def add_account(self, number, key, options):
        self.root("register pw", r"root.*(registered|created|identified|Account|save)")
        self.root(f"account add coex {number} {key}", r"Account successfully added")
        for name, value in options.items():
            self.root(f"account coex set {name} {value!r}" if " " in value else
                      f"account coex set {name} {value}", rf"`?{re.escape(name)}'? = ")
        self.go_online()

    def go_online(self):
        self.root("account coex on", r"Logged in")

    def heard(self, handle, text):
        """Waits for a line of the person with that number, and gives the nick."""
        line = self.irc.expect(rf"^:[^ ]+![^ ]*{re.escape(handle)}@.* PRIVMSG .*{text}")
        return re.match(r":([^!]+)!", line).group(1)

    def quit(self):
        self.root("save", r"root.*saved")
        self.send("QUIT :bye")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        ended = self.process.poll()
        self.end()
        check(ended == 0, f"BitlBee ended with {ended}")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.socket.close()
        self.reader.join(5)
        self.stderr.close()
