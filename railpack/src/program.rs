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

/// A program of the start command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartProgram {
    /// As the command names it.
    pub name: String,
    /// What brings it.
    pub origin: ProgramOrigin,
}

/// What brings a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramOrigin {
    /// The shell itself.
    Shell,
    /// The image that the app's image starts from.
    Image,
    /// A tool of mise, Python among them.
    Tool(String),
    /// A package of apt.
    Apt(String),
    /// A Python package that is named in the requirements, or in an install command.
    Requirement(String),
    /// It is named by a path or by a variable.
    Path,
    /// Not written down: an install command brings more than its requirements say.
    NotWritten,
    /// Nothing that is known.
    Unknown,
}

/// The programs of the start command. Empty where Railpack's plan is not modelled, and where the command is more
/// than this parses.
pub(crate) fn start_programs(planned: &Planned, wanted: &Wanted, app: &Source<'_>) -> Vec<StartProgram> {
    let is_modelled = match planned.provider {
        Some(Provider::Python) => true,
        Some(provider) => provider.is_modelled() && wanted.is_python,
        None => false,
    };
    let start = planned.plan.deploy.start.as_deref().filter(|_| is_modelled);
    let Some(list) = start.and_then(|start| shell::parse(start).ok()) else {
        return Vec::new();
    };
    let requirements = installed(planned, wanted, app);
    let packages = planned.plan.apt_packages("packages:apt:runtime");
    let mut found: Vec<StartProgram> = Vec::new();
    for name in list.simple_commands().filter_map(|at| at.simple.program()) {
        if found.iter().all(|known| known.name != name) {
            let origin = origin(name, planned, &packages, requirements.as_deref());
            found.push(StartProgram { name: name.to_owned(), origin });
        }
    }
    found
}

fn origin(
    name: &str,
    planned: &Planned,
    packages: &[&str],
    requirements: Option<&[Requirement]>,
) -> ProgramOrigin {
    let tool = |tool: &str| planned.tools.iter().any(|known| known == tool).then(|| tool.to_owned());
    let is_python = name.starts_with("python") || name.starts_with("pip");
    let of_python = || is_python.then(|| tool("python")).flatten();
    let of_node = || NODE_PROGRAMS.contains(&name).then(|| tool("node")).flatten();
    if BUILTINS.contains(&name) {
        return ProgramOrigin::Shell;
    }
    if in_runtime_image(name) {
        return ProgramOrigin::Image;
    }
    if name.contains(['/', '$']) {
        return ProgramOrigin::Path;
    }
    if let Some(tool) = of_python().or_else(of_node).or_else(|| tool(name)) {
        return ProgramOrigin::Tool(tool);
    }
    let package = packages.iter().find(|package| package.starts_with(name) || name.starts_with(**package));
    if let Some(package) = package {
        return ProgramOrigin::Apt((*package).to_owned());
    }
    let Some(requirements) = requirements else { return ProgramOrigin::NotWritten };
    match requirements.iter().find(|requirement| scripts::brings_script(requirement, name)) {
        Some(requirement) => ProgramOrigin::Requirement(requirement.name.clone().unwrap_or_default()),
        None => ProgramOrigin::Unknown,
    }
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
