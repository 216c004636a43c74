# shellcheck shell=bash
# Sourced: compiled dependencies shared between clones. A new clone's target/ starts as a copy of what an
# earlier one with the same Cargo.lock, compiler and Postgres has compiled; cargo decides what of it holds.

SEEDS=$CACHE/target-seed
SEEDS_KEPT=2

seed_key() {
  { cat "$CLONE/Cargo.lock"; rustc -V; "$PG_CONFIG" --version; printf '%s\n' "$PG_CONFIG"; } 2>/dev/null | digest
}

# Before the first build of a clone.
plant_seed() (
  seed=$SEEDS/$(seed_key)
  if [ -e "$CLONE/target" ] || [ -n "${CARGO_TARGET_DIR:-}" ] || [ ! -e "$seed" ]; then return 0; fi
  lock_cache seed
  [ -e "$seed" ] || return 0
  step "Taking compiled dependencies from $seed"
  rm -rf "$CLONE"/.target-new
  cp -a --reflink=auto "$seed" "$CLONE/.target-new"
  rm -f "$CLONE/.target-new"/.stage-*
  mv -T "$CLONE/.target-new" "$CLONE/target"
)

# keep_seed STAGE: after a stage has passed, unless the seed already holds what that stage compiles.
keep_seed() (
  seed=$SEEDS/$(seed_key)
  if [ -e "$seed/.stage-$1" ] || [ -n "${CARGO_TARGET_DIR:-}" ]; then return 0; fi
  lock_cache seed
  [ ! -e "$seed/.stage-$1" ] || return 0
  mkdir -p "$SEEDS"
  rm -rf "$SEEDS"/.new-*
  new=$(mktemp -d "$SEEDS/.new-XXXXXX")
  trap 'rm -rf "$new"' EXIT
  # On top of what another clone's other stage has left there.
  [ ! -e "$seed" ] || cp -a --reflink=auto "$seed/." "$new/"
  cp -a --reflink=auto "$CLONE/target/." "$new/"
  # The workspace's own crates differ from clone to clone; all of their files bear the project's name.
  rm -rf "$new/doc" "$new/package" "$new"/*/incremental
  find "$new" -mindepth 1 -depth -name '*heimdall*' -exec rm -rf {} +
  touch "$new/.stage-$1"
  rm -rf "$seed"
  mv -T "$new" "$seed"
  find "$SEEDS" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +$((SEEDS_KEPT + 1)) |
    cut -d' ' -f2- | while read -r old; do rm -rf "$old"; done
)
