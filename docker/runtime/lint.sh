#!/usr/bin/env bash
# Every check that needs no server. Each runs whatever the others found; a checker that this machine
# cannot have is named and left out.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/toolchain.sh
. "$RUNTIME/lib/toolchain.sh"
# shellcheck source=lib/instance.sh
. "$RUNTIME/lib/instance.sh"
# shellcheck source=lib/seed.sh
. "$RUNTIME/lib/seed.sh"
# shellcheck source=lib/apt.sh
. "$RUNTIME/lib/apt.sh"
# shellcheck source=lib/tool.sh
. "$RUNTIME/lib/tool.sh"
# shellcheck source=lib/linters.sh
. "$RUNTIME/lib/linters.sh"
# shellcheck source=lib/upgrade.sh
. "$RUNTIME/lib/upgrade.sh"

# Findings of pgspot that do not hold here: one code a line, each with its reason.
PGSPOT_IGNORED=()
# In an upgrade, functions and views that are there are replaced (PS002, PS015). Those that somebody else has made
# beforehand are not: Postgres refuses CREATE OR REPLACE in a script for what does not belong to the extension.
PGSPOT_IGNORED_IN_UPGRADES=(PS002 PS015)

read_postgres
build_environment
cd "$CLONE"
mkdir -p "$CACHE/tools"
failed=()
# check NAME COMMAND…
check() {
  local name=$1
  shift
  step "$name"
  "$@" >&2 </dev/null || failed+=("$name")
}

check "rustfmt" cargo fmt --all --check
check "clippy" cargo clippy --quiet --workspace --all-targets -- -D warnings
check "rustdoc" env RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps --workspace

if find_shellcheck; then
  mapfile -d '' scripts < <(find docker docs tests -type f -name '*.sh' -print0)
  check "shellcheck" "${SHELLCHECK[@]}" --external-sources --source-path=SCRIPTDIR .ci/run "${scripts[@]}"
else
  step "shellcheck: left out (neither here nor to be had from apt)"
fi

if have cargo-deny; then
  check "cargo-deny" cargo deny --all-features check --hide-inclusion-graph licenses bans sources
else
  step "cargo-deny: left out (cargo install --locked cargo-deny)"
fi

if find_pgspot; then
  installed=$(extension_built)/share/extension
  version=$(version_in "$installed")
  check "pgspot" check_sql "$installed/heimdall--$version.sql"
  PGSPOT_IGNORED+=("${PGSPOT_IGNORED_IN_UPGRADES[@]}")
  for upgrade in "$installed"/heimdall--*--"$version".sql; do
    check "pgspot: ${upgrade##*/}" check_sql "$upgrade"
  done
else
  step "pgspot: left out (it needs python3 with venv and pip, and the package pgspot $PGSPOT_VERSION)"
fi

if [ ${#failed[@]} -gt 0 ]; then
  fail "lint found something: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
fi
keep_seed lint
step "lint found nothing"
