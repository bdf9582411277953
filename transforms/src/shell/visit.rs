//! The simple commands of a list, with where they stand.

use super::{
    Command, CommandList, CompoundKind, HereDocument, Redirection, Separator, SimpleCommand, Step,
    Substitution, Word,
};

/// How a simple command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Whether it runs inside `( … )`.
    pub in_subshell: bool,
    /// Whether it stands to the right of `&&` or `||`, here or around it.
    pub conditional: bool,
    /// Whether its list, here or around it, runs in the background.
    pub background: bool,
    /// Its place in its pipeline, from 0.
    pub stage: usize,
    /// The number of commands in its pipeline.
    pub stages: usize,
}

/// A simple command and how it is run.
#[derive(Clone, Copy, Debug)]
pub struct SimpleCommandAt<'a> {
    /// The command.
    pub simple: &'a SimpleCommand,
    /// How it is run.
    pub context: Context,
}

impl CommandList {
    /// The steps in groups that `&&` and `||` join; the last of a group has another operator after it.
    pub fn and_or_lists(&self) -> impl Iterator<Item = &[Step]> {
        self.steps.split_inclusive(|step| !matches!(step.separator, Separator::And | Separator::Or))
    }

    /// The simple commands in order, inside subshells and groups too; not those inside words or
    /// functions, nor those that other compound commands run once, often or never.
    pub fn simple_commands(&self) -> impl Iterator<Item = SimpleCommandAt<'_>> {
        let mut found = Vec::new();
        let context =
            Context { in_subshell: false, conditional: false, background: false, stage: 0, stages: 1 };
        collect(self, context, &mut found);
        found.into_iter()
    }

    /// Every simple command in order, inside all compound commands and functions; not those inside words.
    pub fn all_simple_commands(&self) -> impl Iterator<Item = &SimpleCommand> {
        let mut found = Vec::new();
        collect_all(self, &mut found);
        found.into_iter()
    }
}

impl Command {
    /// The here-documents that are fed to it and to the commands inside; not those in words.
    pub fn here_documents(&self) -> Vec<&HereDocument> {
        let (redirections, lists) = match self {
            Command::Simple(simple) => (&simple.redirections, Vec::new()),
            Command::Pipeline(pipeline) => {
                return pipeline.commands.iter().flat_map(Command::here_documents).collect();
            }
            Command::Compound(compound) => (&compound.redirections, compound.kind.lists()),
            Command::Function(function) => (&function.body.redirections, function.body.kind.lists()),
        };
        let inside = lists.into_iter().flat_map(|list| &list.steps);
        let inside = inside.flat_map(|step| step.command.here_documents());
        redirections.iter().filter_map(Redirection::here_document).chain(inside).collect()
    }
}

impl SimpleCommand {
    /// The commands inside the words, assignments, redirections and here-documents.
    pub fn substitutions(&self) -> impl Iterator<Item = &Substitution> {
        let values = self.assignments.iter().map(|assignment| &assignment.value);
        let fed = self.redirections.iter().flat_map(Redirection::words);
        values.chain(&self.words).chain(fed).flat_map(|word| &word.substitutions)
    }
}

impl CompoundKind {
    /// The lists inside, in the order that they stand.
    pub fn lists(&self) -> Vec<&CommandList> {
        match self {
            CompoundKind::Group(list) | CompoundKind::Subshell(list) => vec![list],
            CompoundKind::If(clause) => {
                let branches = clause.branches.iter().flat_map(|branch| [&branch.condition, &branch.body]);
                branches.chain(&clause.else_body).collect()
            }
            CompoundKind::For(clause) | CompoundKind::Select(clause) => vec![&clause.body],
            CompoundKind::ArithmeticFor(clause) => vec![&clause.body],
            CompoundKind::While(clause) | CompoundKind::Until(clause) => {
                vec![&clause.condition, &clause.body]
            }
            CompoundKind::Case(clause) => clause.items.iter().map(|item| &item.body).collect(),
            CompoundKind::Conditional(_) | CompoundKind::Arithmetic(_) => Vec::new(),
        }
    }
}

impl Redirection {
    /// The target, and the body of a here-document.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        std::iter::once(&self.target).chain(self.here_document().map(|document| &document.body))
    }
}

// The recursion is bounded: the reader refuses lists deeper than `MAX_DEPTH`.
fn collect<'a>(commands: &'a CommandList, outer: Context, found: &mut Vec<SimpleCommandAt<'a>>) {
    for list in commands.and_or_lists() {
        let ends_in_background = list.last().is_some_and(|step| step.separator == Separator::Background);
        let background = outer.background || ends_in_background;
        for (index, step) in list.iter().enumerate() {
            let conditional = outer.conditional || index > 0;
            visit(&step.command, Context { conditional, background, ..outer }, found);
        }
    }
}

fn collect_all<'a>(list: &'a CommandList, found: &mut Vec<&'a SimpleCommand>) {
    for step in &list.steps {
        visit_all(&step.command, found);
    }
}

fn visit_all<'a>(command: &'a Command, found: &mut Vec<&'a SimpleCommand>) {
    match command {
        Command::Simple(simple) => found.push(simple),
        Command::Pipeline(pipeline) => {
            pipeline.commands.iter().for_each(|command| visit_all(command, found));
        }
        Command::Compound(compound) => {
            compound.kind.lists().into_iter().for_each(|list| collect_all(list, found));
        }
        Command::Function(function) => {
            function.body.kind.lists().into_iter().for_each(|list| collect_all(list, found));
        }
    }
}

fn visit<'a>(command: &'a Command, context: Context, found: &mut Vec<SimpleCommandAt<'a>>) {
    match command {
        Command::Simple(simple) => found.push(SimpleCommandAt { simple, context }),
        Command::Pipeline(pipeline) => {
            let stages = pipeline.commands.len();
            for (stage, command) in pipeline.commands.iter().enumerate() {
                visit(command, Context { stage, stages, ..context }, found);
            }
        }
        Command::Compound(compound) => match &compound.kind {
            CompoundKind::Subshell(list) => collect(list, Context { in_subshell: true, ..context }, found),
            CompoundKind::Group(list) => collect(list, context, found),
            _ => {}
        },
        Command::Function(_) => {}
    }
}
