#!/usr/bin/env bash
# Measures the built command as a whole process, beside the tools that people run on the same files.
#
#     benches/whole-process.sh [CORPUS]
#
# CORPUS is a directory of apps (default: golden/). Other settings, as variables:
#     NIXPACKS_FIX  the binary (default: target/release/nixpacks-fix, built if it is not there)
#     NIXPACKS, TAPLO, RG  the tools to compare with (default: those on PATH)
#     RUNS          runs of each measurement (default: 10)
# A tool that is not there is said so, and its line is skipped. Nothing is written but a directory
# under TMPDIR, which is removed.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
corpus=${1:-$root/golden}
runs=${RUNS:-10}
ours=${NIXPACKS_FIX:-${CARGO_TARGET_DIR:-$root/target}/release/nixpacks-fix}
nixpacks=$(command -v "${NIXPACKS:-nixpacks}" || true)
taplo=$(command -v "${TAPLO:-taplo}" || true)
rg=$(command -v "${RG:-rg}" || true)
[ -x "$ours" ] || cargo build --release --manifest-path "$root/Cargo.toml"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ms COMMAND...: the wall time of the fastest run in milliseconds, the disk's cache warm. Of a mean the
# other programs on the machine would be a part.
ms() {
  if command -v hyperfine >/dev/null; then
    hyperfine --shell=none --ignore-failure --warmup 1 --runs "$runs" --style none \
      --export-json "$work/times.json" "$(printf '%q ' "$@")" >/dev/null 2>&1
    sed -n 's/^ *"min": \([0-9.e-]*\),*$/\1/p' "$work/times.json" | awk '{ printf "%.1f", $1 * 1000 }'
  else
    "$@" >/dev/null 2>&1 || true
    local from took best=
    for _ in $(seq "$runs"); do
      from=$(date +%s%N)
      "$@" >/dev/null 2>&1 || true
      took=$(($(date +%s%N) - from))
      if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
    awk -v t="$best" 'BEGIN { printf "%.1f", t / 1000000 }'
  fi
}

# memory COMMAND...: the peak resident set in MB.
memory() {
  if [ -x /usr/bin/time ]; then
    /usr/bin/time -f %M -o "$work/rss" "$@" >/dev/null 2>&1 || true
    tail -n 1 "$work/rss" | awk '{ printf "%.1f", $1 / 1024 }'
  else
    "$@" >/dev/null 2>&1 &
    local peak=0 now pid=$!
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do peak=$now; done
    wait "$pid" || true
    awk -v k="$peak" 'BEGIN { printf "%.1f", k / 1024 }'
  fi
}

row() { printf '| %-44s | %12s | %12s | %-20s |\n' "$@"; }
ratio() { awk -v a="$1" -v b="$2" -v limit="$3" 'BEGIN { printf "%.2f (bar: %s)", a / b, limit }'; }
versus() { # NAME BAR OURS THEIRS
  row "$1" "$3 ms" "$4 ms" "$(ratio "$3" "$4" "$2")"
}

app() { # DIR: one app that is broken in the common way, with ten Python files
  mkdir -p "$1"
  printf '[phases.setup]\nnixPkgs = ["python311", "pip"]\n\n[phases.install]\ncmds = ["pip install -r requirements.txt"]\n\n[start]\ncmd = "gunicorn app:app"\n' >"$1/nixpacks.toml"
  printf 'flask==3.0.0\ngunicorn==21.2.0\n' >"$1/requirements.txt"
  local at
  for at in 0 1 2 3 4 5 6 7 8 9; do
    printf 'import flask\n\n\ndef handle(request):\n    return flask.jsonify(request.args)\n' >"$1/mod$at.py"
  done
}

row measurement ours theirs ratio
row -------------------------------------------- ------------ ------------ --------------------

app "$work/one"
one=$(ms "$ours" check "$work/one")
if [ -n "$nixpacks" ]; then
  versus "check of one app / nixpacks plan" 1.0 "$one" "$(ms "$nixpacks" plan "$work/one")"
else
  row "check of one app" "$one ms" "" "skipped: no nixpacks"
fi
row "check of one app, peak memory" "$(memory "$ours" check "$work/one") MB" "" "(bar: 10 MB)"

if [ -d "$corpus" ]; then
  mapfile -t configs < <(find "$corpus" -name nixpacks.toml -not -path '*/node_modules/*' | sort)
  count=${#configs[@]}
  all=$(ms "$ours" check "$corpus")
  if [ "$count" -eq 0 ]; then
    row "check of a corpus" "" "" "skipped: no nixpacks.toml in $corpus"
  elif [ -n "$taplo" ]; then
    versus "check of $count configs / taplo lint" 4.0 "$all" "$(ms "$taplo" lint --no-schema "${configs[@]}")"
  else
    row "check of $count configs" "$all ms" "" "skipped: no taplo"
  fi
  row "check of $count configs, peak memory" "$(memory "$ours" check "$corpus") MB" "" ""
else
  row "check of a corpus" "" "" "skipped: no $corpus"
fi

tree=$work/tree
mkdir -p "$tree"
for at in $(seq 50); do app "$tree/services/app$at"; done
# 600 files of the apps, and the rest in 994 directories of 100.
for dir in $(seq 994); do
  mkdir -p "$tree/lib/d$((dir % 40))/p$dir"
  (cd "$tree/lib/d$((dir % 40))/p$dir" && touch f{00..99}.txt)
done
big=$(ms "$ours" check "$tree")
files=$(find "$tree" -type f | wc -l)
if [ -n "$rg" ]; then
  versus "check of a tree of $files files / rg --files" 1.5 "$big" "$(ms "$rg" --files "$tree")"
else
  row "check of a tree of $files files" "$big ms" "" "skipped: no rg"
fi
row "check of that tree, peak memory" "$(memory "$ours" check "$tree") MB" "" ""

# cpu COMMAND...: the processor time of the cheapest run in milliseconds, which other programs disturb least.
cpu() {
  local took best=
  for _ in $(seq "$runs"); do
    took=$({ TIMEFORMAT='%3U %3S'; time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print ($1 + $2) * 1000 }')
    if [ -z "$best" ] || awk -v a="$took" -v b="$best" 'BEGIN { exit !(a < b) }'; then best=$took; fi
  done
  printf '%s' "$best"
}

# Ten times as many entries may take at most twelve times as long. The first is as many as fit into the 1 MiB of
# a file that is read.
grows() { # COUNT SHAPE COMMAND [OPTION...]
  local count=$1 shape=$2 few many size
  shift 2
  for number in $((count / 10)) "$count"; do
    cargo run -q --manifest-path "$root/Cargo.toml" -p laws --example long -- "$shape" "$number" "$work/$shape-$number"
  done
  few=$(cpu "$ours" "$@" "$work/$shape-$((count / 10))")
  many=$(cpu "$ours" "$@" "$work/$shape-$count")
  size=$(du -sk --apparent-size "$work/$shape-$count" | cut -f1)
  row "$* $shape: $count ($size KiB) / a tenth" "$many ms" "$few ms" "$(ratio "$many" "$few" 12)"
}
grows 15000 phases-that-install check
grows 15000 phases-that-install diff
grows 15000 phases-with-pip check
grows 20000 phases-with-misspelt-key check
grows 20000 phases-in-a-chain check
grows 20000 processes diff --strategy explicit
grows 10000 list:environments-activated-for-pip check
grows 20000 list:pip check
grows 1500 steps:pip check
grows 30000 packages check
grows 50000 variables check
grows 20000 requirements check
