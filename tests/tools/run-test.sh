#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run-test.sh TEST [ARGUMENT...]: runs one test program for prove, in a home of its own that is
# removed afterwards. A suite below the host must not raise a single GLib critical; libpurple and
# the chat programs raise some of their own.
set -u
test=$1
shift

case $test in /*) ;; *) test=$PWD/$test ;; esac
root=$(cd "$(dirname "$0")/../.." && pwd)
home=$(mktemp -d "${TMPDIR:-/tmp}/coex-test.XXXXXX") || exit 1
mkdir -m 700 "$home/home" "$home/run" "$home/tmp" || exit 1
trap 'rm -rf "$home"' EXIT

export COEX_BUILD_DIR="${COEX_BUILD_DIR:-$root/build/plain}"
export COEX_SOURCE_DIR="$root" COEX_TEST_DATA="$root/tests/data"
export G_TEST_SRCDIR="$root/tests" G_TEST_BUILDDIR="$COEX_BUILD_DIR/tests"
export HOME="$home/home" TMPDIR="$home/tmp" XDG_RUNTIME_DIR="$home/run"
export XDG_CONFIG_HOME="$HOME/.config" XDG_DATA_HOME="$HOME/.local/share"
export XDG_CACHE_HOME="$HOME/.cache" XDG_STATE_HOME="$HOME/.local/state"
# A line of another day than today's shows its date: where it is about noon, no day ends meanwhile.
case $test in
*/tests/e2e/* | */tests/package/*)
  hour=$(date -u +%H)
  export TZ="Noon$((${hour#0} - 12))"
  ;;
*) export TZ=UTC ;;
esac
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 GSETTINGS_BACKEND=memory GIO_USE_VFS=local
export ASAN_OPTIONS="detect_leaks=1:halt_on_error=1:${ASAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$root/tests/tools/lsan.txt:print_suppressions=0:${LSAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:${UBSAN_OPTIONS:-}"
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS http_proxy https_proxy no_proxy \
  HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY all_proxy MAKEFLAGS MFLAGS MAKELEVEL COEX_KEY

limit=${COEX_TEST_TIMEOUT:-600}
[ "${COEX_VARIANT:-}" != asan ] || limit=${COEX_TEST_TIMEOUT:-900}
checker=
if [ "${COEX_VARIANT:-}" = valgrind ]; then
  limit=${COEX_TEST_TIMEOUT:-3600}
  checker="valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite
    --show-leak-kinds=definite --num-callers=30 --suppressions=$root/tests/tools/valgrind.supp
    --trace-children=yes --trace-children-skip=/usr/*,/bin/*"
fi
case $test in
*/tests/unit/* | */tests/fuzz/* | */tests/store/* | */tests/net/* | */tests/session/*) export G_DEBUG=fatal-criticals ;;
# Slower, but the only way to see through libpurple to what leaked: it has no frame pointers. As few frames as tell it.
# Without it, what is used after it was freed looks as before: each freed byte becomes 0x5a.
*/tests/host/*) export ASAN_OPTIONS="fast_unwind_on_malloc=0:malloc_context_size=16:$ASAN_OPTIONS" MALLOC_PERTURB_=165 ;;
esac
# shellcheck disable=SC2086 # $checker is a program and its options, or nothing
case $test in
*.py) set -- python3 "$test" "$@" ;;
*.sh) set -- sh "$test" "$@" ;;
*) set -- $checker "$test" --tap "$@" ;;
esac

# GLib bails out at a failed assertion, and prove would end the whole run there: say it as a comment,
# the status and the missing tests fail this program alone.
mkfifo "$home/tap"
sed -u 's/^Bail out!/# Bail out!/' <"$home/tap" &
filter=$!
timeout -k 10 "$limit" "$@" >"$home/tap" &
running=$!
trap 'kill "$running" 2>/dev/null; wait "$running"; exit 130' INT TERM HUP
wait "$running"
status=$?
[ "$status" != 124 ] || echo "$test: still running after $limit s, ended" >&2
wait "$filter"
exit "$status"
