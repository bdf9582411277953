//! Web servers among the programs of a start command, and where they are told their port.

use crate::shell::{SimpleCommand, Word};
use crate::simulate::{Command, base_name};
use crate::text::Span;

/// Servers, and the options that name a port or an address with one.
const SERVERS: &[(&str, &[&str])] = &[
    ("chainlit", &["--port"]),
    ("daphne", &["-p", "--port"]),
    ("fastapi", &["--port"]),
    ("flask", &["-p", "--port"]),
    ("granian", &["--port"]),
    ("gunicorn", &["-b", "--bind"]),
    ("hypercorn", &["-b", "--bind"]),
    ("streamlit", &["--server.port"]),
    ("uvicorn", &["--port"]),
    ("waitress-serve", &["--port", "--listen"]),
];

/// A server in a command.
pub(super) struct WebServer<'c> {
    /// Its name.
    pub(super) name: &'static str,
    /// The words that hold its port or an address with one.
    pub(super) ports: Vec<&'c Word>,
}

/// The first web server that a command runs, directly or behind `python -m`, `poetry run` and the like.
pub(super) fn web_server(command: &Command) -> Option<WebServer<'_>> {
    let script = command.script.as_ref().ok()?;
    script.all_simple_commands().find_map(of_simple)
}

fn of_simple(simple: &SimpleCommand) -> Option<WebServer<'_>> {
    let words = simple.unwrapped().words;
    let named = |word: &Word| {
        let name = base_name(word.text.as_deref()?);
        SERVERS.iter().find(|(server, _)| *server == name)
    };
    // `manage.py runserver 0.0.0.0:8000`
    if let Some(at) = words.iter().position(|word| word.text.as_deref() == Some("runserver")) {
        let behind = words.get(at + 1..).unwrap_or_default();
        let address = behind.iter().find(|word| !word.raw.starts_with('-'));
        return Some(WebServer { name: "runserver", ports: address.into_iter().collect() });
    }
    let program = words.first()?;
    let runs = matches!(base_name(program.text.as_deref()?), "poetry" | "uv" | "pdm" | "pipenv")
        || base_name(program.text.as_deref()?).starts_with("python");
    let among = if runs { words.iter().take(4).position(|word| named(word).is_some())? } else { 0 };
    let (name, options) = named(words.get(among)?)?;
    let mut ports = Vec::new();
    let mut asked = false;
    for word in words.get(among + 1..).unwrap_or_default() {
        let option = word.raw.split_once('=').map(|(option, _)| option);
        if asked || option.is_some_and(|option| options.contains(&option)) {
            ports.push(word);
        }
        asked = options.contains(&word.raw.as_str());
    }
    Some(WebServer { name, ports })
}

/// The digits of a port at the end of a word: `8000`, `0.0.0.0:8000`, `--port=8000`.
pub(super) fn fixed_port(word: &Word) -> Option<(&str, Span)> {
    let text = word.text.as_deref().filter(|text| !text.contains("unix:"))?;
    let digits = text.rsplit([':', '=']).next()?;
    let is_port = (2..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_port {
        return None;
    }
    let at = word.span.start + word.raw.rfind(digits)?;
    Some((digits, Span::new(at, at + digits.len())))
}
