//! The tables of names in `transforms/data/`: which package brings which program, what nixpkgs lacks, and
//! the like. A new name is a new row there, and needs no code. The comment at the head of each file says
//! what it has, where that is from, and what a row looks like.
//!
//! They are embedded in the program, and each is split into rows when it is first asked for. Tabs, because
//! that takes 12 µs for 130 rows, and TOML 150 µs.

use std::str::Split;
use std::sync::OnceLock;

/// Console scripts of Python packages.
pub(crate) static CONSOLE_SCRIPTS: Table = Table::new(include_str!("../data/console-scripts.tsv"));
/// Packages with console scripts that another package requires.
pub(crate) static REQUIRED_SCRIPTS: Table = Table::new(include_str!("../data/required-scripts.tsv"));
/// Packages that bring no program beside their own.
pub(crate) static PLAIN_PACKAGES: Table = Table::new(include_str!("../data/plain-packages.tsv"));
/// Modules of Python packages.
pub(crate) static IMPORT_NAMES: Table = Table::new(include_str!("../data/import-names.tsv"));
/// Python packages that need `libstdc++.so.6`.
pub(crate) static NEEDS_LIBSTDCXX: Table = Table::new(include_str!("../data/needs-libstdcxx.tsv"));
/// Modules of Python's standard library.
pub(crate) static PYTHON_STDLIB: Table = Table::new(include_str!("../data/python-stdlib.tsv"));
/// Names that are no attribute of nixpkgs: what takes their place, and why.
pub(crate) static UNDEFINED_NIX_NAMES: Table = Table::new(include_str!("../data/undefined-nix-names.tsv"));
/// Programs and C libraries that Python packages need beside their wheels.
pub(crate) static SYSTEM_LIBRARIES: Table = Table::new(include_str!("../data/system-libraries.tsv"));
/// Modules of well-known Python packages, and the packages.
pub(crate) static COMMON_PACKAGES: Table = Table::new(include_str!("../data/common-packages.tsv"));
/// Attributes of nixpkgs.
pub(crate) static NIX_NAMES: Table = Table::new(include_str!("../data/nix-names.tsv"));
/// Debian's names of libraries and headers, and the attributes of nixpkgs that have them.
pub(crate) static DEBIAN_NAMES: Table = Table::new(include_str!("../data/debian-names.tsv"));
/// Names that Ubuntu 24.04 does not have in apt: what takes their place.
pub(crate) static APT_NAMES_GONE: Table = Table::new(include_str!("../data/apt-names-gone.tsv"));
/// Revisions of nixpkgs: date, version of `python3`, versions that they do not have.
pub(crate) static NIXPKGS_ARCHIVES: Table = Table::new(include_str!("../data/nixpkgs-archives.tsv"));
/// Interpreters in nixpkgs and their versions.
pub(crate) static NIX_PYTHONS: Table = Table::new(include_str!("../data/nix-pythons.tsv"));
/// Revisions of nixpkgs by version of Swift.
pub(crate) static SWIFT_ARCHIVES: Table = Table::new(include_str!("../data/swift-archives.tsv"));
/// Programs of Nix and Debian packages.
pub(crate) static PACKAGE_PROGRAMS: Table = Table::new(include_str!("../data/package-programs.tsv"));
/// Programs of the base image.
pub(crate) static BASE_IMAGE_PROGRAMS: Table = Table::new(include_str!("../data/base-image-programs.tsv"));
/// Bash's own commands.
pub(crate) static BASH_BUILTINS: Table = Table::new(include_str!("../data/bash-builtins.tsv"));

/// The attributes of nixpkgs that the tables know, Pythons first.
pub fn nix_names() -> impl Iterator<Item = &'static str> {
    NIX_PYTHONS.names().chain(NIX_NAMES.names())
}

/// Rows of a name and what there is to say of it, sorted by name.
pub struct Table {
    text: &'static str,
    rows: OnceLock<Vec<(&'static str, &'static str)>>,
}

impl Table {
    /// A table of the text of a file in a `data` directory.
    pub const fn new(text: &'static str) -> Self {
        Self { text, rows: OnceLock::new() }
    }

    fn rows(&self) -> &[(&'static str, &'static str)] {
        self.rows.get_or_init(|| {
            let rows = self.text.lines().filter(|line| !line.starts_with('#'));
            rows.map(|row| row.split_once('\t').unwrap_or((row, ""))).collect()
        })
    }

    fn row(&self, name: &str) -> Option<&(&'static str, &'static str)> {
        let rows = self.rows();
        rows.binary_search_by_key(&name, |(listed, _)| listed).ok().and_then(|at| rows.get(at))
    }

    /// Whether there is a row of this name.
    pub fn has(&self, name: &str) -> bool {
        self.row(name).is_some()
    }

    /// The columns after the name, `None` where there is no row of it.
    pub fn columns(&self, name: &str) -> Option<Split<'static, char>> {
        Some(self.row(name)?.1.split('\t'))
    }

    /// The words of the column after the name, `None` where there is no row of it.
    pub fn words(&self, name: &str) -> Option<Split<'static, char>> {
        Some(self.row(name)?.1.split(' '))
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.rows().iter().map(|(name, _)| *name)
    }
}
