//! The forges of the tests are what they claim to be, asked with git and plain HTTP.

pub mod client;
mod git;
mod gitea;
mod github;
mod gitlab;
mod graphql;
mod handle;

use crate::server::{Forge, Repository};

/// A forge with a repository that has two commits on `main` and one more on `work`.
fn shop(forge: &Forge) -> Repository {
    let shop = forge.repository("acme/shop", &[("nixpacks.toml", "a\n"), ("src/main.py", "b\n")]);
    shop.commit("main", &[("nixpacks.toml", Some("c\n"))], "Second");
    shop.commit("work", &[("nixpacks.toml", Some("d\n"))], "Third");
    shop
}
