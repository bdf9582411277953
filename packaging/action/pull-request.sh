#!/usr/bin/env bash
# The step `pull-request` of action.yml: opens the pull request with the fix, updates it, or closes it. Needs a checkout whose remote
# `origin` is the repository, and GITHUB_TOKEN.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/common.sh"
arguments

status=0
"$PROGRAM" pr ${arguments[@]+"${arguments[@]}"} || status=$?
case $status in
    0) ;;
    # A limit of `--max-hourly`: the next run goes on from there.
    1) message warning 'something is left to do: the next run goes on' ;;
    3) message notice 'there is no app in this repository' ;;
esac
output status "$((status == 1 || status == 3 ? 0 : status))"
