//! Finding, reading and parsing the deploy files.

use super::procfile;
use super::types::{Place, PlanError};
use crate::app::AppView;
use crate::document::{Document, FileKind, ParseError, Value};

/// A deploy file larger than this is not read.
const MAX_SIZE: usize = 1 << 20;

/// What Nixpacks reads in each directory. Railway reads its own file at the root of the service.
const NIXPACKS_FILES: [(&str, FileKind); 3] = [
    ("nixpacks.toml", FileKind::NixpacksToml),
    ("nixpacks.json", FileKind::NixpacksJson),
    ("Procfile", FileKind::Procfile),
];
const RAILWAY_FILES: [(&str, FileKind); 2] =
    [("railway.json", FileKind::RailwayJson), ("railway.toml", FileKind::RailwayToml)];

/// The deploy files read so far.
#[derive(Debug, Default)]
pub(super) struct Deploy {
    /// Those that could be parsed.
    pub(super) documents: Vec<Document>,
    /// Those that could not.
    pub(super) broken: Vec<ParseError>,
}

impl Deploy {
    /// Reads the deploy files of the root.
    pub(super) fn root(view: &dyn AppView) -> Self {
        let mut deploy = Self::default();
        for (name, kind) in RAILWAY_FILES {
            deploy.load(view, name.to_owned(), kind);
        }
        deploy.directory(view, "");
        deploy
    }

    /// Reads the deploy files of a directory.
    pub(super) fn directory(&mut self, view: &dyn AppView, dir: &str) {
        for (name, kind) in NIXPACKS_FILES {
            self.load(view, if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }, kind);
        }
    }

    /// Reads one file, if it is there and was not read before.
    pub(super) fn load(&mut self, view: &dyn AppView, path: String, kind: FileKind) {
        let known = self.documents.iter().any(|document| document.path == path)
            || self.broken.iter().any(|broken| broken.path == path);
        if known || !view.is_file(&path) {
            return;
        }
        match text(view, &path) {
            Ok(text) => match parse(path, kind, text) {
                Ok(document) => self.documents.push(document),
                Err(broken) => self.broken.push(broken),
            },
            Err(message) => self.broken.push(ParseError { path, span: None, message }),
        }
    }

    /// The document at `path`, the reason why it could not be read, or `None` where no file is.
    pub(super) fn get(&self, path: &str) -> Option<Result<&Document, PlanError>> {
        if let Some(document) = self.documents.iter().find(|document| document.path == path) {
            return Some(Ok(document));
        }
        let broken = self.broken.iter().find(|broken| broken.path == path)?;
        let place = broken.span.map(|span| Place { path: broken.path.clone(), span });
        Some(Err(PlanError { message: broken.message.clone(), place }))
    }

    /// A string of the Railway file that counts: `railway.json` before `railway.toml`.
    pub(super) fn railway(&self, keys: &[&str]) -> Option<(String, Place)> {
        let document = RAILWAY_FILES.iter().find_map(|(name, _)| self.get(name)?.ok())?;
        let node = document.get(keys)?;
        let Value::Str(string) = &node.value else { return None };
        if string.decoded.trim().is_empty() {
            return None;
        }
        Some((string.decoded.clone(), Place { path: document.path.clone(), span: node.span }))
    }
}

fn text(view: &dyn AppView, path: &str) -> Result<String, String> {
    let bytes = view.read(path).map_err(|e| e.message)?.unwrap_or_default();
    if bytes.len() > MAX_SIZE {
        return Err("the file is larger than 1 MiB".to_owned());
    }
    String::from_utf8(bytes.into_owned()).map_err(|_| "stream did not contain valid UTF-8".to_owned())
}

fn parse(path: String, kind: FileKind, text: String) -> Result<Document, ParseError> {
    if kind == FileKind::Procfile { procfile::parse(path, text) } else { Document::parse(path, kind, text) }
}
