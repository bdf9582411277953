//! The version of Python that is asked for, and the files that ask.

use super::App;
use crate::merge::Draft;
use crate::source::Source;
use regex::Regex;
use toml_edit::{Document, Item};

/// What Railpack takes where nothing asks.
pub(crate) const DEFAULT: &str = "3.13";

/// A file that asks for a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinFile {
    /// Its path.
    pub path: &'static str,
    /// The version, as it is written.
    pub version: String,
    /// mise reads it in the container too, where it is over whatever the plan says.
    pub read_by_mise: bool,
    /// What Railpack calls the source.
    source: &'static str,
}

impl PinFile {
    /// The text of the file with the first two numbers of its version alone; all else stays. `None` where the place of
    /// the version is not known without a look at the grammar of the file.
    pub(crate) fn with_minor(&self, text: &str) -> Option<String> {
        let minor: Vec<&str> = self.version.split('.').take(2).collect();
        let mut done = false;
        let lines = text.split_inclusive('\n').map(|line| {
            let is_its_own = match self.path {
                ".tool-versions" => line.split_whitespace().next() == Some("python"),
                ".python-version" => !line.trim_start().starts_with('#'),
                "runtime.txt" => true,
                _ => false,
            };
            if done || !is_its_own || !line.contains(&self.version) {
                return line.to_owned();
            }
            done = true;
            line.replacen(&self.version, &minor.join("."), 1)
        });
        let edited = lines.collect();
        done.then_some(edited)
    }
}

/// The files of mise, each over the ones after it. The docs of mise name more; these are the ones that Railpack copies.
const MISE_FILES: [&str; 6] = [
    "mise.toml",
    ".mise.toml",
    "mise/config.toml",
    ".mise/config.toml",
    ".config/mise.toml",
    ".config/mise/config.toml",
];

/// The files that ask for a version of Python, each over the ones after it.
pub fn pins(view: &dyn nixpacks_transforms::app::AppView) -> Vec<PinFile> {
    pin_files(&Source::new(view))
}

pub(crate) fn pin_files(source: &Source<'_>) -> Vec<PinFile> {
    let mut found = Vec::new();
    // mise leaves out what is not UTF-8.
    let text = |path| source.text(path).filter(|text| !text.contains('\u{fffd}'));
    for path in MISE_FILES {
        if let Some(version) = text(path).and_then(|text| in_mise_file(&text)) {
            found.push(PinFile { path, version, read_by_mise: true, source: "mise.toml" });
        }
    }
    if let Some(version) = text(".tool-versions").and_then(|text| in_tool_versions(&text)) {
        found.push(PinFile { path: ".tool-versions", version, read_by_mise: true, source: ".tool-versions" });
    }
    for path in [".python-version", ".python-versions"] {
        if let Some(version) = text(path).and_then(|text| first_word(&text)) {
            found.push(PinFile { path, version, read_by_mise: true, source: "idiomatic-version-file" });
        }
    }
    if let Some(text) = source.text("runtime.txt") {
        let version = semver(&text);
        found.push(PinFile { path: "runtime.txt", version, read_by_mise: false, source: "runtime.txt" });
    }
    if let Some((version, source)) = source.text("Pipfile").and_then(|text| in_pipfile(&text)) {
        found.push(PinFile { path: "Pipfile", version, read_by_mise: false, source });
    }
    found
}

/// The version in a mise file: `python = "3.12"`, a list of which the first counts, or a table with `version`.
fn in_mise_file(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let item = document.as_table().get("tools")?.as_table_like()?.get("python")?;
    let value = match item.as_array() {
        Some(list) => Item::Value(list.get(0)?.clone()),
        None => item.clone(),
    };
    let version = value.as_table_like().and_then(|table| table.get("version").cloned()).unwrap_or(value);
    version.as_str().map(str::to_owned)
}

fn in_tool_versions(text: &str) -> Option<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.map(str::split_whitespace).find_map(|mut words| {
        if words.next() == Some("python") { words.next().map(str::to_owned) } else { None }
    })
}

fn first_word(text: &str) -> Option<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).next().map(str::to_owned)
}

/// The first number of up to three parts.
fn semver(text: &str) -> String {
    let found = Regex::new(r"[0-9]+(?:\.[0-9]+)?(?:\.[0-9]+)?").ok();
    let found = found.as_ref().and_then(|pattern| pattern.find(text));
    found.map(|found| found.as_str().to_owned()).unwrap_or_default()
}

fn in_pipfile(text: &str) -> Option<(String, &'static str)> {
    let keys = [
        ("python_full_version", "Pipfile > python_full_version"),
        ("python_version", "Pipfile > python_version"),
    ];
    keys.into_iter().find_map(|(key, source)| {
        let pattern = Regex::new(&format!(r#"{key}\s*=\s*['"]([0-9.]*)"#)).ok()?;
        let version = pattern.captures(text)?.get(1)?.as_str().to_owned();
        Some((version, source))
    })
}

/// Asks for Python and for the package managers.
pub(super) fn request(app: App<'_>, draft: &mut Draft) {
    let has = |name| app.source.has(name);
    draft.request("python", DEFAULT, "railpack default");
    let mut steps: Vec<(String, String)> = Vec::new();
    let pins = pin_files(app.source);
    let mut take = |path: &str| {
        let pin = pins.iter().find(|pin| pin.path == path).filter(|pin| !pin.version.is_empty());
        steps.extend(pin.map(|pin| (pin.version.clone(), pin.source.to_owned())));
    };
    let variable = app.variables.get("PYTHON_VERSION");
    let variable = variable.map(|version| (version.to_owned(), "RAILPACK_PYTHON_VERSION".to_owned()));
    if app.release.variable_over_files() {
        take("Pipfile");
        take("runtime.txt");
    } else {
        take("runtime.txt");
        take("Pipfile");
        steps.splice(0..0, variable.clone());
    }
    let reads = |pin: &&PinFile| {
        pin.read_by_mise && (app.release.reads_version_files() || pin.source != "idiomatic-version-file")
    };
    steps.extend(pins.iter().find(reads).map(|pin| (pin.version.clone(), pin.source.to_owned())));
    if app.release.variable_over_files() {
        steps.extend(variable);
    }
    for (version, source) in steps {
        draft.set_version("python", &version, &source);
    }

    let (poetry, pdm, pipenv) = (has("poetry.lock"), has("pdm.lock"), has("Pipfile"));
    let pipx_poetry = poetry && !app.release.has_mise_poetry();
    let latest = [
        (pdm || pipenv || pipx_poetry, "pipx"),
        ((pdm || pipenv) && app.release.gives_pipx_uv(), "uv"),
        (pipx_poetry, "pipx:poetry"),
        (poetry && !pipx_poetry, "poetry"),
        (pdm, "pipx:pdm"),
        (has("uv.lock"), "uv"),
        (pipenv, "pipx:pipenv"),
    ];
    for (_, tool) in latest.into_iter().filter(|(needed, _)| *needed) {
        draft.request(tool, "latest", "railpack default");
    }
    if pdm || pipenv || pipx_poetry {
        draft.mise_variables.push(("MISE_PIPX_UVX", "true"));
    }
    draft.mise_variables.push(("MISE_PYTHON_COMPILE", "false"));
}

#[cfg(test)]
mod tests {
    use super::{PinFile, in_mise_file, in_pipfile, in_tool_versions, semver};

    #[test]
    fn edits_the_version_and_nothing_else() {
        let pin = |path, version: &str| PinFile {
            path,
            version: version.to_owned(),
            read_by_mise: true,
            source: "",
        };
        let tools = pin(".tool-versions", "3.11.9");
        let text = "# 3.11.9\r\nnode 3.11.9\r\npython 3.11.9 # why\r\n";
        let edited = "# 3.11.9\r\nnode 3.11.9\r\npython 3.11 # why\r\n";
        assert_eq!(tools.with_minor(text).as_deref(), Some(edited));
        assert_eq!(pin("runtime.txt", "3.12.4").with_minor("python-3.12.4").as_deref(), Some("python-3.12"));
        assert_eq!(pin("mise.toml", "3.12.4").with_minor("python = '3.12.4'"), None);
    }

    #[test]
    fn reads_each_way_to_ask() {
        for text in ["python = '3.12'", "python = ['3.12', '3.11']", "python = { version = '3.12' }"] {
            assert_eq!(in_mise_file(&format!("[tools]\n{text}\n")).as_deref(), Some("3.12"), "{text}");
        }
        assert_eq!(in_mise_file("[tools]\nnode = '20'\n"), None);
        assert_eq!(in_tool_versions("# a\nuv 1\npython 3.9.1 3.8 # b\n").as_deref(), Some("3.9.1"));
        assert_eq!(semver("python-3.11.9\n"), "3.11.9");
        assert_eq!(semver("none"), "");
        let pipfile = "[requires]\npython_version = \"3.11\"\n";
        assert_eq!(in_pipfile(pipfile), Some(("3.11".to_owned(), "Pipfile > python_version")));
    }
}
