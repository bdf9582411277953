//! The simple commands of a script, with where they stand.

use super::{Command, CommandList, Separator, SimpleCommand};

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
    /// The simple commands in order, inside subshells and groups too; not those inside words, nor
    /// those of compound commands.
    pub fn simple_commands(&self) -> impl Iterator<Item = SimpleCommandAt<'_>> {
        let mut found = Vec::new();
        let context =
            Context { in_subshell: false, conditional: false, background: false, stage: 0, stages: 1 };
        collect(self, context, &mut found);
        found.into_iter()
    }

    /// Whether everything in it is followed: no compound command, here or inside.
    pub fn is_followed(&self) -> bool {
        self.steps.iter().all(|step| followed(&step.command))
    }
}

fn followed(node: &Command) -> bool {
    match node {
        Command::Simple(_) => true,
        Command::Pipeline { stages, .. } => stages.iter().all(followed),
        Command::Subshell(script) | Command::Group(script) => script.is_followed(),
        Command::Other { .. } => false,
    }
}

// The recursion is bounded: the reader refuses scripts deeper than `MAX_DEPTH`.
fn collect<'a>(script: &'a CommandList, outer: Context, found: &mut Vec<SimpleCommandAt<'a>>) {
    let mut rest = script.steps.as_slice();
    while !rest.is_empty() {
        let joined =
            rest.iter().take_while(|step| matches!(step.separator, Separator::And | Separator::Or)).count();
        let (list, after) = rest.split_at((joined + 1).min(rest.len()));
        let background =
            outer.background || list.last().is_some_and(|step| step.separator == Separator::Background);
        for (index, step) in list.iter().enumerate() {
            let conditional = outer.conditional || index > 0;
            visit(&step.command, Context { conditional, background, ..outer }, found);
        }
        rest = after;
    }
}

fn visit<'a>(node: &'a Command, context: Context, found: &mut Vec<SimpleCommandAt<'a>>) {
    match node {
        Command::Simple(simple) => found.push(SimpleCommandAt { simple, context }),
        Command::Pipeline { stages, .. } => {
            for (stage, node) in stages.iter().enumerate() {
                visit(node, Context { stage, stages: stages.len(), ..context }, found);
            }
        }
        Command::Subshell(script) => collect(script, Context { in_subshell: true, ..context }, found),
        Command::Group(script) => collect(script, context, found),
        Command::Other { .. } => {}
    }
}
