//! The output of `simulate`: the predicted run, step by step.

use super::Examined;
use super::json::{self, VerdictReport};
use super::prose::{self, wrap};
use super::text::escape;
use crate::terminal::OutputStyle;
use nixpacks_transforms::simulate::{
    End, Outcome as Prediction, Place, Reached, Step, StepKind, Steps, Verdict,
};
use serde::Serialize;
use std::fmt::Write as _;

/// Columns from which on two runs are shown side by side.
const WIDE: usize = 120;
/// What stands between them.
const BETWEEN: &str = " │ ";

#[derive(Serialize)]
struct RunReport<'a> {
    verdict: VerdictReport<'a>,
    phases: &'a [String],
    steps: Vec<StepReport<'a>>,
}

#[derive(Serialize)]
struct StepReport<'a> {
    kind: &'static str,
    phase: Option<&'a str>,
    text: &'a str,
    /// Whether the ones before end well.
    reached: bool,
    outcome: &'static str,
    reason: Option<&'static str>,
    message: Option<&'a str>,
    programs: Vec<ProgramReport<'a>>,
    assumed: &'a [String],
}

#[derive(Serialize)]
struct ProgramReport<'a> {
    program: &'a str,
    does: &'static str,
    place: Option<&'a str>,
}

/// The runs of `apps` for programs.
pub(crate) fn json(apps: &[Examined]) -> anyhow::Result<String> {
    json::before_and_after(apps, |app| {
        let outcome = app.result.as_ref().ok();
        (
            outcome.map(|outcome| run(&outcome.before, &outcome.steps_before)),
            outcome.map(|outcome| run(&outcome.after, &outcome.steps_after)),
        )
    })
}

fn run<'a>(verdict: &'a Verdict, steps: &'a Steps) -> RunReport<'a> {
    let mut reached = true;
    let steps_report = steps.steps.iter().map(|step| {
        let (outcome, reason, message) = match &step.end {
            End::Ok => ("ok", None, None),
            End::Fails { reason, error } => ("fails", Some(reason.name()), Some(error.as_str())),
            End::Unknown(why) => ("unknown", None, Some(why.as_str())),
        };
        let report = StepReport {
            kind: step.kind.name(),
            phase: step.phase.as_deref(),
            text: &step.text,
            reached,
            outcome,
            reason,
            message,
            programs: step.programs.iter().map(program).collect(),
            assumed: &step.assumed,
        };
        reached &= step.end == End::Ok;
        report
    });
    RunReport { verdict: json::verdict(verdict), phases: &steps.phases, steps: steps_report.collect() }
}

fn program(reached: &Reached) -> ProgramReport<'_> {
    let (does, place) = match &reached.place {
        Place::Venv(path) => ("runs", Some(path.as_str())),
        Place::Own => ("runs", Some("own")),
        Place::Nix => ("runs", Some("nix")),
        Place::Apt => ("runs", Some("apt")),
        Place::Package => ("runs", Some("package")),
        Place::Missing => ("runs", None),
        Place::Makes(dir) => ("makes", Some(dir.as_str())),
        Place::Activates(dir) => ("activates", Some(dir.as_str())),
    };
    ProgramReport { program: &reached.program, does, place }
}

/// The runs of `apps` for people; with those after the fix if `both`.
pub(crate) fn human(apps: &[Examined], both: bool, style: OutputStyle) -> String {
    let mut out = String::new();
    for app in apps {
        let name = if app.home.shown == "." { "this app".to_owned() } else { escape(&app.home.shown) };
        let outcome = match &app.result {
            Ok(outcome) => outcome,
            Err(internal) => {
                let _ = writeln!(out, "{name}: {}", escape(&internal.message));
                continue;
            }
        };
        if !out.is_empty() {
            out.push('\n');
        }
        let paragraph = |out: &mut String, text: &str| {
            let text = style.width.map_or_else(|| text.to_owned(), |width| wrap(text, width, "", "  "));
            let _ = writeln!(out, "{text}");
        };
        if outcome.other_builder.is_some() {
            paragraph(&mut out, &format!("{name}: {}", prose::OTHER_BUILDER));
            paragraph(&mut out, "if Nixpacks built it:");
        }
        let before =
            (format!("{name}: {}", prose::verdict(&outcome.before)), &outcome.before, &outcome.steps_before);
        let after = (
            format!("{name}, with the fix: {}", prose::verdict(&outcome.after)),
            &outcome.after,
            &outcome.steps_after,
        );
        let changed = !outcome.changes.is_empty();
        if let Some(width) = style.width.filter(|width| *width >= WIDE && both && changed) {
            side_by_side(&before, &after, width, style, &mut out);
            continue;
        }
        one(&before, style, &mut out);
        if both && changed {
            out.push('\n');
            one(&after, style, &mut out);
        } else if both {
            paragraph(&mut out, &format!("{name}: there is no fix to compare it with"));
        }
    }
    out
}

type Titled<'a> = (String, &'a Verdict, &'a Steps);

/// One run, from margin to margin.
fn one((title, verdict, steps): &Titled<'_>, style: OutputStyle, out: &mut String) {
    for line in titled(title, verdict, style.width) {
        push(&line, style, out);
    }
    for block in blocks(steps, style.width) {
        for line in block.lines {
            push(&line, style, out);
        }
    }
}

/// One run as plain text, without a title.
pub(super) fn plain(steps: &Steps) -> String {
    let lines = blocks(steps, None).into_iter().flat_map(|block| block.lines);
    lines.fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}", line.text.strip_prefix("  ").unwrap_or(&line.text));
        out
    })
}

/// Two runs beside each other, each phase at the height of its like.
fn side_by_side(before: &Titled<'_>, after: &Titled<'_>, width: usize, style: OutputStyle, out: &mut String) {
    let column = width.saturating_sub(BETWEEN.chars().count()) / 2;
    let mut left = vec![Block { name: String::new(), lines: titled(&before.0, before.1, Some(column)) }];
    let mut right = vec![Block { name: String::new(), lines: titled(&after.0, after.1, Some(column)) }];
    left.extend(blocks(before.2, Some(column)));
    right.extend(blocks(after.2, Some(column)));
    for (left, right) in paired(left, right) {
        for at in 0..left.len().max(right.len()) {
            let nothing = Line { mark: Mark::Plain, text: String::new() };
            let one = left.get(at).unwrap_or(&nothing);
            painted(one, style, out);
            let used = one.text.chars().count();
            out.extend(std::iter::repeat_n(' ', column.saturating_sub(used)));
            out.push_str(BETWEEN);
            painted(right.get(at).unwrap_or(&nothing), style, out);
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
        }
    }
}

/// The lines of the blocks of two runs: those of one name beside each other, in an order that both have.
fn paired(left: Vec<Block>, right: Vec<Block>) -> Vec<(Vec<Line>, Vec<Line>)> {
    let mut out = Vec::new();
    let mut right = right.into_iter().collect::<std::collections::VecDeque<_>>();
    for block in left {
        let Some(at) = right.iter().position(|other| other.name == block.name) else {
            out.push((block.lines, Vec::new()));
            continue;
        };
        out.extend(right.drain(..at).map(|other| (Vec::new(), other.lines)));
        out.extend(right.pop_front().map(|other| (block.lines, other.lines)));
    }
    out.extend(right.into_iter().map(|other| (Vec::new(), other.lines)));
    out
}

/// The steps of one phase, below its name.
struct Block {
    name: String,
    lines: Vec<Line>,
}

/// A line and what it tells.
struct Line {
    mark: Mark,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Plain,
    Title,
    Works,
    Fails,
    Unknown,
    /// What is not run, as the run stops before it.
    Unreached,
}

fn titled(title: &str, verdict: &Verdict, width: Option<usize>) -> Vec<Line> {
    let mark = match verdict.outcome {
        Prediction::Builds => Mark::Works,
        Prediction::Fails { .. } => Mark::Fails,
        Prediction::Unknown => Mark::Unknown,
    };
    let text = width.map_or_else(|| title.to_owned(), |width| wrap(title, width, "", "  "));
    text.lines().map(|line| Line { mark, text: line.to_owned() }).collect()
}

fn blocks(steps: &Steps, width: Option<usize>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut reached = true;
    for step in &steps.steps {
        let name = match (step.kind, &step.phase) {
            (StepKind::Plan, _) => "plan".to_owned(),
            (StepKind::Nix | StepKind::Apt, _) => "packages".to_owned(),
            (StepKind::Start, _) => "start".to_owned(),
            (StepKind::Command, phase) => escape(phase.as_deref().unwrap_or_default()),
        };
        if out.last().is_none_or(|block| block.name != name) {
            let note = if reached { "" } else { " (not reached)" };
            let mark = if reached { Mark::Title } else { Mark::Unreached };
            let lines = vec![Line { mark, text: format!("  {name}{note}") }];
            out.push(Block { name, lines });
        }
        if let Some(block) = out.last_mut() {
            let is_said = block.lines.first().is_some_and(|title| title.mark == Mark::Unreached);
            let note = if reached || is_said { "" } else { " (not reached)" };
            lines(step, (reached, note), width, &mut block.lines);
        }
        reached &= step.end == End::Ok;
    }
    out
}

fn lines(step: &Step, (reached, note): (bool, &str), width: Option<usize>, out: &mut Vec<Line>) {
    let (sign, own) = match step.end {
        End::Ok => ('✓', Mark::Works),
        End::Fails { .. } => ('✗', Mark::Fails),
        End::Unknown(_) => ('?', Mark::Unknown),
    };
    let own = if reached { own } else { Mark::Unreached };
    let further = if reached { Mark::Plain } else { Mark::Unreached };
    let mut add = |mark: Mark, first: &str, text: &str| {
        let other = " ".repeat(first.chars().count());
        let text = match width {
            Some(width) => wrap(text, width, first, &other),
            None => format!("{first}{text}"),
        };
        out.extend(text.lines().map(|line| Line { mark, text: line.to_owned() }));
    };
    let text = match step.kind {
        StepKind::Plan => "Nixpacks reads the files".to_owned(),
        StepKind::Nix => format!("Nix: {}", escape(&step.text)),
        StepKind::Apt => format!("apt: {}", escape(&step.text)),
        StepKind::Command | StepKind::Start => escape(&step.text),
    };
    add(own, &format!("    {sign} "), &(text + note));
    let programs: Vec<String> = step.programs.iter().filter_map(|program| said(program, step)).collect();
    if !programs.is_empty() {
        add(further, "        ", &programs.join(", "));
    }
    match &step.end {
        End::Ok => {}
        End::Fails { error, .. } => add(own, "      ", &escape(error)),
        End::Unknown(why) => add(own, "      ", &format!("not predictable: {}", escape(why))),
    }
    if !step.assumed.is_empty() {
        let names: Vec<String> = step.assumed.iter().map(|name| format!("`{}`", escape(name))).collect();
        add(further, "        ", &format!("assumed to exist in nixpkgs: {}", prose::list(&names)));
    }
}

/// `pip → /opt/venv/bin/pip`; nothing where the error of the step says it already.
fn said(reached: &Reached, step: &Step) -> Option<String> {
    let program = escape(&reached.program);
    let place = match &reached.place {
        Place::Venv(path) if *path == reached.program => return None,
        Place::Venv(path) => escape(path),
        Place::Own => format!("an environment of its own, which only `{program} run` uses"),
        Place::Nix => "Nix's Python".to_owned(),
        Place::Apt => "the Python from apt".to_owned(),
        Place::Package => "a package from nixpkgs".to_owned(),
        Place::Missing => match &step.end {
            End::Fails { error, .. } if error.contains(&reached.program) => return None,
            _ => "not there".to_owned(),
        },
        Place::Makes(dir) => return Some(format!("{program} makes {}", escape(dir))),
        Place::Activates(dir) => return Some(format!("activates {}", escape(dir))),
    };
    Some(format!("{program} → {place}"))
}

fn push(line: &Line, style: OutputStyle, out: &mut String) {
    painted(line, style, out);
    out.push('\n');
}

fn painted(line: &Line, style: OutputStyle, out: &mut String) {
    let code = match line.mark {
        Mark::Plain => "",
        Mark::Title => "1",
        Mark::Works => "32",
        Mark::Fails => "31",
        Mark::Unknown => "33",
        Mark::Unreached => "2",
    };
    if style.color && !code.is_empty() && !line.text.is_empty() {
        let _ = write!(out, "\x1b[{code}m{}\x1b[0m", line.text);
    } else {
        out.push_str(&line.text);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample::{examined, plain_style};
    use super::{End, OutputStyle, Place, Reached, Step, StepKind, Steps, human, json};
    use crate::report::Examined;
    use nixpacks_transforms::simulate::Reason;

    fn step(kind: StepKind, phase: Option<&str>, text: &str, end: End) -> Step {
        let phase = phase.map(str::to_owned);
        Step { kind, phase, text: text.to_owned(), programs: Vec::new(), end, assumed: Vec::new() }
    }

    fn app() -> Examined {
        let mut app = examined(&["safe"]);
        let outcome = app.result.as_mut().unwrap();
        let error = "undefined variable 'p\x1bip'".to_owned();
        let fails = End::Fails { reason: Reason::UndefinedVariable, error };
        let mut install =
            step(StepKind::Command, Some("install"), "pip install -r requirements.txt", End::Ok);
        let place = Place::Venv("/opt/venv/bin/pip".to_owned());
        install.programs = vec![Reached { program: "pip".to_owned(), place }];
        let start = step(StepKind::Start, None, "python main.py", End::Unknown("it has a knot".to_owned()));
        let phases = vec!["setup".to_owned(), "install".to_owned()];
        let nix = |end| step(StepKind::Nix, None, "python311", end);
        outcome.steps_before =
            Steps { phases: phases.clone(), steps: vec![nix(fails), install.clone(), start.clone()] };
        outcome.steps_after = Steps { phases, steps: vec![nix(End::Ok), install, start] };
        app
    }

    #[test]
    fn marks_each_step_and_what_is_not_reached() {
        let text = human(&[app()], false, plain_style());
        let want = "app: predicted to fail when Nix installs the packages: undefined variable 'pip'
  packages
    ✗ Nix: python311
      undefined variable 'p\\u{1b}ip'
  install (not reached)
    ✓ pip install -r requirements.txt
        pip → /opt/venv/bin/pip
  start (not reached)
    ? python main.py
      not predictable: it has a knot
";
        assert_eq!(text, want);
    }

    #[test]
    fn two_runs_are_beside_each_other_where_there_is_room() {
        for (width, beside) in [(Some(119), false), (None, false), (Some(120), true), (Some(140), true)] {
            let style = OutputStyle { width, ..plain_style() };
            let text = human(&[app()], true, style);
            assert_eq!(text.contains(" │ "), beside, "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= width.unwrap_or(1000)), "{text}");
            assert_eq!(text.matches("python main.py").count(), 2, "{text}");
        }
        let style = OutputStyle { width: Some(120), color: true, ..plain_style() };
        assert!(human(&[app()], true, style).contains("\x1b[31m"));
    }

    #[test]
    fn json_says_what_each_step_reaches() {
        let value: serde_json::Value = serde_json::from_str(&json(&[app()]).unwrap()).unwrap();
        let steps = &value["apps"][0]["before"]["steps"];
        assert_eq!(steps[0]["reached"], true);
        assert_eq!(
            (&steps[0]["outcome"], &steps[0]["reason"]),
            (&"fails".into(), &"undefined-variable".into())
        );
        assert_eq!(steps[1]["reached"], false);
        assert_eq!(steps[1]["programs"][0]["place"], "/opt/venv/bin/pip");
        assert_eq!(value["apps"][0]["after"]["steps"][1]["reached"], true);
    }
}
