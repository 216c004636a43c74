#!/usr/bin/env bash
# Run the conformance tests and write their table in the reference anew. A test that fails leaves it as it was;
# vectors that are not on this machine ($HEIMDALL_CORPORA) leave their own lines as they were.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/toolchain.sh
. "$RUNTIME/lib/toolchain.sh"

check_toolchain
cd "$CLONE"
reference=docs/reference/canonical.md
begin='<!-- conformance: begin' end='<!-- conformance: end'
{ grep -q "^$begin" "$reference" && grep -q "^$end" "$reference"; } || fail "$reference has no table of conformance" \
  "It stands between the lines '$begin …' and '$end …'."
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

step "Running the conformance tests"
HEIMDALL_CONFORMANCE=$results cargo test --package heimdall_core --test conformance >&2 ||
  fail "the conformance tests fail: $reference stays as it was"

# Every line begins with the set and its title; seven cells are the row of results, four a reason.
compgen -G "$results/*.lines" >/dev/null && cat "$results"/*.lines >"$results/all"
if compgen -G "$results/*.skipped" >/dev/null; then
  note "not on this machine, so left as it was:"
  cut -d'|' -f2- "$results"/*.skipped >&2
  sed "0,/^$begin/d; /^$end/,\$d" "$reference" | grep -F -f <(cat "$results"/*.skipped) >>"$results/all" || true
fi
[ -s "$results/all" ] || fail "no vectors are on this machine" "Set HEIMDALL_CORPORA to the folder that holds them."
with_cells() { sort "$results/all" | awk -F'|' -v cells="$1" 'NF == cells + 2'; }

{
  sed "/^$begin/q" "$reference"
  printf '\n| set | title | standard | vectors | passed | failed | exceptions |\n|---|---|---|--:|--:|--:|--:|\n'
  with_cells 7
  printf '\n| set | title | vectors | reason |\n|---|---|--:|---|\n'
  with_cells 4
  printf '\n'
  sed -n "/^$end/,\$p" "$reference"
} >"$results/reference"
if cmp -s "$results/reference" "$reference"; then
  step "$reference is as it was"
else
  cat "$results/reference" >"$reference"
  step "$reference is written anew"
fi
