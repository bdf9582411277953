//! Keys of TOML that need quotes.

use super::Mend;
use super::scan::{Line, unquoted};
use crate::edit::Edit;

/// Quotes for the first part of the key on the line of this byte that cannot stand without them.
pub(super) fn quoted(line: Line<'_>) -> Option<Mend> {
    let body = line.text.trim_start();
    let (skip, key) = if body.starts_with('[') {
        let inner = body.trim_start_matches('[');
        let skip = body.len() - inner.len();
        (skip, inner.get(..inner.find(']')?)?)
    } else {
        let end = unquoted(body).find(|(_, c)| *c == '=').map(|(at, _)| at)?;
        (0, body.get(..end)?)
    };
    let mut from = 0;
    let ends = unquoted(key).filter(|(_, c)| *c == '.').map(|(at, _)| at).chain([key.len()]);
    for end in ends.collect::<Vec<_>>() {
        let part = key.get(from..end)?;
        let word = part.trim();
        let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !word.is_empty() && !word.starts_with(['"', '\'']) && !word.chars().all(bare) {
            let odd = |c: char| {
                c.is_control()
                    || !c.is_ascii() && !c.is_alphanumeric()
                    || matches!(c, '"' | '\\' | '`' | '=' | '<' | '>')
            };
            let is_shell = word.starts_with(['/', '-', ';', '+', '*', '$']) || word.starts_with("export ");
            if is_shell || word.contains(odd) {
                return None;
            }
            // Ex) `[phases:build]`
            if let Some(colon) = word.strip_prefix("phases:").and(word.find(':')).filter(|_| skip > 0) {
                let at = line.body_start() + skip + from + (part.len() - part.trim_start().len()) + colon;
                return Some(Mend::replace(at, at + 1, ".", "write a dot between the names of the table"));
            }
            let first = line.body_start() + skip + from + (part.len() - part.trim_start().len());
            let edits = vec![Edit::insertion(first, "\""), Edit::insertion(first + word.len(), "\"")];
            return Some(Mend { edits, what: format!("put quotes around `{word}`"), is_key: true });
        }
        from = end + 1;
    }
    None
}
