#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dist.sh FOLDER: puts purple-coex-VERSION.tar.gz there, with a spec (Fedora) and a PKGBUILD (Arch) that build from it.
# The tarball holds what git knows, as it stands here, or all files where there is no git; its bytes depend on nothing
# else.
set -eu
cd "$(dirname "$0")/../.."
fill=src/packaging/fill.sh
folder=$1
name=purple-coex-$(sed -n 's/^VERSION := //p' Makefile)
mkdir -p "$folder"

files() {
  if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
    git ls-files -z
  else
    find . -type f ! -path './build/*' ! -path '*/__pycache__/*' -printf '%P\0'
  fi
}

day=$(sed -n 's/^[0-9].* //p' src/packaging/changes | head -n 1)
files | LC_ALL=C sort -z | tar --create --no-recursion --null --files-from=- --format=gnu --mtime="$day 00:00Z" \
  --owner=0 --group=0 --numeric-owner --mode=u+w,a+rX,go-w --transform="s,^,$name/," >"$folder/$name.tar"
gzip -9 -n -f "$folder/$name.tar"
"$fill" src/packaging/purple-coex.spec.in >"$folder/purple-coex.spec"
SHA256=$(sha256sum "$folder/$name.tar.gz" | cut -d ' ' -f 1) "$fill" src/packaging/PKGBUILD.in >"$folder/PKGBUILD"
