//! Lists, pipelines and commands.

use super::{Command, CommandList, MAX_DEPTH, Redirection, Separator, ShellParseError, Step, compound};
use crate::text::Span;
use std::cell::OnceCell;
use tree_sitter::Tree;

pub(super) type Read<T> = Result<T, ShellParseError>;

/// The words that start a compound command.
pub(super) const COMPOUND: &[&str] = &["if", "for", "while", "until", "case", "select", "function", "[["];
/// The other reserved words, which no command starts with.
pub(super) const KEYWORDS: &[&str] =
    &["then", "do", "done", "fi", "esac", "elif", "else", "}", "!", "coproc", "]]", "in"];

/// What ends a script.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// The end of the text.
    End,
    /// `)`
    Paren,
    /// `}` where a command may start.
    Brace,
}

pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    /// Where the text ends: earlier than the source inside backquotes.
    pub(super) end: usize,
    pub(super) depth: usize,
    /// The tree of the source, made when a compound command is met; None where it has an error.
    tree: OnceCell<Option<Tree>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: 0, end: source.len(), depth: 0, tree: OnceCell::new() }
    }

    pub(super) fn whole(mut self) -> Read<CommandList> {
        self.script(Close::End, 0)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end { self.source.as_bytes().get(at).copied() } else { None }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    pub(super) fn refuse<T>(&self, from: usize, what: &'static str) -> Read<T> {
        let end = (self.at.max(from)..=self.end).find(|at| self.source.is_char_boundary(*at));
        Err(ShellParseError::new(Span::new(from, end.unwrap_or(from)), what))
    }

    pub(super) fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { self.refuse(self.at, "very deep nesting") } else { Ok(()) }
    }

    /// Reads up to `close` and over it. `open` is where the script's span starts.
    pub(super) fn script(&mut self, close: Close, open: usize) -> Read<CommandList> {
        self.enter()?;
        let mut steps: Vec<Step> = Vec::new();
        loop {
            self.skip_lines();
            if self.closes(close) {
                break;
            }
            if let Some(step) = steps.last()
                && step.separator == Separator::End
            {
                return self.refuse(self.at, "an unexpected token");
            }
            let node = self.pipeline()?;
            let span = node.span();
            self.skip_blank();
            let (separator, operator) = self.operator(span.end);
            steps.push(Step { command: node, separator, span, separator_span: operator });
            if matches!(separator, Separator::And | Separator::Or) {
                self.skip_lines();
                if self.closes(close) {
                    return self.refuse(operator.start, "an operator without a command after it");
                }
            }
        }
        match close {
            Close::End => {}
            Close::Brace if steps.last().is_some_and(|step| step.separator == Separator::End) => {
                return self.refuse(self.at, "an unexpected token");
            }
            Close::Paren | Close::Brace => self.at += 1,
        }
        self.depth -= 1;
        let end = if close == Close::End { self.end } else { self.at };
        Ok(CommandList { steps, span: Span::new(open, end), redirections: Vec::new() })
    }

    fn closes(&self, close: Close) -> bool {
        match close {
            Close::End => self.at >= self.end,
            Close::Paren => self.peek() == Some(b')'),
            Close::Brace => self.reserved() == "}",
        }
    }

    fn operator(&mut self, end: usize) -> (Separator, Span) {
        let start = self.at;
        let rest = self.rest();
        let (separator, len) = if rest.starts_with("&&") {
            (Separator::And, 2)
        } else if rest.starts_with("||") {
            (Separator::Or, 2)
        } else if rest.starts_with(";;") || rest.starts_with(";&") {
            return (Separator::End, Span::at(end));
        } else if rest.starts_with(';') {
            (Separator::Semicolon, 1)
        } else if rest.starts_with('&') {
            (Separator::Background, 1)
        } else if rest.starts_with('\n') {
            (Separator::Newline, 1)
        } else {
            return (Separator::End, Span::at(end));
        };
        self.at += len;
        (separator, Span::new(start, self.at))
    }

    fn pipeline(&mut self) -> Read<Command> {
        let start = self.at;
        let mut negated = false;
        let mut bang = false;
        while self.reserved() == "!" {
            self.at += 1;
            self.skip_blank();
            negated = !negated;
            bang = true;
        }
        let first = self.command()?;
        let mut stages = vec![first];
        loop {
            let end = self.at;
            self.skip_blank();
            let rest = self.rest();
            if !rest.starts_with('|') || rest.starts_with("||") {
                self.at = end;
                break;
            }
            self.at += if rest.starts_with("|&") { 2 } else { 1 };
            self.skip_lines();
            stages.push(self.command()?);
        }
        match stages.pop() {
            Some(only) if stages.is_empty() && !bang => Ok(only),
            Some(last) => {
                let span = Span::new(start, last.span().end);
                stages.push(last);
                Ok(Command::Pipeline { stages, negated, span })
            }
            None => self.refuse(start, "an empty pipeline"),
        }
    }

    fn command(&mut self) -> Read<Command> {
        let start = self.at;
        if self.rest().starts_with("((") {
            return self.compound(start);
        }
        if self.peek() == Some(b'(') {
            self.at += 1;
            let script = self.script(Close::Paren, start)?;
            return Ok(Command::Subshell(self.bracketed(script)?));
        }
        match self.reserved() {
            "{" => {
                self.at += 1;
                let script = self.script(Close::Brace, start)?;
                Ok(Command::Group(self.bracketed(script)?))
            }
            word if COMPOUND.contains(&word) => self.compound(start),
            word if KEYWORDS.contains(&word) => self.refuse(start, "an unexpected keyword"),
            "time" => self.timed(),
            _ => self.simple(),
        }
    }

    /// `time` is a keyword that takes a pipeline; before a simple command it reads as a program.
    fn timed(&mut self) -> Read<Command> {
        let start = self.at;
        self.at += "time".len();
        self.skip_blank();
        let word = self.reserved();
        let compound = COMPOUND.contains(&word) || KEYWORDS.contains(&word) || word == "{";
        if compound || matches!(self.peek(), Some(b'|' | b'&')) {
            return self.refuse(start, "a timed pipeline");
        }
        self.at = start;
        self.simple()
    }

    fn bracketed(&mut self, mut script: CommandList) -> Read<CommandList> {
        if script.steps.is_empty() {
            return self.refuse(script.span.start, "empty brackets");
        }
        script.redirections = self.redirections()?;
        if let Some(last) = script.redirections.last() {
            script.span.end = last.span.end;
        }
        Ok(script)
    }

    fn redirections(&mut self) -> Read<Vec<Redirection>> {
        let mut redirections = Vec::new();
        loop {
            let end = self.at;
            self.skip_blank();
            let Some(redirect) = self.redirect()? else {
                self.at = end;
                return Ok(redirections);
            };
            redirections.push(redirect);
        }
    }

    pub(super) fn compound(&mut self, start: usize) -> Read<Command> {
        let source = self.source;
        let tree = self.tree.get_or_init(|| compound::tree(source));
        let Some(tree) = tree else { return self.refuse(start, "a compound command that does not parse") };
        let (kind, mut span) = compound::at(tree, source, start)?;
        if span.end > self.end || span.is_empty() {
            return self.refuse(start, "a compound command");
        }
        self.at = span.end;
        if let Some(last) = self.redirections()?.last() {
            span.end = last.span.end;
        }
        Ok(Command::Other { kind, span })
    }

    /// Skips blanks, line continuations and a comment.
    pub(super) fn skip_blank(&mut self) {
        let mut blank = self.at == 0
            || matches!(
                self.byte(self.at - 1),
                Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'`')
            );
        loop {
            let rest = self.rest();
            if rest.starts_with([' ', '\t']) {
                self.at += 1;
                blank = true;
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else if blank && rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn skip_lines(&mut self) {
        loop {
            self.skip_blank();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.at += 1;
        }
    }

    /// The word here as it stands, where it has the form of a reserved word.
    fn reserved(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find([' ', '\t', '\n', ';', '&', '|', '(', ')', '<', '>']).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }
}
