#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# life.sh FOLDER: the packages of the folder in a system that has nothing yet (debian.sh --new): they install with what
# they name alone, leave nothing behind, carry a conversation over an upgrade, and pass their own tests. Takes root, and
# changes the system.
set -eu
cd "$(dirname "$0")/../.."
folder=$(cd "$1" && pwd)
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'life.sh: %s\n' "$*" >&2; exit 1; }
log=$(mktemp)
quiet() { "$@" >"$log" 2>&1 </dev/null || { tail -n 60 "$log" >&2; fail "failed: $*"; }; }
apt() { quiet apt-get -q -y --no-install-recommends -o Acquire::Retries=3 "$@"; }

# All files but those that every installation of anything changes.
files() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /src -o -path /var/lib/apt -o \
    -path /var/lib/dpkg -o -path /var/cache -o -path /var/log \) -prune -o ! -type d -print | sort
}

# Installs a package with what it names alone, looks whether its PROGRAM finds all that it needs, and takes it away.
come_and_go() { # come_and_go NAME PROGRAM
  apt satisfy "$(dpkg-deb -f "$folder/$1"_*.deb Depends)"
  files >"$log.before"
  quiet dpkg --install "$folder/$1"_*.deb
  missing=$(ldd -r "$(dpkg -L "$1" | grep "/$2\$")" 2>&1 | grep 'not found\|undefined symbol' || true)
  [ -z "$missing" ] || fail "$1 does not name all that it needs: $missing"
  [ -z "$(dpkg --verify "$1")" ] || fail "not all files of $1 are there"
  quiet dpkg --purge "$1"
  files | diff "$log.before" - || fail "something is left behind"
}

package=$(ls "$folder"/purple-coex_*.deb)
quiet apt-get -q update

step "installed where there is nothing else, and purged"
come_and_go coex-relay bin/coex-relay
come_and_go purple-coex libcoex.so

step "upgraded and removed beside a user"
quiet tests/tools/deps.sh build check trial
mkdir -p "$log.old/purple-coex"
(
  cd "$log.old"
  dpkg-deb -R "$package" purple-coex
  sed -i 's/^Version: .*/Version: 0.0.1-1/' purple-coex/DEBIAN/control
  echo "gone in the next version" >purple-coex/usr/share/doc/purple-coex/old
  (cd purple-coex && md5sum usr/share/doc/purple-coex/old >>DEBIAN/md5sums)
  dpkg-deb --root-owner-group -b purple-coex old.deb >/dev/null
)
quiet make --no-print-directory build/plain/coex-sim
COEX_INSTALLED=1 tests/tools/run-test.sh tests/package/upgrade.py "$log.old/old.deb" "$package"

step "its own tests"
dsc=$(ls "$folder"/*.dsc)
autopkgtest --no-built-binaries "$folder"/*_*.deb "$dsc" -- null >"$log" 2>&1 </dev/null || { tail -n 80 "$log"; fail "autopkgtest"; }
grep '^ok\|^clients\|^relay' "$log"
rm -rf "$log"*
