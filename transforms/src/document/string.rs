use crate::text::Span;

/// How a string is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// `"…"` (TOML basic, JSON).
    Basic,
    /// `'…'`
    Literal,
    /// `"""…"""`
    MultilineBasic,
    /// `'''…'''`
    MultilineLiteral,
    /// No quotes: a plain scalar of a Procfile.
    Plain,
    /// `'…'` of YAML, where `''` is a quote.
    YamlSingle,
    /// `"…"` of YAML.
    YamlDouble,
    /// `|` and `>` of YAML.
    YamlBlock,
}

/// A string value.
#[derive(Clone, Debug)]
pub struct Str {
    /// The decoded text.
    pub decoded: String,
    /// How it is quoted.
    pub quote: Quote,
    /// The bytes between the quotes, in the file.
    pub inner: Span,
}
