//! What makes a broken TOML or JSON file readable again: small mends of mistakes with one plain meaning, each tried and
//! kept only where another mistake is the first one then.

mod both;
mod duplicates;
mod json;
mod json_twice;
mod keys;
mod scan;
mod shell;
mod toml;

pub use json_twice::{Repeated, repeated};
pub use scan::conflict_markers;

use crate::document::{Document, FileKind};
use crate::edit::{self, Edit};
use crate::text::Span;

/// Mends that are made at most, of a file that is not large.
const MOST_MENDS: usize = 64;
/// Mends that are made of any file.
const LEAST_MENDS: usize = 12;
/// Bytes that are read again for the sake of mends, beyond which fewer are made.
const MOST_READ: usize = 1 << 20;

/// How a file can be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The edits of the text.
    pub edits: Vec<Edit>,
    /// What they do, each said once.
    pub done: Vec<String>,
    /// Whether all that they do is to put quotes around keys.
    pub only_keys: bool,
}

/// Edits after which the file can be read, and what each does: `None` where it is still not read to its end.
pub fn mend(path: &str, kind: FileKind, text: &str) -> Option<Mended> {
    // Which side was to stay only a person knows.
    if kind == FileKind::Procfile || !conflict_markers(text).is_empty() {
        return None;
    }
    let (mut edits, mut done): (Vec<Edit>, Vec<String>) = (Vec::new(), Vec::new());
    let mut only_keys = true;
    let mut now = text.to_owned();
    let most = (MOST_READ / text.len().max(1)).clamp(LEAST_MENDS, MOST_MENDS);
    for _ in 0..=most {
        let Some(mistake) = first_mistake(path, kind, &now) else {
            return (!done.is_empty()).then_some(Mended { edits, done, only_keys });
        };
        let left = mistake.left(&now);
        // Further on is better than elsewhere: the parser does not name mistakes in the order of the text.
        let tried = mends(path, kind, &now, &mistake).into_iter().filter_map(|mend| {
            let next = edit::apply(&now, &mend.edits).ok()?;
            let after = first_mistake(path, kind, &next);
            let rest = after.as_ref().map_or(0, |after| after.left(&next));
            (after.is_none() || mistake.is_twice || rest != left).then_some((rest > left, mend, next))
        });
        let (_, mend, next) = tried.min_by_key(|(elsewhere, ..)| *elsewhere)?;
        edits = edit::compose(text, &edits, &mend.edits).ok()?;
        now = next;
        only_keys &= mend.is_key;
        if !done.contains(&mend.what) {
            done.push(mend.what);
        }
    }
    None
}

/// The edits after which a key stands once that a JSON file has again at this byte; `None` where the two are not one thing.
pub fn written_once(text: &str, at: usize) -> Option<Vec<Edit>> {
    // What both have would be there twice in the one that is left, which Nixpacks refuses.
    json_twice::merged(text, at).filter(|_| !json_twice::share_a_key(text, at)).map(|mend| mend.edits)
}

/// The mistake that is mended next.
struct Mistake {
    at: usize,
    /// A table or a key is there twice, and nothing else is wrong.
    is_twice: bool,
}

impl Mistake {
    /// How much of the text is not read for it.
    fn left(&self, text: &str) -> usize {
        if self.is_twice { 0 } else { text.len() - self.at }
    }
}

/// A mistake, mended.
struct Mend {
    edits: Vec<Edit>,
    what: String,
    /// Puts quotes around a key.
    is_key: bool,
}

impl Mend {
    fn new(edits: Vec<Edit>, what: impl Into<String>) -> Self {
        Self { edits, what: what.into(), is_key: false }
    }

    fn replace(start: usize, end: usize, content: &str, what: &str) -> Self {
        Self::new(vec![Edit::replacement(Span::new(start, end), content)], what)
    }

    fn delete(start: usize, end: usize, what: &str) -> Self {
        Self::new(vec![Edit::deletion(Span::new(start, end))], what)
    }

    fn insert(at: usize, content: &str, what: &str) -> Self {
        Self::new(vec![Edit::insertion(at, content)], what)
    }
}

/// The first mistake. A key given twice hides what is wrong behind it, so that is looked for first.
fn first_mistake(path: &str, kind: FileKind, text: &str) -> Option<Mistake> {
    let error = Document::parse(path, kind, text).err()?;
    let at = error.span.map_or(text.len(), |span| span.start.min(text.len()));
    if kind.is_json() || !error.message.contains("duplicate key") {
        return Some(Mistake { at, is_twice: false });
    }
    let elsewhere = duplicates::mistake_elsewhere(path, kind, text);
    Some(Mistake { at: elsewhere.unwrap_or(at), is_twice: elsewhere.is_none() })
}

/// What may be meant where reading stops, the likeliest first.
fn mends(path: &str, kind: FileKind, text: &str, mistake: &Mistake) -> Vec<Mend> {
    let at = mistake.at;
    if mistake.is_twice {
        return duplicates::merged(path, kind, text, at).into_iter().collect();
    }
    let mut all = both::mends(text, at);
    if kind.is_json() {
        all.extend(json_twice::merged(text, at));
        all.extend(json::mends(text, at));
    } else {
        all.extend(toml::mends(kind, text, at));
    }
    all.extend(both::commas(text, at));
    all
}

#[cfg(test)]
mod tests;
