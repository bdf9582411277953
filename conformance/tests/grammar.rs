//! Names in `nixPkgs` against Nix's own grammar. Nixpacks pastes them into an expression, so one that does
//! not parse stops the build before any package is looked up.

use nixpacks::nixpacks::nix::create_nix_expressions_for_phases;
use nixpacks::nixpacks::nix::pkg::Pkg;
use nixpacks::nixpacks::plan::phase::Phase;
use nixpacks_transforms::plan::names;
use std::collections::BTreeMap;

/// Whether the expression that the planner writes for these packages parses.
fn parses(name: &str) -> bool {
    let setup = Phase::setup(Some(vec![Pkg::new("gcc"), Pkg::new(name)]));
    let phases = BTreeMap::from([("setup".to_owned(), setup)]);
    let expressions = create_nix_expressions_for_phases(&phases);
    assert!(expressions.values().any(|text| text.contains(name)), "{name} is in no expression");
    expressions.values().all(|text| rnix::Root::parse(text).errors().is_empty())
}

#[test]
fn names_that_nix_cannot_read_are_known_to_fail() {
    for name in ["g++", "libstdc++"] {
        assert!(!parses(name), "{name}");
        assert!(names::undefined(name).is_some(), "{name}");
        assert!(names::error(name).contains("syntax error"), "{name}");
    }
}

#[test]
fn what_takes_their_place_can_be_read() {
    for name in
        ["gcc", "cacert", "stdenv.cc.cc.lib", "nodejs-18_x", "python311Packages.pip", "ca-certificates"]
    {
        assert!(parses(name), "{name}");
    }
    assert!(parses("(python311.withPackages (ps: [ ps.numpy ]))"));
}
