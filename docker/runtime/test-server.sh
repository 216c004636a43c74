#!/usr/bin/env bash
# For tests that run inside with-server.sh: start | stop [fast|immediate] | restart [fast|immediate] | kill | reload
# the server there. It returns when that is done. `kill` is SIGKILL, as by the system when memory runs out.
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
# shellcheck source=lib/cluster.sh
. "$RUNTIME/lib/cluster.sh"

data=${HEIMDALL_TEST_DATA:?only inside with-server.sh}
# shellcheck disable=SC2034  # for cluster.sh
CLUSTER=${data%/data} SOCKETS=${PGHOST:?}
read_postgres

case ${1:-} in
  start) postmaster_of "$data" >/dev/null || start_cluster || explain_failed_start ;;
  stop) stop_postmaster "$data" "${2:-fast}" ;;
  restart)
    stop_postmaster "$data" "${2:-fast}"
    start_cluster || explain_failed_start
    ;;
  kill)
    if pid=$(postmaster_of "$data"); then
      kill -KILL "$pid"
      while postmaster_of "$data" >/dev/null; do sleep 0.05; done
    fi
    ;;
  reload) kill -HUP "$(postmaster_of "$data")" ;;
  *) fail "usage: test-server.sh start | stop [fast|immediate] | restart [fast|immediate] | kill | reload" ;;
esac
