//! Commands of Nixpacks as Railpack's image can run them: without its virtual environment, without paths of Nix.

use regex::{Captures, Regex};
use std::collections::BTreeSet;

/// The most environments that are looked for in commands.
const MOST: usize = 64;
/// Directories in which apps have their virtual environment.
const USUAL: [&str; 5] = ["/opt/venv", "/app/.venv", "/app/venv", ".venv", "venv"];

/// What takes the paths out of commands.
#[derive(Debug)]
pub(crate) struct Rewriter {
    environments: BTreeSet<String>,
    patterns: Option<Patterns>,
}

#[derive(Debug)]
struct Patterns {
    activation: Regex,
    programs: Regex,
    path: Regex,
    library_path: Regex,
    nix_program: Regex,
    python: Regex,
    blanks: Regex,
}

impl Rewriter {
    /// For the virtual environments that these commands make, and the usual ones.
    pub(crate) fn new<'c>(commands: impl Iterator<Item = &'c str>) -> Self {
        let mut environments: BTreeSet<String> = USUAL.map(str::to_owned).into();
        if let Ok(made) =
            Regex::new(r"(?:-m\s+(?:venv|virtualenv)|\bvirtualenv)((?:\s+--?[\w-]+)*)\s+([\w./-]+)")
        {
            for command in commands {
                let found = made.captures_iter(command).filter_map(|found| found.get(2));
                environments.extend(found.map(|path| path.as_str().trim_end_matches('/').to_owned()));
            }
        }
        environments = environments.into_iter().take(MOST).collect();
        environments.retain(|path| !matches!(path.as_str(), "" | "." | ".." | "/" | "/app"));
        let patterns = Patterns::new(&environments);
        Self { environments, patterns }
    }

    /// Whether a path is a virtual environment, or in one.
    pub(crate) fn is_environment(&self, path: &str) -> bool {
        let path = path.trim_start_matches("./");
        self.environments.iter().any(|own| {
            path.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// The command with programs by name, and without what activates an environment. `python` is the version that the
    /// app gets: another one is not called by its number.
    pub(crate) fn rewrite(&self, command: &str, python: Option<&str>) -> String {
        let Some(patterns) = &self.patterns else { return command.to_owned() };
        let text = patterns.activation.replace_all(command, "$before");
        let text = patterns.programs.replace_all(&text, "$before");
        let text = patterns.nix_program.replace_all(&text, "");
        let of_nix = |found: &Captures<'_>| {
            let all = found.get(0).map_or("", |found| found.as_str());
            if all.contains("/nix/") || all.contains(".nix-profile") { String::new() } else { all.to_owned() }
        };
        let text = patterns.library_path.replace_all(&text, of_nix);
        let text = patterns.path.replace_all(&text, "$before");
        let own = |found: &Captures<'_>| {
            let all = found.get(0).map_or("", |found| found.as_str());
            let is_own = found.name("version").map(|version| version.as_str()) == python;
            let before = found.name("before").map_or("", |before| before.as_str());
            if is_own { all.to_owned() } else { format!("{before}python") }
        };
        let text = patterns.python.replace_all(&text, own);
        let changed = text != command;
        let text = if changed { patterns.blanks.replace_all(&text, " ") } else { text };
        let text = text.trim();
        text.trim_end_matches("&&").trim_end_matches(';').trim_end().to_owned()
    }
}

impl Patterns {
    fn new(environments: &BTreeSet<String>) -> Option<Self> {
        let mut names: Vec<String> = environments.iter().map(|path| regex::escape(path)).collect();
        // The longest first: `/app/.venv` before `.venv`.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let one = format!("(?:\\./)?(?:{})", names.join("|"));
        let start = r#"(?P<before>^|[\s;&|("'=])"#;
        Some(Self {
            activation: Regex::new(&format!(
                r#"{start}(?:\.|source)\s+["']?{one}/bin/activate["']?\s*(?:&&|;|$)\s*"#
            ))
            .ok()?,
            programs: Regex::new(&format!("{start}{one}/bin/")).ok()?,
            path: Regex::new(&format!(
                r#"{start}export\s+PATH=["']?(?:{one}/bin|\$HOME/\.local/bin|/root/\.local/bin|~/\.local/bin|/root/\.nix-profile/bin):\$\{{?PATH\}}?["']?\s*(?:&&|;|$)\s*"#
            ))
            .ok()?,
            library_path: Regex::new(r#"(?:export\s+)?LD_LIBRARY_PATH=(?:"[^"]*"|'[^']*'|[^\s;&|]*)\s*(?:&&|;)?\s*"#)
                .ok()?,
            nix_program: Regex::new(r"/root/\.nix-profile/bin/").ok()?,
            python: Regex::new(r"(?P<before>^|[\s;&|(])python(?P<version>3\.\d+)\b").ok()?,
            blanks: Regex::new(r"[ \t]{2,}").ok()?,
        })
    }
}

/// A command in the form that Railpack runs without a shell: as it is where it has words alone, else in a bash of its
/// own.
pub(crate) fn encode(command: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" _./:=@%+,-[]".contains(&byte);
    let assigns = command.split(' ').next().is_some_and(|word| word.contains('='));
    let builtin = command
        .split(' ')
        .next()
        .is_some_and(|word| matches!(word, "." | "cd" | "export" | "source" | "set"));
    if command.bytes().all(plain) && !assigns && !builtin {
        return command.to_owned();
    }
    format!("bash -o pipefail -c '{}'", command.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{Rewriter, encode};

    #[test]
    fn takes_the_environment_out() {
        let made = ["python3 -m venv --copies app/env", "python -m venv /opt/venv && x"];
        let rewriter = Rewriter::new(made.into_iter());
        for (command, expected) in [
            ("/opt/venv/bin/python -m uvicorn a:b --port $PORT", "python -m uvicorn a:b --port $PORT"),
            (". /opt/venv/bin/activate && uvicorn a:b", "uvicorn a:b"),
            ("cd bot && ./app/env/bin/pip install x", "cd bot && pip install x"),
            ("source .venv/bin/activate", ""),
            (
                "bash -c 'set -e && . /opt/venv/bin/activate && exec gunicorn a'",
                "bash -c 'set -e && exec gunicorn a'",
            ),
            ("LD_LIBRARY_PATH=/nix/store/*/lib:$LD_LIBRARY_PATH /opt/venv/bin/python m.py", "python m.py"),
            ("export LD_LIBRARY_PATH=/usr/lib && ./run", "export LD_LIBRARY_PATH=/usr/lib && ./run"),
            ("export PATH=$HOME/.local/bin:$PATH && node server.js", "node server.js"),
            ("python3.11 -m pip install x", "python -m pip install x"),
            ("python3.12 -m pip install x", "python3.12 -m pip install x"),
            ("venv/bin/gunicorn my-venv/bin/x", "gunicorn my-venv/bin/x"),
            ("echo  a   b", "echo  a   b"),
        ] {
            assert_eq!(rewriter.rewrite(command, Some("3.12")), expected, "{command}");
        }
        assert!(rewriter.is_environment("/opt/venv/lib") && !rewriter.is_environment("/opt/venvs"));
    }

    #[test]
    fn encodes_for_a_splitter_without_a_shell() {
        assert_eq!(encode("pip install -r requirements.txt"), "pip install -r requirements.txt");
        assert_eq!(encode("cd a && ls"), "bash -o pipefail -c 'cd a && ls'");
        assert_eq!(encode("A=b ls"), "bash -o pipefail -c 'A=b ls'");
        assert_eq!(encode("echo 'it'"), r"bash -o pipefail -c 'echo '\''it'\'''");
    }
}
