//! A request to an API, with what every forge does to one.

use super::http::{Request, Response};
use super::shared::Shared;
use super::state::World;
use serde_json::{Value, json};
use std::sync::MutexGuard;

/// A request with its body read.
pub struct Call<'a> {
    pub shared: &'a Shared,
    pub request: &'a Request,
    pub segments: Vec<String>,
    pub body: Value,
}

/// One page of a listing.
pub struct Page {
    pub items: Vec<Value>,
    pub number: usize,
    pub size: usize,
    pub next: Option<usize>,
    pub total: usize,
}

impl<'a> Call<'a> {
    /// The request below the API; an answer already if its body is no JSON.
    pub fn new(shared: &'a Shared, request: &'a Request) -> Result<Self, Response> {
        let segments = request.segments(shared.api()).unwrap_or_default();
        let Some(body) = request.json() else {
            shared.violation(request, "the body is no JSON");
            return Err(Response::json(400, &json!({"message": "Problems parsing JSON"})));
        };
        Ok(Self { shared, request, segments, body })
    }

    pub fn world(&self) -> MutexGuard<'a, World> {
        self.shared.world()
    }

    pub fn violation(&self, text: &str) {
        self.shared.violation(self.request, text);
    }

    /// Objects to query parameters and body fields that the forge would ignore.
    pub fn knows(&self, query: &[&str], fields: &[&str]) {
        for (name, _) in &self.request.query {
            if !query.contains(&name.as_str()) {
                self.violation(&format!("no query parameter `{name}`"));
            }
        }
        match &self.body {
            Value::Object(body) => {
                for name in body.keys().filter(|name| !fields.contains(&name.as_str())) {
                    self.violation(&format!("no field `{name}`"));
                }
            }
            Value::Null => {}
            _ => self.violation("the body is no object"),
        }
    }

    /// What stands in the path after so many of its parts, and the query, as they came.
    pub fn beyond(&self, parts: usize) -> String {
        let path = self.request.path.strip_prefix(self.shared.api()).unwrap_or_default();
        let rest: Vec<&str> = path.split('/').skip(parts + 1).collect();
        let path = if rest.is_empty() { String::new() } else { format!("/{}", rest.join("/")) };
        let query = &self.request.raw_query;
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// A query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.request.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A text of the body; nothing where it is missing or null.
    pub fn text(&self, name: &str) -> Option<String> {
        match &self.body[name] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            _ => {
                self.violation(&format!("`{name}` is no text"));
                None
            }
        }
    }

    /// A list of texts of the body.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.list(name, |item| item.as_str().map(str::to_owned))
    }

    /// A list of numbers of the body.
    pub fn numbers(&self, name: &str) -> Vec<u64> {
        self.list(name, Value::as_u64)
    }

    fn list<T>(&self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
        let Value::Array(items) = &self.body[name] else {
            if !self.body[name].is_null() {
                self.violation(&format!("`{name}` is no list"));
            }
            return Vec::new();
        };
        let read: Vec<T> = items.iter().filter_map(read).collect();
        if read.len() < items.len() {
            self.violation(&format!("`{name}` has items of another type"));
        }
        read
    }

    /// The page that is asked for.
    pub fn page(&self, items: Vec<Value>, size_name: &str, default: usize, limit: usize) -> Page {
        let number = |name: &str, default: usize| match self.query(name).map(str::parse) {
            Some(Ok(value)) if value > 0 => value,
            None => default,
            Some(_) => {
                self.violation(&format!("`{name}` is no positive number"));
                default
            }
        };
        let (page, size) = (number("page", 1), number(size_name, default).min(limit));
        let total = items.len();
        let items: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
        let next = (page * size < total).then_some(page + 1);
        Page { items, number: page, size, next, total }
    }

    /// A `Link` header of a page.
    pub fn link(&self, page: &Page) -> Option<String> {
        let next = page.next?;
        let others = self.request.query.iter().filter(|(name, _)| name != "page");
        let others: Vec<String> = others.map(|(name, value)| format!("{name}={value}&")).collect();
        let url = format!("{}{}?{}page=", self.shared.url, self.request.path, others.concat());
        let last = page.total.div_ceil(page.size);
        Some(format!("<{url}{next}>; rel=\"next\", <{url}{last}>; rel=\"last\""))
    }
}

/// The tree of a commit: path, mode, type and id of each entry.
pub fn tree(listed: &str) -> Vec<[String; 4]> {
    let entries = listed.split('\0').filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let (facts, path) = entry.split_once('\t').unwrap();
            let mut facts = facts.split(' ').map(str::to_owned);
            let mut fact = || facts.next().unwrap();
            let (mode, kind, id) = (fact(), fact(), fact());
            [path.to_owned(), mode, kind, id]
        })
        .collect()
}
