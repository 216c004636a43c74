# shellcheck shell=bash
# Sourced: make, configure, start and stop one cluster. Its folder belongs to the server's account:
#   $CLUSTER/data, $CLUSTER/keys/{master,hash}.key, $CLUSTER/password, $CLUSTER/heimdall.conf, $CLUSTER/server.log
# The caller says where ($CLUSTER), and how it is reached ($SOCKETS, $PORT, $LISTEN).

# Whatever the user has set for other servers must not lead to those.
unset PGHOSTADDR PGOPTIONS PGPASSFILE PGPASSWORD PGSERVICE PGSERVICEFILE PGSSLMODE PGTARGETSESSIONATTRS PGDATA
unset HMD_MASTER_KEY HMD_HASH_KEY HMD_MASTER_KEY_FILE HMD_HASH_KEY_FILE

# make_cluster [OPTIONS OF INITDB…]: what is not there yet. Interrupted, it leaves nothing that counts.
make_cluster() {
  local key
  private_folder "$CLUSTER"
  private_folder "$CLUSTER/keys"
  for key in master hash; do
    as_server test -s "$CLUSTER/keys/$key.key" || head -c 32 /dev/urandom | base64 -w0 | put_as_server "$CLUSTER/keys/$key.key"
  done
  [ ! -e "$CLUSTER/data" ] || return 0
  step "Making a database cluster in $CLUSTER"
  head -c 18 /dev/urandom | base64 -w0 | put_as_server "$CLUSTER/password"
  rm -rf "$CLUSTER/data.new"
  as_server "$PG_BIN/initdb" -D "$CLUSTER/data.new" -U heimdall --pwfile="$CLUSTER/password" \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C \
    --locale-provider=builtin --builtin-locale=C.UTF-8 "$@" >"$CLUSTER/initdb.log" 2>&1 ||
    { cat "$CLUSTER/initdb.log" >&2; fail "initdb failed"; }
  printf "\ninclude_if_exists = '../heimdall.conf'\n" | as_server tee -a "$CLUSTER/data.new/postgresql.conf" >/dev/null
  as_server mv "$CLUSTER/data.new" "$CLUSTER/data"
}

# configure_cluster EXTENSION [LINES…]: written anew before every start, since a clone can be moved.
configure_cluster() {
  local extension=$1 zone=UTC
  shift
  [ -e /usr/share/zoneinfo/UTC ] || zone=GMT # without zone data Postgres knows only this one
  {
    printf "# Written at every start.\n"
    printf "listen_addresses = '%s'\nport = %s\n" "$LISTEN" "$PORT"
    printf "unix_socket_directories = '%s'\n" "$SOCKETS"
    printf "shared_preload_libraries = 'age, %s'\n" "$LIBRARY"
    if [ "$PG_VERSION" -ge 18 ]; then
      printf "extension_control_path = '%s/share:\$system'\n" "$extension"
      printf "dynamic_library_path = '%s/lib:\$libdir'\n" "$extension"
    fi
    printf "heimdall.%s_key_file = '%s'\n" master "$CLUSTER/keys/master.key" hash "$CLUSTER/keys/hash.key"
    printf "timezone = '%s'\nlog_timezone = '%s'\n" $zone $zone
    printf "%s\n" \
      "wal_level = logical" \
      "shared_buffers = 512MB" \
      "work_mem = 64MB" \
      "maintenance_work_mem = 256MB" \
      "max_wal_size = 4GB" \
      "jit = off" \
      "log_line_prefix = '%m [%p] %q%u@%d '" \
      "$@"
  } | put_as_server "$CLUSTER/heimdall.conf"
}

# The caller has looked that no postmaster serves it.
start_cluster() {
  private_folder "$SOCKETS"
  [ "$(cat "$CLUSTER/data/PG_VERSION")" = "$PG_VERSION" ] || fail "$CLUSTER/data was made by another Postgres than $PG_VERSION"
  # A killed postmaster leaves its locks, and Postgres believes those if the number lives on in another process.
  wait_for_orphans "$CLUSTER/data"
  rm -f "$CLUSTER/data/postmaster.pid" "$SOCKETS"/.s.PGSQL.*
  if [ "$(stat -c %s "$CLUSTER/server.log" 2>/dev/null || echo 0)" -gt 20000000 ]; then
    as_server mv "$CLUSTER/server.log" "$CLUSTER/server.log.1"
  fi
  as_server "$PG_BIN/pg_ctl" start -s -w -t 120 -D "$CLUSTER/data" -l "$CLUSTER/server.log" >/dev/null 2>&1 </dev/null 8>&- 9>&-
}

explain_failed_start() {
  tail -n 15 "$CLUSTER/server.log" >&2 || true
  fail "the server did not start; above is the end of $CLUSTER/server.log"
}

# Environment of the cluster's clients.
cluster_environment() {
  export PGHOST=$SOCKETS PGPORT=$PORT PGUSER=heimdall PGDATABASE=heimdall
  export HMD_DATABASE_URL="postgresql://heimdall@${SOCKETS//\//%2F}:$PORT/heimdall"
  export HMD_AGE_GRAPH=heimdall_graph
  export HMD_MASTER_KEY_FILE=$CLUSTER/keys/master.key
  export HMD_HASH_KEY_FILE=$CLUSTER/keys/hash.key
}

# The database heimdall with the extension and its graph.
make_database() {
  local -a psql=("$PG_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1)
  (
    cluster_environment
    [ "$("${psql[@]}" -d postgres -c "SELECT 1 FROM pg_database WHERE datname = 'heimdall'")" = 1 ] ||
      "${psql[@]}" -d postgres -c 'CREATE DATABASE heimdall'
    # The user and the schema have one name: with "$user" on the path, tables of one's own would end up in there.
    "${psql[@]}" -d postgres -c 'ALTER ROLE heimdall SET search_path = public'
    "${psql[@]}" -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION IF NOT EXISTS age' \
      -c 'CREATE EXTENSION IF NOT EXISTS vector' -c 'CREATE EXTENSION IF NOT EXISTS heimdall' -c 'ALTER EXTENSION heimdall UPDATE'
    [ "$("${psql[@]}" -c "SELECT 1 FROM ag_catalog.ag_graph WHERE name = '$HMD_AGE_GRAPH'")" = 1 ] ||
      "${psql[@]}" -c 'SELECT heimdall.init()' >/dev/null
  ) >&2
}
