//! Commands as steps name them and as errors quote them, brought to one spelling.

/// Bytes of a command that are kept.
pub(crate) const LIMIT: usize = 2000;

/// An error of `BuildKit` that names the command of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The command without its shell, as it was typed.
    pub(crate) command: Option<String>,
    pub(crate) exit: Option<i32>,
    /// The step was stopped because something else had ended the build.
    pub(crate) cancelled: bool,
    pub(crate) shell: Shell,
}

/// The shell that ran a command. It tells who wrote the Dockerfile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shell {
    /// `/bin/bash -ol pipefail -c`
    Nixpacks,
    /// `/bin/sh -c`
    Dockerfile,
    #[default]
    None,
}

/// Reads a line such as `ERROR: process "…" did not complete successfully: exit code: 1`.
pub(crate) fn failure(line: &str) -> Option<Failure> {
    if let Some(at) = line.find("\" did not complete successfully") {
        let before = line.get(..at)?;
        let quoted = before.find("process \"").map(|at| at + 9).and_then(|start| before.get(start..));
        return Some(read(quoted.map(unescaped), line.get(at..)?));
    }
    if let Some(at) = line.find("did not complete successfully: exit code") {
        return Some(read(None, line.get(at..)?));
    }
    if let Some((_, rest)) = line.split_once("executor failed running [") {
        let (command, after) = rest.rsplit_once("]:").unwrap_or((rest, ""));
        return Some(read(Some(command.to_owned()), after));
    }
    let (before, after) = line.split_once("returned a non-zero code:")?;
    let (_, quoted) = before.split_once("The command '")?;
    let command = quoted.trim_end().trim_end_matches('\'').to_owned();
    let code = after.trim().trim_end_matches('.').parse().ok();
    Some(Failure { exit: code, ..read(Some(command), "") })
}

/// Whether a line is the beginning of such an error, and its end is in the next line.
pub(crate) fn is_begun(line: &str) -> bool {
    let begins =
        ["ERROR: process \"", "failed to solve: process \""].iter().any(|start| line.contains(start));
    (begins || line.starts_with("process \"")) && !line.contains("did not complete")
}

fn read(quoted: Option<String>, after: &str) -> Failure {
    let code = after.split("exit code: ").nth(1).unwrap_or_default();
    let digits: String = code.chars().take_while(char::is_ascii_digit).collect();
    let (shell, command) = match quoted {
        Some(quoted) => {
            let (shell, rest) = without_shell(&quoted);
            (shell, Some(rest.chars().take(LIMIT).collect()))
        }
        None => (Shell::None, None),
    };
    Failure { command, exit: digits.parse().ok(), cancelled: after.contains("context canceled"), shell }
}

/// The command that a shell was given with `-c`.
fn without_shell(command: &str) -> (Shell, &str) {
    if let Some(rest) = command.strip_prefix("/bin/bash -ol pipefail -c ") {
        return (Shell::Nixpacks, rest);
    }
    for shell in [
        "/bin/sh -c ",
        "/bin/bash -c ",
        "/bin/bash -o pipefail -c ",
        "/bin/sh -ec ",
        "/bin/ash -eo pipefail -c ",
    ] {
        if let Some(rest) = command.strip_prefix(shell) {
            return (Shell::Dockerfile, rest);
        }
    }
    (Shell::None, command.strip_prefix("sh -c ").map_or(command, |rest| rest.trim_matches('\'')))
}

/// What Go's `%q` wrote.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(ch) = chars.next() {
        if ch != '\\' {
            out.push(ch);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some(ch @ ('"' | '\\')) => out.push(ch),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// The instruction of a step as [`failure`] would quote its command: no `RUN`, no flags, single blanks.
pub(crate) fn spelled(instruction: &str) -> String {
    let text = instruction.trim();
    let mut rest = text.strip_prefix("RUN").map_or(text, str::trim_start);
    while rest.starts_with("--") {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest.get(end..).unwrap_or_default().trim_start();
    }
    let (_, rest) = without_shell(rest);
    let mut out = String::new();
    for word in rest.split_whitespace() {
        if out.len() > LIMIT {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.chars().take(LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::{Shell, failure, spelled};

    #[test]
    fn errors_name_the_command_as_it_was_typed() {
        let line = r#"#10 ERROR: process "/bin/bash -ol pipefail -c pip install \"x[y]\" && echo \\n" did not complete successfully: exit code: 127"#;
        let found = failure(line).unwrap_or_default();
        assert_eq!(found.command.as_deref(), Some(r#"pip install "x[y]" && echo \n"#));
        assert_eq!((found.exit, found.cancelled, found.shell), (Some(127), false, Shell::Nixpacks));
        let line = "ERROR: process \"pip install\" did not complete successfully: exit code: 137: context canceled: context canceled";
        let found = failure(line).unwrap_or_default();
        assert_eq!((found.exit, found.cancelled, found.shell), (Some(137), true, Shell::None));
        let line =
            "failed to solve: executor failed running [/bin/bash -ol pipefail -c npm ci]: exit code: 1";
        assert_eq!(failure(line).and_then(|found| found.command).as_deref(), Some("npm ci"));
        let line = "The command '/bin/sh -c pip install x' returned a non-zero code: 127";
        let found = failure(line).unwrap_or_default();
        assert_eq!((found.command.as_deref(), found.exit), (Some("pip install x"), Some(127)));
        assert_eq!(failure("pip install did well"), None);
    }

    #[test]
    fn steps_and_errors_agree() {
        assert_eq!(spelled("RUN --mount=type=cache,id=x,target=/y  pip install   x"), "pip install x");
        assert_eq!(spelled("RUN /bin/sh -c npm ci"), "npm ci");
        assert_eq!(spelled("COPY . /app/."), "COPY . /app/.");
    }
}
