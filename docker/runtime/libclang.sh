#!/usr/bin/env bash
# Print the folder of a libclang that runs on this machine (bindgen reads Postgres' headers with it),
# and make one if there is none. Second line: folders of libraries that it needs besides, if any.
set -euo pipefail
# shellcheck source=lib/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/base.sh"
# shellcheck source=lib/apt.sh
. "$RUNTIME/lib/apt.sh"

# folder_of GLOB…: the folder of the newest match that is libclang itself.
folder_of() {
  local file
  file=$(compgen -G "$1" | sort -V | tail -n1) && printf '%s\n' "${file%/*}"
}

if [ -n "${LIBCLANG_PATH:-}" ]; then
  printf '%s\n\n' "$LIBCLANG_PATH"
  exit
fi
LIBRARIES='usr/lib/llvm-*/lib/libclang[.-][s0-9]*so*' # not libclang-cpp
for glob in "/$LIBRARIES" '/usr/lib/*-linux-gnu*/libclang[.-][s0-9]*so*' '/usr/lib64/libclang.so*'; do
  if folder=$(folder_of "$glob"); then
    printf '%s\n\n' "$folder"
    exit
  fi
done

clang=$CACHE/tools/libclang-$(host_name)

tell() {
  local folder
  folder=$(folder_of "$clang/$LIBRARIES") || folder=$clang/clang/native
  printf '%s\n' "$folder"
  { compgen -G "$clang/usr/lib/*-linux-gnu*" || true; } | paste -sd:
}

if [ ! -e "$clang/.complete" ]; then
  step "Fetching libclang (bindgen needs it, and this machine has none)"
  rm -rf "$CACHE/tools"/.libclang-*
  mkdir -p "$CACHE/tools"
  new=$(mktemp -d "$CACHE/tools/.libclang-XXXXXX")
  by_pip() {
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore python3 -m pip -q install --no-deps --only-binary :all: --target "$new" libclang >&2 && [ -e "$new/clang/native/libclang.so" ]
  }
  { unpack_host_package "$new" libclang1 && folder_of "$new/$LIBRARIES" >/dev/null; } ||
    { note "apt has none: trying the Python package"; by_pip; } ||
    fail "no libclang could be had" "Install it, for example: apt-get install libclang-dev" "or set LIBCLANG_PATH to the folder that holds it."
  touch "$new/.complete"
  rm -rf "$clang"
  mv -T "$new" "$clang"
fi
tell
