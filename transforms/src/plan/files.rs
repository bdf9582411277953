//! The files of the directory that a plan is for, with the planner's own ways to read them.

use super::types::{PlanError, PlanErrorKind};
use crate::app::{AppView, Kind};
use crate::document::{Document, FileKind, Table};
use globset::GlobBuilder;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A walk ends here: a view may lead in circles through symbolic links.
const MAX_DEPTH: usize = 64;
const MAX_ENTRIES: usize = 500_000;

/// What stands below directories of an app, by their paths, with the paths from there.
pub(super) type Walks = RefCell<BTreeMap<String, Walk>>;
type Walk = Rc<[(String, Kind)]>;

/// Files below one directory of an app. Paths are relative to that directory.
pub(super) struct Files<'a> {
    view: &'a dyn AppView,
    dir: &'a str,
    walk: OnceCell<Walk>,
    walks: &'a Walks,
}

impl<'a> Files<'a> {
    /// The files below `dir`. A walk that `walks` has is not made again.
    pub(super) fn new(view: &'a dyn AppView, dir: &'a str, walks: &'a Walks) -> Self {
        Self { view, dir, walk: OnceCell::new(), walks }
    }

    /// The directory, from the app's root.
    pub(super) fn dir(&self) -> &str {
        self.dir
    }

    /// The path from the app's root of `name`, `None` where it leaves the root.
    pub(super) fn path<'n>(&self, name: &'n str) -> Option<Cow<'n, str>> {
        if name.starts_with('/') {
            return None;
        }
        // Names that a walk of the whole app found are paths already, and many.
        if self.dir.is_empty() && is_path(name) {
            return Some(Cow::Borrowed(name));
        }
        let mut parts: Vec<&str> = self.dir.split('/').filter(|part| !part.is_empty()).collect();
        for part in name.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        Some(Cow::Owned(parts.join("/")))
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        // A file is not there under a name that ends in a slash.
        let kind = self.view.kind(&self.path(name)?);
        if name.ends_with('/') && kind == Some(Kind::File) { None } else { kind }
    }

    /// Whether a regular file stands at `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.kind(name) == Some(Kind::File)
    }

    /// Whether a directory stands at `name`.
    pub(super) fn has_dir(&self, name: &str) -> bool {
        self.kind(name) == Some(Kind::Dir)
    }

    /// The text of a file. One that is not there, or not UTF-8, is a plan error.
    pub(super) fn text(&self, name: &str) -> Result<String, PlanError> {
        let bytes = self.bytes(name)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| error(format!("Error reading {name}: stream did not contain valid UTF-8")))?;
        Ok(text.replace("\r\n", "\n"))
    }

    /// The text of a file, empty where [`Files::text`] fails.
    pub(super) fn text_or_empty(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self, name: &str) -> Result<Cow<'_, [u8]>, PlanError> {
        let missing = || error(format!("Error reading {name}: No such file or directory"));
        let path = self.path(name).ok_or_else(missing)?;
        match self.view.read(&path) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(missing()),
            Err(e) => Err(error(format!("Error reading {name}: {}", e.message))),
        }
    }

    /// A file as JSON, by the library that the planner reads it with.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, PlanError> {
        serde_json::from_str(&self.text(name)?).map_err(|_| error(format!("Error reading {name} as JSON")))
    }

    /// A file as JSON, after taking comments out as the planner does: inside strings too.
    pub(super) fn jsonc<T: DeserializeOwned>(&self, name: &str) -> Result<T, PlanError> {
        let text = without_comments(&self.text(name)?);
        serde_json::from_str(&text).map_err(|_| error(format!("Error reading {name} as JSONC")))
    }

    /// A file as a TOML table.
    pub(super) fn toml(&self, name: &str) -> Result<Table, PlanError> {
        Document::parse(name, FileKind::NixpacksToml, self.text(name)?)
            .map(|document| document.root)
            .map_err(|e| error(format!("Error reading {name} as TOML: {}", e.message)))
    }

    /// Every file and directory below, in the planner's order. The planner's walk honours
    /// `.gitignore` inside a git work tree. A platform builds from a copy without `.git`, and the
    /// view holds what that copy holds, so no ignore file is honoured here.
    pub(super) fn walk(&self) -> &[(String, Kind)] {
        self.walk.get_or_init(|| {
            if let Some(walk) = self.walks.borrow().get(self.dir) {
                return Rc::clone(walk);
            }
            let mut found = Vec::new();
            self.descend("", 0, &mut found);
            let found = Walk::from(found);
            self.walks.borrow_mut().insert(self.dir.to_owned(), Rc::clone(&found));
            found
        })
    }

    fn descend(&self, dir: &str, depth: usize, found: &mut Vec<(String, Kind)>) {
        let Some(path) = self.path(dir) else { return };
        for entry in self.view.list(&path) {
            if found.len() >= MAX_ENTRIES {
                return;
            }
            let name = if dir.is_empty() { entry.name } else { format!("{dir}/{}", entry.name) };
            if entry.kind == Kind::Dir && depth < MAX_DEPTH {
                found.push((name.clone(), Kind::Dir));
                self.descend(&name, depth + 1, found);
            } else {
                found.push((name, entry.kind));
            }
        }
    }

    /// The files whose path ends in one of `suffixes`, in the planner's order.
    pub(super) fn ending<'s>(&'s self, suffixes: &'s [&'s str]) -> impl Iterator<Item = &'s str> + 's {
        let ends = |path: &str| suffixes.iter().any(|suffix| path.ends_with(suffix));
        self.walk()
            .iter()
            .filter(move |(path, kind)| *kind == Kind::File && ends(path))
            .map(|(path, _)| &**path)
    }

    /// The files of that name, anywhere below.
    pub(super) fn named<'s>(&'s self, names: &'s [&'s str]) -> impl Iterator<Item = &'s str> + 's {
        self.ending(names).filter(move |path| names.contains(&path.rsplit('/').next().unwrap_or(path)))
    }

    /// The directories that match a shell pattern, by the library that the planner matches with: `*` and
    /// `?` cross `/`. It matches absolute paths, so a `**` in front has a `/` before it.
    pub(super) fn directories(&self, pattern: &str) -> Vec<&str> {
        let glob = GlobBuilder::new(&format!("/{pattern}")).backslash_escape(true).build();
        let Ok(glob) = glob.map(|glob| glob.compile_matcher()) else { return Vec::new() };
        let dirs = self.walk().iter().filter(|(_, kind)| *kind == Kind::Dir);
        dirs.map(|(path, _)| path.as_str()).filter(|path| glob.is_match(format!("/{path}"))).collect()
    }

    /// Whether `matches` is true of the text of one of the files, read in order. One that is not UTF-8, before the
    /// first that matches, is a plan error.
    pub(super) fn any_match<'f>(
        &self,
        matches: impl Fn(&str) -> bool,
        files: impl Iterator<Item = &'f str>,
    ) -> Result<bool, PlanError> {
        for file in files {
            if matches(&self.text(file)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether no part of a relative name is empty or begins with a dot.
fn is_path(name: &str) -> bool {
    let mut before = b'/';
    for byte in name.bytes() {
        if before == b'/' && matches!(byte, b'/' | b'.') {
            return false;
        }
        before = byte;
    }
    before != b'/'
}

/// A plan error without a place.
pub(super) fn error(message: impl Into<String>) -> PlanError {
    PlanError { kind: PlanErrorKind::Other, message: message.into(), place: None }
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('/') {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end + 1..]);
        } else if rest.starts_with("/*") {
            rest = rest[2..].find("*/").map_or("", |end| &rest[2 + end + 2..]);
        } else {
            kept.push('/');
            rest = &rest[1..];
        }
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::{Files, Walks, without_comments};
    use crate::app::MemoryApp;

    #[test]
    fn no_path_leaves_the_root() {
        let app = MemoryApp::new([("main.js", "")]);
        let walks = Walks::default();
        let files = Files::new(&app, "a", &walks);
        assert_eq!(files.path("../main.js").as_deref(), Some("main.js"));
        assert_eq!(files.path("../../main.js"), None);
        assert_eq!(files.path("/main.js"), None);
        assert_eq!(files.path("./b//c/./d").as_deref(), Some("a/b/c/d"));
        assert!(files.has("../main.js") && !files.has("../main.js/") && !files.has(".."));
    }

    #[test]
    fn walks_in_the_order_of_names_with_each_directory_at_its_place() {
        let app = MemoryApp::new([("b.py", ""), ("a/z.py", ""), ("a.py", ""), ("c/pyproject.toml", "")]);
        let walks = Walks::default();
        let files = Files::new(&app, "", &walks);
        assert_eq!(files.ending(&[".py"]).collect::<Vec<_>>(), ["a/z.py", "a.py", "b.py"]);
        assert_eq!(files.named(&["project.toml"]).count(), 0);
        assert_eq!(files.directories("*"), ["a", "c"]);
    }

    #[test]
    fn matches_patterns_as_the_planner_does() {
        let app = MemoryApp::new([("apps/a/x", ""), ("apps/a/b/x", ""), ("b/x", ""), (".c/x", "")]);
        let walks = Walks::default();
        let files = Files::new(&app, "", &walks);
        for (pattern, expected) in [
            ("apps/*", &["apps/a", "apps/a/b"][..]),
            ("**/b", &["apps/a/b", "b"]),
            ("apps/**/b", &["apps/a/b"]),
            ("{b,.?}", &[".c", "b"]),
            ("[!b]", &[]),
            // The planner joins the two and matches the text.
            ("./apps/*", &[]),
            ("{b", &[]),
        ] {
            assert_eq!(files.directories(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn takes_comments_out() {
        assert_eq!(without_comments("{ // a\n\"b\": /* c */ 1 /x /* d"), "{ \"b\":  1 /x ");
    }
}
