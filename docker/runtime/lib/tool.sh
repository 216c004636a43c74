# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# Sourced, after apt.sh: programs that need not be there.

# find_tool PROGRAM: $TOOL becomes the command: the machine's, or the one of the package of that name, kept in the cache.
# False when it cannot be had.
find_tool() {
  local dir
  if have "$1"; then
    TOOL=("$1")
    return
  fi
  dir=$CACHE/tools/$1-$(host_name)
  mkdir -p "$CACHE/tools"
  [ -e "$dir" ] || (
    lock_cache tools
    [ ! -e "$dir" ] || exit 0
    new=$(mktemp -d "$CACHE/tools/.$1-XXXXXX")
    trap 'rm -rf "$new"' EXIT
    unpack_host_package "$new" "$1" && [ -x "$new/usr/bin/$1" ] && mv -T "$new" "$dir"
  ) >/dev/null 2>&1 || return 1
  # With the libraries that came with it, behind the machine's own.
  TOOL=(env "LD_LIBRARY_PATH=$({ compgen -G "$dir/usr/lib/*-linux-gnu*" || true; } | paste -sd:)" "$dir/usr/bin/$1")
  "${TOOL[@]}" --version >/dev/null 2>&1
}
