use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::tables::COMMON_PACKAGES;

static INFO: RuleInfo = RuleInfo {
    id: "missing-requirement",
    summary: "the started file imports a package that is not in the requirements",
    docs: r#"## What it does
Reads the file that the start command runs, and the modules of the app that it imports. It names the well-known packages among their imports that no requirement of the app names.

## Why it fails
The app stops when it starts: `ModuleNotFoundError: No module named 'requests'`. On your own machine the package may be there from another project.

## Example
```toml
[start]
cmd = "python fetch.py"
```
where `fetch.py` imports `requests`, and the requirements file does not have it.

## Fix
None: add the package to your requirements. If a package that you install needs it itself, it is installed and the app works, for as long as that stays so.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    // What stops the app earlier is the thing to mend.
    let missing = cx.simulation.missing_imports.iter().filter(|_| cx.simulation.verdict.builds());
    missing
        .filter_map(|import| {
            let package = COMMON_PACKAGES.columns(&import.module)?.next()?;
            let message =
                format!("`{}` imports `{}`, which your requirements do not name", import.file, import.module);
            let note = format!(
                "add `{package}` to your requirements; without it the import works only if one of your packages happens to install `{package}`"
            );
            Some(Found::app(Severity::Warning, message).note(&note))
        })
        .collect()
}
