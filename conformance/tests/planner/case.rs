//! An app and what the dashboard holds.

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::Dashboard;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

#[derive(Clone, Default)]
pub(crate) struct Case {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) dashboard: Dashboard,
}

impl Case {
    /// The app in a directory, with an empty dashboard.
    pub(crate) fn read(dir: &Path) -> Self {
        let mut case = Self::default();
        case.add(dir, "");
        case
    }

    fn add(&mut self, dir: &Path, prefix: &str) {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if path.is_dir() {
                self.add(&path, &format!("{name}/"));
            } else if let Ok(bytes) = std::fs::read(&path) {
                self.files.insert(name, bytes);
            }
        }
    }

    /// Writes the app to a directory.
    pub(crate) fn write(&self, dir: &Path) {
        for (path, bytes) in &self.files {
            let path = dir.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    pub(crate) fn app(&self) -> MemoryApp {
        MemoryApp::new(self.files.clone())
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, bytes) in &self.files {
            match std::str::from_utf8(bytes) {
                Ok(text) => write!(f, "--- {path}\n{text}\n")?,
                Err(_) => writeln!(f, "--- {path}: {bytes:?}")?,
            }
        }
        write!(f, "{:?}", self.dashboard)
    }
}
