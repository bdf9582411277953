use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::variables::{at_header, is_secret, table};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "unexpanded-variable",
    summary: "`$NAME` or `*` in a value under `[variables]` stays as it is written",
    docs: r#"## What it does
Finds values under `[variables]` that refer to another variable, such as `/app/lib:$LD_LIBRARY_PATH` or `${{Postgres.DATABASE_URL}}`, and patterns such as `/nix/store/*-glib-*/lib` in lists of directories.

## Why it fails
Nixpacks passes these values to the image as they are. No shell reads them, so `$NAME` stays five characters, and `*` stays an asterisk. References to other services work in the platform's dashboard alone.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[variables]
LD_LIBRARY_PATH = "/app/lib:$LD_LIBRARY_PATH"

[start]
cmd = "python main.py"
```

## Fix
None: write the value out, set the variable on the platform, or set it in front of the start command: `LD_LIBRARY_PATH=/app/lib:$LD_LIBRARY_PATH python main.py`. For `PATH`, use `paths` of a phase.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

/// `$NAME`, `${NAME}` or `${{…}}` in a value: what stays as it is written.
fn reference(value: &str) -> Option<&str> {
    let name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    value.match_indices('$').find_map(|(at, _)| {
        let rest = value.get(at + 1..)?;
        let end = if let Some(inside) = rest.strip_prefix("{{") {
            inside.find("}}").map(|end| end + 4)
        } else if let Some(inside) = rest.strip_prefix('{') {
            inside.find('}').filter(|end| inside[..*end].chars().all(name)).map(|end| end + 2)
        } else {
            let end = rest.find(|c| !name(c)).unwrap_or(rest.len());
            (end > 1 && rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')).then_some(end)
        };
        value.get(at..at + 1 + end?)
    })
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some((doc, header, table)) = table(cx) else { return Vec::new() };
    let found = table.entries.iter().filter_map(|entry| {
        let name = entry.key.name.as_str();
        let value = entry.node.as_str()?.decoded.as_str();
        // `PATH` has a rule of its own, and what Nixpacks makes of `NIXPACKS_PATH` is a part of PATH.
        if name == "PATH" || name.starts_with("NIXPACKS_") {
            return None;
        }
        let pattern = || {
            name.ends_with("PATH")
                .then(|| value.split(':').find(|part| part.contains('/') && part.contains('*')))?
        };
        let stays = reference(value).or_else(pattern)?;
        let message = format!("no shell reads `{name}`: `{stays}` stays as it is written");
        // An address may have a password in it, which is not shown.
        let found = if value.contains("://") || is_secret(name, value) {
            at_header(doc, header, table, Severity::Warning, message)
        } else {
            let place = Place { path: doc.path.clone(), span: entry.key.span };
            Found::place(place, Severity::Warning, message)
        };
        Some(
            found
                .note("write the value out, set it on the platform, or set it in front of the start command"),
        )
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn tells_references_from_dollar_signs() {
        let cases = [
            ("/x:$LD_LIBRARY_PATH", Some("$LD_LIBRARY_PATH")),
            ("${HOME}/x", Some("${HOME}")),
            ("${{Postgres.DATABASE_URL}}", Some("${{Postgres.DATABASE_URL}}")),
            ("pa$$w0rd", None),
            ("a$b", None),
            ("$5", None),
            ("${a b}", None),
            ("$", None),
            ("é$", None),
        ];
        for (value, found) in cases {
            assert_eq!(reference(value), found, "{value}");
        }
    }
}
