#!/usr/bin/env bash
# The step `dashboard` of action.yml: one issue that lists the services that are predicted to fail. It is made when the first fails,
# kept up to date, closed when none does, and opened again when one does; what a person closed stays closed. Needs gh and jq, and
# GH_TOKEN with `issues: write`.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/common.sh"
arguments

# The first line of the issue. Anybody can write it, so it counts only in an issue of the token's own account.
marker='<!-- nixpacks-fix:dashboard -->'
work=$(mktemp -d "${RUNNER_TEMP:?}/nixpacks-fix.XXXXXX")
trap 'rm -rf "$work"' EXIT

status=0
"$PROGRAM" check --output-format json ${arguments[@]+"${arguments[@]}"} -- "${paths[@]}" >"$work/report.json" || status=$?
if ((status == 3)); then
    echo '{"version": 1, "apps": []}' >"$work/report.json"
elif ! jq -e '.version == 1' "$work/report.json" >/dev/null; then
    message error "no report was written, status $status"
    output status 2
    exit 0
fi
jq --arg title "${TITLE:-Services that Nixpacks cannot build or start}" --arg marker "$marker" --arg server "$GITHUB_SERVER_URL" \
    --arg repository "$GITHUB_REPOSITORY" --arg commit "$GITHUB_SHA" --arg run "$GITHUB_RUN_ID" \
    -f "$(dirname "$0")/dashboard.jq" "$work/report.json" >"$work/issue.json"
failing=$(jq .failing "$work/issue.json")
output failing "$failing"

# The oldest open one, else the newest.
account=$(gh api graphql -f query='query { viewer { login databaseId } }' --jq '.data.viewer | "\(.databaseId) \(.login)"')
id=${account%% *}
# A bot has brackets in its name.
login=$(jq -rn --arg login "${account#* }" '$login | @uri')
gh api --paginate "repos/$GITHUB_REPOSITORY/issues?state=all&creator=$login&per_page=100" \
    --jq '.[] | select(.pull_request == null) | {number, state, user: .user.id, body}' >"$work/issues.json"
found=$(jq -rs --argjson id "$id" --arg marker "$marker" '
    map(select(.user == $id and (.body // "" | startswith($marker)))) | sort_by(.number)
    | (map(select(.state == "open")) | first) // last | if . then "\(.number) \(.state)" else "none none" end' "$work/issues.json")
number=${found%% *} state=${found#* }

# send METHOD PATH FILTER: the address of the issue that is there then.
send() {
    jq "$3" "$work/issue.json" >"$work/body.json"
    gh api --method "$1" "repos/$GITHUB_REPOSITORY/$2" --input "$work/body.json" --jq .html_url
}

url='' done=''
if [[ $number == none ]]; then
    if ((failing > 0)); then
        url=$(send POST issues '{title, body}')
        done=opened
    fi
elif ((failing == 0)); then
    if [[ $state == open ]]; then
        url=$(send PATCH "issues/$number" '{body, state: "closed", state_reason: "completed"}')
        done=closed
    fi
elif [[ $state == open ]]; then
    url=$(send PATCH "issues/$number" '{body}')
    done=updated
elif [[ $(gh api "repos/$GITHUB_REPOSITORY/issues/$number" --jq '.closed_by.id // 0') == "$id" ]]; then
    url=$(send PATCH "issues/$number" '{body, state: "open"}')
    done='opened again'
else
    message notice "$failing services are predicted to fail; issue $number was closed by somebody and stays closed"
fi
if [[ -n $done ]]; then
    echo "$done: $url"
fi
output issue "$url"
output status "$((status == 1 || status == 3 ? 0 : status))"
