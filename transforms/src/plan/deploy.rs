//! Finding, reading and parsing the deploy files.

use super::procfile;
use super::types::{Place, PlanError, PlanErrorKind};
use crate::app::AppView;
use crate::document::schema::{self, SIZE_LIMIT};
use crate::document::{Document, FileKind, Node, ParseError, Table, Value};

/// The value of a key of Railway's own file that counts in an environment: its own before that of all.
pub fn railway_value<'d>(document: &'d Document, environment: &str, keys: &[&str]) -> Option<&'d Node> {
    let own: Vec<&str> = [schema::RAILWAY_ENVIRONMENTS, environment].iter().chain(keys).copied().collect();
    document.get(&own).or_else(|| document.get(keys))
}

/// The environments of Railway's own file that have a build or deploy setting of their own, but for the one that is
/// predicted.
pub(crate) fn other_environments(document: &Document) -> Vec<&str> {
    let all = document.get(&[schema::RAILWAY_ENVIRONMENTS]).and_then(Node::as_table);
    let entries = all.into_iter().flat_map(|table| &table.entries);
    let own = entries.filter(|entry| {
        let table = entry.node.as_table();
        let has = |key| table.and_then(|table| table.get(key)).is_some();
        entry.key.name != schema::RAILWAY_PRODUCTION && (has("build") || has("deploy"))
    });
    own.map(|entry| entry.key.name.as_str()).collect()
}

/// The configs of Nixpacks that the environments of Railway's own file name, as paths from the root.
pub(crate) fn configs_of_environments(document: &Document) -> impl Iterator<Item = &str> {
    let all = document.get(&[schema::RAILWAY_ENVIRONMENTS]).and_then(Node::as_table);
    all.into_iter().flat_map(|table| &table.entries).filter_map(|entry| {
        let keys =
            [&[schema::RAILWAY_ENVIRONMENTS, entry.key.name.as_str()][..], &schema::RAILWAY_CONFIG_PATH];
        let path = document.get(&keys.concat())?.as_str()?.decoded.trim();
        Some(path.trim_start_matches("./").trim_start_matches('/'))
    })
}

/// Whether a file holds settings or notes, by its name, and no code of an app.
pub fn is_settings_file(name: &str) -> bool {
    let kind = FileKind::of_name(name);
    let other = [".md", ".sh", ".yaml", ".yml"].iter().any(|extension| name.ends_with(extension));
    kind.is_some_and(|kind| kind != FileKind::Procfile) || other
}

/// The deploy files read so far.
#[derive(Debug, Default)]
pub(super) struct Deploy {
    /// The environment of Railway that is deployed.
    environment: String,
    /// Those that could be parsed.
    pub(super) documents: Vec<Document>,
    /// Those that could not.
    pub(super) broken: Vec<ParseError>,
}

impl Deploy {
    /// Reads the deploy files of the root. Railway reads its own file there alone.
    pub(super) fn root(view: &dyn AppView, environment: &str) -> Self {
        let mut deploy = Self { environment: environment.to_owned(), ..Self::default() };
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

    /// The Railway file that counts: `railway.json` before `railway.toml`. One that cannot be read stops the deploy.
    pub(super) fn railway_file(&self) -> Option<&Document> {
        FileKind::RAILWAY.into_iter().find_map(|kind| self.get(kind.name()))?.ok()
    }

    /// A table of the Railway file that counts.
    pub(super) fn railway_table(&self, keys: &[&str]) -> Option<(&Document, &Table)> {
        let document = self.railway_file()?;
        Some((document, railway_value(document, &self.environment, keys)?.as_table()?))
    }

    /// A string of the Railway file that counts.
    pub(super) fn railway(&self, keys: &[&str]) -> Option<(String, Place)> {
        let document = self.railway_file()?;
        let node = railway_value(document, &self.environment, keys)?;
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
