//! Lines to records: what a platform wrote as one line, also where the line ends were lost or the log is JSON.

use crate::decode::{PIECE, Piece};
use memchr::memmem;
use regex::Regex;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What was one line once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    /// The line of the file, from 1.
    pub(crate) number: u64,
    /// Where in that line, in characters from 1, if it holds more than one record.
    pub(crate) column: Option<u64>,
    pub(crate) text: &'a str,
}

/// Where a record begins inside a line: a time stamp of Railway or Coolify, or a line of `BuildKit`.
static STARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z \[(?:inf|err|wrn|dbg)\]",
        r"|\d{4}-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d\.\d{6}",
        r"|#\d{1,4} (?:\d+\.\d{1,3} |ERROR: |DONE \d|CACHED|\[[a-z0-9 ])",
    ))
    .ok()
});

/// Characters of a line above which it is looked at for lost line ends.
const SHORTEST: usize = 48;
/// Characters of a line above which lines of `BuildKit` are looked for.
const LONG: usize = 160;

/// Splits lines into records.
#[derive(Default)]
pub(crate) struct Splitter {
    /// The end of a piece that belongs to a record of the next one.
    carry: String,
    /// Characters of the line before the carry.
    before: u64,
    /// The line holds more than one record.
    several: bool,
    /// What is left of the line belongs to no record.
    skip: bool,
    /// The line is a JSON array.
    json: bool,
}

impl Splitter {
    /// Calls `each` for every record of a line.
    pub(crate) fn push(&mut self, piece: &Piece<'_>, each: &mut impl FnMut(Record<'_>)) {
        if piece.first {
            *self = Self::default();
            if piece.last && !could_hold_several(piece.text) {
                each_part(Record { number: piece.number, column: None, text: piece.text }, each);
                return;
            }
            if let Some(value) = key_alone(piece.text) {
                let message = cut_message_value(value);
                for line in message.split('\n') {
                    each_part(Record { number: piece.number, column: None, text: line }, each);
                }
                self.skip = true;
                return;
            }
            self.json = is_json(piece.text);
        }
        let carried = std::mem::take(&mut self.carry);
        let joined =
            if carried.is_empty() { Cow::Borrowed(piece.text) } else { Cow::Owned(carried + piece.text) };
        let used =
            if self.json { self.objects(&joined, piece, each) } else { self.lost_ends(&joined, piece, each) };
        if !piece.last {
            let (done, rest) = joined.split_at_checked(used).unwrap_or((&joined, ""));
            self.before += done.chars().count() as u64;
            if rest.len() <= PIECE * 4 {
                self.carry.push_str(rest);
            } else {
                self.before += rest.chars().count() as u64;
                self.skip = !self.json;
            }
        }
    }

    /// The records that time stamps begin; how many bytes they took.
    fn lost_ends(&mut self, text: &str, piece: &Piece<'_>, each: &mut impl FnMut(Record<'_>)) -> usize {
        let mut starts = starts(text);
        if starts.first() != Some(&0) {
            starts.insert(0, 0);
        }
        self.several |= starts.len() > 1;
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let count = starts.len();
        let mut columns = Columns::new(text, self.before);
        for (at, (start, end)) in starts.iter().copied().zip(ends).enumerate() {
            // The last of a piece goes on in the next, if anything of it began here.
            if at + 1 == count && !piece.last && (self.several || self.skip) {
                return start;
            }
            let column = columns.at(start);
            if !(self.skip && at == 0) {
                let text = text.get(start..end).unwrap_or_default();
                let column = self.several.then_some(column);
                each_part(Record { number: piece.number, column, text }, each);
            }
            self.skip = false;
        }
        // One record that is longer than a piece: its beginning is enough.
        self.skip = !piece.last;
        text.len()
    }

    /// The messages of JSON objects; how many bytes they took.
    fn objects(&mut self, text: &str, piece: &Piece<'_>, each: &mut impl FnMut(Record<'_>)) -> usize {
        let mut columns = Columns::new(text, self.before);
        let mut at = 0;
        while let Some(start) = text.get(at..).and_then(|rest| rest.find('{')).map(|found| at + found) {
            let rest = text.get(start..).unwrap_or_default();
            let mut read = serde_json::Deserializer::from_str(rest).into_iter::<Entry<'_>>();
            let (entry, next) = match read.next() {
                Some(Ok(entry)) => (entry.text(), start + read.byte_offset().max(1)),
                Some(Err(error)) if error.is_eof() && !piece.last => return start,
                // Cut, or no JSON: what is left of the message still counts.
                _ => (cut_message(rest).map(Cow::Owned), next_object(text, start)),
            };
            let ended = text.get(next..).unwrap_or_default().trim_start_matches([',', ' ', ']']).is_empty();
            self.several |= at > 0 || !ended;
            let column = self.several.then(|| columns.at(start));
            for line in entry.iter().flat_map(|message| message.split('\n')) {
                each_part(Record { number: piece.number, column, text: line }, each);
            }
            at = next;
        }
        text.len()
    }
}

/// The columns of rising places in a text, each counted from the one before.
struct Columns<'a> {
    text: &'a str,
    at: usize,
    column: u64,
}

impl<'a> Columns<'a> {
    fn new(text: &'a str, before: u64) -> Self {
        Self { text, at: 0, column: before + 1 }
    }

    fn at(&mut self, place: usize) -> u64 {
        self.column += self.text.get(self.at..place).unwrap_or_default().chars().count() as u64;
        self.at = place;
        self.column
    }
}

/// Progress bars write over their line with `\r`: each state is a record.
fn each_part(record: Record<'_>, each: &mut impl FnMut(Record<'_>)) {
    if memchr::memchr(b'\r', record.text.as_bytes()).is_none() {
        each(record);
        return;
    }
    for part in record.text.split('\r').filter(|part| !part.is_empty()) {
        each(Record { text: part, ..record });
    }
}

fn could_hold_several(text: &str) -> bool {
    if text.len() < SHORTEST {
        return text.trim_start().starts_with(['{', '"']) && is_json(text);
    }
    let bytes = text.as_bytes();
    // A stamp of its own ends within these bytes.
    let own = if bytes.get(4) == Some(&b'-') { 32 } else { 0 };
    let inner = bytes.get(own..).unwrap_or_default();
    memmem::find(inner, b"Z [").is_some()
        || (text.len() > LONG && memmem::find_iter(bytes, b"#").nth(1).is_some())
        || starts_with_coolify(text)
        || is_json(text)
}

/// Coolify's stamps have the month in letters: a second one with the same year means that a line end was lost.
fn starts_with_coolify(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(year), Some(rest)) = (bytes.get(..5), bytes.get(12..)) else { return false };
    let letters = bytes.get(5).is_some_and(u8::is_ascii_uppercase) && bytes.get(8) == Some(&b'-');
    letters && bytes.get(4) == Some(&b'-') && memmem::find(rest, year).is_some()
}

fn starts(text: &str) -> Vec<usize> {
    let Some(pattern) = STARTS.as_ref() else { return Vec::new() };
    let found: Vec<(usize, bool)> =
        pattern.find_iter(text).map(|found| (found.start(), found.as_str().starts_with('#'))).collect();
    let stamped = found.iter().any(|(_, vertex)| !vertex);
    // A number of a step inside a stamped line, or once in a line, is a part of it.
    let vertices = found.iter().filter(|(_, vertex)| *vertex).count();
    let keep = |vertex: bool| !vertex || (!stamped && vertices > 2);
    found.into_iter().filter(|(_, vertex)| keep(*vertex)).map(|(at, _)| at).collect()
}

/// The keys that platforms keep the text of a line under.
const KEYS: [&str; 4] = ["\"message\"", "\"output\"", "\"logs\"", "\"msg\""];

fn is_json(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t', ',', '\u{feff}']);
    let start =
        text.get(..text.len().min(4096)).or_else(|| text.char_indices().nth(1000).map(|(at, _)| &text[..at]));
    let start = start.unwrap_or(text);
    let array = start.starts_with("[{") || start.starts_with('{');
    (array && KEYS.iter().any(|key| start.contains(key))) || key_alone(text).is_some()
}

/// A line such as `"message": "text",` of JSON that is spread over lines.
fn key_alone(text: &str) -> Option<&str> {
    let text = text.trim();
    let rest = KEYS.iter().find_map(|key| text.strip_prefix(key))?;
    let value = rest.trim_start().strip_prefix(':')?.trim();
    value.starts_with('"').then_some(value)
}

/// A log entry of Railway, of its command line, or of Coolify.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
    #[serde(borrow, default)]
    output: Option<Text<'a>>,
    #[serde(borrow, default)]
    logs: Option<Text<'a>>,
    #[serde(borrow, default)]
    msg: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text<'a> {
    #[serde(borrow)]
    Plain(Cow<'a, str>),
    Other(serde::de::IgnoredAny),
}

impl<'a> Entry<'a> {
    fn text(self) -> Option<Cow<'a, str>> {
        [self.message, self.output, self.logs, self.msg].into_iter().flatten().find_map(|text| match text {
            Text::Plain(text) => Some(text),
            Text::Other(_) => None,
        })
    }
}

/// The message of an object whose end is missing.
fn cut_message(object: &str) -> Option<String> {
    let at = KEYS.iter().filter_map(|key| Some(object.find(key)? + key.len())).min()?;
    let value = object.get(at..)?.trim_start().strip_prefix(':')?.trim_start();
    value.starts_with('"').then(|| cut_message_value(value))
}

/// A JSON string, with or without its end.
fn cut_message_value(value: &str) -> String {
    let value = value.strip_prefix('"').unwrap_or(value);
    let mut escaped = false;
    let end = value.char_indices().find_map(|(at, ch)| {
        let end = ch == '"' && !escaped;
        escaped = ch == '\\' && !escaped;
        end.then_some(at)
    });
    let value = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
    serde_json::from_str(&format!("\"{value}\"")).unwrap_or_else(|_| {
        value.replace("\\n", "\n").replace("\\\"", "\"").replace("\\t", "\t").replace("\\\\", "\\")
    })
}

/// Where the object after the one at `start` begins.
fn next_object(text: &str, start: usize) -> usize {
    let rest = text.get(start + 1..).unwrap_or_default();
    rest.find("{\"").map_or(text.len(), |at| start + 1 + at)
}

#[cfg(test)]
mod tests {
    use super::{Record, Splitter};
    use crate::decode;

    fn records(text: &str) -> Vec<(u64, Option<u64>, String)> {
        let (mut splitter, mut found) = (Splitter::default(), Vec::new());
        let mut each =
            |record: Record<'_>| found.push((record.number, record.column, record.text.to_owned()));
        let _ = decode::read(text.as_bytes(), |piece| splitter.push(piece, &mut each));
        found
    }

    fn texts(text: &str) -> Vec<String> {
        records(text).into_iter().map(|(_, _, text)| text).collect()
    }

    #[test]
    fn lost_line_ends_are_found_by_their_stamps() {
        let one = "2026-08-18T22:46:31.865Z [inf]  [3/5] COPY . /app/";
        let two = "2026-08-18T22:46:31.9Z [err]  /bin/bash: line 1: pip: command not found";
        let found = records(&format!("{one}{two}\n{two}"));
        let column = one.chars().count() as u64 + 1;
        assert_eq!(found, [(1, Some(1), one.into()), (1, Some(column), two.into()), (2, None, two.into())]);
        let plain = "#9 CACHED #10 [stage-0 6/9] RUN pip install -r requirements.txt #10 0.5 /bin/bash: line 1: pip: command not found #10 ERROR: process \"/bin/bash -ol pipefail -c pip install\" did not";
        assert_eq!(records(plain).len(), 4);
        assert_eq!(texts("see #1 and #2"), ["see #1 and #2"]);
    }

    #[test]
    fn json_gives_its_messages_even_if_it_is_cut() {
        let text = r#"[{"message":"one","timestamp":"x"},{"message":"two\nthree \"q\"","timestamp":"y"},{"message":"fo"#;
        assert_eq!(texts(text), ["one", "two", "three \"q\"", "fo"]);
        assert!(records(text).iter().all(|(number, column, _)| *number == 1 && column.is_some()));
        let lines = "{\"severity\":\"info\",\"message\":\"a\",\"attributes\":{\"level\":\"info\"}}\n{\"message\":\"b\"}";
        assert_eq!(records(lines), [(1, None, "a".into()), (2, None, "b".into())]);
        assert_eq!(texts("  \"message\": \"a \\\"b\\\"\","), ["a \"b\""]);
        assert_eq!(texts("{\"message\": 1}"), [""; 0]);
        assert_eq!(texts("{not json"), ["{not json"]);
    }

    #[test]
    fn a_long_array_is_read_in_pieces() {
        let object = format!("{{\"message\":\"{}\"}}", "x".repeat(1000));
        let text = format!("[{},{{\"message\":\"end\"}}]", vec![object; 500].join(","));
        let found = texts(&text);
        assert_eq!(found.len(), 501);
        assert_eq!(found.last().map(String::as_str), Some("end"));
    }

    #[test]
    fn of_a_line_that_never_ends_the_beginning_is_kept() {
        let found = texts(&format!("start {}\nnext", "y".repeat(1 << 20)));
        assert_eq!(found.len(), 2);
        assert!(found.first().is_some_and(|text| text.starts_with("start ") && text.len() < 100_000));
    }

    #[test]
    fn progress_bars_are_records() {
        assert_eq!(texts("10%\r50%\rerror: x"), ["10%", "50%", "error: x"]);
    }
}
