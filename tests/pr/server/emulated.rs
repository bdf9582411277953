//! An emulator of GitHub's API behind the same door, with git in front of it: `emulate`, which has no git transport.
//!
//! Commits are carried over object by object after each push. It computes ids as git does, so that they stay the same.

use super::TOKEN;
use super::bare::Bare;
use super::github::{door, refuse};
use super::http::{Request, Response};
use super::shared::{Shared, lock};
use super::state::{LOGIN, Settings};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;

/// A person's token, as `conformance/forges/seed.json` has it.
pub const PERSON: &str = "ada-token";

/// Where it is, and which objects of which repository it has.
pub struct Emulator {
    url: String,
    carried: Mutex<BTreeSet<(String, String)>>,
}

impl Emulator {
    pub fn new(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), carried: Mutex::default() }
    }

    fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let host = self.url.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(host).unwrap_or_else(|error| panic!("{}: {error}", self.url));
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for (name, value) in headers {
            head = format!("{head}{name}: {value}\r\n");
        }
        let mut bytes = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(body);
        (&stream).write_all(&bytes).unwrap();
        Response::read(&mut BufReader::new(&stream)).unwrap()
    }

    /// Asks it with a token.
    pub(super) fn ask(&self, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let token = format!("Bearer {token}");
        let headers =
            [("Authorization", token.as_str()), ("User-Agent", "glue"), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.send(method, path, &headers, body.as_bytes());
        (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
    }

    /// Asks it for what has to go well.
    pub(super) fn must(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(TOKEN, method, path, body);
        assert!(status < 300, "the emulator: {method} {path} {body}: {status} {answer}");
        answer
    }

    /// Makes an empty repository, in place of the one that an earlier run has left.
    pub fn create(&self, name: &str) {
        let (owner, short) = name.split_once('/').unwrap();
        self.ask(TOKEN, "DELETE", &format!("/repos/{name}"), &Value::Null);
        let path = if owner == LOGIN { "/user/repos".to_owned() } else { format!("/orgs/{owner}/repos") };
        self.must("POST", &path, &json!({"name": short, "auto_init": false}));
    }

    /// Sets what it knows of.
    pub fn set(&self, name: &str, old: &Settings, new: &Settings) {
        let mut known = old.clone();
        known.archived = new.archived;
        known.default_branch.clone_from(&new.default_branch);
        assert_eq!(known, *new, "the emulator can be set to `archived` and another default branch only");
        let body = json!({"archived": new.archived, "default_branch": new.default_branch});
        self.must("PATCH", &format!("/repos/{name}"), &body);
    }

    /// Gives it the branches of a repository.
    pub fn mirror(&self, name: &str, bare: &Bare) {
        let at = format!("/repos/{name}/git");
        let listed = bare.git(&["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads"]);
        let here: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
        let (_, there) = self.ask(TOKEN, "GET", &format!("{at}/matching-refs/heads/"), &Value::Null);
        let there: Vec<(String, String)> = there
            .as_array()
            .into_iter()
            .flatten()
            .map(|found| (text(&found["ref"]), text(&found["object"]["sha"])))
            .collect();
        let commits = bare.git(&["rev-list", "--reverse", "--topo-order", "--branches"]);
        for commit in commits.lines() {
            self.carry_commit(name, bare, commit);
        }
        for (reference, commit) in &here {
            match there.iter().find(|(other, _)| other == reference) {
                Some((_, same)) if same == commit => {}
                Some(_) => {
                    let path = format!("{at}/{reference}");
                    self.must("PATCH", &path, &json!({"sha": commit, "force": true}));
                }
                None => {
                    self.must("POST", &format!("{at}/refs"), &json!({"ref": reference, "sha": commit}));
                }
            }
        }
        let gone = there.iter().filter(|(reference, _)| here.iter().all(|(other, _)| other != reference));
        for (reference, _) in gone {
            self.must("DELETE", &format!("{at}/{reference}"), &Value::Null);
            // GitHub does that by itself.
            for pull in self.pulls(name) {
                if reference.strip_prefix("refs/heads/") == Some(&pull.head)
                    && pull.state == super::State::Open
                {
                    self.close(name, pull.number);
                }
            }
        }
    }

    /// Whether it has an object yet; from now on it has.
    fn first(&self, name: &str, id: &str) -> bool {
        lock(&self.carried).insert((name.to_owned(), id.to_owned()))
    }

    fn carry_commit(&self, name: &str, bare: &Bare, commit: &str) {
        if !self.first(name, commit) {
            return;
        }
        let at = format!("/repos/{name}/git");
        let listed = bare.git(&["ls-tree", "-rz", commit]);
        let mut entries = Vec::new();
        for [path, mode, kind, id] in super::call::tree(&listed) {
            if kind == "blob" && self.first(name, &id) {
                let content = bare.git(&["cat-file", "blob", &id]);
                self.must("POST", &format!("{at}/blobs"), &json!({"content": content, "encoding": "utf-8"}));
            }
            entries.push(json!({"path": path, "mode": mode, "type": kind, "sha": id}));
        }
        let tree = self.must("POST", &format!("{at}/trees"), &json!({"tree": entries}));
        let facts =
            bare.git(&["show", "-s", "--format=%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI", commit]);
        let facts: Vec<&str> = facts.trim_end().split('\0').collect();
        let raw = bare.git(&["cat-file", "commit", commit]);
        let person =
            |first: usize| json!({"name": facts[first], "email": facts[first + 1], "date": facts[first + 2]});
        let body = json!({
            "message": raw.split_once("\n\n").map(|(_, message)| message),
            "tree": tree["sha"],
            "parents": facts[0].split_whitespace().collect::<Vec<_>>(),
            "author": person(1),
            "committer": person(4),
        });
        let made = self.must("POST", &format!("{at}/commits"), &body);
        assert_eq!(made["sha"], commit, "the emulator has another id for\n{raw}");
    }

    /// The same text with the forge's address in place of the emulator's.
    fn rewritten(&self, shared: &Shared, text: &str) -> String {
        let api = format!("{}{}", shared.url, shared.api());
        [self.url.clone(), self.url.replace("127.0.0.1", "localhost")].iter().fold(
            text.to_owned(),
            |text, url| {
                text.replace(&format!("{url}/repos/"), &format!("{api}/repos/"))
                    .replace(&format!("{url}/user"), &format!("{api}/user"))
                    .replace(url, &shared.url)
            },
        )
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Passes a request on, and makes up for what an emulator without git cannot know.
pub fn forward(shared: &Shared, request: &Request, below: &str) -> Response {
    let emulator = shared.emulator.as_ref().unwrap();
    if let Some(refused) = door(shared, request) {
        return refused;
    }
    if below == "/graphql" {
        return refuse(404, "Not Found");
    }
    let query = if request.raw_query.is_empty() { String::new() } else { format!("?{}", request.raw_query) };
    let passed = ["authorization", "user-agent", "accept", "x-github-api-version", "content-type"];
    let headers: Vec<(&str, &str)> =
        passed.iter().filter_map(|name| request.header(name).map(|value| (*name, value))).collect();
    let response = emulator.send(&request.method, &format!("{below}{query}"), &headers, &request.body);
    let mut body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    if request.method == "POST" && below.ends_with("/forks") && response.status == 202 {
        let of = below.trim_start_matches("/repos/").trim_end_matches("/forks");
        let name = text(&body["full_name"]);
        let mut world = shared.world();
        if !world.repositories.contains_key(&name) {
            world.fork(of, &name, None);
        }
        drop(world);
        shared.pushed(&name);
    }
    refresh(shared, &mut body);
    let mut passed = Response::json(response.status, &body);
    passed.body = emulator.rewritten(shared, &body.to_string()).into_bytes();
    for (name, value) in &response.headers {
        if name == "link" || name == "location" || name.starts_with("x-ratelimit") {
            passed = passed.header(name, emulator.rewritten(shared, value));
        }
    }
    passed
}

/// The emulator keeps a pull request's head as it was when it was opened; at GitHub it follows the branch.
fn refresh(shared: &Shared, body: &mut Value) {
    let world = shared.world();
    let pulls = match body {
        Value::Array(items) => items.iter_mut().collect(),
        other => vec![other],
    };
    for pull in pulls.into_iter().filter(|pull| pull["state"] == "open" && pull["head"]["ref"].is_string()) {
        let (repository, branch) = (text(&pull["head"]["repo"]["full_name"]), text(&pull["head"]["ref"]));
        if let Some(tip) = world.tip(Some(&repository), &branch) {
            pull["head"]["sha"] = json!(tip);
        }
    }
}
