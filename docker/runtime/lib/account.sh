# shellcheck shell=bash
# Sourced: the account that the server runs under. Postgres refuses to run as root, so there it is another:
# the system's postgres, or one made for this, or nobody. An ordinary user runs it as themselves.

if [ "$ME" -ne 0 ]; then
  SERVER_ACCOUNT=$(id -un)
elif id postgres >/dev/null 2>&1; then
  SERVER_ACCOUNT=postgres
elif id heimdall >/dev/null 2>&1 || ! have useradd; then
  SERVER_ACCOUNT=$(id -un heimdall 2>/dev/null || echo nobody)
else
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin heimdall
  SERVER_ACCOUNT=heimdall
fi

# as_server COMMAND…: run it under that account, in a folder that it can enter, with nothing of root's
# environment but path, locale and zone.
as_server() (
  if [ "$ME" -ne 0 ]; then
    "$@"
    exit
  fi
  cd /
  clean=(env -i "PATH=$PATH" "LC_ALL=$LC_ALL" "HOME=/" ${TZ:+"TZ=$TZ"})
  if have setpriv; then
    setpriv --reuid "$SERVER_ACCOUNT" --regid "$(id -g "$SERVER_ACCOUNT")" --init-groups -- "${clean[@]}" "$@"
  elif have runuser; then
    runuser -u "$SERVER_ACCOUNT" -- "${clean[@]}" "$@"
  elif have su; then
    # shellcheck disable=SC2016  # the inner shell expands
    su -s /bin/sh "$SERVER_ACCOUNT" -c 'exec "$0" "$@"' -- "${clean[@]}" "$@"
  else
    fail "nothing here changes the account (setpriv, runuser or su), and Postgres does not run as root" "Run make as an ordinary user."
  fi
)

check_account() {
  as_server test -x "$PG_BIN/postgres" || fail "the account $SERVER_ACCOUNT, which runs the server for root, cannot reach $PG_BIN" \
    "Choose a HEIMDALL_CACHE whose folders all can be entered by everyone (root's default is /var/cache/heimdall), or make it so."
}
