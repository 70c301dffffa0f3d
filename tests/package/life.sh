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

package=$(ls "$folder"/purple-coex_*.deb)
quiet apt-get -q update

step "installed where there is nothing else, and purged"
apt satisfy "$(dpkg-deb -f "$package" Depends)"
files >"$log.before"
quiet dpkg --install "$package"
plugin=$(dpkg -L purple-coex | grep '/libcoex\.so$')
missing=$(ldd -r "$plugin" 2>&1 | grep 'not found\|undefined symbol' || true)
[ -z "$missing" ] || fail "the package does not name all that the plugin needs: $missing"
[ -z "$(dpkg --verify purple-coex)" ] || fail "not all files of the package are there"
quiet dpkg --purge purple-coex
files | diff "$log.before" - || fail "something is left behind"

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
autopkgtest --no-built-binaries "$package" "$dsc" -- null >"$log" 2>&1 </dev/null || { tail -n 80 "$log"; fail "autopkgtest"; }
grep '^ok\|^clients' "$log"
rm -rf "$log"*
