#!/usr/bin/env bash
# Take in four dumps, one of them through a gateway, and show what they have in common. `make demo` calls this; by hand it
# wants the environment of `make -s env`, and a user who may create databases and roles and read the server's files.
#
# It makes a database of its own, heimdall_demo, anew each time: no other database is touched.
# Exit code 0: every promise below has held.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export LC_ALL=C PGCLIENTENCODING=UTF8 PGDATABASE=heimdall_demo
PSQL=${PSQL:-${HEIMDALL_PG_BIN:+$HEIMDALL_PG_BIN/}psql}
run_psql() { "$PSQL" -X -q -v ON_ERROR_STOP=1 "$@"; }
value() { run_psql -At -c "$1"; }
fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
part=0
# step TITLE EXPLANATION…
step() {
  part=$((part + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$part" "$1" "$plain"
  shift
  printf '%s\n' "$@" ''
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf 'Making the database heimdall_demo anew; no other database is touched.\n'
run_psql -d postgres -c 'SET client_min_messages = warning' \
  -c 'DROP DATABASE IF EXISTS heimdall_demo WITH (FORCE)' \
  -c "CREATE DATABASE heimdall_demo TEMPLATE template0 ENCODING 'UTF8'"
run_psql -f sources.sql
run_psql -f ingest.sql
../../docker/runtime/gateway.sh with "$work/gateway.log" ./through-gateway.sh >"$work/answer" || fail "not through the gateway"

step "What came in" \
  "Four dumps in two formats, each by another way in. 'merged' are vertices that were there already."
run_psql -f came-in.sql

step "Through the gateway" \
  "A gateway of the demo's own, TLS 1.3, takes the leak from a program that may bring dumps, and a question" \
  "from one that may ask: GET /v1/observables/lookup?kind=domain&value=SYNC[.]Telemetry[.]test"
cat "$work/answer"
printf '\n'
grep -q '"key":"Domain:sync.telemetry.test"' "$work/answer" || fail "the gateway did not answer the question"

step "Listed indicators that the logs have seen, though spelled differently" \
  "Defanged, upper case, IPv4 inside IPv6, Unicode or Punycode: one thing is one vertex."
run_psql -f indicators.sql

step "Leaked accounts that logged in from a listed address" \
  "One Cypher query from the leak through the login log to the list. Accounts meet by their keyed hash:" \
  "no address is stored in clear. A Record is the vertex of a row that has no relation of its own, here" \
  "a row of the leak; OBSERVED_IN leads to it from what the row names."
run_psql -f leaked.sql

step "Where one of them comes from" \
  "Whoever knows an address finds its vertex, in any spelling: heimdall.provenance('email', \$1) with" \
  "Ulla.Kowalczyk@EXAMPLE.com as a parameter. The first row tells where to look in the dump."
run_psql -f provenance.sql

step "The same dumps again" \
  "By other ways in than before. A dump that is there already changes nothing."
run_psql -f again.sql

step "The plaintext is nowhere" \
  "After a checkpoint, every password, address and name is looked for in the bytes of the whole data" \
  "directory (tables, indexes, WAL), in the logs of server and gateway, and in a pg_dump (uncompressed)." \
  "The controls are not protected: the same search has to find them."

data=${HEIMDALL_DATA:-$(value 'SHOW data_directory')}
log=${HEIMDALL_LOG:-}
[ -r "$data/PG_VERSION" ] || fail "cannot read the server's data directory $data: run this on its machine, as its account or root"
[ -z "$log" ] || [ -r "$log" ] || fail "cannot read the server's log $log"

column() { tail -n +2 "$1" | cut -d, -f"$2" | grep . | sort -u; }
column data/leak.csv 2 >"$work/passwords"
column data/leak.csv 1 | grep '.@.' >"$work/leaked"
column data/leak.csv 3 >"$work/names"
column data/auth.csv 2 | grep '.@.' >"$work/users"
value "SELECT substr(key, 8) FROM heimdall.node WHERE key LIKE 'Domain:%'" >"$work/domains"
mark="heimdall demo, control $$-$RANDOM$RANDOM"
printf '%s\n' "$mark" >"$work/mark"
value "DO \$\$ BEGIN RAISE LOG '$mark'; END \$\$"
value CHECKPOINT
"$(dirname "$(command -v "$PSQL")")/pg_dump" --file="$work/pg_dump" || fail "pg_dump failed"

lower() { tr '[:upper:]' '[:lower:]' | sort -u; }
secrets=(passwords leaked names users)
controls=(domains mark)
for list in "${secrets[@]}" "${controls[@]}"; do
  lower <"$work/$list" >"$work/$list.lower"
  cat "$work/$list" >>"$work/patterns"
done

# search NAME PLACE: what of all lists occurs there, in any letter case, becomes $work/NAME.
search() {
  local status=0
  grep -raohiF -f "$work/patterns" -- "$2" >"$work/hits" 2>"$work/errors" || status=$?
  # A running server removes files while they are read; anything else would leave a place unsearched.
  if [ "$status" -gt 1 ] && grep -qv 'No such file or directory$' "$work/errors"; then
    fail "the search of $2 failed: $(head -n1 "$work/errors")"
  fi
  lower <"$work/hits" >"$work/$1"
}
search disk "$data"
search dump "$work/pg_dump"
search gateway "$work/gateway.log"
if [ -n "$log" ]; then search log "$log"; else : >"$work/log"; fi

# found LIST PLACE: how many of the list occur there.
found() { comm -12 "$work/$1.lower" "$work/$2" | wc -l; }

held=1
rows=
# row LIST LABEL: a row of the table: how many of the list there are, and how many occur in each place.
row() {
  local place counts
  counts=$(wc -l <"$work/$1.lower")
  for place in disk log gateway dump; do counts+=", $(found "$1" $place)"; done
  rows+="${rows:+, }('$2', $counts)"
}

row passwords "leaked passwords"
row leaked "leaked e-mail addresses"
row names "names in the leak"
row users "e-mail addresses in the login log"
row domains "control: domains, which are kept in clear"
row mark "control: a line written to the log"
for list in "${secrets[@]}"; do
  for place in disk log gateway dump; do [ "$(found "$list" "$place")" -eq 0 ] || held=; done
done
total=$(wc -l <"$work/domains.lower")
if [ "$(found domains disk)" -ne "$total" ] || [ "$(found domains dump)" -ne "$total" ]; then
  fail "the search misses what is there: it would miss plaintext as well"
fi
grep -q listening "$work/gateway.log" || fail "the gateway's log is not there"
[ -z "$log" ] || [ "$(found mark log)" -eq 1 ] || fail "the search misses a line of the log: it would miss plaintext as well"
run_psql -P footer=off -P pager=off \
  -c "SELECT * FROM (VALUES $rows) AS t (\"looked for\", \"how many\", \"on disk\", \"in the log\", \"gateway's log\", \"in pg_dump\")"
[ -n "$log" ] || printf 'The log was not searched: HEIMDALL_LOG does not name it.\n\n'
[ -n "$held" ] || fail "plaintext was found where there must be none"

printf '%sEvery promise held.%s A second run says the same. To look around:\n' "$bold" "$plain"
printf '    make psql, then  \\c heimdall_demo   and  docs/guides/first-steps.md\n'
