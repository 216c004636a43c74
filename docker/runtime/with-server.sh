#!/usr/bin/env bash
# with-server.sh [--durable] COMMAND…: run COMMAND against a server of its own, which is gone afterwards.
# Without --durable the server does not wait for the disk (what it writes is written all the same).
# COMMAND finds PGHOST…, HMD_… as from `make env`, and
#   HEIMDALL_TEST_DATA, HEIMDALL_TEST_LOG   data folder and server log
#   HEIMDALL_TEST_ACCOUNT                   the account that the server runs under
#   HEIMDALL_PG_BIN                         psql, pg_dump, initdb …
#   HEIMDALL_PG_CTL                         a program: start | stop [fast|immediate] | restart | kill | reload
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/account.sh
. "$RUNTIME/lib/account.sh"
# shellcheck source=lib/instance.sh
. "$RUNTIME/lib/instance.sh"
# shellcheck source=lib/files.sh
. "$RUNTIME/lib/files.sh"
# shellcheck source=lib/cluster.sh
. "$RUNTIME/lib/cluster.sh"

settings=("fsync = off" "synchronous_commit = off" "full_page_writes = off")
if [ "${1:-}" = --durable ]; then settings=(); shift; fi
[ $# -gt 0 ] || fail "usage: with-server.sh [--durable] COMMAND…"

read_postgres
prepare_instance
extension=$PG_SHARE
[ "$PG_VERSION" -lt 18 ] || extension=$(extension_built)
[ -d "$extension" ] || fail "the extension is not built" "make build"

# What a killed run has left: its name ends with the number of a process that is no more.
for CLUSTER in "$INSTANCE"/test-*; do
  if [ -d "$CLUSTER" ] && ! kill -0 "${CLUSTER##*-}" 2>/dev/null; then
    stop_postmaster "$CLUSTER/data" immediate
    rm -rf "$CLUSTER" "/tmp/heimdall-$CLONE_ID-${CLUSTER##*-}"
  fi
done

CLUSTER=$INSTANCE/test-$$
SOCKETS=/tmp/heimdall-$CLONE_ID-$$
PORT=5432
LISTEN=
child=
# shellcheck disable=SC2317  # called by the trap
clean_up() {
  trap - EXIT
  trap '' INT TERM HUP
  # The command's whole group: nothing of it shall outlive its server.
  [ -z "$child" ] || kill -TERM -- "-$child" 2>/dev/null || true
  stop_postmaster "$CLUSTER/data" immediate || true
  rm -rf "$CLUSTER" "$SOCKETS"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

make_cluster --no-sync
# A base backup whose beginning is gone before it has a slot fails: making databases makes checkpoints.
configure_cluster "$extension" "max_connections = 200" "max_wal_senders = 20" "max_replication_slots = 20" "wal_keep_size = 256MB" "${settings[@]}"
start_cluster || explain_failed_start
make_database

cluster_environment
export HEIMDALL_TEST_DATA=$CLUSTER/data HEIMDALL_TEST_LOG=$CLUSTER/server.log HEIMDALL_TEST_ACCOUNT=$SERVER_ACCOUNT
export HEIMDALL_PG_BIN=$PG_BIN HEIMDALL_PG_CTL=$RUNTIME/test-server.sh

set -m # the command in a process group of its own
"$@" </dev/null &
child=$!
set +m
status=0
wait "$child" || status=$?
exit "$status"
