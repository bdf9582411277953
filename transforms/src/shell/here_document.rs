//! The bodies of here-documents, which stand after the line of their operator.

use super::reader::{Read, Reader};
use super::word::Parts;
use super::{HereDocument, Redirection, ShellParseError, ShellParseErrorKind, Word};
use crate::text::Span;
use std::sync::{Arc, OnceLock};

/// A here-document whose operator has been read, and whose body has not.
pub(super) struct PendingHereDocument {
    delimiter: String,
    quoted: bool,
    strip_tabs: bool,
    operator: Span,
    /// The place in the tree.
    pub(super) body: Arc<OnceLock<HereDocument>>,
}

/// Where a body ends, and the line of its delimiter.
struct Extent {
    body_end: usize,
    end: usize,
}

impl PendingHereDocument {
    pub(super) fn new(redirection: &Redirection, strip_tabs: bool) -> Read<Self> {
        let target = &redirection.target;
        let literal = target.text.as_deref().filter(|text| !text.contains('\n') && !target.raw.contains('$'));
        let Some(delimiter) = literal else {
            let what = "a here-document with an unusual delimiter";
            return Err(ShellParseError::unsupported(redirection.span, what));
        };
        Ok(Self {
            delimiter: delimiter.to_owned(),
            quoted: target.quoted,
            strip_tabs,
            operator: redirection.span,
            body: Arc::default(),
        })
    }

    fn without_tabs<'l>(&self, line: &'l str) -> &'l str {
        if self.strip_tabs { line.trim_start_matches('\t') } else { line }
    }
}

impl Reader<'_> {
    /// Reads the bodies that start here, at the start of a line.
    pub(super) fn here_documents(&mut self) -> Read<()> {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let extent = self.extent(&pending)?;
            let body = if pending.quoted {
                self.literal_body(&pending, start, extent.body_end)
            } else {
                self.expanded_body(&pending, start, extent.body_end)?
            };
            self.at = extent.end;
            let PendingHereDocument { delimiter, quoted, strip_tabs, body: place, .. } = pending;
            let span = Span::new(start, extent.end);
            // Each place is filled once: its operator was read once.
            let _ = place.set(HereDocument { delimiter, quoted, strip_tabs, body, span });
        }
        Ok(())
    }

    fn extent(&self, pending: &PendingHereDocument) -> Read<Extent> {
        let mut at = self.at;
        while at < self.end {
            let rest = self.source.get(at..self.end).unwrap_or_default();
            let len = logical_line(rest, !pending.quoted);
            let line = rest.get(..len).unwrap_or_default();
            let joined = if pending.quoted { line.to_owned() } else { without_continuations(line) };
            let text = pending.without_tabs(&joined);
            let text = text.strip_suffix('\n').unwrap_or(text);
            if text == pending.delimiter {
                return Ok(Extent { body_end: at, end: at + len });
            }
            // Ex) `EOF)` ends the here-document and the substitution.
            if self.in_substitution && text.starts_with(&pending.delimiter) && text.contains(')') {
                let what = "a here-document that ends in the line of a `)`";
                return Err(ShellParseError::unsupported(pending.operator, what));
            }
            at += len;
        }
        Ok(Extent { body_end: self.end, end: self.end })
    }

    /// A body as it stands.
    fn literal_body(&self, pending: &PendingHereDocument, start: usize, end: usize) -> Word {
        let span = Span::new(start, end);
        let raw = span.of(self.source);
        let text = raw.split_inclusive('\n').map(|line| pending.without_tabs(line)).collect();
        let substitutions = Vec::new();
        Word { span, text: Some(text), raw: raw.to_owned(), has_glob: false, quoted: true, substitutions }
    }

    /// A body in which variables and commands are expanded. Bash reads those only when it gets there, so that
    /// one which is wrong is no error of the script's syntax.
    fn expanded_body(&mut self, pending: &PendingHereDocument, start: usize, end: usize) -> Read<Word> {
        let outer_end = std::mem::replace(&mut self.end, end);
        let outer_in_substitution = std::mem::replace(&mut self.in_substitution, false);
        let mut parts = Parts::default();
        self.at = start;
        let mut line_start = true;
        while let Some(byte) = self.peek() {
            let read = match byte {
                b'\t' if line_start && pending.strip_tabs => {
                    self.at += 1;
                    continue;
                }
                b'\\' => {
                    self.backslash_in_double(&mut parts, false);
                    Ok(())
                }
                b'$' => self.dollar(&mut parts, true),
                b'`' => self.backquotes(&mut parts),
                _ => {
                    self.take_char(&mut parts.text);
                    Ok(())
                }
            };
            read.map_err(|error| ShellParseError { kind: ShellParseErrorKind::Unsupported, ..error })?;
            line_start = byte == b'\n';
        }
        self.end = outer_end;
        self.in_substitution = outer_in_substitution;
        let span = Span::new(start, end);
        Ok(parts.into_word(span, self.source))
    }
}

/// The length of the first line; with `joins`, of all that continuations make one line of.
fn logical_line(text: &str, joins: bool) -> usize {
    let mut len = 0;
    for line in text.split_inclusive('\n') {
        len += line.len();
        let Some(line) = line.strip_suffix('\n') else { break };
        let backslashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if !joins || backslashes % 2 == 0 {
            break;
        }
    }
    len
}

/// The line without `\` and line end; a backslash that is escaped itself stays.
fn without_continuations(line: &str) -> String {
    let mut joined = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            joined.push(c);
            continue;
        }
        match chars.next() {
            Some('\n') => {}
            Some(other) => joined.extend(['\\', other]),
            None => joined.push('\\'),
        }
    }
    joined
}
