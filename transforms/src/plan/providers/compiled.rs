//! Providers that run one tool's build: Crystal, Dart, Haskell, Scheme, Zig and COBOL.

use super::shared::top_level;
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft};
use crate::plan::files::error;
use crate::plan::types::{Origin, Plan};

pub(super) const CRYSTAL: Provider = Provider {
    name: "crystal",
    detect: |scope| Ok(scope.files.has("shard.yml")),
    plan: |scope| {
        let shard = scope.files.text("shard.yml")?;
        let targets = top_level(&shard, Some("targets"));
        let named = top_level(&shard, None).iter().any(|(key, _)| *key == "name");
        let (target, _) =
            targets.first().filter(|_| named).ok_or_else(|| error("Unable to get executable name"))?;
        Ok(Some(simple(Tool {
            name: "crystal",
            pkgs: &["crystal", "shards"],
            install: Some("shards install"),
            build: "shards build",
            start: format!("./bin/{target}"),
        })))
    },
};

pub(super) const DART: Provider = Provider {
    name: "dart",
    detect: |scope| Ok(scope.files.has("pubspec.yaml")),
    plan: |scope| {
        let text = scope.files.text("pubspec.yaml")?;
        let keys = top_level(&text, None);
        let find = |key: &str| keys.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let name = find("name").filter(|_| find("version").is_some());
        let name = name.ok_or_else(|| error("Reading pubspec.yaml: missing field"))?;
        let build = format!("dart compile exe bin/{name}.dart");
        let by = Origin::Provider("dart");
        let mut plan = Plan::default();
        Draft::setup(&by, ["dart"]).put(&mut plan);
        let mut install = Draft::install(&by, Some("dart pub get".to_owned()));
        install.file("pubspec.yaml");
        install.put(&mut plan);
        Draft::build(&by, Some(build)).put(&mut plan);
        draft::start(&mut plan, &by, format!("./bin/{name}.exe"));
        Ok(Some(Provided::from(plan)))
    },
};

pub(super) const HASKELL: Provider = Provider {
    name: "haskell",
    detect: |scope| Ok(scope.files.has("package.yaml") && scope.files.ending(&[".hs"]).next().is_some()),
    plan: |scope| {
        let text = scope.files.text("package.yaml")?;
        let programs = top_level(&text, Some("executables"));
        let program = programs.iter().map(|(name, _)| *name).min();
        let program = program.ok_or_else(|| error("Failed to get executable name"))?;
        let by = Origin::Provider("haskell");
        let mut plan = Plan::default();
        let mut setup = Draft::setup(&by, ["stack"]);
        setup.apt(["libgmp-dev", "gcc", "binutils", "make", "zlib1g-dev"]);
        setup.put(&mut plan);
        let mut install = Draft::install(&by, Some("stack setup".to_owned()));
        install.cache("/root/.stack");
        install.put(&mut plan);
        let mut build = Draft::build(&by, Some("stack install".to_owned()));
        build.cache("/root/.stack").cache(".stack-work");
        build.put(&mut plan);
        draft::start(&mut plan, &by, format!("/root/.local/bin/{program}"));
        Ok(Some(Provided::from(plan)))
    },
};

pub(super) const SCHEME: Provider = Provider {
    name: "scheme",
    detect: |scope| Ok(scope.files.has("haunt.scm")),
    plan: |_| {
        let start = "guile init.scm --auto-compile".to_owned();
        Ok(Some(simple(Tool {
            name: "scheme",
            pkgs: &["haunt", "guile"],
            install: None,
            build: "haunt build",
            start,
        })))
    },
};

pub(super) const ZIG: Provider = Provider {
    name: "zig",
    detect: |scope| Ok(scope.files.ending(&[".zig"]).next().is_some()),
    plan: |scope| {
        let by = Origin::Provider("zig");
        let mut plan = Plan::default();
        Draft::setup(&by, ["zig"]).put(&mut plan);
        let modules = scope.files.has(".gitmodules").then(|| "git submodule update --init".to_owned());
        Draft::install(&by, modules).put(&mut plan);
        Draft::build(&by, Some("zig build -Doptimize=ReleaseSafe".to_owned())).put(&mut plan);
        // The program has the name of the directory, which a view doesn't tell.
        draft::start(&mut plan, &by, "./zig-out/bin/*");
        Ok(Some(Provided::from(plan)))
    },
};

pub(super) const COBOL: Provider = Provider {
    name: "cobol",
    detect: |scope| Ok(scope.files.ending(&[".cbl"]).next().is_some()),
    plan: |scope| {
        let path = cobol_source(scope);
        let name = path.rsplit('/').next().unwrap_or_default();
        let stem = name.strip_suffix(".cbl").unwrap_or(name);
        let arguments = scope.env.config("COBOL_COMPILE_ARGS").unwrap_or_else(|| "-x -o".to_owned());
        let build = format!("cobc {arguments} {stem} {path}");
        let start = format!("./{stem}");
        Ok(Some(simple(Tool {
            name: "cobol",
            pkgs: &["gnu-cobol", "gcc"],
            install: None,
            build: &build,
            start,
        })))
    },
};

fn cobol_source(scope: Scope<'_>) -> String {
    let named = scope.env.config("COBOL_APP_NAME").map(|name| format!("{name}.cbl"));
    let suffixes = named.iter().map(String::as_str).chain(["index.cbl", ".cbl"]);
    let found =
        suffixes.into_iter().find_map(|suffix| Some(scope.files.ending(&[suffix]).next()?.to_owned()));
    found.unwrap_or_else(|| "./".to_owned())
}

struct Tool<'a> {
    name: &'static str,
    pkgs: &'a [&'a str],
    install: Option<&'a str>,
    build: &'a str,
    start: String,
}

fn simple(tool: Tool<'_>) -> Provided {
    let by = Origin::Provider(tool.name);
    let mut plan = Plan::default();
    Draft::setup(&by, tool.pkgs.iter().copied()).put(&mut plan);
    let mut build = Draft::build(&by, Some(tool.build.to_owned()));
    match tool.install {
        Some(install) => Draft::install(&by, Some(install.to_owned())).put(&mut plan),
        None => drop(build.after("setup")),
    }
    build.put(&mut plan);
    draft::start(&mut plan, &by, tool.start);
    Provided::from(plan)
}
