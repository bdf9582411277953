//! The table `[variables]`, for rules that speak of its values and must not show all of them.

use super::Severity;
use super::support::Found;
use crate::context::Context;
use crate::document::{Document, Entry, Table};
use crate::plan::Place;

/// Parts of the names that people give secrets.
const NAMES: [&str; 10] = [
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "CREDENTIAL",
    "ENCRYPTION_KEY",
];
/// Ends of names of what is told about a secret.
const ABOUT: [&str; 12] = [
    "_FILE",
    "_PATH",
    "_URL",
    "_NAME",
    "_TYPE",
    "_TTL",
    "_ALGORITHM",
    "_MINUTES",
    "_SECONDS",
    "_DAYS",
    "_LENGTH",
    "_LIMIT",
];
/// Beginnings of the tokens of well-known services.
const TOKENS: [&str; 11] = [
    "sk_live_",
    "sk-",
    "ghp_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "eyJ",
    "-----BEGIN",
];
/// Words in values that stand for a secret and are none.
const STAND_INS: [&str; 12] = [
    "your",
    "change",
    "example",
    "xxx",
    "dummy",
    "placeholder",
    "insecure",
    "build",
    "temp",
    "test",
    "fake",
    "<",
];
/// A secret is no shorter.
const SHORTEST: usize = 8;

/// The table, where the config has one.
pub(super) fn table<'c>(cx: &Context<'c>) -> Option<(&'c Document, &'c Entry, &'c Table)> {
    let doc = cx.config()?;
    let entry = doc.root.entry("variables")?;
    Some((doc, entry, entry.node.as_table()?))
}

/// Whether a value is likely to be a secret.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    if value.len() < SHORTEST || value.contains("${") || STAND_INS.iter().any(|word| lower.contains(word)) {
        return false;
    }
    let is_token =
        TOKENS.iter().any(|token| value.strip_prefix(token).is_some_and(|rest| rest.len() >= SHORTEST));
    is_token || has_password(value) || {
        let name = name.to_ascii_uppercase();
        let named = NAMES.iter().any(|part| name.contains(part)) && !name.contains("PUBLIC");
        named && !ABOUT.iter().any(|end| name.ends_with(end)) && !value.contains(char::is_whitespace)
    }
}

/// Ex) `postgres://user:secret@host/db`
fn has_password(value: &str) -> bool {
    let authority = value.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| {
        !password.is_empty()
            && !matches!(password, "password" | "postgres" | "pass")
            && !password.starts_with('$')
    })
}

/// A finding of the table, at its header where that line has no value, else of the app.
pub(super) fn at_header(
    doc: &Document,
    entry: &Entry,
    table: &Table,
    severity: Severity,
    message: String,
) -> Found {
    let key = entry.key.span;
    let line_end =
        doc.text.get(key.end..).and_then(|rest| rest.find('\n')).map_or(doc.text.len(), |at| key.end + at);
    let line_start = doc.text.get(..key.start).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1);
    let shows = |entry: &Entry| entry.node.span.start < line_end && entry.node.span.end > line_start;
    if table.entries.iter().any(shows) {
        return Found::app(severity, message);
    }
    Found::place(Place { path: doc.path.clone(), span: key }, severity, message)
}

/// Names for a sentence: all of a few.
pub(super) fn enumerated(names: &[&str]) -> String {
    const MOST: usize = 4;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match (shown.as_slice(), names.len().saturating_sub(MOST)) {
        ([first @ .., last], 0) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        (all, 0) => all.join(""),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn tells_secrets_from_what_only_looks_like_one() {
        let cases = [
            ("SECRET_KEY", "a8f5f167f44f4964e6c998dee827110c", true),
            ("OPENAI_API_KEY", "sk-a8f5f167f44f4964", true),
            ("ANYTHING", "ghp_a8f5f167f44f4964e6c9", true),
            ("DATABASE_URL", "postgres://u:hunter22@db.internal/x", true),
            ("SECRET_KEY", "dummy-for-collectstatic", false),
            ("SECRET_KEY", "${{shared.SECRET_KEY}}", false),
            ("SECRET_KEY", "short", false),
            ("DATABASE_URL", "postgres://localhost/x", false),
            ("DATABASE_URL", "postgres://u:postgres@localhost/x", false),
            ("ACCESS_TOKEN_EXPIRE_MINUTES", "100000000", false),
            ("NEXT_PUBLIC_API_KEY", "a8f5f167f44f4964", false),
            ("PYTHONUNBUFFERED", "1", false),
        ];
        for (name, value, secret) in cases {
            assert_eq!(is_secret(name, value), secret, "{name}");
        }
    }
}
