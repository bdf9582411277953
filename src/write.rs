//! Writing: all files of an app or none, each in one step, and none that changed meanwhile.
//!
//! Every text is first staged beside its target; only when all are staged are they renamed over the
//! targets, and if one rename fails the earlier ones are put back. A crate for one atomic file would
//! not cover that, so the staging is here. A hard link to a target keeps the old text: renaming is what
//! makes the step atomic.

use crate::app::Home;
use crate::interrupt;
use crate::load::{self, Unread, phrase};
use nixpacks_transforms::engine::FileChange;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A target, checked, with its new text beside it.
struct Staged<'a> {
    change: &'a FileChange,
    shown: String,
    target: PathBuf,
    temporary: Temporary,
}

/// A file that goes when it is not renamed.
struct Temporary(Option<PathBuf>);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // There is nothing to be done about one that will not go.
            let _ = fs::remove_file(path);
        }
    }
}

/// Writes the changes of one app. Fails with a phrase that names the file; then nothing is changed.
pub(crate) fn all(home: &Home, changes: &[FileChange]) -> Result<(), String> {
    // A signal waits until all files are written or none.
    let _section = interrupt::uninterrupted();
    let mut staged = changes.iter().map(|change| stage(home, change)).collect::<Result<Vec<_>, _>>()?;
    commit(&mut staged)
}

/// Renames every text over its target, or none.
fn commit(staged: &mut [Staged<'_>]) -> Result<(), String> {
    for at in 0..staged.len() {
        let Some(now) = staged.get_mut(at) else { break };
        let Err(error) = now.temporary.rename_to(&now.target) else { continue };
        let failed = format!("failed to write `{}`: {}", now.shown, phrase(&error));
        for done in staged.iter().take(at) {
            let restored = stage_text(&done.target, &done.change.before)
                .and_then(|mut temporary| temporary.rename_to(&done.target));
            if let Err(error) = restored {
                let error = phrase(&error);
                return Err(format!("{failed}; and failed to put `{}` back: {error}", done.shown));
            }
        }
        return Err(failed);
    }
    Ok(())
}

fn stage<'a>(home: &Home, change: &'a FileChange) -> Result<Staged<'a>, String> {
    let shown = home.shown_file(&change.path);
    let target = real(home, &change.path).map_err(|why| format!("cannot write `{shown}`: {why}"))?;
    let limit = load::DEPLOY_LIMIT.max(change.before.len() as u64);
    match load::read(&target, limit) {
        Ok(bytes) if bytes == change.before.as_bytes() => {}
        Ok(_) | Err(Unread::Missing) => {
            return Err(format!("cannot write `{shown}`: it changed since it was read"));
        }
        Err(Unread::Because(why)) => return Err(format!("failed to read `{shown}`: {why}")),
    }
    let temporary = stage_text(&target, &change.after)
        .map_err(|error| format!("failed to write `{shown}`: {}", phrase(&error)))?;
    Ok(Staged { change, shown, target, temporary })
}

/// The file itself, behind any link.
pub(crate) fn real(home: &Home, path: &str) -> Result<PathBuf, String> {
    let dir = home.dir.as_ref().ok_or("it is standard input")?;
    let real = dir.join(home.on_disk(path)).canonicalize().map_err(|error| phrase(&error))?;
    let inside = real.strip_prefix(&home.top).map_err(|_| "it lies outside the app's root")?;
    if inside.components().any(|part| part.as_os_str() == ".git") {
        return Err("it lies in git's own directory".to_owned());
    }
    Ok(real)
}

/// Writes `text` to a new file beside `target`, with the mode and the owner of `target`.
fn stage_text(target: &Path, text: &str) -> io::Result<Temporary> {
    let meta = fs::metadata(target)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for attempt in 0..100 {
        let path = target.with_file_name(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => opened?,
        };
        let temporary = Temporary(Some(path));
        file.write_all(text.as_bytes())?;
        keep_owner(&file, &meta);
        file.set_permissions(meta.permissions())?;
        file.sync_all()?;
        return Ok(temporary);
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name beside the file"))
}

#[cfg(unix)]
fn keep_owner(file: &fs::File, meta: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt as _;
    if file.metadata().is_ok_and(|now| now.uid() != meta.uid() || now.gid() != meta.gid()) {
        // Only the superuser may give files away; for others the file becomes theirs.
        let _ = std::os::unix::fs::fchown(file, Some(meta.uid()), Some(meta.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &fs::File, _meta: &fs::Metadata) {}

impl Temporary {
    fn rename_to(&mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.0 {
            fs::rename(path, target)?;
        }
        self.0 = None;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::all;
    use crate::app::Home;
    use nixpacks_transforms::engine::FileChange;
    use std::fs::{OpenOptions, read_dir, set_permissions};
    use std::io::Write as _;
    use std::path::Path;
    use tempfile::TempDir;

    fn app(files: &[(&str, &str)]) -> (TempDir, Home) {
        let dir = TempDir::new().unwrap();
        for (path, text) in files {
            put(&dir.path().join(path), text);
        }
        let real = dir.path().canonicalize().unwrap();
        let home = Home { shown: ".".to_owned(), dir: Some(real.clone()), top: real, ..Home::default() };
        (dir, home)
    }

    fn put(path: &Path, text: &str) {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn get(path: impl AsRef<Path>) -> String {
        String::from_utf8(crate::load::read(path.as_ref(), 1 << 20).unwrap()).unwrap()
    }

    fn change(path: &str, before: &str, after: &str) -> FileChange {
        FileChange { path: path.to_owned(), before: before.to_owned(), after: after.to_owned() }
    }

    fn count(dir: &Path) -> usize {
        read_dir(dir).unwrap().count()
    }

    #[test]
    fn writes_all_files_and_leaves_nothing_beside_them() {
        let (dir, home) = app(&[("a", "1\r\n"), ("b", "2")]);
        all(&home, &[change("a", "1\r\n", "x\r\n"), change("b", "2", "")]).unwrap();
        assert_eq!(
            (get(dir.path().join("a")), get(dir.path().join("b"))),
            ("x\r\n".to_owned(), String::new())
        );
        assert_eq!(count(dir.path()), 2);
    }

    #[test]
    fn writes_none_when_one_changed_since_it_was_read() {
        let (dir, home) = app(&[("a", "1"), ("b", "other")]);
        let error = all(&home, &[change("a", "1", "x"), change("b", "2", "y")]).unwrap_err();
        assert_eq!(error, "cannot write `b`: it changed since it was read");
        assert_eq!(
            (get(dir.path().join("a")), get(dir.path().join("b"))),
            ("1".to_owned(), "other".to_owned())
        );
        assert_eq!(count(dir.path()), 2);
    }

    #[test]
    fn refuses_a_file_that_is_gone_or_that_the_path_leads_out_to() {
        let (_outer, outside) = app(&[("secret", "1")]);
        let (_dir, home) = app(&[]);
        assert!(all(&home, &[change("a", "1", "x")]).unwrap_err().starts_with("cannot write `a`"));
        let path = outside.top.join("secret");
        let error = all(&home, &[change(path.to_str().unwrap(), "1", "x")]).unwrap_err();
        assert!(error.ends_with("it lies outside the app's root"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn keeps_mode_and_link_and_writes_no_link_that_leads_out() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (outer, _) = app(&[("secret", "1")]);
        let (dir, home) = app(&[("real", "1")]);
        set_permissions(dir.path().join("real"), PermissionsExt::from_mode(0o751)).unwrap();
        symlink("real", dir.path().join("link")).unwrap();
        symlink(outer.path().join("secret"), dir.path().join("out")).unwrap();
        all(&home, &[change("link", "1", "x")]).unwrap();
        assert_eq!(get(dir.path().join("real")), "x");
        assert!(dir.path().join("link").is_symlink());
        assert_eq!(dir.path().join("real").metadata().unwrap().permissions().mode() & 0o777, 0o751);
        assert!(all(&home, &[change("out", "1", "x")]).unwrap_err().contains("outside"));
        assert_eq!(get(outer.path().join("secret")), "1");
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_file_is_replaced_and_stays_read_only() {
        let (dir, home) = app(&[("a", "1")]);
        let mut mode = dir.path().join("a").metadata().unwrap().permissions();
        mode.set_readonly(true);
        set_permissions(dir.path().join("a"), mode).unwrap();
        all(&home, &[change("a", "1", "x")]).unwrap();
        assert_eq!(get(dir.path().join("a")), "x");
        assert!(dir.path().join("a").metadata().unwrap().permissions().readonly());
    }

    #[test]
    fn puts_earlier_files_back_when_a_rename_fails() {
        let (dir, home) = app(&[("a", "1"), ("b", "2")]);
        let changes = [change("a", "1", "x"), change("b", "2", "y")];
        let mut staged: Vec<_> = changes.iter().map(|change| super::stage(&home, change).unwrap()).collect();
        // The second text vanishes between the two steps.
        std::fs::remove_file(staged[1].temporary.0.as_ref().unwrap()).unwrap();
        let error = super::commit(&mut staged).unwrap_err();
        assert!(error.starts_with("failed to write `b`"), "{error}");
        assert_eq!((get(dir.path().join("a")), get(dir.path().join("b"))), ("1".to_owned(), "2".to_owned()));
        drop(staged);
        assert_eq!(count(dir.path()), 2);
    }
}
