# Sourced by run.sh and test.sh: how this checkout is configured and built.
# shellcheck shell=bash

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

# Where a preset of CMakePresets.json builds.
build_dir() {
  case $1 in
    release) echo "$root/build" ;;
    release-clang) echo "$root/build-clang" ;;
    *) echo "$root/build-$1" ;;
  esac
}

# Reads ninja's output. On a terminal: one line that counts, and is gone at the end.
show_progress() {
  local line
  while IFS= read -r line; do
    if [[ -t 2 && $line =~ ^\[([0-9]+/[0-9]+)\] ]]; then
      printf '\r\033[Kbuilding %s %s' "$1" "${BASH_REMATCH[1]}" >&2
    fi
  done
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

# configure PRESET: quick where nothing changed.
configure() {
  local log
  mkdir -p "$(build_dir "$1")"
  log=$(build_dir "$1")/build.log
  if ! (cd "$root" && cmake --preset "$1") >"$log" 2>&1 </dev/null; then
    fail_with_log "$1" "$log"
  fi
}

# build PRESET [TARGET...]: configures and builds, everything where no target is named.
# Quiet; all output goes to build.log in the build directory, and the end of it is shown where the build fails.
build() {
  local preset=$1 dir log targets=()
  shift
  dir=$(build_dir "$preset")
  log=$dir/build.log
  configure "$preset"
  if (($# > 0)); then targets=(--target "$@"); fi
  if ! cmake --build "$dir" --parallel "$(nproc)" "${targets[@]}" 2>&1 </dev/null |
    tee -a "$log" | show_progress "$preset"; then
    fail_with_log "$preset" "$log"
  fi
}

fail_with_log() {
  tail -n 60 "$2" >&2
  echo "building '$1' failed; the whole output is in $2" >&2
  exit 1
}
