#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh [--list[=FAMILY]] SET...: installs what the sets need and this machine lacks. --list only names it, as this
# machine's system or the FAMILY (debian, fedora, arch) calls it.
# On Debian and its children it installs, by sudo when not root; elsewhere it prints the line to
# type and stops. This is the only list of packages in the project. "-": not packaged there, or part
# of another package.
set -eu

packages() {
  cat <<'EOF'
set       debian             fedora                    arch
build     gcc                gcc                       gcc
build     libc6-dev          glibc-devel               glibc
build     make               make                      make
tools     pkgconf            pkgconf-pkg-config        pkgconf
tools     gettext            gettext                   gettext
libraries libglib2.0-dev     glib2-devel               glib2
libraries libjson-glib-dev   json-glib-devel           json-glib
libraries libgnutls28-dev    gnutls-devel              gnutls
libraries libsoup-3.0-dev    libsoup3-devel            libsoup3
libraries libmicrohttpd-dev  libmicrohttpd-devel       libmicrohttpd
libraries libsqlite3-dev     sqlite-devel              sqlite
libraries libwebp-dev        libwebp-devel             libwebp
libraries libnats-dev        cnats-devel               cnats
libraries libpurple-dev      libpurple-devel           libpurple
runtime   ca-certificates    ca-certificates           ca-certificates
pidgin    pidgin             pidgin                    pidgin
finch     finch              finch                     finch
check     perl               perl-Test-Harness         perl
check     binutils           binutils                  binutils
check     python3            python3                   python
check     locales            glibc-locale-source       glibc
check     strace             strace                    strace
check     tmux               tmux                      tmux
check     finch              finch                     finch
check     bitlbee-libpurple  bitlbee                   bitlbee
check     irssi              irssi                     irssi
check     weechat-headless   weechat                   weechat
check     weechat-plugins    -                         -
check     pidgin             pidgin                    pidgin
check     xvfb               xorg-x11-server-Xvfb      xorg-server-xvfb
check     openbox            openbox                   openbox
check     xdotool            xdotool                   xdotool
check     dbus               dbus-tools                dbus
check     python3-dbus       python3-dbus              python-dbus
check     python3-gi         python3-gobject           python-gobject
check     gir1.2-gtk-4.0     gtk4                      gtk4
check     at-spi2-core       at-spi2-core              at-spi2-core
check     libatk-adaptor     at-spi2-atk               -
check     libgail-common     gtk2                      gtk2
check     imagemagick        ImageMagick               imagemagick
check     libgdk-pixbuf-2.0-0 gdk-pixbuf2              gdk-pixbuf2
check     microsocks         -                         -
check     nats-server        nats-server               nats-server
check     tinyproxy-bin      tinyproxy                 tinyproxy
check     fonts-dejavu-core  dejavu-sans-fonts         ttf-dejavu
pictures  xterm              xterm                     xterm
pictures  x11-xserver-utils  xsetroot                  xorg-xsetroot
pictures  fonts-noto-color-emoji google-noto-emoji-color-fonts noto-fonts-emoji
valgrind  valgrind           valgrind                  valgrind
fuzz      clang              clang                     clang
fuzz      libclang-rt-14-dev compiler-rt               compiler-rt
lint      clang              clang                     clang
lint      clang-format       clang-tools-extra         -
lint      clang-tidy         clang-tools-extra         -
lint      cppcheck           cppcheck                  cppcheck
lint      shellcheck         ShellCheck                shellcheck
lint      python3            python3                   python
lint      binutils           binutils                  binutils
lint      rpm                rpm-build                 rpm-tools
lint      appstream          appstream                 appstream
lint      man-db             man-db                    man-db
package   build-essential    -                         -
package   debhelper          -                         -
package   dpkg-dev           -                         -
package   lintian            -                         -
trial     autopkgtest        -                         -
other     debootstrap        -                         -
arm64     crossbuild-essential-arm64 -                 -
arm64     make               -                         -
arm64     pkgconf            -                         -
arm64     python3            -                         -
arm64     qemu-user-static   -                         -
icons     librsvg2-bin       librsvg2-tools            librsvg
EOF
}

# To build takes what a package of the plugin names, too.
parts() {
  for set in "$@"; do
    echo "$set"
    [ "$set" != build ] || printf '%s\n' tools libraries runtime
  done
}

column() {
  family=$1
  shift
  for set in $(parts "$@"); do
    packages | awk -v family="$family" -v set="$set" '
      NR == 1 { for (i = 2; i <= NF; i++) if ($i == family) col = i; next }
      $1 == set { known = 1; if ($col != "-") print $col }
      END { exit !known }' || { echo "deps.sh: no set named $set" >&2; return 1; }
  done
}

installed() {
  case $1 in
  debian) [ "$(dpkg-query -W -f '${db:Status-Status}' "$2" 2>/dev/null)" = installed ] ;;
  fedora) rpm -q --whatprovides "$2" >/dev/null 2>&1 ;;
  arch) pacman -T "$2" >/dev/null 2>&1 ;;
  esac
}

list_only='' family=''
case ${1:-} in
--list) list_only=1 ;;
--list=*) list_only=1 family=${1#*=} ;;
esac
[ -z "$list_only" ] || shift
[ $# -gt 0 ] || { echo "usage: deps.sh [--list[=FAMILY]] SET..." >&2; exit 2; }

if [ -n "$family" ]; then
  install=
elif command -v apt-get >/dev/null; then
  family=debian install="apt-get install --no-install-recommends --no-remove"
elif command -v dnf >/dev/null; then
  family=fedora install="sudo dnf install"
elif command -v pacman >/dev/null; then
  family=arch install="sudo pacman -S --needed"
else
  family=debian install=
fi

wanted=$(column "$family" "$@")
wanted=$(echo "$wanted" | awk '!seen[$0]++')
if [ -n "$list_only" ] || [ -z "$install" ]; then
  echo "$wanted" | paste -s -d ' '
  [ -n "$list_only" ] || echo "deps.sh: cannot look here; above is what Debian calls it" >&2
  exit 0
fi

missing=
for package in $wanted; do
  installed "$family" "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$family" != debian ]; then
  printf 'Missing here. Please type this, then the same command again:\n\n  %s%s\n\n' \
    "$install" "$missing" >&2
  exit 1
fi

as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    printf 'Missing here, and there is no sudo. Please type this as root:\n\n  %s%s\n\n' \
      "$install" "$missing" >&2
    exit 1
  }
  as_root=sudo
fi

apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 \
    -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Some packages exclude each other (bitlbee and bitlbee-libpurple): which of them stays is not for a
# script to decide.
packages_fit() {
  # shellcheck disable=SC2086 # one word for each package
  apt --simulate install --no-install-recommends --no-remove $missing >/dev/null && return
  printf 'Another package would have to go, or one is unknown here. Please see to it as root:\n\n  %s%s\n\n' \
    "apt-get install" "$missing" >&2
  exit 1
}

# Tests start the broker by themselves: that its package is there is no reason for the machine to run one. A preset is how
# systemd is told so before a package comes, and Debian's tools neither enable nor start it then. It is gone with the next
# start of the machine; systemctl enable --now nats-server is the way of who wants one.
keep_broker_off() {
  case "$missing " in *' nats-server '*) ;; *) return 0 ;; esac
  $as_root mkdir -p /run/systemd/system-preset
  echo 'disable nats-server.service' | $as_root tee /run/systemd/system-preset/10-nats-server.preset >/dev/null
}

echo "Installing with apt-get:$missing"
keep_broker_off
try=1
# A mirror in the middle of its own update gives a wrong hash or a 404 once; a fresh list mends it.
# shellcheck disable=SC2086 # one word for each package
until apt update && packages_fit && apt install --no-install-recommends --no-remove $missing; do
  [ "$try" -lt 3 ] || { echo "deps.sh: apt-get failed $try times" >&2; exit 1; }
  try=$((try + 1))
  echo "apt-get failed, once more with fresh lists ($try of 3)" >&2
done
