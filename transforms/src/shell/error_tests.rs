#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::reader::READS;
use super::{ShellParseErrorKind, parse};

#[test]
fn what_bash_refuses_is_said_where_it_stands() {
    let table = [
        ("a 'b", 2, "an unclosed quote"),
        ("a \"b", 2, "an unclosed quote"),
        ("a (b)", 2, "an unexpected token"),
        ("(a", 0, "a `(` without `)`"),
        ("a )", 2, "an unexpected token"),
        ("a &&", 2, "an operator without a command after it"),
        ("&& a", 0, "an unexpected token"),
        ("a ;; b", 2, "an unexpected token"),
        ("a ;& b", 2, "an unexpected token"),
        ("a | | b", 4, "an unexpected token"),
        ("a | ! b", 4, "an unexpected keyword"),
        ("a >", 2, "a redirection without a target"),
        ("a > #b", 2, "a redirection without a target"),
        ("a >2>&1", 2, "a redirection without a target"),
        ("!\\\n|| a", 3, "an unexpected token"),
        ("in", 0, "an unexpected keyword"),
        ("]] a", 0, "an unexpected keyword"),
        ("f() [ a ]", 0, "a function without a body"),
        ("{ a }", 0, "a `{` without `}`"),
        ("()", 0, "a body without a command"),
        ("fi", 0, "an unexpected keyword"),
        ("a; if b; then c", 3, "an `if` without `fi`"),
        ("if a; fi", 6, "an unexpected keyword"),
        ("if (a) >x then b; fi", 10, "an unexpected token"),
        ("for x in a; b; done", 0, "a loop without `do`"),
        ("for x { a; }", 6, "an unexpected token"),
        ("for ((a; b)); do c; done", 4, "a `for ((` without three expressions"),
        ("while a; do; done", 11, "an unexpected token"),
        ("case a in b) c;;", 0, "a `case` without `esac`"),
        ("[[ a b ]]", 5, "a mistake in `[[`"),
        ("[[ a\n]]", 4, "a mistake in `[[`"),
        ("[[ a", 0, "a `[[` without `]]`"),
        ("a ${b", 2, "an unclosed expansion"),
        ("a $((b", 2, "an unclosed expansion"),
        ("a `b", 2, "an unclosed backquote"),
        ("a=(b;c)", 4, "an unexpected token"),
        ("a $(if)", 6, "an unexpected token"),
    ];
    for (command, at, what) in table {
        let error = parse(command).expect_err(command);
        assert_eq!((error.span.start, error.what), (at, what), "{command}");
        assert_eq!(error.kind, ShellParseErrorKind::Syntax, "{command}");
    }
}

#[test]
fn what_only_this_parser_refuses_is_called_unsupported() {
    let table = [
        ("a[0]=b", 0, "an element of an array"),
        ("a=([b c]=d)", 3, "an element of an array"),
        ("!", 0, "a `!` or `time` without a command"),
        ("a\\\n=c", 0, "an assignment over two lines"),
        ("coproc a", 0, "a coprocess"),
        ("a @(b)", 2, "an extended pattern"),
        ("a {fd}>b", 2, "a named file descriptor"),
        ("a >&-b", 2, "a word right after a closed descriptor"),
        ("a $[1]", 2, "an old arithmetic expansion"),
        ("a \"${b:-'c'}\"", 3, "a quote inside a quoted expansion"),
        ("$a() { b; }", 0, "a function with an unusual name"),
        ("a `b \\`c\\``", 2, "an escape inside backquotes"),
        ("a `if`", 3, "an `if` without `then`"),
        ("a <<$b", 2, "a here-document with an unusual delimiter"),
        ("a $(b <<E\nE)", 6, "a here-document that ends in the line of a `)`"),
        ("a <<E\n$(if)\nE", 10, "an unexpected token"),
        ("a\0", 1, "a NUL byte"),
    ];
    for (command, at, what) in table {
        let error = parse(command).expect_err(command);
        assert_eq!((error.span.start, error.what), (at, what), "{command}");
        assert_eq!(error.kind, ShellParseErrorKind::Unsupported, "{command}");
    }
}

#[test]
fn hostile_sizes_are_refused() {
    assert!(parse(&"a".repeat(super::MAX_LEN + 1)).is_err());
    let opening = [
        "( ",
        "$(",
        "{ ",
        "\"${a:-",
        "${a:-",
        "<(",
        "! (",
        "\"$(",
        "if ",
        "if a; then ",
        "while ",
        "until a; do ",
        "for x do ",
        "case a in b) ",
        "f() { ",
        "function f { ",
        "[[ ( ",
        "(( $(",
        "((",
        "a=(<(",
        "$((",
        "[[ a == @($(",
    ];
    for open in opening {
        let text = format!("a; {}", open.repeat(super::MAX_LEN / open.len() - 1));
        let error = parse(&text).unwrap_err();
        assert!(text.get(error.span.start..error.span.end).is_some(), "{open}");
    }
    for open in ["( ", "$(", "{ ", "\"${a:-", "${a:-", "<(", "! (", "\"$(", "if ", "f() { "] {
        assert_eq!(
            parse(&format!("a; {}", open.repeat(9_000))).unwrap_err().what,
            "very deep nesting",
            "{open}"
        );
    }
}

/// How many bytes are looked at.
fn work(text: &str) -> usize {
    READS.set(0);
    let _ = parse(text);
    READS.get()
}

#[test]
fn twice_the_text_is_twice_the_work() {
    let nested = format!("{}a{}\n", "((".repeat(20), "; b); c)".repeat(20));
    let substituted = format!("{}a{}\n", "((a $( ".repeat(12), ") ); c)".repeat(12));
    let pieces = [
        &substituted,
        "a;",
        "a && ",
        "a |",
        "! ",
        "time ",
        "\\\n",
        "#\n",
        "\n",
        " ",
        "'",
        "\"a\" ",
        "$(a) ",
        "`a` ",
        "${a} ",
        "$((1)) ",
        "((a)) ;",
        "(a);",
        "((a); b);",
        "((a",
        "$((a",
        "[[ (",
        "[[ a ]];",
        "[[ a == @(b) ]];",
        "[[ a =~ (b ",
        "a=(b) ",
        "a=(",
        "x[",
        "{a ",
        "{\\\n",
        "1\\\n",
        "f() { a; };",
        "f()",
        "if a; then b; fi;",
        "elif ",
        "case a in b) c;; esac;",
        "case a in ",
        "b) c;;",
        "for x in a; do b; done;",
        "for x ",
        "cat <<E\n",
        "cat <<E\nE\n",
        "<<E ",
        "cat <<A <<B <<C;",
        "<<E\\\n",
        "<<-E\n\t\t",
        "$(b <<E\nE\n)",
        "2>",
        "<(a) ",
        &nested,
    ];
    for piece in pieces {
        let sizes = [2_000, 4_000, 8_000].map(|size| work(&piece.repeat(size / piece.len() + 1)));
        let [small, middle, large] = sizes;
        assert!(middle < 3 * small + 2_000 && large < 3 * middle + 2_000, "{piece:?}: {sizes:?}");
        assert!(large < 8_000 * 400, "{piece:?}: {sizes:?}");
    }
}
