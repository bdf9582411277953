#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Line, PipCommand, decode, normalize, parse, parse_requirement, pip_arguments};
use crate::text::Span;
use proptest::prelude::*;

/// The arguments of a pip command; `?` is a word that is not literal.
fn pip(command: &str) -> PipCommand {
    let words: Vec<_> = command.split(' ').map(|word| Some(word).filter(|word| *word != "?")).collect();
    pip_arguments(&words)
}

/// (text, name, extras, specifier, marker, url)
type Row = (
    &'static str,
    Option<&'static str>,
    &'static [&'static str],
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

#[test]
fn requirements_are_read_as_pip_reads_them() {
    let table: &[Row] = &[
        ("Flask", Some("flask"), &[], "", None, None),
        ("uvicorn[standard]==0.30.*", Some("uvicorn"), &["standard"], "==0.30.*", None, None),
        ("a_b.c [x, Y_z] >= 1 , < 2", Some("a-b-c"), &["x", "y-z"], ">=1,<2", None, None),
        ("a (>=1)", Some("a"), &[], ">=1", None, None),
        ("a~=1.0; python_version < '3.9'", Some("a"), &[], "~=1.0", Some("python_version < '3.9'"), None),
        ("a[]===1.0+local", Some("a"), &[], "===1.0+local", None, None),
        ("a @ https://x.y/a.zip", Some("a"), &[], "", None, Some("https://x.y/a.zip")),
        (
            "a[b]@git+https://x.y/z@main#subdirectory=c;d ; os_name == 'posix'",
            Some("a"),
            &["b"],
            "",
            Some("os_name == 'posix'"),
            Some("git+https://x.y/z@main#subdirectory=c;d"),
        ),
        (
            "git+https://x.y/z.git@v1#egg=Zed[k]",
            Some("zed"),
            &["k"],
            "",
            None,
            Some("git+https://x.y/z.git@v1#egg=Zed[k]"),
        ),
        (
            "https://x.y/numpy-2.0-cp312-linux.whl",
            Some("numpy"),
            &[],
            "",
            None,
            Some("https://x.y/numpy-2.0-cp312-linux.whl"),
        ),
        ("https://x.y/z.zip", None, &[], "", None, Some("https://x.y/z.zip")),
        ("./pkg", None, &[], "", None, Some("./pkg")),
        (".", None, &[], "", None, Some(".")),
        ("dist/a_b-1-py3-none-any.whl", Some("a-b"), &[], "", None, Some("dist/a_b-1-py3-none-any.whl")),
        ("a-1.0.tar.gz", None, &[], "", None, Some("a-1.0.tar.gz")),
    ];
    for (text, name, extras, specifier, marker, url) in table {
        let found = parse_requirement(text).expect(text);
        assert_eq!(found.name.as_deref(), *name, "{text}");
        assert_eq!(found.extras, *extras, "{text}");
        assert_eq!(found.specifier, *specifier, "{text}");
        assert_eq!(found.marker.as_deref(), *marker, "{text}");
        assert_eq!(found.url.as_deref(), *url, "{text}");
    }
}

#[test]
fn what_pip_refuses_is_no_requirement() {
    for text in [
        "",
        "numpy=1.2=py37",
        "a b",
        "-",
        "a >=",
        "a[b",
        "a @ ",
        "é",
        "a >= 1 2",
        "_a",
        "pip install x",
        "==1",
    ] {
        assert_eq!(parse_requirement(text), None, "{text}");
    }
}

#[test]
fn a_file_is_read_line_by_line_with_places() {
    let text = "\u{feff}# top\r\nFlask==2.0  # why\r\n\r\n-r base.txt\n--requirement=dev.txt\n-cc.txt\n-e git+https://x.y/z#egg=Z\n\
                -i https://x.y/simple\n--no-index\nnumpy \\\n  >=1 \\\n  # stop\nok --hash=sha256:a --hash=sha256:b\nnumpy=1=x\n--unknown\nhttp://x.y/#egg=q";
    let shown: Vec<_> = parse(text)
        .lines
        .iter()
        .map(|line| match line {
            Line::Requirement { requirement, span } => {
                format!(
                    "{} {} | {}",
                    requirement.name.as_deref().unwrap_or("-"),
                    requirement.specifier,
                    span.of(text)
                )
            }
            Line::Include { path, span } => format!("include {path} | {}", span.of(text)),
            Line::Constraint { path, span } => format!("constraint {path} | {}", span.of(text)),
            Line::Editable { target, name, span } => {
                format!("editable {target} {name:?} | {}", span.of(text))
            }
            Line::Option { name, value, span } => format!("option {name} {value:?} | {}", span.of(text)),
            Line::Invalid { text: line, span } => format!("invalid {line} | {}", span.of(text)),
        })
        .collect();
    let expected = [
        "flask ==2.0 | Flask==2.0",
        "include base.txt | -r base.txt",
        "include dev.txt | --requirement=dev.txt",
        "constraint c.txt | -cc.txt",
        "editable git+https://x.y/z#egg=Z Some(\"z\") | -e git+https://x.y/z#egg=Z",
        "option --index-url Some(\"https://x.y/simple\") | -i https://x.y/simple",
        "option --no-index None | --no-index",
        "numpy >=1 | numpy \\\n  >=1 \\\n",
        "ok  | ok --hash=sha256:a --hash=sha256:b",
        "invalid numpy=1=x | numpy=1=x",
        "invalid --unknown | --unknown",
        "q  | http://x.y/#egg=q",
    ];
    assert_eq!(shown, expected);
    assert_eq!(parse(text).names().collect::<Vec<_>>(), ["flask", "numpy", "ok", "q"]);
    assert_eq!(parse(text).includes().collect::<Vec<_>>(), ["base.txt", "dev.txt"]);
}

#[test]
fn options_after_a_requirement_are_known_ones() {
    let lines = parse("torch==2.1 --index-url https://x.y\ntorch --upgrade").lines;
    assert!(matches!(&lines[0], Line::Requirement { requirement, .. } if requirement.specifier == "==2.1"));
    assert!(matches!(&lines[1], Line::Invalid { .. }));
}

#[test]
fn several_options_may_share_a_line() {
    let lines = parse("--index-url https://x.y/s --trusted-host x.y --pre").lines;
    let shown: Vec<_> = lines
        .iter()
        .map(|line| match line {
            Line::Option { name, value, .. } => (*name, value.as_deref()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [("--index-url", Some("https://x.y/s")), ("--trusted-host", Some("x.y")), ("--pre", None)]
    );
}

#[test]
fn a_long_option_is_not_read_as_a_short_one() {
    for text in ["-requirement x", "--requirementx", "--pre=1", "-r", "--no-index x"] {
        let lines = parse(text).lines;
        let short = matches!(&lines[0], Line::Include { path, .. } if text == "-requirement x" && path == "equirement x");
        assert!(short || matches!(lines[0], Line::Invalid { .. }), "{text}: {lines:?}");
    }
}

#[test]
fn bytes_are_decoded_by_their_mark() {
    let table: &[(&[u8], Option<&str>)] = &[
        (b"flask\n", Some("flask\n")),
        (b"\xef\xbb\xbfflask", Some("flask")),
        (b"\xff\xfef\0l\0", Some("fl")),
        (b"\xfe\xff\0f\0l", Some("fl")),
        (b"\xff\xfe\0\0f\0\0\0", Some("f")),
        (b"\0\0\xfe\xff\0\0\0f", Some("f")),
        (b"\xff\xfef", None),
        (b"\xff\xfe\0\xd8", None),
        (b"# coding: latin-1\n\xe9", Some("# coding: latin-1\n\u{e9}")),
        (b"\xe9", None),
        (b"", Some("")),
    ];
    for (bytes, text) in table {
        assert_eq!(decode(bytes).as_deref(), *text, "{bytes:?}");
    }
}

#[test]
fn names_are_normalised() {
    for (name, expected) in [("Flask", "flask"), ("a__b-.c", "a-b-c"), ("A.B", "a-b")] {
        assert_eq!(normalize(name), expected);
    }
}

#[test]
fn plain_installs_are_told_from_those_that_change_something() {
    let plain = [
        "install -r requirements.txt",
        "install -rrequirements.txt",
        "install --requirement=./requirements.txt",
        "--no-cache-dir install -qU -r requirements.txt",
        "install --no-cache-dir --upgrade --user --break-system-packages -r requirements.txt",
        "-v --disable-pip-version-check install --progress-bar off --root-user-action=ignore -r requirements.txt",
        "install -qr requirements.txt --no-input --no-color --no-warn-script-location --cache-dir /x",
    ];
    for command in plain {
        assert!(pip(command).is_plain_install_of("requirements.txt"), "{command}");
        assert!(!pip(command).is_plain_install_of("other.txt"), "{command}");
    }
    let changed = [
        "install -r requirements.txt numpy",
        "install -r requirements.txt -r b.txt",
        "install -r requirements.txt -c c.txt",
        "install -r requirements.txt -e .",
        "install -r requirements.txt --target d",
        "install -r requirements.txt -t d",
        "install -r requirements.txt --prefix=/x",
        "install -r requirements.txt -i https://x",
        "install -r requirements.txt --no-deps",
        "install -r requirements.txt --timeout 900",
        "install -r requirements.txt --retries=5",
        "install -r requirements.txt --python x",
        "install -r requirements.txt --pre",
        "install -r requirements.txt --no-such-option",
        "install -r requirements.txt -Z",
        "install -r requirements.txt ?",
        "install -r requirements.txt --timeout",
        "install -r ?",
        "download -r requirements.txt",
        "-r requirements.txt",
        "install",
    ];
    for command in changed {
        assert!(!pip(command).is_plain_install_of("requirements.txt"), "{command}");
    }
}

#[test]
fn words_are_given_with_their_places() {
    let found =
        pip("--timeout 100 install -q -r a.txt --constraint=c.txt numpy -e . -Ufx uvicorn[standard] -- -y");
    assert_eq!((found.verb.as_deref(), found.verb_index), (Some("install"), Some(2)));
    assert_eq!(found.requirement_files, [(4, "a.txt".to_owned())]);
    assert_eq!(found.constraints, [(6, "c.txt".to_owned())]);
    let packages: Vec<_> = found.packages.iter().map(|(at, name)| (*at, name.as_str())).collect();
    assert_eq!(packages, [(7, "numpy"), (11, "uvicorn[standard]"), (13, "-y")]);
    assert_eq!(found.editable, [(8, ".".to_owned())]);
    assert_eq!(found.flags, [(3, "--quiet".to_owned()), (10, "--upgrade".to_owned())]);
    let options: Vec<_> =
        found.options.iter().map(|(at, name, value)| (*at, name.as_str(), value.as_str())).collect();
    assert_eq!(options, [(0, "--timeout", "100"), (10, "--find-links", "x")]);
    assert!(!found.unknown);
    assert_eq!(found.names().collect::<Vec<_>>(), ["numpy", "uvicorn"]);
    assert_eq!(found.option("--find-links"), Some("x"));
    assert!(found.has("--upgrade") && !found.has("--user"));
}

#[test]
fn self_upgrades_are_found() {
    for command in ["install --upgrade pip", "install -U pip setuptools wheel", "install pip==24.0"] {
        assert!(pip(command).is_self_upgrade(), "{command}");
    }
    for command in [
        "install pip numpy",
        "install -U pip -r x.txt",
        "install wheel",
        "uninstall pip",
        "install pip ?",
        "install pip -e .",
    ] {
        assert!(!pip(command).is_self_upgrade(), "{command}");
    }
    let found = pip("install -U pip wheel flask").self_upgrade().unwrap();
    assert_eq!((found.pip, found.tools, found.rest), (vec![2], vec![3], true));
}

proptest! {
    #[test]
    fn any_text_is_read_with_spans_in_order(text in "(?s)([ab#\\\\\r\n =<>;@\\[\\]-]|git\\+|-r |é|.){0,60}") {
        let mut last = Span::at(0);
        for line in parse(&text).lines {
            let (Line::Requirement { span, .. } | Line::Include { span, .. } | Line::Constraint { span, .. }
                | Line::Editable { span, .. } | Line::Option { span, .. } | Line::Invalid { span, .. }) = line;
            prop_assert!((last == span || last.end <= span.start) && !span.is_empty() && span.end <= text.len());
            prop_assert!(text.get(span.start..span.end).is_some());
            last = span;
        }
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        if let Some(text) = decode(&bytes) {
            parse(&text);
        }
    }

    #[test]
    fn every_word_of_a_pip_command_has_one_place(words in proptest::collection::vec("-{0,2}[a-z=é]{0,4}|install|-r", 0..8)) {
        let words: Vec<_> = words.iter().map(|word| Some(word.as_str())).collect();
        let found = pip_arguments(&words);
        let mut last = None;
        for (index, package) in &found.packages {
            prop_assert_eq!(words[*index], Some(package.as_str()));
            prop_assert!(last < Some(*index));
            last = Some(*index);
        }
        prop_assert!(found.verb_index.is_none_or(|index| words[index] == found.verb.as_deref()));
    }
}
