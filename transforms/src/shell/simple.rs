//! Simple commands, and functions that start with a name.

use super::reader::{Read, Reader};
use super::word::{WordKind, is_name};
use super::{Assignment, Command, FunctionDefinition, SimpleCommand, Word};
use crate::text::Span;

/// The programs in whose arguments `NAME=(…)` is an array.
const TAKE_ARRAYS: &[&str] = &["alias", "declare", "eval", "export", "let", "local", "readonly", "typeset"];

impl Reader<'_> {
    pub(super) fn simple(&mut self) -> Read<Command> {
        let start = self.at;
        let mut simple = SimpleCommand {
            span: Span::at(start),
            assignments: Vec::new(),
            words: Vec::new(),
            redirections: Vec::new(),
        };
        let mut takes_arrays = true;
        loop {
            simple.span.end = simple.span.end.max(self.at);
            self.skip_blank();
            if let Some(redirection) = self.redirection()? {
                simple.redirections.push(redirection);
                takes_arrays &= simple.words.is_empty();
                continue;
            }
            if !self.word_starts() {
                break;
            }
            let kind = if takes_arrays { WordKind::Assignment } else { WordKind::Plain };
            let word = self.word_of(kind)?;
            if !simple.words.is_empty() {
                simple.words.push(word);
                continue;
            }
            if is_element(&word.raw) {
                return self.unsupported(word.span.start, "an element of an array");
            }
            match assignment(word) {
                Assigned::Yes(assignment) => simple.assignments.push(assignment),
                Assigned::No(word) => {
                    let first = simple.assignments.is_empty() && simple.redirections.is_empty();
                    if first && let Some(function) = self.function_after(&word)? {
                        return Ok(function);
                    }
                    takes_arrays = TAKE_ARRAYS.contains(&word.raw.as_str());
                    simple.words.push(word);
                }
                Assigned::Unsure => return self.unsupported(start, "an assignment over two lines"),
            }
        }
        if simple.assignments.is_empty() && simple.words.is_empty() && simple.redirections.is_empty() {
            return self.unexpected_token();
        }
        Ok(Command::Simple(simple))
    }

    /// Reads `() body` after a name.
    fn function_after(&mut self, name: &Word) -> Read<Option<Command>> {
        let end = self.at;
        self.skip_blank();
        let opening = self.at;
        if !self.take("(") {
            self.at = end;
            return Ok(None);
        }
        self.skip_blank();
        if !self.take(")") {
            self.at = opening;
            return self.unexpected_token();
        }
        self.function_body(name.span.start, name.clone()).map(Some)
    }

    /// Reads the rest of a function definition. `start` is where it starts.
    pub(super) fn function_body(&mut self, start: usize, name: Word) -> Read<Command> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:+,/@%".contains(&byte) || byte >= 128;
        if name.raw.is_empty() || !name.raw.bytes().all(plain) {
            return self.unsupported(start, "a function with an unusual name");
        }
        self.skip_lines()?;
        let Some(body) = self.compound()? else {
            return self.syntax(start, "a function without a body");
        };
        let span = Span::new(start, body.span.end);
        Ok(Command::Function(Box::new(FunctionDefinition { name, body: *body, span })))
    }
}

enum Assigned {
    Yes(Assignment),
    No(Word),
    Unsure,
}

fn assignment(word: Word) -> Assigned {
    let Some((name, append)) = assigned_name(&word.raw) else {
        let joined = !word.quoted && word.raw.contains("\\\n");
        let unsure = joined && assigned_name(&word.raw.replace("\\\n", "")).is_some();
        return if unsure { Assigned::Unsure } else { Assigned::No(word) };
    };
    let name = name.to_owned();
    let skip = name.len() + 1 + usize::from(append);
    let raw = word.raw.get(skip..).unwrap_or_default().to_owned();
    let tilde = raw.starts_with('~') || raw.contains(":~");
    let text = word.text.as_deref().and_then(|text| text.get(skip..)).filter(|_| !tilde).map(str::to_owned);
    let value = Word { span: Span::new(word.span.start + skip, word.span.end), text, raw, ..word };
    Assigned::Yes(Assignment { name, value, append, span: word.span })
}

/// Whether bash reads it as an element of an array: `NAME[…`.
fn is_element(raw: &str) -> bool {
    raw.split_once('[').is_some_and(|(name, _)| is_name(&name.replace("\\\n", "")))
}

/// The name in `NAME=…` or `NAME+=…`, and whether it appends.
pub(super) fn assigned_name(raw: &str) -> Option<(&str, bool)> {
    let (name, _) = raw.split_once('=')?;
    let (name, append) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    is_name(name).then_some((name, append))
}
