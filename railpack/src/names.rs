//! What is known of names: Nix packages, Debian packages, programs and variables.

use crate::release::Debian;
use crate::tables::{
    BUILDER_IMAGE_PACKAGES, DEBIAN_PACKAGES, NIX_PACKAGES, PYTHON_TRIGGERS, RUNTIME_IMAGE_PROGRAMS, VARIABLES,
};

/// What takes the place of a Nix package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Packages of apt: for the running app, and for the build.
    Apt {
        /// Installed in the final image.
        deploy: Vec<&'static str>,
        /// Installed before the build.
        build: Vec<&'static str>,
    },
    /// Railpack's images have it.
    BuiltIn,
    /// Nothing is needed.
    Drop,
    /// A tool of mise and its version.
    Mise(&'static str, &'static str),
    /// There is no package of it.
    Nothing,
    /// A Python package, by its name there: it belongs in the requirements.
    PythonPackage(String),
    /// Python itself, and the version that the name says; empty where it says none.
    Python(&'static str),
    /// A command installs it: Playwright's browsers.
    Playwright,
}

/// Where apt finds a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AptName {
    /// The Debian has it.
    Known,
    /// It does not; this one takes its place.
    Renamed(&'static str),
    /// It does not, and nothing is needed in its place.
    Needless,
    /// It does not, and no other is known.
    Gone,
    /// The table does not have the name.
    Unknown,
}

/// What Railpack installs for a Python package.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trigger {
    /// The text that a manifest has to contain.
    pub(crate) package: &'static str,
    /// Packages for the build.
    pub(crate) build: &'static str,
    /// Packages for the running app.
    pub(crate) deploy: &'static str,
}

/// What takes the place of a Nix package; `None` where that is not known.
pub fn replacement(attribute: &str) -> Option<Replacement> {
    if let Some(package) = python_set(attribute) {
        return Some(match package {
            "pip" | "setuptools" | "wheel" | "virtualenv" | "venv" => Replacement::Drop,
            "supervisor" => Replacement::Apt { deploy: vec!["supervisor"], build: Vec::new() },
            package => Replacement::PythonPackage(package.to_owned()),
        });
    }
    let mut columns = NIX_PACKAGES.columns(attribute)?;
    let (kind, deploy, build, tool) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    let words =
        |column: &'static str| column.split(' ').filter(|word| *word != "-").collect::<Vec<&'static str>>();
    Some(match kind {
        "apt" => Replacement::Apt { deploy: words(deploy), build: words(build) },
        "builtin" => Replacement::BuiltIn,
        "drop" => Replacement::Drop,
        "mise" => {
            let (tool, version) = tool.split_once('@')?;
            Replacement::Mise(tool, version)
        }
        "pip" => Replacement::PythonPackage(attribute.to_owned()),
        "python" => Replacement::Python(tool.split_once('@')?.1),
        "steps" => Replacement::Playwright,
        _ => Replacement::Nothing,
    })
}

/// The package in `python311Packages.pip` and its like.
fn python_set(attribute: &str) -> Option<&str> {
    let (set, package) = attribute.split_once('.')?;
    let digits = set.strip_prefix("python")?.strip_suffix("Packages")?;
    let known = digits.bytes().all(|byte| byte.is_ascii_digit()) && !package.contains('.');
    known.then_some(package)
}

/// Whether a Debian has a package, and what takes its place.
pub fn apt_name(name: &str, debian: Debian) -> AptName {
    let Some(mut columns) = DEBIAN_PACKAGES.columns(name) else { return AptName::Unknown };
    let has = match columns.next() {
        Some("both") => true,
        Some("12") => debian == Debian::Bookworm,
        Some("13") => debian == Debian::Trixie,
        _ => false,
    };
    if has {
        return AptName::Known;
    }
    match columns.next() {
        Some("-") => AptName::Needless,
        Some(other) if other != "?" && other != "=" => AptName::Renamed(other),
        _ => AptName::Gone,
    }
}

/// Whether the image that the app runs in has a program.
pub fn in_runtime_image(program: &str) -> bool {
    RUNTIME_IMAGE_PROGRAMS.has(program)
}

/// Whether the image that the app is built in has a package.
pub(crate) fn in_builder_image(package: &str) -> bool {
    BUILDER_IMAGE_PACKAGES.has(package)
}

/// What Railpack looks for in the manifests.
pub(crate) fn triggers() -> impl Iterator<Item = Trigger> {
    PYTHON_TRIGGERS.names().filter_map(|package| {
        let mut columns = PYTHON_TRIGGERS.columns(package)?;
        Some(Trigger { package, build: columns.next()?, deploy: columns.next()? })
    })
}

/// What takes the place of a variable of Nixpacks, for a person.
pub fn variable(name: &str) -> Option<&'static str> {
    VARIABLES.columns(name)?.next()
}

#[cfg(test)]
mod tests {
    use super::{AptName, Debian, NIX_PACKAGES, Replacement, apt_name, replacement};

    #[test]
    fn every_row_of_the_nix_names_is_understood_and_installable() {
        for name in NIX_PACKAGES.names() {
            let Some(found) = replacement(name) else { unreachable!("{name}") };
            let Replacement::Apt { deploy, build } = found else { continue };
            assert!(!(deploy.is_empty() && build.is_empty()), "{name}");
            for package in deploy.iter().chain(&build) {
                for debian in [Debian::Bookworm, Debian::Trixie] {
                    assert_eq!(apt_name(package, debian), AptName::Known, "{name}: {package}");
                }
            }
        }
    }

    #[test]
    fn knows_what_is_gone() {
        assert_eq!(apt_name("wkhtmltopdf", Debian::Bookworm), AptName::Known);
        assert_eq!(apt_name("wkhtmltopdf", Debian::Trixie), AptName::Gone);
        assert_eq!(apt_name("libgl1-mesa-glx", Debian::Trixie), AptName::Renamed("libgl1"));
        assert_eq!(apt_name("python3-distutils", Debian::Trixie), AptName::Needless);
        assert_eq!(apt_name("no-such-name", Debian::Trixie), AptName::Unknown);
        assert_eq!(
            replacement("python311Packages.numpy"),
            Some(Replacement::PythonPackage("numpy".to_owned()))
        );
        assert_eq!(replacement("python311"), Some(Replacement::Python("3.11")));
        assert_eq!(replacement("nodejs-18_x"), Some(Replacement::Mise("node", "18")));
        assert_eq!(replacement("someOddName"), None);
    }
}
