# shellcheck shell=bash
# Sourced: PgBouncer for the tests of the gateway: the machine's, or a copy in the cache.

# find_pgbouncer: $HEIMDALL_PGBOUNCER becomes the program. False when it cannot be had.
find_pgbouncer() {
  local dir program
  if program=$(PATH=$PATH:/usr/sbin command -v pgbouncer); then
    export HEIMDALL_PGBOUNCER=$program
    return
  fi
  dir=$CACHE/tools/pgbouncer-$(host_name)
  [ -e "$dir" ] || (
    lock_cache tools
    [ ! -e "$dir" ] || exit 0
    mkdir -p "$CACHE/tools"
    new=$(mktemp -d "$CACHE/tools/.pgbouncer-XXXXXX")
    trap 'rm -rf "$new"' EXIT
    chmod 755 "$new"
    step "Fetching PgBouncer (once for all clones)"
    unpack_host_package "$new" pgbouncer && [ -x "$new/usr/sbin/pgbouncer" ] || exit 1
    # With the libraries that came with it, behind the machine's own.
    libraries=$({ cd "$new" && compgen -G "usr/lib/*-linux-gnu*" || true; } | sed "s,^,$dir/," | paste -sd:)
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "'$libraries'" "'$dir/usr/sbin/pgbouncer'" >"$new/run"
    chmod 755 "$new/run"
    mv -T "$new" "$dir"
  ) || return 1
  "$dir/run" --version >/dev/null 2>&1 || return 1
  export HEIMDALL_PGBOUNCER=$dir/run
}
