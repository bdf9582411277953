use super::Edit;
use crate::text::Span;

/// Why edits cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// A span ends past the text, or cuts a character.
    OutOfBounds {
        /// The span at fault.
        span: Span,
    },
    /// Two edits meet: they overlap, or insert at one place.
    AlreadyReplaced {
        /// The span of the later one.
        span: Span,
        /// Whether both say the same.
        is_identical: bool,
    },
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OutOfBounds { span } => {
                write!(f, "bytes {}..{} are not whole characters of the text", span.start, span.end)
            }
            Self::AlreadyReplaced { span, is_identical: true } => {
                write!(f, "bytes {}..{} are already replaced, with the same text", span.start, span.end)
            }
            Self::AlreadyReplaced { span, is_identical: false } => {
                write!(f, "bytes {}..{} are already replaced, with other text", span.start, span.end)
            }
        }
    }
}

impl std::error::Error for EditError {}

/// Applies all edits or none. The order in which they are given does not matter; an edit given
/// twice counts once; an insertion may stand at either end of a replaced span.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in sorted(text, edits)? {
        out.push_str(text.get(done..edit.span.start).unwrap_or_default());
        out.push_str(&edit.content);
        done = edit.span.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Ok(out)
}

/// The edits in the order of the text, each once, if all of them can be applied.
pub(super) fn sorted<'e>(text: &str, edits: &'e [Edit]) -> Result<Vec<&'e Edit>, EditError> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut last: Option<&Edit> = None;
    for edit in &sorted {
        let span = edit.span;
        if span.start > span.end || text.get(span.start..span.end).is_none() {
            return Err(EditError::OutOfBounds { span });
        }
        if last.is_some_and(|last| conflict(last, edit)) {
            return Err(EditError::AlreadyReplaced { span, is_identical: false });
        }
        last = Some(edit);
    }
    Ok(sorted)
}

/// Whether two edits claim the same bytes, or the same place between bytes.
pub(super) fn conflict(a: &Edit, b: &Edit) -> bool {
    let (first, second) = if a.span <= b.span { (a.span, b.span) } else { (b.span, a.span) };
    if first.is_empty() && second.is_empty() {
        return first.start == second.start;
    }
    second.start < first.end
}
