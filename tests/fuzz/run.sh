#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh BUILD SECONDS TARGET...: runs each fuzz target for SECONDS from its kept corpus and from
# what earlier runs found, which stays in BUILD/corpus. Prints the executions. A finding ends it:
# BUILD/fuzz-TARGET FILE repeats it.
set -eu
cd "$(dirname "$0")/../.."
build=$1 seconds=$2
shift 2

export LC_ALL=C.UTF-8 TZ=UTC
# A small quarantine and short stacks of allocations: three times the executions.
export ASAN_OPTIONS="detect_leaks=1:quarantine_size_mb=4:malloc_context_size=4:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"

# Longer inputs are slower, not better: what is read in loops shows itself in a few rounds.
length() {
  case $1 in
  line) echo 256 ;;
  display) echo 256 ;;
  text) echo 512 ;;
  *) echo 2048 ;;
  esac
}

for target; do
  mkdir -p "$build/corpus/$target"
  log=$build/fuzz-$target.log
  if ! "$build/fuzz-$target" -max_total_time="$seconds" -max_len="$(length "$target")" -timeout=20 \
    -rss_limit_mb=1024 -dict="tests/fuzz/$target.dict" -artifact_prefix="$build/finding-$target-" \
    -print_final_stats=1 "$build/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    cat "$log" >&2
    echo "fuzz: $target has a finding, see above; the input is $build/finding-$target-*" >&2
    exit 1
  fi
  awk -v target="$target" '/^stat::number_of_executed_units:/ { n = $2 }
    /^stat::average_exec_per_sec:/ { rate = $2 }
    END { printf "%-9s %10d executions, %d/s, no finding\n", target, n, rate }' "$log"
done
