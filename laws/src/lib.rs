//! Apps drawn from bytes, and what must hold whatever the engine makes of them.
//!
//! Never shipped. `cargo test` draws bytes at random, the fuzz targets let coverage choose them; both
//! go through [`generate::app`] or [`raw::app`], and then through [`check()`].

pub mod app;
mod byte_source;
mod check;
mod comments;
pub mod generate;
pub mod long;
pub mod patch;
pub mod raw;
mod values;

pub use app::{App, Comment, Owner};
pub use byte_source::ByteSource;
pub use check::{Broken, Seen, check};
