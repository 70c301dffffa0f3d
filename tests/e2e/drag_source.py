# SPDX-License-Identifier: GPL-2.0-or-later
"""A window with a file that can be dragged out of it, as one of a file manager: drag_source.py TITLE PATH. Says "begun",
and then "dropped" or "refused"."""
import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GLib, Gtk  # noqa: E402


def end(source, drag, is_moved):
    """Also what was cancelled before ends."""
    print("dropped" if source.state == "begun" else "refused", flush=True)


def note(source, state):
    source.state = state
    print(state, flush=True)


def show(program):
    file = Gio.File.new_for_path(sys.argv[2])
    uris = GLib.Bytes.new(f"{file.get_uri()}\r\n".encode())
    source = Gtk.DragSource.new()
    source.set_content(Gdk.ContentProvider.new_for_bytes("text/uri-list", uris))
    source.connect("drag-begin", lambda source, drag: note(source, "begun"))
    source.connect("drag-cancel", lambda source, drag, reason: note(source, "cancelled"))
    source.connect("drag-end", end)
    label = Gtk.Label(label=sys.argv[2])
    label.add_controller(source)
    window = Gtk.ApplicationWindow(application=program, title=sys.argv[1], child=label,
                                   default_width=200, default_height=150)
    window.present()


application = Gtk.Application()
application.connect("activate", show)
application.run()
