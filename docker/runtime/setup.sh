#!/usr/bin/env bash
# Make all that building and running Heimdall needs, as far as it is not there: the private Postgres
# (unless PG_CONFIG names another), libclang and cargo-pgrx. Safe to run again, and by two clones at once.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/toolchain.sh
. "$RUNTIME/lib/toolchain.sh"
# shellcheck source=lib/account.sh
. "$RUNTIME/lib/account.sh"

lock_cache setup
check_toolchain
[ -z "$PG_PRIVATE" ] || "$RUNTIME/packages.sh"
read_postgres
check_postgres
check_account
"$RUNTIME/libclang.sh" >/dev/null
"$RUNTIME/toolchain.sh"
