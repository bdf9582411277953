//! The difference of two lists.

use similar::DiffOp;
use similar::algorithms::{Capture, Compact, Replace, myers};
use std::collections::HashMap;
use std::hash::Hash;

/// The operations that make `after` of `before`. The items become numbers first, so that one algorithm for numbers is in
/// the program, and not the six that `similar::capture_diff_slices` chooses from, for each kind of item.
pub(super) fn operations<T: Eq + Hash>(before: &[T], after: &[T]) -> Vec<DiffOp> {
    let mut known = HashMap::new();
    let (before, after) = (numbered(before, &mut known), numbered(after, &mut known));
    let mut hook = Compact::new(Replace::new(Capture::new()), &before[..], &after[..]);
    let Ok(()) = myers::diff(&mut hook, &before[..], 0..before.len(), &after[..], 0..after.len());
    hook.into_inner().into_inner().into_ops()
}

/// The same number for what is equal.
fn numbered<'a, T: Eq + Hash>(items: &'a [T], known: &mut HashMap<&'a T, usize>) -> Vec<usize> {
    let number = |item| {
        let next = known.len();
        *known.entry(item).or_insert(next)
    };
    items.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::operations;
    use similar::{Algorithm, capture_diff_slices};

    /// A small generator of numbers, always the same.
    fn next(state: &mut u32) -> usize {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*state >> 16) as usize
    }

    #[test]
    fn is_what_the_library_says_of_the_items_themselves() {
        const ITEMS: [&str; 5] = ["a", "b", "", "c\n", "[start]"];
        let mut state = 1;
        for round in 0..300 {
            let mut list = || -> Vec<&str> {
                let length = next(&mut state) % (1 + round);
                (0..length).map(|_| ITEMS[next(&mut state) % ITEMS.len()]).collect()
            };
            let (before, after) = (list(), list());
            let wanted = capture_diff_slices(Algorithm::Myers, &before, &after);
            assert_eq!(operations(&before, &after), wanted, "{before:?} {after:?}");
        }
    }
}
