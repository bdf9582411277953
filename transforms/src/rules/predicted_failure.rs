use super::registry::{Rule, RuleFix};
use super::support::{self, Found, in_file};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::{Origin, Place, PlanError, PlanErrorKind, names};
use crate::simulate::{Command, Outcome, Reason, Stage, Verdict};
use crate::text::BOM;

static INFO: RuleInfo = RuleInfo {
    id: "predicted-failure",
    summary: "the build or the start is predicted to fail",
    docs: r#"## What it does
Shows where the build or the start is predicted to stop, when no other rule explains it.

## Why it fails
The text beside the marked line is the error that you would see in the build log or the deploy log.

## Example
```toml
[start]
cmd = "python server.py"
```

## Fix
There is no automatic fix: the cause is outside the files that this tool edits, or there is more than one solution. Here the app has no `server.py`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let verdict = &cx.simulation.verdict;
    let Outcome::Fails { stage, .. } = verdict.outcome else { return Vec::new() };
    let detail = verdict.detail.clone();
    if !cx.model.errors.is_empty() {
        return cx.model.errors.iter().map(|error| refused(cx, error)).collect();
    }
    if stage == Stage::Plan {
        return vec![Found::app(Severity::Error, format!("Nixpacks stops with an error: {detail}"))];
    }
    let failing = cx
        .simulation
        .commands
        .iter()
        .find(|command| Some(&command.item.value) == verdict.command.as_ref() && command.fails());
    let message = match stage {
        Stage::Start => "this command is predicted to fail when the app starts",
        _ => "this command is predicted to fail",
    }
    .to_owned();
    let found = failing.and_then(|command| match command.fails_in() {
        Some((file, span)) if in_file(&command.item) => {
            let place = Place { path: file.to_owned(), span };
            Some(Found::place(place, Severity::Error, message).in_script(command))
        }
        _ => Found::at(&command.item, Severity::Error, message),
    });
    let found = found.map(|found| found.label(&detail));
    let found = found.unwrap_or_else(|| {
        Found::app(Severity::Error, format!("predicted to fail {}: {detail}", stage.phrase()))
    });
    let hint = failing.and_then(|command| command.hint()).map(str::to_owned);
    vec![match hint.or_else(|| advice(cx, verdict, failing)) {
        Some(advice) => found.note(&advice),
        None => found,
    }]
}

fn refused(cx: &Context<'_>, error: &PlanError) -> Found {
    let message = match error.kind {
        PlanErrorKind::RailwayFile => format!("the deploy stops before the build: {}", error.message),
        _ => format!("Nixpacks stops with an error: {}", error.message),
    };
    let found = match &error.place {
        Some(place) => Found::place(place.clone(), Severity::Error, message),
        None => Found::app(Severity::Error, message),
    };
    if error.kind == PlanErrorKind::UnknownProvider && error.message.to_lowercase().contains(" python ") {
        return found.note("write it in lower case: `python`");
    }
    if error.kind == PlanErrorKind::Syntax && error.message.contains("duplicate ") {
        return found.note(
            "it is there twice, and the two say different things: keep the one that is right, and remove the other",
        );
    }
    if let Some(advice) = other_format(cx, error) {
        return found.note(&advice);
    }
    if error.kind == PlanErrorKind::DuplicateKey {
        return found.note("two keys mean the same thing here: keep one of them");
    }
    if let Some(file) = not_utf8(&error.message) {
        return found.note(&format!(
            "write `{file}` again as UTF-8 text: in Windows PowerShell, `>` writes UTF-16, which Nixpacks cannot read"
        ));
    }
    match wsgi_application(cx).filter(|_| error.message.contains("WSGI_APPLICATION")) {
        Some(advice) => found.note(&advice),
        None => found,
    }
}

/// The file that Nixpacks cannot read as text.
fn not_utf8(message: &str) -> Option<&str> {
    message.strip_prefix("Error reading ")?.strip_suffix(": stream did not contain valid UTF-8")
}

/// What to do with a file that is written in the format of another one.
fn other_format(cx: &Context<'_>, error: &PlanError) -> Option<String> {
    if !matches!(error.kind, PlanErrorKind::Syntax | PlanErrorKind::RailwayFile) {
        return None;
    }
    let path = &error.place.as_ref()?.path;
    let (stem, extension) = path.rsplit_once('.')?;
    let other = match extension {
        "toml" => "json",
        "json" => "toml",
        _ => return None,
    };
    let bytes = cx.app.read(path).ok()??;
    let reader = if error.kind == PlanErrorKind::RailwayFile { "Railway" } else { "Nixpacks" };
    match written_in(std::str::from_utf8(&bytes).ok()?)? {
        "YAML" => Some(format!(
            "`{path}` holds YAML, which {reader} does not read: write its settings in {}",
            extension.to_uppercase()
        )),
        format if format.eq_ignore_ascii_case(other) => Some(format!(
            "`{path}` holds {format}, which {reader} reads from `{stem}.{other}`: rename it with `git mv {path} {stem}.{other}`"
        )),
        _ => None,
    }
}

/// The format that a text seems to be in, by its first line with anything.
fn written_in(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(BOM);
    let mut lines = text.lines().map(str::trim_end);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let is_key =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    if first.starts_with('{') && text.trim_end().ends_with('}') {
        return Some("JSON");
    }
    let header = first.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if header.is_some_and(is_key) || first.split_once('=').is_some_and(|(key, _)| is_key(key.trim_end())) {
        return Some("TOML");
    }
    let opens = |line: &str| line.strip_suffix(':').is_some_and(is_key);
    let has_toml = || text.lines().any(|line| line.starts_with('[') || line.contains(" = "));
    let begins = first == "---" || opens(first) || first.split_once(": ").is_some_and(|(key, _)| is_key(key));
    (begins && text.lines().any(opens) && !has_toml()).then_some("YAML")
}

/// The setting that Nixpacks looks for in a Django project, and the file for it.
fn wsgi_application(cx: &Context<'_>) -> Option<String> {
    let manage = cx.app.read(&support::in_app(cx, "manage.py")).ok()??;
    let manage = String::from_utf8_lossy(&manage);
    // Ex) `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")`
    let (_, rest) = manage.split_once("DJANGO_SETTINGS_MODULE")?;
    let module = rest.split(['"', '\'']).find(|text| text.contains('.'))?;
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let (project, _) = module.split_once('.').filter(|_| module.chars().all(is_path))?;
    let file = format!("{}.py", module.replace('.', "/"));
    Some(format!("add `WSGI_APPLICATION = \"{project}.wsgi.application\"` to `{file}`, and commit it"))
}

/// What the user can do about a cause that no automatic fix removes.
fn advice(cx: &Context<'_>, verdict: &Verdict, failing: Option<&Command>) -> Option<String> {
    let detail = verdict.detail.as_str();
    let reason = verdict.reason()?;
    if let Some(advice) = failing.and_then(|command| set_in_dashboard(cx, command)) {
        return Some(advice);
    }
    if let Some(advice) = other_python(cx, verdict, failing).or_else(|| other_user(cx, verdict)) {
        return Some(advice);
    }
    let advice = match reason {
        Reason::NoSuchFile if detail.contains("requirements file") => {
            "the app has no such file: commit it, or correct the name"
        }
        Reason::NoSuchFile => "the app has no such file or directory: commit it, or correct the name",
        Reason::CommandNotFound if !is_installed(cx) => {
            let manifest = missing_program(cx).and_then(|name| support::manifest_with(cx, name));
            return Some(match manifest {
                Some(file) => format!("`{file}` lists it, but no command before this one installs that file"),
                None => "no installed package is known to contain this program: add its package to \
                         requirements.txt, or to `nixPkgs`"
                    .to_owned(),
            });
        }
        Reason::ModuleNotFound if detail.contains("__main__") => {
            "`python -m` runs a module, or a package with a file `__main__.py`: name the module that starts the app"
        }
        Reason::Other if detail.contains("uv.lock") => "create the file again with `uv lock`, and commit it",
        Reason::BuildBackend => {
            "correct this in `pyproject.toml`: see the documentation of the build tool that `[build-system]` names"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

/// Ex) `python3.11` in an app that gets Python 3.12.
fn other_python(cx: &Context<'_>, verdict: &Verdict, failing: Option<&Command>) -> Option<String> {
    let named = failing?.all_invocations().find(|call| call.reason() == verdict.reason())?.program.as_str();
    let version =
        named.strip_prefix("python").filter(|version| version.contains('.') && !named.contains('/'))?;
    let plan = &cx.model.plan;
    let setup = plan.phases.get("setup")?;
    let archive = setup.nixpkgs_archive.as_ref().map(|item| item.value.as_str());
    let installed = setup.nix_pkgs.iter().flatten().find_map(|item| names::python(&item.value, archive))?;
    Some(format!(
        "the app gets Python {installed}: write `python` in place of `{named}`, or set `NIXPACKS_PYTHON_VERSION` to `{version}` under `[variables]`"
    ))
}

/// A start as another user than root, whose PATH has neither Nix's programs nor those of the virtual environment.
fn other_user(cx: &Context<'_>, verdict: &Verdict) -> Option<String> {
    let user = cx.model.plan.start.as_ref()?.user.as_ref()?;
    let is_missing = matches!(verdict.reason(), Some(Reason::PythonNotFound | Reason::CommandNotFound));
    let at_start = matches!(verdict.outcome, Outcome::Fails { stage: Stage::Start, .. });
    (is_missing && at_start).then(|| {
        format!(
            "`start.user` starts the app as `{}`, whose PATH has neither Python nor the virtual environment: start it with `/opt/venv/bin/python …`, or remove `user`",
            user.value
        )
    })
}

/// A command that no file has cannot be changed by an edit.
fn set_in_dashboard(cx: &Context<'_>, command: &Command) -> Option<String> {
    let name = match &command.item.origin {
        Origin::CommandLine(flag) => *flag,
        Origin::Variable(name) => name.as_str(),
        _ => return None,
    };
    let phase = command.phase.as_deref().unwrap_or("start");
    let provides = cx.model.provider_plan.phases.get(phase).is_some_and(|phase| phase.cmds.is_some());
    Some(if provides {
        format!(
            "the {phase} command is set in the dashboard (`{name}`): clear that field, and Nixpacks uses its own"
        )
    } else {
        format!("the {phase} command is set in the dashboard (`{name}`): correct it there")
    })
}

/// The program that a command does not find.
fn missing_program<'c>(cx: &'c Context<'_>) -> Option<&'c str> {
    let mut calls = cx.simulation.commands.iter().flat_map(Command::all_invocations);
    let call = calls.find(|call| call.reason() == Some(Reason::CommandNotFound))?;
    Some(call.program.as_str())
}

/// Whether an environment has a program that a command does not find.
fn is_installed(cx: &Context<'_>) -> bool {
    let mut calls = cx.simulation.commands.iter().flat_map(Command::all_invocations);
    calls.any(|call| {
        call.reason() == Some(Reason::CommandNotFound)
            && cx.simulation.envs.iter().any(|env| env.dists.script(&call.program))
    })
}

#[cfg(test)]
mod tests {
    use super::written_in;

    #[test]
    fn knows_a_format_by_its_first_line() {
        for (text, want) in [
            ("{\n  \"phases\": {}\n}\n", Some("JSON")),
            ("\u{feff}{\"start\": {}}", Some("JSON")),
            ("# Railway\n[deploy]\nstartCommand = \"x\"\n", Some("TOML")),
            ("providers = [\"python\"]\n", Some("TOML")),
            ("phases:\n  setup:\n    nixPkgs: [python311]\n", Some("YAML")),
            ("---\nstart:\n  cmd: python main.py\n", Some("YAML")),
            ("providers: [python]\nstart:\n  cmd: python main.py\n", Some("YAML")),
            ("start:\ncmd = \"x\"\n", None),
            ("[phases.setup\nnixPkgs = []\n", None),
            ("{\n", None),
            ("", None),
        ] {
            assert_eq!(written_in(text), want, "{text}");
        }
    }
}
