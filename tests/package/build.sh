#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh FOLDER: builds the packages for this machine's release into the folder, and once more elsewhere, as somebody
# who lives otherwise: the bytes must be the same. Then lintian looks at them.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p "$1"
folder=$(cd "$1" && pwd)
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT

step() { printf '\n== %s\n' "$*"; }
quiet() { "$@" >"$elsewhere/log" 2>&1 || { tail -n 60 "$elsewhere/log" >&2; exit 1; }; }
sums() { (cd "$1" && sha256sum -- *.deb *.dsc *.tar.*); }

step "the packages"
quiet src/packaging/deb.sh "$folder"
step "once more, in another folder"
mkdir "$elsewhere/tree"
tar -c --exclude=./build . | tar -x -C "$elsewhere/tree"
(
  umask 077
  cd "$elsewhere/tree"
  export DEB_BUILD_OPTIONS=nocheck HOME=/nonexistent TZ=Pacific/Kiritimati
  quiet src/packaging/deb.sh out
)
sums "$folder" >"$elsewhere/first"
sums "$elsewhere/tree/out" | diff "$elsewhere/first" - || { echo "the second build has other bytes" >&2; exit 1; }
cut -d ' ' -f 3 "$elsewhere/first"
step "lintian"
lintian --info --allow-root --fail-on error,warning "$folder"/*.changes
