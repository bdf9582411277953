//! Edits of an array of strings.

use super::indent::ListStyle;
use super::list::{List, NewItem, Piece};
use super::{MOST_ALONE, Refusal, check, join, quote, string};
use crate::document::{Array, Document, Value};
use crate::edit::Edit;

/// One element of an array as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The element of this index, as it is.
    Keep(usize),
    /// The element of this index, with this value. It keeps its comments.
    Change(usize, String),
    /// A new element.
    New(String),
    /// The element of this index at another place, with its comments and this value.
    Moved(usize, String),
    /// The element of the second index, with this value, and with the comments of the elements before it that have
    /// become a part of it and go.
    Joined(Vec<usize>, usize, String),
}

/// Gives the array at `keys` the content `slots`, in that order.
///
/// Indices of those that are kept must increase; an element that no slot names goes, with the comments that it owns.
/// Kept elements keep their bytes. Fails where there is no array, where a changed element is not a
/// string, and where a comma stands on another line than its element.
pub fn rewrite(doc: &Document, keys: &[&str], slots: &[Slot]) -> Result<Vec<Edit>, Refusal> {
    let edits = one(doc, keys, slots, &ListStyle::of(doc, doc.kind.is_json()))?;
    check(doc, &edits)?;
    Ok(edits)
}

/// As [`rewrite`] for several arrays, with the text looked over and the result parsed once for all:
/// the edits of each, or why it is left as it is.
pub(crate) fn rewrite_many(
    doc: &Document,
    arrays: &[(Vec<&str>, Vec<Slot>)],
) -> Vec<Result<Vec<Edit>, Refusal>> {
    let list_style = ListStyle::of(doc, doc.kind.is_json());
    let edits: Vec<Result<Vec<Edit>, Refusal>> =
        arrays.iter().map(|(keys, slots)| one(doc, keys, slots, &list_style)).collect();
    let all: Vec<Edit> = edits.iter().flatten().flatten().cloned().collect();
    match check(doc, &all) {
        Ok(_) => edits,
        // One of them is not understood: each is looked at by itself.
        Err(refusal) if edits.len() > MOST_ALONE => {
            edits.into_iter().map(|edits| edits.and_then(|_| Err(refusal.clone()))).collect()
        }
        Err(_) => {
            edits.into_iter().map(|edits| edits.and_then(|own| check(doc, &own).map(|_| own))).collect()
        }
    }
}

fn one(doc: &Document, keys: &[&str], slots: &[Slot], list_style: &ListStyle) -> Result<Vec<Edit>, Refusal> {
    let path = keys.join(".");
    let node = doc.get(keys).ok_or_else(|| Refusal::new(doc, None, format!("no key `{path}`")))?;
    let Value::Array(array) = &node.value else {
        let message = format!("`{path}` is no array but of type {}", node.type_name());
        return Err(Refusal::new(doc, node.span, message));
    };
    if array.of_tables {
        return Err(Refusal::new(doc, node.span, format!("`{path}` is an array of tables")));
    }
    let json = doc.kind.is_json();
    let style = quote::style(doc, &array.elements);
    let eol = doc.eol_near(node.span.start).as_str();
    let mut edits = Vec::new();
    let mut pieces = Vec::new();
    for slot in slots {
        pieces.push(match slot {
            Slot::Keep(index) => Piece::Keep(*index),
            Slot::Joined(from, index, new) if from.iter().any(|from| has_comment(doc, array, *from)) => {
                Piece::Joined(from.clone(), *index, NewItem::inline(quote::literal(new, style, eol)))
            }
            Slot::Change(index, new) | Slot::Joined(_, index, new) => {
                let Some(element) = array.elements.get(*index) else {
                    return Err(Refusal::new(doc, node.span, format!("`{path}` has no element {index}")));
                };
                edits.extend(string::set(doc, element, new)?);
                Piece::Keep(*index)
            }
            Slot::New(new) => Piece::New(NewItem::inline(quote::literal(new, style, eol))),
            Slot::Moved(index, new) => {
                let old = array.elements.get(*index);
                let raw = old.filter(|old| old.as_str().is_some_and(|string| string.decoded == *new));
                let raw = raw.map(|old| old.span.of(&doc.text));
                let text = raw.map_or_else(|| quote::literal(new, style, eol), str::to_owned);
                Piece::Moved(*index, NewItem::inline(text))
            }
        });
    }
    let spans = array.elements.iter().map(|element| element.span).collect();
    let mut list = List::new(doc, node.span, spans, list_style.clone());
    let count = |text: &str| isize::try_from(text.chars().count()).unwrap_or(0);
    list.growth = edits.iter().map(|edit| count(&edit.content) - count(edit.span.of(&doc.text))).sum();
    list.comments = !json;
    list.flat_only = inside_braces(doc, keys) && !json;
    let rewritten = list.rewrite(pieces).map_err(|(span, message)| Refusal::new(doc, span, message))?;
    edits.extend(rewritten);
    Ok(join(edits))
}

/// Whether an element has a comment behind it or on the lines above it.
fn has_comment(doc: &Document, array: &Array, index: usize) -> bool {
    let Some(element) = array.elements.get(index) else { return false };
    let before = index.checked_sub(1).and_then(|before| array.elements.get(before));
    let above = doc.text.get(before.map_or(element.span.start, |before| before.span.end)..element.span.start);
    let above = above.and_then(|text| text.split_once('\n')).is_some_and(|(_, lines)| lines.contains('#'));
    let next = array.elements.get(index + 1).map_or(doc.text.len(), |next| next.span.start);
    let behind = doc.text.get(element.span.end..next).and_then(|text| text.lines().next());
    above || behind.is_some_and(|text| text.contains('#'))
}

fn inside_braces(doc: &Document, keys: &[&str]) -> bool {
    (1..keys.len()).any(|depth| {
        let table = doc.get(&keys[..depth]).and_then(|node| node.as_table());
        table.is_some_and(|table| table.layout == crate::document::Layout::Braces)
    })
}
