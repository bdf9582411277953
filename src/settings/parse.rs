//! Reads a `nixpacks-fix.toml`. Whatever it does not know is an error with its line: a setting that has no effect looks
//! like one that has.

use super::{AppSettings, Settings};
use crate::cli::{Builder, FailOn, Platform, Strategy};
use anyhow::{Context as _, anyhow};
use clap::ValueEnum;
use globset::{GlobBuilder, GlobMatcher};
use nixpacks_transforms::document::{Document, Entry, FileKind, Node, Table, Value};
use nixpacks_transforms::text::LineIndex;

/// The keys at the top.
pub(super) const KEYS: [&str; 11] = [
    "select",
    "ignore",
    "per-path",
    "exclude",
    "strategy",
    "unsafe-fixes",
    "platform",
    "builder",
    "fail-on",
    "apps",
    "pull-requests",
];
/// The keys of an app.
pub(super) const APP_KEYS: [&str; 6] =
    ["env", "install-cmd", "build-cmd", "start-cmd", "platform", "builder"];

/// The settings in `text`. An error names the line.
pub(crate) fn parse(text: &str) -> anyhow::Result<Settings> {
    let document = Document::parse("nixpacks-fix.toml", FileKind::NixpacksToml, text).map_err(|error| {
        let line = error.span.map_or(0, |span| LineIndex::new(text).position(span.start).line);
        anyhow!("line {line}: {}", error.message)
    })?;
    Reader { lines: LineIndex::new(text) }.settings(&document.root)
}

struct Reader<'t> {
    lines: LineIndex<'t>,
}

impl Reader<'_> {
    fn settings(&self, root: &Table) -> anyhow::Result<Settings> {
        let mut out = Settings::default();
        for entry in &root.entries {
            let (name, node) = (entry.key.name.as_str(), &entry.node);
            match name {
                "select" => out.select = Some(self.rules(name, node)?),
                "ignore" => out.ignore = Some(self.rules(name, node)?),
                "per-path" => {
                    for entry in self.table(name, node)? {
                        let glob = self.glob(&entry.key.name, node)?;
                        out.per_path.push((glob, self.rules(&entry.key.name, &entry.node)?));
                    }
                }
                "exclude" => {
                    for (pattern, node) in self.strings(name, node)? {
                        out.exclude.push(self.glob(pattern, node)?);
                    }
                }
                "strategy" => out.strategy = Some(self.choice::<Strategy>(name, node)?),
                "unsafe-fixes" => out.unsafe_fixes = Some(self.bool(name, node)?),
                "platform" => out.platform = Some(self.choice::<Platform>(name, node)?),
                "builder" => out.builder = Some(self.choice::<Builder>(name, node)?),
                "fail-on" => out.fail_on = Some(self.choice::<FailOn>(name, node)?),
                "apps" => {
                    for entry in self.table(name, node)? {
                        let app = self.app(self.table(&entry.key.name, &entry.node)?)?;
                        let dir = entry.key.name.trim_start_matches("./").trim_end_matches('/');
                        out.apps.insert(if dir.is_empty() { "." } else { dir }.to_owned(), app);
                    }
                }
                "pull-requests" => out.pull_requests = Some(self.bool(name, node)?),
                _ => return Err(self.unknown(entry, &KEYS)),
            }
        }
        Ok(out)
    }

    fn app(&self, entries: &[Entry]) -> anyhow::Result<AppSettings> {
        let mut out = AppSettings::default();
        for entry in entries {
            let (name, node) = (entry.key.name.as_str(), &entry.node);
            match name {
                "env" => {
                    for entry in self.table(name, node)? {
                        let value = self.string(&entry.key.name, &entry.node)?;
                        out.env.push((entry.key.name.clone(), value.to_owned()));
                    }
                }
                "install-cmd" => out.install_cmd = Some(self.string(name, node)?.to_owned()),
                "build-cmd" => out.build_cmd = Some(self.string(name, node)?.to_owned()),
                "start-cmd" => out.start_cmd = Some(self.string(name, node)?.to_owned()),
                "platform" => out.platform = Some(self.choice::<Platform>(name, node)?),
                "builder" => out.builder = Some(self.choice::<Builder>(name, node)?),
                _ => return Err(self.unknown(entry, &APP_KEYS)),
            }
        }
        Ok(out)
    }

    fn error(&self, offset: usize, why: &str) -> anyhow::Error {
        anyhow!("line {}: {why}", self.lines.position(offset).line)
    }

    fn unknown(&self, entry: &Entry, known: &[&str]) -> anyhow::Error {
        let name = &entry.key.name;
        let help = match crate::options::nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keys here are `{}`", known.join("`, `")),
        };
        self.error(entry.key.span.start, &format!("there is no setting `{name}`; help: {help}"))
    }

    fn wrong(&self, name: &str, node: &Node, wanted: &str) -> anyhow::Error {
        self.error(node.span.start, &format!("`{name}` has to be {wanted}"))
    }

    fn table<'n>(&self, name: &str, node: &'n Node) -> anyhow::Result<&'n [Entry]> {
        node.as_table().map(|table| table.entries.as_slice()).ok_or_else(|| self.wrong(name, node, "a table"))
    }

    fn string<'n>(&self, name: &str, node: &'n Node) -> anyhow::Result<&'n str> {
        let string = node.as_str().map(|string| string.decoded.as_str());
        string.ok_or_else(|| self.wrong(name, node, "a string"))
    }

    fn strings<'n>(&self, name: &str, node: &'n Node) -> anyhow::Result<Vec<(&'n str, &'n Node)>> {
        let array = node.as_array().ok_or_else(|| self.wrong(name, node, "a list of strings"))?;
        array.elements.iter().map(|node| Ok((self.string(name, node)?, node))).collect()
    }

    fn bool(&self, name: &str, node: &Node) -> anyhow::Result<bool> {
        match node.value {
            Value::Bool(value) => Ok(value),
            _ => Err(self.wrong(name, node, "`true` or `false`")),
        }
    }

    fn choice<T: ValueEnum>(&self, name: &str, node: &Node) -> anyhow::Result<T> {
        let names: Vec<String> = T::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let typed = self.string(name, node)?;
        T::from_str(typed, false).map_err(|_| self.wrong(name, node, &format!("one of {}", names.join(", "))))
    }

    fn rules(&self, name: &str, node: &Node) -> anyhow::Result<Vec<String>> {
        let known = crate::options::rule_ids();
        let rule = |(id, node): (&str, &Node)| {
            if known.contains(&id) {
                Ok(id.to_owned())
            } else {
                Err(self.error(node.span.start, &crate::options::unknown_rule(id, &known).to_string()))
            }
        };
        self.strings(name, node)?.into_iter().map(rule).collect()
    }

    /// `*` stays inside a directory, as in `.gitignore`.
    fn glob(&self, pattern: &str, node: &Node) -> anyhow::Result<GlobMatcher> {
        let glob = GlobBuilder::new(pattern.trim_end_matches('/')).literal_separator(true).build();
        let glob = glob.with_context(|| self.error(node.span.start, "it is no pattern").to_string())?;
        Ok(glob.compile_matcher())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::parse;

    #[test]
    fn says_what_it_does_not_know_and_where() {
        for (text, want) in [
            (
                "select = [\"venv-of-path\"]",
                "line 1: there is no rule `venv-of-path`; help: did you mean `venv-off-path`?",
            ),
            ("\nignor = []", "line 2: there is no setting `ignor`; help: did you mean `ignore`?"),
            ("ignore = \"get-pip\"", "line 1: `ignore` has to be a list of strings"),
            (
                "strategy = \"pip\"",
                "line 1: `strategy` has to be one of `auto`, `managed`, `venv`, `explicit`",
            ),
            (
                "[apps.api]\nstart = \"x\"",
                "line 2: there is no setting `start`; help: the keys here are `env`, `install-cmd`, `build-cmd`, `start-cmd`, `platform`, `builder`",
            ),
            ("pull-requests = \"no\"", "line 1: `pull-requests` has to be `true` or `false`"),
            ("x = ", "line 1: "),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(want), "{text}: {error}");
        }
    }

    #[test]
    fn reads_every_setting() {
        let text = "select = [\"get-pip\"]\nignore = []\nexclude = [\"old/*\"]\nstrategy = \"venv\"\nunsafe-fixes = true\n\
            platform = \"coolify\"\nbuilder = \"nixpacks\"\nfail-on = \"warning\"\npull-requests = false\n\
            [per-path]\n\"legacy/**\" = [\"user-install\"]\n\
            [apps.\"./services/api/\"]\nenv = { NIXPACKS_PYTHON_VERSION = \"3.12\" }\nstart-cmd = \"python x.py\"\n";
        let settings = parse(text).unwrap();
        assert_eq!(settings.select.as_deref(), Some(&["get-pip".to_owned()][..]));
        assert!(settings.exclude.iter().any(|glob| glob.is_match("old/a")));
        assert!(!settings.exclude.iter().any(|glob| glob.is_match("old/a/b")));
        assert!(settings.per_path.iter().any(|(glob, _)| glob.is_match("legacy/a/b")));
        let app = settings.apps.get("services/api").unwrap();
        assert_eq!(app.env, [("NIXPACKS_PYTHON_VERSION".to_owned(), "3.12".to_owned())]);
        assert_eq!((app.start_cmd.as_deref(), settings.pull_requests), (Some("python x.py"), Some(false)));
    }
}
