//! Copies a file's owner, mode and extended attributes to the file that replaces it.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Gives `file`, which is new, what the file at `like` has. Fails if the mode or an attribute of the user's cannot be
/// kept; what only a superuser may give is given as far as this user may.
pub(super) fn copy(like: &Path, meta: &Metadata, file: &File) -> io::Result<()> {
    // In this order: a change of owner resets bits of the mode, and a read-only file takes no attributes.
    keep_owner(file, meta);
    keep_extended(like, file)?;
    file.set_permissions(meta.permissions())
}

#[cfg(unix)]
fn keep_owner(file: &File, meta: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let Ok(now) = file.metadata() else { return };
    if now.uid() == meta.uid() && now.gid() == meta.gid() {
        return;
    }
    // Only the superuser may give files away; for others the file becomes theirs, in its group if it is one of theirs.
    if fchown(file, Some(meta.uid()), Some(meta.gid())).is_err() {
        let _ = fchown(file, None, Some(meta.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _meta: &Metadata) {}

/// The longest list of names, and the longest value, that Linux has.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
const LONGEST: usize = 64 << 10;

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn keep_extended(like: &Path, file: &File) -> io::Result<()> {
    use rustix::buffer::spare_capacity;
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
    let mut names = Vec::with_capacity(LONGEST);
    // A file system without them has nothing to keep.
    if listxattr(like, spare_capacity(&mut names)).is_err() {
        return Ok(());
    }
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        // Signatures of the old text.
        if matches!(name, b"security.ima" | b"security.evm") {
            continue;
        }
        let mut value = Vec::with_capacity(LONGEST);
        let kept = getxattr(like, name, spare_capacity(&mut value))
            .and_then(|_| fsetxattr(file, name, &value, XattrFlags::empty()));
        let of_the_user = name.starts_with(b"user.") || name == b"system.posix_acl_access";
        if let Err(error) = kept
            && of_the_user
        {
            return Err(error.into());
        }
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn keep_extended(_like: &Path, _file: &File) -> io::Result<()> {
    Ok(())
}
