# SPDX-License-Identifier: GPL-2.0-or-later
"""The simulated number as a process, driven through its console."""
import os
import random
import socket
import subprocess
import threading

from tap import Lines, check, wait_until

BUILD = os.environ.get("COEX_BUILD_DIR") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "plain")
# None: the one that is installed
PLUGIN = None if os.environ.get("COEX_INSTALLED") else os.path.join(BUILD, "libcoex.so")

# As a buddy is called; Quinn's number is withheld.
NUMBERS = {"ada": "12025550101", "dana": "493023125017", "eve": "493023125099", "ben": "447700900112",
           "quinn": "GB.40817263549081726354"}
NAMES = {"ada": "Ada Lovelace", "dana": "Dana Weber", "eve": "Eve Second", "ben": "Ben Whitaker",
         "quinn": "Quinn"}


def free_port():
    """Below those that outgoing connections take by themselves: it stays free until it is used."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Sim:
    """`said` holds what it prints: "-> ada: text" for what reached the API for her."""

    def __init__(self, provider, directory, more=(), listen=None):
        """`more`: further arguments of the program; `listen`: where the client does, if not anywhere."""
        self.listen = listen or f"127.0.0.1:{free_port()}"
        self.more_options = {}  # of the account, beyond what it needs
        self.said = Lines("the simulator")
        ready = os.path.join(directory, "sim-ready")
        if os.path.exists(ready):
            os.unlink(ready)
        command = [os.path.join(BUILD, "coex-sim"), "--provider", provider, "--ready-file", ready,
                   "--webhook", f"http://{self.listen}/webhook"]
        self.process = subprocess.Popen([*command, *more], text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, errors="replace")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        wait_until("the simulator's start", lambda: os.path.exists(ready) or self._ended())
        self.values = {}
        with open(ready, encoding="utf-8") as lines:
            for line in lines:
                key, _, value = line.rstrip("\n").partition("=")
                self.values[key] = value
        self.number, self.key = self.values["NUMBER"], self.values["KEY"]
        self.provider = provider

    def _ended(self):
        check(self.process.poll() is None, "the simulator does not start")

    def _read(self):
        for line in self.process.stdout:
            self.said.add(line.rstrip("\n"))
        self.said.end()

    def do(self, command):
        """One line of its console: "ada says hi", "phone to ada: hello"."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def options(self):
        """The account's options, without those that this provider has no use for."""
        options = {"provider": self.provider, "api-url": self.values["API_URL"],
                   "listen": self.listen}
        if self.provider == "meta":
            options.update({"app-secret": self.values["APP_SECRET"],
                            "verify-token": self.values["VERIFY_TOKEN"],
                            "phone-number-id": self.values["PHONE_NUMBER_ID"],
                            "waba-id": self.values["WABA_ID"]})
        else:
            options["webhook-header"] = self.values["WEBHOOK_HEADER"]
        return {**options, **self.more_options}

    def old_message(self, who, text):
        """Somebody wrote 25 hours ago: known to the client, and the window is closed. Only before a
        client runs, which would follow the clock."""
        self.do("clock -25h")
        self.do(f"{who} says {text}")
        self.do("clock +25h")

    def check_complaints(self):
        self.said.skip()
        self.do("complaints")
        self.said.expect("no complaints")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)
        self.process.stdin.close()
        self.process.stdout.close()
