#!/usr/bin/env bash
# Installs what is missing, builds, and tests. See usage.
set -euo pipefail
# shellcheck source=scripts/build.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/scripts/build.sh"

# A report of a sanitizer names functions and lines, and ends the test.
export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=external_symbolizer_path=$ASAN_SYMBOLIZER_PATH:second_deadlock_stack=1

usage() {
  cat <<'TEXT'
usage: ./test.sh [COMMAND] [NAME...]

Installs the Debian packages that are missing (deps/*.txt), builds, and runs the tests. A NAME that is a folder of src/
is that folder's unit tests; any other is a regular expression that the test's name contains. Exit code 0: all passed.

  ./test.sh                  everything: unit tests, then the slow ones, then each fuzzer for FUZZ_SECONDS (60; 0: none)
  ./test.sh NAME...          the tests named
  ./test.sh --list           the names
  ./test.sh lint             the rules of the tree (includes, sizes, layout) and clang-tidy
  ./test.sh clang [NAME...]  the unit tests, or those named, built by Clang 19 like a release
  ./test.sh asan [NAME...]   the same with AddressSanitizer and UndefinedBehaviorSanitizer
  ./test.sh tsan [NAME...]   the same with ThreadSanitizer
  ./test.sh fuzz [SECONDS [NAME...]]   each fuzzer, or those named, for so long (60; h1_parser and redis_reply never
                             less), from the inputs in tests/corpus/ and those found before

One case of a unit test: build/bin/http_test --gtest_filter='H1Parser.*'
TEXT
}

# run_tests PRESET CTEST_ARGUMENT...: with what failed in full; what was skipped is kept for report_skips.
skips=()
run_tests() {
  local dir status=0
  dir=$(build_dir "$1")
  shift
  ctest --test-dir "$dir" --output-on-failure --no-tests=error --no-label-summary "$@" </dev/null || status=$?
  mapfile -t -O "${#skips[@]}" skips < <("$root/scripts/list-skips" "$dir/Testing/Temporary/LastTest.log")
  return "$status"
}

report_skips() {
  echo "skipped: ${#skips[@]}"
  if ((${#skips[@]} > 0)); then printf '  %s\n' "${skips[@]}"; fi
}

# test_named PRESET NAME...: where all are folders of src/, nothing else is built, and they run side by side.
test_named() {
  local preset=$1 name targets=() patterns=() parallel status=0
  parallel=$(nproc)
  shift
  for name in "$@"; do
    if [[ -f $root/src/$name/CMakeLists.txt ]]; then
      targets+=("${name}_test")
      patterns+=("^$name\$")
    else
      patterns+=("$name")
    fi
  done
  if ((${#targets[@]} < $#)); then targets=() parallel=1; fi
  build "$preset" "${targets[@]}"
  run_tests "$preset" --tests-regex "$(IFS='|' && echo "${patterns[*]}")" --parallel "$parallel" || status=$?
  report_skips
  return "$status"
}

# test_units PRESET [NAME...]
test_units() {
  local status=0
  if (($# > 1)); then
    test_named "$@" || status=$?
  else
    build "$1"
    run_tests "$1" --label-regex unit --parallel "$(nproc)" || status=$?
    report_skips
  fi
  return "$status"
}

# The slow suites share nothing but the machine: one at a time, so that load of one does not disturb another. The long ones
# can bear that, and leave a core idle half of the time.
test_all() {
  local status=0
  build release
  run_tests release --label-regex unit --parallel "$(nproc)" || status=$?
  run_tests release --label-regex long --parallel "$(($(nproc) + 1))" || status=$?
  run_tests release --label-regex slow || status=$?
  if [[ ${FUZZ_SECONDS:-60} != 0 ]]; then fuzz "${FUZZ_SECONDS:-60}" || status=$?; fi
  report_skips
  return "$status"
}

# fuzz SECONDS [NAME...]: two fuzzers at a time. New inputs are kept in build-fuzz/corpus/, a crashing one in build-fuzz/crashes/.
fuzz() {
  local sources fuzzers
  if [[ ! $1 =~ ^[1-9][0-9]*$ ]]; then
    echo "test.sh: '$1' is not a number of seconds" >&2
    return 2
  fi
  shopt -s nullglob
  sources=("$root"/src/*/*_fuzz.cc)
  if ((${#sources[@]} == 0)); then return 0; fi
  fuzzers=("${sources[@]##*/}")
  fuzzers=("${fuzzers[@]%.cc}")
  if (($# > 1)); then fuzzers=("${@:2}"); fi
  build fuzz "${fuzzers[@]}"
  printf '%s\0' "${fuzzers[@]}" | xargs -0 -P2 -n1 "$root/scripts/run-fuzzer" "$(build_dir fuzz)" "$1"
}

lint() {
  local status=0 dir
  dir=$(build_dir release-clang)
  "$root/tests/tree_test.py" || status=$?
  configure release-clang
  run-clang-tidy-19 -quiet -p "$dir" -j "$(nproc)" '/src/.*\.cc$' >"$dir/tidy.log" 2>&1 || {
    status=$?
    grep -A2 ': error:' "$dir/tidy.log" || cat "$dir/tidy.log"
    echo "lint: clang-tidy has objections; how it came to each is in $dir/tidy.log"
  }
  if ((status == 0)); then echo "lint: clean"; fi
  return "$status"
}

main() {
  local command=${1-}
  case $command in
    -h | --help) usage && return ;;
    -*) [[ $command == --list ]] || { usage >&2 && return 2; } ;;
  esac
  "$root/scripts/install-deps" build run test
  "$root/scripts/unpack-deps"
  case $command in
    "") test_all ;;
    --list) configure release && ctest --test-dir "$(build_dir release)" --show-only | sed -n 's/^ *Test *#[0-9]*: //p' ;;
    lint) lint ;;
    clang) test_units release-clang "${@:2}" ;;
    asan) test_units fuzz "${@:2}" ;; # the fuzzers' build: one of the two is enough
    tsan) test_units tsan "${@:2}" ;;
    fuzz) fuzz "${2:-60}" "${@:3}" ;;
    *) test_named release "$@" ;;
  esac
}

main "$@"
