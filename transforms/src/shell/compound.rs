//! Where a compound command ends, after `tree-sitter-bash`.

use super::{OtherKind, ShellParseError};
use crate::text::Span;
use std::cell::RefCell;
use tree_sitter::{Node, Parser, Tree};

thread_local! {
    static PARSER: RefCell<Option<Parser>> = RefCell::new(new_parser());
}

fn new_parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    Some(parser)
}

/// The most bytes that are given to tree-sitter, whose time is quadratic on hostile text.
const MAX_LEN: usize = 8 * 1024;

/// The tree of `source`, where it has no error and is not too long.
pub(super) fn tree(source: &str) -> Option<Tree> {
    if source.len() > MAX_LEN {
        return None;
    }
    let tree = PARSER.with_borrow_mut(|parser| parser.as_mut()?.parse(source, None))?;
    (!tree.root_node().has_error()).then_some(tree)
}

/// The compound command that starts at `start`.
pub(super) fn at(tree: &Tree, source: &str, start: usize) -> Result<(OtherKind, Span), ShellParseError> {
    let refuse = |what| ShellParseError::new(Span::at(start), what);
    let mut node = tree
        .root_node()
        .descendant_for_byte_range(start, start)
        .ok_or_else(|| refuse("a compound command"))?;
    let mut found = None;
    // The outermost node that starts here is the one with the whole extent.
    while node.start_byte() == start {
        if let Some(kind) = kind_of(node, source) {
            found = Some((kind, Span::new(start, node.end_byte())));
        }
        let Some(parent) = node.parent() else { break };
        node = parent;
    }
    let (kind, span) = found.ok_or_else(|| refuse("a compound command"))?;
    if span.of(source).contains("<<") {
        return Err(ShellParseError::new(span, "a here-document"));
    }
    Ok((kind, span))
}

fn kind_of(node: Node<'_>, source: &str) -> Option<OtherKind> {
    let starts = |with: &str| source.get(node.start_byte()..).is_some_and(|rest| rest.starts_with(with));
    match node.kind() {
        "if_statement" => Some(OtherKind::If),
        "for_statement" | "c_style_for_statement" => Some(OtherKind::For),
        "while_statement" => Some(OtherKind::While),
        "case_statement" => Some(OtherKind::Case),
        // Ex) `f() [ a ]`, which bash refuses.
        "function_definition" if body_starts_with_one_bracket(node, source) => None,
        "function_definition" => Some(OtherKind::Function),
        "test_command" if starts("[[") => Some(OtherKind::Test),
        "compound_statement" if starts("((") => Some(OtherKind::Arithmetic),
        _ => None,
    }
}

fn body_starts_with_one_bracket(node: Node<'_>, source: &str) -> bool {
    let body = node.child_by_field_name("body").and_then(|body| source.get(body.byte_range()));
    body.is_some_and(|body| body.starts_with('[') && !body.starts_with("[["))
}
