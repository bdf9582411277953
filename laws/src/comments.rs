//! No comment goes but with what it belongs to.

use crate::values::{count, get, taken_out};
use crate::{Comment, Owner};
use nixpacks_transforms::document::Document;
use nixpacks_transforms::edit::Edit;

/// What is wrong with the comments of a file after a change.
pub(crate) fn wrong(
    comments: &[Comment],
    before: &Document,
    after: &Document,
    edits: &[Edit],
) -> Option<String> {
    comments.iter().filter(|comment| comment.path == before.path).find_map(|comment| {
        let there = after.text.matches(&comment.mark).count();
        if there > 1 {
            return Some(format!("{:?} stands there {there} times", comment.mark));
        }
        let stays = there == 0 && stays(&comment.owner, before, after, edits);
        stays.then(|| format!("{:?} is gone, and {:?} is not", comment.mark, comment.owner))
    })
}

/// Whether what a comment belongs to is still there, as far as that can be told from the two texts.
fn stays(owner: &Owner, before: &Document, after: &Document, edits: &[Edit]) -> bool {
    match owner {
        Owner::Free => true,
        Owner::Key(path) => get(after, path).is_some() && !taken_out(before, path, edits),
        Owner::Element(path, at) => {
            if taken_out(before, path, edits) {
                return false;
            }
            let Some((old, new)) = get(before, path).zip(get(after, path)) else { return false };
            let element = old.as_array().and_then(|array| array.elements.get(*at));
            let Some(text) = element.and_then(|element| element.as_str()).map(|string| &string.decoded)
            else {
                return false;
            };
            // Of several that say the same any may have gone.
            count(new, text) >= count(old, text)
        }
    }
}
