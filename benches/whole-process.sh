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
row "check of one app, peak memory" "$(memory "$ours" check "$work/one") MB" "" "(bar: 20 MB)"

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

# lines SHAPE COUNT: a config of that many entries.
lines() {
  local dir=$work/$1-$2
  mkdir -p "$dir"
  printf 'flask\ngunicorn\n' >"$dir/requirements.txt"
  {
    case $1 in
    cmds)
      printf '[phases.setup]\nnixPkgs = ["python311", "pip"]\n[phases.install]\ncmds = [\n'
      seq -f '    "pip install package%05.0f-name==1",' "$2"
      printf ']\n'
      ;;
    nixPkgs)
      printf '[phases.setup]\nnixPkgs = [\n    "python311",\n'
      seq -f '    "python311Packages.package%05.0f",' "$2"
      printf '    "pip",\n]\n[phases.install]\ncmds = ["pip install -r requirements.txt"]\n'
      ;;
    phases)
      printf '[phases.install]\ncmds = ["pip install -r requirements.txt"]\n'
      seq -f '[phases.p%05.0f]
cmds = ["pip install x"]' "$2"
      ;;
    steps)
      printf '[phases.install]\ncmds = ["'
      seq -s ' && ' -f 'pip install package%05.0f' "$2" | tr -d '\n'
      printf '"]\n'
      ;;
    esac
    printf '[start]\ncmd = "gunicorn app:app"\n'
  } >"$dir/nixpacks.toml"
  printf '%s' "$dir"
}
for shape in cmds:1000 nixPkgs:1000 phases:1000 steps:150; do
  name=${shape%:*} count=${shape#*:}
  short=$(lines "$name" "$count")
  long=$(lines "$name" "${count}0")
  size=$(($(wc -c <"$long/nixpacks.toml") / 1024))
  a=$(ms "$ours" check "$short")
  b=$(ms "$ours" check "$long")
  row "$name: ${count}0 entries ($size KiB) / $count" "$b ms" "$a ms" "$(ratio "$b" "$a" 12)"
done
