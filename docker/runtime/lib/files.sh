# shellcheck shell=bash
# Sourced, after account.sh: files and folders of the server's account.

give_to_server() { [ "$ME" -ne 0 ] || chown "$SERVER_ACCOUNT:$(id -g "$SERVER_ACCOUNT")" "$@"; }

# put_as_server FILE: standard input becomes FILE, readable by the server's account alone.
# shellcheck disable=SC2016  # the inner shell expands
put_as_server() { as_server sh -c 'umask 077; cat >"$1.new" && mv "$1.new" "$1"' sh "$1"; }

# private_folder DIR: exists, closed to others, and belongs to the server's account (a folder under /tmp
# that somebody else has made there before does not do).
private_folder() {
  if ! mkdir "$1" 2>/dev/null && { [ -L "$1" ] || [ "$(stat -c %U "$1" 2>/dev/null)" != "$SERVER_ACCOUNT" ]; }; then
    fail "$1 is there and does not belong to $SERVER_ACCOUNT, who runs the server" "If it is left over from another account: make clean"
  fi
  give_to_server "$1"
  chmod 700 "$1"
}
