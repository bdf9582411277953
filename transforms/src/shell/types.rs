//! Lists, pipelines, simple commands, words and redirections, named after the shell grammar of POSIX.

use super::{CompoundCommand, FunctionDefinition, HereDocument};
use crate::text::Span;
use std::sync::{Arc, OnceLock};

/// Commands in the order that they stand: a whole script, or a body inside a compound command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandList {
    /// The pipelines, each with the operator after it.
    pub steps: Vec<Step>,
    /// All of a script's text. For a body: from its first command to the end of its last operator, and
    /// empty where no command stands in it.
    pub span: Span,
}

/// One pipeline of a list, and the operator after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The command.
    pub command: Command,
    /// The operator after it.
    pub separator: Separator,
    /// Where the command stands, without the operator.
    pub span: Span,
    /// Where the operator stands: empty, at the end of the command, for [`Separator::End`].
    pub separator_span: Span,
}

/// The operator after a step. `&&` and `||` have equal precedence and associate to the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Separator {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;`
    Semicolon,
    /// `&`: ends the whole `&&`/`||` list.
    Background,
    /// The end of the list.
    End,
    /// A line end.
    Newline,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Assignments, words and redirections.
    Simple(SimpleCommand),
    /// `a | b`, `! a` or `time a`.
    Pipeline(Pipeline),
    /// A command with other commands inside, or `[[ … ]]` and `(( … ))`.
    Compound(Box<CompoundCommand>),
    /// `name() { …; }`
    Function(Box<FunctionDefinition>),
}

/// Commands joined by `|` or `|&`, or one command after `!` or `time`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The commands; one where the pipeline is only negated or timed.
    pub commands: Vec<Command>,
    /// Whether an odd number of `!` stands before it.
    pub negated: bool,
    /// Whether `time` stands before it.
    pub timed: bool,
    /// From the first `!`, `time` or command to the end of the last command.
    pub span: Span,
}

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// From the first assignment, word or redirection to the last.
    pub span: Span,
    /// The assignments before the first word.
    pub assignments: Vec<Assignment>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// The redirections, wherever they stand.
    pub redirections: Vec<Redirection>,
}

/// `NAME=value` before a command, or alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// The value; its span is empty in `NAME=`. An array's has no text.
    pub value: Word,
    /// Whether it is `NAME+=value`.
    pub append: bool,
    /// The whole.
    pub span: Span,
}

/// A word, before expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word with its quotes.
    pub span: Span,
    /// The word after quote removal. None where an expansion decides: `$x`, `$(…)`, `~`.
    pub text: Option<String>,
    /// The word as it stands.
    pub raw: String,
    /// Whether an unquoted `*`, `?`, `[…]` or `{a,b}` is in it. Bash passes a pattern that matches
    /// no file as it stands, but expands braces always.
    pub has_glob: bool,
    /// Whether a quote or a backslash is in it.
    pub quoted: bool,
    /// The commands inside `$(…)`, backquotes, `<(…)` and `>(…)`.
    pub substitutions: Vec<Substitution>,
}

/// `$(…)`, backquotes, `<(…)` or `>(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// The commands inside.
    pub commands: CommandList,
    /// The whole, with the brackets or backquotes.
    pub span: Span,
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// From the descriptor to the end of the target. The body of a here-document is not part of it.
    pub span: Span,
    /// The descriptor before the operator.
    pub fd: Option<u32>,
    /// The operator.
    pub operator: RedirectionOperator,
    /// The file, descriptor, `-`, string or delimiter after it.
    pub target: Word,
    /// Set when the body has been read, which stands after the line of the operator.
    pub(super) body: Option<Arc<OnceLock<HereDocument>>>,
}

/// The operator of a redirection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RedirectionOperator {
    /// `<`
    Read,
    /// `>` or `>|`
    Write,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateIn,
    /// `>&`
    DuplicateOut,
    /// `&>`
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `<<<`
    HereString,
    /// `<<` or `<<-`
    HereDocument,
}

impl Command {
    /// Where the command stands, with its redirections.
    pub fn span(&self) -> Span {
        match self {
            Command::Simple(simple) => simple.span,
            Command::Pipeline(pipeline) => pipeline.span,
            Command::Compound(compound) => compound.span,
            Command::Function(function) => function.span,
        }
    }
}

impl SimpleCommand {
    /// The text of the word at `index`, where the word is literal.
    pub fn text(&self, index: usize) -> Option<&str> {
        self.words.get(index)?.text.as_deref()
    }

    /// The texts of the words from `index` on.
    pub fn texts_from(&self, index: usize) -> Vec<Option<&str>> {
        self.words.iter().skip(index).map(|word| word.text.as_deref()).collect()
    }
}

impl Word {
    /// Whether digits are all that stands in it, line continuations left out.
    pub(super) fn is_number(&self) -> bool {
        self.raw.replace("\\\n", "").bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl Redirection {
    /// The text that a here-document feeds to the command.
    pub fn here_document(&self) -> Option<&HereDocument> {
        self.body.as_ref()?.get()
    }
}
