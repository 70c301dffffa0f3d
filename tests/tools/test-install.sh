#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# install puts the plugin, its icons and its pages where hosts look, uninstall leaves no file; with PREFIX, without,
# and for one user. Nothing outside of the test's own directory is touched.
set -u
cd "$COEX_SOURCE_DIR" || exit 1
variant=${COEX_VARIANT:-plain}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
n=0 failed=0

ok() { # ok STATUS NAME
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi
}
files() { (cd "$stage" && find . -type f -o -type l | sort); }
# One at a time in a build folder: where the flags are others than the last ones, all is built again.
mk() {
  flock "$COEX_BUILD_DIR" make --no-print-directory VARIANT="$variant" DESTDIR="$stage" "$@" >"$stage.log" 2>&1 ||
    { cat "$stage.log" >&2; return 1; }
}
# shellcheck disable=SC2046,SC2086 # one word for each language
expected() { # expected PLUGINDIR DATADIR
  icons=.$2/pixmaps/pidgin/protocols
  printf '%s\n' $(printf ".$2/locale/%s/LC_MESSAGES/purple-coex.mo " $languages) ".$1/libcoex.so" "$icons/16/coex.png" "$icons/22/coex.png" "$icons/48/coex.png" "$icons/scalable/coex.svg" \
    ".$2/man/man7/purple-coex.7" ".$2/metainfo/im.pidgin.Pidgin.Plugin.Coex.metainfo.xml" | sort
}

languages=$(cat src/po/LINGUAS)

echo 1..14
tests/tools/symbols.sh "$COEX_BUILD_DIR/libcoex.so"
ok $? "the plugin exports purple_init_plugin alone"

mk PREFIX=/opt/coex install
ok $? "install with PREFIX"
[ "$(files)" = "$(expected /opt/coex/lib/purple-2 /opt/coex/share)" ]
ok $? "everything is below PREFIX"
[ "$(find "$stage" -type f -perm 644 | wc -l)" = $((7 + $(echo "$languages" | wc -w))) ]
ok $? "all files have mode 644, whatever the umask"
mk PREFIX=/opt/coex uninstall && [ -z "$(files)" ]
ok $? "uninstall with PREFIX leaves no file"

mk install
[ "$(files)" = "$(expected "$(pkg-config --variable=plugindir purple)" "$(pkg-config --variable=datadir purple)")" ]
ok $? "without PREFIX, beside libpurple's own"
mk uninstall && [ -z "$(files)" ]
ok $? "uninstall without PREFIX leaves no file"

mk install-user && cmp -s "$COEX_BUILD_DIR/libcoex.so" "$HOME/.purple/plugins/libcoex.so"
ok $? "install-user fills ~/.purple/plugins"
[ "$(ls "$HOME/.purple/plugins/locale")" = "$languages" ]
ok $? "with the languages beside it"
[ -z "$(files)" ]
ok $? "and nothing else"

mk PREFIX=/opt/coex install-relay
[ "$(files)" = "$(printf '%s\n' ./opt/coex/bin/coex-relay ./opt/coex/lib/systemd/system/coex-relay.service \
  ./opt/coex/lib/systemd/user/coex-relay.service ./opt/coex/share/doc/coex-relay/examples/relay.conf \
  ./opt/coex/share/man/man8/coex-relay.8)" ]
ok $? "install-relay puts the relay, its services, page and an example below PREFIX"
grep -q '^ExecStart=/opt/coex/bin/coex-relay --config' "$stage/opt/coex/lib/systemd/system/coex-relay.service" &&
  grep -q '^ExecStart=/opt/coex/bin/coex-relay --config' "$stage/opt/coex/lib/systemd/user/coex-relay.service"
ok $? "both services start what was installed"
# the example says what is still to be filled in, and nothing else is wrong with it
"$stage/opt/coex/bin/coex-relay" --config "$stage/opt/coex/share/doc/coex-relay/examples/relay.conf" 2>&1 |
  grep -q "A desk's key has at least"
ok $? "the example lacks nothing but secrets"
mk PREFIX=/opt/coex uninstall-relay && [ -z "$(files)" ]
ok $? "uninstall-relay leaves no file"
rm -f "$stage.log"
exit $failed
