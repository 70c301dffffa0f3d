#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# arm64.sh: inside of the Debian of test-arm64.sh, builds the relay for arm64 and has it take a webhook.
set -eu
machine=aarch64-linux-gnu

if [ ! -e /.has-libraries ]; then
  dpkg --add-architecture arm64
  tests/tools/deps.sh arm64
  # The relay needs no chat program, and no pictures.
  libraries=$(tests/tools/deps.sh --list libraries | tr ' ' '\n' | grep -v -e purple -e webp | sed 's/$/:arm64/')
  # shellcheck disable=SC2086 # one word for each package
  DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $libraries
  : >/.has-libraries
fi
export PKG_CONFIG_LIBDIR=/usr/lib/$machine/pkgconfig:/usr/share/pkgconfig
make -j"$(nproc)" relay B=build/arm64 CC=$machine-gcc AR=$machine-ar WERROR="${WERROR:-}"
exec python3 tests/torture/arm64.py qemu-aarch64-static build/arm64/coex-relay
