//! Looks at a repository's configuration before libgit2 or git reads it: either would wait on a pipe, or go through
//! files that include each other without an end.

use crate::load::{self, ReadFailure};
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};

/// Files that must be regular files if they exist.
const READ: [&str; 6] = ["HEAD", "config", "config.worktree", "packed-refs", "commondir", "info/attributes"];
/// The ones that may include other files.
const CONFIGS: [&str; 2] = ["config", "config.worktree"];
/// Settings of the section `core` that name a file which git reads.
const NAMED: [&str; 2] = ["attributesfile", "excludesfile"];
/// The largest configuration file that is accepted, in bytes.
const LARGEST: u64 = 1 << 20;
/// The most files that a configuration may include, directly and indirectly. One that is included twice counts twice.
const MOST: usize = 100;
/// Both libgit2 and git include no file that lies deeper.
const DEPTH: usize = 10;

/// Fails where libgit2 or git would read something else than a regular file to open the repository at `git_dir`, whose
/// work trees share `common_dir`.
pub(crate) fn check(git_dir: &Path, common_dir: &Path) -> anyhow::Result<()> {
    let both = || [git_dir, common_dir].into_iter();
    for file in READ.iter().flat_map(|name| both().map(move |dir| dir.join(name))) {
        if std::fs::metadata(&file).is_ok_and(|meta| !meta.is_file()) {
            bail!("`{}` is not a regular file", file.display());
        }
    }
    let mut left = MOST;
    for file in CONFIGS.iter().flat_map(|name| both().map(move |dir| dir.join(name))) {
        check_includes(&file, 0, &mut left)?;
    }
    Ok(())
}

fn check_includes(file: &Path, depth: usize, left: &mut usize) -> anyhow::Result<()> {
    if depth > DEPTH {
        return Ok(());
    }
    let named = || format!("`{}`", file.display());
    let text = match load::read(file, LARGEST) {
        Ok(text) => text,
        // Nothing is included then.
        Err(ReadFailure::Missing) => return Ok(()),
        Err(failure) => {
            return Err(failure).with_context(|| format!("cannot read git's settings {}", named()));
        }
    };
    for Reference { setting, path } in references(&text) {
        // A file that a setting names is looked for from the root of the work tree.
        let from = if setting.is_some() { file.parent() } else { Some(file) };
        let Some(path) = from.and_then(|from| resolved(from, &path)) else { continue };
        let Ok(meta) = std::fs::metadata(&path) else { continue };
        let path_name = path.display();
        if let Some(setting) = setting {
            if !meta.is_file() && path != Path::new("/dev/null") {
                bail!(
                    "{}: core.{setting} names `{path_name}`, which is not a regular file: remove that setting",
                    named()
                );
            }
            continue;
        }
        if !meta.is_file() {
            bail!("{} includes `{path_name}`, which is not a regular file: remove that include", named());
        }
        *left = left
            .checked_sub(1)
            .with_context(|| format!("{} includes more than {MOST} files, counting each time", named()))?;
        check_includes(&path, depth + 1, left)?;
    }
    Ok(())
}

/// A file that a configuration has git read.
struct Reference {
    /// The setting of the section `core` that names it; `None` for an include.
    setting: Option<&'static str>,
    path: Vec<u8>,
}

/// The file that a value in `file` names.
fn resolved(file: &Path, path: &[u8]) -> Option<PathBuf> {
    match path.strip_prefix(b"~/") {
        Some(inner) => Some(std::env::home_dir()?.join(to_path(inner))),
        None => Some(file.parent()?.join(to_path(path))),
    }
}

#[cfg(unix)]
fn to_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The files that a configuration has git read: the values of `path` in the sections `include` and `includeIf`, whatever
/// the condition is, and those of some settings.
fn references(text: &[u8]) -> Vec<Reference> {
    let mut rest = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut section: &[u8] = b"";
    let mut found = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'#' | b';' => line_end(rest),
            b'[' => {
                section = after.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
                header_end(after)
            }
            byte if byte.is_ascii_whitespace() => after,
            _ => {
                let end = rest.iter().position(|byte| b"=\n#;".contains(byte)).unwrap_or(rest.len());
                let (key, after) = rest.split_at(end);
                if let Some(value) = after.strip_prefix(b"=") {
                    let (path, after) = value_of(value);
                    let key = key.trim_ascii();
                    let is = |name: &str| section.eq_ignore_ascii_case(name.as_bytes());
                    let named = NAMED.into_iter().find(|name| key.eq_ignore_ascii_case(name.as_bytes()));
                    if (is("include") || is("includeif")) && key.eq_ignore_ascii_case(b"path") {
                        found.push(Reference { setting: None, path });
                    } else if is("core") && named.is_some() {
                        found.push(Reference { setting: named, path });
                    }
                    after
                } else {
                    line_end(after)
                }
            }
        };
    }
    found
}

fn line_end(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    &text[end..]
}

/// What comes after the `]` of a section's header. Its name may have one in quotes.
fn header_end(text: &[u8]) -> &[u8] {
    let (mut quoted, mut at) = (false, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'\n' => return &text[at..],
            b']' if !quoted => return &text[at + 1..],
            _ => {}
        }
        at += 1;
    }
    &[]
}

/// A value that may be quoted and go on after `\` at the end of a line, and what comes after it.
fn value_of(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    // Blanks at the end are a part of the value in quotes alone.
    let (mut quoted, mut kept, mut at) = (false, 0, 0);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'\n' => break,
            b'#' | b';' if !quoted => {
                value.truncate(kept);
                return (value, line_end(&text[at..]));
            }
            b'"' => quoted = !quoted,
            b'\\' => {
                let next = text.get(at).copied();
                at += 1;
                match next {
                    Some(b'\n') | None => continue,
                    Some(b'\r') if text.get(at) == Some(&b'\n') => {
                        at += 1;
                        continue;
                    }
                    Some(b'n') => value.push(b'\n'),
                    Some(b't') => value.push(b'\t'),
                    Some(b'b') => value.push(b'\x08'),
                    Some(other) => value.push(other),
                }
                kept = value.len();
            }
            blank if blank.is_ascii_whitespace() && !quoted => {
                if !value.is_empty() {
                    value.push(*blank);
                }
            }
            other => {
                value.push(*other);
                kept = value.len();
            }
        }
    }
    value.truncate(kept);
    (value, text.get(at..).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::{check, references};

    #[test]
    fn finds_what_a_configuration_includes_however_it_is_written() {
        for (text, expected) in [
            ("[include]\n\tpath = a b # c\n", &["a b"][..]),
            ("[core]\npath = a\n[INCLUDE] Path=b;c\n\tpath = c\n", &["b", "c"]),
            ("[includeIf \"gitdir:x]\\\"y\"]\npath = \" a#\"b\\\n c\\\\d \n", &[" a#b c\\d"]),
            ("\u{feff}[include]path=a\r\n[other \"include\"]\npath = b\n", &["a"]),
            ("# [include]\n; path = a\n[include]\npath\n# path = b\n", &[]),
            ("[include\npath = a", &["a"]),
        ] {
            let found = references(text.as_bytes());
            let found: Vec<_> = found.iter().map(|found| std::str::from_utf8(&found.path).unwrap()).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn refuses_files_that_include_each_other_without_an_end() {
        let dir = tempfile::TempDir::new().unwrap();
        let text = "[include]\npath = config\npath = config\n";
        std::fs::write(dir.path().join("config"), text).unwrap();
        let why = check(dir.path(), dir.path()).unwrap_err().to_string();
        assert!(why.ends_with("includes more than 100 files, counting each time"), "{why}");
        std::fs::write(dir.path().join("config"), "[include]\npath = nowhere\npath = a\n").unwrap();
        std::fs::write(dir.path().join("a"), "[include]\npath = .\n").unwrap();
        let why = check(dir.path(), dir.path()).unwrap_err().to_string();
        assert!(why.ends_with("which is not a regular file: remove that include"), "{why}");
        std::fs::write(dir.path().join("a"), "").unwrap();
        check(dir.path(), dir.path()).unwrap();
    }

    #[test]
    fn refuses_settings_that_name_what_is_no_file() {
        let dir = tempfile::TempDir::new().unwrap();
        let git_dir = dir.path().join(".git");
        std::fs::create_dir(&git_dir).unwrap();
        std::fs::create_dir(dir.path().join("pipe")).unwrap();
        std::fs::write(git_dir.join("config"), "[Core]\n\tAttributesFile = pipe\n").unwrap();
        let why = check(&git_dir, &git_dir).unwrap_err().to_string();
        assert!(
            why.contains("config`: core.attributesfile names `") && why.ends_with("remove that setting"),
            "{why}"
        );
        std::fs::write(
            git_dir.join("config"),
            "[core]\nattributesFile = nowhere\n[other]\nattributesFile = pipe\n",
        )
        .unwrap();
        check(&git_dir, &git_dir).unwrap();
    }
}
