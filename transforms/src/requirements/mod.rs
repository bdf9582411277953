//! What a requirements file or a pip command line asks for, and what is known of the packages.
//!
//! The file format is pip's: PEP 508 requirements, URLs, paths and a few options, one a line.
//! Nothing is resolved and no file is opened: `-r other.txt` is a line, not its contents.

mod decode;
mod line;
mod name;
pub mod native;
mod options;
mod pip;
mod project;
mod requirement;
pub mod scripts;

#[cfg(test)]
mod tests;

pub use decode::decode;
pub use line::{Line, Requirements, parse};
pub use name::normalize;
pub use pip::{PipCommand, SelfUpgrade, pip_arguments};
pub use project::{Project, missing_in_uv_lock, project};
pub use requirement::{Requirement, parse_requirement};
