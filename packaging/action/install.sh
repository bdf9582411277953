#!/usr/bin/env bash
# The step `install` of action.yml: the program that the next steps run, from the release or from the input `program`.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/common.sh"

if [[ -n ${GIVEN:-} ]]; then
    if ! "$GIVEN" --version; then
        message error "the input \`program\` names no program that runs: $GIVEN"
        exit 2
    fi
    output program "$GIVEN"
    exit 0
fi
NIXPACKS_FIX_DIR=$(mktemp -d "${RUNNER_TEMP:?}/nixpacks-fix.XXXXXX")
export NIXPACKS_FIX_DIR
NIXPACKS_FIX_VERSION=${VERSION:-latest} sh "$(dirname "$0")/../install.sh"
output program "$NIXPACKS_FIX_DIR/nixpacks-fix"
