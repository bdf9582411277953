//! Contents of files that were read, so that they need not be read again.

use std::collections::HashMap;
use std::sync::Arc;

/// Contents of files by path, up to a number of bytes.
pub(super) struct KeptFiles {
    files: HashMap<String, Arc<[u8]>>,
    /// Bytes that are still free.
    left: usize,
}

impl KeptFiles {
    /// An empty cache of this many bytes.
    pub(super) fn new(room: usize) -> Self {
        Self { files: HashMap::new(), left: room }
    }

    /// The contents of the file at `path`, if they were kept.
    pub(super) fn get(&self, path: &str) -> Option<Arc<[u8]>> {
        self.files.get(path).cloned()
    }

    /// Keeps the contents of the file at `path` if there is space, and says whether there was.
    pub(super) fn keep(&mut self, path: &str, bytes: &Arc<[u8]>) -> bool {
        let Some(left) = self.left.checked_sub(bytes.len()) else { return false };
        if self.files.insert(path.to_owned(), Arc::clone(bytes)).is_none() {
            self.left = left;
        }
        true
    }
}
