use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::programs_of;
use crate::tables::SYSTEM_LIBRARIES;

static INFO: RuleInfo = RuleInfo {
    id: "missing-system-library",
    summary: "a Python package needs a program or a C library that is not installed",
    docs: r#"## What it does
Looks at the packages that are installed, and names those that need something from outside Python which no `nixPkgs`, `nixLibs` or `aptPkgs` has: `weasyprint` needs pango, `pdf2image` needs `pdftoppm`, and so on.

## Why it fails
The install works, and the import or the first call fails: `cannot load library 'libpango-1.0-0'`, `Unable to get page count. Is poppler installed?`. Python from Nix does not look into the directories of Ubuntu's libraries, so for a C library an entry in `aptPkgs` alone does not help; see https://github.com/railwayapp/nixpacks/issues/769.

## Example
```toml
[phases.build]
cmds = ["pip install weasyprint"]

[start]
cmd = "python main.py"
```

## Fix
None: whether the code that needs it is ever reached is not known. Add the names of the note with `"..."` in front, so that Nixpacks' own packages stay.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let plan = &cx.model.plan;
    // A library counts where Python looks for it, which is what `nixLibs` is for; a program counts on PATH.
    let (mut libraries, mut programs): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for phase in plan.phases.values() {
        libraries.extend(phase.nix_libs.iter().flatten().map(|item| item.value.trim()));
        let packages = [&phase.nix_pkgs, &phase.apt_pkgs].into_iter().flatten().flatten();
        programs.extend(packages.map(|item| item.value.trim()));
    }
    let in_packages = |need: &&str| programs.iter().any(|has| brings(has, need));
    let mut found = Vec::new();
    for name in cx.held().names.keys() {
        let Some(mut columns) = SYSTEM_LIBRARIES.columns(name) else { continue };
        let (Some(key), Some(needs)) = (columns.next(), columns.next()) else { continue };
        let listed = if key == "nixLibs" { &libraries } else { &programs };
        let (there, missing): (Vec<&str>, Vec<&str>) =
            needs.split(' ').partition(|need| listed.iter().any(|has| brings(has, need)));
        // One of several that is there shows that somebody has seen to them.
        if !there.is_empty() {
            continue;
        }
        let quoted: Vec<String> = missing.iter().map(|need| format!("\"{need}\"")).collect();
        let named: Vec<String> = missing.iter().map(|need| format!("`{need}`")).collect();
        let named = named.join(", ");
        let add = format!("`{key} = [\"...\", {}]` under `[phases.setup]`", quoted.join(", "));
        if key == "nixLibs" && missing.iter().any(in_packages) {
            let message =
                format!("`{name}` needs libraries of {named}, and does not find those of `nixPkgs`");
            let note = format!("libraries are found where `nixLibs` puts them: add {add}");
            found.push(Found::app(Severity::Note, message).note(&note));
            continue;
        }
        let message = format!("`{name}` needs {named}, which nothing installs");
        let note = format!("add {add}, if the app uses that part");
        found.push(Found::app(Severity::Note, message).note(&note));
    }
    found
}

/// Whether a listed package is the one that is needed, under its Nix name or Debian's.
fn brings(listed: &str, need: &str) -> bool {
    let plain = |name: &str| name.trim_start_matches("lib").replace(['_', '-', '.'], "").to_lowercase();
    plain(listed).starts_with(&plain(need)) || programs_of(listed).iter().any(|program| program == need)
}
