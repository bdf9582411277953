//! The deploy files as data: their names, and the keys that are read in each.

use super::FileKind;

/// A deploy file that is larger is refused.
pub const SIZE_LIMIT: usize = 1 << 20;

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::NixpacksToml, Self::NixpacksJson, Self::RailwayToml, Self::RailwayJson, Self::Procfile];

    /// Those in which Nixpacks looks for its configuration, the first first.
    pub const CONFIGS: [Self; 2] = [Self::NixpacksToml, Self::NixpacksJson];

    /// Those in which Railway looks for its configuration, the first first.
    pub const RAILWAY: [Self; 2] = [Self::RailwayJson, Self::RailwayToml];

    /// The name of the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NixpacksToml => "nixpacks.toml",
            Self::NixpacksJson => "nixpacks.json",
            Self::RailwayToml => "railway.toml",
            Self::RailwayJson => "railway.json",
            Self::Procfile => "Procfile",
        }
    }

    /// The deploy file of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether Nixpacks looks for its configuration in it.
    pub fn is_config(self) -> bool {
        Self::CONFIGS.contains(&self)
    }

    /// Whether it is written in JSON.
    pub fn is_json(self) -> bool {
        matches!(self, Self::NixpacksJson | Self::RailwayJson)
    }
}

/// A key that is read.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name, then other spellings that are read as the same key.
    pub names: &'static [&'static str],
    /// What its value has to be.
    pub value: ValueType,
    /// What it is for, in a sentence or two of Markdown.
    pub docs: &'static str,
}

/// What a value has to be. `null` is allowed in its place, as if the key were not there.
#[derive(Clone, Copy, Debug)]
pub enum ValueType {
    /// A string.
    String,
    /// A list of strings.
    Strings,
    /// A table of strings with names of the user's own.
    StringMap,
    /// A table with these keys, and what the planner's library calls it.
    Table(&'static [Key], &'static str),
    /// A table of such tables with names of the user's own.
    TableMap(&'static [Key], &'static str),
}

impl Key {
    const fn new(names: &'static [&'static str], value: ValueType, docs: &'static str) -> Self {
        Self { names, value, docs }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self.names {
            [name, ..] => name,
            [] => "",
        }
    }
}

/// The key of `keys` that is read under that name.
pub fn find<'k>(keys: &'k [Key], name: &str) -> Option<&'k Key> {
    keys.iter().find(|key| key.names.contains(&name))
}

/// `providers`
pub const PROVIDERS: Key = Key::new(
    &["providers"],
    ValueType::Strings,
    "Which languages the app is built for, in this order. Without it Nixpacks decides by the files of the app; `\"...\"` stands for what it would decide. At the top of the file, before any table.",
);
/// `buildImage`
pub const BUILD_IMAGE: Key =
    Key::new(&["buildImage"], ValueType::String, "The image in which the app is built.");
/// `variables`
pub const VARIABLES: Key = Key::new(
    &["variables"],
    ValueType::StringMap,
    "Environment variables of the build and of the app. Settings of Nixpacks are heeded here too where they say so, such as `NIXPACKS_PYTHON_VERSION`; `PATH` is not.",
);
/// `staticAssets`
pub const STATIC_ASSETS: Key = Key::new(
    &["staticAssets"],
    ValueType::StringMap,
    "Files that are written to `/assets/` in the image: name and text.",
);
/// `phases`
pub const PHASES: Key = Key::new(
    &["phases"],
    ValueType::TableMap(PHASE, "struct Phase"),
    "The steps of the build: `setup`, `install`, `build` and any of your own. A list replaces what Nixpacks has in its place; `\"...\"` in it stands for that.",
);
/// `start`
pub const START: Key =
    Key::new(&["start"], ValueType::Table(START_PHASE, "struct StartPhase"), "How the app starts.");

/// The keys of `nixpacks.toml` and `nixpacks.json`.
pub const NIXPACKS: &[Key] = &[PROVIDERS, BUILD_IMAGE, VARIABLES, STATIC_ASSETS, PHASES, START];

/// `name` of a phase: read, and replaced by the key of the phase.
pub const PHASE_NAME: Key =
    Key::new(&["name"], ValueType::String, "Read, and replaced by the name of the table.");
/// `dependsOn`
pub const DEPENDS_ON: Key = Key::new(&["dependsOn"], ValueType::Strings, "Phases that run before this one.");
/// `nixPkgs`
pub const NIX_PKGS: Key = Key::new(
    &["nixPkgs", "nixPackages"],
    ValueType::Strings,
    "Packages from nixpkgs that are on PATH in the build and in the app.",
);
/// `nixLibs`
pub const NIX_LIBS: Key = Key::new(
    &["nixLibs", "nixLibraries"],
    ValueType::Strings,
    "Packages from nixpkgs whose libraries are found by programs at run time (LD_LIBRARY_PATH).",
);
/// `nixOverlays`
pub const NIX_OVERLAYS: Key =
    Key::new(&["nixOverlays"], ValueType::Strings, "Addresses of overlays for nixpkgs.");
/// `nixpkgsArchive`
pub const NIXPKGS_ARCHIVE: Key = Key::new(
    &["nixpkgsArchive"],
    ValueType::String,
    "The revision of nixpkgs from which the packages of this phase come.",
);
/// `aptPkgs`
pub const APT_PKGS: Key = Key::new(
    &["aptPkgs", "aptPackages"],
    ValueType::Strings,
    "Packages of Ubuntu 24.04 that are installed with apt.",
);
/// `cmds`
pub const CMDS: Key = Key::new(
    &["cmds", "commands"],
    ValueType::Strings,
    "Commands, each in a shell of its own that starts in `/app`.",
);
/// `onlyIncludeFiles` of a phase or of the start
pub const ONLY_INCLUDE_FILES: Key = Key::new(
    &["onlyIncludeFiles"],
    ValueType::Strings,
    "The only files that are there when the commands of this phase run; for `[start]`, with `runImage`, the only ones in the image.",
);
/// `cacheDirectories`
pub const CACHE_DIRECTORIES: Key = Key::new(
    &["cacheDirectories"],
    ValueType::Strings,
    "Directories that are kept from one build to the next. What is in them is not part of the image.",
);
/// `paths`
pub const PATHS: Key = Key::new(
    &["paths", "envPaths"],
    ValueType::Strings,
    "Directories that come first on PATH from this phase on.",
);

/// The keys of a phase.
pub const PHASE: &[Key] = &[
    PHASE_NAME,
    DEPENDS_ON,
    NIX_PKGS,
    NIX_LIBS,
    NIX_OVERLAYS,
    NIXPKGS_ARCHIVE,
    APT_PKGS,
    CMDS,
    ONLY_INCLUDE_FILES,
    CACHE_DIRECTORIES,
    PATHS,
];

/// `cmd` of the start
pub const START_CMD: Key = Key::new(&["cmd"], ValueType::String, "The command that starts the app.");
/// `runImage` of the start
pub const RUN_IMAGE: Key = Key::new(
    &["runImage"],
    ValueType::String,
    "Another image to run the app in. Only `/app` is copied into it.",
);
/// `user` of the start
pub const START_USER: Key = Key::new(&["user"], ValueType::String, "The user that the app runs as.");

/// The keys of `start`.
pub const START_PHASE: &[Key] = &[START_CMD, RUN_IMAGE, ONLY_INCLUDE_FILES, START_USER];

/// Spellings that people use in place of `nixPkgs`, and that can mean nothing else.
pub const NIX_PKGS_MISSPELLINGS: [&str; 7] =
    ["nixpkgs", "nixPKGS", "nix_pkgs", "NixPkgs", "nix-pkgs", "nixpkg", "nixPkg"];

/// Railway's keys, as paths: the builder, the command that takes the place of the build phase, and the
/// one that starts.
pub const RAILWAY_BUILDER: [&str; 2] = ["build", "builder"];
/// See [`RAILWAY_BUILDER`].
pub const RAILWAY_BUILD_COMMAND: [&str; 2] = ["build", "buildCommand"];
/// The path of the Nixpacks configuration, from the root of the app.
pub const RAILWAY_CONFIG_PATH: [&str; 2] = ["build", "nixpacksConfigPath"];
/// A plan in the form of `nixpacks.json`, merged over that of the file.
pub const RAILWAY_PLAN: [&str; 2] = ["build", "nixpacksPlan"];
/// The command before each deploy. No file that Nixpacks reads has one.
pub const RAILWAY_PRE_DEPLOY_COMMAND: [&str; 2] = ["deploy", "preDeployCommand"];
/// See [`RAILWAY_BUILDER`].
pub const RAILWAY_START_COMMAND: [&str; 2] = ["deploy", "startCommand"];

/// Where Railway's own file has what is another value in one environment: a table for each, by its name.
pub const RAILWAY_ENVIRONMENTS: &str = "environments";
/// The environment that every project of Railway has from the start, and that is predicted.
pub const RAILWAY_PRODUCTION: &str = "production";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_keys() {
        for keys in [NIXPACKS, PHASE, START_PHASE] {
            let mut names: Vec<&str> = keys.iter().flat_map(|key| key.names).copied().collect();
            names.extend(if keys.len() == PHASE.len() { &NIX_PKGS_MISSPELLINGS[..] } else { &[] });
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count);
        }
    }
}
