//! The providers, one file each, in the order in which the planner asks them. What two of them need
//! is in `shared`.

mod deno;
mod go;
mod node;
mod others;
mod php;
mod python;
mod python_sources;
mod ruby;
mod rust;
mod shared;
mod swift;

pub use python::{PROVIDER_VENV, PYTHON_FILES, PYTHON_MANIFESTS};
pub(super) use python_sources::PythonSources;

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

/// Names that people write for a provider, beside its own in another case.
const ALIASES: &[(&str, &str)] = &[
    ("bun", "node"),
    ("csharp", "c#"),
    ("dotnet", "c#"),
    ("fsharp", "f#"),
    ("golang", "go"),
    ("javascript", "node"),
    ("nodejs", "node"),
    ("npm", "node"),
    ("pip", "python"),
    ("pnpm", "node"),
    ("py", "python"),
    ("python3", "python"),
    ("static", "staticfile"),
    ("typescript", "node"),
    ("yarn", "node"),
];

/// The names of all providers, as `providers` takes them.
pub fn provider_names() -> impl Iterator<Item = &'static str> {
    PROVIDERS.iter().map(|provider| provider.name)
}

/// The provider that a name stands for which is none's own: another case, a word that people use for it, or a
/// slip of one letter.
pub(crate) fn meant_provider(name: &str) -> Option<&'static str> {
    let name = name.trim().to_ascii_lowercase();
    let names = || PROVIDERS.iter().map(|provider| provider.name);
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, meant)| *meant);
    // Two short names can be one letter apart.
    let near = || {
        let mut near = names().filter(|other| other.len() > 4 && strsim::osa_distance(other, &name) == 1);
        near.next().filter(|_| near.next().is_none())
    };
    names().find(|other| *other == name).or_else(alias).or_else(near)
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, PROVIDERS, meant_provider};

    #[test]
    fn a_name_that_is_near_one_provider_is_taken_for_it() {
        let cases = [
            ("Python", Some("python")),
            (" python ", Some("python")),
            ("pyhton", Some("python")),
            ("NodeJS", Some("node")),
            ("golang", Some("go")),
            ("nod", None),
            ("jam", None),
            ("pythons-runtime", None),
            ("", None),
        ];
        for (name, meant) in cases {
            assert_eq!(meant_provider(name), meant, "{name}");
        }
        for (alias, meant) in ALIASES {
            assert!(PROVIDERS.iter().any(|provider| provider.name == *meant), "{alias}");
            assert!(!PROVIDERS.iter().any(|provider| provider.name == *alias), "{alias}");
        }
    }
}
