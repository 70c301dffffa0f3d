#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# fill.sh FILE: prints the file, with what stands between two @ filled in: versions and days come from
# src/packaging/changes, addresses from src/packaging/web, dependencies from the list of tests/tools/deps.sh. A line that
# is for one that there is not is left out. Who makes a package is its maintainer, by the names that Debian's tools
# know: DEBFULLNAME, DEBEMAIL.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
maintainer="${DEBFULLNAME:-The purple-coex authors} <${DEBEMAIL:-authors@purple-coex.example}>"

# A line for each version and its day, newest first, and below it what is new in it.
changes() {
  sed '/^#/d; /^$/d' "$root/src/packaging/changes"
}

newest() { # newest FIELD
  changes | awk -v field="$1" '{ print $field; exit }'
}

system() { # system VARIABLE, of os-release
  sed -n "s/^$1=//p" /etc/os-release | tr -d '"'
}

# A package for each release of Debian has a version of its own, higher than the one of the release before, and lower
# than that of a package in Debian itself.
debian_version() {
  release=$(system VERSION_ID)
  echo "$1-1${release:+~$(system ID)$release}"
}

debian_changelog() {
  release=$(system VERSION_CODENAME)
  changes | {
    day=
    end() { [ -z "$day" ] || printf '\n -- %s  %s\n' "$maintainer" "$(LC_ALL=C date -u -R -d "$day")"; }
    while IFS= read -r line; do
      case $line in
      '* '*) echo "$line" | fold -s -w 76 | sed '1s/^/  /; 2,$s/^/    /; s/ *$//' ;;
      *)
        end
        [ -z "$day" ] || echo
        day=${line#* }
        printf 'purple-coex (%s) %s; urgency=medium\n\n' "$(debian_version "${line% *}")" "${release:-unstable}"
        ;;
      esac
    done
    end
  }
}

rpm_changelog() {
  changes | while IFS= read -r line; do
    case $line in
    '* '*) echo "- ${line#??}" ;;
    *) echo "* $(LC_ALL=C date -u -d "${line#* }" '+%a %b %d %Y') $maintainer - ${line% *}-1" ;;
    esac
  done
}

appstream_releases() {
  changes | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' | awk '
    function end() { if (open) print "        </ul>\n      </description>\n    </release>"; open = 0 }
    /^\* / { print "          <li>" substr($0, 3) "</li>"; next }
    {
      end()
      printf "    <release version=\"%s\" date=\"%s\">\n      <description>\n        <ul>\n", $1, $2
      open = 1
    }
    END { end() }'
}

web() { # web WORD [BEFORE [BEHIND]]: the address, between those, or nothing
  sed -n "s/^$1  *//p" "$root/src/packaging/web" | while read -r address; do echo "${2-}$address${3-}"; done
}

appstream_web() {
  web homepage '  <url type="homepage">' '</url>'
  [ -z "$(web screenshots)" ] || printf '%s\n' "  <screenshots>" '    <screenshot type="default">' \
    "      <caption>A conversation with a customer, and the templates offered where the window is closed</caption>" \
    "      <image>$(web screenshots)/pidgin.png</image>" "    </screenshot>" "  </screenshots>"
}

# dependencies FAMILY SET...: one package a line.
dependencies() {
  family=$1
  shift
  "$root/tests/tools/deps.sh" --list="$family" "$@" | tr ' ' '\n'
}

# As the fields of Debian's control files have them.
commas() {
  sed '$!s/$/,/; 2,$s/^/ /'
}

# A file's lines as a manual page has them.
as_is() {
  sed 's/\\/\\e/g; s/-/\\-/g; s/^[.'"'"']/\\\&&/' "$1"
}

value() {
  case $1 in
  VERSION) newest 1 ;;
  DAY) newest 2 ;;
  MAINTAINER) echo "$maintainer" ;;
  DEBIAN_VERSION) debian_version "$(newest 1)" ;;
  DEBIAN_CHANGELOG) debian_changelog ;;
  DEBIAN_HOMEPAGE) web homepage 'Homepage: ' ;;
  DEBIAN_BUILD) dependencies debian tools libraries | commas ;;
  DEBIAN_RUN) dependencies debian runtime | commas ;;
  DEBIAN_TEST) dependencies debian build check | commas ;;
  RPM_CHANGELOG) rpm_changelog ;;
  RPM_HOMEPAGE) web homepage 'URL:            ' ;;
  RPM_BUILD) dependencies fedora build | sed 's/^/BuildRequires:  /' ;;
  RPM_RUN) dependencies fedora runtime | sed 's/^/Requires:       /' ;;
  ARCH_HOMEPAGE) web homepage 'url=' ;;
  ARCH_BUILD) dependencies arch tools libraries runtime | paste -s -d ' ' ;;
  ARCH_RELAY) dependencies arch libraries runtime | grep -vx 'libpurple\|libwebp' | paste -s -d ' ' ;;
  ARCH_RUN) dependencies arch libraries runtime | grep -vx cnats | paste -s -d ' ' ;;
  CONFIGURATION) as_is "$root/src/relay/relay.conf" ;;
  SHA256) echo "${SHA256-}" ;;
  APPSTREAM_RELEASES) appstream_releases ;;
  APPSTREAM_WEB) appstream_web ;;
  *) return 1 ;;
  esac
}

for name in $(grep -o '@[A-Z0-9_]\{1,\}@' "$1" | tr -d @ | sort -u); do
  text=$(value "$name") || continue
  export "FILL_$name=$text"
done
awk '{
  filled = ""
  for (rest = $0; match(rest, /@[A-Z0-9_]+@/); rest = substr(rest, RSTART + RLENGTH)) {
    name = "FILL_" substr(rest, RSTART + 1, RLENGTH - 2)
    filled = filled substr(rest, 1, RSTART - 1) (name in ENVIRON ? ENVIRON[name] : substr(rest, RSTART, RLENGTH))
  }
  if (filled rest != "" || $0 == "") print filled rest
}' "$1"
