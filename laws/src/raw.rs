//! Bytes as one file of an app that is otherwise fixed.

use crate::App;
use nixpacks_transforms::engine::{Options, Strategy};

/// A config that needs a repair, beside the file that is drawn.
const CONFIG: &str = "[phases.setup]\nnixPkgs = [\"python311\", \"pip\"] # é\n\n[phases.install]\ncmds = [\"pip install -r requirements.txt\"]\n";

/// The files that the bytes may be; the first is what texts without a mark are.
const FILES: [&str; 8] = [
    "nixpacks.toml",
    "nixpacks.json",
    "railway.json",
    "railway.toml",
    "Procfile",
    "requirements.txt",
    "package.json",
    "pyproject.toml",
];

/// The app with these bytes as one of its files. A last byte below 8 says which: without one they are
/// a config, in JSON if they start like it, so that configs are good to start from.
pub fn app(bytes: &[u8]) -> App {
    let (marked, text) = match bytes.split_last() {
        Some((last, text)) if *last < 8 => (Some(usize::from(*last)), text),
        _ => (None, bytes),
    };
    let file = marked.unwrap_or_else(|| usize::from(text.starts_with(b"{")));
    let strategies = [Strategy::Auto, Strategy::Managed, Strategy::Venv, Strategy::Explicit];
    let strategy = strategies.get(text.len() % 4).copied().unwrap_or_default();
    let options = Options { strategy, unsafe_fixes: text.len() % 8 > 3, ..Options::default() };
    let mut app = App { options, ..App::default() };
    app.files.insert("main.py", "import flask\n");
    app.files.insert("requirements.txt", "flask\ngunicorn\n");
    app.files.insert("server/requirements.txt", "flask\n");
    app.files.insert("server/main.py", "import flask\n");
    if file > 1 {
        app.files.insert("nixpacks.toml", CONFIG);
    }
    app.files.insert(FILES.get(file).copied().unwrap_or_default(), text);
    app
}
