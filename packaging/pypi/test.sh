#!/usr/bin/env bash
# What a user of Python gets: `packaging/pypi/test.sh WHEEL PROGRAM` installs the wheel into a new virtual environment, runs it on
# the apps of golden/seeds, by uvx as well where that is installed, and holds both to the program itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
wheel=$(realpath "$1")
program=$(realpath "$2")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
installed="$work/venv/bin/nixpacks-fix"

passed=0
# same WHAT COMMAND... -- ARGUMENTS...: prints and ends as the program does.
same() {
    local what=$1 command=() code=0 wanted=0
    shift
    while [[ $1 != -- ]]; do
        command+=("$1")
        shift
    done
    shift
    "$program" "$@" >"$work/wanted" 2>&1 || wanted=$?
    "${command[@]}" "$@" >"$work/got" 2>&1 || code=$?
    if ((code != wanted)) || ! cmp "$work/wanted" "$work/got"; then
        echo "FAILED: $what: $*: status $code instead of $wanted"
        diff "$work/wanted" "$work/got" || true
        exit 1
    fi
    passed=$((passed + 1))
}

same wheel "$installed" -- --version
for app in golden/seeds/*/before; do
    same wheel "$installed" -- check "$app"
    same wheel "$installed" -- diff "$app"
done

# Metadata that the page of the package shows.
"$work/venv/bin/python" - "$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)" <<'PYTHON'
import importlib.metadata as metadata, sys
about = metadata.metadata("nixpacks-fix")
assert about["Version"] == sys.argv[1], about["Version"]
assert about["License-Expression"] == "MIT OR Apache-2.0", about["License-Expression"]
assert about.get_all("License-File") == ["LICENSE-APACHE", "LICENSE-MIT"], about.get_all("License-File")
assert not about.get_all("Requires-Dist"), about.get_all("Requires-Dist")
assert "pip: command not found" in about.get_payload()
PYTHON
passed=$((passed + 1))

if command -v uvx >/dev/null; then
    same uvx uvx --quiet --no-index --find-links "$(dirname "$wheel")" nixpacks-fix -- check golden/seeds/002-externally-managed/before
else
    echo 'skipped: uvx: it is not installed'
fi
echo "$passed passed, 0 failed"
