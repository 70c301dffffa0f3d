# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a real Finch: what stands on its screen, at both providers; once on a wide terminal
and once on one of 80 x 24."""
import shutil
import sys

from day import run_days
from finch import SMALL, WIDE, Finch
from tap import Suite


def main():
    if not shutil.which("finch") or not shutil.which("tmux"):
        print("1..0 # SKIP finch or tmux is not installed")
        return 0
    suite = Suite()
    run_days(suite, "finch", {"360dialog": lambda directory, sims: Finch(directory, sims, WIDE),
                              "meta": lambda directory, sims: Finch(directory, sims, SMALL)})
    return suite.end()


if __name__ == "__main__":
    sys.exit(main())
