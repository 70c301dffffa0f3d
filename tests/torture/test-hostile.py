# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that strangers can send to a listener that stands on the internet, and everything odd that may stand in a
delivery with a good proof: the chat program stays small, quick and alive, and a customer's message is always shown.
Bounds are exact under COEX_TORTURE, else what a machine under load keeps; the figures are printed."""
import hashlib
import hmac
import html
import itertools
import json
import os
import re
import socket
import sys
import time

from crowd import Client, Crowd
from deliveries import Deliveries
from headless import Headless, check, wait_until
from sim import Sim
from tap import Suite

ALL = int(os.environ.get("COEX_TORTURE", "1")) > 1
FLOOD = 100000 if ALL else 1000
CUT_S = 20.5 if ALL else 30
ADA, BEN = "12025550101", "12025550107"
MB = 1024 * 1024

# what is no JSON, no webhook, or JSON only to some; kept, and nothing to show
ODD_JSON = [
    b"", b"   ", b'{"a":"x"}', b'{"a":"x\xff\xfe"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"x\\u0000y"}',
    b'{"a":"x\0y"}', b'{"a":"x"}\0{', b'{"a":"\\ud800"}', b'{"a":"\\udc00z"}', b'{"a":"\\ud83d\\u0041"}',
    b'{"a":"\\ud83d\\ude00"}', b'{"a":"x\ny"}', b'{"a":"\\q"}', b"{'a':'x'}", b'/* c */{"a":1}', b'# c\n{"a":1}',
    b'{"a":1,}', b'{"a":1}xyz', b'{"a":1}{"a":2}', b'{"a":1,"a":2}', b'{"a":9223372036854775807}',
    b'{"a":92233720368547758080}', b'{"a":1e999}', b'{"a":0x10}', b'{"a":0123}', b'{"a":NaN}', b'var a = {"a":1};',
    b'\xef\xbb\xbf{"a":1}', b'{"a":+1}', b'{"a":-}', b'{"a":"x', b"[1]", b'"x"', b'{"entry":[{"changes":[null,7]}]}',
    b'{"entry":{"changes":"messages"}}',
]
BOMBS = {
    "65 deep": lambda: b"[" * 65 + b"1" + b"]" * 65,
    "10,000 deep": lambda: b"[" * 10000 + b"1" + b"]" * 10000,
    "1,000,000 objects deep": lambda: b'{"a":' * 1000000 + b"1" + b"}" * 1000000,
    "8 MB of [": lambda: b"[" * (8 * MB),
    "3 MB of {}": lambda: b"[" + b",".join([b"{}"] * 1000000) + b"]",
    "1,500,000 numbers": lambda: b"[" + b",".join([b"1"] * 1500000) + b"]",
    "160,000 keys": lambda: b"{" + b",".join(b'"k%d":1' % n for n in range(160000)) + b"}",
    "64,000 times one key": lambda: b"{" + b",".join([b'"a":1'] * 64000) + b"}",
    "a string of 3 MB": lambda: b'{"a":"' + b"x" * 3000000 + b'"}',
    "a string of 500,000 escapes": lambda: b'{"a":"' + b"\\u00e9" * 500000 + b'"}',
}
# the text as it stands in the delivery, and the markup in the conversation; None: only escaped
TEXTS = [
    (b'"<script>alert(1)</script>"', None), (b'"<a href=javascript:alert(1)>x</a>"', None),
    (b'"<img src=http://x/y.png>"', None), (b'"http://e.org\\"onclick=alert(1)"', None),
    (b'"<b><i>never closed <!-- "', None), (b'"</body></html><FONT sml=1>"', None),
    (b'"&amp; & &lt; &#60;b&#62;"', None), (b'"see https://e.org/?a=1&b=<2>"', None),
    (b'"%s%n%x"', None), (b'"/quit"', None), (b'"*bold* <b> _it_"', "<b>bold</b> &lt;b&gt; <i>it</i>"),
    (b'"a\\u202eb\\u2066c"', "ab\u2066c\u2069"), (b'"\\u001b[31mred\\u0007\\u007f"', "[31mred"),
    (b'"x\\u0000y"', "x\ufffdy"), (b'"x\0y"', "x\ufffdy"), (b'"x\xff\xfey"', "x\ufffd\ufffdy"),
    (b'"\\ud800x"', "\ufffdx"), (b'"\\udc00x"', "\ufffdx"), (b'"\\ud83d\\u0041"', "\ufffdA"),
    (b'"\\ud83d\\ude00"', "\U0001f600"), (b'"' + "\U0001f600".encode() * 4096 + b'"', "\U0001f600" * 4096),
]
NO_SENDERS = ["../../x", "..", "/etc/passwd", "-rf", "CON", "", "DE.", "12025550101/../x", "a\0b", "\u202e1202",
              "0" * 300, "*", 5, None, ["12025550101"], {"a": 1}]
NAMES = ["<b>Bob</b>", "\u202eevil", "line\nbreak\x07", "%s%n", "x" * 10000, "../../x", "", None, 7, "\ud800"]
TIMES = ["0", "-1", "99999999999999999999", "1e300", "", None, 1795339200000, 9223372036854775807, -5, {"a": 1}, [1],
         True, "253402300800", "abc", "0x10", 1.5]


def case(text, run, *arguments):
    def one():
        run(*arguments)
    one.__doc__ = text
    return one


class World:
    def __init__(self, provider, directory, wrapper=()):
        self.directory = directory
        self.sim = Sim(provider, directory)
        self.host = Headless(self.sim, directory, wrapper)
        self.deliveries = Deliveries(self.sim, 1)
        self.crowd = None
        self.refuses = False
        self.kept = set()  # digests of what must be
        self.n_fds = self.n_texts = 0

    def note(self, *words):
        print(f"# {self.sim.provider}:", *words, flush=True)

    # ---- the process ----

    def memory(self, name="VmRSS"):
        """in MB"""
        with open(f"/proc/{self.host.process.pid}/status", encoding="utf-8") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024

    def measure_peak(self):
        """Gives a function that says by how many MB it grew at most since."""
        with open(f"/proc/{self.host.process.pid}/clear_refs", "w", encoding="utf-8") as peak:
            peak.write("5")
        before = self.memory()
        return lambda: self.memory("VmHWM") - before

    def count_fds(self):
        return len(os.listdir(f"/proc/{self.host.process.pid}/fd"))

    def wait_fds(self):
        """Fewer is fine: connections to the provider that nobody needed are closed after a while."""
        wait_until("the descriptors' return", lambda: self.count_fds() <= self.n_fds + 2, pause=0.02)

    def cpu_s(self):
        with open(f"/proc/{self.host.process.pid}/stat", encoding="utf-8") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # ---- good ones ----

    def good(self, prefix="good"):
        """Seconds until it is acknowledged."""
        self.n_texts += 1
        begin = time.monotonic()
        check(self.deliveries.post(f"{prefix} {self.n_texts}"), "a good delivery is not acknowledged")
        return time.monotonic() - begin

    def good_times(self, done=lambda: True, n_least=300 if ALL else 50):
        """In order of size, until done()."""
        times = []
        while len(times) < n_least or not done():
            times.append(self.good())
            time.sleep(0.01)
        return sorted(times)

    def check_times(self, what, times, alone=None, most_s=0.05 if ALL else 1):
        """`alone`: as many when nobody else was there."""
        median, most, late = (times[len(times) * percent // 100] for percent in (50, 90, 99))
        self.note(f"{what}: {len(times)} acknowledged, median {median * 1e3:.1f} ms, 99 % within {late * 1e3:.1f} ms, "
                  f"all within {times[-1] * 1e3:.1f} ms, loop {self.host.sync() * 1e3:.1f} ms")
        check(most < most_s, "a good delivery takes too long")
        if ALL and alone is not None:
            check(median < 2 * alone[len(alone) // 2] + 0.001, "a good delivery takes more than twice as long")

    # ---- bad ones ----

    def head(self, *lines, length=2, method="POST", path="/webhook"):
        lines = [f"{method} {path} HTTP/1.1", "Host: here", *lines]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def ask(self, request):
        """The status, 0 when the connection ends without one, and the text of the answer."""
        answer = b""
        with socket.create_connection(self.deliveries.address, 5) as client:
            client.settimeout(10)
            try:
                client.sendall(request)
                while part := client.recv(65536):
                    answer += part
            except OSError:
                pass
        head, _, text = answer.partition(b"\r\n\r\n")
        return (int(head[9:12]) if head else 0), text

    def post(self, body, is_kept=False):
        """With a good proof. What cannot be shown in full is kept."""
        status, _ = self.ask(self.head(self.deliveries.proof(body), "Connection: close", length=len(body)) + body)
        check(status == 200, f"{body[:40]!r} with a good proof is answered {status}")
        if is_kept:
            self.kept.add(hashlib.sha256(body).digest())

    def shaped_proof(self):
        """What can only be judged when the body is there; at 360dialog nothing can."""
        if self.sim.provider == "meta":
            return "X-Hub-Signature-256: sha256=" + "ab" * 32
        return self.sim.values["WEBHOOK_HEADER"]

    # ---- cases ----

    def begin(self):
        """a first message of each customer is shown"""
        self.host.go_online()
        people = set()
        for n in itertools.count():
            text = f"hello {n}"
            if self.deliveries.sender(text) not in people:
                people.add(self.deliveries.sender(text))
                check(self.deliveries.post(text), "a good delivery is not acknowledged")
            if len(people) == 16:
                break
        self.message(ADA, b'"hello"')
        self.message(BEN, b'"hello"')
        self.deliveries.wait_shown(self.host)
        self.host.wait_quiet()
        self.n_fds = self.count_fds()

    def great_body(self, what, request, answers):
        measured = self.measure_peak()
        status, _ = self.ask(request())
        peak = measured()
        check(status in answers, f"answered {status}")
        check(peak <= (10 if ALL else 16), f"memory grew by {peak:.1f} MB")
        self.note(f"{what}: {status or 'closed'}, memory +{peak:.1f} MB")
        self.good()

    def great_bodies(self):
        """no single body makes it great"""
        self.refuses = True
        proof = self.shaped_proof()
        chunk = b"%x\r\n" % MB + b"a" * MB + b"\r\n"
        in_chunks = "Transfer-Encoding: chunked"
        for what, request, answers in (
                ("8 MB", lambda: self.head(proof, length=8 * MB) + b"a" * (8 * MB), (401,)),
                ("8 MB and a byte", lambda: self.head(proof, length=8 * MB + 1) + b"a" * (8 * MB + 1), (413, 0)),
                ("64 MB of chunks", lambda: self.head(proof, in_chunks, length=None) + chunk * 64, (0,)),
                ("8 MB in a header", lambda: b"POST /webhook HTTP/1.1\r\nX-A: " + b"a" * (8 * MB), (431, 0)),
                ("chunks without a proof", lambda: self.head(in_chunks, length=None) + chunk * 8, (401, 0))):
            if self.sim.provider == "360dialog" and what == "8 MB":
                continue  # with that header it is genuine
            self.great_body(what, request, answers)

    def bombs(self):
        """no JSON makes it great, slow or end"""
        worst = self.measure_peak()
        for name, make in BOMBS.items() if ALL else itertools.islice(BOMBS.items(), 1, None, 2):
            self.post(make(), is_kept=True)
            self.good(name)
            self.deliveries.wait_shown(self.host)
        self.note(f"JSON bombs: memory +{worst():.1f} MB")
        check(worst() <= 100, f"memory grew by {worst():.0f} MB")

    def crowd_comes(self):
        """four hundred slow clients hinder nobody"""
        peak = self.measure_peak()
        slow = self.head(self.shaped_proof(), length=3000000)
        kinds = [Client(b""), Client(slow[:40]), Client(slow[:40], b"a"),  # headers
                 Client(slow), Client(slow + b"{", b"a"), Client(slow + b"a" * 60000, b"a"),  # bodies
                 Client(self.head(length=3000000), b"a"), Client(self.head(length=100), b"a")]  # without a proof
        members = [Client(kind.first, kind.drip) for kind in kinds for _ in range(400 // len(kinds))]
        self.crowd = Crowd(self.deliveries.address, members)
        self.check_times("400 slow clients", self.good_times())
        check(peak() <= 40, f"memory grew by {peak():.1f} MB")

    def crowd_too_many(self):
        """nor do more than there is room for, that come again and again: then a good one has to find a place"""
        kinds = [Client(b""), Client(self.head("X-A: b")[:40], b"a"), Client(self.head(length=100), b"a")]
        if self.sim.provider == "meta":  # elsewhere the header is proof enough
            kinds.append(Client(self.head(self.shaped_proof(), length=3000000) + b"{", b"a"))
        members = [Client(kind.first, kind.drip, returns=True) for kind in kinds for _ in range(720 // len(kinds))]
        crowd = Crowd(self.deliveries.address, members)
        try:
            self.check_times("720 slow clients that return", self.good_times(), most_s=1)
        finally:
            crowd.leave()

    def crowd_gone(self):
        """all of them are cut off"""
        wait_until("the end of the slow clients", lambda: self.crowd.n_there() == 0)
        longest = max(client.lasted_s for client in self.crowd.clients)
        self.note(f"400 slow clients: cut off within {longest:.1f} s")
        check(longest <= CUT_S, f"one is cut off after {longest:.1f} s")
        self.crowd.leave()
        self.wait_fds()

    def proofs(self):
        """nothing without a good proof is taken"""
        before = self.host.count("^message\t")
        body = self.deliveries.body("from a stranger")
        proof = self.deliveries.proof(body)
        name, good = proof.split(": ")
        bad = ["X-A: b", f"{name}: ", f"{name}: {good[:-1]}", f"{name}: {good}0", f"{name}: {good[:-2]}zz",
               f"{name}:\x00{good}", f"{proof}\r\n{proof}", f"{proof}\r\n{name}: x", f"Authorization: {good}",
               f"X-{proof}"]
        if self.sim.provider == "meta":
            wrong = ("1" if good[-1] == "0" else "0")
            sha1 = hmac.new(self.sim.values["APP_SECRET"].encode(), body, hashlib.sha1).hexdigest()
            empty = hmac.new(b"", body, hashlib.sha256).hexdigest()
            bad += [f"{name}: {good[:-1]}{wrong}", f"X-Hub-Signature: sha1={sha1}", f"{name}: sha1={sha1}",
                    f"{name}: {good[7:]}", f"{name}: sha256={empty}"]
        for header in bad:
            status, _ = self.ask(self.head(header, length=len(body)) + body)
            check(status in (400, 401), f"{header!r} is answered {status}")
        for path in ("/", "/webhook/", "//webhook", "/Webhook", "/webhook/../../etc/passwd"):
            status, _ = self.ask(self.head(proof, length=len(body), path=path) + body)
            check(status == 404, f"{path} is answered {status}")
        if self.sim.provider == "meta":
            status, _ = self.ask(self.head(proof, length=len(body)) + body.replace(b"stranger", b"strangeR"))
            check(status == 401, f"a changed body is answered {status}")
        self.host.sync()
        check(self.host.count("^message\t") == before, "something is shown")
        blanks = b'{"blanks": "behind the proof"}'
        status, _ = self.ask(self.head(self.deliveries.proof(blanks) + " \t ", "Connection: close", length=len(blanks))
                             + blanks)
        check(status == 200, f"blanks behind a good proof are answered {status}")
        self.kept.add(hashlib.sha256(blanks).digest())

    def challenge(self):
        """who knows the verify token hears the challenge, nobody else"""
        def get(token, challenge, mode="subscribe"):
            return self.ask(self.head("Connection: close", method="GET", length=None, path=(
                f"/webhook?hub.mode={mode}&hub.verify_token={token}&hub.challenge={challenge}")))
        if self.sim.provider != "meta":
            check(get("x", "7")[0] == 405, "there is a challenge")
            return
        token = self.sim.values["VERIFY_TOKEN"]
        for wrong in ("", "x", token[:-1], token + "x", token.swapcase()):
            check(get(wrong, "7")[0] == 403, f"the token {wrong!r} is taken")
        check(get(token, "7", "unsubscribe")[0] == 403, "another mode is taken")
        check(get(token, "a" * 257)[0] == 403, "a long challenge is taken")
        check(get(token, "a%0d%0ab")[0] == 403, "a challenge of two lines is taken")
        check(get(token, "a" * 256) == (200, b"a" * 256), "the challenge is not answered")
        check(get(token, "%3Cb%3E") == (200, b"<b>"), "the challenge is changed")

    def odd_json(self):
        """what is no webhook is kept and acknowledged"""
        for body in ODD_JSON:
            self.post(body, is_kept=True)
        self.good("after odd JSON")
        self.deliveries.wait_shown(self.host)

    def message(self, sender, literal, name="Somebody", moment=None, is_kept=False):
        """A delivery whose text is the JSON `literal`."""
        self.n_texts += 1
        delivery = json.loads(self.deliveries.body(f"odd {self.n_texts}"))
        value = delivery["entry"][0]["changes"][0]["value"]
        value["contacts"] = [{"profile": {"name": name}, "wa_id": sender}]
        value["messages"][0].update({"from": sender, "text": {"body": "TEXT"}})
        if moment is not None:
            value["messages"][0]["timestamp"] = moment
        self.post(json.dumps(delivery).encode().replace(b'"TEXT"', literal), is_kept)

    def lines(self, sender):
        """what customers' messages in this conversation say: their columns"""
        return [line.split("\t") for line in self.host.said.tail(0) if line.startswith("message\t") and
                line.split("\t")[2] == sender and "RECV" in line.split("\t")[3]]

    def texts(self):
        """a text is shown as it is, never as markup"""
        for literal, markup in TEXTS:
            before = len(self.lines(ADA))
            self.message(ADA, literal)
            wait_until("the text", lambda before=before: len(self.lines(ADA)) > before, pause=0.005)
            if markup is None:
                markup = html.escape(json.loads(literal), quote=True)
            shown = self.lines(ADA)[-1][6]
            check(shown == markup, f"{literal[:60]!r} is shown as {shown[:100]!r}")
        check(self.host.sync() < 1, "the main loop stands")

    def people(self):
        """no name and no time leads astray"""
        before = self.host.count("^message\t")
        for n, sender in enumerate(NO_SENDERS):
            self.message(sender, b'"nobody %d"' % n, is_kept=True)
        wait_until("a notice for each of them", pause=0.01,
                   condition=lambda: self.host.count("^notice\t.*without its sender") == len(NO_SENDERS))
        check(self.host.count("^message\t") == before, "nobody has a conversation")
        for n, name in enumerate(NAMES, 1):
            self.message(BEN, b'"I have a name"', name)
            # a name that is told late is that of the next message
            wait_until("the text", lambda n=n: self.host.shown[BEN, "RECV", "I have a name"] == n, pause=0.005)
        for moment in TIMES:
            self.message(BEN, b'"when"', "Ben", moment)
        wait_until("the texts", lambda: self.host.shown[BEN, "RECV", "when"] == len(TIMES), pause=0.01)
        check(self.host.shown[BEN, "RECV", "I have a name"] == len(NAMES), "one with an odd name is not shown")
        check(all(abs(int(line[4]) - time.time()) < 300 for line in self.lines(BEN)), "one is shown at another time")
        names = [line.split("\t")[5] for line in self.host.said.tail(0) if line.startswith("alias\t")]
        check("<b>Bob</b>" in names and "evil" in names, "a name is not shown as it is")
        odd = re.compile("[\x00-\x1f\u202a-\u202e\u2066-\u2069]|\\\\[nrt]|.{1000}")
        check(not any(odd.search(name) for name in names), "a name is more than a line")

    def check_files(self):
        check({"profile", "sim-ready"} >= {name for name in os.listdir(self.directory) if not name.startswith("tmp")},
              "there are files outside the profile")
        for folder, folders, _ in os.walk(os.path.join(self.host.profile, "logs", "coex")):
            check(all(re.fullmatch("(%2b)?[0-9]+", name) for name in folders), f"odd names in {folder}: {folders}")

    def flood(self):
        """strangers in a hurry hurry nobody"""
        alone = self.good_times()
        self.check_times("alone", alone)
        small = self.head(self.shaped_proof()[:-1] + "x") + b"{}"
        many = self.head(self.shaped_proof()) + b"{}" if self.sim.provider == "meta" else small
        self.flood_with("pipelined bad proofs", small * 20, 32, FLOOD // 20, alone)
        self.flood_with("bad proofs", many, 400, FLOOD, alone)
        # this costs the one who sends so much that it slows down what measures
        self.flood_with("great bodies", self.head(length=100000) + b"a" * 50000, 32, FLOOD // 2)
        self.flood_with("bad proofs", small, 600, FLOOD // 20)

    def flood_with(self, what, request, n_clients, n_wanted, alone=None):
        peak, begin, used = self.measure_peak(), time.monotonic(), self.cpu_s()
        crowd = Crowd(self.deliveries.address, [Client(request, returns=True) for _ in range(n_clients)])
        # of more than 480 some wait for their turn, so a good one does
        times = self.good_times(lambda: crowd.n_answers() >= n_wanted, *([10] if n_clients > 480 else []))
        used, lasted = self.cpu_s() - used, time.monotonic() - begin
        crowd.leave()
        name = f"{crowd.n_answers()} {what} on {n_clients} connections, {crowd.n_answers() / lasted:.0f}/s"
        self.note(f"{name}: {used / lasted:.2f} of a core, memory +{peak():.1f} MB")
        check(set(crowd.answers) <= {b"401", b""}, f"answered {crowd.answers}")
        check(peak() <= 40, f"memory grew by {peak():.1f} MB")
        if n_clients <= 480:
            self.check_times(name, times, alone)
        else:
            self.note(f"{name}: {len(times)} acknowledged, all within {times[-1] * 1e3:.0f} ms")
            check(times[-1] < 5, "a good delivery does not get its turn")
        self.wait_fds()

    def comings_and_goings(self):
        """whoever leaves takes its descriptor along"""
        request = self.head(self.deliveries.proof(b"{}"), length=2) + b"{}"
        for how in range(6):
            for _ in range(20):
                with socket.create_connection(self.deliveries.address, 5) as client:
                    if how > 0:
                        client.sendall(request)
                    if how > 1:
                        client.recv(400)
                    if how > 2:
                        client.shutdown(socket.SHUT_WR)
                    if how > 3:
                        client.recv(400)
        self.kept.add(hashlib.sha256(b"{}").digest())
        self.wait_fds()

    def exhausted(self):
        """without a descriptor it waits, without haste, and goes on"""
        self.sim.do("ada says how are you?")
        wait_until("Ada's text", lambda: self.host.shown[ADA, "RECV", "how are you?"], pause=0.01)
        crowd = Crowd(self.deliveries.address, [Client(b"", returns=True) for _ in range(400)])
        wait_until("the last descriptor", lambda: self.count_fds() >= 128, pause=0.01)
        used, begin = self.cpu_s(), time.monotonic()
        self.host.do(f"say {ADA} while nothing is left")
        wait_until("the line", lambda: self.host.shown[ADA, "SEND", "while nothing is left"], pause=0.01)
        time.sleep(1)  # the system counts in hundredths of a second
        gap = max(self.host.sync() for _ in range(20))
        used = (self.cpu_s() - used) / (time.monotonic() - begin)
        check(not self.host.is_dead(), "it died")
        check(used < 0.5, f"{used:.2f} of a core while it waits")
        crowd.leave()
        self.wait_fds()
        took = self.good("after")
        self.deliveries.wait_shown(self.host)
        self.sim.said.expect("^-> ada: while nothing is left$")
        self.note(f"128 descriptors, 400 clients: {used:.2f} of a core, loop {gap * 1e3:.1f} ms; then acknowledged in "
                  f"{took * 1e3:.1f} ms")

    def end_well(self):
        """nothing of strangers is kept, all else is"""
        self.deliveries.wait_shown(self.host)
        self.host.sync()
        n_told = self.host.count(r"^notice\t.*refused \(401\)")
        check(n_told == self.refuses, f"that one was refused is told {n_told} times")
        self.host.quit()
        self.deliveries.check_once(self.host)
        self.check_files()
        bodies = self.host.query("SELECT body FROM bodies JOIN deliveries ON id = delivery WHERE state IN (2, 3)")
        check(self.kept == {hashlib.sha256(body).digest() for body, in bodies}, "not just what is odd is kept")
        self.sim.check_complaints()

    def end(self):
        if self.crowd is not None:
            self.crowd.leave()
        if self.host.process is not None:
            self.host.kill()
        self.sim.end()


def cases(world):
    yield world.begin
    yield world.great_bodies
    yield world.bombs
    slow = ALL or world.sim.provider == "meta"  # it takes its time
    if slow:
        yield world.crowd_comes
    yield world.proofs
    yield world.challenge
    yield world.odd_json
    yield world.texts
    yield world.people
    if slow:
        yield world.crowd_gone
    yield world.crowd_too_many
    yield world.flood
    yield world.comings_and_goings
    yield world.end_well


def main():
    sys.setswitchinterval(0.0005)  # the crowd's thread must not delay the one that measures
    suite = Suite()
    for provider in ("360dialog", "meta"):
        for name, wrapper in ((provider, ()), (f"{provider}, 128 descriptors", ("prlimit", "--nofile=128:128"))):
            if wrapper and provider == "360dialog" and not ALL:
                continue
            directory = os.path.join(suite.directory, name)
            os.mkdir(directory)
            world = World(provider, directory, wrapper)
            some = [world.begin, world.exhausted, world.end_well] if wrapper else list(cases(world))
            suite.run(name, some, lambda world=world: world.sim.said.tail(20) + world.host.witness())
            world.end()
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
