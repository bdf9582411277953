//! `nixPkgs` without the names that are no attribute and without pip's own package.

use super::draft::Draft;
use super::{Context, NIX_PKGS};
use crate::plan::names::{self, Replacement};
use crate::walk::python_set;

/// Tidies every phase's list.
pub(crate) fn tidy(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let Ok(plan) = &cx.model.plan else { return };
    for phase in plan.phases.keys() {
        let drop_pip = cx.has("nix-pip-package");
        let undefined = cx.has("undefined-nix-package");
        let Some(list) = draft.list(phase, NIX_PKGS) else { continue };
        let mut at = 0;
        while let Some(piece) = list.pieces.get(at).cloned() {
            let text = piece.text.trim();
            let replacement = names::undefined(text).filter(|_| undefined).map(|name| name.replacement);
            match replacement {
                Some(Replacement::Drop) => {
                    list.remove(at);
                    list.rules.insert("undefined-nix-package");
                    continue;
                }
                Some(Replacement::Rename(attr)) => {
                    let twice = list.pieces.iter().any(|other| other.text == attr);
                    if twice {
                        list.remove(at);
                    } else if let Some(slot) = list.pieces.get_mut(at) {
                        attr.clone_into(&mut slot.text);
                    }
                    list.rules.insert("undefined-nix-package");
                }
                _ => {
                    if drop_pip && is_pip_package(text) {
                        list.remove(at);
                        list.rules.insert("nix-pip-package");
                        continue;
                    }
                    if let Some(plain) = with_only_installers(text).filter(|_| drop_pip) {
                        list.rules.insert("nix-pip-package");
                        if list.pieces.iter().any(|other| other.text == plain) {
                            list.remove(at);
                            continue;
                        }
                        if let Some(slot) = list.pieces.get_mut(at) {
                            slot.text = plain;
                        }
                    }
                }
            }
            at += 1;
        }
        let pip = list.rules.contains("nix-pip-package") || list.rules.contains("undefined-nix-package");
        if pip {
            let pip_named = list.rules.contains("nix-pip-package");
            list.title = Some(
                if pip_named { "drop pip from `nixPkgs`" } else { "mend the names in `nixPkgs`" }.to_owned(),
            );
        }
    }
}

/// nixpkgs' package of pip. Those of setuptools, wheel and virtualenv do no harm and stay.
pub(crate) fn is_pip_package(text: &str) -> bool {
    let Some((owner, member)) = text.rsplit_once('.') else { return false };
    let set = python_set(owner).is_some()
        || owner.strip_prefix("python").is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit()));
    set && matches!(member, "pip" | "pip3")
}

/// `(python311.withPackages (ps: [ ps.pip ]))` where pip, setuptools and wheel are all it carries:
/// the plain interpreter.
pub(crate) fn with_only_installers(text: &str) -> Option<String> {
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
