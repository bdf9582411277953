//! The providers, one file each, in the order in which the planner asks them. What two of them need
//! is in `shared`.

mod deno;
mod go;
mod node;
mod others;
mod php;
mod python;
mod ruby;
mod rust;
mod shared;
mod swift;

pub use python::{PROVIDER_VENV, PYTHON_FILES, PYTHON_MANIFESTS};

use super::detect::Provider;

/// All providers, in the planner's order.
pub(super) static PROVIDERS: &[Provider] = &[
    others::CRYSTAL,
    others::CSHARP,
    others::DART,
    others::ELIXIR,
    deno::DENO,
    others::FSHARP,
    others::CLOJURE,
    others::GLEAM,
    go::GO,
    others::HASKELL,
    others::SCHEME,
    others::JAVA,
    rust::LUNATIC,
    others::SCALA,
    php::PHP,
    ruby::RUBY,
    node::NODE,
    python::PYTHON,
    rust::RUST,
    swift::SWIFT,
    others::STATICFILE,
    others::ZIG,
    others::COBOL,
];
