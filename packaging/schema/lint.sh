#!/usr/bin/env bash
# Has taplo read configs by docs/schema/nixpacks.schema.json: the schema takes what Nixpacks reads, and refuses a key
# that it ignores. Needs `npm ci` here.
set -euo pipefail
cd "$(dirname "$0")/../.."

taplo() {
    RUST_LOG=error packaging/schema/node_modules/.bin/taplo lint --schema "file://$PWD/docs/schema/$1.schema.json" "${@:2}"
}

# A case whose name ends in a byte order mark is left out: taplo does not read one.
good=()
for file in golden/untouched/*/before/nixpacks.toml; do
    rule=$(basename "$(dirname "$(dirname "$file")")")
    [[ $rule == unused-suppression || $rule == *unread* || $(head -c 3 "$file") == $'\xef\xbb\xbf' ]] || good+=("$file")
done
taplo nixpacks "${good[@]}"

bad=$(mktemp -d)
trap 'rm -rf "$bad"' EXIT
refused=0
while IFS= read -r line; do
    printf '%b' "$line" >"$bad/nixpacks.toml"
    if taplo nixpacks "$bad/nixpacks.toml" >"$bad/log" 2>&1; then
        echo "not refused: $line" >&2
        exit 1
    fi
    refused=$((refused + 1))
done <<'CONFIGS'
[start]\ncommand = "python main.py"\n
[phases.setup]\nnixpkgs = ["ffmpeg"]\n
[phases.setup]\naptPkgs = "ffmpeg"\n
[providers]\npython = "3.11"\n
providers = ["Python"]\n
[variables]\nPORT = 8000\n
[deploy]\nstartCommand = "python main.py"\n
CONFIGS

cat >"$bad/nixpacks-fix.toml" <<'SETTINGS'
ignore = ["missing-requirement"]
fail-on = "warning"

[apps."services/api"]
platform = "coolify"
env = { NIXPACKS_PYTHON_VERSION = "3.12" }
SETTINGS
taplo nixpacks-fix "$bad/nixpacks-fix.toml"
echo "${#good[@]} configs taken, $refused refused"
