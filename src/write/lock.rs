//! Locks a work tree, so that one run at a time writes there.

use anyhow::bail;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long another writer is waited for. A write takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// Locks the directory for as long as what is returned lives; nothing where a directory cannot be locked.
pub(super) fn lock(dir: &Path) -> anyhow::Result<Option<File>> {
    let Ok(file) = File::open(dir) else { return Ok(None) };
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another program keeps `{}` locked, most likely another `nixpacks-fix fix`: try again when it has ended",
                    dir.display()
                );
            }
        }
    }
}
