//! What stands between the items.

use super::{Failure, List};
use crate::text::Span;

/// The bytes between two items, or between an item and a bracket.
#[derive(Clone, Debug, Default)]
pub(super) struct Gap {
    pub(super) comma: Option<usize>,
    pub(super) newline: bool,
    pub(super) comments: Vec<Comment>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Comment {
    pub(super) span: Span,
    /// Whether it stands on the line on which the gap begins.
    pub(super) trails: bool,
}

/// One gap more than items.
pub(super) fn gaps(list: &List<'_>) -> Result<Vec<Gap>, Failure> {
    let mut gaps = Vec::with_capacity(list.items.len() + 1);
    let interior = list.interior();
    let mut from = interior.start;
    for (index, item) in list.items.iter().enumerate() {
        let gap = gap(list, Span::new(from, item.start.max(from)))?;
        if gap.comma.is_some() != (index > 0) {
            return Err((*item, "the commas of the list are not where they are expected".to_owned()));
        }
        gaps.push(gap);
        from = item.end;
    }
    gaps.push(gap(list, Span::new(from, interior.end.max(from)))?);
    Ok(gaps)
}

fn gap(list: &List<'_>, span: Span) -> Result<Gap, Failure> {
    let raw = span.of(list.text);
    let mut gap = Gap::default();
    let mut at = 0;
    while let Some(c) = raw[at..].chars().next() {
        match c {
            '\n' => gap.newline = true,
            ' ' | '\t' | '\r' => {}
            // Ex) a comma at the start of the next line
            ',' if gap.newline || gap.comma.is_some() => {
                let place = Span::new(span.start + at, span.start + at + 1);
                return Err((place, "a comma stands on another line than its element".to_owned()));
            }
            ',' => gap.comma = Some(span.start + at),
            '#' if list.comments => {
                let end = super::super::indent::line_end(list.text, span.start + at);
                gap.comments.push(Comment { span: Span::new(span.start + at, end), trails: !gap.newline });
                at = end - span.start;
                continue;
            }
            _ => {
                let place = Span::new(span.start + at, span.start + at + c.len_utf8());
                return Err((place, "unexpected text between the elements".to_owned()));
            }
        }
        at += c.len_utf8();
    }
    Ok(gap)
}
