//! Adds to a `railpack.json` that is there: what is missing goes to the end of its object or list, in the style of what
//! stands there. Nothing that it says is changed or removed, so a value that says otherwise stays.

use crate::config_file::standardize;
use crate::json_text::{Json, Place, Style, quote};
use nixpacks_transforms::document::{Document, FileKind, Node, Table, Value};
use nixpacks_transforms::edit::{self, Edit};
use nixpacks_transforms::text::Span;

/// Insertions into one file at most.
const MOST: usize = 300;

/// The text with what is missing of `wanted`; `None` where it is no object of JSON.
pub(crate) fn merge(text: &str, wanted: &[(String, Json)]) -> Option<String> {
    let mut text = text.to_owned();
    // Each insertion is made in the text of the one before: places move, and what is there by then counts.
    for _ in 0..MOST {
        let document = parse(&text)?;
        let file = Target { text: &text, document: &document, style: Style::of(&text) };
        let Some(edits) = file.missing(&document.root, root_span(&document.text), wanted) else { break };
        text = edit::apply(&text, &edits).ok()?;
    }
    parse(&text).map(|_| text)
}

fn parse(text: &str) -> Option<Document> {
    let document = Document::parse(crate::CONFIG_FILE, FileKind::NixpacksJson, standardize(text)).ok()?;
    // The parser passes over blanks in front of the object.
    document.text.trim_start().starts_with('{').then_some(document)
}

/// The object of the file, of which this is the text without comments.
fn root_span(plain: &str) -> Span {
    let start = plain.len() - plain.trim_start().len();
    Span::new(start, plain.trim_end().len())
}

struct Target<'d> {
    text: &'d str,
    document: &'d Document,
    style: Style,
}

impl Target<'_> {
    /// The edits that bring the first thing that an object lacks; `None` where it has all.
    fn missing(&self, table: &Table, span: Span, wanted: &[(String, Json)]) -> Option<Vec<Edit>> {
        wanted.iter().find_map(|(key, value)| {
            // Railpack takes keys in any case.
            let mut same = table.entries.iter().filter(|entry| entry.key.name.eq_ignore_ascii_case(key));
            let Some(entry) = same.next() else {
                let items: Vec<Span> = table
                    .entries
                    .iter()
                    .map(|entry| Span::new(entry.key.span.start, entry.node.span.end))
                    .collect();
                return Some(self.append(span, &items, |style, level| {
                    format!("{}: {}", quote(key), value.styled(style, level))
                }));
            };
            // Which of several counts is not for us to say.
            if same.next().is_some() {
                return None;
            }
            self.missing_in(&entry.node, key, value)
        })
    }

    fn missing_in(&self, node: &Node, key: &str, value: &Json) -> Option<Vec<Edit>> {
        match (&node.value, value) {
            (Value::Table(table), Json::Object(wanted)) => self.missing(table, node.span, wanted),
            (Value::Array(array), Json::List(wanted)) => {
                // Commands in the place of Railpack's own are a whole.
                if key == "commands" && !wanted.contains(&Json::text("...")) {
                    return None;
                }
                let is_there = |item: &Json| array.elements.iter().any(|element| same(element, item));
                let spread = Json::text("...");
                let item = wanted.iter().find(|item| **item != spread && !is_there(item))?;
                let items: Vec<Span> = array.elements.iter().map(|element| element.span).collect();
                Some(self.append(node.span, &items, |style, level| item.styled(style, level)))
            }
            _ => None,
        }
    }

    /// The edits that put an item after the last one between the brackets of `span`.
    fn append(&self, span: Span, items: &[Span], item: impl Fn(&Style, Place<'_>) -> String) -> Vec<Edit> {
        let plain = &self.document.text;
        let part = |from: usize, to: usize| plain.get(from..to).unwrap_or_default();
        let close = span.end - 1;
        let line = self.text.get(..span.start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let outer: String = line.chars().take_while(|ch| matches!(ch, ' ' | '\t')).collect();
        let eol = self.style.eol;
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            let inner = format!("{outer}{}", self.style.unit);
            let text = item(&self.style, Place::Lines(&inner));
            // What else stands between the brackets is a comment.
            let kept = self.text.get(span.start + 1..close).unwrap_or_default().trim_end();
            let at = span.start + 1 + kept.len();
            return vec![Edit::replacement(Span::new(at, close), format!("{eol}{inner}{text}{eol}{outer}"))];
        };
        let before = part(span.start + 1, first.start);
        if !before.contains('\n') {
            return vec![Edit::insertion(last.end, format!(", {}", item(&self.style, Place::OneLine)))];
        }
        let inner = before.rsplit('\n').next().unwrap_or_default();
        let text = format!("{eol}{inner}{}", item(&self.style, Place::Lines(inner)));
        let tail = self.text.get(last.end..close).unwrap_or_default();
        let end = last.end + tail.trim_end().len();
        if end == last.end {
            return vec![Edit::insertion(end, format!(",{text}"))];
        }
        // After the last item stands a comma of its own, or a comment, or both.
        let mut edits = vec![Edit::insertion(end, text)];
        if !has_comma(tail) {
            edits.insert(0, Edit::insertion(last.end, ","));
        }
        edits
    }
}

/// Whether a comma is among comments and blanks.
fn has_comma(text: &str) -> bool {
    // In a list of its own, what is blanked out of the end of the text is a comma or a comment.
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("//") {
            rest = after.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(after) = rest.strip_prefix("/*") {
            rest = after.split_once("*/").map_or("", |(_, after)| after);
        } else {
            return rest.starts_with(',');
        }
    }
}

/// Whether a value of the file is this one.
fn same(node: &Node, wanted: &Json) -> bool {
    match (&node.value, wanted) {
        (Value::Str(text), Json::Text(wanted)) => text.decoded == *wanted,
        (Value::Array(array), Json::List(wanted)) => {
            array.elements.len() == wanted.len()
                && array.elements.iter().zip(wanted).all(|(node, wanted)| same(node, wanted))
        }
        (Value::Table(table), Json::Object(wanted)) => {
            table.entries.len() == wanted.len()
                && wanted.iter().all(|(key, wanted)| table.get(key).is_some_and(|node| same(node, wanted)))
        }
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::merge;
    use crate::json_text::Json;

    fn wanted() -> Vec<(String, Json)> {
        let command = Json::one("cmd", Json::text("make it"));
        let commands = Json::List(vec![Json::text("..."), command]);
        vec![
            ("provider".to_owned(), Json::text("python")),
            ("steps".to_owned(), Json::one("build", Json::one("commands", commands))),
            ("deploy".to_owned(), Json::one("aptPackages", Json::texts(["...", "git", "ffmpeg"]))),
        ]
    }

    /// Merges, and again, which changes nothing more.
    fn merged(text: &str) -> String {
        let once = merge(text, &wanted()).unwrap();
        assert_eq!(merge(&once, &wanted()).unwrap(), once);
        once
    }

    #[test]
    fn adds_at_the_end_in_the_style_that_is_there() {
        assert_eq!(
            merged(
                "{\n\t\"deploy\": {\n\t\t\"aptPackages\": [\"...\", \"git\"]\n\t},\n\t\"provider\": \"python\"\n}\n"
            ),
            "{\n\t\"deploy\": {\n\t\t\"aptPackages\": [\"...\", \"git\", \"ffmpeg\"]\n\t},\n\t\"provider\": \"python\",\n\t\"steps\": {\n\t\t\"build\": \
             {\n\t\t\t\"commands\": [\n\t\t\t\t\"...\",\n\t\t\t\t{\n\t\t\t\t\t\"cmd\": \"make it\"\n\t\t\t\t}\n\t\t\t]\n\t\t}\n\t}\n}\n"
        );
        assert_eq!(
            merged(r#"{"steps": {"build": {"commands": ["...", {"cmd": "ls"}]}}}"#),
            r#"{"steps": {"build": {"commands": ["...", {"cmd": "ls"}, {"cmd": "make it"}]}}, "provider": "python", "deploy": {"aptPackages": ["...", "git", "ffmpeg"]}}"#
        );
    }

    #[test]
    fn keeps_what_says_otherwise_and_what_is_there_in_another_case() {
        let text = "{\n  \"Provider\": \"node\",\n  \"steps\": null,\n  \"deploy\": {\n    \"AptPackages\": [\n      \"ffmpeg\"\n    ]\n  }\n}";
        assert_eq!(merged(text), text.replace("\"ffmpeg\"\n", "\"ffmpeg\",\n      \"git\"\n"));
        let twice = r#"{"provider": "python", "steps": 1, "deploy": {}, "Deploy": {}}"#;
        assert_eq!(merged(twice), twice);
        // An install of the app's own is not mixed with ours.
        let own = [("commands".to_owned(), Json::List(vec![Json::one("cmd", Json::text("pip install ."))]))];
        let text = r#"{"commands": ["..."]}"#;
        assert_eq!(merge(text, &own).unwrap(), text);
    }

    #[test]
    fn keeps_comments_commas_line_ends_and_empty_objects_in_their_places() {
        let text = "{\r\n  // own\r\n  \"provider\": \"python\", // why\r\n  \"steps\": {},\r\n  \"deploy\": { \"aptPackages\": [\"git\",] }, // end\r\n}\r\n";
        let after = merged(text);
        assert!(after.starts_with("{\r\n  // own\r\n  \"provider\": \"python\", // why\r\n  \"steps\": {\r\n    \"build\": {\r\n"), "{after}");
        assert!(
            after.ends_with("  \"deploy\": { \"aptPackages\": [\"git\", \"ffmpeg\",] }, // end\r\n}\r\n"),
            "{after}"
        );
        let list = "{\n  \"provider\": \"python\",\n  \"steps\": 1,\n  \"deploy\": {\n    \"aptPackages\": [\n      \"git\" // both\n    ]\n  }\n}\n";
        assert_eq!(merged(list), list.replace("\"git\" // both\n", "\"git\", // both\n      \"ffmpeg\"\n"));
        assert!(merged("{}").contains("\n  \"provider\": \"python\",\n"));
        assert!(merged("{ /* none */ }").starts_with("{ /* none */\n  \"provider\": \"python\","));
        for text in ["", "[]", "{\"a\": }", "1"] {
            assert_eq!(merge(text, &wanted()), None, "{text}");
        }
    }
}
