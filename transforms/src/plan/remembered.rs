//! What the plans of one app have in common.

use super::files::{Files, Walks};
use super::providers::PythonSources;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What was seen of the files that no fix touches: which there are, and what the Python files say. An app is planned
/// once for each choice of fixes; they change the files of the deploy, and none of those is looked for by a walk.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(super) walks: Walks,
    /// By directory, and whether the questions for Django are among them.
    python: RefCell<BTreeMap<(String, bool), Rc<PythonSources>>>,
}

impl Remembered {
    /// What the Python files say.
    pub(super) fn python_sources(&self, files: &Files<'_>, django: bool) -> Rc<PythonSources> {
        let key = (files.dir().to_owned(), django);
        if let Some(sources) = self.python.borrow().get(&key) {
            return Rc::clone(sources);
        }
        let sources = Rc::new(PythonSources::scan(files, django));
        self.python.borrow_mut().insert(key, Rc::clone(&sources));
        sources
    }
}
