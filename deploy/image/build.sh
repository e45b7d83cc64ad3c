#!/usr/bin/env bash
# Makes the counter's OCI image without a daemon, without a network, and where user namespaces are allowed without root.
set -euo pipefail
shopt -s inherit_errexit
# shellcheck source=scripts/build.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/build.sh"

usage() {
  cat <<'TEXT'
usage: deploy/image/build.sh [OPTION...]

Writes the image of this commit as an OCI layout and prints its digest, sha256:..., as the only line of standard output.
The same commit gives the same digest.

  --binary FILE             the program, built from this commit; without it, build/bin/counter is brought up to date
  --output DIR              the layout, replaced as a whole (build/image/oci)
  --tag TAG                 the image's name in it (latest)
  --source-date-epoch N     the time of everything in it (SOURCE_DATE_EPOCH, or else the commit's)
  --allow-dirty             also with uncommitted changes; the revision then ends in -dirty

Exit code: 0 done, 1 failed, 2 a mistaken call or a missing tool.
TEXT
}

# refuse WHY: one line, before anything was changed.
refuse() {
  echo "build.sh: $1" >&2
  exit 2
}

require() {
  command -v "$1" >/dev/null || refuse "$1 is not installed; on Debian: apt-get install $2"
}

# Of this checkout, whatever the environment or a folder above it says.
checkout() {
  git --git-dir="$root/.git" --work-tree="$root" "$@"
}

# Sets: binary output tag epoch allow_dirty.
read_arguments() {
  binary='' output=$root/build/image/oci tag=latest epoch=${SOURCE_DATE_EPOCH-} allow_dirty=''
  while (($# > 0)); do
    case $1 in
      -h | --help) usage && exit ;;
      --allow-dirty) allow_dirty=yes && shift && continue ;;
      --binary | --output | --tag | --source-date-epoch) [[ -n ${2-} ]] || refuse "$1 needs a value" ;;
      *) refuse "what is '$1'? --help lists the options" ;;
    esac
    case $1 in
      --binary) binary=$2 ;;
      --output) output=$2 ;;
      --tag) tag=$2 ;;
      --source-date-epoch) epoch=$2 ;;
    esac
    shift 2
  done
  [[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || refuse "'$tag' is no tag: letters, digits, '_', '.' and '-'"
  [[ $epoch =~ ^(0|[1-9][0-9]{0,10})?$ ]] || refuse "'$epoch' is no time: the seconds since 1970 (SOURCE_DATE_EPOCH)"
  output=$(realpath --canonicalize-missing -- "$output")
  [[ $output != *:* ]] || refuse "the output $output contains ':', which oci:DIR:TAG cannot tell from the tag"
  [[ ! -e $output || -f $output/oci-layout ]] || refuse "$output exists and is no OCI layout; choose another --output"
}

# Sets: revision epoch created.
read_commit() {
  local changes first
  revision=$(checkout rev-parse --verify --quiet HEAD 2>/dev/null) ||
    refuse "$root is no git checkout with a commit, and so has no revision to name; clone it"
  changes=$(checkout status --porcelain --untracked-files=normal)
  if [[ -n $changes ]]; then
    first=${changes%%$'\n'*}
    [[ -n $allow_dirty ]] ||
      refuse "not as committed: ${first:3}; commit or remove what git status lists, or give --allow-dirty"
    revision+=-dirty
  fi
  epoch=${epoch:-$(checkout log -1 --format=%ct)}
  created=$(date --utc --date="@$epoch" +%Y-%m-%dT%H:%M:%SZ)
}

# Sets: version. An empty image has no loader: a program that asks for one would not even start.
check_binary() {
  local headers
  [[ -f $binary && -x $binary ]] || refuse "$binary is no program; without --binary it is built here"
  binary=$(realpath -- "$binary")
  headers=$(readelf --program-headers --wide -- "$binary" 2>/dev/null) || refuse "$binary is no ELF program"
  [[ $headers != *INTERP* ]] || refuse "$binary needs shared libraries; build it with CAIRN_STATIC=ON (preset release)"
  version=$("$binary" --version </dev/null 2>&1) || refuse "$binary --version fails"
  [[ $version =~ ^counter\ ([0-9]+\.[0-9]+\.[0-9]+)$ ]] || refuse "$binary is not counter: its --version is '$version'"
  version=${BASH_REMATCH[1]}
}

# Sets: work, a private directory beside the output, so that the finished layout is moved in one step.
prepare_output() {
  if ! { mkdir -p -- "${output%/*}" && work=$(mktemp -d -- "${output%/*}/.image.XXXXXX"); } 2>/dev/null; then
    refuse "cannot write to ${output%/*}; choose another --output"
  fi
  trap 'rm -rf -- "$work"' EXIT
}

# The layout $work/oci. The environment is empty and the storage private: nothing that was set for other images counts.
# Compressed here, since what pushes an uncompressed layer compresses it, and the image gets another digest.
make_image() {
  mkdir "$work/build" "$work/context"
  cp -- "$binary" "$work/build/counter"
  cat "${certificates[@]}" >"$work/build/ca-certificates.crt"
  printf '[storage]\ndriver="vfs"\ngraphroot="%s/storage"\nrunroot="%s/run"\n' "$work" "$work" >"$work/storage.conf"
  if ! env --ignore-environment PATH="$PATH" HOME="$work" TMPDIR="$work" XDG_RUNTIME_DIR="$work" \
    CONTAINERS_STORAGE_CONF="$work/storage.conf" buildah build --file "$root/deploy/image/Dockerfile" \
    --build-context build="$work/build" --build-arg VERSION="$version" --build-arg REVISION="$revision" \
    --build-arg CREATED="$created" --timestamp "$epoch" --format oci --layers=false --disable-compression=false \
    --omit-history --identity-label=false --isolation chroot --tag "oci:$work/oci:$tag" "$work/context" \
    >"$work/log" 2>&1 </dev/null; then
    cat "$work/log" >&2
    echo "build.sh: buildah failed; what it said is above" >&2
    exit 1
  fi
}

main() {
  read_arguments "$@"
  require buildah buildah
  require git git
  require readelf binutils
  shopt -s nullglob
  certificates=(/usr/share/ca-certificates/mozilla/*.crt)
  ((${#certificates[@]} > 0)) || refuse "ca-certificates is not installed; on Debian: apt-get install ca-certificates"
  read_commit
  if [[ -z $binary ]]; then
    require cmake cmake
    require ninja ninja-build
    require c++ g++
    build release bin/counter
    binary=$root/build/bin/counter
  fi
  check_binary
  prepare_output
  make_image
  rm -rf -- "$output"
  mv -- "$work/oci" "$output"
  grep --only-matching 'sha256:[0-9a-f]*' "$output/index.json"
}

main "$@"
