#!/usr/bin/env bash
# Every test, unit to end-to-end, against a server of their own; arguments go to `cargo test`.
# The last line is the total, and the exit code tells the truth about all of it.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/seed.sh
. "$RUNTIME/lib/seed.sh"
# shellcheck source=lib/apt.sh
. "$RUNTIME/lib/apt.sh"
# shellcheck source=lib/pgbouncer.sh
. "$RUNTIME/lib/pgbouncer.sh"
# shellcheck source=lib/linters.sh
. "$RUNTIME/lib/linters.sh"

cd "$CLONE"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The tests of the gateway start its binary.
"$RUNTIME/gateway.sh" build
export HEIMDALL_GATEWAY=${CARGO_TARGET_DIR:-$CLONE/target}/debug/vanopticon_heimdall
HEIMDALL_IDENTITY_PROVIDER=$("$RUNTIME/identity-provider.sh" 9>&-) || note "without it the tests of log-in fail"
export HEIMDALL_IDENTITY_PROVIDER
{ find_pgbouncer && find_newer_pgbouncer; } || note "PgBouncer could not be had: the tests behind it will fail"

# One of its tests has schemathesis ask what the OpenAPI document describes.
if find_schemathesis; then
  export HEIMDALL_SCHEMATHESIS=$SCHEMATHESIS
else
  note "schemathesis: left out (it needs python3 with venv and pip, and the package schemathesis $SCHEMATHESIS_VERSION)"
fi

step "Running the tests"
status=0
"$RUNTIME/with-server.sh" cargo test --workspace --exclude heimdall_pg --no-fail-fast "$@" 2>&1 | tee "$log" || status=$?
[ "$status" -ne 0 ] || keep_seed test

read -r passed failed < <(awk '/^test result: /{ p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
# What did not compile, crashed or ran nothing has no line of its own and has failed all the same.
if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then
  note "the tests did not run to their end"
  failed=1
fi
[ "$failed" -eq 0 ] || [ "$status" -ne 0 ] || status=1
printf '%s passed, %s failed\n' "$passed" "$failed"
exit "$status"
