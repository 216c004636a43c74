# shellcheck shell=bash
# Sourced: upgrade scripts, assembled from the install script that cargo-pgrx has generated. See
# docs/decisions/0015-upgrades.md. In sql/upgrade are
#   heimdall--A.sql   the install script of a version that was released; never edited
#   A--B.sql          what B makes or drops once: tables, columns, indexes, functions of which the signature has changed

# version_in FOLDER: the version that a folder with control file and scripts installs.
version_in() { sed -n "s/^default_version *= *'\(.*\)'$/\1/p" "$1/heimdall.control"; }

# functions_of FILE: every function and view of a script, to be made or replaced.
functions_of() { awk -v want=functions "$STATEMENTS" "$1"; }
# once_of FILE: all the rest.
once_of() { awk -v want=rest "$STATEMENTS" "$1"; }

# shellcheck disable=SC2016  # the fields are awk's
STATEMENTS='
  !inside && /^CREATE +(OR +REPLACE +)?(FUNCTION|PROCEDURE|VIEW) / {
    sub(/^CREATE +(OR +REPLACE +)?/, "CREATE OR REPLACE ")
    inside = 1; atomic = 0; tag = ""
  }
  !inside { if (want == "rest") print; next }
  want == "functions" { print }
  /^BEGIN ATOMIC$/ { atomic = 1 }
  atomic { if (/^END;$/) { inside = 0 } next }
  {
    rest = $0
    if (tag == "" && match(rest, /AS \$[a-z_]*\$/)) {
      tag = substr(rest, RSTART + 3, RLENGTH - 3)
      rest = substr(rest, RSTART + RLENGTH)
    }
    if (tag != "") { if (!index(rest, tag)) next; tag = "" }
    if (/;$/) { inside = 0; if (want == "functions") print "" }
  }
  END { if (inside) { print FILENAME ": a statement without an end" >"/dev/stderr"; exit 1 } }
'

# migration FILE: with what it includes. A line `-- include 084_x.sql` stands for what that file makes once.
migration() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^--\ include\ ([0-9a-z_]+\.sql)$ ]]; then
      once_of "$CLONE/sql/${BASH_REMATCH[1]}" || return 1
    else
      printf '%s\n' "$line"
    fi
  done <"$1"
}

# migrations_from A B: the files that lead from A to B, one a line.
migrations_from() {
  local at=$1 next
  while [ "$at" != "$2" ]; do
    next=$(cd "$CLONE/sql/upgrade" && compgen -G "$at--*.sql" | grep -v '^heimdall--') ||
      fail "there is no way from version $1 to $2: sql/upgrade has no $at--….sql" "See docs/guides/releasing.md."
    [ "$(wc -l <<<"$next")" -eq 1 ] || fail "there are two ways from version $at: $(tr '\n' ' ' <<<"$next")"
    printf '%s\n' "$CLONE/sql/upgrade/$next"
    at=${next#"$at"--} at=${at%.sql}
  done
}

# write_upgrades INSTALL FOLDER: beside INSTALL, heimdall--B.sql, every earlier version's install script and the
# script that leads from it to B.
write_upgrades() {
  local current old from files file
  current=${1##*/heimdall--} current=${current%.sql}
  for old in "$CLONE"/sql/upgrade/heimdall--*.sql; do
    from=${old##*/heimdall--} from=${from%.sql}
    # The version that was frozen last may be the one that is built.
    [ "$from" != "$current" ] || continue
    files=$(migrations_from "$from" "$current")
    cp "$old" "$2/"
    {
      printf -- '-- From %s to %s: put together by docker/runtime/lib/upgrade.sh.\n\n' "$from" "$current"
      cat "$CLONE/sql/010_roles.sql"
      while read -r file; do migration "$file"; done <<<"$files"
      functions_of "$1"
      cat "$CLONE/sql/090_grants.sql"
    } >"$2/heimdall--$from--$current.sql"
  done
}
