#!/usr/bin/env bash
# Makes the archive of a release: `packaging/archive.sh TARGET PROGRAM EXTRAS OUT` writes OUT/nixpacks-fix-TARGET.tar.gz, or .zip for
# Windows, with the program, the licences, and the directories `man` and `completions` of EXTRAS. packaging/install.sh, cargo
# binstall and Homebrew read it.
set -euo pipefail
target=$1 program=$2 extras=$3
root=$(cd "$(dirname "$0")/.." && pwd)
out=$(cd "$4" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=nixpacks-fix-$target
mkdir "$work/$name"
cp "$program" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$root/CHANGELOG.md" "$work/$name/"
cp "$root/packaging/about.md" "$work/$name/README.md"
cp -R "$extras/man" "$extras/completions" "$work/$name/"
cd "$work"
case $target in
    *-windows-*) 7z a -bso0 "$out/$name.zip" "$name" ;;
    *)
        chmod 755 "$name/nixpacks-fix"
        tar -czf "$out/$name.tar.gz" "$name"
        ;;
esac
