//! Compound commands.

use super::list::Until;
use super::reader::{Read, Reader};
use super::{
    ArithmeticFor, Command, CommandList, CompoundCommand, CompoundKind, ForClause, IfBranch, IfClause,
    LoopClause, Word,
};
use crate::text::Span;

impl Reader<'_> {
    /// Reads one command, which is no pipeline.
    pub(super) fn command(&mut self) -> Read<Command> {
        let start = self.at;
        if let Some(compound) = self.compound()? {
            return Ok(Command::Compound(compound));
        }
        match self.reserved() {
            // Ex) `a | time b`, where it is a program as any other.
            None | Some("time") => self.simple(),
            Some("function") => {
                self.take("function");
                self.named_function(start)
            }
            Some("coproc") => {
                self.take("coproc");
                self.unsupported(start, "a coprocess")
            }
            Some(word) => {
                self.take(word);
                self.syntax(start, "an unexpected keyword")
            }
        }
    }

    /// Reads a compound command with its redirections, where one stands here.
    pub(super) fn compound(&mut self) -> Read<Option<Box<CompoundCommand>>> {
        let start = self.at;
        let kind = if let Some(word) = self.arithmetic()? {
            CompoundKind::Arithmetic(word)
        } else if self.take("(") {
            let list = self.body(Until::Parenthesis, start)?;
            self.at += 1;
            CompoundKind::Subshell(list)
        } else {
            let Some(keyword) = self.reserved() else { return Ok(None) };
            if !matches!(keyword, "{" | "if" | "for" | "select" | "while" | "until" | "case" | "[[") {
                return Ok(None);
            }
            self.take(keyword);
            match keyword {
                "{" => CompoundKind::Group(self.braced(start)?),
                "if" => CompoundKind::If(self.if_clause(start)?),
                "for" => self.for_clause(start)?,
                "select" => CompoundKind::Select(self.words_clause(start)?),
                "while" => CompoundKind::While(self.loop_clause(start)?),
                "until" => CompoundKind::Until(self.loop_clause(start)?),
                "case" => CompoundKind::Case(self.case_clause(start)?),
                _ => CompoundKind::Conditional(self.conditional(start)?),
            }
        };
        let end = self.at;
        let redirections = self.redirections()?;
        let span = Span::new(start, redirections.last().map_or(end, |last| last.span.end));
        Ok(Some(Box::new(CompoundCommand { kind, redirections, span })))
    }

    /// Reads a list and the one word that ends it.
    fn list_up_to(&mut self, until: Until, word: &'static str, opening: usize) -> Read<CommandList> {
        let list = self.body(until, opening)?;
        self.take_reserved(word);
        Ok(list)
    }

    fn braced(&mut self, opening: usize) -> Read<CommandList> {
        self.list_up_to(Until::Brace, "}", opening)
    }

    fn if_clause(&mut self, start: usize) -> Read<IfClause> {
        let mut clause = IfClause { branches: Vec::new(), else_body: None };
        loop {
            let condition = self.list_up_to(Until::Then, "then", start)?;
            let body = self.body(Until::NextBranch, start)?;
            clause.branches.push(IfBranch { condition, body });
            if self.take_reserved("elif") {
                continue;
            }
            if self.take_reserved("else") {
                clause.else_body = Some(self.body(Until::Fi, start)?);
            }
            self.take_reserved("fi");
            return Ok(clause);
        }
    }

    fn loop_clause(&mut self, start: usize) -> Read<LoopClause> {
        let condition = self.list_up_to(Until::Do, "do", start)?;
        let body = self.list_up_to(Until::Done, "done", start)?;
        Ok(LoopClause { condition, body })
    }

    fn for_clause(&mut self, start: usize) -> Read<CompoundKind> {
        self.skip_blank();
        if self.token("(").is_none() {
            return Ok(CompoundKind::For(self.words_clause(start)?));
        }
        let opening = self.at;
        let Some(header) = self.arithmetic()? else {
            // Ex) `for ((a)`, after which bash 5.2 reads nothing more, and says nothing.
            return self.unsupported(opening, "a `for ((` that is not closed");
        };
        self.check_header(&header)?;
        self.skip_blank();
        if self.token(";;").is_none() {
            self.take(";");
        }
        self.skip_lines()?;
        let body = self.loop_body(start)?;
        Ok(CompoundKind::ArithmeticFor(ArithmeticFor { header, body }))
    }

    /// `for ((a; b; c))` has three expressions.
    fn check_header(&self, header: &Word) -> Read<()> {
        let semicolons = header.raw.matches(';').count();
        if semicolons == 2 {
            Ok(())
        } else if header.raw.contains(['\'', '"', '\\', '`', '$']) {
            self.unsupported(header.span.start, "an unusual `for ((`")
        } else {
            self.syntax(header.span.start, "a `for ((` without three expressions")
        }
    }

    /// The rest of `for` or `select`.
    fn words_clause(&mut self, start: usize) -> Read<ForClause> {
        self.skip_blank();
        if !self.word_starts() {
            return self.syntax(start, "a loop without a variable");
        }
        let variable = self.word()?;
        if !super::word::is_name(&variable.raw) {
            return self.unsupported(variable.span.start, "a loop with an unusual variable");
        }
        self.skip_blank();
        let mut words = None;
        if self.token(";").is_some() && self.token(";;").is_none() {
            self.take(";");
            self.skip_lines()?;
        } else {
            let end = self.at;
            self.skip_lines()?;
            let next_line = self.at > end;
            // Ex) `for x { a; }`, which bash refuses.
            if !next_line && self.reserved() == Some("{") {
                return self.unexpected_token();
            }
            if next_line && self.reserved() == Some("in") {
                // Bash takes what follows for patterns where this is inside `case`.
                return self.unsupported(self.at, "an `in` on its own line");
            }
            if self.take_reserved("in") {
                words = Some(self.loop_words()?);
            }
        }
        if words.is_none() && self.reserved() == Some("{") {
            // Bash goes on looking for the `in`, and takes an argument for it.
            return self.unsupported(start, "a loop without `in` and `do`");
        }
        let body = self.loop_body(start)?;
        Ok(ForClause { variable, words, body })
    }

    /// The words after `in`, and the `;` or line end after them.
    fn loop_words(&mut self) -> Read<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.skip_blank();
            if self.word_starts() {
                if words.is_empty() && self.reserved() == Some("esac") {
                    // In `case` bash takes it for the end.
                    return self.unsupported(self.at, "`esac` as the first word of a loop");
                }
                words.push(self.word()?);
                continue;
            }
            let ends =
                self.peek() == Some(b'\n') || (self.token(";").is_some() && self.token(";;").is_none());
            if !ends {
                return self.unexpected_token();
            }
            if self.peek() != Some(b'\n') {
                self.take(";");
            }
            self.skip_lines()?;
            return Ok(words);
        }
    }

    /// `do …; done` or `{ …; }`
    fn loop_body(&mut self, start: usize) -> Read<CommandList> {
        if self.take_reserved("do") {
            self.list_up_to(Until::Done, "done", start)
        } else if self.take_reserved("{") {
            self.braced(start)
        } else {
            self.syntax(start, Until::Do.missing())
        }
    }

    fn named_function(&mut self, start: usize) -> Read<Command> {
        self.skip_blank();
        if !self.word_starts() {
            return self.syntax(start, "a function without a name");
        }
        let name = self.word()?;
        let end = self.at;
        self.skip_blank();
        if self.take("(") {
            self.skip_blank();
            if !self.take(")") {
                self.at = end;
            }
        }
        self.function_body(start, name)
    }
}
