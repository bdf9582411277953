//! The parser of commands held to bash: what it reads, bash reads with the same structure, and what it
//! calls a mistake is one. What it does not support it may leave, but says so.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod bash;
mod generate;
mod print;

use bash::Bash;
use nixpacks_transforms::shell::{ShellParseErrorKind, parse};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;

fn cases(usual: u32) -> u32 {
    #[allow(clippy::disallowed_methods, reason = "a test may be told how long to run")]
    std::env::var("LAWS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// How often each outcome was met, to be sure that the drawn texts say something.
type Seen = BTreeMap<&'static str, usize>;

/// Holds the reading of one text to bash's.
fn hold(bash: &Bash, text: &str) -> Result<&'static str, String> {
    let accepted = bash.accepts(text);
    match parse(text) {
        Ok(_) if !accepted => Err("read, and bash refuses it".to_owned()),
        Ok(list) => {
            // In a group bash prints a line end as it prints `;`.
            let printed = format!("{{\n{}}}\n", print::print(&list, text));
            let group = format!("{{\n{text}\n}}\n");
            if list.steps.is_empty() {
                return Ok("empty");
            }
            // Ex) a here-document that the end of the text ends
            let Some(expected) = bash.pretty(&group) else { return Ok("read, and not compared") };
            match bash.pretty(&printed) {
                Some(found) if found == expected => Ok("read alike"),
                Some(found) => Err(format!("read as\n{found}\nand bash reads\n{expected}")),
                None => Err(format!("printed as what bash refuses:\n{printed}")),
            }
        }
        Err(error) => match error.kind {
            ShellParseErrorKind::Syntax if accepted => {
                Err(format!("refused, and bash reads it: {} at {}", error.what, error.span.start))
            }
            ShellParseErrorKind::Syntax => Ok("refused alike"),
            ShellParseErrorKind::Unsupported if accepted => Ok("unsupported"),
            ShellParseErrorKind::Unsupported => Ok("unsupported, and refused"),
        },
    }
}

fn run(mistakes: bool, usual: u32) -> Option<Seen> {
    let bash = Bash::find()?;
    let config = Config {
        cases: cases(usual),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let seen = RefCell::new(Seen::new());
    let drawn = proptest::collection::vec(any::<u8>(), 0..160);
    let result = TestRunner::new(config).run(&drawn, |bytes| {
        let text = generate::script(&bytes, mistakes);
        match hold(&bash, &text) {
            Ok(outcome) => {
                *seen.borrow_mut().entry(outcome).or_default() += 1;
                Ok(())
            }
            Err(why) => Err(TestCaseError::fail(format!("{why}\n--- {text:?} ---\n{text}"))),
        }
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let seen = seen.into_inner();
    println!("{seen:#?}");
    Some(seen)
}

#[test]
fn drawn_scripts_are_read_as_bash_reads_them() {
    let Some(seen) = run(false, 300) else { return };
    let all: usize = seen.values().sum();
    assert!(seen["read alike"] * 10 > all * 8, "{seen:#?}");
}

#[test]
fn scripts_with_mistakes_are_refused_where_bash_refuses_them() {
    let Some(seen) = run(true, 600) else { return };
    let all: usize = seen.values().sum();
    assert!(seen["refused alike"] * 10 > all && seen["read alike"] * 10 > all, "{seen:#?}");
}

/// Each was read otherwise at some time, or says what drawn scripts say too seldom.
const SHAPES: &[&str] = &[
    "A=(a # b\n 'c' $(d)\n) e",
    "declare -a A=(a b); export B=(c); eval C=(d)",
    "a >&1<b",
    "a 2\\\n>\\\n>b",
    "a &\\\n& b |\\\n| c",
    "i\\\nf a; then b; f\\\ni",
    "if ((1)) then [[ a ]] fi",
    "{ if (a) then (b) fi }",
    "((a); b)",
    "(((a)))",
    "for x in do in; do a; done",
    "case in in in) a;; (if|fi) b;; esac",
    "case a in b) case c in d) e; esac; esac",
    "function f\n\n(a)",
    "f() [[ a ]] && b",
    "[[ ( a || -f b ) && ! c =~ ^(d|e f)$ ]]",
    "[[ a == @(b|c d)* || e < f ]]",
    "cat <<A | tee <<-B && (c <<'C')\na\nA\n\tb\n\tB\n$c\nC\nd",
    "if cat <<E; then\nx\nE\na; fi",
    "cat <<E\na\\\nE\nE\nb",
    "cat <<E\n\"'\nE",
    "a \"$(b \"$(c 'd)')\")\"",
    "a ${b:-$(c; d)} ${e#'}'} \"${f:-\"g h\"}\"",
    "$(case a in b) c;; esac)",
    "time -p ! a | b",
    "a && ! b || c & d",
];

#[test]
fn known_shapes_are_read_as_bash_reads_them() {
    let Some(bash) = Bash::find() else { return };
    for text in SHAPES {
        assert_eq!(hold(&bash, text).as_deref(), Ok("read alike"), "{text}");
    }
}

/// `LAWS_SCRIPTS=DIR` names a directory with shell scripts.
#[test]
#[ignore = "holds the scripts of a directory of yours; see CONTRIBUTING.md"]
fn scripts_of_a_directory_are_read_as_bash_reads_them() {
    #[allow(clippy::disallowed_methods, reason = "a test may be told what to read")]
    let dir = std::env::var("LAWS_SCRIPTS").unwrap();
    let Some(bash) = Bash::find() else { return };
    let (mut left, mut seen, mut broken) = (vec![std::path::PathBuf::from(dir)], Seen::new(), Vec::new());
    while let Some(path) = left.pop() {
        if path.is_dir() && !path.is_symlink() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        #[allow(clippy::disallowed_methods, reason = "a file that the caller names")]
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let first = text.lines().next().unwrap_or_default();
        let script = path.extension().is_some_and(|ext| ext == "sh")
            || first.starts_with("#!") && first.contains("sh");
        if !script || first.contains("zsh") || first.contains("fish") {
            continue;
        }
        match hold(&bash, &text) {
            Ok(outcome) => *seen.entry(outcome).or_default() += 1,
            Err(why) => {
                broken.push(format!("{}: {}", path.display(), why.lines().next().unwrap_or_default()));
            }
        }
        if let Err(error) = parse(&text) {
            println!("{}: {} at {}: {:?}", path.display(), error.what, error.span.start, error.kind);
        }
    }
    println!("{seen:#?}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
