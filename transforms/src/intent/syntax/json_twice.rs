//! Keys that an object of a JSON file has twice: one is left, with what both say, where that is one thing.

use super::Mend;
use crate::edit::Edit;
use crate::text::{BOM, Span};
use jsonc_parser::ast::{Array, Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::collections::{HashMap, HashSet};

/// Makes one of the two whose second key is at this byte.
pub(super) fn merged(text: &str, at: usize) -> Option<Mend> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let base = text.len() - body.len();
    let parsed = parse_to_ast(body, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    let (first, before, second) = pair(parsed.value.as_ref()?, at.checked_sub(base)?)?;
    let mut edits = match (&first.value, &second.value) {
        (Value::Object(own), Value::Object(more)) => {
            let inner = |object: &Object<'_>| {
                let (start, end) = (object.properties.first()?.start(), object.properties.last()?.end());
                Some((start, end))
            };
            joined(body, base, inner(own), own.start() + 1, inner(more))?
        }
        (Value::Array(own), Value::Array(more)) => {
            let known: Vec<&str> = own.elements.iter().map(|one| raw(body, one)).collect();
            // Those that both have are written once; where that is not the whole tail, a person decides.
            if more.elements.iter().any(|one| known.contains(&raw(body, one))) {
                let all = more.elements.iter().all(|one| known.contains(&raw(body, one)));
                if !all {
                    return None;
                }
                Vec::new()
            } else {
                let inner = |array: &Array<'_>| {
                    let (start, end) = (array.elements.first()?.start(), array.elements.last()?.end());
                    Some((start, end))
                };
                joined(body, base, inner(own), own.start() + 1, inner(more))?
            }
        }
        (own, more) if raw(body, own) == raw(body, more) => Vec::new(),
        _ => return None,
    };
    edits.push(Edit::deletion(Span::new(base + before.end(), base + second.end())));
    Some(Mend::new(edits, format!("write `{}` once", second.name.as_str())))
}

/// Whether the two objects whose second key is at this byte have a key in common.
pub(super) fn share_a_key(text: &str, at: usize) -> bool {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let Ok(parsed) = parse_to_ast(body, &CollectOptions::default(), &ParseOptions::default()) else {
        return false;
    };
    let at = at.checked_sub(text.len() - body.len());
    let found = parsed.value.as_ref().zip(at).and_then(|(value, at)| pair(value, at));
    let Some((Value::Object(own), Value::Object(more))) =
        found.map(|(first, _, second)| (&first.value, &second.value))
    else {
        return false;
    };
    let names: HashSet<&str> = own.properties.iter().map(|prop| prop.name.as_str()).collect();
    more.properties.iter().any(|prop| names.contains(prop.name.as_str()))
}

/// The property with its key at this byte, the one before it, and the first one of its name.
fn pair<'a, 't>(
    value: &'a Value<'t>,
    at: usize,
) -> Option<(&'a ObjectProp<'t>, &'a ObjectProp<'t>, &'a ObjectProp<'t>)> {
    let mut value = value;
    loop {
        match value {
            Value::Object(object) => {
                if let Some(second) = object.properties.iter().position(|prop| prop.start() == at) {
                    let this = object.properties.get(second)?;
                    let same = |prop: &&ObjectProp<'_>| prop.name.as_str() == this.name.as_str();
                    let first = object.properties.iter().take(second).find(same)?;
                    return Some((first, object.properties.get(second.checked_sub(1)?)?, this));
                }
                let inside = |prop: &&ObjectProp<'_>| prop.start() <= at && at < prop.end();
                value = &object.properties.iter().find(inside)?.value;
            }
            Value::Array(array) => {
                value = array.elements.iter().find(|one| one.start() <= at && at < one.end())?;
            }
            _ => return None,
        }
    }
}

fn raw<'t>(text: &'t str, value: &Value<'_>) -> &'t str {
    text.get(value.start()..value.end()).unwrap_or_default()
}

/// Writes what the second has behind what the first has; `empty` is the place where the first has nothing.
fn joined(
    text: &str,
    base: usize,
    own: Option<(usize, usize)>,
    empty: usize,
    more: Option<(usize, usize)>,
) -> Option<Vec<Edit>> {
    let Some((start, end)) = more else { return Some(Vec::new()) };
    let more = text.get(start..end)?;
    Some(vec![match own {
        Some((start, end)) => {
            // As the first of them stands.
            let gap = text.get(empty..start).filter(|gap| gap.contains('\n')).unwrap_or(" ");
            Edit::insertion(base + end, format!(",{gap}{more}"))
        }
        None => Edit::insertion(base + empty, more.to_owned()),
    }])
}

/// A key that an object has again further on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The keys from the root to it.
    pub path: Vec<String>,
    /// The key that comes first.
    pub first: Span,
    /// The one that comes next.
    pub next: Span,
}

/// The keys that objects of a JSON file have again, in the order of the text.
pub fn repeated(text: &str) -> Vec<Repeated> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let parsed = parse_to_ast(body, &CollectOptions::default(), &ParseOptions::default());
    let mut found = Vec::new();
    if let Some(value) = parsed.ok().and_then(|parsed| parsed.value) {
        collect(&value, text.len() - body.len(), &mut Vec::new(), &mut found);
    }
    found
}

fn collect(value: &Value<'_>, base: usize, path: &mut Vec<String>, found: &mut Vec<Repeated>) {
    match value {
        Value::Object(object) => {
            let mut known: HashMap<&str, Span> = HashMap::new();
            for prop in &object.properties {
                let name = prop.name.as_str();
                let next = Span::new(base + prop.name.start(), base + prop.name.end());
                path.push(name.to_owned());
                if let Some(first) = known.insert(name, next) {
                    found.push(Repeated { path: path.clone(), first, next });
                }
                collect(&prop.value, base, path, found);
                path.pop();
            }
        }
        Value::Array(array) => array.elements.iter().for_each(|one| collect(one, base, path, found)),
        _ => {}
    }
}
