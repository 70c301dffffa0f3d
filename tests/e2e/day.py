# SPDX-License-Identifier: GPL-2.0-or-later
"""A working day, the same in every chat program; what a program's user does and sees is left to its
driver (pidgin.py, finch.py, bee.py), which has, with `who` as the simulator calls the customer:

    start(), quit(), end(), witnesses()
    mark                       what our commands begin with
    shown(who)                 all that stands in the conversation, one message a line
    say(who, text)
    say_amid(who, parts, meanwhile)   the parts of one text, the second once the account told something
    files                      a folder with the user's own files, which may be missing yet
    send_file(who, path)       by what the program has for it
    send_beside(who, path, text)   in a text, where the program has that; else there is none
    status(who)                what the program says of the last message to them
    wait_choice(who)           until the list of templates is offered
    template(who, values)      chooses order_update, fills it in; gives when it waits for "send"
    confirm(who)               sends it
    hold(who)                  takes "hold" where templates are offered
    log_off(n), log_on(n)      the n-th account; they do not wait for the end of it
    is_online(n)
    told()                     what the program says of its accounts
    history(who)               all that stood in the conversation since the first start
    logs()                     the files with what the program printed, its debug output included
"""
import base64
import datetime
import glob
import os
import re
import socket
import struct
import time

from sim import NAMES, NUMBERS, Sim
from tap import check, wait_until

PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu"
           "7N9hAAAAAElFTkSuQmCC")
OTHER = ["--number", "+447700900177", "--phone-number-id", "7700177", "--waba-id", "8800177"]
SECRETS = ["KEY", "APP_SECRET", "VERIFY_TOKEN", "WEBHOOK_HEADER"]  # as the simulator calls them
# of each kind of message a part that no program says by itself
TEXTS = ["When is it ready", "good morning", "written while", "written on the phone", "Welcome &", "widnow", "after it",
         "Rye or", "Oat please", "Oat it is", "Two loaves", "Three loaves", "Make it", "Never mind",
         "Ben here", "It is me", "asked in", "to the right", "And in", "Long ago",
         "It can be fetched", "Zoe", "K-42", "held until", "I am here", "refused at once", "fails later",
         "leaving now", "typed without", "received meanwhile", "while you were away", "other shop",
         "with a dead key", "as it is", "and from"]


def ogg_page(kind, granule, number, packets):
    """RFC 3533, with its checksum; each packet is shorter than 255 bytes."""
    page = bytearray(struct.pack("<4sBBqIIIB", b"OggS", 0, kind, granule, 7, number, 0, len(packets)))
    page += bytes(map(len, packets)) + b"".join(packets)
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = checksum << 1 ^ (0x104c11db7 if checksum & 0x80000000 else 0)
    page[22:26] = struct.pack("<I", checksum)
    return bytes(page)


def voice_note(seconds):
    """As WhatsApp has them: Opus in Ogg, one channel, 20 ms a packet (RFC 7845)."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, 312, 48000, 0, 0)
    tags = struct.pack("<8sI4sI", b"OpusTags", 4, b"coex", 0)
    pages = [ogg_page(2, 0, 0, [head]), ogg_page(0, 0, 1, [tags])]
    pages += [ogg_page(4 if i == seconds - 1 else 0, 312 + 48000 * (i + 1), 2 + i, [b"\x08\xff\xfe"] * 50)
              for i in range(seconds)]
    return b"".join(pages)


def hear(content):
    """(channels, seconds) of such a file."""
    head, last = content.index(b"OpusHead"), content.rindex(b"OggS")
    return content[head + 9], (struct.unpack_from("<q", content, last + 6)[0] -
                               struct.unpack_from("<H", content, head + 10)[0]) / 48000


class Day:
    """Each method is a case that builds on those before."""

    def __init__(self, provider, directory, make_client):
        self.directory = os.path.join(directory, provider)
        os.makedirs(self.directory)
        self.sim = Sim(provider, self.directory)
        second = os.path.join(self.directory, "second")
        os.makedirs(second)
        self.other = Sim(provider, second, OTHER, self.sim.listen)
        self.client = make_client(self.directory, [self.sim, self.other])
        self.n_pictures = 0  # that left
        self.words = []  # of the texts that went both ways

    def cases(self):
        return [self.message_in, self.as_written, self.stranger, self.echo, self.reply, self.quotes, self.reactions,
                self.edits, self.deletions, self.command, self.file, self.slow_file,
                self.file_out, self.voice, self.two_are_one, self.earlier,
                self.closed_window,
                self.template, self.hold_and_release, self.failed_send, self.log_off_in_the_middle,
                self.network_gone, self.restart, self.no_network_at_login, self.taken_port,
                self.second_account, self.wrong_token, self.leave, self.kept, self.silence]

    # ---- what is looked at

    def wait_shown(self, who, pattern):
        wait_until(f"/{pattern}/ in the conversation with {who}",
                   lambda: re.search(pattern, self.client.shown(who)))

    def check_shown_once(self, who, text):
        n = len(re.findall(re.escape(text), self.client.shown(who)))
        check(n == 1, f"“{text}” stands {n} times in the conversation with {who}")

    def wait_online(self, n=0):
        # The chat programs wait up to a minute before they try again.
        wait_until(f"account {n} online", lambda: self.client.is_online(n), 100)

    def wait_offline(self, n=0):
        wait_until(f"account {n} offline", lambda: not self.client.is_online(n))

    def wait_told(self, pattern):
        wait_until(f"/{pattern}/ told", lambda: re.search(pattern, self.client.told(), re.I))

    def relogin(self):
        self.client.log_off(0)
        self.wait_offline()
        self.client.log_on(0)

    def works_again(self, word):
        """Both ways, and one line each."""
        self.sim.do(f"ada says {word} in")
        self.wait_shown("ada", f"{word} in")
        self.client.say("ada", f"{word} out")
        self.sim.said.expect(f"^-> ada: {word} out$")
        self.wait_shown("ada", f"{word} out")
        self.check_shown_once("ada", f"{word} in")
        self.words.append(word)

    # ---- the cases

    def message_in(self):
        """it logs in, and messages open conversations"""
        self.sim.old_message("dana", "When is it ready?")
        self.client.start()
        self.wait_online()
        self.wait_shown("dana", r"When is it ready\?")
        self.sim.do("ada says Hello & good morning <3")
        self.wait_shown("ada", "Hello & good morning <3")

    def as_written(self):
        """every letter of a text with many addresses and tags is shown as it was written"""
        forged = '<a href="x://evil">bank</a> &lt;b&gt; ~10~ 8'
        self.sim.do("ada says " + "www.shop.example " * 60 + "*now* " * 45 + forged)
        self.wait_shown("ada", r"\s+".join(map(re.escape, forged.split())))
        # In BitlBee such a line would be one of ours.
        self.sim.do("ada says " + "* It was never said, " * 60 + "by nobody")
        self.wait_shown("ada", "by nobody")
        check(self.client.mark != "!" or not re.search(r"^\W*\* It was", self.client.shown("ada"), re.M),
              "a customer speaks as the plugin does")

    def stranger(self):
        """a webhook of a stranger's is told without disturbing who types"""
        def knock():
            with socket.create_connection(self.sim.listen.split(":")) as line:
                line.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
                check(b" 401 " in line.recv(100), "a stranger was let in")
        self.client.say_amid("ada", ["written while s", "omebody knocks ok"], knock)
        self.sim.said.expect("^-> ada: written while somebody knocks ok$")
        self.wait_told("webhook")

    def echo(self):
        """what the phone sent is shown as the user's own"""
        self.sim.do("phone to ada: written on the phone")
        self.wait_shown("ada", "written on the phone")

    def reply(self):
        """a reply reaches the customer and is shown once"""
        self.client.say("ada", "Welcome & <hello>")
        self.sim.said.expect("^-> ada: Welcome & <hello>$")
        self.sim.do("ada says thanks")
        self.wait_shown("ada", "thanks")
        self.check_shown_once("ada", "Welcome & <hello>")

    def quotes(self):
        """a quote stands above the text, whoever quotes"""
        self.client.say("ada", "Rye or oat?")
        self.sim.said.expect(r"^-> ada: Rye or oat\?$")
        self.sim.do("ada quotes Oat please")
        self.wait_shown("ada", r"> Rye or oat\?\s+(?s:.{,60})Oat please")
        self.sim.do("phone quotes ada: Oat it is")
        self.wait_shown("ada", r"> Oat please\s+(?s:.{,60})Oat it is")

    def reactions(self):
        """a reaction says to which words, and so does taking it back"""
        self.sim.do("ada reacts \U0001F44D")
        self.wait_shown("ada", "They reacted with \U0001F44D to .Oat it is.")
        self.sim.do("phone reacts ada: \u2764")
        self.wait_shown("ada", "Reacted on the phone with \u2764 to .Oat please.")
        self.sim.do("ada reacts")
        self.wait_shown("ada", "They took back their reaction \U0001F44D to .Oat it is.")

    def edits(self):
        """an edit says what stands there now, and what stood there before"""
        self.sim.do("ada says Two loaves")
        self.sim.do("ada edits Three loaves")
        self.wait_shown("ada", r"They edited: .Three loaves. \(before: .Two loaves.\)")
        self.sim.do("phone edits ada: Make it oat")
        self.wait_shown("ada", r"Edited on the phone: .Make it oat. \(before: .Oat it is.\)")

    def deletions(self):
        """a deletion says what was taken back"""
        self.sim.do("ada says Never mind")
        self.sim.do("ada deletes")
        self.wait_shown("ada", "They deleted .Never mind.")
        self.sim.do("phone deletes ada")
        self.wait_shown("ada", "Deleted on the phone: .Make it oat.")

    def two_are_one(self):
        """two people who turn out to be one have one conversation, and answers go where they are"""
        self.sim.do("ben says Ben here")
        self.sim.do(f"add quinn {NUMBERS['quinn']} {NAMES['quinn']}")
        self.sim.do("quinn says It is me")
        self.wait_shown("ben", "Ben here")
        self.wait_shown("quinn", "It is me")
        self.sim.do("ben is quinn")
        self.wait_shown("quinn", "This is the same person as Ben Whitaker")
        self.client.say("quinn", "asked in the second")
        self.sim.said.expect("^-> ben: asked in the second$")
        self.wait_shown("quinn", "This goes on in the conversation with Ben Whitaker")
        self.wait_shown("ben", "asked in the second")
        self.sim.do("ben says And in the first")
        self.wait_shown("ben", "And in the first")
        self.client.say("ben", "to the right address")
        self.sim.said.expect("^-> ben: to the right address$")

    def earlier(self):
        """what the phone had before stands in the history, with its own time"""
        day = datetime.date.fromtimestamp(time.time() - 3 * 86400)
        self.sim.do("history dana 3d Long ago")
        self.wait_told("earlier chats have arrived")
        self.client.say("dana", f"{self.client.mark}history")
        self.wait_shown("dana", rf"\[{day} ..:..\] \u2190 Dana Weber: Long ago")
        self.check_shown_once("dana", "Long ago")

    def file(self):
        """a picture comes, is whole, and a line says where it is"""
        source = os.path.join(self.directory, "source.png")
        with open(source, "wb") as file:
            file.write(PICTURE)
        self.sim.do(f"ada brings image/png {source} The broken part")
        self.wait_shown("ada", "The broken part")
        self.wait_shown("ada", rf"\[image #\d+, {len(PICTURE)} bytes\]")
        found = glob.glob(os.path.join(self.directory, "**", "Ada Lovelace", "image *.png"), recursive=True)
        found += glob.glob(os.path.join(os.environ["HOME"], "**", "Ada Lovelace", "image *.png"), recursive=True)
        check(found, "the picture is in no folder")
        with open(found[0], "rb") as file:
            check(file.read() == PICTURE, "the picture is not what was sent")

    def slow_file(self):
        """a large file that was asked for comes beside what is typed"""
        if not hasattr(self.client, "say_while_fetched"):
            return
        source = os.path.join(self.directory, "source.mp4")
        with open(source, "wb") as file:
            file.write(b"x" * 17_000_000)
        self.sim.do("files slow")
        self.sim.do(f"ada brings video/mp4 {source} Our garden")
        self.sim.do("files good")
        self.wait_shown("ada", r"\[video #\d+, 17 MB\]: /get #\d+ fetches it")
        self.client.say("ada", "/get")
        self.client.say_while_fetched("ada", ["typed while ", "it comes"])
        self.sim.said.expect("^-> ada: typed while it comes$")
        self.wait_shown("ada", r"\[video #\d+, 17 MB\] file://")
        os.unlink(source)

    def make_picture(self, name, more=b""):
        os.makedirs(self.client.files, exist_ok=True)
        path = os.path.join(self.client.files, name)
        with open(path, "wb") as file:
            file.write(PICTURE + more)
        return path

    def file_out(self):
        """a picture leaves as one, by a command with words beside it, and arrives"""
        path, sent = self.make_picture("garden.png"), rf"^-> ada: image image/png {len(PICTURE)}"
        self.client.send_file("ada", path)
        self.sim.said.expect(sent + "$")
        self.wait_shown("ada", r"\[image\] garden.png")
        self.client.say("ada", f"{self.client.mark}send {path} as it is now")
        self.sim.said.expect(sent + " caption=as it is now$")
        self.wait_shown("ada", r"\[image\] garden.png: as it is now")
        wait_until("that it was delivered", lambda: re.search(
            r"Last message: delivered .*garden.png: as it is now", self.client.status("ada")))
        self.n_pictures = 2
        if hasattr(self.client, "send_beside"):
            self.client.send_beside("ada", path, "and from here")
            self.sim.said.expect(sent + " caption=and from here$")
            self.wait_shown("ada", r"\[image\] garden.png: and from here")
            self.n_pictures += 1
        os.unlink(path)

    def voice(self):
        """a voice message leaves as one, whole, and can be heard"""
        note = voice_note(2)
        path, heard = os.path.join(self.client.files, "note.ogg"), os.path.join(self.directory, "heard.ogg")
        with open(path, "wb") as file:
            file.write(note)
        self.client.say("ada", f"{self.client.mark}send {path}")
        self.sim.said.expect(f"^-> ada: voice audio/ogg {len(note)}$")
        self.wait_shown("ada", r"\[voice message\] note.ogg")
        self.sim.do(f"save {heard}")
        self.sim.said.expect("^saved$")
        with open(heard, "rb") as file:
            content = file.read()
        check(hear(content) == (1, 2), "another sound left than was sent")
        check(content == note, "it is not what was sent")
        os.unlink(path)

    def check_pictures(self):
        n = self.sim.said.count("^-> ada: image ")
        check(n == self.n_pictures, f"{n} pictures reached her, not {self.n_pictures}")

    def command(self):
        """commands work, a mistyped one stays here"""
        mark = self.client.mark
        self.client.say("ada", f"{mark}window")
        self.wait_shown("ada", "open until")
        self.client.say("ada", f"{mark}widnow")
        self.client.say("ada", "after it")
        self.sim.said.expect("^-> ada: after it$")
        check(self.sim.said.count("^-> ada: .*widnow") == 0, "a mistyped command reached her")

    def closed_window(self):
        """in a closed window a text leads to the templates"""
        self.client.say("dana", "It can be fetched")
        self.client.wait_choice("dana")
        check(self.sim.said.count("^-> dana:") == 0, "free text left outside the window")

    def template(self):
        """a template with two variables is chosen, filled in, shown and sent"""
        self.client.template("dana", ["Zoe", "K-42"])
        check(self.sim.said.count("^-> dana:") == 0, "sent before it was confirmed")
        self.client.confirm("dana")
        self.sim.said.expect(r"^-> dana: \[template order_update en_US\] Zoe.*K-42")
        self.wait_shown("dana", "Hi Zoe, your order K-42 is ready")

    def hold_and_release(self):
        """a held text leaves when the customer writes, and is shown as sent"""
        self.client.say("dana", "held until you write")
        self.client.wait_choice("dana")
        self.client.hold("dana")
        self.client.say("dana", f"{self.client.mark}held")
        self.wait_shown("dana", "held until you write")
        check(self.sim.said.count("^-> dana: held") == 0, "sent before she wrote")
        n_before = self.client.shown("dana").count("held until you write")
        self.sim.do("dana says I am here")
        self.sim.said.expect("^-> dana: held until you write$")
        self.wait_shown("dana", "I am here")
        wait_until("the held text among what was sent",
                   lambda: self.client.shown("dana").count("held until you write") > n_before)

    def failed_send(self):
        """a send that fails is told with its text, and can be sent again"""
        for fault, text in (("fail next", "refused at once"), ("fail next async", "fails later")):
            self.sim.do(f"{fault} 131026")
            self.client.say("ada", text)
            self.wait_shown("ada", f"Not delivered: .{text}")
            self.sim.said.skip()
            self.client.say("ada", f"{self.client.mark}resend")
            self.sim.said.expect(f"^-> ada: {text}$")

    def log_off_in_the_middle(self):
        """logged off while a text is on its way: it arrives once"""
        self.sim.do("aim messages")
        self.sim.do("delay next 1500")
        self.client.say("ada", "leaving now")
        self.relogin()
        self.wait_online()
        self.sim.do("aim any")
        self.works_again("stayed")
        n = self.sim.said.count("^-> ada: leaving now$")
        check(n == 1, f"it was sent {n} times")
        self.wait_shown("ada", "leaving now")

    def network_gone(self):
        """what is typed without a network leaves when it is back"""
        self.sim.do("down")
        self.client.say("ada", "typed without a network")
        self.sim.do("ada says received meanwhile")
        self.wait_shown("ada", "received meanwhile")
        check(self.sim.said.count("typed without a network") == 0, "sent without a network")
        self.sim.do("up")
        self.sim.said.expect("^-> ada: typed without a network$", 60)
        self.wait_shown("ada", "typed without a network")

    def restart(self):
        """after a restart nothing comes twice, nothing was lost, and the window is still known"""
        self.sim.do("aim upload")
        self.sim.do("delay next 60000")
        path = self.make_picture("later.png", b"other")
        self.client.say("ada", f"{self.client.mark}send {path}")
        self.wait_shown("ada", r"\[image\] later.png")
        os.unlink(path)
        self.client.quit()
        check(self.sim.said.count(rf"^-> ada: image image/png {len(PICTURE) + 5}$") == 0, "it had left")
        self.sim.do("ada says while you were away")
        self.client.start()
        self.wait_online()
        self.wait_shown("ada", "while you were away")
        self.sim.do("again")
        self.sim.said.expect(rf"^-> ada: image image/png {len(PICTURE) + 5}$")
        self.n_pictures += 1
        self.sim.do("aim any")
        self.works_again("returned")
        self.check_pictures()
        shown = self.client.shown("ada")
        check("good morning" not in shown, "an old message came again")
        self.check_shown_once("ada", "while you were away")

    def no_network_at_login(self):
        """without a network at login it says so, and works when it is back"""
        self.sim.do("down")
        self.relogin()
        self.wait_told("Could not reach")
        self.wait_online()
        self.sim.do("up")
        self.works_again("reconnected")

    def taken_port(self):
        """a taken port is named, and the account connects when it is free"""
        self.client.log_off(0)
        self.wait_offline()
        host, port = self.sim.listen.split(":")
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind((host, int(port)))
            taken.listen()
            self.client.log_on(0)
            self.wait_told(port)
        self.wait_online()
        self.works_again("freed")

    def second_account(self):
        """a second account shares the address, and each has its own customers"""
        self.client.log_on(1)
        self.other.do("add eve +493023125099 Eve Second")
        self.other.do("eve says Hello other shop")
        self.wait_shown("eve", "Hello other shop")
        self.wait_online(1)
        self.client.say("eve", "The other shop here")
        self.other.said.expect("^-> eve: The other shop here$")
        self.works_again("both")
        check(self.sim.said.count("other shop") == 0, "it left through the wrong number")

    def wrong_token(self):
        """with a dead token it goes on receiving, but does not log in; a good one sends what waited"""
        self.sim.do("revoke")
        self.client.say("ada", "with a dead key")
        self.wait_shown("ada", "Not sent yet.*: with a dead key")
        self.sim.do("ada says heard without a key")
        self.wait_shown("ada", "heard without a key")
        self.relogin()
        self.wait_told("token|key|password")
        check(not self.client.is_online(0), "it logged in with a dead token")
        check(self.client.is_online(1), "the other account went off too")
        self.sim.do("restore")
        self.sim.do("sync")
        self.sim.said.expect("^all delivered")
        self.client.log_on(0)
        self.wait_online()
        self.sim.said.expect("^-> ada: with a dead key$")
        self.works_again("alive")

    def leave(self):
        """it ends in order, and the API had nothing to complain of"""
        self.client.quit()
        self.check_pictures()
        self.sim.check_complaints()
        self.other.check_complaints()

    def kept(self):
        """in the history of the day each line stands once"""
        # What waited has a line about its end, too; and what had no answer yet when it ended, one about that.
        history = re.sub(r"(Sent at \d\d:\d\d|The connection ended while this was being sent): .*", "",
                         self.client.history("ada"))
        for text in ("Hello & good morning <3", "written on the phone", "Welcome & <hello>",
                     "received meanwhile", "while you were away", "leaving now",
                     "[image] garden.png: as it is now", "[image] later.png",
                     *(f"{word} {way}" for word in self.words for way in ("in", "out"))):
            n = history.count(text)
            check(n == 1, f"“{text}” stands {n} times in the history")

    def silence(self):
        """what it printed holds no key, no secret and no word of a message"""
        said = ""
        for path in self.client.logs():
            with open(path, encoding="utf-8", errors="replace") as log:
                said += log.read()
        check(self.sim.number in said, "it printed nothing about the account")
        for sim in (self.sim, self.other):
            for key in SECRETS:
                check(sim.values[key].split(" ")[-1] not in said, f"{key} stands there")
        for text in TEXTS + [f"{word} {way}" for word in self.words for way in ("in", "out")]:
            check(text not in said, f"“{text}” stands there")

    # ----

    def witnesses(self):
        return self.client.witnesses() + ["sim: " + line for line in self.sim.said.tail(30)]

    def end(self):
        self.client.end()
        self.sim.end()
        self.other.end()


def run_days(suite, program, make_client):
    """The day at both providers; make_client: {provider: function(directory, sims)}."""
    for provider, make in make_client.items():
        suite.run_group(f"{program} at {provider}", Day(provider, suite.directory, make))
