//! Console scripts and import names of well-known packages, after their metadata.
//!
//! What is not in these tables is not known: absence proves nothing.

use super::name::normalize;
use super::requirement::Requirement;
use crate::tables::{
    COMMON_PACKAGES, CONSOLE_SCRIPTS, IMPORT_NAMES, NEEDS_LIBSTDCXX, PLAIN_PACKAGES, REQUIRED_SCRIPTS,
};

/// Whether installing `requirement` brings the console script `script`, as far as the tables know.
/// A distribution that they don't list is taken to have a script of its own name.
pub fn brings_script(requirement: &Requirement, script: &str) -> bool {
    let Some(name) = requirement.name.as_deref() else { return false };
    brings(name, &requirement.extras, script)
}

/// Whether installing the distribution `name` with `extras` brings the console script `script`.
pub fn brings(name: &str, extras: &[String], script: &str) -> bool {
    let name = normalize(name);
    let own = match CONSOLE_SCRIPTS.words(&name) {
        Some(mut scripts) => scripts.any(|listed| listed == script),
        None => name == normalize(script),
    };
    let with_extras = extras.iter().map(|extra| format!("{name}[{}]", normalize(extra)));
    // The tables hold no cycle, which a test checks.
    own || std::iter::once(name.clone())
        .chain(with_extras)
        .filter_map(|asked| REQUIRED_SCRIPTS.words(&asked))
        .flatten()
        .any(|required| brings(required, &[], script))
}

/// Packages with a row whose required packages change so much between versions that no table has them.
const CHANGING: [&str; 3] = ["nb-cli", "reflex", "solara"];

/// Whether the tables know which programs a distribution brings with these extras, its required packages included.
/// `names` are the extras, normalised or not.
pub(crate) fn is_known_whole<'e>(name: &str, mut names: impl Iterator<Item = &'e String>) -> bool {
    let known = CONSOLE_SCRIPTS.has(name)
        || REQUIRED_SCRIPTS.has(name)
        || PLAIN_PACKAGES.has(name)
        || NEEDS_LIBSTDCXX.has(name)
        || IMPORT_NAMES.has(name)
        || COMMON_PACKAGES.has(&name.replace('-', "_"));
    known
        && !CHANGING.contains(&name)
        && names.all(|extra| {
            let asked = format!("{name}[{}]", normalize(extra));
            REQUIRED_SCRIPTS.has(&asked) || PLAIN_PACKAGES.has(&asked)
        })
}

/// Whether a module is one of a well-known library, which other packages bring along.
pub(crate) fn is_library(module: &str) -> bool {
    let name = normalize(module);
    !CONSOLE_SCRIPTS.has(&name)
        && (PLAIN_PACKAGES.has(&name)
            || NEEDS_LIBSTDCXX.has(&name)
            || COMMON_PACKAGES.has(module)
            || import_listed().any(|listed| import_names(listed).iter().any(|known| known == module)))
}

/// The distributions in the tables: any other has at most a script of its own name.
pub(crate) fn listed() -> impl Iterator<Item = &'static str> {
    let required = REQUIRED_SCRIPTS.names().map(|name| name.split('[').next().unwrap_or(name));
    CONSOLE_SCRIPTS.names().chain(required)
}

/// The distributions whose own metadata has the console script `script`.
pub fn distributions_with_script(script: &str) -> impl Iterator<Item = &'static str> {
    CONSOLE_SCRIPTS.names().filter(move |name| {
        CONSOLE_SCRIPTS.words(name).is_some_and(|mut scripts| scripts.any(|s| s == script))
    })
}

/// The distributions whose modules the tables name.
pub(crate) fn import_listed() -> impl Iterator<Item = &'static str> {
    IMPORT_NAMES.names()
}

/// The modules that the distribution installs: from the table, or its name as an identifier.
pub fn import_names(name: &str) -> Vec<String> {
    let name = normalize(name);
    // The namespace that Google's packages share.
    if ["google-ai-", "google-auth", "google-cloud-", "google-genai", "google-generativeai"]
        .iter()
        .any(|start| name.starts_with(start))
    {
        return vec!["google".to_owned(), name.replace('-', "_")];
    }
    match IMPORT_NAMES.words(&name) {
        Some(modules) => modules.map(str::to_owned).collect(),
        None => vec![name.replace('-', "_")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brings_with(name: &str, extra: &str, script: &str) -> bool {
        brings(name, &[extra.to_owned()], script)
    }

    fn required(name: &str) -> Vec<&'static str> {
        REQUIRED_SCRIPTS.words(name).into_iter().flatten().collect()
    }

    #[test]
    fn the_names_are_normalised() {
        for name in listed().chain(import_listed()) {
            assert_eq!(normalize(name), name);
        }
    }

    #[test]
    fn every_required_distribution_has_scripts_and_nothing_requires_itself() {
        for name in REQUIRED_SCRIPTS.names() {
            let mut left = required(name);
            let mut steps = 0;
            while let Some(next) = left.pop() {
                assert!(CONSOLE_SCRIPTS.has(next), "{name} requires {next}, which has no row of its own");
                left.extend(required(next));
                steps += 1;
                assert!(steps < 1000, "{name} requires itself");
            }
        }
    }

    #[test]
    fn scripts_come_from_extras_and_dependencies() {
        assert!(brings("Django", &[], "django-admin"));
        assert!(!brings("django", &[], "django"));
        assert!(brings("gradio", &[], "uvicorn"));
        assert!(brings_with("fastapi", "standard", "uvicorn"));
        assert!(!brings("fastapi", &[], "uvicorn"));
        assert!(brings("quart", &[], "hypercorn"));
        assert!(brings_with("uvicorn", "Standard", "dotenv"));
        assert!(brings("some-tool", &[], "some_tool"));
        assert!(!brings("some-tool", &[], "other"));
        assert_eq!(distributions_with_script("fastapi").collect::<Vec<_>>(), ["fastapi", "fastapi-cli"]);
    }

    #[test]
    fn a_package_is_known_whole_where_all_that_it_brings_is() {
        let known = |name: &str, extras: &[&str]| {
            let extras: Vec<String> = extras.iter().map(|&extra| extra.to_owned()).collect();
            is_known_whole(name, extras.iter())
        };
        assert!(known("flask", &[]) && known("requests", &["socks"]) && known("fastapi", &["standard"]));
        assert!(!known("connexion", &["uvicorn"]) && !known("some-framework", &[]) && !known("reflex", &[]));
        assert!(is_library("numpy") && is_library("yaml") && !is_library("uvicorn") && !is_library("app"));
    }

    #[test]
    fn import_names_fall_back_to_the_name() {
        assert_eq!(import_names("Pillow"), ["PIL"]);
        assert_eq!(import_names("flask-cors"), ["flask_cors"]);
    }
}
