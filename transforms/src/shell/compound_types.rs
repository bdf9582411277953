//! Compound commands, functions and here-documents, named after the grammar and manual of bash.

use super::{CommandList, Redirection, Word};
use crate::text::Span;

/// A compound command with its redirections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompoundCommand {
    /// Which, with what is inside.
    pub kind: CompoundKind,
    /// The redirections after it, which hold for everything inside.
    pub redirections: Vec<Redirection>,
    /// From its first keyword or bracket to its last, with its redirections.
    pub span: Span,
}

/// The compound commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompoundKind {
    /// `{ …; }`
    Group(CommandList),
    /// `( … )`
    Subshell(CommandList),
    /// `if …; then …; fi`
    If(IfClause),
    /// `for … in …; do …; done`
    For(ForClause),
    /// `select … in …; do …; done`
    Select(ForClause),
    /// `for ((…; …; …)); do …; done`
    ArithmeticFor(ArithmeticFor),
    /// `while …; do …; done`
    While(LoopClause),
    /// `until …; do …; done`
    Until(LoopClause),
    /// `case … in … esac`
    Case(CaseClause),
    /// `[[ … ]]`
    Conditional(ConditionalExpression),
    /// `(( … ))`: the whole as a word, which has no text.
    Arithmetic(Word),
}

/// `if`, with any number of `elif`, and `else`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfClause {
    /// The conditions in the order that they are tried, with what each guards.
    pub branches: Vec<IfBranch>,
    /// What follows `else`.
    pub else_body: Option<CommandList>,
}

/// `if …; then …` or `elif …; then …`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfBranch {
    /// The commands whose status decides.
    pub condition: CommandList,
    /// The commands that are run where it is 0.
    pub body: CommandList,
}

/// `for` or `select`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForClause {
    /// The name of the variable.
    pub variable: Word,
    /// The words after `in`; None stands for the positional parameters.
    pub words: Option<Vec<Word>>,
    /// What is run for each word.
    pub body: CommandList,
}

/// `for` with arithmetic expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArithmeticFor {
    /// `((…; …; …))` as a word, which has no text.
    pub header: Word,
    /// What is repeated.
    pub body: CommandList,
}

/// `while` or `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopClause {
    /// The commands whose status decides whether the body is run (again).
    pub condition: CommandList,
    /// What is repeated.
    pub body: CommandList,
}

/// `case`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseClause {
    /// The word that the patterns are held to.
    pub word: Word,
    /// The items in the order that they are tried.
    pub items: Vec<CaseItem>,
}

/// `pattern | pattern) … ;;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseItem {
    /// The patterns, at least one.
    pub patterns: Vec<Word>,
    /// What is run where one matches; often empty.
    pub body: CommandList,
    /// What happens after the body.
    pub terminator: CaseTerminator,
}

/// What ends an item of `case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaseTerminator {
    /// `;;`, or the end of the last item: `case` is done.
    Break,
    /// `;&`: the next body is run too.
    FallThrough,
    /// `;;&`: the patterns after it are tried.
    TryNext,
}

/// What stands in `[[ … ]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionalExpression {
    /// A word, which holds where it is not empty.
    Word(Word),
    /// `-f file`
    Unary {
        /// The operator.
        operator: String,
        /// The word after it.
        operand: Word,
    },
    /// `a == b`
    Binary {
        /// The word before the operator.
        left: Word,
        /// The operator.
        operator: String,
        /// The word after it: a pattern after `=`, `==` and `!=`, a regular expression after `=~`.
        right: Word,
    },
    /// `! …`
    Not(Box<ConditionalExpression>),
    /// `( … )`
    Parenthesized(Box<ConditionalExpression>),
    /// `… && …`: two or more, which binds tighter than `||`.
    And(Vec<ConditionalExpression>),
    /// `… || …`: two or more.
    Or(Vec<ConditionalExpression>),
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionDefinition {
    /// Its name.
    pub name: Word,
    /// What a call runs. Redirections after the body are part of it.
    pub body: CompoundCommand,
    /// From `function` or the name to the end of the body.
    pub span: Span,
}

/// The text after the line of `<<EOF` up to the line `EOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HereDocument {
    /// The line that ends it.
    pub delimiter: String,
    /// Whether the delimiter is quoted, so that nothing in the body is expanded.
    pub quoted: bool,
    /// Whether it is `<<-`, so that tabs at the start of its lines are taken off.
    pub strip_tabs: bool,
    /// The body. Its text is None where it has an expansion.
    pub body: Word,
    /// The body and the line of the delimiter; the end of the script ends a body as well.
    pub span: Span,
}
