use super::apply::sorted;
use super::{Edit, EditError, apply};
use crate::text::Span;

/// A replacement, and the bytes that its content takes in the text that follows.
struct Part<'e> {
    edit: &'e Edit,
    then: Span,
}

/// The edits that do to `text` what `first` does and then `second`, whose spans are in the text that
/// `first` gives. What they don't touch stays outside of them.
pub fn compose(text: &str, first: &[Edit], second: &[Edit]) -> Result<Vec<Edit>, EditError> {
    let then = apply(text, first)?;
    let mut parts = Vec::new();
    let (mut done, mut at) = (0, 0);
    for edit in sorted(text, first)? {
        let start = at + (edit.span.start - done);
        (done, at) = (edit.span.end, start + edit.content.len());
        parts.push(Part { edit, then: Span::new(start, at) });
    }
    let second = sorted(&then, second)?;
    let mut out = Vec::new();
    let (mut parts, mut second) = (parts.iter().peekable(), second.into_iter().peekable());
    // The end of the last part, in both texts: what follows is shifted by their difference.
    let (mut done, mut at) = (0, 0);
    loop {
        let starts = [parts.peek().map(|part| part.then.start), second.peek().map(|edit| edit.span.start)];
        let Some(start) = starts.into_iter().flatten().min() else { break };
        let (old_start, mut end) = (done + (start - at), start);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        // All that meet, from either side, become one.
        loop {
            if let Some(part) = parts.next_if(|part| part.then.start <= end) {
                (done, at) = (part.edit.span.end, part.then.end);
                end = end.max(at);
                old.push(part.edit);
            } else if let Some(edit) = second.next_if(|edit| edit.span.start <= end) {
                end = end.max(edit.span.end);
                let span = Span::new(edit.span.start - start, edit.span.end - start);
                new.push(Edit::replacement(span, edit.content.as_str()));
            } else {
                break;
            }
        }
        if new.is_empty() {
            out.extend(old.into_iter().cloned());
        } else {
            let content = apply(then.get(start..end).unwrap_or_default(), &new)?;
            out.push(Edit::replacement(Span::new(old_start, done + (end - at)), content));
        }
    }
    Ok(out)
}
