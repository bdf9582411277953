//! Text of one file: byte spans, lines, and style (line ending, BOM, final newline).

mod lines;
mod span;
mod style;

pub use lines::{LineIndex, Position, floor};
pub use span::Span;
pub use style::{BOM, Eol, Style};
