#!/usr/bin/env bash
# Freeze the version that is built, when it is released: its install script becomes one that later versions upgrade
# from, and the migration to it no longer follows the files that it includes.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/instance.sh
. "$RUNTIME/lib/instance.sh"
# shellcheck source=lib/upgrade.sh
. "$RUNTIME/lib/upgrade.sh"

read_postgres
version=$(version_in "$(extension_built)/share/extension")
built=$(extension_built)/share/extension/heimdall--$version.sql
frozen=$CLONE/sql/upgrade/heimdall--$version.sql
[ ! -e "$frozen" ] || cmp -s "$built" "$frozen" ||
  fail "version $version is frozen already, and what is built differs from it" "Raise the version in Cargo.toml."
for file in "$CLONE"/sql/upgrade/*--"$version".sql; do
  [ "$file" != "$frozen" ] || continue
  expanded=$(migration "$file")
  printf '%s\n' "$expanded" >"$file"
done
cp "$built" "$frozen"
step "Frozen: ${frozen#"$CLONE/"}"
