//! The builders that an app can be checked for.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use nixpacks_railpack::release::Target;
use std::fmt;

/// A builder that an app can be checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builder {
    Nixpacks,
    /// What stands after `railpack@`, if anything does.
    Railpack(Option<Target>),
}

/// Those that a file of settings may name.
impl ValueEnum for Builder {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Nixpacks]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        matches!(self, Self::Nixpacks).then(|| PossibleValue::new("nixpacks"))
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nixpacks => f.write_str("nixpacks"),
            Self::Railpack(None) => f.write_str("railpack"),
            Self::Railpack(Some(target)) => match target.platform {
                Some(platform) => write!(f, "railpack@{}", platform.name()),
                None => write!(f, "railpack@{}", target.release),
            },
        }
    }
}

/// Reads `nixpacks`, `railpack`, `railpack@0.37.0` or `railpack@coolify`.
pub(super) fn builder(typed: &str) -> Result<Builder, &'static str> {
    match typed.split_once('@') {
        None if typed == "nixpacks" => Ok(Builder::Nixpacks),
        None if typed == "railpack" => Ok(Builder::Railpack(None)),
        Some(("railpack", version)) => target(version).map(|target| Builder::Railpack(Some(target))),
        _ => Err("write nixpacks, railpack or railpack@VERSION"),
    }
}

/// Reads a version of Railpack, or a platform that runs one.
pub(super) fn target(typed: &str) -> Result<Target, &'static str> {
    let typed = typed.strip_prefix("railpack@").unwrap_or(if typed == "railpack" { "" } else { typed });
    Target::parse(typed).ok_or("name a version from 0.15.4 on, railway, coolify, dokploy or sevalla")
}
