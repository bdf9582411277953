//! Which rule finds the cause of an error in the files of the app.

use crate::answer::Answer;
use crate::attempt::{Attempt, Hit, Step};
use crate::plan_box::PlanBox;

/// Programs that Python packages bring.
const PYTHON_PROGRAMS: [&str; 15] = [
    "uvicorn",
    "gunicorn",
    "streamlit",
    "celery",
    "flask",
    "hypercorn",
    "daphne",
    "waitress-serve",
    "fastapi",
    "alembic",
    "django-admin",
    "chainlit",
    "gradio",
    "dramatiq",
    "granian",
];
/// Tools that install Python packages.
const MANAGERS: [&str; 4] = ["poetry", "pdm", "pipenv", "uv"];
/// Names that apps give their own modules.
const OWN_MODULES: [&str; 17] = [
    "app", "main", "src", "backend", "server", "api", "config", "core", "wsgi", "asgi", "bot", "routers",
    "models", "utils", "services", "project", "settings",
];

/// The program that a shell did not find.
pub(crate) fn program(line: &str) -> Option<&str> {
    let before = line.split(": command not found").next()?.split(": not found").next()?;
    let program = before.rsplit(": ").next()?.trim_matches('`');
    (!program.is_empty() && !program.contains(' ')).then_some(program)
}

/// What the plan in the log says of why there is no Python.
pub(crate) fn note(rule: Option<&str>, attempt: &Attempt) -> Option<&'static str> {
    match rule? {
        NO_SETUP if attempt.plan.as_ref().is_some_and(PlanBox::has_no_setup) => Some(
            "The plan in the log has no `setup` row: Nixpacks recognised no language, so it installed nothing. Usually \
             requirements.txt is not in git, or the service builds another directory.",
        ),
        LEFT_OUT => {
            Some("The plan in the log has Node only: Nixpacks did not recognise this as a Python app.")
        }
        _ => None,
    }
}

const NO_SETUP: &str = "uncommitted-requirements";
const LEFT_OUT: &str = "python-provider-left-out";

/// The rule for a line that decides.
pub(crate) fn rule(
    hit: &Hit,
    attempt: &Attempt,
    command: Option<&str>,
    answer: Answer,
) -> Option<&'static str> {
    let family = hit.family()?;
    let known = Known { hit, attempt, command: command.unwrap_or_default(), plan: attempt.plan.as_ref() };
    let start = answer == Answer::StartFailed;
    match family.id {
        "pip-command" => Some(known.without_python().unwrap_or("pip-outside-venv")),
        "pip-module" if hit.text.starts_with("/usr/bin/") || hit.text.contains("ensurepip") => {
            Some("apt-python")
        }
        "python-command" => Some(known.without_python().unwrap_or("missing-interpreter")),
        "externally" | "externally-cross" => Some(known.externally_managed()),
        "nix-collision" => known.collides_in_python().then_some("two-interpreters"),
        "cd-directory" => {
            (known.command.starts_with("cd ") && !known.command.contains("&&")).then_some("split-command")
        }
        "command" | "exec-missing" => known.missing_program(start),
        "module" => known.missing_module(start),
        "module-cli" => known.missing_module_of_command(),
        "path" => hit.text.contains("/bin/python").then_some("interpreter-bypasses-venv"),
        "plan-config" => config_rule(&hit.text),
        "plan-none" => attempt.has_directories.then_some("app-in-subdirectory"),
        _ => family.rule,
    }
}

struct Known<'a> {
    hit: &'a Hit,
    attempt: &'a Attempt,
    command: &'a str,
    plan: Option<&'a PlanBox>,
}

impl Known<'_> {
    /// Why there is no Python at all, if the plan tells.
    fn without_python(&self) -> Option<&'static str> {
        let Some(plan) = self.plan else {
            // A whole build without a step that installs packages.
            let steps = &self.attempt.steps;
            let whole = steps
                .iter()
                .any(|step| step.command.starts_with("FROM ") && step.command.contains("nixpacks"));
            let installs = |step: &Step| step.command.contains("nix-env") || step.command.contains("apt-get");
            return (whole && !steps.iter().any(installs)).then_some(NO_SETUP);
        };
        if plan.has_no_setup() {
            return Some(NO_SETUP);
        }
        let packages = plan.packages()?;
        let python = packages.iter().any(|name| name.contains("python") || name.starts_with("pypy"));
        // The version and npm beside it are what Nixpacks' own Node step asks for.
        let node = packages.iter().any(|name| name.starts_with("nodejs_") || name.starts_with("npm-"));
        (!python && node).then_some(LEFT_OUT)
    }

    /// Everything that the attempt ran, as far as the log shows it.
    fn installs(&self) -> String {
        let rows = self.plan.iter().flat_map(|plan| &plan.rows).filter(|(name, _)| name != "start");
        let rows = rows.flat_map(|(_, texts)| texts.iter().map(String::as_str));
        let steps = self.attempt.steps.iter().filter(|step| step.runs).map(|step| step.command.as_str());
        rows.chain(steps).collect::<Vec<_>>().join(" ")
    }

    fn start(&self) -> String {
        self.plan.and_then(|plan| plan.row("start")).unwrap_or_default()
    }

    fn step_has(&self, sign: &str) -> bool {
        let hits = self.attempt.steps.iter().flat_map(|step| step.hits.all.iter().chain(&step.recap.all));
        let loose = self.attempt.loose.all.iter();
        hits.chain(loose)
            .any(|hit| hit.at >= self.hit.at && hit.family().is_some_and(|family| family.id == sign))
    }

    fn externally_managed(&self) -> &'static str {
        if self.step_has("sign-apt") {
            return "apt-python";
        }
        if self.command.contains("get-pip") {
            return "get-pip";
        }
        if self.command.contains("ensurepip") || self.step_has("sign-ensurepip") {
            return "ensurepip";
        }
        let packages = self.plan.and_then(PlanBox::packages);
        let from_nix =
            |names: Vec<String>| names.iter().any(|name| name.contains("ackages.pip") || name == "pip");
        if packages.is_none_or(from_nix) { "nix-pip-package" } else { "pip-outside-venv" }
    }

    fn collides_in_python(&self) -> bool {
        const FILES: [&str; 5] = ["bin/idle", "bin/pydoc", "bin/2to3", "bin/python", "-python3-"];
        let packages = self.plan.and_then(PlanBox::packages).unwrap_or_default();
        let pythons =
            packages.iter().filter(|name| name.starts_with("python3") && !name.contains('.')).count();
        FILES.iter().any(|file| self.hit.text.contains(file)) || pythons > 1 || self.step_has("sign-python")
    }

    fn missing_program(&self, start: bool) -> Option<&'static str> {
        let program = program(&self.hit.text).or_else(|| quoted_program(&self.hit.text))?;
        if MANAGERS.contains(&program) {
            return Some("package-manager-outside-venv");
        }
        if !PYTHON_PROGRAMS.contains(&program) {
            return None;
        }
        let rule = self.install_rule();
        if start || rule == Some("venv-off-path") { rule } else { None }
    }

    /// How the packages were installed, where that keeps their programs and modules from being found.
    fn install_rule(&self) -> Option<&'static str> {
        let installs = self.installs();
        let has = |text: &str| installs.contains(text);
        if has("get-pip") {
            Some("get-pip")
        } else if has("--break-system-packages") {
            Some("break-system-packages")
        } else if has("pip install --user") || has("pip install  --user") || has(" --user ") {
            Some("user-install")
        } else if has("python -m venv --copies /opt/venv && . /opt/venv/bin/activate") {
            // Nixpacks' own install step: its programs are on PATH, so the package is not among the requirements.
            None
        } else {
            Some("venv-off-path")
        }
    }

    fn uses_another_python(&self) -> bool {
        let start = self.start();
        ["/usr/bin/python", "/root/.nix-profile/bin/python", "/usr/local/bin/python"]
            .iter()
            .any(|path| start.contains(path))
    }

    fn missing_module(&self, start: bool) -> Option<&'static str> {
        let name = self.hit.text.split('\'').nth(1).unwrap_or_default();
        let top = name.split('.').next().unwrap_or_default();
        let command = if start { self.start() } else { self.command.to_owned() };
        let named = |word: &str| word.split([':', '.']).next() == Some(top);
        let own = command.split_whitespace().any(|word| word.contains(':') && named(word));
        if top.is_empty() || own || OWN_MODULES.contains(&top) {
            return None;
        }
        if start && self.uses_another_python() {
            return Some("interpreter-bypasses-venv");
        }
        if !start || self.plan.is_none() && self.attempt.steps.is_empty() {
            return Some("missing-requirement");
        }
        Some(self.install_rule().unwrap_or("missing-requirement"))
    }

    /// `python -m uvicorn` with a Python that does not have the package.
    fn missing_module_of_command(&self) -> Option<&'static str> {
        let python = self.hit.text.split(": No module named").next().unwrap_or_default();
        if python.contains("venv/") {
            return None;
        }
        if self.uses_another_python() {
            return Some("interpreter-bypasses-venv");
        }
        self.install_rule()
    }
}

/// `exec: "uvicorn": executable file not found`
fn quoted_program(text: &str) -> Option<&str> {
    text.split(['"', '`']).nth(1).filter(|name| !name.is_empty() && !name.contains(' '))
}

/// The rule for an error with which Nixpacks refuses its configuration.
fn config_rule(text: &str) -> Option<&'static str> {
    let about = |key: &str| text.contains(&format!("`{key}`"));
    if text.contains("invalid type") && about("providers") {
        return Some("providers-not-a-list");
    }
    let list = text.contains("invalid type: string") && text.contains("expected a sequence");
    if list {
        return Some("string-instead-of-list");
    }
    // A `null` is not written by people: Coolify makes it of a variable without a value.
    let is_text = text.contains("invalid type") && text.contains("expected a string");
    (is_text && !text.contains("invalid type: null")).then_some("wrong-type")
}
