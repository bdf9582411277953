//! What the documents show is what the command prints.
//!
//! A comment above a block says what the block is:
//! - `<!-- fresh -->`: from here on in an empty directory; `<!-- fresh: DIR -->`: in a copy of that one
//! - `<!-- file: PATH -->`: a file to write there
//! - `<!-- run -->` or `<!-- run, exit 1 -->`: a console block; each line `$ nixpacks-fix …` (or `$ git …`, or
//!   `$ cat PATH`) is run there, and the lines up to the next `$` are its whole output, standard output first.
//!   It is always the same second, so that commits have the same names
//! - `<!-- run in the repository, exit 1 -->`: the same at the top of this repository, where `cargo run` stands for
//!   the command
//!
//! `BLESS=1 cargo test --test readme` writes what was printed into the documents.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use support::Sandbox;

/// What stands above a block.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    Fresh(Option<String>),
    File(String),
    Run { in_repository: bool, exit: i32 },
}

fn mark(line: &str) -> Option<Mark> {
    let text = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    if let Some(path) = text.strip_prefix("file:") {
        return Some(Mark::File(path.trim().to_owned()));
    }
    if let Some(dir) = text.strip_prefix("fresh") {
        return Some(Mark::Fresh(dir.strip_prefix(": ").map(str::to_owned)));
    }
    let (what, exit) = text.split_once(", exit ").unwrap_or((text, "0"));
    let in_repository = match what {
        "run" => false,
        "run in the repository" => true,
        _ => return None,
    };
    Some(Mark::Run { in_repository, exit: exit.parse().ok()? })
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        found.extend(Some(entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    found.sort();
    found
}

/// Splits as a shell would where there are only blanks and single quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted, mut open) = (Vec::new(), false, false);
    for ch in line.chars() {
        match ch {
            '\'' => quoted = !quoted,
            ' ' if !quoted => open = false,
            _ => {
                if !open {
                    words.push(String::new());
                }
                open = true;
                words.last_mut().unwrap().push(ch);
            }
        }
    }
    words
}

/// Runs one line of a console block: what it printed, and how it ended.
fn run(sandbox: &Sandbox, line: &str, in_repository: bool) -> (String, i32) {
    let words = words(line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let own = env!("CARGO_BIN_EXE_nixpacks-fix");
    let (program, args) = match words.as_slice() {
        ["cat", path] => return (sandbox.read(path), 0),
        ["nixpacks-fix", args @ ..] => (own, args),
        ["git", args @ ..] if !in_repository => ("git", args),
        ["cargo", "run", rest @ ..] if in_repository => {
            let at = rest.iter().position(|word| *word == "--").expect("`--` before the arguments");
            (own, rest.get(at + 1..).unwrap_or_default())
        }
        _ => panic!("not a command of this tool: {line}"),
    };
    let mut command = sandbox.command(Command::new(program), "");
    if in_repository {
        command.current_dir(root());
    }
    for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
        command.env(name, "2025-01-01T00:00:00Z");
    }
    let output = command.args(args).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let printed = text(output.stdout) + &text(output.stderr);
    (without_spaces_at_ends(&printed), output.status.code().unwrap_or(-1))
}

/// Editors and hooks strip them, and none of them means anything outside a patch.
fn without_spaces_at_ends(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}", line.trim_end());
        out
    })
}

/// The body of a console block with the output that the commands have now, and what went wrong.
fn replay(body: &str, sandbox: &Sandbox, in_repository: bool, exit: i32) -> (String, Vec<String>) {
    let (mut out, mut wrong) = (String::new(), Vec::new());
    let mut last = None;
    for line in body.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let (printed, code) = run(sandbox, line, in_repository);
        let _ = write!(out, "$ {line}\n{printed}");
        last = Some((line.to_owned(), code));
    }
    match last {
        None => wrong.push("a console block without a command".to_owned()),
        Some((_, code)) if code == exit => {}
        Some((line, code)) => wrong.push(format!("`{line}` ended with {code}, not {exit}")),
    }
    (out, wrong)
}

/// The document with its marked blocks as they should be, how many there are, and what went wrong.
fn check(text: &str) -> (String, usize, Vec<String>) {
    let mut sandbox = Sandbox::new::<&str>([] as [(&str, &str); 0]);
    let (mut out, mut blocks, mut wrong) = (String::new(), 0, Vec::new());
    let mut pending = None;
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let _ = writeln!(out, "{line}");
        match mark(line) {
            Some(Mark::Fresh(dir)) => {
                sandbox = Sandbox::new::<&str>([] as [(&str, &str); 0]);
                for entry in dir.iter().flat_map(|dir| fs::read_dir(root().join(dir)).unwrap()) {
                    let path = entry.unwrap().path();
                    sandbox.write(path.file_name().unwrap(), fs::read(&path).unwrap());
                }
            }
            Some(mark) => pending = Some((at, mark)),
            None if line.trim_start().starts_with("```") => {
                // Longer where the block has blocks in it.
                let fence: String = line.trim_start().chars().take_while(|ch| *ch == '`').collect();
                let body: String = lines
                    .by_ref()
                    .map(|(_, line)| line)
                    .take_while(|line| *line != fence)
                    .fold(String::new(), |mut body, line| {
                        let _ = writeln!(body, "{line}");
                        body
                    });
                let body = match pending.take() {
                    Some((_, Mark::File(path))) => {
                        sandbox.write(&path, &body);
                        body
                    }
                    Some((at, Mark::Run { in_repository, exit })) => {
                        blocks += 1;
                        let (now, mut errors) = replay(&body, &sandbox, in_repository, exit);
                        if now != body {
                            errors.push(format!("shows\n{body}\nand prints\n{now}"));
                        }
                        wrong.extend(errors.iter().map(|error| format!("line {}: {error}", at + 1)));
                        now
                    }
                    _ => body,
                };
                let _ = writeln!(out, "{body}{fence}");
            }
            None => {}
        }
    }
    wrong.extend(pending.map(|(at, mark)| format!("line {}: no block below {mark:?}", at + 1)));
    (out, blocks, wrong)
}

#[test]
fn documents_show_what_the_command_prints() {
    let bless = std::env::var_os("BLESS").is_some();
    let (mut blocks, mut wrong) = (0, Vec::new());
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let (now, found, errors) = check(&text);
        blocks += found;
        if bless && now != text {
            fs::write(&path, now).unwrap();
        } else {
            let name = path.strip_prefix(root()).unwrap().display();
            wrong.extend(errors.iter().map(|error| format!("{name}: {error}")));
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 accepts it:\n{}", wrong.join("\n"));
    assert!(blocks >= 4, "only {blocks} blocks are run");
}

#[test]
fn the_reference_has_every_command_and_option() {
    let reference = fs::read_to_string(root().join("docs/reference.md")).unwrap();
    // Options of one command may stand in the document of that command.
    let reference = ["docs/commit.md", "docs/moving-to-railpack.md", "docs/pull-requests.md"]
        .iter()
        .fold(reference, |all, path| all + &fs::read_to_string(root().join(path)).unwrap());
    let help = |args: &[&str]| Sandbox::new([("none", "")]).run(args).out;
    let all = help(&["--help"]);
    let commands = all.lines().skip_while(|line| *line != "Commands:").skip(1);
    // A line that goes on with a summary is indented further.
    let rows = commands.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    for command in rows.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        assert!(reference.contains(&format!("| `{command}")), "docs/reference.md has no row for {command}");
        let own = help(&[command, "--help"]);
        let options = own.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2);
        for option in options.map(|word| word.trim_matches([',', '`', ']'])) {
            let told = matches!(option, "--help" | "--version") || reference.contains(&format!("`{option}"));
            assert!(told, "docs/reference.md does not have {option}");
        }
    }
}

#[test]
fn json_document_has_every_field() {
    let document = fs::read_to_string(root().join("docs/json.md")).unwrap();
    let sandbox = Sandbox::broken();
    for command in ["check", "diff", "plan", "rules", "fix"] {
        let report = sandbox.run(&[command, "--output-format", "json"]).json();
        for field in fields(&report) {
            // In a table, alone or with another, or in a short list of fields.
            let told =
                [format!("`{field}`"), format!("{{{field},"), format!(", {field},"), format!(", {field}}}")];
            assert!(
                told.iter().any(|text| document.contains(text)),
                "docs/json.md lacks `{field}` of {command}"
            );
        }
    }
}

/// The names of the fields of objects, however deep.
fn fields(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(fields).collect(),
        serde_json::Value::Object(map) => {
            map.iter().flat_map(|(name, value)| [vec![name.clone()], fields(value)].concat()).collect()
        }
        _ => Vec::new(),
    }
}

/// The name by which a heading is linked to.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(' ', "-");
    kept.chars().filter(|ch| ch.is_alphanumeric() || matches!(ch, '-' | '_')).collect()
}

#[test]
fn links_lead_to_files_and_headings_that_exist() {
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split(')').next().unwrap_or_default();
            if link.contains("://") {
                continue;
            }
            let (file, heading) =
                link.split_once('#').map_or((link, None), |(file, part)| (file, Some(part)));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let place = format!("{}: {link}", path.display());
            let target = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{place}: {error}"));
            let mut headings = target.lines().filter(|line| line.starts_with('#'));
            assert!(
                heading.is_none_or(|part| headings.any(|line| anchor(line.trim_start_matches('#')) == part)),
                "{place}: no such heading"
            );
        }
    }
}

#[test]
fn notices_output_exits_and_marks_that_are_wrong() {
    let shown = |output: &str, exit: &str| {
        let (_, blocks, wrong) =
            check(&format!("<!-- run{exit} -->\n```console\n$ nixpacks-fix check\n{output}```\n"));
        (blocks, wrong.len())
    };
    let none = "error: no app found: there is no nixpacks.toml, Procfile or Python app here\n";
    assert_eq!(shown(none, ", exit 3"), (1, 0));
    assert_eq!(shown(none, ""), (1, 1));
    assert_eq!(shown("fine\n", ", exit 3"), (1, 1));
    assert_eq!(check("<!-- run -->\ntext\n").2.len(), 1);
    assert_eq!(words("a 'b c' d"), ["a", "b c", "d"]);
}
