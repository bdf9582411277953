use super::super::{MOST_ALONE, Refusal, check, quote};
use crate::document::{Document, Layout, Value};
use crate::edit::Edit;

/// Gives the key at `keys` another name. Fails where the table has a key of that name, and where
/// the key is written in several places.
pub fn rename_key(doc: &Document, keys: &[&str], new: &str) -> Result<Vec<Edit>, Refusal> {
    let edits = one(doc, keys, new)?;
    check_names(doc, &[(keys, new)], &edits)?;
    Ok(edits)
}

/// As [`rename_key`] for several keys, none of them below another one: the edits of each. The result is
/// parsed once for all.
pub fn rename_keys(doc: &Document, renames: &[(&[&str], &str)]) -> Vec<Result<Vec<Edit>, Refusal>> {
    let mut each: Vec<Result<Vec<Edit>, Refusal>> =
        renames.iter().map(|(keys, new)| one(doc, keys, new)).collect();
    let made: Vec<(&[&str], &str)> =
        renames.iter().zip(&each).filter(|(_, edits)| edits.is_ok()).map(|(rename, _)| *rename).collect();
    let edits: Vec<Edit> = each.iter().flatten().flatten().cloned().collect();
    let Err(refusal) = check_names(doc, &made, &edits) else { return each };
    if renames.len() <= MOST_ALONE {
        return renames.iter().map(|(keys, new)| rename_key(doc, keys, new)).collect();
    }
    for edits in each.iter_mut().filter(|edits| edits.is_ok()) {
        *edits = Err(refusal.clone());
    }
    each
}

/// Whether the keys have their new names after all edits.
fn check_names(doc: &Document, renames: &[(&[&str], &str)], edits: &[Edit]) -> Result<(), Refusal> {
    let after = check(doc, edits)?;
    for (keys, new) in renames {
        let mut path = keys.to_vec();
        path.pop();
        path.push(new);
        if after.get(&path).is_none() {
            let span = doc.get(keys).map(|node| node.span);
            return Err(Refusal::new(doc, span, "the new name would not be read as this key"));
        }
    }
    Ok(())
}

fn one(doc: &Document, keys: &[&str], new: &str) -> Result<Vec<Edit>, Refusal> {
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
    Ok(vec![Edit::replacement(entry.key.span, content)])
}
