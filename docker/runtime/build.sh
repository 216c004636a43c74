#!/usr/bin/env bash
# Build the extension for this Postgres and lay it out where the server loads it from.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/toolchain.sh
. "$RUNTIME/lib/toolchain.sh"
# shellcheck source=lib/account.sh
. "$RUNTIME/lib/account.sh"
# shellcheck source=lib/instance.sh
. "$RUNTIME/lib/instance.sh"
# shellcheck source=lib/seed.sh
. "$RUNTIME/lib/seed.sh"
# shellcheck source=lib/upgrade.sh
. "$RUNTIME/lib/upgrade.sh"

read_postgres
build_environment
prepare_instance
exec 9>"$INSTANCE/build.lock"
flock 9
plant_seed

step "Building the extension for Postgres $PG_VERSION"
cd "$CLONE"
package=${CARGO_TARGET_DIR:-$CLONE/target}/package/pg$PG_VERSION
rm -rf "$package"
# cargo-pgrx gives the linker an option that RUSTFLAGS of the user's would suppress.
[ -z "${RUSTFLAGS:-}" ] || export RUSTFLAGS="$RUSTFLAGS -C link-arg=-Wl,--no-gc-sections"
without_colours() { if [ -t 2 ]; then cat; else sed -u 's/\x1b\[[0-9;]*m//g'; fi; }
# cargo-pgrx tells each file that it copies; cargo's own progress and every error stay.
chatter='(Using|Building|Running|Installing|Copying|Discovered|Writing|Finished)'
without_chatter() { grep --line-buffered -Ev "^(\S*\[[0-9;]*m)* +$chatter" || true; }
cargo pgrx package --package heimdall_pg --pg-config "$PG_CONFIG" --out-dir "$package" 2>&1 </dev/null 9>&- |
  without_chatter | without_colours >&2

# A folder per content: servers that run keep the one they started with.
root=$(extension_root)
mkdir -p "$root"
rm -rf "$root"/.new-*
new=$(mktemp -d "$root/.new-XXXXXX")
chmod 755 "$new"
mkdir "$new/share" "$new/lib"
cp -r "$package$PG_SHARE/extension" "$new/share/"
cp "$package$PG_LIB"/*.so "$new/lib/"
write_upgrades "$(compgen -G "$new/share/extension/heimdall--*.sql")" "$new/share/extension"
{ grep -Eq "^module_pathname *= *'(\\\$libdir/)?$LIBRARY'" "$new/share/extension/heimdall.control" && [ -e "$new/lib/$LIBRARY.so" ]; } ||
  fail "heimdall_pg/heimdall.control must name the library as cargo-pgrx does: module_pathname = '$LIBRARY'"
# cargo-pgrx writes the objects in another order every time: what they are counts, and what upgrades are made of.
objects_of() { grep -v '^--' "$1" | awk -v RS='/[*] </end connected objects> [*]/' '{ gsub(/\n/, "\001"); print }' | sort; }
id=$({
  sha256sum <"$new/lib/$LIBRARY.so"
  cat "$new/share/extension/heimdall.control" "$CLONE"/sql/upgrade/*.sql
  objects_of "$(compgen -G "$package$PG_SHARE/extension/heimdall--*.sql")"
} | digest)
if [ -e "$root/$id" ]; then rm -rf "$new"; else mv -T "$new" "$root/$id"; fi
touch "$root/$id"
ln -s "$id" "$root/.current-$$"
mv -T "$root/.current-$$" "$root/current"
find "$root" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- |
  while read -r old; do rm -rf "$old"; done
