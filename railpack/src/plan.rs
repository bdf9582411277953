//! The build plan: steps, and what of them the final image has (`core/plan`).

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a step or the image takes from somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Where from.
    pub from: From,
    /// Paths; empty for all.
    pub include: Vec<String>,
    /// Paths that are left out.
    pub exclude: Vec<String>,
}

/// Where a layer comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum From {
    /// A step of the plan.
    Step(String),
    /// An image.
    Image(String),
    /// The files of the app.
    Local,
    /// `"..."`: what Railpack itself has here.
    Spread,
    /// None of them; it is left out of the plan.
    #[default]
    Nowhere,
}

/// A command of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Runs a program: the words are split as a shell would, and no shell runs them.
    Exec {
        /// The words.
        cmd: String,
        /// What is shown for it.
        name: Option<String>,
    },
    /// Puts a directory first on `PATH`.
    Path(String),
    /// Copies from the app's files, or from an image.
    Copy {
        /// The file or directory.
        src: String,
        /// Where to, below `/app`.
        dest: String,
        /// The image.
        image: Option<String>,
    },
    /// Writes an asset of the step to a path.
    File {
        /// The whole path of the file.
        path: String,
        /// The name of the asset.
        asset: String,
        /// What is shown for it.
        name: Option<String>,
    },
}

/// A step of the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it starts from.
    pub inputs: Vec<Layer>,
    /// What it does.
    pub commands: Vec<Command>,
    /// Secrets that make it run again when they change.
    pub secrets: Vec<String>,
    /// Texts by name.
    pub assets: BTreeMap<String, String>,
    /// Variables of its commands, of the steps after it, and of the image.
    pub variables: BTreeMap<String, String>,
    /// Names of caches.
    pub caches: Vec<String>,
}

/// A directory that is kept between builds, and never part of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    /// The directory.
    pub directory: String,
    /// `shared` or `locked`.
    pub kind: String,
}

/// The final image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deploy {
    /// What it starts from.
    pub base: Layer,
    /// What is copied into it.
    pub inputs: Vec<Layer>,
    /// What the container runs, in bash.
    pub start: Option<String>,
    /// Its own variables.
    pub variables: BTreeMap<String, String>,
    /// Directories of its `PATH`.
    pub paths: Vec<String>,
}

/// A whole plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps that the image needs, in order.
    pub steps: Vec<Step>,
    /// The final image.
    pub deploy: Deploy,
    /// Caches by name.
    pub caches: BTreeMap<String, Cache>,
}

/// A version that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// As it is written.
    pub version: String,
    /// Who asks, in Railpack's words.
    pub source: String,
}

impl Layer {
    /// All of a step.
    pub(crate) fn step(name: &str) -> Self {
        Self::part(name, &[], &[])
    }

    /// Parts of a step.
    pub(crate) fn part(name: &str, include: &[&str], exclude: &[&str]) -> Self {
        let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
        Self { from: From::Step(name.to_owned()), include: owned(include), exclude: owned(exclude) }
    }

    /// An image.
    pub(crate) fn image(name: String) -> Self {
        Self { from: From::Image(name), include: Vec::new(), exclude: Vec::new() }
    }

    /// All files of the app.
    pub(crate) fn local() -> Self {
        Self { from: From::Local, include: vec![".".to_owned()], exclude: Vec::new() }
    }

    /// The step that it is from.
    pub fn step_name(&self) -> Option<&str> {
        if let From::Step(name) = &self.from { Some(name) } else { None }
    }
}

impl Command {
    /// A program and its arguments.
    pub(crate) fn exec(cmd: impl Into<String>) -> Self {
        Self::Exec { cmd: cmd.into(), name: None }
    }

    /// A file of the app, to the same place.
    pub(crate) fn copy(path: &str) -> Self {
        Self::Copy { src: path.to_owned(), dest: path.to_owned(), image: None }
    }

    /// In one line, for a person.
    pub fn line(&self) -> String {
        match self {
            Self::Exec { cmd, .. } => cmd.clone(),
            Self::Path(path) => format!("PATH {path}"),
            Self::Copy { src, .. } => format!("COPY {src}"),
            Self::File { path, .. } => format!("FILE {path}"),
        }
    }
}

impl Plan {
    /// The step of that name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The commands of a step, each in one line.
    pub fn lines(&self, step: &str) -> Vec<String> {
        self.step(step).map(|step| step.commands.iter().map(Command::line).collect()).unwrap_or_default()
    }

    /// The packages that apt installs in the step of that name.
    pub fn apt_packages(&self, step: &str) -> Vec<&str> {
        let commands = self.step(step).map(|step| step.commands.as_slice()).unwrap_or_default();
        let names = commands.iter().filter_map(|command| match command {
            Command::Exec { cmd, .. } => cmd.split_once("apt-get install -y ").map(|(_, names)| names),
            _ => None,
        });
        names
            .flat_map(|names| names.trim_end_matches('\'').split(' '))
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// As Railpack prints it.
    pub fn to_json(&self) -> Value {
        let mut plan = Map::new();
        plan.insert("steps".to_owned(), self.steps.iter().map(step).collect());
        let mut deploy = Map::new();
        deploy.insert("base".to_owned(), layer(&self.deploy.base));
        put(&mut deploy, "inputs", self.deploy.inputs.iter().map(layer).collect());
        if let Some(start) = &self.deploy.start {
            deploy.insert("startCommand".to_owned(), json!(start));
        }
        put(&mut deploy, "variables", json!(self.deploy.variables));
        put(&mut deploy, "paths", json!(self.deploy.paths));
        plan.insert("deploy".to_owned(), Value::Object(deploy));
        let caches = self
            .caches
            .iter()
            .map(|(name, cache)| (name.clone(), json!({ "directory": cache.directory, "type": cache.kind })));
        put(&mut plan, "caches", Value::Object(caches.collect()));
        Value::Object(plan)
    }
}

/// Adds what is not empty.
fn put(map: &mut Map<String, Value>, key: &str, value: Value) {
    let empty = match &value {
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    if !empty {
        map.insert(key.to_owned(), value);
    }
}

fn layer(layer: &Layer) -> Value {
    let mut map = Map::new();
    match &layer.from {
        From::Step(name) => map.insert("step".to_owned(), json!(name)),
        From::Image(name) => map.insert("image".to_owned(), json!(name)),
        From::Local => map.insert("local".to_owned(), json!(true)),
        From::Spread => map.insert("spread".to_owned(), json!(true)),
        From::Nowhere => None,
    };
    put(&mut map, "include", json!(layer.include));
    put(&mut map, "exclude", json!(layer.exclude));
    Value::Object(map)
}

fn step(step: &Step) -> Value {
    let mut map = Map::new();
    map.insert("name".to_owned(), json!(step.name));
    put(&mut map, "inputs", step.inputs.iter().map(layer).collect());
    put(&mut map, "commands", step.commands.iter().map(command).collect());
    put(&mut map, "secrets", json!(step.secrets));
    put(&mut map, "assets", json!(step.assets));
    put(&mut map, "variables", json!(step.variables));
    put(&mut map, "caches", json!(step.caches));
    Value::Object(map)
}

fn command(command: &Command) -> Value {
    let mut value = match command {
        Command::Exec { cmd, .. } => json!({ "cmd": cmd }),
        Command::Path(path) => json!({ "path": path }),
        Command::Copy { src, dest, .. } => json!({ "src": src, "dest": dest }),
        Command::File { path, asset, .. } => json!({ "path": path, "name": asset }),
    };
    let Value::Object(map) = &mut value else { return value };
    match command {
        Command::Exec { name: Some(name), .. } | Command::File { name: Some(name), .. } => {
            map.insert("customName".to_owned(), json!(name));
        }
        Command::Copy { image: Some(image), .. } => {
            map.insert("image".to_owned(), json!(image));
        }
        _ => {}
    }
    value
}
