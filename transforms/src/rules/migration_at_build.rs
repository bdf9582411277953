use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found, in_file};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::FileKind;
use crate::fix::Draft;
use crate::plan::Origin;
use crate::shell::{self, CommandList, Separator, SimpleCommand};
use crate::simulate::Command;
use std::collections::BTreeSet;

static INFO: RuleInfo = RuleInfo {
    id: "migration-at-build",
    summary: "database migrations run while the image is built",
    docs: r#"## What it does
Finds `manage.py migrate`, `alembic upgrade`, `flask db upgrade`, `aerich upgrade` and `prisma migrate deploy` in the commands of a phase, and in the `release:` line of a Procfile, of which Nixpacks makes a phase.

## Why it fails
A build has no access to the private network of the platform, so it does not reach a database there, and it runs before the deploy is known to succeed.

See also: https://docs.railway.com/guides/pre-deploy-command

## Example
```toml
[phases.build]
cmds = ["python manage.py migrate"]

[start]
cmd = "python main.py"
```
becomes
```toml
[start]
cmd = "python manage.py migrate && python main.py"
```

## Fix
With `--unsafe-fixes` the migration is moved in front of the start command, or removed where the start command migrates already. It then runs at each start of the app. The pre-deploy command of the platform runs it once for each deploy: that one you have to set yourself. A database that is reachable from everywhere works in a build, too.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

/// The tools that change the tables of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tool {
    Django,
    Alembic,
    Flask,
    Aerich,
    Prisma,
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let at_start = at_start(cx);
    let at_build =
        cx.simulation.commands.iter().filter(|command| command.phase.is_some() && in_file(&command.item));
    let found = at_build.filter_map(|command| {
        let tools = tools(command.script.as_ref());
        if tools.is_empty() {
            return None;
        }
        let message = "a migration in the build does not reach a database in the platform's private network";
        let found = Found::at(&command.item, Severity::Warning, message.to_owned())?;
        Some(found.label("runs while the image is built").note(if tools.is_subset(&at_start) {
            "the start command migrates too: remove it here"
        } else {
            "move it to the pre-deploy command of the platform, or in front of the start command"
        }))
    });
    found.collect()
}

fn at_start(cx: &Context<'_>) -> BTreeSet<Tool> {
    let start = cx.simulation.commands.iter().filter(|command| command.phase.is_none());
    start.flat_map(|command| tools(command.script.as_ref())).collect()
}

fn tools<E>(script: Result<&CommandList, E>) -> BTreeSet<Tool> {
    script.into_iter().flat_map(CommandList::all_simple_commands).filter_map(tool).collect()
}

fn tool(simple: &SimpleCommand) -> Option<Tool> {
    let words: Vec<&str> = simple.words.iter().filter_map(|word| word.text.as_deref()).collect();
    words.windows(2).find_map(|pair| match pair {
        [file, "migrate"] if file.ends_with("manage.py") || matches!(*file, "django" | "django-admin") => {
            Some(Tool::Django)
        }
        ["prisma", "migrate"] => Some(Tool::Prisma),
        ["alembic", "upgrade"] => Some(Tool::Alembic),
        ["db", "upgrade"] => Some(Tool::Flask),
        ["aerich", "upgrade"] => Some(Tool::Aerich),
        _ => None,
    })
}

/// A command of the build in two: what stays there, and the migration.
#[derive(Debug, PartialEq, Eq)]
struct Parted {
    stays: Option<String>,
    migration: String,
}

/// `None` where the migration cannot be taken out of the command as it stands.
fn parted(text: &str) -> Option<Parted> {
    let script = shell::parse(text).ok()?;
    if text.contains('\n') {
        return None;
    }
    // Ex) `cd backend`: what comes behind it needs it, and the start command must not have it.
    let (mut migrations, mut changes, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for step in &script.steps {
        let shell::Command::Simple(simple) = &step.command else { return None };
        if !matches!(step.separator, Separator::And | Separator::End) {
            return None;
        }
        let kind = match simple.text(0) {
            _ if tool(simple).is_some() => &mut migrations,
            None | Some("cd" | "export" | "set" | "source" | "." | "unset") => &mut changes,
            Some(_) => &mut others,
        };
        kind.push(step.span.of(text));
    }
    let whole = text.trim();
    match (changes.is_empty(), others.is_empty()) {
        (true, true) => Some(Parted { stays: None, migration: whole.to_owned() }),
        (false, true) => Some(Parted { stays: None, migration: format!("({whole})") }),
        (true, false) => {
            Some(Parted { stays: Some(others.join(" && ")), migration: migrations.join(" && ") })
        }
        (false, false) => None,
    }
}

/// A start command with a migration in front, behind those that are there already.
fn in_front(start: &str, migration: &str) -> Option<String> {
    let script = shell::parse(start).ok()?;
    let joined = script.steps.iter().all(|step| matches!(step.separator, Separator::And | Separator::End));
    if !joined || start.contains('\n') {
        return None;
    }
    let migrates = |command: &shell::Command| match command {
        shell::Command::Simple(simple) => tool(simple).is_some(),
        _ => false,
    };
    let at = script.steps.iter().find(|step| !migrates(&step.command))?.span.start;
    let (before, after) = start.split_at_checked(at)?;
    Some(format!("{before}{migration} && {after}"))
}

const TITLE: &str = "run the migration when the app starts";

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let at_place = |command: &&Command| command.phase.is_some() && support::place_of(command) == Some(place);
    // What fails by itself is mended first: that is another matter than where it runs.
    let command = cx.simulation.commands.iter().find(at_place).filter(|command| !command.fails());
    let Some(command) = command else { return false };
    let Some(Parted { stays, migration }) = parted(&command.item.value) else { return false };
    let Some(start) = start_text(cx, draft) else { return false };
    let is_covered = tools(command.script.as_ref()).is_subset(&tools(shell::parse(&start).as_ref()));
    let Some(document) = cx.model.document(&place.path) else { return false };
    let keys = document.path_of(place.span.start).unwrap_or_default();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let in_list = document.get(&keys).is_some_and(|node| node.as_array().is_some());
    // Without its command a build of Railway's would run those of the config.
    if !in_list && stays.is_none() && document.kind != FileKind::Procfile {
        return false;
    }
    if !is_covered && !put_in_front(cx, &start, &migration, draft) {
        return false;
    }
    let title = if is_covered { "remove the migration: the start command has it too" } else { TITLE };
    if in_list {
        return support::change_entry(finding, draft, |_| Some((stays.clone(), title.to_owned())));
    }
    if let Some(stays) = stays {
        draft.set_text(place, &command.item.value, stays, INFO.id);
        draft.say_of_text(place, title.to_owned());
    } else {
        draft.remove_key_for(document, &keys, title.to_owned(), INFO.id);
    }
    true
}

/// The start command with what was put in front of it.
fn start_text(cx: &Context<'_>, draft: &Draft<'_>) -> Option<String> {
    let item = cx.model.plan.start.as_ref()?.cmd.as_ref()?;
    match &item.origin {
        Origin::Deploy(_) => draft.text(item),
        _ => Some(draft.new_string("start", "cmd").unwrap_or(&item.value).to_owned()),
    }
}

/// Writes a migration in front of the start command, wherever that stands.
fn put_in_front(cx: &Context<'_>, start: &str, migration: &str, draft: &mut Draft<'_>) -> bool {
    let Some(item) = cx.model.plan.start.as_ref().and_then(|start| start.cmd.as_ref()) else { return false };
    let Some(new) = in_front(start, migration) else { return false };
    match &item.origin {
        Origin::Deploy(place) => {
            draft.set_text(place, start, new, INFO.id);
            draft.say_of_text(place, TITLE.to_owned());
        }
        Origin::Provider(_) => draft.set_new_string("start", "cmd", &new, TITLE.to_owned(), INFO.id),
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Parted, in_front, parted};

    #[test]
    fn takes_migrations_out_of_a_command() {
        let both = |stays: &str, migration: &str| {
            Some(Parted {
                stays: Some(stays.to_owned()).filter(|stays| !stays.is_empty()),
                migration: migration.to_owned(),
            })
        };
        for (text, want) in [
            ("python manage.py migrate", both("", "python manage.py migrate")),
            (
                "python manage.py collectstatic --noinput && python manage.py migrate --noinput",
                both("python manage.py collectstatic --noinput", "python manage.py migrate --noinput"),
            ),
            ("cd api && alembic upgrade head", both("", "(cd api && alembic upgrade head)")),
            ("cd api && npm run build && alembic upgrade head", None),
            ("python manage.py migrate || true", None),
            ("flask db upgrade; npm run build", None),
        ] {
            assert_eq!(parted(text), want, "{text}");
        }
    }

    #[test]
    fn puts_a_migration_behind_those_that_are_there() {
        for (start, want) in [
            ("gunicorn app:app", Some("flask db upgrade && gunicorn app:app")),
            (
                "alembic upgrade head && exec python main.py",
                Some("alembic upgrade head && flask db upgrade && exec python main.py"),
            ),
            ("cd api && gunicorn app:app", Some("flask db upgrade && cd api && gunicorn app:app")),
            ("python worker.py & gunicorn app:app", None),
        ] {
            assert_eq!(in_front(start, "flask db upgrade").as_deref(), want, "{start}");
        }
    }
}
