//! Reads files: never more than a limit, and nothing but a regular file.

use crate::errors;
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::document::schema::SIZE_LIMIT;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Deploy files above this are refused.
pub(crate) const DEPLOY_LIMIT: u64 = SIZE_LIMIT as u64;
/// Other files above this are refused.
pub(crate) const SOURCE_LIMIT: u64 = 16 << 20;

/// The limit for the file at `path`.
pub(crate) fn limit(path: &str) -> u64 {
    let name = path.rsplit('/').next().unwrap_or(path);
    if FileKind::of_name(name).is_some() { DEPLOY_LIMIT } else { SOURCE_LIMIT }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReadFailure {
    /// It is not there.
    Missing,
    /// A lower-case phrase.
    Other(String),
}

impl std::fmt::Display for ReadFailure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => out.write_str("no such file"),
            Self::Other(why) => out.write_str(why),
        }
    }
}

impl std::error::Error for ReadFailure {}

/// The bytes of the file at `path`, if it is a regular file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, ReadFailure> {
    // Asked before opening: to open a pipe would wait for a writer.
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(ReadFailure::Other("not a regular file".to_owned()));
    }
    if meta.len() > limit {
        return Err(ReadFailure::Other(too_large(limit)));
    }
    let file = File::open(path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or_default().saturating_add(1));
    take(file, limit, &mut bytes)?;
    Ok(bytes)
}

/// The bytes of a stream, at most `limit` of them.
pub(crate) fn stream(from: impl io::Read, limit: u64) -> Result<Vec<u8>, ReadFailure> {
    let mut bytes = Vec::new();
    take(from, limit, &mut bytes)?;
    Ok(bytes)
}

fn take(from: impl io::Read, limit: u64, bytes: &mut Vec<u8>) -> Result<(), ReadFailure> {
    from.take(limit + 1).read_to_end(bytes)?;
    // It may have grown since its size was asked for, and a stream has no size.
    if bytes.len() as u64 > limit { Err(ReadFailure::Other(too_large(limit))) } else { Ok(()) }
}

/// What is said of a file above a limit.
pub(crate) fn too_large(limit: u64) -> String {
    format!("larger than {} MiB", limit >> 20)
}

impl From<io::Error> for ReadFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Other(errors::cause(&error)),
        }
    }
}

/// A path that need not be UTF-8, so that a person can tell it from others.
pub(crate) fn shown(path: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in path.utf8_chunks() {
        shown.push_str(chunk.valid());
        shown.extend(chunk.invalid().iter().map(|byte| format!("\\{byte:03o}")));
    }
    shown
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{ReadFailure, limit, stream};

    #[test]
    fn limits_deploy_files_wherever_they_stand() {
        assert_eq!(limit("a/b/nixpacks.toml"), 1 << 20);
        assert_eq!(limit("Procfile"), 1 << 20);
        assert_eq!(limit("a/Procfile.py"), 16 << 20);
    }

    #[test]
    fn refuses_a_stream_one_byte_above_the_limit() {
        assert_eq!(stream(&b"1234"[..], 4).unwrap(), b"1234");
        assert_eq!(stream(&b"12345"[..], 4), Err(ReadFailure::Other("larger than 0 MiB".to_owned())));
    }
}
