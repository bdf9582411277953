//! A list over several lines. Lines go and come whole; comments go with what they belong to.

use super::super::indent::{line_end, line_start, of_line};
use super::scan::Comment;
use super::{Failure, List, NewItem, Segment};
use crate::edit::Edit;
use crate::text::Span;

/// How an item stands at the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// Nothing but its comment follows.
    LineEnd,
    /// The next item follows.
    Item,
    /// The closing bracket follows.
    Bracket,
}

/// How an item stands at the start of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// It is the first on its line.
    LineStart,
    /// It follows another item.
    Item,
    /// It follows the opening bracket.
    Bracket,
}

/// New items on one line.
fn inline(segment: &Segment) -> String {
    let each: Vec<&str> = segment.fresh.iter().map(|fresh| fresh.inline.as_str()).collect();
    each.join(", ")
}

impl List<'_> {
    pub(super) fn multi(&self, segments: &[Segment]) -> Result<Vec<Edit>, Failure> {
        let mut edits = Vec::new();
        let mut comma_done = false;
        let kept = segments.len() > 1;
        let grows = segments.iter().any(|segment| !segment.fresh.is_empty());
        if !kept && !grows && !self.any_loose() {
            return Ok(vec![Edit::deletion(self.interior())]);
        }
        for segment in segments {
            let (from, to) = self.gone(segment);
            let mut first = from;
            let mut inserted = segment.fresh.is_empty();
            for index in from..to {
                // A comment that no removed item owns parts the run.
                if index + 1 == to || self.loose(index + 1).next().is_some() {
                    let (opens, closes) = (self.before(first), self.after(index));
                    let mut replaced = false;
                    if !inserted && opens == Before::Bracket && closes == After::LineEnd {
                        self.replace_after_bracket(first, index, segment, &mut edits);
                        replaced = true;
                    } else if !inserted && closes == After::Bracket {
                        replaced = self.replace_at_bracket(first, index, segment, &mut edits);
                    }
                    if !replaced {
                        comma_done |= self.remove_run(first, index, segment, &mut edits);
                    }
                    inserted |= replaced;
                    first = index + 1;
                }
            }
            if !inserted {
                self.insert(segment, &mut edits)?;
            }
        }
        let tail = segments.last();
        let last = tail.filter(|tail| tail.fresh.is_empty()).and_then(|tail| tail.prev);
        if let Some(last) = last
            && last + 1 < self.items.len()
            && !self.trailing_comma()
            && !comma_done
        {
            // The list ends without a comma as before.
            edits.push(Edit::deletion(Span::new(self.items[last].end, self.core_end(last))));
        }
        Ok(edits)
    }

    /// Returns whether it took the comma of the item before the run with it.
    fn remove_run(&self, a: usize, b: usize, segment: &Segment, edits: &mut Vec<Edit>) -> bool {
        let start = self.items[a].start;
        let lead = self.lead(a);
        let tail = self.trail(b).map_or(self.core_end(b), |comment| comment.span.end);
        let next = self.items.get(b + 1).map(|item| item.start);
        let span = match (self.before(a), self.after(b)) {
            // Ex) whole lines
            (Before::LineStart, After::LineEnd) => self.whole_lines(lead, tail),
            // Ex) `# about a` LF `'a', 'b',` -> the line of `'b'` keeps the indentation
            (Before::LineStart, After::Item) => {
                let indent = of_line(self.text, lead).len();
                Span::new(lead + indent, next.unwrap_or(tail))
            }
            (Before::LineStart, After::Bracket) => {
                let whole = self.gaps[a].comments.is_empty() || self.only_owned(a);
                match a.checked_sub(1).filter(|_| whole && segment.prev == a.checked_sub(1)) {
                    // Ex) `'a',` LF `'b']` -> `'a']`
                    Some(prev) if self.trail(prev).is_none() => return self.pull_up(prev, b, edits),
                    // Ex) `'a', # why` LF `'b']` -> the bracket gets the line
                    _ => {
                        let base = of_line(self.text, self.span.start).to_owned();
                        edits.push(Edit::replacement(Span::new(lead, self.interior().end), base));
                        return false;
                    }
                }
            }
            // Ex) `'a', 'b', # why` -> `'a',`
            (Before::Item, After::LineEnd) => Span::new(self.core_end(a - 1), tail),
            (Before::Item, After::Bracket) => return self.pull_up(a - 1, b, edits),
            // Ex) `['a',` LF `'b']` -> `['b']`, where no comment stands between
            (Before::Bracket, After::LineEnd) => match next {
                Some(next) if self.gaps[b + 1].comments.iter().all(|comment| comment.trails) => {
                    Span::new(start, next)
                }
                _ => Span::new(self.interior().start, tail),
            },
            (Before::Item | Before::Bracket, After::Item) => Span::new(start, next.unwrap_or(tail)),
            (Before::Bracket, After::Bracket) => Span::new(start, self.core_end(b)),
        };
        edits.push(Edit::deletion(span));
        false
    }

    /// New items take the place of the last ones, where the bracket follows on the same line.
    /// Returns whether it did that: not behind the opening bracket.
    fn replace_at_bracket(&self, a: usize, b: usize, segment: &Segment, edits: &mut Vec<Edit>) -> bool {
        let (start, content) = match self.before(a) {
            // Ex) `'a',` LF `'b']` -> `'a',` LF `'new']`
            Before::LineStart => (self.lead(a), self.last_lines(segment)),
            // Ex) `'a', 'b']` -> `'a', 'new']`
            Before::Item => {
                let comma = if self.trailing_comma() { "," } else { "" };
                (self.items[a].start, format!("{}{comma}", inline(segment)))
            }
            Before::Bracket => return false,
        };
        edits.push(Edit::replacement(Span::new(start, self.core_end(b)), content));
        true
    }

    /// Ex) `['old',` LF `'b']` -> `['new',` LF `'b']`: each further new item gets a line.
    fn replace_after_bracket(&self, a: usize, b: usize, segment: &Segment, edits: &mut Vec<Edit>) {
        let between = format!(",{}{}", self.eol(), self.item_indent());
        let each: Vec<&str> = segment.fresh.iter().map(|fresh| fresh.inline.as_str()).collect();
        let comma = if segment.next.is_some() || self.trailing_comma() { "," } else { "" };
        let end = self.trail(b).map_or(self.core_end(b), |comment| comment.span.end);
        let content = format!("{}{comma}", each.join(&between));
        edits.push(Edit::replacement(Span::new(self.items[a].start, end), content));
    }

    /// New items on lines of their own, each with a comma, the last if `last_comma`.
    fn lines(&self, segment: &Segment, last_comma: bool) -> String {
        let (eol, indent) = (self.eol(), self.item_indent());
        let mut out = String::new();
        for (i, fresh) in segment.fresh.iter().enumerate() {
            let body = fresh.indented(&format!("{eol}{indent}"));
            let comma = if i + 1 < segment.fresh.len() || last_comma { "," } else { "" };
            for comment in &fresh.leading_comments {
                out.extend([indent.as_str(), comment, eol]);
            }
            out.extend([indent.as_str(), &body, comma]);
            if let Some(comment) = &fresh.trailing_comment {
                out.extend([" ", comment]);
            }
            out.push_str(eol);
        }
        out
    }

    /// New items on lines of their own, the bracket behind the last, or below its comment.
    fn last_lines(&self, segment: &Segment) -> String {
        let lines = self.lines(segment, self.trailing_comma());
        if segment.fresh.last().is_some_and(|fresh| fresh.trailing_comment.is_some()) {
            return format!("{lines}{}", of_line(self.text, self.span.start));
        }
        lines.strip_suffix(self.eol()).unwrap_or(&lines).to_owned()
    }

    /// An item with the comments that it owns, for another place.
    pub(super) fn with_comments(&self, index: usize, mut fresh: NewItem) -> NewItem {
        let text = |comment: &Comment| comment.span.of(self.text).to_owned();
        let lead = self.lead(index);
        let above = self.gaps[index].comments.iter();
        let above = above.filter(|comment| comment.span.start >= lead && !comment.trails);
        fresh.leading_comments = above.map(text).collect();
        fresh.trailing_comment = self.trail(index).as_ref().map(text);
        fresh
    }

    /// An item with its own comments and those of items that go.
    pub(super) fn with_all_comments(&self, from: &[usize], index: usize, fresh: NewItem) -> NewItem {
        let mut own = self.with_comments(index, fresh);
        let mut above = Vec::new();
        for from in from.iter().filter(|from| **from < self.items.len()) {
            let other = self.with_comments(*from, NewItem::inline(String::new()));
            above.extend(other.leading_comments);
            above.extend(other.trailing_comment);
        }
        // Ex) the comment of the only line that had one stays behind it
        if own.trailing_comment.is_none() && own.leading_comments.is_empty() && above.len() == 1 {
            own.trailing_comment = above.pop();
        }
        above.append(&mut own.leading_comments);
        own.leading_comments = above;
        own
    }

    /// Drops what follows `prev` up to the end of `b`, so that the bracket follows `prev`.
    fn pull_up(&self, prev: usize, b: usize, edits: &mut Vec<Edit>) -> bool {
        let comma = self.gaps[b + 1].comma.is_some();
        let start = if comma { self.core_end(prev) } else { self.items[prev].end };
        edits.push(Edit::deletion(Span::new(start, self.core_end(b))));
        !comma
    }

    fn insert(&self, segment: &Segment, edits: &mut Vec<Edit>) -> Result<(), Failure> {
        let eol = self.eol();
        let n = self.items.len();
        let at_end = segment.next.is_none();
        let comma = !at_end || if n == 0 { self.indentation.trailing_comma } else { self.trailing_comma() };
        let inline = inline(segment);
        match (segment.prev, segment.next) {
            // Ex) below the line of the element before
            (Some(prev), _) if self.after(prev) == After::LineEnd => {
                if self.gaps[prev + 1].comma.is_none() {
                    edits.push(Edit::insertion(self.items[prev].end, ","));
                }
                let tail = self.trail(prev).map_or(self.core_end(prev), |comment| comment.span.end);
                edits.push(Edit::insertion(self.next_line(tail), self.lines(segment, comma)));
            }
            // Ex) above the first element and its comments
            (None, Some(next)) if self.before(next) == Before::LineStart => {
                edits.push(Edit::insertion(self.lead(next), self.lines(segment, true)));
            }
            (None, Some(_)) if self.before(0) == Before::LineStart => {
                edits.push(Edit::insertion(self.lead(0), self.lines(segment, true)));
            }
            // Ex) `'a', 'b',` on one line
            (_, Some(next)) => edits.push(Edit::insertion(self.items[next].start, format!("{inline}, "))),
            // Ex) `'a']` -> `'a',` LF `'new']` where each has its line, else `'a', 'new']`
            (Some(prev), None) => {
                let comma = if self.gaps[prev + 1].comma.is_none() { "," } else { "" };
                let own_line = self.before(prev) == Before::LineStart && self.after(prev) == After::Bracket;
                let body = if own_line {
                    self.last_lines(segment)
                } else {
                    format!("{inline}{}", if self.trailing_comma() { "," } else { "" })
                };
                let between = if own_line { eol } else { " " };
                if comma.is_empty() {
                    edits.push(Edit::insertion(self.core_end(prev), format!("{between}{body}")));
                } else {
                    edits.push(Edit::insertion(self.items[prev].end, format!("{comma}{between}{body}")));
                }
            }
            // Ex) all old elements go
            (None, None) if n > 0 && self.before(0) == Before::LineStart => {
                edits.push(Edit::insertion(self.lead(0), self.lines(segment, comma)));
            }
            (None, None) if n > 0 => edits.push(Edit::insertion(
                self.items[0].start,
                format!("{inline}{}", if comma { "," } else { "" }),
            )),
            // Ex) `[` LF `]`
            (None, None) => {
                let close = self.interior().end;
                let at = line_start(self.text, close);
                if at <= self.span.start || !self.text[at..close].trim().is_empty() {
                    return Err((self.span, "an empty list with other text on its lines".to_owned()));
                }
                edits.push(Edit::insertion(at, self.lines(segment, comma)));
            }
        }
        Ok(())
    }

    fn item_indent(&self) -> String {
        let own_line = (0..self.items.len()).find(|&i| self.before(i) == Before::LineStart);
        if let Some(index) = own_line {
            return of_line(self.text, self.items[index].start).to_owned();
        }
        format!("{}{}", of_line(self.text, self.span.start), self.indentation.unit)
    }

    fn before(&self, index: usize) -> Before {
        let start = self.items[index].start;
        if self.gaps[index].newline && self.text[line_start(self.text, start)..start].trim().is_empty() {
            Before::LineStart
        } else if index == 0 {
            Before::Bracket
        } else {
            Before::Item
        }
    }

    fn after(&self, index: usize) -> After {
        if self.gaps[index + 1].newline {
            After::LineEnd
        } else if index + 1 == self.items.len() {
            After::Bracket
        } else {
            After::Item
        }
    }

    /// The comment that trails an item.
    fn trail(&self, index: usize) -> Option<Comment> {
        self.gaps[index + 1].comments.first().copied().filter(|comment| comment.trails)
    }

    /// Where the line of an item starts, or that of the first comment directly above; the item's own
    /// start where it is not the first on its line.
    fn lead(&self, index: usize) -> usize {
        if self.before(index) != Before::LineStart {
            return self.items[index].start;
        }
        let mut start = line_start(self.text, self.items[index].start);
        for comment in self.gaps[index].comments.iter().rev().filter(|comment| !comment.trails) {
            if self.next_line(comment.span.end) != start {
                break;
            }
            start = line_start(self.text, comment.span.start);
        }
        start
    }

    /// Comments before an item (or before the closing bracket) that belong to no item.
    fn loose(&self, index: usize) -> impl Iterator<Item = &Comment> {
        let trails_item = index > 0;
        let end = if index < self.items.len() { self.lead(index) } else { self.interior().end };
        let owned = move |comment: &Comment| trails_item && comment.trails || comment.span.start >= end;
        self.gaps[index].comments.iter().filter(move |comment| !owned(comment))
    }

    fn any_loose(&self) -> bool {
        (0..self.gaps.len()).any(|index| self.loose(index).next().is_some())
    }

    /// Whether the comments before an item are its own or trail the item before.
    fn only_owned(&self, index: usize) -> bool {
        self.loose(index).next().is_none()
    }

    fn next_line(&self, at: usize) -> usize {
        let end = line_end(self.text, at);
        let rest = &self.text[end..];
        end + if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) }
    }

    /// Whole lines from `start` to the end of the line of `end`, and of the blank lines around
    /// them so many that none is left doubled, first or last.
    fn whole_lines(&self, start: usize, end: usize) -> Span {
        let (mut start, mut end) = (start, self.next_line(end));
        let head = line_end(self.text, self.interior().start);
        let blank =
            |from: usize, to: usize| self.text.get(from..to).is_some_and(|line| line.trim().is_empty());
        let mut above = Vec::new();
        let mut at = start;
        while at > head {
            let line = line_start(self.text, at - 1);
            if line <= head || !blank(line, at) {
                break;
            }
            above.push(line);
            at = line;
        }
        let mut below = Vec::new();
        let mut at = end;
        while line_end(self.text, at) < self.interior().end && blank(at, self.next_line(at)) {
            at = self.next_line(at);
            below.push(at);
        }
        let opens = above.last().copied().unwrap_or(start) == self.next_line(head);
        let closes = blank(at, self.interior().end);
        if closes {
            start = above.last().copied().unwrap_or(start);
        } else if opens {
            end = below.last().copied().unwrap_or(end);
        } else if let Some(last) = above.len().min(below.len()).checked_sub(1) {
            end = below[last];
        }
        Span::new(start, end)
    }
}
