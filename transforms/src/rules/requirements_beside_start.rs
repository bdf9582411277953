use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::Place;
use crate::requirements::parse_requirement;
use crate::simulate::{Command, InvocationKind, join};
use crate::text::Span;

static INFO: RuleInfo = RuleInfo {
    id: "requirements-beside-start",
    summary: "the started code has a requirements.txt beside it that nothing installs",
    docs: r#"## What it does
Finds a `requirements.txt` in the directory of the started code, or above it, that asks for more than is installed.

## Why it fails
Nixpacks installs the `requirements.txt` at the root of the app, and no other. What is listed in the other file alone is missing when the app imports it.

## Example
```toml
[start]
cmd = "uvicorn backend.assets:app"
```

## Fix
None: add the line `-r backend/requirements.txt` to the file at the root, or set the root directory of the service to the one of the started code.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

/// The most directories above the started file that are looked at.
const MOST_DIRS: usize = 8;

fn check(cx: &Context<'_>) -> Vec<Found> {
    if !cx.simulation.verdict.builds() || cx.held().has_unknown {
        return Vec::new();
    }
    let top = cx.model.plan.dir.as_str();
    let mut seen: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for file in &cx.simulation.started {
        let mut dir = file.as_str();
        for _ in 0..MOST_DIRS {
            let Some((above, _)) = dir.rsplit_once('/') else { break };
            dir = above;
            if dir.len() <= top.len() {
                break;
            }
            let path = format!("{dir}/requirements.txt");
            if seen.contains(&path) || !cx.app.is_file(&path) {
                continue;
            }
            found.extend(not_installed(cx, &path));
            seen.push(path);
        }
    }
    found
}

fn not_installed(cx: &Context<'_>, path: &str) -> Option<Found> {
    let top = cx.model.plan.dir.as_str();
    let inside = path.strip_prefix(top)?.trim_start_matches('/');
    let installs =
        cx.simulation.commands.iter().flat_map(Command::all_invocations).any(|call| match &call.kind {
            InvocationKind::Pip(pip) => {
                let mut files = pip.command.requirement_files.iter();
                files.any(|(_, file)| join(&call.cwd, file) == format!("/app/{inside}"))
            }
            _ => false,
        });
    let bytes = cx.app.read(path).ok()??;
    let text = std::str::from_utf8(&bytes).ok().filter(|_| !installs)?;
    let mut at = 0;
    let mut missing: Vec<(String, Span)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.split('#').next().unwrap_or_default().trim();
        if bare.is_empty() || bare.starts_with('-') {
            continue;
        }
        let name = parse_requirement(bare).and_then(|requirement| requirement.name);
        if let Some(name) = name.filter(|name| !cx.held().names.contains_key(name)) {
            missing.push((
                name,
                Span::new(start, start + line.split(" #").next().unwrap_or(line).trim_end().len()),
            ));
        }
    }
    let (first, span) = missing.first()?;
    let place = Place { path: path.to_owned(), span: *span };
    let message = match missing.len() {
        1 => format!("this file is not installed, and `{first}` is in no other"),
        count => format!("this file is not installed, and `{first}` and {} more are in no other", count - 1),
    };
    let note = format!("add the line `-r {inside}` to the requirements.txt at the root of the app");
    Some(Found::place(place, Severity::Note, message).note(&note))
}
