#!/usr/bin/env bash
# Writes what packages install beside the program: `packaging/extras.sh PROGRAM OUT` makes OUT/man and OUT/completions, with the file
# names that packages use. The program has to run on this machine.
set -euo pipefail
program=$(realpath "$1")
mkdir -p "$2/man" "$2/completions"
out=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
cargo run --quiet --locked -p man-pages -- "$out/man"
for pair in bash:nixpacks-fix.bash fish:nixpacks-fix.fish zsh:_nixpacks-fix powershell:_nixpacks-fix.ps1 nushell:nixpacks-fix.nu; do
    "$program" completions "${pair%%:*}" >"$out/completions/${pair#*:}"
done
