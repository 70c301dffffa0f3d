# SPDX-License-Identifier: GPL-2.0-or-later
"""Webhook deliveries of a provider's that watches closely what is acknowledged."""
import base64
import collections
import hashlib
import hmac
import json
import random
import socket
import threading
import time

from headless import check, wait_until


class Deliveries:
    """Messages that arrive on several connections, or one by one: post()."""

    def __init__(self, sim, seed):
        self.sim = sim
        self.seed = seed
        self.lock = threading.Lock()
        self.acknowledged, self.refused, self.n_again = set(), set(), 0
        self.stopping = False
        self.pause_s = 0
        self.time = str(int(time.time()))
        host, port = sim.listen.split(":")
        self.address = (host, int(port))
        self.threads = []

    @staticmethod
    def sender(text):
        return "1202555" + str(int(hashlib.sha256(text.encode()).hexdigest(), 16) % 16 + 4000)

    def message(self, number, text):
        wamid = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        return {"from": number, "id": f"wamid.{wamid}", "timestamp": self.time, "type": "text", "text": {"body": text}}

    def body(self, text, *more):
        """Of one delivery; further texts are the same person's."""
        number = self.sender(text)
        return json.dumps({"object": "whatsapp_business_account", "entry": [{
            "id": self.sim.values["WABA_ID"], "changes": [{"field": "messages", "value": {
                "messaging_product": "whatsapp", "metadata": {
                    "display_phone_number": self.sim.number.strip("+"),
                    "phone_number_id": self.sim.values["PHONE_NUMBER_ID"]},
                "contacts": [{"profile": {"name": "Somebody"}, "wa_id": number}],
                "messages": [self.message(number, each) for each in (text, *more)]}}]}]}).encode()

    def proof(self, body):
        if self.sim.provider == "meta":
            key = self.sim.values["APP_SECRET"].encode()
            return "X-Hub-Signature-256: sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
        return self.sim.values["WEBHOOK_HEADER"]

    def _post(self, connection, text, *more):
        """The connection, or None when it has ended; whether the answer was 200."""
        body = self.body(text, *more)
        try:
            if connection is None:
                connection = socket.create_connection(self.address, 1)
                connection.settimeout(5)
            connection.sendall(f"POST /webhook HTTP/1.1\r\nHost: here\r\n{self.proof(body)}\r\n"
                               f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = connection.recv(4096)
            if answer:
                return connection, answer.startswith(b"HTTP/1.1 200")
        except OSError:
            pass
        if connection is not None:
            connection.close()
        return None, False

    def post(self, text, *more):
        """Once, on a connection of its own; whether it is acknowledged. `more` is not kept in mind."""
        connection, ok = self._post(None, text, *more)
        if connection is not None:
            connection.close()
        with self.lock:
            (self.acknowledged if ok else self.refused).add(text)
        return ok

    def start(self, n_connections, pause_s):
        """Every fifth message comes once more, and what was not acknowledged again and again."""
        self.pause_s = pause_s
        self.threads = [threading.Thread(target=self._deliver, args=(n,), daemon=True) for n in range(n_connections)]
        for thread in self.threads:
            thread.start()

    def _deliver(self, number):
        connection, again, n = None, [], 0
        chance = random.Random(f"{self.seed} {number}")
        while not self.stopping or any(text not in self.acknowledged for text in again):
            repeated = bool(again) and (self.stopping or chance.random() < 0.3)
            text = again.pop(0) if repeated else f"from {number} {n}"
            n += not repeated
            connection, ok = self._post(connection, text)
            with self.lock:
                self.n_again += repeated
                (self.acknowledged if ok else self.refused).add(text)
            if not ok or (n % 5 == 0 and not repeated):
                again.append(text)
            time.sleep(self.pause_s)
        if connection is not None:
            connection.close()

    def stop(self):
        """Every message has been acknowledged when this returns."""
        self.stopping = True
        for thread in self.threads:
            thread.join(60)
            check(not thread.is_alive(), "a message is never acknowledged")

    def give_up(self):
        self.acknowledged |= self.refused
        self.stopping = True

    def wait_shown(self, host):
        """Until each acknowledged message has been shown."""
        wait_until("every line", lambda: all(host.shown[self.sender(text), "RECV", text] for text in self.acknowledged),
                   60)

    def check_once(self, host):
        """Each acknowledged message is stored once; gives how often it was shown. The program is off."""
        stored = collections.Counter(row[0] for row in host.query("SELECT text FROM messages"))
        check(all(stored[text] == 1 for text in self.acknowledged), "not each message is stored once")
        check(host.query("SELECT count(*) FROM deliveries WHERE state = 0") == [(0,)], "one was never applied")
        check(host.query("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
        return [host.shown[self.sender(text), "RECV", text] for text in self.acknowledged]
