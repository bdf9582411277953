//! What a switch to Railpack changes for an app, in the words of a person.

use crate::losses::{Loss, Unknown};
use crate::migrate::{Migration, OWN};
use crate::places::About;
use crate::planner::PlanError;
use crate::rules;
use nixpacks_transforms::plan::Place;
use nixpacks_transforms::rules::{RuleInfo, Severity};
use std::collections::BTreeSet;

/// One thing that changes.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that says so.
    pub rule: &'static RuleInfo,
    /// How much it matters.
    pub severity: Severity,
    /// What changes.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// `migrate` deals with it.
    pub is_kept: bool,
    /// The plan has it no more, so that it is not only something to set by hand.
    pub is_loss: bool,
    /// What it is about, in the words of the app's own files.
    pub subject: String,
    /// Where it stands; `None` where no file has it.
    pub place: Option<Place>,
}

/// Everything that changes, what matters most first.
pub fn findings(migration: &Migration) -> Vec<Finding> {
    let mut found = Vec::new();
    let left: BTreeSet<&Loss> = migration.left.iter().collect();
    for loss in &migration.lost {
        let (rule, severity, message, help) = text(loss, migration);
        let is_kept = !migration.files.is_empty() && !left.contains(loss);
        let help = if is_kept { None } else { help };
        let subject = loss.subject().to_owned();
        let place = migration.places.of(loss);
        found.push(Finding { rule, severity, message, help, is_kept, is_loss: true, subject, place });
    }
    found.extend(by_hand(migration));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

type Text = (&'static RuleInfo, Severity, String, Option<String>);

fn text(loss: &Loss, migration: &Migration) -> Text {
    use Severity::{Error, Warning};
    let debian = migration.target.release.debian().title();
    let some = |text: &str| Some(text.to_owned());
    match loss {
        Loss::NoPlan(error) => {
            let help = match &migration.before.error {
                Some(PlanError::Config(_)) => some("correct `railpack.json`"),
                Some(PlanError::Procfile(_)) => some("correct the Procfile: each line is `name: command`"),
                _ => some("set the root directory of the service to the directory that has the app"),
            };
            (&rules::NO_PLAN, Error, format!("Railpack stops: {error}"), help)
        }
        Loss::OtherLanguage(provider) => (
            &rules::OTHER_LANGUAGE,
            Error,
            format!("Railpack builds {} and does not install Python", provider.title()),
            some("set `provider` to `python` in `railpack.json`"),
        ),
        Loss::NoLanguage => (
            &rules::NO_LANGUAGE,
            Error,
            "Railpack installs no Python here".to_owned(),
            some("set `provider` to `python` in `railpack.json`"),
        ),
        Loss::NoStart { wanted } => (
            &rules::LOST_START_COMMAND,
            Error,
            format!("Railpack finds no start command; today the app starts with `{wanted}`"),
            some("set `deploy.startCommand` in `railpack.json`"),
        ),
        Loss::OtherStart { wanted, found } if found.is_empty() => (
            &rules::OTHER_START_COMMAND,
            Error,
            format!("Railpack does not read the start command of today, `{wanted}`"),
            some("set `deploy.startCommand` in `railpack.json`"),
        ),
        Loss::OtherStart { wanted, found } => (
            &rules::OTHER_START_COMMAND,
            Error,
            format!("Railpack starts `{found}`; today the app starts with `{wanted}`"),
            some("set `deploy.startCommand` in `railpack.json`"),
        ),
        Loss::AnyStart(found) => (
            &rules::UNPREDICTABLE_START_COMMAND,
            Error,
            format!(
                "the Procfile has several processes and no `web`: Railpack takes any of them, such as `{found}`"
            ),
            some("name the process that serves requests `web`"),
        ),
        Loss::Package { name, asked, for_build } => {
            let what = if name == asked || asked == OWN {
                format!("`{name}`")
            } else {
                format!("`{asked}` (in {debian}: `{name}`)")
            };
            let when = if *for_build { " for the build" } else { "" };
            let key = if *for_build { "buildAptPackages" } else { "deploy.aptPackages" };
            (
                &rules::LOST_PACKAGE,
                Error,
                format!("{what} is not installed{when}"),
                Some(format!("add `{name}` to `{key}` in `railpack.json`")),
            )
        }
        Loss::NoReplacement { asked, why } => no_replacement(asked, *why, debian),
        Loss::Tool { name, version } => (
            &rules::LOST_TOOL,
            Error,
            format!("{name} {version} is not installed"),
            Some(format!("set `packages.{name}` in `railpack.json`")),
        ),
        Loss::OtherPython { wanted, found } => (
            &rules::OTHER_PYTHON,
            Warning,
            format!("the app gets Python {found}; today it has {wanted}"),
            Some(format!(
                "set `packages.python` to `{wanted}` in `railpack.json`; a `.python-version` is over it"
            )),
        ),
        Loss::OldPython(version) => (
            &rules::UNSUPPORTED_PYTHON,
            Error,
            format!("Python {version} is not supported: Railpack supports 3.10 and later"),
            some("move the app to a later Python, or build it with a Dockerfile"),
        ),
        Loss::PatchPin { version, path } => {
            let minor: Vec<&str> = version.split('.').take(2).collect();
            let minor = minor.join(".");
            (
                &rules::EXACT_PYTHON_VERSION,
                Error,
                format!("`{path}` asks for Python {version}, and mise often cannot install an exact version"),
                Some(format!("ask for `{minor}`, which is what Nixpacks makes of it")),
            )
        }
        loss => rest(loss),
    }
}

fn no_replacement(asked: &str, why: Unknown, debian: &str) -> Text {
    let (message, help) = match why {
        Unknown::NoPackage if matches!(asked, "ta-lib" | "ta_lib") => (
            format!("there is no package of `{asked}` in {debian}"),
            "use TA-Lib 0.6.5 or later, whose wheels have the library in them".to_owned(),
        ),
        Unknown::NoPackage => (
            format!("there is no package of `{asked}` in {debian}"),
            "build the app with a Dockerfile, or keep Nixpacks".to_owned(),
        ),
        Unknown::NotKnown => (
            format!("it is not known what `{asked}` is called in {debian}"),
            "find its name there and add it to `deploy.aptPackages` in `railpack.json`".to_owned(),
        ),
        Unknown::PythonPackage => (
            format!("the Python package `{asked}` comes from Nix alone"),
            format!("add `{asked}` to your requirements"),
        ),
    };
    (&rules::NO_SUCH_PACKAGE, Severity::Error, message, Some(help))
}

fn rest(loss: &Loss) -> Text {
    use Severity::{Error, Warning};
    let some = |text: &str| Some(text.to_owned());
    match loss {
        Loss::Unreadable(message) => (
            &rules::NOT_COMPARABLE,
            Error,
            format!("what Nixpacks gives this app is not known: {message}"),
            some("correct that first: `nixpacks-fix check` shows where it is"),
        ),
        Loss::Install(command) => (
            &rules::LOST_INSTALL,
            Error,
            format!("`{command}` does not run"),
            some("run it in `steps.install` of `railpack.json`"),
        ),
        Loss::IncludedFiles(path) => (
            &rules::INCLUDED_REQUIREMENTS,
            Error,
            format!("`{path}` names other files, which Railpack does not copy before it installs"),
            some("add `\".\"` to `steps.install.inputs` in `railpack.json`"),
        ),
        Loss::Command(command) => (
            &rules::LOST_COMMAND,
            Error,
            format!("the build command `{command}` does not run"),
            some("add it to `steps.build.commands` in `railpack.json`"),
        ),
        Loss::Browsers => (
            &rules::LOST_BROWSERS,
            Error,
            "the browsers of Playwright are not in the image".to_owned(),
            some("install them in `steps.install` of `railpack.json`"),
        ),
        Loss::Variable(name) => (
            &rules::LOST_VARIABLE,
            Warning,
            format!("the variable `{name}` is not set"),
            some("set it in the dashboard"),
        ),
        Loss::OldPath(text) => (
            &rules::OLD_PATH,
            Error,
            format!("`{text}` uses a path that only Nixpacks' image has"),
            some(
                "call the program by its name: Railpack's virtual environment is /app/.venv, and is on PATH",
            ),
        ),
        Loss::NotShipped { path, command } => (
            &rules::NOT_IN_IMAGE,
            Error,
            format!("`{command}` writes to `{path}`, which is not part of the image"),
            some("write below /app, or add the path to `deploy.inputs` in `railpack.json`"),
        ),
        Loss::Asset(name) => (
            &rules::LOST_ASSET,
            Error,
            format!("`/assets/{name}` of `staticAssets` is not written"),
            some("put it into the repository, and change what names `/assets`"),
        ),
        Loss::User(user) => (
            &rules::LOST_USER,
            Warning,
            format!("the app runs as root, and not as `{user}`"),
            some("build it with a Dockerfile, or set RAILWAY_RUN_UID on Railway"),
        ),
        // The others have their text above.
        other => (&rules::NO_PLAN, Error, format!("{other:?}"), None),
    }
}

/// What is no loss of the plan.
fn by_hand(migration: &Migration) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |rule, severity, subject: &str, place, message: String, help: &str| {
        let (help, subject) = (Some(help.to_owned()), subject.to_owned());
        found.push(Finding { rule, severity, message, help, is_kept: false, is_loss: false, subject, place });
    };
    let by_hand = &migration.by_hand;
    let at = |about, text: &str| migration.places.get(about, text);
    if by_hand.dockerfile && migration.target.is_railway() {
        let message =
            "Railway builds the Dockerfile of this app: neither Nixpacks nor Railpack runs".to_owned();
        let help = "remove or rename it for a build with Railpack";
        add(&rules::DOCKERFILE_WINS, Severity::Note, "Dockerfile", None, message, help);
    }
    if let Some(command) = &by_hand.release {
        let message = format!(
            "Railpack does not run the `release` process of the Procfile before the start: `{command}`"
        );
        let help = "set it as the pre-deploy command of the service";
        let place = at(About::Release, "");
        add(&rules::RELEASE_COMMAND, Severity::Warning, command, place, message, help);
    }
    for name in &by_hand.secrets {
        let message = format!("{name} has a value that looks like a secret, and no file should hold it");
        let place = at(About::Secret, name);
        let help = "set it in the dashboard";
        add(&rules::SECRET_NOT_COPIED, Severity::Warning, name, place, message, help);
    }
    for program in &by_hand.programs {
        let message = format!("the start command runs `{program}`, and nothing that is installed brings it");
        let help = "add its package to your requirements";
        let place = at(About::Start, "");
        add(&rules::UNKNOWN_START_PROGRAM, Severity::Warning, program, place, message, help);
    }
    for path in &by_hand.missing {
        let message = format!("`{path}` is installed, but is not in the repository");
        add(&rules::MISSING_FILE, Severity::Warning, path, at(About::File, path), message, "commit it");
    }
    if migration.target.is_railway() {
        for setting in &by_hand.railway_settings {
            let message = format!("Railway stops reading its own file on 2026-12-01, which has `{setting}`");
            let place = at(About::Setting, setting);
            add(&rules::RAILWAY_SETTING, Severity::Note, setting, place, message, "set it in the dashboard");
        }
    }
    for (name, instead) in &by_hand.variables {
        let message = format!("Railpack does not read `{name}`");
        let (place, help) = (at(About::Variable, name), format!("use {instead}"));
        add(&rules::NIXPACKS_VARIABLE, Severity::Note, name, place, message, &help);
    }
    found
}
