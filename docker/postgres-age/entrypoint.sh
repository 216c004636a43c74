#!/bin/sh
# Starts the server. The first time it makes the cluster beforehand: database, extensions and graph (initdb/).
#   POSTGRES_USER, POSTGRES_DB     heimdall; the user is the superuser
#   POSTGRES_PASSWORD[_FILE]       theirs, needed the first time
#   GATEWAY_PASSWORD[_FILE]        of heimdall_gateway_login, as whom the gateway logs in; needed the first time
#   HMD_MASTER_KEY_FILE, HMD_HASH_KEY_FILE (or without _FILE)   made in /var/lib/heimdall where they are not given
#   HMD_AGE_GRAPH                  heimdall_graph
# Arguments go to the server: -c shared_buffers=4GB
set -eu

PGDATA=${PGDATA:-/var/lib/postgresql/data}
SETTINGS=${HEIMDALL_SETTINGS:-/etc/heimdall}
KEYS=${HEIMDALL_KEYS:-/var/lib/heimdall}
POSTGRES_USER=${POSTGRES_USER:-heimdall}
POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
umask 077

fail() {
  printf 'heimdall: %s\n' "$1" >&2
  exit 1
}

# secret NAME: the value of NAME, or what the file holds that NAME_FILE names.
secret() {
  eval "value=\${$1:-} file=\${${1}_FILE:-}"
  if [ -n "$file" ]; then value=$(cat "$file"); fi
  [ -n "$value" ] || fail "$1 or $1_FILE has to be set"
  printf '%s' "$value"
}

# key NAME FILE: whatever the environment does not say of a key is a file that is made here.
key() {
  eval "given=\${$1:-}\${${1}_FILE:-}"
  [ -z "$given" ] || return 0
  if [ ! -s "$KEYS/$2" ]; then
    head -c 32 /dev/urandom | base64 -w0 >"$KEYS/$2.new"
    mv "$KEYS/$2.new" "$KEYS/$2"
  fi
  export "${1}_FILE=$KEYS/$2"
}

# Interrupted, it leaves nothing that counts.
make_cluster() {
  POSTGRES_PASSWORD=$(secret POSTGRES_PASSWORD)
  GATEWAY_PASSWORD=$(secret GATEWAY_PASSWORD)
  rm -rf "$PGDATA.new"
  mkdir -p "$(dirname "$PGDATA")"
  printf '%s\n' "$POSTGRES_PASSWORD" >"$PGDATA.password"
  initdb --pgdata="$PGDATA.new" --username="$POSTGRES_USER" --pwfile="$PGDATA.password" --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums
  rm "$PGDATA.password"
  printf "\ninclude '%s/postgresql.conf'\n" "$SETTINGS" >>"$PGDATA.new/postgresql.conf"
  printf 'host all all all scram-sha-256\nhost replication all all scram-sha-256\n' >>"$PGDATA.new/pg_hba.conf"
  socket=$(mktemp -d)
  # Nobody else comes in until all is there.
  pg_ctl --pgdata="$PGDATA.new" --wait --silent --options="-c listen_addresses='' -c unix_socket_directories='$socket'" start >&2
  export PGHOST="$socket" PGUSER="$POSTGRES_USER" GATEWAY_PASSWORD
  [ "$POSTGRES_DB" = postgres ] || createdb "$POSTGRES_DB"
  for script in "$SETTINGS"/initdb/*.sql; do
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$POSTGRES_DB" --file="$script" >&2
  done
  pg_ctl --pgdata="$PGDATA.new" --wait --silent --mode=fast stop >&2
  rmdir "$socket"
  unset PGHOST PGUSER
  mv "$PGDATA.new" "$PGDATA"
}

key HMD_MASTER_KEY master.key
key HMD_HASH_KEY hash.key
[ -e "$PGDATA/PG_VERSION" ] || make_cluster
# The server has no use for them.
unset POSTGRES_PASSWORD GATEWAY_PASSWORD
exec postgres -D "$PGDATA" "$@"
