//! The paths in a git index of version 2, 3 or 4, with SHA-1 or SHA-256 names, also where it is split or sparse.
//!
//! Entry by entry, keeping nothing but the paths: libgit2 takes six times as long and four times the
//! memory for an index of a hundred thousand files, and hands a hostile file to C. What is not understood
//! here is an error. The git command is not asked instead: it runs what the configuration of a repository
//! names, a file system monitor for one, or the transport of a remote from which it fetches missing objects.

use super::{Tracked, split_index};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The length of an entry before its object id, in bytes.
const FIXED: usize = 40;
/// The offset of the mode in an entry.
const MODE: std::ops::Range<usize> = 24..28;
/// The mode of a directory that a sparse index holds as one entry.
const DIRECTORY: u32 = 0o040_000;
/// The longest path in bytes, as everywhere on Linux.
const LONGEST: usize = 4096;
/// The most bytes of all paths together. In version 4 a path is a change of the one before it, so that a small file can
/// hold many long ones.
pub(super) const LARGEST: usize = 128 << 20;
/// The largest index in bytes: five million files.
const FILE: u64 = 1 << 30;
/// The largest extension of a split index, in bytes.
const LINK: u64 = 16 << 20;

/// The length of an object id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1 = 20,
    Sha256 = 32,
}

/// The signature of an extension.
pub(crate) type Name = [u8; 4];

/// The contents of an index.
#[derive(Debug)]
pub(super) struct Index {
    /// The files.
    pub(super) tracked: Tracked,
    /// The directories that a sparse index holds as one entry, with the id of their tree.
    pub(super) folded: Vec<(String, Vec<u8>)>,
    /// Its extensions.
    pub(super) extensions: Vec<Name>,
    /// The length of its object ids.
    pub(super) hash: Hash,
    /// For a split index: its reference to the shared index.
    link: Option<Vec<u8>>,
    /// Whether an entry has no path: in a split index it replaces one of the shared index.
    nameless: bool,
}

/// Reads the index in the directory `git_dir`, with the shared index if it is split.
pub(super) fn read(git_dir: &Path) -> io::Result<Index> {
    let mut index = open(&git_dir.join("index"), |_| false)?;
    if let Some(link) = index.link.take() {
        let Some(split) = split_index::parse(&link, index.hash)? else { return Ok(index) };
        let shared = open(&git_dir.join(&split.shared), |at| split.deletes(at))?;
        if shared.link.is_some() || shared.nameless || shared.hash != index.hash {
            return Err(odd("what it shares with others is no index of its kind"));
        }
        index.tracked = shared.tracked.merged(&index.tracked);
        index.folded.extend(shared.folded);
    } else if index.nameless {
        return Err(odd("a path is empty"));
    }
    Ok(index)
}

/// Reads one index file.
pub(super) fn open(path: &Path, left_out: impl Fn(u32) -> bool) -> io::Result<Index> {
    // Asked before opening: to open a pipe would wait for a writer.
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(odd("it is not a regular file"));
    }
    if meta.len() > FILE {
        return Err(odd(&format!("it is larger than {} MiB", FILE >> 20)));
    }
    // Nothing in it says which hash it is made with; the lengths fit one alone.
    let parse = |hash| {
        let file = BufReader::with_capacity(1 << 16, File::open(path)?);
        parse(file, meta.len(), hash, &left_out)
    };
    parse(Hash::Sha1).or_else(|error| parse(Hash::Sha256).map_err(|_| error))
}

fn parse(from: impl BufRead, length: u64, hash: Hash, left_out: impl Fn(u32) -> bool) -> io::Result<Index> {
    let mut reader = Reader { from, left: length, hash };
    if reader.array()? != *b"DIRC" {
        return Err(odd("it does not start as one"));
    }
    let version = reader.number()?;
    if !(2..=4).contains(&version) {
        return Err(odd("its version is not known"));
    }
    let count = reader.number()?;
    let mut index = Index {
        tracked: Tracked::default(),
        folded: Vec::new(),
        extensions: Vec::new(),
        hash,
        link: None,
        nameless: false,
    };
    let mut path = Vec::new();
    for at in 0..count {
        let entry = reader.entry(version, &mut path)?;
        index.nameless |= path.is_empty();
        if left_out(at) {
            continue;
        }
        // A name that is not UTF-8 cannot be named in a config either.
        let Ok(path) = std::str::from_utf8(&path) else { continue };
        match path.strip_suffix('/').filter(|_| entry.mode == DIRECTORY) {
            Some(dir) => index.folded.push((dir.to_owned(), entry.object)),
            None => index.tracked.push(path),
        }
        if index.tracked.size() > LARGEST {
            return Err(odd(&format!("its paths are longer than {} MiB", LARGEST >> 20)));
        }
    }
    let checksum = hash as u64;
    while reader.left > checksum {
        let name: Name = reader.array()?;
        let size = u64::from(reader.number()?);
        match &name {
            b"link" if size <= LINK => {
                let mut link = Vec::new();
                let read = reader.from.by_ref().take(size).read_to_end(&mut link)?;
                reader.left = reader.left.saturating_sub(read as u64);
                index.link = Some(link);
            }
            // It says that directories may be folded, which is seen by their mode as well.
            b"sdir" => reader.skip(size)?,
            // One in lower case changes what the entries mean.
            _ if name.first().is_some_and(u8::is_ascii_uppercase) => reader.skip(size)?,
            _ => return Err(odd("it has an extension that is not known")),
        }
        index.extensions.push(name);
    }
    if reader.left == checksum { Ok(index) } else { Err(odd("it ends too early")) }
}

struct Reader<R> {
    from: R,
    left: u64,
    hash: Hash,
}

/// The fields of an entry beside its path.
struct Entry {
    mode: u32,
    object: Vec<u8>,
}

impl<R: BufRead> Reader<R> {
    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        self.left = self.left.saturating_sub(N as u64);
        Ok(bytes)
    }

    fn number(&mut self) -> io::Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn skip(&mut self, count: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.from.by_ref().take(count), &mut io::sink())?;
        self.left = self.left.saturating_sub(skipped);
        if skipped == count { Ok(()) } else { Err(odd("it ends too early")) }
    }

    /// Reads one entry. `path` holds the path of the entry before, and is replaced by this entry's.
    fn entry(&mut self, version: u32, path: &mut Vec<u8>) -> io::Result<Entry> {
        let fixed: [u8; FIXED] = self.array()?;
        let mode = fixed.get(MODE).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
        let object = match self.hash {
            Hash::Sha1 => self.object::<{ Hash::Sha1 as usize }>(mode)?,
            Hash::Sha256 => self.object::<{ Hash::Sha256 as usize }>(mode)?,
        };
        let flags = u16::from_be_bytes(self.array()?);
        let mut length = FIXED + self.hash as usize + 2;
        if flags & 0x4000 != 0 {
            let _: [u8; 2] = self.array()?;
            length += 2;
        }
        if version < 4 {
            path.clear();
        } else {
            let cut = self.offset()?;
            let keep = path.len().checked_sub(cut).ok_or_else(|| odd("a path is cut too far"))?;
            path.truncate(keep);
        }
        let most = LONGEST + 1 - path.len().min(LONGEST);
        let read = self.from.by_ref().take(most as u64).read_until(0, path)?;
        self.left = self.left.saturating_sub(read as u64);
        if path.pop() != Some(0) {
            return Err(odd(&format!("a path is longer than {LONGEST} bytes, or does not end")));
        }
        // The length stands in the flags too, which tells an index of another hash from one of this.
        let stated = usize::from(flags & 0xfff);
        if stated != path.len().min(0xfff) {
            return Err(odd("a path is not as long as it says"));
        }
        if version < 4 {
            // Entries are padded to eight bytes; the path's own end is the first of the padding.
            let padding = 7 - (length + path.len()) % 8;
            self.skip(padding as u64)?;
        }
        Ok(Entry { mode, object })
    }

    /// The object id, kept only for a directory.
    fn object<const N: usize>(&mut self, mode: u32) -> io::Result<Vec<u8>> {
        let bytes: [u8; N] = self.array()?;
        Ok(if mode == DIRECTORY { bytes.to_vec() } else { Vec::new() })
    }

    /// A number in git's variable-length encoding.
    fn offset(&mut self) -> io::Result<usize> {
        let mut value = 0usize;
        for at in 0..5 {
            let [byte] = self.array()?;
            value = (value << 7) | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            value += usize::from(at < 4);
        }
        Err(odd("a number is too long"))
    }
}

pub(super) fn odd(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the index cannot be read: {why}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Hash, Index};

    fn parse(bytes: &[u8]) -> std::io::Result<Index> {
        super::parse(bytes, bytes.len() as u64, Hash::Sha1, |_| false)
    }

    fn header(version: u8, count: u32) -> Vec<u8> {
        [&b"DIRC\0\0\0"[..], &[version], &count.to_be_bytes()].concat()
    }

    #[test]
    fn refuses_what_is_no_index() {
        let header = |count| header(2, count);
        assert!(parse(&[header(0), vec![0; 20]].concat()).is_ok());
        for bytes in
            [b"".to_vec(), b"DIRC".to_vec(), header(0), header(1), [header(1), vec![0; 200]].concat()]
        {
            assert!(parse(&bytes).is_err(), "{bytes:?}");
        }
        let odd = [header(0), b"oddx\0\0\0\0".to_vec(), vec![0; 20]].concat();
        assert!(parse(&odd).is_err());
        let tree = [header(0), b"TREE\0\0\0\x01x".to_vec(), vec![0; 20]].concat();
        assert_eq!(parse(&tree).unwrap().extensions, [*b"TREE"]);
        let cut = [header(0), b"TREE\xff\xff\xff\xffx".to_vec(), vec![0; 20]].concat();
        assert!(parse(&cut).is_err());
    }

    /// An index of version 4 in which each path is the one before it and `step` more bytes.
    fn growing(count: u32, step: usize) -> Vec<u8> {
        let mut bytes = header(4, count);
        for at in 1..=count as usize {
            let stated = u16::try_from((at * step).min(0xfff)).unwrap();
            bytes.extend([0; 60]);
            bytes.extend(stated.to_be_bytes());
            bytes.push(0);
            bytes.extend(vec![b'a'; step]);
            bytes.push(0);
        }
        bytes.extend([0; 20]);
        bytes
    }

    #[test]
    fn bounds_paths_that_are_told_by_those_before_them() {
        assert_eq!(parse(&growing(4096, 1)).unwrap().tracked.iter().count(), 4096);
        let error = parse(&growing(4097, 1)).unwrap_err().to_string();
        assert!(error.contains("longer than 4096 bytes"), "{error}");
        // Paths of the greatest length, each with another end.
        let mut bytes = growing(1, 4000);
        bytes.truncate(bytes.len() - 20);
        let count = 40_000_u32;
        for at in 1..count {
            bytes.extend([0; 60]);
            bytes.extend(4000_u16.to_be_bytes());
            bytes.push(8);
            bytes.extend(format!("{at:08}\0").as_bytes());
        }
        bytes.splice(8..12, count.to_be_bytes());
        bytes.extend([0; 20]);
        assert!(bytes.len() < 4 << 20);
        let error = parse(&bytes).unwrap_err().to_string();
        assert!(error.contains("longer than 128 MiB"), "{error}");
    }
}
