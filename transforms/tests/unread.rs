//! What could not be read is not taken for what is not there.
#![allow(clippy::unwrap_used)]

use nixpacks_transforms::app::{AppView, Entry, Kind, MemoryApp, ReadError};
use nixpacks_transforms::engine::{self, Options};
use nixpacks_transforms::simulate::Outcome;
use std::borrow::Cow;

/// An app of which one file cannot be read.
struct Locked(MemoryApp, &'static str);

impl AppView for Locked {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.0.kind(path)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        if path == self.1 {
            return Err(ReadError { path: path.to_owned(), message: "permission denied".to_owned() });
        }
        self.0.read(path)
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        self.0.list(dir)
    }
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_prediction_open_and_the_files_alone() {
    let broken =
        "[phases.install]\ncmds = [\"pip install -r requirements.txt\"]\n[start]\ncmd = \"python main.py\"\n";
    for (config, locked) in [
        ("[start]\ncmd = \"python main.py\"\n", "requirements.txt"),
        (broken, "requirements.txt"),
        (broken, "nixpacks.toml"),
        (broken, "main.py"),
    ] {
        let app = MemoryApp::new([
            ("nixpacks.toml", config),
            ("requirements.txt", "flask\n"),
            ("main.py", "import flask\n"),
        ]);
        let outcome = engine::run(&Locked(app, locked), &Options::default()).unwrap();
        assert_eq!(outcome.before.outcome, Outcome::Unknown, "{locked}");
        assert_eq!(outcome.before.detail, format!("failed to read `{locked}`: permission denied"));
        assert_eq!(outcome.unread.iter().map(|error| error.path.as_str()).collect::<Vec<_>>(), [locked]);
        assert!(outcome.changes.is_empty() && outcome.findings.is_empty() && outcome.broken.is_empty());
    }
}
