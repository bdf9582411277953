//! The tables of names in `railpack/data/`. The comment at the head of each file says what it has, where that is from,
//! and what a row looks like.

use nixpacks_transforms::tables::Table;

/// The version of mise in the images, from each version of Railpack on.
pub(crate) static RELEASES: Table = Table::new(include_str!("../data/releases.tsv"));
/// What takes the place of a Nix package.
pub(crate) static NIX_PACKAGES: Table = Table::new(include_str!("../data/nix-packages.tsv"));
/// Names of Debian packages, and which Debian has them.
pub(crate) static DEBIAN_PACKAGES: Table = Table::new(include_str!("../data/debian-packages.tsv"));
/// Programs of the image that the app runs in.
pub(crate) static RUNTIME_IMAGE_PROGRAMS: Table =
    Table::new(include_str!("../data/runtime-image-programs.tsv"));
/// Python packages that make Railpack install something with apt.
pub(crate) static PYTHON_TRIGGERS: Table = Table::new(include_str!("../data/python-triggers.tsv"));
/// Names of the variables of Nixpacks, and what takes their place.
pub(crate) static VARIABLES: Table = Table::new(include_str!("../data/variables.tsv"));
/// Packages of the image that the app is built in.
pub(crate) static BUILDER_IMAGE_PACKAGES: Table =
    Table::new(include_str!("../data/builder-image-packages.tsv"));
