use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::NIX_PKGS;
use crate::fix::Draft;
use crate::plan::{Item, Origin};
use crate::requirements::{normalize, scripts};
use crate::simulate::{Command, InvocationKind, Outcome, Reason, python_set};

static INFO: RuleInfo = RuleInfo {
    id: "packages-from-nix",
    summary: "Python packages from nixpkgs are not seen by the Python beside them",
    docs: r#"## What it does
Finds entries such as `python311Packages.flask` in `nixPkgs`, in an app that does not find these packages.

## Why it fails
Each entry of `nixPkgs` is installed for itself: `python` does not look where the package `flask` is, and a program such as the `gunicorn` of `python311Packages.gunicorn` sees only what it needs itself.

See also: https://nixos.org/manual/nixpkgs/stable/#python

## Example
```toml
providers = []

[phases.setup]
nixPkgs = ["python311", "python311Packages.flask"]

[start]
cmd = "python main.py"
```
becomes
```toml
providers = []

[phases.setup]
nixPkgs = ["(python311.withPackages (ps: [ ps.flask ]))"]

[start]
cmd = "python main.py"
```

## Fix
Puts the packages into the Python of the same list with `withPackages`, if the app is then predicted to start. It is better to list them in requirements.txt, and to let Nixpacks install them.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Interpreter, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let missing = cx.simulation.stops.iter().find_map(|stop| match stop.outcome {
        Outcome::Fails { reason: Reason::ModuleNotFound, .. } => Some(stop.detail.as_str()),
        _ => None,
    });
    let Some(missing) = missing else { return Vec::new() };
    let items = || cx.model.plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    let packages: Vec<(&Item, &str)> =
        items().filter_map(|item| Some((item, package(&item.value)?.1))).collect();
    // Ex) `No module named 'flask'`; where no module is named, all of them may be.
    let module = missing.split_once("No module named '").and_then(|(_, rest)| rest.split_once('\''));
    let is_cause = match module {
        Some((module, _)) => packages.iter().any(|(_, package)| brings(package, module)),
        None => !cx.simulation.commands.iter().flat_map(Command::all_invocations).any(|call| {
            matches!(&call.kind, InvocationKind::Pip(pip) if pip.command.is_install())
                || matches!(call.kind, InvocationKind::UvPip { .. } | InvocationKind::Manager { .. })
        }),
    };
    if !is_cause {
        return Vec::new();
    }
    let Some((item, _)) = packages.first() else { return Vec::new() };
    let shown: Vec<String> =
        packages.iter().take(MOST_NAMED).map(|(_, package)| format!("`{package}`")).collect();
    let more = if packages.len() > MOST_NAMED { " and others" } else { "" };
    let message = format!("the app does not see Python packages from nixpkgs: {}{more}", shown.join(", "));
    let note = "list the packages in requirements.txt instead, and Nixpacks installs them";
    let found = Found::at(item, Severity::Error, message);
    found.map(|found| found.label("only its own programs see it").note(note)).into_iter().collect()
}

/// So many packages are named.
const MOST_NAMED: usize = 4;

fn brings(package: &str, module: &str) -> bool {
    scripts::import_names(&normalize(package)).iter().any(|import| import == module)
}

/// The interpreter and the package of `python311Packages.flask`; not those of the installers, which have rules of
/// their own.
fn package(entry: &str) -> Option<(String, &str)> {
    let (owner, member) = entry.trim().rsplit_once('.')?;
    let interpreter = python_set(owner)?;
    let is_installer =
        matches!(member, "pip" | "pip3" | "setuptools" | "wheel" | "virtualenv" | "venv" | "python");
    let is_name = member.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    (!is_installer && is_name).then_some((interpreter, member))
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let phases: Vec<String> = draft
        .model
        .plan
        .phases
        .iter()
        .filter_map(|(name, phase)| {
            let mut items = phase.nix_pkgs.iter().flatten();
            items.any(|item| item.origin == Origin::Deploy(place.clone())).then(|| name.clone())
        })
        .collect();
    let Some(list) = phases.first().and_then(|phase| draft.list(phase, NIX_PKGS)) else { return false };
    if list.rules.contains(INFO.id) {
        return true;
    }
    let texts: Vec<String> = list.pieces.iter().map(|piece| piece.text.trim().to_owned()).collect();
    let Some(at) = texts
        .iter()
        .position(|text| texts.iter().any(|other| package(other).is_some_and(|(of, _)| of == *text)))
    else {
        return false;
    };
    let interpreter = texts.get(at).cloned().unwrap_or_default();
    let own = |text: &str| {
        package(text).filter(|(of, _)| *of == interpreter).map(|(_, member)| format!("ps.{member}"))
    };
    let mut members: Vec<String> = texts.iter().filter_map(|text| own(text)).collect();
    members.dedup();
    if let Some(piece) = list.pieces.get_mut(at) {
        piece.text = format!("({interpreter}.withPackages (ps: [ {} ]))", members.join(" "));
    }
    list.pieces.retain(|piece| own(piece.text.trim()).is_none());
    list.rules.insert(INFO.id);
    list.say(&format!("put the Python packages into `{interpreter}` with `withPackages`"));
    true
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn knows_the_packages_of_an_interpreter() {
        for (entry, want) in [
            ("python311Packages.flask", Some(("python311", "flask"))),
            ("python3.pkgs.numpy", Some(("python3", "numpy"))),
            ("python311Packages.pip", None),
            ("python311", None),
            ("nodePackages.npm", None),
            ("(python311.withPackages (ps: [ ps.flask ]))", None),
        ] {
            let found = package(entry);
            assert_eq!(found.as_ref().map(|(of, member)| (of.as_str(), *member)), want, "{entry}");
        }
    }
}
