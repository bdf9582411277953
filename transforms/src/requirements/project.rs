//! What a project file asks for: `pyproject.toml` (PEP 621 and poetry's own tables) and `Pipfile`.

use super::{Requirement, normalize, parse_requirement};
use toml_edit::{Document, Item, TableLike};

/// The project's own name and its dependencies. `None` where the text is no TOML.
pub fn project(text: &str) -> Option<Vec<Requirement>> {
    let toml = Document::parse(text).ok()?;
    let root = toml.as_table();
    let mut found = Vec::new();
    if let Some(project) = table(root, &["project"]) {
        found.extend(project.get("name").and_then(Item::as_str).map(named));
        let listed = project.get("dependencies").and_then(Item::as_array).into_iter().flatten();
        found.extend(listed.filter_map(|value| parse_requirement(value.as_str()?)));
    }
    let poetry = table(root, &["tool", "poetry"]);
    found.extend(poetry.and_then(|poetry| poetry.get("name")).and_then(Item::as_str).map(named));
    for keys in [&["tool", "poetry", "dependencies"][..], &["packages"]] {
        let listed = table(root, keys).into_iter().flat_map(TableLike::iter);
        found.extend(listed.filter(|(name, _)| *name != "python").map(|(name, item)| {
            let mut requirement = named(name);
            let extras = item.as_table_like().and_then(|table| table.get("extras")).and_then(Item::as_array);
            requirement.extras =
                extras.into_iter().flatten().filter_map(|extra| Some(extra.as_str()?.to_owned())).collect();
            requirement
        }));
    }
    Some(found)
}

fn named(name: &str) -> Requirement {
    Requirement {
        name: Some(normalize(name)),
        extras: Vec::new(),
        specifier: String::new(),
        marker: None,
        url: None,
    }
}

fn table<'t>(root: &'t dyn TableLike, keys: &[&str]) -> Option<&'t dyn TableLike> {
    let (first, rest) = keys.split_first()?;
    let next = root.get(first)?.as_table_like()?;
    if rest.is_empty() { Some(next) } else { table(next, rest) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::project;

    fn names(text: &str) -> Vec<String> {
        project(text).unwrap().into_iter().filter_map(|requirement| requirement.name).collect()
    }

    #[test]
    fn reads_each_kind_of_project_file() {
        let standard = "[project]\nname = 'My_App'\ndependencies = [\"fastapi>=0.1\", 'uvicorn[standard]']\n";
        assert_eq!(names(standard), ["my-app", "fastapi", "uvicorn"]);
        let poetry =
            "[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\npython = '^3.11'\nFlask = '*'\n";
        assert_eq!(names(poetry), ["app", "flask"]);
        assert_eq!(names("[packages]\ndjango = '*'\n"), ["django"]);
        assert!(project("not toml [").is_none());
    }
}
