//! Which apps are run, what is asked of each, and what is said in the end.

use crate::app::{self, App};
use crate::host::{Host, Missing};
use crate::index::{self, Shelf};
use crate::managed::{self, Row};
use crate::outcome::Outcome;
use crate::tool::Tool;
use crate::{dockerfile, log, machine, outcome, planner, survey};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// What is run beside all seeds: one of each kind.
const APPS: &[&str] = &[
    "bootstrap/get-pip-by-curl-fails",
    "bootstrap/get-pip-by-wget",
    "bootstrap/get-pip-works-but-scripts-do-not",
    "builder/config-in-another-directory",
    "files/explicit-in-railway-toml",
    "files/nixpacks-json",
    "files/railway-start-misses-the-venv",
    "flags/break-system-packages-then-script",
    "install/strategy-explicit-with-procfile",
    "install/upgrade-keeps-setuptools-and-wheel",
    "libraries/numpy-without-provider",
    "nixpkgs/archive-is-an-address",
    "nixpkgs/one-apt-name-gone",
    "nixpkgs/package-set-pip",
    "projects/railway-commands-for-a-subdirectory",
    "projects/two-apps-in-subdirectories",
    "providers/node-build-behind-railways-command",
    "providers/node-then-python",
    "providers/python-left-out",
    "providers/python-left-out-without-a-config",
    "railway/start-command-retired",
    "refused/providers-in-phases",
    "refused/string-for-list",
    "refused/syntax-error",
    "refused/table-of-providers",
    "refused/unknown-provider",
    "scripts/build-script-without-pip",
    "scripts/makefile-recipe",
    "scripts/not-executable",
    "scripts/python-script-without-permission",
    "scripts/start-script-in-the-venv",
    "start/directory-without-init",
    "start/module-in-a-directory",
    "start/module-nowhere",
    "start/modules-that-are-found",
    "start/nothing-names-a-command",
    "start/process-name",
    "start/program-not-installed",
    "start/program-not-installed-behind-own-commands",
    "start/program-not-installed-in-the-own-venv",
    "untouched/break-system-packages-works",
    "untouched/node-then-python-with-procfile",
    "untouched/procfile-app",
    "untouched/venv-off-path",
    "variables/path",
    "venv/never-made",
    "venv/off-path-at-start",
    "venv/off-path-python-at-start",
    "venv/python-that-bash-remembers",
    "venv/split-activation",
    "venv/start-activates-missing-venv",
];

/// What is run beside those where Poetry and uv can be had.
const MANAGED: &[&str] = &[
    "managers/poetry-behind-the-venv-it-needs",
    "managers/poetry-with-lock",
    "managers/uv-after-own-venv",
    "managers/uv-finds-the-venv-on-path",
    "managers/uv-pip-reads-a-project",
    "managers/uv-run-names-what-is-not-there",
    "managers/uv-system",
    "untouched/uv-sync-override",
];

/// Repairs with something taken out again, by replacing the first text with the second, and what must come of
/// each: a lab that sees no difference shows nothing.
const SPOILED: &[(&str, &str, &str, &str)] = &[
    ("seeds/000-1-pip-in-nixpkgs", "\"python -m venv --copies /opt/venv\", ", "", "pip-not-found (build)"),
    ("seeds/003-explicit", "\"python -m venv --copies /opt/venv\",", "", "venv-missing (build)"),
    ("venv/off-path-at-start", "paths = [\"/app/venv/bin\"]", "", "command-not-found (start)"),
    ("seeds/000-1-pip-in-nixpkgs", "\"uvicorn ", "\"echo uvicorn ", "other (start)"),
    (
        "seeds/003-explicit",
        "/opt/venv/bin/python -m uvicorn",
        "python -m uvicorn",
        "module-not-found (start)",
    ),
    ("libraries/numpy-without-provider", "nixLibs = [", "nixLibs = [] #", "native-lib-missing (start)"),
];

/// What all apps share.
pub(crate) struct Lab {
    host: Host,
    pub(crate) tool: Tool,
    port: u16,
    rows: Mutex<Vec<(String, String)>>,
}

/// What is done with the lab for one line of the report.
type Judge = Box<dyn FnOnce(&Lab) -> Result<(), String> + Send>;

/// The test, or one of the processes that it starts of itself.
pub(crate) fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let said = match words[..] {
        ["plan", dir] => planner::child(dir).map(|()| Value::Null),
        ["build", work, image, port] => machine::child(Path::new(work), Path::new(image), port),
        ["probe", work, image, _] => machine::probe(Path::new(work), Path::new(image)).map(|()| Value::Null),
        _ => return test(),
    };
    match said {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn test() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("reads_what_nixpacks_writes", || {
            dockerfile::reads_what_nixpacks_writes();
            Ok(())
        }),
        Trial::test("names_errors_by_their_last_line", || {
            outcome::names_errors_by_their_last_line();
            Ok(())
        }),
    ];
    if let Some(dir) = std::env::var_os("LAB_APPS").filter(|_| arguments.ignored) {
        return survey_of(&arguments, App::below(Path::new(&dir)));
    }
    let listed = APPS.iter().chain(MANAGED).map(|name| (*name).to_owned());
    let names: Vec<String> = app::seeds().into_iter().chain(listed).collect();
    let apps: Vec<App> = names.iter().map(|name| App::golden(name)).collect();
    let asked = (arguments.ignored || arguments.include_ignored) && !arguments.list;
    let lab = if asked { prepare(&apps).map(Arc::new) } else { None };
    if asked && lab.is_none() {
        return ExitCode::SUCCESS;
    }
    let mut add = |name: String, judge: Judge| {
        let lab = lab.clone();
        let run = move || lab.map_or(Ok(()), |lab| judge(&lab)).map_err(Failed::from);
        trials.push(Trial::test(name, run).with_ignored_flag(true));
    };
    let managed = lab.as_ref().is_none_or(|lab| lab.host.managers.is_ok());
    for app in apps {
        if !managed && MANAGED.contains(&&*app.name) {
            continue;
        }
        add(app.name.clone(), Box::new(move |lab| lab.judge(&app)));
    }
    for row in managed::ROWS.iter().filter(|_| managed) {
        add(format!("managed/{}", row.name), Box::new(move |lab| lab.judge_row(row)));
    }
    for (app, from, to, word) in SPOILED {
        let name = format!("spoiled/{app}: {word}");
        add(name, Box::new(move |lab| lab.judge_spoiled(&App::golden(app), from, to, word)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(lab) = lab {
        let mut rows = lab.rows.lock().unwrap().clone();
        rows.sort();
        for (name, row) in rows {
            println!("lab: {name:<46} {row}");
        }
    }
    conclusion.exit_code()
}

/// The apps of `LAB_APPS` in place of the goldens.
fn survey_of(arguments: &Arguments, apps: Vec<App>) -> ExitCode {
    let Some(lab) = prepare(&apps).map(Arc::new) else { return ExitCode::SUCCESS };
    let rows = Arc::new(Mutex::new(Vec::new()));
    let all = apps.len();
    let trials = apps.into_iter().map(|app| {
        let (lab, rows) = (Arc::clone(&lab), Arc::clone(&rows));
        let name = app.name.clone();
        let run = move || {
            rows.lock().unwrap().extend(survey::row(&lab, &app));
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(true)
    });
    let conclusion = libtest_mimic::run(arguments, trials.collect());
    survey::report(&rows.lock().unwrap(), all);
    conclusion.exit_code()
}

/// `None` where the lab cannot be had, which is said.
fn prepare(apps: &[App]) -> Option<Lab> {
    // Another interpreter than the first that would do.
    let python = std::env::var("LAB_PYTHON").ok();
    let host = match Host::prepare(python.as_deref()) {
        Ok(host) => host,
        Err(Missing(what)) => {
            println!("skipped: lab: {}", what.replace('\n', " "));
            return None;
        }
    };
    println!("lab: Python is {}", host.python);
    if let Err(why) = &host.managers {
        println!("skipped: lab managers: no Poetry and no uv ({})", why.replace('\n', " "));
    }
    let mut shelf = Shelf::new(&host.wheels, host.managers.as_deref().unwrap_or_default());
    for text in apps.iter().flat_map(|app| app.before().into_values()) {
        shelf.add_pins(&String::from_utf8_lossy(&text));
    }
    let tool = Tool::build().unwrap_or_else(|error| panic!("the tool cannot be built: {error}"));
    Some(Lab { host, tool, port: index::serve(shelf), rows: Mutex::default() })
}

impl Lab {
    /// What is asked of an app: it fails as predicted, or works as predicted, and works after the repair.
    fn judge(&self, app: &App) -> Result<(), String> {
        let work = TempDir::new().unwrap();
        let before = app.before();
        app::write(&before, work.path());
        let predicted = self.tool.verdict(&app.args, work.path());
        let was = self.run(&before)?;
        self.note(app, &was.word());
        if was.word() != predicted.word() || !was.command.contains(&predicted.command) {
            return Err(differ("before", &predicted.word(), &predicted.command, &was));
        }
        self.judge_log(&was)?;
        self.tool.fix(&app.args, work.path());
        let after = app::read(work.path());
        if after != app.after() {
            return Err("`fix` leaves something else than the golden says".to_owned());
        }
        let predicted = self.tool.verdict(&app.args, work.path());
        if after == before {
            self.note(app, &format!("{}, left alone", was.word()));
            return Ok(());
        }
        let is = self.run(&after)?;
        self.note(app, &format!("{} -> {}", was.word(), is.word()));
        if is.reason.is_some() || predicted.outcome != "builds" {
            return Err(differ("after `fix`", &predicted.word(), &predicted.command, &is));
        }
        self.judge_log(&is)
    }

    /// The log of a run has to be read as what it is.
    fn judge_log(&self, run: &Outcome) -> Result<(), String> {
        let work = TempDir::new().unwrap();
        let file = work.path().join("build.log");
        let text = log::of(run);
        std::fs::write(&file, &text).unwrap();
        let (answer, reason) = self.tool.diagnose(&file);
        let wanted = match (run.reason, run.stage.as_str()) {
            (None, _) => "healthy",
            (Some(_), "start") => "start-failed",
            (Some(_), _) => "failed",
        };
        // Of what Nixpacks itself refuses, and of what the lab has no name for, the reason is not compared.
        let open = run.stage == "plan" || run.reason == Some("other");
        if answer == wanted && (open || reason == run.reason.unwrap_or_default()) {
            return Ok(());
        }
        Err(format!("`diagnose` says {answer} {reason}, not {wanted} {}, of\n{text}", run.word()))
    }

    /// What is asked of a row: it comes to what it says, and that is predicted.
    fn judge_row(&self, row: &Row) -> Result<(), String> {
        let work = TempDir::new().unwrap();
        let files = row.files();
        app::write(&files, work.path());
        let predicted = self.tool.verdict(&[], work.path());
        let is = self.run(&files)?;
        let (comes, said) = row.words();
        if is.word() != comes {
            return Err(differ("the row says", comes, "", &is));
        }
        if predicted.word() == said && (said == "unknown" || is.command.contains(&predicted.command)) {
            return Ok(());
        }
        Err(differ("here", &predicted.word(), &predicted.command, &is))
    }

    /// What is asked of a spoiled repair.
    fn judge_spoiled(&self, app: &App, from: &str, to: &str, word: &str) -> Result<(), String> {
        let mut files = app.after();
        for bytes in files.values_mut() {
            *bytes = String::from_utf8_lossy(bytes).replace(from, to).into_bytes();
        }
        if files == app.after() {
            return Err(format!("there is no `{from}` to be taken out"));
        }
        let is = self.run(&files)?;
        if is.word() == word { Ok(()) } else { Err(differ("spoiled", word, "", &is)) }
    }

    fn note(&self, app: &App, row: &str) {
        let mut rows = self.rows.lock().unwrap();
        rows.retain(|(name, _)| *name != app.name);
        rows.push((app.name.clone(), row.to_owned()));
    }

    /// Has it planned, built and started.
    pub(crate) fn run(&self, files: &app::Files) -> Result<Outcome, String> {
        let work = TempDir::new().unwrap();
        let dir = work.path().join("app");
        app::write(&app::stubbed(files, self.port), &dir);
        if let Err(error) = planner::plan(&dir) {
            return Ok(Outcome::read(&json!({ "stage": "plan", "output": error })));
        }
        let said = self.host.enter("build", work.path(), self.port)?;
        Ok(Outcome { plan: planner::shown(&dir), ..Outcome::read(&said) })
    }
}

fn differ(when: &str, predicted: &str, at: &str, is: &Outcome) -> String {
    format!(
        "{when}: predicted {predicted} `{at}`, but it came to {} `{}`:\n{}",
        is.word(),
        is.command,
        is.output
    )
}
