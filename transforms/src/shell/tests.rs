#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{
    Command, CommandList, CompoundKind, RedirectionOperator, Separator, SimpleCommand, nested, parse,
};
use crate::text::Span;
use proptest::prelude::*;

/// The one simple command of `command`.
fn simple(command: &str) -> SimpleCommand {
    let mut script = parse(command).unwrap();
    assert_eq!(script.steps.len(), 1, "{command}");
    match script.steps.pop().unwrap().command {
        Command::Simple(simple) => simple,
        other => panic!("{command}: {other:?}"),
    }
}

fn texts(simple: &SimpleCommand) -> Vec<Option<&str>> {
    simple.texts_from(0)
}

fn programs(script: &CommandList) -> Vec<String> {
    script.simple_commands().filter_map(|at| at.simple.program().map(str::to_owned)).collect()
}

/// (command, start, end, text, glob, quoted) of the word at index 1.
type WordRow = (&'static str, usize, usize, Option<&'static str>, bool, bool);

#[test]
fn words_have_exact_spans_and_lose_their_quotes() {
    let table: &[WordRow] = &[
        ("a uvicorn[standard]", 2, 19, Some("uvicorn[standard]"), true, false),
        ("a 'uvicorn[standard]'", 2, 21, Some("uvicorn[standard]"), false, true),
        ("a \"x>=1\"", 2, 8, Some("x>=1"), false, true),
        ("a b\\ c d", 2, 6, Some("b c"), false, true),
        ("a 'it'\\''s'", 2, 11, Some("it's"), false, true),
        ("a x'y z'\"w\"", 2, 11, Some("xy zw"), false, true),
        ("a \"\\$x \\\"q\\\" \\n\"", 2, 16, Some("$x \"q\" \\n"), false, true),
        ("a $'t\\tn\\n\\x41\\u00e9\\''", 2, 23, Some("t\tn\nAé'"), false, true),
        ("a $\"x\"", 2, 6, Some("x"), false, true),
        ("a $PORT", 2, 7, None, false, false),
        ("a ${PORT:-8000}", 2, 15, None, false, false),
        ("a \"$HOME/.local/bin:$PATH\"", 2, 26, None, false, true),
        ("a --port=$PORT;", 2, 14, None, false, false),
        ("a ~/x", 2, 5, None, false, false),
        ("a x~", 2, 4, Some("x~"), false, false),
        ("a *.txt", 2, 7, Some("*.txt"), true, false),
        ("a '*.txt'", 2, 9, Some("*.txt"), false, true),
        ("a {b,c}", 2, 7, Some("{b,c}"), true, false),
        ("a {1..3}", 2, 8, Some("{1..3}"), true, false),
        ("a {} b", 2, 4, Some("{}"), false, false),
        ("a b\\\nc", 2, 6, Some("bc"), false, false),
        ("a b#c", 2, 5, Some("b#c"), false, false),
        ("a é", 2, 4, Some("é"), false, false),
        ("a ''", 2, 4, Some(""), false, true),
        ("a $", 2, 3, Some("$"), false, false),
        ("a 1", 2, 3, Some("1"), false, false),
        ("a b=c", 2, 5, Some("b=c"), false, false),
        ("a <(b)", 2, 6, None, false, false),
        ("a $((1 + (2)))", 2, 14, None, false, false),
        ("a $(b \")\")", 2, 10, None, false, false),
        ("a \"`b`\"", 2, 7, None, false, true),
        ("a b\r", 2, 4, Some("b\r"), false, false),
    ];
    for (command, start, end, text, glob, quoted) in table {
        let simple = simple(command);
        let word = &simple.words[1];
        assert_eq!(word.span, Span::new(*start, *end), "{command}");
        assert_eq!(word.text.as_deref(), *text, "{command}");
        assert_eq!((word.has_glob, word.quoted), (*glob, *quoted), "{command}");
        assert_eq!(word.raw, word.span.of(command), "{command}");
    }
}

#[test]
fn lists_keep_their_operators_and_places() {
    let command = "cd x && pip install y || true; a & b\nc";
    let script = parse(command).unwrap();
    let found: Vec<_> = script
        .steps
        .iter()
        .map(|step| (step.span.of(command), step.separator, step.separator_span.of(command)))
        .collect();
    let expected = [
        ("cd x", Separator::And, "&&"),
        ("pip install y", Separator::Or, "||"),
        ("true", Separator::Semicolon, ";"),
        ("a", Separator::Background, "&"),
        ("b", Separator::Newline, "\n"),
        ("c", Separator::End, ""),
    ];
    assert_eq!(found, expected);
    assert_eq!(script.steps[5].separator_span, Span::at(command.len()));
}

#[test]
fn a_requirement_with_an_unquoted_bound_is_a_redirect() {
    let simple = simple("pip install tensorflow>=2.10 numpy");
    assert_eq!(texts(&simple), [Some("pip"), Some("install"), Some("tensorflow"), Some("numpy")]);
    assert_eq!(simple.redirections[0].span, Span::new(22, 28));
    assert_eq!(simple.redirections[0].target.text.as_deref(), Some("=2.10"));
    assert_eq!(simple.redirections[0].operator, RedirectionOperator::Write);
}

type RedirectRow = (&'static str, RedirectionOperator, Option<u32>, &'static str, usize, usize);

#[test]
fn redirects_are_read_wherever_they_stand() {
    let table: &[RedirectRow] = &[
        ("a > /dev/null", RedirectionOperator::Write, None, "/dev/null", 2, 13),
        ("a 2>&1", RedirectionOperator::DuplicateOut, Some(2), "1", 2, 6),
        ("a &>x", RedirectionOperator::WriteBoth, None, "x", 2, 5),
        ("a&>>x", RedirectionOperator::AppendBoth, None, "x", 1, 5),
        (">x a", RedirectionOperator::Write, None, "x", 0, 2),
        ("a 2>>x b", RedirectionOperator::Append, Some(2), "x", 2, 6),
        ("a <<< x", RedirectionOperator::HereString, None, "x", 2, 7),
        ("a >&-", RedirectionOperator::DuplicateOut, None, "-", 2, 5),
        ("a < x", RedirectionOperator::Read, None, "x", 2, 5),
        ("a >| x", RedirectionOperator::Write, None, "x", 2, 6),
    ];
    for (command, op, fd, target, start, end) in table {
        let simple = simple(command);
        let redirect = &simple.redirections[0];
        assert_eq!((redirect.operator, redirect.fd), (*op, *fd), "{command}");
        assert_eq!(redirect.target.text.as_deref(), Some(*target), "{command}");
        assert_eq!(redirect.span, Span::new(*start, *end), "{command}");
    }
    assert_eq!(simple("a > /dev/null 2>&1").redirections.len(), 2);
    assert_eq!(texts(&simple("a 2> x b")), [Some("a"), Some("b")]);
    assert_eq!(texts(&simple("a x2>y")), [Some("a"), Some("x2")]);
}

#[test]
fn assignments_stand_before_the_first_word() {
    let command = "A=1 B=\"x $Y\" C+=z D= run E=5";
    let simple = simple(command);
    let found: Vec<_> = simple
        .assignments
        .iter()
        .map(|a| (a.name.as_str(), a.value.text.as_deref(), a.append, a.span.of(command), a.value.span.start))
        .collect();
    let expected = [
        ("A", Some("1"), false, "A=1", 2),
        ("B", None, false, "B=\"x $Y\"", 6),
        ("C", Some("z"), true, "C+=z", 16),
        ("D", Some(""), false, "D=", 20),
    ];
    assert_eq!(found, expected);
    assert_eq!(texts(&simple), [Some("run"), Some("E=5")]);
}

#[test]
fn an_assigned_tilde_is_not_literal() {
    assert_eq!(simple("A=~/x b").assignments[0].value.text, None);
    assert_eq!(simple("A=x:~/y b").assignments[0].value.text, None);
}

#[test]
fn declarations_are_simple_commands() {
    assert_eq!(texts(&simple("export X=1")), [Some("export"), Some("X=1")]);
    assert_eq!(texts(&simple("unset X")), [Some("unset"), Some("X")]);
    assert_eq!(texts(&simple("export PATH=/a:$PATH")), [Some("export"), None]);
    assert_eq!(texts(&simple("[ -f x ]")), [Some("["), Some("-f"), Some("x"), Some("]")]);
}

#[test]
fn pipes_bind_tighter_than_lists() {
    let command = "a && b 2>&1 | c |& d || e";
    let script = parse(command).unwrap();
    assert_eq!(script.steps.len(), 3);
    let Command::Pipeline(pipeline) = &script.steps[1].command else { panic!("a pipeline") };
    let found = (pipeline.commands.len(), pipeline.negated, pipeline.span.of(command));
    assert_eq!(found, (3, false, "b 2>&1 | c |& d"));
    let Command::Simple(b) = &pipeline.commands[0] else { panic!("a command") };
    assert_eq!(b.redirections.len(), 1);
    let places: Vec<_> = script
        .simple_commands()
        .map(|at| (at.context.conditional, at.context.stage, at.context.stages))
        .collect();
    assert_eq!(places, [(false, 0, 1), (true, 0, 3), (true, 1, 3), (true, 2, 3), (true, 0, 1)]);
}

#[test]
fn negated_and_timed_commands_are_pipelines() {
    let table = [
        ("! a", 1, true, false),
        ("! ! a", 1, false, false),
        ("time -p a | b", 2, false, true),
        ("time -- ! { a; }", 1, true, true),
        ("!\\\n a", 1, true, false),
    ];
    for (command, count, negated, timed) in table {
        let script = parse(command).unwrap();
        let Command::Pipeline(pipeline) = &script.steps[0].command else { panic!("{command}") };
        assert_eq!(
            (pipeline.commands.len(), pipeline.negated, pipeline.timed),
            (count, negated, timed),
            "{command}"
        );
        assert_eq!(pipeline.span, Span::new(0, command.len()));
    }
    // Only at its start is `time` more than a program.
    assert_eq!(programs(&parse("a | time b").unwrap()), ["a", "b"]);
    assert_eq!(texts(&simple("/usr/bin/time -p a"))[0], Some("/usr/bin/time"));
}

#[test]
fn subshells_and_groups_hold_lists_and_redirections() {
    let command = "(cd x && a) > log; { b; c; } 2>&1 | d";
    let script = parse(command).unwrap();
    let Command::Compound(compound) = &script.steps[0].command else { panic!("a compound command") };
    let CompoundKind::Subshell(inner) = &compound.kind else { panic!("a subshell") };
    assert_eq!((inner.steps.len(), inner.span.of(command)), (2, "cd x && a"));
    assert_eq!((compound.redirections.len(), compound.span.of(command)), (1, "(cd x && a) > log"));
    assert_eq!(inner.steps[1].separator, Separator::End);
    let Command::Pipeline(pipeline) = &script.steps[1].command else { panic!("a pipeline") };
    let Command::Compound(compound) = &pipeline.commands[0] else { panic!("a compound command") };
    let CompoundKind::Group(group) = &compound.kind else { panic!("a group") };
    assert_eq!((group.steps.len(), group.span.of(command), compound.redirections.len()), (2, "b; c;", 1));
    assert_eq!(programs(&script), ["cd", "a", "b", "c", "d"]);
    let subshell: Vec<_> = script.simple_commands().map(|at| at.context.in_subshell).collect();
    assert_eq!(subshell, [true, true, false, false, false]);
}

#[test]
fn the_background_takes_the_whole_list() {
    let script = parse("a && b & c").unwrap();
    let background: Vec<_> = script.simple_commands().map(|at| at.context.background).collect();
    assert_eq!(background, [true, true, false]);
}

#[test]
fn comments_and_continuations_are_skipped() {
    let script = parse("# first\npip install \\\n  -r x # why\n# last").unwrap();
    assert_eq!(script.steps.len(), 1);
    let command = script.simple_commands().next().unwrap().simple;
    assert_eq!(texts(command), [Some("pip"), Some("install"), Some("-r"), Some("x")]);
    assert_eq!(command.span, Span::new(8, 28));
    assert!(parse("").unwrap().steps.is_empty());
    assert!(parse(" # only\n").unwrap().steps.is_empty());
}

#[test]
fn substitutions_are_lists_with_spans_in_the_whole() {
    let command = "ldd $(which file) `a b` \"$(c | d)\" ${X:-$(e)}";
    let simple = simple(command);
    let found: Vec<_> = simple.substitutions().map(|inner| inner.span.of(command)).collect();
    assert_eq!(found, ["$(which file)", "`a b`", "$(c | d)", "$(e)"]);
    let inner: Vec<_> = simple.substitutions().flat_map(|inner| programs(&inner.commands)).collect();
    assert_eq!(inner, ["which", "a", "c", "d", "e"]);
}

#[test]
fn wrappers_are_seen_through() {
    let table: &[(&str, &str, usize)] = &[
        ("sudo pip install x", "pip", 1),
        ("sudo -H -u app pip install x", "pip", 4),
        ("sudo -E env A=b nice -n 5 python x.py", "python", 7),
        ("env PYTHONPATH=. python x.py", "python", 2),
        ("/usr/bin/env A=$B python", "python", 2),
        ("exec gunicorn app", "gunicorn", 1),
        ("exec -a name gunicorn", "gunicorn", 3),
        ("nohup time -p python x", "python", 3),
        ("timeout -k 5 60 python x", "python", 4),
        ("timeout --signal=INT 60 python x", "python", 3),
        ("nice -19 python x", "python", 2),
        ("command -v pip", "command", 0),
        ("command pip", "pip", 1),
        ("sudo -i pip", "sudo", 0),
        ("env -i pip", "env", 0),
        ("env", "env", 0),
        ("A=1 pip install", "pip", 0),
    ];
    for (command, program, index) in table {
        let simple = simple(command);
        assert_eq!(simple.program(), Some(*program), "{command}");
        assert_eq!(simple.unwrapped().program_index, *index, "{command}");
    }
    let wrapped = simple("env A=b C=$D python");
    let found: Vec<_> = wrapped.unwrapped().assignments.iter().map(|a| (a.index, a.name, a.value)).collect();
    assert_eq!(found, [(1, "A", Some("b")), (2, "C", None)]);
    assert_eq!(simple("$X install").program(), None);
}

#[test]
fn nested_commands_are_found_where_spans_can_be_shifted() {
    let table: &[(&str, Option<(&str, usize)>)] = &[
        ("bash -c 'pip install x'", Some(("pip install x", 9))),
        ("sudo /bin/sh -lc \"pip install x\"", Some(("pip install x", 18))),
        ("bash -eo pipefail -c 'a | b'", Some(("a | b", 22))),
        ("bash -c \"uvicorn a --port $PORT\"", Some(("uvicorn a --port $PORT", 9))),
        ("bash -c ls", Some(("ls", 8))),
        ("bash -c -- ls", Some(("ls", 11))),
        ("bash -c \"echo \\\"x\\\"\"", None),
        ("bash -c \"$(cat x)\"", None),
        ("bash -c 'a'\\''b'", None),
        ("bash start.sh", None),
        ("bash --rcfile x -c a", None),
        ("python -c 'x'", None),
        ("bash", None),
    ];
    for (command, expected) in table {
        let found = nested(&simple(command));
        assert_eq!(found.as_ref().map(|(text, at)| (text.as_str(), *at)), *expected, "{command}");
        if let Some((text, at)) = found {
            assert_eq!(Span::new(at, at + text.len()).of(command), text);
        }
    }
}

proptest! {
    #[test]
    fn single_quotes_keep_anything(inner in "[^'\0]{0,30}") {
        let simple = simple(&format!("a '{inner}' b"));
        prop_assert_eq!(simple.text(1), Some(inner.as_str()));
        prop_assert_eq!(simple.text(2), Some("b"));
    }
}
