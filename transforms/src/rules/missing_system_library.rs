use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::NIX_LIBS;
use crate::fix::Draft;
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
Libraries that are in `nixPkgs`, where Python does not look for them, are added to `nixLibs` with `--unsafe-fixes`. For others there is none: whether the code that needs it is ever reached is not known. Add the names of the note with `"..."` in front, so that Nixpacks' own packages stay.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

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
        if key == "nixLibs" && missing.iter().any(in_packages) {
            let message =
                format!("`{name}` needs {}, and does not find them in `nixPkgs`", missing.join(", "));
            let note = "libraries in `nixPkgs` are not on the path where Python looks for them: that is what `nixLibs` is for";
            found.push(Found::app(Severity::Note, message).note(note).keys(&missing));
            continue;
        }
        let quoted: Vec<String> = missing.iter().map(|need| format!("\"{need}\"")).collect();
        let message = format!("`{name}` needs {}, which nothing installs", missing.join(", "));
        let note = format!(
            "add `{key} = [\"...\", {}]` under `[phases.setup]`, if the app uses that part",
            quoted.join(", ")
        );
        found.push(Found::app(Severity::Note, message).note(&note));
    }
    found
}

/// Adds the libraries to `nixLibs`, where somebody has listed them in `nixPkgs`.
fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    if finding.keys.is_empty() || !cx.model.plan.phases.contains_key("setup") {
        return false;
    }
    let title = || format!("add {} to `nixLibs`", finding.keys.join(", "));
    let Some(list) = draft.list("setup", NIX_LIBS) else {
        for name in &finding.keys {
            draft.insert_into("setup", "nixLibs", &["..."], name, INFO.id);
        }
        return true;
    };
    for name in &finding.keys {
        if !list.pieces.iter().any(|piece| piece.text == *name) {
            let end = list.pieces.len();
            list.insert(end, name.as_str());
        }
    }
    list.rules.insert(INFO.id);
    list.say(&title());
    true
}

/// Whether a listed package is the one that is needed, under its Nix name or Debian's.
fn brings(listed: &str, need: &str) -> bool {
    let plain = |name: &str| name.trim_start_matches("lib").replace(['_', '-', '.'], "").to_lowercase();
    plain(listed).starts_with(&plain(need)) || programs_of(listed).iter().any(|program| program == need)
}
