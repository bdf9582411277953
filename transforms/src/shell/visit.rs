//! The simple commands of a script, with where they stand.

use super::{Node, Script, Simple, Then};

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
pub struct SimpleAt<'a> {
    /// The command.
    pub simple: &'a Simple,
    /// How it is run.
    pub context: Context,
}

impl Script {
    /// The simple commands in order, inside subshells and groups too; not those inside words, nor
    /// those of compound commands.
    pub fn simples(&self) -> impl Iterator<Item = SimpleAt<'_>> {
        let mut found = Vec::new();
        let context =
            Context { in_subshell: false, conditional: false, background: false, stage: 0, stages: 1 };
        collect(self, context, &mut found);
        found.into_iter()
    }

    /// Whether everything in it is followed: no compound command, here or inside.
    pub fn is_followed(&self) -> bool {
        self.steps.iter().all(|step| followed(&step.node))
    }
}

fn followed(node: &Node) -> bool {
    match node {
        Node::Simple(_) => true,
        Node::Pipeline { stages, .. } => stages.iter().all(followed),
        Node::Subshell(script) | Node::Group(script) => script.is_followed(),
        Node::Other { .. } => false,
    }
}

// The recursion is bounded: the reader refuses scripts deeper than `MAX_DEPTH`.
fn collect<'a>(script: &'a Script, outer: Context, found: &mut Vec<SimpleAt<'a>>) {
    let mut rest = script.steps.as_slice();
    while !rest.is_empty() {
        let joined = rest.iter().take_while(|step| matches!(step.then, Then::And | Then::Or)).count();
        let (list, after) = rest.split_at((joined + 1).min(rest.len()));
        let background = outer.background || list.last().is_some_and(|step| step.then == Then::Background);
        for (index, step) in list.iter().enumerate() {
            let conditional = outer.conditional || index > 0;
            visit(&step.node, Context { conditional, background, ..outer }, found);
        }
        rest = after;
    }
}

fn visit<'a>(node: &'a Node, context: Context, found: &mut Vec<SimpleAt<'a>>) {
    match node {
        Node::Simple(simple) => found.push(SimpleAt { simple, context }),
        Node::Pipeline { stages, .. } => {
            for (stage, node) in stages.iter().enumerate() {
                visit(node, Context { stage, stages: stages.len(), ..context }, found);
            }
        }
        Node::Subshell(script) => collect(script, Context { in_subshell: true, ..context }, found),
        Node::Group(script) => collect(script, context, found),
        Node::Other { .. } => {}
    }
}
