# SPDX-License-Identifier: GPL-2.0-or-later
"""A private desktop: an X server, a session bus and a window manager; and what its windows say, read
as a screen reader does."""
import os
import re
import subprocess
import threading

import dbus
import dbus.bus

from tap import Lines, wait_until

GEOMETRY = "1280x1000x24"
ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drag_source.py")
STATE_SHOWING = 1 << 25


class Widget:
    """Something on the screen: its role ("push button"), its name, and the text in it."""

    def __init__(self, bus, name, path):
        self.bus, self.bus_name, self.path = bus, name, path
        self.proxy = bus.get_object(name, path, introspect=False)

    def _call(self, interface, method, *arguments):
        return self.proxy.get_dbus_method(method, interface)(*arguments)

    @property
    def key(self):
        """What is the same of the same widget."""
        return self.bus_name, self.path

    @property
    def role(self):
        # The name that at-spi 2.54 gave to the push button.
        return re.sub("^button$", "push button", self._call(ACCESSIBLE, "GetRoleName"))

    @property
    def name(self):
        return str(self._call(dbus.PROPERTIES_IFACE, "Get", ACCESSIBLE, "Name"))

    @property
    def text(self):
        try:
            return str(self._call("org.a11y.atspi.Text", "GetText", 0, -1))
        except dbus.DBusException:
            return ""

    @property
    def is_showing(self):
        return bool(self._call(ACCESSIBLE, "GetState")[0] & STATE_SHOWING)

    def children(self):
        return [Widget(self.bus, name, path) for name, path in
                self._call(ACCESSIBLE, "GetChildren") if not path.endswith("/null")]

    def all(self):
        """This one and everything in it, as it stands on the screen."""
        yield self
        for child in self.children():
            yield from child.all()

    def find(self, role, name=None):
        """The first of that role, and of that name, in it; or None."""
        return next((widget for widget in self.all()
                     if widget.role == role and name in (None, widget.name)), None)

    def words(self):
        """Every name and text in it that shows, one a line."""
        said = []
        for widget in self.all():
            for words in (widget.name, widget.text):
                if words and words not in said[-2:] and widget.is_showing:
                    said.append(words)
        return "\n".join(said)

    def place(self):
        """Its middle on the screen."""
        x, y, width, height = self._call("org.a11y.atspi.Component", "GetExtents", dbus.UInt32(0))
        return int(x + width // 2), int(y + height // 2)

    def place_of(self, words):
        """The middle of the last of these words in its text, on the screen."""
        at = self.text.rindex(words) + len(words) // 2
        x, y, width, height = self._call("org.a11y.atspi.Text", "GetCharacterExtents",
                                         dbus.Int32(at), dbus.UInt32(0))
        return int(x + width // 2), int(y + height // 2)

    def press(self):
        """What a click on it does, for menu items that do not show."""
        self._call("org.a11y.atspi.Action", "DoAction", 0)


class Desktop:
    def __init__(self, home, geometry=GEOMETRY):
        self.processes = []
        self.environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=os.path.join(home, ".config"),
                                LC_ALL="C.UTF-8", GTK_OVERLAY_SCROLLING="0",
                                GTK_MODULES="gail:atk-bridge")
        self.environment.pop("NO_AT_BRIDGE", None)
        self.log = open(os.path.join(home, "programs.log"), "ab")
        self.environment["DISPLAY"] = ":" + self._announced(
            ["Xvfb", "-displayfd", "{fd}", "-screen", "0", geometry, "-nolisten", "tcp", "-noreset",
             "-r"])  # a busy machine releases a key late, and it would repeat
        session = self._announced(["dbus-daemon", "--session", "--nofork", "--print-address={fd}"])
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = session
        # Without a window manager neither focus nor dialogs behave as for a user.
        self.start(["openbox"])
        wait_until("the window manager", lambda: self.xdotool("get_desktop"))
        self.session = dbus.bus.BusConnection(session)
        reader = self.session.get_object("org.a11y.Bus", "/org/a11y/bus", introspect=False)
        self.reader = dbus.bus.BusConnection(str(reader.get_dbus_method("GetAddress",
                                                                        "org.a11y.Bus")()))
        # The registry starts when it is asked; a program that is earlier would never be in it.
        self.frames()

    def start(self, command, **more):
        process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=self.log, stderr=self.log, **more)
        self.processes.append(process)
        return process

    def _announced(self, command):
        """Starts a program that writes where it can be reached to the descriptor {fd}."""
        reading, writing = os.pipe()
        self.start([word.format(fd=writing) for word in command], pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as announced:
            return announced.readline().strip()

    def watch_bus(self, rule, lines):
        """What programs announce on the session bus goes to `lines`."""
        process = subprocess.Popen(["dbus-monitor", "--session", f"type='signal',{rule}"], text=True,
                                   env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=self.log)
        self.processes.append(process)

        def read():
            for line in process.stdout:
                lines.add(line.rstrip("\n"))
            process.stdout.close()
        threading.Thread(target=read, daemon=True).start()

    # ---- by the window manager's eyes: windows, keys, pictures

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, text=True,
                              check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout

    def windows(self, part=""):
        """{id: title} of the visible ones with `part` in the title."""
        ids = self.xdotool("search", "--onlyvisible", "--name", re.escape(part) or ".").split()
        return {i: self.xdotool("getwindowname", i).strip() for i in ids}

    def is_open(self, title):
        """Whether there is a window with just that title."""
        return title in self.windows(title).values()

    def focus(self, part):
        found = wait_until(f"the window {part}", lambda: self.windows(part))
        # A form has the title of the conversation that it belongs to in its own.
        window = ([i for i, title in found.items() if title == part] or list(found))[-1]
        self.xdotool("windowactivate", "--sync", window)
        return window

    def key(self, part, *keys):
        self.focus(part)
        self.xdotool("key", "--delay", 60, *keys)

    def type(self, part, text):
        self.focus(part)
        self.xdotool("type", "--delay", 12, text)

    def click(self, widget, button=1):
        """With the mouse, where it stands."""
        self.xdotool("mousemove", *widget.place(), "click", button)

    def click_words(self, widget, words):
        """The last of these in its text."""
        self.xdotool("mousemove", *widget.place_of(words), "click", 1)

    def drag_file(self, path, widget):
        """Out of a window of its own onto the widget. What a drop needs to be told before the button is up comes
        when the programs have time: one that was refused is done again."""
        said = Lines("the window with a file")
        process = subprocess.Popen(["/usr/bin/python3", SOURCE, "A file to drag", path], text=True,
                                   env={**self.environment, "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo"},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        self.processes.append(process)
        reader = threading.Thread(target=lambda: [said.add(line.rstrip("\n")) for line in process.stdout], daemon=True)
        reader.start()
        window = self.focus("A file to drag")
        self.xdotool("windowmove", "--sync", window, 400, 60)

        def moves():
            self.xdotool("mousemove_relative", "--", 5, 3)
            return said.count("^begun$") > ended()

        def ended():
            return said.count("^dropped$") + said.count("^refused$")

        def drop():
            n, (x, y) = ended(), widget.place()
            self.xdotool("mousemove", "--window", window, 60, 60, "mousedown", 1)
            wait_until("the drag's beginning", moves)
            self.xdotool("mousemove", x - 20, y, "mousemove", x - 10, y, "mousemove", x, y)
            self.xdotool("mouseup", 1)
            wait_until("the drag's end", lambda: ended() > n)
            return said.count("^dropped$")
        wait_until("the drop", drop)
        process.terminate()
        process.wait()
        reader.join()
        process.stdout.close()
        self.processes.remove(process)

    def shot(self, path, part=None):
        window = self.focus(part) if part else "root"
        subprocess.run(["import", "-window", window, path], env=self.environment, check=True)

    # ---- by the screen reader's

    def frames(self):
        """The windows of all programs."""
        root = Widget(self.reader, "org.a11y.atspi.Registry", ROOT)
        return [frame for program in root.children() for frame in program.children()]

    def frame(self, title):
        """The newest window with that in its title, or None."""
        found = None
        for frame in self.frames():
            if title in frame.name and frame.is_showing:
                found = frame
        return found

    def end(self):
        """Newest first, each by its own process id."""
        for process in reversed(self.processes):
            if process.poll() not in (None, 0):
                print(f"# {process.args[0]} had ended with status {process.returncode}")
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.log.close()
