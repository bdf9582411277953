//! What an app gets where Nixpacks builds it, in the words of Railpack: the measure of what a switch loses.

use crate::acts::{Act, PipInstall, acts};
use crate::names::{AptName, Replacement, apt_name, replacement};
use crate::places::{About, Places};
use crate::python::pin_files;
use crate::release::Debian;
use crate::rewrite::Rewriter;
use crate::secrets;
use crate::source::Source;
use nixpacks_transforms::app::AppView;
use nixpacks_transforms::document::Node;
use nixpacks_transforms::plan::{Item, Model, Origin, Place, names};
use nixpacks_transforms::requirements;
use std::collections::{BTreeMap, BTreeSet};

/// What the app gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Wanted {
    /// Python packages are installed, or the app is started with Python.
    pub(crate) is_python: bool,
    /// The start command runs Node.js.
    pub(crate) starts_node: bool,
    /// The configuration names its providers.
    pub(crate) names_providers: bool,
    /// The version of Python.
    pub(crate) python: Option<String>,
    /// Somebody asked for that version: it is no default.
    pub(crate) is_python_asked: bool,
    /// Packages of apt for the running app, and what asked for each.
    pub(crate) deploy: Vec<Package>,
    /// Packages of apt for the build, and what asked for each.
    pub(crate) build: Vec<Package>,
    /// Packages of apt for the running app that Railpack's Python provider installs of itself.
    pub(crate) own: Vec<String>,
    /// Tools of mise and their versions.
    pub(crate) tools: BTreeMap<String, String>,
    /// Names of which no replacement is known, and why.
    pub(crate) unknown: Vec<(String, Unknown)>,
    /// Python packages that only Nix installs.
    pub(crate) added: Vec<String>,
    /// What installs Python packages, in order.
    pub(crate) python_acts: Vec<Act>,
    /// The browsers that Playwright installs.
    pub(crate) browsers: Option<Vec<String>>,
    /// The other commands, in order.
    pub(crate) commands: Vec<Other>,
    /// The start command.
    pub(crate) start: Option<String>,
    /// The command of `release:` in the Procfile.
    pub(crate) release: Option<String>,
    /// Variables.
    pub(crate) variables: BTreeMap<String, String>,
    /// Variables and commands whose values look like secrets, by name.
    pub(crate) secrets: Vec<String>,
    /// Files of `staticAssets`, by name.
    pub(crate) assets: Vec<String>,
    /// The user that the app runs as.
    pub(crate) user: Option<String>,
    /// Where in the app's files all of this stands.
    pub(crate) places: Places,
}

/// A package of apt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name in Debian.
    pub(crate) name: String,
    /// What the file says.
    pub(crate) asked: String,
}

/// A command that is none of Python's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    /// The command.
    pub(crate) text: String,
    /// It is one of Node.js.
    pub(crate) is_node: bool,
}

/// Why a name has no replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// There is no package of it in Debian.
    NoPackage,
    /// The tables do not have it.
    NotKnown,
    /// It is a Python package, which belongs in the requirements.
    PythonPackage,
}

/// Nix packages that Nixpacks adds of itself and Railpack does not always.
const ADDED: [&str; 3] = ["cairo", "ffmpeg-headless", "poppler_utils"];
/// Packages for building alone, which the final image is better without.
const TOOLCHAIN: [&str; 15] = [
    "autoconf",
    "automake",
    "build-essential",
    "ca-certificates",
    "cmake",
    "g++",
    "gcc",
    "libgcc-s1",
    "libstdc++6",
    "libtool",
    "locales",
    "make",
    "openssl",
    "pkg-config",
    "tzdata",
];
/// Programs of Node.js.
pub(crate) const NODE_PROGRAMS: [&str; 7] = ["node", "npm", "npx", "yarn", "pnpm", "bun", "next"];

impl Wanted {
    /// What the plan of Nixpacks gives the app.
    pub(crate) fn of(app: &dyn AppView, model: &Model, debian: Debian) -> Self {
        let source = Source::new(app);
        let plan = &model.plan;
        let mut wanted = Self {
            names_providers: plan.providers.as_ref().is_some_and(|list| is_written(list)),
            ..Self::default()
        };
        wanted.python(model, &source);
        let start = plan.start.as_ref();
        let start_cmd = start.and_then(|start| start.cmd.as_ref()).map(|item| item.value.as_str());
        let cmds = || plan.phases.values().flat_map(|phase| phase.cmds.iter().flatten());
        let rewriter = Rewriter::new(cmds().map(|item| item.value.as_str()).chain(start_cmd));

        // What was done before need not be done again.
        let mut seen = BTreeSet::new();
        for name in &model.order {
            let Some(phase) = plan.phases.get(name) else { continue };
            for item in phase.nix_pkgs.iter().chain(&phase.nix_libs).flatten() {
                wanted.nix_package(item, &source, debian);
            }
            for item in phase.apt_pkgs.iter().flatten().filter(|item| is_own(item)) {
                wanted.places.note(About::Package, &item.value, item);
                wanted.apt_package(&item.value, debian);
            }
            let items = phase.cmds.iter().flatten();
            if name == "release" {
                let text = items.map(|item| item.value.clone()).collect::<Vec<_>>().join(" && ");
                wanted.release =
                    Some(rewriter.rewrite(&text, wanted.python.as_deref())).filter(|text| !text.is_empty());
                if let Some(item) = phase.cmds.iter().flatten().next() {
                    wanted.places.note(About::Release, "", item);
                }
                continue;
            }
            for item in items {
                wanted.command(item, &rewriter, debian, &mut seen);
            }
        }
        wanted.start = start_cmd
            .map(|text| rewriter.rewrite(text, wanted.python.as_deref()))
            .filter(|text| !text.is_empty());
        if let Some(item) = start.and_then(|start| start.cmd.as_ref()) {
            wanted.places.note(About::Start, "", item);
            wanted.places.note(About::Start, wanted.start.as_deref().unwrap_or_default(), item);
        }
        if let Some(item) = start.and_then(|start| start.user.as_ref()) {
            wanted.places.note(About::User, "", item);
        }
        wanted.user = start.and_then(|start| start.user.as_ref()).map(|item| item.value.clone());
        for list in [&mut wanted.deploy, &mut wanted.build] {
            let mut seen = BTreeSet::new();
            list.retain(|package| seen.insert(package.name.clone()));
        }
        wanted.variables(model);
        let config = model.config.as_ref().and_then(|path| model.document(path));
        let assets = config.and_then(|config| config.get(&["staticAssets"])).and_then(Node::as_table);
        for entry in assets.into_iter().flat_map(|table| &table.entries) {
            let place = Place { path: model.config.clone().unwrap_or_default(), span: entry.key.span };
            wanted.places.at(About::Asset, &entry.key.name, place);
            wanted.assets.push(entry.key.name.clone());
        }
        wanted.language(model, &source);
        if wanted.start.as_deref().is_some_and(secrets::in_command) {
            wanted.start = None;
            wanted.secrets.push("the start command".to_owned());
            if let Some(place) = wanted.places.get(About::Start, "") {
                wanted.places.at(About::Secret, "the start command", place);
            }
        }
        wanted
    }

    fn python(&mut self, model: &Model, source: &Source<'_>) {
        let setup = model.plan.phases.get("setup");
        let archive = setup.and_then(|setup| setup.nixpkgs_archive.as_ref()).map(|item| item.value.as_str());
        let items: Vec<&Item> = setup.into_iter().flat_map(|setup| setup.nix_pkgs.iter().flatten()).collect();
        let version = |item: &&&Item| names::python(&item.value, archive);
        let own = items.iter().filter(|item| is_own(item)).find_map(|item| version(&item));
        let variable = model.plan.variables.get("NIXPACKS_PYTHON_VERSION");
        let pinned = items.iter().find(|item| is_own(item) && version(item).is_some());
        if let Some(item) = pinned.copied().or(variable) {
            self.places.note(About::Python, "", item);
        }
        let variable = variable.is_some();
        self.is_python_asked = own.is_some() || variable || !pin_files(source).is_empty();
        let provided = || items.iter().find_map(|item| version(&item));
        // Where nothing of Nixpacks' own is there, its Python is the one that its archive has.
        self.python = Some(own.or_else(provided).unwrap_or("3.12").to_owned());
    }

    fn nix_package(&mut self, item: &Item, source: &Source<'_>, debian: Debian) {
        let name = item.value.trim();
        if !is_own(item) && !ADDED.contains(&name) {
            if let Some(Replacement::Mise(tool, version)) = replacement(name) {
                self.tools.entry(tool.to_owned()).or_insert_with(|| version.to_owned());
            }
            return;
        }
        if names::python(name, None).is_some() || name == "..." {
            return;
        }
        self.places.note(About::Package, name, item);
        // What Nixpacks adds of itself has no name that the user knows.
        let asked = |package: &str| if is_own(item) { name.to_owned() } else { package.to_owned() };
        let package = |package: &&str| Package { name: (*package).to_owned(), asked: asked(package) };
        match replacement(name) {
            Some(Replacement::Apt { deploy, build }) => {
                self.deploy.extend(deploy.iter().map(package));
                self.build.extend(build.iter().map(package));
            }
            Some(Replacement::BuiltIn) if name == "stdenv.cc.cc.lib" => {
                let needs = ["lightgbm", "xgboost", "catboost"];
                if needs.iter().any(|needed| source.manifests(true).contains(needed)) {
                    self.deploy.push(package(&"libgomp1"));
                }
            }
            Some(Replacement::BuiltIn | Replacement::Drop | Replacement::Python(_)) => {}
            Some(Replacement::Mise(tool, version)) => {
                self.places.note(About::Tool, tool, item);
                self.tools.insert(tool.to_owned(), version.to_owned());
            }
            Some(Replacement::Nothing) if is_in_wheel(name, source) => {}
            // One of the Debians has it.
            Some(Replacement::Nothing) if apt_name(name, debian) == AptName::Known => {
                self.deploy.push(package(&name));
            }
            Some(Replacement::Nothing) => self.unknown.push((name.to_owned(), Unknown::NoPackage)),
            Some(Replacement::PythonPackage(package)) => {
                let listed = source.manifests(true).contains(&package.to_lowercase());
                let alone = PipInstall { packages: vec![package.clone()], ..PipInstall::default() };
                self.places.note(About::Install, &alone.command(), item);
                self.places.note(About::Package, &package, item);
                if !listed && !self.added.contains(&package) {
                    self.added.push(package);
                }
            }
            Some(Replacement::Playwright) => self.browsers = self.browsers.take().or(Some(Vec::new())),
            None => self.unknown.push((name.to_owned(), Unknown::NotKnown)),
        }
    }

    fn apt_package(&mut self, asked: &str, debian: Debian) {
        // Railpack's Python is not that of Debian.
        if asked == "..." || asked.starts_with("python") || TOOLCHAIN.contains(&asked) {
            return;
        }
        // The old names are known to both Debians.
        let old = asked.strip_suffix("t64").filter(|old| apt_name(old, debian) == AptName::Known);
        let name = old.unwrap_or(asked);
        let name = match apt_name(name, debian) {
            AptName::Known => name,
            AptName::Renamed(other) => other,
            AptName::Needless => return,
            AptName::Gone => return self.unknown.push((asked.to_owned(), Unknown::NoPackage)),
            AptName::Unknown => return self.unknown.push((asked.to_owned(), Unknown::NotKnown)),
        };
        let package = Package { name: name.to_owned(), asked: asked.to_owned() };
        if name.ends_with("-dev") {
            self.build.push(package.clone());
        }
        self.deploy.push(package);
    }

    fn command(&mut self, item: &Item, rewriter: &Rewriter, debian: Debian, seen: &mut BTreeSet<Act>) {
        let command = item.value.as_str();
        if secrets::in_command(command) {
            self.secrets.push("a build command".to_owned());
            self.places.note(About::Secret, "a build command", item);
            return;
        }
        for act in acts(command, rewriter, self.python.as_deref()) {
            self.note(&act, item);
            match act {
                Act::Pip(_) | Act::Manager(_) => {
                    if seen.insert(act.clone()) {
                        self.python_acts.push(act);
                    }
                }
                Act::Playwright(names) => self.browsers.get_or_insert_with(Vec::new).extend(names),
                Act::Apt(names) => names.iter().for_each(|name| self.apt_package(name, debian)),
                Act::Node(_) if !seen.insert(act.clone()) => {}
                Act::Node(text) => self.commands.push(Other { text, is_node: true }),
                // What Nixpacks' providers do besides is for images of its own.
                Act::Other(_) if !is_own(item) => {}
                Act::Other(text) => self.commands.push(Other { text, is_node: false }),
            }
        }
    }

    /// Notes where a command stands, under all that it may lose.
    fn note(&mut self, act: &Act, item: &Item) {
        let places = &mut self.places;
        match act {
            Act::Pip(pip) => {
                places.note(About::Install, &pip.command(), item);
                for file in pip.files.iter().chain(&pip.constraints) {
                    places.note(About::File, file, item);
                }
            }
            Act::Manager(name) => places.note(About::Install, &format!("{name} install"), item),
            Act::Node(text) => {
                places.note(About::Command, text, item);
                places.note(About::Tool, "node", item);
            }
            Act::Other(text) => places.note(About::Command, text, item),
            Act::Playwright(_) => places.note(About::Browsers, "", item),
            Act::Apt(names) => names.iter().for_each(|name| places.note(About::Package, name, item)),
        }
    }

    fn variables(&mut self, model: &Model) {
        for (name, item) in &model.plan.variables {
            self.places.note(About::Variable, name, item);
            let own = matches!(item.origin, Origin::Deploy(_));
            let needless = name.starts_with("NIXPACKS_") || name == "PATH" || name == "PYTHON_VERSION";
            let of_nix = item.value.contains("/nix/") || item.value.contains(".nix-profile");
            if !own || needless || of_nix {
                continue;
            }
            if secrets::looks_secret(name, &item.value) {
                self.secrets.push(format!("`{name}`"));
                self.places.note(About::Secret, &format!("`{name}`"), item);
            } else {
                self.variables.insert(name.clone(), item.value.clone());
            }
        }
    }

    /// Which language the app is written in, by what it installs and starts.
    fn language(&mut self, model: &Model, source: &Source<'_>) {
        let start = self.start.as_deref().unwrap_or_default();
        let words = || start.split([' ', ';', '&', '|', '(', ')']).filter(|word| !word.is_empty());
        let is = |names: &[&str]| words().any(|word| names.contains(&word));
        let python = [
            "python",
            "python3",
            "uvicorn",
            "gunicorn",
            "flask",
            "celery",
            "daphne",
            "hypercorn",
            "streamlit",
        ];
        self.starts_node = is(&NODE_PROGRAMS) && !is(&python);
        let provided = model.plan.active_providers.iter().any(|provider| provider == "python");
        self.is_python =
            provided || !self.python_acts.is_empty() || is(&python) || source.has("requirements.txt");
        for package in std::mem::take(&mut self.added) {
            if self.is_python {
                self.python_acts
                    .push(Act::Pip(PipInstall { packages: vec![package], ..PipInstall::default() }));
            } else {
                self.unknown.push((package, Unknown::PythonPackage));
            }
        }
        // Node.js of Nixpacks' own is only needed where it is used.
        let uses_node = self.starts_node || self.commands.iter().any(|command| command.is_node);
        let asked = model.plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
        let asked = asked.filter(|item| is_own(item)).any(|item| item.value.contains("nodejs"));
        if !uses_node && !asked {
            self.tools.remove("node");
        }
        if uses_node && self.is_python && !self.tools.contains_key("node") {
            self.tools.insert("node".to_owned(), "lts".to_owned());
        }
        self.tools.remove("python");
    }
}

/// Whether a value is the user's own: of a file, a variable or the dashboard.
fn is_own(item: &Item) -> bool {
    !matches!(item.origin, Origin::Provider(_))
}

fn is_written(list: &[Item]) -> bool {
    list.iter().any(is_own)
}

/// Whether the wheel of the Python package has the library: TA-Lib from 0.6.5 on.
fn is_in_wheel(name: &str, source: &Source<'_>) -> bool {
    if !matches!(name, "ta-lib" | "ta_lib") {
        return false;
    }
    let Some(text) = source.text("requirements.txt") else { return false };
    let parsed = requirements::parse(&text);
    let asked = parsed.requirements().find(|requirement| requirement.name.as_deref() == Some("ta-lib"));
    asked.is_some_and(|asked| match asked.specifier.strip_prefix("==") {
        Some(version) => {
            let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
            let parts = [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
            parts >= [0, 6, 5]
        }
        None => !asked.specifier.contains('<') && !asked.specifier.starts_with("~="),
    })
}
