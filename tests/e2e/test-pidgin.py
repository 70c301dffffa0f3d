# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real Pidgin: what stands in its windows, at both providers."""
import glob
import os
import shutil
import sys

try:
    import dbus  # noqa: F401
except ImportError:
    # The distribution's D-Bus belongs to the distribution's Python.
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP python3-dbus is not installed")
    sys.exit(0)

from day import run_days
from pidgin import Pidgin
from tap import Suite

NEEDED = ["pidgin", "Xvfb", "dbus-daemon", "dbus-monitor", "openbox", "xdotool", "import"]
BRIDGE = "gtk-2.0/modules/libatk-bridge.so"  # through it GTK 2 tells what its windows say


def main():
    missing = [name for name in NEEDED if not shutil.which(name)]
    if not glob.glob("/usr/lib*/" + BRIDGE) + glob.glob("/usr/lib/*/" + BRIDGE):
        missing.append(BRIDGE)
    if missing:
        print(f"1..0 # SKIP not installed: {' '.join(missing)}")
        return 0
    suite = Suite()
    run_days(suite, "pidgin", {"360dialog": Pidgin, "meta": Pidgin})
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
