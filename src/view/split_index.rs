//! Reads a split index: the entries that changed, and a link to the rest.

use super::index::{Hash, odd};
use std::fmt::Write as _;
use std::io;

/// The extension `link`.
pub(super) struct Split {
    /// The name of the shared index file.
    pub(super) shared: String,
    /// The entries of the shared index that were deleted, by number, sorted.
    deleted: Vec<u32>,
}

impl Split {
    /// Whether an entry of the shared index was deleted.
    pub(super) fn deletes(&self, entry: u32) -> bool {
        self.deleted.binary_search(&entry).is_ok()
    }
}

/// The most entries that may be deleted.
const MOST: usize = 5_000_000;

/// Reads the extension; `None` if there is no shared index.
pub(super) fn parse(link: &[u8], hash: Hash) -> io::Result<Option<Split>> {
    let (object, rest) = link.split_at_checked(hash as usize).ok_or_else(short)?;
    if object.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let mut shared = "sharedindex.".to_owned();
    for byte in object {
        let _ = write!(shared, "{byte:02x}");
    }
    // One that is replaced has its path in the shared part alone, so it is kept as it is.
    let deleted = if rest.is_empty() { Vec::new() } else { bits(rest)? };
    Ok(Some(Split { shared, deleted }))
}

/// The set bits of a bitmap in git's EWAH format: runs of equal words, each followed by literal words.
fn bits(from: &[u8]) -> io::Result<Vec<u32>> {
    let number = |at: usize| {
        let bytes = from.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).ok_or_else(short)
    };
    let (limit, count) = (u64::from(number(0)?), number(4)? as usize);
    let words = from.get(8..).and_then(|rest| rest.get(..count.checked_mul(8)?)).ok_or_else(short)?;
    let mut words = words.chunks_exact(8).filter_map(|word| word.try_into().ok()).map(u64::from_be_bytes);
    let (mut found, mut at) = (Vec::new(), 0_u64);
    while let Some(run) = words.next() {
        let (is_set, length, literal) = (run & 1 == 1, (run >> 1) & 0xffff_ffff, run >> 33);
        let end = at.saturating_add(length.saturating_mul(64));
        if is_set {
            add(&mut found, at..end.min(limit))?;
        }
        at = end;
        for word in words.by_ref().take(usize::try_from(literal).unwrap_or(usize::MAX)) {
            let set = (0..64).filter(|bit| word >> bit & 1 == 1).map(|bit| at + bit);
            add(&mut found, set.take_while(|bit| *bit < limit))?;
            at = at.saturating_add(64);
        }
    }
    Ok(found)
}

fn add(to: &mut Vec<u32>, bits: impl Iterator<Item = u64>) -> io::Result<()> {
    for bit in bits {
        if to.len() >= MOST {
            return Err(odd("too many entries of its shared part are gone"));
        }
        to.push(u32::try_from(bit).map_err(|_| short())?);
    }
    Ok(())
}

fn short() -> io::Error {
    odd("what it says of its shared part ends too early")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::bits;

    fn bitmap(limit: u32, words: &[u64]) -> Vec<u8> {
        let mut bytes = limit.to_be_bytes().to_vec();
        bytes.extend(u32::try_from(words.len()).unwrap().to_be_bytes());
        bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn reads_runs_and_words_up_to_the_limit() {
        // Sixty-four bits that are set, then two words as they are.
        let bytes = bitmap(131, &[1 | (1 << 1) | (2 << 33), 0b101, 0b1111]);
        let read = bits(&bytes).unwrap();
        assert_eq!(read, (0..64).chain([64, 66, 128, 129, 130]).collect::<Vec<_>>());
        assert!(bits(&bytes[..20]).is_err());
    }

    #[test]
    fn ends_at_a_run_without_an_end() {
        let run = u64::MAX >> 31;
        assert!(bits(&bitmap(u32::MAX, &[run | 1])).is_err());
        assert_eq!(bits(&bitmap(100, &[run | 1, run | 1])).unwrap().len(), 100);
    }
}
