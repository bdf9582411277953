use super::disk::DiskView;
use super::{DiskTree, WithConfig, WorkTree, below};
use crate::errors;
use crate::shared::Shared;
use nixpacks_transforms::app::{AppView, Hidden, Kind};
use std::fs::{create_dir_all, remove_file};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A directory with files, and what git is told to do in it.
struct Tree {
    dir: TempDir,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { dir: TempDir::new().unwrap() };
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    fn path(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    fn git(self, args: &[&str]) -> Self {
        let status = Command::new("git")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("GIT_DIR")
            .args(args)
            .current_dir(self.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "git {args:?}");
        self
    }

    fn view(&self, dir: &str) -> DiskView {
        let dir = self.path().join(dir).canonicalize().unwrap();
        let checkout = Shared::default().checkout(&dir);
        let git = checkout.filter(|git| git.tracked.has_dir(&below(&dir, &git.tree.top).unwrap()));
        let tree = git.map_or_else(|| DiskTree::of_directory(dir.clone()), DiskTree::of_checkout);
        tree.open(&dir).unwrap()
    }
}

fn names(view: &dyn AppView, dir: &str) -> Vec<String> {
    view.list(dir).into_iter().map(|entry| entry.name).collect()
}

#[cfg(unix)]
fn link(target: impl AsRef<Path>, tree: &Tree, at: &str) {
    std::os::unix::fs::symlink(target, tree.path().join(at)).unwrap();
}

#[test]
fn shows_a_plain_directory_as_it_is() {
    let tree = Tree::new(&[("b.py", "b"), ("a/x.py", "x"), (".env", ""), ("a-b", "")]);
    let view = tree.view("");
    assert_eq!(names(&view, ""), [".env", "a", "a-b", "b.py"]);
    assert_eq!(names(&view, "a"), ["x.py"]);
    assert_eq!(
        (view.kind("a"), view.kind("a/x.py"), view.kind("a/y.py")),
        (Some(Kind::Dir), Some(Kind::File), None)
    );
    assert_eq!(view.read("a/x.py").unwrap().as_deref(), Some(b"x".as_slice()));
    assert_eq!(view.read("a").unwrap(), None);
    for path in ["..", "a/..", "a/../b.py", "/", "/etc/passwd", "a//x.py", "./b.py"] {
        assert_eq!((view.kind(path), view.read(path)), (None, Ok(None)), "{path}");
    }
    assert_eq!(view.hidden("b.py"), None);
}

#[test]
fn shows_what_git_has_with_the_contents_of_the_work_tree() {
    let tree = Tree::new(&[("app.py", "old"), ("gone.py", ""), ("lib/a.py", "")]).git(&["init", "-q"]);
    let tree = tree.git(&["add", "."]);
    tree.write("app.py", "new");
    tree.write("notes.txt", "");
    tree.write("venv/lib.py", "");
    remove_file(tree.path().join("gone.py")).unwrap();
    let view = tree.view("");
    assert_eq!(names(&view, ""), ["app.py", "lib"]);
    assert_eq!(view.read("app.py").unwrap().as_deref(), Some(b"new".as_slice()));
    assert_eq!(view.kind("venv/lib.py"), None);
    assert_eq!(view.kind(".git"), None);
    assert_eq!(view.hidden("notes.txt"), Some(Hidden::Untracked));
    assert_eq!((view.hidden("app.py"), view.hidden("nowhere"), view.hidden("../x")), (None, None, None));
}

#[test]
fn shows_a_new_deploy_file_but_not_an_ignored_one() {
    let tree =
        Tree::new(&[("a.py", ""), (".gitignore", "Procfile\n")]).git(&["init", "-q"]).git(&["add", "."]);
    tree.write("nixpacks.toml", "");
    tree.write("Procfile", "");
    assert_eq!(names(&tree.view(""), ""), [".gitignore", "a.py", "nixpacks.toml"]);
}

#[test]
fn takes_a_directory_without_a_tracked_file_as_it_is() {
    let fresh = Tree::new(&[("a.py", "")]).git(&["init", "-q"]);
    assert_eq!(names(&fresh.view(""), ""), ["a.py"]);
    let inner = Tree::new(&[("x", ""), (".gitignore", "tmp/\n"), ("tmp/app/main.py", "")])
        .git(&["init", "-q"])
        .git(&["add", "."]);
    assert_eq!(names(&inner.view("tmp/app"), ""), ["main.py"]);
}

#[test]
fn names_the_line_that_hides_a_file() {
    let tree = Tree::new(&[
        ("api/a.py", ""),
        (".gitignore", "# all\n*.txt\n!keep.txt\n\n/data/\n"),
        ("api/.gitignore", "\r\nrequirements.txt  \r\n"),
    ])
    .git(&["init", "-q"])
    .git(&["add", "."]);
    for path in ["api/requirements.txt", "x.txt", "keep.txt", "data/keep.txt", "secret"] {
        tree.write(path, "");
    }
    tree.write(".git/info/exclude", "one\nsecret\n");
    let ignored = |file: &str, line, pattern: &str| {
        Some(Hidden::Ignored { file: file.to_owned(), line, pattern: pattern.to_owned() })
    };
    let root = tree.view("");
    assert_eq!(root.hidden("x.txt"), ignored(".gitignore", 2, "*.txt"));
    assert_eq!(root.hidden("keep.txt"), Some(Hidden::Untracked));
    assert_eq!(root.hidden("data/keep.txt"), ignored(".gitignore", 5, "/data/"));
    assert_eq!(root.hidden("secret"), ignored(".git/info/exclude", 2, "secret"));
    let api = tree.view("api");
    assert_eq!(api.hidden("requirements.txt"), ignored("api/.gitignore", 2, "requirements.txt"));
}

#[test]
fn reads_every_kind_of_index_as_git_does() {
    let long = format!("{}/x.py", "d".repeat(200));
    let files = [
        ("a.py", ""),
        ("b/c.py", ""),
        ("b/c.txt", ""),
        ("bb", ""),
        ("ü/é.py", ""),
        (&long, ""),
        ("1234567", ""),
    ];
    for then in [
        "",
        "update-index --index-version 4",
        "add -N new.py",
        "update-index --split-index",
        // Entries of the shared part that changed, that are gone, and that are new.
        "update-index --split-index; add a.py new.py; rm -q --cached b/c.py 1234567",
        "update-index --index-version 4; update-index --split-index; add new.py; rm -q --cached bb",
        "update-index --force-untracked-cache",
    ] {
        for hash in ["sha1", "sha256"] {
            let format = format!("--object-format={hash}");
            let mut tree = Tree::new(&files).git(&["init", "-q", &format]).git(&["add", "."]);
            tree.write("new.py", "");
            tree.write("a.py", "changed");
            for args in then.split("; ").filter(|args| !args.is_empty()) {
                tree = tree.git(&args.split(' ').collect::<Vec<_>>());
            }
            let tracked = WorkTree::of(&tree.path()).unwrap().tracked().unwrap();
            assert_eq!(tracked.iter().collect::<Vec<_>>(), listed(&tree), "{hash} {then}");
        }
    }
}

/// What git itself says is in the index.
fn listed(tree: &Tree) -> Vec<String> {
    let asked = Command::new("git").args(["ls-files", "-z"]).current_dir(tree.path()).output().unwrap();
    assert!(asked.status.success());
    let asked = String::from_utf8(asked.stdout).unwrap();
    asked.split_terminator('\0').map(str::to_owned).collect()
}

fn sparse() -> Tree {
    let tree = Tree::new(&[("a", ""), ("in/b", ""), ("out/c", ""), ("out/d/e", ""), ("off/f", "")]);
    tree.git(&["init", "-q"])
        .git(&["add", "."])
        .git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"])
        .git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"])
}

#[test]
fn unfolds_what_a_sparse_index_folds_where_files_of_it_are_there() {
    let tree = sparse();
    let tracked = || WorkTree::of(&tree.path()).unwrap().tracked();
    assert_eq!(tracked().unwrap().iter().collect::<Vec<_>>(), ["a", "in/b"]);
    // Somebody has put one of them there, and one that git does not have.
    tree.write("out/c", "");
    tree.write("out/new", "");
    assert_eq!(tracked().unwrap().iter().collect::<Vec<_>>(), ["a", "in/b", "out/c", "out/d/e"]);
    assert_eq!(listed(&tree), ["a", "in/b", "off/f", "out/c", "out/d/e"]);
}

#[test]
fn says_that_a_folded_directory_is_missing_and_does_not_fetch_it() {
    let tree = sparse();
    let id = Command::new("git").args(["rev-parse", "HEAD:out"]).current_dir(tree.path()).output().unwrap();
    let id = String::from_utf8(id.stdout).unwrap();
    remove_file(tree.path().join(".git/objects").join(&id[..2]).join(id[2..].trim())).unwrap();
    let tracked = || WorkTree::of(&tree.path()).unwrap().tracked();
    assert_eq!(tracked().unwrap().iter().count(), 2);
    tree.write("out/c", "");
    let why = errors::line(&tracked().unwrap_err());
    assert!(why.contains("`out`") && why.contains("missing"), "{why}");
}

#[cfg(unix)]
#[test]
fn does_not_wait_on_an_index_that_is_a_pipe() {
    let tree = Tree::new(&[("a", "")]).git(&["init", "-q"]);
    let made = Command::new("mkfifo").arg(tree.path().join(".git/index")).status();
    assert!(made.unwrap().success());
    let why = errors::line(&WorkTree::of(&tree.path()).unwrap().tracked().unwrap_err());
    assert!(why.contains("not a regular file"), "{why}");
}

#[test]
fn reads_the_index_of_a_linked_work_tree() {
    let tree = Tree::new(&[("main/a.py", "")]);
    let main = Tree { dir: tree.dir };
    let run = |dir: &str, args: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let status =
            Command::new("git").args(identity).args(args).current_dir(main.path().join(dir)).output();
        assert!(status.unwrap().status.success(), "{args:?}");
    };
    run("main", &["init", "-q"]);
    run("main", &["add", "."]);
    run("main", &["commit", "-qm", "a"]);
    run("main", &["worktree", "add", "-q", "../other"]);
    main.write("other/b.py", "");
    assert_eq!(names(&main.view("other"), ""), ["a.py"]);
}

#[cfg(unix)]
#[test]
fn follows_links_that_stay_inside_and_no_other() {
    let outside = Tree::new(&[("secret", "s")]);
    let tree = Tree::new(&[("app/a.py", "a"), ("app/d/x", ""), ("shared.txt", "")]);
    link("a.py", &tree, "app/alias.py");
    link("d", &tree, "app/dir");
    link("..", &tree, "app/d/up");
    link("../shared.txt", &tree, "app/shared.txt");
    link(outside.path().join("secret"), &tree, "app/secret");
    link("nowhere", &tree, "app/dangling");
    let view = tree.view("app");
    assert_eq!(names(&view, ""), ["a.py", "alias.py", "d", "dir"]);
    assert_eq!(names(&view, "dir"), ["x"]);
    assert_eq!(view.read("alias.py").unwrap().as_deref(), Some(b"a".as_slice()));
    assert_eq!(view.read("secret"), Ok(None));
    // In a work tree the root is that of the work tree, and what a link leads to must be tracked too.
    let tree = tree.git(&["init", "-q"]).git(&["add", "."]);
    link("loose", &tree, "app/loose-link");
    tree.write("app/loose", "");
    let tree = tree.git(&["add", "app/loose-link"]);
    assert_eq!(names(&tree.view("app"), ""), ["a.py", "alias.py", "d", "dir", "shared.txt"]);
}

#[cfg(unix)]
#[test]
fn bounds_links_that_name_a_tree_exponentially_often() {
    let tree = Tree::new(&[("d0/f", "")]);
    for level in 0..40 {
        create_dir_all(tree.path().join(format!("d{}", level + 1))).unwrap();
        for name in ["a", "b"] {
            link(format!("../d{}", level + 1), &tree, &format!("d{level}/{name}"));
        }
    }
    let view = tree.view("");
    let mut seen = 0;
    let mut left = vec![String::new()];
    while let Some(dir) = left.pop() {
        for entry in view.list(&dir) {
            seen += 1;
            let path = if dir.is_empty() { entry.name } else { format!("{dir}/{}", entry.name) };
            left.push(path);
        }
    }
    assert!(seen < 11_000, "{seen}");
}

#[cfg(unix)]
#[test]
fn does_not_wait_on_a_pipe() {
    let tree = Tree::new(&[("a.py", "")]);
    let made = Command::new("mkfifo").arg(tree.path().join("nixpacks.toml")).status();
    assert!(made.unwrap().success());
    assert_eq!(tree.view("").kind("nixpacks.toml"), None);
}

#[test]
fn refuses_a_deploy_file_above_the_limit_without_loading_it() {
    let tree = Tree::new(&[("nixpacks.toml", &"#".repeat((1 << 20) + 1)), ("big.py", &"#".repeat(6 << 20))]);
    let view = tree.view("");
    assert_eq!(view.read("nixpacks.toml").unwrap_err().message, "larger than 1 MiB");
    // Above what a view keeps, yet below the limit: read, not kept.
    assert_eq!(view.read("big.py").unwrap().unwrap().len(), 6 << 20);
}

#[test]
fn puts_one_config_in_the_place_of_the_others() {
    let tree = Tree::new(&[("nixpacks.json", "{}"), ("a.py", "")]);
    let view = WithConfig::new(Box::new(tree.view("")), "nixpacks.toml", b"x".to_vec());
    assert_eq!(names(&view, ""), ["a.py", "nixpacks.toml"]);
    assert_eq!(view.read("nixpacks.toml").unwrap().as_deref(), Some(b"x".as_slice()));
    assert_eq!(view.read("nixpacks.json"), Ok(None));
    assert_eq!((view.kind("nixpacks.json"), view.kind("a.py")), (None, Some(Kind::File)));
}
