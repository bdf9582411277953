use crate::document::schema::{self, Key};
use crate::document::{Document, ParseError};
use crate::text::Span;
use std::collections::BTreeMap;

/// A place in a deploy file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Path of the file, relative to the app's root.
    pub path: String,
    /// The bytes of the value.
    pub span: Span,
}

/// Which layer a value of the plan came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A provider: its name. `nixpacks` where the planner itself fills in a default: the `dependsOn`
    /// of a new `install` or `build` phase, the archive and the base image of a pinned plan.
    Provider(&'static str),
    /// A value in `nixpacks.toml`, `nixpacks.json`, `Procfile`, or (as Railway passes it on the
    /// command line) `railway.toml` or `railway.json`. The span is that of the string's node.
    Deploy(Place),
    /// An environment variable of the platform: its name.
    Variable(String),
    /// An argument of the planner's command line: its flag.
    CommandLine(&'static str),
}

/// One string of the plan and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The decoded string.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// One phase of the plan. `None` is "no layer says", as in Nixpacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// `dependsOn`
    pub depends_on: Option<Vec<Item>>,
    /// `nixPkgs`
    pub nix_pkgs: Option<Vec<Item>>,
    /// `nixLibs`
    pub nix_libs: Option<Vec<Item>>,
    /// `nixOverlays`
    pub nix_overlays: Option<Vec<Item>>,
    /// `nixpkgsArchive`
    pub nixpkgs_archive: Option<Item>,
    /// `aptPkgs`
    pub apt_pkgs: Option<Vec<Item>>,
    /// `cmds`: each its own shell.
    pub cmds: Option<Vec<Item>>,
    /// `onlyIncludeFiles`
    pub only_include_files: Option<Vec<Item>>,
    /// `cacheDirectories`
    pub cache_directories: Option<Vec<Item>>,
    /// `paths`
    pub paths: Option<Vec<Item>>,
}

impl Phase {
    /// What it says, by key.
    pub fn fields(&self) -> [(Key, &[Item]); 10] {
        [
            (schema::DEPENDS_ON, list(self.depends_on.as_ref())),
            (schema::NIXPKGS_ARCHIVE, self.nixpkgs_archive.as_slice()),
            (schema::NIX_PKGS, list(self.nix_pkgs.as_ref())),
            (schema::NIX_LIBS, list(self.nix_libs.as_ref())),
            (schema::NIX_OVERLAYS, list(self.nix_overlays.as_ref())),
            (schema::APT_PKGS, list(self.apt_pkgs.as_ref())),
            (schema::CMDS, list(self.cmds.as_ref())),
            (schema::ONLY_INCLUDE_FILES, list(self.only_include_files.as_ref())),
            (schema::CACHE_DIRECTORIES, list(self.cache_directories.as_ref())),
            (schema::PATHS, list(self.paths.as_ref())),
        ]
    }

    /// Its lists, by key.
    pub(super) fn lists_mut(&mut self) -> [(Key, &mut Option<Vec<Item>>); 9] {
        [
            (schema::DEPENDS_ON, &mut self.depends_on),
            (schema::NIX_PKGS, &mut self.nix_pkgs),
            (schema::NIX_LIBS, &mut self.nix_libs),
            (schema::NIX_OVERLAYS, &mut self.nix_overlays),
            (schema::APT_PKGS, &mut self.apt_pkgs),
            (schema::CMDS, &mut self.cmds),
            (schema::ONLY_INCLUDE_FILES, &mut self.only_include_files),
            (schema::CACHE_DIRECTORIES, &mut self.cache_directories),
            (schema::PATHS, &mut self.paths),
        ]
    }
}

fn list(list: Option<&Vec<Item>>) -> &[Item] {
    list.map_or(&[], Vec::as_slice)
}

/// The start of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// `cmd`
    pub cmd: Option<Item>,
    /// `runImage`
    pub run_image: Option<Item>,
    /// `onlyIncludeFiles`
    pub only_include_files: Option<Vec<Item>>,
    /// `user`
    pub user: Option<Item>,
}

impl Start {
    /// What it says, by key.
    pub fn fields(&self) -> [(Key, &[Item]); 4] {
        [
            (schema::START_CMD, self.cmd.as_slice()),
            (schema::RUN_IMAGE, self.run_image.as_slice()),
            (schema::START_USER, self.user.as_slice()),
            (schema::ONLY_INCLUDE_FILES, list(self.only_include_files.as_ref())),
        ]
    }
}

/// The merged plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// `providers` as the layers above the providers give it.
    pub providers: Option<Vec<Item>>,
    /// `buildImage`
    pub build_image: Option<Item>,
    /// `variables`
    pub variables: BTreeMap<String, Item>,
    /// `staticAssets`: name to content.
    pub static_assets: Option<BTreeMap<String, String>>,
    /// Phases by name.
    pub phases: BTreeMap<String, Phase>,
    /// The start phase.
    pub start: Option<Start>,
    /// Names of the providers that ran, first to last (the first one's phases have plain names).
    pub active_providers: Vec<String>,
    /// The directory that the plan is for: `""`, or the one that the one-subdirectory fallback chose.
    pub dir: String,
}

/// What a dashboard or a command line adds, as the real planner takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dashboard {
    /// Environment variables of the platform.
    pub env: Vec<(String, String)>,
    /// `--install-cmd`
    pub install_cmd: Option<String>,
    /// `--build-cmd`
    pub build_cmd: Option<String>,
    /// `--start-cmd`
    pub start_cmd: Option<String>,
}

/// What kind of mistake makes Nixpacks refuse the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanErrorKind {
    /// The file is not valid TOML, JSON or YAML, or cannot be read.
    Syntax,
    /// A string stands where a list of strings belongs.
    StringForList,
    /// `providers` is no list of names, or is not at the top. What it says is left out of the plan.
    Providers,
    /// A railway.json or railway.toml that cannot be read, which stops a deploy on Railway.
    RailwayFile,
    /// An empty table, of which Coolify makes a list.
    EmptyTable,
    /// A value of another wrong type.
    WrongType,
    /// A key is given twice, be it under its alias.
    DuplicateKey,
    /// `providers` names one that Nixpacks does not have.
    UnknownProvider,
    /// Phases wait for each other.
    DependencyCycle,
    /// A provider refuses one of the app's files, or a named config file is not there.
    Other,
}

/// Nixpacks refuses the app: the whole build fails before anything runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    /// What kind of mistake it is.
    pub kind: PlanErrorKind,
    /// What Nixpacks says, or its sense.
    pub message: String,
    /// The place in a deploy file, where there is one.
    pub place: Option<Place>,
}

/// An app as Nixpacks reads it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The deploy files that could be parsed, in the plan's directory and the root.
    pub documents: Vec<Document>,
    /// The deploy files that could not. One that Nixpacks itself reads is also a plan error.
    pub broken: Vec<ParseError>,
    /// The path of the file that Nixpacks reads its configuration from, where there is one.
    pub config: Option<String>,
    /// An empty `nixpacks.toml` for the fixes of an app that has no configuration, where one would be read.
    pub new_config: Option<Document>,
    /// The plan that the providers and the Procfile give: what `"..."` stands for. Phase names as
    /// merged.
    pub provider_plan: Plan,
    /// The merged plan, pinned as Nixpacks prints it. Where Nixpacks refuses the app, the plan that it would make
    /// without what it refuses.
    pub plan: Plan,
    /// What Nixpacks refuses, in the order in which it would complain: it stops at the first. Empty where it makes
    /// a plan.
    pub errors: Vec<PlanError>,
    /// `build.builder` of `railway.json` or `railway.toml`, as written.
    pub builder: Option<(String, Place)>,
    /// Names of the merged plan's phases in the order in which they run.
    pub order: Vec<String>,
}

impl Model {
    /// Whether the plan says what the app would do once the errors are mended. It does not where a whole file or
    /// provider is missing from it.
    pub fn is_reliable(&self) -> bool {
        let whole = |error: &PlanError| {
            matches!(error.kind, PlanErrorKind::Syntax | PlanErrorKind::Other | PlanErrorKind::WrongType)
        };
        !self.errors.iter().any(whole)
    }

    /// Whether there is a plan, and no command that starts the app.
    pub fn lacks_start(&self) -> bool {
        let planned = self.is_reliable() && !(self.errors.is_empty() && self.plan.phases.is_empty());
        planned && self.plan.start.as_ref().is_none_or(|start| start.cmd.is_none())
    }

    /// The first thing that keeps Nixpacks from making a plan. A cycle of phases is met only when they are sorted.
    pub fn refused(&self) -> Option<&PlanError> {
        self.errors.iter().find(|error| error.kind != PlanErrorKind::DependencyCycle)
    }

    /// The parsed document at `path`, also where that is only to be made.
    pub fn document(&self, path: &str) -> Option<&Document> {
        self.documents.iter().chain(&self.new_config).find(|document| document.path == path)
    }
}
