//! Leaves nothing behind when a signal ends the process.
//!
//! SIGINT, SIGTERM and SIGHUP arrive in a thread of their own. When one arrives, that thread
//! 1. waits until no step is under way that must not be cut in two ([`uninterrupted`]),
//! 2. passes the signal on to the child processes ([`spawn`]) and waits until they have ended,
//! 3. runs the cleanups ([`on_signal`]),
//! 4. ends the process by the same signal, so that a shell and a supervisor see what ended it.
//!
//! A process that is killed (SIGKILL) runs nothing; what it leaves is swept by the next run.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::process::{Child, Command};
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
#[cfg(unix)]
use std::time::{Duration, Instant};

/// How long child processes may take to end before they are killed, and once more after that.
#[cfg(unix)]
const GRACE: Duration = Duration::from_secs(5);

type CleanupFn = Box<dyn FnOnce() + Send>;

/// What is under way in this process.
struct State {
    /// A signal has arrived: nothing new begins.
    ending: bool,
    sections: usize,
    children: Vec<u32>,
    cleanups: BTreeMap<u64, CleanupFn>,
    next_cleanup: u64,
}

static STATE: Mutex<State> = Mutex::new(State {
    ending: false,
    sections: 0,
    children: Vec::new(),
    cleanups: BTreeMap::new(),
    next_cleanup: 0,
});
/// Told whenever a section or a child process ends.
static CHANGED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    watch();
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same, once no signal is ending the process; where one is, this thread stops here.
fn state_to_begin() -> MutexGuard<'static, State> {
    let state = state();
    if must_stop(&state) {
        drop(state);
        wait_for_the_end();
    }
    state
}

/// Whether this thread is to stop: but for the one that ends the process, and those in a step that is waited for.
fn must_stop(state: &State) -> bool {
    state.ending && DEPTH.get() == 0 && !CLEANS_UP.get()
}

/// The thread that ends the process is at work; whatever this one would do next would get in its way.
fn wait_for_the_end() -> ! {
    loop {
        std::thread::park();
    }
}

/// A cleanup that is wanted for as long as this lives.
#[must_use = "the cleanup is forgotten when this is dropped"]
pub(crate) struct Cleanup(u64);

/// Runs `cleanup` if a signal ends the process before what is returned is dropped.
pub(crate) fn on_signal(cleanup: impl FnOnce() + Send + 'static) -> Cleanup {
    let mut state = state_to_begin();
    let id = state.next_cleanup;
    state.next_cleanup += 1;
    state.cleanups.insert(id, Box::new(cleanup));
    Cleanup(id)
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        let mut state = state();
        let forgotten = state.cleanups.remove(&self.0);
        let stop = must_stop(&state);
        drop(state);
        // Dropped without the lock: what it holds may have a destructor that asks for it.
        drop(forgotten);
        if stop {
            wait_for_the_end();
        }
    }
}

/// A step that a signal waits for.
#[must_use = "the step ends when this is dropped"]
pub(crate) struct Section(());

thread_local! {
    /// How many sections this thread is in, one within the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// Whether this is the thread that ends the process; a cleanup may take all the steps that others may not.
    static CLEANS_UP: Cell<bool> = const { Cell::new(false) };
}

/// Makes signals wait until what is returned is dropped, on the same thread. For steps of milliseconds.
pub(crate) fn uninterrupted() -> Section {
    let mut state = state_to_begin();
    state.sections += 1;
    DEPTH.set(DEPTH.get() + 1);
    Section(())
}

impl Drop for Section {
    fn drop(&mut self) {
        let mut state = state();
        state.sections -= 1;
        DEPTH.set(DEPTH.get() - 1);
        let stop = must_stop(&state);
        drop(state);
        CHANGED.notify_all();
        if stop {
            wait_for_the_end();
        }
    }
}

/// A child process that a signal is passed on to for as long as this lives.
#[must_use = "a signal is no longer passed on when this is dropped"]
pub(crate) struct Running(u32);

/// Starts a child process. What comes with it has to be dropped once the child has been waited for.
pub(crate) fn spawn(command: &mut Command) -> io::Result<(Child, Running)> {
    // Started under the lock: a signal must not arrive between the start and the note of it.
    let mut state = state_to_begin();
    let child = command.spawn()?;
    let running = Running(child.id());
    state.children.push(child.id());
    Ok((child, running))
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = state();
        state.children.retain(|child| *child != self.0);
        let stop = must_stop(&state);
        drop(state);
        CHANGED.notify_all();
        if stop {
            // The child has ended because it was told to: there is nothing to say of that.
            wait_for_the_end();
        }
    }
}

/// Returns once a signal has arrived that ends the process.
#[cfg(all(unix, any(debug_assertions, test)))]
pub(crate) fn wait_for_signal() {
    let mut state = state();
    while !state.ending {
        state = CHANGED.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Starts the thread that signals arrive in.
fn watch() {
    static STARTED: Once = Once::new();
    STARTED.call_once(system::watch);
}

/// Ends everything that is under way, in order.
#[cfg(unix)]
fn end(signal: i32) {
    let lock = || STATE.lock().unwrap_or_else(PoisonError::into_inner);
    let wait = |state, time| CHANGED.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0;
    let mut state = lock();
    state.ending = true;
    CHANGED.notify_all();
    while state.sections > 0 {
        state = wait(state, GRACE);
    }
    for passed_on in [signal, signal_hook::consts::SIGKILL] {
        let since = Instant::now();
        for child in &state.children {
            system::pass_on(*child, passed_on);
        }
        while !state.children.is_empty() && since.elapsed() < GRACE {
            state = wait(state, GRACE);
        }
    }
    CLEANS_UP.set(true);
    // The last one first, as destructors would.
    while let Some((_, cleanup)) = state.cleanups.pop_last() {
        drop(state);
        cleanup();
        state = lock();
    }
}

#[cfg(unix)]
mod system {
    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    pub(super) fn watch() {
        let (ready, is_ready) = std::sync::mpsc::channel();
        let begun = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let ignored = ignored();
            let handled = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !ignored(*signal));
            let signals = Signals::new(handled);
            // Nobody waits for it where this process has ended.
            let _ = ready.send(());
            let Some(signal) = signals.ok().and_then(|mut signals| signals.forever().next()) else { return };
            super::end(signal);
            // Returns only if the signal cannot end the process.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            std::process::abort();
        });
        // Where no thread can be started, signals do what they do by default.
        if begun.is_ok() {
            let _ = is_ready.recv();
        }
    }

    /// Whether a signal was ignored when the process began, as `nohup` has it: it stays so.
    #[cfg(target_os = "linux")]
    fn ignored() -> impl Fn(i32) -> bool {
        let status =
            crate::load::read(std::path::Path::new("/proc/self/status"), 1 << 16).unwrap_or_default();
        let status = String::from_utf8_lossy(&status).into_owned();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
        move |signal| mask >> (signal - 1) & 1 == 1
    }

    /// Only Linux tells without unsafe code; elsewhere the signal that `nohup` is about is left alone.
    #[cfg(not(target_os = "linux"))]
    fn ignored() -> impl Fn(i32) -> bool {
        |signal| signal == SIGHUP
    }

    pub(super) fn pass_on(child: u32, signal: i32) {
        let Some(pid) = i32::try_from(child).ok().and_then(Pid::from_raw) else { return };
        let signal = match signal {
            SIGINT => Signal::INT,
            SIGHUP => Signal::HUP,
            SIGTERM => Signal::TERM,
            _ => Signal::KILL,
        };
        // One that has ended meanwhile needs no signal.
        let _ = kill_process(pid, signal);
    }
}

#[cfg(not(unix))]
mod system {
    /// Elsewhere the system ends the process, and the next run sweeps.
    pub(super) fn watch() {}
}
