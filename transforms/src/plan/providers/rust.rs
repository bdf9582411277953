//! The Rust provider, and Lunatic's, which is the same with another runner.

use super::shared::cargo::Cargo;
use super::shared::pattern;
use crate::plan::detect::{Provided, Provider};
use crate::plan::draft::{self, item, items, variables};
use crate::plan::types::{Origin, Plan};
use regex::Regex;
use std::sync::LazyLock;

const BY_RUST: Origin = Origin::Provider("rust");
const BY_LUNATIC: Origin = Origin::Provider("lunatic");

pub(super) const RUST: Provider = Provider {
    name: "rust",
    detect: |scope| Ok(scope.files.has("Cargo.toml")),
    plan: |scope| {
        let cargo = Cargo::read(scope)?;
        let mut plan = Plan::default();
        cargo.setup(&BY_RUST, scope, &[]).put(&mut plan);
        cargo.build(&BY_RUST, scope.files).put(&mut plan);
        if let Some((cmd, alone)) = cargo.start(scope)? {
            let start = draft::start(&mut plan, &BY_RUST, &cmd);
            if alone {
                start.run_image = Some(item(&BY_RUST, "ubuntu:noble"));
                start.only_include_files = Some(items(&BY_RUST, [cmd]));
            }
        }
        variables(&mut plan, &BY_RUST, [("ROCKET_ADDRESS", "0.0.0.0".to_owned())]);
        Ok(Some(Provided::from(plan)))
    },
};

pub(super) const LUNATIC: Provider = Provider {
    name: "lunatic",
    detect: |scope| {
        static RUNNER: LazyLock<Regex> = LazyLock::new(|| pattern(r#"runner\s*=\s*"lunatic""#));
        let files = scope.files;
        let config = ".cargo/config.toml";
        Ok(files.has("Cargo.toml") && files.has(config) && RUNNER.is_match(&files.text(config)?))
    },
    plan: |scope| {
        let cargo = Cargo::read(scope)?;
        let mut plan = Plan::default();
        cargo.setup(&BY_LUNATIC, scope, &["lunatic"]).put(&mut plan);
        cargo.build(&BY_LUNATIC, scope.files).put(&mut plan);
        if let Some((cmd, _)) = cargo.start(scope)? {
            draft::start(&mut plan, &BY_LUNATIC, format!("lunatic {cmd}"));
        }
        Ok(Some(Provided::from(plan)))
    },
};
