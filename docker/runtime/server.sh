#!/usr/bin/env bash
# The development server of this clone: start | stop | status | env | run COMMAND…
# Its output goes to standard error, so that `env` prints export lines and nothing else.
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

SOCKETS=/tmp/heimdall-$CLONE_ID # a socket's path has at most 107 bytes, so not in the clone
LISTEN=127.0.0.1

choose() {
  read_postgres
  CLUSTER=$INSTANCE/pg$PG_VERSION
  PORT=$(cat "$INSTANCE/port" 2>/dev/null) || PORT=$((20000 + 16#${CLONE_ID:0:6} % 10000))
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The extension that the running server has loaded, as start left it.
loaded() { sed -nE "s/^extension_control_path = '(.*)\/share:.*/\1/p" "$CLUSTER/heimdall.conf"; }

start() {
  local extension try
  prepare_instance
  choose
  exec 8>"$INSTANCE/lock"
  flock 8
  if [ "$PG_VERSION" -ge 18 ]; then
    extension=$(extension_built)
    [ -d "$extension" ] || fail "the extension is not built" "make build"
  else
    extension=$PG_SHARE
    [ -e "$PG_SHARE/extension/heimdall.control" ] ||
      fail "Postgres $PG_VERSION loads extensions only from its own folders, and Heimdall is not there" "PG_CONFIG=$PG_CONFIG make install"
  fi
  # shellcheck disable=SC2119
  make_cluster
  if postmaster_of "$CLUSTER/data" >/dev/null; then
    if [ "$PG_VERSION" -ge 18 ] && [ "$(loaded)" = "$extension" ]; then
      make_database
      return
    fi
    step "Restarting the server with the extension just built"
    stop_postmaster "$CLUSTER/data" fast
  else
    step "Starting the server"
  fi
  for ((try = 0; try < 50; try++)); do
    while answers "$PORT"; do PORT=$((PORT + 1)); done
    configure_cluster "$extension"
    if start_cluster; then
      printf '%s\n' "$PORT" >"$INSTANCE/port"
      make_database
      warn_of_old_objects "$extension"
      return
    fi
    # Between the look and the start another program may have taken the port.
    answers "$PORT" || break
  done
  explain_failed_start
}

# The database keeps the SQL objects it was made with until the extension's version changes.
warn_of_old_objects() {
  local now made=$CLUSTER/made-from
  now=$(cat "$1"/share/extension/heimdall--*.sql 2>/dev/null | digest)
  as_server test -e "$made" || printf '%s\n' "$now" | put_as_server "$made"
  [ "$(cat "$made")" = "$now" ] ||
    note "The extension's SQL has changed since this database was made: make reset makes it anew (and empty)."
}

stop() {
  choose
  if postmaster_of "$CLUSTER/data" >/dev/null; then
    step "Stopping the server"
    stop_postmaster "$CLUSTER/data" fast
  fi
}

reset() {
  stop
  rm -rf "$CLUSTER"
}

must_run() {
  choose
  postmaster_of "$CLUSTER/data" >/dev/null || fail "the server of this clone does not run" "make up"
}

status() {
  must_run
  printf '%s\n' "Postgres $PG_VERSION, process $(postmaster_of "$CLUSTER/data"), account $SERVER_ACCOUNT" \
    "socket    $SOCKETS, port $PORT, user heimdall, database heimdall" \
    "TCP       127.0.0.1:$PORT, password in $CLUSTER/password" \
    "data      $CLUSTER/data" "log       $CLUSTER/server.log" "extension $(loaded)" >&2
}

variables() {
  local name
  must_run
  cluster_environment
  for name in PGHOST PGPORT PGUSER PGDATABASE HMD_DATABASE_URL HMD_AGE_GRAPH HMD_MASTER_KEY_FILE HMD_HASH_KEY_FILE; do
    printf 'export %s=%q\n' "$name" "${!name}"
  done
  # Programs of this server's version before those of another: pg_dump refuses a server that is newer than itself.
  case :$PATH: in
    *":$PG_BIN:"*) ;;
    *) printf "export PATH=%q:\"\$PATH\"\n" "$PG_BIN" ;;
  esac
}

run() {
  must_run
  cluster_environment
  export PSQL=$PG_BIN/psql HEIMDALL_DATA=$CLUSTER/data HEIMDALL_LOG=$CLUSTER/server.log
  exec "$@"
}

case ${1:-} in
  start | stop | reset | status) "$1" >&2 ;;
  env) variables ;;
  psql) shift; read_postgres; run "$PG_BIN/psql" "$@" ;;
  run) shift; run "$@" ;;
  *) fail "usage: server.sh start | stop | reset | status | env | psql [ARGUMENTS…] | run COMMAND…" ;;
esac
