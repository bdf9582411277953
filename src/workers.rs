//! Does the same work on many things, several at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;

/// The stack of a worker: what the main thread has, so that no input is too deep for one of them alone.
const STACK: usize = 8 << 20;

/// A thread to be started, with that stack.
pub(crate) fn thread() -> Builder {
    Builder::new().stack_size(STACK)
}

/// What `work` makes of each item, in their order, in at most so many threads.
pub(crate) fn in_order<I: Sync, T: Send>(
    items: &[I],
    threads: usize,
    work: impl Fn(&I) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let made = work(item);
            if let Ok(mut done) = done.lock() {
                done.push((at, made));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(items.len()) {
            // One that cannot be started leaves its work to the others.
            let _ = thread().spawn_scoped(scope, run);
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}
