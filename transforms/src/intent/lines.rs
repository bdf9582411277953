//! Who owns which line: comments and blank lines around statements of TOML and YAML.

use crate::document::{Document, Layout, Node, Table, Value};
use crate::edit::Edit;
use crate::text::{BOM, LineIndex, Span};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// A statement, or a part of one.
    Taken,
    Blank,
    Comment,
}

/// The lines of a document. Line numbers are 1-based.
pub(super) struct Lines<'d> {
    text: &'d str,
    pub(super) index: LineIndex<'d>,
    kinds: Vec<Line>,
}

impl<'d> Lines<'d> {
    pub(super) fn new(doc: &'d Document) -> Self {
        let index = LineIndex::new(&doc.text);
        let kind = |line| {
            let content = index.content(line).trim_start_matches(BOM).trim();
            match content.as_bytes().first() {
                None => Line::Blank,
                Some(b'#') => Line::Comment,
                Some(_) => Line::Taken,
            }
        };
        let kinds = (1..=index.count()).map(kind).collect();
        let mut lines = Self { text: &doc.text, index, kinds };
        lines.take(&doc.root);
        lines
    }

    /// Lines inside a value can look like comments.
    fn take(&mut self, table: &Table) {
        for entry in &table.entries {
            self.take_node(&entry.node);
        }
    }

    fn take_node(&mut self, node: &Node) {
        match &node.value {
            Value::Table(inner) if inner.layout != Layout::Braces => self.take(inner),
            Value::Array(array) if array.of_tables => {
                array.elements.iter().for_each(|element| self.take_node(element));
            }
            _ => {
                for line in self.index.line(node.span.start)..=self.last(node.span) {
                    if let Some(kind) = self.kinds.get_mut(line - 1) {
                        *kind = Line::Taken;
                    }
                }
            }
        }
    }

    /// The line on which `span` ends.
    pub(super) fn last(&self, span: Span) -> usize {
        self.index.line(span.end.saturating_sub(1).max(span.start))
    }

    /// How many lines hold something: the empty rest after a final newline is none.
    pub(super) fn count(&self) -> usize {
        let count = self.index.count();
        if self.index.start(count) == self.text.len() { count - 1 } else { count }
    }

    fn is(&self, line: usize, kind: Line) -> bool {
        line >= 1 && line <= self.count() && self.kinds.get(line - 1) == Some(&kind)
    }

    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.is(line, Line::Blank)
    }

    /// The first line of the comments that stand directly above `line`, or `line`.
    pub(super) fn block_start(&self, line: usize) -> usize {
        let mut first = line;
        while self.is(first - 1, Line::Comment) {
            first -= 1;
        }
        first
    }

    /// Where a line starts, the byte order mark left out.
    pub(super) fn start(&self, line: usize) -> usize {
        let start = self.index.start(line);
        if start == 0 && self.text.starts_with(BOM) { BOM.len_utf8() } else { start }
    }

    /// The blanks at the start of a line.
    pub(super) fn indent(&self, line: usize) -> &str {
        let content = self.index.content(line).trim_start_matches(BOM);
        &content[..content.len() - content.trim_start_matches([' ', '\t']).len()]
    }

    /// Edits that remove whole lines, and of the blank lines around them so many that none
    /// stands doubled, first or last.
    pub(super) fn remove(&self, lines: &BTreeSet<usize>) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut rest = lines.iter().copied().peekable();
        while let Some(first) = rest.next() {
            let mut last = first;
            // What lies between two removed statements goes too where it is only blank lines.
            while let Some(&next) = rest.peek() {
                if !(last + 1..next).all(|line| self.is_blank(line)) {
                    break;
                }
                last = next;
                rest.next();
            }
            edits.push(self.remove_range(first, last));
        }
        edits
    }

    fn remove_range(&self, mut first: usize, mut last: usize) -> Edit {
        let above = (1..first).rev().take_while(|&line| self.is_blank(line)).count();
        let below = (last + 1..=self.count()).take_while(|&line| self.is_blank(line)).count();
        let at_start = first - above == 1;
        let at_end = last + below >= self.count();
        // Ex) nothing but blank lines follow: they stay, those above go
        if at_end {
            first -= above;
        } else if at_start {
            last += below;
        } else {
            last += above.min(below);
        }
        let (start, end) = (self.start(first), self.index.start(last + 1));
        let unended = end == self.text.len() && !self.text.ends_with('\n');
        // Ex) `a = 1` LF `b = 2`: without a final newline, the line break before goes instead
        if unended && first > 1 {
            let end_of_content = self.index.span(first - 1).end;
            return Edit::deletion(Span::new(end_of_content, end));
        }
        Edit::deletion(Span::new(start, end))
    }
}
