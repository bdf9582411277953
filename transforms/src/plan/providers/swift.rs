//! The Swift provider.

use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft};
use crate::plan::files::error;
use crate::plan::types::{Origin, Plan, PlanError};

const BY: Origin = Origin::Provider("swift");
const DEFAULT: (&str, &str) = ("5.8", "9957cd48326fe8dbd52fdc50dd2502307f188b0d");
const VERSIONS: [(&str, &str); 17] = [
    ("3.1", "aeaa79dc82980869a88a5955ea3cd3e1944b7d80"),
    ("3.1.1", "8414d8386b9a6b855b291fb3f01a4e3b04c08bbb"),
    ("4.0.3", "2c9d2d65266c2c3aca1e4c80215de8bee5295b04"),
    ("4.1", "92a047a6c4d46a222e9c323ea85882d0a7a13af8"),
    ("4.1.3", "a3962299f14944a0e9ccf8fd84bd7be524b74cd6"),
    ("4.2.1", "7ff8a16f0726342f0a25697867d8c1306d4da7b0"),
    ("4.2.3", "3fa154fd7fed3d6a94322bf08a6def47d6f8e0f6"),
    ("5.0.1", "4599f2bb9a5a6b1482e72521ead95cb24e0aa819"),
    ("5.0.2", "a9eb3eed170fa916e0a8364e5227ee661af76fde"),
    ("5.1.1", "9986226d5182c368b7be1db1ab2f7488508b5a87"),
    ("5.4", "c82b46413401efa740a0b994f52e9903a4f6dcd5"),
    ("5.4.2", "c82b46413401efa740a0b994f52e9903a4f6dcd5"),
    ("5.5.2", "7592790b9e02f7f99ddcb1bd33fd44ff8df6a9a7"),
    ("5.5.3", "7cf5ccf1cdb2ba5f08f0ac29fc3d04b0b59a07e4"),
    ("5.6.2", "3c3b3ab88a34ff8026fc69cb78febb9ec9aedb16"),
    ("5.7.3", "8cad3dbe48029cb9def5cdb2409a6c80d3acfe2e"),
    DEFAULT,
];

pub(super) const SWIFT: Provider = Provider {
    name: "swift",
    detect: |scope| Ok(scope.files.has("Package.swift")),
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let version = version(scope)?;
    let known = VERSIONS.into_iter().find(|(name, _)| version == *name).unwrap_or(DEFAULT);
    let mut sources = files.named(&["main.swift"]).filter_map(|path| path.strip_prefix("Sources/"));
    let program = sources.find(|path| !path.contains(".build"));
    let program = program.ok_or_else(|| error("Your swift app doesn't have a main.swift file"))?;
    let program = program.split('/').next().unwrap_or(program);

    let mut plan = Plan::default();
    let mut setup = Draft::setup(&BY, ["coreutils", "swift", "clang", "zlib", "zlib.dev"]);
    setup.archive(known.1);
    setup.put(&mut plan);
    let mut install = Draft::install(&BY, Some("swift package resolve".to_owned()));
    install.file("Package.swift");
    if files.has("Package.resolved") {
        install.file("Package.resolved");
    }
    install.put(&mut plan);
    let mut build =
        Draft::build(&BY, Some("CC=clang++ swift build -c release --static-swift-stdlib".to_owned()));
    build.cmd(format!("cp ./.build/release/{program} ./{program} && rm -rf ./.build"));
    build.put(&mut plan);
    draft::start(&mut plan, &BY, format!("./{program}"));
    Ok(plan)
}

fn version(scope: Scope<'_>) -> Result<String, PlanError> {
    let files = scope.files;
    if files.has(".swift-version") {
        let text = files.text(".swift-version")?;
        return Ok(text.split('\n').next().unwrap_or_default().trim().to_owned());
    }
    if !files.has("Package.swift") {
        return Ok(DEFAULT.0.to_owned());
    }
    let text = files.text("Package.swift")?;
    let line = text.split('\n').find(|line| line.contains("swift-tools-version:"));
    let version =
        line.map(|line| line.replace("swift-tools-version:", "").replace("//", "").trim().to_owned());
    Ok(version.unwrap_or_else(|| DEFAULT.0.to_owned()))
}
