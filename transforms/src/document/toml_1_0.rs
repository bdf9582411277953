//! What TOML 1.1 allows and TOML 1.0 does not. Nixpacks reads 1.0, so these are errors here.

use super::{Layout, Node, Quote, Table, Value};
use crate::text::Span;

type Failure = (Option<Span>, String);

pub(super) fn check(table: &Table, text: &str) -> Result<(), Failure> {
    for entry in &table.entries {
        if entry.key.span.of(text).starts_with('"') {
            escapes(entry.key.span, text)?;
        }
        node(&entry.node, text)?;
    }
    Ok(())
}

fn node(node: &Node, text: &str) -> Result<(), Failure> {
    match &node.value {
        Value::Str(s) if matches!(s.quote, Quote::Basic | Quote::MultilineBasic) => escapes(s.inner, text),
        Value::Array(array) => array.elements.iter().try_for_each(|element| self::node(element, text)),
        Value::Table(table) => {
            if table.layout == Layout::Braces {
                braces(node.span, table, text)?;
            }
            check(table, text)
        }
        Value::Datetime => {
            // Ex) `07:32` without seconds
            let raw = node.span.of(text);
            let time = raw.find(['T', 't', ' ']).map_or(raw, |at| &raw[at + 1..]);
            let time = time.find(['+', '-', 'Z', 'z']).map_or(time, |at| &time[..at]);
            if time.matches(':').count() == 1 {
                return Err((Some(node.span), "a time needs seconds (Nixpacks reads TOML 1.0)".to_owned()));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn escapes(inner: Span, text: &str) -> Result<(), Failure> {
    let raw = inner.of(text);
    let mut rest = raw.char_indices();
    while let Some((at, c)) = rest.next() {
        if c != '\\' {
            continue;
        }
        if let Some((_, escaped @ ('e' | 'x'))) = rest.next() {
            let at = inner.start + at;
            return Err((
                Some(Span::new(at, at + 2)),
                format!("the escape `\\{escaped}` needs TOML 1.1, and Nixpacks reads TOML 1.0"),
            ));
        }
    }
    Ok(())
}

/// Ex) `{ a = 1, }` and `{` newline `a = 1 }`
fn braces(span: Span, table: &Table, text: &str) -> Result<(), Failure> {
    let mut values = Vec::new();
    leaves(table, &mut values);
    values.sort();
    let mut from = span.start;
    for value in &values {
        newline(Span::new(from, value.start.max(from)), text)?;
        from = value.end.max(from);
    }
    let tail = Span::new(from, span.end.max(from));
    newline(tail, text)?;
    if let Some(at) = tail.of(text).find(',').filter(|_| !values.is_empty()) {
        let comma = Span::new(tail.start + at, tail.start + at + 1);
        return Err((
            Some(comma),
            "a trailing comma in an inline table needs TOML 1.1, and Nixpacks reads TOML 1.0".to_owned(),
        ));
    }
    Ok(())
}

fn newline(gap: Span, text: &str) -> Result<(), Failure> {
    match gap.of(text).find('\n') {
        Some(at) => {
            let message =
                "a line break in an inline table needs TOML 1.1, and Nixpacks reads TOML 1.0".to_owned();
            Err((Some(Span::at(gap.start + at)), message))
        }
        None => Ok(()),
    }
}

fn leaves(table: &Table, out: &mut Vec<Span>) {
    for entry in &table.entries {
        match &entry.node.value {
            Value::Table(inner) if inner.layout == Layout::Dotted => leaves(inner, out),
            _ => out.push(entry.node.span),
        }
    }
}
