//! Text of one file: byte spans, lines, and style (line ending, BOM, final newline).

mod span;

pub use span::Span;
