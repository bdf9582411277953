use crate::text::Span;

/// Commands in the order that they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandList {
    /// The pipelines, each with the operator after it.
    pub steps: Vec<Step>,
    /// The whole, with the parentheses, braces or `$( )` around it.
    pub span: Span,
    /// The redirections of `( … )` or `{ …; }`.
    pub redirections: Vec<Redirection>,
}

/// One pipeline, and what bash does after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The command.
    pub command: Command,
    /// The operator after it.
    pub separator: Separator,
    /// The command, without the operator.
    pub span: Span,
    /// The operator: empty, at the end of the command, for [`Separator::End`].
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
    /// The end of the script.
    End,
    /// A line end.
    Newline,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Assignments, words and redirections.
    Simple(SimpleCommand),
    /// `a | b`, or `! a`.
    Pipeline {
        /// The commands; one where the pipeline is only negated.
        stages: Vec<Command>,
        /// Whether an odd number of `!` stands before it.
        negated: bool,
        /// From the first `!` or command to the end of the last command.
        span: Span,
    },
    /// `( … )`
    Subshell(CommandList),
    /// `{ …; }`
    Group(CommandList),
    /// A compound command, which is not followed.
    Other {
        /// Which.
        kind: OtherKind,
        /// From its first keyword to its last, with its redirections.
        span: Span,
    },
}

/// The compound commands that are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherKind {
    /// `if …; then …; fi`
    If,
    /// `for …; do …; done`, or `select`.
    For,
    /// `while` or `until`.
    While,
    /// `case … esac`
    Case,
    /// A function definition.
    Function,
    /// `[[ … ]]`
    Test,
    /// `(( … ))`
    Arithmetic,
}

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// From the first assignment, word or redirect to the last.
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
    /// The value; its span is empty in `NAME=`.
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
    pub substitutions: Vec<CommandList>,
}

/// A redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// From the descriptor to the end of the target.
    pub span: Span,
    /// The descriptor before the operator.
    pub fd: Option<u32>,
    /// The operator.
    pub operator: RedirectionOperator,
    /// The file, descriptor, `-` or string after it.
    pub target: Word,
}

/// The operator of a redirect.
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
}

impl Command {
    /// Where the command stands.
    pub fn span(&self) -> Span {
        match self {
            Command::Simple(simple) => simple.span,
            Command::Pipeline { span, .. } | Command::Other { span, .. } => *span,
            Command::Subshell(script) | Command::Group(script) => script.span,
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

    /// The commands inside the words, assignments and redirections.
    pub fn substitutions(&self) -> impl Iterator<Item = &CommandList> {
        let values = self.assignments.iter().map(|assignment| &assignment.value);
        let targets = self.redirections.iter().map(|redirect| &redirect.target);
        values.chain(&self.words).chain(targets).flat_map(|word| &word.substitutions)
    }
}
