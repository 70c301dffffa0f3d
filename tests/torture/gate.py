# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands between a client and a server. A wire carries bytes. A gate, between the client and the API, hands requests
on, or answers sends in its own way, having handed them on or not; it notes each send with its time, in the order in which they
came."""
import json
import socket
import struct
import threading
import time

GARBAGE = b"<html>\xff\x00 not what you think"


def error_object(code):
    return json.dumps({"error": {"message": f"(#{code}) made up", "type": "OAuthException", "code": code,
                                 "error_data": {"messaging_product": "whatsapp", "details": "made up"},
                                 "fbtrace_id": "AbCdEf"}}).encode()


def http(status, body, claims=None):
    return (f"HTTP/1.1 {status} Made-Up\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body) if claims is None else claims}\r\n\r\n").encode() + body


def end_connection(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended already


class Door:
    """A port of this computer's; _talk() has each connection, in a thread of its own."""

    def __init__(self):
        self.open = threading.Event()
        self.open.set()
        self.clients = set()
        self.lock = threading.Lock()
        self.server, self.port = None, 0
        self.up()

    def hold(self):
        """Nothing gets through until release(), and nobody is told."""
        self.open.clear()

    def release(self):
        self.open.set()

    def up(self):
        self.server = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._serve, args=(self.server,), daemon=True).start()

    def down(self):
        """Connections are refused, and those that stand are broken."""
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        with self.lock:
            for client in self.clients:
                end_connection(client)

    end = down

    def _serve(self, server):
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(client,), daemon=True).start()

    def _attend(self, client):
        with self.lock:
            self.clients.add(client)
        try:
            self._talk(client)
        except OSError:
            pass
        with self.lock:
            self.clients.discard(client)
        client.close()


class Wire(Door):
    """Carries what comes, as it is."""

    def __init__(self, port):
        self.far_end = ("127.0.0.1", port)
        super().__init__()

    def _talk(self, client):
        with socket.create_connection(self.far_end) as far:
            back = threading.Thread(target=self._carry, args=(far, client), daemon=True)
            back.start()
            self._carry(client, far)
            back.join()

    def _carry(self, source, sink):
        try:
            while True:
                data = source.recv(65536)
                self.open.wait()
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        end_connection(source)
        end_connection(sink)


class Gate(Door):
    """Ways: "pass"; "part" is the same and closes afterwards; an answer as bytes; "close", "reset", "partial",
    "silence"."""

    def __init__(self, api_url):
        host, port = api_url.rsplit("/", 1)[1].split(":")
        self.api = (host, int(port))
        self.way, self.accepts = "pass", False
        self.everything = False
        self.sends = []  # time, text
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def answer(self, way, accepts=False, everything=False):
        """From now on sends, or all requests, are answered in this way, having been handed on if `accepts`."""
        with self.lock:
            self.way, self.accepts, self.everything = way, accepts, everything

    def count(self, text):
        with self.lock:
            return sum(sent == text for _, sent in self.sends)

    def times(self, text=None):
        """Of all sends, or of those of that text."""
        with self.lock:
            return [moment for moment, sent in self.sends if text in (None, sent)]

    # ---- connections ----

    def _talk(self, client):
        with client.makefile("rb") as stream:
            while self._exchange(client, stream):
                pass

    @staticmethod
    def _read(stream):
        """One request or answer: head and body."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return None
            head += line
        length = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
        return head + (stream.read(length[0]) if length else b"")

    def _exchange(self, client, stream):
        request = self._read(stream)
        if request is None:
            return False
        way, accepts = self._look(request)
        self.open.wait(20)
        answer = self._hand_on(request) if way in ("pass", "part") or accepts else b""
        if way in ("pass", "part"):
            client.sendall(answer)
        elif isinstance(way, bytes):
            client.sendall(way)
        elif way == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif way == "partial":
            client.sendall(http(200, b'{"messaging_product":', 200))
        elif way == "silence":
            stream.read()  # until the client has had enough
        return way == "pass" or isinstance(way, bytes)

    def _look(self, request):
        head, body = request.split(b"\r\n\r\n", 1)
        if b"/messages" not in head.split(b"\r\n")[0] or b'"status":"read"' in body.replace(b" ", b""):
            with self.lock:
                return (self.way if self.everything else "pass"), False
        message = json.loads(body)
        text = message.get("text", {}).get("body") or f"[{message.get('type')}]"
        with self.lock:
            self.sends.append((time.monotonic(), text))
            return self.way, self.accepts

    def _hand_on(self, request):
        """The API closes after the answer, as asked; an API that is down breaks the client's connection too."""
        head, body = request.split(b"\r\n\r\n", 1)
        with socket.create_connection(self.api, 5) as api, api.makefile("rb") as stream:
            api.sendall(head + b"\r\n\r\n" + body)
            return self._read(stream)
