//! Reads from a plan how Python packages are installed, for the subject of a commit message.

use nixpacks_transforms::plan::{Origin, Plan};
use std::collections::BTreeSet;

/// How Python packages are installed, as a plan has it.
#[derive(Debug, Default)]
pub(super) struct Installs<'a> {
    /// A provider makes the virtual environment.
    pub(super) by_provider: bool,
    /// The virtual environment that a command of the app's own makes.
    pub(super) into: Option<&'a str>,
    /// The commands of the app's own, each with its phase.
    pub(super) commands: Vec<(&'a str, &'a str)>,
    /// What the phases put on PATH.
    pub(super) paths: BTreeSet<&'a str>,
}

impl<'a> Installs<'a> {
    /// What the plan says.
    pub(super) fn of(plan: &'a Plan) -> Self {
        let mut found = Self::default();
        let commands = plan
            .phases
            .iter()
            .flat_map(|(name, phase)| phase.cmds.iter().flatten().map(move |item| (name, item)));
        for (phase, item) in commands {
            let provided = matches!(item.origin, Origin::Provider(_));
            if !provided {
                found.commands.push((phase, &item.value));
            }
            let Some((_, rest)) = item.value.split_once("-m venv ") else { continue };
            found.by_provider |= provided;
            let dir = rest.split_whitespace().find(|word| !word.starts_with('-')).unwrap_or_default();
            let dir = dir.trim_matches(['\'', '"', ';', ')']);
            if !provided && !dir.is_empty() {
                found.into = Some(dir);
            }
        }
        let paths = plan.phases.values().filter_map(|phase| phase.paths.as_ref()).flatten();
        found.paths = paths.map(|item| item.value.as_str()).collect();
        found
    }
}
