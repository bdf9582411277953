#!/usr/bin/env bash
# The step `check` of action.yml: annotations in the log, and a SARIF file if wanted. Ends with 0; the last step fails the job, so
# that the file is uploaded before.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/common.sh"
arguments

status=0
"$PROGRAM" check --output-format github ${arguments[@]+"${arguments[@]}"} -- "${paths[@]}" || status=$?
output status "$status"

if [[ ${SARIF:-} == true && $status != 3 ]]; then
    file=$(mktemp "${RUNNER_TEMP:?}/nixpacks-fix.XXXXXX")
    # The second run says nothing new, and its status is that of the first.
    "$PROGRAM" check --output-format sarif ${arguments[@]+"${arguments[@]}"} -- "${paths[@]}" >"$file" 2>/dev/null || true
    if [[ -s $file ]]; then
        mv "$file" "$file.sarif"
        output sarif "$file.sarif"
    fi
fi
