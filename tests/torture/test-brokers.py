# SPDX-License-Identifier: GPL-2.0-or-later
"""Relays with brokers between them, a hundred kills of each kind: relays, a broker, both in a cluster of three, two of three at
once. It is tests/relay/test-cluster-kills.c, of which `make check` runs a few; only in `make torture`."""
import os
import sys

if "COEX_TORTURE" not in os.environ:
    print("1..0 # SKIP a few of these kills are in tests/relay")
    sys.exit()
program = os.path.join(os.environ["COEX_BUILD_DIR"], "tests/relay/test-cluster-kills")
os.environ["KILLS"] = "100"
os.execv(program, [program, "--tap"])
