# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# Sourced: the folder $INSTANCE with all that this clone makes besides cargo's target: extension and clusters.

# Under root it is outside the clone, where the server's account can reach it; a link says whose it is.
prepare_instance() {
  local link=$CLONE/.runtime/instance
  if [ "$ME" -ne 0 ]; then
    { mkdir -p "$INSTANCE" && [ -w "$INSTANCE" ]; } 2>/dev/null ||
      fail "cannot write to $INSTANCE" "Did another user run make here? They can remove it: make clean"
    return
  fi
  if [ "$(readlink "$link" 2>/dev/null)" != "$INSTANCE" ]; then
    # Left by an earlier clone at the same place.
    [ ! -e "$INSTANCE" ] || remove_instance
    mkdir -p "$INSTANCE" "$CLONE/.runtime"
    printf '%s\n' "$CLONE" >"$INSTANCE/clone"
    rm -rf "$link"
    ln -s "$INSTANCE" "$link"
  fi
  mkdir -p "$INSTANCE"
}

# Stop every server and program whose files are in $INSTANCE, and remove it.
remove_instance() {
  local pidfile data
  for pidfile in "$INSTANCE"/gateway*/*.pid; do
    [ ! -e "$pidfile" ] || stop_program "${pidfile%/*}" "$(basename "$pidfile" .pid)"
  done
  for pidfile in "$INSTANCE"/*/data/postmaster.pid; do
    [ -e "$pidfile" ] || continue
    data=${pidfile%/postmaster.pid}
    stop_postmaster "$data" fast
    rm -rf "$(sed -n 5p "$pidfile" 2>/dev/null)"
  done
  rm -rf "${INSTANCE:?}"
}

# postmaster_of DATA: the process that serves DATA now, if there is one. A number left by a crash or a copy,
# which may since belong to something else, does not count: a postmaster works in its data folder.
postmaster_of() {
  local pid
  pid=$(head -n1 "$1/postmaster.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(readlink -f "$1")" ] || return 1
  printf '%s\n' "$pid"
}

# program_of FOLDER NAME: the process that FOLDER/NAME.pid names, if it is still the program that lies in that folder.
program_of() {
  local pid program
  pid=$(cat "$1/$2.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  program=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  [ "${program% (deleted)}" = "$(readlink -f "$1")/$PROGRAM" ] || return 1
  printf '%s\n' "$pid"
}

# stop_program FOLDER NAME: and wait until it is gone. It finishes what it has begun, within a minute (HMD_SHUTDOWN_TIMEOUT).
stop_program() {
  local pid tenth
  pid=$(program_of "$1" "$2") || return 0
  kill -TERM "$pid" 2>/dev/null || true
  for ((tenth = 0; tenth < 700; tenth++)); do
    program_of "$1" "$2" >/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

# wait_for_orphans DATA: a killed postmaster's children notice that soon, and until then use its memory.
wait_for_orphans() {
  local data tenth cwd busy
  data=$(readlink -f "$1")
  for ((tenth = 0; tenth < 600; tenth++)); do
    busy=
    while read -r cwd; do
      [ "$(cat "${cwd%/cwd}/comm" 2>/dev/null)" != postgres ] || busy=${cwd%/cwd}
    done < <(find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "${data//[[\\*?]/?}" 2>/dev/null)
    [ -n "$busy" ] || return 0
    sleep 0.1
  done
  fail "process ${busy#/proc/} of a server that was killed does not end" "kill -QUIT ${busy#/proc/}"
}

# stop_postmaster DATA fast|immediate: and wait until it is gone.
stop_postmaster() {
  local pid signal=INT tenth
  [ "$2" = fast ] || signal=QUIT
  pid=$(postmaster_of "$1") || return 0
  kill -"$signal" "$pid" 2>/dev/null || true
  for ((tenth = 0; tenth < 600; tenth++)); do
    postmaster_of "$1" >/dev/null || return 0
    sleep 0.1
  done
  fail "the server in $1 (process $pid) does not stop" "Its log says why; kill -QUIT $pid stops it without ceremony."
}

# The extension as it was built last for this Postgres: a folder with share/ and lib/.
extension_root() { printf '%s/extension/pg%s\n' "$INSTANCE" "$PG_VERSION"; }
extension_built() { readlink -f "$(extension_root)/current"; }
# cargo-pgrx names the library after the control file.
LIBRARY=heimdall
# The gateway's binary: cargo names it.
PROGRAM=vanopticon_heimdall
