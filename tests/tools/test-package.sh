#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What packages are made of: the tarball, the descriptions for Debian, Fedora and Arch, the manual page, and what
# software centres read. Whether the packages themselves are good, make check-deb tells (tests/package).
set -u
cd "$COEX_SOURCE_DIR" || exit 1
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
fill=src/packaging/fill.sh
version=$(sed -n 's/^VERSION := //p' Makefile)
name=purple-coex-$version
n=0 failed=0

ok() { # ok STATUS NAME
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
skip() { # skip TOOL NAME: whether there is no such tool, which is said
  if command -v "$1" >/dev/null; then return 1; fi
  n=$((n + 1))
  echo "ok $n - $2 # SKIP $1 is not installed: tests/tools/deps.sh lint package"
}
same() { # same WANTED GIVEN
  [ "$1" = "$2" ] && return
  printf '%s\n' "wanted:" "$1" "given:" "$2" >&2
  return 1
}
lines() { tr ' ' '\n' | sed '/^$/d' | sort; }
wanted() { tests/tools/deps.sh --list="$1" build | lines; } # wanted FAMILY
quiet() { "$@" >"$stage/said" 2>&1 || { cat "$stage/said" >&2; return 1; }; }

# ---- the tarball

(umask 077 && src/packaging/dist.sh "$stage/dist")
ok $? "a tarball of the sources"
mkdir "$stage/other" && tar -xf "$stage/dist/$name.tar.gz" -C "$stage/other" && find "$stage/other" -exec touch {} + &&
  chmod -R go= "$stage/other" && quiet "$stage/other/$name/src/packaging/dist.sh" "$stage/again" &&
  cmp "$stage/dist/$name.tar.gz" "$stage/again/$name.tar.gz"
ok $? "made of itself elsewhere, by somebody else, it has the same bytes"
quiet make --no-print-directory -C "$stage/other/$name" -n all
ok $? "it has all that the plugin is built from"
"$fill" src/packaging/debian/changelog.in >"$stage/changelog" && grep -q "^purple-coex ($version-1.*) .*; urgency=" "$stage/changelog"
ok $? "the newest version of src/packaging/changes is the Makefile's"

# ---- what is installed

# One at a time in a build folder: where the flags are others than the last ones, all is built again.
mk() { flock "$COEX_BUILD_DIR" make --no-print-directory VARIANT="${COEX_VARIANT:-plain}" DESTDIR="$stage/root" "$@" >/dev/null; }
mk install && mk PREFIX=/usr install-relay
patterns=$(cat src/packaging/debian/*.install)
left=$(set -f && find "$stage/root" -type f -printf '%P\n' | while read -r file; do
  for pattern in $patterns; do
    # shellcheck disable=SC2254 # a pattern is meant
    case $file in $pattern) continue 2 ;; esac
  done
  echo "$file"
done)
same "" "$left"
ok $? "every file that is installed belongs to a Debian package"
data=$stage/root$(pkg-config --variable=datadir purple)
page=$data/man/man7/purple-coex.7
for manual in "$page" "$stage/root/usr/share/man/man8/coex-relay.8"; do
  title="the manual page $(basename "$manual") is without a warning"
  skip man "$title" && continue
  MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$manual" 2>"$stage/said" >/dev/null &&
    same "" "$(cat "$stage/said")"
  ok $? "$title"
done
# shellcheck disable=SC2016 # Markdown's quotes
missing=$(sed -n '/^| option | default/,/^$/p; /^| Pidgin, Finch | BitlBee/,/^$/p' README.md | grep -o '^| `[^`]*`' |
  sed 's/^| `//; s/`$//; s/\\|/|/g; s/[[ ].*//' | while read -r word; do
  sed 's/\\f.//g; s/\\-/-/g' "$page" | grep -qF -- "$word" || echo "$word"
done)
same "" "$missing"
ok $? "it has every option and command of the README"
if ! skip appstreamcli "what software centres read"; then
  # The project has no page of its own on the web, which newer ones warn of.
  appstreamcli validate --no-net "$data"/metainfo/*.metainfo.xml >"$stage/said" 2>&1
  grep -q "Validation" "$stage/said" && same "" "$(grep '^[EW]:' "$stage/said" | grep -v url-homepage-missing)"
  ok $? "what software centres read is valid"
fi

# ---- where the project stands on the web

there=$stage/other/$name/src/packaging
printf 'homepage https://example.org/coex\nscreenshots https://example.org/coex/pictures\n' >"$there/web"
web=$(for template in debian/control.in purple-coex.spec.in PKGBUILD.in metainfo.xml.in; do
  "$there/fill.sh" "$there/$template" | grep -o '^\(Homepage: *\|URL: *\|url=\| *<url .*>\| *<image>\)https://[^<]*'
done | sed 's/  */ /g')
same "Homepage: https://example.org/coex
URL: https://example.org/coex
url=https://example.org/coex
 <url type=\"homepage\">https://example.org/coex
 <image>https://example.org/coex/pictures/pidgin.png" "$web"
ok $? "once it has a place there, all packages name it"
if ! skip appstreamcli "what software centres read then"; then
  "$there/fill.sh" "$there/metainfo.xml.in" >"$stage/im.pidgin.Pidgin.Plugin.Coex.metainfo.xml"
  quiet appstreamcli validate --no-net "$stage/im.pidgin.Pidgin.Plugin.Coex.metainfo.xml"
  ok $? "what software centres read then is valid, with a picture"
fi

# ---- Debian

for template in control tests/control changelog; do
  mkdir -p "$stage/debian/$(dirname $template)"
  "$fill" src/packaging/debian/$template.in >"$stage/debian/$template" && ! grep '@[A-Z]' "$stage/debian/$template"
  ok $? "debian/$template has nothing left to fill in"
done
# What every build on Debian has, or who runs the package, is not named there.
same "$(tests/tools/deps.sh --list=debian tools libraries | lines)" \
  "$(sed -n '/^Build-Depends:/,/^[^ ]/p' "$stage/debian/control" | sed -n 's/^ \(.*\),$/\1/p' | grep -v debhelper | lines)"
ok $? "debian/control names the libraries of the one list"

# ---- Fedora, Arch

if ! skip rpmspec "the spec"; then
  same "$( (wanted fedora; echo gawk) | lines)" "$(rpmspec -q --buildrequires "$stage/dist/purple-coex.spec" | lines)"
  ok $? "the spec can be read, and takes what is on the list"
  same "coex-relay pidgin-coex purple-coex" "$(rpmspec -q --qf '%{name}\n' "$stage/dist/purple-coex.spec" | grep -v debug | sort | paste -s -d ' ')"
  ok $? "it makes packages of the plugin, of Pidgin's icons and of the relay"
fi
# shellcheck disable=SC2016 # the inner shell's variables
bash -n "$stage/dist/PKGBUILD" && same "purple-coex coex-relay $version $(sha256sum "$stage/dist/$name.tar.gz" | cut -d ' ' -f 1)" \
  "$(bash -c '. "$1" && echo "${pkgname[*]} $pkgver ${sha256sums[*]}"' bash "$stage/dist/PKGBUILD")"
ok $? "the PKGBUILD is one of this tarball"
echo "1..$n"
exit $failed
