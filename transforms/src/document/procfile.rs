//! A Procfile, which Nixpacks reads as a YAML map of strings.
//!
//! `serde_yaml` gives any scalar to a map of strings as its text: `web: 8000`, `web: true` and an
//! empty `web:` are strings. Lists, maps, several documents and text without a key are errors; an
//! empty file is an empty map.
//! Of a key given twice the last one counts.

use super::{Entry, Key, Layout, Node, Quote, Str, Table, Value};
use crate::text::{BOM, Span};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::{BTreeMap, BTreeSet};

type Failure = (Option<Span>, String);

pub(super) fn parse(text: &str) -> Result<Table, Failure> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let offsets = Offsets::new(body, text.len() - body.len());
    let mut entries: Vec<Entry> = Vec::new();
    // Of each name, the last entry.
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    let mut key: Option<Key> = None;
    let (mut maps, mut documents) = (0, 0);
    for event in Parser::new_from_str(body) {
        let (event, mark) =
            event.map_err(|e| (Some(offsets.at(e.marker().index())), e.info().to_lowercase()))?;
        let span = offsets.span(mark.start.index(), mark.end.index());
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err((Some(span), "more than one document".to_owned()));
                }
            }
            Event::MappingStart(..) if maps == 0 => maps += 1,
            Event::MappingStart(..) => {
                return Err((Some(span), "expected a command, found a map".to_owned()));
            }
            Event::SequenceStart(..) => {
                return Err((Some(span), "expected a command, found a list".to_owned()));
            }
            Event::Alias(_) => return Err((Some(span), "aliases are not supported".to_owned())),
            // Ex) `---` and nothing behind it: an empty map, as an empty file is
            Event::Scalar(value, ScalarStyle::Plain, ..) if maps == 0 && value.is_empty() => {}
            Event::Scalar(value, style, anchor, tag) => {
                if maps == 0 {
                    return Err((Some(span), "expected lines of `name: command`".to_owned()));
                }
                if anchor != 0 || tag.is_some() {
                    return Err((Some(span), "anchors and tags are not supported".to_owned()));
                }
                match key.take() {
                    None => key = Some(Key { name: value.into_owned(), span }),
                    Some(key) => {
                        let node = scalar(&value, style, span, text);
                        last.insert(key.name.clone(), entries.len());
                        entries.push(Entry { key, node });
                    }
                }
            }
            _ => {}
        }
    }
    let kept: BTreeSet<usize> = last.into_values().collect();
    let counted = entries.into_iter().enumerate().filter(|(index, _)| kept.contains(index));
    let entries = counted.map(|(_, entry)| entry).collect();
    Ok(Table::new(Layout::Yaml, entries))
}

fn scalar(decoded: &str, style: ScalarStyle, span: Span, text: &str) -> Node {
    let raw = span.of(text);
    // A plain scalar's end is where the parser stopped looking, blanks and line breaks included.
    let blank = |c: char| c.is_ascii_whitespace();
    let span = Span::new(span.start, span.start + raw.trim_end_matches(blank).len());
    let (quote, width) = match style {
        ScalarStyle::Plain => (Quote::Plain, 0),
        ScalarStyle::SingleQuoted => (Quote::YamlSingle, 1),
        ScalarStyle::DoubleQuoted => (Quote::YamlDouble, 1),
        ScalarStyle::Literal | ScalarStyle::Folded => (Quote::YamlBlock, 0),
    };
    let (mut start, end) = (span.start + width, span.end.saturating_sub(width));
    if quote == Quote::YamlBlock {
        // The indicator line, `|` or `>-`, is not content.
        let first = raw.find('\n').filter(|_| raw.starts_with(['|', '>']));
        start += first.map_or(0, |newline| newline + 1);
    }
    let inner = Span::new(start, end.max(start));
    Node { span, value: Value::Str(Str { decoded: decoded.to_owned(), quote, inner }) }
}

/// Byte offsets of characters: the parser counts characters.
struct Offsets {
    /// `None` where the text is ASCII.
    starts: Option<Vec<usize>>,
    base: usize,
    len: usize,
}

impl Offsets {
    fn new(body: &str, base: usize) -> Self {
        let starts = (!body.is_ascii()).then(|| body.char_indices().map(|(at, _)| at).collect());
        Self { starts, base, len: body.len() }
    }

    fn byte(&self, index: usize) -> usize {
        let at = match &self.starts {
            Some(starts) => starts.get(index).copied().unwrap_or(self.len),
            None => index.min(self.len),
        };
        self.base + at
    }

    fn at(&self, index: usize) -> Span {
        Span::at(self.byte(index))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let start = self.byte(start);
        Span::new(start, self.byte(end).max(start))
    }
}
