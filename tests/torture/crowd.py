# SPDX-License-Identifier: GPL-2.0-or-later
"""Many clients of the webhook listener at once, none of them a friend."""
import errno
import selectors
import socket
import threading
import time

DRIP_S = 0.5


class Client:
    """Says `first`, then `drip` every half second, until it is cut off; one that `returns` begins again."""

    def __init__(self, first, drip=b"", returns=False):
        self.first, self.drip, self.returns = first, drip, returns
        self.socket = None
        self.begin = self.heard = None
        self.lasted_s = None  # once it was cut off


class Crowd:
    """In a thread of its own. `answers` counts what was said to it, by HTTP status; b"" is a connection closed
    without a word."""

    def __init__(self, address, clients):
        self.address = address
        self.clients = clients
        self.answers = {}
        self.selector = selectors.DefaultSelector()
        self.leaving = False
        for client in clients:
            self._dial(client)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def n_answers(self):
        return sum(self.answers.values())

    def n_there(self):
        return sum(client.lasted_s is None for client in self.clients)

    def leave(self):
        self.leaving = True
        self.thread.join(20)
        for client in self.clients:
            if client.lasted_s is None:
                client.socket.close()
        self.selector.close()

    def _dial(self, client):
        client.socket = socket.socket()
        client.socket.setblocking(False)
        client.begin, client.heard = time.monotonic(), b""
        if client.socket.connect_ex(self.address) not in (0, errno.EINPROGRESS):
            raise OSError("no connection")
        self.selector.register(client.socket, selectors.EVENT_WRITE, client)

    def _run(self):
        drip_at = time.monotonic() + DRIP_S
        while not self.leaving:
            for key, events in self.selector.select(0.05):
                self._attend(key.data, events)
            if time.monotonic() < drip_at:
                continue
            drip_at += DRIP_S
            for client in self.clients:
                if client.lasted_s is None and client.drip:
                    self._try(client, lambda client=client: client.socket.send(client.drip))

    def _attend(self, client, events):
        if events & selectors.EVENT_WRITE:
            self.selector.modify(client.socket, selectors.EVENT_READ, client)
            self._try(client, lambda: client.socket.send(client.first) if client.first else 1)
        elif self._try(client, lambda: self._hear(client)) == 0:
            self._cut(client)

    @staticmethod
    def _hear(client):
        heard = client.socket.recv(4096)
        client.heard += heard
        return len(heard)

    def _try(self, client, talk):
        """0 as well when the connection was reset."""
        try:
            return talk()
        except BlockingIOError:
            return 1
        except OSError:
            return 0

    def _cut(self, client):
        status = client.heard[9:12]
        self.answers[status] = self.answers.get(status, 0) + 1
        self.selector.unregister(client.socket)
        client.socket.close()
        if client.returns:
            self._dial(client)
        else:
            client.lasted_s = time.monotonic() - client.begin
