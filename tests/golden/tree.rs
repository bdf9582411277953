//! The files of an app, compared byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A file: its bytes, and whether it may be executed.
type File = (Vec<u8>, bool);

/// Files by path, `/` between the parts; git's own directory at the top is none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree(BTreeMap<String, File>);

impl Tree {
    /// The files below `root`.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self(BTreeMap::new());
        tree.add(root, "").map_err(|error| format!("{}: {error}", root.display()))?;
        Ok(tree)
    }

    fn add(&mut self, dir: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if name == ".git" {
                continue;
            }
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                self.add(&entry.path(), &format!("{name}/"))?;
            } else {
                self.0.insert(name, (fs::read(entry.path())?, executable(&metadata)));
            }
        }
        Ok(())
    }

    /// Writes the files below `root`.
    pub(crate) fn write(&self, root: &Path) {
        for (name, (bytes, executable)) in &self.0 {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            if *executable {
                make_executable(&path);
            }
        }
    }

    /// Fails with what differs first.
    pub(crate) fn expect_same(&self, actual: &Self, when: &str) -> Result<(), String> {
        let names: std::collections::BTreeSet<&String> = self.0.keys().chain(actual.0.keys()).collect();
        for name in names {
            let why = match (self.0.get(name), actual.0.get(name)) {
                (Some(_), None) => Some("is gone".to_owned()),
                (None, _) => Some("should not be there".to_owned()),
                (Some(old), Some(new)) if old.1 != new.1 => {
                    Some(format!("executable: {} became {}", old.1, new.1))
                }
                (Some(old), Some(new)) => mismatch(&old.0, &new.0),
            };
            if let Some(why) = why {
                return Err(format!("{name} {when}: {why}"));
            }
        }
        Ok(())
    }
}

/// Says where two texts part, with the bytes that cannot be seen escaped.
pub(crate) fn mismatch(expected: &[u8], actual: &[u8]) -> Option<String> {
    if expected == actual {
        return None;
    }
    let same = expected.iter().zip(actual).take_while(|(old, new)| old == new).count();
    let (old, new) = (expected.get(..same)?, actual);
    let line = old.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = old.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let show = |bytes: &[u8]| {
        let rest = &bytes[start..];
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        format!("{:?}", String::from_utf8_lossy(&rest[..end]))
    };
    let whole = String::from_utf8_lossy(actual);
    Some(format!(
        "line {line} differs\n  expected {}\n  actual   {}\nthe whole of the actual text:\n{whole}",
        show(expected),
        show(new)
    ))
}

#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
