use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::app::Hidden;
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "uncommitted-requirements",
    summary: "a requirements file is not committed to git",
    docs: r#"## What it does
Finds requirements files that exist on your machine, but not in git.

## Why it fails
The platform builds what is in git. A file that is untracked, or ignored by a `.gitignore`, is missing there, and pip stops with `Could not open requirements file`.

## Example
```toml
[phases.install]
cmds = ["python -m venv --copies /opt/venv && /opt/venv/bin/pip install -r requirements/local.txt"]

[start]
cmd = "python main.py"
```

## Fix
There is no automatic fix, because only you can decide to commit a file. Add it with `git add -f`, and commit it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (command, call, pip) in support::all_pip_calls(cx) {
        for (_, file) in &pip.command.requirement_files {
            let path = crate::simulate::join(&call.cwd, file);
            let Some(inside) = path.strip_prefix("/app/") else { continue };
            let Some(hidden) = cx.app.hidden(inside) else { continue };
            let why = match hidden {
                Hidden::Untracked => format!("`{inside}` is not committed, so the build will not see it"),
                Hidden::Ignored { file, line, pattern } => {
                    format!(
                        "`{inside}` is ignored by line {line} of `{file}` (`{pattern}`), so the build will not see it"
                    )
                }
            };
            let finding = Found::call(cx, command, call, Severity::Error, why.clone())
                .unwrap_or_else(|| Found::app(Severity::Error, why));
            found.push(
                finding
                    .label("not in git")
                    .note(&format!("add it with `git add -f {inside}`, and commit it")),
            );
        }
    }
    found
}
