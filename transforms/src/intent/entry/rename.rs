use super::super::{Refusal, check, quote};
use crate::document::{Document, Layout, Value};
use crate::edit::Edit;

/// Gives the key at `keys` another name. Fails where the table has a key of that name, and where
/// the key is written in several places.
pub fn rename_key(doc: &Document, keys: &[&str], new: &str) -> Result<Vec<Edit>, Refusal> {
    let missing = || Refusal::new(doc, None, format!("no key `{}`", keys.join(".")));
    let (last, parents) = keys.split_last().ok_or_else(missing)?;
    let table = match parents {
        [] => &doc.root,
        _ => doc.get(parents).and_then(|node| node.as_table()).ok_or_else(missing)?,
    };
    let entry = table.entry(last).ok_or_else(missing)?;
    if *last == new {
        return Ok(Vec::new());
    }
    if table.entry(new).is_some() {
        let message = format!("`{}` has a key `{new}` already", parents.join("."));
        return Err(Refusal::new(doc, entry.key.span, message));
    }
    let once = match &entry.node.value {
        Value::Table(inner) => match inner.layout {
            Layout::Braces => true,
            // Ex) `[phases.install]`, where no `[phases.install.x]` names it again
            Layout::Header => inner.entries.iter().all(|entry| {
                entry.node.as_table().is_none_or(|t| matches!(t.layout, Layout::Braces | Layout::Dotted))
            }),
            _ => false,
        },
        Value::Array(array) => !array.of_tables,
        _ => true,
    };
    if !once {
        return Err(Refusal::new(
            doc,
            entry.key.span,
            format!("`{}` is named in several places", keys.join(".")),
        ));
    }
    let raw = entry.key.span.of(&doc.text);
    let content = match (doc.root.layout, raw.chars().next()) {
        // Ex) `'nixpkgs' = []` keeps its quotes
        (_, Some('\'')) if !new.contains('\'') && !new.contains(char::is_control) => format!("'{new}'"),
        (_, Some('"')) => quote::literal(new, crate::document::Quote::Basic, "\n"),
        _ => quote::key(new, doc.kind),
    };
    let edits = vec![Edit::replacement(entry.key.span, content)];
    let after = check(doc, &edits)?;
    let mut path = parents.to_vec();
    path.push(new);
    if after.get(&path).is_none() {
        return Err(Refusal::new(doc, entry.key.span, "the new name would not be read as this key"));
    }
    Ok(edits)
}
