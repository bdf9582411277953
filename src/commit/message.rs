//! Writes the commit message: what was done, what failed and why, file by file, and that it is a prediction.

use super::body::{Body, WIDTH};
use super::installs::Installs;
use crate::report::Examined;
use crate::report::inert::inert;
use crate::report::prose::NOT_CHECKED;
use crate::report::text::escape;
use crate::view::WorkTree;
use nixpacks_transforms::engine::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// Apps of which the body tells.
const TOLD: usize = 10;
/// What every subject starts with.
pub(crate) const START: &str = "fix(nixpacks): ";

/// A message without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// One line.
    pub(crate) subject: String,
    /// Paragraphs; may be empty.
    pub(crate) body: String,
}

impl Message {
    /// What was typed, a paragraph each; `None` if that is nothing.
    pub(super) fn typed(paragraphs: &[String]) -> Option<Self> {
        let text = git2::message_prettify(paragraphs.join("\n\n"), None).ok()?;
        let text = text.trim_end();
        let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
        let message = Self { subject: subject.to_owned(), body: body.trim_start_matches('\n').to_owned() };
        (!message.subject.is_empty()).then_some(message)
    }

    /// All of it, as a commit holds it.
    pub(crate) fn text(&self) -> String {
        let Self { subject, body } = self;
        if body.is_empty() { format!("{subject}\n") } else { format!("{subject}\n\n{body}\n") }
    }
}

/// `message` with the line by which `name` signs it off.
pub(super) fn signed(message: Message, name: &str, email: &str) -> Message {
    let line = format!("Signed-off-by: {name} <{email}>");
    let Message { subject, mut body } = message;
    let last = body.rsplit("\n\n").next().unwrap_or_default();
    if last.lines().any(|known| known == line) {
        return Message { subject, body };
    }
    if !body.is_empty() {
        let trailers = last.lines().all(|line| {
            let key = line.split_once(": ").map_or("", |(key, _)| key);
            !key.is_empty() && key.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == '-')
        });
        body.push_str(if trailers { "\n" } else { "\n\n" });
    }
    body.push_str(&line);
    Message { subject, body }
}

/// The message for what was changed in `apps`.
pub(crate) fn message(apps: &[&Examined]) -> Message {
    let told: Vec<Told<'_>> = apps.iter().filter_map(|app| Told::of(app)).collect();
    let mut body = Body::default();
    for app in told.iter().take(TOLD) {
        app.tell(told.len() > 1, &mut body);
    }
    if let Some(more) = told.len().checked_sub(TOLD).filter(|more| *more > 0) {
        body.paragraph(&format!("And {more} more in the same way."));
    }
    body.paragraph(&format!("Predicted, not built; {NOT_CHECKED}."));
    Message { subject: subject(&told), body: body.0 }
}

/// An app with changes.
struct Told<'a> {
    app: &'a Examined,
    outcome: &'a Outcome,
    /// Relative to the repository; empty for its root.
    dir: String,
}

impl<'a> Told<'a> {
    fn of(app: &'a Examined) -> Option<Self> {
        let outcome = app.result.as_ref().ok().filter(|outcome| !outcome.changes.is_empty())?;
        let dir = match &app.home.dir {
            Some(dir) => {
                let top = WorkTree::of(dir).map_or_else(|| app.home.top.clone(), |tree| tree.top);
                let below = dir.strip_prefix(&top).unwrap_or(dir);
                let parts: Vec<_> =
                    below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
                parts.join("/")
            }
            None => app.home.shown.trim_start_matches("./").to_owned(),
        };
        let dir = if dir == "." { String::new() } else { dir };
        Some(Self { app, outcome, dir })
    }

    /// A file of the app, as the repository has it.
    fn file(&self, path: &str) -> String {
        let own = self.app.home.on_disk(path);
        escape(&if self.dir.is_empty() { own.to_owned() } else { format!("{}/{own}", self.dir) })
    }

    fn tell(&self, several: bool, body: &mut Body) {
        let it = match (several, self.dir.as_str()) {
            (false, _) => "The app".to_owned(),
            (true, "") => "The app at the top".to_owned(),
            (true, dir) => format!("The app `{}`", escape(dir)),
        };
        body.verdict(&format!("{it} was"), &self.outcome.before);
        let why = self.why();
        if !why.is_empty() {
            body.list("Why:", &why);
        }
        for (path, titles) in self.changes() {
            body.list(&format!("Changed in `{}`:", self.file(path)), &titles);
        }
        body.verdict("With this change it is", &self.outcome.after);
    }

    /// The findings that the changes answer to, each in a sentence or two.
    fn why(&self) -> Vec<String> {
        let mut said = BTreeSet::new();
        let answered =
            |fix: Option<usize>| fix.and_then(|at| self.outcome.fixes.get(at)).is_some_and(|fix| fix.applied);
        self.outcome
            .findings
            .iter()
            .filter(|finding| answered(finding.fix))
            .map(|finding| {
                let notes = finding.notes.iter().take(1).map(|note| escape(note));
                std::iter::once(escape(&finding.message)).chain(notes).collect::<Vec<_>>().join(": ")
            })
            .filter(|sentence| said.insert(sentence.clone()))
            .collect()
    }

    /// The titles of the fixes in each changed file.
    fn changes(&self) -> BTreeMap<&str, Vec<String>> {
        let mut files: BTreeMap<&str, Vec<String>> =
            self.outcome.changes.iter().map(|change| (change.path.as_str(), Vec::new())).collect();
        for fix in self.outcome.fixes.iter().filter(|fix| fix.applied) {
            let paths: BTreeSet<&str> = fix.edits.iter().map(|edit| edit.path.as_str()).collect();
            for path in paths {
                if let Some(titles) = files.get_mut(path) {
                    titles.push(escape(&fix.title));
                }
            }
        }
        files
    }

    /// What was done, in a few words: the end state, or else the first of the fixes.
    fn done(&self) -> String {
        let had = self.outcome.plan_before.as_ref().map(Installs::of).unwrap_or_default();
        let has = self.outcome.plan_after.as_ref().map(Installs::of).unwrap_or_default();
        let changed = had.commands != has.commands;
        if has.by_provider && (!had.by_provider || changed) {
            return "let Nixpacks install the Python packages".to_owned();
        }
        let path = has.paths.difference(&had.paths).next();
        if let Some(dir) = has.into.filter(|_| changed && !has.by_provider) {
            // A relative one is told in full where PATH has it.
            let full = path.and_then(|bin| bin.strip_suffix("/bin")).filter(|full| full.ends_with(dir));
            return format!("install Python packages into {}", escape(full.unwrap_or(dir)));
        }
        if let Some(path) = path.filter(|path| path.ends_with("/bin")) {
            return format!("put {} on PATH", escape(path));
        }
        let titles = self.changes();
        let first = titles.values().flatten().next().map_or("repair the build", String::as_str);
        // A joint fix has several titles.
        first.split("; ").next().unwrap_or(first).to_owned()
    }
}

fn subject(told: &[Told<'_>]) -> String {
    let done: BTreeSet<String> = told.iter().map(Told::done).collect();
    let mut done = done.into_iter();
    let what = match (done.next(), done.next()) {
        (Some(one), None) => inert(&one),
        _ => "repair how Python packages are installed".to_owned(),
    };
    let place = match told {
        [one] if one.dir.is_empty() => String::new(),
        [one] => format!(" in {}", inert(&escape(&one.dir))),
        several => format!(" in {} apps", several.len()),
    };
    let whole = format!("{START}{what}{place}");
    if whole.chars().count() <= WIDTH {
        return whole;
    }
    let room = WIDTH.saturating_sub(START.len());
    let place = if place.chars().count() > room / 2 { String::new() } else { place };
    let room = room.saturating_sub(place.chars().count());
    format!("{START}{}{place}", cut(&what, room))
}

/// `text` in at most `room` characters, cut between words.
fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let head: String = text.chars().take(room.saturating_sub(1)).collect();
    let words = head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':']))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Message, cut, message, signed};
    use crate::report::sample::examined;

    #[test]
    fn says_where_if_not_at_the_top_and_how_many() {
        let app = examined(&["safe"]);
        let one = message(&[&app]);
        assert_eq!(one.subject, "fix(nixpacks): drop `pip` in app");
        assert!(one.body.starts_with("The app was predicted to fail when Nix installs the packages:"));
        assert!(one.body.contains("\n\nChanged in `app/nixpacks.toml`:\n\n- drop `pip`\n\n"), "{}", one.body);
        let two = message(&[&app, &app]);
        assert_eq!(two.subject, "fix(nixpacks): drop `pip` in 2 apps");
        assert!(two.body.starts_with("The app `app` was"), "{}", two.body);
        assert!(message(&[&app; 15]).body.contains("\n\nAnd 5 more in the same way.\n\n"));
    }

    #[test]
    fn leaves_out_what_was_held_back() {
        let text = message(&[&examined(&["safe", "unsafe"])]).text();
        assert_eq!(text.matches("- drop `pip`").count(), 1, "{text}");
        assert_eq!(text.matches("is no attribute").count(), 1, "{text}");
    }

    #[test]
    fn a_long_subject_is_cut_between_words() {
        let mut app = examined(&["safe"]);
        app.home.shown = "services/a\x1b[31mpi".to_owned();
        if let Ok(outcome) = &mut app.result {
            outcome.fixes[0].title =
                "put the provider's packages back, and more of them than fit here".to_owned();
        }
        let subject = message(&[&app]).subject;
        assert_eq!(subject, "fix(nixpacks): put the provider's packages… in services/a\\u{1b}[31mpi");
        assert!(subject.chars().count() <= 72);
        assert_eq!((cut("abc", 3), cut("a, b", 3)), ("abc".to_owned(), "a…".to_owned()));
    }

    #[test]
    fn signs_off_once_and_below_other_trailers() {
        let typed = |text: &str| Message::typed(&[text.to_owned()]).unwrap();
        let line = "Signed-off-by: A <a@x>";
        for (text, want) in [
            ("s", format!("s\n\n{line}\n")),
            (
                "s\n\nbody: no trailer here\nas it goes on",
                format!("s\n\nbody: no trailer here\nas it goes on\n\n{line}\n"),
            ),
            ("s\n\nFixes: 1\n", format!("s\n\nFixes: 1\n{line}\n")),
            ("s\n\nSigned-off-by: A <a@x>", format!("s\n\n{line}\n")),
        ] {
            assert_eq!(signed(typed(text), "A", "a@x").text(), want);
        }
        assert_eq!(Message::typed(&[" ".to_owned(), "\n".to_owned()]), None);
    }
}
