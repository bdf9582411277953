//! What is wrong with a `railpack.json` that this crate writes: stricter than Railpack, which passes over most of it in
//! silence.

use crate::release::Release;
use serde_json::Value;

/// The keys of each object that a written file may have.
const ROOT: [&str; 6] = ["$schema", "provider", "packages", "buildAptPackages", "steps", "deploy"];
const STEP: [&str; 5] = ["inputs", "commands", "variables", "deployOutputs", "caches"];
const DEPLOY: [&str; 4] = ["aptPackages", "inputs", "startCommand", "variables"];
const COMMANDS: [&[&str]; 3] = [&["cmd"], &["path"], &["src", "dest"]];

/// Everything that is wrong, each with its place.
pub fn faults(text: &str, release: Release) -> Vec<String> {
    let mut faults = Vec::new();
    let root: Value = match serde_json::from_str(text) {
        Ok(root) => root,
        Err(error) => return vec![format!("it is no strict JSON: {error}")],
    };
    keys(&root, &ROOT, "the file", &mut faults);
    if root.get("$schema").and_then(Value::as_str) != Some(crate::SCHEMA_ADDRESS) {
        faults.push("`$schema` is missing".to_owned());
    }
    empty(&root, "the file", &mut faults);
    let build = strings(root.get("buildAptPackages"));
    if build.iter().any(|name| name == "...") != (!build.is_empty() && release.spreads_build_packages()) {
        faults.push(format!("`buildAptPackages`: `...` is wrong for Railpack {release}"));
    }
    for (name, step) in root.get("steps").and_then(Value::as_object).into_iter().flatten() {
        keys(step, &STEP, name, &mut faults);
        for command in step.get("commands").and_then(Value::as_array).into_iter().flatten() {
            let spread = command.as_str() == Some("...");
            let known = COMMANDS.iter().any(|fields| {
                command.as_object().is_some_and(|object| {
                    object.len() == fields.len()
                        && fields.iter().all(|field| object.get(*field).is_some_and(Value::is_string))
                })
            });
            if !spread && !known {
                faults.push(format!(
                    "`steps.{name}.commands`: {command} is no object with one of `cmd`, `path`, `src`"
                ));
            }
        }
    }
    if let Some(deploy) = root.get("deploy") {
        keys(deploy, &DEPLOY, "deploy", &mut faults);
        let packages = strings(deploy.get("aptPackages"));
        if !packages.is_empty() && packages.first().map(String::as_str) != Some("...") {
            faults.push("`deploy.aptPackages` drops Railpack's own: it has no `...`".to_owned());
        }
        for name in packages.iter().chain(&build).filter(|name| *name != "...") {
            if crate::names::apt_name(name, release.debian()) != crate::names::AptName::Known {
                faults.push(format!("apt does not know `{name}` in {}", release.debian().title()));
            }
        }
    }
    faults
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn keys(value: &Value, known: &[&str], place: &str, faults: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        faults.push(format!("{place} is no object"));
        return;
    };
    let unknown = object.keys().filter(|key| !known.contains(&key.as_str()));
    faults.extend(unknown.map(|key| format!("{place} has an unknown key `{key}`")));
}

/// Empty objects, which Coolify turns into lists.
fn empty(value: &Value, place: &str, faults: &mut Vec<String>) {
    match value {
        Value::Object(object) if object.is_empty() => faults.push(format!("`{place}` is an empty object")),
        Value::Object(object) => object.iter().for_each(|(key, value)| empty(value, key, faults)),
        Value::Array(list) => list.iter().for_each(|value| empty(value, place, faults)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::release::Release;

    fn of(body: &str) -> usize {
        faults(&format!("{{\"$schema\": \"{}\", {body}}}", crate::SCHEMA_ADDRESS), Release::NEWEST).len()
    }

    #[test]
    fn finds_what_railpack_passes_over() {
        assert_eq!(of(r#""packages": {"python": "3.11"}"#), 0);
        assert_eq!(of(r#""build": "x""#), 1);
        assert_eq!(of(r#""packages": {}"#), 1);
        assert_eq!(of(r#""steps": {"build": {"commands": ["ls"]}}"#), 1);
        assert_eq!(
            of(r#""steps": {"build": {"commands": ["...", {"cmd": "ls"}, {"src": "a", "dest": "a"}]}}"#),
            0
        );
        assert_eq!(of(r#""steps": {"build": {"commands": [{"cmd": "ls", "name": "x"}]}}"#), 1);
        assert_eq!(of(r#""deploy": {"aptPackages": ["git"]}"#), 1);
        assert_eq!(of(r#""deploy": {"aptPackages": ["...", "wkhtmltopdf"]}"#), 1);
        assert_eq!(of(r#""buildAptPackages": ["gfortran"]"#), 1);
        assert_eq!(of(r#""buildAptPackages": ["...", "gfortran"]"#), 0);
        assert!(!faults("{// no\n}", Release::NEWEST).is_empty());
    }
}
