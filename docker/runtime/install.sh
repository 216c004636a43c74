#!/usr/bin/env bash
# Install the extension into the Postgres that $PG_CONFIG belongs to.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/toolchain.sh
. "$RUNTIME/lib/toolchain.sh"
# shellcheck source=lib/seed.sh
. "$RUNTIME/lib/seed.sh"
# shellcheck source=lib/upgrade.sh
. "$RUNTIME/lib/upgrade.sh"

[ -z "$PG_PRIVATE" ] || fail "make install needs to know where: PG_CONFIG=/path/to/pg_config make install" \
  "The private Postgres loads the extension from this clone and needs no install: make up"
read_postgres
build_environment
plant_seed
sudo=()
if [ ! -w "$PG_SHARE/extension" ] || [ ! -w "$PG_LIB" ]; then
  have sudo || fail "$PG_SHARE/extension and $PG_LIB belong to another account, and there is no sudo" "Run this as root."
  sudo=(--sudo)
fi
step "Installing the extension into Postgres $PG_VERSION"
cd "$CLONE"
[ -z "${RUSTFLAGS:-}" ] || export RUSTFLAGS="$RUSTFLAGS -C link-arg=-Wl,--no-gc-sections"
cargo pgrx install --release --package heimdall_pg --pg-config "$PG_CONFIG" "${sudo[@]}" >&2
version=$(version_in "$PG_SHARE/extension")
scripts=$(mktemp -d)
trap 'rm -rf "$scripts"' EXIT
write_upgrades "$PG_SHARE/extension/heimdall--$version.sql" "$scripts"
"${sudo[@]/#--/}" install -m 644 "$scripts"/heimdall--*.sql "$PG_SHARE/extension/"
note "Where an earlier version is in a database: ALTER EXTENSION heimdall UPDATE, once the server runs with this one."
note "Next, in that server's postgresql.conf: shared_preload_libraries = 'age, heimdall', and restart it."
