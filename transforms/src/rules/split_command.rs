use super::lost_variables;
use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::CMDS;
use crate::fix::Draft;
use crate::shell::SimpleCommand;
use crate::simulate::{Command, InvocationKind, Reason, base_name, join as join_paths};
use std::collections::{BTreeMap, HashMap, HashSet};

static INFO: RuleInfo = RuleInfo {
    id: "split-command",
    summary: "a separate `cd`, `export` or `set` command, which has no effect",
    docs: r#"## What it does
Finds entries of `cmds` that only change the directory, set variables or options of the shell, or read a `.env` file.

## Why it fails
Each entry runs in a new shell. The next one starts in `/app` again, without the variables.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.build]
cmds = ["cd backend", "python assets.py"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.build]
cmds = ["cd backend && python assets.py"]

[start]
cmd = "python main.py"
```

## Fix
Joins `cd` with the entries after it, if one of them does not find its file otherwise. Writes `export X=1` in front of the entries that use `$X`, only with `--unsafe-fixes`. You have to change the other entries yourself: write them in front of the command that needs them, with `&&` between them.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    cx.file_commands()
        .into_iter()
        .filter_map(|command| {
            let script = command.script.as_ref().ok()?;
            let lost = script.simple_commands().count() > 0
                && script.simple_commands().all(|at| only_changes_the_shell(at.simple));
            if !lost {
                return None;
            }
            let message = "this has no effect on the next command".to_owned();
            let found = Found::at(&command.item, Severity::Warning, message)?;
            let found = found.label("each entry of `cmds` runs in a new shell");
            Some(if directory(command).is_some() || command.item.value.contains("PATH=") {
                found
            } else {
                found.note("write it in front of the command that needs it, with `&&` between them")
            })
        })
        .collect()
}

/// Whether a command changes the shell that it runs in, and nothing else.
fn only_changes_the_shell(simple: &SimpleCommand) -> bool {
    match simple.text(0) {
        Some("cd" | "export" | "set") => true,
        // Ex) `source .env`: any other script may do something.
        Some("source" | ".") => {
            simple.text(1).is_some_and(|file| base_name(file).rsplit('.').next() == Some("env"))
        }
        _ => simple.words.is_empty(),
    }
}

/// The most entries of a list that only change the directory and are joined: each is a part of the path in
/// all entries after it.
const MOST_DIRECTORIES: usize = 16;

/// Joins where a later entry of the list does not find its file: `cd backend && pip install …`.
fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let own = finding.place.as_ref().and_then(|place| cx.command_at(place));
    if let Some(own) = own.filter(|own| lost_variables::variables(own).is_some()) {
        return own.phase.as_deref().is_some_and(|phase| lost_variables::join(cx, phase, draft, INFO.id));
    }
    let Some(own) = own.filter(|command| directory(command).is_some()) else { return false };
    let Some(phase) = own.phase.as_deref() else { return false };
    if !cx.joinable(|| joinable(cx)).contains(phase) {
        return false;
    }
    let Some(list) = draft.list(phase, CMDS) else { return false };
    if list.rules.contains(INFO.id) {
        // Done with the first finding of the list.
        return true;
    }
    let here: BTreeMap<usize, &Command> = cx
        .file_commands()
        .into_iter()
        .rev()
        .filter(|command| command.phase.as_deref() == Some(phase))
        .map(|command| (command.list_index, command))
        .collect();
    let mut going: Option<Going> = None;
    let mut joins: Vec<usize> = Vec::new();
    let mut pieces = Vec::new();
    for mut piece in std::mem::take(&mut list.pieces) {
        let command = piece.was.and_then(|was| here.get(&was)).copied();
        if let Some((dir, words)) = command.and_then(|command| directory(command)) {
            going = onward(going.as_ref(), dir, words);
            joins.extend(piece.was);
            continue;
        }
        // A line that makes an environment names its directory in full.
        let makes = command.is_none_or(|command| {
            !command.invocations.is_empty()
                && command.invocations.iter().all(|call| matches!(call.kind, InvocationKind::MakeVenv { .. }))
        });
        if let Some(going) = going.as_ref().filter(|_| !makes) {
            piece.text = format!("{} && {}", going.words, piece.text);
            if piece.was.is_some() {
                piece.joins = std::mem::take(&mut joins);
            }
        }
        pieces.push(piece);
    }
    list.pieces = pieces;
    list.rules.insert(INFO.id);
    list.say("join `cd` with the commands after it: `cd … && …`");
    true
}

/// The phases in which a command does not find its file, and not too many only change the directory.
fn joinable<'m>(cx: &Context<'m>) -> HashSet<&'m str> {
    let mut misses: HashSet<&str> = HashSet::new();
    let mut directories: HashMap<&str, usize> = HashMap::new();
    for command in cx.file_commands() {
        let Some(phase) = command.phase.as_deref() else { continue };
        let mut reasons = command
            .invocations
            .iter()
            .filter_map(crate::simulate::Invocation::reason)
            .chain(command.reason());
        if reasons.any(|reason| reason == Reason::NoSuchFile) {
            misses.insert(phase);
        }
        if directory(command).is_some() {
            *directories.entry(phase).or_default() += 1;
        }
    }
    misses.retain(|phase| directories.get(phase).is_none_or(|count| *count <= MOST_DIRECTORIES));
    misses
}

/// Where every entry starts.
const APP: &str = "/app";

/// The directory of an entry that does nothing but `cd`, and the entry's own words.
fn directory(command: &Command) -> Option<(&str, &str)> {
    let script = command.script.as_ref().ok()?;
    let [step] = script.steps.as_slice() else { return None };
    let crate::shell::Command::Simple(simple) = &step.command else { return None };
    let lone = simple.words.len() == 2 && simple.text(0) == Some("cd") && simple.redirections.is_empty();
    lone.then_some((simple.text(1)?, simple.span.of(&command.item.value)))
}

/// Where a shell that goes on from `from` is after a further `cd`: the words for one that starts in the
/// app's directory. `None` there itself.
///
/// Ex) `cd web`, then `cd ../api`: `cd api`
fn onward(from: Option<&Going>, to: &str, words: &str) -> Option<Going> {
    let dir = join_paths(from.map_or(APP, |going| going.dir.as_str()), to);
    if dir == APP {
        return None;
    }
    let words = match (from, dir.strip_prefix(&format!("{APP}/"))) {
        (None, _) => words.to_owned(),
        (Some(_), Some(inside)) => format!("cd {inside}"),
        (Some(_), None) => format!("cd {dir}"),
    };
    Some(Going { dir, words })
}

/// Where the entries so far would have gone.
struct Going {
    dir: String,
    words: String,
}
