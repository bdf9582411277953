//! Lists and pipelines.

use super::reader::{Read, Reader};
use super::{Command, CommandList, Pipeline, Separator, Step, Substitution};
use crate::text::Span;

/// What a list is read up to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// The end of the text.
    EndOfText,
    /// `)`
    Parenthesis,
    /// `}`
    Brace,
    /// `then`
    Then,
    /// `elif`, `else` or `fi`
    NextBranch,
    /// `fi`
    Fi,
    /// `do`
    Do,
    /// `done`
    Done,
    /// `;;`, `;&`, `;;&` or `esac`
    CaseItem,
}

impl Until {
    /// The reserved words that end it.
    fn words(self) -> &'static [&'static str] {
        match self {
            Until::EndOfText | Until::Parenthesis => &[],
            Until::Brace => &["}"],
            Until::Then => &["then"],
            Until::NextBranch => &["elif", "else", "fi"],
            Until::Fi => &["fi"],
            Until::Do => &["do"],
            Until::Done => &["done"],
            Until::CaseItem => &["esac"],
        }
    }

    /// What is wrong where the text ends before.
    pub(super) fn missing(self) -> &'static str {
        match self {
            Until::EndOfText | Until::Parenthesis => "a `(` without `)`",
            Until::Brace => "a `{` without `}`",
            Until::Then => "an `if` without `then`",
            Until::NextBranch | Until::Fi => "an `if` without `fi`",
            Until::Do => "a loop without `do`",
            Until::Done => "a loop without `done`",
            Until::CaseItem => "a `case` without `esac`",
        }
    }
}

impl Reader<'_> {
    /// Reads up to what ends the list, not over it. `opening` is where the command starts that it is part of.
    pub(super) fn list(&mut self, until: Until, opening: usize) -> Read<CommandList> {
        self.enter()?;
        let mut steps: Vec<Step> = Vec::new();
        loop {
            self.skip_lines()?;
            if self.ends(until, steps.last()) {
                break;
            }
            if self.at >= self.end {
                return self.syntax(opening, until.missing());
            }
            if steps.last().is_some_and(|step| step.separator == Separator::End) {
                return self.unexpected_token();
            }
            let command = self.pipeline()?;
            let span = command.span();
            self.skip_blank();
            let (separator, separator_span) = self.separator(span.end)?;
            steps.push(Step { command, separator, span, separator_span });
            if matches!(separator, Separator::And | Separator::Or) {
                self.skip_lines()?;
                if self.at >= self.end || self.ends(until, None) {
                    return self.syntax(separator_span.start, "an operator without a command after it");
                }
            }
        }
        if until == Until::EndOfText && !self.pending.is_empty() {
            self.here_documents()?;
        }
        self.depth -= 1;
        let span = match (steps.first(), steps.last()) {
            (Some(first), Some(last)) => Span::new(first.span.start, last.separator_span.end),
            _ => Span::at(self.at),
        };
        Ok(CommandList { steps, span })
    }

    /// A list that bash wants to have a command in it.
    pub(super) fn body(&mut self, until: Until, opening: usize) -> Read<CommandList> {
        let list = self.list(until, opening)?;
        if list.steps.is_empty() { self.syntax(opening, "a body without a command") } else { Ok(list) }
    }

    fn ends(&self, until: Until, last: Option<&Step>) -> bool {
        match until {
            Until::EndOfText => return self.at >= self.end,
            Until::Parenthesis => return self.peek() == Some(b')'),
            Until::CaseItem if self.token(";;").is_some() || self.token(";&").is_some() => return true,
            _ => {}
        }
        let reads_words = last.is_none_or(|step| step.separator != Separator::End || closes(&step.command));
        reads_words && self.reserved().is_some_and(|word| until.words().contains(&word))
    }

    fn separator(&mut self, end: usize) -> Read<(Separator, Span)> {
        let table = [
            ("&&", Separator::And),
            ("||", Separator::Or),
            (";", Separator::Semicolon),
            ("&", Separator::Background),
            ("\n", Separator::Newline),
        ];
        let start = self.at;
        let found = table.into_iter().find(|(token, _)| self.token(token).is_some());
        let Some((token, separator)) = found else { return Ok((Separator::End, Span::at(end))) };
        if self.token(";;").is_some() || self.token(";&").is_some() {
            return Ok((Separator::End, Span::at(end)));
        }
        if separator == Separator::Newline {
            let span = Span::new(start, start + 1);
            self.line_end()?;
            return Ok((separator, span));
        }
        self.take(token);
        Ok((separator, Span::new(start, self.at)))
    }

    fn pipeline(&mut self) -> Read<Command> {
        let start = self.at;
        let (mut negated, mut timed) = (false, false);
        loop {
            if self.take_reserved("!") {
                negated = !negated;
            } else if self.take_reserved("time") {
                timed = true;
                self.time_options();
            } else {
                break;
            }
            self.skip_blank();
            if matches!(self.peek(), None | Some(b'\n' | b';')) {
                return self.unsupported(start, "a `!` or `time` without a command");
            }
        }
        let prefixed = self.at > start;
        let mut commands = vec![self.command()?];
        loop {
            let end = self.at;
            self.skip_blank();
            if self.token("||").is_some() || !(self.take("|&") || self.take("|")) {
                self.at = end;
                break;
            }
            self.skip_lines()?;
            commands.push(self.command()?);
        }
        match commands.pop() {
            Some(only) if commands.is_empty() && !prefixed => Ok(only),
            Some(last) => {
                let span = Span::new(start, last.span().end);
                commands.push(last);
                Ok(Command::Pipeline(Pipeline { commands, negated, timed, span }))
            }
            None => self.syntax(start, "an empty pipeline"),
        }
    }

    /// Reads over `-p` and `--` after `time`.
    fn time_options(&mut self) {
        for option in ["-p", "--"] {
            let before = self.at;
            self.skip_blank();
            if !self.take(option) || !self.is_token_end(self.at) {
                self.at = before;
            }
        }
    }

    /// Reads `… )` after `$(`, `<(` or `>(`. `opening` is where that starts.
    pub(super) fn substitution(&mut self, opening: usize) -> Read<Substitution> {
        let outer = std::mem::take(&mut self.pending);
        let outer_in_substitution = std::mem::replace(&mut self.in_substitution, true);
        self.skip_blank();
        if self.reserved() == Some("time") {
            // Versions of bash differ in whether it is more than a program here.
            return self.unsupported(self.at, "`time` at the start of a substitution");
        }
        let commands = self.list(Until::Parenthesis, opening)?;
        if !self.pending.is_empty() {
            return self.unsupported(opening, "a here-document without its body in a substitution");
        }
        self.at += 1;
        self.pending = outer;
        self.in_substitution = outer_in_substitution;
        Ok(Substitution { commands, span: Span::new(opening, self.at) })
    }
}

/// Whether a reserved word is read as one right after the command: `(a) fi`, but not `a fi`.
fn closes(command: &Command) -> bool {
    match command {
        Command::Simple(_) => false,
        Command::Pipeline(pipeline) => pipeline.commands.last().is_some_and(closes),
        Command::Compound(compound) => compound.redirections.is_empty(),
        Command::Function(function) => function.body.redirections.is_empty(),
    }
}
