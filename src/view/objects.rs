//! Trees and blobs of a repository, read one by one, with a limit, and without its configuration.

use crate::load;
use anyhow::{Context as _, anyhow, bail};
use git2::{ErrorCode, ObjectType, Odb, Oid};
use std::path::Path;

/// The largest tree that is read, in bytes: half a million entries.
const TREE: usize = 32 << 20;

/// The kind of a tree's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    File,
    Program,
    Link,
    Directory,
}

/// An entry of a tree.
#[derive(Debug)]
pub(super) struct TreeEntry<'a> {
    pub(super) name: &'a [u8],
    /// Its kind; `None` for a submodule.
    pub(super) mode: Option<Mode>,
    pub(super) id: Oid,
}

/// The objects of a repository.
pub(super) struct Objects(Odb<'static>);

impl Objects {
    /// Opens the directory `objects` of a repository, and its alternates.
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        let alternates = dir.join("info/alternates");
        // The library would wait on a pipe.
        if std::fs::metadata(&alternates).is_ok_and(|meta| !meta.is_file()) {
            bail!("`{}` is not a regular file", alternates.display());
        }
        let dir = dir.to_str().context("the path of its objects is not UTF-8")?;
        let odb = Odb::new()?;
        odb.add_disk_alternate(dir)?;
        Ok(Self(odb))
    }

    /// Calls `visit` for the entries of a tree, in order, until it returns false.
    pub(super) fn tree(&self, id: Oid, mut visit: impl FnMut(TreeEntry<'_>) -> bool) -> anyhow::Result<()> {
        let object = self.object(id, ObjectType::Tree, TREE, "a tree is too large")?;
        let mut rest = object.data();
        while !rest.is_empty() {
            let (entry, after) = entry(rest).with_context(|| format!("the tree {id} cannot be read"))?;
            if !visit(entry) {
                break;
            }
            rest = after;
        }
        Ok(())
    }

    /// A blob of at most `limit` bytes.
    pub(super) fn blob(&self, id: Oid, limit: u64) -> anyhow::Result<Vec<u8>> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let object = self.object(id, ObjectType::Blob, most, &load::too_large(limit))?;
        Ok(object.data().to_vec())
    }

    fn object(
        &self,
        id: Oid,
        wanted: ObjectType,
        most: usize,
        too_large: &str,
    ) -> anyhow::Result<git2::OdbObject<'_>> {
        // Asked before reading: a hostile one may not fit into memory.
        let (size, kind) = self.0.read_header(id).map_err(explain)?;
        if kind != wanted {
            bail!("the object {id} is no {wanted}");
        }
        if size > most {
            bail!("{too_large}");
        }
        self.0.read(id).map_err(explain)
    }
}

/// The error for an object that the repository lacks, as a partial clone does.
fn explain(error: git2::Error) -> anyhow::Error {
    match error.code() {
        ErrorCode::NotFound => anyhow!("an object is missing here ({})", error.message()),
        _ => error.into(),
    }
}

/// The first entry of a tree, and what comes after it.
fn entry(from: &[u8]) -> Option<(TreeEntry<'_>, &[u8])> {
    let space = from.iter().position(|byte| *byte == b' ')?;
    let (mode, rest) = (from.get(..space)?, from.get(space + 1..)?);
    let end = rest.iter().position(|byte| *byte == 0)?;
    let (name, rest) = (rest.get(..end)?, rest.get(end + 1..)?);
    let (id, after) = rest.split_at_checked(20)?;
    // Git makes none that could lead elsewhere.
    if matches!(name, b"" | b"." | b"..") || name.contains(&b'/') {
        return None;
    }
    let mode = u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
    let mode = match mode >> 12 {
        0o04 => Some(Mode::Directory),
        0o10 if mode & 0o100 != 0 => Some(Mode::Program),
        0o10 => Some(Mode::File),
        0o12 => Some(Mode::Link),
        _ => None,
    };
    Some((TreeEntry { name, mode, id: Oid::from_bytes(id).ok()? }, after))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Mode, entry};

    fn tree(mode: &str, name: &[u8]) -> Vec<u8> {
        [mode.as_bytes(), b" ", name, b"\0", &[7; 20], b"rest"].concat()
    }

    #[test]
    fn reads_entries_and_refuses_names_that_lead_elsewhere() {
        for (mode, want) in [
            ("40000", Some(Mode::Directory)),
            ("100644", Some(Mode::File)),
            ("100755", Some(Mode::Program)),
            ("120000", Some(Mode::Link)),
            ("160000", None),
        ] {
            let tree = tree(mode, b"a\xff b");
            let (read, rest) = entry(&tree).unwrap();
            assert_eq!((read.name, read.mode, rest), (&b"a\xff b"[..], want, &b"rest"[..]));
        }
        for name in [&b""[..], b".", b"..", b"../x", b"a/b", b"/"] {
            assert!(entry(&tree("100644", name)).is_none(), "{name:?}");
        }
        assert!(entry(b"100644 a\0short").is_none() && entry(b"x a\0").is_none() && entry(b"1").is_none());
    }
}
