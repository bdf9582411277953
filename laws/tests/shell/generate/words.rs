//! Simple commands, conditions, redirections and words.

use super::Drawn;

impl Drawn<'_> {
    pub(super) fn condition(&mut self, depth: usize) {
        if depth < 6 && self.source.one_in(3) {
            match self.source.below(4) {
                0 => {
                    self.write("! ");
                    self.condition(depth + 1);
                }
                1 => {
                    self.write("( ");
                    self.condition(depth + 1);
                    self.write(" )");
                }
                _ => {
                    self.condition(depth + 1);
                    self.operator(&["&&", "||"]);
                    if self.source.one_in(4) {
                        self.line_end();
                    }
                    self.condition(depth + 1);
                }
            }
            return;
        }
        match self.source.below(6) {
            0 => self.word(depth),
            1 | 2 => {
                let operator = self.pick(&["-f", "-d", "-z", "-n"]);
                self.write(operator);
                self.blank();
                self.word(depth);
            }
            3 => {
                self.word(depth);
                let right =
                    self.pick(&[" =~ ^(a|b c)$", " =~ a|b", " == @(a|b)*", " != !(x)", " =~ [[:space:]]"]);
                self.write(right);
            }
            _ => {
                self.word(depth);
                let operator = self.pick(&[" == ", " != ", " = ", " -lt ", " < ", " > ", " -nt "]);
                self.write(operator);
                self.word(depth);
            }
        }
    }

    pub(super) fn simple(&mut self, depth: usize) {
        let start = self.out.len();
        while self.source.one_in(6) {
            let assignment = self.pick(&["A=", "B=1", "C+=x", "D='e f'", "PATH=$x:y", "E=(a 'b' $c)"]);
            self.write(assignment);
            self.blank();
        }
        while self.source.one_in(12) {
            self.redirection(depth);
            self.blank();
        }
        if self.out.len() == start || self.source.below(4) > 0 {
            let program = self
                .pick(&["a", "pip", "echo", "export", "declare", "[", "\"p\"", "$p", "b/c", ":", "if\\\nx"]);
            self.write(program);
        } else {
            self.write("x");
        }
        for _ in 0..self.source.below(4) {
            self.blank();
            if self.source.one_in(5) { self.redirection(depth) } else { self.word(depth) }
        }
    }

    pub(super) fn redirection(&mut self, depth: usize) {
        let fd = self.pick(&["", "", "", "2", "10"]);
        match self.source.below(8) {
            0 | 1 => {
                let delimiter = self.pick(&["E", "'E'", "\"E\"", "\\E", "EOF"]);
                let operator = self.pick(&["<<", "<<-", "<< ", "<<"]);
                self.write(fd);
                self.write(operator);
                self.write(delimiter);
                self.delimiters.push(if delimiter == "EOF" { "EOF" } else { "E" });
            }
            2 => {
                let text = self.pick(&["2>&1", ">&2", "<&3", ">&-", "1>&$x", "&>z", "&>>z"]);
                self.write(text);
            }
            _ => {
                let operator = self.pick(&[">", "<", ">>", ">|", "<>", "<<<"]);
                self.write(fd);
                self.write(operator);
                let gap = self.pick(&["", " ", "\\\n"]);
                self.write(gap);
                let start = self.out.len();
                self.word(depth);
                // Bash 5.2 takes a lone `{` behind `f() ((1)) >` for the start of a group.
                if self.out.get(start..) == Some("{") {
                    self.write("a");
                }
            }
        }
    }

    pub(super) fn word(&mut self, depth: usize) {
        for at in 0..=self.source.below(6) / 4 {
            if at == 0 || self.source.one_in(2) {
                self.piece(depth);
            }
        }
    }

    fn piece(&mut self, depth: usize) {
        const PLAIN: &[&str] = &[
            "a",
            "b",
            "x1",
            "--flag",
            "k=v",
            "uvicorn[standard]",
            "*.txt",
            "{a,b}",
            "~",
            "~/x",
            "é",
            "1",
            "if",
            "then",
            "in",
            "do",
            "esac",
            "}",
            "{",
            "!",
            "time",
            "a\\ b",
            "a\\\nb",
            "%",
            "b#c",
            "-f",
            "[",
            "]",
            "=",
            ":",
        ];
        const QUOTED: &[&str] = &[
            "'a b'",
            "\"a b\"",
            "\"$x\"",
            "\"${x:-y}\"",
            "''",
            "\"a\\\"b\"",
            "'\n'",
            "\"\n#\"",
            "$'a\\'b'",
            "$\"t\"",
            "'fi'",
        ];
        const EXPANDED: &[&str] = &[
            "$x",
            "${x}",
            "${x:-a b}",
            "${x#*/}",
            "$1",
            "$@",
            "$?",
            "$((1+2))",
            "$((x*(y)))",
            "`a b`",
            "${#x}",
            "${x[@]}",
        ];
        match self.source.below(12) {
            0..=5 => {
                let text = self.pick(PLAIN);
                self.write(text);
            }
            6 | 7 => {
                let text = self.pick(QUOTED);
                self.write(text);
            }
            8 | 9 => {
                let text = self.pick(EXPANDED);
                self.write(text);
            }
            _ if depth < 3 && self.left > 0 => self.substitution(depth),
            _ => self.write("z"),
        }
    }

    fn substitution(&mut self, depth: usize) {
        let (open, close) = *[("$(", ")"), ("\"$(", ")\""), ("<(", ")"), ("${x:-$(", ")}")]
            .get(self.source.below(4))
            .unwrap_or(&("$(", ")"));
        let outer = std::mem::take(&mut self.delimiters);
        self.write(open);
        if !self.source.one_in(8) {
            let start = self.pick(&[" ", "\n", "", " # c\n"]);
            self.write(start);
            self.list(depth + 1);
        }
        if !self.delimiters.is_empty() {
            self.line_end();
        }
        self.write(close);
        self.delimiters = outer;
    }
}
