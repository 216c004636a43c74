#!/usr/bin/env bash
# fuzz.sh [TARGET…] [SECONDS]: libFuzzer on each target in turn, for so many seconds (60). Without a target, all.
# What it learns is kept in the cache and taken up the next time; a finding is kept in tests/fuzz/found, where
# `make test` runs it from then on.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/toolchain.sh
. "$RUNTIME/lib/toolchain.sh"

ALL=(value name time report dump detect)
seconds=60
targets=()
for argument in "$@"; do
  case $argument in
    *[!0-9]* | '') targets+=("$argument") ;;
    *) seconds=$argument ;;
  esac
done
[ ${#targets[@]} -gt 0 ] || targets=("${ALL[@]}")
for target in "${targets[@]}"; do
  case " ${ALL[*]} " in
    *" $target "*) ;;
    *) fail "there is no fuzz target $target" "The targets are: ${ALL[*]}." ;;
  esac
done

check_toolchain
have c++ || fail "a C++ compiler is missing: libFuzzer is C++" "Install one, for example: apt-get install g++"
cd "$CLONE"

step "Building the fuzz targets"
# The coverage that libFuzzer steers by. These are options of stable rustc; sanitizers are not, and find little
# in a crate that forbids unsafe code.
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags+=" -Cllvm-args=-sanitizer-coverage-trace-compares"
host=$(rustc -vV | sed -n 's/^host: //p')
# With --target the flags stay away from build scripts and macros.
RUSTFLAGS="${RUSTFLAGS:-} $flags" cargo build --quiet --profile fuzz --target "$host" -p heimdall_fuzz --features libfuzzer \
  --bin fuzz --target-dir "$CLONE/target/fuzzing"
binary=$CLONE/target/fuzzing/$host/fuzz/fuzz

status=0
for target in "${targets[@]}"; do
  corpus=$CACHE/fuzz/$target
  found=$CLONE/tests/fuzz/found/$target
  mkdir -p "$corpus" "$found"
  step "Fuzzing $target for $seconds s"
  HEIMDALL_FUZZ_TARGET=$target HEIMDALL_FUZZ_CORPUS=$corpus "$binary" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -print_final_stats=1 \
    -max_len=4096 -print_funcs=0 -artifact_prefix="$found/" "$corpus" "$found" || {
    status=1
    note "$target broke a promise: the input is in tests/fuzz/found/$target"
  }
  rmdir --ignore-fail-on-non-empty "$found"
done
exit "$status"
