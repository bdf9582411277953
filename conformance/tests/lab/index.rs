//! A package index on the loopback interface. It has every package, in the versions that the apps ask for.

use crate::wheel;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tiny_http::{Header, Request, Response, Server};

/// What the index has beside stubs, and which versions of those.
#[derive(Default)]
pub(crate) struct Shelf {
    /// By normal name: wheels as they are.
    real: BTreeMap<String, Vec<PathBuf>>,
    /// Those of them that an app may ask for in another version, which is a stub then.
    common: BTreeSet<String>,
    /// By normal name: versions that some app pins.
    pinned: BTreeMap<String, BTreeSet<String>>,
}

impl Shelf {
    /// One with these real wheels: the installers of Python itself, and the package managers with what they require.
    pub(crate) fn new(installers: &[PathBuf], managers: &[PathBuf]) -> Self {
        let mut shelf = Self::default();
        for path in installers.iter().chain(managers) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let package = wheel::normal(name.split('-').next().unwrap());
            if !installers.contains(path) && !["poetry", "uv"].contains(&&*package) {
                shelf.common.insert(package.clone());
            }
            shelf.real.entry(package).or_default().push(path.clone());
        }
        shelf
    }

    /// Takes in the pins of a text: `name[extra]==version`.
    pub(crate) fn add_pins(&mut self, text: &str) {
        for (at, _) in text.match_indices("==") {
            let before = text[..at].trim_end();
            let before =
                before.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')).map_or(before, |(x, _)| x);
            let start = before.rfind(|ch: char| !part(ch)).map_or(0, |at| at + 1);
            let after = text[at + 2..].trim_start();
            let version = &after[..after.find(|ch: char| !part(ch)).unwrap_or(after.len())];
            if version.starts_with(|ch: char| ch.is_ascii_digit()) {
                let name = wheel::normal(&before[start..]);
                self.pinned.entry(name).or_default().insert(version.to_owned());
            }
        }
    }

    fn files(&self, package: &str) -> Vec<String> {
        let pinned = self.pinned.get(package).into_iter().flatten().map(String::as_str);
        let Some(wheels) = self.real.get(package) else {
            let versions = ["0.0.1", "9999.0"].into_iter().chain(pinned);
            return versions.map(|version| wheel::file_name(package, version)).collect();
        };
        let real = wheels.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        let real: Vec<String> = real.collect();
        let is_real = |version: &&str| real.iter().any(|file| file.split('-').nth(1) == Some(version));
        let others = pinned.filter(|version| self.common.contains(package) && !is_real(version));
        let others = others.map(|version| wheel::file_name(package, version));
        others.chain(real.iter().cloned()).collect()
    }

    fn wheel(&self, file: &str) -> Option<Vec<u8>> {
        let mut parts = file.split('-');
        let (name, version) = (parts.next()?, parts.next()?);
        let real = self.real.get(&wheel::normal(name)).into_iter().flatten();
        match real.into_iter().find(|path| path.file_name() == Path::new(file).file_name()) {
            Some(path) => std::fs::read(path).ok(),
            None => Some(wheel::bytes(name, version)),
        }
    }

    fn answer(&self, request: Request) {
        let path = request.url().split('?').next().unwrap_or_default().trim_matches('/').to_owned();
        let host = request.headers().iter().find(|header| header.field.equiv("Host"));
        let host = host.map(|header| header.value.as_str().to_owned()).unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        let json = |value: serde_json::Value| Some((value.to_string().into_bytes(), "application/json"));
        let answer = match parts[..] {
            // Poetry reads nothing but JSON, of which the others ask for more than is said here.
            ["simple", package] if is_poetry(&request) => {
                let file = |file: &String| json!({ "filename": file, "url": format!("http://{host}/files/{file}"), "hashes": {} });
                let files: Vec<_> = self.files(&wheel::normal(package)).iter().map(file).collect();
                json(
                    json!({ "name": wheel::normal(package), "files": files, "meta": { "api-version": "1.0" } }),
                )
            }
            ["simple", package] => {
                let package = wheel::normal(package);
                let link = |file: &String| format!("<a href=\"/files/{file}\">{file}</a>\n");
                let links: String = self.files(&package).iter().map(link).collect();
                Some((
                    format!("<!DOCTYPE html>\n<html><body>\n{links}</body></html>\n").into_bytes(),
                    "text/html",
                ))
            }
            ["pypi", package, version, "json"] => json(self.release(&host, &wheel::normal(package), version)),
            ["files", file] => self.wheel(file).map(|bytes| (bytes, "application/octet-stream")),
            _ => None,
        };
        // Whoever asked may be gone: then its own run has failed already.
        let _ = match answer {
            Some((bytes, kind)) => {
                let kind = Header::from_bytes("Content-Type", kind).unwrap();
                request.respond(Response::from_data(bytes).with_header(kind))
            }
            None => request.respond(Response::empty(404)),
        };
    }
}

impl Shelf {
    /// What an index says of a release, as Poetry asks.
    fn release(&self, host: &str, package: &str, version: &str) -> serde_json::Value {
        let known = self.files(package).into_iter().find(|file| file.split('-').nth(1) == Some(version));
        let file = known.unwrap_or_else(|| wheel::file_name(package, version));
        let bytes = self.wheel(&file).unwrap_or_default();
        let digest = format!("{:x}", Sha256::digest(&bytes));
        json!({
            "info": { "name": package, "version": version, "summary": "", "platform": "", "requires_dist": [],
                "requires_python": null, "yanked": false },
            "urls": [{ "packagetype": "bdist_wheel", "url": format!("http://{host}/files/{file}"), "filename": file,
                "digests": { "sha256": digest }, "yanked": false }],
        })
    }
}

/// pip and uv name more than one type that they read.
fn is_poetry(request: &Request) -> bool {
    let accept = request.headers().iter().find(|header| header.field.equiv("Accept"));
    accept.is_some_and(|accept| accept.value.as_str() == "application/vnd.pypi.simple.v1+json")
}

fn part(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || matches!(ch, '.' | '_' | '-')
}

/// Serves a shelf for as long as the process lives; returns the port.
pub(crate) fn serve(shelf: Shelf) -> u16 {
    let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
    let port = server.server_addr().to_ip().unwrap().port();
    let shelf = Arc::new(shelf);
    for _ in 0..4 {
        let (server, shelf) = (Arc::clone(&server), Arc::clone(&shelf));
        std::thread::spawn(move || {
            while let Ok(request) = server.recv() {
                shelf.answer(request);
            }
        });
    }
    port
}
