//! Collect, apply, repeat, judge. Knows no rule.

mod outcome;

pub use outcome::{
    Applicability, FileChange, FileEdit, Finding, Fix, Options, Outcome, Selection, Strategy, Unsettled,
};

use crate::app::AppView;

/// Checks an app and computes what `fix` would write. `diff`, `fix` and `check` all read this one
/// value.
pub fn run(_app: &dyn AppView, _options: &Options) -> Result<Outcome, Unsettled> {
    Err(Unsettled { rules: Vec::new(), message: "not built yet".to_owned() })
}
