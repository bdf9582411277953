//! The plainest of HTTP clients.

use crate::server::{Forge, Kind, TOKEN};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends these headers and no others.
pub fn send(forge: &Forge, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
    let url = forge.url();
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if !body.is_empty() {
        let _ = write!(text, "Content-Length: {}\r\n", body.len());
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), text: text.to_owned() })
}

/// Asks the API as it wants to be asked.
pub fn ask(forge: &Forge, method: &str, path: &str, body: &Value) -> Answer {
    let below = forge.api_url().replacen(&forge.url(), "", 1);
    let path = if path == "/graphql" { "/api/graphql".to_owned() } else { format!("{below}{path}") };
    let token = match forge.kind() {
        Kind::GitHub => format!("Bearer {TOKEN}"),
        Kind::GitLab => TOKEN.to_owned(),
        Kind::Gitea => format!("token {TOKEN}"),
    };
    let name = if forge.kind() == Kind::GitLab { "PRIVATE-TOKEN" } else { "Authorization" };
    let mut headers = vec![(name, token.as_str()), ("User-Agent", "test")];
    if forge.kind() == Kind::GitHub {
        headers.extend([("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")]);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(forge, method, &path, &headers, &body).unwrap()
}

pub fn get(forge: &Forge, path: &str) -> Answer {
    ask(forge, "GET", path, &Value::Null)
}
