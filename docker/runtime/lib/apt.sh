# shellcheck shell=bash
# Sourced: apt with lists, cache, settings and dpkg status of its own, so that packages can be
# fetched and their signatures checked without root and without touching the system.

# The release of Debian that has Postgres 18 with both extensions, whatever the machine's own is.
# shellcheck disable=SC2034  # used by those who source it
SUITE=forky

# private_apt_init DIR DPKG_STATUS: what every later call with DIR goes by.
private_apt_init() {
  local dir=$1 status=$2 arch
  { have apt-get && have dpkg-deb; } || fail "apt-get and dpkg-deb are missing" \
    "The private Postgres is unpacked from Debian packages. On another system either" \
    "install Postgres 18 with Apache AGE and pgvector and say PG_CONFIG=/path/to/pg_config make …" \
    "or use the containers under docker/."
  arch=$(dpkg --print-architecture)
  mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/log" "$dir/none"
  {
    # How the machine reaches its mirror (proxies, certificates, limits) holds here too.
    apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|Queue|Check-|Max-|Min-|ForceIPv)' || true
    cat <<CONF
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::ForceHash "SHA256";
Acquire::Retries "3";
Debug::NoLocking "true";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "$dir/none";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$dir/none";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "$dir/none";
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "$status";
Dir::Cache "$dir";
Dir::Cache::archives "$dir/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Log "$dir/log";
CONF
  } >"$dir/apt.conf"
}

# private_apt DIR COMMAND…
private_apt() {
  local dir=$1
  shift
  APT_CONFIG=$dir/apt.conf "$@" </dev/null
}

# Where the machine's own apt sources fetch Debian from, likeliest first; or just $DEBIAN_MIRROR.
debian_mirrors() {
  if [ -n "${DEBIAN_MIRROR:-}" ]; then
    printf '%s\n' "${DEBIAN_MIRROR%/}"
    return
  fi
  local list='' parts='' file
  eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
  for file in "$list" "$parts"/*.list; do
    [ -r "$file" ] || continue
    awk '$1 == "deb" {
           sub(/^deb[ \t]+(\[[^]]*\][ \t]*)?/, "")
           if ($2 !~ /-security|\/$/ && $0 ~ /[ \t]main([ \t]|$)/) print $1
         }' "$file"
  done >"$CACHE/.mirrors.$$"
  for file in "$parts"/*.sources; do
    [ -r "$file" ] || continue
    awk 'function flush(   n, i, uri) {
           if (types ~ /(^| )deb( |$)/ && enabled !~ /no|false/ && suites !~ /^ *[^ ]*-security *$/ && comps ~ /(^| )main( |$)/) {
             n = split(uris, uri, " ")
             for (i = 1; i <= n; i++) print uri[i]
           }
           types = uris = suites = comps = enabled = key = ""
         }
         /^#/ { next }
         /^[ \t]*$/ { flush(); next }
         /^[^ \t]/ { key = tolower($1); sub(/^[^:]*:[ \t]*/, "") }
         { sub(/^[ \t]+/, ""); v = " " $0 }
         key == "types:" { types = types v }
         key == "uris:" { uris = uris v }
         key == "suites:" { suites = suites v }
         key == "components:" { comps = comps v }
         key == "enabled:" { enabled = tolower(v) }
         END { flush() }' "$file"
  done >>"$CACHE/.mirrors.$$"
  sed -e 's,/*$,,' "$CACHE/.mirrors.$$" | grep -Ev '^cdrom:|/ubuntu(-ports)?$|-security$' |
    awk '!seen[$0]++ { if (/debian$|^mirror/) print; else rest[++n] = $0 } END { for (i = 1; i <= n; i++) print rest[i] }'
  rm -f "$CACHE/.mirrors.$$"
}

# The Debian archive's keys, as options of a source line: one that names them, or the system's trusted ones.
debian_keyrings() {
  local file
  for file in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
    [ -r "$file" ] && printf 'signed-by=%s\n' "$file"
  done
  compgen -G '/etc/apt/trusted.gpg.d/debian-archive-*' >/dev/null && printf 'arch=%s\n' "$(dpkg --print-architecture)"
  true
}

# private_apt_use_suite DIR SUITE: find a mirror and a key that verifies it, and read its index.
private_apt_use_suite() {
  local dir=$1 suite=$2 mirror option tried='' mirrors keyrings
  mirrors=$(debian_mirrors)
  keyrings=$(debian_keyrings)
  [ -n "$mirrors" ] || fail "this machine's apt sources name no Debian mirror" \
    "Set DEBIAN_MIRROR to the address of one (the folder that holds dists/ and pool/)."
  [ -n "$keyrings" ] || fail "the keys of the Debian archive are missing" \
    "Install them: apt-get install debian-archive-keyring"
  while read -r mirror; do
    while read -r option; do
      printf 'deb [%s] %s %s main\n' "$option" "$mirror" "$suite" >"$dir/sources.list"
      private_apt "$dir" apt-get -q update >"$dir/update.log" 2>&1 && return
      tried+=$(printf '\n%s (%s): %s' "$mirror" "$option" "$(grep -E '^(E|W):' "$dir/update.log" | head -n1)")
    done <<<"$keyrings"
  done <<<"$mirrors"
  fail "no mirror gave a verified index of Debian $suite:$tried" \
    "If the key is not known, the machine's Debian keys are too old: apt-get install --only-upgrade debian-archive-keyring" \
    "If no mirror could be reached, check the network or set DEBIAN_MIRROR."
}

# private_apt_fetch DIR PACKAGES… [-- EXTRA…]: download PACKAGES with all that they depend on and EXTRA without,
# check every byte, and print the paths. A file that was cut off before is fetched again.
private_apt_fetch() {
  local dir=$1 round name hash
  local -a wanted=() extra=() paths=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do wanted+=("$1"); shift; done
  [ $# -eq 0 ] || { shift; extra=("$@"); }
  mkdir -p "$dir/none/partial"
  {
    private_apt "$dir" apt-get -qq -y --print-uris -o Dir::Cache::archives="$dir/none" install "${wanted[@]}"
    [ ${#extra[@]} -eq 0 ] || private_apt "$dir" apt-get -qq --print-uris download "${extra[@]}"
  } >"$dir/uris" 2>"$dir/fetch.log" || { tail -n 12 "$dir/fetch.log" >&2; fail "apt finds no way to get ${wanted[*]}"; }
  # 'address' name size SHA256:digest
  sed -nE "s/^'[^']*' ([^ ]+) [0-9]+ SHA256:([0-9a-f]+).*/\2 \1/p" "$dir/uris" | sort -u -k2 >"$dir/manifest"
  for round in 1 2; do
    {
      private_apt "$dir" apt-get -q -y --download-only install "${wanted[@]}"
      [ ${#extra[@]} -eq 0 ] || (cd "$dir/archives" && private_apt "$dir" apt-get -q download "${extra[@]}")
    } >"$dir/fetch.log" 2>&1 || { [ "$round" = 1 ] || { tail -n 12 "$dir/fetch.log" >&2; fail "the download failed" "Run the same again: it goes on where it stopped."; }; }
    paths=()
    while read -r hash name; do
      if [ "$(sha256sum "$dir/archives/$name" 2>/dev/null | cut -d' ' -f1)" = "$hash" ]; then
        paths+=("$dir/archives/$name")
      else
        rm -f "$dir/archives/$name"
      fi
    done <"$dir/manifest"
    if [ ${#paths[@]} -eq "$(wc -l <"$dir/manifest")" ]; then
      [ ${#paths[@]} -eq 0 ] || printf '%s\n' "${paths[@]}"
      return
    fi
  done
  fail "the downloaded packages are damaged" "Run the same again."
}

# unpack_host_package DIR PACKAGE: PACKAGE, of the release that this machine runs, with what of its
# dependencies is not installed here. False when apt cannot give it. Changes nothing but DIR.
unpack_host_package() (
  dir=$CACHE/apt/host list='' parts='' debs=''
  { have apt-get && have dpkg-deb; } || return 1
  private_apt_init "$dir" /var/lib/dpkg/status
  eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
  # One source out of order must not hide the rest.
  sed -i -e '/^APT::Update::Error-Mode /d' -e '/^Dir::Etc::source/d' "$dir/apt.conf"
  printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "%s";\n' "$list" "$parts" >>"$dir/apt.conf"
  private_apt "$dir" apt-get -q update >"$dir/update.log" 2>&1 || return 1
  debs=$(private_apt_fetch "$dir" "$2") || return 1
  while read -r deb; do
    [ -z "$deb" ] || dpkg-deb -x "$deb" "$1" || return 1
  done <<<"$debs"
  rm -rf "$dir"
)

# Tools fetched so are tied to the system they were made for: a home folder may serve several.
host_name() (
  ID=linux VERSION_ID=
  # shellcheck source=/dev/null
  [ ! -r /etc/os-release ] || . /etc/os-release
  printf '%s%s\n' "$ID" "$VERSION_ID"
)
