#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deb.sh FOLDER: makes the Debian source package and its binary packages for this machine's release there, from nothing
# but the tarball of dist.sh and debian/. DEB_BUILD_OPTIONS are Debian's (nocheck, parallel=2).
set -eu
cd "$(dirname "$0")/../.."
packaging=$PWD/src/packaging
command -v dh >/dev/null || { echo "deb.sh: debhelper is missing, a package of Debian's" >&2; exit 1; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)

# What stands for make or its user counts for no package.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CC CFLAGS CPPFLAGS LDFLAGS WERROR VARIANT B
umask 022
export LC_ALL=C.UTF-8 DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-parallel=$(nproc)}"

find "$folder" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
src/packaging/dist.sh "$folder"
rm "$folder/purple-coex.spec" "$folder/PKGBUILD"
cd "$folder"
tar -xf purple-coex-*.tar.gz
rename() { mv "$1" "$(echo "$1" | sed 's/purple-coex-\(.*\).tar.gz/purple-coex_\1.orig.tar.gz/')"; }
rename purple-coex-*.tar.gz
cd purple-coex-*/
cp -R "$packaging/debian" debian
find debian -name '*.in' | while read -r template; do
  "$packaging/fill.sh" "$template" >"${template%.in}"
  rm "$template"
done
chmod -R u=rwX,go=rX debian
dpkg-buildpackage -us -uc
cd ..
rm -rf purple-coex-*/
