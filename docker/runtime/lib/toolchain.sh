# shellcheck shell=bash
# Sourced: what cargo needs to build the extension. Call build_environment after setup.sh has run.

PGRX_VERSION=0.18.1
CARGO_PGRX=$CACHE/tools/cargo-pgrx-$PGRX_VERSION
RUST_WANTED=1.95

check_toolchain() {
  { have cargo && have rustc; } || fail "Rust is missing (cargo and rustc $RUST_WANTED or newer)" \
    "Install it with rustup, see rust-lang.org, and open a new shell."
  local version
  version=$(rustc --version | cut -d' ' -f2)
  [ "$(printf '%s\n' "$RUST_WANTED" "$version" | sort -V | head -n1)" = "$RUST_WANTED" ] ||
    fail "Rust is too old: $version; Heimdall needs $RUST_WANTED or newer" "Update it: rustup update stable"
  { have cc && have gcc; } || fail "a C compiler is missing" "Install one, for example: apt-get install gcc libc6-dev"
  printf '#include <stdio.h>\n' | gcc -E - >/dev/null 2>&1 || fail "the C library's headers are missing" "Install them, for example: apt-get install libc6-dev"
}

# PG_CONFIG, PGRX_HOME, LIBCLANG_PATH, BINDGEN_EXTRA_CLANG_ARGS, LD_LIBRARY_PATH and PATH.
build_environment() {
  local -a clang
  mapfile -t clang < <("$RUNTIME/libclang.sh")
  [ -n "${clang[0]:-}" ] || exit 1
  export LIBCLANG_PATH=${clang[0]}
  [ -z "${clang[1]:-}" ] || export LD_LIBRARY_PATH=${clang[1]}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  BINDGEN_EXTRA_CLANG_ARGS="-I$(gcc -print-file-name=include)${BINDGEN_EXTRA_CLANG_ARGS:+ $BINDGEN_EXTRA_CLANG_ARGS}"
  export BINDGEN_EXTRA_CLANG_ARGS
  export PATH=$CARGO_PGRX/bin:$PATH
  # pgrx looks up each Postgres in a file; `cargo pgrx init` would make a data directory that nobody needs.
  # shellcheck disable=SC2153  # set by read_postgres
  PGRX_HOME=$CACHE/pgrx/pg$PG_VERSION-$(printf %s "$PG_CONFIG" | digest)
  export PGRX_HOME
  if [ ! -e "$PGRX_HOME/config.toml" ]; then
    mkdir -p "$PGRX_HOME"
    printf "[configs]\npg%s = '%s'\n" "$PG_VERSION" "$PG_CONFIG" >"$PGRX_HOME/config.toml.$$"
    mv "$PGRX_HOME/config.toml.$$" "$PGRX_HOME/config.toml"
  fi
}
