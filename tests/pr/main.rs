//! `nixpacks-fix pr` against forges on the loopback interface: GitHub, GitLab and Gitea as far as they are used.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]
#![allow(unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod cost;
mod document;
mod emulated;
mod fake_forge_tests;
mod forged;
mod hostile;
mod kill;
mod life;
mod many;
mod migration;
mod people;
mod scene;
mod server;
mod trouble;
