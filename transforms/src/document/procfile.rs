//! A Procfile, which Nixpacks reads as a YAML map of strings.

use super::Table;
use crate::text::Span;

pub(super) fn parse(_text: &str) -> Result<Table, (Option<Span>, String)> {
    Err((None, "not read yet".to_owned()))
}
