//! Holds the plan model of `nixpacks-transforms` to the real planner, the crate `nixpacks` 1.41.0, and the
//! predictions to what then happens.
//!
//! There is no code here, only tests: `cargo test -p conformance`. They are apart from the rest because
//! the planner brings some 260 crates. `CONFORMANCE_APPS` names a directory of further apps to compare
//! on, `CONFORMANCE_CASES` how many apps to draw, and `CONFORMANCE_SEED` (a number) other draws.
//! The test `lab` builds and starts golden apps, if it is asked to: CONTRIBUTING.md says how.
