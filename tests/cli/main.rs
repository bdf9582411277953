//! The command as a user runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

#[path = "../support/mod.rs"]
mod support;

mod arguments;
#[cfg(unix)]
mod canary;
mod commit;
#[cfg(unix)]
mod completions;
mod diagnose;
mod disk;
mod formats;
mod found;
mod hostile;
#[cfg(unix)]
mod interactive;
mod interrupted;
mod lsp;
mod many;
mod output;
mod railpack;
mod repair;
mod secrets;
mod settings;
mod simulate;
#[cfg(unix)]
mod views;
