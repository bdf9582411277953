//! The providers, one file each, in the order in which the planner asks them. What two of them need
//! is in `shared`.

mod beam;
mod compiled;
mod deno;
mod dotnet;
mod go;
mod jvm;
mod node;
mod php;
mod python;
mod ruby;
mod rust;
mod shared;
mod staticfile;
mod swift;

pub use python::{PROVIDER_VENV, PYTHON_FILES, PYTHON_MANIFESTS};

use super::detect::Provider;

/// All providers, in the planner's order.
pub(super) static PROVIDERS: &[Provider] = &[
    compiled::CRYSTAL,
    dotnet::CSHARP,
    compiled::DART,
    beam::ELIXIR,
    deno::DENO,
    dotnet::FSHARP,
    jvm::CLOJURE,
    beam::GLEAM,
    go::GO,
    compiled::HASKELL,
    compiled::SCHEME,
    jvm::JAVA,
    rust::LUNATIC,
    jvm::SCALA,
    php::PHP,
    ruby::RUBY,
    node::NODE,
    python::PYTHON,
    rust::RUST,
    swift::SWIFT,
    staticfile::STATICFILE,
    compiled::ZIG,
    compiled::COBOL,
];
