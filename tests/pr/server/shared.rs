//! What the threads of a forge share, and the way of a request through it.

use super::emulated::Emulator;
use super::http::{Request, Response};
use super::record::{Recorded, Recorder, is_write};
use super::state::{Kind, World};
use super::{emulated, git, gitea, github, gitlab, graphql};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// On which side of the real work a stalled request stays without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

#[derive(Debug, Default)]
pub(super) struct Stall {
    /// How many writes are still let through.
    pub planned: Option<(usize, When)>,
    pub happened: bool,
    /// Whether stalled requests are to be let go, without an answer.
    pub over: bool,
}

/// What somebody else does before a request, with the method and the path of that.
pub(super) type Interruption = (String, String, Box<dyn FnOnce() + Send>);

pub(super) struct Script {
    pub method: String,
    pub path: String,
    pub response: Response,
    /// How many are answered as always before that.
    pub skip: usize,
    /// The request is carried out all the same.
    pub after: bool,
    pub times: usize,
}

thread_local! {
    /// Whether the request that this thread answers was objected to.
    static OBJECTED: Cell<bool> = const { Cell::new(false) };
}

/// All of it.
pub struct Shared {
    pub kind: Kind,
    pub url: String,
    pub token: &'static str,
    pub(super) dir: TempDir,
    pub(super) world: Mutex<World>,
    pub(super) log: Mutex<Vec<Recorded>>,
    pub(super) violations: Mutex<Vec<String>>,
    pub(super) scripts: Mutex<Vec<Script>>,
    /// Done once, just before a push is told where the branches are.
    pub(super) before_push: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    /// Done once, just before a request of that method whose path begins so is answered.
    pub(super) before_call: Mutex<Option<Interruption>>,
    pub(super) stall: Mutex<Stall>,
    pub(super) stalled: Condvar,
    pub(super) recorder: Mutex<Option<Recorder>>,
    /// What answers the API instead of this.
    pub(super) emulator: Option<Emulator>,
}

/// A lock that outlives a panic elsewhere: that one is reported already.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    /// Lets pull requests follow what came to a repository.
    pub fn pushed(&self, key: &str) {
        if let Some(emulator) = &self.emulator {
            let bare = self.world().repositories[key].bare.clone();
            emulator.mirror(key, &bare);
        }
        self.world().follow(key);
    }

    /// Where the repositories are.
    pub fn root(&self) -> PathBuf {
        self.dir.path().join("repositories")
    }

    /// A home without settings.
    pub fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// The path that everything of the API is below.
    pub fn api(&self) -> &'static str {
        match self.kind {
            Kind::GitHub => "/api/v3",
            Kind::GitLab => "/api/v4",
            Kind::Gitea => "/api/v1",
        }
    }

    /// Notes what a real forge would let pass in silence, and no test should.
    pub fn violation(&self, request: &Request, text: &str) {
        OBJECTED.set(true);
        lock(&self.violations).push(format!("{} {}: {text}", request.method, request.path));
    }

    /// The path below the API; nothing for git.
    fn below_api<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.kind == Kind::GitHub && path == "/api/graphql" {
            return Some("/graphql");
        }
        path.strip_prefix(self.api()).filter(|rest| rest.starts_with('/'))
    }

    /// The answer to a request; nothing if the connection is to end without one.
    pub fn answer(&self, request: &Request) -> Option<Response> {
        let stall = if is_write(request) { self.count_write() } else { None };
        OBJECTED.set(false);
        self.interrupt(request);
        let mut scripted = false;
        let response = (stall != Some(When::Before)).then(|| {
            let Some((response, after)) = self.scripted(request) else { return self.handle(request) };
            scripted = true;
            if after {
                self.handle(request);
            }
            response
        });
        let sent = response.as_ref().filter(|_| stall.is_none());
        lock(&self.log).push(Recorded::new(request, sent));
        if let (Some(path), Some(recorder)) = (self.below_api(&request.path), lock(&self.recorder).as_mut()) {
            recorder.add(
                request,
                path,
                response.as_ref(),
                &[("scripted", scripted), ("objected", OBJECTED.get())],
            );
        }
        if stall.is_some() {
            let mut stall = lock(&self.stall);
            stall.happened = true;
            self.stalled.notify_all();
            while !stall.over {
                // Nothing waits longer than a test that hangs.
                let waited = self.stalled.wait_timeout(stall, Duration::from_secs(120));
                stall = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            return None;
        }
        response
    }

    fn interrupt(&self, request: &Request) {
        let below = self.below_api(&request.path).unwrap_or(&request.path);
        let due = |(method, path, _): &mut Interruption| {
            *method == request.method && below.starts_with(path.as_str())
        };
        let due = lock(&self.before_call).take_if(due);
        if let Some((_, _, work)) = due {
            work();
        }
    }

    fn count_write(&self) -> Option<When> {
        let mut stall = lock(&self.stall);
        let (left, when) = stall.planned?;
        stall.planned = left.checked_sub(1).map(|left| (left, when));
        (left == 0).then_some(when)
    }

    /// What a test has answered here, and whether the request is carried out all the same.
    fn scripted(&self, request: &Request) -> Option<(Response, bool)> {
        let mut scripts = lock(&self.scripts);
        let below = self.below_api(&request.path).unwrap_or(&request.path);
        let script = scripts.iter_mut().find(|script| {
            let path = script.path.as_str();
            script.times > 0
                && script.method == request.method
                && (below.starts_with(path) || request.path.starts_with(path))
        })?;
        if let Some(fewer) = script.skip.checked_sub(1) {
            script.skip = fewer;
            return None;
        }
        script.times -= 1;
        Some((script.response.clone(), script.after))
    }

    fn handle(&self, request: &Request) -> Response {
        let real = || match (self.below_api(&request.path), self.kind) {
            (None, _) => git::serve(self, request),
            (Some(below), _) if self.emulator.is_some() => emulated::forward(self, request, below),
            (Some("/graphql"), Kind::GitHub) => graphql::serve(self, request),
            (Some(_), Kind::GitHub) => github::serve(self, request),
            (Some(_), Kind::GitLab) => gitlab::serve(self, request),
            (Some(_), Kind::Gitea) => gitea::serve(self, request),
        };
        catch_unwind(AssertUnwindSafe(real)).unwrap_or_else(|_| {
            self.violation(request, "the forge of the test panicked");
            Response::text(500, "the forge of the test panicked\n")
        })
    }
}
