//! The predicted run of a plan, command by command, and the verdict.

mod verdict;

pub use verdict::{Outcome, Reason, Stage, Verdict};
