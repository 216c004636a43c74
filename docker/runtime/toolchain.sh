#!/usr/bin/env bash
# Check Rust and the C compiler, and install the cargo-pgrx that fits into the cache.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/toolchain.sh
. "$RUNTIME/lib/toolchain.sh"

check_toolchain
[ -e "$CARGO_PGRX/bin/cargo-pgrx" ] && exit 0

step "Installing cargo-pgrx $PGRX_VERSION into $CACHE (a few minutes, once for all clones)"
rm -rf "$CACHE/tools"/.cargo-pgrx-*
mkdir -p "$CACHE/tools"
new=$(mktemp -d "$CACHE/tools/.cargo-pgrx-XXXXXX")
chmod 755 "$new"
trap 'rm -rf "$new"' EXIT
# A build tool that runs for seconds: compiled quickly rather than well.
CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
  cargo install --quiet --locked --version "=$PGRX_VERSION" --root "$new" --target-dir "$new/target" cargo-pgrx >&2 </dev/null 9>&- ||
  fail "cargo could not install cargo-pgrx $PGRX_VERSION" "The message above says why; run the same again afterwards."
rm -rf "$new/target" "$CARGO_PGRX"
mv -T "$new" "$CARGO_PGRX"
