//! The first operand of a server, which names the app, and what the server says to one that it cannot read.

use super::exec::Run;
use super::status::Status;
use super::verdict::Reason;

/// Options without a value: the word behind any other one is its value.
const FLAGS: [(&str, &[&str]); 3] = [
    (
        "uvicorn",
        &[
            "--reload",
            "--access-log",
            "--no-access-log",
            "--proxy-headers",
            "--no-proxy-headers",
            "--server-header",
            "--no-server-header",
            "--date-header",
            "--no-date-header",
            "--use-colors",
            "--no-use-colors",
            "--factory",
            "--reset-contextvars",
            "--version",
            "--help",
        ],
    ),
    (
        "gunicorn",
        &[
            "--reload",
            "--preload",
            "--daemon",
            "-D",
            "--spew",
            "--check-config",
            "--print-config",
            "--no-sendfile",
            "--reuse-port",
            "--capture-output",
            "--enable-stdio-inheritance",
            "-R",
            "--log-syslog",
            "--disable-redirect-access-to-syslog",
            "--initgroups",
            "--proxy-protocol",
            "--do-handshake-on-connect",
            "--suppress-ragged-eofs",
            "--version",
            "-v",
            "--help",
            "-h",
        ],
    ),
    ("daphne", &["--proxy-headers", "--no-server-name", "--version", "--help", "-h"]),
];

/// The first operand, where every word before it is known.
pub(super) fn operand<'a>(program: &str, args: &[Option<&'a str>]) -> Option<&'a str> {
    let (_, flags) = FLAGS.iter().find(|(name, _)| *name == program)?;
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let word = (*word)?;
        if !word.starts_with('-') {
            return Some(word);
        }
        // Ex) `--port=80`, `-w4`
        let joined = word.contains('=') || (!word.starts_with("--") && word.len() > 2);
        if !joined && !flags.contains(&word) {
            words.next();
        }
    }
    None
}

/// What a server says to an operand that does not name an app; `None` where it reads it.
pub(super) fn refuses(program: &str, args: &[Option<&str>]) -> Option<Status> {
    let has = |option: &str| args.iter().flatten().any(|arg| *arg == option);
    let name = operand(program, args).filter(|name| !name.contains(':'))?;
    let detail = match program {
        // With `--reload` it waits for a change.
        "uvicorn" if !has("--reload") && !has("--version") && !has("--help") => format!(
            "Error loading ASGI app. Import string \"{name}\" must be in format \"<module>:<attribute>\"."
        ),
        "daphne" => "ValueError: not enough values to unpack (expected 2, got 1)".to_owned(),
        _ => return None,
    };
    Some(Status::fail(Reason::Other, detail))
}

impl Run<'_, '_> {
    /// Whether gunicorn is told a module alone, whose text has no `application` in it.
    pub(super) fn lacks_application(&self, file: &str, args: &[Option<&str>]) -> bool {
        let bare = operand("gunicorn", args).is_some_and(|word| !word.contains(':'));
        let bytes = self.machine.read(file).filter(|_| bare);
        let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        // Another module may give it, or code that computes names. A file without code is one that is filled later.
        text.filter(|text| text.contains('=') || text.contains("def ")).is_some_and(|text| {
            !["application", "import *", "globals", "__getattr__", "exec"]
                .iter()
                .any(|mark| text.contains(mark))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{operand, refuses};

    #[test]
    fn finds_the_operand_behind_options() {
        for (command, want) in [
            ("uvicorn main", Some("main")),
            ("uvicorn --host 0.0.0.0 --port 80 --reload main.py", Some("main.py")),
            ("uvicorn --port=80 main:app", Some("main:app")),
            ("uvicorn --host", None),
            ("gunicorn -w4 -b 0.0.0.0:80 --preload wsgi", Some("wsgi")),
            ("gunicorn -c gunicorn.conf.py", None),
            ("hypercorn main", None),
        ] {
            let mut words = command.split(' ');
            let program = words.next().unwrap_or_default();
            let args: Vec<Option<&str>> = words.map(Some).collect();
            assert_eq!(operand(program, &args), want, "{command}");
        }
        assert!(refuses("uvicorn", &[Some("--port"), None, Some("main")]).is_some());
        assert!(refuses("uvicorn", &[None, Some("main")]).is_none());
        assert!(refuses("gunicorn", &[Some("main")]).is_none());
    }
}
