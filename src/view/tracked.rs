//! The tracked paths: those that a git index has.

/// The paths of an index, relative to the work tree's root, sorted by their bytes.
#[derive(Debug, Default)]
pub(crate) struct Tracked {
    // One buffer for all of them: an index may hold a hundred thousand.
    names: String,
    ends: Vec<usize>,
}

impl<S: AsRef<str>> FromIterator<S> for Tracked {
    fn from_iter<I: IntoIterator<Item = S>>(paths: I) -> Self {
        let mut tracked = Self::default();
        paths.into_iter().for_each(|path| tracked.push(path.as_ref()));
        tracked
    }
}

impl Tracked {
    /// Adds a path. Paths have to come in order.
    pub(super) fn push(&mut self, path: &str) {
        // A file in conflict has several entries; a directory is one that a sparse index folds.
        let last = self.ends.len().checked_sub(1).map(|last| self.name(last));
        if !path.is_empty() && !path.ends_with('/') && last != Some(path) {
            self.names.push_str(path);
            self.ends.push(self.names.len());
        }
    }

    /// The length of all paths together, in bytes.
    pub(super) fn size(&self) -> usize {
        self.names.len()
    }

    /// Merges two sorted lists of paths.
    pub(super) fn merged(&self, other: &Self) -> Self {
        let mut merged = Self::default();
        let (mut ours, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let next = match (ours.peek(), theirs.peek()) {
                (Some(our), Some(their)) if their < our => theirs.next(),
                (Some(_), _) => ours.next(),
                (None, _) => theirs.next(),
            };
            match next {
                Some(path) => merged.push(path),
                None => return merged,
            }
        }
    }

    fn name(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.names.get(start..end).unwrap_or_default()
    }

    /// The paths, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.name(at))
    }

    /// The files below a directory, their paths relative to it; `""` is the root.
    pub(crate) fn below<'a>(&'a self, dir: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let first = self.position(&prefix);
        (first..self.ends.len()).map_while(move |at| self.name(at).strip_prefix(&prefix))
    }

    /// Index of the first path that is not less than `path`.
    fn position(&self, path: &str) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.name(middle) < path { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Whether the index has this file.
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.name(self.position(path)) == path && !path.is_empty()
    }

    /// Whether the index has a file below this directory; `""` is the root.
    pub(crate) fn has_dir(&self, path: &str) -> bool {
        if path.is_empty() {
            return !self.ends.is_empty();
        }
        let prefix = format!("{path}/");
        self.name(self.position(&prefix)).starts_with(&prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::Tracked;

    #[test]
    fn finds_files_and_directories_and_nothing_between() {
        let tracked: Tracked = ["a", "b-c", "b/x/y", "b/x/y", "b0", "ü/z"].into_iter().collect();
        for (path, file, dir) in [
            ("a", true, false),
            ("b", false, true),
            ("b/x", false, true),
            ("b/x/y", true, false),
            ("b/x/y/z", false, false),
            ("b-c", true, false),
            ("b-", false, false),
            ("c", false, false),
            ("ü", false, true),
            ("ü/z", true, false),
            ("", false, true),
        ] {
            assert_eq!((tracked.has_file(path), tracked.has_dir(path)), (file, dir), "{path}");
        }
        assert!(!Tracked::default().has_dir(""));
        assert!(!Tracked::default().has_file(""));
    }
}
