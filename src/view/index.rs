//! The paths in a git index of version 2, 3 or 4 with SHA-1 names.
//!
//! Entry by entry, keeping nothing but the paths: libgit2 takes six times as long and four times the
//! memory for an index of a hundred thousand files, and hands a hostile file to C. What is not
//! understood here (SHA-256, a split or sparse index) is an error, and then git itself is asked.

use super::Tracked;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Bytes of an entry up to its flags, and with them.
const FIXED: usize = 60;
/// Bytes of the checksum at the end.
const CHECKSUM: u64 = 20;
/// No path is longer.
const LONGEST: u64 = 1 << 16;

/// The paths of the index at `path`, in its order.
pub(super) fn read(path: &Path) -> io::Result<Tracked> {
    Ok(open(path)?.0)
}

/// The names of the extensions of the index at `path`.
pub(super) fn extensions(path: &Path) -> io::Result<Vec<Name>> {
    Ok(open(path)?.1)
}

/// What an extension of an index is called.
pub(crate) type Name = [u8; 4];

fn open(path: &Path) -> io::Result<(Tracked, Vec<Name>)> {
    let file = File::open(path)?;
    let left = file.metadata()?.len();
    parse(BufReader::with_capacity(1 << 16, file), left)
}

fn parse(from: impl BufRead, length: u64) -> io::Result<(Tracked, Vec<Name>)> {
    let mut reader = Reader { from, left: length };
    if reader.array()? != *b"DIRC" {
        return Err(odd("it does not start as one"));
    }
    let version = reader.number()?;
    if !(2..=4).contains(&version) {
        return Err(odd("its version is not known"));
    }
    let count = reader.number()?;
    let mut tracked = Tracked::default();
    let mut path = Vec::new();
    for _ in 0..count {
        reader.entry(version, &mut path)?;
        // A name that is not UTF-8 cannot be named in a config either.
        if let Ok(path) = std::str::from_utf8(&path) {
            tracked.push(path);
        }
    }
    let mut extensions = Vec::new();
    while reader.left > CHECKSUM {
        let name: Name = reader.array()?;
        // One in lower case changes what the entries mean.
        if !name.first().is_some_and(u8::is_ascii_uppercase) {
            return Err(odd("it has an extension that is not known"));
        }
        let size = u64::from(reader.number()?);
        reader.skip(size)?;
        extensions.push(name);
    }
    if reader.left == CHECKSUM { Ok((tracked, extensions)) } else { Err(odd("it ends too early")) }
}

struct Reader<R> {
    from: R,
    left: u64,
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

    /// Reads one entry; `path` holds the one before it, and then its own.
    fn entry(&mut self, version: u32, path: &mut Vec<u8>) -> io::Result<()> {
        let _: [u8; FIXED] = self.array()?;
        let flags = u16::from_be_bytes(self.array()?);
        let mut length = FIXED + 2;
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
        let read = self.from.by_ref().take(LONGEST).read_until(0, path)?;
        self.left = self.left.saturating_sub(read as u64);
        if path.pop() != Some(0) {
            return Err(odd("a path does not end"));
        }
        // The length stands in the flags too, which tells an index of another hash from one of SHA-1.
        let stated = usize::from(flags & 0xfff);
        if path.is_empty() || stated != path.len().min(0xfff) {
            return Err(odd("a path is not as long as it says"));
        }
        if version < 4 {
            // Entries are padded to eight bytes; the path's own end is the first of the padding.
            let padding = 7 - (length + path.len()) % 8;
            self.skip(padding as u64)?;
        }
        Ok(())
    }

    /// A number of git's own variable length.
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

fn odd(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the index cannot be read: {why}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::parse;

    #[test]
    fn refuses_what_is_no_index() {
        let header = |count: u8| [&b"DIRC\0\0\0\x02\0\0\0"[..], &[count]].concat();
        let empty = [header(0), vec![0; 20]].concat();
        assert!(parse(empty.as_slice(), 32).is_ok());
        for bytes in
            [b"".to_vec(), b"DIRC".to_vec(), header(0), header(1), [header(1), vec![0; 200]].concat()]
        {
            assert!(parse(bytes.as_slice(), bytes.len() as u64).is_err(), "{bytes:?}");
        }
        let link = [header(0), b"link\0\0\0\0".to_vec(), vec![0; 20]].concat();
        assert!(parse(link.as_slice(), link.len() as u64).is_err());
        let tree = [header(0), b"TREE\0\0\0\x01x".to_vec(), vec![0; 20]].concat();
        assert_eq!(parse(tree.as_slice(), tree.len() as u64).unwrap().1, [*b"TREE"]);
        let cut = [header(0), b"TREE\xff\xff\xff\xffx".to_vec(), vec![0; 20]].concat();
        assert!(parse(cut.as_slice(), cut.len() as u64).is_err());
    }
}
