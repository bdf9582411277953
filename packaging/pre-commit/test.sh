#!/usr/bin/env bash
# The hooks as a user of pre-commit gets them: `packaging/pre-commit/test.sh WHEEL` has pre-commit clone this repository and
# install the hooks of its HEAD, with the wheel from its directory and Rust out of reach. Needs git, pre-commit, and an index of
# Python packages, for setuptools.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
wheels=$(dirname "$(realpath "$1")")
revision=$(git rev-parse HEAD)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PRE_COMMIT_HOME="$work/pre-commit" PIP_FIND_LINKS="$wheels" GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_NOSYSTEM=1
git config --global user.name test
git config --global user.email test@example.com
git config --global init.defaultBranch main
# A clone of a repository that somebody else owns, as in CI.
git config --global --add safe.directory '*'

mkdir "$work/bin" "$work/app"
for tool in cargo rustc maturin; do
    printf '#!/bin/sh\necho "%s was asked for" >&2\nexit 1\n' "$tool" >"$work/bin/$tool"
done
chmod +x "$work"/bin/*
export PATH="$work/bin:$PATH"

cp -r golden/seeds/002-externally-managed/before/. "$work/app"
cd "$work/app"
cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: $root
    rev: $revision
    hooks:
      - id: nixpacks-fix
      - id: nixpacks-fix-diff
        stages: [manual]
      - id: nixpacks-fix-write
        stages: [manual]
YAML
git init --quiet
git add .
pre-commit install >/dev/null

passed=0
# expect WHAT STATUS TEXT COMMAND...: ends so, and prints that.
expect() {
    local what=$1 wanted=$2 text=$3 code=0
    shift 3
    "$@" >"$work/log" 2>&1 || code=$?
    if ((code != wanted)) || ! grep -qF -- "$text" "$work/log"; then
        echo "FAILED: $what: status $code instead of $wanted, or no \`$text\` in:"
        cat "$work/log"
        exit 1
    fi
    passed=$((passed + 1))
}

expect 'a commit of a broken app is stopped' 1 'error[pip-outside-venv]' git commit --quiet -m broken
expect 'the patch is shown' 1 '-cmds = ["pip install -r requirements.txt"]' pre-commit run --hook-stage manual --all-files nixpacks-fix-diff
expect 'the fix is made' 1 'files were modified by this hook' pre-commit run --hook-stage manual --all-files nixpacks-fix-write
cmp nixpacks.toml "$root/golden/seeds/002-externally-managed/after/nixpacks.toml"
git add nixpacks.toml
expect 'a commit of the fixed app goes through' 0 'Passed' git commit -m fixed
expect 'the fixed app stays' 0 'Passed' pre-commit run --hook-stage manual --all-files nixpacks-fix-write
echo '# code' >>main.py
git add main.py
expect 'a commit of other files runs nothing' 0 '(no files to check)Skipped' git commit -m code
echo "$passed passed, 0 failed"
