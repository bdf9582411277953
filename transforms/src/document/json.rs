//! JSON as `serde_json` reads it: no comments, no trailing commas, 127 levels.

use super::{Array, Entry, Key, Layout, Node, Quote, Str, Table, Value, schema};
use crate::text::{BOM, Span};
use jsonc_parser::ast;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::collections::BTreeSet;

type Failure = (Option<Span>, String);

/// `serde_json` refuses the 128th level.
const DEPTH: usize = 127;

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Refuses a byte order mark, as `serde_json` does.
pub(super) fn parse(text: &str) -> Result<Table, Failure> {
    if text.starts_with(BOM) {
        let span = Span::new(0, BOM.len_utf8());
        return Err((Some(span), "a byte order mark is not allowed in JSON".to_owned()));
    }
    Reader { text, base: 0, maps: Some(&["phases", "staticAssets", "variables"]) }.document()
}

/// Reads over a byte order mark.
pub(super) fn parse_after_bom(text: &str) -> Result<Table, Failure> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    Reader { text: body, base: text.len() - body.len(), maps: None }.document()
}

struct Reader<'t> {
    text: &'t str,
    base: usize,
    /// The keys at the root whose values are maps, in which the last of two equal keys counts. `None` where nobody knows
    /// what reads the file.
    maps: Option<&'t [&'t str]>,
}

impl Reader<'_> {
    fn document(&self) -> Result<Table, Failure> {
        self.scan()?;
        let parsed = parse_to_ast(self.text, &CollectOptions::default(), &STRICT).map_err(|e| {
            let range = e.range();
            (Some(self.span(range.start, range.end)), e.kind().to_string().to_lowercase())
        })?;
        let Some(value) = parsed.value else {
            return Err((None, "the file is empty".to_owned()));
        };
        let node = self.node(&value, &mut Vec::new())?;
        match node.value {
            Value::Table(table) => Ok(table),
            _ => Err((Some(node.span), format!("expected an object, found {}", node.type_name()))),
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start, self.base + end.max(start))
    }

    /// What the parser does not look at: depth, control characters, blanks that JSON does not know.
    fn scan(&self) -> Result<(), Failure> {
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (at, c) in self.text.char_indices() {
            let span = self.span(at, at + c.len_utf8());
            if c < ' ' && (quoted || !matches!(c, '\t' | '\n' | '\r')) {
                return Err((Some(span), "a control character must be escaped".to_owned()));
            }
            if quoted {
                quoted = escaped || c != '"';
                escaped = !escaped && c == '\\';
                continue;
            }
            match c {
                '"' => quoted = true,
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                c if c.is_ascii() => {}
                _ => return Err((Some(span), "unexpected character outside a string".to_owned())),
            }
            if depth > DEPTH {
                return Err((Some(span), format!("nested more than {DEPTH} levels deep")));
            }
        }
        Ok(())
    }

    fn node(&self, value: &ast::Value<'_>, path: &mut Vec<String>) -> Result<Node, Failure> {
        Ok(match value {
            ast::Value::StringLit(lit) => {
                let span = self.span(lit.range.start, lit.range.end);
                Node { span, value: Value::Str(string(&lit.value, span)) }
            }
            ast::Value::NumberLit(lit) => {
                let span = self.span(lit.range.start, lit.range.end);
                Node { span, value: number(lit.value).ok_or((Some(span), "invalid number".to_owned()))? }
            }
            ast::Value::BooleanLit(lit) => {
                Node { span: self.span(lit.range.start, lit.range.end), value: Value::Bool(lit.value) }
            }
            ast::Value::NullKeyword(word) => {
                Node { span: self.span(word.range.start, word.range.end), value: Value::Null }
            }
            ast::Value::Array(array) => self.array(array, path)?,
            ast::Value::Object(object) => self.object(object, path)?,
        })
    }

    fn array(&self, array: &ast::Array<'_>, path: &mut Vec<String>) -> Result<Node, Failure> {
        let span = self.span(array.range.start, array.range.end);
        let elements =
            array.elements.iter().map(|element| self.node(element, path)).collect::<Result<Vec<_>, _>>()?;
        let mut from = span.start + 1;
        for (i, element) in elements.iter().enumerate() {
            self.gap(from, element.span.start, if i == 0 { "" } else { "," })?;
            from = element.span.end;
        }
        self.gap(from, span.end - 1, "")?;
        Ok(Node { span, value: Value::Array(Array { elements, of_tables: false }) })
    }

    fn object(&self, object: &ast::Object<'_>, path: &mut Vec<String>) -> Result<Node, Failure> {
        let span = self.span(object.range.start, object.range.end);
        let mut entries: Vec<Entry> = Vec::new();
        let mut names = BTreeSet::new();
        let mut from = span.start + 1;
        for (i, prop) in object.properties.iter().enumerate() {
            let ast::ObjectPropName::String(name) = &prop.name else {
                return Err((Some(span), "keys must be quoted".to_owned()));
            };
            let key = self.span(name.range.start, name.range.end);
            if !names.insert(name.value.to_string()) {
                if !self.last_counts(path, &name.value) {
                    // Nixpacks' own words; which of the two Railway takes is not known.
                    let kind = if self.maps.is_some() { "field" } else { "key" };
                    return Err((Some(key), format!("duplicate {kind} `{}`", name.value)));
                }
                entries.retain(|entry| entry.key.name != name.value);
            }
            path.push(name.value.to_string());
            let node = self.node(&prop.value, path)?;
            path.pop();
            self.gap(from, key.start, if i == 0 { "" } else { "," })?;
            self.gap(key.end, node.span.start, ":")?;
            from = node.span.end;
            entries.push(Entry { key: Key { name: name.value.to_string(), span: key }, node });
        }
        self.gap(from, span.end - 1, "")?;
        Ok(Node { span, value: Value::Table(Table::new(Layout::Braces, entries)) })
    }

    /// Whether the planner's library takes the last of two keys: in a map, and where it reads nothing.
    fn last_counts(&self, path: &[String], name: &str) -> bool {
        let Some(maps) = self.maps else { return false };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            [] => schema::find(schema::NIXPACKS, name).is_none(),
            [map] if maps.contains(map) => true,
            ["phases", _] => schema::find(schema::PHASE, name).is_none(),
            ["start"] => schema::find(schema::START_PHASE, name).is_none(),
            _ => true,
        }
    }

    /// The parser forgives some missing and doubled commas; what stands between must be exact.
    fn gap(&self, from: usize, to: usize, wanted: &str) -> Result<(), Failure> {
        let gap = self.text.get(from - self.base..to.saturating_sub(self.base)).unwrap_or("?");
        if gap.trim_matches([' ', '\t', '\r', '\n']) == wanted {
            return Ok(());
        }
        let wanted = if wanted.is_empty() { "nothing" } else { wanted };
        Err((Some(Span::new(from, to.max(from))), format!("expected `{wanted}` here")))
    }
}

fn string(decoded: &str, span: Span) -> Str {
    let inner = Span::new(span.start + 1, (span.end - 1).max(span.start + 1));
    Str { decoded: decoded.to_owned(), quote: Quote::Basic, inner }
}

fn number(raw: &str) -> Option<Value> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match raw.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (raw, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let sound = digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    let is_float = fraction.is_some() || exponent.is_some();
    sound.then_some(if is_float { Value::Float } else { Value::Integer })
}
