//! Byte-range edits over the deploy files of an app, and a model of how Nixpacks 1.41.0 reads them.
//!
//! This crate takes text and an app view and returns findings and edits. It doesn't read or write
//! files, look at the environment or the clock, run commands, or print.
//!
//! 1. [`document`] parses a deploy file into values with byte spans.
//! 2. [`shell`] parses the commands that those values hold.
//! 3. [`plan`] computes the build plan that Nixpacks would make of the app.
//! 4. [`simulate`] predicts what each command of the plan reaches, and the [`simulate::Verdict`].
//! 5. [`rules`] name what is wrong, each with its fix; `strategies` move the app to a way of installing that
//!    builds and answer several rules at once; [`engine`] applies, repeats and judges.

pub mod app;
mod context;
pub mod document;
pub mod edit;
pub mod engine;
pub mod fix;
pub mod intent;
pub mod options;
pub mod plan;
pub mod requirements;
pub mod rules;
pub mod shell;
pub mod simulate;
mod strategies;
pub mod tables;
pub mod text;
