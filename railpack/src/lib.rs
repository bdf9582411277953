//! How Railpack plans an app, what an app loses when its platform builds it with Railpack instead of Nixpacks,
//! and the smallest files that keep it.
//!
//! As `nixpacks-transforms`, this crate takes an app view and returns values. It doesn't read or write files,
//! look at the environment or the clock, run commands, or print.
//!
//! 1. [`release`] names the versions of Railpack, the platforms that run them, and what differs between them.
//! 2. [`config_file`] reads `railpack.json` into a [`config`].
//! 3. [`planner`] computes the plan: which provider, which versions, packages and commands, and what of it
//!    reaches the final image. Only the Python and the shell provider are modelled; of the others it is known
//!    when they take an app.
//! 4. [`image`] answers what the final image has.
//!
//! The facts are from Railpack's own source (MIT), version by version; each module names the files.

mod acts;
pub mod checklist;
pub mod config;
mod config_edit;
pub mod config_file;
mod detect;
pub mod dockerfile;
mod draft;
pub mod findings;
pub mod image;
mod json_text;
pub mod lint;
mod loss_places;
pub mod losses;
mod merge;
pub mod migrate;
pub mod names;
mod places;
pub mod plan;
pub mod planner;
mod procfile;
pub mod program;
mod python;
pub mod release;
mod rewrite;
pub mod rules;
mod secrets;
mod shell_script;
mod source;
mod still_wanted;
mod subject;
mod tables;
mod wanted;

/// The file that Railpack looks for in the directory that is built.
pub const CONFIG_FILE: &str = "railpack.json";
/// The address that a `railpack.json` names as its schema.
pub const SCHEMA_ADDRESS: &str = "https://schema.railpack.com";
/// Where Railpack makes the virtual environment.
pub const VENV: &str = "/app/.venv";
