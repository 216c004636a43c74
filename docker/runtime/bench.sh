#!/usr/bin/env bash
# Inside with-server.sh: the benchmark, and the gateway that it measures, as they are released.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"

cd "$CLONE"
cargo build --quiet --release -p heimdall_gateway -p heimdall_tests --bin vanopticon_heimdall --bin bench >&2
HEIMDALL_GATEWAY=${CARGO_TARGET_DIR:-$CLONE/target}/release/vanopticon_heimdall
export HEIMDALL_GATEWAY
exec "${HEIMDALL_GATEWAY%/*}/bench" "$@"
