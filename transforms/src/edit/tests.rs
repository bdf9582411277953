#![allow(clippy::unwrap_used)]

use super::{Edit, EditError, Transaction, apply, compose};
use crate::text::Span;

fn replace(start: usize, end: usize, content: &str) -> Edit {
    Edit::replacement(Span::new(start, end), content)
}

#[test]
fn applies_in_any_order() {
    let edits = [replace(4, 5, "E"), Edit::insertion(0, ">"), Edit::deletion(Span::new(1, 3))];
    assert_eq!(apply("abcde", &edits).unwrap(), ">adE");
}

#[test]
fn an_insertion_may_stand_at_either_end_of_a_replacement() {
    let edits = [replace(1, 3, "X"), Edit::insertion(1, "<"), Edit::insertion(3, ">")];
    assert_eq!(apply("abcde", &edits).unwrap(), "a<X>de");
}

#[test]
fn the_same_edit_twice_counts_once() {
    let edits = [Edit::insertion(1, "x"), Edit::insertion(1, "x")];
    assert_eq!(apply("ab", &edits).unwrap(), "axb");
}

#[test]
fn refuses_overlap_two_insertions_at_one_place_and_cut_characters() {
    let met = |span| Err(EditError::AlreadyReplaced { span, is_identical: false });
    assert_eq!(apply("abcd", &[replace(0, 2, ""), replace(1, 3, "")]), met(Span::new(1, 3)));
    assert_eq!(apply("abcd", &[Edit::insertion(1, "x"), Edit::insertion(1, "y")]), met(Span::at(1)));
    assert_eq!(apply("abcd", &[replace(0, 3, ""), Edit::insertion(1, "y")]), met(Span::at(1)));
    let out = |span| Err(EditError::OutOfBounds { span });
    assert_eq!(apply("é", &[replace(0, 1, "")]), out(Span::new(0, 1)));
    assert_eq!(apply("a", &[replace(0, 2, "")]), out(Span::new(0, 2)));
    assert!(apply("a", &[Edit { span: Span { start: 1, end: 0 }, content: String::new() }]).is_err());
}

#[test]
fn a_group_enters_whole_or_not_at_all() {
    let text = "abcdef";
    let mut held = Transaction::new();
    held.add(text, &[replace(0, 1, "A"), replace(2, 3, "C")]).unwrap();
    held.commit();
    let refused = held.add(text, &[replace(4, 5, "E"), replace(2, 4, "X")]);
    assert_eq!(refused, Err(EditError::AlreadyReplaced { span: Span::new(2, 4), is_identical: false }));
    assert_eq!(held.apply(text).unwrap(), "AbCdef");
    let again = held.add(text, &[replace(2, 3, "C")]);
    assert_eq!(again, Err(EditError::AlreadyReplaced { span: Span::new(2, 3), is_identical: true }));
}

#[test]
fn restore_drops_what_was_not_committed() {
    let text = "abc";
    let mut held = Transaction::new();
    held.add(text, &[replace(0, 1, "A")]).unwrap();
    held.commit();
    // Shares the first edit with the committed group: restoring must not take that one.
    held.add(text, &[replace(0, 1, "A"), replace(1, 2, "B")]).unwrap();
    held.restore();
    assert_eq!(held.apply(text).unwrap(), "Abc");
    held.add(text, &[replace(1, 2, "Z")]).unwrap();
    assert_eq!(held.apply(text).unwrap(), "AZc");
}

#[test]
fn two_steps_become_one_that_leaves_the_rest_outside() {
    let text = "abcdefghij";
    for (first, second, want) in [
        // Apart: both stay as they are, the second in the bytes of the first text.
        (vec![replace(1, 2, "")], vec![replace(6, 7, "X")], vec![replace(1, 2, ""), replace(7, 8, "X")]),
        (vec![replace(7, 8, "XX")], vec![replace(0, 1, "")], vec![replace(0, 1, ""), replace(7, 8, "XX")]),
        // An insertion where something went.
        (vec![replace(2, 5, "")], vec![replace(2, 2, "X")], vec![replace(2, 5, "X")]),
        // Into what came, and beyond its end.
        (vec![replace(2, 3, "CCC")], vec![replace(3, 4, "_")], vec![replace(2, 3, "C_C")]),
        (vec![replace(2, 3, "CCC")], vec![replace(4, 6, "_")], vec![replace(2, 4, "CC_")]),
        // Over several.
        (
            vec![replace(1, 2, ""), replace(4, 4, "X"), replace(9, 10, "J")],
            vec![replace(0, 5, "_")],
            vec![replace(0, 5, "_"), replace(9, 10, "J")],
        ),
    ] {
        let composed = compose(text, &first, &second).unwrap();
        assert_eq!(composed, want, "{first:?} then {second:?}");
        let steps = apply(&apply(text, &first).unwrap(), &second).unwrap();
        assert_eq!(apply(text, &composed).unwrap(), steps);
    }
}
