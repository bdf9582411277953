//! What the final image has.

use crate::plan::{Command, Layer, Plan};
use std::collections::BTreeSet;

/// The final image of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What is copied into it: whole paths, and what is left out of them. Without a path nothing is copied.
    copied: Vec<(BTreeSet<String>, BTreeSet<String>)>,
    /// The directories of its `PATH` before those of the system, the first first.
    pub path: Vec<String>,
}

/// The directory of the app.
pub const APP: &str = "/app";

impl Image {
    /// The image that a plan makes.
    pub fn of(plan: &Plan) -> Self {
        let copied = plan.deploy.inputs.iter().filter_map(|layer| {
            let whole = |paths: &[String]| paths.iter().map(|path| absolute(path)).collect();
            layer.step_name().map(|_| (whole(&layer.include), whole(&layer.exclude)))
        });
        // BuildKit is given the paths of the steps that the image copies from, and of the steps before those, sorted.
        let mut path: BTreeSet<String> = plan.deploy.paths.iter().cloned().collect();
        let mut left: Vec<&str> = plan.deploy.inputs.iter().filter_map(Layer::step_name).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = left.pop() {
            let Some(step) = plan.step(name).filter(|_| seen.insert(name)) else { continue };
            path.extend(step.commands.iter().filter_map(|command| match command {
                Command::Path(path) => Some(path.clone()),
                _ => None,
            }));
            left.extend(step.inputs.first().and_then(Layer::step_name));
        }
        Self { copied: copied.collect(), path: path.into_iter().collect() }
    }

    /// Whether a path that a step wrote reaches the image.
    pub fn ships(&self, path: &str) -> bool {
        let holds = |set: &BTreeSet<String>| above(path).any(|above| set.contains(above));
        self.copied.iter().any(|(include, exclude)| holds(include) && !holds(exclude))
    }

    /// The first of these directories on `PATH`.
    pub fn comes_first<'a>(&self, directories: &[&'a str]) -> Option<&'a str> {
        let known = self.path.iter().filter_map(|path| directories.iter().find(|name| *name == path));
        known.copied().next()
    }
}

/// The whole path of what a layer names: relative ones are below the directory of the app.
fn absolute(path: &str) -> String {
    let path = path.trim_end_matches('/');
    match path {
        "." => APP.to_owned(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("{APP}/{}", path.trim_start_matches("./")),
    }
}

/// A path and the directories that it is below of.
pub(crate) fn above(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).chain([path.len()]);
    cuts.filter_map(|at| path.get(..at))
}
