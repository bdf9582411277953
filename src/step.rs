//! Named steps between which a run may end, for tests that end it there.
//!
//! A step stands between two system calls that change something on disk. A debug build ends at one, or waits there,
//! if its environment says so; a release build has nothing of this.

/// Marks a step.
#[cfg(not(any(debug_assertions, test)))]
#[inline]
pub(crate) fn reached(_name: &str) {}

#[cfg(test)]
pub(crate) use debug::each;
/// Notes that work was done whose amount tests look at.
#[cfg(not(any(debug_assertions, test)))]
#[inline]
pub(crate) fn counted(_name: &str) {}

#[cfg(any(debug_assertions, test))]
pub(crate) use debug::{counted, reached};

#[cfg(any(debug_assertions, test))]
mod debug {
    use std::cell::{Cell, RefCell};

    type Watcher = Box<dyn FnMut(usize, &str)>;

    thread_local! {
        static COUNT: Cell<usize> = const { Cell::new(0) };
        static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
    }

    pub(crate) fn reached(name: &str) {
        let count = COUNT.get();
        COUNT.set(count + 1);
        let watcher = WATCHER.take();
        if let Some(mut watcher) = watcher {
            watcher(count, name);
            WATCHER.set(Some(watcher));
        }
        #[cfg(unix)]
        process::reached(count, name);
    }

    #[cfg_attr(not(unix), allow(unused_variables))]
    pub(crate) fn counted(name: &str) {
        #[cfg(unix)]
        process::counted(name);
    }

    /// Calls `watcher` with the number and the name of each step that this thread comes to while `work` is done.
    #[cfg(test)]
    pub(crate) fn each<T>(watcher: impl FnMut(usize, &str) + 'static, work: impl FnOnce() -> T) -> T {
        COUNT.set(0);
        WATCHER.set(Some(Box::new(watcher)));
        let made = work();
        WATCHER.set(None);
        made
    }

    #[cfg(unix)]
    mod process {
        use rustix::process::{Signal, getpid, kill_process};
        use std::ffi::OsString;
        use std::fs::OpenOptions;
        use std::io::{Read as _, Write as _};
        use std::sync::LazyLock;

        struct Wanted {
            names: Option<OsString>,
            work: Option<OsString>,
            at: Option<(usize, String)>,
        }

        /// `NIXPACKS_FIX_STEPS`: a file that each step's name is added to; `NIXPACKS_FIX_WORK`: one for work that is
        /// counted.
        /// `NIXPACKS_FIX_STEP`: the number of a step, and `KILL` or `TERM` as what ends the run there, or the path of a
        /// pair of pipes, `PATH.reached` and `PATH.go`, by which a test is told, and lets the run go on.
        static WANTED: LazyLock<Wanted> = LazyLock::new(|| {
            let asked =
                |wanted: &str| std::env::vars_os().find(|(name, _)| name == wanted).map(|(_, value)| value);
            let at = asked("NIXPACKS_FIX_STEP").and_then(|value| {
                let value = value.into_string().ok()?;
                let (count, action) = value.split_once(' ')?;
                Some((count.parse().ok()?, action.to_owned()))
            });
            Wanted { names: asked("NIXPACKS_FIX_STEPS"), work: asked("NIXPACKS_FIX_WORK"), at }
        });

        fn add(to: Option<&OsString>, name: &str) {
            if let Some(path) = to
                && let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path)
            {
                let _ = writeln!(file, "{name}");
            }
        }

        pub(super) fn counted(name: &str) {
            add(WANTED.work.as_ref(), name);
        }

        pub(super) fn reached(count: usize, name: &str) {
            let Wanted { names, at, .. } = &*WANTED;
            add(names.as_ref(), name);
            let Some((_, action)) = at.as_ref().filter(|(wanted, _)| *wanted == count) else { return };
            match action.as_str() {
                "KILL" => {
                    let _ = kill_process(getpid(), Signal::KILL);
                }
                "TERM" => {
                    let _ = kill_process(getpid(), Signal::TERM);
                    crate::interrupt::wait_for_signal();
                }
                pipes => {
                    if let Ok(mut reached) = OpenOptions::new().write(true).open(format!("{pipes}.reached")) {
                        let _ = writeln!(reached, "{name}");
                    }
                    if let Ok(mut go) = OpenOptions::new().read(true).open(format!("{pipes}.go")) {
                        let _ = go.read_to_end(&mut Vec::new());
                    }
                }
            }
        }
    }
}
