//! Variables that a command sets and that the walk-through looks at, `PATH` first.

use super::expansion;
use super::machine::{MOST_DIRS, Shell, matters};
use super::paths;
use crate::shell::Word;
use std::collections::HashSet;
use std::sync::Arc;

pub(super) fn set(shell: &mut Shell, name: &str, value: &Word) {
    set_text(shell, name, &unquote(&value.raw));
}

/// Sets a variable. Of expansions in the value only `$PATH` and `$HOME` are followed.
pub(super) fn set_text(shell: &mut Shell, name: &str, value: &str) {
    if name == "PATH" {
        let old = std::mem::take(&mut shell.path);
        let mut seen: HashSet<Arc<str>> = HashSet::new();
        let mut new = Vec::new();
        // A directory that is named again is never reached: without it `PATH` grows only by what is written.
        let mut add = |dir: Arc<str>| {
            if new.len() <= MOST_DIRS && seen.insert(dir.clone()) {
                new.push(dir);
            }
        };
        for part in value.split(':') {
            match part {
                "$PATH" | "${PATH}" => old.iter().cloned().for_each(&mut add),
                "$VIRTUAL_ENV/bin" if shell.active.is_some() => {
                    shell.active.iter().map(|dir| format!("{dir}/bin").into()).for_each(&mut add);
                }
                part if part.contains(['$', '`']) => match &expansion::text(shell, part) {
                    Some(known) => add(paths::join(&shell.cwd, known).into()),
                    None => shell.has_open_path = true,
                },
                part => add(paths::join(&shell.cwd, part).into()),
            }
        }
        shell.path = Arc::new(new);
        shell.hashed.clear();
    } else if matters(name) {
        Arc::make_mut(&mut shell.vars).insert(name.to_owned(), value.to_owned());
    }
}

/// `deactivate`, a function that `activate` defines.
pub(super) fn leave(shell: &mut Shell) {
    if let Some(dir) = shell.active.take() {
        let bin = format!("{dir}/bin");
        if shell.path.first().is_some_and(|first| **first == *bin) {
            Arc::make_mut(&mut shell.path).remove(0);
        }
        shell.hashed.clear();
    }
}

/// Quotes removed, expansions as written.
pub(super) fn unquote(raw: &str) -> String {
    raw.chars().filter(|c| !matches!(c, '"' | '\'')).collect()
}
