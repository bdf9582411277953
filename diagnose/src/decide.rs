//! From what is known of the attempts to the answer.

use crate::answer::{Answer, Builder, Diagnosis, Line, Platform};
use crate::attempt::{Anchor, At, Attempt, Hit, Hits, Run, Step};
use crate::catalogue::{self, Place, Take};
use crate::mask::mask;
use crate::reader::Reader;
use crate::rule;

/// Characters of a line or a command that are quoted.
const QUOTE: usize = 300;
/// Plain lines that an app may print after an error that ended it: a known one, and any.
const AFTER_KNOWN: u32 = 40;
const AFTER_ANY: u32 = 10;
/// Lines above an error in which another step may have printed its cause.
const NEAR: u64 = 200;

/// What was found in one attempt.
#[derive(Debug)]
pub(crate) struct Verdict<'a> {
    answer: Answer,
    hit: Option<(&'a Hit, &'static str)>,
    /// The place of an error that is its own cause, and the reason.
    own: Option<(At, &'a str, &'static str)>,
    failure: Option<(At, String)>,
    command: Option<String>,
    incomplete: bool,
}

impl<'a> Verdict<'a> {
    fn of(answer: Answer) -> Self {
        Self { answer, hit: None, own: None, failure: None, command: None, incomplete: false }
    }

    fn because(answer: Answer, hit: &'a Hit, command: Option<&str>) -> Self {
        let reason = reason(hit, command);
        Self { hit: Some((hit, reason)), command: command.map(str::to_owned), ..Self::of(answer) }
    }
}

/// The answer.
pub(crate) fn decide(reader: &Reader) -> Diagnosis {
    let happened: Vec<&Attempt> = reader.attempts.iter().filter(|attempt| attempt.has_happened()).collect();
    let none = Attempt::default();
    let last = happened.last().copied().or(reader.attempts.last()).unwrap_or(&none);
    let mut attempt = last;
    let mut verdict = judge(attempt, reader);
    if verdict.answer == Answer::Healthy {
        // Another service in the same file may have failed.
        let others = happened.iter().rev().filter(|other| are_apart(other, last));
        let mut seen: Vec<&Attempt> = Vec::new();
        for other in others {
            if seen.iter().all(|one| are_apart(one, other)) {
                let found = judge(other, reader);
                if found.answer != Answer::Healthy {
                    (attempt, verdict) = (other, found);
                    break;
                }
                seen.push(other);
            }
        }
    }
    let line = |at: At, text: &str| Line { number: at.line, column: at.column, text: quoted(text) };
    let builder = attempt.builder.or_else(|| reader.attempts.iter().rev().find_map(|other| other.builder));
    let rule =
        verdict.hit.and_then(|(hit, _)| rule::rule(hit, attempt, verdict.command.as_deref(), verdict.answer));
    let rule = rule.filter(|_| builder.is_none_or(|builder| builder == Builder::Nixpacks));
    let found = verdict.hit.map(|(hit, reason)| (line(hit.at, &hit.text), reason));
    let found = found.or_else(|| verdict.own.map(|(at, text, reason)| (line(at, text), reason)));
    let failed = matches!(verdict.answer, Answer::Failed | Answer::Unexplained | Answer::StartFailed);
    Diagnosis {
        answer: verdict.answer,
        reason: found.as_ref().map(|(_, reason)| *reason),
        rule,
        note: rule::note(rule, attempt),
        line: found.map(|(line, _)| line),
        failure: verdict.failure.map(|(at, text)| line(at, &text)),
        command: verdict.command.filter(|_| failed).map(|command| quoted(&command)),
        builder,
        platform: reader
            .platform
            .or_else(|| builder.filter(|one| *one == Builder::Railpack).map(|_| Platform::Railway)),
        plan: attempt.plan.clone(),
        excerpt: attempt.excerpt.iter().map(|row| quoted(row)).collect(),
        attempts: happened.len().max(reader.count + usize::from(last.has_happened())),
        incomplete: verdict.incomplete,
        no_log: happened.is_empty() && reader.attempts.iter().all(|attempt| attempt.marks == 0),
    }
}

/// Text that may be shown: without secrets, on one line, not too long.
fn quoted(text: &str) -> String {
    let masked = mask(text.trim());
    let mut out: String =
        masked.chars().map(|ch| if ch.is_control() { ' ' } else { ch }).take(QUOTE).collect();
    if masked.chars().count() > QUOTE {
        out.push('…');
    }
    out
}

/// Whether two attempts are known to be of two services.
fn are_apart(one: &Attempt, other: &Attempt) -> bool {
    let differ = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
    differ(&one.service, &other.service) || differ(&one.root, &other.root)
}

fn judge<'a>(attempt: &'a Attempt, reader: &'a Reader) -> Verdict<'a> {
    if let Some(hit) = &attempt.plan_error {
        return Verdict::because(Answer::Failed, hit, None);
    }
    if let Some(anchor) = attempt.anchors.iter().find(|anchor| !anchor.failure.cancelled) {
        return at_anchor(anchor, attempt, reader);
    }
    if let Some(hit) = attempt.solve_error.as_ref().filter(|hit| hit.is(Take::First)) {
        return Verdict::because(Answer::Failed, hit, None);
    }
    if let Some(anchor) = attempt.anchors.first() {
        let own = Some((anchor.at, anchor.text.as_str(), "cancelled"));
        return Verdict { own, command: anchor.failure.command.clone(), ..Verdict::of(Answer::Failed) };
    }
    if let Some(hit) = &attempt.solve_error {
        return Verdict::because(Answer::Failed, hit, None);
    }
    if let Some(at) = attempt.failed {
        let verdict = without_anchor(attempt, at, reader);
        // A text that quotes the last line of a log alone is none.
        let quotes = reader.is_text() && verdict.answer == Answer::Unexplained;
        return if quotes { Verdict::of(Answer::Healthy) } else { verdict };
    }
    if let Some(verdict) = crash(&attempt.runs) {
        return Verdict { command: start_command(attempt), ..verdict };
    }
    if !attempt.health_good
        && let Some(hit) =
            attempt.health.deciding().min_by_key(|hit| (hit.is(Take::Hint), !hit.is(Take::First), hit.at))
    {
        return Verdict {
            command: start_command(attempt),
            ..Verdict::because(Answer::StartFailed, hit, None)
        };
    }
    if attempt.green || !attempt.runs.is_empty() {
        return Verdict::of(Answer::Healthy);
    }
    if attempt.steps.is_empty() {
        return if attempt.marks == 0 || reader.attempts.len() == 1 {
            unknown(attempt, reader)
        } else {
            Verdict::of(Answer::Healthy)
        };
    }
    if reader.is_text() { Verdict::of(Answer::Healthy) } else { unfinished(attempt) }
}

fn start_command(attempt: &Attempt) -> Option<String> {
    attempt.plan.as_ref().and_then(|plan| plan.row("start")).filter(|row| !row.is_empty())
}

/// The build failed, and `BuildKit` names the command.
fn at_anchor<'a>(anchor: &'a Anchor, attempt: &'a Attempt, reader: &'a Reader) -> Verdict<'a> {
    let exit = anchor.failure.exit;
    let command = anchor.failure.command.as_deref().or_else(|| {
        let step = anchor.step.and_then(|at| attempt.steps.get(at))?;
        Some(step.command.as_str()).filter(|command| !command.is_empty())
    });
    let step = anchor.step.and_then(|at| attempt.steps.get(at));
    let found = step.and_then(|step| in_step(step, exit, command));
    let found = found.or_else(|| elsewhere(anchor, attempt, reader, exit, command));
    let failure = Some((anchor.at, anchor.text.clone()));
    let memory = exit == Some(137)
        && found.is_none_or(|hit| hit.family().is_none_or(|family| family.reason != "memory"));
    if memory {
        let own = Some((anchor.at, anchor.text.as_str(), "memory"));
        return Verdict { own, failure, command: command.map(str::to_owned), ..Verdict::of(Answer::Failed) };
    }
    match found {
        Some(hit) => Verdict { failure, ..Verdict::because(Answer::Failed, hit, command) },
        None => Verdict { failure, command: command.map(str::to_owned), ..Verdict::of(Answer::Unexplained) },
    }
}

fn in_step<'a>(step: &'a Step, exit: Option<i32>, command: Option<&str>) -> Option<&'a Hit> {
    pick(step.shown(), exit, command).or_else(|| pick(&step.recap, exit, command))
}

/// The cause where the failing step has none: a log that starts in the middle, or lines that another service mixed in.
fn elsewhere<'a>(
    anchor: &Anchor,
    attempt: &'a Attempt,
    reader: &'a Reader,
    exit: Option<i32>,
    command: Option<&str>,
) -> Option<&'a Hit> {
    let known = anchor.step.and_then(|at| attempt.steps.get(at)).is_some_and(|step| step.lines > 0);
    if !known
        && !reader.numbers_steps()
        && let Some(hit) = pick(&attempt.loose, exit, command)
    {
        return Some(hit);
    }
    let above = |hit: &&Hit| hit.at.line <= anchor.at.line && hit.at.line + NEAR >= anchor.at.line;
    let fits = |hit: &&Hit| hit.decides() && hit.family().is_some_and(|family| family.fits(exit));
    // Another attempt began before this one's error was printed.
    let before = reader
        .attempts
        .iter()
        .rev()
        .filter(|other| std::ptr::eq(*other, attempt) || other.anchors.is_empty());
    let same = before.clone().filter(|_| !known).find_map(|other| {
        let step = command.and_then(|command| other.step_of(command)).and_then(|at| other.steps.get(at))?;
        in_step(step, exit, command)
    });
    same.or_else(|| {
        let mixed = before.flat_map(|other| other.steps.iter()).filter(|step| !step.done && step.runs);
        mixed.flat_map(|step| step.shown().all.iter()).filter(above).filter(fits).max_by_key(|hit| hit.at)
    })
}

/// The line that decides among those of a step.
fn pick<'a>(hits: &'a Hits, exit: Option<i32>, command: Option<&str>) -> Option<&'a Hit> {
    let mut deciding: Vec<&Hit> = hits.deciding().collect();
    deciding.sort_by_key(|hit| hit.at);
    let reason = |hit: &Hit| hit.family().map(|family| family.reason).unwrap_or_default();
    if exit == Some(137) {
        return deciding.into_iter().find(|hit| reason(hit) == "memory");
    }
    let beside = |hit: &&Hit| !hit.is(Take::Hint) && reason(hit) != "resolution";
    if deciding.iter().any(beside) {
        deciding.retain(|hit| !hit.is(Take::Hint));
    }
    let fits = |hit: &&&Hit| hit.family().is_some_and(|family| family.fits(exit));
    let chosen = deciding.iter().find(fits).or_else(|| deciding.first()).copied();
    chosen.or_else(|| {
        let first = hits.all.iter().find(|hit| hit.is(Take::Generic));
        let nix = command.is_some_and(|command| command.contains("nix-env"));
        let weak = || hits.all.iter().find(|hit| hit.is(Take::Weak));
        if nix { hits.last_generic.as_ref().or(first) } else { first.or_else(weak) }
    })
}

/// Commands that install Python packages.
const INSTALLS: [&str; 8] =
    ["pip install", "pip3 install", "uv sync", "uv pip", "poetry install", "pipenv", "pdm ", "uv install"];
/// Commands that run what the app has.
const APPS: [&str; 13] = [
    "run build",
    "next build",
    "vite",
    "tsc",
    "manage.py",
    "npm run",
    "npm start",
    "yarn ",
    "pnpm ",
    "bun ",
    "node ",
    "python ",
    "cargo ",
];

/// The reason of a line: of its family, or what the command that printed it is for.
fn reason(hit: &Hit, command: Option<&str>) -> &'static str {
    let reason = hit.family().map_or("other", |family| family.reason);
    if reason != "other" {
        return reason;
    }
    match command {
        Some(command) if INSTALLS.iter().any(|name| command.contains(name)) => "build-backend",
        Some(command) if APPS.iter().any(|name| command.contains(name)) => "app-code",
        None if hit
            .text
            .split([':', ' '])
            .next()
            .is_some_and(|word| word.ends_with("Error") || word.ends_with("Exception")) =>
        {
            "app-code"
        }
        _ => "other",
    }
}

/// A line says that the build failed, and none says at which command.
fn without_anchor<'a>(attempt: &'a Attempt, at: At, reader: &Reader) -> Verdict<'a> {
    let step = attempt.current.and_then(|at| attempt.steps.get(at));
    let last = attempt
        .steps
        .iter()
        .rev()
        .find(|step| step.runs && !step.done && step.shown().deciding().next().is_some());
    let step = step.filter(|step| step.runs).or(last);
    let command = step.map(|step| step.command.as_str()).filter(|command| !command.is_empty());
    let hit = step
        .and_then(|step| in_step(step, None, command))
        .or_else(|| if reader.numbers_steps() { None } else { pick(&attempt.loose, None, None) });
    let failure = Some((at, String::new()));
    match hit {
        Some(hit) => Verdict { failure, ..Verdict::because(Answer::Failed, hit, command) },
        None => Verdict { failure, command: command.map(str::to_owned), ..Verdict::of(Answer::Unexplained) },
    }
}

/// The log ends in the middle of the build.
fn unfinished(attempt: &Attempt) -> Verdict<'_> {
    let running = attempt.steps.iter().rev().filter(|step| !step.done && step.runs);
    let hit = running.clone().find_map(|step| {
        let hit = step.shown().deciding().min_by_key(|hit| hit.at)?;
        Some((hit, step))
    });
    if let Some((_, step)) = hit
        && let Some(hit) = in_step(step, None, Some(&step.command))
    {
        let command = Some(step.command.as_str()).filter(|command| !command.is_empty());
        return Verdict { incomplete: true, ..Verdict::because(Answer::Failed, hit, command) };
    }
    if attempt.is_numbered
        && attempt.steps.iter().filter(|step| step.runs).all(|step| step.done)
        && attempt.steps.last().is_some_and(|step| step.done)
    {
        return Verdict::of(Answer::Healthy);
    }
    let step = attempt.current.and_then(|at| attempt.steps.get(at)).filter(|step| step.runs);
    let command = step.map(|step| step.command.clone());
    Verdict { incomplete: true, command, ..Verdict::of(Answer::Unexplained) }
}

/// The first crash of an app that did not start: the same error repeats with every restart.
fn crash(runs: &[Run]) -> Option<Verdict<'_>> {
    let mut services: Vec<Option<&str>> = runs.iter().map(|run| run.service.as_deref()).collect();
    services.dedup();
    for service in services {
        let of: Vec<&Run> = runs.iter().filter(|run| run.service.as_deref() == service).collect();
        // One that only just began says nothing.
        let last = of.iter().rposition(|run| run.lines > 0).unwrap_or_default();
        let Some(hit) = of.get(last).and_then(|run| crashed(run)) else { continue };
        let same = of.iter().take(last).rev().map_while(|run| {
            if run.lines == 0 { Some(hit) } else { crashed(run).filter(|other| other.text == hit.text) }
        });
        let first = same.chain([hit]).min_by_key(|hit| hit.at).unwrap_or(hit);
        return Some(Verdict::because(Answer::StartFailed, first, None));
    }
    None
}

fn crashed(run: &Run) -> Option<&Hit> {
    if run.served() {
        return None;
    }
    let hit = pick(&run.hits, None, None)?;
    let traced = run.hits.has("sign-traceback");
    let ended = if hit.is(Take::Generic) {
        traced && (run.ended || run.after <= AFTER_ANY)
    } else {
        run.ended || run.after <= AFTER_KNOWN
    };
    ended.then_some(hit)
}

/// A text in which no build and no start can be told: an error that somebody pasted, or no log at all.
fn unknown<'a>(attempt: &'a Attempt, reader: &Reader) -> Verdict<'a> {
    let run = &attempt.unknown;
    if run.served() || reader.titled && attempt.marks == 0 || reader.numbers_steps() {
        return Verdict::of(Answer::Healthy);
    }
    let sure = |hit: &&Hit| {
        hit.is(Take::First) || hit.is(Take::Last) || hit.family().is_some_and(|family| family.id == "command")
    };
    let build = pick(&attempt.loose, None, None).filter(sure);
    let start = crashed(run);
    match (build, start) {
        (Some(hit), _) if !is_of_start(hit) => Verdict::because(Answer::Failed, hit, None),
        (_, Some(hit)) if hit.decides() || attempt.marks > 0 => {
            Verdict { command: start_command(attempt), ..Verdict::because(Answer::StartFailed, hit, None) }
        }
        _ => Verdict::of(Answer::Healthy),
    }
}

/// Whether a line without its surroundings is rather one of an app that starts than of a build.
fn is_of_start(hit: &Hit) -> bool {
    const TOOLS: [&str; 9] = ["npm", "npx", "pnpm", "yarn", "bun", "poetry", "uv", "pdm", "pipenv"];
    let Some(family) = hit.family() else { return false };
    if family.id == "command" {
        return rule::program(&hit.text).is_none_or(|program| !TOOLS.contains(&program));
    }
    let pip = matches!(family.reason, "pip-not-found" | "no-pip-module");
    family.place.meets(Place::START) && !pip && catalogue::family(hit.family).is_some()
}
