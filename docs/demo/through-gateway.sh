#!/usr/bin/env bash
# One dump through a gateway, and one question. demo.sh calls this with a gateway of its own (docker/runtime/gateway.sh with …),
# where it finds HMD_URL, HMD_TLS_CA and HMD_OAUTH_… as from `make -s env`, the binary, and curl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
ask() { "${HEIMDALL_CURL[@]}" --silent --show-error --fail --cacert "$HMD_TLS_CA" "$@"; }
IFS=' ' read -r -a HEIMDALL_CURL <<<"$HEIMDALL_CURL"

"$HEIMDALL_GATEWAY" ingest --quiet --url "$HMD_URL" --ca "$HMD_TLS_CA" --source leak data/leak.csv

# The program that brings dumps sees nothing of the graph. One that asks has a secret of its own.
secret=$(cat "$(dirname "$HMD_OAUTH_M2M_SECRET_FILE")/heimdall-reader.secret")
token=$(ask --user "heimdall-reader:$secret" --data grant_type=client_credentials "${HMD_OAUTH_DISCOVERY_URL%/.well-known/*}/token" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
ask --header "Authorization: Bearer $token" --get --data-urlencode kind=domain --data-urlencode 'value=SYNC[.]Telemetry[.]test' \
  "$HMD_URL/v1/observables/lookup"
