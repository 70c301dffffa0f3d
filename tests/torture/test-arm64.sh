#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# test-arm64.sh: the relay for the processor of a Raspberry Pi, built here with Debian's cross compiler in a Debian of its own
# (build/debian-trixie-arm64, 1.5 GB), and run by qemu: a webhook that it takes reaches a desk. Only in `make torture`.
set -eu
cd "$(dirname "$0")/../.."

skip() {
  echo "1..0 # SKIP $1"
  exit 0
}
[ "$(id -u)" = 0 ] || skip "another Debian in a folder takes root"
unshare --mount --pid --fork true 2>/dev/null || skip "programs cannot have mounts of their own here"

verdict=ok
tests/tools/debian.sh --as=arm64 trixie tests/torture/arm64.sh >&2 || verdict='not ok'
echo "$verdict 1 - built for arm64, the relay starts, takes a webhook and hands it to a desk"
echo 1..1
[ "$verdict" = ok ]
