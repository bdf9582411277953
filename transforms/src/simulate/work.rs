//! How much one walk may do: commands that multiply each other are not followed without end.

use crate::requirements::{self, Requirements};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Steps of one walk. A step is a look at one directory of `PATH` or at one copy.
const MOST_STEPS: usize = 20_000_000;
/// What a distribution counts that is kept: it takes memory, too.
const STEPS_OF_A_NAME: usize = 32;

/// What all copies of one machine share.
#[derive(Clone, Default)]
pub(super) struct Work(Rc<Shared>);

struct Shared {
    left: Cell<usize>,
    /// Requirements files as they were read, by their paths in the app view.
    files: RefCell<HashMap<String, Option<Rc<Requirements>>>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self { left: Cell::new(MOST_STEPS), files: RefCell::default() }
    }
}

impl Work {
    /// Counts steps.
    pub(super) fn count(&self, steps: usize) {
        self.0.left.set(self.0.left.get().saturating_sub(steps));
    }

    /// Counts distributions that an environment gets.
    pub(super) fn count_names(&self, names: usize) {
        self.count(names * STEPS_OF_A_NAME);
    }

    /// Whether no more is to be followed.
    pub(super) fn is_spent(&self) -> bool {
        self.0.left.get() == 0
    }

    /// The lines of a requirements file, which is parsed at the first look; `None` where pip cannot decode
    /// it.
    pub(super) fn requirements(&self, path: &str, bytes: &[u8]) -> Option<Rc<Requirements>> {
        if let Some(known) = self.0.files.borrow().get(path) {
            return known.clone();
        }
        let read = requirements::decode(bytes).map(|text| Rc::new(requirements::parse(&text)));
        self.0.files.borrow_mut().insert(path.to_owned(), read.clone());
        read
    }
}
