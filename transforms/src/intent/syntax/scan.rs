//! The text of a file that cannot be parsed, looked at line by line.

/// A line of the text, without its end.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) start: usize,
    pub(super) text: &'t str,
}

impl<'t> Line<'t> {
    /// The line that this byte is on.
    pub(super) fn at(text: &'t str, at: usize) -> Option<Self> {
        let start = text.get(..at)?.rfind('\n').map_or(0, |line| line + 1);
        let line = text.get(start..)?.split('\n').next()?;
        Some(Self { start, text: line.strip_suffix('\r').unwrap_or(line) })
    }

    /// The last line above with more than blanks on it.
    pub(super) fn above(self, text: &'t str) -> Option<Self> {
        let before = text.get(..self.start)?.trim_end();
        if before.is_empty() { None } else { Self::at(text, before.len()) }
    }

    pub(super) fn end(self) -> usize {
        self.start + self.text.len()
    }

    /// Where its first character that is no blank stands.
    pub(super) fn body_start(self) -> usize {
        self.start + self.text.len() - self.text.trim_start().len()
    }

    /// What it says, without blanks around and the comment at its end.
    pub(super) fn code(self) -> &'t str {
        without_comment(self.text).trim()
    }
}

/// A line without the comment at its end.
pub(super) fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '#' => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// The characters outside quotes, with their places.
pub(super) fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
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

/// Where the code before a byte ends: before blanks, line breaks and comments.
pub(super) fn code_before(text: &str, at: usize) -> Option<usize> {
    let mut before = text.get(..at)?;
    loop {
        before = before.trim_end();
        let line = before.rfind('\n').map_or(0, |line| line + 1);
        let code = without_comment(before.get(line..)?);
        if code.len() == before.len() - line {
            return Some(before.len());
        }
        before = before.get(..line + code.len())?;
    }
}

/// The numbers of the lines with which git marks a conflict, counted from one: none where they are not all of one.
pub fn conflict_markers(text: &str) -> Vec<usize> {
    let is = |line: &str, mark: &str| {
        line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r']))
    };
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let marked = |line: &str| marks.iter().any(|mark| is(line, mark));
    let found: Vec<(usize, &str)> = text
        .split('\n')
        .enumerate()
        .filter(|(_, line)| marked(line))
        .map(|(at, line)| (at + 1, line))
        .collect();
    let has = |mark: &str| found.iter().any(|(_, line)| is(line, mark));
    if has("<<<<<<<") || has(">>>>>>>") { found.into_iter().map(|(at, _)| at).collect() } else { Vec::new() }
}
