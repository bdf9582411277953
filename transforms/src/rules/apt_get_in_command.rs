use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::APT_PKGS;
use crate::fix::Draft;
use crate::shell::{self, Separator, SimpleCommand};
use crate::simulate::{Command, base_name};

static INFO: RuleInfo = RuleInfo {
    id: "apt-get-in-command",
    summary: "`apt-get install` in a command, where `aptPkgs` is the place for it",
    docs: r#"## What it does
Finds `apt-get install` and `apt install` in the commands of a phase.

## Why it fails
For a Python app, Nixpacks puts libraries of Nix in front of those of Ubuntu in every command, and the programs of Ubuntu may not run with them: ``apt-get: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found``. With `aptPkgs`, Nixpacks runs `apt-get` itself, without those libraries.

See also: https://github.com/railwayapp/nixpacks/issues/977

## Example
```toml
[phases.build]
cmds = ["apt-get update && apt-get install -y ffmpeg", "python stats.py"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
aptPkgs = ["ffmpeg"]

[phases.build]
cmds = ["python stats.py"]

[start]
cmd = "python main.py"
```

## Fix
With `--unsafe-fixes` the names move to `aptPkgs` of `[phases.setup]`, and the calls of `apt-get` at the front of the command go. Where they stand between other commands, or have names that are no plain names, change it yourself.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// So many commands are changed: each name is compared with the list that it goes to, and more are no work of a person.
const MOST_FIXED: usize = 16;
/// What the fix does to both lists.
const TITLE: &str = "move the packages of `apt-get` to `aptPkgs`, which Nixpacks installs itself";
/// So many names of one command move.
const MOST_NAMES: usize = 128;

/// The verb of a call of apt.
fn verb(simple: &SimpleCommand) -> Option<&str> {
    let words = simple.unwrapped().words;
    let program = base_name(words.first()?.text.as_deref()?);
    let mut operands = words.iter().skip(1).filter_map(|word| word.text.as_deref());
    matches!(program, "apt-get" | "apt").then(|| operands.find(|word| !word.starts_with('-'))).flatten()
}

fn installs(command: &Command) -> bool {
    let Ok(script) = &command.script else { return false };
    script.all_simple_commands().any(|simple| verb(simple) == Some("install"))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let commands: Vec<&Command> =
        cx.file_commands().into_iter().filter(|command| installs(command)).collect();
    let few = commands.len() <= MOST_FIXED;
    let found = commands.into_iter().filter_map(|command| {
        let message = "Ubuntu's `apt-get` may not run in a command of Nixpacks".to_owned();
        let found = Found::at(&command.item, Severity::Warning, message)?;
        // The command itself changes with the repair of pip, and is the same finding after it.
        let keys = ["phases", command.phase.as_deref()?, "cmds"];
        let found = found.label("the libraries of Nix are in front of those of Ubuntu here");
        let found = if few { found.keys(&keys) } else { found };
        Some(match taken_out(&command.item.value) {
            Some(_) => found,
            None => found.note("list the packages as `aptPkgs` under `[phases.setup]`, and remove this call"),
        })
    });
    found.collect()
}

/// The names that a command's first calls of apt install, and the command without those calls. `None` where one of
/// them is something else than plain names, or more of them follow.
fn taken_out(text: &str) -> Option<(Vec<String>, String)> {
    let script = shell::parse(text).ok()?;
    let mut names = Vec::new();
    let mut rest = text;
    for step in &script.steps {
        let shell::Command::Simple(simple) = &step.command else { break };
        if !is_of_apt(simple, &mut names)? {
            break;
        }
        rest = text.get(step.separator_span.end..)?;
        match step.separator {
            Separator::And | Separator::Semicolon | Separator::Newline | Separator::End => {}
            Separator::Or | Separator::Background => return None,
        }
    }
    let left = shell::parse(rest).ok()?;
    let more = left.all_simple_commands().any(|simple| verb(simple).is_some());
    (!more && !names.is_empty() && names.len() <= MOST_NAMES).then(|| (names, rest.trim().to_owned()))
}

/// Whether a call belongs to an installation with apt, whose names it adds; `None` where it asks for something that
/// `aptPkgs` cannot say.
fn is_of_apt(simple: &SimpleCommand, names: &mut Vec<String>) -> Option<bool> {
    let words = simple.unwrapped().words;
    let program = words.first().and_then(|word| word.text.as_deref()).map(base_name);
    // Ex) `rm -rf /var/lib/apt/lists/*`
    if program == Some("rm")
        && words
            .iter()
            .skip(1)
            .all(|word| word.raw.starts_with('-') || word.raw.starts_with("/var/lib/apt/lists"))
    {
        return Some(true);
    }
    let Some(verb) = verb(simple) else { return Some(false) };
    if !matches!(verb, "install" | "update" | "upgrade" | "clean" | "autoclean" | "autoremove") {
        return None;
    }
    if !simple.redirections.is_empty() {
        return None;
    }
    if verb != "install" {
        return Some(true);
    }
    let plain = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'+'))
    };
    let flags = [
        "-y",
        "-yq",
        "-qy",
        "-q",
        "-qq",
        "-yqq",
        "--yes",
        "--assume-yes",
        "--quiet",
        "--no-install-recommends",
        "--fix-missing",
        "-f",
    ];
    for word in words.iter().skip(1) {
        let word = word.text.as_deref()?;
        if word == "install" || flags.contains(&word) {
            continue;
        }
        if word.starts_with('-') || word.is_empty() || !plain(word) {
            return None;
        }
        names.push(word.to_owned());
    }
    Some(true)
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let place = finding.place.as_ref().filter(|_| !finding.keys.is_empty());
    let Some(command) = place.and_then(|place| cx.command_at(place)) else { return false };
    let Some((names, rest)) = taken_out(&command.item.value) else { return false };
    let removed = support::change_entry(finding, draft, |entry| {
        let title = TITLE.to_owned();
        (*entry == command.item.value).then(|| (Some(rest.clone()).filter(|rest| !rest.is_empty()), title))
    });
    if !removed {
        return false;
    }
    if let Some(list) = draft.list("setup", APT_PKGS) {
        for name in names {
            if !list.pieces.iter().any(|piece| piece.text == name) {
                list.insert(list.pieces.len(), name);
            }
        }
        list.rules.insert(INFO.id);
        list.say(TITLE);
        return true;
    }
    let lower = cx.model.provider_plan.phases.get("setup").and_then(|phase| phase.apt_pkgs.as_ref());
    let first: &[&str] = if lower.is_some_and(|items| !items.is_empty()) { &["..."] } else { &[] };
    for name in names {
        draft.insert_into("setup", "aptPkgs", first, &name, INFO.id);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::taken_out;

    #[test]
    fn takes_the_calls_at_the_front_and_leaves_the_rest() {
        let cases = [
            ("apt-get update && apt-get install -y ffmpeg curl", Some("ffmpeg curl:")),
            ("sudo apt install -y ffmpeg", Some("ffmpeg:")),
            ("apt-get install -y a && rm -rf /var/lib/apt/lists/* && python x.py", Some("a:python x.py")),
            ("apt-get update; apt-get install -y a; b", Some("a:b")),
            ("python x.py && apt-get install -y a", None),
            ("apt-get install -y $NAMES", None),
            ("apt-get install -y a=1.0", None),
            ("apt-get install -y a || true", None),
            ("apt-get update", None),
        ];
        for (text, expected) in cases {
            let taken = taken_out(text).map(|(names, rest)| format!("{}:{rest}", names.join(" ")));
            assert_eq!(taken.as_deref(), expected, "{text}");
        }
    }
}
