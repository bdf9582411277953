//! Which provider takes an app (`core/providers/provider.go` and the `Detect` of each).

use crate::config::Variables;
use crate::release::Release;
use crate::source::Source;

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// PHP
    Php,
    /// Go
    Golang,
    /// Java
    Java,
    /// Rust
    Rust,
    /// Ruby
    Ruby,
    /// Elixir
    Elixir,
    /// Python
    Python,
    /// Deno
    Deno,
    /// .NET
    Dotnet,
    /// Node.js
    Node,
    /// Gleam
    Gleam,
    /// C++
    Cpp,
    /// Files that are served as they are.
    Staticfile,
    /// A script that is started.
    Shell,
}

/// The files of which any makes a Python app.
const PYTHON_MANIFESTS: [&str; 3] = ["requirements.txt", "pyproject.toml", "Pipfile"];
/// The endings of `pom.` that make a Java app.
const POM_ENDINGS: [&str; 7] = ["xml", "atom", "clj", "groovy", "rb", "scala", "yaml"];

impl Provider {
    /// All of them, in the order in which they are tried: the first that takes the app plans it, alone.
    pub const ALL: [Self; 14] = [
        Self::Php,
        Self::Golang,
        Self::Java,
        Self::Rust,
        Self::Ruby,
        Self::Elixir,
        Self::Python,
        Self::Deno,
        Self::Dotnet,
        Self::Node,
        Self::Gleam,
        Self::Cpp,
        Self::Staticfile,
        Self::Shell,
    ];

    /// Its name in `railpack.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Php => "php",
            Self::Golang => "golang",
            Self::Java => "java",
            Self::Rust => "rust",
            Self::Ruby => "ruby",
            Self::Elixir => "elixir",
            Self::Python => "python",
            Self::Deno => "deno",
            Self::Dotnet => "dotnet",
            Self::Node => "node",
            Self::Gleam => "gleam",
            Self::Cpp => "cpp",
            Self::Staticfile => "staticfile",
            Self::Shell => "shell",
        }
    }

    /// What a person calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Php => "PHP",
            Self::Golang => "Go",
            Self::Java => "Java",
            Self::Rust => "Rust",
            Self::Ruby => "Ruby",
            Self::Elixir => "Elixir",
            Self::Python => "Python",
            Self::Deno => "Deno",
            Self::Dotnet => ".NET",
            Self::Node => "Node.js",
            Self::Gleam => "Gleam",
            Self::Cpp => "C++",
            Self::Staticfile => "static files",
            Self::Shell => "a shell script",
        }
    }

    /// Whether its plan is modelled.
    pub const fn is_modelled(self) -> bool {
        matches!(self, Self::Python | Self::Shell)
    }

    /// The provider of that name, in any case.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name().eq_ignore_ascii_case(name))
    }

    fn takes(self, app: &Source<'_>, variables: &Variables, release: Release) -> bool {
        let any = |names: &[&str]| names.iter().any(|name| app.has(name));
        match self {
            Self::Php => any(&["index.php", "composer.json"]),
            Self::Golang => any(&["go.mod", "go.work", "main.go"]),
            Self::Java => app.has("gradlew") || app.has("pom.yml") || app.root().any(|name| is_pom(&name)),
            Self::Rust => app.has("Cargo.toml"),
            Self::Ruby => app.has("Gemfile"),
            Self::Elixir => app.has("mix.exs"),
            Self::Python => {
                let main = if release.detects_any_main_file() {
                    crate::python::main_file(app, release).is_some()
                } else {
                    app.has("main.py")
                };
                main || any(&PYTHON_MANIFESTS)
            }
            Self::Deno => any(&["deno.json", "deno.jsonc"]),
            Self::Dotnet => app.root().any(|name| name.ends_with(".csproj")),
            Self::Node => {
                app.has("package.json") || (release.reads_package_json5() && app.has("package.json5"))
            }
            Self::Gleam => app.has("gleam.toml"),
            Self::Cpp => any(&["CMakeLists.txt", "meson.build"]),
            Self::Staticfile => {
                variables.get("STATIC_FILE_ROOT").is_some()
                    || any(&["public", "index.html"])
                    || app.text("Staticfile").is_some_and(|text| has_root(&text))
            }
            Self::Shell => app.has(script(variables)),
        }
    }
}

/// The script that the shell provider starts.
pub(crate) fn script(variables: &Variables) -> &str {
    variables.get("SHELL_SCRIPT").unwrap_or("start.sh")
}

fn is_pom(name: &str) -> bool {
    name.strip_prefix("pom.").is_some_and(|ending| POM_ENDINGS.contains(&ending))
}

/// Whether a `Staticfile` names the directory to serve.
fn has_root(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .any(|(key, value)| key == "root" && !value.trim().is_empty())
}

/// The provider that takes the app.
pub(crate) fn detect(app: &Source<'_>, variables: &Variables, release: Release) -> Option<Provider> {
    Provider::ALL.into_iter().find(|provider| provider.takes(app, variables, release))
}
