//! Apps drawn from bytes, and what must hold whatever the engine makes of them.
//!
//! Never shipped. `cargo test` draws bytes at random, the fuzz targets let coverage choose them; both
//! go through [`draw::app`] or [`raw::app`], and then through [`hold()`].

pub mod app;
mod comments;
pub mod draw;
mod hold;
pub mod long;
pub mod patch;
pub mod raw;
mod tape;
mod values;

pub use app::{App, Comment, Owner};
pub use hold::{Broken, Seen, hold};
pub use tape::Tape;
