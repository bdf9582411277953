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
    const fn new(names: &'static [&'static str], value: ValueType) -> Self {
        Self { names, value }
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
pub const PROVIDERS: Key = Key::new(&["providers"], ValueType::Strings);
/// `buildImage`
pub const BUILD_IMAGE: Key = Key::new(&["buildImage"], ValueType::String);
/// `variables`
pub const VARIABLES: Key = Key::new(&["variables"], ValueType::StringMap);
/// `staticAssets`
pub const STATIC_ASSETS: Key = Key::new(&["staticAssets"], ValueType::StringMap);
/// `phases`
pub const PHASES: Key = Key::new(&["phases"], ValueType::TableMap(PHASE, "struct Phase"));
/// `start`
pub const START: Key = Key::new(&["start"], ValueType::Table(START_PHASE, "struct StartPhase"));

/// The keys of `nixpacks.toml` and `nixpacks.json`.
pub const NIXPACKS: &[Key] = &[PROVIDERS, BUILD_IMAGE, VARIABLES, STATIC_ASSETS, PHASES, START];

/// `name` of a phase: read, and replaced by the key of the phase.
pub const PHASE_NAME: Key = Key::new(&["name"], ValueType::String);
/// `dependsOn`
pub const DEPENDS_ON: Key = Key::new(&["dependsOn"], ValueType::Strings);
/// `nixPkgs`
pub const NIX_PKGS: Key = Key::new(&["nixPkgs", "nixPackages"], ValueType::Strings);
/// `nixLibs`
pub const NIX_LIBS: Key = Key::new(&["nixLibs", "nixLibraries"], ValueType::Strings);
/// `nixOverlays`
pub const NIX_OVERLAYS: Key = Key::new(&["nixOverlays"], ValueType::Strings);
/// `nixpkgsArchive`
pub const NIXPKGS_ARCHIVE: Key = Key::new(&["nixpkgsArchive"], ValueType::String);
/// `aptPkgs`
pub const APT_PKGS: Key = Key::new(&["aptPkgs", "aptPackages"], ValueType::Strings);
/// `cmds`
pub const CMDS: Key = Key::new(&["cmds", "commands"], ValueType::Strings);
/// `onlyIncludeFiles` of a phase or of the start
pub const ONLY_INCLUDE_FILES: Key = Key::new(&["onlyIncludeFiles"], ValueType::Strings);
/// `cacheDirectories`
pub const CACHE_DIRECTORIES: Key = Key::new(&["cacheDirectories"], ValueType::Strings);
/// `paths`
pub const PATHS: Key = Key::new(&["paths", "envPaths"], ValueType::Strings);

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
pub const START_CMD: Key = Key::new(&["cmd"], ValueType::String);
/// `runImage` of the start
pub const RUN_IMAGE: Key = Key::new(&["runImage"], ValueType::String);
/// `user` of the start
pub const START_USER: Key = Key::new(&["user"], ValueType::String);

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
