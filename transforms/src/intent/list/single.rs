//! A list on one line. It stays there while the line fits.

use super::super::indent::{WIDTH, line_end, line_start, of_line};
use super::{List, Segment};
use crate::edit::Edit;
use crate::text::Span;

impl List<'_> {
    pub(super) fn single(&self, segments: &[Segment]) -> Vec<Edit> {
        let mut edits = Vec::new();
        for segment in segments {
            edits.extend(self.single_segment(segment));
        }
        let grows = self.growth > 0 || segments.iter().any(|segment| !segment.fresh.is_empty());
        if grows && !self.flat_only && self.is_wide_after(&edits) {
            return self.unfold(segments);
        }
        edits
    }

    fn single_segment(&self, segment: &Segment) -> Option<Edit> {
        let (from, to) = self.gone(segment);
        let separator = self.separator();
        let inline: Vec<&str> = segment.fresh.iter().map(|fresh| fresh.inline.as_str()).collect();
        let fresh = inline.join(separator);
        let comma = self.trailing_comma();
        Some(match (from < to, !fresh.is_empty(), segment.prev, segment.next) {
            (false, false, ..) => return None,
            // Ex) `['a', 'old', 'b']` -> `['a', 'new', 'b']`
            (true, true, ..) => {
                Edit::replacement(Span::new(self.items[from].start, self.items[to - 1].end), fresh)
            }
            // Ex) `['python311', 'pip', 'gcc']` -> drop `'pip'` and the comma after it
            (true, false, _, Some(next)) => {
                Edit::deletion(Span::new(self.items[from].start, self.items[next].start))
            }
            // Ex) `['python311', 'pip',]` -> drop ` 'pip',`
            (true, false, Some(prev), None) if comma => {
                Edit::deletion(Span::new(self.core_end(prev), self.core_end(to - 1)))
            }
            // Ex) `['python311', 'pip']` -> drop `, 'pip'`
            (true, false, Some(prev), None) => {
                Edit::deletion(Span::new(self.items[prev].end, self.items[to - 1].end))
            }
            // Ex) `[ 'pip' ]` -> `[]`
            (true, false, None, None) => Edit::deletion(self.interior()),
            // Ex) `['gcc']` -> `['new', 'gcc']`
            (false, true, _, Some(next)) => {
                Edit::insertion(self.items[next].start, format!("{fresh}{separator}"))
            }
            // Ex) `['gcc',]` -> `['gcc', 'new',]`
            (false, true, Some(prev), None) if comma => {
                let blank = separator.trim_start_matches(',');
                Edit::insertion(self.core_end(prev), format!("{blank}{fresh},"))
            }
            // Ex) `['gcc']` -> `['gcc', 'new']`
            (false, true, Some(prev), None) => {
                Edit::insertion(self.items[prev].end, format!("{separator}{fresh}"))
            }
            // Ex) `[]` -> `['new']`, `{}` -> `{ new = 1 }`
            (false, true, None, None) => {
                let pad = if self.pads() { " " } else { "" };
                Edit::replacement(self.interior(), format!("{pad}{fresh}{pad}"))
            }
        })
    }

    /// Inline tables of TOML are written with blanks inside the braces.
    fn pads(&self) -> bool {
        self.comments && self.span.of(self.text).starts_with('{')
    }

    /// The first comma and the blanks after it.
    fn separator(&self) -> &str {
        let first = self.items.get(1).and_then(|second| {
            let comma = self.gaps.get(1)?.comma?;
            self.text.get(comma..second.start)
        });
        first.unwrap_or(", ")
    }

    /// Whether the line has more columns than it may have after the edits. Beside the list no more of it
    /// is looked at than decides that: many lists may share one long line.
    fn is_wide_after(&self, edits: &[Edit]) -> bool {
        let count = |text: &str| text.chars().count();
        let removed: usize = edits.iter().map(|edit| count(edit.span.of(self.text))).sum();
        let added: usize = edits.iter().map(|edit| count(&edit.content)).sum();
        let own = (count(self.span.of(self.text)) + added).saturating_sub(removed);
        let Some(left) = WIDTH.checked_sub(own.saturating_add_signed(self.growth)) else { return true };
        // A character has at most four bytes; two more for what ends the line.
        let most = 4 * (left + 1) + 2;
        let mut from = self.span.start.saturating_sub(most);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let mut to = self.text.len().min(self.span.end + most);
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        let near = &self.text[from..to];
        let (start, end) = (self.span.start - from, self.span.end - from);
        let before = &near[line_start(near, start)..start];
        let after = &near[end..line_end(near, end)];
        count(before) + count(after) > left
    }

    /// Ex) a list that no longer fits: one line for each item; only what is between them changes.
    fn unfold(&self, segments: &[Segment]) -> Vec<Edit> {
        let (eol, base) = (self.eol(), of_line(self.text, self.span.start));
        let indent = format!("{base}{}", self.indentation.unit);
        let own = self.items.len() > 1 && self.trailing_comma();
        let trailing = if own || self.indentation.trailing_comma { "," } else { "" };
        let mut edits = Vec::new();
        for segment in segments {
            let start = segment.prev.map_or(self.interior().start, |prev| self.items[prev].end);
            let end = segment.next.map_or(self.interior().end, |next| self.items[next].start);
            let mut content = String::new();
            let mut open = segment.prev.is_some();
            for fresh in &segment.fresh {
                content.push_str(if open { "," } else { "" });
                content.extend([eol, &indent, &fresh.indented(&format!("{eol}{indent}"))]);
                open = true;
            }
            if segment.next.is_some() {
                content.push_str(if open { "," } else { "" });
                content.extend([eol, &indent]);
            } else {
                content.extend([trailing, eol, base]);
            }
            edits.push(Edit::replacement(Span::new(start, end), content));
        }
        edits
    }
}
