//! Compound commands and functions.

use super::Drawn;

impl Drawn<'_> {
    pub(super) fn compound(&mut self, depth: usize) {
        match self.source.below(14) {
            0 => {
                self.write("{");
                self.body(depth);
                self.write("}");
            }
            1 => {
                self.write("(");
                self.gap();
                self.list(depth);
                self.gap();
                self.write(")");
            }
            2 | 3 => self.if_clause(depth),
            4 | 5 => self.for_clause(depth),
            6 => {
                let keyword = self.pick(&["while", "until"]);
                self.write(keyword);
                self.body(depth);
                self.write("do");
                self.body(depth);
                self.write("done");
            }
            7 | 8 => self.case_clause(depth),
            9 | 10 => {
                self.write("[[ ");
                self.condition(depth);
                self.write(" ]]");
            }
            11 => {
                let text =
                    self.pick(&["((x + 1))", "((x=1))", "(( (1) ))", "((\"a\" < 2))", "((a))", "(( $x ))"]);
                self.write(text);
            }
            _ => self.function(depth),
        }
    }

    fn if_clause(&mut self, depth: usize) {
        self.write("if");
        self.body(depth);
        self.write("then");
        self.body(depth);
        while self.source.one_in(4) {
            self.write("elif");
            self.body(depth);
            self.write("then");
            self.body(depth);
        }
        if self.source.one_in(3) {
            self.write("else");
            self.body(depth);
        }
        self.write("fi");
    }

    fn for_clause(&mut self, depth: usize) {
        match self.source.below(8) {
            0 => {
                self.write("for ((i=0; i<3; i++))");
                let end = self.pick(&["", ";", " ", "; ", "\n"]);
                self.write(end);
            }
            1 => {
                self.write("for x");
                let end = self.pick(&[" ", ";", "; ", "\n"]);
                self.write(end);
            }
            kind => {
                self.write(if kind == 2 { "select" } else { "for" });
                self.blank();
                self.write("x");
                let before = self.pick(&[" ", " ", " ", " ", " ", " ", " ", "\n"]);
                self.write(before);
                self.write("in");
                for _ in 0..self.source.below(3) {
                    self.blank();
                    self.word(depth);
                }
                if self.source.one_in(3) { self.line_end() } else { self.write("; ") }
            }
        }
        if self.out.ends_with(['\n', ';', ' ']) && !self.out.ends_with("for x ") && self.source.one_in(5) {
            self.write("{");
            self.body(depth);
            self.write("}");
        } else {
            self.write("do");
            self.body(depth);
            self.write("done");
        }
    }

    fn case_clause(&mut self, depth: usize) {
        self.write("case");
        self.blank();
        self.word(depth);
        self.blank();
        self.write("in");
        if self.source.one_in(2) {
            self.line_end();
        } else {
            self.blank();
        }
        for _ in 0..self.source.below(3) {
            let open = self.pick(&["", "", "("]);
            self.write(open);
            self.word(depth);
            while self.source.one_in(4) {
                self.operator(&["|"]);
                self.word(depth);
            }
            self.write(")");
            match self.source.below(4) {
                0 => self.gap(),
                1 => self.line_end(),
                2 => {
                    self.gap();
                    self.list(depth);
                    self.gap();
                }
                _ => self.body(depth),
            }
            let end = self.pick(&[";;", ";;", ";;", ";&", ";;&"]);
            self.write(end);
            if self.source.one_in(2) { self.line_end() } else { self.blank() }
        }
        if self.source.one_in(3) {
            self.write("*)");
            self.body(depth);
        }
        self.write("esac");
    }

    fn function(&mut self, depth: usize) {
        let head =
            self.pick(&["f()", "f ()", "f ( )", "function f", "function f()", "function f ()", "my-f()"]);
        self.write(head);
        if self.source.one_in(4) {
            self.line_end();
        } else {
            self.write(" ");
        }
        self.compound_body(depth);
    }

    fn compound_body(&mut self, depth: usize) {
        if self.source.below(4) < 3 {
            self.write("{");
            self.body(depth);
            self.write("}");
        } else {
            self.compound(depth + 1);
        }
    }
}
