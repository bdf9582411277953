use super::Edit;
use crate::text::Span;

/// One replacement that turns `before` into `after`: what is between the common ends.
pub fn difference(before: &str, after: &str) -> Edit {
    let same = |(a, b): &((usize, char), char)| a.1 == *b;
    let start = before
        .char_indices()
        .zip(after.chars())
        .take_while(same)
        .last()
        .map_or(0, |((at, c), _)| at + c.len_utf8());
    let (tail_before, tail_after) =
        (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
    let common = tail_before.chars().rev().zip(tail_after.chars().rev()).take_while(|(a, b)| a == b);
    let end: usize = common.map(|(c, _)| c.len_utf8()).sum();
    let span = Span::new(start, before.len() - end);
    Edit::replacement(span, tail_after.get(..tail_after.len() - end).unwrap_or_default())
}
