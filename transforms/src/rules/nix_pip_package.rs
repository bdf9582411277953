use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::simulate::python_set;

static INFO: RuleInfo = RuleInfo {
    id: "nix-pip-package",
    summary: "pip from nixpkgs cannot install packages",
    docs: r#"## What it does
Finds `python311Packages.pip`, `python3.pkgs.pip`, `(python311.withPackages (ps: [ ps.pip ]))` and similar entries in `nixPkgs`.

## Why it fails
The `pip` from this package belongs to Nix's own Python, which Nix marks as externally managed (PEP 668). `pip install` stops with `externally-managed-environment`, and `python -m pip` does not find pip at all.

See also: https://peps.python.org/pep-0668/

## Example
```toml
[phases.setup]
nixPkgs = ["python311", "python311Packages.pip", "gcc"]

[phases.install]
cmds = ["pip install -r requirements.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311", "gcc"]

[start]
cmd = "python main.py"
```

## Fix
Removes the entry, and the whole list if nothing else is in it. Other entries stay: `python311Packages.setuptools` does no harm. If `withPackages` lists more than pip, setuptools and wheel, you have to change it yourself.
"#,
};

pub(super) static RULE: Rule =
    Rule { info: &INFO, check, fix: RuleFix::OwnBesideStrategy(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let plan = &cx.model.plan;
    let items = plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    items
        .filter_map(|item| {
            let text = item.value.as_str();
            let carried = text.contains("withPackages") && text.contains("pip");
            if !(is_pip_package(text) || carried) {
                return None;
            }
            let message = "pip from nixpkgs cannot install packages here".to_owned();
            let mut found = Found::at(item, Severity::Warning, message)?.label("Nix marks its Python as externally managed");
            if carried && with_only_installers(text).is_none() {
                found = found.note("it contains other packages too, so it is not changed automatically: list those in requirements.txt instead");
            }
            Some(found)
        })
        .collect()
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    support::change_entry(finding, draft, |entry| {
        let text = entry.trim();
        if is_pip_package(text) {
            return Some((None, format!("remove `{text}` from `nixPkgs`")));
        }
        let plain = with_only_installers(text)?;
        let title = format!("replace `{text}` with `{plain}` in `nixPkgs`");
        Some((Some(plain), title))
    })
}

/// nixpkgs' package of pip. Those of setuptools, wheel and virtualenv do no harm and stay.
fn is_pip_package(text: &str) -> bool {
    let Some((owner, member)) = text.rsplit_once('.') else { return false };
    let set = python_set(owner).is_some()
        || owner.strip_prefix("python").is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit()));
    set && matches!(member, "pip" | "pip3")
}

/// `(python311.withPackages (ps: [ ps.pip ]))` where pip, setuptools and wheel are all it carries:
/// the plain interpreter.
fn with_only_installers(text: &str) -> Option<String> {
    let inner = text.trim().trim_start_matches('(');
    let (base, rest) = inner.split_once(".withPackages")?;
    let (_, list) = rest.split_once('[')?;
    let (list, _) = list.split_once(']')?;
    let mut carried = list.split_whitespace().peekable();
    carried.peek()?;
    let only = carried.all(|name| matches!(name.rsplit('.').next(), Some("pip" | "setuptools" | "wheel")));
    let name = base.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (only && name && base.starts_with("python")).then(|| base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_with_pip_alone_becomes_plain() {
        for (text, want) in [
            ("(python311.withPackages (ps: [ ps.pip ]))", Some("python311")),
            ("python311.withPackages (ps: with ps; [ pip setuptools ])", Some("python311")),
            ("(python3.withPackages (ps: [ ps.pip ps.numpy ]))", None),
            ("python311", None),
        ] {
            assert_eq!(with_only_installers(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn knows_the_package_of_pip() {
        for text in ["python311Packages.pip", "python3.pkgs.pip", "python311.pip"] {
            assert!(is_pip_package(text), "{text}");
        }
        for text in ["python311Packages.numpy", "pip", "python311", "python311Packages.setuptools"] {
            assert!(!is_pip_package(text), "{text}");
        }
    }
}
