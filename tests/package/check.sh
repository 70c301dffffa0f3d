#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh RELEASE: the packages for one release of Debian: built there twice, looked at by lintian, installed, upgraded
# and removed, and tried by autopkgtest in a system of their own. They are left in build/deb-RELEASE.
set -eu
cd "$(dirname "$0")/../.."
[ $# = 1 ] || { echo "usage: check.sh RELEASE" >&2; exit 2; }
release=$1
packages=build/deb-$release

rm -rf "$packages"
tests/tools/debian.sh "$release" sh -c "tests/tools/deps.sh build package && tests/package/build.sh '$packages'"
cp -R "build/debian-$release/src/$packages" "$packages"
tests/tools/debian.sh --new "$release" tests/package/life.sh "$packages"
rm -rf --one-file-system "build/debian-$release-new"
echo "check.sh: the packages for $release are good; they are in $packages"
