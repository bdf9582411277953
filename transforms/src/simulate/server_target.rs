//! The first operand of a server, which names the app, and what the server says to one that it cannot read.

use super::exec::Run;
use super::status::{Failure, Status};
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
        // With `--reload` it says so too, and then waits for a change that never comes.
        "uvicorn" if !has("--version") && !has("--help") => format!(
            "Error loading ASGI app. Import string \"{name}\" must be in format \"<module>:<attribute>\"."
        ),
        "daphne" => "ValueError: not enough values to unpack (expected 2, got 1)".to_owned(),
        _ => return None,
    };
    Some(Status::fail(Reason::Other, detail))
}

/// Code that gives a module names which its text does not have.
const COMPUTED: [&str; 11] = [
    "import *",
    "globals",
    "locals",
    "vars(",
    "__getattr__",
    "__dict__",
    "setattr",
    "exec",
    "eval",
    "sys.modules",
    "import_module",
];

impl Run<'_, '_> {
    /// What a server says where the text of the module has no such name at all; `None` where it may have it.
    pub(super) fn lacks_attribute(
        &self,
        program: &str,
        file: &str,
        (module, attribute): (&str, &str),
    ) -> Option<Status> {
        let first = attribute.split('.').next().unwrap_or(attribute);
        let detail = match program {
            "gunicorn" => format!("Failed to find attribute '{first}' in '{module}'."),
            "uvicorn" => {
                format!("Error loading ASGI app. Attribute \"{attribute}\" not found in module \"{module}\".")
            }
            "hypercorn" => {
                format!("Cannot load application from '{module}:{attribute}', application not found.")
            }
            "daphne" => format!("AttributeError: module '{module}' has no attribute '{first}'"),
            _ => return None,
        };
        // Ex) `pkg:app`, where `pkg/app.py` is imported somewhere
        if let Some(package) = file.strip_suffix("/__init__.py") {
            let inner = format!("{package}/{first}");
            if self.machine.exists(&inner) || self.machine.exists(&format!("{inner}.py")) {
                return None;
            }
        }
        let bytes = self.machine.read(file)?;
        let text = std::str::from_utf8(&bytes).ok()?;
        if !has_code(text) || may_name(text, first) {
            return None;
        }
        let shown = self.machine.view_path(file).unwrap_or_else(|| file.to_owned());
        let hint =
            app_of(text).map(|app| format!("`{shown}` has an app named `{app}`: write `{module}:{app}`"));
        Some(Status::Fail(Failure { reason: Reason::Other, detail, hint, at: None }))
    }
}

/// Classes of frameworks whose instances a server runs.
const APPS: [&str; 8] = [
    "FastAPI",
    "Flask",
    "Litestar",
    "Quart",
    "Sanic",
    "Starlette",
    "get_asgi_application",
    "get_wsgi_application",
];

/// The name of the one app that a module makes. Ex) `server = FastAPI()`
fn app_of(text: &str) -> Option<&str> {
    let mut names = text.lines().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let name = name.split(':').next().unwrap_or(name).trim_end();
        let (class, _) = value.trim_start().split_once('(')?;
        let class = class.rsplit('.').next().unwrap_or(class);
        (super::project::is_identifier(name) && APPS.contains(&class)).then_some(name)
    });
    names.next().filter(|_| names.next().is_none())
}

/// Whether a file has code of its own: one without is filled later, or stands for another.
fn has_code(text: &str) -> bool {
    text.contains('=') || text.contains("def ") || text.contains("class ")
}

/// Whether a module may have a name: its text has the word, or computes names.
fn may_name(text: &str, name: &str) -> bool {
    COMPUTED.iter().any(|mark| text.contains(mark))
        || text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::{app_of, has_code, may_name, operand, refuses};

    #[test]
    fn the_one_app_of_a_module_is_named() {
        for (text, want) in [
            ("server = FastAPI()\n", Some("server")),
            ("web: flask.Flask = flask.Flask(__name__)\n", Some("web")),
            ("a = Flask(1)\nb = Flask(2)\n", None),
            ("def make():\n    inner = Flask(1)\n", None),
            ("x = Blueprint(1)\n", None),
        ] {
            assert_eq!(app_of(text), want, "{text}");
        }
    }

    #[test]
    fn a_name_is_missing_only_from_plain_code() {
        for (text, lacks) in [
            ("server = Flask(__name__)\n", true),
            ("class Application:\n    pass\n", true),
            ("mapp = my_app = 1\n", true),
            ("app = 1\n", false),
            ("from x import y as app\n", false),
            ("from x import *\ny = 1\n", false),
            ("globals()['a' + 'pp'] = 1\n", false),
            ("setattr(m, NAME, 1)\nx = 1\n", false),
            ("def __getattr__(name):\n    return 1\n", false),
            ("import flask\n", false),
            ("", false),
        ] {
            assert_eq!(has_code(text) && !may_name(text, "app"), lacks, "{text}");
        }
    }

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
