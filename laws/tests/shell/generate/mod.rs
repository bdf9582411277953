//! Scripts drawn from the grammar of bash, and the same with mistakes in them.

mod compound;
mod mistakes;
mod words;

use laws::ByteSource;

/// A script. With `mistakes` some parts of it are cut, doubled or put in where they do not belong.
pub(crate) fn script(bytes: &[u8], mistakes: bool) -> String {
    let mut drawn =
        Drawn { source: ByteSource::new(bytes), out: String::new(), delimiters: Vec::new(), left: 24 };
    drawn.list(0);
    drawn.line_end();
    let Drawn { mut source, mut out, .. } = drawn;
    if mistakes {
        for _ in 0..=source.below(3) {
            mistakes::spoil(&mut source, &mut out);
        }
    }
    out
}

struct Drawn<'t> {
    source: ByteSource<'t>,
    out: String,
    /// Of the here-documents that start after the line.
    delimiters: Vec<&'static str>,
    /// How many more commands there may be.
    left: usize,
}

impl Drawn<'_> {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        self.source.pick(from)
    }

    fn blank(&mut self) {
        let blank = self.pick(&[" ", " ", " ", " ", " ", " ", "  ", "\t", " \\\n ", "\\\n "]);
        self.write(blank);
    }

    /// A blank, or none, before or after an operator.
    fn gap(&mut self) {
        let gap = self.pick(&[" ", " ", "", "\t", "\\\n"]);
        self.write(gap);
    }

    /// The end of the line, and the here-documents that it starts.
    fn line_end(&mut self) {
        let comment = self.pick(&["", "", "", "", "", " # a ' comment", " #"]);
        self.write(comment);
        self.write("\n");
        for delimiter in std::mem::take(&mut self.delimiters) {
            for _ in 0..self.source.below(3) {
                let line = self.pick(&[
                    "x",
                    "\ty",
                    "$z ${w}",
                    "$(a; b)",
                    "E F",
                    "'",
                    "\\$v \\\\",
                    "\\",
                    " E",
                    "`c`",
                    "fi",
                ]);
                self.write(line);
                self.write("\n");
            }
            self.write(delimiter);
            self.write("\n");
        }
    }

    /// What may stand between two commands of a list.
    fn separator(&mut self) {
        match self.source.below(8) {
            0 | 1 => {
                self.gap();
                self.write(";");
                self.gap();
            }
            2 | 3 => self.line_end(),
            4 => self.operator(&["&&", "||"]),
            5 => {
                self.write(" &");
                self.gap();
            }
            6 => {
                self.operator(&["&&", "||"]);
                self.line_end();
            }
            _ => {
                self.write(";");
                self.line_end();
                self.line_end();
            }
        }
    }

    fn operator(&mut self, from: &[&'static str]) {
        self.gap();
        let operator = self.pick(from);
        self.write(operator);
        self.gap();
    }

    fn list(&mut self, depth: usize) {
        self.pipeline(depth);
        while self.left > 0 && self.source.one_in(2) {
            self.separator();
            self.pipeline(depth);
        }
    }

    /// A list with what has to stand before a keyword.
    fn body(&mut self, depth: usize) {
        if self.source.one_in(3) {
            self.line_end();
        } else {
            self.blank();
        }
        self.list(depth);
        match self.source.below(4) {
            0 | 1 => self.write("; "),
            2 => self.write(" & "),
            _ => self.line_end(),
        }
    }

    fn pipeline(&mut self, depth: usize) {
        let prefix =
            self.pick(&["", "", "", "", "", "", "! ", "time ", "time -p ", "! ! ", "time -- ", "! time "]);
        self.write(prefix);
        self.command(depth);
        while self.left > 0 && self.source.one_in(6) {
            self.operator(&["|", "|", "|&"]);
            if self.source.one_in(5) {
                self.line_end();
            }
            self.command(depth);
        }
    }

    fn command(&mut self, depth: usize) {
        self.left = self.left.saturating_sub(1);
        if depth >= 4 || self.left == 0 || self.source.below(3) == 0 {
            return self.simple(depth);
        }
        self.compound(depth + 1);
        while self.source.one_in(6) {
            self.gap();
            self.redirection(depth + 1);
        }
    }
}
