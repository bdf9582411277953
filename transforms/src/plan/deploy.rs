//! Finding, reading and parsing the deploy files.

use super::procfile;
use super::types::{Place, PlanError, PlanErrorKind};
use crate::app::AppView;
use crate::document::schema::SIZE_LIMIT;
use crate::document::{Document, FileKind, ParseError, Value};

/// The deploy files read so far.
#[derive(Debug, Default)]
pub(super) struct Deploy {
    /// Those that could be parsed.
    pub(super) documents: Vec<Document>,
    /// Those that could not.
    pub(super) broken: Vec<ParseError>,
}

impl Deploy {
    /// Reads the deploy files of the root. Railway reads its own file there alone.
    pub(super) fn root(view: &dyn AppView) -> Self {
        let mut deploy = Self::default();
        for kind in FileKind::RAILWAY {
            deploy.load(view, kind.name().to_owned(), kind);
        }
        deploy.directory(view, "");
        deploy
    }

    /// Reads the deploy files of a directory.
    pub(super) fn directory(&mut self, view: &dyn AppView, dir: &str) {
        for kind in FileKind::CONFIGS.into_iter().chain([FileKind::Procfile]) {
            let name = kind.name();
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
        Some(Err(PlanError { kind: PlanErrorKind::Syntax, message: broken.message.clone(), place }))
    }

    /// The Railway file that counts: `railway.json` before `railway.toml`.
    pub(super) fn railway_file(&self) -> Option<&Document> {
        FileKind::RAILWAY.into_iter().find_map(|kind| self.get(kind.name())?.ok())
    }

    /// A string of the Railway file that counts.
    pub(super) fn railway(&self, keys: &[&str]) -> Option<(String, Place)> {
        let document = self.railway_file()?;
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
    if bytes.len() > SIZE_LIMIT {
        return Err(format!("the file is larger than {} MiB", SIZE_LIMIT >> 20));
    }
    String::from_utf8(bytes.into_owned()).map_err(|_| "the file is not UTF-8 text".to_owned())
}

fn parse(path: String, kind: FileKind, text: String) -> Result<Document, ParseError> {
    if kind == FileKind::Procfile { procfile::parse(path, text) } else { Document::parse(path, kind, text) }
}
