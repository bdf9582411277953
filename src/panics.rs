//! Work that may panic without ending the program.
//!
//! The released program aborts on a panic: without what it takes to unwind the stack it is a tenth smaller. What
//! must go on nevertheless runs in a thread of its own, which stays where it panicked until the program ends. It keeps
//! what it holds, so it must not hold a lock that others wait for while it reads what a repository says.

use crate::workers;
use std::cell::RefCell;
use std::sync::{Once, mpsc};

type Report = Box<dyn FnOnce()>;

thread_local! {
    /// How a thread whose panic is survived says that it panicked.
    static REPORT: RefCell<Option<Report>> = const { RefCell::new(None) };
}

/// What `work` makes, or nothing if it panics, which is printed as any panic is, or if no thread can be started.
pub(crate) fn survived<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            print(panic);
            if let Some(report) = REPORT.take() {
                report();
                // To return would end the program.
                loop {
                    std::thread::park();
                }
            }
        }));
    });
    let (sender, receiver) = mpsc::channel();
    let thread = workers::thread().spawn(move || {
        let panicked = sender.clone();
        REPORT.set(Some(Box::new(move || drop(panicked.send(None)))));
        let made = work();
        REPORT.set(None);
        drop(sender.send(Some(made)));
    });
    thread.ok()?;
    receiver.recv().ok().flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::survived;
    use std::process::{Command, exit};

    const SURVIVED: i32 = 7;

    #[test]
    fn a_panic_ends_its_own_work_alone() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "panics::tests::one_of_three_panics"])
            .output();
        assert_eq!(child.unwrap().status.code(), Some(SURVIVED));
    }

    #[test]
    #[ignore = "ends its process, because the test runner waits for the hook; the test above runs it"]
    fn one_of_three_panics() {
        let numbers = [1_usize, 2, 3].map(|number| {
            survived(move || {
                assert!(number != 2, "for this test");
                number * 2
            })
        });
        assert_eq!(numbers, [Some(2), None, Some(6)]);
        exit(SURVIVED);
    }
}
