use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::{Item, Origin};

static INFO: RuleInfo = RuleInfo {
    id: "nixpkgs-archive-url",
    summary: "`nixpkgsArchive` is an address in place of a commit, tag or branch",
    docs: r#"## What it does
Finds a `nixpkgsArchive` that is the address of an archive.

## Why it fails
Nixpacks makes the address itself, and names a file after the value. With a slash in it, it stops: `Creating Nix environment file: No such file or directory`.

## Example
```toml
[phases.setup]
nixpkgsArchive = "https://github.com/NixOS/nixpkgs/archive/nixos-24.05.tar.gz"

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixpkgsArchive = "nixos-24.05"

[start]
cmd = "python main.py"
```

## Fix
Keeps the commit, tag or branch of the address. Nixpacks reads the repository `NixOS/nixpkgs` alone: for an address of another one, choose a commit of that repository yourself.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// Where an address of nixpkgs has its commit, tag or branch.
const ADDRESSES: [&str; 6] = [
    "github.com/NixOS/nixpkgs/archive/",
    "github.com/NixOS/nixpkgs/tarball/",
    "github.com/NixOS/nixpkgs/tree/",
    "github.com/NixOS/nixpkgs/commit/",
    "github:NixOS/nixpkgs/",
    "codeload.github.com/NixOS/nixpkgs/tar.gz/",
];

/// The commit, tag or branch of an address.
fn reference(address: &str) -> Option<&str> {
    let address = address.trim();
    let behind = ADDRESSES.iter().find_map(|known| Some(address.split_once(known)?.1));
    // Ex) `https://channels.nixos.org/nixos-24.05/nixexprs.tar.xz`: branches have the names of channels
    let channel = || address.split_once("nixos.org/")?.1.strip_suffix("/nixexprs.tar.xz");
    let mut name = behind.or_else(channel)?;
    for prefix in ["channels/", "refs/tags/", "refs/heads/"] {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    for suffix in [".tar.gz", ".tar.xz", ".zip"] {
        name = name.strip_suffix(suffix).unwrap_or(name);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

fn archives<'c>(cx: &Context<'c>) -> impl Iterator<Item = &'c Item> {
    let phases = cx.model.plan.phases.values();
    phases.filter_map(|phase| phase.nixpkgs_archive.as_ref()).filter(|item| item.value.contains('/'))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let stops = cx.simulation.stops.iter().any(|stop| stop.detail.contains("Creating Nix environment file"));
    // Where nothing is installed from Nix, the value is not looked at.
    let severity = if stops { Severity::Error } else { Severity::Warning };
    let found = archives(cx).filter_map(|item| {
        let message = "`nixpkgsArchive` has to be a commit, tag or branch of nixpkgs, not an address";
        let found = Found::at(item, severity, message.to_owned())?;
        let found = found.label("Creating Nix environment file: No such file or directory");
        Some(if reference(&item.value).is_some() {
            found
        } else {
            found.note("write a commit of https://github.com/NixOS/nixpkgs, or remove the key: Nixpacks then chooses one")
        })
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let at_place = |item: &&Item| matches!(&item.origin, Origin::Deploy(other) if other == place);
    let Some(item) = archives(cx).find(at_place) else { return false };
    let Some(reference) = reference(&item.value) else { return false };
    draft.set_text(place, &item.value, reference.to_owned(), INFO.id);
    draft.say_of_text(place, format!("set `nixpkgsArchive` to `{reference}`"));
    true
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn finds_the_reference_in_addresses_of_nixpkgs_alone() {
        let cases = [
            ("https://github.com/NixOS/nixpkgs/archive/23.05.tar.gz", Some("23.05")),
            ("https://github.com/NixOS/nixpkgs/archive/refs/tags/23.05.tar.gz", Some("23.05")),
            ("https://github.com/NixOS/nixpkgs/archive/refs/heads/nixos-24.05.zip", Some("nixos-24.05")),
            ("https://github.com/NixOS/nixpkgs/tarball/abc123", Some("abc123")),
            ("github:NixOS/nixpkgs/nixos-unstable", Some("nixos-unstable")),
            ("https://channels.nixos.org/nixos-24.05/nixexprs.tar.xz", Some("nixos-24.05")),
            ("https://nixos.org/channels/nixos-24.05/nixexprs.tar.xz", Some("nixos-24.05")),
            ("https://github.com/somebody/nixpkgs/archive/x.tar.gz", None),
            ("https://github.com/NixOS/nixpkgs/archive/", None),
            ("release/24.05", None),
        ];
        for (address, found) in cases {
            assert_eq!(reference(address), found, "{address}");
        }
    }
}
