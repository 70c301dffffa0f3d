# SPDX-License-Identifier: GPL-2.0-or-later
"""Real IRC clients, set up for BitlBee as the README says, with everything logged that they log."""
import os
import re
import subprocess

from tap import check, wait_until


class Client:
    """`setup`: the README's lines, in which PASSWORD and the server's address are put in."""
    setup = []
    longest = 0  # bytes of a line that arrives whole

    def __init__(self, directory):
        self.directory = os.path.join(directory, type(self).__name__)
        self.logs = os.path.join(self.directory, "logs")
        os.makedirs(self.directory)

    def log(self):
        """All that was logged so far."""
        text = ""
        for folder, _, names in os.walk(self.logs):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as log:
                    text += log.read()
        return text

    def wait(self, pattern, times=1):
        wait_until(f"/{pattern}/ in the log of {type(self).__name__}",
                   lambda: len(re.findall(pattern, self.log())) >= times)

    def set_up(self, port, password):
        for line in self.setup:
            self.command(line.replace("PASSWORD", password)
                         .replace("localhost 6667", f"127.0.0.1 {port}"))


class Irssi(Client):
    setup = ["/network add -cmdspeed 1 -cmdmax 1000 bee",
             "/server add -network bee localhost 6667 PASSWORD",
             "/set paste_join_multiline OFF", "/set show_server_time ON", "/save"]
    longest = 3000

    def _tmux(self, *arguments):
        environment = dict(os.environ, LC_ALL="C.UTF-8")
        environment.pop("TMUX", None)
        return subprocess.run(["tmux", "-S", os.path.join(self.directory, "tmux"), *arguments],
                              text=True, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False).stdout

    def start(self, port):
        home = self.directory
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40",
                   f"exec env LC_ALL=C.UTF-8 TERM=screen-256color HOME='{home}' "
                   f"irssi --home='{home}' -n ann")
        wait_until("irssi's start", lambda: "[(status)]" in self._tmux("capture-pane", "-p"))
        for line in (f"/set autolog_path {self.logs}/$0.log", "/set autolog_level ALL",
                     "/set autolog ON"):
            self.command(line)

    def connect(self, port):
        self.command("/connect bee" if self.log() else f"/connect 127.0.0.1 {port}")

    def command(self, line):
        self._tmux("send-keys", "-l", line)
        self._tmux("send-keys", "Enter")

    def root(self, line):
        self.command(f"/msg &bitlbee {line}")

    def oper(self, name, password):
        self.command(f"/oper {name} {password}")

    def paste(self, nick, lines):
        self.command(f"/query {nick}")
        wait_until("the query", lambda: f"[{nick}]" in self._tmux("capture-pane", "-p"))
        self._tmux("set-buffer", "\n".join(lines) + "\n")
        self._tmux("paste-buffer", "-p")
        # A paste is shown before it is sent.
        wait_until("the paste", lambda: "Ctrl-K" in self._tmux("capture-pane", "-p"))
        self._tmux("send-keys", "C-k")

    def quit(self):
        self.command("/quit")
        wait_until("irssi's end",
                   lambda: "still open" not in self._tmux("list-sessions", "-F", "still open"))

    def end(self):
        self._tmux("kill-server")

    def witnesses(self):
        return [line for line in self._tmux("capture-pane", "-p").split("\n") if line.strip()]


class WeeChat(Client):
    setup = ["/secure set bee PASSWORD", "/set irc.server.bee.password ${sec.data.bee}",
             "/set irc.server.bee.anti_flood_prio_high 0",
             "/set irc.server.bee.split_msg_max_length 1024", "/save"]
    longest = 850

    def __init__(self, directory):
        super().__init__(directory)
        self.process = self.fifo = None

    def start(self, port):
        lines = ["/set logger.file.flush_delay 0",
                 f"/server add bee 127.0.0.1/{port}", "/set irc.server.bee.nicks ann",
                 # as different versions call it
                 "/set irc.server.bee.ssl off", "/set irc.server.bee.tls off"]
        arguments = [word for line in lines for word in ("-r", line)]
        with open(os.path.join(self.directory, "out"), "ab") as out:
            self.process = subprocess.Popen(
                ["weechat-headless", "-d", self.directory, *arguments], stdout=out, stderr=out,
                stdin=subprocess.DEVNULL,
                env=dict(os.environ, HOME=self.directory, LC_ALL="C.UTF-8"))
        self.fifo = os.path.join(self.directory, f"weechat_fifo_{self.process.pid}")
        wait_until("WeeChat's start", lambda: os.path.exists(self.fifo))

    def set_up(self, port, password):
        super().set_up(port, password)
        self.command("/set irc.server.bee.anti_flood 0")  # and this

    def _type(self, buffer, lines):
        with open(self.fifo, "w", encoding="utf-8") as fifo:
            fifo.write("".join(f"{buffer} *{line}\n" for line in lines))

    def connect(self, port):
        self.command("/connect bee")

    def command(self, line):
        self._type("core.weechat", [line])

    def root(self, line):
        self._type("irc.bee.&bitlbee", [line])

    def oper(self, name, password):
        self._type("irc.bee.&bitlbee", [f"/oper {name} {password}"])

    def paste(self, nick, lines):
        self._type(f"irc.bee.{nick}", lines)

    def quit(self):
        self.command("/quit")
        self.process.wait(20)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def witnesses(self):
        return self.log().split("\n")[-60:]


def check_readme(path, client):
    """What the test types is what the README says."""
    with open(path, encoding="utf-8") as readme:
        text = readme.read()
    for line in client.setup:
        check(f"    {line}\n" in text, f"the README does not say {line}")
