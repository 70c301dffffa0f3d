#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# debian.sh [--new|--as=NAME] RELEASE COMMAND [ARGUMENT...]: runs the command in a copy of this tree inside of another Debian, whose
# folder build/debian-RELEASE is made when it is missing (150 MB; packages come from where this machine has its own).
# --new: in one that has nothing yet but Debian's smallest system, made anew each time (build/debian-RELEASE-new).
# --as=NAME: in one of its own, which is kept likewise (build/debian-RELEASE-NAME).
# What stands in build/deb-RELEASE, packages for it, goes along. Takes root. All mounts and processes are gone when it
# ends.
set -eu
cd "$(dirname "$0")/../.."
own=
case ${1:-} in
--new) own=-new && shift ;;
--as=*) own=-${1#*=} && shift ;;
esac
[ $# -gt 1 ] || { echo "usage: debian.sh [--new|--as=NAME] RELEASE COMMAND [ARGUMENT...]" >&2; exit 2; }
release=$1
shift
folder=$PWD/build/debian-$release$own
smallest=$PWD/build/debian-$release.tar

fail() {
  printf 'debian.sh: %s\n' "$*" >&2
  exit 1
}

case $release in *[!a-z]*) fail "no release has the name $release" ;; esac
[ "$(id -u)" = 0 ] || fail "another Debian in a folder takes root; type the same with sudo"
unshare --mount --pid --fork true 2>/dev/null || fail "programs cannot have mounts of their own here (unshare --mount)"

# The smallest system is fetched once, and kept.
fetch() {
  tests/tools/deps.sh other
  # shellcheck disable=SC2016 # apt-get's and awk's own variables
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "main" && $3 !~ /security/ { print $3; exit }')
  [ -n "$mirror" ] || fail "this machine has no source of Debian packages: see /etc/apt/sources.list, and type apt-get update"
  mkdir -p "$folder"
  unshare --mount debootstrap --variant=minbase "$release" "$folder" "$mirror" >"$folder.log" 2>&1 ||
    fail "debootstrap failed; $folder.log says why"
  apt-config dump | grep -i '^Acquire::.*Proxy' >"$folder/etc/apt/apt.conf.d/90-proxy" || true
  tar -C "$folder" --one-file-system -cf "$smallest.part" .
  mv "$smallest.part" "$smallest"
}

if [ "$own" = -new ] || [ ! -e "$folder/.complete" ]; then
  rm -rf --one-file-system "$folder"
  if [ -e "$smallest" ]; then
    mkdir -p "$folder"
    tar -C "$folder" -xpf "$smallest"
  else
    fetch
  fi
  : >"$folder/.complete"
fi

# Times are kept, so that only what is new is built again.
mkdir -p "$folder/src"
find "$folder/src" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf --one-file-system {} +
tar -c --exclude=./build --exclude=./.git . | tar -x -C "$folder/src"
rm -rf "$folder/src/build/deb-$release"
[ ! -d "build/deb-$release" ] || { mkdir -p "$folder/src/build" && cp -R "build/deb-$release" "$folder/src/build"; }
cp -L /etc/resolv.conf "$folder/etc/resolv.conf" 2>/dev/null || true

export folder
# shellcheck disable=SC2016 # the inner shell's variables
exec unshare --mount --pid --fork --kill-child --propagation private sh -eu -c '
  mount -t proc proc "$folder/proc"
  mount --rbind /dev "$folder/dev"
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    TERM="${TERM:-dumb}" ${CI:+CI="$CI"} ${WERROR:+WERROR="$WERROR"} \
    chroot "$folder" sh -c "cd /src && exec \"\$@\"" sh "$@"' sh "$@"
