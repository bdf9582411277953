//! What rules share: the calls of a run, and findings at a place.

use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::{Item, Origin, PYTHON_MANIFESTS, Place};
use crate::requirements::scripts;
use crate::simulate::{Command, Invocation, InvocationKind, PipInvocation, join};
use crate::text::Span;
use std::collections::HashSet;

/// A command longer than this is not repeated in a note.
const LONGEST: usize = 80;

/// A finding before it has its rule.
#[derive(Clone, Debug)]
pub(super) struct Found {
    severity: Severity,
    message: String,
    place: Option<Place>,
    label: String,
    notes: Vec<String>,
    keys: Vec<String>,
}

impl Found {
    /// At a place in a file.
    pub(super) fn place(place: Place, severity: Severity, message: String) -> Self {
        Self {
            severity,
            message,
            place: Some(place),
            label: String::new(),
            notes: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Of the app as a whole.
    pub(super) fn app(severity: Severity, message: String) -> Self {
        Self { severity, message, place: None, label: String::new(), notes: Vec::new(), keys: Vec::new() }
    }

    /// At an item of the plan, where that stands in a file.
    pub(super) fn at(item: &Item, severity: Severity, message: String) -> Option<Self> {
        let Origin::Deploy(place) = &item.origin else { return None };
        Some(Self::place(place.clone(), severity, message))
    }

    /// At one simple command inside a command that stands in a file.
    pub(super) fn call(
        cx: &Context<'_>,
        command: &Command,
        call: &Invocation,
        severity: Severity,
        message: String,
    ) -> Option<Self> {
        let Origin::Deploy(place) = &command.item.origin else { return None };
        // What a command gets over breaks nothing.
        let tolerated = !command.fails() && !cx.simulation.verdict.fails();
        let severity = if tolerated { severity.min(Severity::Warning) } else { severity };
        if let Some(file) = &call.file {
            let found = Self::place(Place { path: file.to_string(), span: call.span }, severity, message);
            return Some(found.in_script(command));
        }
        let span = cx.source(place, call.span).unwrap_or(place.span);
        Some(Self::place(Place { path: place.path.clone(), span }, severity, message))
    }

    /// At a part of a command that stands in a file.
    pub(super) fn within(
        cx: &Context<'_>,
        command: &Command,
        part: Span,
        severity: Severity,
        message: String,
    ) -> Option<Self> {
        let place = place_of(command)?;
        let span = cx.source(place, part).unwrap_or(place.span);
        Some(Self::place(Place { path: place.path.clone(), span }, severity, message))
    }

    /// Says which command runs the script that it is in.
    pub(super) fn in_script(self, command: &Command) -> Self {
        let Origin::Deploy(place) = &command.item.origin else { return self };
        let text = command.item.value.trim();
        let short = text.lines().next().filter(|line| line.len() == text.len() && line.len() <= LONGEST);
        let by = short.map_or_else(|| "a command".to_owned(), |text| format!("`{text}`"));
        self.note(&format!("{by} in `{}` runs this", place.path))
    }

    /// The words beside the underlined place.
    pub(super) fn label(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// The path of keys that the finding is about, for its fix.
    pub(super) fn keys(mut self, keys: &[&str]) -> Self {
        self.keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self
    }

    /// A further sentence.
    pub(super) fn note(mut self, note: &str) -> Self {
        self.notes.push(note.to_owned());
        self
    }

    pub(super) fn by(self, rule: &'static RuleInfo) -> Finding {
        Finding {
            rule,
            severity: self.severity,
            message: self.message,
            place: self.place,
            label: self.label,
            notes: self.notes,
            keys: self.keys,
            fix: None,
        }
    }
}

/// Changes the list entry that a finding points at. `decide` gives the new text for the old one, or `None` where the
/// entry goes, and the title of the fix; nothing where there is nothing to change.
pub(super) fn change_entry(
    finding: &Finding,
    draft: &mut Draft<'_>,
    decide: impl FnOnce(&str) -> Option<(Option<String>, String)>,
) -> bool {
    let Some((list, at)) = finding.place.as_ref().and_then(|place| draft.list_entry(place)) else {
        return false;
    };
    let text = list.pieces.get(at).map(|piece| piece.text.clone()).unwrap_or_default();
    let Some((new, title)) = decide(&text) else { return false };
    match new {
        Some(new) => list.replace_or_drop(at, &new),
        None => list.drop_entry(at),
    }
    list.rules.insert(finding.rule.id);
    list.say(&title);
    true
}

/// Changes the command that a finding points at: an entry of a list, or a start command.
pub(super) fn change_command(
    cx: &Context<'_>,
    finding: &Finding,
    draft: &mut Draft<'_>,
    decide: impl Fn(&str) -> Option<(String, String)>,
) -> bool {
    let in_list = change_entry(finding, draft, |text| {
        let (new, title) = decide(text)?;
        Some((Some(new), title))
    });
    if in_list {
        return true;
    }
    let Some(place) = &finding.place else { return false };
    let Some(command) = start_command(cx).filter(|command| holds(command, place)) else { return false };
    let Some((old, place)) = draft.text(&command.item).zip(place_of(command)) else { return false };
    let Some((new, title)) = decide(&old) else { return false };
    draft.set_text(place, &old, new, finding.rule.id);
    draft.say_of_text(place, title);
    true
}

/// The place of a command's string in a file.
pub(super) fn place_of(command: &Command) -> Option<&Place> {
    if let Origin::Deploy(place) = &command.item.origin { Some(place) } else { None }
}

/// Whether a command's string has this place.
fn holds(command: &Command, place: &Place) -> bool {
    place_of(command).is_some_and(|own| {
        own.path == place.path && own.span.start <= place.span.start && place.span.end <= own.span.end
    })
}

/// The start command, where that stands in a file.
pub(super) fn start_command<'c>(cx: &Context<'c>) -> Option<&'c Command> {
    let last = cx.simulation.commands.last()?;
    (last.phase.is_none() && in_file(&last.item)).then_some(last)
}

/// Whether an item stands in one of the app's files.
pub(super) fn in_file(item: &Item) -> bool {
    crate::simulate::in_file(item)
}

/// The noted calls of commands that stand in a file.
pub(super) fn calls<'c>(cx: &Context<'c>) -> impl Iterator<Item = (&'c Command, &'c Invocation)> {
    all_calls(cx).filter(|(command, _)| in_file(&command.item))
}

/// The noted calls, the provider's too.
pub(super) fn all_calls<'c>(cx: &Context<'c>) -> impl Iterator<Item = (&'c Command, &'c Invocation)> {
    let commands: &'c [Command] = &cx.simulation.commands;
    // What runs after a command that could not be followed may have been made by it.
    let followed = commands.iter().position(Command::is_unknown).map_or(commands.len(), |at| at + 1);
    commands
        .iter()
        .take(followed)
        .flat_map(|command| command.all_invocations().map(move |call| (command, call)))
}

/// The pip calls of commands that stand in a file.
pub(super) fn pip_calls<'c>(
    cx: &Context<'c>,
) -> impl Iterator<Item = (&'c Command, &'c Invocation, &'c PipInvocation)> {
    pips(calls(cx))
}

/// The pip calls, the provider's too.
pub(super) fn all_pip_calls<'c>(
    cx: &Context<'c>,
) -> impl Iterator<Item = (&'c Command, &'c Invocation, &'c PipInvocation)> {
    pips(all_calls(cx))
}

fn pips<'c>(
    invocations: impl Iterator<Item = (&'c Command, &'c Invocation)>,
) -> impl Iterator<Item = (&'c Command, &'c Invocation, &'c PipInvocation)> {
    invocations.filter_map(|(command, call)| match &call.kind {
        InvocationKind::Pip(pip) => Some((command, call, pip.as_ref())),
        _ => None,
    })
}

/// The file that lists a package with this program among what the app needs.
pub(super) fn manifest_with(cx: &Context<'_>, program: &str) -> Option<&'static str> {
    PYTHON_MANIFESTS.into_iter().find(|manifest| {
        let Ok(Some(bytes)) = cx.app.read(&in_app(cx, manifest)) else { return false };
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let words: HashSet<&str> = text.split(|c: char| !is_name(c)).collect();
        scripts::distributions_with_script(program).any(|name| words.contains(name))
            || words.contains(program)
    })
}

/// The path in the app view of a script that a command names from the directory in which commands start.
pub(super) fn script_of(cx: &Context<'_>, name: &str) -> Option<String> {
    let absolute = join("/app", name);
    Some(in_app(cx, absolute.strip_prefix("/app/")?))
}

/// The path in the app view of a file that the plan's directory has.
pub(super) fn in_app(cx: &Context<'_>, file: &str) -> String {
    let dir = &cx.model.plan.dir;
    if dir.is_empty() { file.to_owned() } else { format!("{dir}/{file}") }
}
