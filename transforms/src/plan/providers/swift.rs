//! The Swift provider, as far as a Python deploy depends on it.

use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft};
use crate::plan::files::error;
use crate::plan::types::{Origin, Plan, PlanError};
use crate::tables::SWIFT_ARCHIVES;

const BY: Origin = Origin::Provider("swift");
const DEFAULT: &str = "5.8";

pub(super) const SWIFT: Provider = Provider {
    name: "swift",
    detect: |scope| Ok(scope.files.has("Package.swift")),
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let version = version(scope)?;
    let mut sources = scope.files.named(&["main.swift"]).filter_map(|path| path.strip_prefix("Sources/"));
    let program = sources.find(|path| !path.contains(".build"));
    let program = program.ok_or_else(|| error("Your swift app doesn't have a main.swift file"))?;
    let program = program.split('/').next().unwrap_or(program);

    let mut plan = Plan::default();
    let mut setup = Draft::setup(&BY, ["coreutils", "swift", "clang", "zlib", "zlib.dev"]);
    let archive = SWIFT_ARCHIVES.words(&version).or_else(|| SWIFT_ARCHIVES.words(DEFAULT));
    if let Some(archive) = archive.and_then(|mut words| words.next()) {
        setup.archive(archive);
    }
    setup.put(&mut plan);
    let mut install = Draft::install(&BY, Some("swift package resolve".to_owned()));
    install.file("Package.swift");
    if scope.files.has("Package.resolved") {
        install.file("Package.resolved");
    }
    install.put(&mut plan);
    let build = "CC=clang++ swift build -c release --static-swift-stdlib";
    Draft::build(&BY, Some(build.to_owned())).put(&mut plan);
    draft::start(&mut plan, &BY, format!("./{program}"));
    Ok(plan)
}

fn version(scope: Scope<'_>) -> Result<String, PlanError> {
    let files = scope.files;
    if files.has(".swift-version") {
        let text = files.text(".swift-version")?;
        return Ok(text.lines().next().unwrap_or_default().trim().to_owned());
    }
    let text = files.text_or_empty("Package.swift");
    let asked = text.lines().find_map(|line| Some(line.split_once("swift-tools-version:")?.1.trim()));
    Ok(asked.unwrap_or(DEFAULT).to_owned())
}
