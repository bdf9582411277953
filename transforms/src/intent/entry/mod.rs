//! Edits of keys and tables.

mod create;
mod insert;
mod object;
mod remove;
mod rename;

pub use insert::{insert_array, insert_string};
pub use remove::{remove, remove_many};
pub use rename::{rename_key, rename_keys};
