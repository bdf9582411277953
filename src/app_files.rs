//! The names of files that make a directory an app, and of directories that are never searched.

use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::plan::PYTHON_FILES;

/// Directories that hold other people's files.
pub(crate) const SKIPPED: [&str; 2] = ["node_modules", ".git"];

/// Whether a file of this name makes its directory an app: a config does, and more in the directory that was named.
pub(crate) fn makes_app(is_root: bool, name: &str) -> bool {
    is_config(name) || (is_root && (FileKind::of_name(name).is_some() || PYTHON_FILES.contains(&name)))
}

/// The same at the top of a repository and below, without apps that no file configures: nothing can be repaired in
/// them.
pub(crate) fn holds_config(dir: &str, name: &str) -> bool {
    is_config(name) || (dir.is_empty() && FileKind::of_name(name).is_some())
}

/// Whether a file of this name is a config of Nixpacks.
pub(crate) fn is_config(name: &str) -> bool {
    FileKind::of_name(name).is_some_and(FileKind::is_config)
}
