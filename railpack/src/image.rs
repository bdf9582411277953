//! What the final image has.

use crate::plan::{Command, Layer, Plan};
use std::collections::BTreeSet;

/// The final image of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// What is copied into it: a step, the paths, and what is left out of them. An empty list of paths copies nothing.
    copied: Vec<(String, Vec<String>, Vec<String>)>,
    /// The directories of its `PATH` before those of the system, the first first.
    pub path: Vec<String>,
}

/// The directory of the app.
pub const APP: &str = "/app";

impl Image {
    /// The image that a plan makes.
    pub fn of(plan: &Plan) -> Self {
        let copied = plan.deploy.inputs.iter().filter_map(|layer| {
            Some((layer.step_name()?.to_owned(), layer.include.clone(), layer.exclude.clone()))
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
        self.copied.iter().any(|(_, include, exclude)| {
            let holds = |prefix: &String| within(path, &absolute(prefix));
            include.iter().any(holds) && !exclude.iter().any(holds)
        })
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

/// Whether a path is a directory or below it.
fn within(path: &str, directory: &str) -> bool {
    path == directory || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}
