//! Reads the log of a deploy and says what failed, at which line.
//!
//! A log is a sequence of attempts, an attempt of phases, a phase of steps, a step of output. The step that failed names
//! itself, and the line that decides is in its output; the same words anywhere else mean nothing. So a log is read once,
//! from its first line to its last, and of each step only the lines are kept that belong to a family of the catalogue:
//!
//! 1. `decode` makes lines of bytes, `split` records of lines, `clean` and `prefix` take away what terminals and platforms add.
//! 2. `reader` finds attempts, steps and the output of each.
//! 3. `catalogue` says which lines mean what, and [`reasons`] what to do.
//! 4. `decide` chooses the line, `rule` the rule that finds the cause in the files, and [`mask()`] hides secrets in what is quoted.
//!
//! This crate does not open files, and it prints nothing.

mod answer;
mod attempt;
mod catalogue;
mod clean;
mod command;
mod decide;
mod decode;
mod mark;
mod mask;
mod plan_box;
mod prefix;
mod reader;
mod rule;
mod split;

pub use answer::{Answer, Builder, Diagnosis, Line, Platform};
pub use catalogue::{Reason, explain, near, reason, reasons, rules_of};
pub use mask::mask;
pub use plan_box::PlanBox;

use std::io::{self, BufRead};

/// Reads a log to its end.
pub fn diagnose(log: impl BufRead) -> io::Result<Diagnosis> {
    let mut reader = reader::Reader::new();
    let mut splitter = split::Splitter::default();
    decode::read(log, |piece| splitter.push(piece, &mut |record| reader.record(record)))?;
    Ok(decide::decide(&reader))
}
