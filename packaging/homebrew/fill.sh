#!/usr/bin/env bash
# Prints the formula of a release: `packaging/homebrew/fill.sh VERSION SHA256SUMS`.
set -euo pipefail
formula=$(<"$(dirname "$0")/nixpacks-fix.rb.in")
formula=${formula//@VERSION@/$1}
while read -r checksum name; do
    target=${name#nixpacks-fix-}
    formula=${formula//"@SHA256 ${target%.tar.gz}@"/$checksum}
done <"$2"
if [[ $formula == *'@SHA256 '* ]]; then
    echo "error: $2 lacks an archive:" >&2
    grep -o '@SHA256 [^@]*@' <<<"$formula" >&2
    exit 1
fi
printf '%s\n' "$formula"
