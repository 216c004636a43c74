#!/usr/bin/env bash
# Remove what this clone has made: its servers, data, extension and build. With --cache also what all clones
# of this account share (the private Postgres, libclang, cargo-pgrx, compiled dependencies).
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/instance.sh
. "$RUNTIME/lib/instance.sh"

step "Removing this clone's server, data and build"
remove_instance
rm -rf "$CLONE/.runtime" "$CLONE/target" "$CLONE/.target-new" "/tmp/heimdall-$CLONE_ID"
if [ "${1:-}" = --cache ]; then
  step "Removing $CACHE"
  for part in apt pgrx runtime target-seed tools; do rm -rf "${CACHE:?}/$part"; done
  rm -f "$CACHE"/*.lock
  rmdir "$CACHE" 2>/dev/null || true
fi
