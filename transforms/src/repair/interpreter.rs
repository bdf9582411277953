//! A Python for an app whose packages bring none.

use super::draft::{Draft, is_marker};
use super::{Context, NIX_PKGS};
use crate::walk::{Call, CallKind, Reason};

/// Adds the provider's packages back, or an interpreter, where a command needs one and none is there.
pub(crate) fn provide(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let Ok(plan) = &cx.model.plan else { return false };
    if !cx.has("missing-interpreter") || !is_missing(cx) {
        return false;
    }
    let provider = plan.ran.first().is_some_and(|name| name == "python");
    if provider {
        // A list that is not there would have the provider's packages: there is one without "...".
        if let Some(list) = draft.list("setup", NIX_PKGS)
            && !list.has_marker()
        {
            if list.pieces.is_empty() {
                // Ex) `nixPkgs = []`: without the key the provider's packages are there
                let key = list.keys.last().cloned().unwrap_or_default();
                if let Some(doc) = cx.config() {
                    draft.remove_key(doc, &["phases", "setup", &key], "missing-interpreter");
                }
                return true;
            }
            list.insert(0, "...");
            list.rules.insert("missing-interpreter");
            list.title = Some("add the provider's packages, Python among them".to_owned());
            return true;
        }
        return false;
    }
    let python = wanted(cx);
    if let Some(list) = draft.list("setup", NIX_PKGS) {
        let at = list.pieces.iter().rposition(|piece| is_marker(&piece.text)).map_or(0, |at| at + 1);
        list.insert(at, python);
        list.rules.insert("missing-interpreter");
        list.title = Some("add a Python interpreter".to_owned());
    } else if plan.ran.is_empty() {
        draft.insert("setup", "nixPkgs", &[&python], "missing-interpreter");
    } else {
        draft.insert("setup", "nixPkgs", &["...", &python], "missing-interpreter");
    }
    true
}

/// `python3` becomes the version that a command names and that is not there: `python3.11`.
pub(crate) fn specify(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let missed = cx.walk.commands.iter().flat_map(|command| &command.calls).find_map(|call| {
        let version = call.program.strip_prefix("python3.")?;
        let known = matches!(version, "9" | "10" | "11" | "12" | "13");
        (known && call.reason() == Some(Reason::PythonNotFound)).then(|| format!("python3{version}"))
    });
    let (Some(attribute), Some(list)) = (missed, draft.list("setup", NIX_PKGS)) else { return false };
    if list.has_marker() || !cx.has("missing-interpreter") {
        return false;
    }
    let Some(piece) = list.pieces.iter_mut().find(|piece| piece.text == "python3") else { return false };
    piece.text = attribute;
    list.rules.insert("missing-interpreter");
    list.title = Some("bring the Python that the commands name".to_owned());
    true
}

/// Whether some command needs an interpreter and no package brings one.
pub(crate) fn is_missing(cx: &Context<'_>) -> bool {
    let profile = &cx.walk.profile;
    let calls = || cx.walk.commands.iter().flat_map(|command| &command.calls);
    let misses = |call: &Call| call.reason() == Some(Reason::PythonNotFound);
    let needs = |call: &Call| {
        call.fails()
            && matches!(call.kind, CallKind::Pip(_) | CallKind::Python { .. } | CallKind::MakeVenv { .. })
    };
    profile.pythons.is_empty()
        && (cx.walk.verdict.reason() == Some(Reason::PythonNotFound)
            || calls().any(misses)
            || (!profile.apt_named && calls().any(needs)))
}

/// The interpreter that the version files name, else `python3`.
pub(super) fn wanted(cx: &Context<'_>) -> String {
    let variable = cx.model.plan.as_ref().ok().and_then(|plan| plan.variables.get("NIXPACKS_PYTHON_VERSION"));
    let mut texts: Vec<String> = variable.map(|item| item.value.clone()).into_iter().collect();
    for file in [".python-version", "runtime.txt"] {
        if let Ok(Some(bytes)) = cx.app.read(file) {
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    let version = texts.iter().find_map(|text| {
        let text = text.trim().trim_start_matches(|c: char| !c.is_ascii_digit());
        let mut parts = text.split('.');
        let (major, minor) = (parts.next()?, parts.next()?);
        (major == "3" && matches!(minor, "8" | "9" | "10" | "11" | "12" | "13"))
            .then(|| format!("python3{minor}"))
    });
    version.unwrap_or_else(|| "python3".to_owned())
}
