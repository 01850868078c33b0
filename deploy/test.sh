#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Installs what is missing, builds with warnings as errors, runs every suite, then the sanitizers. Safe to repeat.
#
# usage: deploy/test.sh [--quick] [--suite NAME]... [--no-install] [--valgrind]
#   --quick       no slow tests, no foreign SOAP stacks, no sanitizers: under two minutes
#   --suite NAME  only this suite (lint, unit, store, ops, http, races, interop, …), no sanitizers
#   --no-install  uses what the machine has
#   --valgrind    also runs suites unit and store under valgrind
# PLANNER_BUDGET=N scales every randomised suite to N percent of its share in tests/budget; PLANNER_SEED repeats a seed.
# The last line is `N passed, N failed, N skipped`; the exit status tells whether something failed.
set -euo pipefail
cd "$(dirname "$0")/.."

install=yes sanitize=yes valgrind=no choice=()
while [ $# -gt 0 ]; do
    case $1 in
    --quick) sanitize=no; choice+=(--no-suite slow --no-suite interop) ;;
    --suite) sanitize=no; choice+=(--suite "${2:?--suite needs a name}"); shift ;;
    --no-install) install=no ;;
    --valgrind) valgrind=yes ;;
    *) sed -n 's/^# \{0,1\}//; /^usage/,/^  --valgrind/p' "$0" >&2; exit 2 ;;
    esac
    shift
done

# Another test's program must not change what is measured here.
unset G_MESSAGES_DEBUG G_DEBUG DESTDIR
export LC_ALL=C.UTF-8
# Most tests wait, for servers and for limits, more than they compute.
export MESON_TESTTHREADS=${MESON_TESTTHREADS:-$(($(nproc) + 4))}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
results=()

fail ()
{
    echo "== $1: FAILED"
    tail -n 80 "$log"
    echo "0 passed, 1 failed"
    exit 1
}

# phase NAME COMMAND...: runs it, shows its output only when it fails, tells how long it took.
phase ()
{
    local name=$1 start=$SECONDS
    shift
    "$@" >"$log" 2>&1 || fail "$name"
    echo "== $name: $((SECONDS - start)) s"
}

# configure FOLDER OPTION...: anew when the options changed; Ninja sees changed build files by itself.
configure ()
{
    local folder=$1
    shift
    [ -f "$folder/build.ninja" ] && [ "$(cat "$folder/options" 2>/dev/null)" = "${CC-} $*" ] && return 0
    rm -rf "$folder"
    meson setup "$folder" "$@" || return 1
    echo "${CC-} $*" >"$folder/options"
}

# tests NAME FOLDER ARGUMENT...: runs them; their results are counted at the end, whatever meson's exit status.
tests ()
{
    local name=$1 folder=$2 json=$2/meson-logs/$1 start=$SECONDS
    shift 2
    # A log of an earlier run must not be counted.
    rm -f "$json"{,-valgrind}.json
    meson test -C "$folder" --no-rebuild --logbase "$name" "$@" >"$log" 2>&1 || true
    # Meson adds the name of a wrapper to the log's.
    [ ! -f "$json-valgrind.json" ] || mv "$json-valgrind.json" "$json.json"
    if [ -f "$json.json" ]; then
        results+=("$name=$json.json")
    elif ! grep -q 'No suitable tests\|No tests defined' "$log"; then
        fail "$name"
    fi
    echo "== $name: $((SECONDS - start)) s"
}

[ $install = no ] || phase install deploy/install.sh run build test
phase configure configure build -Dwerror=true
phase build ninja -C build
tests tests build ${choice[@]+"${choice[@]}"}
if [ $valgrind = yes ]; then
    PLANNER_BUDGET=5 tests valgrind build --suite unit --suite store --timeout-multiplier 10 --wrapper "valgrind -q \
        --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        --suppressions=$PWD/tests/suppressions/valgrind.supp"
fi
if [ $sanitize = yes ]; then
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    # Its strstr() measures the whole text on every call: quadratic in g_strsplit().
    export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:intercept_strstr=0
    export LSAN_OPTIONS=suppressions=$PWD/tests/suppressions/lsan.supp:print_suppressions=0
    export CC=clang
    # gcc watches unused variables; clang takes a scope guard for one.
    phase configure-sanitizers configure build-asan -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false \
        -Dc_args=-Wno-unused-variable
    phase build-sanitizers ninja -C build-asan
    # Slower code does a smaller share, so that the run as a whole keeps its time.
    budget=${PLANNER_BUDGET:-100}
    [ "$budget" = long ] || budget=$((budget / 5))
    export PLANNER_BUDGET=$budget G_SLICE=always-malloc
    tests sanitizers build-asan --timeout-multiplier 4 --suite unit --suite store --suite ops --suite fuzz
    # What of suite sync is C: all else of it is slow, and other people's servers.
    tests sanitizers-sync build-asan --timeout-multiplier 4 --suite sync --no-suite slow
fi
python3 tests/testlib/count-results.py ${results[@]+"${results[@]}"}
