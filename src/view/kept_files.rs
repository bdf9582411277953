//! Contents of files that were read, so that they need not be read again.

use std::collections::HashMap;
use std::sync::Arc;

/// Contents of files by their paths, as many as there is room for.
pub(super) struct KeptFiles {
    files: HashMap<String, Arc<[u8]>>,
    /// Bytes that are left for them.
    left: usize,
}

impl KeptFiles {
    /// None yet, with room for this many bytes.
    pub(super) fn new(room: usize) -> Self {
        Self { files: HashMap::new(), left: room }
    }

    /// The contents of the file at `path`, where they are kept.
    pub(super) fn get(&self, path: &str) -> Option<Arc<[u8]>> {
        self.files.get(path).cloned()
    }

    /// Keeps the contents of the file at `path` if there is room.
    pub(super) fn keep(&mut self, path: &str, bytes: &Arc<[u8]>) {
        if let Some(left) = self.left.checked_sub(bytes.len())
            && self.files.insert(path.to_owned(), Arc::clone(bytes)).is_none()
        {
            self.left = left;
        }
    }
}
