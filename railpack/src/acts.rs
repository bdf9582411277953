//! What the commands of a Nixpacks build are for, as far as it matters elsewhere.

use crate::rewrite::Rewriter;
use nixpacks_transforms::requirements::{PipCommand, pip_arguments};
use nixpacks_transforms::shell::{Command, CommandList, CompoundKind, Separator, SimpleCommand, Step, parse};

/// What a part of a command does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// Installs Python packages with pip.
    Pip(PipInstall),
    /// Installs the project with its package manager: `uv sync`, `poetry install`.
    Manager(&'static str),
    /// Works with Node.js.
    Node(String),
    /// Installs browsers of Playwright, by name.
    Playwright(Vec<String>),
    /// Installs packages with apt.
    Apt(Vec<String>),
    /// Anything else, which has to be run as it is.
    Other(String),
}

/// A `pip install`, with paths from the directory of the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PipInstall {
    /// The files of `-r`.
    pub(crate) files: Vec<String>,
    /// The files of `-c`.
    pub(crate) constraints: Vec<String>,
    /// Packages and paths, as written.
    pub(crate) packages: Vec<String>,
    /// The targets of `-e`.
    pub(crate) editable: Vec<String>,
    /// Options that change what is installed, as they are given.
    pub(crate) options: Vec<String>,
    /// The directory that it runs in; empty for that of the app.
    pub(crate) dir: String,
}

/// Options of pip that are without effect in a fresh virtual environment.
const WITHOUT_EFFECT: [&str; 21] = [
    "--break-system-packages",
    "--user",
    "--no-cache-dir",
    "--force-reinstall",
    "--ignore-installed",
    "--no-warn-script-location",
    "--no-warn-conflicts",
    "--disable-pip-version-check",
    "--root-user-action",
    "--quiet",
    "--verbose",
    "--progress-bar",
    "--upgrade",
    "--upgrade-strategy",
    "--timeout",
    "--retries",
    "--no-input",
    "--cache-dir",
    "--no-color",
    "--no-compile",
    "--compile",
];
/// Tools that install themselves into the environment, and of which Railpack brings its own.
const MANAGERS: [&str; 4] = ["uv", "poetry", "pdm", "pipenv"];

impl PipInstall {
    /// Whether it installs the packages of this file and nothing else.
    pub(crate) fn is_only(&self, file: &str) -> bool {
        self.files == [file]
            && self.packages.is_empty()
            && self.editable.is_empty()
            && self.constraints.is_empty()
            && self.options.is_empty()
    }

    /// Whether it needs files of the app besides those that it names.
    pub(crate) fn needs_sources(&self) -> bool {
        let is_path =
            |package: &String| package.starts_with('.') || package.contains('/') && !package.contains("://");
        !self.editable.is_empty() || self.packages.iter().any(is_path)
    }

    /// The command, with paths from the directory of the app.
    pub(crate) fn command(&self) -> String {
        let mut words = vec!["pip".to_owned(), "install".to_owned()];
        words.extend(self.options.iter().cloned());
        let in_dir = !self.dir.is_empty() && self.needs_sources();
        let from = |path: &String| match path.strip_prefix(&format!("{}/", self.dir)) {
            Some(rest) if in_dir => rest.to_owned(),
            _ => path.clone(),
        };
        for (option, paths) in [("-c", &self.constraints), ("-r", &self.files)] {
            words.extend(paths.iter().flat_map(|path| [option.to_owned(), from(path)]));
        }
        words.extend(self.editable.iter().flat_map(|target| ["-e".to_owned(), target.clone()]));
        words.extend(self.packages.iter().map(|package| quoted(package)));
        let command = words.join(" ");
        if in_dir { format!("cd {} && {command}", self.dir) } else { command }
    }
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:=@%+,-[]".contains(&byte);
    if word.bytes().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Says what a command is for, part by part. What is needless in Railpack's image, such as making a virtual environment, is left
/// out.
pub(crate) fn acts(command: &str, rewriter: &Rewriter, python: Option<&str>) -> Vec<Act> {
    let text = rewriter.rewrite(command, python);
    if text.is_empty() {
        return Vec::new();
    }
    let Ok(list) = parse(&text) else { return vec![Act::Other(text)] };
    let mut reading = Reading { text: &text, rewriter, dir: String::new(), acts: Vec::new() };
    for group in list.and_or_lists() {
        reading.group(group);
    }
    reading.acts
}

struct Reading<'t> {
    text: &'t str,
    rewriter: &'t Rewriter,
    dir: String,
    acts: Vec<Act>,
}

/// What one simple command turns out to be.
enum Found {
    /// Nothing that matters.
    Needless,
    /// A change of the directory.
    Cd(String),
    /// One of the acts.
    Act(Act),
    /// Something else.
    Unknown,
}

impl Reading<'_> {
    /// A list joined by `&&` and `||`.
    fn group(&mut self, steps: &[Step]) {
        let whole = steps
            .first()
            .zip(steps.last())
            .and_then(|(first, last)| self.text.get(first.span.start..last.span.end));
        let whole = whole.unwrap_or_default().to_owned();
        let in_background = steps.last().is_some_and(|step| step.separator == Separator::Background);
        if in_background {
            return self.other(&whole, false);
        }
        if let Some(or) = steps.iter().position(|step| step.separator == Separator::Or) {
            // What follows is for when the first fails: `|| true`, or the same in another way.
            let known: Vec<Found> = steps.iter().take(or + 1).map(|step| self.found(step)).collect();
            if known.iter().all(|found| !matches!(found, Found::Unknown)) {
                for found in known {
                    self.take(found);
                }
                return;
            }
            return self.other(&whole, false);
        }
        let mut joined = false;
        for step in steps {
            let text = self.text.get(step.span.start..step.span.end).unwrap_or_default().to_owned();
            let found = self.found(step);
            let is_other = matches!(found, Found::Unknown);
            if is_other {
                self.other(&text, joined);
            } else {
                self.take(found);
            }
            joined = is_other;
        }
    }

    /// Adds a command that has to be run as it is; to the one before it, where they are one.
    fn other(&mut self, text: &str, joined: bool) {
        if let Some(Act::Other(before)) = self.acts.last_mut().filter(|_| joined) {
            before.push_str(" && ");
            before.push_str(text);
            return;
        }
        let text = if self.dir.is_empty() { text.to_owned() } else { format!("cd {} && {text}", self.dir) };
        self.acts.push(Act::Other(text));
    }

    fn take(&mut self, found: Found) {
        match found {
            Found::Act(act) => self.acts.push(act),
            Found::Cd(dir) => self.dir = dir,
            Found::Needless | Found::Unknown => {}
        }
    }

    fn found(&self, step: &Step) -> Found {
        match &step.command {
            Command::Simple(simple) => self.simple(simple),
            Command::Pipeline(pipeline) => {
                // Ex) `curl … | python3 -`, which is get-pip.py.
                let text = self.text.get(pipeline.span.start..pipeline.span.end).unwrap_or_default();
                if text.contains("get-pip") { Found::Needless } else { Found::Unknown }
            }
            // Ex) `(pip install x || echo skipped)`
            Command::Compound(compound) if compound.redirections.is_empty() => match &compound.kind {
                CompoundKind::Subshell(list) | CompoundKind::Group(list) => self.inside(list),
                _ => Found::Unknown,
            },
            _ => Found::Unknown,
        }
    }

    /// A list in brackets, where it has one act at most.
    fn inside(&self, list: &CommandList) -> Found {
        let mut inner =
            Reading { text: self.text, rewriter: self.rewriter, dir: self.dir.clone(), acts: Vec::new() };
        for group in list.and_or_lists() {
            inner.group(group);
        }
        match inner.acts.pop() {
            None => Found::Needless,
            Some(Act::Other(_)) => Found::Unknown,
            Some(act) if inner.acts.is_empty() => Found::Act(act),
            Some(_) => Found::Unknown,
        }
    }

    fn simple(&self, simple: &SimpleCommand) -> Found {
        let text = self.text.get(simple.span.start..simple.span.end).unwrap_or_default();
        if text.contains("get-pip.py") {
            return Found::Needless;
        }
        let unwrapped = simple.unwrapped();
        let words: Vec<Option<&str>> = unwrapped.words.iter().map(|word| word.text.as_deref()).collect();
        let Some(Some(program)) = words.first().copied() else { return Found::Unknown };
        let rest = words.get(1..).unwrap_or_default();
        let redirects = simple.redirections.iter().any(|redirection| {
            redirection
                .target
                .text
                .as_deref()
                .is_none_or(|target| target != "/dev/null" && target != "1" && target != "2")
        });
        let first = rest.first().copied().flatten().unwrap_or_default();
        match program {
            "cd" => self.cd(rest),
            "echo" | "pwd" | "ls" | "which" | "true" | "du" | ":" if !redirects => Found::Needless,
            "virtualenv" | "deactivate" => Found::Needless,
            "." | "source" if first.ends_with("bin/activate") => Found::Needless,
            "export" if rest.iter().all(|word| word.is_some_and(|word| word.starts_with("PIP_"))) => {
                Found::Needless
            }
            "ln" | "export" if text.contains("/nix/store") || text.contains(".nix-profile") => {
                Found::Needless
            }
            "rm" | "find" if self.is_about_environment(rest) => Found::Needless,
            "find" if text.contains("__pycache__") || text.contains("*.pyc") || text.contains("*.pyo") => {
                Found::Needless
            }
            "pip" | "pip3" => self.pip(rest),
            _ if is_numbered(program, "pip") => self.pip(rest),
            "python" | "python3" => self.python(rest),
            _ if is_numbered(program, "python") => self.python(rest),
            "npm" | "yarn" | "pnpm" if rest.contains(&Some("cache")) => Found::Needless,
            "npm" | "npx" | "yarn" | "pnpm" | "bun" | "node" => Found::Act(Act::Node(self.here(text))),
            "playwright" => playwright(rest),
            "apt-get" | "apt" => apt(rest),
            "uv" if first == "pip" => self.pip(rest.get(1..).unwrap_or_default()),
            "uv" if first == "venv" => Found::Needless,
            "uv" if first == "sync" => Found::Act(Act::Manager("uv")),
            "poetry" | "pdm" if first == "config" => Found::Needless,
            "poetry" if first == "install" => Found::Act(Act::Manager("poetry")),
            "pdm" if matches!(first, "install" | "sync") => Found::Act(Act::Manager("pdm")),
            "pipenv" if matches!(first, "install" | "sync") => Found::Act(Act::Manager("pipenv")),
            _ => Found::Unknown,
        }
    }

    fn is_about_environment(&self, words: &[Option<&str>]) -> bool {
        let paths = words.iter().flatten().filter(|word| word.contains('/'));
        let mut paths = paths.peekable();
        paths.peek().is_some() && paths.all(|path| self.rewriter.is_environment(path))
    }

    fn cd(&self, rest: &[Option<&str>]) -> Found {
        let [Some(target)] = rest else { return Found::Unknown };
        if *target == "/app" {
            return Found::Cd(String::new());
        }
        match join(&self.dir, target.strip_prefix("/app/").unwrap_or(target)) {
            Some(dir) => Found::Cd(dir),
            None => Found::Unknown,
        }
    }

    fn here(&self, text: &str) -> String {
        if self.dir.is_empty() { text.to_owned() } else { format!("cd {} && {text}", self.dir) }
    }

    fn python(&self, rest: &[Option<&str>]) -> Found {
        match rest {
            [Some("-m"), Some("pip"), rest @ ..] => self.pip(rest),
            [Some("-m"), Some("venv" | "virtualenv" | "ensurepip"), ..] | [Some("--version" | "-V"), ..] => {
                Found::Needless
            }
            [Some("-m"), Some("playwright"), rest @ ..] => playwright(rest),
            [Some("-c"), Some(code)] if is_look(code) => Found::Needless,
            _ => Found::Unknown,
        }
    }

    fn pip(&self, rest: &[Option<&str>]) -> Found {
        let command = pip_arguments(rest);
        match command.verb.as_deref() {
            Some("install") => {}
            Some("cache" | "list" | "show" | "check" | "freeze" | "--version") | None => {
                return Found::Needless;
            }
            Some(_) => return Found::Unknown,
        }
        if command.unknown {
            return Found::Unknown;
        }
        match self.install(&command) {
            Some(install)
                if install.files.is_empty() && install.packages.is_empty() && install.editable.is_empty() =>
            {
                Found::Needless
            }
            Some(install) => Found::Act(Act::Pip(install)),
            None => Found::Unknown,
        }
    }

    /// `None` where it installs elsewhere.
    fn install(&self, command: &PipCommand) -> Option<PipInstall> {
        let mut install = PipInstall { dir: self.dir.clone(), ..PipInstall::default() };
        let has_effect = |name: &str| !WITHOUT_EFFECT.contains(&name);
        for (_, name) in command.flags.iter().filter(|(_, name)| has_effect(name)) {
            install.options.push(name.clone());
        }
        for (_, name, value) in command.options.iter().filter(|(_, name, _)| has_effect(name)) {
            if matches!(name.as_str(), "--target" | "--prefix" | "--root" | "--python") {
                return None;
            }
            install.options.extend([name.clone(), quoted(value)]);
        }
        let below = |path: &String| join(&self.dir, path.strip_prefix("/app/").unwrap_or(path));
        install.files =
            command.requirement_files.iter().map(|(_, path)| below(path)).collect::<Option<_>>()?;
        install.constraints =
            command.constraints.iter().map(|(_, path)| below(path)).collect::<Option<_>>()?;
        install.editable = command.editable.iter().map(|(_, target)| target.clone()).collect();
        let tools =
            |name: &str| matches!(name, "pip" | "setuptools" | "wheel" | "build") || MANAGERS.contains(&name);
        for (_, package) in &command.packages {
            let name = package.split(['=', '<', '>', '~', '!', '[', ' ']).next().unwrap_or_default();
            if !tools(name) {
                install.packages.push(package.clone());
            }
        }
        Some(install)
    }
}

/// `python3.11` and the like.
fn is_numbered(program: &str, name: &str) -> bool {
    program.strip_prefix(name).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

/// Whether code only shows what there is.
fn is_look(code: &str) -> bool {
    code.starts_with("import") && code.contains("print(") && !code.contains("open(")
}

/// A path below the directory of the app; `None` where it leads out of it.
fn join(dir: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    if path.starts_with(['/', '~', '$']) {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn playwright(rest: &[Option<&str>]) -> Found {
    if !matches!(rest.first(), Some(Some("install" | "install-deps"))) {
        return Found::Unknown;
    }
    let names = rest.iter().skip(1).flatten().filter(|word| !word.starts_with('-'));
    Found::Act(Act::Playwright(names.map(|name| (*name).to_owned()).collect()))
}

fn apt(rest: &[Option<&str>]) -> Found {
    let mut words = rest.iter().flatten().filter(|word| !word.starts_with('-'));
    match words.next() {
        Some(&"install") => Found::Act(Act::Apt(words.map(|name| (*name).to_owned()).collect())),
        Some(&("update" | "clean" | "autoremove" | "upgrade")) => Found::Needless,
        _ => Found::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, PipInstall, acts};
    use crate::rewrite::Rewriter;

    fn of(command: &str) -> Vec<Act> {
        acts(command, &Rewriter::new(std::iter::once(command)), Some("3.12"))
    }

    fn file(path: &str, dir: &str) -> Act {
        Act::Pip(PipInstall { files: vec![path.to_owned()], dir: dir.to_owned(), ..PipInstall::default() })
    }

    #[test]
    fn the_ladder_of_pip_is_one_install() {
        let ladder = "curl -sS https://x/get-pip.py -o get-pip.py && python3 get-pip.py --break-system-packages && \
                      export PATH=\"$HOME/.local/bin:$PATH\" && python3 -m pip install -r backend/requirements.txt \
                      --break-system-packages";
        assert_eq!(of(ladder), [file("backend/requirements.txt", "")]);
        assert_eq!(
            of("cd backend && pip3 install --user -r requirements.txt"),
            [file("backend/requirements.txt", "backend")]
        );
        assert_eq!(of("pip install -r a.txt || pip3 install -r a.txt"), [file("a.txt", "")]);
        for needless in [
            "python -m venv /opt/venv",
            ". /opt/venv/bin/activate && pip install --upgrade pip setuptools wheel",
            "find /opt/venv -type d -name '__pycache__' -exec rm -r {} + || true",
            "rm -rf /opt/venv/lib/python*/site-packages/torch/lib/libcudnn* || true",
            "python3 -m ensurepip --upgrade || true",
            "pip install poetry==1.3.1",
            "echo done",
            "which pip || which pip3",
        ] {
            assert_eq!(of(needless), [], "{needless}");
        }
    }

    #[test]
    fn keeps_what_it_does_not_know() {
        let other = |text: &str| vec![Act::Other(text.to_owned())];
        assert_eq!(of("cd web && make all && ./x"), other("cd web && make all && ./x"));
        assert_eq!(of("pip install -r a.txt && make"), [file("a.txt", ""), Act::Other("make".to_owned())]);
        assert_eq!(of("echo a > b"), other("echo a > b"));
        assert_eq!(of("pip install --target lib x"), other("pip install --target lib x"));
        assert_eq!(of("cd .. && make"), other("cd .. && make"));
        assert_eq!(of("cd web && npm ci"), [Act::Node("cd web && npm ci".to_owned())]);
        assert_eq!(of("(pip3 install -r a.txt || echo 'skipped')"), [file("a.txt", "")]);
        let apt = Act::Apt(vec!["libmagic1".to_owned()]);
        assert_eq!(of("apt-get update && apt-get install -y libmagic1"), [apt]);
        assert_eq!(
            of("playwright install chromium --with-deps"),
            [Act::Playwright(vec!["chromium".to_owned()])]
        );
    }
}
