# SPDX-License-Identifier: GPL-2.0-or-later
"""A real BitlBee and an IRC client of it: alone over a socket pair, or as Debian runs it, a daemon
with a process for each connection."""
import glob
import os
import re
import shutil
import socket
import subprocess
import threading

from sim import NUMBERS, PLUGIN, free_port
from tap import Failed, Lines, check, wait_until

PROGRAM = "/usr/sbin/bitlbee"
PASSWORD = "pw"


def set_up(directory, settings):
    """A folder of BitlBee's own, with the plugin; gives the path of its configuration."""
    plugins = os.path.join(directory, "plugins", "purple")
    os.makedirs(plugins, exist_ok=True)
    os.makedirs(os.path.join(directory, "home"), exist_ok=True)
    if PLUGIN:
        shutil.copy(PLUGIN, plugins)
    path = os.path.join(directory, "bitlbee.conf")
    with open(path, "w", encoding="utf-8") as config:
        config.write(f"[settings]\n{settings}AuthMode = Open\nHostName = localhost\n"
                     f"ConfigDir = {directory}\nPluginDir = {directory}/plugins\n")
    return path


def run(directory, *arguments, **more):
    environment = dict(os.environ, HOME=os.path.join(directory, "home"), LC_ALL="C.UTF-8",
                       BITLBEE_DEBUG="1")
    with open(os.path.join(directory, "stderr"), "ab") as stderr:
        return subprocess.Popen([PROGRAM, "-n", "-d", directory, *arguments], env=environment,
                                stderr=stderr, **more)


class Irc:
    """One connection; `lines` holds what BitlBee sends."""

    def __init__(self, connected, nick):
        self.lines = Lines("BitlBee")
        self.nick = nick
        self.socket = connected
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.send(f"NICK {nick}")
        self.send(f"USER {nick} 0 * :A shop")
        self.lines.expect(r" 366 .*&bitlbee")

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
                    self.lines.add(text)
        self.lines.end()

    def send(self, line):
        self.socket.sendall(line.encode("utf-8") + b"\r\n")

    def root(self, text, answer=None):
        """A command to BitlBee itself."""
        self.send(f"PRIVMSG &bitlbee :{text}")
        return self.lines.expect(answer) if answer else None

    def add_account(self, sim, tag):
        self.root(f"account add coex {sim.number} {sim.key}", r"Account successfully added")
        for name, value in sim.options().items():
            self.root(f"account {tag} set {name} \"{value}\"", rf"`?{re.escape(name)}'? = ")

    def end(self):
        self.socket.close()
        self.reader.join(5)


class Bee:
    """The driver of a working day (day.py)."""
    mark = "!"

    def __init__(self, directory, sims):
        self.directory = directory
        self.config = set_up(directory, "RunMode = Inetd\n")
        self.files = os.path.join(directory, "purple", "shop", "files")
        self.sims = sims
        self.irc = None
        self.process = None
        self.is_new = True
        self.typed = {}
        self.past = []  # lines of the connections that have ended
        self.told_from = 0

    def start(self):
        ours, theirs = socket.socketpair()
        self.process = run(self.directory, "-I", "-c", self.config, stdin=theirs, stdout=theirs)
        theirs.close()
        self.irc = Irc(ours, "shop")
        if not self.is_new:
            self.irc.root(f"identify {PASSWORD}")
            return
        self.is_new = False
        self.irc.root(f"register {PASSWORD}", "root")
        for n, sim in enumerate(self.sims):
            self.irc.add_account(sim, self._tag(n))
        for n in range(1, len(self.sims)):
            self.irc.root(f"account {self._tag(n)} set auto_connect false", "auto_connect")
        self.log_on(0)

    def quit(self):
        self.irc.root("save", r"root.*saved")
        self.irc.send("QUIT :bye")
        wait_until("BitlBee's end", lambda: self.process.poll() is not None)
        check(self.process.poll() == 0, f"BitlBee ended with {self.process.poll()}")
        self.irc.end()
        self.past += self.irc.lines.tail(0)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.irc:
            self.irc.end()

    # ---- conversations: lines from the person's nick, and to it

    def nick(self, who):
        """As the person last spoke or joined; None before."""
        for line in reversed(self.irc.lines.tail(0)):
            found = re.match(rf":([^! ]+)![^ ]*{NUMBERS[who]}@", line)
            if found:
                return found.group(1)
        return None

    def shown(self, who):
        return self._conversation(who, self.irc.lines.tail(0))

    def _conversation(self, who, lines):
        nick = self.nick(who)
        if nick is None:
            return ""
        mine = rf":{self.irc.nick}![^ ]+ PRIVMSG {re.escape(nick)} :(.*)"
        theirs = rf":{re.escape(nick)}![^ ]+ PRIVMSG [^ ]+ :(.*)"
        found = (re.match(f"(?:{mine}|{theirs})", line) for line in lines)
        said = [match.group(1) or match.group(2) for match in found if match]
        # What is typed here is shown by the IRC client itself.
        return "\n".join([*said, *self.typed.get(who, [])])

    def say(self, who, text):
        nick = wait_until(f"the nick of {who}", lambda: self.nick(who))
        if not text.startswith(self.mark):
            self.typed.setdefault(who, []).append(text)
        self.irc.send(f"PRIVMSG {nick} :{text}")

    def send_file(self, who, path):
        """By DCC, as an IRC client does."""
        with open(path, "rb") as file:
            content = file.read()
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(20)
            self.irc.send(f"PRIVMSG {self.nick(who)} :\x01DCC SEND {os.path.basename(path)} 2130706433 "
                          f"{server.getsockname()[1]} {len(content)}\x01")
            with server.accept()[0] as dcc:
                dcc.settimeout(20)
                dcc.sendall(content)
                while dcc.recv(4):  # how much has come
                    pass

    def status(self, who):
        self.irc.lines.skip()
        self.irc.root(f"info {self.nick(who)}")
        return self.irc.lines.expect("Last message: ")

    def say_amid(self, who, parts, meanwhile):
        meanwhile()
        wait_until("a line of the account", lambda: "webhook" in self.told())
        self.say(who, "".join(parts))

    # ---- the dialogue

    def _answer(self, who, pattern):
        self.irc.lines.expect(rf"^:[^ ]+![^ ]*{NUMBERS[who]}@.* PRIVMSG .*{pattern}")

    def wait_choice(self, who):
        self._answer(who, "!hold")

    def template(self, who, values):
        self.say(who, "!template order_update " + " | ".join(values))
        self._answer(who, f"Hi {values[0]}, your order {values[1]} is ready")

    def confirm(self, who):
        self.say(who, "!send")

    def hold(self, who):
        self.say(who, "!hold")

    # ---- accounts

    def _tag(self, n):
        return "coex" + ["", "2"][n]

    def log_off(self, n):
        self.irc.root(f"account {self._tag(n)} off")

    def log_on(self, n):
        self.irc.lines.skip()
        self.told_from = len(self.irc.lines.tail(0))
        self.irc.root(f"account {self._tag(n)} on")

    def is_online(self, n):
        self.irc.lines.skip()
        self.irc.root("account list")
        line = self.irc.lines.expect(rf"{re.escape(self.sims[n].number)}")
        self.irc.lines.expect("End of account list")
        return "(connected)" in line

    def told(self):
        return "\n".join(line for line in self.irc.lines.tail(0)[self.told_from:]
                         if line.startswith(":root!"))

    def history(self, who):
        """Only between quit() and start(); without the earlier lines that a conversation begins
        with, which other programs show and do not log."""
        said = self._conversation(who, self.past).split("\n")
        return "\n".join(line for line in said if not line.startswith("* ["))

    def logs(self):
        return [os.path.join(self.directory, "stderr")]

    def witnesses(self):
        return ["irc: " + line for line in self.irc.lines.tail()] if self.irc else []


class Daemon:
    """BitlBee as Debian runs it. Its children outlive it: a client that ends ends its own."""

    def __init__(self, directory):
        self.directory = directory
        self.port = free_port()
        config = set_up(directory, "RunMode = ForkDaemon\nDaemonInterface = 127.0.0.1\n"
                                   f"DaemonPort = {self.port}\n")
        self.process = run(directory, "-F", "-c", config, "-P", os.path.join(directory, "pid"),
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.clients = []

    def client(self, nick):
        def connect():
            try:
                return socket.create_connection(("127.0.0.1", self.port))
            except ConnectionRefusedError:
                return None
        irc = Irc(wait_until("the daemon", connect), nick)
        self.clients.append(irc)
        return irc

    def processes(self):
        """How many serve a client."""
        parent = f" {self.process.pid} "
        found = 0
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    found += file.read().rpartition(")")[2][2:].startswith(parent)
            except OSError:
                pass  # it has just ended
        return found

    def leave(self, client):
        """The connection ends, and with it its process: who comes while that goes on is offered a
        session that is not there any more, and BitlBee turns him away."""
        before = self.processes()
        client.socket.shutdown(socket.SHUT_RDWR)
        wait_until("the end of the client's process", lambda: self.processes() < before)

    def end(self):
        for client in self.clients:
            try:
                client.send("QUIT :bye")
                wait_until("the client's end", lambda c=client: c.lines.ended, 10)
            except (OSError, Failed):
                pass
            client.end()
        self.process.terminate()
        self.process.wait(10)

    def witnesses(self):
        return [f"{client.nick}: {line}" for client in self.clients for line in client.lines.tail(30)]
