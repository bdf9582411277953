use super::{AppLocation, Texts, all};
use crate::errors;
use crate::step;
use nixpacks_transforms::engine::FileChange;
use nixpacks_transforms::text::LineIndex;
use std::cell::Cell;
use std::fs::{self, OpenOptions, read_dir, rename, set_permissions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

thread_local! {
    /// Whether two files are to change places in several steps, as where the system cannot do it in one.
    pub(super) static WITHOUT_SWAP: Cell<bool> = const { Cell::new(false) };
}

fn app(files: &[(&str, &str)]) -> (TempDir, AppLocation) {
    let dir = TempDir::new().unwrap();
    for (path, text) in files {
        put(&dir.path().join(path), text);
    }
    let real = dir.path().canonicalize().unwrap();
    let home =
        AppLocation { shown: ".".to_owned(), dir: Some(real.clone()), top: real, ..AppLocation::default() };
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
    FileChange {
        path: path.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        edits: Vec::new(),
        created: false,
        removed: false,
    }
}

/// Writes; fails with the line that a person reads.
fn write(home: &AppLocation, changes: &[FileChange]) -> Result<(), String> {
    write_after(home, changes, &Texts::default())
}

fn write_after(home: &AppLocation, changes: &[FileChange], texts: &Texts) -> Result<(), String> {
    all(home, changes, texts).map_err(|error| errors::line(&error))
}

/// Names and texts of all that is there.
fn files(dir: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), get(entry.path())))
        .collect();
    files.sort();
    files
}

fn owned(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn writes_all_files_and_leaves_nothing_beside_them() {
    for without_swap in [false, true] {
        WITHOUT_SWAP.set(without_swap);
        let (dir, home) = app(&[("a", "1\r\n"), ("b", "2")]);
        write(&home, &[change("a", "1\r\n", "x\r\n"), change("b", "2", "")]).unwrap();
        assert_eq!(files(dir.path()), owned(&[("a", "x\r\n"), ("b", "")]));
    }
}

#[test]
fn writes_none_when_one_changed_since_it_was_read() {
    let (dir, home) = app(&[("a", "1"), ("b", "other")]);
    let error = write(&home, &[change("a", "1", "x"), change("b", "2", "y")]).unwrap_err();
    assert_eq!(error, "cannot write `b`: it changed since it was read");
    assert_eq!(files(dir.path()), owned(&[("a", "1"), ("b", "other")]));
}

#[test]
fn writes_none_when_a_file_changed_by_which_the_repair_was_decided() {
    let (dir, home) = app(&[("a", "1"), ("b", "2")]);
    let mut texts = Texts::default();
    for (path, text) in [("a", "1"), ("b", "2"), ("c", "3")] {
        texts.0.insert(path.to_owned(), LineIndex::new(text.to_owned()));
    }
    let error = write_after(&home, &[change("a", "1", "x")], &texts).unwrap_err();
    assert!(error.ends_with("c` changed since it was read"), "{error}");
    put(&dir.path().join("c"), "3");
    put(&dir.path().join("b"), "edited");
    let error = write_after(&home, &[change("a", "1", "x")], &texts).unwrap_err();
    assert!(error.ends_with("b` changed since it was read"), "{error}");
    assert_eq!(files(dir.path()), owned(&[("a", "1"), ("b", "edited"), ("c", "3")]));
    put(&dir.path().join("b"), "2");
    write_after(&home, &[change("a", "1", "x")], &texts).unwrap();
    assert_eq!(files(dir.path()), owned(&[("a", "x"), ("b", "2"), ("c", "3")]));
}

fn creation(path: &str, text: &str) -> FileChange {
    FileChange { created: true, ..change(path, "", text) }
}

#[test]
fn makes_a_file_that_is_not_there_and_takes_none_that_is() {
    let (dir, home) = app(&[("a", "1")]);
    write(&home, &[change("a", "1", "x"), creation("b", "new")]).unwrap();
    assert_eq!(files(dir.path()), owned(&[("a", "x"), ("b", "new")]));
    for there in ["", "mine"] {
        let (dir, home) = app(&[("a", "1"), ("b", there)]);
        let error = write(&home, &[change("a", "1", "x"), creation("b", "new")]).unwrap_err();
        assert_eq!(error, "cannot write `b`: it changed since it was read");
        assert_eq!(files(dir.path()), owned(&[("a", "1"), ("b", there)]));
    }
}

#[test]
fn takes_a_new_file_back_when_another_cannot_be_written() {
    for without_swap in [false, true] {
        WITHOUT_SWAP.set(without_swap);
        let (dir, home) = app(&[("b", "1")]);
        let target = dir.path().join("b");
        let watch = move |_, name: &str| {
            if name == "write: exchanged" {
                put(&target, "edited");
            }
        };
        let changes = [creation("a", "new"), change("b", "1", "x")];
        step::each(watch, || write(&home, &changes)).unwrap_err();
        assert_eq!(files(dir.path()), owned(&[("b", "edited")]));
    }
}

#[test]
fn two_runs_that_found_the_same_both_succeed() {
    let (dir, home) = app(&[("a", "1"), ("b", "2")]);
    let changes = [change("a", "1", "x"), change("b", "2", "y")];
    write(&home, &changes).unwrap();
    write(&home, &changes).unwrap();
    assert_eq!(files(dir.path()), owned(&[("a", "x"), ("b", "y")]));
}

#[test]
fn refuses_a_file_that_is_gone_or_that_the_path_leads_out_to() {
    let (_outer, outside) = app(&[("secret", "1")]);
    let (_dir, home) = app(&[]);
    assert!(write(&home, &[change("a", "1", "x")]).unwrap_err().starts_with("cannot write `a`"));
    let path = outside.top.join("secret");
    let error = write(&home, &[change(path.to_str().unwrap(), "1", "x")]).unwrap_err();
    assert!(error.ends_with("it lies outside the app's root"), "{error}");
}

#[test]
fn a_name_as_long_as_names_may_be_is_no_hindrance() {
    let name = "n".repeat(255);
    let (dir, home) = app(&[(&name, "1")]);
    write(&home, &[change(&name, "1", "x")]).unwrap();
    assert_eq!(files(dir.path()), owned(&[(&name, "x")]));
}

/// What an editor may do at a step: save in place, or write a new file and rename it.
fn save(path: &Path, by_rename: bool) {
    if by_rename {
        let new = path.with_file_name("saving");
        put(&new, "edited");
        rename(new, path).unwrap();
    } else {
        put(path, "edited");
    }
}

/// The steps that a write of two files takes.
fn steps(without_swap: bool) -> Vec<String> {
    WITHOUT_SWAP.set(without_swap);
    let (_dir, home) = app(&[("a", "1"), ("b", "2")]);
    let (send, names) = std::sync::mpsc::channel();
    let watch = move |_, name: &str| send.send(name.to_owned()).unwrap();
    step::each(watch, || write(&home, &[change("a", "1", "x"), change("b", "2", "y")])).unwrap();
    names.into_iter().collect()
}

#[test]
fn what_an_editor_saves_at_any_step_stays_and_is_in_no_mix() {
    for (without_swap, by_rename, name) in [(false, false), (false, true), (true, false), (true, true)]
        .into_iter()
        .flat_map(|(swap, rename)| ["a", "b"].map(|name| (swap, rename, name)))
    {
        let steps = steps(without_swap);
        assert!(steps.len() > 12, "{steps:?}");
        for (at, step) in steps.iter().enumerate() {
            let (dir, home) = app(&[("a", "1"), ("b", "2")]);
            let path = dir.path().join(name);
            let watch = move |count, _: &str| {
                if count == at {
                    save(&path, by_rename);
                }
            };
            let written = step::each(watch, || write(&home, &[change("a", "1", "x"), change("b", "2", "y")]));
            let now = files(dir.path());
            let what = format!("{name} at {step} ({at}), {without_swap} {by_rename}: {written:?} {now:?}");
            // One step is between the comparison and the renaming, where the system cannot do both in one.
            if without_swap
                && by_rename
                && step == "write: old file linked"
                && now == owned(&[("a", "x"), ("b", "y")])
            {
                continue;
            }
            let edited = |texts: (&str, &str)| match name {
                "a" => owned(&[("a", "edited"), ("b", texts.1)]),
                _ => owned(&[("a", texts.0), ("b", "edited")]),
            };
            // Before the file was replaced none is written; afterwards the edit is one of the new text.
            let want = if written.is_ok() { edited(("x", "y")) } else { edited(("1", "2")) };
            assert_eq!(now, want, "{what}");
        }
    }
}

#[test]
fn puts_earlier_files_back_when_one_cannot_be_written() {
    for without_swap in [false, true] {
        WITHOUT_SWAP.set(without_swap);
        let (dir, home) = app(&[("a", "1"), ("b", "2")]);
        let inner: PathBuf = dir.path().to_owned();
        // The second text vanishes once the first one is in its place.
        let watch = move |_, name: &str| {
            if name == "write: exchanged" {
                for entry in read_dir(&inner).unwrap().flatten() {
                    if entry.file_name().to_str().unwrap().ends_with("-1.tmp") {
                        fs::remove_file(entry.path()).unwrap();
                    }
                }
            }
        };
        let changes = [change("a", "1", "x"), change("b", "2", "y")];
        let error = step::each(watch, || write(&home, &changes)).unwrap_err();
        assert!(error.starts_with("failed to write `b`"), "{error}");
        assert_eq!(files(dir.path()), owned(&[("a", "1"), ("b", "2")]));
    }
}

#[test]
fn says_what_stands_in_the_way() {
    let (dir, home) = app(&[("a", "1"), ("b", "2")]);
    fs::remove_file(dir.path().join("b")).unwrap();
    fs::create_dir(dir.path().join("b")).unwrap();
    let error = write(&home, &[change("a", "1", "x"), change("b", "2", "y")]).unwrap_err();
    assert_eq!(error, "failed to read `b`: it is no regular file any more");
    assert_eq!((get(dir.path().join("a")), read_dir(dir.path()).unwrap().count()), ("1".to_owned(), 2));
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
    write(&home, &[change("link", "1", "x")]).unwrap();
    assert_eq!(get(dir.path().join("real")), "x");
    assert!(dir.path().join("link").is_symlink());
    assert_eq!(dir.path().join("real").metadata().unwrap().permissions().mode() & 0o777, 0o751);
    assert!(write(&home, &[change("out", "1", "x")]).unwrap_err().contains("outside"));
    assert_eq!(get(outer.path().join("secret")), "1");
}

#[cfg(unix)]
#[test]
fn two_names_of_one_file_are_written_once_or_refused() {
    use std::os::unix::fs::symlink;
    let (dir, home) = app(&[("real", "1")]);
    symlink("real", dir.path().join("link")).unwrap();
    let error = write(&home, &[change("link", "1", "x"), change("real", "1", "y")]).unwrap_err();
    assert_eq!(error, "cannot write `real`: it is the same file as `link`");
    write(&home, &[change("link", "1", "x"), change("real", "1", "x")]).unwrap();
    assert_eq!(get(dir.path().join("real")), "x");
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_replaced_and_stays_read_only() {
    let (dir, home) = app(&[("a", "1")]);
    let mut mode = dir.path().join("a").metadata().unwrap().permissions();
    mode.set_readonly(true);
    set_permissions(dir.path().join("a"), mode).unwrap();
    write(&home, &[change("a", "1", "x")]).unwrap();
    assert_eq!(get(dir.path().join("a")), "x");
    assert!(dir.path().join("a").metadata().unwrap().permissions().readonly());
}

#[cfg(target_os = "linux")]
#[test]
fn extended_attributes_survive() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let (dir, home) = app(&[("a", "1")]);
    let path = dir.path().join("a");
    if setxattr(&path, "user.origin", b"by hand", XattrFlags::empty()).is_err() {
        let _ = writeln!(std::io::stdout(), "skipped: write: no extended attributes here");
        return;
    }
    setxattr(&path, "user.empty", b"", XattrFlags::empty()).unwrap();
    // A mode under which the new file takes no attributes any more.
    set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
    write(&home, &[change("a", "1", "x")]).unwrap();
    let mut value = [0; 20];
    let length = getxattr(&path, "user.origin", &mut value).unwrap();
    assert_eq!((&value[..length], get(&path).as_str()), (&b"by hand"[..], "x"));
    assert_eq!(getxattr(&path, "user.empty", &mut value), Ok(0));
}

#[cfg(unix)]
#[test]
fn a_new_text_is_for_nobody_else_before_it_has_the_mode_of_the_old_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, home) = app(&[("a", "1")]);
    set_permissions(dir.path().join("a"), fs::Permissions::from_mode(0o600)).unwrap();
    let inner = dir.path().to_owned();
    let watch = move |_, step: &str| {
        for entry in read_dir(&inner).unwrap().flatten() {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?} at {step}", entry.file_name());
        }
    };
    step::each(watch, || write(&home, &[change("a", "1", "x")])).unwrap();
}

fn removal(path: &str, before: &str) -> FileChange {
    FileChange { removed: true, ..change(path, before, "\n") }
}

#[test]
fn removes_a_file_that_is_emptied_and_none_that_changed() {
    for without_swap in [false, true] {
        WITHOUT_SWAP.set(without_swap);
        let (dir, home) = app(&[("a", "1"), ("b", "2")]);
        write(&home, &[change("a", "1", "x"), removal("b", "2")]).unwrap();
        assert_eq!(files(dir.path()), owned(&[("a", "x")]));
        for there in ["", "mine"] {
            let (dir, home) = app(&[("a", "1"), ("b", there)]);
            let error = write(&home, &[change("a", "1", "x"), removal("b", "2")]).unwrap_err();
            assert_eq!(error, "cannot write `b`: it changed since it was read");
            assert_eq!(files(dir.path()), owned(&[("a", "1"), ("b", there)]));
        }
    }
}

#[test]
fn brings_a_removed_file_back_when_another_cannot_be_written() {
    for (at, gone) in [("write: moved away", false), ("write: old text removed", true)] {
        let (dir, home) = app(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let path = dir.path().to_owned();
        let mut seen = false;
        let watch = move |_: usize, step: &str| {
            if step == at && !std::mem::replace(&mut seen, true) {
                if gone {
                    // What is to be removed next is not there.
                    let beside = read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
                    let beside: Vec<PathBuf> =
                        beside.filter(|file| file.extension().is_some_and(|e| e == "tmp")).collect();
                    for file in beside {
                        fs::remove_file(&file).unwrap();
                    }
                } else {
                    put(&path.join("c"), "mine");
                }
            }
        };
        let changes = [removal("a", "1"), removal("b", "2"), change("c", "3", "x")];
        step::each(watch, || write(&home, &changes)).unwrap_err();
        let c = if gone { "3" } else { "mine" };
        assert_eq!(files(dir.path()), owned(&[("a", "1"), ("b", "2"), ("c", c)]), "{at}");
    }
}
