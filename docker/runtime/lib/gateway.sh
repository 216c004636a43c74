# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# Sourced: the gateway and its development identity provider, as processes of the server's account. What they have is in $GATEWAY:
#   vanopticon_heimdall            a copy of the binary: that account need not see the clone
#   dev/                           certificates, keys and secrets, made by dev-certificates and dev-identity
#   {identity,gateway}.{pid,log}
# The database is that of the environment: PGHOST, PGPORT, PGDATABASE, and PGUSER, who makes the roles.

# Group in a token, and the role of the database.
ROLE_MAP=groups:lead=heimdall_dev_lead,groups:analyst=heimdall_dev_analyst,groups:ingest=heimdall_dev_ingest
ROLE_MAP+=,groups:admin=heimdall_dev_admin,groups:auditor=heimdall_dev_auditor

# The packages are chosen as by the tests, so that nothing is compiled twice.
build_gateway() {
  step "Building the gateway"
  (cd "$CLONE" && cargo build --quiet --workspace --exclude heimdall_pg --bin "$PROGRAM" >&2 9>&-)
}
gateway_built() { printf '%s\n' "${HEIMDALL_GATEWAY:-${CARGO_TARGET_DIR:-$CLONE/target}/debug/$PROGRAM}"; }

# Our copy of the binary. False where it was the same already.
copy_gateway() {
  local built
  built=$(gateway_built)
  [ -x "$built" ] || fail "the gateway is not built: $built" "make build"
  ! cmp -s "$built" "$GATEWAY/$PROGRAM" || return 1
  cp "$built" "$GATEWAY/$PROGRAM.new"
  give_to_server "$GATEWAY/$PROGRAM.new"
  chmod 700 "$GATEWAY/$PROGRAM.new"
  mv "$GATEWAY/$PROGRAM.new" "$GATEWAY/$PROGRAM"
}

make_roles() { "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -f "$RUNTIME/lib/roles.sql"; }

# run_program NAME ARGUMENTS…: in the background, with $SETTINGS and nothing else of the environment, until it listens.
# $LISTENS becomes its port.
run_program() {
  local name=$1 tenth
  shift
  # shellcheck disable=SC2016  # the inner shell expands
  as_server sh -c 'rm -f "$1.pid"; [ ! -s "$1.log" ] || mv "$1.log" "$1.log.1"' sh "$GATEWAY/$name"
  # shellcheck disable=SC2016  # the inner shell expands
  as_server env -i PATH=/usr/bin:/bin "${SETTINGS[@]}" setsid --fork \
    sh -c 'umask 077; echo $$ >"$1.pid"; log=$1.log; shift; exec "$@" >>"$log" 2>&1 </dev/null' \
    sh "$GATEWAY/$name" "$GATEWAY/$PROGRAM" "$@" >/dev/null 2>&1 </dev/null 8>&- 9>&-
  for ((tenth = 0; tenth < 300; tenth++)); do
    LISTENS=$(sed -nE '/"listening"/s/.*"address":"[^"]*:([0-9]+)".*/\1/p' "$GATEWAY/$name.log" 2>/dev/null | tail -n 1) || true
    [ -z "$LISTENS" ] || return 0
    [ "$tenth" -lt 20 ] || program_of "$GATEWAY" "$name" >/dev/null || break
    sleep 0.1
  done
  stop_program "$GATEWAY" "$name"
  tail -n 15 "$GATEWAY/$name.log" >&2 || true
  fail "the program $name did not start; above is the end of $GATEWAY/$name.log"
}

# Certificates that are missing or end soon. False where all were there.
renew_certificates() {
  local before
  before=$(cat "$GATEWAY/dev/localhost.pem" 2>/dev/null) || true
  as_server env HMD_ENVIRONMENT=development "$GATEWAY/$PROGRAM" dev-certificates "$GATEWAY/dev"
  [ "$before" != "$(cat "$GATEWAY/dev/localhost.pem")" ]
}

# run_identity PORT
run_identity() {
  SETTINGS=(HMD_ENVIRONMENT=development)
  run_program identity dev-identity "$GATEWAY/dev" --listen "127.0.0.1:$1"
}

# gateway_settings PORT IDENTITY: $SETTINGS of a gateway on that port, and the identity provider's.
gateway_settings() {
  local dev=$GATEWAY/dev
  SETTINGS=(
    HMD_ENVIRONMENT=development
    HMD_HOST=127.0.0.1 "HMD_PORT=$1"
    "HMD_TLS_CERT=$dev/localhost.pem" "HMD_TLS_KEY=$dev/localhost.key" "HMD_TLS_CA=$dev/ca.pem"
    "HMD_OAUTH_DISCOVERY_URL=https://localhost:$2/.well-known/openid-configuration"
    HMD_OAUTH_H2M_ID=heimdall-people "HMD_OAUTH_H2M_SECRET_FILE=$dev/heimdall-people.secret"
    HMD_OAUTH_M2M_ID=heimdall-machines "HMD_OAUTH_M2M_SECRET_FILE=$dev/heimdall-machines.secret"
    "HMD_COOKIE_SECRET_FILE=$GATEWAY/cookie.secret"
    "HMD_DATABASE_URL=postgresql://heimdall_gateway_login@${PGHOST//\//%2F}:$PGPORT/$PGDATABASE"
    "HMD_AGE_GRAPH=${HMD_AGE_GRAPH:-heimdall_graph}"
    "HMD_ROLE_MAP=$ROLE_MAP"
  )
  [ "$1" -eq 0 ] || SETTINGS+=("HMD_PUBLIC_URL=https://localhost:$1")
}

run_gateway() { run_program gateway run; }

# What the folder needs before anything runs.
prepare_gateway() {
  private_folder "$GATEWAY"
  as_server test -s "$GATEWAY/cookie.secret" || head -c 48 /dev/urandom | base64 -w0 | put_as_server "$GATEWAY/cookie.secret"
}

# client_environment PORT IDENTITY: how clients find that gateway, and say who they are: the program that brings dumps.
client_environment() {
  export HMD_URL=https://localhost:$1 HMD_TLS_CA=$GATEWAY/dev/ca.pem
  export HMD_OAUTH_DISCOVERY_URL=https://localhost:$2/.well-known/openid-configuration
  export HMD_OAUTH_M2M_ID=heimdall-machines HMD_OAUTH_M2M_SECRET_FILE=$GATEWAY/dev/heimdall-machines.secret
}
