#![allow(clippy::unwrap_used, clippy::panic)]

use super::{Command, CommandList, Redirection, RedirectionOperator, Word, nested, parse};
use crate::text::Span;
use proptest::prelude::*;

/// Text that is often a command.
fn command_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "pip", " ", " ", "\t", "\n", "\\\n", "\\", "'", "\"", "'x y'", "\"$y\"", "$", "$(", "${", "$((",
        "`", "(", ")", "{ ", "; }", ";", "&&", "||", "|", "&", ">", "2>&1", "<", "<(", "#", "A=1 ", "! ",
        "if ", "then ", "; fi", "[[ ", " ]]", "é", "\r", "$'\\x", "[b]", "*", "{a,b}", "((", "))", "~",
        "x() ", "case ", "for ", "do ", "done", "<<E", "\nE\n", " in ", "a=(", "|&", ";;", "esac", "else ",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check_list(list: &CommandList, text: &str, within: Span) {
    assert!(within.contains(list.span));
    let mut end = list.span.start;
    for step in &list.steps {
        assert_eq!(step.span, step.command.span());
        assert!(end <= step.span.start && step.span.end <= step.separator_span.start);
        assert!(list.span.contains(step.separator_span));
        end = step.separator_span.end;
        check_command(&step.command, text, list.span);
    }
}

fn check_word(word: &Word, text: &str, within: Span) {
    assert!(within.contains(word.span));
    assert_eq!(word.raw, word.span.of(text));
    for inner in &word.substitutions {
        assert!(word.span.contains(inner.span));
        check_list(&inner.commands, text, inner.span);
    }
}

fn check_redirections(redirections: &[Redirection], text: &str, within: Span) {
    for redirection in redirections {
        assert!(within.contains(redirection.span));
        check_word(&redirection.target, text, redirection.span);
        let document = redirection.here_document();
        assert_eq!(document.is_some(), redirection.operator == RedirectionOperator::HereDocument);
        if let Some(document) = document {
            assert!(redirection.span.end <= document.span.start);
            check_word(&document.body, text, document.span);
        }
    }
}

fn check_command(command: &Command, text: &str, within: Span) {
    let span = command.span();
    assert!(within.contains(span) && !span.is_empty() && text.get(span.start..span.end).is_some());
    match command {
        Command::Simple(simple) => {
            let assignments = simple.assignments.iter().map(|assignment| assignment.span);
            let words = simple.words.iter().map(|word| word.span);
            let mut spans: Vec<_> = assignments.chain(words).collect();
            assert!(spans.is_sorted());
            spans.extend(simple.redirections.iter().map(|redirection| redirection.span));
            spans.sort_unstable();
            assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
            simple
                .assignments
                .iter()
                .for_each(|assignment| check_word(&assignment.value, text, assignment.span));
            simple.words.iter().for_each(|word| check_word(word, text, span));
            check_redirections(&simple.redirections, text, span);
        }
        Command::Pipeline(pipeline) => {
            pipeline.commands.iter().for_each(|command| check_command(command, text, span));
        }
        Command::Function(function) => {
            check_word(&function.name, text, span);
            check_command(&Command::Compound(Box::new(function.body.clone())), text, span);
        }
        Command::Compound(compound) => {
            check_redirections(&compound.redirections, text, span);
            let lists = compound.kind.lists();
            assert!(lists.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            for list in lists {
                check_list(list, text, span);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn spans_of_any_command_lie_inside_and_in_order(text in command_like()) {
        match parse(&text) {
            Ok(script) => {
                check_list(&script, &text, Span::new(0, text.len()));
                script.simple_commands().for_each(|at| {
                    nested(at.simple);
                });
            }
            Err(error) => prop_assert!(text.get(error.span.start..error.span.end).is_some()),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = parse(&text);
    }
}
