#!/usr/bin/env bash
# Installs what is missing, builds, and runs Cairn's main job on this machine: three replicas of the counter behind
# one address, one Redis, numbers that only ever increase.
set -euo pipefail
# shellcheck source=scripts/build.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/scripts/build.sh"

usage() {
  cat <<'TEXT'
usage: ./run.sh [ARGUMENT...]

Installs the Debian packages that are missing (deps/build.txt, deps/run.txt), builds into build/, and runs
build/bin/counter-demo with the arguments given. Without arguments it runs until Ctrl-C, and stops everything it started.

  ./run.sh            Redis, three counter replicas and a front door on loopback, with a live view
  ./run.sh --check    the experiment without a terminal: a short table, exit code 0 or 1
  ./run.sh --help     this text; build/bin/counter-demo --help lists the demo's own settings
TEXT
}

if [[ ${1-} == -h || ${1-} == --help ]]; then
  usage
  exit 0
fi
"$root/scripts/install-deps" build run
build release bin/counter bin/counter-demo
exec "$root/build/bin/counter-demo" "$@"
