# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# Sourced by every script of the runtime: messages, and where things are kept.

umask 022
export LC_ALL=C

step() { printf '==> %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
# fail MESSAGE [HOW TO GET OUT OF IT…]
fail() {
  printf 'heimdall: %s\n' "$1" >&2
  shift
  local hint
  for hint in "$@"; do printf '          %s\n' "$hint" >&2; done
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
digest() { sha256sum | cut -c1-12; }

RUNTIME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
CLONE=$(cd "$RUNTIME/../.." && pwd -P)
ME=$(id -u)
CLONE_ID=$(printf '%s\n' "$ME" "$CLONE" | digest)

case $CLONE in
  *[:\\\']* | *$'\n'*)
    fail "the path of this clone holds a colon, a quote or a line break: $CLONE" \
      "Postgres separates paths by colons; move the clone to another folder." ;;
esac

# What clones share. The server's account cannot see root's home, so root keeps it elsewhere.
if [ "$ME" -eq 0 ]; then
  CACHE=${HEIMDALL_CACHE:-/var/cache/heimdall}
  INSTANCE=/var/lib/heimdall-dev/$CLONE_ID
else
  CACHE=${HEIMDALL_CACHE:-${HOME:?}/.cache/heimdall}
  INSTANCE=$CLONE/.runtime/instance
fi
mkdir -p "$CACHE" 2>/dev/null || fail "cannot make the folder $CACHE" "Set HEIMDALL_CACHE to a folder that you can write to."
CACHE=$(cd "$CACHE" && pwd -P)
case $CACHE in
  *[:\\\']*) fail "the path of the cache holds a colon, a quote or a backslash: $CACHE" "Set HEIMDALL_CACHE to another folder." ;;
esac

# The private Postgres: raise the recipe number when packages.sh makes something different.
PG_MAJOR=18
RUNTIME_RECIPE=1
PREFIX=$CACHE/runtime/pg$PG_MAJOR-r$RUNTIME_RECIPE
PRIVATE_PG_CONFIG=$PREFIX/usr/lib/postgresql/$PG_MAJOR/bin/pg_config

# Hold the lock NAME of the shared cache until the script ends, so that two clones wait for each other.
lock_cache() {
  have flock || fail "flock is missing" "Install the package util-linux."
  { [ -w "$CACHE" ] && { [ ! -e "$CACHE/$1.lock" ] || [ -w "$CACHE/$1.lock" ]; }; } ||
    fail "cannot write to the cache $CACHE, which is another account's" "Set HEIMDALL_CACHE to a folder that you can write to."
  exec 9>"$CACHE/$1.lock"
  if ! flock -n 9; then
    note "another clone is at work in $CACHE: waiting for it"
    flock 9
  fi
}
