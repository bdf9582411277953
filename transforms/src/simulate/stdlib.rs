//! Names of the standard library, and the modules that a piece of code imports.

use crate::tables::PYTHON_STDLIB;

/// Whether the standard library has this top-level module.
pub(crate) fn has(module: &str) -> bool {
    PYTHON_STDLIB.has(module)
}

/// Top-level names that `import x` and `from x import y` of a piece of code name.
pub(crate) fn imported(code: &str) -> Vec<&str> {
    let mut modules = Vec::new();
    for statement in code.split([';', '\n']) {
        let statement = statement.trim();
        if let Some(rest) = statement.strip_prefix("import ") {
            modules.extend(rest.split(',').filter_map(|name| top(name)));
        } else if let Some(rest) = statement.strip_prefix("from ") {
            modules.extend(top(rest));
        }
    }
    modules
}

fn top(name: &str) -> Option<&str> {
    let name = name.trim_start();
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    Some(&name[..end]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_code_imports() {
        assert_eq!(
            imported("import sys, numpy as np; from google.cloud import x\nprint(1)"),
            ["sys", "numpy", "google"]
        );
        assert_eq!(imported("print('import os')"), Vec::<&str>::new());
    }
}
