//! What is said of a log.

use super::json::to_text;
use super::prose::{self, wrap};
use super::text::escape;
use super::{Examined, patch};
use crate::terminal::OutputStyle;
use nixpacks_diagnose::{Answer, Builder, Diagnosis, Line, Platform, Reason, reason};
use nixpacks_transforms::plan::{Item, Plan};
use nixpacks_transforms::rules::rule;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    answer: Answer,
    reason: Option<&'a str>,
    rule: Option<&'a str>,
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    text: Option<&'a str>,
    command: Option<&'a str>,
    builder: Option<Builder>,
    platform: Option<Platform>,
}

/// The diagnosis for programs.
pub(crate) fn json(found: &Diagnosis) -> anyhow::Result<String> {
    to_text(&Report {
        version: 1,
        answer: found.answer,
        reason: found.reason,
        rule: found.rule,
        line: found.line.as_ref().map(|line| line.number),
        column: found.line.as_ref().and_then(|line| line.column),
        text: found.line.as_ref().map(|line| line.text.as_str()),
        command: found.command.as_deref(),
        builder: found.builder,
        platform: found.platform,
    })
}

/// The diagnosis on one line.
pub(crate) fn concise(name: &str, found: &Diagnosis) -> String {
    let (place, text) = match &found.line {
        Some(line) => (place(name, line), escape(&line.text)),
        None => (escape(name), headline(found)),
    };
    let rule = found.rule.or(found.reason).map(|rule| format!("[{rule}]")).unwrap_or_default();
    let answer = match found.answer {
        Answer::Failed => "failed",
        Answer::Unexplained => "unexplained",
        Answer::Healthy => "healthy",
        Answer::StartFailed => "start-failed",
    };
    format!("{place}: {answer}{rule}: {text}\n")
}

fn place(name: &str, line: &Line) -> String {
    let column = line.column.map(|column| format!(":{column}")).unwrap_or_default();
    format!("{}:{}{column}", escape(name), line.number)
}

/// What the answer is, in a sentence.
pub(super) fn headline(found: &Diagnosis) -> String {
    match found.answer {
        Answer::Failed => "the build failed, and this line says why".to_owned(),
        Answer::StartFailed => "the app was built, then failed to start, and this line says why".to_owned(),
        Answer::Unexplained if found.incomplete => {
            "the log stops in the middle of the build: whether it failed, and why, is not in this file"
                .to_owned()
        }
        Answer::Unexplained => "the build failed, and the reason is not in this file".to_owned(),
        Answer::Healthy if found.no_log => "nothing failed here: this file is no build log".to_owned(),
        Answer::Healthy => "nothing failed here".to_owned(),
    }
}

/// Who builds, where nixpacks.toml has no part in it.
pub(super) fn other_builder(found: &Diagnosis) -> Option<&'static str> {
    match found.builder {
        Some(Builder::Railpack) => Some(
            "Railpack builds this app, not Nixpacks: nixpacks.toml had no part in this build. To build with Nixpacks, set \
             `\"builder\": \"NIXPACKS\"` in railway.json. `nixpacks-fix check --builder railpack` says what the app needs for \
             Railpack.",
        ),
        Some(Builder::Dockerfile) => {
            Some("A Dockerfile builds this app, not Nixpacks: nixpacks.toml had no part in this build.")
        }
        _ => None,
    }
}

/// The diagnosis for people.
pub(crate) fn human(name: &str, found: &Diagnosis, style: OutputStyle) -> String {
    let mut out = String::new();
    let paint = |code: &'static str| if style.color { (code, "\x1b[0m") } else { ("", "") };
    let color = match found.answer {
        Answer::Healthy => "\x1b[1;32m",
        Answer::Unexplained => "\x1b[1;33m",
        Answer::Failed | Answer::StartFailed => "\x1b[1;31m",
    };
    let paragraph =
        |text: &str| style.width.map_or_else(|| text.to_owned(), |width| wrap(text, width, "", ""));
    if found.answer != Answer::Healthy
        && let Some(text) = other_builder(found)
    {
        let _ = writeln!(out, "{}\n", paragraph(text));
    }
    let (start, end) = paint(color);
    let _ = writeln!(out, "{}: {start}{}{end}", escape(name), headline(found));
    if found.attempts > 1 {
        let _ = writeln!(out, "the file has {} attempts; this is about the last one", found.attempts);
    }
    quote(name, found, &mut out);
    if let Some(reason) = found.reason.and_then(reason) {
        let _ = writeln!(out, "\n{}", paragraph(&format!("what it means: {}", reason.meaning)));
        let _ = writeln!(out, "{}", paragraph(&format!("what to do: {}", advice(reason, found))));
        if let Some(note) = found.note {
            let _ = writeln!(out, "{}", paragraph(&format!("note: {note}")));
        }
        if let Some(rule) = found.rule.and_then(rule) {
            let _ = writeln!(out, "{}", paragraph(&format!("more: `nixpacks-fix explain {}`", rule.id)));
        }
    }
    if found.answer == Answer::Unexplained {
        let _ = writeln!(out, "\n{}", paragraph(&missing(found)));
        let _ = writeln!(out, "{}", paragraph(&format!("how to get it: {}", how_to_fetch(found.platform))));
    }
    out
}

/// Other builders have other places for what is missing.
pub(super) fn advice(reason: &Reason, found: &Diagnosis) -> String {
    if found.builder == Some(Builder::Railpack)
        && matches!(reason.name, "native-lib-missing" | "build-backend")
    {
        return "Railpack installs Debian packages that the variable RAILPACK_BUILD_APT_PACKAGES (for the build) or \
                RAILPACK_DEPLOY_APT_PACKAGES (for the app) names. Or use a version of the package with a ready-made build."
            .to_owned();
    }
    reason.advice.to_owned()
}

/// The line that decides, with its number, and the command.
fn quote(name: &str, found: &Diagnosis, out: &mut String) {
    let line = found.line.as_ref().or(found.failure.as_ref().filter(|line| !line.text.is_empty()));
    let Some(line) = line else {
        if let Some(command) = &found.command {
            let _ = writeln!(out, "  = command: {}", escape(&prose::shorten(command)));
        }
        return;
    };
    let number = line.number.to_string();
    let margin = " ".repeat(number.len());
    let _ = writeln!(out, "{margin}--> {}", place(name, line));
    let _ = writeln!(out, "{margin} |");
    let _ = writeln!(out, "{number} | {}", escape(&line.text));
    let _ = writeln!(out, "{margin} |");
    if let Some(command) = &found.command {
        let _ = writeln!(out, "{margin} = command: {}", escape(&prose::shorten(command)));
    }
    let by = match (found.builder, found.platform) {
        (Some(builder), Some(platform)) => format!("{} on {}", builder.title(), platform.title()),
        (Some(builder), None) => builder.title().to_owned(),
        (None, Some(platform)) => format!("unknown, on {}", platform.title()),
        (None, None) => return,
    };
    let _ = writeln!(out, "{margin} = builder: {by}");
}

/// Which lines are missing.
pub(super) fn missing(found: &Diagnosis) -> String {
    match &found.command {
        Some(command) => {
            let command = escape(&prose::shorten(command));
            format!(
                "what is missing: the lines that `{command}` printed, from the name of this step to the error"
            )
        }
        None => "what is missing: the output of the build, from the first step to the error".to_owned(),
    }
}

/// How the whole log is had.
pub(super) fn how_to_fetch(platform: Option<Platform>) -> &'static str {
    match platform {
        Some(Platform::Railway) => {
            "`railway logs --build` prints the build log, and `railway logs --deployment` what the app prints. What is copied from \
             the page can lack lines."
        }
        Some(Platform::Coolify) => {
            "open the deployment, click on `Show Debug Logs`, and copy everything. It can contain the values of your variables."
        }
        Some(Platform::Dokploy) => {
            "open the deployment under `Deployments`, click on `View`, and copy everything."
        }
        Some(Platform::Easypanel) => {
            "open the deployment, and copy everything from `### Download` to the end. The last line contains the values of your \
             variables."
        }
        Some(Platform::Sevalla) => "open the deployment, and copy the whole build log.",
        None => "build again, and keep everything that is printed: `nixpacks build . 2>&1 | tee build.log`.",
    }
}

/// Whether a change of the files can help at all.
pub(crate) fn is_fixable(found: &Diagnosis) -> bool {
    let nixpacks = found.builder.is_none_or(|builder| builder == Builder::Nixpacks);
    nixpacks && found.reason.and_then(reason).is_some_and(|reason| reason.by_config)
}

/// Where the plan in the log is another one than that of the files, and the fix for the files.
pub(crate) fn fix(found: &Diagnosis, app: &Examined, here: Option<&Path>, style: OutputStyle) -> String {
    let mut out = String::new();
    let Ok(outcome) = &app.result else { return out };
    let name = if app.home.shown == "." { "this app".to_owned() } else { escape(&app.home.shown) };
    let different = differences(found, outcome.plan_before.as_ref());
    if !different.is_empty() {
        let _ = writeln!(out, "\nthe log and the files differ: the log may be of another commit");
        for (row, log, files) in &different {
            let _ = writeln!(out, "  {row}: the log has   {}", shown(log));
            let _ = writeln!(
                out,
                "  {:width$}  the files have {}",
                "",
                shown(files),
                width = row.chars().count()
            );
        }
    }
    let predicted = prose::verdict(&outcome.before);
    if outcome.before.builds() {
        let _ = writeln!(out, "\n{name}: {predicted}");
        return out;
    }
    if !is_of_this_error(found, app) {
        let _ = writeln!(out, "\n{name}: {predicted}, which is not the error of this log");
        let _ = writeln!(out, "next: `nixpacks-fix check{}` shows what is wrong", argument(app));
        return out;
    }
    let text = patch::patch(app, here, style);
    if text.is_empty() {
        let _ = writeln!(out, "\n{name}: {predicted}");
        let _ = writeln!(out, "next: `nixpacks-fix check{}` shows what is wrong", argument(app));
        return out;
    }
    let after = prose::verdict(&outcome.after);
    let _ = writeln!(out, "\nthe fix:\n\n{text}\n{name}: with the fix: {after}");
    let _ = writeln!(out, "next: `nixpacks-fix fix{}` makes these changes", argument(app));
    out
}

/// Whether the app is predicted to fail as the log says that it did.
pub(super) fn is_of_this_error(found: &Diagnosis, app: &Examined) -> bool {
    let Ok(outcome) = &app.result else { return false };
    let same_rule = outcome.findings.iter().any(|finding| Some(finding.rule.id) == found.rule);
    same_rule || outcome.before.reason().is_some_and(|reason| Some(reason.name()) == found.reason)
}

pub(super) fn argument(app: &Examined) -> String {
    if app.home.shown == "." { String::new() } else { format!(" {}", prose::shell_word(&app.home.shown)) }
}

fn shown(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{}`", escape(&prose::shorten(text))) }
}

/// The rows that differ: the name, what the log has, what the files have.
fn differences(found: &Diagnosis, files: Option<&Plan>) -> Vec<(String, String, String)> {
    let Some(files) = files else { return Vec::new() };
    let values = |items: &Option<Vec<Item>>| -> Vec<String> {
        items.iter().flatten().map(|item| item.value.clone()).collect()
    };
    let Some(log) = found.plan.as_ref().filter(|plan| plan.complete) else {
        // Without the plan the command that failed still tells.
        let command = found.command.as_deref().filter(|command| !command.contains('…'));
        let commands: Vec<String> = files.phases.values().flat_map(|phase| values(&phase.cmds)).collect();
        let own = command.filter(|command| !command.contains("nix-env ") && !command.contains("apt-get "));
        let other = own.filter(|command| !commands.iter().any(|one| is_same(one, command)));
        let row =
            |command: &str| ("the command that failed".to_owned(), command.to_owned(), commands.join(", "));
        return other.map(row).into_iter().collect();
    };
    let setup = files.phases.get("setup");
    let names = setup.map(|phase| [values(&phase.nix_pkgs), values(&phase.apt_pkgs)].concat());
    let commands =
        |row: &str| files.phases.get(row).map(|phase| values(&phase.cmds).join(" ")).unwrap_or_default();
    let start = files.start.as_ref().and_then(|start| start.cmd.as_ref()).map(|item| item.value.clone());
    let in_log = |row: &str| log.row(row).unwrap_or_default();
    let rows = [
        ("setup", log.packages().unwrap_or_default().join(", "), names.unwrap_or_default().join(", ")),
        ("install", in_log("install"), commands("install")),
        ("build", in_log("build"), commands("build")),
        ("start", in_log("start"), start.unwrap_or_default()),
    ];
    let differ = rows.into_iter().filter(|(_, log, files)| !is_same(log, files));
    differ.map(|(row, log, files)| (row.to_owned(), nixpacks_diagnose::mask(&log), files)).collect()
}

/// A box wraps at blanks and cuts what does not fit, so blanks do not count.
fn is_same(log: &str, files: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|ch| !ch.is_whitespace()).collect::<String>();
    plain(log) == plain(files)
}
