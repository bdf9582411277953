//! The programs that start the app, and what brings them.

use crate::acts::Act;
use crate::detect::Provider;
use crate::names::in_runtime_image;
use crate::planner::Planned;
use crate::source::Source;
use crate::wanted::{NODE_PROGRAMS, Wanted};
use nixpacks_transforms::requirements::{Line, Requirement, parse, parse_requirement, scripts};
use nixpacks_transforms::shell;
use std::collections::BTreeSet;

/// Commands of the shell itself that stand in start commands.
const BUILTINS: [&str; 16] = [
    "cd", "export", ".", "source", "exec", "set", "true", "false", "wait", "exit", "trap", "ulimit", "[",
    "echo", "test", ":",
];
/// The most files that are followed from one to another.
const MOST_FILES: usize = 64;

/// A program of the start command that neither the image, nor apt, nor mise, nor a Python package brings. `None` where
/// there is none, or where it is not known what is installed.
pub(crate) fn without_source(planned: &Planned, wanted: &Wanted, app: &Source<'_>) -> Option<String> {
    if !planned.provider.is_some_and(Provider::is_modelled) || !wanted.is_python {
        return None;
    }
    let list = shell::parse(planned.plan.deploy.start.as_deref()?).ok()?;
    let requirements = installed(planned, wanted, app)?;
    let packages = planned.plan.apt_packages("packages:apt:runtime");
    let tool = |name: &str| planned.tools.iter().any(|tool| tool == name);
    let mut programs = list.simple_commands().filter_map(|at| at.simple.program().map(str::to_owned));
    programs.find(|program| {
        let name = program.as_str();
        let is_python = name.starts_with("python") || name.starts_with("pip");
        let known = BUILTINS.contains(&name)
            || in_runtime_image(name)
            || name.contains(['/', '$'])
            || (is_python && tool("python"))
            || (NODE_PROGRAMS.contains(&name) && tool("node"))
            || tool(name)
            || packages.iter().any(|package| package.starts_with(name) || name.starts_with(package))
            || requirements.iter().any(|requirement| scripts::brings_script(requirement, name));
        !known
    })
}

/// What pip installs, as far as it is written down; `None` where something else is installed too.
fn installed(planned: &Planned, wanted: &Wanted, app: &Source<'_>) -> Option<Vec<Requirement>> {
    let mut found = Vec::new();
    let mut left: Vec<String> = Vec::new();
    for line in planned.plan.lines("install") {
        // Railpack's own install, be it that Nixpacks installs nothing here.
        if line == "pip install -r requirements.txt" {
            left.push("requirements.txt".to_owned());
        } else if ["uv ", "poetry ", "pdm ", "pipenv "].iter().any(|manager| line.starts_with(manager)) {
            return None;
        }
    }
    for act in &wanted.python_acts {
        let Act::Pip(install) = act else { return None };
        if install.needs_sources() {
            return None;
        }
        left.extend(install.files.iter().cloned());
        found.extend(install.packages.iter().filter_map(|package| parse_requirement(package)));
    }
    // Any other command may install as well.
    if wanted.commands.iter().any(|command| command.text.contains("pip") || command.text.contains("install"))
    {
        return None;
    }
    let mut seen = BTreeSet::new();
    while let Some(path) = left.pop() {
        if !seen.insert(path.clone()) || seen.len() > MOST_FILES {
            continue;
        }
        let text = app.text(&path)?;
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
        for line in parse(&text).lines {
            match line {
                Line::Requirement { requirement, .. } => found.push(requirement),
                Line::Include { path, .. } => {
                    left.push(if dir.is_empty() { path } else { format!("{dir}/{path}") });
                }
                Line::Editable { .. } => return None,
                _ => {}
            }
        }
    }
    Some(found)
}
