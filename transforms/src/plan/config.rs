//! `nixpacks.toml` and `nixpacks.json` as serde reads them: exact key case, a few aliases, unknown
//! keys ignored, and a hard error for a value of another type or a key given twice.

use super::types::{Item, Origin, Phase, Place, Plan, PlanError, Start};
use crate::document::{Document, Entry, Layout, Node, Table, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A config file as a layer.
pub(super) fn decode(document: &Document) -> Result<Plan, PlanError> {
    let reader = Reader { document };
    let root = &document.root;
    reader.no_doubles(
        root,
        &["providers", "buildImage", "variables", "staticAssets", "phases", "start"],
        "",
    )?;
    reader.no_split_tables(root)?;
    let mut plan = Plan::default();
    for Entry { key, node } in &root.entries {
        let name = key.name.as_str();
        match name {
            "providers" => plan.providers = reader.strings(node, name)?,
            "buildImage" => plan.build_image = reader.string(node, name)?,
            "variables" => plan.variables = reader.map(node, name)?.unwrap_or_default(),
            "staticAssets" => {
                let assets = reader.map(node, name)?;
                plan.static_assets =
                    assets.map(|assets| assets.into_iter().map(|(name, item)| (name, item.value)).collect());
            }
            "phases" => plan.phases = reader.phases(node)?,
            "start" => plan.start = reader.start(node)?,
            _ => {}
        }
    }
    Ok(plan)
}

/// Key of a phase, with the aliases first.
fn phase_key(key: &str) -> &str {
    match key {
        "nixPackages" => "nixPkgs",
        "nixLibraries" => "nixLibs",
        "aptPackages" => "aptPkgs",
        "commands" => "cmds",
        "envPaths" => "paths",
        key => key,
    }
}

const PHASE_KEYS: &[&str] = &[
    "name",
    "dependsOn",
    "nixPkgs",
    "nixLibs",
    "nixOverlays",
    "nixpkgsArchive",
    "aptPkgs",
    "cmds",
    "onlyIncludeFiles",
    "cacheDirectories",
    "paths",
];

struct Reader<'a> {
    document: &'a Document,
}

impl Reader<'_> {
    fn phases(&self, node: &Node) -> Result<BTreeMap<String, Phase>, PlanError> {
        let mut phases = BTreeMap::new();
        for Entry { key, node } in self.table(node, "phases", "a map")?.into_iter().flat_map(|t| &t.entries) {
            phases.insert(key.name.clone(), self.phase(node, &format!("phases.{}", key.name))?);
        }
        Ok(phases)
    }

    fn phase(&self, node: &Node, at: &str) -> Result<Phase, PlanError> {
        if let Value::Array(array) = &node.value {
            let length = array.elements.len();
            let message =
                format!("invalid length {length}, expected struct Phase with 11 elements for key `{at}`");
            return Err(self.error(message, node));
        }
        let Some(table) = node.as_table() else {
            return Err(self.mismatch(node, "struct Phase", at));
        };
        self.no_doubles(table, PHASE_KEYS, at)?;
        let mut phase = Phase::default();
        for Entry { key, node } in &table.entries {
            let at = &format!("{at}.{}", key.name);
            match phase_key(&key.name) {
                // The name is checked and then replaced by the key of the phase.
                "name" => drop(self.string(node, at)?),
                "dependsOn" => phase.depends_on = self.strings(node, at)?,
                "nixPkgs" => phase.nix_pkgs = self.strings(node, at)?,
                "nixLibs" => phase.nix_libs = self.strings(node, at)?,
                "nixOverlays" => phase.nix_overlays = self.strings(node, at)?,
                "nixpkgsArchive" => phase.nixpkgs_archive = self.string(node, at)?,
                "aptPkgs" => phase.apt_pkgs = self.strings(node, at)?,
                "cmds" => phase.cmds = self.strings(node, at)?,
                "onlyIncludeFiles" => phase.only_include_files = self.strings(node, at)?,
                "cacheDirectories" => phase.cache_directories = self.strings(node, at)?,
                "paths" => phase.paths = self.strings(node, at)?,
                _ => {}
            }
        }
        Ok(phase)
    }

    fn start(&self, node: &Node) -> Result<Option<Start>, PlanError> {
        let Some(table) = self.table(node, "start", "struct StartPhase")? else { return Ok(None) };
        self.no_doubles(table, &["cmd", "runImage", "onlyIncludeFiles", "user"], "start")?;
        let mut start = Start::default();
        for Entry { key, node } in &table.entries {
            let at = &format!("start.{}", key.name);
            match key.name.as_str() {
                "cmd" => start.cmd = self.string(node, at)?,
                "runImage" => start.run_image = self.string(node, at)?,
                "onlyIncludeFiles" => start.only_include_files = self.strings(node, at)?,
                "user" => start.user = self.string(node, at)?,
                _ => {}
            }
        }
        Ok(Some(start))
    }

    fn map(&self, node: &Node, at: &str) -> Result<Option<BTreeMap<String, Item>>, PlanError> {
        let Some(table) = self.table(node, at, "a map")? else { return Ok(None) };
        let mut map = BTreeMap::new();
        for Entry { key, node } in &table.entries {
            map.insert(key.name.clone(), self.item(node, &format!("{at}.{}", key.name))?);
        }
        Ok(Some(map))
    }

    fn strings(&self, node: &Node, at: &str) -> Result<Option<Vec<Item>>, PlanError> {
        match &node.value {
            Value::Null => Ok(None),
            Value::Array(array) => array
                .elements
                .iter()
                .map(|element| self.item(element, at))
                .collect::<Result<_, _>>()
                .map(Some),
            _ => Err(self.mismatch(node, "a sequence", at)),
        }
    }

    fn string(&self, node: &Node, at: &str) -> Result<Option<Item>, PlanError> {
        if matches!(node.value, Value::Null) { Ok(None) } else { self.item(node, at).map(Some) }
    }

    fn item(&self, node: &Node, at: &str) -> Result<Item, PlanError> {
        let string = node.as_str().ok_or_else(|| self.mismatch(node, "a string", at))?;
        Ok(Item { value: string.decoded.clone(), origin: Origin::Deploy(self.place(node)) })
    }

    /// The table, `None` for a null.
    fn table<'n>(&self, node: &'n Node, at: &str, expected: &str) -> Result<Option<&'n Table>, PlanError> {
        match &node.value {
            Value::Null => Ok(None),
            Value::Table(table) => Ok(Some(table)),
            _ => Err(self.mismatch(node, expected, at)),
        }
    }

    /// Refuses a known key that is given twice, be it under its alias.
    fn no_doubles(&self, table: &Table, known: &[&str], at: &str) -> Result<(), PlanError> {
        let mut seen = BTreeSet::new();
        for entry in &table.entries {
            let key = if known == PHASE_KEYS { phase_key(&entry.key.name) } else { &entry.key.name };
            if known.contains(&key) && !seen.insert(key) {
                let at = if at.is_empty() { String::new() } else { format!(" for key `{at}`") };
                let place = Place { path: self.document.path.clone(), span: entry.key.span };
                return Err(PlanError {
                    message: format!("duplicate field `{key}`{at}"),
                    place: Some(place),
                });
            }
        }
        Ok(())
    }

    /// Refuses `phases.a.cmds = []` at the root beside `[phases.b]`. It is one table to TOML, and
    /// a key given twice to the planner's library.
    fn no_split_tables(&self, root: &Table) -> Result<(), PlanError> {
        for Entry { key, node } in &root.entries {
            let Some(table) = node.as_table().filter(|table| table.layout == Layout::Dotted) else {
                continue;
            };
            let mut below = table.entries.iter().filter_map(|entry| entry.node.as_table());
            let split = below.any(|table| matches!(table.layout, Layout::Header | Layout::Implicit));
            if split && ["phases", "start", "variables", "staticAssets"].contains(&key.name.as_str()) {
                let place = Place { path: self.document.path.clone(), span: key.span };
                let message = format!("duplicate field `{}`", key.name);
                return Err(PlanError { message, place: Some(place) });
            }
        }
        Ok(())
    }

    fn mismatch(&self, node: &Node, expected: &str, at: &str) -> PlanError {
        let text = node.span.of(&self.document.text);
        let found = match &node.value {
            Value::Str(string) => format!("string {:?}", string.decoded),
            Value::Integer => format!("integer `{text}`"),
            Value::Float => format!("floating point `{text}`"),
            Value::Bool(value) => format!("boolean `{value}`"),
            Value::Array(_) => "sequence".to_owned(),
            Value::Table(_) | Value::Datetime => "map".to_owned(),
            Value::Null => "null".to_owned(),
        };
        self.error(format!("invalid type: {found}, expected {expected} for key `{at}`"), node)
    }

    fn error(&self, message: String, node: &Node) -> PlanError {
        PlanError { message, place: Some(self.place(node)) }
    }

    fn place(&self, node: &Node) -> Place {
        Place { path: self.document.path.clone(), span: node.span }
    }
}
