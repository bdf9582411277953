//! Where in the app's files stands what is lost.

use crate::losses::{Loss, OLD_PATHS};
use crate::places::{About, Places};
use crate::planner::{PlanError, Planned};
use crate::python::pin_files;
use crate::source::Source;
use nixpacks_transforms::plan::Place;
use nixpacks_transforms::requirements::{self, Line};
use nixpacks_transforms::text::Span;

impl Places {
    /// The place of what is lost.
    pub(crate) fn of(&self, loss: &Loss) -> Option<Place> {
        let about = match loss {
            Loss::NoStart { .. } | Loss::OtherStart { .. } => return self.get(About::Start, ""),
            Loss::Browsers => return self.get(About::Browsers, ""),
            Loss::User(_) => return self.get(About::User, ""),
            Loss::OtherPython { .. } => return self.get(About::Python, ""),
            Loss::Package { .. } | Loss::NoReplacement { .. } => About::Package,
            Loss::Tool { .. } => About::Tool,
            Loss::Install(_) => About::Install,
            Loss::Command(_) | Loss::NotShipped { .. } => About::Command,
            Loss::Variable(_) => About::Variable,
            Loss::Asset(_) => About::Asset,
            Loss::Unreadable(_) | Loss::NoPlan(_) => return self.get(About::Text, ""),
            Loss::OldPath(text) => {
                let known = self.get(About::Text, text).or_else(|| self.get(About::Command, text));
                return known.or_else(|| self.get(About::Start, text));
            }
            Loss::AnyStart(_) | Loss::IncludedFiles(_) | Loss::PatchPin { .. } | Loss::OldPython(_) => {
                About::Text
            }
            Loss::OtherLanguage(_) | Loss::NoLanguage => return None,
        };
        self.get(about, loss.subject())
    }

    /// Looks for what no value of the plan of Nixpacks is, in the files that have it.
    pub(crate) fn look_for(&mut self, lost: &[Loss], planned: &Planned, app: &Source<'_>) {
        let pins = pin_files(app);
        if let Some(pin) = pins.first()
            && let Some(place) = verbatim(app, pin.path, &pin.version)
        {
            self.at(About::Python, "", place);
        }
        for loss in lost {
            let found = match loss {
                Loss::NoPlan(_) => match &planned.error {
                    Some(PlanError::Config(error)) => error.span.and_then(|span| in_config(app, span)),
                    _ => None,
                },
                Loss::AnyStart(command) => verbatim(app, "Procfile", command),
                Loss::IncludedFiles(path) => included(app, path),
                Loss::PatchPin { version, .. } | Loss::OldPython(version) => {
                    let pinned = pins.iter().filter(|pin| pin.version == *version);
                    let mut files = pinned.map(|pin| pin.path).chain([crate::CONFIG_FILE]);
                    files.find_map(|path| verbatim(app, path, version))
                }
                // A script, or else a command.
                Loss::OldPath(text) => {
                    let files = ["Procfile", crate::CONFIG_FILE];
                    old_path(app, text).or_else(|| files.iter().find_map(|path| verbatim(app, path, text)))
                }
                _ => None,
            };
            if let Some(place) = found {
                let subject = if matches!(loss, Loss::NoPlan(_)) { "" } else { loss.subject() };
                self.at(About::Text, subject, place);
            }
        }
    }
}

/// A place in the `railpack.json` as it is, from one in its text with line feeds alone.
fn in_config(app: &Source<'_>, span: Span) -> Option<Place> {
    let text = app.exact_text(crate::CONFIG_FILE)?;
    let returns = |at: usize| {
        // Each line that ends before the place had one byte more.
        let lines = text.split_inclusive('\n').scan(0, |to, line| {
            let has_return = line.ends_with("\r\n");
            *to += line.len() - usize::from(has_return);
            Some((*to, has_return))
        });
        at + lines.take_while(|(to, _)| *to <= at).filter(|(_, has_return)| *has_return).count()
    };
    let span = Span::new(returns(span.start), returns(span.end));
    Some(Place { path: crate::CONFIG_FILE.to_owned(), span })
}

/// Where a text first stands in a file, not in the middle of a word.
fn verbatim(app: &Source<'_>, path: &str, wanted: &str) -> Option<Place> {
    let text = app.exact_text(path).filter(|_| !wanted.is_empty())?;
    let is_edge = |ch: Option<char>| ch.is_none_or(|ch| !ch.is_alphanumeric() && ch != '.');
    let (start, _) = text.match_indices(wanted).find(|(at, _)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + wanted.len()..).and_then(|after| after.chars().next());
        is_edge(before) && is_edge(after)
    })?;
    Some(Place { path: path.to_owned(), span: Span::new(start, start + wanted.len()) })
}

/// The first line of a requirements file that needs other files.
fn included(app: &Source<'_>, path: &str) -> Option<Place> {
    let text = app.exact_text(path)?;
    let span = requirements::parse(&text).lines.iter().find_map(|line| match line {
        Line::Include { span, .. } | Line::Constraint { span, .. } => Some(*span),
        Line::Editable { target, span, .. } if !target.contains("://") => Some(*span),
        Line::Requirement { requirement, span } => {
            let url = requirement.url.as_deref()?;
            (!url.contains("://") || url.starts_with("file:")).then_some(*span)
        }
        _ => None,
    })?;
    Some(Place { path: path.to_owned(), span })
}

/// A path of Nixpacks' image in a script.
fn old_path(app: &Source<'_>, script: &str) -> Option<Place> {
    let text = app.exact_text(script)?;
    let (start, wanted) =
        OLD_PATHS.into_iter().filter_map(|wanted| Some((text.find(wanted)?, wanted))).min()?;
    Some(Place { path: script.to_owned(), span: Span::new(start, start + wanted.len()) })
}
