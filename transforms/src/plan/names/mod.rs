//! What the names in `nixPkgs` stand for: names that nixpkgs doesn't have, and the Python that each
//! archive has under a name.

mod archives;
mod gone;
mod known;
mod marker;
mod syntax;
mod undefined;

pub use archives::python;
pub(crate) use gone::{gone_from_apt, refused_by_apt};
pub(crate) use known::{is_known, near};
pub(crate) use marker::meant_entries;
pub(crate) use syntax::{elements, read_entries, syntax_error};
pub use undefined::{Nixpkgs, Replacement, Undefined, error, undefined, undefined_in};
