use super::WorkTree;
use crate::load;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use nixpacks_transforms::app::Hidden;
use std::path::Path;

/// Why git does not have the file at `path`, relative to the work tree's root.
///
/// Reads the `.gitignore` files from the file's directory up and `info/exclude`, not the user's own
/// excludes: those say nothing about the repository.
pub(super) fn why(tree: &WorkTree, path: &str) -> Hidden {
    let top = &tree.top;
    let ends: Vec<usize> =
        path.match_indices('/').map(|(at, _)| at).chain(std::iter::once(path.len())).collect();
    let mut files: Vec<IgnoreFile> = Vec::new();
    files.extend(IgnoreFile::read(&tree.exclude(), ".git/info/exclude".to_owned(), top));
    let mut dir = String::new();
    for end in ends {
        let name = if dir.is_empty() { ".gitignore".to_owned() } else { format!("{dir}/.gitignore") };
        files.extend(IgnoreFile::read(&top.join(&name), name, &top.join(&dir)));
        let part = path.get(..end).unwrap_or_default();
        let full = top.join(part);
        // The deepest file that has a word on it decides; a directory that is ignored hides all below.
        for file in files.iter().rev() {
            match file.matcher.matched(&full, end < path.len()) {
                Match::None => {}
                Match::Whitelist(_) => break,
                Match::Ignore(glob) => return file.hidden(glob.original()),
            }
        }
        part.clone_into(&mut dir);
    }
    Hidden::Untracked
}

struct IgnoreFile {
    name: String,
    lines: Vec<String>,
    matcher: Gitignore,
}

impl IgnoreFile {
    fn read(path: &Path, name: String, root: &Path) -> Option<Self> {
        let bytes = load::read(path, load::DEPLOY_LIMIT).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<String> = text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect();
        let mut builder = GitignoreBuilder::new(root);
        for line in &lines {
            // A pattern that cannot be read ignores nothing, as in git.
            let _ = builder.add_line(None, line);
        }
        Some(Self { name, lines, matcher: builder.build().ok()? })
    }

    fn hidden(&self, pattern: &str) -> Hidden {
        // The last line with this pattern is the one that counts.
        let line = self.lines.iter().rposition(|line| line == pattern || line.trim_end() == pattern);
        Hidden::Ignored {
            file: self.name.clone(),
            line: line.map_or(1, |line| line + 1),
            pattern: pattern.to_owned(),
        }
    }
}
