//! Lists between brackets: TOML and JSON arrays, inline tables, JSON objects.
//!
//! One engine for all of them: items stay, go or come in, and commas, comments and lines follow.

mod comma_first;
mod multi;
mod scan;
mod single;

use super::indent::ListStyle;
use super::join;
use crate::document::Document;
use crate::edit::Edit;
use crate::text::Span;
use scan::Gap;
use std::borrow::Cow;

/// A new item.
#[derive(Clone, Debug)]
pub(super) struct NewItem {
    /// On one line.
    pub(super) inline: String,
    /// Over several lines with `\n` between, indented against its own first line.
    pub(super) multiline: Option<String>,
    /// Comments that come along: those on lines above it, and the one behind it.
    pub(super) leading_comments: Vec<String>,
    pub(super) trailing_comment: Option<String>,
}

impl NewItem {
    /// Over several lines where it can be, with `between` for each break; a break of a string stays.
    fn indented(&self, between: &str) -> Cow<'_, str> {
        self.multiline
            .as_ref()
            .map_or(Cow::Borrowed(self.inline.as_str()), |multiline| multiline.replace('\n', between).into())
    }

    fn comments(&self) -> impl Iterator<Item = &String> {
        self.leading_comments.iter().chain(&self.trailing_comment)
    }

    pub(super) fn inline(inline: String) -> Self {
        Self { inline, multiline: None, leading_comments: Vec::new(), trailing_comment: None }
    }
}

/// What the list holds afterwards, in order.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// The item of this index, as it is.
    Keep(usize),
    /// A new item.
    New(NewItem),
    /// The item of this index at another place, with its comments: written as it was, or as given.
    Moved(usize, NewItem),
    /// A new item in the place of the one of the last index, with the comments of that and of others that go.
    Joined(Vec<usize>, usize, NewItem),
}

/// A list in a text.
pub(super) struct List<'d> {
    pub(super) text: &'d str,
    eol: &'static str,
    /// Brackets included.
    pub(super) span: Span,
    pub(super) items: Vec<Span>,
    pub(super) indentation: ListStyle,
    /// Whether it must stay on its line, as an inline table does.
    pub(super) flat_only: bool,
    /// Characters that other edits of its line add, less those that they take.
    pub(super) growth: isize,
    /// Whether a `#` outside the items starts a comment.
    pub(super) comments: bool,
    gaps: Vec<Gap>,
}

/// A shape that is not followed, and where.
pub(super) type Failure = (Span, String);

/// New items between two kept ones.
#[derive(Default)]
struct Segment {
    prev: Option<usize>,
    next: Option<usize>,
    fresh: Vec<NewItem>,
}

impl<'d> List<'d> {
    pub(super) fn new(doc: &'d Document, span: Span, items: Vec<Span>, indentation: ListStyle) -> Self {
        let (text, eol) = (doc.text.as_str(), doc.eol_near(span.start).as_str());
        Self {
            text,
            eol,
            span,
            items,
            indentation,
            flat_only: false,
            growth: 0,
            comments: true,
            gaps: Vec::new(),
        }
    }

    /// Edits that turn the list into `pieces`. Kept indices must increase.
    pub(super) fn rewrite(mut self, pieces: Vec<Piece>) -> Result<Vec<Edit>, Failure> {
        self.gaps = match scan::gaps(&self) {
            Ok(gaps) => gaps,
            Err(failure) => return comma_first::rewrite(&self, &pieces).map(join).ok_or(failure),
        };
        let segments = self.segments(pieces)?;
        if !self.gaps.iter().any(|gap| gap.newline) {
            return Ok(join(self.single(&segments)));
        }
        let edits = self.multi(&segments)?;
        // Ex) beside other items on their line
        let mut comments = segments.iter().flat_map(|segment| &segment.fresh).flat_map(NewItem::comments);
        if comments.any(|comment| !edits.iter().any(|edit| edit.content.contains(comment))) {
            let message = "the comment of an element that moves has no line there";
            return Err((self.span, message.to_owned()));
        }
        Ok(join(edits))
    }

    fn segments(&self, pieces: Vec<Piece>) -> Result<Vec<Segment>, Failure> {
        let mut segments = Vec::new();
        let mut open = Segment::default();
        for piece in pieces {
            match piece {
                Piece::New(fresh) => open.fresh.push(fresh),
                Piece::Moved(index, fresh) if index < self.items.len() => {
                    open.fresh.push(self.with_comments(index, fresh));
                }
                Piece::Joined(from, index, fresh) if index < self.items.len() => {
                    open.fresh.push(self.with_all_comments(&from, index, fresh));
                }
                Piece::Moved(index, _) | Piece::Joined(_, index, _) => {
                    return Err((self.span, format!("element {index} is not there")));
                }
                Piece::Keep(index) => {
                    if index >= self.items.len() || open.prev.is_some_and(|prev| prev >= index) {
                        let message = format!("element {index} is not there, or out of order");
                        return Err((self.span, message));
                    }
                    open.next = Some(index);
                    segments.push(std::mem::take(&mut open));
                    open.prev = Some(index);
                }
            }
        }
        segments.push(open);
        Ok(segments)
    }

    /// Indices of the items of a segment that go: from, to (one past).
    fn gone(&self, segment: &Segment) -> (usize, usize) {
        (segment.prev.map_or(0, |prev| prev + 1), segment.next.unwrap_or(self.items.len()))
    }

    fn eol(&self) -> &'static str {
        self.eol
    }

    /// Between the brackets.
    fn interior(&self) -> Span {
        Span::new(self.span.start + 1, self.span.end - 1)
    }

    /// One past the item's comma, else one past the item.
    fn core_end(&self, index: usize) -> usize {
        self.gaps[index + 1].comma.map_or(self.items[index].end, |comma| comma + 1)
    }

    /// Whether the last item has a comma.
    fn trailing_comma(&self) -> bool {
        !self.items.is_empty() && self.gaps[self.items.len()].comma.is_some()
    }
}
