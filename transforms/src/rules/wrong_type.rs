use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{self, ValueType};
use crate::document::{Document, Entry, KeyPath, Node, Quote, Value};
use crate::edit::Edit;
use crate::fix::Draft;
use crate::intent::literal;
use crate::plan::{PlanError, PlanErrorKind};
use crate::shell;
use crate::text::Span;

static INFO: RuleInfo = RuleInfo {
    id: "wrong-type",
    summary: "a value is of another type than Nixpacks reads there",
    docs: r#"## What it does
Finds values that Nixpacks cannot read where they are: a number or `true` where it reads a text, as in `[variables]`, a list as the start command, a text or a list in place of `[start]` or a phase, `[[start]]` for `[start]`, and lists inside lists.

## Why it fails
Every value in a Nixpacks config is a text, a list of texts or a table. Nixpacks rejects the whole file for one value of another type: ``invalid type: integer `8000`, expected a string``.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[variables]
WORKERS = 2

[start]
cmd = ["echo starting up", "python main.py"]
```
becomes
```toml
[variables]
WORKERS = "2"

[start]
cmd = "echo starting up && python main.py"
```

## Fix
Numbers, dates, `true` and `false` get quotes. Several start commands are joined with ` && `; if the list is one command in parts, such as `["python", "main.py"]`, the parts are joined with blanks. A text or list in place of a table becomes its `cmd` or `cmds`. `providers` in `[variables]` moves to the top of the file, and a variable that is `null` is removed. Where several things could be meant, nothing is changed.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

fn errors<'c>(cx: &'c Context<'_>) -> impl Iterator<Item = (&'c PlanError, &'c Document)> {
    let errors = cx.model.errors.iter().filter(|error| error.kind == PlanErrorKind::WrongType);
    errors.filter_map(|error| Some((error, cx.model.document(&error.place.as_ref()?.path)?)))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = errors(cx).filter_map(|(error, doc)| {
        let place = error.place.clone()?;
        let at = at(doc, place.span)?;
        let keys: Vec<&str> = at.keys.iter().map(String::as_str).collect();
        let (what, wanted) = (named(at.node), wanted(&keys));
        let here = if at.in_list { "and here is" } else { "and is" };
        let message = format!("`{}` has to be {wanted}, {here} {what}", keys.join("."));
        let mut found = Found::place(place, Severity::Error, message).keys(&keys);
        if edits(doc, &at).is_none() {
            found = advice(&keys).into_iter().fold(found, Found::note);
        }
        Some(found.note(&format!("Nixpacks stops with this error: {}", error.message)))
    });
    found.collect()
}

/// What a value is, in the words of people.
fn named(node: &Node) -> &'static str {
    match &node.value {
        Value::Str(_) => "a text",
        Value::Array(array) if array.of_tables => "a list of tables",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
        Value::Integer | Value::Float => "a number",
        Value::Bool(_) => "`true` or `false`",
        Value::Datetime => "a date",
        Value::Null => "`null`",
    }
}

/// What Nixpacks reads under these keys.
fn read_at(keys: &[&str]) -> Option<ValueType> {
    let key = match keys {
        [name] => schema::find(schema::NIXPACKS, name),
        ["phases", _, name] => schema::find(schema::PHASE, name),
        ["start", name] => schema::find(schema::START_PHASE, name),
        _ => None,
    };
    key.map(|key| key.value)
}

fn is_list(keys: &[&str]) -> bool {
    matches!(read_at(keys), Some(ValueType::Strings))
}

/// The same in the words of people.
fn wanted(keys: &[&str]) -> &'static str {
    match (read_at(keys), keys) {
        (Some(ValueType::Strings), _) => "a list of texts",
        (Some(ValueType::StringMap | ValueType::Table(..) | ValueType::TableMap(..)), _)
        | (_, ["phases", _]) => "a table",
        _ => TEXT,
    }
}

const TEXT: &str = "a text in quotes";

/// What to write where several things could be meant.
fn advice(keys: &[&str]) -> Option<&'static str> {
    match keys {
        ["start", "cmd"] => Some("write the start command as one text, as you would type it in a shell"),
        ["phases", "setup"] => Some("list the packages as `nixPkgs` or `aptPkgs` under `[phases.setup]`"),
        ["phases"] => Some("write a table for each phase, such as `[phases.build]` with `cmds` in it"),
        ["variables"] => Some("write a line `NAME = \"value\"` for each variable under `[variables]`"),
        _ => None,
    }
}

/// A value of another type than is read there.
struct At<'d> {
    keys: KeyPath,
    /// The key that is its own, or that of its list.
    entry: &'d Entry,
    node: &'d Node,
    in_list: bool,
}

/// The value whose own bytes are these.
fn at(doc: &Document, span: Span) -> Option<At<'_>> {
    let keys = doc.path_of(span.start)?;
    let (last, parents) = keys.split_last()?;
    let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
    let table = if parents.is_empty() { &doc.root } else { doc.get(&parents)?.as_table()? };
    let entry = table.entry(last)?;
    if entry.node.span == span {
        return Some(At { keys, entry, node: &entry.node, in_list: false });
    }
    let elements = &entry.node.as_array()?.elements;
    let index = elements.binary_search_by_key(&span.start, |element| element.span.start).ok()?;
    let node = elements.get(index).filter(|node| node.span == span)?;
    Some(At { keys, entry, node, in_list: true })
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let Some(doc) = cx.model.document(&place.path) else { return false };
    let Some(at) = at(doc, place.span) else { return false };
    if let (["variables", "providers"], Value::Array(array)) =
        (at.keys.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), &at.node.value)
    {
        let names: Option<Vec<&str>> =
            array.elements.iter().map(|element| Some(element.as_str()?.decoded.as_str())).collect();
        let Some(names) = names.filter(|names| !names.is_empty()) else { return false };
        if doc.get(&["providers"]).is_some() || draft.adds_to_top("providers") {
            return false;
        }
        draft.remove_key(doc, &["variables", "providers"], INFO.id);
        draft.insert_top("providers", &names, INFO.id);
        return true;
    }
    if matches!(at.node.value, Value::Null) && !at.in_list {
        let keys: Vec<&str> = at.keys.iter().map(String::as_str).collect();
        draft.remove_key(doc, &keys, INFO.id);
        return true;
    }
    let Some((edits, title)) = edits(doc, &at) else { return false };
    draft.retype(place, at.keys, edits, title, INFO.id);
    true
}

/// What makes the value one that is read, where one thing is meant.
fn edits(doc: &Document, at: &At<'_>) -> Option<(Vec<Edit>, String)> {
    let keys: Vec<&str> = at.keys.iter().map(String::as_str).collect();
    let path = keys.join(".");
    let span = at.node.span;
    let wrapped = |before: &str, after: &str| {
        vec![Edit::insertion(span.start, before), Edit::insertion(span.end, after)]
    };
    match (&at.node.value, keys.as_slice()) {
        (Value::Integer | Value::Float | Value::Bool(_) | Value::Datetime, _) => match wanted(&keys) {
            "a table" => None,
            _ if at.in_list || !is_list(&keys) => {
                Some((wrapped("\"", "\""), format!("put quotes around the value of `{path}`")))
            }
            // `true` is no entry of any list.
            _ if matches!(at.node.value, Value::Bool(_)) => None,
            _ => Some((wrapped("[\"", "\"]"), format!("make a list of the value of `{path}`"))),
        },
        (Value::Array(array), ["start", ..] | ["phases", _, ..]) if array.of_tables => {
            // Ex) `[[start]]`, once
            let [element] = array.elements.as_slice() else { return None };
            let header = element.span;
            let is_header = header.of(&doc.text).starts_with("[[") && header.of(&doc.text).ends_with("]]");
            let edits = vec![
                Edit::deletion(Span::new(header.start, header.start + 1)),
                Edit::deletion(Span::new(header.end - 1, header.end)),
            ];
            is_header.then(|| (edits, format!("write `[{path}]` with one pair of brackets: it is a table")))
        }
        (Value::Str(_) | Value::Array(_), ["start"]) => {
            Some((in_table(doc, at, "cmd", false)?, "make it the `cmd` of `[start]`".to_owned()))
        }
        // The texts of the setup phase may be packages as well.
        (Value::Str(_) | Value::Array(_), ["phases", phase]) if *phase != "setup" => {
            let is_text = at.node.as_str().is_some();
            Some((in_table(doc, at, "cmds", is_text)?, format!("make it the `cmds` of `[{path}]`")))
        }
        (Value::Array(array), _) if at.in_list => {
            // A list in a list: its entries become entries of the outer one.
            let texts = array.elements.iter().all(|element| element.as_str().is_some());
            let last = array.elements.last()?;
            let inside = Span::new(last.span.end, span.end - 1).of(&doc.text);
            let edits = vec![
                Edit::deletion(Span::new(span.start, span.start + 1)),
                Edit::deletion(Span::new(
                    if inside.trim() == "," { last.span.end } else { span.end - 1 },
                    span.end,
                )),
            ];
            (texts && matches!(inside.trim(), "" | ","))
                .then(|| (edits, format!("write `{path}` as one list")))
        }
        (Value::Array(array), _) if wanted(&keys) == TEXT => {
            let texts: Option<Vec<&str>> =
                array.elements.iter().map(|element| Some(element.as_str()?.decoded.as_str())).collect();
            let texts = texts?;
            let (text, title) = match texts.as_slice() {
                [] => return None,
                [one] => ((*one).to_owned(), format!("remove the brackets: `{path}` is one text")),
                _ if keys != ["start", "cmd"] => return None,
                parts => joined(parts)?,
            };
            // A comment inside would go.
            let raw = span.of(&doc.text);
            if raw.lines().count() > 1 && raw.contains('#') {
                return None;
            }
            let style = array.elements.first()?.as_str()?.quote;
            let style = if doc.kind.is_json() { Quote::Basic } else { style };
            Some((vec![Edit::replacement(span, literal(&text, style))], title))
        }
        _ => None,
    }
}

/// Makes the value that of a key in a table of its own. Ex) `start = "x"` -> `start.cmd = "x"`
fn in_table(doc: &Document, at: &At<'_>, key: &str, as_list: bool) -> Option<Vec<Edit>> {
    let (open, close) = if as_list { ("[", "]") } else { ("", "") };
    let Span { start, end } = at.node.span;
    if at.in_list || at.node.as_array().is_some_and(|array| array.of_tables) {
        return None;
    }
    if doc.kind.is_json() {
        return Some(vec![
            Edit::insertion(start, format!("{{\"{key}\": {open}")),
            Edit::insertion(end, format!("{close}}}")),
        ]);
    }
    let mut edits = vec![Edit::insertion(at.entry.key.span.end, format!(".{key}"))];
    if as_list {
        edits.extend([Edit::insertion(start, open), Edit::insertion(end, close)]);
    }
    Some(edits)
}

/// Several texts as one start command: as commands one behind the other, or as one command in parts.
pub(super) fn joined(texts: &[&str]) -> Option<(String, String)> {
    let is_plain = |text: &&str| {
        !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "'\"\\|&;<>()`".contains(c))
    };
    let is_one = texts.iter().all(is_plain)
        && texts.first().is_some_and(|first| PROGRAMS.contains(&first.rsplit('/').next().unwrap_or(first)));
    if is_one {
        return Some((texts.join(" "), "write the start command as one text".to_owned()));
    }
    // Ex) `["python", "server.py --port 80"]` may be either.
    let is_command = |text: &&str| text.trim().contains(' ') && shell::parse(text).is_ok();
    let all =
        texts.iter().all(is_command) && texts.iter().skip(1).all(|text| !text.trim_start().starts_with('-'));
    let runs_on = |text: &&str| text.trim_end().ends_with(['&', ';']) || text.contains(['#', '\n']);
    (all && !texts.iter().any(runs_on))
        .then(|| (texts.join(" && "), "join the start commands with ` && `".to_owned()))
}

/// Programs that get arguments when they start an app.
const PROGRAMS: [&str; 16] = [
    "bash",
    "celery",
    "daphne",
    "flask",
    "gunicorn",
    "honcho",
    "hypercorn",
    "node",
    "npm",
    "python",
    "python3",
    "sh",
    "streamlit",
    "uv",
    "uvicorn",
    "waitress-serve",
];
