//! The lines that one fix changes, as they are shown below its finding.

use super::Texts;
use super::difference::operations;
use super::masked;
use super::text::push_line;
use crate::app::AppLocation;
use nixpacks_transforms::edit::{Edit, apply};
use nixpacks_transforms::engine::Fix;
use nixpacks_transforms::text::{LineIndex, floor};
use similar::{DiffOp, DiffTag};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Lines of a fix that are shown at most.
const MOST_LINES: usize = 12;
/// Characters of a line that are shown where nothing says how wide the output is.
const WIDE: usize = 160;
/// Characters before the first difference that are shown of a line that does not fit.
const BEFORE: usize = 20;
/// Lines of a change that are compared one by one.
const COMPARED: usize = 500;
/// Bytes on either side of a change that are looked at: a line may have a mebibyte, and a change for each word.
const REACH: usize = 400;

/// How the lines are printed.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) color: bool,
    /// Characters that a line may have.
    pub(super) width: Option<usize>,
}

/// `2 - nixPkgs = ["pip"]` and `2 + nixPkgs = []`, a line for each that goes and each that comes. A file other than
/// `beside` is named first. Empty for a fix that changes nothing by itself.
pub(super) fn lines(
    fix: &Fix,
    texts: &Texts,
    home: &AppLocation,
    beside: Option<&str>,
    shape: Shape,
) -> String {
    let mut files: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(&edit.path).or_default().push(edit.edit.clone());
    }
    let none = LineIndex::new("");
    let mut rows = Vec::new();
    for (path, mut edits) in files {
        edits.sort();
        let text = texts.get(path).unwrap_or(&none);
        let mut own = Vec::new();
        for hunk in hunks(text, edits) {
            hunk.rows(text, shape.width.unwrap_or(WIDE), &mut own);
        }
        // Line endings are no difference that can be seen.
        if beside != Some(path) && !own.is_empty() {
            let mut name = "in ".to_owned();
            push_line(&mut name, &home.shown_file(path));
            name.push(':');
            rows.push(Row { number: None, sign: ' ', text: name });
        }
        rows.append(&mut own);
    }
    let left = rows.len().saturating_sub(MOST_LINES);
    // One more line takes no more room than the note that there is one.
    let shown = if left > 1 { MOST_LINES } else { rows.len() };
    let digits = rows.iter().filter_map(|row| row.number).max().unwrap_or(1).to_string().len();
    let mut out = String::new();
    for row in rows.iter().take(shown) {
        let (on, off) = match row.sign {
            '-' if shape.color => ("\x1b[31m", "\x1b[0m"),
            '+' if shape.color => ("\x1b[32m", "\x1b[0m"),
            _ => ("", ""),
        };
        let line = match row.number {
            Some(number) => format!("{number:>digits$} {} {}", row.sign, row.text),
            None => row.text.clone(),
        };
        let _ = writeln!(out, "{on}{}{off}", line.trim_end());
    }
    if left > 1 {
        let _ = writeln!(out, "{:>digits$}   … and {left} more lines", "");
    }
    out
}

struct Row {
    /// The line's number, in the old file for one that goes and in the new one for one that comes; none for the name of
    /// a file.
    number: Option<usize>,
    sign: char,
    text: String,
}

/// Edits of lines that touch.
struct Hunk {
    /// The first and the last line that they change, from 1.
    first: usize,
    last: usize,
    edits: Vec<Edit>,
    /// Lines by which the file has grown before them.
    shift: isize,
}

fn hunks(text: &LineIndex<'_>, edits: Vec<Edit>) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for edit in edits {
        let first = text.line(edit.span.start);
        let last = text.line(edit.span.end);
        match hunks.last_mut() {
            Some(hunk) if first <= hunk.last + 1 => {
                hunk.last = hunk.last.max(last);
                hunk.edits.push(edit);
            }
            _ => hunks.push(Hunk { first, last, edits: vec![edit], shift: 0 }),
        }
    }
    let mut shift = 0;
    for hunk in &mut hunks {
        hunk.shift = shift;
        for edit in &hunk.edits {
            let gone = text.text().get(edit.span.start..edit.span.end).unwrap_or_default();
            let lines = |text: &str| text.matches('\n').count().cast_signed();
            shift += lines(&edit.content) - lines(gone);
        }
    }
    hunks
}

impl Hunk {
    fn rows(&self, text: &LineIndex<'_>, width: usize, rows: &mut Vec<Row>) {
        let all = text.text();
        let (Some(first), Some(last)) = (self.edits.first(), self.edits.last()) else { return };
        let start = text.start(self.first).max(floor(all, first.span.start.saturating_sub(REACH)));
        let end = text.full_span(self.last).end.min(floor(all, last.span.end.saturating_add(REACH)));
        let Some(old) = all.get(start..end.max(start)) else { return };
        let cut = start > text.start(self.first);
        let moved = self.edits.iter().cloned().map(|mut edit| {
            edit.span.start = edit.span.start.saturating_sub(start);
            edit.span.end = edit.span.end.saturating_sub(start);
            edit
        });
        let Ok(new) = apply(old, &moved.collect::<Vec<_>>()) else { return };
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        // Room for the number, the sign and the blanks between.
        let width = width.saturating_sub(8).max(BEFORE * 2);
        // No more of a long change is shown than its first lines, and to compare all would take long.
        let changes = if old.len().max(new.len()) > COMPARED {
            vec![DiffOp::Replace { old_index: 0, old_len: old.len(), new_index: 0, new_len: new.len() }]
        } else {
            operations(&old, &new)
        };
        let masked = |lines: &[&str]| lines.iter().map(|line| masked::line(line)).collect::<Vec<String>>();
        let (old, new) = (masked(&old), masked(&new));
        for change in changes {
            let (tag, gone, come) = change.as_tag_tuple();
            if tag == DiffTag::Equal {
                continue;
            }
            let gone = (&old, gone, '-', 0);
            let come = (&new, come, '+', self.shift);
            for ((lines, range, sign, shift), other) in [(gone.clone(), come.clone()), (come, gone)] {
                for (nth, at) in range.enumerate() {
                    let line = lines.get(at).map(String::as_str).unwrap_or_default();
                    let other = other.0.get(other.1.start + nth).map(String::as_str).unwrap_or_default();
                    let number = (self.first + at).checked_add_signed(shift);
                    rows.push(Row { number, sign, text: short(line, other, width, cut && at == 0) });
                }
            }
        }
    }
}

/// `line` in at most `width` characters, without those that a terminal acts on. One that is too long is shown from
/// a little before where it differs from `other`. `cut`: the line has begun before it.
fn short(line: &str, other: &str, width: usize, cut: bool) -> String {
    let same = line.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from = if line.chars().nth(width).is_some() { same.saturating_sub(BEFORE) } else { 0 };
    let mut out = String::new();
    if from > 0 || cut {
        out.push('…');
    }
    let mut rest = line.chars().skip(from);
    let part: String = rest.by_ref().take(width.saturating_sub(2)).collect();
    push_line(&mut out, part.trim_end_matches('\r'));
    // The last characters themselves where they fit in the place of the mark.
    let last: String = rest.by_ref().take(2).collect();
    if rest.next().is_some() {
        out.push('…');
    } else {
        push_line(&mut out, &last);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{AppLocation, Fix, LineIndex, Shape, Texts, lines};
    use nixpacks_transforms::edit::Edit;
    use nixpacks_transforms::engine::{Applicability, FileEdit};
    use nixpacks_transforms::text::Span;

    const PLAIN: Shape = Shape { color: false, width: Some(60) };

    fn shown(text: &str, edits: &[(usize, usize, &str)], shape: Shape) -> String {
        let edit = |(start, end, content): &(usize, usize, &str)| FileEdit {
            path: "nixpacks.toml".to_owned(),
            edit: Edit::replacement(Span::new(*start, *end), *content),
        };
        let fix = Fix {
            title: String::new(),
            applicability: Applicability::Safe,
            applied: true,
            edits: edits.iter().map(edit).collect(),
        };
        let texts = [("nixpacks.toml".to_owned(), LineIndex::new(text.to_owned()))];
        let home = AppLocation { shown: ".".to_owned(), ..AppLocation::default() };
        lines(&fix, &Texts(texts.into_iter().collect()), &home, Some("nixpacks.toml"), shape)
    }

    #[test]
    fn shows_the_lines_that_go_and_that_come_with_their_numbers() {
        for (text, edits, want) in [
            ("a\nx = 1\nb\n", vec![(6, 7, "2")], "2 - x = 1\n2 + x = 2\n"),
            ("a\nb\nc\n", vec![(2, 4, "")], "2 - b\n"),
            ("a\nb\nc\n", vec![(2, 2, "new\n")], "2 + new\n"),
            // The second place is counted in the file that the first has made shorter.
            ("a\nb\nc\nd\n", vec![(0, 2, ""), (6, 7, "e")], "1 - a\n4 - d\n3 + e\n"),
            // Edits of lines that touch are one change.
            ("a\nb\n", vec![(0, 1, "A"), (2, 3, "B")], "1 - a\n2 - b\n1 + A\n2 + B\n"),
            ("a", vec![(1, 1, "\nb")], "2 + b\n"),
            ("", vec![(0, 0, "a\n")], "1 + a\n"),
            ("a\r\nb\r\n", vec![(0, 1, "c")], "1 - a\n1 + c\n"),
        ] {
            assert_eq!(shown(text, &edits, PLAIN), want, "{text:?}");
        }
    }

    #[test]
    fn shortens_a_long_line_around_the_difference() {
        let text = format!("{}OLD{}\n", "x".repeat(200), "y".repeat(200));
        let said = shown(&text, &[(200, 203, "NEW")], PLAIN);
        assert!(said.contains("…xxxxxxxxxxxxxxxxxxxxOLDyy"), "{said}");
        assert!(said.contains("…xxxxxxxxxxxxxxxxxxxxNEWyy"), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 60), "{said}");
    }

    #[test]
    fn shows_no_more_than_a_few_lines_and_no_escape_code() {
        let said = shown(&"a\x1b[2J\n".repeat(50), &[(0, 300, "")], PLAIN);
        assert_eq!(said.lines().count(), 13, "{said}");
        assert!(said.ends_with("… and 38 more lines\n"), "{said}");
        assert!(!said.contains('\x1b'), "{said:?}");
        let colored = shown("a\n", &[(0, 1, "b")], Shape { color: true, width: None });
        assert_eq!(colored, "\x1b[31m1 - a\x1b[0m\n\x1b[32m1 + b\x1b[0m\n");
    }

    #[test]
    fn names_another_file() {
        let fix = Fix {
            title: String::new(),
            applicability: Applicability::Safe,
            applied: true,
            edits: vec![FileEdit { path: "Procfile".to_owned(), edit: Edit::insertion(0, "web: x\n") }],
        };
        let home = AppLocation { shown: "api".to_owned(), ..AppLocation::default() };
        let said = lines(&fix, &Texts::default(), &home, Some("nixpacks.toml"), PLAIN);
        assert_eq!(said, "in api/Procfile:\n1 + web: x\n");
    }
}
