//! What came in and what went out: in memory for the test, and on disk where `FORGE_RECORD` names a directory.

use super::http::{Request, Response};
use serde_json::{Map, Value, json};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A request and what came of it.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub method: String,
    /// Still percent-encoded, without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// 0 where nothing was answered.
    pub status: u16,
    pub response: String,
    /// Whether it was of a kind that changes what the forge has.
    pub write: bool,
}

impl Recorded {
    /// What came, and the answer; nothing if there was none.
    pub fn new(request: &Request, response: Option<&Response>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body: text(&request.body),
            status: response.map_or(0, |response| response.status),
            response: response.map(|response| text(&response.body)).unwrap_or_default(),
            write: is_write(request),
        }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Method and path, for comparing.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Whether a request is of a kind that changes what the forge has.
pub fn is_write(request: &Request) -> bool {
    if request.method == "GET" || request.method == "HEAD" {
        return false;
    }
    if request.path.ends_with("/graphql") {
        let body = request.json().unwrap_or_default();
        return body["query"].as_str().is_some_and(|text| text.trim_start().starts_with("mutation"));
    }
    if request.path.contains(".git/") {
        // git asks whether it may with a lone flush packet before it sends a large pack.
        return request.path.ends_with("/git-receive-pack") && request.body != b"0000";
    }
    true
}

/// A file of JSON lines.
pub struct Recorder {
    forge: &'static str,
    file: File,
}

impl Recorder {
    /// One for a forge, if the environment asks for it.
    pub fn from_environment(forge: &'static str) -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let dir = PathBuf::from(std::env::var_os("FORGE_RECORD")?);
        fs::create_dir_all(&dir).ok()?;
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let path = dir.join(format!("{forge}-{}-{number}.jsonl", std::process::id()));
        Some(Self { forge, file: File::create(path).ok()? })
    }

    /// Adds a line; `path` is relative to the API. The flags: that the test made up the answer, that the test meant
    /// to ask what there is no answer for.
    pub fn add(
        &mut self,
        request: &Request,
        path: &str,
        response: Option<&Response>,
        flags: &[(&str, bool)],
    ) {
        let mut query = Map::new();
        for (name, value) in &request.query {
            query.insert(name.clone(), json!(value));
        }
        let body: Option<Value> = response.and_then(|response| serde_json::from_slice(&response.body).ok());
        let mut line = json!({
            "forge": self.forge,
            "method": request.method,
            "path": path,
            "agent": request.header("user-agent"),
            "query": query,
            "request": request.json(),
            "status": response.map_or(0, |response| response.status),
            "response": body,
        });
        for (flag, value) in flags {
            line[*flag] = json!(value);
        }
        // A record that cannot be written fails where it is read.
        let _ = writeln!(self.file, "{line}");
    }
}
