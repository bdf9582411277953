//! What an app loses where Railpack builds it in place of Nixpacks.

pub use crate::wanted::Unknown;

use crate::acts::{Act, PipInstall};
use crate::detect::Provider;
use crate::image::Image;
use crate::planner::{Planned, StartSource};
use crate::python::BROWSER_CACHE;
use crate::release::Target;
use crate::rewrite::encode;
use crate::source::Source;
use crate::wanted::Wanted;
use nixpacks_transforms::requirements;
use std::collections::BTreeSet;

/// One thing that is lost, or that breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Nixpacks cannot read the app's files, so there is nothing to compare with: in its words.
    Unreadable(String),
    /// Railpack refuses the app, in these words.
    NoPlan(String),
    /// A Python app is planned as one in another language.
    OtherLanguage(Provider),
    /// No provider plans it: no Python is installed.
    NoLanguage,
    /// Nothing starts the app.
    NoStart {
        /// What Nixpacks starts, as Railpack's image can run it.
        wanted: String,
    },
    /// Something else starts the app.
    OtherStart {
        /// What Nixpacks starts, as Railpack's image can run it.
        wanted: String,
        /// What Railpack starts.
        found: String,
    },
    /// A start command that Railpack takes from several of the Procfile, another one in each build.
    AnyStart(String),
    /// A package of apt is not installed.
    Package {
        /// Its name in Debian.
        name: String,
        /// What the app's files call it.
        asked: String,
        /// It is one for the build.
        for_build: bool,
    },
    /// A package has no replacement that is known.
    NoReplacement {
        /// What the app's files call it.
        asked: String,
        /// Why.
        why: Unknown,
    },
    /// A tool is not installed.
    Tool {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
    },
    /// Another version of Python.
    OtherPython {
        /// That of Nixpacks.
        wanted: String,
        /// That of Railpack.
        found: String,
    },
    /// A version of Python that Railpack does not support.
    OldPython(String),
    /// A whole version of Python, for which mise finds no attestation.
    PatchPin {
        /// The version.
        version: String,
        /// The file that has it.
        path: String,
    },
    /// Python packages are not installed.
    Install(String),
    /// A requirements file names other files, which are not there when it is installed.
    IncludedFiles(String),
    /// A build command does not run.
    Command(String),
    /// Browsers of Playwright are not installed.
    Browsers,
    /// A variable is not set.
    Variable(String),
    /// A command uses the virtual environment of Nixpacks, or a path of Nix.
    OldPath(String),
    /// A build command writes to a path that is not part of the image.
    NotShipped {
        /// The path.
        path: String,
        /// The command.
        command: String,
    },
    /// A file of `staticAssets`, which Nixpacks writes to `/assets`.
    Asset(String),
    /// The user that the app runs as.
    User(String),
}

/// What is lost with this plan.
pub(crate) fn losses(wanted: &Wanted, planned: &Planned, app: &Source<'_>, target: Target) -> Vec<Loss> {
    if let Some(error) = &planned.error {
        return vec![Loss::NoPlan(error.message())];
    }
    let mut finding = Finding { wanted, planned, app, lost: BTreeSet::new() };
    finding.language();
    finding.start();
    finding.packages();
    finding.python(target);
    finding.install();
    finding.commands();
    finding.rest();
    finding.lost.into_iter().collect()
}

struct Finding<'a> {
    wanted: &'a Wanted,
    planned: &'a Planned,
    app: &'a Source<'a>,
    lost: BTreeSet<Loss>,
}

impl Finding<'_> {
    fn is_planned_as(&self, provider: Provider) -> bool {
        self.planned.provider == Some(provider)
    }

    fn installs_python(&self) -> bool {
        self.planned.tools.iter().any(|tool| tool == "python")
    }

    fn language(&mut self) {
        if !self.wanted.is_python || self.installs_python() {
            return;
        }
        self.lost.insert(self.planned.provider.map_or(Loss::NoLanguage, Loss::OtherLanguage));
    }

    fn start(&mut self) {
        let found = self.planned.plan.deploy.start.clone();
        if let (Some(found), StartSource::Procfile { is_any: true, .. }) = (&found, &self.planned.start) {
            self.lost.insert(Loss::AnyStart(found.clone()));
        }
        let Some(wanted) = self.wanted.start.clone() else { return };
        match found {
            Some(found) if same_start(&found, &wanted) => {}
            Some(found) => drop(self.lost.insert(Loss::OtherStart { wanted, found })),
            // What a provider that is not modelled starts is not known.
            None if self.planned.provider.is_some_and(|provider| !provider.is_modelled())
                && !self.wanted.is_python =>
            {
                self.lost.insert(Loss::OtherStart { wanted, found: String::new() });
            }
            None => drop(self.lost.insert(Loss::NoStart { wanted })),
        }
    }

    fn packages(&mut self) {
        let plan = &self.planned.plan;
        let (deploy, build) =
            (plan.apt_packages("packages:apt:runtime"), plan.apt_packages("packages:apt:build"));
        let has = |list: &[&str], name: &str| list.contains(&name);
        for package in self.wanted.deploy.iter().filter(|package| !has(&deploy, &package.name)) {
            let (name, asked) = (package.name.clone(), package.asked.clone());
            self.lost.insert(Loss::Package { name, asked, for_build: false });
        }
        let missing = |name: &str| !has(&build, name) && !crate::names::in_builder_image(name);
        for package in self.wanted.build.iter().filter(|package| missing(&package.name)) {
            let (name, asked) = (package.name.clone(), package.asked.clone());
            self.lost.insert(Loss::Package { name, asked, for_build: true });
        }
        for (asked, why) in &self.wanted.unknown {
            self.lost.insert(Loss::NoReplacement { asked: asked.clone(), why: *why });
        }
        for (name, version) in &self.wanted.tools {
            let own = self.is_planned_as(Provider::Node) && name == "node";
            if !own && !self.planned.tools.contains(name) {
                self.lost.insert(Loss::Tool { name: name.clone(), version: version.clone() });
            }
        }
    }

    fn python(&mut self, target: Target) {
        let (Some(requested), true) = (&self.planned.python, self.wanted.is_python) else { return };
        // mise in the container reads some files itself, over the plan.
        let pins = crate::python::pin_files(self.app);
        let pin = pins.iter().find(|pin| pin.read_by_mise);
        let version = pin.map_or(requested.version.as_str(), |pin| pin.version.as_str());
        let path = match pin {
            Some(pin) => pin.path,
            None => requested.source.split(" > ").next().unwrap_or_default(),
        };
        let parts: Vec<&str> = version.split('.').collect();
        let minor = parts.get(1).and_then(|part| part.parse::<u32>().ok());
        if parts.first() == Some(&"3") && minor.is_some_and(|minor| minor < 10) || parts.first() == Some(&"2")
        {
            self.lost.insert(Loss::OldPython(version.to_owned()));
        }
        if target.release.checks_attestations() && parts.len() > 2 {
            self.lost.insert(Loss::PatchPin { version: version.to_owned(), path: path.to_owned() });
        }
        let Some(wanted) = self.wanted.python.as_deref().filter(|_| self.wanted.is_python_asked) else {
            return;
        };
        let is_same =
            version == wanted || version.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'));
        if !is_same {
            self.lost.insert(Loss::OtherPython { wanted: wanted.to_owned(), found: version.to_owned() });
        }
    }

    fn install(&mut self) {
        let lines = Lines::new(self.lines());
        let default = lines.all.contains("pip install -r requirements.txt");
        for act in &self.wanted.python_acts {
            match act {
                Act::Pip(install) if !is_installed(install, &lines) => {
                    self.lost.insert(Loss::Install(install.command()));
                }
                Act::Manager(name) if !lines.programs.contains(*name) && !default => {
                    self.lost.insert(Loss::Install(format!("{name} install")));
                }
                _ => {}
            }
        }
        let copies_all = |name: &str| {
            self.planned
                .plan
                .step(name)
                .is_some_and(|step| step.inputs.iter().any(|layer| layer.from == crate::plan::From::Local))
        };
        if default && !copies_all("install") && needs_other_files(self.app, "requirements.txt") {
            self.lost.insert(Loss::IncludedFiles("requirements.txt".to_owned()));
        }
    }

    /// The commands of all steps before the image.
    fn lines(&self) -> Vec<String> {
        let steps = self.planned.plan.steps.iter().filter(|step| !step.name.starts_with("packages:"));
        steps.flat_map(|step| &step.commands).map(crate::plan::Command::line).collect()
    }

    fn commands(&mut self) {
        let lines = Lines::new(self.lines()).all;
        let image = Image::of(&self.planned.plan);
        for command in &self.wanted.commands {
            let encoded = encode(&command.text);
            let own = command.is_node && self.is_planned_as(Provider::Node) && is_nodes_own(&command.text);
            // The dashboard's build command is run by a shell as it is.
            let in_shell = format!("sh -c '{}'", command.text);
            if !own && !lines.contains(&encoded) && !lines.contains(&in_shell) {
                self.lost.insert(Loss::Command(command.text.clone()));
            }
            for path in written_paths(&command.text) {
                if !image.ships(&path) {
                    self.lost.insert(Loss::NotShipped { path, command: command.text.clone() });
                }
            }
        }
        if self.wanted.browsers.is_some() && !image.ships(BROWSER_CACHE) {
            self.lost.insert(Loss::Browsers);
        }
    }

    fn rest(&mut self) {
        let deploy = &self.planned.plan.deploy;
        for (name, value) in &self.wanted.variables {
            if deploy.variables.get(name) != Some(value) {
                self.lost.insert(Loss::Variable(name.clone()));
            }
        }
        self.lost.extend(self.wanted.assets.iter().cloned().map(Loss::Asset));
        if let Some(user) = self.wanted.user.as_ref().filter(|user| *user != "root") {
            self.lost.insert(Loss::User(user.clone()));
        }
        let old = |text: &str| OLD_PATHS.iter().any(|path| text.contains(path));
        let image = Image::of(&self.planned.plan);
        let start = deploy.start.iter().filter(|start| names_what_is_not_shipped(start, &image));
        self.lost.extend(start.cloned().map(Loss::OldPath));
        let mut texts: Vec<String> = self.lines();
        texts.extend(deploy.start.clone());
        for text in texts.iter().filter(|text| old(text)) {
            self.lost.insert(Loss::OldPath(text.clone()));
        }
        for script in scripts(&texts) {
            if self.app.text(&script).is_some_and(|text| old(&text)) {
                self.lost.insert(Loss::OldPath(script));
            }
        }
    }
}

/// Parts of paths that only Nixpacks' image has.
pub(crate) const OLD_PATHS: [&str; 3] = ["/opt/venv", ".nix-profile", "/nix/store"];

/// Whether a start command names a program that a build command may have put outside the app, where the image has nothing.
fn names_what_is_not_shipped(start: &str, image: &Image) -> bool {
    let mut words = start.split([' ', '=', ':', ';', '"', '\'']);
    words.any(|word| {
        let is_outside = ["/root/", "/home/", "/usr/local/"].iter().any(|top| word.starts_with(top));
        (word.starts_with("/opt/") || is_outside && word.contains("/bin/")) && !image.ships(word)
    })
}

/// The scripts of the app that commands run.
fn scripts(commands: &[String]) -> BTreeSet<String> {
    let words = commands.iter().flat_map(|command| command.split([' ', ';', '&', '|', '\'', '"']));
    let is_script = |word: &&str| word.rsplit_once('.').is_some_and(|(_, ending)| ending == "sh");
    words
        .filter(is_script)
        .map(|word| word.trim_start_matches("./").trim_start_matches("/app/").to_owned())
        .collect()
}

/// Whether two start commands do the same: the port with or without a default, Python under either of its names.
pub(crate) fn same_start(found: &str, wanted: &str) -> bool {
    let plain = |text: &str| {
        let mut out = String::new();
        let mut rest = text.trim();
        rest = rest.strip_prefix("cd /app && ").unwrap_or(rest);
        while let Some(at) = rest.find("${PORT") {
            out.push_str(rest.get(..at).unwrap_or_default());
            let tail = rest.get(at..).unwrap_or_default();
            out.push_str("$PORT");
            rest = tail.split_once('}').map_or("", |(_, after)| after);
        }
        out.push_str(rest);
        let words = out.split_whitespace().map(|word| if word == "python3" { "python" } else { word });
        words.map(|word| word.trim_matches('"')).collect::<Vec<_>>().join(" ")
    };
    plain(found) == plain(wanted)
}

/// The commands of a plan, to be looked up.
struct Lines {
    all: BTreeSet<String>,
    /// The first words.
    programs: BTreeSet<String>,
    /// The files of `-r` in commands of pip.
    files: BTreeSet<String>,
}

impl Lines {
    fn new(all: Vec<String>) -> Self {
        let (mut programs, mut files) = (BTreeSet::new(), BTreeSet::new());
        for line in &all {
            programs.extend(line.split(' ').next().map(str::to_owned));
            let mut words = line.split([' ', '\'', ';']).skip_while(|word| *word != "install");
            while let Some(word) = words.next() {
                if word == "-r" {
                    files.extend(words.next().map(str::to_owned));
                }
            }
        }
        Self { all: all.into_iter().collect(), programs, files }
    }
}

/// Whether one of the commands installs what this one does.
fn is_installed(install: &PipInstall, lines: &Lines) -> bool {
    let all = install.command();
    let is_there = [encode(&all), format!("sh -c '{all}'"), all].iter().any(|line| lines.all.contains(line));
    let has_files = || install.files.iter().all(|file| lines.files.contains(file));
    let is_files = install.constraints.is_empty()
        && install.options.is_empty()
        && install.editable.is_empty()
        && install.packages.is_empty();
    is_there || (is_files && has_files())
}

/// Whether a requirements file names other files, or packages of the app itself.
pub(crate) fn needs_other_files(app: &Source<'_>, path: &str) -> bool {
    let Some(text) = app.text(path) else { return false };
    requirements::parse(&text).lines.iter().any(|line| match line {
        requirements::Line::Include { .. } | requirements::Line::Constraint { .. } => true,
        requirements::Line::Editable { target, .. } => !target.contains("://"),
        requirements::Line::Requirement { requirement, .. } => {
            requirement.url.as_deref().is_some_and(|url| !url.contains("://") || url.starts_with("file:"))
        }
        _ => false,
    })
}

/// Whether Railpack's own plan for Node.js does that.
pub(crate) fn is_nodes_own(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    matches!(
        words.as_slice(),
        [_, "install" | "ci" | "i", ..] | [_, "run", "build"] | [_, "build"] | ["yarn"]
    )
}

/// Paths outside the app that a command is known to write to.
pub(crate) fn written_paths(command: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    if command.contains("nltk.downloader") || command.contains("nltk.download(") {
        found.insert("/root/nltk_data".to_owned());
    }
    for part in command.split(['&', ';', '|', '\n']) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let paths = || words.iter().skip(1).filter(|word| word.starts_with('/'));
        let last = || words.last().into_iter().filter(|word| word.starts_with('/'));
        let written: Vec<&&str> = match words.first() {
            Some(&("mkdir" | "touch")) => paths().collect(),
            Some(&("cp" | "mv" | "ln" | "install")) => last().collect(),
            _ => Vec::new(),
        };
        for path in written {
            let path = path.trim_end_matches('/');
            let is_temporary =
                path.starts_with("/tmp") || path.starts_with("/app/") || path == "/app" || path.is_empty();
            if !is_temporary && !path.contains(['$', '*']) {
                found.insert(path.to_owned());
            }
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{same_start, written_paths};

    #[test]
    fn compares_starts() {
        assert!(same_start("uvicorn main:app --port ${PORT:-8000}", "uvicorn main:app --port $PORT"));
        assert!(same_start("python bot.py", "cd /app && python3  bot.py"));
        assert!(!same_start("python bot.py", "python app.py"));
    }

    #[test]
    fn knows_what_is_written_outside_the_app() {
        assert_eq!(written_paths("mkdir -p /etc/a/ data && cp x /etc/a/b"), ["/etc/a", "/etc/a/b"]);
        assert_eq!(written_paths("python -m nltk.downloader punkt"), ["/root/nltk_data"]);
        assert!(written_paths("mkdir -p data /tmp/x /app/y && cp /etc/a b").is_empty());
    }
}
