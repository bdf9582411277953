//! One command string, rewritten step by step.

use crate::edit::{Edit, Transaction};
use crate::shell::{self, Command, CommandList, CompoundKind, Separator, SimpleCommand, Step};
use crate::text::Span;
use std::collections::{BTreeSet, HashSet};

/// Changes to one command string: simple commands to take out, and parts to replace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// Spans of simple commands.
    pub(crate) drop: Vec<Span>,
    /// Parts and what takes their place.
    pub(crate) parts: Vec<(Span, String)>,
}

impl Changes {
    /// Whether there is nothing to change.
    pub(crate) fn is_empty(&self) -> bool {
        self.drop.is_empty() && self.parts.is_empty()
    }

    /// The command after the changes; `None` where nothing of it remains.
    pub(crate) fn apply(&self, command: &str, script: &CommandList) -> Option<String> {
        let (drop, parts) = self.flattened(script);
        let drop: HashSet<Span> = drop.into_iter().collect();
        let mut emptied = Vec::new();
        let cuts = cuts(script, &drop, &mut emptied)?;
        let whole = merged(&[cuts.as_slice(), emptied.as_slice()].concat());
        let inside = |span: Span| is_within(&whole, span);
        let parts = parts.iter().filter(|(span, _)| !inside(*span));
        let mut edits: Vec<Edit> = cuts.iter().map(|cut| Edit::deletion(*cut)).collect();
        // A body without a command is a syntax error.
        edits.extend(emptied.iter().map(|body| Edit::replacement(*body, ":")));
        edits.extend(parts.map(|(span, new)| Edit::replacement(*span, new.as_str())));
        edits.sort();
        let mut held = Transaction::new();
        for edit in edits {
            // Parts of one command do not overlap; one that would is left as it stands.
            let _ = held.add(command, &[edit]);
        }
        let text = held.apply(command).unwrap_or_else(|_| command.to_owned());
        Some(deduplicated(text.trim()))
    }

    /// Changes inside `bash -c '…'` as changes of the command around it.
    fn flattened(&self, script: &CommandList) -> (Vec<Span>, Vec<(Span, String)>) {
        let (mut drop, mut parts) = (self.drop.clone(), self.parts.clone());
        let dropped: BTreeSet<Span> = drop.iter().copied().collect();
        for simple in script.all_simple_commands() {
            let outer = simple.span;
            let mut inside = dropped.range(Span::at(outer.start)..Span::at(outer.end));
            if !inside.any(|span| *span != outer && outer.contains(*span)) {
                continue;
            }
            let Some((text, start)) = shell::nested(simple) else { continue };
            let Ok(inner) = shell::parse(&text) else { continue };
            let whole = Span::new(start, start + text.len());
            let shift = |span: Span| Span::new(span.start - start, span.end - start);
            let changes = Changes {
                drop: drop.iter().filter(|span| whole.contains(**span)).map(|span| shift(*span)).collect(),
                parts: parts
                    .iter()
                    .filter(|(span, _)| whole.contains(*span))
                    .map(|(span, new)| (shift(*span), new.clone()))
                    .collect(),
            };
            drop.retain(|span| !whole.contains(*span));
            parts.retain(|(span, _)| !whole.contains(*span));
            match changes.apply(&text, &inner) {
                Some(text) => parts.push((whole, text)),
                None => drop.push(outer),
            }
        }
        (drop, parts)
    }
}

/// The bytes that go with the dropped simple commands: themselves and the operators that joined
/// them. `None` where no step remains. `emptied` gets the bodies of compound commands of which nothing remains.
fn cuts(script: &CommandList, drop: &HashSet<Span>, emptied: &mut Vec<Span>) -> Option<Vec<Span>> {
    let mut gone: Vec<bool> = script.steps.iter().map(|step| is_dropped(&step.command, drop)).collect();
    for at in 1..gone.len() {
        let fallback = script.steps.get(at - 1).is_some_and(|step| step.separator == Separator::Or)
            && gone.get(at - 1) == Some(&true);
        // Ex) `python -m ensurepip || true`: the fallback has nothing left to fall back from
        if fallback
            && script.steps.get(at).is_some_and(is_excuse)
            && let Some(slot) = gone.get_mut(at)
        {
            *slot = true;
        }
    }
    for at in 0..gone.len().saturating_sub(1) {
        let step = script.steps.get(at)?;
        // Ex) `pip --version || python -m ensurepip`: the check has nothing left to guard
        if step.separator == Separator::Or
            && gone.get(at + 1) == Some(&true)
            && is_check(&step.command)
            && let Some(slot) = gone.get_mut(at)
        {
            *slot = true;
        }
    }
    let mut rest_gone = true;
    for at in (0..gone.len().saturating_sub(1)).rev() {
        let step = script.steps.get(at)?;
        rest_gone &= gone.get(at + 1) == Some(&true);
        // Ex) `[ -f requirements.txt ] && pip install …`: the test has nothing left to guard
        if step.separator == Separator::And
            && rest_gone
            && (is_check(&step.command) || is_test(&step.command))
            && let Some(slot) = gone.get_mut(at)
        {
            *slot = true;
        }
    }
    if !gone.is_empty() && gone.iter().all(|gone| *gone) {
        return None;
    }
    let mut cuts = Vec::new();
    let mut kept_end = None;
    let mut steps = script.steps.iter().zip(&gone).peekable();
    while let Some((step, gone)) = steps.next() {
        if !gone {
            kept_end = Some((step.span.end, step.separator));
            continue;
        }
        let mut end = step.span.end;
        let mut next_start = None;
        while let Some((next, next_gone)) = steps.peek() {
            if **next_gone {
                end = next.span.end;
                steps.next();
            } else {
                next_start = Some(next.span.start);
                break;
            }
        }
        let ends = |joined| !matches!(joined, Separator::And | Separator::Or);
        let cut = match (next_start, kept_end) {
            // Ex) `a && b; c` or `a || b && c`: what follows `b` follows `a` as it did
            (Some(_), Some((before, joined))) if !ends(joined) => Span::new(before, end),
            // Ex) `a && b`: dropping `a` takes the operator after it along
            (Some(next), _) => Span::new(step.span.start, next),
            // Ex) `a && b`: dropping `b` takes the operator before it along
            (None, Some((before, _))) => Span::new(before, end),
            (None, None) => Span::new(step.span.start, end),
        };
        cuts.push(cut);
    }
    for (step, _) in script.steps.iter().zip(&gone).filter(|(_, gone)| !**gone) {
        cuts.extend(cuts_inside(&step.command, drop, emptied));
    }
    Some(with_here_documents(script, &gone, cuts))
}

/// The bytes that go from the lists inside a command that stays.
fn cuts_inside(node: &Command, drop: &HashSet<Span>, emptied: &mut Vec<Span>) -> Vec<Span> {
    let lists = match node {
        Command::Simple(_) => return Vec::new(),
        Command::Pipeline(pipeline) => {
            return pipeline.commands.iter().flat_map(|stage| cuts_inside(stage, drop, emptied)).collect();
        }
        Command::Compound(compound) => compound.kind.lists(),
        Command::Function(function) => function.body.kind.lists(),
    };
    let mut found = Vec::new();
    for list in lists {
        match (cuts(list, drop, emptied), list.steps.first(), list.steps.last()) {
            (Some(cuts), ..) => found.extend(cuts),
            (None, Some(first), Some(last)) => emptied.push(Span::new(first.span.start, last.span.end)),
            (None, ..) => {}
        }
    }
    found
}

/// The cuts, with the bodies of here-documents that go and without those that stay.
fn with_here_documents(script: &CommandList, gone: &[bool], mut cuts: Vec<Span>) -> Vec<Span> {
    for (step, gone) in script.steps.iter().zip(gone) {
        for document in step.command.here_documents() {
            let body = document.span;
            if *gone {
                cuts.push(body);
                continue;
            }
            // The line end before the body stays, too.
            let (start, end) = (body.start.saturating_sub(1), body.end);
            let around = |cut: Span| {
                let before = Span::new(cut.start, start.clamp(cut.start, cut.end));
                [before, Span::new(end.clamp(cut.start, cut.end), cut.end)]
            };
            cuts = cuts.into_iter().flat_map(around).filter(|cut| !cut.is_empty()).collect();
        }
    }
    cuts
}

fn is_dropped(node: &Command, drop: &HashSet<Span>) -> bool {
    match node {
        Command::Simple(simple) => drop.contains(&simple.span),
        // Ex) `curl …/get-pip.py | python3`: one dropped end leaves the other nothing to do
        Command::Pipeline(pipeline) => {
            let stages = &pipeline.commands;
            let kept = |stage: &&Command| !is_dropped(stage, drop);
            stages.iter().any(|stage| is_dropped(stage, drop)) && !stages.iter().filter(kept).any(installs)
        }
        Command::Compound(compound) => match &compound.kind {
            CompoundKind::Subshell(list) | CompoundKind::Group(list) => {
                list.steps.iter().all(|step| is_dropped(&step.command, drop))
            }
            // Ex) `if [ -f requirements.txt ]; then pip install …; fi`: the test has nothing left to guard
            CompoundKind::If(clause) => {
                let asks = |step: &Step| is_check(&step.command) || is_test(&step.command);
                let conditions = clause.branches.iter().flat_map(|branch| &branch.condition.steps);
                let bodies = clause.branches.iter().map(|branch| &branch.body).chain(&clause.else_body);
                let mut steps = bodies.flat_map(|body| &body.steps);
                conditions.into_iter().all(asks) && steps.all(|step| is_dropped(&step.command, drop))
            }
            _ => false,
        },
        Command::Function(_) => false,
    }
}

/// `pip install x`, whatever is piped into it.
fn installs(node: &Command) -> bool {
    let Command::Simple(simple) = node else { return true };
    simple.words.iter().any(|word| word.text.as_deref() == Some("install"))
}

/// `true`, `:` or a message: what stands after `||` only so that the command ends well.
fn is_excuse(step: &Step) -> bool {
    let Command::Simple(simple) = &step.command else { return false };
    matches!(simple.text(0), Some("true" | ":" | "echo"))
}

/// `pip --version`, `which pip`: asks only whether pip is there.
fn is_check(node: &Command) -> bool {
    let Command::Simple(simple) = node else { return false };
    let words: Vec<&str> = simple.words.iter().filter_map(|word| word.text.as_deref()).collect();
    match words.as_slice() {
        ["which" | "type", _] | ["command", "-v", _] => true,
        [.., last] => *last == "--version",
        [] => false,
    }
}

/// `test -f x`, `[ -f x ]`, `[[ … ]]`.
fn is_test(node: &Command) -> bool {
    match node {
        Command::Simple(simple) => matches!(simple.text(0), Some("[" | "test")),
        Command::Compound(compound) => matches!(compound.kind, CompoundKind::Conditional(_)),
        _ => false,
    }
}

/// `a || a`, which two names for one pip become, is `a`.
fn deduplicated(command: &str) -> String {
    let Ok(script) = shell::parse(command) else { return command.to_owned() };
    let mut text = String::with_capacity(command.len());
    let mut at = 0;
    for pair in script.steps.windows(2) {
        let [first, second] = pair else { continue };
        if first.separator == Separator::Or && first.span.of(command) == second.span.of(command) {
            text.push_str(command.get(at..first.span.end).unwrap_or_default());
            at = second.span.end;
        }
    }
    text.push_str(command.get(at..).unwrap_or_default());
    text
}

/// The same bytes as spans that rise and do not overlap.
fn merged(spans: &[Span]) -> Vec<Span> {
    let mut sorted = spans.to_vec();
    sorted.sort();
    let mut merged: Vec<Span> = Vec::new();
    for span in sorted {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// Whether a span lies in one of others, which rise and do not overlap.
pub(crate) fn is_within(others: &[Span], span: Span) -> bool {
    let after = others.partition_point(|other| other.start <= span.start);
    after.checked_sub(1).and_then(|at| others.get(at)).is_some_and(|other| other.contains(span))
}

/// The bytes of a word and the blanks before it.
pub(crate) fn word_with_gap(
    command: &str,
    simple: &SimpleCommand,
    offset: usize,
    index: usize,
) -> Option<Span> {
    let word = simple.words.get(index)?;
    let before = command.get(..word.span.start + offset)?;
    Some(Span::new(before.trim_end_matches([' ', '\t']).len(), word.span.end + offset))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Drops the simple commands whose text is one of `drop`.
    fn without(command: &str, drop: &[&str]) -> Option<String> {
        let script = shell::parse(command).unwrap();
        let place = |part: &&str| command.rfind(*part).map(|at| Span::new(at, at + part.len()));
        let spans = drop.iter().filter_map(place).collect();
        Changes { drop: spans, parts: Vec::new() }.apply(command, &script)
    }

    #[test]
    fn a_dropped_step_takes_one_operator_along() {
        for (command, drop, want) in [
            ("a && b && c", &["a"][..], Some("b && c")),
            ("a && b && c", &["b"], Some("a && c")),
            ("a && b && c", &["c"], Some("a && b")),
            ("a && b && c", &["a", "b"], Some("c")),
            ("a && b && c", &["b", "c"], Some("a")),
            ("a; b", &["b"], Some("a")),
            ("a && b; c", &["b"], Some("a; c")),
            ("a && b; c", &["a"], Some("b; c")),
            ("a || b\nc", &["b"], Some("a\nc")),
            ("a || b && c", &["b"], Some("a && c")),
            ("a && b || c", &["b"], Some("a || c")),
            ("a; b && c", &["b"], Some("a; c")),
            ("q || true", &["q"], None),
            ("q || true && b", &["q"], Some("b")),
            ("a --version || (x | y)", &["x"], None),
            ("a && (x | y)", &["x"], Some("a")),
            ("x | v install y", &["x"], Some("x | v install y")),
            ("x | v install y", &["x", "v install y"], None),
            ("a", &["a"], None),
            ("cat <<E\nq\nE\nq a", &["q a"], Some("cat <<E\nq\nE")),
            ("cat <<E &&\nb\nE\nq", &["q"], Some("cat <<E\nb\nE")),
            ("cat <<E && q; c\nb\nE", &["q"], Some("cat <<E; c\nb\nE")),
            ("q <<E && c\nb\nE", &["q <<E"], Some("c")),
            ("a && q <<E; c\nb\nE\nd", &["q <<E"], Some("a; c\nd")),
            ("a\nq <<E\nb\nE\nc", &["q <<E"], Some("a\nc")),
            ("bash -c 'q && b'", &["q"], Some("bash -c 'b'")),
            ("bash -c 'q' && c", &["q"], Some("c")),
            ("if [ -f a ]; then q; fi", &["q"], None),
            ("if [ -f a ]; then q; else b; fi", &["q"], Some("if [ -f a ]; then :; else b; fi")),
            ("if [ -f a ]; then b && q; fi", &["q"], Some("if [ -f a ]; then b; fi")),
            ("if a; then\n q\n b\nfi; c", &["q"], Some("if a; then\n b\nfi; c")),
            ("(a; q) && c", &["q"], Some("(a) && c")),
            ("for i in 1 2; do q; done", &["q"], Some("for i in 1 2; do :; done")),
            ("f() { q; a; }; f", &["q"], Some("f() { a; }; f")),
        ] {
            assert_eq!(without(command, drop).as_deref(), want, "{command} without {drop:?}");
        }
    }

    #[test]
    fn one_pip_under_two_names_is_run_once() {
        assert_eq!(deduplicated("v install x || v install x || v install y"), "v install x || v install y");
        assert_eq!(deduplicated("v a && v a"), "v a && v a");
        assert_eq!(deduplicated("a || a || a || b || b; c"), "a || b; c");
    }
}
