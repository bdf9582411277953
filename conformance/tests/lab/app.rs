//! A golden app: its files, and the copies of it that are repaired and run.

use crate::wheel;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A case of the goldens.
pub(crate) struct App {
    pub(crate) name: String,
    /// Options for the tool.
    pub(crate) args: Vec<String>,
    before: PathBuf,
    after: PathBuf,
}

/// Files by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

impl App {
    /// Reads the case `name`.
    pub(crate) fn golden(name: &str) -> Self {
        let dir = root().join(name);
        let text =
            fs::read_to_string(dir.join("case.toml")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let case: toml::Value = toml::from_str(&text).unwrap();
        let args = case.get("args").and_then(toml::Value::as_array).into_iter().flatten();
        let args = args.filter_map(|arg| arg.as_str().map(str::to_owned)).collect();
        let untouched = case.get("untouched").and_then(toml::Value::as_bool) == Some(true);
        let after = dir.join(if untouched { "before" } else { "after" });
        Self { name: name.to_owned(), args, before: dir.join("before"), after }
    }

    /// The apps in a directory, by their own directories.
    pub(crate) fn below(dir: &Path) -> Vec<Self> {
        let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        let mut dirs: Vec<PathBuf> =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        dirs.sort();
        let app = |dir: PathBuf| Self {
            name: dir.file_name().unwrap().to_string_lossy().into_owned(),
            args: Vec::new(),
            before: dir.clone(),
            after: dir,
        };
        dirs.into_iter().map(app).collect()
    }

    /// The app as it came.
    pub(crate) fn before(&self) -> Files {
        read(&self.before)
    }

    /// The app as the goldens say that the tool leaves it.
    pub(crate) fn after(&self) -> Files {
        read(&self.after)
    }
}

/// The folder of the goldens.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden")
}

/// All seeds.
pub(crate) fn seeds() -> Vec<String> {
    let names = fs::read_dir(root().join("seeds")).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| format!("seeds/{}", entry.unwrap().file_name().to_str().unwrap())).collect();
    names.sort();
    names
}

/// The files below a directory.
pub(crate) fn read(dir: &Path) -> Files {
    let mut files = Files::new();
    add(dir, "", &mut files);
    files
}

fn add(dir: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            add(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

/// Writes files below a directory.
pub(crate) fn write(files: &Files, dir: &Path) {
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The app with every module replaced by one that needs the marker, and lock files that ask for the packages of the
/// index on this port.
pub(crate) fn stubbed(files: &Files, port: u16) -> Files {
    let stub = |(name, bytes): (&String, &Vec<u8>)| {
        let is = |ending: &str| name == ending || name.ends_with(&format!("/{ending}"));
        let python = Path::new(name).extension().is_some_and(|ending| ending == "py");
        let bytes = if python {
            wheel::stub(name).into_bytes()
        } else if is("poetry.lock") || is("uv.lock") {
            locked(&String::from_utf8_lossy(bytes), port).unwrap_or_else(|| bytes.clone())
        } else {
            bytes.clone()
        };
        (name.clone(), bytes)
    };
    files.iter().map(stub).collect()
}

/// A lock file without the addresses and hashes of real packages; `None` where it names none.
fn locked(text: &str, port: u16) -> Option<Vec<u8>> {
    let mut lock: toml::Value = toml::from_str(text).ok()?;
    for package in lock.get_mut("package")?.as_array_mut()? {
        let package = package.as_table_mut()?;
        if let Some(files) = package.get_mut("files") {
            *files = toml::Value::Array(Vec::new());
        }
        let is_registry = package.get("source").is_some_and(|source| source.get("registry").is_some());
        if is_registry {
            let text_of = |key: &str| package.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            let file = wheel::file_name(text_of("name"), text_of("version"));
            let url = toml::Value::String(format!("http://127.0.0.1:{port}/files/{file}"));
            let wheel = toml::Value::Table([("url".to_owned(), url)].into_iter().collect());
            package.remove("sdist");
            package.insert("wheels".to_owned(), toml::Value::Array(vec![wheel]));
        }
    }
    toml::to_string(&lock).ok().map(String::into_bytes)
}
