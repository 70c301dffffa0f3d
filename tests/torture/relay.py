# SPDX-License-Identifier: GPL-2.0-or-later
"""The real relay as a process, for one number and its desks."""
import os
import resource
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

from sim import free_port  # noqa: E402  (found only now)
from tap import check, wait_until  # noqa: E402

PATH = "/webhook"


def tenant_of(sim):
    """What proves the deliveries of a simulated number."""
    secret = {"app-secret": sim.values["APP_SECRET"], "verify-token": sim.values["VERIFY_TOKEN"]}
    if sim.provider != "meta":
        secret = {"webhook-header": sim.values["WEBHOOK_HEADER"]}
    return {"provider": sim.provider, "number": sim.number, **secret}


class Relay:
    """`tenant` and `desks`, names with keys, stand in its configuration from the next start or reload on."""

    def __init__(self, directory, command, environment=None):
        self.directory = directory
        self.command = command
        self.environment = environment or {}
        self.port = free_port()
        self.tenant, self.desks = {}, {}
        self.process = None
        self.notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notes.bind(os.path.join(directory, "notes"))
        self.notes.settimeout(0.1)
        self.said = open(os.path.join(directory, "relay-said"), "w+", encoding="utf-8")

    def _configure(self):
        path = os.path.join(self.directory, "relay.conf")
        lines = [f"{key}={value}\n" for key, value in self.tenant.items()]
        lines += [f"desk-key-{desk}={key}\n" for desk, key in self.desks.items()]
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(f"[relay]\nlisten=127.0.0.1:{self.port}\ndatabase={self.directory}/relay.db\n"
                       f"[tenant shop]\npath={PATH}\n{''.join(lines)}")
        return path

    def _is_ready(self):
        check(self.process.poll() is None, "the relay ended by itself")
        try:
            return b"READY=1" in self.notes.recv(4096)
        except socket.timeout:
            return False

    def start(self):
        self.process = subprocess.Popen(
            [*self.command, "--config", self._configure()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.said, restore_signals=False,  # what is too large for a limit is an error, as on a full disk
            env=dict(os.environ, NOTIFY_SOCKET=os.path.join(self.directory, "notes"), **self.environment))
        wait_until("the relay's start", self._is_ready, pause=0)

    def reload(self):
        self._configure()
        self.process.send_signal(signal.SIGHUP)
        wait_until("the relay's reload", self._is_ready, pause=0)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        check(self.process.wait(20) == 0, f"the relay ended with status {self.process.returncode}")

    def fill_disk(self):
        """It can write nothing more, until there is room again."""
        limit = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (4096, limit[1]))

    def make_room(self):
        limit = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit[1], limit[1]))

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.notes.close()

    def witness(self):
        self.said.seek(0)
        return self.said.read().split("\n")[-20:]
