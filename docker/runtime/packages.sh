#!/usr/bin/env bash
# Make the private Postgres with Apache AGE and pgvector: Debian packages, unpacked into the cache and
# pointed at their own C library, so that they run whatever the machine's own is. Changes nothing else.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/apt.sh
. "$RUNTIME/lib/apt.sh"

PACKAGES=("postgresql-$PG_MAJOR" "postgresql-$PG_MAJOR-age" "postgresql-$PG_MAJOR-pgvector" patchelf)
HEADERS=("postgresql-server-dev-$PG_MAJOR" libpq-dev)
# Of the closure, what a server in a folder of its own has no use for.
NOT_UNPACKED='^(adduser|base-passwd|debconf|libdebconfclient0|dpkg|gcc-[0-9]+-base|libc-bin|libc-gconv-modules-extra|libc-l10n|locales|login|login\.defs|netbase|openssl|passwd|.*perl.*|postgresql-client-common|postgresql-common|procps|readline-common|sensible-utils|ssl-cert|systemd|libsystemd-shared|sysvinit-utils|tzdata|ucf)_'

[ -e "$PREFIX/.complete" ] && exit 0

apt=$CACHE/apt/$SUITE
step "Fetching Postgres $PG_MAJOR, Apache AGE and pgvector (about 65 MB, once for all clones)"
private_apt_init "$apt" "$apt/status"
: >"$apt/status" # as if nothing were installed: the whole closure comes
private_apt_use_suite "$apt" "$SUITE"
debs=$(private_apt_fetch "$apt" "${PACKAGES[@]}" -- "${HEADERS[@]}")

step "Unpacking into $PREFIX"
mkdir -p "$CACHE/runtime"
rm -rf "$CACHE/runtime"/.new-*
new=$(mktemp -d "$CACHE/runtime/.new-XXXXXX")
chmod 755 "$new"
while read -r deb; do
  [[ ${deb##*/} =~ $NOT_UNPACKED ]] && continue
  dpkg-deb -x "$deb" "$new" || fail "cannot unpack ${deb##*/}" "Is the disk full?"
done <<<"$debs"

loader=$(cd "$new" && compgen -G 'usr/lib/*-linux-gnu*/ld-linux-*.so.*' | head -n1) ||
  fail "the unpacked packages hold no loader: has the layout of libc6 changed?"
libraries=${loader%/*}

# patchelf runs by the loader and libraries it came with, so it must patch neither itself nor those.
is_elf() { [ "$(head -c4 "$1" | tr -d '\0')" = $'\x7fELF' ]; }
patch_elf() { "$new/$loader" --library-path "$new/$libraries" "$new/usr/bin/patchelf" "$@"; }
for file in "$new/usr/lib/postgresql/$PG_MAJOR/bin"/*; do
  if [ -f "$file" ] && is_elf "$file"; then
    # RPATH, not RUNPATH: it holds for the libraries' own libraries as well, so those stay as they are.
    patch_elf --set-interpreter "$PREFIX/$loader" --force-rpath --set-rpath "$PREFIX/$libraries" "$file"
  fi
done

rm -rf "$PREFIX" # without its stamp it is what an interrupted run left
mv -T "$new" "$PREFIX"
bin=$(dirname "$PRIVATE_PG_CONFIG")
for program in postgres initdb pg_ctl psql pg_dump pg_config; do
  "$bin/$program" --version >/dev/null || fail "the unpacked $program does not run"
done
for file in "$(dirname "$bin")/lib"/{age,vector}.so "$("$PRIVATE_PG_CONFIG" --includedir-server)/postgres.h"; do
  [ -e "$file" ] || fail "the packages hold no ${file##*/}"
done
find "$apt/archives" -name '*.deb' -printf '%f\n' | sort >"$PREFIX/.packages"
touch "$PREFIX/.complete"
rm -rf "$apt"
step "$("$bin/postgres" --version) is ready"
