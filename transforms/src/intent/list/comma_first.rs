//! Lists whose commas stand in front: each item after the first on a line of its own, behind its comma.
//!
//! ```toml
//! nixPkgs = [
//!     "python311"
//!     , "gcc"
//! ]
//! ```

use super::super::indent::{line_end, line_start};
use super::{List, NewItem, Piece};
use crate::edit::Edit;
use crate::text::Span;

/// An item and its line.
struct Line {
    /// What stands before the item: blanks, and the comma of all but the first.
    before: Span,
    /// From the start of the line to the start of the next.
    whole: Span,
    /// Whether a comment follows the item.
    commented: bool,
}

/// The edits that turn the list into `pieces`; `None` where it is not written in this style throughout, or where
/// the style has no place for what comes.
pub(super) fn rewrite(list: &List<'_>, pieces: &[Piece]) -> Option<Vec<Edit>> {
    let lines = lines(list)?;
    let (first, next) = (lines.first()?.before.of(list.text), lines.get(1)?.before.of(list.text));
    let eol = list.eol();
    let mut edits = Vec::new();
    let mut kept = vec![false; lines.len()];
    let mut fresh: Vec<&NewItem> = Vec::new();
    let mut written = 0;
    // What comes stands before the next item that stays, else behind the last line.
    for piece in pieces {
        match piece {
            Piece::New(new) => fresh.push(new),
            Piece::Moved(index, new) if !lines.get(*index)?.commented => fresh.push(new),
            Piece::Moved(..) | Piece::Joined(..) => return None,
            Piece::Keep(index) => {
                let line = lines.get(*index)?;
                *kept.get_mut(*index)? = true;
                let text = new_lines(&fresh, written, first, next, eol)?;
                if !text.is_empty() {
                    edits.push(Edit::insertion(line.whole.start, text));
                }
                written += fresh.len();
                fresh.clear();
                let prefix = if written == 0 { first } else { next };
                if (written == 0) != (*index == 0) {
                    edits.push(Edit::replacement(line.before, prefix));
                }
                written += 1;
            }
        }
    }
    if !fresh.is_empty() {
        let text = new_lines(&fresh, written, first, next, eol)?;
        edits.push(Edit::insertion(lines.last()?.whole.end, text));
    }
    let gone = lines.iter().zip(&kept).filter(|(_, kept)| !**kept);
    edits.extend(gone.map(|(line, _)| Edit::deletion(line.whole)));
    Some(edits)
}

fn new_lines(fresh: &[&NewItem], written: usize, first: &str, next: &str, eol: &str) -> Option<String> {
    let mut text = String::new();
    for (at, new) in fresh.iter().enumerate() {
        if new.comments().next().is_some() {
            return None;
        }
        text.push_str(if written + at == 0 { first } else { next });
        text.push_str(&new.inline);
        text.push_str(eol);
    }
    Some(text)
}

fn lines(list: &List<'_>) -> Option<Vec<Line>> {
    let mut lines = Vec::with_capacity(list.items.len());
    let mut above = line_end(list.text, list.span.start);
    for (index, item) in list.items.iter().enumerate() {
        let start = line_start(list.text, item.start);
        let before = Span::new(start, item.start);
        let after = Span::new(item.end, line_end(list.text, item.end));
        let comma = before.of(list.text).trim();
        let rest = after.of(list.text).trim();
        let commented = list.comments && rest.starts_with('#');
        // Nothing stands between one item's line and the next one's.
        let follows = list.text.get(above..start).is_some_and(|gap| matches!(gap, "\n" | "\r\n"));
        if !follows || comma != (if index == 0 { "" } else { "," }) || !(rest.is_empty() || commented) {
            return None;
        }
        above = after.end;
        let end = list.text.get(after.end..)?.find('\n').map(|at| after.end + at + 1)?;
        lines.push(Line { before, whole: Span::new(start, end), commented });
    }
    // The bracket closes on a line of its own.
    let rest = list.text.get(lines.last()?.whole.end..list.span.end)?;
    (rest.trim_start() == "]").then_some(lines)
}
