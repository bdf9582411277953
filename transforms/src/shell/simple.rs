//! Simple commands: assignments, words and redirections.

use super::reader::{COMPOUND, KEYWORDS, Read, Reader};
use super::{Assignment, Command, Redirection, RedirectionOperator, SimpleCommand, Word};
use crate::text::Span;

impl Reader<'_> {
    pub(super) fn simple(&mut self) -> Read<Command> {
        let start = self.at;
        let mut simple = SimpleCommand {
            span: Span::at(start),
            assignments: Vec::new(),
            words: Vec::new(),
            redirections: Vec::new(),
        };
        loop {
            simple.span.end = simple.span.end.max(self.at);
            self.skip_blank();
            if let Some(redirect) = self.redirect()? {
                simple.redirections.push(redirect);
                continue;
            }
            if !self.word_starts() {
                break;
            }
            let word = self.word()?;
            if self.peek() == Some(b'(') {
                return self.parenthesis_after(&simple, &word);
            }
            if simple.words.is_empty() {
                let text = word.text.as_deref().filter(|_| !word.quoted && word.raw.contains("\\\n"));
                if text
                    .is_some_and(|text| COMPOUND.contains(&text) || KEYWORDS.contains(&text) || text == "{")
                {
                    return self.refuse(start, "a keyword over two lines");
                }
                if is_element(&word.raw) {
                    return self.refuse(start, "an array");
                }
                match assignment(word) {
                    Assigned::Yes(assignment) => simple.assignments.push(assignment),
                    Assigned::No(word) => simple.words.push(word),
                    Assigned::Unsure => return self.refuse(start, "an assignment over two lines"),
                }
            } else {
                simple.words.push(word);
            }
        }
        if simple.assignments.is_empty() && simple.words.is_empty() && simple.redirections.is_empty() {
            self.at += 1;
            return self.refuse(start, "an unexpected token");
        }
        Ok(Command::Simple(simple))
    }

    fn parenthesis_after(&mut self, before: &SimpleCommand, word: &Word) -> Read<Command> {
        let first =
            before.assignments.is_empty() && before.words.is_empty() && before.redirections.is_empty();
        if first && !word.raw.contains('=') {
            self.compound(word.span.start)
        } else {
            self.refuse(word.span.start, "a parenthesis in a command")
        }
    }

    pub(super) fn redirect(&mut self) -> Read<Option<Redirection>> {
        let start = self.at;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let fd = self.rest().get(..digits).unwrap_or_default();
        let rest = self.rest().get(digits..).unwrap_or_default();
        let Some((op, len)) = redirect_operator(rest, digits == 0) else { return Ok(None) };
        self.at += digits + len;
        let Some(op) = op else { return self.refuse(start, "a here-document") };
        let fd = match fd.parse() {
            Ok(fd) => Some(fd),
            Err(_) if fd.is_empty() => None,
            Err(_) => return self.refuse(start, "a very large file descriptor"),
        };
        self.skip_blank();
        if !self.word_starts() {
            return self.refuse(start, "a redirect without a target");
        }
        // Ex) `>#` has a comment after it, and in `>2>&1` the `2` is a descriptor.
        if self.peek() == Some(b'#') {
            return self.refuse(start, "a redirect without a target");
        }
        let target = self.word()?;
        let number = target.raw.bytes().all(|byte| byte.is_ascii_digit());
        if number && matches!(self.peek(), Some(b'<' | b'>')) {
            return self.refuse(start, "a redirect without a target");
        }
        Ok(Some(Redirection { span: Span::new(start, target.span.end), fd, operator: op, target }))
    }
}

/// The operator and its length. The operator is None for a here-document.
fn redirect_operator(rest: &str, both: bool) -> Option<(Option<RedirectionOperator>, usize)> {
    let table = [
        ("&>>", RedirectionOperator::AppendBoth),
        ("&>", RedirectionOperator::WriteBoth),
        ("<<<", RedirectionOperator::HereString),
        ("<&", RedirectionOperator::DuplicateIn),
        ("<>", RedirectionOperator::ReadWrite),
        (">>", RedirectionOperator::Append),
        (">&", RedirectionOperator::DuplicateOut),
        (">|", RedirectionOperator::Write),
        ("<", RedirectionOperator::Read),
        (">", RedirectionOperator::Write),
    ];
    // Ex) `<(sort a)` is a word.
    if both && (rest.starts_with("<(") || rest.starts_with(">(")) {
        return None;
    }
    if rest.starts_with("<<") && !rest.starts_with("<<<") {
        return Some((None, 2));
    }
    let (text, op) = table.into_iter().find(|(text, _)| rest.starts_with(text))?;
    (both || !text.starts_with('&')).then_some((Some(op), text.len()))
}

enum Assigned {
    Yes(Assignment),
    No(Word),
    Unsure,
}

fn assignment(word: Word) -> Assigned {
    let Some((name, append)) = assigned_name(&word.raw) else {
        let joined = !word.quoted && word.raw.contains("\\\n");
        let unsure = joined && word.text.as_deref().is_some_and(|text| assigned_name(text).is_some());
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
    let Some((name, _)) = raw.split_once('[') else { return false };
    assigned_name(&format!("{name}=")).is_some_and(|(_, append)| !append)
}

/// The name in `NAME=…` or `NAME+=…`, and whether it appends.
pub(super) fn assigned_name(raw: &str) -> Option<(&str, bool)> {
    let (name, _) = raw.split_once('=')?;
    let (name, append) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let valid = starts && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    valid.then_some((name, append))
}
