# SPDX-License-Identifier: GPL-2.0-or-later
"""A libpurple profile with one enabled account, as Pidgin and Finch read it."""
import glob
import html
import os
import re
import shutil
from xml.sax.saxutils import escape, quoteattr

from sim import NUMBERS

PREFS = """<?xml version='1.0' encoding='UTF-8' ?>
<pref version='1' name='/'>
 <pref name='pidgin'>
  <pref name='docklet'><pref name='show' type='string' value='never'/></pref>
  <pref name='blist'><pref name='list_visible' type='bool' value='1'/></pref>
  <pref name='sound'><pref name='method' type='string' value='none'/></pref>
 </pref>
 <pref name='finch'><pref name='sound'><pref name='profiles'>
  <pref name='default'><pref name='method' type='string' value='nosound'/></pref>
 </pref></pref></pref>
</pref>
"""


def _account(ui, sim, enabled):
    settings = "".join(f"<setting name={quoteattr(key)} type='string'>{escape(value)}</setting>"
                       for key, value in sim.options().items())
    return ("<account><protocol>prpl-coex</protocol>"
            f"<name>{escape(sim.number)}</name><password>{escape(sim.key)}</password>"
            "<statuses><status type='available' name='Available' active='true'><attributes/>"
            f"</status></statuses><settings>{settings}</settings><settings ui='{ui}'>"
            f"<setting name='auto-login' type='bool'>{enabled:d}</setting></settings></account>")


def write_profile(directory, ui, plugin, sim, *others):
    """Makes `directory` a profile in which `ui` ("gtk-gaim", "gnt-purple") logs in at its start, and
    has the accounts of `others`, which are switched off."""
    os.makedirs(os.path.join(directory, "plugins"), mode=0o700)
    if plugin:
        shutil.copy(plugin, os.path.join(directory, "plugins"))
        shutil.copytree(os.path.join(os.path.dirname(plugin), "locale"),
                        os.path.join(directory, "plugins", "locale"))
    with open(os.path.join(directory, "accounts.xml"), "w", encoding="utf-8") as accounts:
        accounts.write("<?xml version='1.0' encoding='UTF-8' ?><account version='1.0'>" +
                       _account(ui, sim, True) +
                       "".join(_account(ui, other, False) for other in others) + "</account>\n")
    with open(os.path.join(directory, "prefs.xml"), "w", encoding="utf-8") as prefs:
        prefs.write(PREFS)


def read_history(directory, number, who):
    """The program's own logs of that account's conversation, as text."""
    said = []
    # a plus is written otherwise in a file's name
    own, other = f"*{number.lstrip('+')}", f"*{NUMBERS[who]}"
    for path in sorted(glob.glob(os.path.join(directory, "logs", "coex", own, other, "*"))):
        with open(path, encoding="utf-8", errors="replace") as log:
            said.append(html.unescape(re.sub("<[^>]*>", "", log.read())))
    return "\n".join(said)
