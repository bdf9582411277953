# shellcheck shell=bash
# What the steps of action.yml share. Inputs come in environment variables and are never part of a script's text.
set -euo pipefail

PROGRAM=${PROGRAM:-nixpacks-fix}

# lines TEXT: fills the array `read_lines` with the lines that are not blank, without the blanks around them.
lines() {
    local line
    read_lines=()
    while IFS= read -r line || [[ -n $line ]]; do
        line=${line#"${line%%[![:space:]]*}"}
        line=${line%"${line##*[![:space:]]}"}
        if [[ -n $line ]]; then
            read_lines+=("$line")
        fi
    done <<<"$1"
}

# arguments: fills `arguments` with the input `args`, and `paths` with the input `paths`.
# shellcheck disable=SC2034 # The steps read them.
arguments() {
    lines "${ARGUMENTS:-}"
    arguments=(${read_lines[@]+"${read_lines[@]}"})
    lines "${PATHS:-.}"
    paths=(${read_lines[@]+"${read_lines[@]}"})
}

# output NAME VALUE: a result of this step; the value has one line.
output() {
    printf '%s=%s\n' "$1" "${2//[$'\r\n']/ }" >>"$GITHUB_OUTPUT"
}

# message LEVEL TEXT: a line that the page of the run shows.
message() {
    local text=$2
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '::%s::%s\n' "$1" "$text"
}
