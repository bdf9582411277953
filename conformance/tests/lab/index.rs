//! A package index on the loopback interface. It has every package, in the versions that the apps ask for.

use crate::wheel;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tiny_http::{Header, Request, Response, Server};

/// What the index has beside stubs, and which versions of those.
#[derive(Default)]
pub(crate) struct Shelf {
    /// By normal name: wheels as they are.
    real: BTreeMap<String, Vec<PathBuf>>,
    /// By normal name: versions that some app pins.
    pinned: BTreeMap<String, BTreeSet<String>>,
}

impl Shelf {
    /// One with these real wheels.
    pub(crate) fn new(wheels: &[PathBuf]) -> Self {
        let mut shelf = Self::default();
        for path in wheels {
            let name = path.file_name().unwrap().to_str().unwrap();
            let package = wheel::normal(name.split('-').next().unwrap());
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
        if let Some(wheels) = self.real.get(package) {
            return wheels
                .iter()
                .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
                .collect();
        }
        let pinned = self.pinned.get(package).into_iter().flatten().map(String::as_str);
        ["0.0.1", "9999.0"]
            .into_iter()
            .chain(pinned)
            .map(|version| wheel::file_name(package, version))
            .collect()
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
        let answer = match path.split_once('/') {
            Some(("simple", package)) => {
                let package = wheel::normal(package);
                let link = |file: &String| format!("<a href=\"/files/{file}\">{file}</a>\n");
                let links: String = self.files(&package).iter().map(link).collect();
                Some((
                    format!("<!DOCTYPE html>\n<html><body>\n{links}</body></html>\n").into_bytes(),
                    "text/html",
                ))
            }
            Some(("files", file)) => self.wheel(file).map(|bytes| (bytes, "application/octet-stream")),
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
