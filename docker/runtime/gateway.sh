#!/usr/bin/env bash
# The development gateway of this clone, on https://localhost:8443 or the next free port, with its identity provider.
#   build | start | welcome | stop | status | env
#   with LOG COMMAND…   run COMMAND with a gateway and an identity provider of its own, which are gone afterwards;
#                       their logs go to the file LOG. COMMAND finds HMD_URL, HMD_TLS_CA, HMD_OAUTH_…, the binary as
#                       HEIMDALL_GATEWAY, and curl as HEIMDALL_CURL.
# `start` and `with` want the environment of the database: see lib/gateway.sh.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/postgres.sh
. "$RUNTIME/lib/postgres.sh"
# shellcheck source=lib/account.sh
. "$RUNTIME/lib/account.sh"
# shellcheck source=lib/instance.sh
. "$RUNTIME/lib/instance.sh"
# shellcheck source=lib/files.sh
. "$RUNTIME/lib/files.sh"
# shellcheck source=lib/apt.sh
. "$RUNTIME/lib/apt.sh"
# shellcheck source=lib/tool.sh
. "$RUNTIME/lib/tool.sh"
# shellcheck source=lib/gateway.sh
. "$RUNTIME/lib/gateway.sh"

GATEWAY=$INSTANCE/gateway

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# free_port WISH: that one or the next that nobody listens on.
free_port() {
  local port=$1
  while answers "$port"; do port=$((port + 1)); done
  printf '%s\n' "$port"
}
# port_of NAME DEFAULT: where it listened last.
port_of() { cat "$GATEWAY/$1.port" 2>/dev/null || printf '%s\n' "$2"; }
keep_port() { printf '%s\n' "$2" | put_as_server "$GATEWAY/$1.port"; }

start() {
  local changed='' settings port
  prepare_instance
  read_postgres
  exec 8>"$INSTANCE/up.lock"
  flock 8
  prepare_gateway
  make_roles
  if copy_gateway; then changed=1; fi
  if renew_certificates; then changed=1; fi
  if [ -n "$changed" ] || ! program_of "$GATEWAY" identity >/dev/null; then
    stop_program "$GATEWAY" gateway
    stop_program "$GATEWAY" identity
    step "Starting the development identity provider"
    run_identity "$(free_port "$(port_of identity 8444)")"
    keep_port identity "$LISTENS"
  fi
  port=$(port_of gateway 8443)
  gateway_settings "$port" "$(port_of identity 8444)"
  settings=$(printf '%s\n' "${SETTINGS[@]}")
  if program_of "$GATEWAY" gateway >/dev/null; then
    [ "$settings" != "$(cat "$GATEWAY/settings" 2>/dev/null)" ] || return 0
    stop_program "$GATEWAY" gateway
  fi
  step "Starting the gateway"
  gateway_settings "$(free_port "$port")" "$(port_of identity 8444)"
  run_gateway
  keep_port gateway "$LISTENS"
  printf '%s\n' "${SETTINGS[@]}" | put_as_server "$GATEWAY/settings"
  [ "$port" = "$LISTENS" ] || note "port $port is taken by another program: it listens on $LISTENS"
}

# What one may do now.
welcome() {
  local url
  must_run
  url=https://localhost:$(port_of gateway 8443)
  step "Heimdall runs: $url"
  note "in a browser   $url/auth/login?return=/docs/"
  note "in SQL         make psql"
  # shellcheck disable=SC2016  # for the user's shell to expand
  note 'in a shell     eval "$(make -s env)", then docs/guides/gateway.md, "On one machine"'
  note "where it is    make status"
  note "stop it        make down"
}

stop() {
  local name
  for name in gateway identity; do
    program_of "$GATEWAY" $name >/dev/null || continue
    step "Stopping the ${name/identity/identity provider}"
    stop_program "$GATEWAY" $name
  done
}

must_run() { program_of "$GATEWAY" gateway >/dev/null || fail "the gateway of this clone does not run" "make up"; }

status() {
  must_run
  printf '%s\n' "gateway   https://localhost:$(port_of gateway 8443), process $(program_of "$GATEWAY" gateway), log $GATEWAY/gateway.log" \
    "identity  https://localhost:$(port_of identity 8444), process $(program_of "$GATEWAY" identity), log $GATEWAY/identity.log" \
    "authority $GATEWAY/dev/ca.pem (for a browser: it signs for this machine alone)" >&2
}

variables() {
  local name
  must_run
  client_environment "$(port_of gateway 8443)" "$(port_of identity 8444)"
  for name in HMD_URL HMD_TLS_CA HMD_OAUTH_DISCOVERY_URL HMD_OAUTH_M2M_ID HMD_OAUTH_M2M_SECRET_FILE; do
    printf 'export %s=%q\n' "$name" "${!name}"
  done
  # shellcheck disable=SC2016,SC1003  # for the user's shell to expand
  printf '%s\n' '# A token of the program that brings dumps (heimdall-reader, with its own .secret, asks questions):' \
    '#   curl -s --cacert "$HMD_TLS_CA" -u "$HMD_OAUTH_M2M_ID:$(cat "$HMD_OAUTH_M2M_SECRET_FILE")" \' \
    "#     -d grant_type=client_credentials ${HMD_OAUTH_DISCOVERY_URL%/.well-known/*}/token"
}

with() {
  local status=0 identity
  LOG=$1
  shift
  prepare_instance
  read_postgres
  # What a killed run has left: its name ends with the number of a process that is no more.
  for GATEWAY in "$INSTANCE"/gateway-*; do
    if [ -d "$GATEWAY" ] && ! kill -0 "${GATEWAY##*-}" 2>/dev/null; then
      stop_program "$GATEWAY" gateway
      stop_program "$GATEWAY" identity
      rm -rf "$GATEWAY"
    fi
  done
  GATEWAY=$INSTANCE/gateway-$$
  # shellcheck disable=SC2317  # called by the trap
  clean_up() {
    trap - EXIT
    stop_program "$GATEWAY" gateway
    stop_program "$GATEWAY" identity
    cat "$GATEWAY"/*.log >>"$LOG" 2>/dev/null || true
    rm -rf "$GATEWAY"
  }
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  prepare_gateway
  make_roles
  copy_gateway
  run_identity 0
  identity=$LISTENS
  gateway_settings 0 "$identity"
  run_gateway
  client_environment "$LISTENS" "$identity"
  HEIMDALL_GATEWAY=$(gateway_built)
  find_tool curl || fail "curl is missing" "Install it, for example: apt-get install curl"
  HEIMDALL_CURL=${TOOL[*]}
  export HEIMDALL_GATEWAY HEIMDALL_CURL
  "$@" || status=$?
  exit "$status"
}

case ${1:-} in
  build) build_gateway ;;
  start | welcome | stop | status) "$1" >&2 ;;
  env) variables ;;
  with) [ $# -gt 2 ] || fail "usage: gateway.sh with LOG COMMAND…"; shift; with "$@" ;;
  *) fail "usage: gateway.sh build | start | welcome | stop | status | env | with LOG COMMAND…" ;;
esac
