//! Providers of other languages, as far as a Python deploy depends on them: for which apps they are, which
//! phases they have and in which order, which files and which image those get, where their packages come
//! from, and whether install, build and start run anything. Versions, caches and variables are left out.

use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, item, items};
use crate::plan::files::error;
use crate::plan::types::{Origin, Plan, PlanError};

/// What one tool does.
#[derive(Default)]
struct Tool<'t> {
    pkgs: &'t [&'t str],
    libs: &'t [&'t str],
    /// The revision of nixpkgs, where it is not the default.
    archive: Option<&'t str>,
    /// `None`: there is no such phase, and the build comes right after the packages.
    install: Option<&'t str>,
    /// The only files that the install sees, where it does not see all.
    files: &'t [&'t str],
    build: &'t str,
    start: String,
}

type Planned = Result<Option<Provided>, PlanError>;

#[expect(clippy::unnecessary_wraps, reason = "what a provider gives")]
fn planned(name: &'static str, tool: Tool<'_>) -> Planned {
    let by = Origin::Provider(name);
    let mut plan = Plan::default();
    let mut setup = Draft::setup(&by, tool.pkgs.iter().copied());
    if !tool.libs.is_empty() {
        setup.libs(tool.libs.iter().copied());
    }
    if let Some(archive) = tool.archive {
        setup.archive(archive);
    }
    setup.put(&mut plan);
    let mut build = Draft::build(&by, Some(tool.build.to_owned()));
    match tool.install {
        Some(cmd) => {
            let mut install = Draft::install(&by, Some(cmd.to_owned()));
            for file in tool.files {
                install.file(*file);
            }
            install.put(&mut plan);
        }
        None => drop(build.after("setup")),
    }
    build.put(&mut plan);
    draft::start(&mut plan, &by, tool.start);
    Ok(Some(Provided::from(plan)))
}

/// Whether one of these files is there.
fn has(scope: Scope<'_>, names: &[&str]) -> bool {
    names.iter().any(|name| scope.files.has(name))
}

/// The name without its extension of the first file with that extension.
fn stem(scope: Scope<'_>, extension: &str) -> Option<String> {
    let extensions = [extension];
    let path = scope.files.ending(&extensions).next()?;
    Some(path.rsplit('/').next().unwrap_or(path).trim_end_matches(extension).to_owned())
}

/// The value of a key at the top of a YAML file.
fn yaml_value<'y>(yaml: &'y str, key: &str) -> Option<&'y str> {
    let value = yaml.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    Some(value?.trim().trim_matches(['"', '\'']))
}

/// The first key of the mapping below a key at the top of a YAML file.
fn yaml_first<'y>(yaml: &'y str, key: &str) -> Option<&'y str> {
    let below = yaml.lines().skip_while(|line| yaml_value(line, key).is_none()).skip(1);
    let mut below = below.filter(|line| !matches!(line.trim_start().chars().next(), None | Some('#')));
    below.next()?.strip_prefix([' ', '\t'])?.split(':').next().map(|key| key.trim().trim_matches(['"', '\'']))
}

pub(super) const CRYSTAL: Provider = Provider {
    name: "crystal",
    detect: |scope| Ok(has(scope, &["shard.yml"])),
    plan: |scope| {
        let shard = scope.files.text("shard.yml")?;
        let target = yaml_first(&shard, "targets").filter(|_| yaml_value(&shard, "name").is_some());
        let target = target.ok_or_else(|| error("Unable to get executable name"))?;
        planned(
            "crystal",
            Tool {
                pkgs: &["crystal", "shards"],
                install: Some("shards install"),
                build: "shards build",
                start: format!("./bin/{target}"),
                ..Tool::default()
            },
        )
    },
};

fn dotnet(scope: Scope<'_>, name: &'static str, extension: &str) -> Planned {
    planned(
        name,
        Tool {
            pkgs: &["dotnet-sdk"],
            install: Some("dotnet restore"),
            build: "dotnet publish --no-restore -c Release -o out",
            start: format!("./out/{}", stem(scope, extension).unwrap_or_default()),
            ..Tool::default()
        },
    )
}

pub(super) const CSHARP: Provider = Provider {
    name: "c#",
    detect: |scope| Ok(stem(scope, ".csproj").is_some()),
    plan: |scope| dotnet(scope, "c#", ".csproj"),
};

pub(super) const FSHARP: Provider = Provider {
    name: "f#",
    detect: |scope| Ok(stem(scope, ".fsproj").is_some()),
    plan: |scope| dotnet(scope, "f#", ".fsproj"),
};

pub(super) const DART: Provider = Provider {
    name: "dart",
    detect: |scope| Ok(has(scope, &["pubspec.yaml"])),
    plan: |scope| {
        let pubspec = scope.files.text("pubspec.yaml")?;
        let name = yaml_value(&pubspec, "name").filter(|_| yaml_value(&pubspec, "version").is_some());
        let name = name.ok_or_else(|| error("Reading pubspec.yaml: missing field"))?;
        planned(
            "dart",
            Tool {
                pkgs: &["dart"],
                install: Some("dart pub get"),
                files: &["pubspec.yaml"],
                build: &format!("dart compile exe bin/{name}.dart"),
                start: format!("./bin/{name}.exe"),
                ..Tool::default()
            },
        )
    },
};

pub(super) const ELIXIR: Provider = Provider {
    name: "elixir",
    detect: |scope| Ok(has(scope, &["mix.exs"])),
    plan: |_| {
        planned(
            "elixir",
            Tool {
                pkgs: &["elixir", "gcc"],
                libs: &["stdenv.cc.cc.lib"],
                archive: Some("c5702bd28cbde41a191a9c2a00501f18941efbd0"),
                install: Some("mix local.hex --force && mix local.rebar --force && mix deps.get --only prod"),
                build: "mix compile",
                start: "mix phx.server".to_owned(),
                ..Tool::default()
            },
        )
    },
};

pub(super) const CLOJURE: Provider = Provider {
    name: "clojure",
    detect: |scope| Ok(has(scope, &["project.clj", "build.clj"])),
    plan: |scope| {
        let (tool, build) = if has(scope, &["build.clj"]) {
            ("clojure", "clojure -T:build uber")
        } else {
            ("leiningen", "lein uberjar")
        };
        let start = "java $JAVA_OPTS -jar target/*-standalone.jar".to_owned();
        planned("clojure", Tool { pkgs: &[tool, "jdk8"], build, start, ..Tool::default() })
    },
};

pub(super) const GLEAM: Provider = Provider {
    name: "gleam",
    detect: |scope| Ok(has(scope, &["gleam.toml"]) && has(scope, &["manifest.toml"])),
    plan: |_| {
        planned(
            "gleam",
            Tool {
                pkgs: &["wget", "erlang", "elixir", "rebar3"],
                install: Some("sh /assets/get-gleam.sh && gleam deps download"),
                files: &["gleam.toml", "manifest.toml"],
                build: "gleam export erlang-shipment",
                start: "./build/erlang-shipment/entrypoint.sh run".to_owned(),
                ..Tool::default()
            },
        )
    },
};

pub(super) const HASKELL: Provider = Provider {
    name: "haskell",
    detect: |scope| Ok(has(scope, &["package.yaml"]) && stem(scope, ".hs").is_some()),
    plan: |scope| {
        let text = scope.files.text("package.yaml")?;
        let program = yaml_first(&text, "executables");
        let program = program.ok_or_else(|| error("Failed to get executable name"))?;
        planned(
            "haskell",
            Tool {
                pkgs: &["stack"],
                install: Some("stack setup"),
                build: "stack install",
                start: format!("/root/.local/bin/{program}"),
                ..Tool::default()
            },
        )
    },
};

pub(super) const SCHEME: Provider = Provider {
    name: "scheme",
    detect: |scope| Ok(has(scope, &["haunt.scm"])),
    plan: |_| {
        let start = "guile init.scm --auto-compile".to_owned();
        planned("scheme", Tool { pkgs: &["haunt", "guile"], build: "haunt build", start, ..Tool::default() })
    },
};

pub(super) const JAVA: Provider = Provider {
    name: "java",
    detect: |scope| {
        let files = ["pom.xml", "pom.rb", "pom.scala", "pom.yaml", "pom.yml", "gradlew"];
        let dirs = ["pom.atom", "pom.clj", "pom.groovy"];
        Ok(has(scope, &files) || dirs.iter().any(|dir| scope.files.has_dir(dir)))
    },
    plan: |scope| {
        let gradle = has(scope, &["gradlew"]);
        let (tool, build, jar) = if gradle {
            ("gradle", "./gradlew clean build -x check -x test", "build/libs/*jar")
        } else {
            ("maven", "mvn -B -DskipTests clean dependency:list install", "target/*jar")
        };
        let archive = Some("59dc10b5a6f2a592af36375c68fda41246794b86");
        let start = format!("java $JAVA_OPTS -jar {jar}");
        planned("java", Tool { pkgs: &["jdk17", tool], archive, build, start, ..Tool::default() })
    },
};

pub(super) const SCALA: Provider = Provider {
    name: "scala",
    detect: |scope| Ok(has(scope, &["build.sbt"])),
    plan: |scope| {
        if !has(scope, &["build.sbt"]) {
            return Ok(None);
        }
        let start = "./target/universal/stage/bin/main".to_owned();
        let planned =
            planned("scala", Tool { pkgs: &["sbt"], build: "sbt stage", start, ..Tool::default() })?;
        Ok(planned
            .map(|provided| apart(provided, "scala", "eclipse-temurin:17-jre-jammy", "./target/universal")))
    },
};

/// Starts in an image of its own, with these files of the app.
fn apart(mut provided: Provided, name: &'static str, image: &str, files: &str) -> Provided {
    let by = Origin::Provider(name);
    if let Some(start) = &mut provided.plan.start {
        start.run_image = Some(item(&by, image));
        start.only_include_files = Some(items(&by, [files]));
    }
    provided
}

pub(super) const STATICFILE: Provider = Provider {
    name: "staticfile",
    detect: |scope| {
        let dirs = ["public", "index", "dist"];
        Ok(has(scope, &["Staticfile", "index.html"]) || dirs.iter().any(|dir| scope.files.has_dir(dir)))
    },
    plan: |_| {
        let by = Origin::Provider("staticfile");
        let mut plan = Plan::default();
        let mut setup = Draft::setup(&by, ["nginx"]);
        setup.cmd("mkdir /etc/nginx/ /var/log/nginx/ /var/cache/nginx/");
        setup.put(&mut plan);
        draft::start(&mut plan, &by, "nginx -c /assets/nginx.conf");
        Ok(Some(Provided::from(plan)))
    },
};

pub(super) const ZIG: Provider = Provider {
    name: "zig",
    detect: |scope| Ok(stem(scope, ".zig").is_some()),
    plan: |scope| {
        let by = Origin::Provider("zig");
        let mut plan = Plan::default();
        Draft::setup(&by, ["zig"]).put(&mut plan);
        let modules = has(scope, &[".gitmodules"]).then(|| "git submodule update --init".to_owned());
        Draft::install(&by, modules).put(&mut plan);
        Draft::build(&by, Some("zig build -Doptimize=ReleaseSafe".to_owned())).put(&mut plan);
        // The program has the name of the directory, which a view doesn't tell.
        draft::start(&mut plan, &by, "./zig-out/bin/*");
        Ok(Some(Provided::from(plan)))
    },
};

pub(super) const COBOL: Provider = Provider {
    name: "cobol",
    detect: |scope| Ok(stem(scope, ".cbl").is_some()),
    plan: |scope| {
        let name = stem(scope, ".cbl").unwrap_or_default();
        planned(
            "cobol",
            Tool {
                pkgs: &["gnu-cobol", "gcc"],
                build: &format!("cobc -x -o {name} {name}.cbl"),
                start: format!("./{name}"),
                ..Tool::default()
            },
        )
    },
};
