//! A forge on the loopback interface: git over HTTP with real repositories, and the API as its documentation has it.
//!
//! What a real forge would ignore in silence (a field or a query parameter that it does not have) fails the test,
//! when the handle is dropped.

#![allow(dead_code, unused_imports)]

mod bare;
mod call;
mod emulated;
mod emulated_pulls;
mod follow;
mod git;
mod gitea;
mod gitea_pulls;
mod github;
mod github_extras;
mod github_pulls;
mod gitlab;
mod gitlab_merges;
mod graphql;
mod http;
mod record;
mod repository;
mod shared;
mod state;

pub use http::Response;
pub use record::Recorded;
pub use repository::Repository;
pub use shared::When;
pub use state::{Comment, Kind, LOGIN, Pull, Settings, State};

use emulated::Emulator;
use http::Request;
use record::Recorder;
use shared::{Script, Shared, Stall, lock};
use state::World;
use std::io::{BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The token of a person. It must not show up in anything that is printed.
pub const TOKEN: &str = "s3cr3t-token-0123456789";
/// At GitHub, the token of an App that is installed where the person may push.
pub const APP_TOKEN: &str = "ghs_s3cr3t-token-0123456789";

/// Says once that tests are skipped, where the test runner does not swallow it.
pub fn skipped(why: &str) {
    static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut said = lock(&SAID);
    if !said.iter().any(|other| other == why) {
        said.push(why.to_owned());
        let _ = writeln!(std::io::stderr(), "skipped: {why}");
    }
}

/// A forge; it ends with its handle.
#[must_use]
pub struct Forge {
    shared: Arc<Shared>,
    address: SocketAddr,
    closing: Arc<AtomicBool>,
}

impl Forge {
    /// A GitHub Enterprise; nothing where git cannot serve.
    pub fn github() -> Option<Self> {
        Self::start(Kind::GitHub)
    }

    /// A GitLab; nothing where git cannot serve.
    pub fn gitlab() -> Option<Self> {
        Self::start(Kind::GitLab)
    }

    /// A Gitea, or Forgejo; nothing where git cannot serve.
    pub fn gitea() -> Option<Self> {
        Self::start(Kind::Gitea)
    }

    /// One of this kind; nothing where git cannot serve.
    pub fn start(kind: Kind) -> Option<Self> {
        Self::start_with(kind, None)
    }

    /// A GitHub whose API is the emulator there, with git and the same handle in front of it. What the emulator does not
    /// have (GraphQL, listings of organizations, most settings) is not there, and what it does not check goes through.
    pub fn emulated(url: &str) -> Option<Self> {
        Self::start_with(Kind::GitHub, Some(Emulator::new(url)))
    }

    fn start_with(kind: Kind, emulator: Option<Emulator>) -> Option<Self> {
        if !git::available() {
            skipped("pr: no git http-backend");
            return None;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let name = match kind {
            Kind::GitHub if emulator.is_some() => "emulated",
            Kind::GitHub => "github",
            Kind::GitLab => "gitlab",
            Kind::Gitea => "gitea",
        };
        let shared = Arc::new(Shared {
            kind,
            url: format!("http://{address}"),
            token: TOKEN,
            dir: tempfile::TempDir::new().unwrap(),
            world: Mutex::new(World::new(kind)),
            log: Mutex::default(),
            violations: Mutex::default(),
            scripts: Mutex::default(),
            before_push: Mutex::default(),
            before_call: Mutex::default(),
            stall: Mutex::default(),
            stalled: std::sync::Condvar::new(),
            recorder: Mutex::new(Recorder::from_environment(name)),
            emulator,
        });
        std::fs::create_dir_all(shared.root()).unwrap();
        std::fs::create_dir_all(shared.home()).unwrap();
        let closing = Arc::new(AtomicBool::new(false));
        let (ours, ends) = (Arc::clone(&shared), Arc::clone(&closing));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&ours);
                std::thread::spawn(move || stream.map(|stream| converse(&shared, stream)));
            }
        });
        Some(Self { shared, address, closing })
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// Where its API is: `--api-url`.
    pub fn api_url(&self) -> String {
        format!("{}{}", self.shared.url, self.shared.api())
    }

    pub fn token(&self) -> &'static str {
        self.shared.token
    }

    pub fn kind(&self) -> Kind {
        self.shared.kind
    }

    /// A new repository; with files, `main` has one commit of them.
    pub fn repository(&self, name: &str, files: &[(&str, &str)]) -> Repository {
        let repository = Repository::create(&self.shared, name);
        if !files.is_empty() {
            let files: Vec<_> = files.iter().map(|(path, text)| (*path, Some(*text))).collect();
            repository.commit("main", &files, "Start");
        }
        repository
    }

    /// A repository that is there, as one that was forked; nothing if there is none.
    pub fn at(&self, name: &str) -> Option<Repository> {
        Repository::find(&self.shared, name)
    }

    /// Makes an owner a person: it has no listing as an organization.
    pub fn user(&self, login: &str) {
        let mut world = self.shared.world();
        let id = world.id();
        world.users.entry(login.to_owned()).or_insert(id);
    }

    /// Lets no page of a listing have more entries than this, as forges may.
    pub fn page_limit(&self, limit: usize) {
        self.shared.world().page_limit = limit;
    }

    /// Lets no token ask whose it is.
    pub fn hide_viewer(&self) {
        self.shared.world().hides_viewer = true;
    }

    /// Gives an account another number, as if somebody had registered its name anew; the old one goes by another name.
    pub fn renumber(&self, login: &str) {
        let mut world = self.shared.world();
        let (old, new) = (world.users[login], world.id());
        world.users.insert(format!("{login}-before"), old);
        world.users.insert(login.to_owned(), new);
    }

    /// Answers requests whose path (with or without `/api/v3`) begins so with this, so many times, and then as always.
    pub fn script(&self, method: &str, path: &str, response: Response, times: usize) {
        let (method, path) = (method.to_owned(), path.to_owned());
        lock(&self.shared.scripts).push(Script { method, path, response, skip: 0, after: false, times });
    }

    /// Carries out one request and then answers with this.
    pub fn lose(&self, method: &str, path: &str, skip: usize, response: Response) {
        let (method, path) = (method.to_owned(), path.to_owned());
        lock(&self.shared.scripts).push(Script { method, path, response, skip, after: true, times: 1 });
    }

    /// The same as `script` for one request, after so many others that are answered as always.
    pub fn script_nth(&self, method: &str, path: &str, skip: usize, response: Response) {
        let (method, path) = (method.to_owned(), path.to_owned());
        lock(&self.shared.scripts).push(Script { method, path, response, skip, after: false, times: 1 });
    }

    /// Somebody else does something just before the next push looks where the branches are.
    pub fn before_push(&self, work: impl FnOnce() + Send + 'static) {
        *lock(&self.shared.before_push) = Some(Box::new(work));
    }

    /// Somebody else does something just before the next request of this method is answered whose path below the API
    /// begins so.
    pub fn before_call(&self, method: &str, path: &str, work: impl FnOnce() + Send + 'static) {
        *lock(&self.shared.before_call) = Some((method.to_owned(), path.to_owned(), Box::new(work)));
    }

    /// Everything that came in.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.shared.log).clone()
    }

    /// What came in that changes something: all of the API but reading, and pushes.
    pub fn writes(&self) -> Vec<Recorded> {
        self.requests().into_iter().filter(|request| request.write).collect()
    }

    /// Forgets what came in.
    pub fn forget(&self) {
        lock(&self.shared.log).clear();
    }

    /// From now on, the write after this many others is not answered. `Before`: it is not carried out, either.
    pub fn stall(&self, nth: usize, when: When) {
        *lock(&self.shared.stall) = Stall { planned: Some((nth, when)), ..Stall::default() };
    }

    /// Waits until a write was stalled: true. False if `done` says that the client has ended without.
    pub fn stalled(&self, mut done: impl FnMut() -> bool) -> bool {
        let began = Instant::now();
        loop {
            let over = done();
            if lock(&self.shared.stall).happened {
                return true;
            }
            if over {
                return false;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "neither stalled nor done");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Drops what is stalled, and answers everything again.
    pub fn resume(&self) {
        lock(&self.shared.stall).over = true;
        self.shared.stalled.notify_all();
        // What hangs has to see it before the next plan takes its place.
        std::thread::sleep(Duration::from_millis(20));
        *lock(&self.shared.stall) = Stall { over: true, ..Stall::default() };
    }

    /// What the forge objects to so far; forgotten with this.
    pub fn violations(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.shared.violations))
    }

    /// Fails if the forge objects to something.
    pub fn verify(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "a real forge has no use for this:\n{}", violations.join("\n"));
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        lock(&self.shared.stall).over = true;
        self.shared.stalled.notify_all();
        // Wakes the listener up to see it.
        let _ = TcpStream::connect(self.address);
        if !std::thread::panicking() {
            self.verify();
        }
    }
}

/// Answers the requests of one connection.
fn converse(shared: &Shared, stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_nodelay(true)?;
    let mut answers = std::io::BufWriter::new(stream.try_clone()?);
    let mut stream = BufReader::new(stream);
    while let Some(request) = Request::read(&mut stream, &mut answers)? {
        let Some(response) = shared.answer(&request) else {
            break;
        };
        response.write(&mut answers, request.method == "HEAD")?;
        if request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            break;
        }
    }
    answers.flush()
}
