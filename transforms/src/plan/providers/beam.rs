//! Elixir and Gleam.

use super::shared::pattern;
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, items, variables};
use crate::plan::types::{Origin, Plan, PlanError};
use regex::Regex;
use std::sync::LazyLock;

const BY_ELIXIR: Origin = Origin::Provider("elixir");
const BY_GLEAM: Origin = Origin::Provider("gleam");

pub(super) const ELIXIR: Provider = Provider {
    name: "elixir",
    detect: |scope| Ok(scope.files.has("mix.exs")),
    plan: |scope| elixir(scope).map(Provided::from).map(Some),
};

pub(super) const GLEAM: Provider = Provider {
    name: "gleam",
    detect: |scope| Ok(scope.files.has("gleam.toml") && scope.files.has("manifest.toml")),
    plan: |scope| gleam(scope).map(Provided::from).map(Some),
};

fn elixir(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let mix = scope.files.text("mix.exs")?;
    let by = &BY_ELIXIR;
    let mut plan = Plan::default();
    let mut setup = Draft::setup(by, [elixir_package(scope, &mix)?]);
    setup.archive("c5702bd28cbde41a191a9c2a00501f18941efbd0");
    setup.libs(["stdenv.cc.cc.lib"]).pkgs(["gcc"]);
    setup.put(&mut plan);
    let mut install = Draft::install(by, Some("mix local.hex --force".to_owned()));
    install.cmd("mix local.rebar --force").cmd("mix deps.get --only prod");
    install.put(&mut plan);
    let mut build = Draft::build(by, Some("mix compile".to_owned()));
    if mix.contains("assets.deploy") {
        build.cmd("mix assets.deploy");
    }
    if mix.contains("postgrex") && mix.contains("ecto") {
        build.cmd("mix ecto.setup");
    }
    build.put(&mut plan);
    draft::start(&mut plan, by, "mix phx.server");
    let fixed = [("MIX_ENV", "prod"), ("ELIXIR_ERL_OPTIONS", "+fnu")];
    variables(&mut plan, by, fixed.map(|(name, value)| (name, value.to_owned())));
    Ok(plan)
}

fn elixir_package(scope: Scope<'_>, mix: &str) -> Result<String, PlanError> {
    static MIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"(elixir:[\s].*[> ])([0-9|\.]*)"));
    static VERSION: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"^(?:[\sa-zA-Z-"']*)(\d*)(?:\.*)(\d*)(?:\.*\d*)(?:["']?)$"#));
    let wanted = match scope.env.config("ELIXIR_VERSION") {
        Some(version) => Some(version),
        None if scope.files.has(".elixir-version") => Some(scope.files.text(".elixir-version")?),
        None => MIX.captures(mix).and_then(|c| c.get(2)).map(|m| m.as_str().to_owned()),
    };
    let captures = wanted.as_deref().and_then(|wanted| VERSION.captures(wanted.trim()));
    let minor = captures.as_ref().filter(|c| &c[1] == "1").map(|c| c[2].to_owned()).unwrap_or_default();
    let known = ["9", "10", "11", "12", "13", "14", "15", "16", "17"].contains(&minor.as_str());
    Ok(if known { format!("elixir_1_{minor}") } else { "elixir".to_owned() })
}

fn gleam(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let by = &BY_GLEAM;
    let manifest = scope.files.toml("manifest.toml")?;
    let packages = manifest.get("packages").and_then(|node| node.as_array());
    let tables = packages.into_iter().flat_map(|array| &array.elements).filter_map(|node| node.as_table());
    let string = |table: &crate::document::Table, key| Some(table.get(key)?.as_str()?.decoded.clone());
    let mut library = tables.filter(|table| string(table, "name").as_deref() == Some("gleam_stdlib"));
    let version = library.next().and_then(|table| string(table, "version"));
    let version = version.unwrap_or_else(|| "main".to_owned());
    let mut plan = Plan::default();
    Draft::setup(by, ["wget", "erlang", "elixir", "rebar3"]).put(&mut plan);
    let mut install = Draft::install(by, Some(format!("sh /assets/get-gleam.sh {version}")));
    install.file("gleam.toml").file("manifest.toml").cmd("gleam deps download");
    install.put(&mut plan);
    Draft::build(by, Some("gleam export erlang-shipment".to_owned())).put(&mut plan);
    let start = draft::start(&mut plan, by, "./build/erlang-shipment/entrypoint.sh run");
    start.only_include_files = Some(items(by, ["build/erlang-shipment"]));
    plan.static_assets = Some([("get-gleam.sh".to_owned(), String::new())].into());
    Ok(plan)
}
