# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# Sourced: checkers that are no part of the Rust toolchain: the machine's, or a copy in the cache.
# Each is false when it cannot be had.

# check_sql FILES…: pgspot over the SQL that CREATE EXTENSION runs. It stops at functions whose body is not
# quoted (BEGIN ATOMIC … END; or RETURN …;), so it is shown those bodies quoted. Their names are bound when
# the function is made, so a search path of their own would add nothing: it is shown one.
check_sql() {
  awk '
    { gsub(/@extschema:vector@/, "extschema_vector") }
    /^CREATE / { path = " SET search_path = pg_catalog, pg_temp" }
    /^SET search_path/ { path = "" }
    /^BEGIN ATOMIC$/ { print path " AS $atomic$"; inside = 1; next }
    inside && /^END;$/ { print "$atomic$;"; inside = 0; next }
    /^RETURN / { sub(/^RETURN /, path " AS $atomic$ SELECT "); returns = 1 }
    returns && /;$/ { sub(/;$/, " $atomic$;"); returns = 0 }
    { print }
  ' "$@" | "${PGSPOT[@]}" "${PGSPOT_IGNORED[@]/#/--ignore=}" /dev/stdin
}

# find_shellcheck: $SHELLCHECK becomes the command.
find_shellcheck() {
  find_tool shellcheck || return 1
  SHELLCHECK=("${TOOL[@]}")
}

# find_pgspot: $PGSPOT becomes the command.
PGSPOT_VERSION=0.9.4
find_pgspot() {
  PGSPOT=("$CACHE/tools/pgspot-$PGSPOT_VERSION/bin/pgspot")
  python_tool pgspot "$PGSPOT_VERSION"
}

# find_schemathesis: $SCHEMATHESIS becomes the command.
SCHEMATHESIS_VERSION=4.32.5
find_schemathesis() {
  SCHEMATHESIS=$CACHE/tools/schemathesis-$SCHEMATHESIS_VERSION/bin/schemathesis
  python_tool schemathesis "$SCHEMATHESIS_VERSION"
}

# python_tool NAME VERSION: that package in a virtual environment of its own, tools/NAME-VERSION in the cache.
python_tool() {
  local name=$1 version=$2 dir=$CACHE/tools/$1-$2
  [ -e "$dir/.complete" ] || (
    # A virtual environment cannot be moved, so it is made in place and a stamp tells that it is whole.
    mkdir -p "$CACHE/tools"
    lock_cache tools
    [ ! -e "$dir/.complete" ] || exit 0
    rm -rf "$dir"
    python3 -m venv "$dir" && "$dir/bin/python3" -m pip -q --disable-pip-version-check install "$name==$version" && touch "$dir/.complete"
  ) >/dev/null 2>&1 || return 1
}
