use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::{Document, FileKind};
use crate::edit::{self, Edit};
use crate::fix::Draft;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "unquoted-key",
    summary: "a key in a TOML file needs quotes",
    docs: r#"## What it does
Finds keys such as `phases.python:install` that have other characters than letters, digits, `-` and `_`, and no quotes.

## Why it fails
TOML allows other characters in quoted keys alone. Nixpacks cannot read the file and stops.

See also: https://toml.io/en/v1.0.0#keys

## Example
```toml
[phases.python:install]
cmds = ["..."]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases."python:install"]
cmds = ["..."]

[start]
cmd = "python main.py"
```

## Fix
Puts quotes around the part of the key that needs them.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// The most keys of a file that get quotes.
const MOST_KEYS: usize = 64;

fn check(cx: &Context<'_>) -> Vec<Found> {
    let broken = cx.model.broken.iter().filter_map(|broken| {
        let text = text(cx, &broken.path)?;
        let span = broken.span?;
        let (_, key) = quoted_at(&text, span.start)?;
        // The file is read further with quotes than without.
        repaired(&broken.path, &text)?;
        let place = Place { path: broken.path.clone(), span };
        let message = format!("`{key}` needs quotes: {}", broken.message);
        Some(Found::place(place, Severity::Error, message))
    });
    broken.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let Some((edits, keys)) = text(cx, &place.path).and_then(|text| repaired(&place.path, &text)) else {
        return false;
    };
    let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    draft.edit_unread(&place.path, edits, &format!("put quotes around {}", names.join(", ")), INFO.id);
    true
}

fn text(cx: &Context<'_>, path: &str) -> Option<String> {
    String::from_utf8(cx.app.read(path).ok()??.into_owned()).ok()
}

fn kind(path: &str) -> Option<FileKind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == FileKind::RailwayToml.name() {
        return Some(FileKind::RailwayToml);
    }
    let is_toml = std::path::Path::new(name).extension().is_some_and(|extension| extension == "toml");
    is_toml.then_some(FileKind::NixpacksToml)
}

/// The quotes that the file needs to be read, and around what; `None` where it is not read any further with them.
fn repaired(path: &str, text: &str) -> Option<(Vec<Edit>, Vec<String>)> {
    let kind = kind(path)?;
    let (mut edits, mut keys): (Vec<Edit>, Vec<String>) = (Vec::new(), Vec::new());
    let mut now = text.to_owned();
    let mut reached = 0;
    for _ in 0..MOST_KEYS {
        let Err(error) = Document::parse(path, kind, now.as_str()) else { break };
        let Some(at) = error.span.map(|span| span.start).filter(|at| *at > reached || keys.is_empty()) else {
            break;
        };
        let Some((more, key)) = quoted_at(&now, at) else { break };
        let Some(next) = edit::apply(&now, &more).ok() else { break };
        let read_further = match Document::parse(path, kind, next.as_str()) {
            Ok(_) => true,
            Err(error) => error.span.is_some_and(|span| span.start > at + more.len()),
        };
        if !read_further {
            break;
        }
        edits = edit::compose(text, &edits, &more).ok()?;
        keys.push(key);
        now = next;
        reached = at;
    }
    (!keys.is_empty()).then_some((edits, keys))
}

/// Quotes for the first part of the key on the line of this byte that cannot stand without them, and that part.
fn quoted_at(text: &str, at: usize) -> Option<(Vec<Edit>, String)> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |line| line + 1);
    let line = text.get(start..)?.split('\n').next()?;
    let indent = line.len() - line.trim_start().len();
    let body = line.trim_start();
    let (skip, key) = if body.starts_with('[') {
        let inner = body.trim_start_matches('[');
        let skip = body.len() - inner.len();
        (skip, inner.split(']').next()?)
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
            if word.contains(['"', '\\']) || word.chars().any(char::is_control) {
                return None;
            }
            let first = start + indent + skip + from + (part.len() - part.trim_start().len());
            let edits = vec![Edit::insertion(first, "\""), Edit::insertion(first + word.len(), "\"")];
            return Some((edits, word.to_owned()));
        }
        from = end + 1;
    }
    None
}

/// The characters outside quotes, with their places.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| match quote {
        Some(open) => {
            if *c == open {
                quote = None;
            }
            false
        }
        None if matches!(c, '"' | '\'') => {
            quote = Some(*c);
            false
        }
        None => true,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{edit, repaired};

    #[test]
    fn keys_get_the_quotes_that_they_need() {
        for (text, want) in [
            ("[phases.python:install]\ncmds = []\n", Some("[phases.\"python:install\"]\ncmds = []\n")),
            ("  [ phases . node:build ]\n", Some("  [ phases . \"node:build\" ]\n")),
            ("phases.python:install.cmds = ['a']\n", Some("phases.\"python:install\".cmds = ['a']\n")),
            (
                "[phases.a:b]\ncmds = []\n\n[phases.c/d]\ncmds = []\n",
                Some("[phases.\"a:b\"]\ncmds = []\n\n[phases.\"c/d\"]\ncmds = []\n"),
            ),
            ("[variables]\nMY VAR = '1'\n", Some("[variables]\n\"MY VAR\" = '1'\n")),
            ("[phases.\"python:install\"]\n", None),
            ("[phases.python:install\n", None),
            ("cmds = [\n", None),
        ] {
            let found = repaired("nixpacks.toml", text).map(|(edits, _)| edit::apply(text, &edits).unwrap());
            assert_eq!(found.as_deref(), want, "{text}");
        }
    }
}
