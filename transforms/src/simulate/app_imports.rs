//! What the app's own code imports: the file that is started, and the modules of the app that it imports in turn.

use super::exec::Run;
use super::machine::{EnvId, Shell};
use super::paths;
use super::stdlib;
use crate::app::Kind;
use std::collections::BTreeSet;

/// The most files that are read from one start.
const MOST_FILES: usize = 100;

/// An import of the started code that no installed package is known to bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingImport {
    /// The file that is started, relative to the app's root.
    pub file: String,
    /// The top-level module.
    pub module: String,
}

/// What code needs beside the standard library and the app.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Modules that are imported whatever happens, in the order in which they are met.
    pub(crate) always: Vec<String>,
    /// Whether there are imports that may not be reached, or code that could not be read.
    pub(crate) maybe: bool,
}

impl Run<'_, '_> {
    /// What the file at this absolute path needs; `None` where it cannot be read or has no code.
    pub(crate) fn needs(&self, shell: &Shell, env: EnvId, entry: &str) -> Option<Needs> {
        // A script's own directory, and the working one, where a server looks.
        let mut roots = vec![paths::parent(entry).to_owned(), shell.cwd.clone()];
        roots.extend(self.module_path(shell, Some(env)));
        let mut left = vec![entry.to_owned()];
        let mut read: BTreeSet<String> = BTreeSet::new();
        let mut needs = Needs::default();
        while let Some(path) = left.pop() {
            if !read.insert(path.clone()) {
                continue;
            }
            if read.len() > MOST_FILES || self.machine.work.is_spent() {
                needs.maybe = true;
                break;
            }
            let bytes = self.machine.read(&path);
            let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
            let Some(text) = text.filter(|text| path != entry || !text.trim().is_empty()) else {
                if path == entry {
                    return None;
                }
                needs.maybe |= self.machine.exists(&path);
                continue;
            };
            self.machine.work.count(text.len() / 64);
            let code = imports(text);
            needs.maybe |= code.dynamic;
            for (import, always) in code.imports {
                let dir = paths::parent(&path);
                match self.app_file_of(&import, dir, &roots) {
                    Some(files) => left.extend(files),
                    None if import.dots > 0 => {}
                    None => {
                        let top = import.module.split('.').next().unwrap_or_default();
                        if stdlib::has(top) || top.is_empty() {
                            continue;
                        }
                        if !always {
                            needs.maybe = true;
                        } else if !needs.always.iter().any(|known| known == top) {
                            needs.always.push(top.to_owned());
                        }
                    }
                }
            }
        }
        Some(needs)
    }

    /// Notes what the started file imports and nothing is known to bring, where all that is installed is known.
    pub(super) fn note_missing_imports(&mut self, shell: &Shell, env: EnvId, file: &str) {
        if self.phase.is_empty() {
            self.machine.started.extend(self.machine.view_path(file));
        }
        let known = self.machine.envs.get(env).is_some_and(|env| {
            !env.dists.has_unknown
                && env.dists.open().is_none()
                && !env.user.has_unknown
                && env.dists.sources.is_empty()
        });
        let unseen = self.machine.has_unseen_code() || !self.machine.submodules.is_empty();
        if !self.phase.is_empty() || !known || unseen {
            return;
        }
        let (Some(needs), Some(shown)) = (self.needs(shell, env, file), self.machine.view_path(file)) else {
            return;
        };
        let missing = needs.always.into_iter().filter(|module| !self.provides(shell, env, module));
        let missing: Vec<MissingImport> =
            missing.map(|module| MissingImport { file: shown.clone(), module }).collect();
        self.machine.missing_imports.extend(missing);
    }

    /// The app's files that an import runs; `None` where it is of no module of the app.
    fn app_file_of(&self, import: &Import, dir: &str, roots: &[String]) -> Option<Vec<String>> {
        let parts: Vec<&str> = import.module.split('.').filter(|part| !part.is_empty()).collect();
        let mut above = dir.to_owned();
        for _ in 1..import.dots {
            above.truncate(paths::parent(&above).len());
        }
        let bases: Vec<String> = if import.dots > 0 { vec![above] } else { roots.to_vec() };
        for base in bases {
            let mut files = Vec::new();
            let mut place = base;
            let mut whole = true;
            for part in &parts {
                let next = format!("{place}/{part}");
                if self.machine.kind(&format!("{next}.py")) == Some(Kind::File) {
                    files.push(format!("{next}.py"));
                    place = next;
                    break;
                }
                if self.machine.kind(&next) != Some(Kind::Dir) {
                    whole = false;
                    break;
                }
                files.push(format!("{next}/__init__.py"));
                place = next;
            }
            if !whole && files.is_empty() {
                continue;
            }
            // Ex) `from app import routes`, where `routes` is a module of the package
            for name in &import.names {
                let file = format!("{place}/{name}.py");
                if self.machine.kind(&file) == Some(Kind::File) {
                    files.push(file);
                }
            }
            files.retain(|file| self.machine.exists(file));
            return Some(files);
        }
        None
    }
}

/// One import.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    /// Leading dots: relative to the package.
    dots: usize,
    module: String,
    /// What `from module import …` names.
    names: Vec<String>,
}

struct Code {
    /// Each with whether it is reached whatever happens.
    imports: Vec<(Import, bool)>,
    /// Whether modules are imported by a name that is computed.
    dynamic: bool,
}

/// Reads the import statements of Python code, line by line. Strings over several lines are left out.
fn imports(text: &str) -> Code {
    let mut code = Code { imports: Vec::new(), dynamic: false };
    let mut quote: Option<&str> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(end) = quote {
            if line.contains(end) {
                quote = None;
            }
            continue;
        }
        let statement = line.trim_start();
        if !statement.starts_with('#') {
            for mark in ["\"\"\"", "'''"] {
                if statement.matches(mark).count() % 2 == 1 {
                    quote = Some(mark);
                }
            }
        }
        code.dynamic |= statement.contains("import_module(") || statement.contains("__import__(");
        let always = !line.starts_with([' ', '\t']);
        let mut whole = statement.split('#').next().unwrap_or_default().trim_end().to_owned();
        if !(whole.starts_with("import ") || whole.starts_with("from ")) {
            continue;
        }
        // `from x import (` goes on to the bracket, and a `\` to the next line.
        while whole.ends_with('\\') || (whole.contains('(') && !whole.contains(')')) {
            let Some(next) = lines.next() else { break };
            let next = next.split('#').next().unwrap_or_default().trim();
            whole = format!("{} {next}", whole.trim_end_matches('\\'));
        }
        for part in whole.split(';') {
            statement_of(part.trim(), always, &mut code.imports);
        }
    }
    code
}

fn statement_of(part: &str, always: bool, found: &mut Vec<(Import, bool)>) {
    let name = |text: &str| {
        let text = text.replace(['(', ')'], " ");
        text.split_whitespace().next().unwrap_or_default().to_owned()
    };
    if let Some(rest) = part.strip_prefix("import ") {
        for module in rest.split(',').map(name).filter(|module| !module.is_empty()) {
            found.push((Import { dots: 0, module, names: Vec::new() }, always));
        }
    } else if let Some((module, names)) =
        part.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
    {
        let module = module.trim();
        let bare = module.trim_start_matches('.');
        if bare.contains(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')) {
            return;
        }
        let names = names.split(',').map(name).filter(|name| !name.is_empty()).collect();
        found.push((Import { dots: module.len() - bare.len(), module: bare.to_owned(), names }, always));
    }
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn reads_imports_and_leaves_strings_and_branches_out() {
        let text = "\"\"\"Docs\nimport nothing\n\"\"\"\nimport os, flask  # web\nfrom app.core import (\n    a,\n    b,\n)\nfrom . import c\ntry:\n    import lxml\nexcept ImportError:\n    pass\nx = 'import y'\n";
        let code = imports(text);
        let seen: Vec<(usize, &str, usize, bool)> = code
            .imports
            .iter()
            .map(|(import, always)| (import.dots, import.module.as_str(), import.names.len(), *always))
            .collect();
        assert_eq!(
            seen,
            [
                (0, "os", 0, true),
                (0, "flask", 0, true),
                (0, "app.core", 2, true),
                (1, "", 1, true),
                (0, "lxml", 0, false)
            ]
        );
        assert!(!code.dynamic);
    }
}
