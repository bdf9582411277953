//! Node versions and package managers: for the Node provider, and for the two that build assets
//! with it.

use super::package_json::PackageJson;
use super::semver::allows_major;
use crate::plan::detect::Scope;
use crate::plan::draft::Draft;
use crate::plan::files::Files;
use crate::plan::types::{Origin, PlanError};

pub(in crate::plan::providers) use super::package_json::PackageJson as Package;

/// Where the package managers come from.
pub(in crate::plan::providers) const OVERLAY: &str =
    "https://github.com/railwayapp/nix-npm-overlay/archive/main.tar.gz";
const BUN_ARCHIVE: &str = "31fb21469e34b6b5c7be77b9a35bae43d0c598e9";
/// Newest first.
const VERSIONS: [(u64, &str, &str); 6] = [
    (24, "nodejs_24", "23f9169c4ccce521379e602cc82ed873a1f1b52b"),
    (22, "nodejs_22", "e6f23dc08d3624daab7094b701aa3954923c6bbb"),
    (20, "nodejs_20", "ffeebf0acf3ae8b29f8c7049cd911b9636efd7e7"),
    (18, "nodejs_18", "ffeebf0acf3ae8b29f8c7049cd911b9636efd7e7"),
    (16, "nodejs_16", "bf744fe90419885eefced41b3e5ae442d732712d"),
    (14, "nodejs_14", "bf744fe90419885eefced41b3e5ae442d732712d"),
];
const DEFAULT: (u64, &str, &str) = VERSIONS[3];

/// The `package.json` of the app, empty where it is none.
pub(in crate::plan::providers) fn package(files: &Files<'_>) -> PackageJson {
    PackageJson::read(files, "package.json").unwrap_or_default()
}

/// `npm`, `pnpm`, `yarn` or `bun`.
pub(in crate::plan::providers) fn manager(files: &Files<'_>, package: &PackageJson) -> &'static str {
    let named = package.package_manager.as_deref().and_then(|field| field.split('@').next());
    if let Some(name) = ["npm", "pnpm", "yarn", "bun"].into_iter().find(|name| named == Some(*name)) {
        name
    } else if files.has("pnpm-lock.yaml") {
        "pnpm"
    } else if files.has("yarn.lock") {
        "yarn"
    } else if files.has("bun.lockb") || files.has("bun.lock") {
        "bun"
    } else {
        "npm"
    }
}

/// The command that runs a package's program.
pub(in crate::plan::providers) fn dlx(manager: &str) -> &'static str {
    match manager {
        "pnpm" => "pnpx",
        "yarn" => "yarn",
        _ => "npx",
    }
}

/// The command that installs the packages, `None` without a `package.json`.
pub(in crate::plan::providers) fn install_command(files: &Files<'_>, manager: &str) -> Option<String> {
    if !files.has("package.json") {
        return None;
    }
    let command = match manager {
        "pnpm" => "pnpm i --frozen-lockfile",
        "yarn" if files.has(".yarnrc.yml") => "yarn install --check-cache",
        "yarn" => "yarn install --frozen-lockfile",
        _ if files.has("package-lock.json") => "npm ci",
        _ if files.has("bun.lockb") || files.has("bun.lock") => "bun i --no-save",
        _ => "npm i",
    };
    Some(command.to_owned())
}

/// The Node package, by the version that `asked` or a file names.
fn version(
    files: &Files<'_>,
    package: &PackageJson,
    asked: Option<String>,
) -> Result<(u64, &'static str, &'static str), PlanError> {
    let nvmrc = if files.has(".nvmrc") { Some(nvm_version(&files.text(".nvmrc")?)) } else { None };
    let dot = if files.has(".node-version") {
        Some(files.text(".node-version")?.trim().replace('v', ""))
    } else {
        None
    };
    let wanted = asked.or_else(|| package.engine("node").map(str::to_owned)).or(nvmrc).or(dot);
    let Some(wanted) = wanted.filter(|wanted| wanted != "*") else { return Ok(DEFAULT) };
    let newest = VERSIONS.into_iter().find(|(major, ..)| allows_major(&wanted, *major) == Some(true));
    Ok(newest.unwrap_or(DEFAULT))
}

fn nvm_version(text: &str) -> String {
    let text = text.trim();
    let names = [
        ("lts/*", "22"),
        ("lts/jod", "22"),
        ("lts/argon", "4"),
        ("lts/boron", "6"),
        ("lts/carbon", "8"),
        ("lts/dubnium", "10"),
        ("lts/erbium", "12"),
        ("lts/fermium", "14"),
        ("lts/gallium", "16"),
        ("lts/hydrogen", "18"),
        ("lts/iron", "20"),
    ];
    let known = names.into_iter().find(|(name, _)| *name == text).map(|(_, version)| version);
    known.unwrap_or_else(|| text.strip_prefix('v').unwrap_or(text)).to_owned()
}

/// The packages for Node and its package manager. The second comes from [`OVERLAY`].
pub(in crate::plan::providers) fn packages(scope: Scope<'_>) -> Result<[&'static str; 2], PlanError> {
    let files = scope.files;
    let package = if files.has("package.json") {
        PackageJson::read(files, "package.json")?
    } else {
        PackageJson::default()
    };
    let (_, node, _) = version(files, &package, scope.env.config("NODE_VERSION"))?;
    let manager = match manager(files, &package) {
        "pnpm" => pnpm(files, &package),
        "yarn" => "yarn-1_x",
        "bun" => "bun",
        _ => {
            let lock = files.text_or_empty("package-lock.json");
            if lock.contains("\"lockfileVersion\": 1") {
                "npm-6_x"
            } else if lock.contains("\"lockfileVersion\": 2") {
                "npm-8_x"
            } else {
                "npm-9_x"
            }
        }
    };
    Ok([node, manager])
}

fn pnpm(files: &Files<'_>, package: &PackageJson) -> &'static str {
    let named = package.package_manager.as_deref().and_then(|field| field.strip_prefix("pnpm@"));
    match named.and_then(|version| version.split('.').next()?.parse::<u32>().ok()) {
        Some(6) => "pnpm-6_x",
        Some(7) => "pnpm-7_x",
        Some(8) => "pnpm-8_x",
        Some(9) => "pnpm-9_x",
        Some(10) => "pnpm-10_x",
        _ => {
            let lock = files.text_or_empty("pnpm-lock.yaml");
            if lock.starts_with("lockfileVersion: 5.3") {
                "pnpm-6_x"
            } else if lock.starts_with("lockfileVersion: 5.4") {
                "pnpm-7_x"
            } else if lock.starts_with("lockfileVersion: '6.0'") {
                "pnpm-8_x"
            } else {
                "pnpm-9_x"
            }
        }
    }
}

/// Whether the package manager comes through corepack.
pub(in crate::plan::providers) fn corepack(
    scope: Scope<'_>,
    package: &PackageJson,
) -> Result<bool, PlanError> {
    let (major, ..) = version(scope.files, package, scope.env.config("NODE_VERSION"))?;
    let named = package.package_manager.as_deref();
    Ok(major != 14 && named.is_some_and(|field| !field.starts_with("npm")))
}

/// The Node provider's `setup`, which Ruby also uses.
pub(in crate::plan::providers) fn setup(by: &Origin, scope: Scope<'_>) -> Result<Draft, PlanError> {
    let files = scope.files;
    let package = package(files);
    let mut setup = Draft::setup(by, packages(scope)?);
    setup.overlay(OVERLAY);
    // The archive follows the files alone, whatever version a variable asks for.
    let (_, _, archive) = version(files, &package, None)?;
    setup.archive(if manager(files, &package) == "bun" { BUN_ARCHIVE } else { archive });
    if uses(files, "prisma") {
        setup.pkgs(["openssl"]);
    }
    if uses(files, "sharp") {
        setup.libs(["gcc-unwrapped"]);
    }
    if uses(files, "puppeteer") {
        setup.apt([
            "libnss3",
            "libatk1.0-0",
            "libatk-bridge2.0-0",
            "libcups2",
            "libgbm1",
            "libasound2t64",
            "libpangocairo-1.0-0",
            "libxss1",
            "libgtk-3-0",
            "libxshmfence1",
            "libglu1",
            "chromium",
        ]);
    }
    if uses(files, "canvas") {
        setup.libs(["libuuid", "libGL"]);
    }
    Ok(setup)
}

/// The Node provider's `install`, which Ruby also uses.
pub(in crate::plan::providers) fn install(by: &Origin, scope: Scope<'_>) -> Result<Draft, PlanError> {
    let files = scope.files;
    let package = package(files);
    let manager = manager(files, &package);
    let command = install_command(files, manager);
    let mut install = if corepack(scope, &package)? {
        let enable = "npm install -g corepack@0.24.1 && corepack enable";
        let mut install = Draft::install(by, Some(enable.to_owned()));
        if let Some(command) = command {
            install.cmd(command);
        }
        install
    } else {
        Draft::install(by, command)
    };
    install.cache(match manager {
        "yarn" => "/usr/local/share/.cache/yarn/v6",
        "pnpm" => "/root/.local/share/pnpm/store/v3",
        "bun" => "/root/.bun",
        _ => "/root/.npm",
    });
    install.path("/app/node_modules/.bin");
    if all_packages(files)?.iter().any(|(_, package)| package.mentions("cypress")) {
        install.cache("/root/.cache/Cypress");
    }
    Ok(install)
}

/// Every `package.json` outside `node_modules`. One that does not parse is a plan error.
pub(in crate::plan::providers) fn all_packages<'a>(
    files: &'a Files<'_>,
) -> Result<Vec<(&'a str, PackageJson)>, PlanError> {
    let own = files.named(&["package.json"]).filter(|path| !path.contains("node_modules"));
    own.map(|path| Ok((path, PackageJson::read(files, path)?))).collect()
}

/// Whether a manifest or lock file mentions `dep` anywhere.
fn uses(files: &Files<'_>, dep: &str) -> bool {
    ["package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"]
        .into_iter()
        .any(|file| files.text_or_empty(file).contains(dep))
}
