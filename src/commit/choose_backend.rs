//! Chooses who commits: libgit2, or the git command where something is in play that libgit2 does not know.

use super::git_cli::GitCli;
use super::libgit2::Libgit2;
use super::{Backend, File};
use crate::cli::CommitArgs;
use crate::view::WorkTree;
use git2::{AttrCheckFlags, AttrValue, Config, ObjectFormat};
use std::path::{Path, PathBuf};

/// Hooks that a commit runs.
const HOOKS: [&str; 6] = [
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "post-index-change",
    "reference-transaction",
];
/// Extensions of an index that libgit2 writes back, or that git can do without; libgit2 drops all others.
const KEPT: [&[u8; 4]; 5] = [b"TREE", b"REUC", b"NAME", b"EOIE", b"IEOT"];
/// Settings that git applies and libgit2 ignores.
const IGNORED_SETTINGS: [&str; 4] =
    ["^(author|committer)\\.", "^hook\\.", "^includeif\\.hasconfig:", "^core\\.sharedrepository$"];
/// Environment variables that git applies and libgit2 ignores.
const VARIABLES: [&str; 5] = ["GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG", "GIT_ATTR_", "EMAIL"];

/// The backend that can commit these files of `tree`.
pub(super) fn choose_backend(tree: &WorkTree, files: &[File], args: &CommitArgs) -> Box<dyn Backend> {
    // A commit to another branch is made with git's plumbing commands, which sign and know every repository format.
    let plain = if args.branch.is_none() { libgit2_if_able(tree, files, args.no_verify) } else { None };
    plain.map_or_else(
        || Box::new(GitCli { top: tree.top.clone() }) as Box<dyn Backend>,
        |repository| Box::new(Libgit2 { repository, top: tree.top.clone() }),
    )
}

fn libgit2_if_able(tree: &WorkTree, files: &[File], no_verify: bool) -> Option<git2::Repository> {
    if in_environment() {
        return None;
    }
    // libgit2 does not open a repository of another format or another owner.
    let repository = super::libgit2::open(&tree.top).ok()??;
    let config = repository.config().ok()?;
    let known = repository.object_format() == ObjectFormat::Sha1
        && tree.extensions().is_ok_and(|names| names.iter().all(|name| KEPT.contains(&name)));
    let asked = signs(&config)
        || IGNORED_SETTINGS.iter().any(|pattern| has(&config, pattern))
        || (!no_verify && has_hooks(&repository, &config, &tree.top))
        || files.iter().any(|file| is_filtered(&repository, &file.path))
        || repository.references_glob("refs/replace/*").map_or(true, |mut found| found.next().is_some())
        || repository.signature().is_err();
    (known && !asked).then_some(repository)
}

/// Whether the environment says who commits, or with which settings.
fn in_environment() -> bool {
    std::env::vars_os().any(|(name, _)| {
        let name = name.to_string_lossy();
        VARIABLES.iter().any(|start| name.starts_with(start)) && name != "GIT_CONFIG_NOSYSTEM"
    })
}

fn signs(config: &Config) -> bool {
    // A value that libgit2 cannot read is left to git, which refuses it.
    match config.get_bool("commit.gpgsign") {
        Ok(signs) => signs,
        Err(error) => error.code() != git2::ErrorCode::NotFound,
    }
}

fn has(config: &Config, pattern: &str) -> bool {
    let Ok(mut entries) = config.entries(Some(pattern)) else { return true };
    entries.next().is_some()
}

fn has_hooks(repository: &git2::Repository, config: &Config, top: &Path) -> bool {
    let dir = match config.get_path("core.hooksPath") {
        // Relative to where hooks run.
        Ok(dir) => top.join(dir),
        Err(error) if error.code() == git2::ErrorCode::NotFound => repository.commondir().join("hooks"),
        Err(_) => return true,
    };
    HOOKS.iter().any(|name| is_program(dir.join(name)) || is_program(dir.join(format!("{name}.exe"))))
}

#[cfg(unix)]
fn is_program(path: PathBuf) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: PathBuf) -> bool {
    path.is_file()
}

/// Whether a program, or a conversion that libgit2 does not do, stands between the file and its blob.
fn is_filtered(repository: &git2::Repository, path: &str) -> bool {
    ["filter", "working-tree-encoding"].iter().any(|name| {
        match repository.get_attr_bytes(Path::new(path), name, AttrCheckFlags::FILE_THEN_INDEX) {
            Ok(value) => !matches!(AttrValue::from_bytes(value), AttrValue::Unspecified | AttrValue::False),
            Err(_) => true,
        }
    })
}
