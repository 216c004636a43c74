# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# Sourced: which Postgres this clone builds for and runs: $PG_CONFIG's, or the private one.

if [ -n "${PG_CONFIG:-}" ] && [ "$PG_CONFIG" != "$PRIVATE_PG_CONFIG" ]; then
  PG_PRIVATE=
  have "$PG_CONFIG" || fail "PG_CONFIG names no program: $PG_CONFIG" "It is the pg_config of an installed Postgres 18."
  PG_CONFIG=$(command -v "$PG_CONFIG")
else
  PG_PRIVATE=1
  PG_CONFIG=$PRIVATE_PG_CONFIG
fi
export PG_CONFIG

# PG_VERSION (the major one), PG_BIN and the pgrx feature; needs the Postgres to be there.
read_postgres() {
  local version
  [ -e "$PG_CONFIG" ] || fail "there is no Postgres yet: $PG_CONFIG" "make setup makes it, make up does that too."
  version=$("$PG_CONFIG" --version) || fail "$PG_CONFIG does not run" "make setup makes the private Postgres."
  PG_VERSION=${version#PostgreSQL }
  PG_VERSION=${PG_VERSION%%[!0-9]*}
  PG_BIN=$("$PG_CONFIG" --bindir)
  PG_SHARE=$("$PG_CONFIG" --sharedir)
  PG_LIB=$("$PG_CONFIG" --pkglibdir)
}

# What $PG_CONFIG's Postgres must bring along.
check_postgres() {
  case $PG_VERSION in
    17 | 18) ;;
    *) fail "$PG_CONFIG belongs to Postgres $PG_VERSION; Heimdall runs on 18 (and builds for 17)" ;;
  esac
  [ -x "$PG_BIN/postgres" ] || fail "there is no server in $PG_BIN" \
    "Install it, for example: apt-get install postgresql-$PG_VERSION"
  [ -e "$("$PG_CONFIG" --includedir-server)/postgres.h" ] || fail "the server headers of Postgres $PG_VERSION are missing" \
    "Install them, for example: apt-get install postgresql-server-dev-$PG_VERSION"
  local extension package
  for extension in age vector; do
    package=age
    [ $extension = age ] || package=pgvector
    [ -e "$PG_SHARE/extension/$extension.control" ] || fail "the extension $extension is missing in $PG_SHARE/extension" \
      "Install it, for example: apt-get install postgresql-$PG_VERSION-$package"
  done
}
