#![allow(clippy::unwrap_used, clippy::panic)]

use super::{
    CaseTerminator, Command, CommandList, CompoundCommand, CompoundKind, ConditionalExpression, HereDocument,
    Redirection, Separator, Word, parse,
};

/// The one compound command of `command`.
fn compound(command: &str) -> CompoundCommand {
    let mut list = parse(command).unwrap_or_else(|error| panic!("{command}: {error:?}"));
    assert_eq!(list.steps.len(), 1, "{command}");
    match list.steps.pop().unwrap().command {
        Command::Compound(compound) => *compound,
        other => panic!("{command}: {other:?}"),
    }
}

/// The texts of the steps.
fn steps<'c>(list: &CommandList, command: &'c str) -> Vec<&'c str> {
    list.steps.iter().map(|step| step.span.of(command)).collect()
}

fn raws(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.raw.as_str()).collect()
}

#[test]
fn compound_commands_have_an_extent_and_the_lists_inside() {
    let table: &[(&str, &[&str])] = &[
        ("if [ -f x ]; then a; fi", &["[ -f x ]", "a"]),
        ("if a; then b; elif c\nthen d; else e & fi", &["a", "b", "c", "d", "e"]),
        ("if (a) then (b) fi", &["(a)", "(b)"]),
        ("for x in a b; do echo $x; done", &["echo $x"]),
        ("for x do a; done", &["a"]),
        ("for x in a; { b; }", &["b"]),
        ("for ((i=0; i<3; i++)); do a; done", &["a"]),
        ("select x in a; do b; done", &["b"]),
        ("while true; do a; done", &["true", "a"]),
        ("until a; do b; done", &["a", "b"]),
        ("case $x in a) b;; (c|d) e;& *) esac", &["b", "e"]),
        ("{ a; }", &["a"]),
        ("{ if a; then b; fi }", &["if a; then b; fi"]),
        ("( a; b )", &["a", "b"]),
        ("((a); b)", &["(a)", "b"]),
        ("[[ -f x && -d y ]]", &[]),
        ("((1 + 2))", &[]),
    ];
    for (command, inside) in table {
        let around = format!("a && {command} > log || pip install x");
        let list = parse(&around).unwrap_or_else(|error| panic!("{command}: {error:?}"));
        assert_eq!(list.steps[1].span.of(&around), format!("{command} > log"));
        assert_eq!(list.steps[2].span.of(&around), "pip install x");
        let Command::Compound(compound) = &list.steps[1].command else { panic!("{command}") };
        let lists = compound.kind.lists();
        let found: Vec<_> = lists.into_iter().flat_map(|list| steps(list, &around)).collect();
        assert_eq!(found, *inside, "{command}");
        assert_eq!(compound.redirections.len(), 1);
    }
}

#[test]
fn branches_keep_their_order() {
    let command = "if a; then b; elif c; then d && e; else f; fi";
    let CompoundKind::If(clause) = compound(command).kind else { panic!("an `if`") };
    let branches: Vec<_> = clause
        .branches
        .iter()
        .map(|branch| (branch.condition.span.of(command), branch.body.span.of(command)))
        .collect();
    assert_eq!(branches, [("a;", "b;"), ("c;", "d && e;")]);
    assert_eq!(clause.else_body.unwrap().span.of(command), "f;");
    let CompoundKind::If(nested) = compound("if a; then if b; then c; fi; else d; fi").kind else {
        panic!("an `if`")
    };
    assert!(nested.else_body.is_some(), "`else` belongs to the outer one");
}

#[test]
fn loops_have_a_variable_and_words() {
    let words = |command: &str| match compound(command).kind {
        CompoundKind::For(clause) | CompoundKind::Select(clause) => {
            (clause.variable.raw, clause.words.map(|words| raws(&words).join(" ")))
        }
        other => panic!("{command}: {other:?}"),
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(words("for x in a \"$b\" *.c; do d; done"), ("x".to_owned(), some("a \"$b\" *.c")));
    assert_eq!(words("for x in; do d; done"), ("x".to_owned(), some("")));
    assert_eq!(words("for x; do d; done"), ("x".to_owned(), None));
    assert_eq!(words("for in in do do\ndo d; done"), ("in".to_owned(), some("do do")));
    assert_eq!(words("select y in a\ndo d; done"), ("y".to_owned(), some("a")));
}

#[test]
fn items_of_case_have_patterns_a_body_and_an_end() {
    let command = "case $1 in\n  start|run) a; b ;;\n  (stop) ;&\n  x) c ;;&\n  *) d\nesac";
    let CompoundKind::Case(clause) = compound(command).kind else { panic!("a `case`") };
    assert_eq!(clause.word.raw, "$1");
    let items: Vec<_> = clause
        .items
        .iter()
        .map(|item| (raws(&item.patterns).join("|"), steps(&item.body, command).join(","), item.terminator))
        .collect();
    let expected = [
        ("start|run", "a,b", CaseTerminator::Break),
        ("stop", "", CaseTerminator::FallThrough),
        ("x", "c", CaseTerminator::TryNext),
        ("*", "d", CaseTerminator::Break),
    ];
    assert_eq!(items, expected.map(|(patterns, body, end)| (patterns.to_owned(), body.to_owned(), end)));
}

#[test]
fn functions_have_a_name_and_a_body() {
    for command in [
        "f() { a; } >x",
        "f () { a; } >x",
        "function f { a; } >x",
        "function f ()\n\n{ a; } >x",
        "f()\n{ a; } >x",
    ] {
        let text = format!("{command}; f");
        let list = parse(&text).unwrap_or_else(|error| panic!("{command}: {error:?}"));
        let Command::Function(function) = &list.steps[0].command else { panic!("{command}") };
        assert_eq!((function.name.raw.as_str(), function.span.of(&text)), ("f", command));
        let CompoundKind::Group(body) = &function.body.kind else { panic!("{command}") };
        assert_eq!((steps(body, &text), function.body.redirections.len()), (vec!["a"], 1));
        assert_eq!(list.simple_commands().count(), 1, "what a function does is done where it is called");
    }
}

#[test]
fn conditions_bind_as_in_bash() {
    /// The expression with all its brackets.
    fn brackets(expression: &ConditionalExpression) -> String {
        let joined = |terms: &[ConditionalExpression], by: &str| {
            format!("({})", terms.iter().map(brackets).collect::<Vec<_>>().join(by))
        };
        match expression {
            ConditionalExpression::Word(word) => word.raw.clone(),
            ConditionalExpression::Unary { operator, operand } => format!("{operator}:{}", operand.raw),
            ConditionalExpression::Binary { left, operator, right } => {
                format!("{}{operator}{}", left.raw, right.raw)
            }
            ConditionalExpression::Not(inner) => format!("!{}", brackets(inner)),
            ConditionalExpression::Parenthesized(inner) => brackets(inner),
            ConditionalExpression::And(terms) => joined(terms, "&"),
            ConditionalExpression::Or(terms) => joined(terms, "|"),
        }
    }
    let table = [
        ("a", "a"),
        ("-f x && -d y || ! -z $z", "((-f:x&-d:y)|!-z:$z)"),
        ("a || b && c", "(a|(b&c))"),
        ("( a || b ) && c", "((a|b)&c)"),
        ("$x == @(a|b c)* ", "$x==@(a|b c)*"),
        ("$x =~ ^(a|b c)$ && d", "($x=~^(a|b c)$&d)"),
        ("a < b", "a<b"),
        ("1 -lt $(f)", "1-lt$(f)"),
        ("-f == ", "-f:=="),
    ];
    for (inside, expected) in table {
        let CompoundKind::Conditional(found) = compound(&format!("[[ {inside} ]]")).kind else {
            panic!("{inside}")
        };
        assert_eq!(brackets(&found), expected, "{inside}");
    }
}

/// The here-documents of the simple commands.
fn documents(list: &CommandList) -> Vec<HereDocument> {
    let redirections = list.simple_commands().flat_map(|at| &at.simple.redirections);
    redirections.filter_map(Redirection::here_document).cloned().collect()
}

#[test]
fn here_documents_end_at_their_delimiter() {
    let table = [
        ("cat <<E\na\n b\nE\nnext", "a\n b\n", Some("a\n b\n")),
        ("cat <<-E\n\ta\n\tE\nnext", "\ta\n", Some("a\n")),
        ("cat <<'E'\n$x \\\nE\nnext", "$x \\\n", Some("$x \\\n")),
        ("cat <<\\E\n`\nE\nnext", "`\n", Some("`\n")),
        (
            "cat <<E\n\\$x \\\" \\\\ \\a b\\\nc\nE\nnext",
            "\\$x \\\" \\\\ \\a b\\\nc\n",
            Some("$x \\\" \\ \\a bc\n"),
        ),
        ("cat <<E\n$x\nE\nnext", "$x\n", None),
        ("cat <<E\nE \n E\n'\nE\nnext", "E \n E\n'\n", Some("E \n E\n'\n")),
        ("cat <<E\na\\\nE\nE\nnext", "a\\\nE\n", Some("aE\n")),
        ("cat <<E &&\nE\nnext", "", Some("")),
        ("cat <<\"E F\"\na\nE F\nnext", "a\n", Some("a\n")),
    ];
    for (command, raw, text) in table {
        let list = parse(command).unwrap_or_else(|error| panic!("{command}: {error:?}"));
        let [document] = documents(&list).try_into().unwrap();
        assert_eq!((document.body.raw.as_str(), document.body.text.as_deref()), (raw, text), "{command}");
        assert_eq!(document.body.span.of(command), raw);
        assert_eq!(document.span.start, command.find('\n').unwrap() + 1);
        assert_eq!(steps(&list, command)[1], "next");
        assert_eq!(list.steps[1].span.start, document.span.end);
    }
}

#[test]
fn several_here_documents_of_a_line_stand_after_each_other() {
    let command = "cat <<A | tee <<-B && (c <<'C') # d\na\nA\n\tb\n\tB\n$c\nC\nnext";
    let list = parse(command).unwrap();
    let found: Vec<_> = documents(&list).into_iter().map(|one| (one.delimiter, one.body.raw)).collect();
    let expected = [("A", "a\n"), ("B", "\tb\n"), ("C", "$c\n")];
    assert_eq!(found, expected.map(|(delimiter, body)| (delimiter.to_owned(), body.to_owned())));
    assert_eq!(steps(&list, command).last(), Some(&"next"));
}

#[test]
fn here_documents_stand_after_the_line_and_not_after_the_command() {
    // The body stands inside the condition's line end, and `b` is in the branch.
    let command = "if cat <<E; then\nbody\nE\nb; fi && c";
    let list = parse(command).unwrap();
    assert_eq!(steps(&list, command), ["if cat <<E; then\nbody\nE\nb; fi", "c"]);
    // A line end in quotes, and one in a substitution, are none of the line's.
    let command = "cat <<E \"x\ny\" $(a\nb)\nbody\nE";
    assert_eq!(documents(&parse(command).unwrap())[0].body.raw, "body\n");
    // The outer one waits for its line end while the inner one is read.
    let command = "cat <<E $(b <<I\ninner\nI\n)\nouter\nE";
    assert_eq!(documents(&parse(command).unwrap())[0].body.raw, "outer\n");
    // The end of the text is the end of the body.
    let document = documents(&parse("cat <<E\nbody").unwrap()).remove(0);
    assert_eq!((document.body.raw.as_str(), document.span.end), ("body", 12));
    assert_eq!(documents(&parse("cat <<E").unwrap())[0].body.raw, "");
}

#[test]
fn commands_in_a_here_document_are_found() {
    let command = "cat <<E\n$(pip install x) `a` ${b:-$(c)} \\$(d)\nE";
    let list = parse(command).unwrap();
    let simple = list.simple_commands().next().unwrap().simple;
    let found: Vec<_> = simple.substitutions().map(|inner| inner.span.of(command)).collect();
    assert_eq!(found, ["$(pip install x)", "`a`", "$(c)"]);
    assert_eq!(simple.span.of(command), "cat <<E");
}

#[test]
fn arrays_are_assignments_without_a_text() {
    let command = "A=(a 'b c' # d\n $(e) [k]=f) B+=(g)";
    let list = parse(command).unwrap();
    let simple = list.simple_commands().next().unwrap().simple;
    let found: Vec<_> = simple
        .assignments
        .iter()
        .map(|one| (one.name.as_str(), one.append, one.value.text.as_deref(), one.value.substitutions.len()))
        .collect();
    assert_eq!(found, [("A", false, None, 1), ("B", true, None, 0)]);
    assert_eq!(parse("declare -a A=(a b); a").unwrap().steps.len(), 2);
}

#[test]
fn tokens_may_be_split_over_lines() {
    let list = parse("a &\\\n& b |\\\n| c ;\\\n d 2\\\n>\\\n>x").unwrap();
    let separators: Vec<_> = list.steps.iter().map(|step| step.separator).collect();
    assert_eq!(separators, [Separator::And, Separator::Or, Separator::Semicolon, Separator::End]);
    let simple = list.simple_commands().last().unwrap().simple;
    assert_eq!((simple.words.len(), simple.redirections[0].fd), (1, Some(2)));
    assert!(matches!(compound("i\\\nf a; th\\\nen b; fi").kind, CompoundKind::If(_)));
}
