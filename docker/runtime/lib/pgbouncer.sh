# shellcheck shell=bash
# Sourced, after apt.sh: PgBouncer for the tests of the gateway: the machine's, or a copy in the cache; and a newer one.

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

# find_newer_pgbouncer: $HEIMDALL_PGBOUNCER_NEWER becomes that of the release that Postgres is from, which may be newer than
# the machine: it runs by the loader and the libraries it came with. False when it cannot be had.
find_newer_pgbouncer() {
  local dir=$CACHE/tools/pgbouncer-$SUITE
  [ -e "$dir" ] || (
    lock_cache tools
    [ ! -e "$dir" ] || exit 0
    mkdir -p "$CACHE/tools"
    new=$(mktemp -d "$CACHE/tools/.pgbouncer-XXXXXX")
    apt=$CACHE/apt/pgbouncer
    trap 'rm -rf "$new" "$apt"' EXIT
    chmod 755 "$new"
    step "Fetching a newer PgBouncer (about 25 MB, once for all clones)"
    private_apt_init "$apt" "$apt/status"
    : >"$apt/status" # as if nothing were installed: the whole closure comes
    private_apt_use_suite "$apt" "$SUITE"
    debs=$(private_apt_fetch "$apt" pgbouncer) || exit 1
    while read -r deb; do dpkg-deb -x "$deb" "$new/all" || exit 1; done <<<"$debs"
    # Of all that, what the program asks for.
    program=$new/all/usr/sbin/pgbouncer
    loader=$(compgen -G "$new/all/usr/lib/*-linux-gnu*/ld-linux-*.so.*" | head -n1) || exit 1
    libraries=$("$loader" --library-path "${loader%/*}" --list "$program" | sed -nE 's/.* => ([^ ]+) .*/\1/p') || exit 1
    mkdir "$new/lib"
    while read -r library; do cp -L "$library" "$new/lib" || exit 1; done <<<"$libraries"
    cp -L "$loader" "$new/lib/loader"
    mv "$program" "$new/pgbouncer"
    printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "'$dir/lib/loader'" "'$dir/lib'" "'$dir/pgbouncer'" >"$new/run"
    chmod 755 "$new/run"
    rm -rf "$new/all"
    mv -T "$new" "$dir"
  ) || return 1
  "$dir/run" --version >/dev/null 2>&1 || return 1
  export HEIMDALL_PGBOUNCER_NEWER=$dir/run
}
