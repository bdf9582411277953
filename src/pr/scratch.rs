//! Temporary directories for clones. They are removed at the end of a run, also when a signal ends it. A run that is
//! killed leaves its own behind, and the next run removes them.
//!
//! While a directory is used its process holds a lock on it, which the system lets go of when that ends, however it
//! ends.

use crate::interrupt::{Cleanup, on_signal};
use anyhow::bail;
use std::fs::{File, remove_dir_all};
use std::path::Path;
use tempfile::TempDir;

/// How the names of our directories start.
const PREFIX: &str = "nixpacks-fix-clone-";
/// How many letters and digits follow.
const RANDOM: usize = 12;
/// Directories that are tried: a run that sweeps may remove one before it is locked.
const TRIES: usize = 8;

/// A temporary directory that nobody else sees, removed when this is dropped.
pub(crate) struct Scratch {
    // Removed before the lock is let go of, and before a signal would find it gone.
    dir: TempDir,
    _lock: Option<File>,
    _cleanup: Cleanup,
}

impl Scratch {
    /// An empty one.
    pub(crate) fn new() -> anyhow::Result<Self> {
        Self::in_dir(&std::env::temp_dir())
    }

    fn in_dir(parent: &Path) -> anyhow::Result<Self> {
        for _ in 0..TRIES {
            let mut builder = tempfile::Builder::new();
            builder.prefix(PREFIX).rand_bytes(RANDOM);
            // A clone may hold what not everybody on this machine may read.
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let dir = builder.tempdir_in(parent)?;
            let path = dir.path().to_owned();
            let cleanup = on_signal(move || {
                // What cannot be removed is left to the next run.
                let _ = remove_dir_all(path);
            });
            if let Ok(lock) = lock(dir.path()) {
                return Ok(Self { dir, _lock: lock, _cleanup: cleanup });
            }
        }
        bail!("its temporary directories are removed by somebody else")
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Removes the directories beside it that killed runs of this user have left.
    pub(crate) fn sweep_others(&self) {
        #[cfg(unix)]
        leavings::sweep(self.path());
    }
}

/// The lock on a directory that was just made; none where directories cannot be locked, and nobody sweeps. Fails if
/// somebody else has it.
#[cfg(unix)]
fn lock(dir: &Path) -> Result<Option<File>, leavings::InUse> {
    leavings::lock(dir)
}

/// Elsewhere a directory cannot be opened.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn lock(_: &Path) -> Result<Option<File>, ()> {
    Ok(None)
}

#[cfg(unix)]
mod leavings {
    use super::{PREFIX, RANDOM};
    use std::fs::{File, Metadata, TryLockError, read_dir, remove_dir_all, symlink_metadata};
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    /// What stands in a bare repository.
    const CONTENTS: [&str; 13] = [
        "FETCH_HEAD",
        "HEAD",
        "branches",
        "config",
        "description",
        "hooks",
        "info",
        "logs",
        "objects",
        "packed-refs",
        "refs",
        "shallow",
        "worktrees",
    ];

    /// Somebody has the lock on a directory, or it is gone.
    pub(super) struct InUse;

    /// Locks a directory, if locks work there.
    pub(super) fn lock(dir: &Path) -> Result<Option<File>, InUse> {
        let before = symlink_metadata(dir).map_err(|_| InUse)?;
        let file = File::open(dir).map_err(|_| InUse)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(InUse),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
        // Still that one, and still there: no link, and removed by nobody in between.
        let same = |other: &Metadata| (other.dev(), other.ino()) == (before.dev(), before.ino());
        let is_same = file.metadata().is_ok_and(|opened| same(&opened));
        let is_there = symlink_metadata(dir).is_ok_and(|now| same(&now));
        if is_same && is_there { Ok(Some(file)) } else { Err(InUse) }
    }

    /// Removes the directories beside `own` that are like it, and that nobody uses.
    pub(super) fn sweep(own: &Path) {
        let (Some(parent), Ok(ours)) = (own.parent(), symlink_metadata(own)) else { return };
        for entry in read_dir(parent).into_iter().flatten().flatten() {
            let path = entry.path();
            if path == own || !entry.file_name().to_str().is_some_and(is_our_name) {
                continue;
            }
            let is_like_ours = |found: Metadata| {
                // A link is no directory here.
                found.is_dir() && found.uid() == ours.uid() && found.mode() == ours.mode()
            };
            if !symlink_metadata(&path).is_ok_and(is_like_ours) || !holds_a_clone(&path) {
                continue;
            }
            if let Ok(Some(_lock)) = lock(&path) {
                // What cannot be removed is tried again by the next run. No link in it is followed.
                let _ = remove_dir_all(&path);
            }
        }
    }

    fn is_our_name(name: &str) -> bool {
        let random = name.strip_prefix(PREFIX);
        random.is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    }

    /// Whether a directory holds nothing but what a bare repository has, or less.
    fn holds_a_clone(dir: &Path) -> bool {
        let known = |name: &str| {
            // Git writes a file under another name first.
            CONTENTS.contains(&name.strip_suffix(".lock").unwrap_or(name)) || name.starts_with("shallow_")
        };
        read_dir(dir).is_ok_and(|mut entries| {
            entries.all(|entry| entry.is_ok_and(|entry| entry.file_name().to_str().is_some_and(known)))
        })
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{PREFIX, Scratch, TempDir};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::PathBuf;

    fn mode(path: &PathBuf, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn leavings_go_and_nothing_else_does() {
        let temporary = TempDir::new().unwrap();
        let named = |name: &str| temporary.path().join(name);
        let make = |name: &str, inner: &[&str]| {
            let path = named(name);
            fs::create_dir(&path).unwrap();
            mode(&path, 0o700);
            for inner in inner {
                fs::create_dir_all(path.join(inner)).unwrap();
            }
            path
        };
        let name = |end: &str| format!("{PREFIX}{end}");
        let outside = make("outside", &["objects/kept"]);
        let left = make(&name("aaaaaaaaaaaa"), &["objects/pack", "refs", "shallow.lock", "shallow_Xy12Zz"]);
        symlink(&outside, left.join("objects/link")).unwrap();
        let empty = make(&name("bbbbbbbbbbbb"), &[]);
        let kept = [
            make(&name("work"), &["objects"]),
            make(&name("cccccccccccc-old"), &["objects"]),
            make(&name("dddddddddd.."), &["objects"]),
            make(&name("eeeeeeeeeeee"), &["objects", "my-notes"]),
            make("nixpacks-fix-aaaaaaaaaaaa", &["objects"]),
            make(&name("ffffffffffff"), &["objects"]),
            named(&name("gggggggggggg")),
            named(&name("hhhhhhhhhhhh")),
        ];
        // Not made by us; a link; a file.
        mode(&kept[5], 0o755);
        symlink(&outside, &kept[6]).unwrap();
        let _ = fs::OpenOptions::new().create_new(true).write(true).open(&kept[7]).unwrap();
        let used = Scratch::in_dir(temporary.path()).unwrap();
        fs::create_dir(used.path().join("objects")).unwrap();
        let own = Scratch::in_dir(temporary.path()).unwrap();
        own.sweep_others();
        assert!(!left.exists() && !empty.exists());
        for path in kept.iter().chain([&outside.join("objects/kept")]) {
            assert!(path.symlink_metadata().is_ok(), "{path:?}");
        }
        assert!(used.path().join("objects").exists() && own.path().exists());
        let gone = used.path().to_owned();
        drop(used);
        assert!(!gone.exists());
    }

    #[test]
    fn nobody_else_may_look_into_one() {
        let scratch = Scratch::new().unwrap();
        assert_eq!(fs::metadata(scratch.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
