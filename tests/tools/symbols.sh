#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# symbols.sh PLUGIN: what the plugin shows its host is purple_init_plugin and nothing else; it stays
# once loaded, binds at load time and has no writable relocations left after it.
set -eu
plugin=$1
wrong=

symbols=$(nm -D --defined-only "$plugin" | awk '{ print $3 }')
[ "$symbols" = purple_init_plugin ] || wrong="$wrong
exports $(echo "$symbols" | paste -s -d ' '), not purple_init_plugin alone"

flags=$(readelf -dW "$plugin")
echo "$flags" | grep -q NODELETE || wrong="$wrong
is linked without -z nodelete"
echo "$flags" | grep -Eq 'BIND_NOW|Flags:.* NOW' || wrong="$wrong
is linked without -z now"
readelf -lW "$plugin" | grep -q GNU_RELRO || wrong="$wrong
is linked without -z relro"
echo "$flags" | grep -Eq '\(TEXTREL\)|\(RPATH\)|\(RUNPATH\)' && wrong="$wrong
has text relocations or a run path"

[ -z "$wrong" ] || { echo "$plugin:$wrong" >&2; exit 1; }
