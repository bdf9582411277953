//! The simple commands of one command string by their places.

use crate::shell::{self, CommandList, SimpleCommand};
use crate::text::Span;
use std::collections::BTreeMap;

/// The simple commands of a script at any depth, the text of `bash -c` included, by their spans in the
/// whole command. Each text is parsed once, however many calls ask for their places.
pub(crate) struct Simples(BTreeMap<Span, (SimpleCommand, usize)>);

impl Simples {
    pub(crate) fn of(script: &CommandList) -> Self {
        let mut found = BTreeMap::new();
        add(script, 0, &mut found);
        Self(found)
    }

    /// The simple command at a span, and the offset of its own text in the whole.
    pub(crate) fn at(&self, span: Span) -> Option<(&SimpleCommand, usize)> {
        self.0.get(&span).map(|(simple, offset)| (simple, *offset))
    }

    /// The bytes of the program's word in the simple command at a span, behind `sudo` and the like.
    pub(crate) fn program_at(&self, span: Span) -> Option<Span> {
        let (simple, offset) = self.at(span)?;
        let word = simple.words.get(simple.unwrapped().program_index)?;
        Some(Span::new(word.span.start + offset, word.span.end + offset))
    }
}

fn add(script: &CommandList, offset: usize, found: &mut BTreeMap<Span, (SimpleCommand, usize)>) {
    for simple in script.all_simple_commands() {
        let span = Span::new(simple.span.start + offset, simple.span.end + offset);
        found.entry(span).or_insert_with(|| (simple.clone(), offset));
        if let Some((text, start)) = shell::nested(simple)
            && let Ok(inner) = shell::parse(&text)
        {
            add(&inner, offset + start, found);
        }
    }
}
